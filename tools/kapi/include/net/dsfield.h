/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The DS field (RFC 2474).
 */
#ifndef KAPI_NET_DSFIELD_H
#define KAPI_NET_DSFIELD_H

#include <linux/ipv6.h>

/* Keep those bits of the traffic class that @mask has, and set @value's. */
static inline void ipv6_change_dsfield(struct ipv6hdr *h, u8 mask, u8 value)
{
	u8 *p = (u8 *)h;
	u8 class = (u8)((p[0] & 0x0f) << 4 | p[1] >> 4);

	class = (class & mask) | value;
	p[0] = (u8)((p[0] & 0xf0) | class >> 4);
	p[1] = (u8)((p[1] & 0x0f) | (class & 0x0f) << 4);
}

#endif /* KAPI_NET_DSFIELD_H */
