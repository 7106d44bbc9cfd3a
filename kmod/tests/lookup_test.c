// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit: the classifier of an ingress device. What it finds must be what a
 * comparison with all matches in it finds, whatever was inserted and removed
 * before, in whatever order.
 */
#include <linux/kthread.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "lookup_set.h"
#include "tests.h"
#include "vectors.h"

static void mcr_lookup_empty(struct kunit *test)
{
	struct mcr_set *s = mcr_set_new(test);
	const struct mcr_flow flow4 = TV_FLOW4, flow6 = TV_FLOW6;

	mcr_set_check(s, &flow4, "empty");
	mcr_set_check(s, &flow6, "empty");

	mcr_set_free(s);
}

/* Each vector of one match and one packet, through a classifier of one. */
MCR_TEST_PARAM(hits, mcr_hits_vectors);

static void mcr_lookup_one(struct kunit *test)
{
	const struct mcr_hits_vector *v = test->param_value;
	struct mcr_set *s = mcr_set_new(test);
	struct mcr_entry *got;

	KUNIT_ASSERT_EQ(test, mcr_set_insert(s, &v->match), 0);

	rcu_read_lock();
	got = mcr_lookup_find(&s->lookup, &v->flow);
	rcu_read_unlock();

	KUNIT_EXPECT_PTR_EQ(test, got, v->misses ? NULL : s->entry[0]);
	mcr_set_remove(s, 0);
	rcu_read_lock();
	got = mcr_lookup_find(&s->lookup, &v->flow);
	rcu_read_unlock();
	KUNIT_EXPECT_PTR_EQ(test, got, NULL);
	mcr_set_free(s);
}

/* Each vector of two matches that meet, inserted in both orders. */
MCR_TEST_PARAM(order, mcr_order_vectors);

static void mcr_lookup_two(struct kunit *test)
{
	const struct mcr_order_vector *v = test->param_value;
	unsigned int turn;

	if (!v->both || v->equal)
		return;
	for (turn = 0; turn < 2; turn++) {
		const struct mcr_match *first = turn ? &v->b : &v->a;
		const struct mcr_match *second = turn ? &v->a : &v->b;
		struct mcr_set *s = mcr_set_new(test);
		bool first_wins = turn == (v->first > 0);
		struct mcr_entry *got;

		KUNIT_ASSERT_EQ(test, mcr_set_insert(s, first), 0);
		KUNIT_ASSERT_EQ(test, mcr_set_insert(s, second), 0);

		rcu_read_lock();
		got = mcr_lookup_find(&s->lookup, &v->flow);
		rcu_read_unlock();

		KUNIT_EXPECT_PTR_EQ(test, got, s->entry[first_wins ? 0 : 1]);
		/* The loser takes over. */
		mcr_set_remove(s, first_wins ? 0 : 1);
		mcr_set_check(s, &v->flow, "winner gone");
		mcr_set_free(s);
	}
}

/* Random sets that grow, churn, and shrink to nothing. */
static const u32 mcr_lookup_seeds[] = {
	1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233,
};

static void mcr_lookup_seed_desc(const u32 *seed, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "seed %u", *seed);
}

KUNIT_ARRAY_PARAM(mcr_lookup_seed, mcr_lookup_seeds, mcr_lookup_seed_desc);

#define MCR_LOOKUP_STEPS	300
#define MCR_LOOKUP_FLOWS	12

