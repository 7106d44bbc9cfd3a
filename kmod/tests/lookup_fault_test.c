// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit: the classifier without memory. Each allocation of a change fails in
 * turn: an insertion is refused and leaves no trace, a removal succeeds.
 *
 * Debug options allocate in between, for what kfree_rcu() and hash tables do, and
 * not the same each time: whenever their pools are low, as after something that
 * made much of them. So the nth allocation is another one the next time, and one
 * of ours may be passed over: what is to be met in turn is looked for in several
 * passes.
 */
#include <linux/slab.h>

#include "fault_inject.h"
#include "lookup_set.h"
#include "tests.h"
#include "vectors.h"

#define MCR_FAULT_PASSES	8

/**
 * struct mcr_fault_case - a change to be starved of memory
 * @desc: the case
 * @match: what is inserted
 * @faults: allocations that it needs at least
 */
struct mcr_fault_case {
	const char *desc;
	struct mcr_match match;
	unsigned int faults;
};

/* What is there before: ranges of TV_G4, and one port. */
static const struct mcr_match mcr_fault_base[] = {
	TV_M4(TV_G4, 32, TV_PORTS(5000, 5010)),
	TV_M4(TV_G4, 32, TV_UDP),
	TV_M4(TV_G4, 32, TV_PORTS(6000, 6000)),
};

static const struct mcr_fault_case mcr_fault_cases[] = {
	{ "range in a class that is there",
	  TV_M4(TV_G4, 32, TV_PORTS(5005, 5020)), 1 },
	{ "range in a class of its own",
	  TV_M4(TV_G4_B, 32, TV_PORTS(5005, 5020)), 2 },
	{ "range of another mask",
	  TV_M4(TV_IP4(239, 1, 0, 0), 16, TV_PORTS(5005, 5020)), 3 },
	{ "one port of a mask that is there",
	  TV_M4(TV_G4, 32, TV_PORTS(5000, 5000)), 0 },
	{ "one port of another mask",
	  TV_M4(TV_G4, 32, TV_PORTS(5000, 5000), TV_SRC(TV_S4, 32)), 1 },
};

MCR_TEST_PARAM(mcr_fault, mcr_fault_cases);

static struct mcr_set *mcr_fault_set(struct kunit *test)
{
	struct mcr_set *s = mcr_set_new(test);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(mcr_fault_base); i++)
		KUNIT_ASSERT_EQ(test, mcr_set_insert(s, &mcr_fault_base[i]), 0);
	return s;
}

static void mcr_fault_check(struct mcr_set *s, const char *when)
{
	static const u16 ports[] = {
		0, 4999, 5000, 5004, 5005, 5010, 5011, 5020, 5021, 6000,
	};
	struct mcr_flow f = TV_FLOW4;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ports) * 2; i++) {
		const union mcr_addr other = TV_G4_B, group = TV_G4;

		f.dst = i & 1 ? other : group;
		f.dport = ports[i / 2];
		mcr_set_check(s, &f, when);
	}
}

/* Each allocation of an insertion, once; returns how many of them it needs. */
static unsigned int mcr_fault_pass(struct mcr_set *s,
				   const struct mcr_fault_case *c)
{
	struct kunit *test = s->test;
	unsigned int nth, faults = 0;
	bool hit;

	for (nth = 1; nth < 32; nth++) {
		struct mcr_entry *e = mcr_set_entry(test, &c->match);
		int err;

		mutex_lock(&s->lock);
		mcr_fault_arm(nth);
		err = mcr_lookup_insert(&s->lookup, e);
		hit = mcr_fault_disarm();
		mutex_unlock(&s->lock);

		/* What can do without (a larger hash table) may succeed. */
		KUNIT_EXPECT_TRUE_MSG(test, !err || (hit && err == -ENOMEM),
				      "allocation %u: error %d", nth, err);
		faults += !!err;
		if (!err) {
			s->entry[s->n++] = e;
			mcr_fault_check(s, "inserted");
			mcr_set_remove(s, s->n - 1);
		} else {
			kfree(e);
		}
		mcr_fault_check(s, "as before");
		/* What was refused for want of memory works with it. */
		KUNIT_EXPECT_EQ(test, mcr_set_insert(s, &c->match), 0);
		mcr_fault_check(s, "with memory");
		mcr_set_remove(s, s->n - 1);
		if (!hit)
			break;
	}
	KUNIT_EXPECT_FALSE(test, hit);
	return faults;
}

