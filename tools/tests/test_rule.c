// SPDX-License-Identifier: GPL-2.0
/*
 * The rule model in userspace: the same vectors as in the kernel.
 */
#include "common.h"

#include <string.h>

#include "../../kmod/tests/vectors.h"

static void test_addr(void **state)
{
	const struct mcr_addr_vector *v = *state;

	assert_int_equal(mcr_addr_is_multicast(&v->addr, v->family),
			 v->multicast);
	if (v->multicast)
		assert_int_equal(mcr_addr_is_local_group(&v->addr, v->family),
				 v->local);
}

static void test_mask(void **state)
{
	const struct mcr_mask_vector *v = *state;
	union mcr_addr addr = v->addr;

	mcr_addr_mask(&addr, v->family, v->len);
	assert_memory_equal(&addr, &v->masked, sizeof(addr));
}

static void test_name(void **state)
{
	const struct mcr_word_vector *v = *state;

	assert_int_equal(mcr_name_ok(v->word), v->ok);
}

static void test_dev(void **state)
{
	const struct mcr_word_vector *v = *state;

	assert_int_equal(mcr_dev_ok(v->word), v->ok);
}

static void test_match(void **state)
{
	const struct mcr_match_vector *v = *state;
	bool whole = v->match.group_len == mcr_addr_bits(v->match.family);

	assert_int_equal(mcr_match_check(&v->match), v->fault);
	if (!v->fault)
		assert_int_equal(mcr_match_exact(&v->match),
				 whole && !v->match.vlan);
}

static void test_rule(void **state)
{
	const struct mcr_rule_vector *v = *state;

	assert_int_equal(mcr_rule_check(&v->rule), v->fault);
}

static void test_output(void **state)
{
	const struct mcr_output_vector *v = *state;

	assert_int_equal(mcr_match_check(&v->match), MCR_FAULT_NONE);
	assert_int_equal(mcr_output_check(&v->output, &v->match), v->fault);
}

static int sign(int x)
{
	return (x > 0) - (x < 0);
}

static void test_order(void **state)
{
	const struct mcr_order_vector *v = *state;

	assert_int_equal(sign(mcr_match_order(&v->a, &v->b)), v->first);
	assert_int_equal(sign(mcr_match_order(&v->b, &v->a)), -v->first);
	assert_int_equal(mcr_match_equal(&v->a, &v->b), v->equal);
	assert_int_equal(mcr_match_equal(&v->b, &v->a), v->equal);
	if (v->both) {
		assert_true(mcr_match_hits(&v->a, &v->flow));
		assert_true(mcr_match_hits(&v->b, &v->flow));
	}
}

static void test_overlap(void **state)
{
	const struct mcr_overlap_vector *v = *state;
	struct mcr_match common, back;

	assert_int_equal(mcr_match_overlap(&v->a, &v->b), v->overlap);
	assert_int_equal(mcr_match_overlap(&v->b, &v->a), v->overlap);
	assert_int_equal(mcr_match_shadows(&v->a, &v->b), v->first < 0);
	assert_int_equal(mcr_match_shadows(&v->b, &v->a), v->first > 0);
	if (!v->overlap)
		return;
	mcr_match_common(&v->a, &v->b, &common);
	assert_int_equal(mcr_match_check(&common), MCR_FAULT_NONE);
	mcr_match_common(&v->b, &v->a, &back);
	assert_true(mcr_match_equal(&common, &back));
	mcr_match_common(&v->a, &common, &back);
	assert_true(mcr_match_equal(&common, &back));
}

static void test_sent(void **state)
{
	const struct mcr_sent_vector *v = *state;
	struct mcr_match sent;

	mcr_match_sent(&v->match, &v->w, &sent);
	assert_int_equal(mcr_match_check(&sent), MCR_FAULT_NONE);
	assert_true(mcr_match_equal(&sent, &v->sent));
}

static void test_hits(void **state)
{
	const struct mcr_hits_vector *v = *state;

	assert_int_equal(mcr_match_check(&v->match), MCR_FAULT_NONE);
	assert_int_equal(mcr_match_misses(&v->match, &v->flow), v->misses);
	assert_int_equal(mcr_match_hits(&v->match, &v->flow), !v->misses);
}

static void test_output_equal(void **state)
{
	const struct mcr_output_equal_vector *v = *state;

	assert_int_equal(mcr_output_equal(&v->a, &v->b), v->equal);
	assert_int_equal(mcr_output_equal(&v->b, &v->a), v->equal);
	assert_true(mcr_output_equal(&v->a, &v->a));
}

/* Each fault has a sentence and an attribute, and no two have the same. */
static void test_faults(void **state)
{
	unsigned int a, b;

	(void)state;
	assert_string_equal(mcr_fault_text(MCR_FAULT_NONE), "");
	assert_int_equal(mcr_fault_attr(MCR_FAULT_NONE), 0);
	for (a = 1; a <= MCR_FAULT_OUT_MTU; a++) {
		assert_int_not_equal(mcr_fault_attr(a), 0);
		assert_true(strlen(mcr_fault_text(a)) > 10);
		/* A server has 80 bytes, a kernel before 6.4 no format. */
		assert_null(strchr(mcr_fault_text(a), '%'));
		for (b = 1; b < a; b++)
			assert_string_not_equal(mcr_fault_text(a),
						mcr_fault_text(b));
	}
}

int main(void)
{
	struct suite suite = { 0 };

	suite_add_table(&suite, mcr_addr_vectors, test_addr);
	suite_add_table(&suite, mcr_mask_vectors, test_mask);
	suite_add_table(&suite, mcr_name_vectors, test_name);
	suite_add_table(&suite, mcr_dev_vectors, test_dev);
	suite_add_table(&suite, mcr_match_vectors, test_match);
	suite_add_table(&suite, mcr_rule_vectors, test_rule);
	suite_add_table(&suite, mcr_output_vectors, test_output);
	suite_add_table(&suite, mcr_order_vectors, test_order);
	suite_add_table(&suite, mcr_overlap_vectors, test_overlap);
	suite_add_table(&suite, mcr_sent_vectors, test_sent);
	suite_add_table(&suite, mcr_hits_vectors, test_hits);
	suite_add_table(&suite, mcr_output_equal_vectors, test_output_equal);
	suite_add_case(&suite, test_faults);
	return suite_run(&suite, "rule");
}