static void mcr_lookup_churn(struct kunit *test)
{
	const u32 *seed = test->param_value;
	struct mcr_set *s = mcr_set_new(test);
	unsigned int step, i, refused = 0, found = 0, shadows = 0;
	unsigned int flows = mcr_test_times(MCR_LOOKUP_FLOWS);
	/* What is shadowed takes the square of the set to know. */
	unsigned int each = mcr_test_stride();
	struct rnd_state rnd;

	prandom_seed_state(&rnd, *seed);
	for (step = 0; step < MCR_LOOKUP_STEPS || s->n; step++) {
		unsigned int grow = step < MCR_LOOKUP_STEPS / 2 ? 4 :
				    step < MCR_LOOKUP_STEPS ? 2 : 0;
		struct mcr_match m;
		struct mcr_flow f;

		mcr_random_match(&rnd, &m);
		if (prandom_u32_state(&rnd) % 4 >= grow) {
			if (s->n)
				mcr_set_remove(s, prandom_u32_state(&rnd) % s->n);
		} else if (!mcr_set_holds(s, &m) && s->n < MCR_SET_MAX) {
			int want = mcr_set_masks(s, &m) > MCR_MASKS_MAX ?
				   -ENOSPC : 0;

			KUNIT_EXPECT_EQ(test, mcr_set_insert(s, &m), want);
			refused += !!want;
		}
		if (step % each == 0 && !mcr_set_holds(s, &m)) {
			mcr_set_check_shadow(s, &m);
			for (i = 0; i < s->n; i++)
				shadows += mcr_match_shadows(&m,
							     &s->entry[i]->match);
		}
		for (i = 0; i < flows; i++) {
			mcr_random_flow(&rnd, s, &f);
			found += !!mcr_set_winner(s, &f);
			mcr_set_check(s, &f, "churn");
		}
	}
	/* Chance met what it was to meet. */
	KUNIT_EXPECT_GT(test, found,
			MCR_LOOKUP_STEPS / MCR_LOOKUP_FLOWS * flows);
	KUNIT_EXPECT_GT(test, refused, 0U);
	KUNIT_EXPECT_GT(test, shadows, 0U);
	mcr_set_free(s);
}

/*
 * Five matches of one class: their ports overlap in all ways. Inserted and
 * removed in every order; all edges are looked at after each step.
 */
#define MCR_PORTS	5
#define MCR_ORDERS	120

static const u16 mcr_ports[MCR_PORTS][2] = {
	{ 0, 0 }, { 1, 65535 }, { 100, 200 }, { 150, 250 }, { 150, 160 },
};

static const u16 mcr_port_edges[] = {
	0, 1, 2, 99, 100, 101, 149, 150, 151, 160, 161, 199, 200, 201,
	249, 250, 251, 65534, 65535,
};

/* The nth order of 0 to MCR_PORTS - 1. */
static void mcr_nth_order(unsigned int nth, unsigned int *order)
{
	unsigned int left[MCR_PORTS], i, j;

	for (i = 0; i < MCR_PORTS; i++)
		left[i] = i;
	for (i = MCR_PORTS; i; i--) {
		order[MCR_PORTS - i] = left[nth % i];
		for (j = nth % i; j + 1 < i; j++)
			left[j] = left[j + 1];
		nth /= i;
	}
}

static void mcr_check_edges(struct mcr_set *s, const char *when)
{
	struct mcr_flow f = TV_FLOW4;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(mcr_port_edges); i++) {
		f.dport = mcr_port_edges[i];
		mcr_set_check(s, &f, when);
	}
}

static void mcr_insert_ports(struct mcr_set *s, unsigned int i)
{
	struct mcr_match m = TV_M4(TV_G4, 32, TV_UDP);

	m.dport_min = mcr_ports[i][0];
	m.dport_max = mcr_ports[i][1];
	KUNIT_ASSERT_EQ(s->test, mcr_set_insert(s, &m), 0);
}

static void mcr_lookup_insert_orders(struct kunit *test)
{
	unsigned int nth, i, order[MCR_PORTS];

	for (nth = 0; nth < MCR_ORDERS; nth++) {
		struct mcr_set *s = mcr_set_new(test);

		mcr_nth_order(nth, order);
		for (i = 0; i < MCR_PORTS; i++) {
			mcr_insert_ports(s, order[i]);
			mcr_check_edges(s, "inserted");
		}
		mcr_set_free(s);
	}
}

static void mcr_lookup_remove_orders(struct kunit *test)
{
	unsigned int nth, i, k, order[MCR_PORTS];

	for (nth = 0; nth < MCR_ORDERS; nth++) {
		struct mcr_set *s = mcr_set_new(test);

		mcr_nth_order(nth, order);
		for (i = 0; i < MCR_PORTS; i++)
			mcr_insert_ports(s, i);
		for (i = 0; i < MCR_PORTS; i++) {
			for (k = 0; k < s->n; k++)
				if (s->entry[k]->match.dport_min ==
				    mcr_ports[order[i]][0] &&
				    s->entry[k]->match.dport_max ==
				    mcr_ports[order[i]][1])
					break;
			KUNIT_ASSERT_LT(test, k, s->n);
			mcr_set_remove(s, k);
			mcr_check_edges(s, "removed");
		}
		mcr_set_free(s);
	}
}

