// SPDX-License-Identifier: GPL-2.0
/*
 * Addresses of a device; see addrs.h.
 */
#include "addrs.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define SOURCES6	(sizeof(((struct mcrd_dev *)0)->saddr6) / \
			 sizeof(union mcr_addr))

/**
 * mcrd_addrs_add - add an address behind the others
 * @a: the addresses
 * @addr: the new one
 *
 * Return: 0 or -ENOMEM.
 */
int mcrd_addrs_add(struct mcrd_addrs *a, const struct kapi_addr *addr)
{
	size_t size = a->size ? 2 * a->size : 4;
	void *more;

	if (a->n == a->size) {
		more = realloc(a->addr, size * sizeof(*a->addr));
		if (!more)
			return -ENOMEM;
		a->addr = more;
		a->size = size;
	}
	/* All of it: they are compared as they lie in memory. */
	memcpy(&a->addr[a->n++], addr, sizeof(*addr));
	return 0;
}

/**
 * mcrd_addrs_equal - are these the same addresses?
 * @a: some
 * @b: others
 *
 * Return: true if so, in the same order.
 */
bool mcrd_addrs_equal(const struct mcrd_addrs *a, const struct mcrd_addrs *b)
{
	return a->n == b->n &&
	       (!a->n || !memcmp(a->addr, b->addr, a->n * sizeof(*a->addr)));
}

/**
 * mcrd_addrs_swap - exchange addresses
 * @a: some
 * @b: others
 */
void mcrd_addrs_swap(struct mcrd_addrs *a, struct mcrd_addrs *b)
{
	struct mcrd_addrs c = *a;

	*a = *b;
	*b = c;
}

/**
 * mcrd_addrs_free - have no addresses
 * @a: those there are
 */
void mcrd_addrs_free(struct mcrd_addrs *a)
{
	free(a->addr);
	*a = (struct mcrd_addrs){ 0 };
}

static void add_sources6(const struct mcrd_addrs *a, struct mcrd_dev *dev,
			 bool deprecated)
{
	const struct kapi_addr *addr;

	for (addr = a->addr; addr < a->addr + a->n; addr++) {
		if (addr->family != AF_INET6 ||
		    (addr->flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED)) ||
		    deprecated != !!(addr->flags & IFA_F_DEPRECATED) ||
		    dev->n_saddr6 == SOURCES6)
			continue;
		memcpy(&dev->saddr6[dev->n_saddr6++], addr->addr,
		       sizeof(addr->addr));
	}
}

/**
 * mcrd_addrs_sources - which addresses packets may come from
 * @a: a device's addresses
 * @dev: the device; its source addresses are filled in
 *
 * IPv4: the first one that is not secondary. IPv6: those whose use is settled,
 * with those that are deprecated behind the others.
 */
void mcrd_addrs_sources(const struct mcrd_addrs *a, struct mcrd_dev *dev)
{
	const struct kapi_addr *addr;

	dev->saddr = 0;
	dev->n_saddr6 = 0;
	memset(dev->saddr6, 0, sizeof(dev->saddr6));
	for (addr = a->addr; addr < a->addr + a->n; addr++) {
		if (addr->family != AF_INET ||
		    (addr->flags & IFA_F_SECONDARY))
			continue;
		memcpy(&dev->saddr, addr->addr, sizeof(dev->saddr));
		break;
	}
	add_sources6(a, dev, false);
	add_sources6(a, dev, true);
}
