// SPDX-License-Identifier: GPL-2.0
/*
 * Gathering against sending packet by packet: what leaves is the same, to the
 * byte, and in the same order within each flow. IPv4 ids may differ where nobody
 * may fragment.
 */
#include "worker_rig.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../mcrd/worker/receive.h"

#define PACKETS	400

static uint32_t next_random(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)(*seed >> 33);
}

static struct mcrd_rule rule_of(bool v6, uint32_t n)
{
	struct mcrd_rule rule = {
		.n = n, .iif = "in0",
		.match = { .family = v6 ? AF_INET6 : AF_INET,
			   .proto = MCR_PROTO_UDP, .group_len = 8 },
	};

	if (v6)
		rule.match.group.raw[0] = 0xff;
	else
		rule.match.group.raw[0] = 239;
	return rule;
}

/* An output of each kind. */
static uint32_t outputs_of(bool v6, struct mcrd_output out[4])
{
	static const uint8_t group6[16] = { 0xff, 0x1e, [15] = 99 };

	memset(out, 0, 4 * sizeof(*out));
	strcpy(out[0].dev, "out0");
	strcpy(out[1].dev, "out1");
	out[1].rewrite.mac = MCR_MAC_KEEP;
	strcpy(out[2].dev, "out2");
	out[2].rewrite.set = MCR_SET_GROUP | MCR_SET_DPORT | MCR_SET_SPORT |
			     MCR_SET_DSCP;
	out[2].rewrite.group_family = v6 ? AF_INET6 : AF_INET;
	if (v6)
		memcpy(out[2].rewrite.group.raw, group6, 16);
	else
		out[2].rewrite.group.ip = htonl(0xef090909);
	out[2].rewrite.dport = 6000;
	out[2].rewrite.sport = 6001;
	out[2].rewrite.dscp = 34;
	out[2].rewrite.ttl_mode = MCR_TTL_DEC;
	strcpy(out[3].dev, "out0");
	out[3].rewrite.ttl_mode = MCR_TTL_SET;
	out[3].rewrite.ttl = 77;
	return 4;
}

static struct rig *make_rig(bool v6, bool low, bool vnet)
{
	struct rig *r = rig_new(vnet);
	struct mcrd_output out[4];
	struct mcrd_rule rule;

	rule = rule_of(v6, outputs_of(v6, out));
	rule.latency = low ? MCR_LATENCY_LOW : MCR_LATENCY_AUTO;
	rig_rule(r, 1, &rule, out);
	rule.match.vlan = 5;
	rig_rule(r, 2, &rule, out);
	return r;
}

/* Mostly packets that may be gathered, and now and then anything else. */
static void random_packets(uint64_t *seed, bool v6, struct packet *p)
{
	struct packet flow[3];
	unsigned int i;

	for (i = 0; i < 3; i++)
		flow[i] = (struct packet){
			.v6 = v6, .group = (uint8_t)(1 + i), .tag = (uint8_t)i,
			.sport = 4000,
			.size = (uint16_t)(20 + next_random(seed) % 500),
			.df = next_random(seed) & 1, .ttl = 5,
			.verified = next_random(seed) & 1,
			.csum = next_random(seed) & 1 ? CSUM_PARTIAL :
							CSUM_GOOD,
		};
	for (i = 0; i < PACKETS; i++) {
		struct packet *f = &flow[next_random(seed) % 3];
		uint32_t odd = next_random(seed) % 60;

		f->id++;
		p[i] = *f;
		p[i].seed = (uint8_t)next_random(seed);
		if (odd == 0)
			p[i].ttl = (uint8_t)(next_random(seed) % 3);
		else if (odd == 1)
			p[i].tos = 8;
		else if (odd == 2)
			p[i].size = (uint16_t)(1 + next_random(seed) % f->size);
		else if (odd == 3)
			p[i].size = (uint16_t)(f->size + 1);
		else if (odd == 4)
			p[i].csum = CSUM_BAD;
		else if (odd == 5)
			p[i].csum = CSUM_ZERO;
		else if (odd == 6)
			p[i].pad = 6;
		else if (odd == 7)
			p[i].vlan = 5;
		else if (odd == 8)
			p[i].id = (uint16_t)next_random(seed);
		else if (odd == 9)
			p[i].sport++;
		/* What is a flow of its own on the way in, not on the way out. */
		p[i].tag |= (uint8_t)((p[i].vlan ? 8 : 0) |
				      (p[i].sport & 1 ? 16 : 0));
		if (p[i].csum != CSUM_GOOD && p[i].csum != CSUM_PARTIAL)
			p[i].verified = false;
	}
}