/* The nth of many masks: prefix lengths of group and source. */
static void mcr_nth_mask(unsigned int nth, struct mcr_match *m)
{
	const struct mcr_match any = TV_M4(TV_G4, 32, TV_UDP,
					   TV_SRC(TV_S4, 32));

	*m = any;
	m->group_len = 5 + nth % 28;
	m->src_len = 1 + nth / 28;
	mcr_addr_mask(&m->group, AF_INET, m->group_len);
	mcr_addr_mask(&m->src, AF_INET, m->src_len);
}

static void mcr_lookup_masks(struct kunit *test)
{
	const struct mcr_flow f = TV_FLOW4;
	struct mcr_set *s = mcr_set_new(test);
	struct mcr_match m, twin;
	unsigned int i;

	for (i = 0; i < MCR_MASKS_MAX; i++) {
		mcr_nth_mask(i, &m);
		KUNIT_EXPECT_EQ(test, mcr_set_insert(s, &m), 0);
		mcr_set_check(s, &f, "masks grow");
	}

	/* One too many is refused, again and again, and changes nothing. */
	mcr_nth_mask(MCR_MASKS_MAX, &m);
	for (i = 0; i < 3; i++) {
		KUNIT_EXPECT_EQ(test, mcr_set_insert(s, &m), -ENOSPC);
		mcr_set_check(s, &f, "refused");
	}
	/* A match of a mask in use is not. */
	mcr_nth_mask(27, &twin);
	twin.group.raw[3] ^= 1;
	KUNIT_EXPECT_EQ(test, mcr_set_insert(s, &twin), 0);
	/* It keeps its mask in use when the first of them goes. */
	mcr_set_remove(s, 27);
	KUNIT_EXPECT_EQ(test, mcr_set_insert(s, &m), -ENOSPC);
	/* A mask that nobody uses any more makes room. */
	mcr_set_remove(s, 5);
	mcr_set_check(s, &f, "one mask less");
	KUNIT_EXPECT_EQ(test, mcr_set_insert(s, &m), 0);
	mcr_set_check(s, &f, "another mask");
	mcr_nth_mask(MCR_MASKS_MAX + 1, &m);
	KUNIT_EXPECT_EQ(test, mcr_set_insert(s, &m), -ENOSPC);
	while (s->n) {
		mcr_set_remove(s, s->n / 2);
		mcr_set_check(s, &f, "masks shrink");
	}
	KUNIT_EXPECT_EQ(test, mcr_set_insert(s, &m), 0);
	mcr_set_free(s);
}

/* Many of one class, so that its array and the hash table grow and shrink. */
static void mcr_lookup_many(struct kunit *test)
{
	struct mcr_match m = TV_M4(TV_G4, 32, TV_UDP);
	struct mcr_set *s = mcr_set_new(test);
	struct mcr_flow f = TV_FLOW4;
	unsigned int i;

	for (i = 0; i < MCR_SET_MAX; i++) {
		m.group.raw[2] = i % 2;
		m.dport_min = 1000 + i * 4;
		m.dport_max = m.dport_min + i % 7;
		KUNIT_ASSERT_EQ(test, mcr_set_insert(s, &m), 0);
	}
	for (i = 900; i < 2100; i++) {
		f.dst.raw[2] = i & 1;
		f.dport = i;
		mcr_set_check(s, &f, "many");
	}
	while (s->n) {
		mcr_set_remove(s, s->n * 7 / 13);
		f.dst.raw[2] = s->n & 1;
		f.dport = 1000 + s->n * 3;
		mcr_set_check(s, &f, "fewer");
	}
	mcr_set_free(s);
}

/**
 * struct mcr_reader - one who looks up while others change
 * @lookup: the classifier
 * @lookups: done so far
 * @wrong: that found another match than the one that is always best
 */
struct mcr_reader {
	struct mcr_lookup *lookup;
	atomic_t lookups;
	atomic_t wrong;
};

#define MCR_READ_PORTS	8

