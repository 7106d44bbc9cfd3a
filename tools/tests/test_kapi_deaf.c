// SPDX-License-Identifier: GPL-2.0
/*
 * Each command and each event where nobody listens.
 */
#include "kapi_scene.h"

#include <stdlib.h>

/* Nobody is told, and all is done as it is otherwise. */
static void test_deaf(void **state)
{
	const struct scene *s = *state;
	struct copy after, deaf;

	scene_begin(s);
	scene_send(s);
	after = scene_rules();
	rig_teardown(NULL);
	scene_begin(s);
	rig.deaf = true;
	scene_send(s);
	assert_int_equal(scene_error(s), 0);
	assert_false(scene_heard());
	deaf = scene_rules();
	assert_true(copy_same(&deaf, &after));
	rig_teardown(NULL);
	free(after.data);
	free(deaf.data);
}

int main(void)
{
	return scenes_run("kapi without listeners", test_deaf);
}
