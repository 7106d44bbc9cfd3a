// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit: changing rules. What is found, what stays the same, and that a refused
 * change changes nothing.
 */
#include "bind.h"
#include "change_rig.h"
#include "forward.h"
#include "tests.h"

static const struct mcr_output_spec mcr_one[] = { { .dev = "eth1" } };
static const struct mcr_output_spec mcr_two[] = {
	{ .dev = "eth1" }, { .dev = "eth2" },
};

static const struct mcr_output_spec mcr_other[] = {
	{ .dev = "eth2" },
	{ .dev = "eth1", .rewrite = { .set = MCR_SET_DPORT, .dport = 7 } },
	{ .dev = "eth3" },
};

static const struct mcr_output_spec mcr_twice[] = {
	{ .dev = "eth1" }, { .dev = "eth2" }, { .dev = "eth1" },
};

static const struct mcr_output_spec mcr_absent[] = {
	{ .dev = "eth1" }, { .dev = "none" },
};

static const struct mcr_output_spec mcr_tunnel[] = {
	{ .dev = "eth1" }, { .dev = "tun0" },
};

static const struct mcr_request mcr_request_a =
	TV_REQUEST(TV_MU4, mcr_two, .name = "a", .comment = "text");
static const struct mcr_request mcr_request_b =
	TV_REQUEST(TV_M4(TV_G4_B, 32, TV_UDP), mcr_one, .name = "b");

static struct mcr_rule *mcr_must_add(struct mcr_table_rig *rig,
				     const struct mcr_request *req)
{
	struct mcr_error error = { };
	struct mcr_rule *rule;

	rule = mcr_change_add(rig->mn, req, &error);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(rig->test, rule);
	KUNIT_EXPECT_EQ(rig->test, error.why, MCR_REFUSED_NOT);
	mcr_table_rig_check(rig);
	return rule;
}

MCR_TABLE_TEST(mcr_change_added)
{
	const struct mcr_account want = {
		.rules = 1, .outputs = 2, .generation = 2, .ports = 3,
		.port_users = 3, .ingresses = 1, .hooks = 1, .members = 1,
	};
	const struct mcr_flow flow = TV_FLOW4;
	struct mcr_table_rig *rig = test->priv;
	struct mcr_rule *rule;

	rule = mcr_must_add(rig, &mcr_request_a);

	mcr_table_rig_expect(rig, &want);
	KUNIT_EXPECT_NE(test, rule->id, 0U);
	KUNIT_EXPECT_PTR_EQ(test, mcr_table_by_id(rig->mn, rule->id), rule);
	KUNIT_EXPECT_PTR_EQ(test, mcr_table_by_name(rig->mn, "a"), rule);
	KUNIT_EXPECT_PTR_EQ(test, mcr_table_by_name(rig->mn, "b"), NULL);
	KUNIT_EXPECT_PTR_EQ(test, rule,
			    mcr_table_by_match(rig->mn, &mcr_request_a.spec));
	KUNIT_EXPECT_PTR_EQ(test, NULL,
			    mcr_table_by_match(rig->mn, &mcr_request_b.spec));
	KUNIT_EXPECT_PTR_EQ(test, rule,
			    mcr_table_rig_find(rig, &mcr_request_a.spec, &flow));
	KUNIT_EXPECT_STREQ(test, rule->comment, "text");
	KUNIT_EXPECT_EQ(test, mcr_rule_fanout(rig->mn, rule)->out[0]->id, 1U);
	KUNIT_EXPECT_EQ(test, mcr_rule_fanout(rig->mn, rule)->out[1]->id, 2U);
}

/* The same match on another device is another rule. */
MCR_TABLE_TEST(mcr_change_other_iif)
{
	struct mcr_request other = mcr_request_a;
	struct mcr_table_rig *rig = test->priv;
	const struct mcr_flow flow = TV_FLOW4;
	struct mcr_rule *a, *b;

	strscpy(other.spec.iif, "eth9", sizeof(other.spec.iif));
	other.name = NULL;
	a = mcr_must_add(rig, &mcr_request_a);
	b = mcr_must_add(rig, &other);

	KUNIT_EXPECT_NE(test, a->id, b->id);
	KUNIT_EXPECT_PTR_EQ(test, a,
			    mcr_table_rig_find(rig, &mcr_request_a.spec, &flow));
	KUNIT_EXPECT_PTR_EQ(test, b,
			    mcr_table_rig_find(rig, &other.spec, &flow));
	KUNIT_EXPECT_EQ(test, rig->account.hooks, 2U);
}

