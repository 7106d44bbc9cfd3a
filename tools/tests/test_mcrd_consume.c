// SPDX-License-Identifier: GPL-2.0
/*
 * Rules that consume: what is sent to nf_tables, carried out by a model of that,
 * against the definition of which rule takes a packet (kmod/rule.h).
 */
#include "common.h"

#include <arpa/inet.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <string.h>

#include "../mcrd/consume_table.h"
#include "nft_model.h"

#define RULES		48
#define FLOWS		400
#define ROUNDS		20
#define STEPS		12

/**
 * struct known_rule - a rule as the test knows it
 * @on: it is enabled, and its device is there
 * @consume: it consumes
 * @dev: number of its device
 * @m: what it takes
 */
struct known_rule {
	bool on;
	bool consume;
	unsigned int dev;
	struct mcr_match m;
};

/**
 * struct world - rules, and what they were made into
 * @f: what is tested
 * @model: what it sends is carried out here
 * @seq: of batches
 * @rule: the rules as they are; ids are from 1 on
 * @was: as they were before the change
 */
struct world {
	struct mcrd_filter f;
	struct nft_model *model;
	__u32 seq;
	struct known_rule rule[RULES];
	struct known_rule was[RULES];
};

static const char * const devs[] = { "eth0", "eth1" };

static void world_init(struct world *w)
{
	memset(w, 0, sizeof(*w));
	w->model = nft_model_new();
	assert_non_null(w->model);
}

static void world_exit(struct world *w)
{
	mcrd_filter_free(&w->f);
	nft_model_free(w->model);
}

/* Carry out a step; @refuse: the kernel does not. Return whether it was asked. */
static bool world_step(struct world *w, enum mcrd_consume_step step,
		       bool refuse)
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

static void world_commit(struct world *w)
{
	world_step(w, MCRD_CONSUME_LESS, false);
	world_step(w, MCRD_CONSUME_MORE, false);
	/* What is carried out is not carried out again. */
	assert_false(world_step(w, MCRD_CONSUME_LESS, false));
	assert_false(world_step(w, MCRD_CONSUME_MORE, false));
}

static void world_set(struct world *w, unsigned int i)
{
	const struct known_rule *r = &w->rule[i];

	if (!r->on) {
		mcrd_filter_del(&w->f, i + 1);
		return;
	}
	assert_int_equal(mcrd_filter_set(&w->f, i + 1, devs[r->dev], &r->m,
					 r->consume), 0);
	mcrd_filter_device(&w->f, devs[r->dev], r->dev + 1);
}

/* The definition: the most specific of the rules that take it. */
static bool consumed(const struct known_rule *rules, unsigned int dev,
		     const struct mcr_flow *flow)
{
	const struct known_rule *best = NULL;
	unsigned int i;

	for (i = 0; i < RULES; i++) {
		const struct known_rule *r = &rules[i];

		if (r->on && r->dev == dev && mcr_match_hits(&r->m, flow) &&
		    (!best || mcr_match_order(&r->m, &best->m) < 0))
			best = r;
	}
	return best && best->consume;
}

static void frame_ll(struct nft_frame *f, __u16 tpid, __u16 tci)
{
	__be16 type = htons(f->protocol), tag[2] = { htons(tpid), htons(tci) };

	f->ll_len = tpid ? 18 : 14;
	f->ll[0] = 1;
	if (tpid)
		memcpy(f->ll + 12, tag, sizeof(tag));
	memcpy(f->ll + f->ll_len - 2, &type, sizeof(type));
}

static void frame_ip(struct nft_frame *f, const struct mcr_flow *flow,
		     __u8 proto)
{
	f->protocol = ETH_P_IP;
	f->net[0] = 0x45;
	f->net[8] = 1;
	f->net[9] = proto;
	memcpy(f->net + 12, &flow->src.ip, 4);
	memcpy(f->net + 16, &flow->dst.ip, 4);
	f->net_len = 20;
}

static void frame_ip6(struct nft_frame *f, const struct mcr_flow *flow,
		      __u8 proto)
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

