// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit: the classifier with many rules. What is measured is printed; only what
 * no machine should do is a failure.
 */
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "lookup.h"
#include "tests.h"
#include "vectors.h"

#define MCR_SCALE_RULES		100000
#define MCR_SCALE_LOOKUPS	20000
#define MCR_SCALE_RANGES	1000

/* 100,000 rules cost 100,000 times as much where each is looked at. */
#define MCR_SCALE_RATIO		100

/**
 * struct mcr_scale - a classifier with room for many
 * @lookup: the classifier
 * @lock: its owner's
 * @n: entries in it
 * @entry: they
 */
struct mcr_scale {
	struct mcr_lookup lookup;
	struct mutex lock;	/* guards @lookup */
	unsigned int n;
	struct mcr_entry *entry;
};

static struct mcr_scale *mcr_scale_new(struct kunit *test, unsigned int n)
{
	struct mcr_scale *s = kunit_kzalloc(test, sizeof(*s), GFP_KERNEL);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, s);
	mutex_init(&s->lock);
	KUNIT_ASSERT_EQ(test, mcr_lookup_init(&s->lookup, &s->lock), 0);
	s->entry = kvcalloc(n, sizeof(*s->entry), GFP_KERNEL);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, s->entry);
	return s;
}

static void mcr_scale_add(struct kunit *test, struct mcr_scale *s,
			  const struct mcr_match *m)
{
	s->entry[s->n].match = *m;
	mutex_lock(&s->lock);
	KUNIT_EXPECT_EQ(test, 0, mcr_lookup_insert(&s->lookup,
						   &s->entry[s->n]));
	mutex_unlock(&s->lock);
	s->n++;
	cond_resched();
}

static void mcr_scale_free(struct mcr_scale *s)
{
	while (s->n) {
		mutex_lock(&s->lock);
		mcr_lookup_remove(&s->lookup, &s->entry[--s->n]);
		mutex_unlock(&s->lock);
		cond_resched();
	}
	mcr_lookup_exit(&s->lookup);
	kvfree(s->entry);
}

/* The nth group; neighbours differ in all bytes but the first. */
static union mcr_addr mcr_scale_group(unsigned int nth)
{
	u32 mixed = nth * 2654435761U;
	union mcr_addr addr = { .raw = { 239, mixed >> 24, mixed >> 16,
					 mixed >> 8 } };

	return addr;
}

/* Nanoseconds for a lookup of one of the groups, the best of some tries. */
static u64 mcr_scale_measure(struct kunit *test, struct mcr_scale *s,
			     unsigned int rules)
{
	unsigned int try, i, wrong = 0;
	u64 best = U64_MAX;

	for (try = 0; try < 5; try++) {
		u64 start = ktime_get_ns(), took;

		rcu_read_lock();
		for (i = 0; i < MCR_SCALE_LOOKUPS; i++) {
			struct mcr_flow f = TV_FLOW4;
			struct mcr_entry *e;

			f.dst = mcr_scale_group((i * 7919) % rules);
			e = mcr_lookup_find(&s->lookup, &f);
			wrong += !e || e->match.group.ip != f.dst.ip;
		}
		rcu_read_unlock();
		took = ktime_get_ns() - start;
		best = min(best, took);
		cond_resched();
	}
	KUNIT_EXPECT_EQ(test, wrong, 0U);
	return max_t(u64, best / MCR_SCALE_LOOKUPS, 1);
}

/* A lookup does not take longer because there are other rules. */
static void mcr_scale_rules(struct kunit *test)
{
	struct mcr_scale *s = mcr_scale_new(test, MCR_SCALE_RULES);
	struct mcr_match m = TV_M4(TV_G4, 32, TV_PORTS(5000, 5000));
	u64 one, many, start;
	unsigned int i;

	m.group = mcr_scale_group(0);
	mcr_scale_add(test, s, &m);
	one = mcr_scale_measure(test, s, 1);

	start = ktime_get_ns();
	for (i = 1; i < MCR_SCALE_RULES && !mcr_test_failed(test); i++) {
		m.group = mcr_scale_group(i);
		mcr_scale_add(test, s, &m);
	}
	kunit_info(test, "%u rules inserted in %llu ms\n", i,
		   (ktime_get_ns() - start) / NSEC_PER_MSEC);
	/* The hash table has grown when the work that does it is done. */
	many = mcr_scale_measure(test, s, i);
	kunit_info(test, "a lookup among 1 rule: %llu ns, among %u: %llu ns\n",
		   one, i, many);

	KUNIT_EXPECT_LT(test, many, one * MCR_SCALE_RATIO);
	mcr_scale_free(s);
}

