// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit: committing what is staged. What a commit takes over from the rules in
 * force, what it refuses, and that a refused one changes nothing.
 */
#include "change_rig.h"
#include "commit.h"
#include "forward.h"
#include "stage.h"
#include "tests.h"

static const struct mcr_output_spec mcr_one[] = { { .dev = "eth1" } };
static const struct mcr_output_spec mcr_two[] = {
	{ .dev = "eth2" }, { .dev = "eth1" },
};

static const struct mcr_request mcr_request_a =
	TV_REQUEST(TV_M4(TV_G4, 32, TV_UDP), mcr_one, .name = "a",
		   .comment = "text");
static const struct mcr_request mcr_request_b =
	TV_REQUEST(TV_M4(TV_G4_B, 32, TV_UDP), mcr_one, .name = "b");

/* KUnit runs one test at a time. Not on the stack: there is work in it. */
static struct mcr_stage mcr_staged;

/* Rules "a" and "b", and an empty stage over them. */
static void mcr_commit_begin(struct mcr_table_rig *rig, struct mcr_rule **a,
			     struct mcr_rule **b)
{
	struct mcr_error error = { };

	*a = mcr_change_add(rig->mn, &mcr_request_a, &error);
	*b = mcr_change_add(rig->mn, &mcr_request_b, &error);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(rig->test, *a);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(rig->test, *b);
	KUNIT_ASSERT_EQ(rig->test, mcr_stage_init(&mcr_staged, rig->mn), 0);
}

static void mcr_commit_end(struct mcr_table_rig *rig)
{
	mcr_stage_uncharge(&mcr_staged);
	mcr_stage_exit(&mcr_staged);
	memset(&mcr_staged, 0, sizeof(mcr_staged));
	KUNIT_EXPECT_EQ(rig->test, rig->mn->n_staged, 0U);
	mcr_table_rig_check(rig);
}

static void mcr_must_stage(struct mcr_table_rig *rig,
			   const struct mcr_request *req)
{
	struct mcr_stage *st = &mcr_staged;
	struct mcr_error error = { };
	struct mcr_view v;
	bool done;
	u32 id;

	if (mcr_stage_by_match(st, &req->spec, &v))
		done = mcr_stage_replace(st, &v, req, &error);
	else
		done = mcr_stage_add(st, req, &id, &error);
	KUNIT_ASSERT_TRUE(rig->test, done);
	KUNIT_EXPECT_EQ(rig->test, error.why, MCR_REFUSED_NOT);
}

static void mcr_must_unstage(struct mcr_table_rig *rig, u32 id)
{
	struct mcr_stage *st = &mcr_staged;
	struct mcr_error error = { };
	struct mcr_view v;

	KUNIT_ASSERT_TRUE(rig->test, mcr_stage_by_id(st, id, &v));
	KUNIT_ASSERT_TRUE(rig->test, mcr_stage_del(st, &v, &error));
	KUNIT_EXPECT_FALSE(rig->test, mcr_stage_by_id(st, id, &v));
}

/* Rules that stay are the same objects: nothing of them is touched. */
MCR_TABLE_TEST(mcr_commit_keeps)
{
	struct mcr_request more = mcr_request_a, other = mcr_request_b;
	struct mcr_table_rig *rig = test->priv;
	const struct mcr_fanout *f, *old;
	struct mcr_error error = { };
	struct mcr_rule *a, *b;
	u32 generation;

	mcr_commit_begin(rig, &a, &b);
	old = mcr_rule_fanout(rig->mn, b);
	f = mcr_rule_fanout(rig->mn, a);
	generation = rig->mn->generation;
	/* Deleted and added again, and replaced by the same: no changes. */
	mcr_must_unstage(rig, a->id);
	mcr_must_stage(rig, &mcr_request_a);
	mcr_must_stage(rig, &mcr_request_b);
	KUNIT_EXPECT_TRUE(test, mcr_commit(&mcr_staged, &error));
	KUNIT_EXPECT_PTR_EQ(test, f, mcr_rule_fanout(rig->mn, a));
	KUNIT_EXPECT_PTR_EQ(test, old, mcr_rule_fanout(rig->mn, b));
	KUNIT_EXPECT_EQ(test, rig->mn->generation, generation);
	mcr_commit_end(rig);

	KUNIT_ASSERT_EQ(test, mcr_stage_init(&mcr_staged, rig->mn), 0);
	other.outputs = mcr_two;
	other.n_outputs = ARRAY_SIZE(mcr_two);
	strscpy(more.spec.iif, "eth7", sizeof(more.spec.iif));
	more.name = NULL;
	mcr_must_stage(rig, &more);
	mcr_must_stage(rig, &other);
	KUNIT_EXPECT_TRUE(test, mcr_commit(&mcr_staged, &error));
	KUNIT_EXPECT_PTR_EQ(test, f, mcr_rule_fanout(rig->mn, a));
	KUNIT_EXPECT_EQ(test, rig->mn->generation, generation + 1);
	KUNIT_EXPECT_EQ(test, mcr_rule_fanout(rig->mn, b)->out[0]->id, 2U);
	KUNIT_EXPECT_EQ(test, mcr_rule_fanout(rig->mn, b)->out[1]->id, 1U);
	mcr_commit_end(rig);
}

