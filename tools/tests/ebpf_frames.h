/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets, and what an eBPF filter makes of them: those that a match takes or does
 * not, and those that only a worker can tell something of.
 */
#ifndef MCR_TESTS_EBPF_FRAMES_H
#define MCR_TESTS_EBPF_FRAMES_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct packet - UDP over IP, in order as it stands
 * @src: address
 * @dst: address
 * @dport: port; 0: 5000
 * @at: offset in the IP header of a byte to be changed, if @with
 * @with: by XOR
 * @mend: the IPv4 checksum is mended then
 * @cut: bytes missing at the end
 */
struct packet {
	const char *src;
	const char *dst;
	uint16_t dport;
	unsigned int at;
	uint8_t with;
	bool mend;
	unsigned int cut;
};

/**
 * struct wanted - a match
 * @group: prefix
 * @group_len: of it
 * @src: prefix; NULL: any
 * @src_len: of it
 * @min: lowest port; 0: any
 * @max: highest port
 */
struct wanted {
	const char *group;
	uint8_t group_len;
	const char *src;
	uint8_t src_len;
	uint16_t min;
	uint16_t max;
};

struct match_case {
	const char *desc;
	struct wanted wanted;
	struct packet packet;
	bool taken;
};

#define GROUP(text, len)	.group = (text), .group_len = (len)
#define SRC(text, len)		.src = (text), .src_len = (len)
#define FLOW(from, to)		.src = (from), .dst = (to)
#define A4			FLOW("10.0.0.1", "239.1.1.1")
#define A6			FLOW("2001:db8::1", "ff1e::1:1")

static const struct match_case matches[] = {
	{ "a group", { GROUP("239.1.1.1", 32) }, { A4 }, true },
	{ "another group", { GROUP("239.1.1.2", 32) }, { A4 }, false },
	{ "a prefix", { GROUP("239.1.0.0", 17) }, { A4 }, true },
	{ "another prefix", { GROUP("239.1.128.0", 17) }, { A4 }, false },
	{ "all groups", { GROUP("224.0.0.0", 4) }, { A4 }, true },
	{ "a source", { GROUP("239.1.1.1", 32), SRC("10.0.0.1", 32) }, { A4 }, true },
	{ "another source", { GROUP("239.1.1.1", 32), SRC("10.0.0.2", 32) }, { A4 }, false },
	{ "a prefix of sources", { GROUP("239.1.1.1", 32), SRC("10.0.0.0", 15) }, { A4 },
	  true },
	{ "another prefix of sources", { GROUP("239.1.1.1", 32), SRC("10.2.0.0", 15) },
	  { A4 }, false },
	{ "a port", { GROUP("239.1.1.1", 32), .min = 5000, .max = 5000 }, { A4 }, true },
	{ "another port", { GROUP("239.1.1.1", 32), .min = 5001, .max = 5001 }, { A4 },
	  false },
	{ "ports, of which it is one", { GROUP("239.1.1.1", 32), .min = 4, .max = 5000 },
	  { A4 }, true },
	{ "another family", { GROUP("ff1e::1:1", 128) }, { A4 }, false },
	{ "IPv6: a group", { GROUP("ff1e::1:1", 128) }, { A6 }, true },
	{ "IPv6: another group", { GROUP("ff1e::1:2", 128) }, { A6 }, false },
	{ "IPv6: another group, in the first word", { GROUP("ff1f::1:1", 128) }, { A6 },
	  false },
	{ "IPv6: a prefix", { GROUP("ff1e::", 113) }, { A6 }, false },
	{ "IPv6: a shorter prefix", { GROUP("ff1e::", 111) }, { A6 }, true },
	{ "IPv6: another prefix", { GROUP("ff1e:1::", 32) }, { A6 }, false },
	{ "IPv6: a source", { GROUP("ff1e::1:1", 128), SRC("2001:db8::1", 128) }, { A6 },
	  true },
	{ "IPv6: another source", { GROUP("ff1e::1:1", 128), SRC("2001:db8::2", 128) },
	  { A6 }, false },
	{ "IPv6: a prefix of sources", { GROUP("ff1e::1:1", 128), SRC("2001:db8::", 33) },
	  { A6 }, true },
	{ "IPv6: another prefix of sources",
	  { GROUP("ff1e::1:1", 128), SRC("2001:db8:8000::", 33) }, { A6 }, false },
	{ "IPv6: a port", { GROUP("ff1e::1:1", 128), .min = 5000, .max = 5000 }, { A6 },
	  true },
	{ "IPv6: another port", { GROUP("ff1e::1:1", 128), .min = 5001, .max = 5001 },
	  { A6 }, false },
	{ "IPv6: another family", { GROUP("239.1.1.1", 32) }, { A6 }, false },
};

struct doubt_case {
	const char *desc;
	struct packet packet;
};

/* A worker says what these are; no rule takes them. */
static const struct doubt_case doubts[] = {
	{ "version 5", { A4, .at = 0, .with = 0x10, .mend = true } },
	{ "options", { A4, .at = 0, .with = 0x03, .mend = true } },
	{ "a wrong checksum", { A4, .at = 11, .with = 1 } },
	{ "longer than the frame", { A4, .at = 3, .with = 0x80, .mend = true } },
	{ "shorter than headers", { A4, .at = 3, .with = 0x38, .mend = true } },
	{ "a first fragment", { A4, .at = 6, .with = 0x20, .mend = true } },
	{ "a last fragment", { A4, .at = 7, .with = 1, .mend = true } },
	{ "TCP", { A4, .at = 9, .with = 23, .mend = true } },
	{ "a datagram longer than the packet", { A4, .at = 25, .with = 0x80 } },
	{ "a datagram shorter than its header", { A4, .at = 25, .with = 0x20 } },
	{ "a frame that is cut", { A4, .cut = 1 } },
	{ "a frame that ends in the UDP header", { A4, .cut = 33 } },
	{ "source 0.0.0.1", { FLOW("0.0.0.1", "239.1.1.1") } },
	{ "source 127.0.0.1", { FLOW("127.0.0.1", "239.1.1.1") } },
	{ "a group as source", { FLOW("224.0.0.1", "239.1.1.1") } },
	{ "broadcast as source", { FLOW("255.255.255.255", "239.1.1.1") } },
	{ "IPv6: version 4", { A6, .at = 0, .with = 0x20 } },
	{ "IPv6: longer than the frame", { A6, .at = 5, .with = 0x80 } },
	{ "IPv6: shorter than headers", { A6, .at = 5, .with = 0x2c } },
	{ "IPv6: an extension header", { A6, .at = 6, .with = 17 } },
	{ "IPv6: a datagram longer than the packet",
	  { A6, .at = 45, .with = 0x80 } },
	{ "IPv6: a datagram shorter than its header",
	  { A6, .at = 45, .with = 0x20 } },
	{ "IPv6: a frame that is cut", { A6, .cut = 1 } },
	{ "IPv6: scope 0", { FLOW("2001:db8::1", "ff10::1:1") } },
	{ "IPv6: scope of a node", { FLOW("2001:db8::1", "ff11::1:1") } },
	{ "IPv6: source ::1", { FLOW("::1", "ff1e::1:1") } },
	{ "IPv6: a group as source", { FLOW("ff1e::1", "ff1e::1:1") } },
};

#endif /* MCR_TESTS_EBPF_FRAMES_H */
