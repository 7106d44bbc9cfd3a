/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Test vectors of the rule model: do two matches take a packet both, and which
 * of them takes it from the other? Part of vectors.h, which is the one to
 * include.
 */
#ifndef MCR_TESTS_VECTORS_OVERLAP_H
#define MCR_TESTS_VECTORS_OVERLAP_H

/**
 * struct mcr_overlap_vector - do two matches overlap?
 * @desc: the case
 * @a: a sound match
 * @b: another
 * @first: -1: @a shadows @b, 1: @b shadows @a, 0: no packet is taken by both,
 *	or they are equal
 * @overlap: of mcr_match_overlap()
 */
struct mcr_overlap_vector {
	const char *desc;
	struct mcr_match a;
	struct mcr_match b;
	int first;
	bool overlap;
};

#define TV_NET4		TV_IP4(239, 1, 0, 0)
#define TV_NET6		TV_IP6(0xff3e0000, 0, 0, 0)
#define TV_SNET4	TV_IP4(192, 0, 2, 0)
#define TV_SNET6	TV_IP6(0x20010db8, 0, 0, 0)

static const struct mcr_overlap_vector mcr_overlap_vectors[] __maybe_unused = {
	{ "the same", TV_M4(TV_G4, 32, TV_UDP), TV_M4(TV_G4, 32, TV_UDP),
	  0, true },
	{ "group in prefix", TV_M4(TV_G4, 32, TV_UDP),
	  TV_M4(TV_NET4, 16, TV_UDP), -1, true },
	{ "prefix around group", TV_M4(TV_NET4, 16, TV_UDP),
	  TV_M4(TV_G4, 32, TV_UDP), 1, true },
	{ "group beside prefix", TV_M4(TV_IP4(239, 2, 1, 1), 32, TV_UDP),
	  TV_M4(TV_NET4, 16, TV_UDP), 0, false },
	{ "prefixes side by side", TV_M4(TV_IP4(239, 0, 0, 0), 16, TV_UDP),
	  TV_M4(TV_NET4, 16, TV_UDP), 0, false },
	{ "last group of a prefix",
	  TV_M4(TV_IP4(239, 1, 255, 255), 32, TV_UDP),
	  TV_M4(TV_NET4, 16, TV_UDP), -1, true },
	{ "IPv6 group in prefix", TV_M6(TV_G6, 128, TV_UDP),
	  TV_M6(TV_NET6, 33, TV_UDP), -1, true },
	{ "IPv6 group beside prefix", TV_M6(TV_G6, 128, TV_UDP),
	  TV_M6(TV_IP6(0xff3e0001, 0, 0, 0), 32, TV_UDP), 0, false },
	{ "other family of the same bytes",
	  TV_M4(TV_IP4(239, 0, 0, 0), 8, TV_UDP),
	  TV_M6(TV_IP6(0xff000000, 0, 0, 0), 8, TV_UDP), 0, false },

	{ "one source, any", TV_M4(TV_G4, 32, TV_UDP, TV_SRC(TV_S4, 32)),
	  TV_M4(TV_G4, 32, TV_UDP), -1, true },
	{ "one source, its prefix",
	  TV_M4(TV_G4, 32, TV_UDP, TV_SRC(TV_SNET4, 24)),
	  TV_M4(TV_G4, 32, TV_UDP, TV_SRC(TV_S4, 32)), 1, true },
	{ "other sources", TV_M4(TV_G4, 32, TV_UDP, TV_SRC(TV_S4, 32)),
	  TV_M4(TV_G4, 32, TV_UDP, TV_SRC(TV_S4_B, 32)), 0, false },
	{ "one source beside the prefix",
	  TV_M4(TV_G4, 32, TV_UDP, TV_SRC(TV_S4_B, 32)),
	  TV_M4(TV_G4, 32, TV_UDP, TV_SRC(TV_SNET4, 29)), 0, false },
	{ "IPv6 one source, its prefix",
	  TV_M6(TV_G6, 128, TV_UDP, TV_SRC(TV_S6, 128)),
	  TV_M6(TV_G6, 128, TV_UDP, TV_SRC(TV_SNET6, 64)), -1, true },
	/* Neither holds the other, but they meet. */
	{ "narrow group of any source, wide group of one",
	  TV_M4(TV_G4, 32, TV_UDP),
	  TV_M4(TV_NET4, 16, TV_UDP, TV_SRC(TV_S4, 32)), -1, true },
	{ "narrow group of one source, wide group of another",
	  TV_M4(TV_G4, 32, TV_UDP, TV_SRC(TV_S4_B, 32)),
	  TV_M4(TV_NET4, 16, TV_UDP, TV_SRC(TV_S4, 32)), 0, false },

	{ "UDP, any protocol", TV_M4(TV_G4, 32, TV_UDP),
	  TV_M4(TV_G4, 32, TV_ANY), -1, true },
	{ "any protocol in a narrow group, UDP in a wide one",
	  TV_M4(TV_G4, 32, TV_ANY), TV_M4(TV_NET4, 16, TV_UDP), -1, true },
	{ "any protocol, one port of a wide group", TV_M4(TV_G4, 32, TV_ANY),
	  TV_M4(TV_NET4, 16, TV_PORTS(5000, 5000)), -1, true },

	{ "one port, any", TV_M4(TV_G4, 32, TV_PORTS(5000, 5000)),
	  TV_M4(TV_G4, 32, TV_UDP), -1, true },
	{ "one port, a range that begins there",
	  TV_M4(TV_G4, 32, TV_PORTS(5000, 5009)),
	  TV_M4(TV_G4, 32, TV_PORTS(5000, 5000)), 1, true },
	{ "one port, a range that ends there",
	  TV_M4(TV_G4, 32, TV_PORTS(5000, 5000)),
	  TV_M4(TV_G4, 32, TV_PORTS(4990, 5000)), -1, true },
	{ "one port below a range",
	  TV_M4(TV_G4, 32, TV_PORTS(4999, 4999)),
	  TV_M4(TV_G4, 32, TV_PORTS(5000, 5009)), 0, false },
	{ "other ports", TV_M4(TV_G4, 32, TV_PORTS(5000, 5000)),
	  TV_M4(TV_G4, 32, TV_PORTS(5001, 5001)), 0, false },
	{ "narrow range that overlaps", TV_M4(TV_G4, 32, TV_PORTS(5000, 5004)),
	  TV_M4(TV_G4, 32, TV_PORTS(5004, 5010)), -1, true },
	{ "ranges of one width: lower start",
	  TV_M4(TV_G4, 32, TV_PORTS(5005, 5014)),
	  TV_M4(TV_G4, 32, TV_PORTS(5000, 5009)), 1, true },
	{ "ranges side by side", TV_M4(TV_G4, 32, TV_PORTS(5000, 5004)),
	  TV_M4(TV_G4, 32, TV_PORTS(5005, 5010)), 0, false },
	{ "all ports, any", TV_M4(TV_G4, 32, TV_PORTS(1, 65535)),
	  TV_M4(TV_G4, 32, TV_UDP), -1, true },
	{ "wide range of a narrow group, one port of a wide one",
	  TV_M4(TV_G4, 32, TV_PORTS(1, 65535)),
	  TV_M4(TV_NET4, 16, TV_PORTS(5000, 5000)), -1, true },

	{ "VLAN, none", TV_M4(TV_G4, 32, TV_UDP, .vlan = 5),
	  TV_M4(TV_NET4, 16, TV_UDP), 0, false },
	{ "other VLANs", TV_M4(TV_G4, 32, TV_UDP, .vlan = 5),
	  TV_M4(TV_NET4, 16, TV_UDP, .vlan = 6), 0, false },
	{ "the same VLAN", TV_M4(TV_G4, 32, TV_UDP, .vlan = 5),
	  TV_M4(TV_NET4, 16, TV_UDP, .vlan = 5), -1, true },

	/* What a wide prefix passes over cannot be taken from it. */
	{ "local group, all groups",
	  TV_M4(TV_IP4(224, 0, 0, 251), 32, TV_UDP),
	  TV_M4(TV_IP4(224, 0, 0, 0), 4, TV_UDP), 0, false },
	{ "all local groups, /23", TV_M4(TV_IP4(224, 0, 0, 0), 24, TV_UDP),
	  TV_M4(TV_IP4(224, 0, 0, 0), 23, TV_UDP), 0, false },
	{ "local group, all local groups",
	  TV_M4(TV_IP4(224, 0, 0, 251), 32, TV_UDP),
	  TV_M4(TV_IP4(224, 0, 0, 0), 24, TV_UDP), -1, true },
	{ "both with local groups, and others",
	  TV_M4(TV_IP4(224, 0, 0, 0), 23, TV_UDP),
	  TV_M4(TV_IP4(224, 0, 0, 0), 4, TV_UDP), -1, true },
	{ "first group that is not local, all groups",
	  TV_M4(TV_IP4(224, 0, 1, 0), 32, TV_UDP),
	  TV_M4(TV_IP4(224, 0, 0, 0), 4, TV_UDP), -1, true },
	{ "IPv6 local group, all groups",
	  TV_M6(TV_IP6(0xff020000, 0, 0, 0xfb), 128, TV_UDP),
	  TV_M6(TV_IP6(0xff000000, 0, 0, 0), 8, TV_UDP), 0, false },
	{ "IPv6 all local groups, /15",
	  TV_M6(TV_IP6(0xff020000, 0, 0, 0), 16, TV_UDP),
	  TV_M6(TV_IP6(0xff020000, 0, 0, 0), 15, TV_UDP), 0, false },
	{ "IPv6 local group, all local groups",
	  TV_M6(TV_IP6(0xff020000, 0, 0, 0xfb), 128, TV_UDP),
	  TV_M6(TV_IP6(0xff020000, 0, 0, 0), 16, TV_UDP), -1, true },
};

