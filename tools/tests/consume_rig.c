// SPDX-License-Identifier: GPL-2.0
/*
 * Rules that consume, in tests; see consume_rig.h.
 */
#include "consume_rig.h"

#include <arpa/inet.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <string.h>

const char * const world_devs[] = { "eth0", "eth1" };

/**
 * world_init - no rules, and nothing was sent
 * @w: filled in
 */
void world_init(struct world *w)
{
	memset(w, 0, sizeof(*w));
	w->model = nft_model_new();
	assert_non_null(w->model);
}

/**
 * world_exit - forget the rules
 * @w: after world_init()
 */
void world_exit(struct world *w)
{
	mcrd_filter_free(&w->f);
	nft_model_free(w->model);
}

/**
 * world_step - carry out a step of a change
 * @w: the rules
 * @step: which one
 * @refuse: the kernel does not
 *
 * Return: whether the kernel was asked.
 */
bool world_step(struct world *w, enum mcrd_consume_step step, bool refuse)
{
	struct mcrd_nft nft = { 0 };
	bool asked;

	mcrd_nft_begin(&nft, w->seq);
	assert_int_equal(mcrd_filter_plan(&w->f, &nft, step), 0);
	asked = !mcrd_nft_empty(&nft);
	w->seq = nft.seq + 2;
	if (asked && !refuse) {
		mcrd_nft_end(&nft, true);
		assert_false(nft.failed);
		assert_true(nft_model_batch(w->model, nft.buf, nft.used));
	}
	mcrd_filter_settle(&w->f, !asked || !refuse);
	mcrd_nft_free(&nft);
	return asked;
}

/**
 * world_commit - carry out a change, both steps
 * @w: the rules
 */
void world_commit(struct world *w)
{
	world_step(w, MCRD_CONSUME_LESS, false);
	world_step(w, MCRD_CONSUME_MORE, false);
	/* What is carried out is not carried out again. */
	assert_false(world_step(w, MCRD_CONSUME_LESS, false));
	assert_false(world_step(w, MCRD_CONSUME_MORE, false));
}

/**
 * world_set - tell what is tested of a rule
 * @w: the rules
 * @i: number of the rule, as it is in @w
 */
void world_set(struct world *w, unsigned int i)
{
	const struct known_rule *r = &w->rule[i];

	if (!r->on) {
		mcrd_filter_del(&w->f, i + 1);
		return;
	}
	assert_int_equal(mcrd_filter_set(&w->f, i + 1, world_devs[r->dev], &r->m,
					 r->consume), 0);
	mcrd_filter_device(&w->f, world_devs[r->dev], r->dev + 1);
}

/**
 * frame_ll - put an Ethernet header into a frame
 * @f: its protocol is filled in
 * @tpid: of a tag; 0: untagged
 * @tci: of the tag
 */
void frame_ll(struct nft_frame *f, __u16 tpid, __u16 tci)
{
	__be16 type = htons(f->protocol), tag[2] = { htons(tpid), htons(tci) };

	f->ll_len = tpid ? 18 : 14;
	f->ll[0] = 1;
	if (tpid)
		memcpy(f->ll + 12, tag, sizeof(tag));
	memcpy(f->ll + f->ll_len - 2, &type, sizeof(type));
}

/**
 * frame_ip - put an IPv4 header into a frame
 * @f: zeroes
 * @flow: the addresses
 * @proto: IP protocol
 */
void frame_ip(struct nft_frame *f, const struct mcr_flow *flow, __u8 proto)
{
	f->protocol = ETH_P_IP;
	f->net[0] = 0x45;
	f->net[8] = 1;
	f->net[9] = proto;
	memcpy(f->net + 12, &flow->src.ip, 4);
	memcpy(f->net + 16, &flow->dst.ip, 4);
	f->net_len = 20;
}

/**
 * frame_ip6 - put an IPv6 header into a frame
 * @f: zeroes
 * @flow: the addresses
 * @proto: the next header
 */
void frame_ip6(struct nft_frame *f, const struct mcr_flow *flow, __u8 proto)
{
	f->protocol = ETH_P_IPV6;
	f->net[0] = 0x60;
	f->net[5] = 8;
	f->net[6] = proto;
	f->net[7] = 1;
	memcpy(f->net + 8, &flow->src, 16);
	memcpy(f->net + 24, &flow->dst, 16);
	f->net_len = 40;
}

/**
 * frame_make - a packet of a flow, as it is mostly
 * @f: filled in
 * @dev: number of the device
 * @flow: the flow
 */
void frame_make(struct nft_frame *f, unsigned int dev,
		const struct mcr_flow *flow)
{
	__u8 proto = flow->proto == MCR_PROTO_UDP ? IPPROTO_UDP : IPPROTO_TCP;
	__be16 dport = htons(flow->dport);

	memset(f, 0, sizeof(*f));
	f->dev = world_devs[dev];
	f->iiftype = ARPHRD_ETHER;
	f->pkttype = PACKET_MULTICAST;
	if (flow->family == AF_INET)
		frame_ip(f, flow, proto);
	else
		frame_ip6(f, flow, proto);
	/* TCP has its port in the same place: nobody is to look. */
	memcpy(f->net + f->net_len + 2, &dport, sizeof(dport));
	f->net_len += 8;
	frame_ll(f, flow->vlan ? ETH_P_8021Q : 0, flow->vlan);
}

/**
 * world_one_rule - one rule, which consumes what it takes
 * @w: filled in
 * @flow: filled in: the flow that it takes
 * @family: AF_
 * @proto: of enum mcr_proto
 * @vlan: VLAN id; 0: untagged
 */
void world_one_rule(struct world *w, struct mcr_flow *flow, __u8 family,
		    __u8 proto, __u16 vlan)
{
	struct known_rule *r = &w->rule[0];

	world_init(w);
	memset(flow, 0, sizeof(*flow));
	flow->family = family;
	flow->proto = proto;
	flow->vlan = vlan;
	flow->dport = 5000;
	flow->src.raw[0] = family == AF_INET ? 10 : 0xfd;
	flow->src.raw[3] = 1;
	flow->dst.raw[0] = family == AF_INET ? 0xef : 0xff;
	flow->dst.raw[1] = 0x05;
	flow->dst.raw[3] = 1;
	r->on = true;
	r->consume = true;
	r->m.family = family;
	r->m.proto = proto;
	r->m.vlan = vlan;
	r->m.group = flow->dst;
	r->m.group_len = family == AF_INET ? 32 : 128;
	world_set(w, 0);
	world_commit(w);
}

/**
 * world_drops - is a frame dropped?
 * @w: the rules
 * @f: the frame
 *
 * Return: true if so.
 */
bool world_drops(const struct world *w, const struct nft_frame *f)
{
	return nft_model_drops(w->model, f);
}
