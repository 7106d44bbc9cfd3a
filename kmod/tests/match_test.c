// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit: from a packet to its key, by a table of packets that are sound, broken
 * in one place, or nothing for a rule. Each is tried linear and cut into pages
 * at every byte, with the same result.
 */
#include <linux/in.h>

#include "match.h"
#include "packet.h"
#include "tests.h"
#include "vectors.h"

/**
 * struct mcr_patch - a byte to change, or two
 * @set: there is one
 * @wide: @val is two bytes
 * @off: where, from the IP header
 * @val: to what
 */
struct mcr_patch {
	bool set;
	bool wide;
	u16 off;
	u16 val;
};

/**
 * struct mcr_parse_vector - a packet and what it is to the rules
 * @desc: the case
 * @family: AF_INET or AF_INET6
 * @proto: IPv4 protocol or IPv6 next header
 * @ext: IPv4 options or IPv6 extension headers
 * @ext_len: their length
 * @raw: so many bytes behind the headers, instead of UDP
 * @patch: changes of the packet when it is complete
 * @keep_check: leave the IPv4 header checksum as it is after that
 * @cut: bytes cut off the packet's end
 * @pad: bytes put behind it, as Ethernet does
 * @verdict: of mcr_match_parse()
 * @flow_proto: of the key
 * @no_port: of a UDP packet, the port is not known
 * @fragment: it is one
 * @csum: where the checksum is that covers the addresses, from the IP header;
 *	0: there is none. Of a UDP packet it is known
 * @csum_offset: the same from the upper-layer header
 * @fixed: the addresses cannot be changed
 */
struct mcr_parse_vector {
	const char *desc;
	u8 family;
	u8 proto;
	u8 ext[80];
	u8 ext_len;
	u8 raw;
	struct mcr_patch patch[6];
	bool keep_check;
	u8 cut;
	u8 pad;
	enum mcr_verdict verdict;
	u8 flow_proto;
	bool no_port;
	bool fragment;
	u8 csum;
	u8 csum_offset;
	bool fixed;
};

#define TP_PAYLOAD	32

#define TP_V4(...)	.family = AF_INET, .proto = IPPROTO_UDP, __VA_ARGS__
#define TP_V6(...)	.family = AF_INET6, .proto = IPPROTO_UDP, __VA_ARGS__
#define TP_V4_RAW(p, ...) .family = AF_INET, .proto = p, .raw = 40, __VA_ARGS__
#define TP_V6_RAW(p, ...) .family = AF_INET6, .proto = p, .raw = 40, __VA_ARGS__
#define TP_V6_EXT(first, len, ...)					\
	.family = AF_INET6, .proto = first, .ext = { __VA_ARGS__ },	\
	.ext_len = len
#define TP_OPT(len, ...) .ext = { __VA_ARGS__ }, .ext_len = len
#define TP_SET(at, to)	{ .set = true, .off = at, .val = to }
#define TP_SET2(at, to)	{ .set = true, .wide = true, .off = at, .val = to }
#define TP_PATCH(...)	.patch = { __VA_ARGS__ }
#define TP_IS_UDP	.verdict = MCR_VERDICT_PACKET, .flow_proto = MCR_PROTO_UDP
#define TP_IS_ANY	.verdict = MCR_VERDICT_PACKET, .flow_proto = MCR_PROTO_ANY
#define TP_IS_OTHER	.verdict = MCR_VERDICT_OTHER
#define TP_IS_BROKEN	.verdict = MCR_VERDICT_MALFORMED
#define TP_NO_PORT	TP_IS_UDP, .no_port = true
#define TP_IS_FIXED	TP_IS_ANY, .fixed = true
#define TP_CSUM(at, off) TP_IS_ANY, .csum = at, .csum_offset = off

/* Offsets of the UDP length without options and extension headers. */
#define TP_ULEN4	24
#define TP_ULEN6	44