/* A rule may be there before its devices: nothing is hooked or called for. */
MCR_TABLE_TEST(mcr_change_early)
{
	struct mcr_request req = TV_REQUEST(TV_MU4, mcr_absent);
	const struct mcr_account want = {
		.rules = 1, .outputs = 2, .generation = 2, .ports = 2,
		.port_users = 3, .ingresses = 1,
	};
	const struct mcr_flow flow = TV_FLOW4;
	struct mcr_table_rig *rig = test->priv;
	struct mcr_rule *rule;

	strscpy(req.spec.iif, "none", sizeof(req.spec.iif));
	rule = mcr_must_add(rig, &req);

	mcr_table_rig_expect(rig, &want);
	KUNIT_EXPECT_FALSE(test, rule->disabled);
	KUNIT_EXPECT_PTR_EQ(test, rule,
			    mcr_table_rig_find(rig, &req.spec, &flow));
}

/*
 * The device comes, goes and comes again. A hook that cannot be set then is
 * tried again when the device changes.
 */
MCR_TABLE_TEST(mcr_change_bound_late)
{
	struct mcr_request req = TV_REQUEST(TV_MU4, mcr_one);
	struct mcr_table_rig *rig = test->priv;
	struct mcr_port *port;
	struct mcr_rule *rule;

	strscpy(req.spec.iif, "none", sizeof(req.spec.iif));
	rule = mcr_must_add(rig, &req);
	port = rule->iif;

	RCU_INIT_POINTER(port->dev, rig->dev);
	mcr_bind_port_bound(rig->mn, port);
	KUNIT_EXPECT_EQ(test, rig->account.hooks, 1U);
	mcr_table_rig_check(rig);

	mcr_bind_port_unbind(rig->mn, port);
	RCU_INIT_POINTER(port->dev, NULL);
	KUNIT_EXPECT_EQ(test, rig->account.hooks, 0U);
	mcr_table_rig_check(rig);

	rig->hook_error = -ENOMEM;
	RCU_INIT_POINTER(port->dev, rig->dev);
	mcr_bind_port_bound(rig->mn, port);
	KUNIT_EXPECT_EQ(test, rig->account.hooks, 0U);
	mcr_bind_port_changed(rig->mn, port);
	KUNIT_EXPECT_EQ(test, rig->account.hooks, 0U);
	rig->hook_error = 0;
	mcr_bind_port_changed(rig->mn, port);
	KUNIT_EXPECT_EQ(test, rig->account.hooks, 1U);
	mcr_bind_port_changed(rig->mn, port);
	KUNIT_EXPECT_EQ(test, rig->account.hooks, 1U);
	mcr_table_rig_check(rig);
}

/* A device that comes while no rule is enabled is left alone. */
MCR_TABLE_TEST(mcr_change_bound_disabled)
{
	struct mcr_request req = TV_REQUEST(TV_MU4, mcr_one);
	struct mcr_table_rig *rig = test->priv;
	struct mcr_error error = { };
	struct mcr_rule *rule;

	strscpy(req.spec.iif, "none", sizeof(req.spec.iif));
	req.spec.disabled = true;
	rule = mcr_must_add(rig, &req);
	RCU_INIT_POINTER(rule->iif->dev, rig->dev);
	mcr_bind_port_bound(rig->mn, rule->iif);
	mcr_bind_port_changed(rig->mn, rule->iif);
	KUNIT_EXPECT_EQ(test, rig->account.hooks, 0U);
	mcr_table_rig_check(rig);

	KUNIT_EXPECT_TRUE(test, mcr_change_disabled(rig->mn, rule, false,
						    &error));
	KUNIT_EXPECT_EQ(test, rig->account.hooks, 1U);
	mcr_table_rig_check(rig);
}

