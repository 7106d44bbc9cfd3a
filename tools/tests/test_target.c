// SPDX-License-Identifier: GPL-2.0
/*
 * Files that are written whole or not at all.
 */
#include "common.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../lib/target.h"

struct place {
	char dir[32];
	char file[64];
	char temporary[64];
};

static int make_place(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	assert_non_null(p);
	strcpy(p->dir, "/tmp/mcr-test-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	snprintf(p->file, sizeof(p->file), "%s/rules", p->dir);
	snprintf(p->temporary, sizeof(p->temporary), "%s/.new", p->dir);
	*state = p;
	return 0;
}

static int end_place(void **state)
{
	struct place *p = *state;

	unlink(p->file);
	unlink(p->temporary);
	/* Fails if anything else was left there. */
	assert_int_equal(rmdir(p->dir), 0);
	free(p);
	return 0;
}

static void put(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void assert_text(const char *path, const char *expected)
{
	FILE *file = fopen(path, "r");
	char text[64] = "";

	assert_non_null(file);
	assert_true(fread(text, 1, sizeof(text) - 1, file) > 0);
	fclose(file);
	assert_string_equal(text, expected);
}

static unsigned int mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_mode & 07777;
}

static void test_replaces(void **state)
{
	struct mcr_target t = { 0 };
	struct place *p = *state;
	struct mcr_error err;

	put(p->file, "old");
	chmod(p->file, 0640);
	assert_int_equal(mcr_target_open(&t, p->file, &err), 0);
	fputs("new", t.file);
	assert_text(p->file, "old");
	assert_int_equal(mcr_target_finish(&t, &err), 0);
	mcr_target_free(&t);
	assert_text(p->file, "new");
	assert_int_equal(mode_of(p->file), 0640);
}

static void test_given_up(void **state)
{
	struct mcr_target t = { 0 };
	struct place *p = *state;
	struct mcr_error err;

	put(p->file, "old");
	assert_int_equal(mcr_target_open(&t, p->file, &err), 0);
	fputs("new", t.file);
	mcr_target_free(&t);
	assert_text(p->file, "old");
}

static void test_own(void **state)
{
	struct mcr_target t = { 0 };
	struct place *p = *state;
	struct mcr_error err;

	/* What somebody who was killed has left, for all to read. */
	put(p->temporary, "something longer");
	chmod(p->temporary, 0644);
	assert_int_equal(mcr_target_open_as(&t, p->file, p->temporary, &err),
			 0);
	fputs("new", t.file);
	assert_int_equal(mcr_target_finish(&t, &err), 0);
	mcr_target_free(&t);
	assert_text(p->file, "new");
	assert_int_equal(mode_of(p->file), 0600);
	assert_int_equal(access(p->temporary, F_OK), -1);
}

/* A link there would have another file written over. */
static void test_own_is_no_link(void **state)
{
	struct mcr_target t = { 0 };
	struct place *p = *state;
	struct mcr_error err;

	put(p->file, "old");
	assert_int_equal(symlink(p->file, p->temporary), 0);
	assert_int_equal(mcr_target_open_as(&t, p->file, p->temporary, &err),
			 -1);
	mcr_target_free(&t);
	assert_text(p->file, "old");
	assert_non_null(strstr(err.text, "cannot be written"));
}

static void test_full(void **state)
{
	struct mcr_target t = { 0 };
	struct place *p = *state;
	struct mcr_error err;

	put(p->file, "old");
	assert_int_equal(mcr_target_open(&t, p->file, &err), 0);
	/* All devices are full to this one. */
	t.file = freopen("/dev/full", "w", t.file);
	assert_non_null(t.file);
	fputs("new", t.file);
	assert_int_equal(mcr_target_finish(&t, &err), -1);
	mcr_target_free(&t);
	assert_text(p->file, "old");
	assert_non_null(strstr(err.text, "No space left"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_replaces, make_place,
						end_place),
		cmocka_unit_test_setup_teardown(test_given_up, make_place,
						end_place),
		cmocka_unit_test_setup_teardown(test_own, make_place,
						end_place),
		cmocka_unit_test_setup_teardown(test_own_is_no_link,
						make_place, end_place),
		cmocka_unit_test_setup_teardown(test_full, make_place,
						end_place),
	};

	return cmocka_run_group_tests_name("target", tests, NULL, NULL);
}
