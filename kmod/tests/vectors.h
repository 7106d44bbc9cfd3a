/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Test vectors of the rule model, for all who compile rule.c: what is sound,
 * which of two matches goes first, which packets a match takes.
 *
 * Plain tables, the same in the kernel and in userspace. A table is walked
 * with MCR_VECTORS(); each entry has a @desc that is unique in its table.
 */
#ifndef MCR_TESTS_VECTORS_H
#define MCR_TESTS_VECTORS_H

#include "rule.h"

#ifdef __KERNEL__
#include <linux/compiler.h>
#include <linux/socket.h>
#else
#include <sys/socket.h>
#ifndef __maybe_unused
#define __maybe_unused __attribute((__unused__))
#endif
#ifndef __force
#define __force
#endif
#endif

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define TV_BE32(x)		((__force __be32)__builtin_bswap32(x))
#else
#define TV_BE32(x)		((__force __be32)(x))
#endif

/* Number of entries of a table. */
#define MCR_VECTORS(table) (sizeof(table) / sizeof((table)[0]))

/* Addresses: four bytes; four words, so that ff3e::1 is 0xff3e0000, 0, 0, 1. */
#define TV_BYTES(...)		{ .raw = { __VA_ARGS__ } }
#define TV_IP4(a, b, c, d)	TV_BYTES(a, b, c, d)
#define TV_IP6(a, b, c, d)	{ .ip6 = { TV_BE32(a), TV_BE32(b),	\
						   TV_BE32(c), TV_BE32(d) } }

/* A struct mcr_match: group, its prefix length, and what else is given. */
#define TV_M4(addr, len, ...) {						\
	.family = AF_INET, .group = addr, .group_len = len, __VA_ARGS__	\
}

#define TV_M6(addr, len, ...) {						\
	.family = AF_INET6, .group = addr, .group_len = len, __VA_ARGS__ \
}

/* A struct mcr_flow: destination, source, and what else is given. */
#define TV_F4(to, from, ...) {						\
	.family = AF_INET, .dst = to, .src = from, __VA_ARGS__		\
}

#define TV_F6(to, from, ...) {						\
	.family = AF_INET6, .dst = to, .src = from, __VA_ARGS__		\
}

/* Parts of both. */
#define TV_ANY			.proto = MCR_PROTO_ANY
#define TV_UDP			.proto = MCR_PROTO_UDP
#define TV_PORTS(min, max)	.proto = MCR_PROTO_UDP,			\
				.dport_min = min, .dport_max = max
#define TV_SRC(addr, len)	.src = addr, .src_len = len
#define TV_TO(port)		.proto = MCR_PROTO_UDP, .dport = port

/* Addresses that many vectors use. */
#define TV_G4		TV_IP4(239, 1, 1, 1)
#define TV_G4_B		TV_IP4(239, 1, 1, 2)
#define TV_S4		TV_IP4(192, 0, 2, 7)
#define TV_S4_B		TV_IP4(192, 0, 2, 8)
#define TV_G6		TV_IP6(0xff3e0000, 0, 0, 0x80000001)
#define TV_G6_B		TV_IP6(0xff3e0000, 0, 0, 0x80000002)
#define TV_S6		TV_IP6(0x20010db8, 0, 0, 7)
#define TV_S6_B		TV_IP6(0x20010db8, 0, 0, 8)
#define TV_NO_ADDR	TV_BYTES(0)

/**
 * struct mcr_addr_vector - what kind of address is this?
 * @desc: the case
 * @family: AF_INET or AF_INET6
 * @addr: the address
 * @multicast: of mcr_addr_is_multicast()
 * @local: of mcr_addr_is_local_group(); looked at for multicast only
 */
struct mcr_addr_vector {
	const char *desc;
	__u8 family;
	union mcr_addr addr;
	bool multicast;
	bool local;
};