/* Ids are not used again soon. */
MCR_TABLE_TEST(mcr_change_ids)
{
	struct mcr_table_rig *rig = test->priv;
	u32 last = 0;
	unsigned int i;

	for (i = 0; i < 10; i++) {
		struct mcr_rule *rule = mcr_must_add(rig, &mcr_request_a);

		KUNIT_EXPECT_GT(test, rule->id, last);
		last = rule->id;
		mcr_change_del(rig->mn, rule);
		KUNIT_EXPECT_PTR_EQ(test, NULL, mcr_table_by_id(rig->mn, last));
		KUNIT_EXPECT_PTR_EQ(test, NULL,
				    mcr_table_by_name(rig->mn, "a"));
	}
}

/**
 * struct mcr_refused_vector - a rule that is refused next to rule "a"
 * @desc: the case
 * @req: the rule
 * @hook_error: of the hook
 * @why: the reason
 * @blames: it is "a" that stands in the way
 * @output: index of the output at fault
 */
struct mcr_refused_vector {
	const char *desc;
	struct mcr_request req;
	int hook_error;
	enum mcr_refusal why;
	bool blames;
	u32 output;
};

#define TV_MB4	TV_M4(TV_G4_B, 32, TV_UDP)

static const struct mcr_refused_vector mcr_refused_vectors[] = {
	{ "twin", TV_REQUEST(TV_MU4, mcr_one), .why = MCR_REFUSED_TWIN,
	  .blames = true },
	{ "name taken", TV_REQUEST(TV_MB4, mcr_one, .name = "a"),
	  .why = MCR_REFUSED_NAME, .blames = true },
	{ "egress device not Ethernet", TV_REQUEST(TV_MB4, mcr_tunnel),
	  .why = MCR_REFUSED_DEV_TYPE, .output = 1 },
	{ "same output twice", TV_REQUEST(TV_MB4, mcr_twice),
	  .why = MCR_REFUSED_SAME_OUTPUT, .output = 2 },
	{ "no hook on a new ingress device",
	  { .spec = { .iif = "eth7", .match = TV_MB4 }, .outputs = mcr_one,
	    .n_outputs = 1 }, .hook_error = -EBUSY, .why = MCR_REFUSED_HOOK },
};

MCR_TEST_PARAM(mcr_refused, mcr_refused_vectors);

MCR_TABLE_TEST(mcr_change_refused)
{
	const struct mcr_refused_vector *v = test->param_value;
	struct mcr_table_rig *rig = test->priv;
	struct mcr_error error = { };
	struct mcr_account before;
	struct mcr_rule *a;

	a = mcr_must_add(rig, &mcr_request_a);
	mcr_table_rig_account(rig, &before);
	rig->hook_error = v->hook_error;

	KUNIT_EXPECT_PTR_EQ(test, NULL,
			    mcr_change_add(rig->mn, &v->req, &error));

	KUNIT_EXPECT_EQ(test, error.why, v->why);
	if (v->blames)
		KUNIT_EXPECT_EQ(test, error.rule, a->id);
	if (v->output)
		KUNIT_EXPECT_EQ(test, error.output, v->output);
	mcr_table_rig_expect(rig, &before);
}

MCR_TABLE_TEST(mcr_change_masks)
{
	struct mcr_request req = TV_REQUEST(TV_MU4, mcr_one);
	struct mcr_table_rig *rig = test->priv;
	struct mcr_error error = { };
	struct mcr_account before;
	unsigned int i;

	for (i = 0; i < MCR_MASKS_MAX; i++) {
		req.spec.match.src_len = 1 + i % 32;
		req.spec.match.dport_min = i / 32 ? 5000 : 0;
		req.spec.match.dport_max = req.spec.match.dport_min;
		mcr_must_add(rig, &req);
	}
	mcr_table_rig_account(rig, &before);
	req.spec.match.src_len = 0;

	KUNIT_EXPECT_PTR_EQ(test, NULL, mcr_change_add(rig->mn, &req, &error));
	KUNIT_EXPECT_EQ(test, error.why, MCR_REFUSED_MASKS);
	mcr_table_rig_expect(rig, &before);
	/* Disabled it takes no packet, and needs no mask. */
	req.spec.disabled = true;
	mcr_must_add(rig, &req);
}