static const struct mcr_parse_vector mcr_parse4_vectors[] = {
	{ "UDP", TP_V4(TP_IS_UDP) },
	{ "padding", TP_V4(.pad = 18, TP_IS_UDP) },
	{ "wrong UDP checksum", TP_V4(TP_PATCH(TP_SET2(26, 0x1234)), TP_IS_UDP) },
	{ "no UDP checksum", TP_V4(TP_PATCH(TP_SET2(26, 0)), TP_IS_UDP) },
	{ "UDP without payload",
	  TP_V4(TP_PATCH(TP_SET2(TP_ULEN4, 8)), TP_IS_UDP) },
	{ "UDP shorter than IP",
	  TP_V4(TP_PATCH(TP_SET2(TP_ULEN4, 8 + TP_PAYLOAD - 1)), TP_IS_UDP) },
	{ "UDP length 7", TP_V4(TP_PATCH(TP_SET2(TP_ULEN4, 7)), TP_IS_BROKEN) },
	{ "UDP length 0", TP_V4(TP_PATCH(TP_SET2(TP_ULEN4, 0)), TP_IS_BROKEN) },
	{ "UDP longer than IP",
	  TP_V4(TP_PATCH(TP_SET2(TP_ULEN4, 8 + TP_PAYLOAD + 1)),
		TP_IS_BROKEN) },
	{ "UDP longer than IP, into the padding",
	  TP_V4(TP_PATCH(TP_SET2(TP_ULEN4, 8 + TP_PAYLOAD + 1)), .pad = 18,
		TP_IS_BROKEN) },
	{ "UDP length 65535",
	  TP_V4(TP_PATCH(TP_SET2(TP_ULEN4, 65535)), TP_IS_BROKEN) },

	{ "version 0", TP_V4(TP_PATCH(TP_SET(0, 0x05)), TP_IS_BROKEN) },
	{ "version 5", TP_V4(TP_PATCH(TP_SET(0, 0x55)), TP_IS_BROKEN) },
	{ "version 6", TP_V4(TP_PATCH(TP_SET(0, 0x65)), TP_IS_BROKEN) },
	{ "header length 0", TP_V4(TP_PATCH(TP_SET(0, 0x40)), TP_IS_BROKEN) },
	{ "header length 16", TP_V4(TP_PATCH(TP_SET(0, 0x44)), TP_IS_BROKEN) },
	{ "header as long as the packet",
	  TP_V4(TP_PATCH(TP_SET(0, 0x4f)), TP_IS_BROKEN) },
	{ "header longer than the packet",
	  TP_V4_RAW(IPPROTO_ICMP, .cut = 30, TP_PATCH(TP_SET(0, 0x4f)),
		    TP_IS_BROKEN) },
	{ "header longer than the packet, into the padding",
	  TP_V4_RAW(IPPROTO_ICMP, TP_PATCH(TP_SET2(2, 30), TP_SET(0, 0x4f)),
		    .pad = 18, TP_IS_BROKEN) },
	{ "wrong header checksum",
	  TP_V4(TP_PATCH(TP_SET(8, 77)), .keep_check = true, TP_IS_BROKEN) },
	{ "no header checksum",
	  TP_V4(TP_PATCH(TP_SET2(10, 0)), .keep_check = true, TP_IS_BROKEN) },
	{ "wrong header checksum, by an option",
	  TP_V4(TP_OPT(4, 1, 1, 1, 1), TP_PATCH(TP_SET(20, 0)),
		.keep_check = true, TP_IS_BROKEN) },
	{ "total length 0", TP_V4(TP_PATCH(TP_SET2(2, 0)), TP_IS_BROKEN) },
	{ "total length below the header's",
	  TP_V4(TP_PATCH(TP_SET2(2, 19)), TP_IS_BROKEN) },
	{ "total length of the header alone",
	  TP_V4(TP_PATCH(TP_SET2(2, 20)), TP_IS_BROKEN) },
	{ "total length one too few",
	  TP_V4(TP_PATCH(TP_SET2(2, 59)), TP_IS_BROKEN) },
	{ "total length one too many",
	  TP_V4(TP_PATCH(TP_SET2(2, 61)), TP_IS_BROKEN) },
	{ "total length 65535",
	  TP_V4(TP_PATCH(TP_SET2(2, 65535)), TP_IS_BROKEN) },

	{ "router alert", TP_V4(TP_OPT(4, 148, 4, 0, 0), TP_IS_UDP) },
	{ "end of options", TP_V4(TP_OPT(4, 0, 0, 0, 0), TP_IS_UDP) },
	{ "anything behind the end of options",
	  TP_V4(TP_OPT(4, 0, 7, 255, 255), TP_IS_UDP) },
	{ "no operations", TP_V4(TP_OPT(4, 1, 1, 1, 1), TP_IS_UDP) },
	{ "unknown option that fills the header",
	  TP_V4(TP_OPT(8, 30, 8, 1, 2, 3, 4, 5, 6), TP_IS_UDP) },
	{ "40 bytes of options",
	  TP_V4(TP_OPT(40, 148, 4, 0, 0, 30, 36), TP_IS_UDP) },
	{ "option length 0", TP_V4(TP_OPT(4, 30, 0, 0, 0), TP_IS_BROKEN) },
	{ "option length 1", TP_V4(TP_OPT(4, 30, 1, 0, 0), TP_IS_BROKEN) },
	{ "option longer than the header",
	  TP_V4(TP_OPT(4, 30, 5, 0, 0), TP_IS_BROKEN) },
	{ "option length 255", TP_V4(TP_OPT(4, 30, 255, 0, 0), TP_IS_BROKEN) },
	{ "option cut off behind its type",
	  TP_V4(TP_OPT(4, 1, 1, 1, 30), TP_IS_BROKEN) },
	{ "broken second option",
	  TP_V4(TP_OPT(8, 148, 4, 0, 0, 30, 5, 0, 0), TP_IS_BROKEN) },

	{ "unicast", TP_V4(TP_PATCH(TP_SET(16, 192)), TP_IS_OTHER) },
	{ "unicast, broken as well",
	  TP_V4(TP_PATCH(TP_SET(16, 192), TP_SET(0, 0x44)), TP_IS_OTHER) },
	{ "broadcast",
	  TP_V4(TP_PATCH(TP_SET2(16, 0xffff), TP_SET2(18, 0xffff)),
		TP_IS_OTHER) },
	{ "multicast source", TP_V4(TP_PATCH(TP_SET(12, 224)), TP_IS_BROKEN) },
	{ "broadcast source",
	  TP_V4(TP_PATCH(TP_SET2(12, 0xffff), TP_SET2(14, 0xffff)),
		TP_IS_BROKEN) },
	{ "source 0.0.0.0",
	  TP_V4(TP_PATCH(TP_SET2(12, 0), TP_SET2(14, 0)), TP_IS_BROKEN) },
	{ "source 0.0.0.0, local group",
	  TP_V4(TP_PATCH(TP_SET2(12, 0), TP_SET2(14, 0), TP_SET2(16, 0xe000),
			 TP_SET2(18, 0x0001)), TP_IS_UDP) },
	{ "source 127.0.0.1",
	  TP_V4(TP_PATCH(TP_SET2(12, 0x7f00), TP_SET2(14, 1)), TP_IS_BROKEN) },
	{ "IGMP", TP_V4_RAW(IPPROTO_IGMP, TP_IS_OTHER) },
	{ "IGMP with router alert",
	  TP_V4_RAW(IPPROTO_IGMP, TP_OPT(4, 148, 4, 0, 0), TP_IS_OTHER) },
	{ "a fragment of IGMP",
	  TP_V4_RAW(IPPROTO_IGMP, TP_PATCH(TP_SET2(6, 0x2001)),
		    TP_IS_OTHER) },
	{ "IGMP with a wrong header checksum",
	  TP_V4_RAW(IPPROTO_IGMP, TP_PATCH(TP_SET(8, 77)), .keep_check = true,
		    TP_IS_BROKEN) },
	{ "PIM", TP_V4_RAW(IPPROTO_PIM, TP_IS_OTHER) },
	{ "ICMP", TP_V4_RAW(IPPROTO_ICMP, TP_IS_ANY) },
	{ "UDP-Lite", TP_V4_RAW(IPPROTO_UDPLITE, TP_CSUM(26, 6)) },
	{ "UDP-Lite behind options",
	  TP_V4_RAW(IPPROTO_UDPLITE, TP_OPT(4, 148, 4, 0, 0),
		    TP_CSUM(30, 6)) },
	{ "TCP", TP_V4_RAW(IPPROTO_TCP, TP_CSUM(36, 16)) },
	{ "TCP cut off in front of its checksum's end",
	  TP_V4_RAW(IPPROTO_TCP, .cut = 23, TP_PATCH(TP_SET2(2, 37)),
		    TP_IS_FIXED) },
	{ "TCP that ends with its checksum",
	  TP_V4_RAW(IPPROTO_TCP, .cut = 22, TP_PATCH(TP_SET2(2, 38)),
		    TP_CSUM(36, 16)) },
	{ "DCCP", TP_V4_RAW(IPPROTO_DCCP, TP_CSUM(26, 6)) },
	{ "SCTP", TP_V4_RAW(IPPROTO_SCTP, TP_IS_ANY) },
	{ "PGM", TP_V4_RAW(113, TP_IS_ANY) },
	{ "GRE", TP_V4_RAW(IPPROTO_GRE, TP_IS_ANY) },
	{ "IPv4 in IPv4", TP_V4_RAW(IPPROTO_IPIP, TP_IS_ANY) },
	{ "ESP", TP_V4_RAW(IPPROTO_ESP, TP_IS_FIXED) },
	{ "AH", TP_V4_RAW(IPPROTO_AH, TP_IS_FIXED) },
	{ "ICMPv6 in IPv4", TP_V4_RAW(IPPROTO_ICMPV6, TP_IS_FIXED) },
	{ "unknown protocol", TP_V4_RAW(253, TP_IS_FIXED) },
	{ "unknown protocol without payload",
	  TP_V4_RAW(253, .cut = 40, TP_PATCH(TP_SET2(2, 20)), TP_IS_FIXED) },
	{ "protocol 0", TP_V4_RAW(0, TP_IS_FIXED) },

	{ "first fragment",
	  TP_V4(TP_PATCH(TP_SET2(6, 0x2000)), TP_IS_UDP, .fragment = true) },
	{ "first fragment of a longer datagram",
	  TP_V4(TP_PATCH(TP_SET2(6, 0x2000), TP_SET2(TP_ULEN4, 4000)),
		TP_IS_UDP, .fragment = true) },
	{ "first fragment of 8 bytes",
	  TP_V4(.cut = TP_PAYLOAD, TP_PATCH(TP_SET2(6, 0x2000), TP_SET2(2, 28)),
		TP_IS_UDP, .fragment = true) },
	{ "first fragment without all of the UDP header",
	  TP_V4(.cut = TP_PAYLOAD + 1,
		TP_PATCH(TP_SET2(6, 0x2000), TP_SET2(2, 27)), TP_NO_PORT,
		.fragment = true) },
	{ "middle fragment",
	  TP_V4(TP_PATCH(TP_SET2(6, 0x2001)), TP_NO_PORT, .fragment = true) },
	{ "last fragment",
	  TP_V4(TP_PATCH(TP_SET2(6, 0x1fff)), TP_NO_PORT, .fragment = true) },
	{ "fragment of an unknown protocol",
	  TP_V4_RAW(253, TP_PATCH(TP_SET2(6, 0x2000)), TP_IS_ANY,
		    .fragment = true) },
	{ "may be fragmented", TP_V4(TP_PATCH(TP_SET2(6, 0)), TP_IS_UDP) },
	{ "reserved flag", TP_V4(TP_PATCH(TP_SET2(6, 0x8000)), TP_IS_UDP) },
};

