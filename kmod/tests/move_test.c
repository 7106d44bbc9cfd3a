// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit: rules of two planes. Whose packets are whose, before and after a rule
 * has moved, and that the most specific rule takes them whoever carries it out.
 */
#include <linux/ktime.h>

#include "carry.h"
#include "change_rig.h"
#include "move.h"
#include "plane.h"
#include "tests.h"

static const struct mcr_output_spec mcr_one[] = { { .dev = "eth1" } };
static const struct mcr_output_spec mcr_two[] = {
	{ .dev = "eth1" }, { .dev = "eth2" },
};

static const struct mcr_request mcr_exact =
	TV_REQUEST(TV_MU4, mcr_one, .name = "exact");

/* What a rule of a plane is to this server, and what it is to the other one. */
static const struct mcr_move_case {
	const char *desc;
	u8 carry;
	u64 since;
	u64 stamp;
	bool here;
} mcr_move_cases[] = {
	{ "here", MCR_CARRY_HERE, 0, 0, true },
	{ "here, whatever the instant is", MCR_CARRY_HERE, 100, 5, true },
	{ "away", MCR_CARRY_AWAY, 0, 0, false },
	{ "away, whatever the instant is", MCR_CARRY_AWAY, 100, 5, false },
	{ "until: before", MCR_CARRY_UNTIL, 100, 99, true },
	{ "until: at the instant", MCR_CARRY_UNTIL, 100, 100, false },
	{ "until: after", MCR_CARRY_UNTIL, 100, 101, false },
	{ "from: before", MCR_CARRY_FROM, 100, 99, false },
	{ "from: at the instant", MCR_CARRY_FROM, 100, 100, true },
	{ "from: after", MCR_CARRY_FROM, 100, 101, true },
};

MCR_TEST_PARAM(mcr_move, mcr_move_cases);

MCR_TABLE_TEST(mcr_move_stamp)
{
	const struct mcr_move_case *c = test->param_value;

	KUNIT_EXPECT_EQ(test, mcr_carries(c->carry, c->since, c->stamp),
			c->here);
	if (mcr_carry_moves(c->carry)) {
		u8 other = c->carry == MCR_CARRY_UNTIL ? MCR_CARRY_FROM :
							 MCR_CARRY_UNTIL;

		/* Either of the two has it, and only one. */
		KUNIT_EXPECT_NE(test, mcr_carries(other, c->since, c->stamp),
				c->here);
	}
}

static struct mcr_rule *mcr_move_add(struct mcr_table_rig *rig, u8 plane)
{
	struct mcr_request req = mcr_exact;
	struct mcr_error error = { };
	struct mcr_rule *rule;

	req.spec.plane = plane;
	rule = mcr_change_add(rig->mn, &req, &error);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(rig->test, rule);
	return rule;
}

static bool mcr_move_say(struct mcr_table_rig *rig, struct mcr_rule *rule,
			 u8 plane, u64 since, bool disabled,
			 struct mcr_error *error)
{
	struct mcr_request req = mcr_exact;

	req.spec.plane = plane;
	req.spec.plane_since = since;
	req.spec.disabled = disabled;
	*error = (struct mcr_error){ };
	return mcr_change_replace(rig->mn, rule, &req, error);
}

static void mcr_must_move(struct mcr_table_rig *rig, struct mcr_rule *rule,
			  u8 plane)
{
	struct mcr_error error;

	KUNIT_ASSERT_TRUE(rig->test,
			  mcr_move_say(rig, rule, plane, 0, false, &error));
}

static void mcr_move_expect(struct mcr_table_rig *rig,
			    const struct mcr_rule *rule, u8 carry)
{
	KUNIT_EXPECT_EQ(rig->test, mcr_rule_fanout(rig->mn, rule)->carry,
			carry);
}

MCR_TABLE_TEST(mcr_move_is_new)
{
	static const u8 planes[] = {
		MCR_PLANE_AUTO, MCR_PLANE_SELF, MCR_PLANE_OTHER,
	};
	struct mcr_table_rig *rig = test->priv;
	struct mcr_rule *rule;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(planes); i++) {
		rule = mcr_move_add(rig, planes[i]);
		mcr_move_expect(rig, rule, planes[i] == MCR_PLANE_OTHER ?
				MCR_CARRY_AWAY : MCR_CARRY_HERE);
		KUNIT_EXPECT_EQ(test, 0ULL,
				mcr_move_since(mcr_rule_fanout(rig->mn, rule)));
		mcr_change_del(rig->mn, rule);
	}
	KUNIT_EXPECT_FALSE(test, rig->mn->moving);
}