static uint32_t l2_of(const struct sent *s)
{
	return s->data[12] == 0x81 ? 18 : 14;
}

/* The same flow was received, and it is the same output's; the TTL tells which. */
static bool same_flow(const struct sent *a, const struct sent *b)
{
	const uint8_t *x = a->data + l2_of(a), *y = b->data + l2_of(b);
	bool v6 = x[0] >> 4 == 6;

	return a->dev == b->dev && l2_of(a) == l2_of(b) &&
	       (x[v6 ? 7 : 8] == 77) == (y[v6 ? 7 : 8] == 77) &&
	       x[v6 ? 48 : 28] == y[v6 ? 48 : 28];
}

/* An id that means nothing is none. */
static void forget_id(struct sent *s)
{
	uint8_t *l3 = s->data + l2_of(s);

	if (l3[0] >> 4 != 4 || !(l3[6] & 0x40))
		return;
	memset(l3 + 4, 0, 2);
	memset(l3 + 10, 0, 2);
}

/* All of @a is in @b, each flow in the same order. */
static void compare(struct rig *a, struct rig *b)
{
	bool *taken = calloc(b->n + 1, sizeof(*taken));
	uint32_t i, k;

	assert_non_null(taken);
	assert_int_equal(a->n, b->n);
	for (i = 0; i < a->n; i++) {
		forget_id(&a->sent[i]);
		forget_id(&b->sent[i]);
	}
	for (i = 0; i < a->n; i++) {
		/* The first of its flow that was not there before. */
		for (k = 0; k < b->n; k++)
			if (!taken[k] &&
			    same_flow(&a->sent[i], &b->sent[k]))
				break;
		assert_true(k < b->n);
		taken[k] = true;
		assert_int_equal(a->sent[i].len, b->sent[k].len);
		assert_memory_equal(a->sent[i].data, b->sent[k].data,
				    a->sent[i].len);
	}
	free(taken);
}

static uint64_t drops_of(struct rig *r, uint32_t rule, uint32_t out)
{
	struct mcrd_rule_in *in = xa_load(&r->w.table.rules, rule);
	uint64_t sum = 0;
	unsigned int i;

	for (i = MCR_DROP_FIRST; i <= MCR_DROP_MAX; i++)
		sum += mcr_stats_drops(in->out[out].drops, i);
	return sum;
}

static uint64_t count(const u64_stats_t *counter)
{
	return u64_stats_read(counter);
}

static void compare_counters(struct rig *a, struct rig *b)
{
	uint32_t rule, i;

	for (rule = 1; rule <= 2; rule++) {
		struct mcrd_rule_in *x = xa_load(&a->w.table.rules, rule);
		struct mcrd_rule_in *y = xa_load(&b->w.table.rules, rule);

		assert_memory_equal(x->counters, y->counters, 16);
		for (i = 0; i < x->n; i++) {
			assert_memory_equal(x->out[i].counters,
					    y->out[i].counters, 24);
			assert_memory_equal(x->out[i].drops, y->out[i].drops,
					    sizeof(*x->out[i].drops));
			assert_int_equal(count(&x->out[i].counters->offered),
					 count(&x->out[i].counters->sent) +
					 drops_of(a, rule, i));
		}
	}
}

static void run_both(uint64_t seed, bool v6, bool vnet, uint32_t mtu)
{
	struct rig *runs = make_rig(v6, false, vnet);
	struct rig *singles;
	struct packet p[PACKETS];
	uint32_t i;

	random_packets(&seed, v6, p);
	rig_device(runs, 2, mtu);
	for (i = 0; i < PACKETS; i++) {
		rig_receive(runs, &p[i]);
		if (!(next_random(&seed) % 90))
			rig_flush(runs);
	}
	rig_flush(runs);
	singles = make_rig(v6, true, vnet);
	rig_device(singles, 2, mtu);
	for (i = 0; i < PACKETS; i++)
		rig_receive(singles, &p[i]);
	rig_flush(singles);
	assert_int_equal(singles->messages, singles->n);
	if (vnet)
		assert_true(runs->messages < singles->messages * 3 / 4);
	compare(runs, singles);
	compare_counters(runs, singles);
	rig_free(runs);
	rig_free(singles);
}

static void test_ipv4(void **state)
{
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= 60; seed++)
		run_both(seed, false, true, 1500);
}

static void test_ipv6(void **state)
{
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= 60; seed++)
		run_both(seed, true, true, 1500);
}

static void test_small_mtu(void **state)
{
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= 30; seed++)
		run_both(seed, seed & 1, true, 250);
}

static void test_without_vnet(void **state)
{
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= 30; seed++)
		run_both(seed, seed & 1, false, 1500);
}

