// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests: they run when the module is loaded, see selftests/kunit.sh.
 */
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/string.h>

#include "tests.h"

static unsigned int effort = 100;
module_param(effort, uint, 0400);
MODULE_PARM_DESC(effort, "percent of the rounds of tests that have many");

/* KUnit runs the suites before the kernel has read the module's parameters. */
unsigned int mcr_test_times(unsigned int n)
{
	const char *given = strstr(THIS_MODULE->args, "effort=");
	unsigned int percent;

	if (given && sscanf(given, "effort=%u", &percent) == 1)
		n = (u64)n * percent / 100;
	return max(n, 1U);
}

kunit_test_suites(&mcr_rule_suite,
		  &mcr_order_suite,
		  &mcr_lookup_suite,
		  &mcr_lookup_fault_suite,
		  &mcr_lookup_scale_suite,
		  &mcr_match_suite,
		  &mcr_match_frame_suite,
		  &mcr_options_suite,
		  &mcr_rewrite_suite,
		  &mcr_rewrite_proto_suite,
		  &mcr_forward_suite,
		  &mcr_forward_drop_suite,
		  &mcr_forward_list_suite,
		  &mcr_send_suite,
		  &mcr_unmatched_suite,
		  &mcr_event_suite,
		  &mcr_change_suite,
		  &mcr_change_fault_suite,
		  &mcr_quota_suite,
		  &mcr_bind_suite,
		  &mcr_commit_suite,
		  &mcr_commit_fault_suite,
		  &mcr_commit_order_suite,
		  &mcr_loop_suite,
		  &mcr_move_suite);

MODULE_DESCRIPTION("KUnit tests of the multicast replication module");
MODULE_LICENSE("GPL");
