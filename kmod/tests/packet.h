/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets made byte by byte, with checksums summed byte by byte: none of the
 * kernel's own helpers, which the code under test uses, has a part in them.
 */
#ifndef MCR_TESTS_PACKET_H
#define MCR_TESTS_PACKET_H

#include <kunit/test.h>
#include <linux/skbuff.h>

#include "match.h"

#define MCR_TP_MAX	2048

/* What the packets are made with; addresses are TV_G4, TV_S4, TV_G6, TV_S6. */
#define MCR_TP_SPORT	4000
#define MCR_TP_DPORT	5000
#define MCR_TP_TTL	9
#define MCR_TP_TOS	0xb9	/* DSCP 46, ECT(1) */

/* Offsets in the headers. */
#define MCR_TP_IP4_LEN	20
#define MCR_TP_IP6_LEN	40
#define MCR_TP_UDP_LEN	8

/**
 * struct mcr_tp - a packet
 * @len: its bytes
 * @l4: offset of the UDP header; 0: none
 * @family: AF_INET or AF_INET6
 * @data: from the IP header on
 */
struct mcr_tp {
	unsigned int len;
	unsigned int l4;
	u8 family;
	u8 data[MCR_TP_MAX];
};

u16 mcr_tp_get16(const struct mcr_tp *p, unsigned int off);
void mcr_tp_set16(struct mcr_tp *p, unsigned int off, u16 value);
u16 mcr_tp_sum(const u8 *data, unsigned int len, u32 sum);

struct mcr_tp *mcr_tp_new(struct kunit *test);
void mcr_tp_ip(struct mcr_tp *p, u8 family, u8 proto, const u8 *ext,
	       unsigned int ext_len);
void mcr_tp_payload(struct mcr_tp *p, unsigned int len);
void mcr_tp_udp(struct mcr_tp *p, unsigned int payload);
void mcr_tp_finish(struct mcr_tp *p);
void mcr_tp_finish_ip(struct mcr_tp *p);
u16 mcr_tp_pseudo_sum(const struct mcr_tp *p);
u16 mcr_tp_udp_sum(const struct mcr_tp *p);
u16 mcr_tp_udp_check(const struct mcr_tp *p);

struct sk_buff *mcr_tp_skb(struct kunit *test, const struct mcr_tp *p,
			   unsigned int linear);
void mcr_tp_read(const struct sk_buff *skb, struct mcr_tp *p);
void mcr_tp_rewrite(struct mcr_tp *p, const struct mcr_rewrite *w,
		    const union mcr_addr *src);
void mcr_tp_expect_packet(struct kunit *test, const struct mcr_packet *got,
			  const struct mcr_packet *want);

#endif /* MCR_TESTS_PACKET_H */
