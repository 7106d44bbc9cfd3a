// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit: transactions without memory. Each allocation of staging, and of a
 * commit, fails in turn: it is refused for that reason, has changed nothing,
 * and can be tried again.
 */
#include "change_rig.h"
#include "commit.h"
#include "fault_inject.h"
#include "forward.h"
#include "stage.h"
#include "tests.h"

#define MCR_FAULTS_MAX	200

static const struct mcr_output_spec mcr_few[] = {
	{ .dev = "eth1" }, { .dev = "eth2" },
};

static const struct mcr_output_spec mcr_more[] = {
	{ .dev = "eth2" }, { .dev = "eth3" },
};

static const struct mcr_request mcr_before[] = {
	TV_REQUEST(TV_M4(TV_G4, 32, TV_PORTS(5000, 5010)), mcr_few,
		   .name = "changed", .comment = "text"),
	TV_REQUEST(TV_M4(TV_G4, 32, TV_PORTS(6000, 6000)), mcr_few,
		   .name = "deleted"),
	TV_REQUEST(TV_M4(TV_G4_B, 32, TV_UDP), mcr_few, .name = "kept"),
};

static const struct mcr_request mcr_after[] = {
	TV_REQUEST(TV_M4(TV_G4, 32, TV_PORTS(5000, 5010)), mcr_more,
		   .name = "renamed", .comment = "another"),
	TV_REQUEST(TV_M4(TV_G4, 32, TV_PORTS(5005, 5020)), mcr_more,
		   .name = "near", .comment = "text"),
	{
		.spec = { .iif = "eth7", .match = TV_M6(TV_G6, 128, TV_UDP) },
		.name = "deleted", .outputs = mcr_more,
		.n_outputs = ARRAY_SIZE(mcr_more),
	},
};

/* Not on the stack: there is work in it. */
static struct mcr_stage mcr_hungry;
static struct mcr_rule *mcr_hungry_rule[ARRAY_SIZE(mcr_before)];
/* Of the second, which is deleted and may be gone when it is asked for. */
static u32 mcr_hungry_deleted;

/* Make the table hold the three rules again, and nothing else. */
static void mcr_hungry_renew(struct mcr_table_rig *rig)
{
	struct mcr_error error = { };
	struct mcr_rule *rule;
	unsigned long id;
	unsigned int i;

	xa_for_each(&rig->mn->rules, id, rule)
		mcr_change_del(rig->mn, rule);
	for (i = 0; i < ARRAY_SIZE(mcr_before); i++) {
		rule = mcr_change_add(rig->mn, &mcr_before[i], &error);
		KUNIT_ASSERT_NOT_ERR_OR_NULL(rig->test, rule);
		mcr_hungry_rule[i] = rule;
	}
	mcr_hungry_deleted = mcr_hungry_rule[1]->id;
}

/* The steps of a transaction; the last is its commit. */
static bool mcr_hungry_step(struct mcr_table_rig *rig, struct mcr_stage *st,
			    unsigned int step, struct mcr_error *error)
{
	struct mcr_view v;
	u32 id;

	switch (step) {
	case 0:
		mcr_stage_by_name(st, "changed", &v);
		return mcr_stage_replace(st, &v, &mcr_after[0], error);
	case 1:
		if (!mcr_stage_by_name(st, "deleted", &v))
			return false;
		return mcr_stage_del(st, &v, error);
	case 2:
		return mcr_stage_add(st, &mcr_after[1], &id, error);
	case 3:
		return mcr_stage_add(st, &mcr_after[2], &id, error);
	case 4:
		mcr_stage_by_name(st, "near", &v);
		return mcr_stage_add_output(st, &v, &mcr_few[0], error);
	default:
		return mcr_commit(st, error);
	}
}

#define MCR_HUNGRY_STEPS	6

/* Allocations that each step cannot do without, at least. */
static const unsigned int mcr_hungry_needs[MCR_HUNGRY_STEPS] = {
	3, 0, 3, 2, 4, 20,
};

/* The table is what it was before the transaction. */
static void mcr_hungry_expect(struct mcr_table_rig *rig,
			      const struct mcr_account *before)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(mcr_before); i++)
		KUNIT_EXPECT_PTR_EQ(rig->test, mcr_hungry_rule[i],
				    mcr_table_by_name(rig->mn,
						      mcr_before[i].name));
	KUNIT_EXPECT_PTR_EQ(rig->test, NULL,
			    mcr_table_by_name(rig->mn, "near"));
	KUNIT_EXPECT_STREQ(rig->test, mcr_hungry_rule[0]->comment, "text");
	mcr_table_rig_expect(rig, before);
}