/* There is time enough for the other server to hear of it, and it is told when. */
MCR_TABLE_TEST(mcr_move_there)
{
	struct mcr_table_rig *rig = test->priv;
	struct mcr_rule_spec spec;
	struct mcr_rule *rule;
	u64 before, since;

	rule = mcr_move_add(rig, MCR_PLANE_AUTO);
	before = ktime_get_real_ns();
	mcr_must_move(rig, rule, MCR_PLANE_OTHER);

	mcr_move_expect(rig, rule, MCR_CARRY_UNTIL);
	since = mcr_move_since(mcr_rule_fanout(rig->mn, rule));
	KUNIT_EXPECT_GE(test, since, before + 500 * NSEC_PER_MSEC);
	KUNIT_EXPECT_LT(test, since, before + 60 * NSEC_PER_SEC);
	mcr_rule_spec(rig->mn, rule, &spec);
	KUNIT_EXPECT_EQ(test, spec.plane, MCR_PLANE_OTHER);
	KUNIT_EXPECT_EQ(test, spec.plane_since, since);
	KUNIT_EXPECT_TRUE(test, rig->mn->moving);
}

MCR_TABLE_TEST(mcr_move_here)
{
	struct mcr_table_rig *rig = test->priv;
	struct mcr_rule *rule = mcr_move_add(rig, MCR_PLANE_OTHER);

	mcr_must_move(rig, rule, MCR_PLANE_AUTO);
	mcr_move_expect(rig, rule, MCR_CARRY_FROM);
}

/* Auto and this server's own are the same to it. */
MCR_TABLE_TEST(mcr_move_nowhere)
{
	struct mcr_table_rig *rig = test->priv;
	struct mcr_rule *rule = mcr_move_add(rig, MCR_PLANE_AUTO);

	mcr_must_move(rig, rule, MCR_PLANE_SELF);
	mcr_move_expect(rig, rule, MCR_CARRY_HERE);
	KUNIT_EXPECT_FALSE(test, rig->mn->moving);
}

/* What else is said meanwhile leaves the instant as it is. */
MCR_TABLE_TEST(mcr_move_on_the_way)
{
	struct mcr_table_rig *rig = test->priv;
	const struct mcr_output_spec more = { .dev = "eth2" };
	struct mcr_error error = { };
	struct mcr_rule *rule;
	u64 since;

	rule = mcr_move_add(rig, MCR_PLANE_AUTO);
	mcr_must_move(rig, rule, MCR_PLANE_OTHER);
	since = mcr_move_since(mcr_rule_fanout(rig->mn, rule));

	KUNIT_EXPECT_FALSE(test, mcr_move_say(rig, rule, MCR_PLANE_SELF, 0,
					      false, &error));
	KUNIT_EXPECT_EQ(test, error.why, MCR_REFUSED_MOVING);
	KUNIT_EXPECT_EQ(test, error.rule, rule->id);
	KUNIT_EXPECT_EQ(test, rule->plane, MCR_PLANE_OTHER);
	mcr_must_move(rig, rule, MCR_PLANE_OTHER);
	KUNIT_EXPECT_TRUE(test, mcr_change_add_output(rig->mn, rule, &more,
						      &error));
	KUNIT_EXPECT_TRUE(test, mcr_change_reset(rig->mn, rule, &error));

	mcr_move_expect(rig, rule, MCR_CARRY_UNTIL);
	KUNIT_EXPECT_EQ(test, since,
			mcr_move_since(mcr_rule_fanout(rig->mn, rule)));
}

/* Without packets there is nothing to wait for. */
MCR_TABLE_TEST(mcr_move_disabled)
{
	struct mcr_table_rig *rig = test->priv;
	struct mcr_error error;
	struct mcr_rule *rule;

	rule = mcr_move_add(rig, MCR_PLANE_AUTO);
	KUNIT_ASSERT_TRUE(test, mcr_move_say(rig, rule, MCR_PLANE_OTHER, 0,
					     true, &error));
	mcr_move_expect(rig, rule, MCR_CARRY_AWAY);
	mcr_must_move(rig, rule, MCR_PLANE_SELF);
	mcr_move_expect(rig, rule, MCR_CARRY_HERE);
	KUNIT_EXPECT_FALSE(test, rig->mn->moving);
}

