// SPDX-License-Identifier: GPL-2.0
/*
 * Which frames are dropped of what a rule consumes, by a model of nf_tables.
 */
#include "consume_rig.h"

#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <string.h>

static void test_frame_types(void **state)
{
	struct nft_frame f;
	struct mcr_flow flow;
	struct world w;

	(void)state;
	world_one_rule(&w, &flow, AF_INET, MCR_PROTO_UDP, 0);
	frame_make(&f, 0, &flow);
	assert_true(world_drops(&w, &f));
	f.pkttype = PACKET_HOST;
	assert_true(world_drops(&w, &f));
	f.pkttype = PACKET_BROADCAST;
	assert_true(world_drops(&w, &f));
	f.pkttype = PACKET_OTHERHOST;
	assert_false(world_drops(&w, &f));
	/* The host's own, looped back, have no link layer. */
	f.pkttype = PACKET_LOOPBACK;
	f.ll_len = 0;
	assert_false(world_drops(&w, &f));
	/* A tunnel's do not either. */
	f.pkttype = PACKET_HOST;
	f.iiftype = ARPHRD_NONE;
	assert_true(world_drops(&w, &f));
	frame_make(&f, 1, &flow);
	assert_false(world_drops(&w, &f));
	world_exit(&w);
}

static void test_tags(void **state)
{
	struct nft_frame f;
	struct mcr_flow flow;
	struct world w;

	(void)state;
	world_one_rule(&w, &flow, AF_INET, MCR_PROTO_UDP, 0);
	frame_make(&f, 0, &flow);
	frame_ll(&f, ETH_P_8021Q, 7);
	assert_false(world_drops(&w, &f));
	/* A priority alone is no VLAN, whoever says so. */
	frame_ll(&f, ETH_P_8021Q, 5 << 13);
	assert_true(world_drops(&w, &f));
	frame_ll(&f, ETH_P_8021AD, 5 << 13);
	assert_true(world_drops(&w, &f));
	frame_ll(&f, ETH_P_8021AD, 7);
	assert_false(world_drops(&w, &f));
	world_exit(&w);

	world_one_rule(&w, &flow, AF_INET6, MCR_PROTO_UDP, 7);
	frame_make(&f, 0, &flow);
	assert_true(world_drops(&w, &f));
	frame_ll(&f, ETH_P_8021Q, 5 << 13 | 7);
	assert_true(world_drops(&w, &f));
	frame_ll(&f, ETH_P_8021Q, 8);
	assert_false(world_drops(&w, &f));
	frame_ll(&f, ETH_P_8021AD, 7);
	assert_false(world_drops(&w, &f));
	frame_ll(&f, 0, 0);
	assert_false(world_drops(&w, &f));
	/* Two tags: the inner one is what is in the frame. */
	f.protocol = ETH_P_8021Q;
	frame_ll(&f, ETH_P_8021Q, 7);
	assert_false(world_drops(&w, &f));
	world_exit(&w);
}

static void test_ip_left_alone(void **state)
{
	struct nft_frame f;
	struct mcr_flow flow;
	struct world w;

	(void)state;
	world_one_rule(&w, &flow, AF_INET, MCR_PROTO_ANY, 0);
	frame_make(&f, 0, &flow);
	assert_true(world_drops(&w, &f));
	/* Do not fragment; more fragments; the last one */
	f.net[6] = 0x40;
	assert_true(world_drops(&w, &f));
	f.net[6] = 0x20;
	assert_false(world_drops(&w, &f));
	f.net[6] = 0;
	f.net[7] = 1;
	assert_false(world_drops(&w, &f));
	f.net[7] = 0;
	f.net[9] = IPPROTO_IGMP;
	assert_false(world_drops(&w, &f));
	f.net[9] = IPPROTO_PIM;
	assert_false(world_drops(&w, &f));
	f.net[9] = IPPROTO_AH;
	assert_true(world_drops(&w, &f));
	world_exit(&w);
}

