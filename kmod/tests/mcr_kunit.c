// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests: they run when the module is loaded, see selftests/kunit.sh.
 */
#include <linux/module.h>
#include <linux/moduleparam.h>

#include "tests.h"

unsigned int mcr_test_effort = 100;
module_param_named(effort, mcr_test_effort, uint, 0400);
MODULE_PARM_DESC(effort, "percent of the rounds of tests that have many");

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
		  &mcr_unmatched_suite,
		  &mcr_event_suite,
		  &mcr_change_suite,
		  &mcr_change_fault_suite,
		  &mcr_quota_suite,
		  &mcr_bind_suite,
		  &mcr_commit_suite,
		  &mcr_commit_fault_suite,
		  &mcr_commit_order_suite,
		  &mcr_loop_suite);

MODULE_DESCRIPTION("KUnit tests of the multicast replication module");
MODULE_LICENSE("GPL");
