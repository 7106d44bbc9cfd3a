// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit: changing rules without memory. Each allocation of each change fails in
 * turn: the change is refused for that reason, and has changed nothing.
 */
#include "change_rig.h"
#include "fault_inject.h"
#include "forward.h"
#include "tests.h"

#define MCR_FAULTS_MAX	128

static const struct mcr_output_spec mcr_few[] = {
	{ .dev = "eth1" }, { .dev = "eth2" },
};

static const struct mcr_output_spec mcr_more[] = {
	{ .dev = "eth2" }, { .dev = "eth3" }, { .dev = "eth4" },
};

static const struct mcr_request mcr_before =
	TV_REQUEST(TV_M4(TV_G4, 32, TV_PORTS(5000, 5010)), mcr_few,
		   .name = "before", .comment = "text");
static const struct mcr_request mcr_after =
	TV_REQUEST(TV_M4(TV_G4, 32, TV_PORTS(5000, 5010)), mcr_more,
		   .name = "after", .comment = "another");

/* The same device, a class that is there; and all new. */
static const struct mcr_request mcr_near =
	TV_REQUEST(TV_M4(TV_G4, 32, TV_PORTS(5005, 5020)), mcr_more,
		   .name = "near", .comment = "text");
static const struct mcr_request mcr_far = {
	.spec = { .iif = "eth7", .match = TV_M6(TV_G6, 128, TV_UDP) },
	.name = "far", .comment = "text",
	.outputs = mcr_more, .n_outputs = ARRAY_SIZE(mcr_more),
};

static bool mcr_starve_add(struct mcr_table_rig *rig,
			   const struct mcr_request *req,
			   struct mcr_error *error)
{
	return mcr_change_add(rig->mn, req, error);
}

static bool mcr_starve_near(struct mcr_table_rig *rig, struct mcr_rule *rule,
			    struct mcr_error *error)
{
	return mcr_starve_add(rig, &mcr_near, error);
}

static bool mcr_starve_far(struct mcr_table_rig *rig, struct mcr_rule *rule,
			   struct mcr_error *error)
{
	return mcr_starve_add(rig, &mcr_far, error);
}

static bool mcr_starve_replace(struct mcr_table_rig *rig, struct mcr_rule *rule,
			       struct mcr_error *error)
{
	return mcr_change_replace(rig->mn, rule, &mcr_after, error);
}

static bool mcr_starve_enable(struct mcr_table_rig *rig, struct mcr_rule *rule,
			      struct mcr_error *error)
{
	return mcr_change_disabled(rig->mn, rule, false, error);
}

static bool mcr_starve_add_output(struct mcr_table_rig *rig,
				  struct mcr_rule *rule,
				  struct mcr_error *error)
{
	return mcr_change_add_output(rig->mn, rule, &mcr_more[1], error);
}

static bool mcr_starve_del_output(struct mcr_table_rig *rig,
				  struct mcr_rule *rule,
				  struct mcr_error *error)
{
	return mcr_change_del_output(rig->mn, rule, 2, error);
}

static bool mcr_starve_reset(struct mcr_table_rig *rig, struct mcr_rule *rule,
			     struct mcr_error *error)
{
	return mcr_change_reset(rig->mn, NULL, error);
}

/**
 * struct mcr_starve_vector - a change that needs memory
 * @desc: the case
 * @change: the change, to a table with one rule
 * @disabled: the rule is disabled at first
 * @faults: allocations it cannot do without, at least
 */
struct mcr_starve_vector {
	const char *desc;
	bool (*change)(struct mcr_table_rig *rig, struct mcr_rule *rule,
		       struct mcr_error *error);
	bool disabled;
	unsigned int faults;
};

static const struct mcr_starve_vector mcr_starve_vectors[] = {
	{ "add to a class", mcr_starve_near, false, 8 },
	{ "add to another device", mcr_starve_far, false, 12 },
	{ "replace", mcr_starve_replace, false, 5 },
	{ "replace and enable", mcr_starve_replace, true, 7 },
	{ "enable", mcr_starve_enable, true, 3 },
	{ "add an output", mcr_starve_add_output, false, 3 },
	{ "delete an output", mcr_starve_del_output, false, 1 },
	{ "reset", mcr_starve_reset, false, 4 },
};

MCR_TEST_PARAM(mcr_starve, mcr_starve_vectors);

/* Make the table hold the one rule again, and nothing else. */
static struct mcr_rule *mcr_starve_renew(struct mcr_table_rig *rig,
					 const struct mcr_request *req)
{
	struct mcr_error error = { };
	struct mcr_rule *rule;
	unsigned long id;

	xa_for_each(&rig->mn->rules, id, rule)
		mcr_change_del(rig->mn, rule);
	rule = mcr_change_add(rig->mn, req, &error);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(rig->test, rule);
	return rule;
}

/* The table is what it was before a change was refused. */
static void mcr_starve_expect(struct mcr_table_rig *rig,
			      const struct mcr_request *req,
			      struct mcr_rule *rule, const struct mcr_fanout *f,
			      const struct mcr_account *before)
{
	const struct mcr_flow flow = TV_FLOW4;
	struct kunit *test = rig->test;

	KUNIT_EXPECT_PTR_EQ(test, f, mcr_rule_fanout(rig->mn, rule));
	KUNIT_EXPECT_STREQ(test, rule->comment, "text");
	KUNIT_EXPECT_PTR_EQ(test, rule, mcr_table_by_name(rig->mn, "before"));
	KUNIT_EXPECT_PTR_EQ(test, req->spec.disabled ? NULL : rule,
			    mcr_table_rig_find(rig, &req->spec, &flow));
	mcr_table_rig_expect(rig, before);
}

MCR_TABLE_TEST(mcr_change_starved)
{
	const struct mcr_starve_vector *v = test->param_value;
	struct mcr_table_rig *rig = test->priv;
	struct mcr_request req = mcr_before;
	struct mcr_account before;
	unsigned int nth = 1, faults = 0, again = 0;
	struct mcr_fanout *f;
	struct mcr_rule *rule;
	bool done, hit;

	if (!mcr_fault_works())
		kunit_skip(test, MCR_FAULT_NEEDS);
	req.spec.disabled = v->disabled;
	while (nth < MCR_FAULTS_MAX && !mcr_test_failed(test)) {
		struct mcr_error error = { };

		rule = mcr_starve_renew(rig, &req);
		f = mcr_rule_fanout(rig->mn, rule);
		mcr_table_rig_account(rig, &before);

		mcr_fault_arm(nth);
		done = v->change(rig, rule, &error);
		hit = mcr_fault_disarm();

		if (done && !hit)
			break;
		nth = mcr_fault_next(nth, &again, done);
		if (done)
			continue;
		faults++;
		KUNIT_EXPECT_EQ(test, error.why, MCR_REFUSED_MEMORY);
		mcr_starve_expect(rig, &req, rule, f, &before);
	}
	KUNIT_EXPECT_TRUE(test, done);
	KUNIT_EXPECT_FALSE(test, hit);
	KUNIT_EXPECT_GE(test, faults, mcr_fault_least(v->faults));
	mcr_table_rig_check(rig);
}

static struct kunit_case mcr_change_fault_cases[] = {
	KUNIT_CASE_PARAM(mcr_change_starved, mcr_starve_gen_params),
	{}
};

struct kunit_suite mcr_change_fault_suite = {
	.name = "mcr_change_fault",
	.init = mcr_table_rig_init,
	.exit = mcr_table_rig_exit,
	.test_cases = mcr_change_fault_cases,
};
