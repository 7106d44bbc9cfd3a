/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Frames, and which of them filters of packet sockets let in.
 */
#ifndef FILTER_FRAMES_H
#define FILTER_FRAMES_H

#include <stdbool.h>
#include <stddef.h>

#define MCAST4	"\x01\x00\x5e\x01\x01\x01"
#define MCAST6	"\x33\x33\x00\x01\x00\x01"
#define UNICAST	"\x02\x00\x00\x00\x00\x01"
#define BCAST	"\xff\xff\xff\xff\xff\xff"
#define SENDER	"\x02\x00\x00\x00\x00\x02"

#define IPV4	"\x08\x00"
#define IPV6	"\x86\xdd"
#define ARP	"\x08\x06"
#define TAG	"\x81\x00\x00\x05"
#define STAG	"\x88\xa8\x00\x05"

/* Up to the destination address. */
#define HEAD4	"\x45\x00\x00\x1c\x00\x00\x40\x00\x01\x11\x00\x00\x0a\x00\x00\x01"
#define GROUP4	HEAD4 "\xef\x01\x01\x01"
#define LAST4	HEAD4 "\xe0\x00\x00\x01"
#define HOST4	HEAD4 "\x0a\x00\x00\x02"
#define CLASSE4	HEAD4 "\xf0\x00\x00\x02"
#define ALL4	HEAD4 "\xff\xff\xff\xff"
#define HEAD6	"\x60\x00\x00\x00\x00\x08\x11\x01" \
		"\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\x01"
#define GROUP6	HEAD6 "\xff\x1e\0\0\0\0\0\0\0\0\0\0\0\x01\0\x01"
#define HOST6	HEAD6 "\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\x02"

#define FRAME(text)	.frame = (text), .len = sizeof(text) - 1

struct filter_case {
	const char *desc;
	const char *frame;
	size_t len;
	bool taken;
};

static const struct filter_case filter_cases[] = {
	{ "IPv4 to a group", FRAME(MCAST4 SENDER IPV4 GROUP4), true },
	{ "IPv4 to the first group", FRAME(MCAST4 SENDER IPV4 LAST4), true },
	{ "IPv6 to a group", FRAME(MCAST6 SENDER IPV6 GROUP6), true },
	{ "IPv4 to a group, in a unicast frame",
	  FRAME(UNICAST SENDER IPV4 GROUP4), true },
	{ "IPv6 to a group, in a unicast frame",
	  FRAME(UNICAST SENDER IPV6 GROUP6), true },
	{ "IPv4 to a group, in a broadcast frame",
	  FRAME(BCAST SENDER IPV4 GROUP4), true },
	{ "IPv4 to a host, in a group's frame",
	  FRAME(MCAST4 SENDER IPV4 HOST4), true },
	{ "a header that is cut short, in a group's frame",
	  FRAME(MCAST4 SENDER IPV4 "\x45\x00"), true },
	{ "a group's frame without any header", FRAME(MCAST4 SENDER IPV4), true },
	{ "IPv4 to a group, tagged", FRAME(MCAST4 SENDER TAG IPV4 GROUP4), true },
	{ "IPv4 to a group, tagged, in a unicast frame",
	  FRAME(UNICAST SENDER TAG IPV4 GROUP4), true },
	{ "IPv6 to a group, tagged, in a unicast frame",
	  FRAME(UNICAST SENDER TAG IPV6 GROUP6), true },
	{ "IPv4 to a host", FRAME(UNICAST SENDER IPV4 HOST4), false },
	{ "IPv4 to a host, tagged", FRAME(UNICAST SENDER TAG IPV4 HOST4), false },
	{ "IPv4 to class E", FRAME(UNICAST SENDER IPV4 CLASSE4), false },
	{ "IPv4 to all", FRAME(BCAST SENDER IPV4 ALL4), false },
	{ "IPv6 to a host", FRAME(UNICAST SENDER IPV6 HOST6), false },
	{ "ARP", FRAME(BCAST SENDER ARP GROUP4), false },
	{ "ARP, in a group's frame", FRAME(MCAST4 SENDER ARP GROUP4), false },
	{ "a service tag", FRAME(MCAST4 SENDER STAG IPV4 GROUP4), false },
	{ "two tags", FRAME(MCAST4 SENDER TAG TAG IPV4 GROUP4), false },
	{ "a unicast frame that ends before the address",
	  FRAME(UNICAST SENDER IPV4 HEAD4), false },
	{ "nothing behind the Ethernet addresses", FRAME(MCAST4 SENDER), false },
	{ "nothing", FRAME(""), false },
};

#endif /* FILTER_FRAMES_H */
