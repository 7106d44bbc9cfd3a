// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit: which outputs come back to their own rule.
 */
#include "change_rig.h"
#include "forward.h"
#include "loop.h"
#include "tests.h"

/**
 * struct mcr_loop_rule - a rule of a vector
 * @iif: number of its ingress device; 0: there is no such rule
 * @to: that of its egress device
 * @match: its match
 * @w: how it rewrites
 * @disabled: it is
 */
struct mcr_loop_rule {
	u8 iif;
	u8 to;
	struct mcr_match match;
	struct mcr_rewrite w;
	bool disabled;
};

/**
 * struct mcr_loop_vector - rules, added in this order
 * @desc: the case
 * @rule: the rules
 * @met: number of the rule that the last one feeds, from 1; 0: none
 * @once: but what comes back goes round no more
 * @endless: what is stated does not stop it
 */
struct mcr_loop_vector {
	const char *desc;
	struct mcr_loop_rule rule[4];
	u32 met;
	bool once;
	bool endless;
};

#define TV_WIDE		TV_M4(TV_IP4(239, 0, 0, 0), 8, TV_UDP)
#define TV_B4		TV_M4(TV_G4_B, 32, TV_UDP)
#define TV_TO_B		{ .set = MCR_SET_GROUP, .group = TV_G4_B,	\
			  .group_family = AF_INET }
#define TV_TO_A		{ .set = MCR_SET_GROUP, .group = TV_G4,	\
			  .group_family = AF_INET }
#define TV_DEC		{ .ttl_mode = MCR_TTL_DEC }
#define TV_SET		{ .ttl_mode = MCR_TTL_SET, .ttl = 9 }

static const struct mcr_loop_vector mcr_loop_vectors[] = {
	{ "in to out", { { 1, 2, TV_MU4 } }, 0 },
	{ "a chain", { { 1, 2, TV_MU4 }, { 2, 3, TV_MU4 } }, 0 },
	{ "to where it is from", { { 1, 1, TV_MU4 } }, 1 },
	{ "to where it is from, disabled",
	  { { 1, 1, TV_MU4, .disabled = true } }, 0 },
	{ "there and back", { { 1, 2, TV_MU4 }, { 2, 1, TV_MU4 } }, 1 },
	{ "there and back, disabled",
	  { { 1, 2, TV_MU4, .disabled = true }, { 2, 1, TV_MU4 } }, 0 },
	{ "there and back, another group",
	  { { 1, 2, TV_MU4 }, { 2, 1, TV_B4 } }, 0 },
	{ "there and back, a wider group",
	  { { 1, 2, TV_MU4 }, { 2, 1, TV_WIDE } }, 1 },
	{ "there and back, a narrower group",
	  { { 1, 2, TV_WIDE }, { 2, 1, TV_MU4 } }, 1 },
	{ "there and back, the group changed",
	  { { 1, 2, TV_MU4, TV_TO_B }, { 2, 1, TV_MU4 } }, 0 },
	{ "there and back, the group changed to that one",
	  { { 1, 2, TV_MU4, TV_TO_B }, { 2, 1, TV_B4 } }, 0 },
	{ "there and back, the group changed for a wide one",
	  { { 1, 2, TV_MU4, TV_TO_B }, { 2, 1, TV_WIDE } }, 1,
	  .once = true },
	{ "three", { { 1, 2, TV_MU4 }, { 2, 3, TV_MU4 }, { 3, 1, TV_MU4 } },
	  1 },
	{ "three, the middle one last",
	  { { 1, 2, TV_MU4 }, { 3, 1, TV_MU4 }, { 2, 3, TV_MU4 } }, 2 },
	{ "beside a cycle of others",
	  { { 1, 1, TV_MU4 }, { 2, 1, TV_MU4 } }, 0 },
	{ "by a wide rule, to a rule of another group",
	  { { 2, 3, TV_WIDE }, { 3, 1, TV_B4, TV_TO_A }, { 1, 2, TV_MU4 } }, 0 },
	{ "by a wide rule, to a rule of the group",
	  { { 2, 3, TV_WIDE }, { 3, 1, TV_MU4 }, { 1, 2, TV_MU4 } }, 1 },
	{ "TTL is one less", { { 1, 1, TV_MU4, TV_DEC } }, 0 },
	{ "TTL is one less on the way",
	  { { 1, 2, TV_MU4, TV_DEC }, { 2, 1, TV_MU4 } }, 0 },
	{ "TTL is one less, on the way it is set",
	  { { 1, 2, TV_MU4, TV_SET }, { 2, 1, TV_MU4, TV_DEC } }, 1,
	  .endless = true },
	{ "TTL is set on the way",
	  { { 1, 2, TV_MU4, TV_SET }, { 2, 1, TV_MU4 } }, 1, .endless = true },
	{ "TTL is kept on the way",
	  { { 1, 2, TV_MU4, { .ttl_mode = MCR_TTL_KEEP } }, { 2, 1, TV_MU4 } },
	  1 },
	{ "TTL is kept", { { 1, 1, TV_MU4, { .ttl_mode = MCR_TTL_KEEP } } }, 1,
	  .endless = true },
	{ "TTL is set", { { 1, 1, TV_MU4, TV_SET } }, 1, .endless = true },
};

