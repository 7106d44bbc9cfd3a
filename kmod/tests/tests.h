/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The suites of mcr_kunit.ko, one a file.
 */
#ifndef MCR_TESTS_H
#define MCR_TESTS_H

#include <kunit/test.h>
#include <linux/string.h>

extern struct kunit_suite mcr_rule_suite;
extern struct kunit_suite mcr_order_suite;
extern struct kunit_suite mcr_lookup_suite;
extern struct kunit_suite mcr_lookup_fault_suite;
extern struct kunit_suite mcr_lookup_scale_suite;
extern struct kunit_suite mcr_match_suite;
extern struct kunit_suite mcr_match_frame_suite;
extern struct kunit_suite mcr_rewrite_suite;
extern struct kunit_suite mcr_rewrite_proto_suite;
extern struct kunit_suite mcr_options_suite;
extern struct kunit_suite mcr_forward_suite;
extern struct kunit_suite mcr_forward_drop_suite;
extern struct kunit_suite mcr_forward_list_suite;
extern struct kunit_suite mcr_send_suite;
extern struct kunit_suite mcr_unmatched_suite;
extern struct kunit_suite mcr_event_suite;
extern struct kunit_suite mcr_change_suite;
extern struct kunit_suite mcr_change_fault_suite;
extern struct kunit_suite mcr_quota_suite;
extern struct kunit_suite mcr_bind_suite;
extern struct kunit_suite mcr_commit_suite;
extern struct kunit_suite mcr_commit_fault_suite;
extern struct kunit_suite mcr_commit_order_suite;
extern struct kunit_suite mcr_loop_suite;
extern struct kunit_suite mcr_move_suite;

/*
 * How often a test is to do what it would do @n times: less often where the
 * processor is emulated, at least once.
 */
unsigned int mcr_test_times(unsigned int n);

/*
 * By how much the counter of a loop that tries all there is goes up: 1, and where the
 * processor is emulated more, an odd number, so that its lower bits have all values.
 */
static inline unsigned int mcr_test_stride(void)
{
	return (100 / mcr_test_times(100)) | 1;
}

/* Has the test failed already? Loops end then, so that the log is not flooded. */
static inline bool mcr_test_failed(const struct kunit *test)
{
	return READ_ONCE(test->status) == KUNIT_FAILURE;
}

/*
 * A case for each entry of a table: defines name_gen_params(). Entries have a
 * @desc.
 */
#define MCR_TEST_PARAM(name, table)					\
	static void name##_desc(typeof((table)[0]) v[], char *desc)	\
	{								\
		strscpy(desc, v->desc, KUNIT_PARAM_DESC_SIZE);		\
	}								\
	KUNIT_ARRAY_PARAM(name, table, name##_desc)

#endif /* MCR_TESTS_H */