static const struct mcr_parse_vector mcr_parse6_vectors[] = {
	{ "UDP", TP_V6(TP_IS_UDP) },
	{ "padding", TP_V6(.pad = 18, TP_IS_UDP) },
	{ "no UDP checksum", TP_V6(TP_PATCH(TP_SET2(46, 0)), TP_IS_UDP) },
	{ "UDP without payload",
	  TP_V6(TP_PATCH(TP_SET2(TP_ULEN6, 8)), TP_IS_UDP) },
	{ "UDP length 7", TP_V6(TP_PATCH(TP_SET2(TP_ULEN6, 7)), TP_IS_BROKEN) },
	{ "UDP length 0", TP_V6(TP_PATCH(TP_SET2(TP_ULEN6, 0)), TP_IS_BROKEN) },
	{ "UDP longer than IP",
	  TP_V6(TP_PATCH(TP_SET2(TP_ULEN6, 8 + TP_PAYLOAD + 1)), .pad = 18,
		TP_IS_BROKEN) },
	{ "version 4", TP_V6(TP_PATCH(TP_SET(0, 0x40)), TP_IS_BROKEN) },
	{ "version 7", TP_V6(TP_PATCH(TP_SET(0, 0x70)), TP_IS_BROKEN) },
	{ "payload length 0", TP_V6(TP_PATCH(TP_SET2(4, 0)), TP_IS_BROKEN) },
	{ "payload length one too few",
	  TP_V6(TP_PATCH(TP_SET2(4, 39)), TP_IS_BROKEN) },
	{ "payload length one too many",
	  TP_V6(TP_PATCH(TP_SET2(4, 41)), TP_IS_BROKEN) },
	{ "payload length 65535",
	  TP_V6(TP_PATCH(TP_SET2(4, 65535)), TP_IS_BROKEN) },
	{ "unicast", TP_V6(TP_PATCH(TP_SET(24, 0x20)), TP_IS_OTHER) },
	{ "unicast, broken as well",
	  TP_V6(TP_PATCH(TP_SET(24, 0xfe), TP_SET2(4, 65535)), TP_IS_OTHER) },

	{ "multicast source", TP_V6(TP_PATCH(TP_SET(8, 0xff)), TP_IS_BROKEN) },
	{ "source ::1",
	  TP_V6(TP_PATCH(TP_SET2(8, 0), TP_SET2(10, 0), TP_SET(23, 1)),
		TP_IS_BROKEN) },
	{ "source ::",
	  TP_V6(TP_PATCH(TP_SET2(8, 0), TP_SET2(10, 0), TP_SET(23, 0)),
		TP_IS_UDP) },
	{ "reserved scope", TP_V6(TP_PATCH(TP_SET(25, 0x30)), TP_IS_BROKEN) },
	{ "interface-local scope",
	  TP_V6(TP_PATCH(TP_SET(25, 0x31)), TP_IS_BROKEN) },
	{ "link-local scope", TP_V6(TP_PATCH(TP_SET(25, 0x32)), TP_IS_UDP) },
	{ "MLD query", TP_V6_RAW(58, TP_PATCH(TP_SET(40, 130)), TP_IS_OTHER) },
	{ "MLD report", TP_V6_RAW(58, TP_PATCH(TP_SET(40, 131)), TP_IS_OTHER) },
	{ "MLD done", TP_V6_RAW(58, TP_PATCH(TP_SET(40, 132)), TP_IS_OTHER) },
	{ "MLDv2 report",
	  TP_V6_RAW(58, TP_PATCH(TP_SET(40, 143)), TP_IS_OTHER) },
	{ "echo request", TP_V6_RAW(58, TP_PATCH(TP_SET(40, 128)), TP_CSUM(42, 2)) },
	{ "echo reply",
	  TP_V6_RAW(58, TP_PATCH(TP_SET(40, 129)), TP_CSUM(42, 2)) },
	{ "router solicitation",
	  TP_V6_RAW(58, TP_PATCH(TP_SET(40, 133)), TP_CSUM(42, 2)) },
	{ "ICMPv6 type 142",
	  TP_V6_RAW(58, TP_PATCH(TP_SET(40, 142)), TP_CSUM(42, 2)) },
	{ "ICMPv6 type 144",
	  TP_V6_RAW(58, TP_PATCH(TP_SET(40, 144)), TP_CSUM(42, 2)) },
	{ "ICMPv6 of three bytes",
	  TP_V6_RAW(58, .cut = 37, TP_PATCH(TP_SET2(4, 3), TP_SET(40, 128)),
		    TP_IS_FIXED) },
	{ "TCP", TP_V6_RAW(IPPROTO_TCP, TP_CSUM(56, 16)) },
	{ "DCCP", TP_V6_RAW(IPPROTO_DCCP, TP_CSUM(46, 6)) },
	{ "SCTP", TP_V6_RAW(IPPROTO_SCTP, TP_IS_ANY) },
	{ "ICMP in IPv6", TP_V6_RAW(IPPROTO_ICMP, TP_IS_FIXED) },
	{ "ESP", TP_V6_RAW(IPPROTO_ESP, TP_IS_FIXED) },
	{ "ICMPv6 of no byte",
	  TP_V6_RAW(58, .cut = 40, TP_PATCH(TP_SET2(4, 0)), TP_IS_BROKEN) },
	{ "ICMPv6 of no byte, MLD in the padding",
	  TP_V6_RAW(58, TP_PATCH(TP_SET2(4, 0), TP_SET(40, 143)),
		    TP_IS_BROKEN) },
	{ "ICMPv6 of no byte, an echo in the padding",
	  TP_V6_RAW(58, TP_PATCH(TP_SET2(4, 0), TP_SET(40, 128)),
		    TP_IS_BROKEN) },
	{ "PIM", TP_V6_RAW(103, TP_IS_OTHER) },
	{ "no next header", TP_V6_RAW(59, TP_IS_ANY) },
	{ "unknown protocol", TP_V6_RAW(253, TP_IS_FIXED) },
	{ "UDP-Lite", TP_V6_RAW(136, TP_CSUM(46, 6)) },

	{ "hop-by-hop", TP_V6_EXT(0, 8, 17, 0, 1, 4, 0, 0, 0, 0), TP_IS_UDP },
	{ "destination options", TP_V6_EXT(60, 8, 17, 0, 1, 4, 0, 0, 0, 0), TP_IS_UDP },
	{ "hop-by-hop and destination options",
	  TP_V6_EXT(0, 16, 60, 0, 1, 4, 0, 0, 0, 0,
		    17, 0, 1, 4, 0, 0, 0, 0), TP_IS_UDP },
	{ "hop-by-hop of 16 bytes",
	  TP_V6_EXT(0, 16, 17, 1, 0x1e, 12), TP_IS_UDP },
	{ "hop-by-hop with more padding than needed",
	  TP_V6_EXT(0, 16, 17, 1, 1, 12), TP_IS_BROKEN },
	{ "hop-by-hop with an option that overruns it",
	  TP_V6_EXT(0, 8, 17, 0, 0x1e, 5, 0, 0, 0, 0), TP_IS_BROKEN },
	{ "hop-by-hop with eight options",
	  TP_V6_EXT(0, 24, 17, 2, 0x1e, 0, 0x1e, 0, 0x1e, 0, 0x1e, 0, 0x1e, 0,
		    0x1e, 0, 0x1e, 0, 0x1e, 0, 1, 4), TP_IS_UDP },
	{ "hop-by-hop with nine options",
	  TP_V6_EXT(0, 24, 17, 2, 0x1e, 0, 0x1e, 0, 0x1e, 0, 0x1e, 0, 0x1e, 0,
		    0x1e, 0, 0x1e, 0, 0x1e, 0, 0x1e, 0, 1, 2), TP_IS_BROKEN },
	{ "authentication header: not looked behind",
	  TP_V6_EXT(51, 12, 17, 1, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8), TP_IS_FIXED },
	{ "home address",
	  TP_V6_EXT(60, 24, 17, 2, 1, 2, 0, 0, 201, 16), TP_IS_UDP,
	  .fixed = true },
	{ "routing header that is done",
	  TP_V6_EXT(43, 24, 17, 2, 0, 0), TP_IS_UDP },
	{ "routing header to be followed",
	  TP_V6_EXT(43, 24, 17, 2, 0, 1), TP_IS_FIXED },
	{ "eight headers",
	  TP_V6_EXT(60, 64, 60, 0, 1, 4, 0, 0, 0, 0,
		    60, 0, 1, 4, 0, 0, 0, 0,
		    60, 0, 1, 4, 0, 0, 0, 0,
		    60, 0, 1, 4, 0, 0, 0, 0,
		    60, 0, 1, 4, 0, 0, 0, 0,
		    60, 0, 1, 4, 0, 0, 0, 0,
		    60, 0, 1, 4, 0, 0, 0, 0,
		    17, 0, 1, 4, 0, 0, 0, 0),
	  TP_IS_UDP },
	{ "nine headers: not looked behind",
	  TP_V6_EXT(60, 72, 60, 0, 1, 4, 0, 0, 0, 0,
		    60, 0, 1, 4, 0, 0, 0, 0,
		    60, 0, 1, 4, 0, 0, 0, 0,
		    60, 0, 1, 4, 0, 0, 0, 0,
		    60, 0, 1, 4, 0, 0, 0, 0,
		    60, 0, 1, 4, 0, 0, 0, 0,
		    60, 0, 1, 4, 0, 0, 0, 0,
		    60, 0, 1, 4, 0, 0, 0, 0,
		    17, 0, 1, 4, 0, 0, 0, 0),
	  TP_IS_FIXED },
	{ "hop-by-hop longer than the packet",
	  TP_V6_EXT(0, 8, 17, 6, 1, 4, 0, 0, 0, 0), TP_IS_BROKEN },
	{ "hop-by-hop longer than the packet, into the padding",
	  TP_V6_EXT(0, 8, 17, 6, 1, 4, 0, 0, 0, 0), .pad = 60, TP_IS_BROKEN },
	{ "hop-by-hop up to the packet's end",
	  TP_V6_EXT(0, 8, 17, 5, 1, 4, 0, 0, 0, 0), TP_IS_BROKEN },
	{ "hop-by-hop up to the packet's end, nothing behind",
	  TP_V6_EXT(0, 8, 59, 5, 0x1e, 44, 0, 0, 0, 0), TP_IS_ANY },
	{ "destination options cut off",
	  TP_V6_EXT(0, 8, 60, 4, 1, 4, 0, 0, 0, 0), .cut = 1,
	  TP_PATCH(TP_SET2(4, 47)), TP_IS_BROKEN },
	{ "MLD behind hop-by-hop",
	  TP_V6_EXT(0, 8, 58, 0, 5, 2, 0, 0, 1, 0), .raw = 24,
	  TP_PATCH(TP_SET(48, 143)), TP_IS_OTHER },
	{ "echo behind hop-by-hop",
	  TP_V6_EXT(0, 8, 58, 0, 1, 4, 0, 0, 0, 0), .raw = 24,
	  TP_PATCH(TP_SET(48, 128)), TP_CSUM(50, 2) },
	{ "PIM behind destination options",
	  TP_V6_EXT(60, 8, 103, 0, 1, 4, 0, 0, 0, 0), .raw = 24, TP_IS_OTHER },

	{ "atomic fragment",
	  TP_V6_EXT(44, 8, 17, 0, 0, 0, 1, 2, 3, 4), TP_IS_UDP },
	{ "first fragment",
	  TP_V6_EXT(44, 8, 17, 0, 0, 1, 1, 2, 3, 4), TP_IS_UDP,
	  .fragment = true },
	{ "first fragment of a longer datagram",
	  TP_V6_EXT(44, 8, 17, 0, 0, 1, 1, 2, 3, 4), TP_IS_UDP,
	  TP_PATCH(TP_SET2(52, 4000)), .fragment = true },
	{ "first fragment without all of the UDP header",
	  TP_V6_EXT(44, 8, 17, 0, 0, 1, 1, 2, 3, 4), .cut = TP_PAYLOAD + 1,
	  TP_PATCH(TP_SET2(4, 15)), TP_NO_PORT, .fragment = true },
	{ "middle fragment",
	  TP_V6_EXT(44, 8, 17, 0, 0, 9, 1, 2, 3, 4), TP_NO_PORT,
	  .fragment = true },
	{ "last fragment",
	  TP_V6_EXT(44, 8, 17, 0, 0, 8, 1, 2, 3, 4), TP_NO_PORT,
	  .fragment = true },
	{ "last fragment of PIM",
	  TP_V6_EXT(44, 8, 103, 0, 0, 8, 1, 2, 3, 4), .raw = 24, TP_IS_OTHER },
	{ "first fragment of MLD",
	  TP_V6_EXT(44, 8, 58, 0, 0, 1, 1, 2, 3, 4), .raw = 24,
	  TP_PATCH(TP_SET(48, 143)), TP_IS_OTHER },
	{ "last fragment of an unknown protocol",
	  TP_V6_EXT(44, 8, 253, 0, 0, 8, 1, 2, 3, 4), .raw = 24, TP_IS_ANY,
	  .fragment = true },
	{ "last fragment of ICMPv6",
	  TP_V6_EXT(44, 8, 58, 0, 0, 8, 1, 2, 3, 4), .raw = 24,
	  TP_PATCH(TP_SET(48, 143)), TP_IS_ANY, .fragment = true },
	{ "last fragment, options follow as data",
	  TP_V6_EXT(44, 8, 60, 0, 0, 8, 1, 2, 3, 4), TP_IS_ANY,
	  .fragment = true },
	{ "fragment header cut off",
	  TP_V6_EXT(44, 8, 17, 0, 0, 1, 1, 2, 3, 4), .cut = 41,
	  TP_PATCH(TP_SET2(4, 7)), TP_IS_BROKEN },
};

