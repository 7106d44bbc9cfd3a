// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit: what packets see of a commit. Rule sets made up by chance are replaced
 * by others. Between any two steps of the commit it is noted who takes packets.
 * A lookup takes time: it may see one mask as it is at one moment, and the next
 * one as it is later, but it ends before a grace period does that began after
 * it. Whatever it sees: the winner is who won before, as it was then; or who is
 * to win, as it is to be.
 */
#include <linux/slab.h>

#include "change_rig.h"
#include "commit.h"
#include "commit_probe.h"
#include "forward.h"
#include "lookup_set.h"
#include "mask.h"
#include "stage.h"
#include "tests.h"

/* Rules of a set, packets looked up, moments between two grace periods. */
#define MCR_ORDER_RULES		16
#define MCR_ORDER_FLOWS		16
#define MCR_ORDER_MOMENTS	(3 * MCR_ORDER_RULES)
#define MCR_ORDER_ROUNDS	400

/**
 * struct mcr_order_rule - a rule that takes packets
 * @match: which ones
 * @mode: what it does with them: tells what it was from what it is to be
 * @disabled: it takes none
 */
struct mcr_order_rule {
	struct mcr_match match;
	u8 mode;
	bool disabled;
};

/**
 * struct mcr_order_set - rules, at a moment
 * @n: how many
 * @rule: they; in no order
 */
struct mcr_order_set {
	unsigned int n;
	struct mcr_order_rule rule[2 * MCR_ORDER_RULES];
};

/**
 * struct mcr_order_rig - a commit that is looked at
 * @rig: the table
 * @st: what is staged
 * @rnd: where chance comes from
 * @before: the rules that are replaced
 * @after: the rules that they are replaced by
 * @flow: packets
 * @moment: since the last grace period
 * @n: how many
 * @graces: grace periods so far
 * @steps: moments so far
 */
struct mcr_order_rig {
	struct mcr_table_rig *rig;
	struct mcr_stage st;
	struct rnd_state rnd;
	struct mcr_order_set before;
	struct mcr_order_set after;
	struct mcr_flow flow[MCR_ORDER_FLOWS];
	struct mcr_order_set moment[MCR_ORDER_MOMENTS];
	unsigned int n;
	unsigned int graces;
	unsigned int steps;
};

/* The one that is under way; NULL: do not look. */
static struct mcr_order_rig *mcr_order_now;

static const struct mcr_output_spec mcr_order_outputs[] = { { .dev = "eth1" } };

/*
 * The rule that a packet meets next: the most specific one that takes it, of
 * those whose mask comes behind that of @last (NULL: of all).
 */
static const struct mcr_order_rule *
mcr_order_next(const struct mcr_order_set *set, const struct mcr_flow *f,
	       const struct mcr_order_rule *last)
{
	const struct mcr_order_rule *best = NULL, *r;

	for (r = set->rule; r < set->rule + set->n; r++) {
		if (r->disabled || !mcr_match_hits(&r->match, f))
			continue;
		if (last && (mcr_mask_same(&last->match, &r->match) ||
			     mcr_match_order(&r->match, &last->match) < 0))
			continue;
		if (!best || mcr_match_order(&r->match, &best->match) < 0)
			best = r;
	}
	return best;
}

static bool mcr_order_same(const struct mcr_order_rule *a,
			   const struct mcr_order_rule *b)
{
	if (!a || !b)
		return a == b;
	return mcr_match_equal(&a->match, &b->match) && a->mode == b->mode;
}

/* May this one, or nobody, win this packet? */
static void mcr_order_expect(struct mcr_order_rig *o, const struct mcr_flow *f,
			     const struct mcr_order_rule *winner)
{
	const struct mcr_order_rule *before, *after;

	before = mcr_order_next(&o->before, f, NULL);
	after = mcr_order_next(&o->after, f, NULL);
	KUNIT_EXPECT_TRUE(o->rig->test,
			  mcr_order_same(winner, before) ||
			  mcr_order_same(winner, after));
}

static bool mcr_order_before(const struct mcr_order_rule *a,
			     const struct mcr_order_rule *b)
{
	return a && mcr_match_order(&a->match, &b->match) < 0;
}

/*
 * All winners of lookups that fit between two grace periods. A lookup comes to a
 * mask as soon as it can be through with those before it, or later.
 */
