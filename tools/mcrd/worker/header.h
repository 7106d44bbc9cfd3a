/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The headers of what an output sends.
 */
#ifndef MCRD_WORKER_HEADER_H
#define MCRD_WORKER_HEADER_H

#include <linux/if_ether.h>
#include <linux/if_vlan.h>
#include <stdint.h>

#include "rule.h"
#include "run.h"
#include "vnet.h"

struct mcrd_dev;

/* In front of the network header, there is room for the others. */
#define MCRD_HEADER_L3		32U

/**
 * struct mcrd_header - headers that are being made
 * @mem: their memory; the network header is at MCRD_HEADER_L3, aligned
 * @start: where what is sent begins
 * @len: its bytes
 */
struct mcrd_header {
	uint8_t *mem;
	uint8_t *start;
	uint32_t len;
};

bool mcrd_header_source(const struct mcr_rewrite *w,
			const struct mcrd_dev *dev, const struct mcr_packet *p,
			union mcr_addr *src);
void mcrd_header_make(struct mcrd_header *h, const struct mcrd_run *run,
		      const struct mcr_rewrite *w, const struct mcrd_dev *dev,
		      const union mcr_addr *src, bool vnet);

#endif /* MCRD_WORKER_HEADER_H */
