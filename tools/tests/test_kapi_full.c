// SPDX-License-Identifier: GPL-2.0
/*
 * Each command and each event, where a message or a socket is full when it asks for
 * room: once, at each place where it does. Either all is done or nothing, what is
 * answered without an error is all of it, and who listens learns that something was
 * lost.
 */
#include "kapi_scene.h"

#include <stdlib.h>

static bool error_is_sound(int error)
{
	return error == -EMSGSIZE || error == -ENOBUFS || error == -EAGAIN ||
	       error == -ENOMEM || error == -ENODATA;
}

/* Returns false if it does not ask so often. */
static bool scene_full(const struct scene *s, unsigned int n,
		       const struct copy *before, const struct copy *after,
		       size_t told)
{
	bool full, heard;
	struct copy now;
	size_t answered;
	int error;

	scene_begin(s);
	kapi_full_nth(n);
	scene_send(s);
	full = kapi_full_nth(0);
	error = scene_error(s);
	heard = scene_heard();
	answered = scene_told();
	now = scene_rules();
	if (!full)
		assert_int_equal(error, 0);
	if (error == SCENE_LOST) {
		assert_true(copy_same(&now, before) || copy_same(&now, after));
	} else if (error) {
		assert_true(error_is_sound(error));
		assert_true(copy_same(&now, before));
		assert_false(heard);
	} else {
		assert_true(copy_same(&now, after));
		if (s->whole)
			assert_int_equal(answered, told);
		if (s->act)
			assert_true(heard);
	}
	free(now.data);
	rig_teardown(NULL);
	return full;
}

static void test_full(void **state)
{
	const struct scene *s = *state;
	struct copy before, after;
	unsigned int n = 0;
	size_t told;

	scene_begin(s);
	before = scene_rules();
	scene_send(s);
	assert_int_equal(scene_error(s), 0);
	told = scene_told();
	after = scene_rules();
	if (s->whole)
		assert_true(told);
	rig_teardown(NULL);
	while (scene_full(s, ++n, &before, &after, told))
		assert_true(n < 5000);
	/* Two headers and an attribute ask for it at least. */
	assert_true(n > 2);
	free(before.data);
	free(after.data);
}

int main(void)
{
	return scenes_run("kapi without room", test_full);
}