/* Counters stay with outputs that stay. */
MCR_TABLE_TEST(mcr_change_replaced)
{
	struct mcr_request req = TV_REQUEST(TV_MU4, mcr_other, .name = "c");
	struct mcr_table_rig *rig = test->priv;
	struct mcr_rule_counters __percpu *counters;
	struct mcr_error error = { };
	const struct mcr_fanout *f;
	struct mcr_output *kept;
	struct mcr_rule *rule;
	u32 id;

	rule = mcr_must_add(rig, &mcr_request_a);
	id = rule->id;
	kept = mcr_rule_fanout(rig->mn, rule)->out[1];
	counters = mcr_rule_fanout(rig->mn, rule)->counters;
	req.spec.mode = MCR_MODE_CONSUME;
	req.spec.join = MCR_JOIN_NONE;

	KUNIT_EXPECT_TRUE(test, mcr_change_replace(rig->mn, rule, &req, &error));

	f = mcr_rule_fanout(rig->mn, rule);
	KUNIT_EXPECT_EQ(test, rule->id, id);
	KUNIT_EXPECT_EQ(test, f->n, 3U);
	KUNIT_EXPECT_EQ(test, f->mode, MCR_MODE_CONSUME);
	KUNIT_EXPECT_TRUE(test, f->counters == counters);
	KUNIT_EXPECT_PTR_EQ(test, f->out[0], kept);
	KUNIT_EXPECT_EQ(test, f->out[0]->id, 2U);
	KUNIT_EXPECT_EQ(test, f->out[1]->id, 3U);
	KUNIT_EXPECT_EQ(test, f->out[2]->id, 4U);
	KUNIT_EXPECT_PTR_EQ(test, NULL, mcr_table_by_name(rig->mn, "a"));
	KUNIT_EXPECT_PTR_EQ(test, rule, mcr_table_by_name(rig->mn, "c"));
	KUNIT_EXPECT_PTR_EQ(test, rule->comment, NULL);
	KUNIT_EXPECT_EQ(test, rule->membership, MCR_MEMBERSHIP_ALLMULTI);
	KUNIT_EXPECT_EQ(test, rig->mn->generation, 3U);
	mcr_table_rig_check(rig);
}

MCR_TABLE_TEST(mcr_change_replace_refused)
{
	const struct mcr_request refused[] = {
		TV_REQUEST(TV_MU4, mcr_other, .name = "b"),
		TV_REQUEST(TV_MU4, mcr_tunnel, .name = "c"),
		TV_REQUEST(TV_MU4, mcr_twice),
	};
	const enum mcr_refusal why[] = {
		MCR_REFUSED_NAME, MCR_REFUSED_DEV_TYPE,
		MCR_REFUSED_SAME_OUTPUT,
	};
	struct mcr_table_rig *rig = test->priv;
	const struct mcr_fanout *f;
	struct mcr_account before;
	struct mcr_rule *rule;
	unsigned int i;

	mcr_must_add(rig, &mcr_request_b);
	rule = mcr_must_add(rig, &mcr_request_a);
	f = mcr_rule_fanout(rig->mn, rule);
	mcr_table_rig_account(rig, &before);
	for (i = 0; i < ARRAY_SIZE(refused); i++) {
		struct mcr_error error = { };

		KUNIT_EXPECT_FALSE(test, mcr_change_replace(rig->mn, rule,
							    &refused[i],
							    &error));
		KUNIT_EXPECT_EQ(test, error.why, why[i]);
		KUNIT_EXPECT_PTR_EQ(test, f, mcr_rule_fanout(rig->mn, rule));
		KUNIT_EXPECT_STREQ(test, rule->comment, "text");
		KUNIT_EXPECT_PTR_EQ(test, rule,
				    mcr_table_by_name(rig->mn, "a"));
		KUNIT_EXPECT_PTR_EQ(test, NULL,
				    mcr_table_by_name(rig->mn, "c"));
		mcr_table_rig_expect(rig, &before);
	}
}