static const struct mcr_addr_vector mcr_addr_vectors[] __maybe_unused = {
	{ "below multicast", AF_INET, TV_IP4(223, 255, 255, 255), false, false },
	{ "first group", AF_INET, TV_IP4(224, 0, 0, 0), true, true },
	{ "all hosts", AF_INET, TV_IP4(224, 0, 0, 1), true, true },
	{ "mDNS", AF_INET, TV_IP4(224, 0, 0, 251), true, true },
	{ "last local group", AF_INET, TV_IP4(224, 0, 0, 255), true, true },
	{ "NTP", AF_INET, TV_IP4(224, 0, 1, 1), true, false },
	{ "224.1.0.1", AF_INET, TV_IP4(224, 1, 0, 1), true, false },
	{ "225.0.0.1", AF_INET, TV_IP4(225, 0, 0, 1), true, false },
	{ "source specific", AF_INET, TV_IP4(232, 1, 2, 3), true, false },
	{ "last group", AF_INET, TV_IP4(239, 255, 255, 255), true, false },
	{ "above multicast", AF_INET, TV_IP4(240, 0, 0, 0), false, false },
	{ "broadcast", AF_INET, TV_IP4(255, 255, 255, 255), false, false },
	{ "unspecified", AF_INET, TV_IP4(0, 0, 0, 0), false, false },
	{ "fe80::1", AF_INET6, TV_IP6(0xfe800000, 0, 0, 1),
	  false, false },
	{ "feff::", AF_INET6, TV_IP6(0xfeff0000, 0, 0, 0),
	  false, false },
	{ "ff00::", AF_INET6, TV_IP6(0xff000000, 0, 0, 0), true, false },
	{ "ff01::1", AF_INET6, TV_IP6(0xff010000, 0, 0, 1),
	  true, false },
	{ "ff02::", AF_INET6, TV_IP6(0xff020000, 0, 0, 0), true, true },
	{ "ff02::fb", AF_INET6, TV_IP6(0xff020000, 0, 0, 0xfb),
	  true, true },
	{ "ff02:ffff::1", AF_INET6, TV_IP6(0xff02ffff, 0, 0, 1),
	  true, true },
	{ "ff03::1", AF_INET6, TV_IP6(0xff030000, 0, 0, 1),
	  true, false },
	/* Transient, link-local: only the well-known ones are left out. */
	{ "ff12::1", AF_INET6, TV_IP6(0xff120000, 0, 0, 1),
	  true, false },
	{ "ffff::", AF_INET6, TV_IP6(0xffff0000, 0, 0, 0), true, false },
	{ "::", AF_INET6, TV_IP6(0, 0, 0, 0), false, false },
};

/**
 * struct mcr_mask_vector - an address cut to a prefix
 * @desc: the case
 * @family: AF_INET or AF_INET6
 * @addr: the address
 * @len: prefix length
 * @masked: of mcr_addr_mask()
 */
struct mcr_mask_vector {
	const char *desc;
	__u8 family;
	union mcr_addr addr;
	unsigned int len;
	union mcr_addr masked;
};

#define TV_MASK6	TV_IP6(0xff3e0001, 0x80020003, 0x40005, 0x60007)

static const struct mcr_mask_vector mcr_mask_vectors[] __maybe_unused = {
	{ "IPv4 /0", AF_INET, TV_IP4(255, 255, 255, 255), 0,
	  TV_IP4(0, 0, 0, 0) },
	{ "IPv4 /1", AF_INET, TV_IP4(255, 255, 255, 255), 1,
	  TV_IP4(128, 0, 0, 0) },
	{ "IPv4 /7", AF_INET, TV_IP4(255, 255, 255, 255), 7,
	  TV_IP4(254, 0, 0, 0) },
	{ "IPv4 /8", AF_INET, TV_IP4(239, 255, 255, 255), 8,
	  TV_IP4(239, 0, 0, 0) },
	{ "IPv4 /9", AF_INET, TV_IP4(239, 255, 255, 255), 9,
	  TV_IP4(239, 128, 0, 0) },
	{ "IPv4 /31", AF_INET, TV_IP4(239, 1, 2, 255), 31,
	  TV_IP4(239, 1, 2, 254) },
	{ "IPv4 /32", AF_INET, TV_IP4(239, 1, 2, 255), 32,
	  TV_IP4(239, 1, 2, 255) },
	{ "IPv4 /33 is all of it", AF_INET, TV_IP4(239, 1, 2, 255), 33,
	  TV_IP4(239, 1, 2, 255) },
	{ "IPv4 bytes that it has not", AF_INET,
	  TV_BYTES(239, 1, 1, 1, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16),
	  32, TV_IP4(239, 1, 1, 1) },
	{ "IPv6 /0", AF_INET6, TV_MASK6, 0,
	  TV_IP6(0, 0, 0, 0) },
	{ "IPv6 /12", AF_INET6, TV_MASK6, 12,
	  TV_IP6(0xff300000, 0, 0, 0) },
	{ "IPv6 /33", AF_INET6, TV_MASK6, 33,
	  TV_IP6(0xff3e0001, 0x80000000, 0, 0) },
	{ "IPv6 /64", AF_INET6, TV_MASK6, 64,
	  TV_IP6(0xff3e0001, 0x80020003, 0, 0) },
	{ "IPv6 /127", AF_INET6, TV_MASK6, 127,
	  TV_IP6(0xff3e0001, 0x80020003, 0x40005, 0x60006) },
	{ "IPv6 /128", AF_INET6, TV_MASK6, 128, TV_MASK6 },
	{ "IPv6 /129 is all of it", AF_INET6, TV_MASK6, 129, TV_MASK6 },
};

