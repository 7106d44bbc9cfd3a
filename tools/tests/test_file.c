// SPDX-License-Identifier: GPL-2.0
/*
 * Files of rules: what is read, and every sentence about what cannot be.
 */
#include "common.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../lib/ruleset.h"
#include "../lib/str.h"
#include "../lib/value.h"

#define QUOTES_WHOLE	"f:1:11+0 a word with '\"' or '\\' in it must stand " \
			"in quotes as a whole\n"
#define HINT	"rule, then iif DEV and so on; mcrtool -b reads commands"
#define RULE(n)	"rule iif a group 239.1.1." #n " to b\n"

/* Files in an empty directory; the first one is read. */
struct file {
	const char *name;
	const char *text;
	size_t len;		/* 0: up to its NUL */
};

struct good_case {
	const char *desc;
	struct file files[4];
	size_t rules, outputs;
};

static const struct good_case good_cases[] = {
	{ "nothing", { { "f", "", 0 } }, 0, 0 },
	{ "only comments", { { "f", "# x\n  # y", 0 } }, 0, 0 },
	{ "a rule", { { "f", RULE(1), 0 } }, 1, 1 },
	{ "no newline at the end",
	  { { "f", "rule iif a group 239.1.1.1 to b to c", 0 } }, 1, 2 },
	{ "lines as DOS has them",
	  { { "f", "rule iif a group 239.1.1.1 \\\r\n to b\r\n\r\n# x\r\n", 0 } },
	  1, 1 },
	{ "a byte order mark", { { "f", "\xef\xbb\xbf" RULE(1), 0 } }, 1, 1 },
	{ "only a byte order mark", { { "f", "\xef\xbb\xbf", 0 } }, 0, 0 },
	{ "two in a line",
	  { { "f", "rule iif a group 239.1.1.1 to b; rule iif a group 239.1.1.2 to b",
	      0 } }, 2, 2 },
	{ "the same match on two devices",
	  { { "f", RULE(1) "rule iif b group 239.1.1.1 to a\n", 0 } }, 2, 2 },
	{ "matches that differ in a part",
	  { { "f",
	      "rule iif a group 239.1.1.0 to b\n"
	      "rule iif a group 239.1.1.0/24 to b\n"
	      "rule iif a group 239.1.1.0 src 1.2.3.0 to b\n"
	      "rule iif a group 239.1.1.0 src 1.2.3.0/24 to b\n"
	      "rule iif a group 239.1.1.0 proto any to b\n"
	      "rule iif a group 239.1.1.0 dport 1 to b\n"
	      "rule iif a group 239.1.1.0 dport 1-2 to b\n"
	      "rule iif a group 239.1.1.0 dport 2-3 to b\n"
	      "rule iif a group 239.1.1.0 vlan 1 to b\n"
	      "rule iif a group 239.1.1.0 vlan 2 to b\n"
	      "rule iif a group ff01:100::/24 to b\n", 0 } }, 11, 11 },
	{ "a file is included",
	  { { "f", "include g\n" RULE(1), 0 }, { "g", RULE(2), 0 } }, 2, 2 },
	{ "a file in a directory is included, and one beside that",
	  { { "f", "include d/g # x\n", 0 }, { "d/g", "include \"h\"\n", 0 },
	    { "d/h", RULE(2), 0 } }, 1, 1 },
	{ "a pattern", { { "f", "include d/*.mcr\n", 0 },
	  { "d/1.mcr", RULE(1), 0 }, { "d/2.mcr", RULE(2), 0 },
	  { "d/3.none", "what?", 0 } }, 2, 2 },
	{ "a pattern that finds nothing", { { "f", "include *.mcr\n", 0 } },
	  0, 0 },
	{ "a pattern in a directory that looks like one",
	  { { "[d]/f", "include ??\n", 0 }, { "[d]/gg", RULE(1), 0 },
	    { "d/xx", "what?", 0 } }, 1, 1 },
	{ "an empty file twice",
	  { { "f", "include g; include g\n", 0 }, { "g", "", 0 } }, 0, 0 },
};