/*
 * One step with an allocation that fails; then it is tried again. Return false
 * when there was none to fail.
 */
static bool mcr_hungry_fail(struct mcr_table_rig *rig, struct mcr_stage *st,
			    unsigned int step, unsigned int nth,
			    const struct mcr_account *before,
			    unsigned int *faults)
{
	struct mcr_error error = { };
	u32 n_new = st->n_new, n_gone = st->n_gone;
	bool done, hit;

	mcr_fault_arm(nth);
	done = mcr_hungry_step(rig, st, step, &error);
	hit = mcr_fault_disarm();
	/* Some can be done without: by hash tables, debug options. */
	if (done)
		return hit;
	++*faults;
	KUNIT_EXPECT_EQ(rig->test, error.why, MCR_REFUSED_MEMORY);
	KUNIT_EXPECT_EQ(rig->test, st->n_new, n_new);
	KUNIT_EXPECT_EQ(rig->test, st->n_gone, n_gone);
	mcr_hungry_expect(rig, before);
	error = (struct mcr_error){ };
	KUNIT_EXPECT_TRUE(rig->test, mcr_hungry_step(rig, st, step, &error));
	return true;
}

static void mcr_hungry_committed(struct mcr_table_rig *rig)
{
	const struct mcr_fanout *f;
	struct mcr_rule *near;

	near = mcr_table_by_name(rig->mn, "near");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(rig->test, near);
	f = mcr_rule_fanout(rig->mn, near);
	KUNIT_EXPECT_EQ(rig->test, f->n, 3U);
	KUNIT_EXPECT_EQ(rig->test, f->out[2]->id, 3U);
	KUNIT_EXPECT_PTR_EQ(rig->test, mcr_hungry_rule[0],
			    mcr_table_by_name(rig->mn, "renamed"));
	KUNIT_EXPECT_NE(rig->test, mcr_hungry_deleted,
			mcr_table_by_name(rig->mn, "deleted")->id);
	KUNIT_EXPECT_EQ(rig->test, rig->mn->n_rules, 4U);
	KUNIT_EXPECT_EQ(rig->test, rig->mn->n_staged, 0U);
	mcr_table_rig_check(rig);
}

/* Does step @starved without one of its allocations, the others with all. */
static unsigned int mcr_hungry_round(struct mcr_table_rig *rig,
				     unsigned int starved, unsigned int nth,
				     bool *more)
{
	struct mcr_error error = { };
	unsigned int step, faults = 0;
	struct mcr_account before;

	memset(&mcr_hungry, 0, sizeof(mcr_hungry));
	mcr_hungry_renew(rig);
	mcr_table_rig_account(rig, &before);
	KUNIT_ASSERT_EQ(rig->test, mcr_stage_init(&mcr_hungry, rig->mn), 0);
	for (step = 0; step < MCR_HUNGRY_STEPS; step++) {
		if (step == starved)
			*more = mcr_hungry_fail(rig, &mcr_hungry, step, nth, &before,
						&faults);
		else
			KUNIT_EXPECT_TRUE(rig->test,
					  mcr_hungry_step(rig, &mcr_hungry, step,
							  &error));
	}
	mcr_hungry_committed(rig);
	mcr_stage_uncharge(&mcr_hungry);
	mcr_stage_exit(&mcr_hungry);
	return faults;
}

MCR_TABLE_TEST(mcr_commit_starved)
{
	struct mcr_table_rig *rig = test->priv;
	unsigned int step, nth, hit, faults, again;
	bool more;

	if (!mcr_fault_works())
		kunit_skip(test, MCR_FAULT_NEEDS);
	for (step = 0; step < MCR_HUNGRY_STEPS; step++) {
		more = true;
		again = 0;
		faults = 0;
		nth = 1;
		while (more && nth < MCR_FAULTS_MAX && !mcr_test_failed(test)) {
			hit = mcr_hungry_round(rig, step, nth, &more);
			faults += hit;
			nth = mcr_fault_next(nth, &again, more && !hit);
		}
		KUNIT_EXPECT_FALSE(test, more);
		KUNIT_EXPECT_GE(test, faults,
				mcr_fault_least(mcr_hungry_needs[step]));
	}
}

static struct kunit_case mcr_commit_fault_cases[] = {
	KUNIT_CASE(mcr_commit_starved),
	{}
};

struct kunit_suite mcr_commit_fault_suite = {
	.name = "mcr_commit_fault",
	.init = mcr_table_rig_init,
	.exit = mcr_table_rig_exit,
	.test_cases = mcr_commit_fault_cases,
};