/**
 * struct mcr_word_vector - may something be called this?
 * @desc: the case
 * @word: the name
 * @ok: whether it may
 */
struct mcr_word_vector {
	const char *desc;
	const char *word;
	bool ok;
};

/* Names of rules, for mcr_name_ok(). */
static const struct mcr_word_vector mcr_name_vectors[] __maybe_unused = {
	{ "a letter", "a", true },
	{ "a capital", "Z", true },
	{ "all that is allowed", "aZ09_.-z", true },
	{ "31 bytes", "a234567890123456789012345678901", true },
	{ "32 bytes", "a2345678901234567890123456789012", false },
	{ "40 bytes", "a234567890123456789012345678901234567890", false },
	{ "none", "", false },
	{ "a digit first", "1a", false },
	{ "a dash first", "-a", false },
	{ "a dot first", ".a", false },
	{ "an underscore first", "_a", false },
	{ "a blank", "a b", false },
	{ "a blank at the end", "a ", false },
	{ "a tab", "a\tb", false },
	{ "a newline", "a\n", false },
	{ "a slash", "a/b", false },
	{ "a colon", "a:b", false },
	{ "a quote", "a\"", false },
	{ "a comment", "a#", false },
	{ "a byte beyond ASCII first", "\xc3\xa4", false },
	{ "a byte beyond ASCII", "a\xc3\xa4", false },
	{ "a control character", "a\x01", false },
	{ "keyword id", "id", false },
	{ "keyword name", "name", false },
	{ "id in capitals", "ID", true },
	{ "begins with id", "id7", true },
	{ "begins with name", "names", true },
	{ "before a", "`a", false },
	{ "behind z", "a{", false },
	{ "before A", "@a", false },
	{ "behind Z", "a[", false },
	{ "behind 9 is a colon", "a:", false },
};

/* Names of devices, for mcr_dev_ok(). */
static const struct mcr_word_vector mcr_dev_vectors[] __maybe_unused = {
	{ "eth0", "eth0", true },
	{ "one byte", "a", true },
	{ "a digit", "0", true },
	{ "15 bytes", "abcdefghijklmno", true },
	{ "a VLAN's", "eth0.100", true },
	{ "a tunnel's", "if@x-y_z", true },
	{ "three dots", "...", true },
	{ "a dot first", ".a", true },
	{ "beyond ASCII", "\xc3\xa4z", true },
	{ "quotes", "a\"'#", true },
	{ "a control character", "a\x01", true },
	{ "none", "", false },
	{ "a dot", ".", false },
	{ "two dots", "..", false },
	{ "a slash", "a/b", false },
	{ "a colon", "a:b", false },
	{ "a blank", "a b", false },
	{ "a blank first", " a", false },
	{ "a tab", "a\t", false },
	{ "a newline", "a\n", false },
	{ "a vertical tab", "a\v", false },
	{ "a form feed", "a\f", false },
	{ "a carriage return", "a\r", false },
	{ "a Latin-1 blank", "a\xa0", false },
};

/**
 * struct mcr_match_vector - is a match sound?
 * @desc: the case
 * @match: the match
 * @fault: of mcr_match_check()
 */
struct mcr_match_vector {
	const char *desc;
	struct mcr_match match;
	enum mcr_fault fault;
};

