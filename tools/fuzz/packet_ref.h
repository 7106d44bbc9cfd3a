/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is done with packets, once more: byte by byte from the standards, slowly,
 * and with nothing of what kmod/ does it with.
 */
#ifndef MCR_FUZZ_PACKET_REF_H
#define MCR_FUZZ_PACKET_REF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "match.h"

/**
 * struct ref_frame - a frame, and what the driver says beside it
 * @data: from the network header on
 * @len: bytes of it
 * @type: EtherType
 * @tagged: a VLAN tag was taken out
 * @tpid: its EtherType
 * @tci: priority and VLAN id
 * @other_host: it is for somebody else's address
 * @gso_size: payload bytes of a segment; 0: it is no super-packet
 * @partial: a checksum is still to be filled in
 * @csum_end: where that would end, from @data on
 */
struct ref_frame {
	u8 *data;
	size_t len;
	u16 type;
	bool tagged;
	u16 tpid;
	u16 tci;
	bool other_host;
	u16 gso_size;
	bool partial;
	size_t csum_end;
};

/**
 * struct ref_packet - what a frame is
 * @v6: IPv6, else IPv4
 * @udp: its protocol is UDP
 * @fragment: it is a part of a packet
 * @ttl: TTL or hop limit
 * @vlan: VLAN id; 0: none
 * @dport: UDP destination port; 0: not known
 * @l3_len: bytes of the packet
 * @thoff: where the UDP header is; 0: there is none
 */
struct ref_packet {
	bool v6;
	bool udp;
	bool fragment;
	u8 ttl;
	u16 vlan;
	u16 dport;
	size_t l3_len;
	size_t thoff;
};

u16 ref_get16(const u8 *p);
u32 ref_sum(const u8 *p, size_t len, u32 sum);
enum mcr_verdict ref_parse(const struct ref_frame *f, struct ref_packet *p);
bool ref_hits(const struct mcr_match *m, const struct mcr_flow *f);
bool ref_before(const struct mcr_match *a, const struct mcr_match *b);

#endif /* MCR_FUZZ_PACKET_REF_H */
