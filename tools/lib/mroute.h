/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's own multicast routes (ipmr), which may forward what a rule
 * replicates.
 */
#ifndef MCR_MROUTE_H
#define MCR_MROUTE_H

#include <stdbool.h>
#include <stddef.h>

#include "../../kmod/rule.h"
#include "str.h"

/* Egress devices of a route that are kept, for people to read. */
#define MCR_MROUTE_OIFS	4

/**
 * struct mcr_mroute - a multicast route that forwards
 * @group: its group; the unspecified address: all of them
 * @src: its source; the unspecified address: all of them
 * @family: AF_INET or AF_INET6
 * @iif: index of its ingress device
 * @oif: indices of its first egress devices
 * @oifs: how many it has
 */
struct mcr_mroute {
	union mcr_addr group;
	union mcr_addr src;
	__u8 family;
	__u32 iif;
	__u32 oif[MCR_MROUTE_OIFS];
	unsigned int oifs;
};

/**
 * struct mcr_mroutes - the multicast routes of a network namespace
 * @route: array of them; freed by mcr_mroutes_free()
 * @count: how many
 * @room: how many there is room for
 */
struct mcr_mroutes {
	struct mcr_mroute *route;
	size_t count;
	size_t room;
};

int mcr_mroutes_read(struct mcr_mroutes *routes);
void mcr_mroutes_free(struct mcr_mroutes *routes);
bool mcr_mroute_takes(const struct mcr_mroute *route,
		      const struct mcr_rule_spec *rule, __u32 ifindex);
void mcr_mroute_print(struct mcr_str *str, const struct mcr_mroute *route);

#endif /* MCR_MROUTE_H */
