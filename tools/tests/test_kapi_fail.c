// SPDX-License-Identifier: GPL-2.0
/*
 * Each command, with each of its allocations failing: either all of it is done
 * or nothing, and what is said of it is true. Likewise each event, which happens
 * whether there is memory or not: who listens is told, if only that something was
 * lost.
 */
#include "kapi_scene.h"

#include <stdlib.h>

/* Returns false if there are not so many allocations. */
static bool scene_fail(const struct scene *s, unsigned int n,
		       const struct copy *before, const struct copy *after)
{
	bool failed, heard;
	struct copy now;
	int error;

	scene_begin(s);
	kapi_fail_nth(n);
	scene_send(s);
	failed = kapi_fail_nth(0);
	error = scene_error(s);
	heard = scene_heard();
	now = scene_rules();
	if (!failed)
		assert_int_equal(error, 0);
	/* A device came all the same: it was told, or that something was lost. */
	if (s->act) {
		assert_true(heard);
		goto out;
	}
	if (error < 0) {
		assert_true(error == -ENOMEM || error == -ENOBUFS);
		assert_true(copy_same(&now, before));
		assert_false(heard);
	} else if (!error) {
		assert_true(copy_same(&now, after));
	} else {
		assert_true(copy_same(&now, before) || copy_same(&now, after));
	}
out:
	free(now.data);
	rig_teardown(NULL);
	return failed;
}

static void test_scene(void **state)
{
	const struct scene *s = *state;
	struct copy before, after;
	unsigned int n = 0;

	scene_begin(s);
	before = scene_rules();
	scene_send(s);
	assert_int_equal(scene_error(s), 0);
	after = scene_rules();
	rig_teardown(NULL);
	while (scene_fail(s, ++n, &before, &after))
		assert_true(n < 1000);
	/* At least the acknowledgment takes memory. */
	assert_true(n > 2);
	free(before.data);
	free(after.data);
}

int main(void)
{
	return scenes_run("kapi without memory", test_scene);
}
