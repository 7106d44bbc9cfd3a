/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Test vectors of the rule model: two matches and their order, a match and a
 * packet, two outputs. Part of vectors.h, which is the one to include.
 */
#ifndef MCR_TESTS_VECTORS_FLOW_H
#define MCR_TESTS_VECTORS_FLOW_H

/**
 * struct mcr_order_vector - which of two matches goes first?
 * @desc: the case
 * @a: a sound match
 * @b: another
 * @first: sign of mcr_match_order(): -1: @a, 1: @b, 0: no packet is taken by
 *	both, or they are equal
 * @equal: of mcr_match_equal()
 * @both: there is a packet that both take: @flow
 * @flow: that packet
 */
struct mcr_order_vector {
	const char *desc;
	struct mcr_match a;
	struct mcr_match b;
	int first;
	bool equal;
	bool both;
	struct mcr_flow flow;
};

/* The packet that most of these pairs meet in. */
#define TV_FLOW4	TV_F4(TV_G4, TV_S4, TV_TO(5000))
#define TV_FLOW6	TV_F6(TV_G6, TV_S6, TV_TO(5000))
#define TV_NO_FLOW	{ .family = 0 }

static const struct mcr_order_vector mcr_order_vectors[] __maybe_unused = {
	{ "the same", TV_M4(TV_G4, 32, TV_UDP), TV_M4(TV_G4, 32, TV_UDP),
	  0, true, true, TV_FLOW4 },
	{ "the same in all", TV_M4(TV_G4, 32, TV_PORTS(5000, 5001),
				   TV_SRC(TV_S4, 32), .vlan = 5),
	  TV_M4(TV_G4, 32, TV_PORTS(5000, 5001), TV_SRC(TV_S4, 32), .vlan = 5),
	  0, true, true, TV_F4(TV_G4, TV_S4, TV_TO(5001), .vlan = 5) },
	{ "the same, IPv6", TV_M6(TV_G6, 128, TV_UDP),
	  TV_M6(TV_G6, 128, TV_UDP), 0, true, true, TV_FLOW6 },

	{ "host before prefix", TV_M4(TV_G4, 32, TV_UDP),
	  TV_M4(TV_IP4(239, 1, 1, 0), 31, TV_UDP), -1, false, true, TV_FLOW4 },
	{ "longer before shorter prefix",
	  TV_M4(TV_IP4(239, 1, 0, 0), 16, TV_UDP),
	  TV_M4(TV_IP4(239, 0, 0, 0), 15, TV_UDP), -1, false, true, TV_FLOW4 },
	{ "shorter prefix of the same bits",
	  TV_M4(TV_IP4(239, 0, 0, 0), 8, TV_UDP),
	  TV_M4(TV_IP4(239, 0, 0, 0), 15, TV_UDP), 1, false, true, TV_FLOW4 },
	{ "IPv6 host before prefix", TV_M6(TV_G6, 128, TV_UDP),
	  TV_M6(TV_IP6(0xff3e0000, 0, 0, 0), 16, TV_UDP),
	  -1, false, true, TV_FLOW6 },
	{ "group outweighs source, port, protocol and VLAN",
	  TV_M4(TV_G4, 32, TV_ANY),
	  TV_M4(TV_IP4(239, 1, 1, 0), 31, TV_PORTS(5000, 5000),
		TV_SRC(TV_S4, 32)), -1, false, true, TV_FLOW4 },
	{ "one source before any",
	  TV_M4(TV_G4, 32, TV_UDP, TV_SRC(TV_S4, 32)),
	  TV_M4(TV_G4, 32, TV_UDP), -1, false, true, TV_FLOW4 },
	{ "one source before source prefix",
	  TV_M4(TV_G4, 32, TV_UDP, TV_SRC(TV_IP4(192, 0, 2, 0), 24)),
	  TV_M4(TV_G4, 32, TV_UDP, TV_SRC(TV_S4, 32)),
	  1, false, true, TV_FLOW4 },
	{ "IPv6 one source before any",
	  TV_M6(TV_G6, 128, TV_UDP, TV_SRC(TV_S6, 128)),
	  TV_M6(TV_G6, 128, TV_UDP), -1, false, true, TV_FLOW6 },
	{ "source outweighs port and protocol",
	  TV_M4(TV_G4, 32, TV_ANY, TV_SRC(TV_S4, 32)),
	  TV_M4(TV_G4, 32, TV_PORTS(5000, 5000)), -1, false, true, TV_FLOW4 },
	{ "UDP before any protocol", TV_M4(TV_G4, 32, TV_ANY),
	  TV_M4(TV_G4, 32, TV_UDP), 1, false, true, TV_FLOW4 },
	{ "one port before a range",
	  TV_M4(TV_G4, 32, TV_PORTS(5000, 5000)),
	  TV_M4(TV_G4, 32, TV_PORTS(5000, 5001)), -1, false, true, TV_FLOW4 },
	{ "one port before a range that ends there",
	  TV_M4(TV_G4, 32, TV_PORTS(4999, 5000)),
	  TV_M4(TV_G4, 32, TV_PORTS(5000, 5000)), 1, false, true, TV_FLOW4 },
	{ "one port before any", TV_M4(TV_G4, 32, TV_UDP),
	  TV_M4(TV_G4, 32, TV_PORTS(5000, 5000)), 1, false, true, TV_FLOW4 },
	{ "a range before any", TV_M4(TV_G4, 32, TV_PORTS(4000, 6000)),
	  TV_M4(TV_G4, 32, TV_UDP), -1, false, true, TV_FLOW4 },
	{ "the widest range before any", TV_M4(TV_G4, 32, TV_UDP),
	  TV_M4(TV_G4, 32, TV_PORTS(1, 65535)), 1, false, true, TV_FLOW4 },
	{ "narrower range within", TV_M4(TV_G4, 32, TV_PORTS(4000, 6000)),
	  TV_M4(TV_G4, 32, TV_PORTS(4999, 5001)), 1, false, true, TV_FLOW4 },
	{ "narrower range overlaps", TV_M4(TV_G4, 32, TV_PORTS(4998, 5000)),
	  TV_M4(TV_G4, 32, TV_PORTS(5000, 5003)), -1, false, true, TV_FLOW4 },
	{ "ranges of one width: lower start",
	  TV_M4(TV_G4, 32, TV_PORTS(5000, 5009)),
	  TV_M4(TV_G4, 32, TV_PORTS(4991, 5000)), 1, false, true, TV_FLOW4 },
	{ "range outweighs VLAN",
	  TV_M4(TV_G4, 32, TV_PORTS(5000, 5001), .vlan = 5),
	  TV_M4(TV_G4, 32, TV_PORTS(5000, 5002), .vlan = 5), -1, false, true,
	  TV_F4(TV_G4, TV_S4, TV_TO(5000), .vlan = 5) },

	/* What no packet can decide is in a fixed order nevertheless. */
	{ "VLAN before none", TV_M4(TV_G4, 32, TV_UDP, .vlan = 5),
	  TV_M4(TV_G4, 32, TV_UDP), -1, false, false, TV_NO_FLOW },
	{ "port outweighs VLAN", TV_M4(TV_G4, 32, TV_UDP, .vlan = 5),
	  TV_M4(TV_G4, 32, TV_PORTS(5000, 5000)), 1, false, false,
	  TV_NO_FLOW },
	{ "other VLAN", TV_M4(TV_G4, 32, TV_UDP, .vlan = 5),
	  TV_M4(TV_G4, 32, TV_UDP, .vlan = 6), 0, false, false, TV_NO_FLOW },
	{ "other group", TV_M4(TV_G4, 32, TV_UDP), TV_M4(TV_G4_B, 32, TV_UDP),
	  0, false, false, TV_NO_FLOW },
	{ "other IPv6 group", TV_M6(TV_G6, 128, TV_UDP),
	  TV_M6(TV_G6_B, 128, TV_UDP), 0, false, false, TV_NO_FLOW },
	{ "other source", TV_M4(TV_G4, 32, TV_UDP, TV_SRC(TV_S4, 32)),
	  TV_M4(TV_G4, 32, TV_UDP, TV_SRC(TV_S4_B, 32)), 0, false, false,
	  TV_NO_FLOW },
	{ "other IPv6 source", TV_M6(TV_G6, 128, TV_UDP, TV_SRC(TV_S6, 128)),
	  TV_M6(TV_G6, 128, TV_UDP, TV_SRC(TV_S6_B, 128)), 0, false, false,
	  TV_NO_FLOW },
	{ "other port", TV_M4(TV_G4, 32, TV_PORTS(5000, 5000)),
	  TV_M4(TV_G4, 32, TV_PORTS(5001, 5001)), -1, false, false,
	  TV_NO_FLOW },
	{ "ranges side by side", TV_M4(TV_G4, 32, TV_PORTS(5000, 5001)),
	  TV_M4(TV_G4, 32, TV_PORTS(5002, 5003)), -1, false, false,
	  TV_NO_FLOW },
	{ "other family of the same bytes",
	  TV_M4(TV_IP4(255, 0, 0, 0), 8, TV_UDP),
	  TV_M6(TV_IP6(0xff000000, 0, 0, 0), 8, TV_UDP),
	  0, false, false, TV_NO_FLOW },
};

