// SPDX-License-Identifier: GPL-2.0
/*
 * Rules that consume: what is sent to nf_tables, carried out by a model of that,
 * against the definition of which rule takes a packet (kmod/rule.h).
 */
#include "consume_rig.h"

#include <netinet/in.h>
#include <string.h>

#define FLOWS		400
#define ROUNDS		20
#define STEPS		12

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

/* Two ranges that meet: the one that comes does not disturb the other. */
static void test_range_grows(void **state)
{
	struct nft_frame f;
	struct mcr_flow flow;
	struct world w;

	(void)state;
	world_one_rule(&w, &flow, AF_INET, MCR_PROTO_UDP, 0);
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
	assert_true(world_drops(&w, &f));
	assert_true(world_step(&w, MCRD_CONSUME_MORE, false));
	assert_int_equal(nft_model_sets(w.model), 1);
	flow.dport = 5003;
	frame_make(&f, 0, &flow);
	assert_true(world_drops(&w, &f));
	flow.dport = 5004;
	frame_make(&f, 0, &flow);
	assert_false(world_drops(&w, &f));
	world_exit(&w);
}

/* A device that is gone takes its base chain with it, or does not. */
static void device_goes(bool chain_too, bool told)
{
	struct nft_frame f;
	struct mcr_flow flow;
	struct world w;

	world_one_rule(&w, &flow, AF_INET, MCR_PROTO_UDP, 0);
	frame_make(&f, 0, &flow);
	w.rule[1] = w.rule[0];
	w.rule[1].dev = 1;
	world_set(&w, 1);
	world_commit(&w);
	assert_int_equal(nft_model_hooks(w.model), 2);
	if (chain_too)
		nft_model_device_gone(w.model, world_devs[0]);
	if (told) {
		mcrd_filter_device(&w.f, world_devs[0], 0);
		world_commit(&w);
		assert_int_equal(nft_model_hooks(w.model), 1);
		assert_false(world_drops(&w, &f));
	}
	/* It comes back, as another one; its rule is the same. */
	mcrd_filter_device(&w.f, world_devs[0], 17);
	assert_false(world_step(&w, MCRD_CONSUME_LESS, false));
	world_commit(&w);
	assert_int_equal(nft_model_hooks(w.model), 2);
	assert_true(world_drops(&w, &f));
	/* The rule has another device. */
	assert_int_equal(mcrd_filter_set(&w.f, 1, "eth7", &w.rule[0].m, true),
			 0);
	mcrd_filter_device(&w.f, "eth7", 18);
	world_commit(&w);
	assert_false(world_drops(&w, &f));
	f.dev = "eth7";
	assert_true(world_drops(&w, &f));
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

	suite_add_case(&suite, test_range_grows);
	suite_add_case(&suite, test_device_goes);
	suite_add_case(&suite, test_nothing_left);
	suite_add_case(&suite, test_refused);
	suite_add_case(&suite, test_random);
	return suite_run(&suite, "mcrd_consume");
}
