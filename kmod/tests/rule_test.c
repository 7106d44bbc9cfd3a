// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit: the rule model, by the vectors it shares with userspace.
 */
#include "tests.h"
#include "vectors.h"

MCR_TEST_PARAM(addr, mcr_addr_vectors);
MCR_TEST_PARAM(mask, mcr_mask_vectors);
MCR_TEST_PARAM(name, mcr_name_vectors);
MCR_TEST_PARAM(dev, mcr_dev_vectors);
MCR_TEST_PARAM(match, mcr_match_vectors);
MCR_TEST_PARAM(rule, mcr_rule_vectors);
MCR_TEST_PARAM(output, mcr_output_vectors);
MCR_TEST_PARAM(hits, mcr_hits_vectors);
MCR_TEST_PARAM(output_equal, mcr_output_equal_vectors);

static void mcr_rule_addr(struct kunit *test)
{
	const struct mcr_addr_vector *v = test->param_value;

	KUNIT_EXPECT_EQ(test, mcr_addr_is_multicast(&v->addr, v->family),
			v->multicast);
	if (v->multicast)
		KUNIT_EXPECT_EQ(test,
				mcr_addr_is_local_group(&v->addr, v->family),
				v->local);
}

static void mcr_rule_mask(struct kunit *test)
{
	const struct mcr_mask_vector *v = test->param_value;
	union mcr_addr addr = v->addr;

	mcr_addr_mask(&addr, v->family, v->len);

	KUNIT_EXPECT_EQ(test, memcmp(&addr, &v->masked, sizeof(addr)), 0);
	KUNIT_EXPECT_TRUE(test, mcr_addr_equal(&addr, &v->masked));
}

/* One byte more or less is another address. */
static void mcr_rule_addr_equal(struct kunit *test)
{
	const union mcr_addr addr = TV_G6;
	unsigned int i;

	for (i = 0; i < sizeof(addr); i++) {
		union mcr_addr other = addr;

		other.raw[i] ^= 0x80;
		KUNIT_EXPECT_FALSE_MSG(test, mcr_addr_equal(&addr, &other),
				       "byte %u", i);
	}
	KUNIT_EXPECT_TRUE(test, mcr_addr_equal(&addr, &addr));
}

static void mcr_rule_addr_bits(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, mcr_addr_bits(AF_INET), 32U);
	KUNIT_EXPECT_EQ(test, mcr_addr_bits(AF_INET6), 128U);
	KUNIT_EXPECT_EQ(test, mcr_addr_bits(AF_UNSPEC), 0U);
	KUNIT_EXPECT_EQ(test, mcr_addr_bits(AF_UNIX), 0U);
	KUNIT_EXPECT_EQ(test, mcr_addr_bits(255), 0U);
}

static void mcr_rule_name(struct kunit *test)
{
	const struct mcr_word_vector *v = test->param_value;

	KUNIT_EXPECT_EQ(test, mcr_name_ok(v->word), v->ok);
}

static void mcr_rule_dev(struct kunit *test)
{
	const struct mcr_word_vector *v = test->param_value;

	KUNIT_EXPECT_EQ(test, mcr_dev_ok(v->word), v->ok);
}

static void mcr_rule_match(struct kunit *test)
{
	const struct mcr_match_vector *v = test->param_value;

	KUNIT_EXPECT_EQ(test, mcr_match_check(&v->match), v->fault);
	/* The rule's own fields are checked before, and are sound. */
	if (v->fault) {
		struct mcr_rule_spec rule = { .iif = "eth0" };

		rule.match = v->match;
		KUNIT_EXPECT_EQ(test, mcr_rule_check(&rule), v->fault);
	}
}

/* Only a whole address can be joined, and not in a VLAN. */
static void mcr_rule_exact(struct kunit *test)
{
	const struct mcr_match_vector *v = test->param_value;
	unsigned int whole = v->match.family == AF_INET ? 32 : 128;

	if (v->fault)
		return;
	KUNIT_EXPECT_EQ(test, mcr_match_exact(&v->match),
			v->match.group_len == whole && !v->match.vlan);
}

