// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit: which of two matches goes first. By the shared vectors, and by the
 * laws of an order over all pairs and triples of a generated set.
 */
#include <linux/slab.h>

#include "tests.h"
#include "vectors.h"

MCR_TEST_PARAM(order, mcr_order_vectors);

static int mcr_sign(int x)
{
	return (x > 0) - (x < 0);
}

static void mcr_order_pair(struct kunit *test)
{
	const struct mcr_order_vector *v = test->param_value;

	KUNIT_EXPECT_EQ(test, mcr_sign(mcr_match_order(&v->a, &v->b)),
			v->first);
	KUNIT_EXPECT_EQ(test, mcr_sign(mcr_match_order(&v->b, &v->a)),
			-v->first);
	KUNIT_EXPECT_EQ(test, mcr_match_equal(&v->a, &v->b), v->equal);
	KUNIT_EXPECT_EQ(test, mcr_match_equal(&v->b, &v->a), v->equal);
}

/* The packet of the vector is taken by both: the order matters there. */
static void mcr_order_both(struct kunit *test)
{
	const struct mcr_order_vector *v = test->param_value;

	if (!v->both)
		return;
	KUNIT_EXPECT_TRUE(test, mcr_match_hits(&v->a, &v->flow));
	KUNIT_EXPECT_TRUE(test, mcr_match_hits(&v->b, &v->flow));
}

/* They overlap where there is such a packet, and only there. */
static void mcr_order_overlap(struct kunit *test)
{
	const struct mcr_order_vector *v = test->param_value;

	KUNIT_EXPECT_EQ(test, mcr_match_overlap(&v->a, &v->b), v->both);
	KUNIT_EXPECT_EQ(test, mcr_match_overlap(&v->b, &v->a), v->both);
}

MCR_TEST_PARAM(overlap, mcr_overlap_vectors);

static void mcr_order_shadow(struct kunit *test)
{
	const struct mcr_overlap_vector *v = test->param_value;

	KUNIT_ASSERT_EQ(test, mcr_match_check(&v->a), MCR_FAULT_NONE);
	KUNIT_ASSERT_EQ(test, mcr_match_check(&v->b), MCR_FAULT_NONE);
	KUNIT_EXPECT_EQ(test, mcr_match_overlap(&v->a, &v->b), v->overlap);
	KUNIT_EXPECT_EQ(test, mcr_match_overlap(&v->b, &v->a), v->overlap);
	KUNIT_EXPECT_EQ(test, mcr_match_shadows(&v->a, &v->b), v->first < 0);
	KUNIT_EXPECT_EQ(test, mcr_match_shadows(&v->b, &v->a), v->first > 0);
}

MCR_TEST_PARAM(sent, mcr_sent_vectors);

static void mcr_order_sent(struct kunit *test)
{
	const struct mcr_sent_vector *v = test->param_value;
	struct mcr_match sent;

	mcr_match_sent(&v->match, &v->w, &sent);
	KUNIT_EXPECT_EQ(test, mcr_match_check(&sent), MCR_FAULT_NONE);
	KUNIT_EXPECT_TRUE(test, mcr_match_equal(&sent, &v->sent));
}

/*
 * A set in which each field takes values that overlap, are equal, and are
 * apart: groups x sources x ports x VLANs.
 */
static const struct {
	union mcr_addr addr;
	u8 len;
} mcr_order_groups[] = {
	{ TV_G4, 32 }, { TV_G4_B, 32 }, { TV_IP4(239, 1, 1, 0), 31 },
	{ TV_IP4(224, 0, 0, 0), 4 },
}, mcr_order_srcs[] = {
	{ TV_NO_ADDR, 0 }, { TV_S4, 32 }, { TV_IP4(192, 0, 2, 0), 29 },
};

static const struct {
	u8 proto;
	u16 min;
	u16 max;
} mcr_order_ports[] = {
	{ MCR_PROTO_ANY, 0, 0 }, { MCR_PROTO_UDP, 0, 0 },
	{ MCR_PROTO_UDP, 5000, 5000 }, { MCR_PROTO_UDP, 5000, 5001 },
	{ MCR_PROTO_UDP, 4999, 5000 }, { MCR_PROTO_UDP, 1, 65535 },
};

#define MCR_ORDER_SET	(ARRAY_SIZE(mcr_order_groups) *			\
			 ARRAY_SIZE(mcr_order_srcs) *			\
			 ARRAY_SIZE(mcr_order_ports) * 2)

static struct mcr_match *mcr_order_set(struct kunit *test)
{
	struct mcr_match *set;
	unsigned int i;

	set = kunit_kcalloc(test, MCR_ORDER_SET, sizeof(*set), GFP_KERNEL);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, set);
	for (i = 0; i < MCR_ORDER_SET; i++) {
		unsigned int g = i / 2 % ARRAY_SIZE(mcr_order_groups);
		unsigned int s = i / 2 / ARRAY_SIZE(mcr_order_groups) %
				 ARRAY_SIZE(mcr_order_srcs);
		unsigned int p = i / 2 / ARRAY_SIZE(mcr_order_groups) /
				 ARRAY_SIZE(mcr_order_srcs);

		set[i].family = AF_INET;
		set[i].group = mcr_order_groups[g].addr;
		set[i].group_len = mcr_order_groups[g].len;
		set[i].src = mcr_order_srcs[s].addr;
		set[i].src_len = mcr_order_srcs[s].len;
		set[i].proto = mcr_order_ports[p].proto;
		set[i].dport_min = mcr_order_ports[p].min;
		set[i].dport_max = mcr_order_ports[p].max;
		set[i].vlan = i % 2 ? 5 : 0;
		KUNIT_ASSERT_EQ(test, mcr_match_check(&set[i]), MCR_FAULT_NONE);
	}
	return set;
}