/* A disabled rule takes nothing, but its match is still taken. */
MCR_TABLE_TEST(mcr_change_disable)
{
	const struct mcr_flow flow = TV_FLOW4;
	struct mcr_table_rig *rig = test->priv;
	struct mcr_error error = { };
	struct mcr_rule *rule;

	rule = mcr_must_add(rig, &mcr_request_a);
	KUNIT_EXPECT_TRUE(test, mcr_change_disabled(rig->mn, rule, true,
						    &error));
	KUNIT_EXPECT_PTR_EQ(test, NULL,
			    mcr_table_rig_find(rig, &mcr_request_a.spec, &flow));
	KUNIT_EXPECT_EQ(test, rig->account.hooks, 0U);
	KUNIT_EXPECT_EQ(test, rig->mn->generation, 3U);
	mcr_table_rig_check(rig);
	KUNIT_EXPECT_PTR_EQ(test, NULL, mcr_change_add(rig->mn, &mcr_request_a,
						       &error));
	KUNIT_EXPECT_EQ(test, error.why, MCR_REFUSED_TWIN);

	/* What is so already is no change. */
	KUNIT_EXPECT_TRUE(test, mcr_change_disabled(rig->mn, rule, true,
						    &error));
	KUNIT_EXPECT_EQ(test, rig->mn->generation, 3U);

	rig->hook_error = -ENOMEM;
	KUNIT_EXPECT_FALSE(test, mcr_change_disabled(rig->mn, rule, false,
						     &error));
	KUNIT_EXPECT_EQ(test, error.why, MCR_REFUSED_HOOK);
	KUNIT_EXPECT_EQ(test, rig->mn->generation, 3U);
	mcr_table_rig_check(rig);

	rig->hook_error = 0;
	KUNIT_EXPECT_TRUE(test, mcr_change_disabled(rig->mn, rule, false,
						    &error));
	KUNIT_EXPECT_PTR_EQ(test, rule,
			    mcr_table_rig_find(rig, &mcr_request_a.spec, &flow));
	mcr_table_rig_check(rig);
}

/* The hook stays as long as any rule of the device is enabled. */
MCR_TABLE_TEST(mcr_change_hooked)
{
	struct mcr_table_rig *rig = test->priv;
	struct mcr_rule *a, *b;

	a = mcr_must_add(rig, &mcr_request_a);
	b = mcr_must_add(rig, &mcr_request_b);
	KUNIT_EXPECT_EQ(test, rig->account.hooks, 1U);
	mcr_change_del(rig->mn, a);
	KUNIT_EXPECT_EQ(test, rig->account.hooks, 1U);
	mcr_change_del(rig->mn, b);
	KUNIT_EXPECT_EQ(test, rig->account.hooks, 0U);
	mcr_table_rig_check(rig);
}