/* Port ranges of one group, each with a hole behind it: all keep their ports. */
static void mcr_scale_ranges(struct kunit *test)
{
	struct mcr_scale *s = mcr_scale_new(test, MCR_SCALE_RANGES + 1);
	struct mcr_match m = TV_M4(TV_G4, 32, TV_UDP);
	unsigned int port, wrong = 0, i;
	u64 start = ktime_get_ns();

	mcr_scale_add(test, s, &m);
	for (i = 0; i < MCR_SCALE_RANGES; i++) {
		/* In an order that is neither ascending nor descending. */
		m.dport_min = 1 + (i * 619 % MCR_SCALE_RANGES) * 20;
		m.dport_max = m.dport_min + 9;
		mcr_scale_add(test, s, &m);
	}
	kunit_info(test, "%u port ranges inserted in %llu us\n", i,
		   (ktime_get_ns() - start) / NSEC_PER_USEC);
	rcu_read_lock();
	for (port = 0; port <= U16_MAX; port++) {
		bool in = port && (port - 1) % 20 < 10 &&
			  port <= MCR_SCALE_RANGES * 20;
		struct mcr_flow f = TV_FLOW4;
		struct mcr_entry *e;

		f.dport = port;
		e = mcr_lookup_find(&s->lookup, &f);
		wrong += !e || e->match.dport_min !=
				(in ? port - (port - 1) % 20 : 0);
	}
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, wrong, 0U);
	mcr_scale_free(s);
}

/*
 * Who is shadowed is found without a look at all rules: 20,000 that meet the new
 * one in group and source, but not in their port.
 */
static void mcr_scale_shadow(struct kunit *test)
{
	struct mcr_match m = TV_M4(TV_IP4(239, 1, 0, 0), 16, TV_UDP);
	struct mcr_match wide = TV_M4(TV_IP4(239, 0, 0, 0), 8,
				      TV_PORTS(60000, 60000));
	struct mcr_scale *s = mcr_scale_new(test, 20001);
	struct mcr_entry *e;
	unsigned int i;

	for (i = 0; i < 20000; i++) {
		m.dport_min = 1 + i;
		m.dport_max = m.dport_min;
		mcr_scale_add(test, s, &m);
	}
	m.group = s->entry[0].match.group;
	m.group.raw[2] = 7;
	m.group_len = 24;
	m.dport_min = 30000;
	m.dport_max = 30000;
	mutex_lock(&s->lock);
	KUNIT_EXPECT_PTR_EQ(test, NULL,
			    mcr_lookup_shadowed(&s->lookup, &m, NULL, NULL));
	m.dport_min = 20000;
	e = mcr_lookup_shadowed(&s->lookup, &m, NULL, NULL);
	KUNIT_EXPECT_PTR_EQ(test, e, &s->entry[19999]);
	m.dport_min = 60000;
	m.dport_max = 60001;
	KUNIT_EXPECT_PTR_EQ(test, NULL,
			    mcr_lookup_shadowed(&s->lookup, &m, NULL, NULL));
	mutex_unlock(&s->lock);
	mcr_scale_add(test, s, &wide);
	mutex_lock(&s->lock);
	e = mcr_lookup_shadowed(&s->lookup, &m, NULL, NULL);
	mutex_unlock(&s->lock);
	KUNIT_EXPECT_PTR_EQ(test, e, &s->entry[20000]);
	mcr_scale_free(s);
}

static struct kunit_case mcr_lookup_scale_cases[] = {
	KUNIT_CASE(mcr_scale_rules),
	KUNIT_CASE(mcr_scale_ranges),
	KUNIT_CASE(mcr_scale_shadow),
	{}
};

struct kunit_suite mcr_lookup_scale_suite = {
	.name = "mcr_lookup_scale",
	.test_cases = mcr_lookup_scale_cases,
};