static const struct mcr_match_vector mcr_match_vectors[] __maybe_unused = {
	{ "host group", TV_M4(TV_G4, 32, TV_UDP), MCR_FAULT_NONE },
	{ "host group, any protocol", TV_M4(TV_G4, 32, TV_ANY),
	  MCR_FAULT_NONE },
	{ "local host group", TV_M4(TV_IP4(224, 0, 0, 251), 32, TV_UDP),
	  MCR_FAULT_NONE },
	{ "all groups", TV_M4(TV_IP4(224, 0, 0, 0), 4, TV_UDP),
	  MCR_FAULT_NONE },
	{ "prefix", TV_M4(TV_IP4(239, 1, 0, 0), 16, TV_UDP), MCR_FAULT_NONE },
	{ "host source", TV_M4(TV_G4, 32, TV_UDP, TV_SRC(TV_S4, 32)),
	  MCR_FAULT_NONE },
	{ "source prefix",
	  TV_M4(TV_G4, 32, TV_UDP, TV_SRC(TV_IP4(192, 0, 2, 0), 24)),
	  MCR_FAULT_NONE },
	{ "source /1",
	  TV_M4(TV_G4, 32, TV_UDP, TV_SRC(TV_IP4(128, 0, 0, 0), 1)),
	  MCR_FAULT_NONE },
	/* Unicast sources are among those. */
	{ "source prefix that holds all multicast",
	  TV_M4(TV_G4, 32, TV_UDP, TV_SRC(TV_IP4(192, 0, 0, 0), 2)),
	  MCR_FAULT_NONE },
	{ "IPv6 source prefix that holds all multicast",
	  TV_M6(TV_G6, 128, TV_UDP, TV_SRC(TV_IP6(0xfe000000, 0, 0, 0), 7)),
	  MCR_FAULT_NONE },
	{ "one port", TV_M4(TV_G4, 32, TV_PORTS(5000, 5000)), MCR_FAULT_NONE },
	{ "lowest port", TV_M4(TV_G4, 32, TV_PORTS(1, 1)), MCR_FAULT_NONE },
	{ "highest port", TV_M4(TV_G4, 32, TV_PORTS(65535, 65535)),
	  MCR_FAULT_NONE },
	{ "all ports", TV_M4(TV_G4, 32, TV_PORTS(1, 65535)), MCR_FAULT_NONE },
	{ "lowest VLAN", TV_M4(TV_G4, 32, TV_UDP, .vlan = 1), MCR_FAULT_NONE },
	{ "highest VLAN", TV_M4(TV_G4, 32, TV_UDP, .vlan = 4094),
	  MCR_FAULT_NONE },
	{ "IPv6 host group", TV_M6(TV_G6, 128, TV_UDP), MCR_FAULT_NONE },
	{ "IPv6 all groups",
	  TV_M6(TV_IP6(0xff000000, 0, 0, 0), 8, TV_ANY),
	  MCR_FAULT_NONE },
	{ "IPv6 prefix", TV_M6(TV_IP6(0xff3e0030, 0, 0, 0), 33,
			       TV_UDP), MCR_FAULT_NONE },
	{ "IPv6 host source", TV_M6(TV_G6, 128, TV_UDP, TV_SRC(TV_S6, 128)),
	  MCR_FAULT_NONE },
	{ "IPv6 all that can be given",
	  TV_M6(TV_G6, 128, TV_PORTS(5000, 5003), TV_SRC(TV_S6, 128),
		.vlan = 100), MCR_FAULT_NONE },

	{ "no family", { .group = TV_G4, .group_len = 32, TV_UDP },
	  MCR_FAULT_GROUP_FAMILY },
	{ "unknown family",
	  { .family = AF_UNIX, .group = TV_G4, .group_len = 32, TV_UDP },
	  MCR_FAULT_GROUP_FAMILY },
	{ "group /33", TV_M4(TV_G4, 33, TV_UDP), MCR_FAULT_GROUP_LEN },
	{ "group /3", TV_M4(TV_IP4(224, 0, 0, 0), 3, TV_UDP),
	  MCR_FAULT_GROUP_LEN },
	{ "group /0", TV_M4(TV_IP4(0, 0, 0, 0), 0, TV_UDP),
	  MCR_FAULT_GROUP_LEN },
	{ "IPv6 group /129", TV_M6(TV_G6, 129, TV_UDP), MCR_FAULT_GROUP_LEN },
	{ "IPv6 group /7", TV_M6(TV_IP6(0xfe000000, 0, 0, 0), 7, TV_UDP),
	  MCR_FAULT_GROUP_LEN },
	{ "group with host bits", TV_M4(TV_G4, 31, TV_UDP),
	  MCR_FAULT_GROUP_BITS },
	{ "group with bytes of IPv6",
	  TV_M4(TV_BYTES([0] = 239, [15] = 1), 32, TV_UDP),
	  MCR_FAULT_GROUP_BITS },
	{ "IPv6 group with host bits", TV_M6(TV_G6, 127, TV_UDP),
	  MCR_FAULT_GROUP_BITS },
	{ "unicast group", TV_M4(TV_S4, 32, TV_UDP), MCR_FAULT_GROUP_UNICAST },
	{ "unicast prefix", TV_M4(TV_IP4(192, 0, 2, 0), 24, TV_UDP),
	  MCR_FAULT_GROUP_UNICAST },
	{ "broadcast group", TV_M4(TV_IP4(255, 255, 255, 255), 32, TV_UDP),
	  MCR_FAULT_GROUP_UNICAST },
	{ "just below multicast", TV_M4(TV_IP4(223, 255, 255, 255), 32, TV_UDP),
	  MCR_FAULT_GROUP_UNICAST },
	{ "just above multicast", TV_M4(TV_IP4(240, 0, 0, 0), 4, TV_UDP),
	  MCR_FAULT_GROUP_UNICAST },
	{ "IPv6 unicast group", TV_M6(TV_S6, 128, TV_UDP),
	  MCR_FAULT_GROUP_UNICAST },
	{ "source /33", TV_M4(TV_G4, 32, TV_UDP, TV_SRC(TV_S4, 33)),
	  MCR_FAULT_SRC_LEN },
	{ "IPv6 source /129", TV_M6(TV_G6, 128, TV_UDP, TV_SRC(TV_S6, 129)),
	  MCR_FAULT_SRC_LEN },
	{ "source with host bits",
	  TV_M4(TV_G4, 32, TV_UDP, TV_SRC(TV_S4, 24)), MCR_FAULT_SRC_BITS },
	{ "source without a length", TV_M4(TV_G4, 32, TV_UDP, .src = TV_S4),
	  MCR_FAULT_SRC_BITS },
	{ "IPv6 source with host bits",
	  TV_M6(TV_G6, 128, TV_UDP, TV_SRC(TV_S6, 127)), MCR_FAULT_SRC_BITS },
	{ "multicast source", TV_M4(TV_G4, 32, TV_UDP, TV_SRC(TV_G4_B, 32)),
	  MCR_FAULT_SRC_NOT_UNICAST },
	{ "broadcast source",
	  TV_M4(TV_G4, 32, TV_UDP, TV_SRC(TV_IP4(255, 255, 255, 255), 32)),
	  MCR_FAULT_SRC_NOT_UNICAST },
	{ "multicast source prefix",
	  TV_M4(TV_G4, 32, TV_UDP, TV_SRC(TV_IP4(239, 0, 0, 0), 8)),
	  MCR_FAULT_SRC_NOT_UNICAST },
	{ "IPv6 multicast source prefix",
	  TV_M6(TV_G6, 128, TV_UDP, TV_SRC(TV_IP6(0xff000000, 0, 0, 0), 8)),
	  MCR_FAULT_SRC_NOT_UNICAST },
	{ "source 0.0.0.0", TV_M4(TV_G4, 32, TV_UDP, .src_len = 32),
	  MCR_FAULT_SRC_NOT_UNICAST },
	{ "IPv6 multicast source",
	  TV_M6(TV_G6, 128, TV_UDP, TV_SRC(TV_G6_B, 128)),
	  MCR_FAULT_SRC_NOT_UNICAST },
	{ "IPv6 source ::", TV_M6(TV_G6, 128, TV_UDP, .src_len = 128),
	  MCR_FAULT_SRC_NOT_UNICAST },
	{ "protocol TCP", TV_M4(TV_G4, 32, .proto = 6), MCR_FAULT_PROTO },
	{ "protocol 255", TV_M4(TV_G4, 32, .proto = 255), MCR_FAULT_PROTO },
	{ "range descends", TV_M4(TV_G4, 32, TV_PORTS(5001, 5000)),
	  MCR_FAULT_DPORT_ORDER },
	{ "range from 0", TV_M4(TV_G4, 32, TV_PORTS(0, 5000)),
	  MCR_FAULT_DPORT_ORDER },
	{ "range to 0", TV_M4(TV_G4, 32, TV_PORTS(5000, 0)),
	  MCR_FAULT_DPORT_ORDER },
	{ "port of any protocol",
	  TV_M4(TV_G4, 32, TV_ANY, .dport_min = 5000, .dport_max = 5000),
	  MCR_FAULT_DPORT_PROTO },
	{ "VLAN 4095", TV_M4(TV_G4, 32, TV_UDP, .vlan = 4095),
	  MCR_FAULT_VLAN },
	{ "VLAN 65535", TV_M4(TV_G4, 32, TV_UDP, .vlan = 65535),
	  MCR_FAULT_VLAN },
};