static const struct packet plain = {
	.group = 1, .sport = 4000, .size = 100, .df = true, .ttl = 5,
	.verified = true,
};

/* How many messages leave by out0's first output for these two packets. */
static uint32_t messages_for(const struct packet *a, const struct packet *b)
{
	struct rig *r = rig_new(true);
	struct mcrd_output out = { .dev = "out0" };
	struct mcrd_rule rule = rule_of(a->v6, 1);
	uint32_t n;

	rig_rule(r, 1, &rule, &out);
	rule.match.vlan = 5;
	rig_rule(r, 2, &rule, &out);
	rig_receive(r, a);
	rig_receive(r, b);
	rig_flush(r);
	assert_int_equal(r->n, 2);
	n = r->messages;
	rig_free(r);
	return n;
}

/* What may be gathered is, and what may not is not. */
static void test_what_is_a_run(void **state)
{
	static const struct {
		uint32_t messages;
		struct packet a, b;
	} cases[] = {
#define PLAIN	.group = 1, .sport = 4000, .size = 100, .ttl = 5
#define GOOD	PLAIN, .df = true, .verified = true
#define LOOSE	PLAIN, .verified = true
#define SIZED(n)							\
	.group = 1, .sport = 4000, .size = (n), .ttl = 5, .df = true,	\
	.verified = true
		{ 1, { GOOD }, { GOOD } },
		{ 1, { GOOD, .v6 = true }, { GOOD, .v6 = true } },
		/* Nobody says so, but their checksums are right. */
		{ 1, { PLAIN, .df = true }, { PLAIN, .df = true } },
		{ 1, { GOOD }, { PLAIN, .df = true, .csum = CSUM_PARTIAL } },
		{ 1, { PLAIN, .df = true, .csum = CSUM_PARTIAL }, { GOOD } },
		{ 2, { GOOD }, { PLAIN, .df = true, .csum = CSUM_BAD } },
		{ 2, { PLAIN, .df = true, .csum = CSUM_BAD }, { GOOD } },
		{ 2, { GOOD }, { PLAIN, .df = true, .csum = CSUM_ZERO } },
		{ 2, { PLAIN, .df = true, .csum = CSUM_ZERO }, { GOOD } },
		{ 1, { GOOD }, { SIZED(99) } },
		{ 2, { GOOD }, { SIZED(101) } },
		{ 2, { GOOD }, { SIZED(0) } },
		{ 2, { GOOD }, { GOOD, .tos = 4 } },
		{ 2, { GOOD }, { GOOD, .vlan = 5 } },
		{ 2, { GOOD }, { LOOSE } },
		{ 2, { LOOSE }, { LOOSE } },
		{ 1, { LOOSE, .id = 7 }, { LOOSE, .id = 8 } },
		{ 2, { LOOSE, .id = 7 }, { LOOSE, .id = 9 } },
		{ 1, { LOOSE, .id = 65535 }, { LOOSE, .id = 0 } },
	};
	struct packet other = plain;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(messages_for(&cases[i].a, &cases[i].b),
				 cases[i].messages);
	other.ttl++;
	assert_int_equal(messages_for(&plain, &other), 2);
	other = plain;
	other.sport++;
	assert_int_equal(messages_for(&plain, &other), 2);
	other = plain;
	other.group++;
	assert_int_equal(messages_for(&plain, &other), 2);
}

/* A run has 64 packets and 65,535 bytes at most. */
static void test_limits(void **state)
{
	struct mcrd_output out = { .dev = "out0" };
	struct mcrd_rule rule = rule_of(false, 1);
	struct rig *r = rig_new(true);
	struct packet p = plain;
	unsigned int i;

	(void)state;
	rig_rule(r, 1, &rule, &out);
	for (i = 0; i < 130; i++)
		rig_receive(r, &p);
	rig_flush(r);
	assert_int_equal(r->n, 130);
	assert_int_equal(r->messages, 3);
	rig_forget(r);
	p.size = 1400;
	for (i = 0; i < 100; i++)
		rig_receive(r, &p);
	rig_flush(r);
	assert_int_equal(r->n, 100);
	/* 46 packets of 1,400 bytes and their headers. */
	assert_int_equal(r->messages, 3);
	assert_int_equal(r->sent[45].messages, 1);
	assert_int_equal(r->sent[46].messages, 2);
	rig_free(r);
}