/* Both names are known all the time, and each once in the end. */
MCR_TABLE_TEST(mcr_commit_swaps_names)
{
	struct mcr_request x = mcr_request_a, y = mcr_request_b;
	struct mcr_table_rig *rig = test->priv;
	struct mcr_error error = { };
	struct mcr_rule *a, *b;
	struct mcr_view v;

	mcr_commit_begin(rig, &a, &b);
	x.name = NULL;
	mcr_must_stage(rig, &x);
	KUNIT_EXPECT_FALSE(test, mcr_stage_by_name(&mcr_staged, "a", &v));
	y.name = "a";
	mcr_must_stage(rig, &y);
	x.name = "b";
	mcr_must_stage(rig, &x);
	KUNIT_EXPECT_TRUE(test, mcr_stage_by_name(&mcr_staged, "a", &v));
	KUNIT_EXPECT_EQ(test, v.id, b->id);
	KUNIT_EXPECT_TRUE(test, mcr_commit(&mcr_staged, &error));
	KUNIT_EXPECT_PTR_EQ(test, b, mcr_table_by_name(rig->mn, "a"));
	KUNIT_EXPECT_PTR_EQ(test, a, mcr_table_by_name(rig->mn, "b"));
	mcr_commit_end(rig);
	mcr_change_del(rig->mn, b);
	KUNIT_EXPECT_PTR_EQ(test, NULL, mcr_table_by_name(rig->mn, "a"));
	KUNIT_EXPECT_PTR_EQ(test, a, mcr_table_by_name(rig->mn, "b"));
}

/* A match for each of many masks. */
static void mcr_masks_match(struct mcr_request *req, unsigned int i)
{
	req->spec.match.src_len = 1 + i % 32;
	req->spec.match.dport_min = i / 32 % 2 ? 5000 : 0;
	req->spec.match.dport_max = req->spec.match.dport_min;
	req->spec.match.group_len = 32 - i / 64;
	mcr_addr_mask(&req->spec.match.group, AF_INET,
		      req->spec.match.group_len);
}

/* The limit is for the rules as they are to be, not for those in between. */
MCR_TABLE_TEST(mcr_commit_masks)
{
	struct mcr_request req = TV_REQUEST(TV_M4(TV_G4, 32, TV_UDP), mcr_one);
	struct mcr_table_rig *rig = test->priv;
	struct mcr_error error = { };
	struct mcr_account before;
	struct mcr_view v;
	unsigned int i;

	KUNIT_ASSERT_EQ(test, mcr_stage_init(&mcr_staged, rig->mn), 0);
	for (i = 0; i < MCR_MASKS_MAX; i++) {
		mcr_masks_match(&req, i);
		mcr_must_stage(rig, &req);
	}
	KUNIT_EXPECT_TRUE(test, mcr_commit(&mcr_staged, &error));
	mcr_commit_end(rig);

	KUNIT_ASSERT_EQ(test, mcr_stage_init(&mcr_staged, rig->mn), 0);
	for (i = 0; i < 2 * MCR_MASKS_MAX; i++) {
		mcr_masks_match(&req, i);
		if (i < MCR_MASKS_MAX && i % 2)
			continue;
		if (mcr_stage_by_match(&mcr_staged, &req.spec, &v))
			mcr_must_unstage(rig, v.id);
		else if (i < MCR_MASKS_MAX + MCR_MASKS_MAX / 2 + 1)
			mcr_must_stage(rig, &req);
	}
	/* 32 stay, 33 are new. */
	mcr_table_rig_account(rig, &before);
	KUNIT_EXPECT_FALSE(test, mcr_commit(&mcr_staged, &error));
	KUNIT_EXPECT_EQ(test, error.why, MCR_REFUSED_MASKS);
	KUNIT_EXPECT_NE(test, error.rule, 0U);
	mcr_table_rig_expect(rig, &before);
	mcr_must_unstage(rig, error.rule);
	error = (struct mcr_error){ };
	KUNIT_EXPECT_TRUE(test, mcr_commit(&mcr_staged, &error));
	KUNIT_EXPECT_EQ(test, rig->mn->n_rules, (u32)MCR_MASKS_MAX);
	mcr_commit_end(rig);
}

