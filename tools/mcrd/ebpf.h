/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What rules of an ingress device can take, known to an eBPF filter.
 */
#ifndef MCRD_EBPF_H
#define MCRD_EBPF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rule.h"

/* "off": as if the kernel refused it, for tests. */
#define MCRD_EBPF_ENV	"MCRD_EBPF"

struct mcrd_ebpf;
struct mcrd_ebpf_entry;

/**
 * struct mcrd_ebpf_ref - a rule's key in a filter
 * @ebpf: the filter; NULL: there is none
 * @entry: the key
 */
struct mcrd_ebpf_ref {
	struct mcrd_ebpf *ebpf;
	struct mcrd_ebpf_entry *entry;
};

int mcrd_ebpf_usable(void);

struct mcrd_ebpf *mcrd_ebpf_new(void);
void mcrd_ebpf_put(struct mcrd_ebpf *e);

int mcrd_ebpf_hold(struct mcrd_ebpf *e, const struct mcr_match *match,
		   struct mcrd_ebpf_ref *ref);
void mcrd_ebpf_drop(struct mcrd_ebpf_ref *ref);

int mcrd_ebpf_more(struct mcrd_ebpf *e, uint32_t nhoff);
bool mcrd_ebpf_less(struct mcrd_ebpf *e);
uint64_t mcrd_ebpf_dropped(const struct mcrd_ebpf *e);

#endif /* MCRD_EBPF_H */