static void mcr_fault_insert(struct kunit *test)
{
	const struct mcr_fault_case *c = test->param_value;
	unsigned int pass, faults = 0;
	struct mcr_set *s;

	if (!mcr_fault_works())
		kunit_skip(test, MCR_FAULT_NEEDS);
	s = mcr_fault_set(test);
	for (pass = 0; pass < MCR_FAULT_PASSES && faults < c->faults; pass++)
		faults = max(faults, mcr_fault_pass(s, c));
	KUNIT_EXPECT_GE(test, faults, c->faults);
	mcr_set_free(s);
}

static void mcr_fault_remove(struct kunit *test)
{
	const struct mcr_fault_case *c = test->param_value;
	struct mcr_set *s;
	unsigned int nth;
	bool hit;

	if (!mcr_fault_works())
		kunit_skip(test, MCR_FAULT_NEEDS);
	s = mcr_fault_set(test);
	for (nth = 1; nth < 32; nth++) {
		KUNIT_ASSERT_EQ(test, mcr_set_insert(s, &c->match), 0);

		mutex_lock(&s->lock);
		mcr_fault_arm(nth);
		mcr_lookup_remove(&s->lookup, s->entry[s->n - 1]);
		hit = mcr_fault_disarm();
		mutex_unlock(&s->lock);

		kfree(s->entry[--s->n]);
		mcr_fault_check(s, "removed");
		if (!hit)
			break;
	}
	KUNIT_EXPECT_FALSE(test, hit);
	mcr_set_free(s);
}

static const struct mcr_match mcr_fault_several[] = {
	TV_M4(TV_G4, 32, TV_PORTS(5005, 5020)),
	TV_M4(TV_G4, 32, TV_PORTS(4999, 5004)),
	TV_M4(TV_G4, 32, TV_PORTS(5010, 6000)),
};

/* Plan and publish all of them, or none; returns how many were planned. */
static unsigned int mcr_fault_plan(struct mcr_set *s, struct mcr_entry **e)
{
	unsigned int n = 0, i;

	mutex_lock(&s->lock);
	while (n < ARRAY_SIZE(mcr_fault_several) &&
	       !mcr_lookup_plan(&s->lookup, e[n]))
		n++;
	for (i = 0; i < n; i++)
		if (n == ARRAY_SIZE(mcr_fault_several))
			mcr_lookup_publish(&s->lookup, e[i]);
		else
			mcr_lookup_unplan(&s->lookup, e[i]);
	mutex_unlock(&s->lock);
	return n;
}

/* Each allocation, once; returns after how many plans there was no memory. */
static unsigned int mcr_fault_stages(struct mcr_set *s)
{
	struct mcr_entry *e[ARRAY_SIZE(mcr_fault_several)];
	unsigned int nth, i, n, stages = 0;
	struct kunit *test = s->test;
	bool hit = true;

	for (nth = 1; nth < 32 && hit; nth++) {
		for (i = 0; i < ARRAY_SIZE(e); i++)
			e[i] = mcr_set_entry(test, &mcr_fault_several[i]);
		mcr_fault_arm(nth);
		n = mcr_fault_plan(s, e);
		hit = mcr_fault_disarm();
		if (n < ARRAY_SIZE(e)) {
			KUNIT_EXPECT_TRUE(test, hit);
			stages |= 1 << n;
			mcr_fault_check(s, "as before");
			KUNIT_EXPECT_EQ(test, mcr_fault_plan(s, e),
					(unsigned int)ARRAY_SIZE(e));
		}
		for (i = 0; i < ARRAY_SIZE(e); i++)
			s->entry[s->n++] = e[i];
		mcr_fault_check(s, "inserted");
		for (i = 0; i < ARRAY_SIZE(e); i++)
			mcr_set_remove(s, s->n - 1);
		mcr_fault_check(s, "removed");
	}
	KUNIT_EXPECT_FALSE(test, hit);
	return stages;
}

