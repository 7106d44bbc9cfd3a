// SPDX-License-Identifier: GPL-2.0
/*
 * The module's own KUnit tests, in a process: under sanitizers, too.
 *
 * Not among them are those of forwarding and of the hooks of devices, which are
 * the kernel's; those that need the kernel's own view of IP options, frames in
 * several pieces (match_frame), cards that filter VLANs (bind), and threads.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <linux/bottom_half.h>
#include <linux/rcupdate.h>

#include "../../kmod/tests/fault_inject.h"
#include "../../kmod/tests/tests.h"
#include "../kapi/kapi.h"
#include "plane.h"

unsigned int mcr_test_times(unsigned int n)
{
	return n;
}

static struct kunit_suite *const suites[] = {
	&mcr_rule_suite,
	&mcr_order_suite,
	&mcr_lookup_suite,
	&mcr_lookup_fault_suite,
	&mcr_lookup_scale_suite,
	&mcr_match_suite,
	&mcr_rewrite_suite,
	&mcr_rewrite_proto_suite,
	&mcr_unmatched_suite,
	&mcr_event_suite,
	&mcr_change_suite,
	&mcr_change_fault_suite,
	&mcr_quota_suite,
	&mcr_commit_suite,
	&mcr_commit_fault_suite,
	&mcr_commit_order_suite,
	&mcr_loop_suite,
	&mcr_move_suite,
};

/* Needs a thread that looks while another changes. */
static const char not_run[] = "mcr_lookup_readers";

static unsigned int n_run;
static unsigned int n_failed;

/**
 * struct piece - memory of a test
 * @node: in kunit.memory
 * @data: for the test
 */
struct piece {
	struct list_head node;
	unsigned char data[] __aligned(16);
};

static void say(const char *format, va_list args)
{
	char text[512];

	/* Formats may be the kernel's own: what follows is a hint only. */
	vsnprintf(text, sizeof(text), format, args);
	printf("# %s\n", text);
}

void kunit_fail(struct kunit *test, const char *file, int line,
		const char *what, const char *format, ...)
{
	va_list args;

	printf("# %s:%d: expected %s\n", file, line, what);
	if (format) {
		va_start(args, format);
		say(format, args);
		va_end(args);
	}
	test->status = KUNIT_FAILURE;
}

void kunit_abort(struct kunit *test)
{
	longjmp(test->end, 1);
}

void kunit_skip(struct kunit *test, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(test->why, sizeof(test->why), format, args);
	va_end(args);
	test->status = KUNIT_SKIPPED;
	longjmp(test->end, 1);
}

void kunit_info(struct kunit *test, const char *format, ...)
{
	(void)test;
	(void)format;
}

void *kunit_kcalloc(struct kunit *test, size_t n, size_t size, gfp_t gfp)
{
	struct piece *p = calloc(1, sizeof(*p) + n * size);

	(void)gfp;
	if (!p)
		return NULL;
	list_add(&p->node, &test->memory);
	return p->data;
}

void kunit_kfree(struct kunit *test, const void *p)
{
	struct piece *piece = (struct piece *)((char *)p -
					       offsetof(struct piece, data));

	(void)test;
	list_del(&piece->node);
	free(piece);
}

/* In the place of fault_inject.c. */

void mcr_fault_arm(unsigned int nth)
{
	kapi_fail_nth(nth);
}

bool mcr_fault_disarm(void)
{
	return kapi_fail_nth(0);
}

bool mcr_fault_works(void)
{
	return true;
}

/* In the place of the daemon. */

void mcr_plane_rule(struct mcr_net *mn, struct mcr_rule *rule)
{
	(void)mn;
	(void)rule;
}

void mcr_plane_rule_gone(struct mcr_net *mn, struct mcr_rule *rule)
{
	(void)mn;
	(void)rule;
}

static void run_body(const struct kunit_suite *suite,
		     const struct kunit_case *c, struct kunit *test)
{
	int err = suite->init ? suite->init(test) : 0;

	if (err)
		kunit_fail(test, suite->name, 0, "init to be done", "%d", err);
	else if (!setjmp(test->end))
		c->run_case(test);
	kapi_fail_nth(0);
	if (!err && suite->exit)
		suite->exit(test);
}

static void run_one(const struct kunit_suite *suite,
		    const struct kunit_case *c, const void *param,
		    const char *desc)
{
	struct kunit test = { .param_value = param };
	struct piece *p, *tmp;

	INIT_LIST_HEAD(&test.memory);
	if (!setjmp(test.end))
		run_body(suite, c, &test);
	rcu_barrier();
	kunit_check(&test, !kapi_percpu_used(), "nothing to be left", NULL);
	list_for_each_entry_safe(p, tmp, &test.memory, node)
		free(p);
	n_failed += test.status == KUNIT_FAILURE;
	printf("%sok %u - %s%s%s%s%s\n",
	       test.status == KUNIT_FAILURE ? "not " : "", ++n_run, c->name,
	       *desc ? ": " : "", desc,
	       test.status == KUNIT_SKIPPED ? " # SKIP " : "", test.why);
}

static void run_case(const struct kunit_suite *suite,
		     const struct kunit_case *c)
{
	char desc[KUNIT_PARAM_DESC_SIZE] = "";
	const void *param = NULL;

	if (!strcmp(c->name, not_run))
		return;
	if (!c->generate_params) {
		run_one(suite, c, NULL, desc);
		return;
	}
	while ((param = c->generate_params(param, desc)))
		run_one(suite, c, param, desc);
}

int main(void)
{
	const struct kunit_case *c;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(suites); i++) {
		printf("# %s\n", suites[i]->name);
		for (c = suites[i]->test_cases; c->run_case; c++)
			run_case(suites[i], c);
	}
	printf("1..%u\n", n_run);
	return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
