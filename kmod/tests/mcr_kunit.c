// SPDX-License-Identifier: GPL-2.0
#include <kunit/test.h>
#include <linux/module.h>

static void mcr_kunit_starts(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 1, 1);
}

static struct kunit_case mcr_cases[] = {
	KUNIT_CASE(mcr_kunit_starts),
	{}
};

static struct kunit_suite mcr_suite = {
	.name = "mcr",
	.test_cases = mcr_cases,
};
kunit_test_suite(mcr_suite);

MODULE_DESCRIPTION("KUnit tests of the multicast replication module");
MODULE_LICENSE("GPL");