/* Errors as "FILE:LINE:COLUMN+LENGTH SENTENCE". */
struct bad_case {
	const char *desc;
	struct file files[4];
	const char *errors;
};

static const struct bad_case bad_cases[] = {
	{ "no such file", { { NULL, NULL, 0 } },
	  "-:0:0+0 f cannot be read: No such file or directory\n" },
	{ "a directory", { { "f/x", "", 0 } },
	  "-:0:0+0 f cannot be read: it is a directory, where a file is needed\n" },
	{ "a NUL byte", { { "f", RULE(1) "ru\0le\nx\n", sizeof(RULE(1)) + 7 } },
	  "f:2:3+0 here is a NUL byte: this is no text\n" },
	{ "no statement", { { "f", "\n foo bar\n", 0 } },
	  "f:2:2+3 'foo' begins no statement: there are rule and include\n" },
	{ "a quoted keyword", { { "f", "\"rule\" iif a\n", 0 } },
	  "f:1:1+6 'rule' begins no statement: there are rule and include\n" },
	{ "no closing quote", { { "f", "rule iif \"a\n" RULE(1), 0 } },
	  "f:1:12+0 a closing '\"' is missing\n" },
	{ "a quote in a word", { { "f", "rule iif a\"b\n" RULE(1), 0 } },
	  QUOTES_WHOLE },
	{ "what cannot be read goes on to the end of continued lines",
	  { { "f", "rule iif a\"b \\\n x \"y\n" RULE(1) "z", 0 } },
	  QUOTES_WHOLE
	  "f:4:1+1 'z' begins no statement: there are rule and include\n" },
	{ "a verb", { { "f", "rule add iif a group 239.1.1.1 to b\n", 0 } },
	  "f:1:6+3 a file states rules without a verb: " HINT "\n" },
	{ "two errors",
	  { { "f", "rule iif a group 1.2.3.4 to b\nrule iif a group x to b\n", 0 } },
	  "f:1:18+7 group must be a multicast address: 224.0.0.0/4 or ff00::/8\n"
	  "f:2:18+1 group cannot be 'x': it takes " MCR_ACCEPTS_PREFIX "\n" },
	{ "something missing behind quotes",
	  { { "f", "rule iif \"a\" group \"239.1.1.1\"\n", 0 } },
	  "f:1:31+0 a rule needs an output: to DEV\n" },
	{ "the same output twice",
	  { { "f", "rule iif a group 239.1.1.1 to b ttl 3 to b to b ttl 3", 0 } },
	  "f:1:47+1 the rule has an output to this device with the same rewrites already\n" },
	{ "the same match", { { "f", RULE(1) "\n# x\n" RULE(2) RULE(1), 0 } },
	  "f:5:18+9 another rule has this match already: f:1\n" },
	{ "the same match, behind comments", { { "f", "# x\n\n" RULE(1) RULE(1), 0 } },
	  "f:4:18+9 another rule has this match already: f:3\n" },
	{ "the same match, written otherwise",
	  { { "f", "rule iif a group ff3e::1 dport 7 to b\n"
	      "rule iif a group ff3e:0::1/128 dport 7-7 proto udp to c\n", 0 } },
	  "f:2:18+13 another rule has this match already: f:1\n" },
	{ "the same match in another file",
	  { { "f", RULE(1) "include g\n", 0 }, { "g", RULE(1), 0 } },
	  "g:1:18+9 another rule has this match already: f:1\n" },
	{ "the same name",
	  { { "f", "rule name x iif a group 239.1.1.1 to b\n"
	      "rule name x iif a group 239.1.1.2 to b\n" RULE(2), 0 } },
	  "f:2:11+1 another rule has this name already: f:1\n" },
	{ "include without a file", { { "f", "include", 0 } },
	  "f:1:8+0 include needs a value: a file\n" },
	{ "include of nothing", { { "f", "include \"\"", 0 } },
	  "f:1:9+2 include needs a value: a file\n" },
	{ "include of two files", { { "f", "include a b", 0 } },
	  "f:1:11+1 'b' is too much: include takes one file\n" },
	{ "include of a file that is not there", { { "f", "include g\nx\n", 0 } },
	  "f:1:9+1 g cannot be read: No such file or directory\n"
	  "f:2:1+1 'x' begins no statement: there are rule and include\n" },
	{ "include of a directory", { { "f", "include d", 0 }, { "d/x", "", 0 } },
	  "f:1:9+1 d cannot be read: it is a directory, where a file is needed\n" },
	{ "include of itself", { { "f", "include f", 0 } },
	  "f:1:9+1 f would include itself\n" },
	{ "a round of includes, by another path",
	  { { "f", "include d/g", 0 }, { "d/g", "include ../f", 0 } },
	  "d/g:1:9+4 d/../f would include itself\n" },
	{ "a round of includes, by a pattern",
	  { { "f", "include d/*", 0 }, { "d/g", "include [g]", 0 } },
	  "d/g:1:9+3 d/g would include itself\n" },
	{ "include of - is no standard input", { { "f", "include -", 0 } },
	  "f:1:9+1 ./- cannot be read: No such file or directory\n" },
	{ "an error in a file that is included",
	  { { "f", "include d/*\n", 0 }, { "d/g", "foo\n", 0 }, { "d/h", "bar\n", 0 } },
	  "d/g:1:1+3 'foo' begins no statement: there are rule and include\n"
	  "d/h:1:1+3 'bar' begins no statement: there are rule and include\n" },
};