/* Who follows has the instant of the one who decided. */
MCR_TABLE_TEST(mcr_move_stated)
{
	struct mcr_table_rig *rig = test->priv;
	struct mcr_request req = mcr_exact;
	u64 since = ktime_get_real_ns();
	struct mcr_error error = { };
	struct mcr_rule *rule;

	req.spec.plane = MCR_PLANE_OTHER;
	req.spec.plane_since = since;
	rule = mcr_change_add(rig->mn, &req, &error);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, rule);
	mcr_move_expect(rig, rule, MCR_CARRY_UNTIL);
	KUNIT_EXPECT_EQ(test, since,
			mcr_move_since(mcr_rule_fanout(rig->mn, rule)));

	/* There and back again, of which only the latter was heard. */
	KUNIT_ASSERT_TRUE(test, mcr_move_say(rig, rule, MCR_PLANE_OTHER,
					     since + 7, false, &error));
	mcr_move_expect(rig, rule, MCR_CARRY_UNTIL);
	KUNIT_EXPECT_EQ(test, since + 7,
			mcr_move_since(mcr_rule_fanout(rig->mn, rule)));
	KUNIT_ASSERT_TRUE(test, mcr_move_say(rig, rule, MCR_PLANE_SELF,
					     since + 9, false, &error));
	mcr_move_expect(rig, rule, MCR_CARRY_FROM);
}

static void mcr_move_look(struct mcr_table_rig *rig)
{
	mcr_table_unlock(rig->mn);
	flush_delayed_work(&rig->mn->move_work);
	mcr_table_lock(rig->mn);
}

MCR_TABLE_TEST(mcr_move_settles)
{
	struct mcr_table_rig *rig = test->priv;
	struct mcr_error error;
	struct mcr_fanout *f;
	struct mcr_rule *rule;

	rule = mcr_move_add(rig, MCR_PLANE_AUTO);
	mcr_must_move(rig, rule, MCR_PLANE_OTHER);
	mcr_move_look(rig);
	mcr_move_expect(rig, rule, MCR_CARRY_UNTIL);
	KUNIT_EXPECT_TRUE(test, rig->mn->moving);

	/* The instant has passed, but not all packets from before it have. */
	f = mcr_rule_fanout(rig->mn, rule);
	f->since = ktime_get_real_ns();
	mcr_move_look(rig);
	mcr_move_expect(rig, rule, MCR_CARRY_UNTIL);

	f->since -= NSEC_PER_SEC;
	mcr_move_look(rig);
	mcr_move_expect(rig, rule, MCR_CARRY_AWAY);
	KUNIT_EXPECT_FALSE(test, rig->mn->moving);
	KUNIT_EXPECT_EQ(test, 0ULL, mcr_move_since(f));

	/* It may move again. */
	KUNIT_EXPECT_TRUE(test, mcr_move_say(rig, rule, MCR_PLANE_AUTO, 0,
					     false, &error));
	mcr_move_expect(rig, rule, MCR_CARRY_FROM);
}

/* The winner is the most specific rule, be it the other server's. */
MCR_TABLE_TEST(mcr_move_specific)
{
	struct mcr_request wide = TV_REQUEST(TV_M4(TV_G4, 32, TV_ANY), mcr_two);
	const struct mcr_flow flow = TV_FLOW4;
	struct mcr_table_rig *rig = test->priv;
	struct mcr_error error = { };
	struct mcr_rule *other, *self;

	wide.spec.plane = MCR_PLANE_SELF;
	self = mcr_change_add(rig->mn, &wide, &error);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, self);
	KUNIT_EXPECT_PTR_EQ(test, self,
			    mcr_table_rig_find(rig, &wide.spec, &flow));
	other = mcr_move_add(rig, MCR_PLANE_OTHER);
	KUNIT_EXPECT_PTR_EQ(test, other,
			    mcr_table_rig_find(rig, &wide.spec, &flow));
	mcr_move_expect(rig, other, MCR_CARRY_AWAY);
	mcr_change_del(rig->mn, other);
	KUNIT_EXPECT_PTR_EQ(test, self,
			    mcr_table_rig_find(rig, &wide.spec, &flow));
}

static struct kunit_case mcr_move_test_cases[] = {
	KUNIT_CASE_PARAM(mcr_move_stamp, mcr_move_gen_params),
	KUNIT_CASE(mcr_move_is_new),
	KUNIT_CASE(mcr_move_there),
	KUNIT_CASE(mcr_move_here),
	KUNIT_CASE(mcr_move_nowhere),
	KUNIT_CASE(mcr_move_on_the_way),
	KUNIT_CASE(mcr_move_disabled),
	KUNIT_CASE(mcr_move_stated),
	KUNIT_CASE(mcr_move_settles),
	KUNIT_CASE(mcr_move_specific),
	{}
};

struct kunit_suite mcr_move_suite = {
	.name = "mcr_move",
	.init = mcr_table_rig_init,
	.exit = mcr_table_rig_exit,
	.test_cases = mcr_move_test_cases,
};