MCR_TEST_PARAM(mcr_loop_cycle, mcr_loop_vectors);

static u32 mcr_loop_feeds(struct mcr_table_rig *rig, struct mcr_rule *rule)
{
	return READ_ONCE(mcr_rule_fanout(rig->mn, rule)->out[0]->feeds);
}

static struct mcr_rule *mcr_loop_add(struct mcr_table_rig *rig,
				     const struct mcr_loop_rule *r,
				     struct mcr_error *error)
{
	struct mcr_output_spec out = { .rewrite = r->w };
	struct mcr_request req = {
		.spec = { .match = r->match, .disabled = r->disabled },
		.outputs = &out,
		.n_outputs = 1,
	};
	struct mcr_rule *rule;

	snprintf(req.spec.iif, sizeof(req.spec.iif), "eth%u", r->iif);
	snprintf(out.dev, sizeof(out.dev), "eth%u", r->to);
	rule = mcr_change_add(rig->mn, &req, error);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(rig->test, rule);
	return rule;
}

/* Only the rule that closes a cycle feeds; deleting any of them opens it. */
MCR_TABLE_TEST(mcr_loop_cycle)
{
	const struct mcr_loop_vector *v = test->param_value;
	struct mcr_table_rig *rig = test->priv;
	struct mcr_error error = { };
	struct mcr_rule *rule[4];
	unsigned int n = 0, i;

	while (n < ARRAY_SIZE(rule) && v->rule[n].iif) {
		struct mcr_error now = { };

		rule[n] = mcr_loop_add(rig, &v->rule[n], &now);
		error = now;
		n++;
	}

	KUNIT_EXPECT_EQ(test, mcr_loop_feeds(rig, rule[n - 1]),
			v->met ? rule[v->met - 1]->id : 0);
	KUNIT_EXPECT_EQ(test, error.feeds, v->met ? rule[v->met - 1]->id : 0);
	KUNIT_EXPECT_EQ(test, error.endless, v->endless);
	KUNIT_EXPECT_FALSE(test, error.assumed);
	KUNIT_EXPECT_EQ(test, list_empty(&rig->mn->feeding),
			!v->met && strcmp(v->desc, "beside a cycle of others"));
	for (i = 0; v->met && i + 1 < n; i++) {
		mcr_change_disabled(rig->mn, rule[i], true, &error);
		KUNIT_EXPECT_EQ(test, mcr_loop_feeds(rig, rule[n - 1]), 0U);
		mcr_change_disabled(rig->mn, rule[i], false, &error);
		/* Now it is this one that came last. */
		KUNIT_EXPECT_EQ(test, !mcr_loop_feeds(rig, rule[i]), v->once);
		mcr_change_disabled(rig->mn, rule[n - 1], true, &error);
		KUNIT_EXPECT_EQ(test, mcr_loop_feeds(rig, rule[i]), 0U);
		mcr_change_disabled(rig->mn, rule[n - 1], false, &error);
		KUNIT_EXPECT_NE(test, mcr_loop_feeds(rig, rule[n - 1]), 0U);
	}
	for (i = 0; i < n; i++)
		mcr_change_del(rig->mn, rule[i]);
	KUNIT_EXPECT_TRUE(test, list_empty(&rig->mn->feeding));
}