/**
 * struct mcr_sent_vector - what does an output send?
 * @desc: the case
 * @match: its rule's match
 * @w: how it changes what that takes
 * @sent: what it sends
 */
struct mcr_sent_vector {
	const char *desc;
	struct mcr_match match;
	struct mcr_rewrite w;
	struct mcr_match sent;
};

static const struct mcr_sent_vector mcr_sent_vectors[] __maybe_unused = {
	{ "nothing is changed",
	  TV_M4(TV_NET4, 16, TV_SRC(TV_SNET4, 24), TV_PORTS(1, 9)),
	  { },
	  TV_M4(TV_NET4, 16, TV_SRC(TV_SNET4, 24), TV_PORTS(1, 9)) },
	{ "what does not count", TV_M4(TV_NET4, 16, TV_UDP),
	  { .set = MCR_SET_SPORT | MCR_SET_DSCP, .sport = 7, .dscp = 46,
	    .ttl_mode = MCR_TTL_SET, .ttl = 9 },
	  TV_M4(TV_NET4, 16, TV_UDP) },
	{ "group", TV_M4(TV_NET4, 16, TV_ANY),
	  { .set = MCR_SET_GROUP, .group = TV_G4_B, .group_family = AF_INET },
	  TV_M4(TV_G4_B, 32, TV_ANY) },
	{ "IPv6 group", TV_M6(TV_NET6, 16, TV_UDP),
	  { .set = MCR_SET_GROUP, .group = TV_G6_B, .group_family = AF_INET6 },
	  TV_M6(TV_G6_B, 128, TV_UDP) },
	{ "port", TV_M4(TV_G4, 32, TV_PORTS(1, 9)),
	  { .set = MCR_SET_DPORT, .dport = 7000 },
	  TV_M4(TV_G4, 32, TV_PORTS(7000, 7000)) },
	{ "source", TV_M4(TV_G4, 32, TV_UDP),
	  { .src_mode = MCR_SRC_SET, .src = TV_S4, .src_family = AF_INET },
	  TV_M4(TV_G4, 32, TV_UDP, TV_SRC(TV_S4, 32)) },
	{ "IPv6 source", TV_M6(TV_G6, 128, TV_UDP, TV_SRC(TV_SNET6, 32)),
	  { .src_mode = MCR_SRC_SET, .src = TV_S6, .src_family = AF_INET6 },
	  TV_M6(TV_G6, 128, TV_UDP, TV_SRC(TV_S6, 128)) },
	{ "source of the device", TV_M4(TV_G4, 32, TV_UDP, TV_SRC(TV_S4, 32)),
	  { .src_mode = MCR_SRC_AUTO }, TV_M4(TV_G4, 32, TV_UDP) },
	{ "VLAN", TV_M4(TV_G4, 32, TV_UDP, .vlan = 5), { },
	  TV_M4(TV_G4, 32, TV_UDP) },
	{ "VLAN that is kept", TV_M4(TV_G4, 32, TV_UDP, .vlan = 5),
	  { .mac = MCR_MAC_KEEP }, TV_M4(TV_G4, 32, TV_UDP, .vlan = 5) },
};

#endif /* MCR_TESTS_VECTORS_OVERLAP_H */