/* Nothing waits for others of its flow, and a batch is one system call. */
static void test_low(void **state)
{
	struct mcrd_output out = { .dev = "out0" };
	struct mcrd_rule rule = rule_of(false, 1);
	struct rig *r = rig_new(true);
	uint32_t i;

	(void)state;
	rule.latency = MCR_LATENCY_LOW;
	rig_rule(r, 1, &rule, &out);
	r->submits = 0;
	for (i = 1; i <= 10; i++) {
		rig_receive(r, &plain);
		assert_int_equal(r->messages, i);
	}
	assert_int_equal(r->submits, 0);
	rig_free(r);
}

/* Where the kernel does not know UDP super-packets, packets go out one by one. */
static void test_no_gso(void **state)
{
	struct mcrd_output out = { .dev = "out0" };
	struct mcrd_rule rule = rule_of(false, 1);
	struct rig *r = rig_new(true);
	unsigned int i;

	(void)state;
	rig_rule(r, 1, &rule, &out);
	r->fail = -EINVAL;
	for (i = 0; i < 10; i++)
		rig_receive(r, &plain);
	rig_flush(r);
	assert_int_equal(r->n, 10);
	assert_int_equal(r->messages, 10);
	assert_true(r->w.sender.no_gso);
	for (i = 0; i < 10; i++)
		rig_receive(r, &plain);
	rig_flush(r);
	assert_int_equal(r->messages, 20);
	assert_int_equal(drops_of(r, 1, 0), 0);
	rig_free(r);
}

/*
 * A run that the kernel refuses is lost where something was sent behind it: its
 * packets would overtake nothing, and be overtaken.
 */
static void test_no_gso_order(void **state)
{
	struct mcrd_output out = { .dev = "out0" };
	struct mcrd_rule rule = rule_of(false, 1);
	struct rig *r = rig_new(true);
	struct packet p = plain;
	struct mcrd_rule_in *in;
	unsigned int i;

	(void)state;
	rig_rule(r, 1, &rule, &out);
	in = xa_load(&r->w.table.rules, 1);
	r->hold = true;
	for (i = 0; i < 10; i++)
		rig_receive(r, &p);
	/* It does not fit the run: what came first goes first. */
	p.csum = CSUM_ZERO;
	rig_receive(r, &p);
	rig_flush(r);
	assert_int_equal(r->n_held, 2);
	r->n_held = 0;
	r->hold = false;
	mcrd_send_done(&r->w, r->held[0], -EINVAL);
	mcrd_send_done(&r->w, r->held[1], 1);
	assert_int_equal(r->n, 0);
	assert_true(r->w.sender.no_gso);
	assert_int_equal(mcr_stats_drops(in->out[0].drops,
					 MCR_DROP_SUPERPACKET), 10);
	assert_int_equal(count(&in->out[0].counters->sent), 1);
	rig_free(r);
}

static struct rig *one_packet(bool vnet, const struct packet *p)
{
	struct mcrd_output out = { .dev = "out0" };
	struct mcrd_rule rule = rule_of(false, 1);
	struct rig *r = rig_new(vnet);

	rig_rule(r, 1, &rule, &out);
	rig_receive(r, p);
	rig_flush(r);
	return r;
}

/* Link-layer headers that are not Ethernet's, of whatever length. */
static void test_other_links(void **state)
{
	static const uint8_t links[] = { 24, 4, 20, 33, 250 };
	struct packet p = plain;
	struct rig *r, *ref;
	size_t i;

	(void)state;
	for (i = 0; i < 2 * sizeof(links); i++) {
		p.csum = i & 1 ? CSUM_PARTIAL : CSUM_GOOD;
		p.link = 0;
		ref = one_packet(i & 1, &p);
		p.link = links[i / 2];
		r = one_packet(i & 1, &p);
		assert_int_equal(r->n, 1);
		compare(ref, r);
		rig_free(r);
		rig_free(ref);
	}
}

static void test_errors(void **state)
{
	static const struct {
		int err;
		enum mcr_drop reason;
	} cases[] = {
		{ ENETDOWN, MCR_DROP_DEVICE_DOWN },
		{ ENXIO, MCR_DROP_NO_DEVICE },
		{ ENODEV, MCR_DROP_NO_DEVICE },
		{ EMSGSIZE, MCR_DROP_MTU },
		{ ENOBUFS, MCR_DROP_QUEUE_FULL },
		{ EAGAIN, MCR_DROP_QUEUE_FULL },
		{ ENOMEM, MCR_DROP_NO_MEMORY },
		{ EINVAL, MCR_DROP_MALFORMED },
		{ EPERM, MCR_DROP_QUEUE_FULL },
	};
	struct mcrd_output out = { .dev = "out0" };
	struct mcrd_rule rule = rule_of(false, 1);
	struct rig *r = rig_new(true);
	struct mcrd_rule_in *in;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		rig_rule(r, 1, &rule, &out);
		in = xa_load(&r->w.table.rules, 1);
		r->fail = -cases[i].err;
		rig_receive(r, &plain);
		rig_flush(r);
		assert_int_equal(mcr_stats_drops(in->out[0].drops,
						 cases[i].reason), 1);
		assert_int_equal(drops_of(r, 1, 0), 1);
		assert_int_equal(count(&in->out[0].counters->offered), 1);
		assert_int_equal(count(&in->out[0].counters->sent), 0);
	}
	rig_free(r);
}