MCR_TEST_PARAM(parse4, mcr_parse4_vectors);
MCR_TEST_PARAM(parse6, mcr_parse6_vectors);

static void mcr_parse_patch(struct mcr_tp *p, const struct mcr_patch *patch)
{
	if (patch->wide)
		mcr_tp_set16(p, patch->off, patch->val);
	else
		p->data[patch->off] = patch->val;
}

static struct mcr_tp *mcr_parse_packet(struct kunit *test,
				       const struct mcr_parse_vector *v)
{
	struct mcr_tp *p = mcr_tp_new(test);
	unsigned int i;

	mcr_tp_ip(p, v->family, v->proto, v->ext, v->ext_len);
	if (v->raw)
		mcr_tp_payload(p, v->raw);
	else
		mcr_tp_udp(p, TP_PAYLOAD);
	mcr_tp_finish(p);
	p->len -= v->cut;
	mcr_tp_payload(p, v->pad);
	for (i = 0; i < ARRAY_SIZE(v->patch) && v->patch[i].set; i++)
		mcr_parse_patch(p, &v->patch[i]);
	if (!v->keep_check)
		mcr_tp_finish_ip(p);
	return p;
}

/* What a packet of this vector must be known for. */
static void mcr_parse_expect(const struct mcr_parse_vector *v,
			     const struct mcr_tp *p, struct mcr_packet *want)
{
	bool v4 = v->family == AF_INET;
	bool port = v->flow_proto == MCR_PROTO_UDP && !v->no_port;

	memset(want, 0, sizeof(*want));
	want->flow.family = v->family;
	want->flow.proto = v->flow_proto;
	memcpy(&want->flow.dst, p->data + (v4 ? 16 : 24), v4 ? 4 : 16);
	memcpy(&want->flow.src, p->data + (v4 ? 12 : 8), v4 ? 4 : 16);
	want->flow.dport = port ? MCR_TP_DPORT : 0;
	want->l3_len = v4 ? mcr_tp_get16(p, 2) :
			    MCR_TP_IP6_LEN + mcr_tp_get16(p, 4);
	want->bytes = want->l3_len;
	want->segs = 1;
	want->thoff = port ? p->l4 : 0;
	want->hlen = port ? p->l4 + 8 : v4 ? 20 + v->ext_len : 40;
	want->csum_start = port ? p->l4 : v->csum - v->csum_offset;
	want->csum_offset = port ? 6 : v->csum_offset;
	if (v->csum)
		want->hlen = v->csum + 2;
	want->fixed = v->fixed;
	want->ttl = MCR_TP_TTL;
	want->fragment = v->fragment;
}