/**
 * struct mcr_hits_vector - does a match take a packet, and why not?
 * @desc: the case
 * @match: a sound match
 * @flow: the packet's key
 * @misses: of mcr_match_misses(); 0: it takes it
 */
struct mcr_hits_vector {
	const char *desc;
	struct mcr_match match;
	struct mcr_flow flow;
	unsigned int misses;
};

#define TV_ALL4		TV_IP4(224, 0, 0, 0)
#define TV_ALL6		TV_IP6(0xff000000, 0, 0, 0)

static const struct mcr_hits_vector mcr_hits_vectors[] __maybe_unused = {
	{ "the group", TV_M4(TV_G4, 32, TV_UDP), TV_FLOW4, 0 },
	{ "another group", TV_M4(TV_G4_B, 32, TV_UDP), TV_FLOW4,
	  MCR_MISS_GROUP },
	{ "first of the prefix", TV_M4(TV_IP4(239, 1, 0, 0), 16, TV_UDP),
	  TV_F4(TV_IP4(239, 1, 0, 0), TV_S4, TV_TO(1)), 0 },
	{ "last of the prefix", TV_M4(TV_IP4(239, 1, 0, 0), 16, TV_UDP),
	  TV_F4(TV_IP4(239, 1, 255, 255), TV_S4, TV_TO(1)), 0 },
	{ "before the prefix", TV_M4(TV_IP4(239, 1, 0, 0), 16, TV_UDP),
	  TV_F4(TV_IP4(239, 0, 255, 255), TV_S4, TV_TO(1)),
	  MCR_MISS_GROUP },
	{ "behind the prefix", TV_M4(TV_IP4(239, 1, 0, 0), 16, TV_UDP),
	  TV_F4(TV_IP4(239, 2, 0, 0), TV_S4, TV_TO(1)),
	  MCR_MISS_GROUP },
	{ "last of /31", TV_M4(TV_IP4(239, 1, 1, 0), 31, TV_UDP),
	  TV_F4(TV_G4, TV_S4, TV_TO(1)), 0 },
	{ "behind /31", TV_M4(TV_IP4(239, 1, 1, 0), 31, TV_UDP),
	  TV_F4(TV_G4_B, TV_S4, TV_TO(1)),
	  MCR_MISS_GROUP },
	{ "last of all groups", TV_M4(TV_ALL4, 4, TV_UDP),
	  TV_F4(TV_IP4(239, 255, 255, 255), TV_S4, TV_TO(1)), 0 },
	{ "IPv6 group", TV_M6(TV_G6, 128, TV_UDP), TV_FLOW6, 0 },
	{ "another IPv6 group", TV_M6(TV_G6_B, 128, TV_UDP), TV_FLOW6,
	  MCR_MISS_GROUP },
	{ "last of an IPv6 /33",
	  TV_M6(TV_IP6(0xff3e0001, 0x80000000, 0, 0), 33, TV_UDP),
	  TV_F6(TV_IP6(0xff3e0001, 0xffffffff, 0xffffffff, 0xffffffff),
		TV_S6, TV_TO(1)), 0 },
	{ "before an IPv6 /33",
	  TV_M6(TV_IP6(0xff3e0001, 0x80000000, 0, 0), 33, TV_UDP),
	  TV_F6(TV_IP6(0xff3e0001, 0x7fffffff, 0xffffffff, 0xffffffff),
		TV_S6, TV_TO(1)),
	  MCR_MISS_GROUP },
	{ "other family of the same bytes", TV_M6(TV_ALL6, 8, TV_UDP),
	  TV_F4(TV_IP4(255, 0, 0, 0), TV_S4, TV_TO(1)),
	  MCR_MISS_FAMILY },
	{ "IPv6 packet, IPv4 match", TV_M4(TV_ALL4, 4, TV_ANY), TV_FLOW6,
	  MCR_MISS_FAMILY },

	{ "the source", TV_M4(TV_G4, 32, TV_UDP, TV_SRC(TV_S4, 32)), TV_FLOW4,
	  0 },
	{ "another source", TV_M4(TV_G4, 32, TV_UDP, TV_SRC(TV_S4_B, 32)),
	  TV_FLOW4,
	  MCR_MISS_SRC },
	{ "source prefix",
	  TV_M4(TV_G4, 32, TV_UDP, TV_SRC(TV_IP4(192, 0, 2, 0), 29)), TV_FLOW4,
	  0 },
	{ "beside the source prefix",
	  TV_M4(TV_G4, 32, TV_UDP, TV_SRC(TV_IP4(192, 0, 2, 8), 29)), TV_FLOW4,
	  MCR_MISS_SRC },
	{ "source 0.0.0.0, any meant", TV_M4(TV_G4, 32, TV_UDP),
	  TV_F4(TV_G4, TV_NO_ADDR, TV_TO(5000)), 0 },
	{ "IPv6 source", TV_M6(TV_G6, 128, TV_UDP, TV_SRC(TV_S6, 128)),
	  TV_FLOW6, 0 },
	{ "another IPv6 source",
	  TV_M6(TV_G6, 128, TV_UDP, TV_SRC(TV_S6_B, 128)), TV_FLOW6,
	  MCR_MISS_SRC },
	{ "IPv6 source prefix",
	  TV_M6(TV_G6, 128, TV_UDP,
		TV_SRC(TV_IP6(0x20010db8, 0, 0, 0), 125)),
	  TV_FLOW6, 0 },
	{ "beside the IPv6 source prefix",
	  TV_M6(TV_G6, 128, TV_UDP,
		TV_SRC(TV_IP6(0x20010db8, 0, 0, 8), 125)),
	  TV_FLOW6,
	  MCR_MISS_SRC },

	{ "the port", TV_M4(TV_G4, 32, TV_PORTS(5000, 5000)), TV_FLOW4, 0 },
	{ "below the port", TV_M4(TV_G4, 32, TV_PORTS(5001, 5001)), TV_FLOW4,
	  MCR_MISS_DPORT },
	{ "above the port", TV_M4(TV_G4, 32, TV_PORTS(4999, 4999)), TV_FLOW4,
	  MCR_MISS_DPORT },
	{ "start of the range", TV_M4(TV_G4, 32, TV_PORTS(5000, 5010)),
	  TV_FLOW4, 0 },
	{ "end of the range", TV_M4(TV_G4, 32, TV_PORTS(4990, 5000)), TV_FLOW4,
	  0 },
	{ "below the range", TV_M4(TV_G4, 32, TV_PORTS(5001, 5010)), TV_FLOW4,
	  MCR_MISS_DPORT },
	{ "above the range", TV_M4(TV_G4, 32, TV_PORTS(4990, 4999)), TV_FLOW4,
	  MCR_MISS_DPORT },
	{ "port 65535", TV_M4(TV_G4, 32, TV_PORTS(65535, 65535)),
	  TV_F4(TV_G4, TV_S4, TV_TO(65535)), 0 },
	{ "port 1 of all", TV_M4(TV_G4, 32, TV_PORTS(1, 65535)),
	  TV_F4(TV_G4, TV_S4, TV_TO(1)), 0 },
	{ "port 65535 of all", TV_M4(TV_G4, 32, TV_PORTS(1, 65535)),
	  TV_F4(TV_G4, TV_S4, TV_TO(65535)), 0 },
	{ "no port is known, one meant", TV_M4(TV_G4, 32, TV_PORTS(5000, 5000)),
	  TV_F4(TV_G4, TV_S4, TV_UDP),
	  MCR_MISS_DPORT },
	{ "no port is known, all meant", TV_M4(TV_G4, 32, TV_PORTS(1, 65535)),
	  TV_F4(TV_G4, TV_S4, TV_UDP),
	  MCR_MISS_DPORT },
	{ "no port is known, any meant", TV_M4(TV_G4, 32, TV_UDP),
	  TV_F4(TV_G4, TV_S4, TV_UDP), 0 },

	{ "UDP, any meant", TV_M4(TV_G4, 32, TV_ANY), TV_FLOW4, 0 },
	{ "not UDP, any meant", TV_M4(TV_G4, 32, TV_ANY),
	  TV_F4(TV_G4, TV_S4, TV_ANY), 0 },
	{ "not UDP, UDP meant", TV_M4(TV_G4, 32, TV_UDP),
	  TV_F4(TV_G4, TV_S4, TV_ANY),
	  MCR_MISS_PROTO },

	{ "tagged, not meant", TV_M4(TV_G4, 32, TV_UDP),
	  TV_F4(TV_G4, TV_S4, TV_TO(5000), .vlan = 5),
	  MCR_MISS_VLAN },
	{ "untagged, VLAN meant", TV_M4(TV_G4, 32, TV_UDP, .vlan = 5), TV_FLOW4,
	  MCR_MISS_VLAN },
	{ "the VLAN", TV_M4(TV_G4, 32, TV_UDP, .vlan = 5),
	  TV_F4(TV_G4, TV_S4, TV_TO(5000), .vlan = 5), 0 },
	{ "another VLAN", TV_M4(TV_G4, 32, TV_UDP, .vlan = 5),
	  TV_F4(TV_G4, TV_S4, TV_TO(5000), .vlan = 6),
	  MCR_MISS_VLAN },

	{ "all but the family at once",
	  TV_M4(TV_G4, 32, TV_PORTS(5001, 5010), TV_SRC(TV_S4_B, 32)),
	  TV_F4(TV_G4_B, TV_S4, TV_TO(5000), .vlan = 5),
	  MCR_MISS_GROUP | MCR_MISS_SRC | MCR_MISS_DPORT | MCR_MISS_VLAN },
	{ "not UDP, a port meant", TV_M4(TV_G4, 32, TV_PORTS(5000, 5000)),
	  TV_F4(TV_G4, TV_S4, TV_ANY), MCR_MISS_PROTO },

	/* Local groups are meant only by who names them. */
	{ "224.0.0.251 by /4", TV_M4(TV_ALL4, 4, TV_ANY),
	  TV_F4(TV_IP4(224, 0, 0, 251), TV_S4, TV_TO(5353)),
	  MCR_MISS_LOCAL },
	{ "224.0.0.0 by /23", TV_M4(TV_ALL4, 23, TV_ANY),
	  TV_F4(TV_IP4(224, 0, 0, 0), TV_S4, TV_TO(1)),
	  MCR_MISS_LOCAL },
	{ "224.0.0.255 by /23", TV_M4(TV_ALL4, 23, TV_ANY),
	  TV_F4(TV_IP4(224, 0, 0, 255), TV_S4, TV_TO(1)),
	  MCR_MISS_LOCAL },
	{ "224.0.1.0 by /23", TV_M4(TV_ALL4, 23, TV_ANY),
	  TV_F4(TV_IP4(224, 0, 1, 0), TV_S4, TV_TO(1)), 0 },
	{ "224.0.0.251 by /24", TV_M4(TV_ALL4, 24, TV_ANY),
	  TV_F4(TV_IP4(224, 0, 0, 251), TV_S4, TV_TO(1)), 0 },
	{ "224.0.0.251 by /25", TV_M4(TV_IP4(224, 0, 0, 128), 25, TV_ANY),
	  TV_F4(TV_IP4(224, 0, 0, 251), TV_S4, TV_TO(1)), 0 },
	{ "224.0.0.251 by /32", TV_M4(TV_IP4(224, 0, 0, 251), 32, TV_UDP),
	  TV_F4(TV_IP4(224, 0, 0, 251), TV_S4, TV_TO(5353)), 0 },
	{ "224.128.0.1 by /4", TV_M4(TV_ALL4, 4, TV_ANY),
	  TV_F4(TV_IP4(224, 128, 0, 1), TV_S4, TV_TO(1)), 0 },
	{ "ff02::fb by /8", TV_M6(TV_ALL6, 8, TV_ANY),
	  TV_F6(TV_IP6(0xff020000, 0, 0, 0xfb), TV_S6, TV_TO(5353)),
	  MCR_MISS_LOCAL },
	{ "ff02::fb by /15", TV_M6(TV_IP6(0xff020000, 0, 0, 0), 15,
				   TV_ANY),
	  TV_F6(TV_IP6(0xff020000, 0, 0, 0xfb), TV_S6, TV_TO(1)),
	  MCR_MISS_LOCAL },
	{ "ff03::1 by /15", TV_M6(TV_IP6(0xff020000, 0, 0, 0), 15,
				  TV_ANY),
	  TV_F6(TV_IP6(0xff030000, 0, 0, 1), TV_S6, TV_TO(1)), 0 },
	{ "ff02::fb by /16", TV_M6(TV_IP6(0xff020000, 0, 0, 0), 16,
				   TV_ANY),
	  TV_F6(TV_IP6(0xff020000, 0, 0, 0xfb), TV_S6, TV_TO(1)),
	  0 },
	{ "ff02::fb by /128",
	  TV_M6(TV_IP6(0xff020000, 0, 0, 0xfb), 128, TV_UDP),
	  TV_F6(TV_IP6(0xff020000, 0, 0, 0xfb), TV_S6, TV_TO(5353)),
	  0 },
	{ "ff12::1 by /8", TV_M6(TV_ALL6, 8, TV_ANY),
	  TV_F6(TV_IP6(0xff120000, 0, 0, 1), TV_S6, TV_TO(1)), 0 },
};

