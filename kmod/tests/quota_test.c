// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit: how many rules there may be, and which rule a new one shadows.
 */
#include <linux/user_namespace.h>
#include <net/net_namespace.h>

#include "change_rig.h"
#include "quota.h"
#include "tests.h"

/* A network namespace as far as quotas know it: by its user namespace. */
static struct mcr_net *mcr_quota_net(struct kunit *test,
				     struct user_namespace *ns)
{
	struct mcr_net *mn = kunit_kzalloc(test, sizeof(*mn), GFP_KERNEL);
	struct net *net = kunit_kzalloc(test, sizeof(*net), GFP_KERNEL);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, mn);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, net);
	net->user_ns = ns;
	mn->net = net;
	KUNIT_ASSERT_EQ(test, mcr_quota_init(mn), 0);
	return mn;
}

MCR_TABLE_TEST(mcr_quota_initial)
{
	struct mcr_net *mn = mcr_quota_net(test, &init_user_ns);
	unsigned int i;

	KUNIT_EXPECT_EQ(test, mcr_quota_max(mn), (u32)MCR_RULES_MAX);
	for (i = 0; i <= MCR_RULES_USERNS_MAX; i++)
		KUNIT_EXPECT_EQ(test, mcr_quota_take(mn), MCR_REFUSED_NOT);
	mn->n_rules = MCR_RULES_MAX - 1;
	KUNIT_EXPECT_EQ(test, mcr_quota_take(mn), MCR_REFUSED_NOT);
	mn->n_rules = MCR_RULES_MAX;
	KUNIT_EXPECT_EQ(test, mcr_quota_take(mn), MCR_REFUSED_RULES);
	mcr_quota_exit(mn);
}

/* Network namespaces of a user namespace share; others do not. */
MCR_TABLE_TEST(mcr_quota_shared)
{
	struct user_namespace *ns = kunit_kcalloc(test, 2, sizeof(*ns),
						  GFP_KERNEL);
	struct mcr_net *a, *b, *other;
	unsigned int i, wrong = 0;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, ns);
	a = mcr_quota_net(test, &ns[0]);
	b = mcr_quota_net(test, &ns[0]);
	other = mcr_quota_net(test, &ns[1]);

	KUNIT_EXPECT_EQ(test, mcr_quota_max(a), (u32)MCR_RULES_USERNS_MAX);
	for (i = 0; i < MCR_RULES_USERNS_MAX; i++)
		wrong += mcr_quota_take(i % 3 ? a : b) != MCR_REFUSED_NOT;
	KUNIT_EXPECT_EQ(test, wrong, 0U);
	for (i = 0; i < 2; i++) {
		KUNIT_EXPECT_EQ(test, mcr_quota_take(a), MCR_REFUSED_USERNS);
		KUNIT_EXPECT_EQ(test, mcr_quota_take(b), MCR_REFUSED_USERNS);
		KUNIT_EXPECT_EQ(test, mcr_quota_take(other), MCR_REFUSED_NOT);
		/* What one gives back the other may take. */
		mcr_quota_give(a);
		KUNIT_EXPECT_EQ(test, mcr_quota_take(b), MCR_REFUSED_NOT);
	}
	for (i = 0; i < MCR_RULES_USERNS_MAX; i++)
		mcr_quota_give(a);
	mcr_quota_exit(a);
	KUNIT_EXPECT_EQ(test, mcr_quota_take(b), MCR_REFUSED_NOT);
	mcr_quota_give(b);
	mcr_quota_exit(b);
	mcr_quota_give(other);
	mcr_quota_give(other);
	mcr_quota_exit(other);
}

static const struct mcr_output_spec mcr_one[] = { { .dev = "eth1" } };

/* A table that is full takes no rule, and is left as it was. */
MCR_TABLE_TEST(mcr_quota_full)
{
	const struct mcr_request req = TV_REQUEST(TV_MU4, mcr_one);
	struct mcr_table_rig *rig = test->priv;
	struct mcr_error error = { };
	struct mcr_account before;

	rig->mn->n_rules = MCR_RULES_MAX;
	mcr_table_rig_account(rig, &before);
	KUNIT_EXPECT_PTR_EQ(test, NULL, mcr_change_add(rig->mn, &req, &error));
	KUNIT_EXPECT_EQ(test, error.why, MCR_REFUSED_RULES);
	KUNIT_EXPECT_EQ(test, rig->mn->n_rules, (u32)MCR_RULES_MAX);
	rig->mn->n_rules = 0;
	before.rules = 0;
	mcr_table_rig_expect(rig, &before);
}

static u32 mcr_quota_shadows(struct mcr_table_rig *rig,
			     const struct mcr_match *m, bool disabled, u32 *id)
{
	struct mcr_request req = TV_REQUEST(TV_MU4, mcr_one);
	struct mcr_error error = { };
	struct mcr_rule *rule;

	req.spec.match = *m;
	req.spec.disabled = disabled;
	rule = mcr_change_add(rig->mn, &req, &error);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(rig->test, rule);
	*id = rule->id;
	return error.shadows;
}

/* The rule that loses packets is told, one that is disabled loses none. */
MCR_TABLE_TEST(mcr_change_shadows)
{
	const struct mcr_match wide = TV_M4(TV_IP4(239, 0, 0, 0), 8, TV_ANY);
	const struct mcr_match net = TV_M4(TV_IP4(239, 1, 0, 0), 16, TV_UDP);
	const struct mcr_match off = TV_M4(TV_IP4(239, 1, 1, 0), 24, TV_UDP);
	const struct mcr_match one = TV_M4(TV_G4, 32, TV_UDP);
	struct mcr_table_rig *rig = test->priv;
	u32 id_wide, id_net, id;

	KUNIT_EXPECT_EQ(test, 0U,
			mcr_quota_shadows(rig, &wide, false, &id_wide));
	KUNIT_EXPECT_EQ(test, id_wide,
			mcr_quota_shadows(rig, &net, false, &id_net));
	KUNIT_EXPECT_EQ(test, 0U, mcr_quota_shadows(rig, &off, true, &id));
	KUNIT_EXPECT_EQ(test, id_net,
			mcr_quota_shadows(rig, &one, false, &id));
}

static struct kunit_case mcr_quota_cases[] = {
	KUNIT_CASE(mcr_quota_initial),
	KUNIT_CASE(mcr_quota_shared),
	KUNIT_CASE(mcr_quota_full),
	KUNIT_CASE(mcr_change_shadows),
	{}
};

struct kunit_suite mcr_quota_suite = {
	.name = "mcr_quota",
	.init = mcr_table_rig_init,
	.exit = mcr_table_rig_exit,
	.test_cases = mcr_quota_cases,
};