/* A packet of a flow, as it is mostly. */
static void frame_make(struct nft_frame *f, unsigned int dev,
		       const struct mcr_flow *flow)
{
	__u8 proto = flow->proto == MCR_PROTO_UDP ? IPPROTO_UDP : IPPROTO_TCP;
	__be16 dport = htons(flow->dport);

	memset(f, 0, sizeof(*f));
	f->dev = devs[dev];
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

static void random_group(uint64_t *seed, __u8 family, union mcr_addr *addr)
{
	static const __u32 base[] = { 0xef010100, 0xef010200, 0xe0000000,
				      0xe0000100 };
	static const __u8 scope[] = { 0x02, 0x05, 0x0e };

	memset(addr, 0, sizeof(*addr));
	if (family == AF_INET) {
		addr->ip = htonl(base[random_below(seed, COUNT(base))] +
				 random_below(seed, 4));
		return;
	}
	addr->raw[0] = 0xff;
	addr->raw[1] = scope[random_below(seed, COUNT(scope))];
	addr->raw[14] = (__u8)random_below(seed, 2);
	addr->raw[15] = (__u8)random_below(seed, 4);
}

static void random_source(uint64_t *seed, __u8 family, union mcr_addr *addr)
{
	memset(addr, 0, sizeof(*addr));
	if (family == AF_INET) {
		addr->ip = htonl(0x0a000000 + random_below(seed, 4) +
				 (random_below(seed, 2) << 16));
		return;
	}
	addr->raw[0] = 0x20;
	addr->raw[7] = (__u8)random_below(seed, 2);
	addr->raw[15] = (__u8)(1 + random_below(seed, 3));
}

static void random_flow(uint64_t *seed, struct mcr_flow *flow)
{
	static const __u16 vlans[] = { 0, 0, 0, 7, 8 };

	memset(flow, 0, sizeof(*flow));
	flow->family = random_below(seed, 2) ? AF_INET : AF_INET6;
	flow->proto = random_below(seed, 4) ? MCR_PROTO_UDP : MCR_PROTO_ANY;
	flow->vlan = vlans[random_below(seed, COUNT(vlans))];
	flow->dport = (__u16)(5000 + random_below(seed, 20));
	if (!random_below(seed, 16))
		flow->dport = (__u16)random_below(seed, 65536);
	random_group(seed, flow->family, &flow->dst);
	random_source(seed, flow->family, &flow->src);
}

static void random_ports(uint64_t *seed, struct mcr_match *m)
{
	m->dport_min = (__u16)(5000 + random_below(seed, 20));
	m->dport_max = m->dport_min;
	if (random_below(seed, 2))
		m->dport_max = (__u16)(m->dport_min + random_below(seed, 20));
	if (!random_below(seed, 8)) {
		m->dport_min = 1;
		m->dport_max = 65535;
	}
}

/* A sound match that some of the flows have. */
static void random_match(uint64_t *seed, struct mcr_match *m)
{
	static const __u8 len4[] = { 4, 8, 23, 24, 31, 32, 32 };
	static const __u8 len6[] = { 8, 15, 16, 112, 127, 128, 128 };
	static const __u8 src4[] = { 0, 0, 8, 16, 31, 32 };
	static const __u8 src6[] = { 0, 0, 3, 64, 127, 128 };
	struct mcr_flow flow;
	bool ip;

	random_flow(seed, &flow);
	memset(m, 0, sizeof(*m));
	ip = flow.family == AF_INET;
	m->family = flow.family;
	m->vlan = flow.vlan;
	m->group = flow.dst;
	m->group_len = ip ? len4[random_below(seed, COUNT(len4))] :
			    len6[random_below(seed, COUNT(len6))];
	mcr_addr_mask(&m->group, m->family, m->group_len);
	m->src = flow.src;
	m->src_len = ip ? src4[random_below(seed, COUNT(src4))] :
			  src6[random_below(seed, COUNT(src6))];
	mcr_addr_mask(&m->src, m->family, m->src_len);
	m->proto = random_below(seed, 4) ? MCR_PROTO_UDP : MCR_PROTO_ANY;
	if (m->proto == MCR_PROTO_UDP && random_below(seed, 4))
		random_ports(seed, m);
	assert_int_equal(mcr_match_check(m), MCR_FAULT_NONE);
}

static bool match_taken(const struct world *w, unsigned int but,
			unsigned int dev, const struct mcr_match *m)
{
	unsigned int i;

	for (i = 0; i < RULES; i++)
		if (i != but && w->rule[i].on && w->rule[i].dev == dev &&
		    mcr_match_equal(&w->rule[i].m, m))
			return true;
	return false;
}

/* Add, change or delete a rule. */
static void random_change(struct world *w, uint64_t *seed)
{
	unsigned int i = random_below(seed, RULES);
	struct known_rule *r = &w->rule[i];

	if (r->on && random_below(seed, 2)) {
		r->on = false;
	} else {
		r->dev = !random_below(seed, 4);
		r->consume = random_below(seed, 2);
		do {
			random_match(seed, &r->m);
		} while (match_taken(w, i, r->dev, &r->m));
		r->on = true;
	}
	world_set(w, i);
}

static size_t world_compare(const struct world *w, uint64_t seed, bool both)
{
	size_t dropped = 0;
	unsigned int i;

	for (i = 0; i < FLOWS; i++) {
		unsigned int dev = !random_below(&seed, 4);
		struct nft_frame frame;
		struct mcr_flow flow;
		bool drops, is, was;

		random_flow(&seed, &flow);
		frame_make(&frame, dev, &flow);
		drops = nft_model_drops(w->model, &frame);
		is = consumed(w->rule, dev, &flow);
		was = consumed(w->was, dev, &flow);
		if (both && drops)
			assert_true(is && was);
		if (!both)
			assert_int_equal(drops, is);
		dropped += drops;
	}
	return dropped;
}

static void test_random(void **state)
{
	uint64_t seed = 20261128;
	size_t dropped = 0;
	unsigned int i, k, n;
	struct world w;

	(void)state;
	for (i = 0; i < ROUNDS; i++) {
		world_init(&w);
		for (k = 0; k < STEPS; k++) {
			memcpy(w.was, w.rule, sizeof(w.was));
			for (n = 1 + random_below(&seed, 8); n; n--)
				random_change(&w, &seed);
			world_step(&w, MCRD_CONSUME_LESS, false);
			world_compare(&w, seed + 1, true);
			world_step(&w, MCRD_CONSUME_MORE, false);
			dropped += world_compare(&w, seed + 2, false);
		}
		world_exit(&w);
	}
	/* It is not silence that agrees with silence. */
	assert_true(dropped > (size_t)ROUNDS * STEPS * FLOWS / 100);
}

/* What is refused changes nothing, and is carried out later. */
static void test_refused(void **state)
{
	uint64_t seed = 7;
	unsigned int i, n;
	struct world w;

	(void)state;
	world_init(&w);
	for (i = 0; i < 300; i++) {
		for (n = 1 + random_below(&seed, 4); n; n--)
			random_change(&w, &seed);
		world_step(&w, MCRD_CONSUME_LESS, random_below(&seed, 2));
		world_step(&w, MCRD_CONSUME_MORE, random_below(&seed, 2));
		if (!random_below(&seed, 10))
			mcrd_filter_lose(&w.f);
		if (i % 4)
			continue;
		world_commit(&w);
		world_compare(&w, seed, false);
	}
	world_exit(&w);
}

/* Rules that all go leave nothing; those that only pass need nothing. */
static void test_nothing_left(void **state)
{
	uint64_t seed = 99;
	struct world w;
	unsigned int i;

	(void)state;
	world_init(&w);
	for (i = 0; i < 100; i++)
		random_change(&w, &seed);
	world_commit(&w);
	assert_int_equal(nft_model_hooks(w.model), 2);
	for (i = 0; i < RULES; i++) {
		w.rule[i].consume = false;
		world_set(&w, i);
	}
	world_commit(&w);
	assert_true(nft_model_empty(w.model));
	for (i = 0; i < RULES; i++) {
		w.rule[i].on = false;
		world_set(&w, i);
	}
	world_commit(&w);
	assert_null(LIST_FIRST(&w.f.devices));
	world_exit(&w);
}

/* One rule, which consumes what it takes; the flow it takes. */
static void one_rule(struct world *w, struct mcr_flow *flow, __u8 family,
		     __u8 proto, __u16 vlan)
{
	struct known_rule *r = &w->rule[0];
	uint64_t seed = 1;

	world_init(w);
	memset(flow, 0, sizeof(*flow));
	flow->family = family;
	flow->proto = proto;
	flow->vlan = vlan;
	flow->dport = 5000;
	random_source(&seed, family, &flow->src);
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

static bool drops(const struct world *w, const struct nft_frame *f)
{
	return nft_model_drops(w->model, f);
}

static void test_frame_types(void **state)
{
	struct nft_frame f;
	struct mcr_flow flow;
	struct world w;

	(void)state;
	one_rule(&w, &flow, AF_INET, MCR_PROTO_UDP, 0);
	frame_make(&f, 0, &flow);
	assert_true(drops(&w, &f));
	f.pkttype = PACKET_HOST;
	assert_true(drops(&w, &f));
	f.pkttype = PACKET_BROADCAST;
	assert_true(drops(&w, &f));
	f.pkttype = PACKET_OTHERHOST;
	assert_false(drops(&w, &f));
	/* The host's own, looped back, have no link layer. */
	f.pkttype = PACKET_LOOPBACK;
	f.ll_len = 0;
	assert_false(drops(&w, &f));
	/* A tunnel's do not either. */
	f.pkttype = PACKET_HOST;
	f.iiftype = ARPHRD_NONE;
	assert_true(drops(&w, &f));
	frame_make(&f, 1, &flow);
	assert_false(drops(&w, &f));
	world_exit(&w);
}

static void test_tags(void **state)
{
	struct nft_frame f;
	struct mcr_flow flow;
	struct world w;

	(void)state;
	one_rule(&w, &flow, AF_INET, MCR_PROTO_UDP, 0);
	frame_make(&f, 0, &flow);
	frame_ll(&f, ETH_P_8021Q, 7);
	assert_false(drops(&w, &f));
	/* A priority alone is no VLAN, whoever says so. */
	frame_ll(&f, ETH_P_8021Q, 5 << 13);
	assert_true(drops(&w, &f));
	frame_ll(&f, ETH_P_8021AD, 5 << 13);
	assert_true(drops(&w, &f));
	frame_ll(&f, ETH_P_8021AD, 7);
	assert_false(drops(&w, &f));
	world_exit(&w);

	one_rule(&w, &flow, AF_INET6, MCR_PROTO_UDP, 7);
	frame_make(&f, 0, &flow);
	assert_true(drops(&w, &f));
	frame_ll(&f, ETH_P_8021Q, 5 << 13 | 7);
	assert_true(drops(&w, &f));
	frame_ll(&f, ETH_P_8021Q, 8);
	assert_false(drops(&w, &f));
	frame_ll(&f, ETH_P_8021AD, 7);
	assert_false(drops(&w, &f));
	frame_ll(&f, 0, 0);
	assert_false(drops(&w, &f));
	/* Two tags: the inner one is what is in the frame. */
	f.protocol = ETH_P_8021Q;
	frame_ll(&f, ETH_P_8021Q, 7);
	assert_false(drops(&w, &f));
	world_exit(&w);
}

static void test_ip_left_alone(void **state)
{
	struct nft_frame f;
	struct mcr_flow flow;
	struct world w;

	(void)state;
	one_rule(&w, &flow, AF_INET, MCR_PROTO_ANY, 0);
	frame_make(&f, 0, &flow);
	assert_true(drops(&w, &f));
	/* Do not fragment; more fragments; the last one */
	f.net[6] = 0x40;
	assert_true(drops(&w, &f));
	f.net[6] = 0x20;
	assert_false(drops(&w, &f));
	f.net[6] = 0;
	f.net[7] = 1;
	assert_false(drops(&w, &f));
	f.net[7] = 0;
	f.net[9] = IPPROTO_IGMP;
	assert_false(drops(&w, &f));
	f.net[9] = IPPROTO_PIM;
	assert_false(drops(&w, &f));
	f.net[9] = IPPROTO_AH;
	assert_true(drops(&w, &f));
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

	one_rule(&w, &flow, AF_INET6, proto, 0);
	flow.proto = MCR_PROTO_UDP;
	frame_make(&f, 0, &flow);
	frame_exthdr(&f, type, rest);
	dropped = drops(&w, &f);
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
	one_rule(&w, &flow, AF_INET6, MCR_PROTO_ANY, 0);
	frame_make(&f, 0, &flow);
	f.net[6] = IPPROTO_PIM;
	assert_false(drops(&w, &f));
	f.net[6] = IPPROTO_ICMPV6;
	for (i = 0; i < COUNT(mld); i++) {
		f.net[40] = mld[i];
		assert_false(drops(&w, &f));
	}
	f.net[40] = 128;
	assert_true(drops(&w, &f));
	/* As hosts send it, behind a router alert */
	f.net[40] = 143;
	frame_exthdr(&f, IPPROTO_HOPOPTS, 0x05020000);
	assert_false(drops(&w, &f));
	/* A jumbogram */
	frame_make(&f, 0, &flow);
	frame_exthdr(&f, IPPROTO_HOPOPTS, 0xc2040001);
	f.net[4] = 0;
	f.net[5] = 0;
	assert_false(drops(&w, &f));
	world_exit(&w);
}

/* Two ranges that meet: the one that comes does not disturb the other. */
static void test_range_grows(void **state)
{
	struct nft_frame f;
	struct mcr_flow flow;
	struct world w;

	(void)state;
	one_rule(&w, &flow, AF_INET, MCR_PROTO_UDP, 0);
	w.rule[0].m.dport_min = 5000;
	w.rule[0].m.dport_max = 5001;
	world_set(&w, 0);
	world_commit(&w);
	w.rule[1] = w.rule[0];
	w.rule[1].m.dport_min = 5002;
	w.rule[1].m.dport_max = 5003;
	world_set(&w, 1);
	assert_false(world_step(&w, MCRD_CONSUME_LESS, false));
	frame_make(&f, 0, &flow);
	assert_true(drops(&w, &f));
	assert_true(world_step(&w, MCRD_CONSUME_MORE, false));
	assert_int_equal(nft_model_sets(w.model), 1);
	flow.dport = 5003;
	frame_make(&f, 0, &flow);
	assert_true(drops(&w, &f));
	flow.dport = 5004;
	frame_make(&f, 0, &flow);
	assert_false(drops(&w, &f));
	world_exit(&w);
}

/* A device that is gone takes its base chain with it, or does not. */
static void device_goes(bool chain_too, bool told)
{
	struct nft_frame f;
	struct mcr_flow flow;
	struct world w;

	one_rule(&w, &flow, AF_INET, MCR_PROTO_UDP, 0);
	frame_make(&f, 0, &flow);
	w.rule[1] = w.rule[0];
	w.rule[1].dev = 1;
	world_set(&w, 1);
	world_commit(&w);
	assert_int_equal(nft_model_hooks(w.model), 2);
	if (chain_too)
		nft_model_device_gone(w.model, devs[0]);
	if (told) {
		mcrd_filter_device(&w.f, devs[0], 0);
		world_commit(&w);
		assert_int_equal(nft_model_hooks(w.model), 1);
		assert_false(drops(&w, &f));
	}
	/* It comes back, as another one; its rule is the same. */
	mcrd_filter_device(&w.f, devs[0], 17);
	assert_false(world_step(&w, MCRD_CONSUME_LESS, false));
	world_commit(&w);
	assert_int_equal(nft_model_hooks(w.model), 2);
	assert_true(drops(&w, &f));
	/* The rule has another device. */
	assert_int_equal(mcrd_filter_set(&w.f, 1, "eth7", &w.rule[0].m, true),
			 0);
	mcrd_filter_device(&w.f, "eth7", 18);
	world_commit(&w);
	assert_false(drops(&w, &f));
	f.dev = "eth7";
	assert_true(drops(&w, &f));
	world_exit(&w);
}

static void test_device_goes(void **state)
{
	(void)state;
	device_goes(false, false);
	device_goes(false, true);
	device_goes(true, false);
	device_goes(true, true);
}

int main(void)
{
	struct suite suite = { 0 };

	suite_add_case(&suite, test_frame_types);
	suite_add_case(&suite, test_tags);
	suite_add_case(&suite, test_ip_left_alone);
	suite_add_case(&suite, test_ip6_exthdrs);
	suite_add_case(&suite, test_ip6_left_alone);
	suite_add_case(&suite, test_range_grows);
	suite_add_case(&suite, test_device_goes);
	suite_add_case(&suite, test_nothing_left);
	suite_add_case(&suite, test_refused);
	suite_add_case(&suite, test_random);
	return suite_run(&suite, "mcrd_consume");
}