static void mcr_order_lookups(struct mcr_order_rig *o, const struct mcr_flow *f)
{
	const struct mcr_order_rule *last = NULL, *mask, *r;
	unsigned int from = 0, next, t;

	do {
		mask = NULL;
		for (t = from; t < o->n; t++) {
			r = mcr_order_next(&o->moment[t], f, last);
			if (!mask || mcr_order_before(r, mask))
				mask = r;
		}
		next = o->n;
		for (t = from; t < o->n; t++) {
			r = mcr_order_next(&o->moment[t], f, last);
			if (r && !mcr_mask_same(&r->match, &mask->match))
				r = NULL;
			if (r || !mask)
				mcr_order_expect(o, f, r);
			else if (next == o->n)
				next = t;
		}
		from = next;
		last = mask;
	} while (mask && from < o->n);
}

static void mcr_order_snapshot(struct mcr_order_rig *o,
			       struct mcr_order_set *set)
{
	struct mcr_net *mn = o->rig->mn;
	struct mcr_rule *rule;
	unsigned long id;

	set->n = 0;
	xa_for_each(&mn->rules, id, rule) {
		if (rule->disabled)
			continue;
		set->rule[set->n++] = (struct mcr_order_rule){
			.match = rule->entry.match,
			.mode = mcr_rule_fanout(mn, rule)->mode,
		};
	}
}

static bool mcr_order_set_same(const struct mcr_order_set *a,
			       const struct mcr_order_set *b)
{
	unsigned int i;

	for (i = 0; i < a->n && i < b->n; i++)
		if (!mcr_order_same(&a->rule[i], &b->rule[i]))
			return false;
	return a->n == b->n;
}

/* What was noted is what a lookup finds now. */
static void mcr_order_check_find(struct mcr_order_rig *o,
				 const struct mcr_order_set *set)
{
	const struct mcr_rule_spec spec = { .iif = "eth0" };
	unsigned int i;

	for (i = 0; i < MCR_ORDER_FLOWS; i++) {
		const struct mcr_order_rule *want =
			mcr_order_next(set, &o->flow[i], NULL);
		struct mcr_rule *got = mcr_table_rig_find(o->rig, &spec,
							  &o->flow[i]);

		KUNIT_EXPECT_EQ(o->rig->test, !want, !got);
		if (want && got)
			KUNIT_EXPECT_TRUE(o->rig->test,
					  mcr_match_equal(&want->match,
							  &got->entry.match));
	}
}

void mcr_commit_probe(void)
{
	struct mcr_order_rig *o = mcr_order_now;
	struct mcr_order_set *set;

	if (!o || mcr_test_failed(o->rig->test))
		return;
	if (WARN_ON_ONCE(o->n == MCR_ORDER_MOMENTS))
		return;
	set = &o->moment[o->n];
	mcr_order_snapshot(o, set);
	if (o->n && mcr_order_set_same(set, set - 1))
		return;
	mcr_order_check_find(o, set);
	o->n++;
	o->steps++;
}

void mcr_commit_grace(void)
{
	struct mcr_order_rig *o = mcr_order_now;
	unsigned int i;

	if (!o)
		return;
	mcr_commit_probe();
	for (i = 0; i < MCR_ORDER_FLOWS; i++)
		mcr_order_lookups(o, &o->flow[i]);
	o->n = 0;
	o->graces++;
	mcr_commit_probe();
}

static bool mcr_order_has(const struct mcr_order_set *set,
			  const struct mcr_match *m)
{
	unsigned int i;

	for (i = 0; i < set->n; i++)
		if (mcr_match_equal(&set->rule[i].match, m))
			return true;
	return false;
}

static u32 mcr_order_chance(struct mcr_order_rig *o, u32 below)
{
	return prandom_u32_state(&o->rnd) % below;
}

/* A rule that none of the sets has, and a packet that it takes. */
static void mcr_order_random(struct mcr_order_rig *o, struct mcr_order_rule *r)
{
	struct mcr_flow *f = &o->flow[mcr_order_chance(o, MCR_ORDER_FLOWS)];

	memset(r, 0, sizeof(*r));
	do {
		mcr_random_match(&o->rnd, &r->match);
	} while (mcr_order_has(&o->before, &r->match) ||
		 mcr_order_has(&o->after, &r->match));
	r->mode = mcr_order_chance(o, 2);
	r->disabled = !mcr_order_chance(o, 5);
	*f = (struct mcr_flow){
		.dst = r->match.group,
		.src = r->match.src,
		.dport = r->match.dport_min,
		.vlan = r->match.vlan,
		.family = r->match.family,
		.proto = MCR_PROTO_UDP,
	};
}

static void mcr_order_request(const struct mcr_order_rule *r,
			      struct mcr_request *req)
{
	*req = (struct mcr_request){
		.spec = {
			.iif = "eth0",
			.match = r->match,
			.mode = r->mode,
			.disabled = r->disabled,
		},
		.outputs = mcr_order_outputs,
		.n_outputs = ARRAY_SIZE(mcr_order_outputs),
	};
}