MCR_TABLE_TEST(mcr_change_outputs)
{
	struct mcr_output_spec spec = { .dev = "eth4" };
	struct mcr_table_rig *rig = test->priv;
	struct mcr_error error = { };
	struct mcr_net *mn = rig->mn;
	struct mcr_account before;
	struct mcr_rule *rule;
	unsigned int i;

	rule = mcr_must_add(rig, &mcr_request_a);
	for (i = 2; i < MCR_OUTPUTS_MAX; i++) {
		spec.rewrite.set = MCR_SET_DPORT;
		spec.rewrite.dport = i;
		KUNIT_EXPECT_TRUE(test, mcr_change_add_output(mn, rule, &spec,
							      &error));
	}
	mcr_table_rig_account(rig, &before);
	KUNIT_EXPECT_EQ(test, before.outputs, (u32)MCR_OUTPUTS_MAX);
	spec.rewrite.dport = 60000;
	KUNIT_EXPECT_FALSE(test, mcr_change_add_output(mn, rule, &spec,
						       &error));
	KUNIT_EXPECT_EQ(test, error.why, MCR_REFUSED_OUTPUTS);
	KUNIT_EXPECT_FALSE(test, mcr_change_del_output(mn, rule, 9999, &error));
	KUNIT_EXPECT_EQ(test, error.why, MCR_REFUSED_NO_OUTPUT);
	mcr_table_rig_expect(rig, &before);

	KUNIT_EXPECT_TRUE(test, mcr_change_del_output(mn, rule, 2, &error));
	spec = mcr_one[0];
	KUNIT_EXPECT_FALSE(test, mcr_change_add_output(mn, rule, &spec,
						       &error));
	KUNIT_EXPECT_EQ(test, error.why, MCR_REFUSED_SAME_OUTPUT);
	for (i = 3; i <= MCR_OUTPUTS_MAX; i++)
		KUNIT_EXPECT_TRUE(test, mcr_change_del_output(mn, rule, i,
							      &error));
	KUNIT_EXPECT_FALSE(test, mcr_change_del_output(mn, rule, 1, &error));
	KUNIT_EXPECT_EQ(test, error.why, MCR_REFUSED_LAST_OUTPUT);
	mcr_table_rig_check(rig);
	/* Ids of outputs are not used again. */
	strscpy(spec.dev, "eth8", sizeof(spec.dev));
	KUNIT_EXPECT_TRUE(test, mcr_change_add_output(mn, rule, &spec, &error));
	KUNIT_EXPECT_EQ(test, mcr_rule_fanout(mn, rule)->out[1]->id,
			MCR_OUTPUTS_MAX + 1U);
}

/* One rule's counters, or all: the others keep theirs. */
MCR_TABLE_TEST(mcr_change_reset_counters)
{
	struct mcr_table_rig *rig = test->priv;
	struct mcr_error error = { };
	struct mcr_net *mn = rig->mn;
	struct mcr_rule *rule[2];
	struct mcr_account before;
	unsigned int i;

	rule[0] = mcr_must_add(rig, &mcr_request_a);
	rule[1] = mcr_must_add(rig, &mcr_request_b);
	for (i = 0; i < 2; i++)
		mcr_table_rig_drop(rig, mcr_rule_fanout(mn, rule[i])->out[0],
				   MCR_DROP_MTU, 5);
	mcr_table_rig_account(rig, &before);

	KUNIT_EXPECT_TRUE(test, mcr_change_reset(mn, rule[0], &error));
	for (i = 0; i < 2; i++) {
		const struct mcr_output *out =
			mcr_rule_fanout(mn, rule[i])->out[0];

		KUNIT_EXPECT_EQ(test, mcr_output_drops(out, MCR_DROP_MTU),
				i ? 5ULL : 0ULL);
		KUNIT_EXPECT_EQ(test, out->id, 1U);
	}
	KUNIT_EXPECT_TRUE(test, mcr_change_reset(mn, NULL, &error));
	for (i = 0; i < 2; i++) {
		const struct mcr_output *out =
			mcr_rule_fanout(mn, rule[i])->out[0];

		KUNIT_EXPECT_EQ(test, mcr_output_drops(out, MCR_DROP_MTU),
				0ULL);
	}
	mcr_table_rig_expect(rig, &before);
}

static struct kunit_case mcr_change_cases[] = {
	KUNIT_CASE(mcr_change_added),
	KUNIT_CASE(mcr_change_other_iif),
	KUNIT_CASE(mcr_change_early),
	KUNIT_CASE(mcr_change_bound_late),
	KUNIT_CASE(mcr_change_bound_disabled),
	KUNIT_CASE(mcr_change_ids),
	KUNIT_CASE_PARAM(mcr_change_refused, mcr_refused_gen_params),
	KUNIT_CASE(mcr_change_masks),
	KUNIT_CASE(mcr_change_replaced),
	KUNIT_CASE(mcr_change_replace_refused),
	KUNIT_CASE(mcr_change_disable),
	KUNIT_CASE(mcr_change_hooked),
	KUNIT_CASE(mcr_change_outputs),
	KUNIT_CASE(mcr_change_reset_counters),
	{}
};

struct kunit_suite mcr_change_suite = {
	.name = "mcr_change",
	.init = mcr_table_rig_init,
	.exit = mcr_table_rig_exit,
	.test_cases = mcr_change_cases,
};