static void write_file(const struct file *f)
{
	size_t len = f->len ? f->len : strlen(f->text);
	char dir[20];
	int fd;

	snprintf(dir, sizeof(dir), "%s", f->name);
	if (strchr(dir, '/')) {
		*strchr(dir, '/') = '\0';
		mkdir(dir, 0700);
	}
	fd = open(f->name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, f->text, len), len);
	close(fd);
}

/* In a directory of its own. */
static int read_files(const struct file *files, size_t n,
		      struct mcr_ruleset *set, struct mcr_file *file)
{
	char dir[] = "/tmp/mcr-test-XXXXXX", command[64];
	const char *first = files[0].name ? files[0].name : "f";
	size_t i;
	int ret;

	assert_non_null(mkdtemp(dir));
	assert_int_equal(chdir(dir), 0);
	for (i = 0; i < n && files[i].name; i++)
		write_file(&files[i]);
	ret = mcr_ruleset_read(set, file, strcmp(first, "f/x") ? first : "f");
	assert_int_equal(chdir("/"), 0);
	snprintf(command, sizeof(command), "rm -r %s", dir);
	assert_int_equal(system(command), 0);
	return ret;
}

static void test_good(void **state)
{
	const struct good_case *c = *state;
	struct mcr_ruleset set = { 0 };
	struct mcr_file file = { 0 };
	struct mcr_statement st;
	struct mcr_error err;
	size_t i;
	int ret;

	ret = read_files(c->files, COUNT(c->files), &set, &file);
	if (ret)
		print_message("# %s\n", file.errors.list[0].text);
	assert_int_equal(ret, 0);
	assert_int_equal(set.count, c->rules);
	assert_int_equal(set.outputs, c->outputs);
	/* Each can be found, and read again. */
	for (i = 0; i < set.count; i++) {
		assert_int_equal(mcr_stated_load(set.rules[i], &st, &err), 0);
		assert_ptr_equal(mcr_ruleset_by_match(&set, &st.rule.spec),
				 set.rules[i]);
		mcr_statement_free(&st);
	}
	mcr_ruleset_free(&set);
	mcr_file_free(&file);
}

