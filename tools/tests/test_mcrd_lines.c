// SPDX-License-Identifier: GPL-2.0
/*
 * What workers log: lines in pieces, JSON and other text, and what is not to be
 * printed.
 */
#include "common.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "../mcrd/lines.h"

/* All lines, each behind "|". */
static char seen[8192];

static void on_line(void *arg, char *text)
{
	assert_ptr_equal(arg, seen);
	strcat(seen, "|");
	strcat(seen, text);
}

static void feed(struct mcrd_lines *l, const char *text)
{
	mcrd_lines_add(l, text, strlen(text));
}

static void begin(struct mcrd_lines *l)
{
	*l = (struct mcrd_lines){ .line = on_line, .arg = seen };
	*seen = '\0';
}

static void whole_and_in_pieces(void **state)
{
	struct mcrd_lines l;

	(void)state;
	begin(&l);
	feed(&l, "one\ntwo\nth");
	assert_string_equal(seen, "|one|two");
	feed(&l, "");
	feed(&l, "re");
	feed(&l, "e\n\n\nfour");
	assert_string_equal(seen, "|one|two|three");
	mcrd_lines_end(&l);
	assert_string_equal(seen, "|one|two|three|four");
	mcrd_lines_end(&l);
	assert_string_equal(seen, "|one|two|three|four");
}

static void too_long(void **state)
{
	char text[3 * MCRD_LINE_MAX + 2];
	struct mcrd_lines l;

	(void)state;
	begin(&l);
	memset(text, 'x', sizeof(text) - 2);
	strcpy(text + sizeof(text) - 2, "\n");
	feed(&l, text);
	assert_int_equal(strlen(seen), 3 + 3 * MCRD_LINE_MAX);
	assert_int_equal(seen[1 + MCRD_LINE_MAX], '|');
}

/* NUL is no end. */
static void with_nul(void **state)
{
	struct mcrd_lines l;

	(void)state;
	begin(&l);
	mcrd_lines_add(&l, "a\0b\nc\n", 6);
	assert_string_equal(seen, "|a|c");
}

struct json_case {
	const char *desc;
	const char *text;
	bool json;
	int level;
};

static const struct json_case jsons[] = {
	{ "a level", "{\"level\":\"err\",\"msg\":\"x\"}", true, LOG_ERR },
	{ "a level's other name", "{\"level\":\"error\"}", true, LOG_ERR },
	{ "debug", "{\"level\":\"debug\"}", true, LOG_DEBUG },
	{ "no level", "{\"msg\":\"x\"}", true, -7 },
	{ "a level that is none", "{\"level\":\"much\"}", true, -7 },
	{ "a level that is a number", "{\"level\":3}", true, -7 },
	{ "an empty object", "{}", true, -7 },
	{ "an array", "[]", false, -7 },
	{ "half an object", "{\"level\":\"err\"", false, -7 },
	{ "something behind it", "{} {}", false, -7 },
	{ "text", "oops", false, -7 },
	{ "nothing", "", false, -7 },
	{ "very deep", "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}}}}}}",
	  false, -7 },
};

static void json(void **state)
{
	const struct json_case *c = *state;
	int level = -7;

	assert_int_equal(mcrd_line_json(c->text, &level), c->json);
	assert_int_equal(level, c->level);
}

static void tame(void **state)
{
	char text[] = "a\x1b[31mb\x7f\tc\xc3\xa4~ ";

	(void)state;
	mcrd_line_tame(text);
	assert_string_equal(text, "a?[31mb??c??~ ");
}

int main(void)
{
	struct suite suite = { 0 };

	suite_add_case(&suite, whole_and_in_pieces);
	suite_add_case(&suite, too_long);
	suite_add_case(&suite, with_nul);
	suite_add_table(&suite, jsons, json);
	suite_add_case(&suite, tame);
	return suite_run(&suite, "mcrd_lines");
}