/* More rules than can be looked at: it is assumed that they feed the last. */
MCR_TABLE_TEST(mcr_loop_many)
{
	struct mcr_table_rig *rig = test->priv;
	const struct mcr_loop_rule other = { 4, 1, TV_MU4 };
	struct mcr_loop_rule r = { 2, 3, TV_MU4 };
	struct mcr_error error = { };
	struct mcr_rule *rule;
	unsigned int i;

	mcr_loop_add(rig, &other, &error);
	for (i = 0; i < 1100; i++) {
		r.match.group.raw[2] = i >> 8;
		r.match.group.raw[3] = i;
		mcr_loop_add(rig, &r, &error);
		cond_resched();
	}
	KUNIT_EXPECT_EQ(test, error.feeds, 0U);
	/* Who meets one of them is told for sure. */
	r.iif = 1;
	r.to = 2;
	rule = mcr_loop_add(rig, &r, &error);
	KUNIT_EXPECT_EQ(test, mcr_loop_feeds(rig, rule), 0U);
	KUNIT_EXPECT_EQ(test, error.feeds, 0U);
	r.match = (struct mcr_match)TV_WIDE;
	rig->mn->visits = 900;
	rule = mcr_loop_add(rig, &r, &error);
	KUNIT_EXPECT_EQ(test, mcr_loop_feeds(rig, rule), rule->id);
	KUNIT_EXPECT_EQ(test, error.feeds, rule->id);
	KUNIT_EXPECT_TRUE(test, error.assumed);
}

/* A device that is lost takes what is known of it along. */
MCR_TABLE_TEST(mcr_loop_device)
{
	const struct mcr_loop_rule back = { 2, 1, TV_MU4 };
	const struct mcr_loop_rule to = { 1, 2, TV_MU4 };
	struct mcr_table_rig *rig = test->priv;
	struct mcr_error error = { };
	struct mcr_rule *a, *b;

	a = mcr_loop_add(rig, &to, &error);
	b = mcr_loop_add(rig, &back, &error);
	KUNIT_ASSERT_EQ(test, mcr_loop_feeds(rig, b), a->id);

	RCU_INIT_POINTER(a->iif->dev, NULL);
	mcr_loop_port_left(rig->mn, a->iif);
	KUNIT_EXPECT_EQ(test, mcr_loop_feeds(rig, b), 0U);
	KUNIT_EXPECT_TRUE(test, list_empty(&rig->mn->feeding));
	RCU_INIT_POINTER(a->iif->dev, rig->dev);
	mcr_loop_port_came(rig->mn, a->iif);
	/* The rule that receives from it closes the cycle now. */
	KUNIT_EXPECT_EQ(test, mcr_loop_feeds(rig, a), b->id);
	KUNIT_EXPECT_EQ(test, mcr_loop_feeds(rig, b), 0U);
}

static struct kunit_case mcr_loop_cases[] = {
	KUNIT_CASE_PARAM(mcr_loop_cycle, mcr_loop_cycle_gen_params),
	KUNIT_CASE(mcr_loop_many),
	KUNIT_CASE(mcr_loop_device),
	{}
};

struct kunit_suite mcr_loop_suite = {
	.name = "mcr_loop",
	.init = mcr_table_rig_init,
	.exit = mcr_table_rig_exit,
	.test_cases = mcr_loop_cases,
};
