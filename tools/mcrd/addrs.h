/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Addresses of a device, in the order that the kernel has them.
 */
#ifndef MCRD_ADDRS_H
#define MCRD_ADDRS_H

#include <stdbool.h>
#include <stddef.h>

#include "../kapi/kapi.h"
#include "plan.h"

/**
 * struct mcrd_addrs - addresses; all zeroes is none
 * @addr: the addresses, owned
 * @n: how many
 * @size: how many there is room for
 */
struct mcrd_addrs {
	struct kapi_addr *addr;
	size_t n;
	size_t size;
};

int mcrd_addrs_add(struct mcrd_addrs *a, const struct kapi_addr *addr);
bool mcrd_addrs_equal(const struct mcrd_addrs *a, const struct mcrd_addrs *b);
void mcrd_addrs_swap(struct mcrd_addrs *a, struct mcrd_addrs *b);
void mcrd_addrs_free(struct mcrd_addrs *a);

void mcrd_addrs_sources(const struct mcrd_addrs *a, struct mcrd_dev *dev);

#endif /* MCRD_ADDRS_H */
