// SPDX-License-Identifier: GPL-2.0
/*
 * Text that grows, characters, quotes, and text into words.
 */
#include "common.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/str.h"

struct utf8_case {
	const char *desc;
	const char *text;
	size_t len;
};

static const struct utf8_case utf8_cases[] = {
	{ "empty", "", 0 },
	{ "ASCII", "ab", 1 },
	{ "DEL", "\x7f", 1 },
	{ "two bytes", "\303\244b", 2 },
	{ "lowest of two bytes", "\xc2\x80", 2 },
	{ "three bytes", "\xe2\x82\xac", 3 },
	{ "lowest of three bytes", "\xe0\xa0\x80", 3 },
	{ "four bytes", "\xf0\x9f\x98\x80", 4 },
	{ "highest", "\xf4\x8f\xbf\xbf", 4 },
	{ "beyond the highest", "\xf4\x90\x80\x80", 0 },
	{ "first byte beyond", "\xf5\x80\x80\x80", 0 },
	{ "overlong, two bytes", "\xc0\x80", 0 },
	{ "overlong, C1", "\xc1\xbf", 0 },
	{ "overlong, three bytes", "\xe0\x9f\xbf", 0 },
	{ "overlong, four bytes", "\xf0\x8f\xbf\xbf", 0 },
	{ "surrogate", "\xed\xa0\x80", 0 },
	{ "last surrogate", "\xed\xbf\xbf", 0 },
	{ "behind the surrogates", "\xee\x80\x80", 3 },
	{ "no first byte", "\x80", 0 },
	{ "cut off after one byte", "\xc3", 0 },
	{ "cut off after two bytes", "\xe2\x82", 0 },
	{ "cut off after three bytes", "\xf0\x9f\x98", 0 },
	{ "cut off by a letter", "\342\202a", 0 },
	{ "Latin-1", "\344bc", 0 },
};

static void test_utf8(void **state)
{
	const struct utf8_case *c = *state;

	assert_int_equal(mcr_utf8_len(c->text), c->len);
}

struct quote_case {
	const char *desc;
	const char *word;
	const char *printed;
	const char *read;	/* NULL: the same as @word */
};

static const struct quote_case quote_cases[] = {
	{ "bare", "eth0", "eth0", NULL },
	{ "bare punctuation", "a_.:/@%+=,-z", "a_.:/@%+=,-z", NULL },
	{ "nothing", "", "\"\"", NULL },
	{ "a blank", "a b", "\"a b\"", NULL },
	{ "a quote", "a\"b", "\"a\\\"b\"", NULL },
	{ "a backslash", "a\\b", "\"a\\\\b\"", NULL },
	{ "a variable", "$HOME", "\"\\$HOME\"", NULL },
	{ "a command", "`ls`", "\"\\`ls\\`\"", NULL },
	{ "a comment", "#", "\"#\"", NULL },
	{ "a semicolon", "a;b", "\"a;b\"", NULL },
	{ "beyond ASCII", "\xc3\xa4", "\"\xc3\xa4\"", NULL },
	{ "a newline", "a\nb", "\"a?b\"", "a?b" },
	{ "an escape", "\033[1m", "\"?[1m\"", "?[1m" },
	{ "DEL behind a letter", "a\x7f", "\"a?\"", "a?" },
	{ "C1", "a\xc2\x9b", "\"a?\"", "a?" },
	{ "not C1", "a\xc2\xa0", "\"a\xc2\xa0\"", NULL },
	{ "no UTF-8", "a\xe4z", "\"a?z\"", "a?z" },
};

/* Printed as it should be; and read again, it is the same word. */
static void test_quote(void **state)
{
	const struct quote_case *c = *state;
	struct mcr_str str = { 0 };
	struct mcr_error err;
	struct mcr_lex lex;

	mcr_str_word(&str, c->word);
	assert_false(str.failed);
	assert_string_equal(str.s, c->printed);

	mcr_lex_init(&lex, "test", str.s);
	assert_int_equal(mcr_lex_next(&lex, &err), 1);
	assert_int_equal(lex.count, 1);
	assert_string_equal(lex.tokens[0].text, c->read ? c->read : c->word);
	assert_int_equal(lex.tokens[0].quoted, c->printed[0] == '"');
	assert_int_equal(mcr_lex_next(&lex, &err), 0);
	mcr_lex_exit(&lex);
	mcr_str_free(&str);
}

/* A shell reads it as the same word. */
static void test_quote_shell(void **state)
{
	const struct quote_case *c = *state;
	struct mcr_str str = { 0 };
	char buf[64] = "";
	size_t len;
	FILE *shell;

	mcr_str_add(&str, "printf %s ");
	mcr_str_word(&str, c->word);
	shell = popen(str.s, "r");
	assert_non_null(shell);
	len = fread(buf, 1, sizeof(buf) - 1, shell);
	assert_int_equal(pclose(shell), 0);
	assert_int_equal(len, strlen(c->read ? c->read : c->word));
	assert_string_equal(buf, c->read ? c->read : c->word);
	mcr_str_free(&str);
}

