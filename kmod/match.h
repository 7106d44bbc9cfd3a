/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From a received frame to the key that rules are matched with.
 */
#ifndef MCR_MATCH_H
#define MCR_MATCH_H

#include "rule.h"

struct sk_buff;

/**
 * enum mcr_verdict - what a received frame is to us
 * @MCR_VERDICT_OTHER: nothing a rule can take
 * @MCR_VERDICT_MALFORMED: IP with broken headers
 * @MCR_VERDICT_PACKET: a multicast packet; its struct mcr_packet is filled in
 */
enum mcr_verdict {
	MCR_VERDICT_OTHER,
	MCR_VERDICT_MALFORMED,
	MCR_VERDICT_PACKET,
};

/**
 * struct mcr_packet - what is known of a received packet
 * @flow: the key
 * @l3_len: length of the IP header and all behind it, padding not included;
 *	of a GSO super-packet: all of it
 * @bytes: sum of the segments' L3 lengths; @l3_len if it is not a super-packet
 * @segs: segments of a GSO super-packet, else 1
 * @thoff: offset of the UDP header from the network header; 0: not UDP, or the
 *	header is not in this fragment
 * @csum_start: offset from the network header of the header whose checksum
 *	covers the addresses, too; 0: there is none
 * @csum_offset: of that checksum in that header
 * @hlen: length of the headers an output may change, from the network header
 * @ttl: TTL or hop limit
 * @fragment: it is an IP fragment
 * @fixed: its addresses cannot be changed: something that is encrypted, signed
 *	or not known may cover them
 */
struct mcr_packet {
	struct mcr_flow flow;
	u32 l3_len;
	u64 bytes;
	u32 segs;
	u16 thoff;
	u16 csum_start;
	u16 csum_offset;
	u16 hlen;
	u8 ttl;
	bool fragment;
	bool fixed;
};

enum mcr_verdict mcr_match_parse(const struct sk_buff *skb,
				 struct mcr_packet *p);

#endif /* MCR_MATCH_H */
