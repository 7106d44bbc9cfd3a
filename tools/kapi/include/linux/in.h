/* SPDX-License-Identifier: GPL-2.0 */
/*
 * IPv4.
 */
#ifndef KAPI_LINUX_IN_H
#define KAPI_LINUX_IN_H

#include <linux/libc-compat.h>
#include <arpa/inet.h>
#include_next <linux/in.h>
#include <linux/byteorder.h>
#include <linux/types.h>

/* Some C libraries do not have it. */
#ifndef IPPROTO_L2TP
#define IPPROTO_L2TP	115
#endif

static inline bool ipv4_is_multicast(__be32 addr)
{
	return (addr & htonl(0xf0000000)) == htonl(0xe0000000);
}

static inline bool ipv4_is_local_multicast(__be32 addr)
{
	return (addr & htonl(0xffffff00)) == htonl(0xe0000000);
}

static inline bool ipv4_is_lbcast(__be32 addr)
{
	return addr == htonl(0xffffffff);
}

static inline bool ipv4_is_zeronet(__be32 addr)
{
	return !(addr & htonl(0xff000000));
}

static inline bool ipv4_is_loopback(__be32 addr)
{
	return (addr & htonl(0xff000000)) == htonl(0x7f000000);
}

#endif /* KAPI_LINUX_IN_H */