/* Longer than any first allocation, from pieces of all lengths. */
static void test_grow(void **state)
{
	struct mcr_str str = { 0 };
	char piece[300];
	size_t i, len = 0;

	(void)state;
	for (i = 0; i < sizeof(piece); i++) {
		memset(piece, 'a' + (int)(i % 26), i);
		piece[i] = '\0';
		if (i % 2)
			mcr_str_add(&str, piece);
		else
			mcr_str_addf(&str, "%s", piece);
		len += i;
		assert_int_equal(str.len, len);
		if (i)
			assert_int_equal(strlen(str.s), len);
	}
	assert_false(str.failed);
	mcr_str_free(&str);
	assert_null(str.s);
}

struct lex_case {
	const char *desc;
	const char *text;
	const char *words;	/* "LINE:COLUMN word|...", statements by "/" */
	const char *error;	/* the sentence; NULL: none */
	unsigned int line, column;
};

static const struct lex_case lex_cases[] = {
	{ "nothing", "", "", NULL, 0, 0 },
	{ "blanks", " \t\n \r\n;;", "", NULL, 0, 0 },
	{ "one word", "a", "1:1 a|/", NULL, 0, 0 },
	{ "words", " a  bc\td\n", "1:2 a|1:5 bc|1:8 d|/", NULL, 0, 0 },
	{ "lines", "a\n\nb", "1:1 a|/3:1 b|/", NULL, 0, 0 },
	{ "CR LF", "a b\r\nc\r\n", "1:1 a|1:3 b|/2:1 c|/", NULL, 0, 0 },
	{ "semicolons", "a;b c ; d", "1:1 a|/1:3 b|1:5 c|/1:9 d|/", NULL, 0, 0 },
	{ "comments", "# x\na # b \"\nc#d", "2:1 a|/3:1 c#d|/", NULL, 0, 0 },
	{ "no continued comment", "a # b \\\nc", "1:1 a|/2:1 c|/", NULL, 0, 0 },
	{ "continued", "a \\\n b", "1:1 a|2:2 b|/", NULL, 0, 0 },
	{ "continued inside a word", "a\\\nb", "1:1 a|2:1 b|/", NULL, 0, 0 },
	{ "quotes", "\"a b\" \"c\"", "1:1 a b|1:7 c|/", NULL, 0, 0 },
	{ "quoted line continuation is none", "\"a\\", "",
	  "a closing '\"' is missing", 1, 4 },
	{ "other escapes stay", "\"a\\nb\"", "1:1 a\\nb|/", NULL, 0, 0 },
	{ "no closing quote", "a \"b\nc", "", "a closing '\"' is missing", 1, 5 },
	{ "a quote in a word", "ab\"c\"", "",
	  "a word with '\"' or '\\' in it must stand in quotes as a whole", 1, 3 },
	{ "a backslash in a word", "x\nab\\c", "1:1 x|/",
	  "a word with '\"' or '\\' in it must stand in quotes as a whole", 2, 3 },
};

static void test_lex(void **state)
{
	const struct lex_case *c = *state;
	struct mcr_str str = { 0 };
	struct mcr_error err;
	struct mcr_lex lex;
	size_t i;
	int ret;

	mcr_lex_init(&lex, "file", c->text);
	while ((ret = mcr_lex_next(&lex, &err)) == 1) {
		for (i = 0; i < lex.count; i++)
			mcr_str_addf(&str, "%u:%u %s|", lex.tokens[i].line,
				     lex.tokens[i].column, lex.tokens[i].text);
		mcr_str_add(&str, "/");
	}
	assert_string_equal(str.s ? str.s : "", c->words);
	assert_int_equal(ret, c->error ? -1 : 0);
	if (c->error) {
		assert_string_equal(err.text, c->error);
		assert_string_equal(err.file, "file");
		assert_int_equal(err.line, c->line);
		assert_int_equal(err.column, c->column);
		assert_int_equal(err.kind, MCR_ERROR_SYNTAX);
	}
	mcr_lex_exit(&lex);
	mcr_str_free(&str);
}

int main(void)
{
	struct suite suite = { 0 };

	suite_add_table(&suite, utf8_cases, test_utf8);
	suite_add_table(&suite, quote_cases, test_quote);
	suite_add_table(&suite, quote_cases, test_quote_shell);
	suite_add_case(&suite, test_grow);
	suite_add_table(&suite, lex_cases, test_lex);
	return suite_run(&suite, "text");
}