static void mcr_match_vector(struct kunit *test)
{
	const struct mcr_parse_vector *v = test->param_value;
	const struct mcr_tp *p = mcr_parse_packet(test, v);
	struct mcr_packet got, want;
	unsigned int stride = mcr_test_stride(), linear;

	mcr_parse_expect(v, p, &want);
	for (linear = p->len % stride;
	     linear <= p->len && !mcr_test_failed(test); linear += stride) {
		struct sk_buff *skb = mcr_tp_skb(test, p, linear);
		enum mcr_verdict verdict;

		verdict = mcr_match_parse(skb, &got);

		KUNIT_EXPECT_EQ_MSG(test, verdict, v->verdict,
				    "%u bytes linear", linear);
		if (verdict == v->verdict && verdict == MCR_VERDICT_PACKET)
			mcr_tp_expect_packet(test, &got, &want);
		kfree_skb(skb);
	}
}

static void mcr_match_ipv4(struct kunit *test)
{
	mcr_match_vector(test);
}

static void mcr_match_ipv6(struct kunit *test)
{
	mcr_match_vector(test);
}

static struct kunit_case mcr_match_cases[] = {
	KUNIT_CASE_PARAM(mcr_match_ipv4, parse4_gen_params),
	KUNIT_CASE_PARAM(mcr_match_ipv6, parse6_gen_params),
	{}
};

struct kunit_suite mcr_match_suite = {
	.name = "mcr_match",
	.test_cases = mcr_match_cases,
};