/**
 * struct mcr_rule_vector - is a rule sound?
 * @desc: the case
 * @rule: the rule
 * @fault: of mcr_rule_check()
 */
struct mcr_rule_vector {
	const char *desc;
	struct mcr_rule_spec rule;
	enum mcr_fault fault;
};

/* A struct mcr_rule_spec of a sound match. */
#define TV_R(dev, ...) {						\
	.iif = dev, .match = TV_M4(TV_G4, 32, TV_UDP), __VA_ARGS__	\
}

static const struct mcr_rule_vector mcr_rule_vectors[] __maybe_unused = {
	{ "least", TV_R("eth0"), MCR_FAULT_NONE },
	{ "disabled", TV_R("eth0", .disabled = true), MCR_FAULT_NONE },
	{ "all but the defaults",
	  TV_R("eth0", .mode = MCR_MODE_CONSUME, .join = MCR_JOIN_NONE,
	       .plane = MCR_PLANE_RELAY, .latency = MCR_LATENCY_LOW),
	  MCR_FAULT_NONE },
	{ "plane kernel", TV_R("eth0", .plane = MCR_PLANE_KERNEL),
	  MCR_FAULT_NONE },
	{ "no device", TV_R(""), MCR_FAULT_IIF },
	{ "device with a slash", TV_R("eth/0"), MCR_FAULT_IIF },
	{ "mode 2", TV_R("eth0", .mode = 2), MCR_FAULT_MODE },
	{ "mode 255", TV_R("eth0", .mode = 255), MCR_FAULT_MODE },
	{ "join 2", TV_R("eth0", .join = 2), MCR_FAULT_JOIN },
	{ "plane 3", TV_R("eth0", .plane = 3), MCR_FAULT_PLANE },
	{ "latency 2", TV_R("eth0", .latency = 2), MCR_FAULT_LATENCY },
	{ "match at fault",
	  { .iif = "eth0", .match = TV_M4(TV_G4, 31, TV_UDP) },
	  MCR_FAULT_GROUP_BITS },
};

