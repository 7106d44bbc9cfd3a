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
#define MCR_SCALE_BULK		10000

/* Ticks of the coarsest clock that a kernel has tell times like this apart. */
#define MCR_SCALE_SPAN		(40 * NSEC_PER_MSEC)

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

/* Look so many of the groups up; returns how many were not found. */
static unsigned int mcr_scale_find(struct mcr_scale *s, unsigned int rules,
				   unsigned int lookups)
{
	unsigned int i, wrong = 0;

	rcu_read_lock();
	for (i = 0; i < lookups; i++) {
		struct mcr_flow f = TV_FLOW4;
		struct mcr_entry *e;

		f.dst = mcr_scale_group((i * 7919) % rules);
		e = mcr_lookup_find(&s->lookup, &f);
		wrong += !e || e->match.group.ip != f.dst.ip;
	}
	rcu_read_unlock();
	return wrong;
}

/* Nanoseconds for a lookup of one of the groups, the best of some tries. */
static u64 mcr_scale_measure(struct kunit *test, struct mcr_scale *s,
			     unsigned int rules)
{
	unsigned int lookups = mcr_test_times(MCR_SCALE_LOOKUPS);
	unsigned int try, wrong = 0;
	u64 best = U64_MAX;

	for (try = 0; try < 5; try++) {
		u64 start = ktime_get_ns(), took, n = 0;

		do {
			wrong += mcr_scale_find(s, rules, lookups);
			n += lookups;
			cond_resched();
			took = ktime_get_ns() - start;
		} while (took < MCR_SCALE_SPAN);
		best = min(best, took / n);
	}
	KUNIT_EXPECT_EQ(test, wrong, 0U);
	return max_t(u64, best, 1);
}