/* Even ports belong to the ranges that stay, odd ones to the catch-all. */
static int mcr_reader_run(void *data)
{
	struct mcr_reader *r = data;
	struct mcr_flow f = TV_FLOW4;

	while (!kthread_should_stop()) {
		struct mcr_entry *e;
		unsigned int i;

		for (i = 0; i < MCR_READ_PORTS; i++) {
			f.dport = 5000 + i;
			rcu_read_lock();
			e = mcr_lookup_find(r->lookup, &f);
			if (!e || !mcr_match_hits(&e->match, &f) ||
			    (i == 4 && (e->match.dport_min != 5004 ||
					e->match.dport_max != 5004)))
				atomic_inc(&r->wrong);
			rcu_read_unlock();
			atomic_inc(&r->lookups);
		}
		cond_resched();
	}
	return 0;
}

struct mcr_rcu_entry {
	struct mcr_entry entry;
	struct rcu_head rcu;
};

/*
 * Changes next to a rule never make it miss a packet: a reader always finds
 * the catch-all or better, and the best match wherever it is in force.
 */
static void mcr_lookup_readers(struct kunit *test)
{
	struct mcr_match all = TV_M4(TV_IP4(224, 0, 0, 0), 4, TV_ANY);
	struct mcr_match one = TV_M4(TV_G4, 32, TV_PORTS(5004, 5004));
	struct mcr_match m = TV_M4(TV_G4, 32, TV_UDP);
	struct mcr_set *s = mcr_set_new(test);
	struct mcr_reader r = { .lookup = &s->lookup };
	struct task_struct *task;
	struct rnd_state rnd;
	unsigned int i;

	prandom_seed_state(&rnd, 1);
	KUNIT_ASSERT_EQ(test, mcr_set_insert(s, &all), 0);
	KUNIT_ASSERT_EQ(test, mcr_set_insert(s, &one), 0);
	task = kthread_run(mcr_reader_run, &r, "mcr_reader");
	KUNIT_ASSERT_FALSE(test, IS_ERR(task));

	for (i = 0; i < 2000; i++) {
		struct mcr_rcu_entry *e = kzalloc(sizeof(*e), GFP_KERNEL);

		if (!e)
			break;
		m.group_len = 32 - prandom_u32_state(&rnd) % 3;
		m.dport_min = 4990 + prandom_u32_state(&rnd) % 10;
		m.dport_max = 5001 + prandom_u32_state(&rnd) % 10;
		e->entry.match = m;
		mcr_addr_mask(&e->entry.match.group, AF_INET, m.group_len);
		mutex_lock(&s->lock);
		KUNIT_EXPECT_EQ(test, mcr_lookup_insert(&s->lookup, &e->entry),
				0);
		mutex_unlock(&s->lock);
		if (!(i % 16))
			schedule_timeout_uninterruptible(1);
		mutex_lock(&s->lock);
		mcr_lookup_remove(&s->lookup, &e->entry);
		mutex_unlock(&s->lock);
		kfree_rcu(e, rcu);
	}
	kthread_stop(task);

	KUNIT_EXPECT_EQ(test, i, 2000U);
	KUNIT_EXPECT_GT(test, atomic_read(&r.lookups), 1000);
	KUNIT_EXPECT_EQ(test, atomic_read(&r.wrong), 0);
	mcr_set_free(s);
}

static struct kunit_case mcr_lookup_cases[] = {
	KUNIT_CASE(mcr_lookup_empty),
	KUNIT_CASE_PARAM(mcr_lookup_one, hits_gen_params),
	KUNIT_CASE_PARAM(mcr_lookup_two, order_gen_params),
	KUNIT_CASE_PARAM(mcr_lookup_churn, mcr_lookup_seed_gen_params),
	KUNIT_CASE(mcr_lookup_insert_orders),
	KUNIT_CASE(mcr_lookup_remove_orders),
	KUNIT_CASE(mcr_lookup_masks),
	KUNIT_CASE(mcr_lookup_many),
	KUNIT_CASE(mcr_lookup_readers),
	{}
};

struct kunit_suite mcr_lookup_suite = {
	.name = "mcr_lookup",
	.test_cases = mcr_lookup_cases,
};