/* Make up what is in force. */
static void mcr_order_begin(struct mcr_order_rig *o)
{
	unsigned int n = mcr_order_chance(o, MCR_ORDER_RULES);
	struct kunit *test = o->rig->test;
	struct mcr_order_rule r;
	struct mcr_request req;
	struct mcr_rule *rule;
	unsigned long id;

	xa_for_each(&o->rig->mn->rules, id, rule)
		mcr_change_del(o->rig->mn, rule);
	memset(&o->before, 0, sizeof(o->before));
	memset(&o->after, 0, sizeof(o->after));
	while (o->before.n < n) {
		struct mcr_error error = { };

		mcr_order_random(o, &r);
		mcr_order_request(&r, &req);
		KUNIT_ASSERT_NOT_ERR_OR_NULL(test,
					     mcr_change_add(o->rig->mn, &req,
							    &error));
		o->before.rule[o->before.n++] = r;
	}
}

/* Stage what is to become of a rule: it stays, changes, or goes. */
static bool mcr_order_stage_old(struct mcr_order_rig *o, struct mcr_stage *st,
				struct mcr_order_rule r)
{
	u32 what = mcr_order_chance(o, 3);
	struct mcr_error error = { };
	struct mcr_request req;
	struct mcr_view v;

	mcr_order_request(&r, &req);
	if (!mcr_stage_by_match(st, &req.spec, &v))
		return false;
	if (what == 0)
		return mcr_stage_del(st, &v, &error);
	if (what == 1) {
		r.mode = !r.mode;
		if (!mcr_order_chance(o, 3))
			r.disabled = !r.disabled;
		mcr_order_request(&r, &req);
		if (!mcr_stage_replace(st, &v, &req, &error))
			return false;
	}
	o->after.rule[o->after.n++] = r;
	return true;
}

static bool mcr_order_stage_new(struct mcr_order_rig *o, struct mcr_stage *st)
{
	struct mcr_error error = { };
	struct mcr_order_rule r;
	struct mcr_request req;
	u32 id;

	mcr_order_random(o, &r);
	mcr_order_request(&r, &req);
	o->after.rule[o->after.n++] = r;
	return mcr_stage_add(st, &req, &id, &error);
}

static void mcr_order_round(struct mcr_order_rig *o)
{
	struct kunit *test = o->rig->test;
	struct mcr_error error = { };
	unsigned int i, n;

	memset(&o->st, 0, sizeof(o->st));
	mcr_order_begin(o);
	KUNIT_ASSERT_EQ(test, mcr_stage_init(&o->st, o->rig->mn), 0);
	for (i = 0; i < o->before.n; i++)
		KUNIT_EXPECT_TRUE(test,
				  mcr_order_stage_old(o, &o->st,
						      o->before.rule[i]));
	n = mcr_order_chance(o, MCR_ORDER_RULES);
	for (i = 0; i < n; i++)
		KUNIT_EXPECT_TRUE(test, mcr_order_stage_new(o, &o->st));

	o->n = 0;
	mcr_order_now = o;
	KUNIT_EXPECT_TRUE(test, mcr_commit(&o->st, &error));
	mcr_commit_grace();
	mcr_order_now = NULL;

	mcr_order_check_find(o, &o->after);
	mcr_stage_exit(&o->st);
	mcr_table_rig_check(o->rig);
}

MCR_TABLE_TEST(mcr_commit_order)
{
	struct mcr_order_rig *o = kvzalloc(sizeof(*o), GFP_KERNEL);
	unsigned int rounds = mcr_test_times(MCR_ORDER_ROUNDS);
	unsigned int i;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, o);
	o->rig = test->priv;
	prandom_seed_state(&o->rnd, 7);
	for (i = 0; i < rounds && !mcr_test_failed(test); i++)
		mcr_order_round(o);
	/* It would be no test if there was nothing to see. */
	KUNIT_EXPECT_GT(test, o->graces, 3 * rounds);
	KUNIT_EXPECT_GT(test, o->steps, 8 * rounds);
	kvfree(o);
}

static struct kunit_case mcr_commit_order_cases[] = {
	KUNIT_CASE(mcr_commit_order),
	{}
};

struct kunit_suite mcr_commit_order_suite = {
	.name = "mcr_commit_order",
	.init = mcr_table_rig_init,
	.exit = mcr_table_rig_exit,
	.test_cases = mcr_commit_order_cases,
};