static void test_bad(void **state)
{
	const struct bad_case *c = *state;
	struct mcr_ruleset set = { 0 };
	struct mcr_file file = { 0 };
	struct mcr_str str = { 0 };
	unsigned int i;

	assert_int_equal(read_files(c->files, COUNT(c->files), &set, &file),
			 -1);
	for (i = 0; i < file.errors.count; i++) {
		const struct mcr_error *err = &file.errors.list[i];

		mcr_str_addf(&str, "%s:%u:%u+%u %s\n",
			     err->source ? err->source->name : "-", err->line,
			     err->column, err->length, err->text);
	}
	assert_string_equal(str.s, c->errors);
	mcr_str_free(&str);
	mcr_ruleset_free(&set);
	mcr_file_free(&file);
}

/* As many errors as are told, and one more. */
static void test_many_errors(void **state)
{
	struct mcr_ruleset set = { 0 };
	struct mcr_file file = { 0 };
	struct file f = { "f", NULL, 0 };
	struct mcr_str str = { 0 };
	unsigned int i;

	(void)state;
	for (i = 0; i < 1000; i++)
		mcr_str_add(&str, "what?\n");
	f.text = str.s;
	assert_int_equal(read_files(&f, 1, &set, &file), -1);
	assert_int_equal(file.errors.count, MCR_FILE_ERRORS_MAX);
	assert_int_equal(file.errors.list[19].line, 20);
	assert_int_equal(file.errors.more, 1);
	mcr_str_free(&str);
	mcr_ruleset_free(&set);
	mcr_file_free(&file);
}

/* Files that include each other: as deep as can be, and deeper. */
static void test_depth(void **state)
{
	struct file files[MCR_FILE_DEPTH_MAX + 2];
	struct mcr_ruleset set = { 0 };
	struct mcr_file file = { 0 };
	char texts[COUNT(files)][20];
	char names[COUNT(files)][4];
	unsigned int i;

	(void)state;
	for (i = 0; i < COUNT(files); i++) {
		snprintf(names[i], sizeof(names[i]), "%u", i);
		snprintf(texts[i], sizeof(texts[i]), "include %u\n", i + 1);
		files[i] = (struct file){ names[i], texts[i], 0 };
	}
	files[MCR_FILE_DEPTH_MAX].text = RULE(1);
	assert_int_equal(read_files(files, COUNT(files), &set, &file), 0);
	assert_int_equal(set.count, 1);
	mcr_ruleset_free(&set);
	mcr_file_free(&file);

	files[MCR_FILE_DEPTH_MAX].text = texts[MCR_FILE_DEPTH_MAX];
	assert_int_equal(read_files(files, COUNT(files), &set, &file), -1);
	assert_string_equal(file.errors.list[0].text,
			    "files include each other more than 16 deep");
	assert_string_equal(file.errors.list[0].source->name, "16");
	assert_int_equal(file.errors.list[0].source->depth, 16);
	mcr_ruleset_free(&set);
	mcr_file_free(&file);
}

/* A word without end is no trouble. */
static void test_long(void **state)
{
	struct mcr_ruleset set = { 0 };
	struct mcr_file file = { 0 };
	struct file f = { "f", NULL, 0 };
	char *text = malloc(1000001);

	(void)state;
	assert_non_null(text);
	memset(text, 'x', 1000000);
	text[1000000] = '\0';
	f.text = text;
	assert_int_equal(read_files(&f, 1, &set, &file), -1);
	assert_int_equal(file.errors.count, 1);
	assert_int_equal(file.errors.list[0].length, 1000000);
	free(text);
	mcr_ruleset_free(&set);
	mcr_file_free(&file);
}

int main(void)
{
	struct suite suite = { 0 };

	suite_add_table(&suite, good_cases, test_good);
	suite_add_table(&suite, bad_cases, test_bad);
	suite_add_case(&suite, test_many_errors);
	suite_add_case(&suite, test_depth);
	suite_add_case(&suite, test_long);
	return suite_run(&suite, "file");
}