/**
 * struct mcr_output_vector - is an output sound?
 * @desc: the case
 * @match: that of its rule
 * @output: the output
 * @fault: of mcr_output_check()
 */
struct mcr_output_vector {
	const char *desc;
	struct mcr_match match;
	struct mcr_output_spec output;
	enum mcr_fault fault;
};

/* Matches that outputs stand in. */
#define TV_MU4	TV_M4(TV_G4, 32, TV_UDP)
#define TV_MA4	TV_M4(TV_G4, 32, TV_ANY)
#define TV_MP4	TV_M4(TV_IP4(239, 1, 1, 0), 24, TV_UDP)
#define TV_MU6	TV_M6(TV_G6, 128, TV_UDP)
#define TV_MP6	TV_M6(TV_IP6(0xff3e0000, 0, 0, 0), 32, TV_UDP)

/* A struct mcr_output_spec: what of its rewrite is given. */
#define TV_O(...)	{ .dev = "eth1", .rewrite = { __VA_ARGS__ } }
#define TV_GROUP4(addr)	.set = MCR_SET_GROUP, .group_family = AF_INET,	\
			.group = addr
#define TV_GROUP6(addr)	.set = MCR_SET_GROUP, .group_family = AF_INET6,	\
			.group = addr
#define TV_FROM4(addr)	.src_mode = MCR_SRC_SET, .src_family = AF_INET,	\
			.src = addr
#define TV_FROM6(addr)	.src_mode = MCR_SRC_SET, .src_family = AF_INET6, \
			.src = addr