/**
 * struct mcr_output_equal_vector - do two outputs do the same?
 * @desc: the case
 * @a: a sound output
 * @b: another
 * @equal: of mcr_output_equal()
 */
struct mcr_output_equal_vector {
	const char *desc;
	struct mcr_output_spec a;
	struct mcr_output_spec b;
	bool equal;
};

static const struct mcr_output_equal_vector
mcr_output_equal_vectors[] __maybe_unused = {
	{ "the same", TV_O(.set = 0), TV_O(.set = 0), true },
	{ "the same rewrites",
	  TV_O(TV_GROUP4(TV_G4), TV_FROM4(TV_S4), .ttl_mode = MCR_TTL_SET,
	       .ttl = 3),
	  TV_O(TV_GROUP4(TV_G4), TV_FROM4(TV_S4), .ttl_mode = MCR_TTL_SET,
	       .ttl = 3), true },
	{ "bytes behind the name's end", { .dev = "eth1\0abc" }, TV_O(.set = 0), true },
	{ "other device", TV_O(.set = 0), { .dev = "eth10" }, false },
	{ "with a group", TV_O(.set = 0), TV_O(TV_GROUP4(TV_G4)), false },
	{ "other group", TV_O(TV_GROUP4(TV_G4)), TV_O(TV_GROUP4(TV_G4_B)),
	  false },
	{ "other IPv6 group", TV_O(TV_GROUP6(TV_G6)),
	  TV_O(TV_GROUP6(TV_G6_B)), false },
	{ "source auto", TV_O(.set = 0), TV_O(.src_mode = MCR_SRC_AUTO), false },
	{ "other source", TV_O(TV_FROM4(TV_S4)), TV_O(TV_FROM4(TV_S4_B)),
	  false },
	{ "other IPv6 source", TV_O(TV_FROM6(TV_S6)), TV_O(TV_FROM6(TV_S6_B)),
	  false },
	{ "other dport", TV_O(.set = MCR_SET_DPORT, .dport = 1),
	  TV_O(.set = MCR_SET_DPORT, .dport = 2), false },
	{ "other sport", TV_O(.set = MCR_SET_SPORT, .sport = 1),
	  TV_O(.set = MCR_SET_SPORT, .sport = 2), false },
	{ "DSCP 0 is not none", TV_O(.set = 0), TV_O(.set = MCR_SET_DSCP), false },
	{ "other DSCP", TV_O(.set = MCR_SET_DSCP, .dscp = 46),
	  TV_O(.set = MCR_SET_DSCP, .dscp = 34), false },
	{ "TTL keep is not auto", TV_O(.set = 0), TV_O(.ttl_mode = MCR_TTL_KEEP),
	  false },
	{ "other TTL", TV_O(.ttl_mode = MCR_TTL_SET, .ttl = 1),
	  TV_O(.ttl_mode = MCR_TTL_SET, .ttl = 2), false },
	{ "MAC keep", TV_O(.set = 0), TV_O(.mac = MCR_MAC_KEEP), false },
	{ "other rate", { .dev = "eth1", .rate = 1 },
	  { .dev = "eth1", .rate = 2 }, false },
	{ "rates that differ above 32 bits",
	  { .dev = "eth1", .rate = 0x100000001ULL },
	  { .dev = "eth1", .rate = 1 }, false },
	{ "other rate unit", { .dev = "eth1", .rate = 1 },
	  { .dev = "eth1", .rate = 1, .rate_unit = MCR_RATE_BITS }, false },
	{ "other burst", { .dev = "eth1", .rate = 1, .burst = 1 },
	  { .dev = "eth1", .rate = 1, .burst = 2 }, false },
	{ "fragment", TV_O(.set = 0), { .dev = "eth1", .mtu = MCR_MTU_FRAGMENT },
	  false },
};

#endif /* MCR_TESTS_VECTORS_FLOW_H */
