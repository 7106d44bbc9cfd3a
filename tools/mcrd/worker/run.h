/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is sent out of each output of a rule in one go: a packet, a super-packet,
 * or packets of one flow that follow each other and differ in nothing that is not
 * made anew when they are cut apart again.
 */
#ifndef MCRD_WORKER_RUN_H
#define MCRD_WORKER_RUN_H

#include <linux/kernel.h>
#include <stdbool.h>
#include <stdint.h>

#include "match.h"

struct mcrd_buf;
struct mcrd_rule_in;

/* What the kernel cuts apart: UDP_MAX_SEGMENTS, and an IP packet's length. */
#define MCRD_RUN_PACKETS	64U
#define MCRD_RUN_BYTES		65535U

/* Headers that a run can have of its own: IPv6 and UDP. */
#define MCRD_RUN_HEAD		48U

/**
 * struct mcrd_piece - a packet of a run
 * @buf: what it lies in; holds a reference
 * @l3: its network header
 * @len: bytes of the packet from there on, without padding
 * @partial: its checksum is still to be filled in
 */
struct mcrd_piece {
	struct mcrd_buf *buf;
	uint8_t *l3;
	uint32_t len;
	bool partial;
};

/**
 * struct mcrd_run - one or more packets of a flow
 * @next: among free ones
 * @refs: sends, and who makes it
 * @rule: the rule that takes them
 * @p: of all of them together, as of a super-packet
 * @l2: Ethernet header of the first; NULL: there is none, or of another kind
 * @l3: headers of all of them: of the first, or @head
 * @protocol: EtherType, network byte order
 * @tpid: of the VLAN tag, network byte order
 * @tci: of the VLAN tag
 * @tagged: there is one
 * @partial: the checksum is still to be filled in
 * @csum_start: from @l3 on: what it covers begins there
 * @csum_offset: of it from there
 * @gso_size: payload bytes of each segment but the last; 0: it is one packet
 * @gso_type: SKB_GSO_ bits, with @gso_size
 * @full_len: bytes from the network header to the end of the frame, with padding
 * @payload: of each packet but the last, while it grows
 * @hash: of the flow
 * @next_id: IPv4 id that a packet has to have where it may be fragmented
 * @any_id: ids do not matter
 * @checked: checksums are known to be right
 * @stamp: when the first packet was received, if its time is taken; 0: it is not
 * @sent: a copy was
 * @n: number of @piece
 * @head: headers made for several packets
 * @piece: the packets
 */
struct mcrd_run {
	struct mcrd_run *next;
	uint32_t refs;
	struct mcrd_rule_in *rule;
	struct mcr_packet p;
	const uint8_t *l2;
	const uint8_t *l3;
	__be16 protocol;
	__be16 tpid;
	uint16_t tci;
	bool tagged;
	bool partial;
	uint16_t csum_start;
	uint16_t csum_offset;
	uint16_t gso_size;
	uint32_t gso_type;
	uint32_t full_len;
	uint32_t payload;
	uint32_t hash;
	uint16_t next_id;
	bool any_id;
	bool checked;
	bool sent;
	uint64_t stamp;
	uint32_t n;
	uint8_t head[MCRD_RUN_HEAD] __aligned(8);
	struct mcrd_piece piece[MCRD_RUN_PACKETS];
};

#endif /* MCRD_WORKER_RUN_H */