static void mcr_rule_rule(struct kunit *test)
{
	const struct mcr_rule_vector *v = test->param_value;

	KUNIT_EXPECT_EQ(test, mcr_rule_check(&v->rule), v->fault);
}

static void mcr_rule_output(struct kunit *test)
{
	const struct mcr_output_vector *v = test->param_value;

	KUNIT_ASSERT_EQ(test, mcr_match_check(&v->match), MCR_FAULT_NONE);
	KUNIT_EXPECT_EQ(test, mcr_output_check(&v->output, &v->match),
			v->fault);
}

static void mcr_rule_hits(struct kunit *test)
{
	const struct mcr_hits_vector *v = test->param_value;

	KUNIT_ASSERT_EQ(test, mcr_match_check(&v->match), MCR_FAULT_NONE);
	KUNIT_EXPECT_EQ(test, mcr_match_misses(&v->match, &v->flow),
			v->misses);
	KUNIT_EXPECT_EQ(test, mcr_match_hits(&v->match, &v->flow), !v->misses);
}

static void mcr_rule_output_equal(struct kunit *test)
{
	const struct mcr_output_equal_vector *v = test->param_value;

	KUNIT_EXPECT_EQ(test, mcr_output_equal(&v->a, &v->b), v->equal);
	KUNIT_EXPECT_EQ(test, mcr_output_equal(&v->b, &v->a), v->equal);
	KUNIT_EXPECT_TRUE(test, mcr_output_equal(&v->a, &v->a));
}

/* Each fault is the expected one of some vector: none is out of reach. */
static void mcr_rule_faults(struct kunit *test)
{
	/* Of what has no attribute, and so never becomes a spec. */
	u64 seen = BIT_ULL(MCR_FAULT_NONE) | BIT_ULL(MCR_FAULT_GROUP_MISSING) |
		   BIT_ULL(MCR_FAULT_SRC_FAMILY);
	u64 all = BIT_ULL(MCR_FAULT_OUT_MTU + 1) - 1;
	unsigned int i;

	for (i = 0; i < MCR_VECTORS(mcr_match_vectors); i++)
		seen |= BIT_ULL(mcr_match_vectors[i].fault);
	for (i = 0; i < MCR_VECTORS(mcr_rule_vectors); i++)
		seen |= BIT_ULL(mcr_rule_vectors[i].fault);
	for (i = 0; i < MCR_VECTORS(mcr_output_vectors); i++)
		seen |= BIT_ULL(mcr_output_vectors[i].fault);

	KUNIT_EXPECT_EQ(test, seen, all);
}

static struct kunit_case mcr_rule_cases[] = {
	KUNIT_CASE(mcr_rule_addr_bits),
	KUNIT_CASE(mcr_rule_addr_equal),
	KUNIT_CASE_PARAM(mcr_rule_addr, addr_gen_params),
	KUNIT_CASE_PARAM(mcr_rule_mask, mask_gen_params),
	KUNIT_CASE_PARAM(mcr_rule_name, name_gen_params),
	KUNIT_CASE_PARAM(mcr_rule_dev, dev_gen_params),
	KUNIT_CASE_PARAM(mcr_rule_match, match_gen_params),
	KUNIT_CASE_PARAM(mcr_rule_exact, match_gen_params),
	KUNIT_CASE_PARAM(mcr_rule_rule, rule_gen_params),
	KUNIT_CASE_PARAM(mcr_rule_output, output_gen_params),
	KUNIT_CASE_PARAM(mcr_rule_hits, hits_gen_params),
	KUNIT_CASE_PARAM(mcr_rule_output_equal, output_equal_gen_params),
	KUNIT_CASE(mcr_rule_faults),
	{}
};

struct kunit_suite mcr_rule_suite = {
	.name = "mcr_rule",
	.test_cases = mcr_rule_cases,
};