static const struct mcr_output_vector mcr_output_vectors[] __maybe_unused = {
	{ "least", TV_MU4, TV_O(.set = 0), MCR_FAULT_NONE },
	{ "all that can be given", TV_MU4,
	  { .dev = "eth1", .rate = 1000, .burst = 10, .mtu = MCR_MTU_FRAGMENT,
	    .rewrite = {
		.set = MCR_SET_GROUP | MCR_SET_DPORT | MCR_SET_SPORT |
		       MCR_SET_DSCP,
		.group_family = AF_INET, .group = TV_G4_B,
		.src_mode = MCR_SRC_SET, .src_family = AF_INET, .src = TV_S4,
		.dport = 65535, .sport = 1, .dscp = 63,
		.ttl_mode = MCR_TTL_SET, .ttl = 255 } }, MCR_FAULT_NONE },
	{ "group", TV_MU4, TV_O(TV_GROUP4(TV_G4_B)), MCR_FAULT_NONE },
	{ "group of any protocol", TV_MA4, TV_O(TV_GROUP4(TV_G4_B)),
	  MCR_FAULT_NONE },
	{ "IPv6 group", TV_MU6, TV_O(TV_GROUP6(TV_G6_B)), MCR_FAULT_NONE },
	{ "source", TV_MU4, TV_O(TV_FROM4(TV_S4)), MCR_FAULT_NONE },
	{ "IPv6 source", TV_MU6, TV_O(TV_FROM6(TV_S6)), MCR_FAULT_NONE },
	{ "source auto", TV_MU4, TV_O(.src_mode = MCR_SRC_AUTO),
	  MCR_FAULT_NONE },
	{ "TTL keep", TV_MU4, TV_O(.ttl_mode = MCR_TTL_KEEP), MCR_FAULT_NONE },
	{ "TTL dec", TV_MU4, TV_O(.ttl_mode = MCR_TTL_DEC), MCR_FAULT_NONE },
	{ "TTL 1", TV_MU4, TV_O(.ttl_mode = MCR_TTL_SET, .ttl = 1),
	  MCR_FAULT_NONE },
	{ "DSCP 0", TV_MU4, TV_O(.set = MCR_SET_DSCP), MCR_FAULT_NONE },
	{ "MAC keep", TV_MU4, TV_O(.mac = MCR_MAC_KEEP), MCR_FAULT_NONE },
	{ "MAC keep of a prefix", TV_MP4, TV_O(.mac = MCR_MAC_KEEP),
	  MCR_FAULT_NONE },
	{ "MAC keep with the same group", TV_MU4,
	  TV_O(TV_GROUP4(TV_G4), .mac = MCR_MAC_KEEP), MCR_FAULT_NONE },
	{ "bits per second", TV_MU4,
	  { .dev = "eth1", .rate = 1, .rate_unit = MCR_RATE_BITS },
	  MCR_FAULT_NONE },
	{ "burst", TV_MU4, { .dev = "eth1", .rate = 1, .burst = 1 },
	  MCR_FAULT_NONE },

	{ "no device", TV_MU4, { .dev = "" }, MCR_FAULT_OUT_DEV },
	{ "device with a blank", TV_MU4, { .dev = "eth 1" },
	  MCR_FAULT_OUT_DEV },
	{ "group of IPv6 for IPv4", TV_MU4, TV_O(TV_GROUP6(TV_G6)),
	  MCR_FAULT_OUT_GROUP_FAMILY },
	{ "group of IPv4 for IPv6", TV_MU6, TV_O(TV_GROUP4(TV_G4)),
	  MCR_FAULT_OUT_GROUP_FAMILY },
	{ "group of no family", TV_MU4,
	  TV_O(.set = MCR_SET_GROUP, .group = TV_G4),
	  MCR_FAULT_OUT_GROUP_FAMILY },
	{ "unicast group", TV_MU4, TV_O(TV_GROUP4(TV_S4)),
	  MCR_FAULT_OUT_GROUP_UNICAST },
	{ "group 0.0.0.0", TV_MU4, TV_O(TV_GROUP4(TV_NO_ADDR)),
	  MCR_FAULT_OUT_GROUP_UNICAST },
	{ "IPv6 unicast group", TV_MU6, TV_O(TV_GROUP6(TV_S6)),
	  MCR_FAULT_OUT_GROUP_UNICAST },
	{ "source mode 3", TV_MU4, TV_O(.src_mode = 3),
	  MCR_FAULT_OUT_SRC_MODE },
	{ "source of IPv6 for IPv4", TV_MU4, TV_O(TV_FROM6(TV_S6)),
	  MCR_FAULT_OUT_SRC_FAMILY },
	{ "source of IPv4 for IPv6", TV_MU6, TV_O(TV_FROM4(TV_S4)),
	  MCR_FAULT_OUT_SRC_FAMILY },
	{ "source set to nothing", TV_MU4, TV_O(.src_mode = MCR_SRC_SET),
	  MCR_FAULT_OUT_SRC_FAMILY },
	{ "multicast source", TV_MU4, TV_O(TV_FROM4(TV_G4)),
	  MCR_FAULT_OUT_SRC_NOT_UNICAST },
	{ "broadcast source", TV_MU4,
	  TV_O(TV_FROM4(TV_IP4(255, 255, 255, 255))),
	  MCR_FAULT_OUT_SRC_NOT_UNICAST },
	{ "source 0.0.0.0", TV_MU4, TV_O(TV_FROM4(TV_NO_ADDR)),
	  MCR_FAULT_OUT_SRC_NOT_UNICAST },
	{ "IPv6 multicast source", TV_MU6, TV_O(TV_FROM6(TV_G6)),
	  MCR_FAULT_OUT_SRC_NOT_UNICAST },
	{ "IPv6 source ::", TV_MU6, TV_O(TV_FROM6(TV_NO_ADDR)),
	  MCR_FAULT_OUT_SRC_NOT_UNICAST },
	{ "dport 0", TV_MU4, TV_O(.set = MCR_SET_DPORT), MCR_FAULT_OUT_DPORT },
	{ "dport of any protocol", TV_MA4,
	  TV_O(.set = MCR_SET_DPORT, .dport = 5000),
	  MCR_FAULT_OUT_DPORT_PROTO },
	{ "sport 0", TV_MU4, TV_O(.set = MCR_SET_SPORT), MCR_FAULT_OUT_SPORT },
	{ "sport of any protocol", TV_MA4,
	  TV_O(.set = MCR_SET_SPORT, .sport = 5000),
	  MCR_FAULT_OUT_SPORT_PROTO },
	{ "TTL mode 4", TV_MU4, TV_O(.ttl_mode = 4), MCR_FAULT_OUT_TTL_MODE },
	{ "TTL 0", TV_MU4, TV_O(.ttl_mode = MCR_TTL_SET), MCR_FAULT_OUT_TTL },
	{ "TTL value with keep", TV_MU4,
	  TV_O(.ttl_mode = MCR_TTL_KEEP, .ttl = 1), MCR_FAULT_OUT_TTL },
	{ "TTL value with auto", TV_MU4, TV_O(.ttl = 1), MCR_FAULT_OUT_TTL },
	{ "DSCP 64", TV_MU4, TV_O(.set = MCR_SET_DSCP, .dscp = 64),
	  MCR_FAULT_OUT_DSCP },
	{ "MAC 2", TV_MU4, TV_O(.mac = 2), MCR_FAULT_OUT_MAC },
	{ "MAC keep with another group", TV_MU4,
	  TV_O(TV_GROUP4(TV_G4_B), .mac = MCR_MAC_KEEP),
	  MCR_FAULT_OUT_MAC_GROUP },
	/* Equal to the prefix, but not to each of its groups. */
	{ "MAC keep of a prefix with its first group", TV_MP4,
	  TV_O(TV_GROUP4(TV_IP4(239, 1, 1, 0)), .mac = MCR_MAC_KEEP),
	  MCR_FAULT_OUT_MAC_GROUP },
	{ "MAC keep with another IPv6 group", TV_MU6,
	  TV_O(TV_GROUP6(TV_G6_B), .mac = MCR_MAC_KEEP),
	  MCR_FAULT_OUT_MAC_GROUP },
	{ "MAC keep of an IPv6 prefix with its first group", TV_MP6,
	  TV_O(TV_GROUP6(TV_IP6(0xff3e0000, 0, 0, 0)),
	       .mac = MCR_MAC_KEEP), MCR_FAULT_OUT_MAC_GROUP },
	{ "rate unit 2", TV_MU4,
	  { .dev = "eth1", .rate = 1, .rate_unit = 2 }, MCR_FAULT_OUT_RATE },
	{ "rate unit without a rate", TV_MU4,
	  { .dev = "eth1", .rate_unit = MCR_RATE_BITS }, MCR_FAULT_OUT_RATE },
	{ "burst without a rate", TV_MU4, { .dev = "eth1", .burst = 1 },
	  MCR_FAULT_OUT_BURST },
	{ "MTU 2", TV_MU4, { .dev = "eth1", .mtu = 2 }, MCR_FAULT_OUT_MTU },
};

#include "vectors_flow.h"
#include "vectors_overlap.h"

#endif /* MCR_TESTS_VECTORS_H */