/* A lookup does not take longer because there are other rules. */
static void mcr_scale_rules(struct kunit *test)
{
	unsigned int rules = mcr_test_times(MCR_SCALE_RULES);
	struct mcr_match m = TV_M4(TV_G4, 32, TV_PORTS(5000, 5000));
	struct mcr_scale *s = mcr_scale_new(test, rules);
	u64 one, many, start;
	unsigned int i;

	m.group = mcr_scale_group(0);
	mcr_scale_add(test, s, &m);
	one = mcr_scale_measure(test, s, 1);

	start = ktime_get_ns();
	for (i = 1; i < rules && !mcr_test_failed(test); i++) {
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
	for (port = 0; port <= U16_MAX; port += mcr_test_stride()) {
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

/* All of them at once, as a commit does it. */
static void mcr_scale_plan(struct kunit *test, struct mcr_scale *s,
			   const struct mcr_match *m)
{
	s->entry[s->n].match = *m;
	KUNIT_EXPECT_EQ(test, 0, mcr_lookup_plan(&s->lookup,
						 &s->entry[s->n]));
	s->n++;
}

static void mcr_scale_publish(struct mcr_scale *s, unsigned int from)
{
	for (; from < s->n; from++)
		mcr_lookup_publish(&s->lookup, &s->entry[from]);
}

/* Range number @i: each begins elsewhere, and most overlap with others. */
static struct mcr_match mcr_scale_range(unsigned int i)
{
	struct mcr_match m = TV_M4(TV_G4, 32, TV_UDP);

	i = i * 619 % MCR_SCALE_RANGES;
	m.dport_min = 1 + i * 61;
	m.dport_max = m.dport_min + 1 + (i * 2654435761U >> 16) % 2000;
	return m;
}

/* That both find the same; returns how many ports nobody has. */
static unsigned int mcr_scale_same(struct kunit *test, struct mcr_scale *a,
				   struct mcr_scale *b)
{
	unsigned int port, wrong = 0, none = 0;

	for (port = 0; port <= U16_MAX; port += mcr_test_stride()) {
		struct mcr_flow f = TV_FLOW4;
		struct mcr_entry *x, *y;

		f.dport = port;
		rcu_read_lock();
		x = mcr_lookup_find(&a->lookup, &f);
		y = mcr_lookup_find(&b->lookup, &f);
		wrong += !x != !y;
		wrong += x && y && !mcr_match_equal(&x->match, &y->match);
		none += !x;
		rcu_read_unlock();
	}
	KUNIT_EXPECT_EQ(test, wrong, 0U);
	return none;
}

/* Ranges that come at once win what they win when they come one by one. */
static void mcr_scale_at_once(struct kunit *test)
{
	struct mcr_scale *a = mcr_scale_new(test, MCR_SCALE_RANGES);
	struct mcr_scale *b = mcr_scale_new(test, MCR_SCALE_RANGES);
	const unsigned int some[] = { 2, 300, 301, 303, MCR_SCALE_RANGES };
	unsigned int i, j, none = 0;

	for (i = 0; i < ARRAY_SIZE(some); i++) {
		unsigned int from = b->n;

		while (a->n < some[i]) {
			struct mcr_match m = mcr_scale_range(a->n);

			mcr_scale_add(test, a, &m);
		}
		mutex_lock(&b->lock);
		while (b->n < some[i]) {
			struct mcr_match m = mcr_scale_range(b->n);

			mcr_scale_plan(test, b, &m);
		}
		mcr_scale_publish(b, from);
		mutex_unlock(&b->lock);
		none = mcr_scale_same(test, a, b);
		/* What is removed leaves edges that nobody has. */
		for (j = 0; j < 100 && i == 1; j++) {
			mutex_lock(&a->lock);
			mcr_lookup_remove(&a->lookup, &a->entry[--a->n]);
			mutex_unlock(&a->lock);
			mutex_lock(&b->lock);
			mcr_lookup_remove(&b->lookup, &b->entry[--b->n]);
			mutex_unlock(&b->lock);
		}
	}
	KUNIT_EXPECT_LT(test, none, U16_MAX / 4U / mcr_test_stride());
	mcr_scale_free(a);
	mcr_scale_free(b);
}

/* Nanoseconds for so many ranges, @each on its own or all at once; best of 3. */
static u64 mcr_scale_bulk(struct kunit *test, unsigned int n, bool each)
{
	struct mcr_scale *s = mcr_scale_new(test, n);
	struct mcr_match m = TV_M4(TV_G4, 32, TV_UDP);
	u64 best = U64_MAX, start, took;
	unsigned int try;

	for (try = 0; try < 3; try++) {
		mutex_lock(&s->lock);
		start = ktime_get_ns();
		while (s->n < n) {
			m.dport_min = 1 + (s->n * 619 % n) * 6;
			m.dport_max = m.dport_min + 2;
			mcr_scale_plan(test, s, &m);
			if (each)
				mcr_scale_publish(s, s->n - 1);
		}
		mcr_scale_publish(s, 0);
		took = ktime_get_ns() - start;
		while (s->n)
			mcr_lookup_remove(&s->lookup, &s->entry[--s->n]);
		mutex_unlock(&s->lock);
		best = min(best, took);
	}
	mcr_scale_free(s);
	return best;
}

/* Each on its own copies those that are there, all at once copy nothing. */
static void mcr_scale_bulks(struct kunit *test)
{
	u64 each = mcr_scale_bulk(test, MCR_SCALE_BULK / 5, true);
	u64 few = mcr_scale_bulk(test, MCR_SCALE_BULK / 5, false);
	u64 many = mcr_scale_bulk(test, MCR_SCALE_BULK, false);

	kunit_info(test, "%u port ranges inserted in %llu us, at once in %llu us, %u in %llu us\n",
		   MCR_SCALE_BULK / 5, each / NSEC_PER_USEC,
		   few / NSEC_PER_USEC, MCR_SCALE_BULK, many / NSEC_PER_USEC);
	KUNIT_EXPECT_LT(test, few * 4, each);
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
	unsigned int i, n = mcr_test_times(20000);
	struct mcr_entry *e;

	for (i = 0; i < n; i++) {
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
	m.dport_min = n;
	e = mcr_lookup_shadowed(&s->lookup, &m, NULL, NULL);
	KUNIT_EXPECT_PTR_EQ(test, e, &s->entry[n - 1]);
	m.dport_min = 60000;
	m.dport_max = 60001;
	KUNIT_EXPECT_PTR_EQ(test, NULL,
			    mcr_lookup_shadowed(&s->lookup, &m, NULL, NULL));
	mutex_unlock(&s->lock);
	mcr_scale_add(test, s, &wide);
	mutex_lock(&s->lock);
	e = mcr_lookup_shadowed(&s->lookup, &m, NULL, NULL);
	mutex_unlock(&s->lock);
	KUNIT_EXPECT_PTR_EQ(test, e, &s->entry[n]);
	mcr_scale_free(s);
}

static bool mcr_scale_count(struct mcr_entry *e, const struct mcr_match *m,
			    void *data)
{
	++*(unsigned int *)data;
	return false;
}

/* Many ranges of one class cost as much as many classes. */
static void mcr_scale_tries(struct kunit *test)
{
	struct mcr_scale *s = mcr_scale_new(test, MCR_SCALE_RANGES);
	struct mcr_match m = TV_M4(TV_G4, 32, TV_UDP);
	unsigned int tries = U16_MAX + 2, asked = 0, all;

	while (s->n < MCR_SCALE_RANGES) {
		struct mcr_match range = mcr_scale_range(s->n);

		mcr_scale_add(test, s, &range);
	}
	mutex_lock(&s->lock);
	mcr_lookup_overlap(&s->lookup, &m, mcr_scale_count, &asked, &tries);
	all = asked;
	KUNIT_EXPECT_GT(test, all, MCR_SCALE_RANGES / 4U);
	KUNIT_EXPECT_LE(test, tries, U16_MAX + 2 - all);
	asked = 0;
	tries = 1 + all / 2;
	mcr_lookup_overlap(&s->lookup, &m, mcr_scale_count, &asked, &tries);
	mutex_unlock(&s->lock);
	KUNIT_EXPECT_EQ(test, tries, 0U);
	KUNIT_EXPECT_LE(test, asked, all / 2);
	mcr_scale_free(s);
}

static struct kunit_case mcr_lookup_scale_cases[] = {
	KUNIT_CASE(mcr_scale_rules),
	KUNIT_CASE(mcr_scale_ranges),
	KUNIT_CASE(mcr_scale_at_once),
	KUNIT_CASE(mcr_scale_bulks),
	KUNIT_CASE(mcr_scale_shadow),
	KUNIT_CASE(mcr_scale_tries),
	{}
};

struct kunit_suite mcr_lookup_scale_suite = {
	.name = "mcr_lookup_scale",
	.test_cases = mcr_lookup_scale_cases,
};