/* Put an extension header of 8 bytes in front of what there is. */
static void frame_exthdr(struct nft_frame *f, __u8 type, __u32 rest)
{
	__be32 word = htonl(rest);

	memmove(f->net + 48, f->net + 40, f->net_len - 40);
	memset(f->net + 40, 0, 8);
	f->net[40] = f->net[6];
	memcpy(f->net + 42, &word, sizeof(word));
	f->net[6] = type;
	f->net_len += 8;
	f->net[5] = (__u8)(f->net_len - 40);
}

/* Is a packet with that extension header dropped by a rule for @proto? */
static bool drops_exthdr(__u8 proto, __u8 type, __u32 rest)
{
	struct nft_frame f;
	struct mcr_flow flow;
	struct world w;
	bool dropped;

	world_one_rule(&w, &flow, AF_INET6, proto, 0);
	flow.proto = MCR_PROTO_UDP;
	frame_make(&f, 0, &flow);
	frame_exthdr(&f, type, rest);
	dropped = world_drops(&w, &f);
	world_exit(&w);
	return dropped;
}

static void test_ip6_exthdrs(void **state)
{
	const __u8 udp = MCR_PROTO_UDP, any = MCR_PROTO_ANY;

	(void)state;
	assert_true(drops_exthdr(udp, IPPROTO_HOPOPTS, 0));
	assert_true(drops_exthdr(udp, IPPROTO_DSTOPTS, 0));
	/* Fragments: more come; the last one; an atomic one, reserved bits set */
	assert_false(drops_exthdr(any, IPPROTO_FRAGMENT, 0x00010000));
	assert_false(drops_exthdr(any, IPPROTO_FRAGMENT, 0x00080000));
	assert_true(drops_exthdr(udp, IPPROTO_FRAGMENT, 0x00060000));
	/* A routing header that is done with, and one still to be followed */
	assert_true(drops_exthdr(udp, IPPROTO_ROUTING, 0x04000000));
	assert_false(drops_exthdr(udp, IPPROTO_ROUTING, 0x04010000));
	assert_true(drops_exthdr(any, IPPROTO_ROUTING, 0x04010000));
	assert_false(drops_exthdr(udp, IPPROTO_AH, 0));
	assert_true(drops_exthdr(any, IPPROTO_AH, 0));
}

static void test_ip6_left_alone(void **state)
{
	static const __u8 mld[] = { 130, 131, 132, 143 };
	struct nft_frame f;
	struct mcr_flow flow;
	struct world w;
	size_t i;

	(void)state;
	world_one_rule(&w, &flow, AF_INET6, MCR_PROTO_ANY, 0);
	frame_make(&f, 0, &flow);
	f.net[6] = IPPROTO_PIM;
	assert_false(world_drops(&w, &f));
	f.net[6] = IPPROTO_ICMPV6;
	for (i = 0; i < COUNT(mld); i++) {
		f.net[40] = mld[i];
		assert_false(world_drops(&w, &f));
	}
	f.net[40] = 128;
	assert_true(world_drops(&w, &f));
	/* As hosts send it, behind a router alert */
	f.net[40] = 143;
	frame_exthdr(&f, IPPROTO_HOPOPTS, 0x05020000);
	assert_false(world_drops(&w, &f));
	/* A jumbogram */
	frame_make(&f, 0, &flow);
	frame_exthdr(&f, IPPROTO_HOPOPTS, 0xc2040001);
	f.net[4] = 0;
	f.net[5] = 0;
	assert_false(world_drops(&w, &f));
	world_exit(&w);
}

int main(void)
{
	struct suite suite = { 0 };

	suite_add_case(&suite, test_frame_types);
	suite_add_case(&suite, test_tags);
	suite_add_case(&suite, test_ip_left_alone);
	suite_add_case(&suite, test_ip6_exthdrs);
	suite_add_case(&suite, test_ip6_left_alone);
	return suite_run(&suite, "consume_frames");
}