static void mcr_order_antisymmetric(struct kunit *test)
{
	const struct mcr_match *set = mcr_order_set(test);
	unsigned int i, j;

	for (i = 0; i < MCR_ORDER_SET && !mcr_test_failed(test); i++)
		for (j = 0; j < MCR_ORDER_SET; j++) {
			int ij = mcr_sign(mcr_match_order(&set[i], &set[j]));
			int ji = mcr_sign(mcr_match_order(&set[j], &set[i]));

			KUNIT_EXPECT_EQ_MSG(test, ij, -ji, "%u and %u", i, j);
			KUNIT_EXPECT_EQ_MSG(test,
					    mcr_match_equal(&set[i], &set[j]),
					    i == j, "%u and %u", i, j);
		}
}

static void mcr_order_transitive(struct kunit *test)
{
	const struct mcr_match *set = mcr_order_set(test);
	unsigned int i, j, k, wrong = 0;

	for (i = 0; i < MCR_ORDER_SET; i++)
		for (j = 0; j < MCR_ORDER_SET; j++) {
			if (mcr_match_order(&set[i], &set[j]) > 0)
				continue;
			for (k = 0; k < MCR_ORDER_SET; k++)
				wrong += mcr_match_order(&set[j], &set[k]) <= 0 &&
					 mcr_match_order(&set[i], &set[k]) > 0;
		}
	KUNIT_EXPECT_EQ(test, wrong, 0U);
}

/* Of what @a takes, @b takes what both have in common. */
static void mcr_order_common(struct kunit *test, const struct mcr_match *a,
			     const struct mcr_match *b,
			     const struct mcr_flow *f)
{
	struct mcr_match common;

	if (!mcr_match_overlap(a, b))
		return;
	mcr_match_common(a, b, &common);
	KUNIT_EXPECT_EQ(test, mcr_match_hits(&common, f),
			mcr_match_hits(b, f));
}

/* Two that can meet in a packet are never on a par. */
static void mcr_order_strict(struct kunit *test)
{
	static const union mcr_addr dsts[] = {
		TV_G4, TV_G4_B, TV_IP4(239, 1, 1, 0), TV_IP4(230, 0, 0, 1),
	};
	static const union mcr_addr srcs[] = { TV_S4, TV_IP4(192, 0, 2, 1) };
	static const u16 ports[] = { 0, 1, 4999, 5000, 5001, 65535 };
	const struct mcr_match *set = mcr_order_set(test);
	unsigned int n = ARRAY_SIZE(dsts) * ARRAY_SIZE(srcs) *
			 ARRAY_SIZE(ports) * 4;
	unsigned int i, j, k, meetings = 0;

	/* Every pair that meets in one of these packets overlaps. */
	for (k = 0; k < n && !mcr_test_failed(test); k++) {
		struct mcr_flow f = {
			.family = AF_INET,
			.proto = k & 1 ? MCR_PROTO_UDP : MCR_PROTO_ANY,
			.vlan = k & 2 ? 5 : 0,
			.dst = dsts[k / 4 % ARRAY_SIZE(dsts)],
			.src = srcs[k / 4 / ARRAY_SIZE(dsts) % ARRAY_SIZE(srcs)],
			.dport = ports[k / 4 / ARRAY_SIZE(dsts) /
				       ARRAY_SIZE(srcs)],
		};

		for (i = 0; i < MCR_ORDER_SET; i++) {
			if (!mcr_match_hits(&set[i], &f))
				continue;
			for (j = 0; j < i; j++) {
				mcr_order_common(test, &set[i], &set[j], &f);
				if (!mcr_match_hits(&set[j], &f))
					continue;
				meetings++;
				KUNIT_EXPECT_TRUE_MSG(test,
						      mcr_match_overlap(&set[i],
									&set[j]),
						      "%u and %u", i, j);
				KUNIT_EXPECT_NE_MSG(test, 0,
						    mcr_match_order(&set[i],
								    &set[j]),
						    "%u and %u", i, j);
			}
		}
	}
	KUNIT_EXPECT_GT(test, meetings, 1000U);
}

static struct kunit_case mcr_order_cases[] = {
	KUNIT_CASE_PARAM(mcr_order_pair, order_gen_params),
	KUNIT_CASE_PARAM(mcr_order_both, order_gen_params),
	KUNIT_CASE_PARAM(mcr_order_overlap, order_gen_params),
	KUNIT_CASE_PARAM(mcr_order_shadow, overlap_gen_params),
	KUNIT_CASE_PARAM(mcr_order_sent, sent_gen_params),
	KUNIT_CASE(mcr_order_antisymmetric),
	KUNIT_CASE(mcr_order_transitive),
	KUNIT_CASE(mcr_order_strict),
	{}
};

struct kunit_suite mcr_order_suite = {
	.name = "mcr_order",
	.test_cases = mcr_order_cases,
};