/* What was in force is as it was; what is staged can be changed, and tried. */
MCR_TABLE_TEST(mcr_commit_refused)
{
	struct mcr_request more = mcr_request_a, other = mcr_request_b;
	struct mcr_table_rig *rig = test->priv;
	struct mcr_error error = { };
	const struct mcr_fanout *f;
	struct mcr_account before;
	struct mcr_rule *a, *b;

	mcr_commit_begin(rig, &a, &b);
	f = mcr_rule_fanout(rig->mn, b);
	mcr_must_unstage(rig, a->id);
	other.outputs = mcr_two;
	other.n_outputs = ARRAY_SIZE(mcr_two);
	other.name = "c";
	mcr_must_stage(rig, &other);
	strscpy(more.spec.iif, "eth7", sizeof(more.spec.iif));
	mcr_must_stage(rig, &more);
	mcr_table_rig_account(rig, &before);

	rig->hook_error = -EBUSY;
	KUNIT_EXPECT_FALSE(test, mcr_commit(&mcr_staged, &error));
	KUNIT_EXPECT_EQ(test, error.why, MCR_REFUSED_HOOK);
	KUNIT_EXPECT_PTR_EQ(test, f, mcr_rule_fanout(rig->mn, b));
	KUNIT_EXPECT_PTR_EQ(test, a, mcr_table_by_name(rig->mn, "a"));
	KUNIT_EXPECT_PTR_EQ(test, b, mcr_table_by_name(rig->mn, "b"));
	KUNIT_EXPECT_PTR_EQ(test, NULL, mcr_table_by_name(rig->mn, "c"));
	KUNIT_EXPECT_EQ(test, rig->mn->n_staged, mcr_staged.charged);
	mcr_table_rig_expect(rig, &before);

	rig->hook_error = 0;
	error = (struct mcr_error){ };
	KUNIT_EXPECT_TRUE(test, mcr_commit(&mcr_staged, &error));
	KUNIT_EXPECT_PTR_EQ(test, b, mcr_table_by_name(rig->mn, "c"));
	KUNIT_EXPECT_EQ(test, rig->mn->n_rules, 2U);
	mcr_commit_end(rig);
}

/* Only rules that there are going to be more count. */
MCR_TABLE_TEST(mcr_commit_limit)
{
	struct mcr_request req = TV_REQUEST(TV_M4(TV_G4, 32, TV_UDP), mcr_one);
	struct mcr_table_rig *rig = test->priv;
	struct mcr_error error = { };
	struct mcr_rule *a, *b;
	u32 id;

	mcr_commit_begin(rig, &a, &b);
	/* As if there were as many more. */
	rig->mn->n_rules += MCR_RULES_MAX - 2;
	req.spec.match.dport_min = 1;
	req.spec.match.dport_max = 1;
	KUNIT_EXPECT_FALSE(test, mcr_stage_add(&mcr_staged, &req, &id, &error));
	KUNIT_EXPECT_EQ(test, error.why, MCR_REFUSED_RULES);
	mcr_must_unstage(rig, a->id);
	mcr_must_stage(rig, &req);
	KUNIT_EXPECT_FALSE(test, mcr_stage_add(&mcr_staged, &mcr_request_a, &id,
					       &error));
	KUNIT_EXPECT_EQ(test, error.why, MCR_REFUSED_RULES);
	KUNIT_EXPECT_EQ(test, rig->mn->n_staged, 0U);
	rig->mn->n_rules--;
	mcr_must_stage(rig, &mcr_request_a);
	KUNIT_EXPECT_EQ(test, rig->mn->n_staged, 1U);
	/* What one transaction has taken, nobody else has. */
	req.spec.match.dport_min = 2;
	req.spec.match.dport_max = 2;
	error = (struct mcr_error){ };
	KUNIT_EXPECT_PTR_EQ(test, NULL, mcr_change_add(rig->mn, &req, &error));
	KUNIT_EXPECT_EQ(test, error.why, MCR_REFUSED_RULES);
	rig->mn->n_rules -= MCR_RULES_MAX - 3;
	mcr_commit_end(rig);
}

static struct kunit_case mcr_commit_cases[] = {
	KUNIT_CASE(mcr_commit_keeps),
	KUNIT_CASE(mcr_commit_swaps_names),
	KUNIT_CASE(mcr_commit_masks),
	KUNIT_CASE(mcr_commit_refused),
	KUNIT_CASE(mcr_commit_limit),
	{}
};

struct kunit_suite mcr_commit_suite = {
	.name = "mcr_commit",
	.init = mcr_table_rig_init,
	.exit = mcr_table_rig_exit,
	.test_cases = mcr_commit_cases,
};