/* What a receive says: most of it is no reason not to go on. */
static void test_receive_errors(void **state)
{
	static const struct {
		int err;
		enum mcrd_fault fault;
	} cases[] = {
		{ ENOBUFS, MCRD_FAULT_RX_BUFFERS },
		{ EINVAL, MCRD_FAULT_RX_SUPERPACKET },
		{ ENETDOWN, MCRD_FAULT_RX_DOWN },
		{ ENODEV, MCRD_FAULT_RX_DOWN },
		{ ENXIO, MCRD_FAULT_RX_DOWN },
		{ ENOMEM, MCRD_FAULT_RX_MEMORY },
		{ ECANCELED, MCRD_FAULT_RX_CANCELED },
		{ EIO, MCRD_FAULT_RX_OTHER },
	};
	struct rig *r = rig_new(true);
	struct mcrd_rxdev *rx = mcrd_port_find(&r->w.table, "in0")->rx;
	uint64_t before;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		before = r->w.errors.n[cases[i].fault];
		rx->errors = 0;
		assert_true(mcrd_receive_error(&r->w, rx, cases[i].err));
		assert_int_equal(r->w.errors.n[cases[i].fault], before + 1);
	}
	/* There are buffers; that the kernel was lent no more of them is told apart. */
	assert_int_equal(r->w.pool.exhausted, 0);
	/* Over and over: after a rest. A frame ends that. */
	rx->errors = 0;
	for (i = 0; i < MCRD_RX_ERRORS; i++)
		assert_true(mcrd_receive_error(&r->w, rx, EINVAL));
	assert_false(mcrd_receive_error(&r->w, rx, EINVAL));
	rig_receive(r, &plain);
	assert_true(mcrd_receive_error(&r->w, rx, EINVAL));
	rig_free(r);
}

/* An output that is never done has so many sends, and others go on. */
static void test_quota(void **state)
{
	struct mcrd_output out = { .dev = "out0" };
	struct mcrd_rule rule = rule_of(false, 1);
	struct rig *r = rig_new(true);
	struct packet p = plain;
	unsigned int i;

	(void)state;
	p.csum = CSUM_ZERO;
	p.verified = false;
	rig_rule(r, 1, &rule, &out);
	rule.match.src.raw[0] = 11;
	rule.match.src_len = 8;
	r->hold = true;
	/* There are no more buffers than that in the rig. */
	for (i = 0; i < 512; i++)
		rig_receive(r, &p);
	rig_flush(r);
	assert_int_equal(r->n_held, MCRD_SENDS_OUT);
	assert_int_equal(r->w.pool.in_use, 512);
	rig_release(r);
	assert_int_equal(r->n, 512);
	assert_int_equal(r->w.pool.in_use, 0);
	rig_free(r);
}

/* Rules that go are there until their last send is done. */
static void test_epochs(void **state)
{
	struct mcrd_output out = { .dev = "out0" };
	struct mcrd_rule rule = rule_of(false, 1);
	struct rig *r = rig_new(true);

	(void)state;
	rig_rule(r, 1, &rule, &out);
	r->hold = true;
	rig_receive(r, &plain);
	rig_flush(r);
	rig_rule(r, 1, &rule, &out);
	assert_false(mcrd_sender_settled(&r->w.sender));
	assert_non_null(r->w.table.retired);
	rig_release(r);
	assert_true(mcrd_sender_settled(&r->w.sender));
	mcrd_table_free_retired(&r->w.table);
	rig_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ipv4),
		cmocka_unit_test(test_ipv6),
		cmocka_unit_test(test_small_mtu),
		cmocka_unit_test(test_without_vnet),
		cmocka_unit_test(test_what_is_a_run),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_low),
		cmocka_unit_test(test_no_gso),
		cmocka_unit_test(test_no_gso_order),
		cmocka_unit_test(test_other_links),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_receive_errors),
		cmocka_unit_test(test_quota),
		cmocka_unit_test(test_epochs),
	};

	return cmocka_run_group_tests_name("worker: gather", tests, NULL, NULL);
}