/* Several ranges of a class at once: all of them, or none. */
static void mcr_fault_at_once(struct kunit *test)
{
	unsigned int pass, stages = 0;
	struct mcr_set *s;

	if (!mcr_fault_works())
		kunit_skip(test, MCR_FAULT_NEEDS);
	s = mcr_fault_set(test);
	for (pass = 0; pass < MCR_FAULT_PASSES && stages != 3; pass++)
		stages |= mcr_fault_stages(s);
	/* The first one needs memory, and the second one; for the third, too. */
	KUNIT_EXPECT_EQ(test, stages, 3U);
	mcr_set_free(s);
}

static void mcr_fault_mask(unsigned int nth, struct mcr_match *m)
{
	const struct mcr_match any = TV_M4(TV_G4, 32, TV_PORTS(5000, 5000),
					   TV_SRC(TV_S4, 32));

	*m = any;
	m->src_len = 1 + nth % 32;
	m->group_len = 32 - nth / 32;
	mcr_addr_mask(&m->src, AF_INET, m->src_len);
	mcr_addr_mask(&m->group, AF_INET, m->group_len);
}

/* Masks that a removal had no memory to drop do not count for the limit. */
static void mcr_fault_masks(struct kunit *test)
{
	struct mcr_flow f = TV_FLOW4;
	struct mcr_set *s;
	struct mcr_match m;
	unsigned int i, hits = 0;

	if (!mcr_fault_works())
		kunit_skip(test, MCR_FAULT_NEEDS);
	s = mcr_set_new(test);
	for (i = 0; i < MCR_MASKS_MAX; i++) {
		mcr_fault_mask(i, &m);
		KUNIT_ASSERT_EQ(test, mcr_set_insert(s, &m), 0);
	}
	for (i = 0; i < MCR_MASKS_MAX; i++) {
		mcr_fault_arm(1);
		mcr_set_remove(s, 0);
		hits += mcr_fault_disarm();
		mcr_set_check(s, &f, "mask kept");
	}
	/* Debug options allocate, too: not each of them was the masks'. */
	KUNIT_EXPECT_GT(test, hits, MCR_MASKS_MAX / 2U);
	for (i = 0; i < MCR_MASKS_MAX; i++) {
		mcr_fault_mask(i + MCR_MASKS_MAX / 2, &m);
		KUNIT_EXPECT_EQ(test, mcr_set_insert(s, &m), 0);
		mcr_set_check(s, &f, "other masks");
	}
	mcr_fault_mask(MCR_MASKS_MAX * 2, &m);
	KUNIT_EXPECT_EQ(test, mcr_set_insert(s, &m), -ENOSPC);
	mcr_set_free(s);
}

static void mcr_fault_init(struct kunit *test)
{
	struct mcr_lookup *l;
	unsigned int nth;
	bool hit;
	int err;

	if (!mcr_fault_works())
		kunit_skip(test, MCR_FAULT_NEEDS);
	/* It holds a work item, which debug options want off the stack. */
	l = kunit_kzalloc(test, sizeof(*l), GFP_KERNEL);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, l);
	for (nth = 1; nth < 32; nth++) {
		mcr_fault_arm(nth);
		err = mcr_lookup_init(l, NULL);
		hit = mcr_fault_disarm();

		KUNIT_EXPECT_TRUE_MSG(test, !err || (hit && err == -ENOMEM),
				      "allocation %u: error %d", nth, err);
		if (!err)
			mcr_lookup_exit(l);
		if (!hit)
			break;
	}
	KUNIT_EXPECT_FALSE(test, hit);
	KUNIT_EXPECT_EQ(test, err, 0);
}

static struct kunit_case mcr_lookup_fault_cases[] = {
	KUNIT_CASE_PARAM(mcr_fault_insert, mcr_fault_gen_params),
	KUNIT_CASE_PARAM(mcr_fault_remove, mcr_fault_gen_params),
	KUNIT_CASE(mcr_fault_at_once),
	KUNIT_CASE(mcr_fault_masks),
	KUNIT_CASE(mcr_fault_init),
	{}
};

struct kunit_suite mcr_lookup_fault_suite = {
	.name = "mcr_lookup_fault",
	.test_cases = mcr_lookup_fault_cases,
};
