// SPDX-License-Identifier: GPL-2.0
/*
 * Putting sets of rules in force, against a server in this process: what is
 * sent, what is in force afterwards, and what happens when others come in
 * between.
 */
#include "common.h"
#include "fake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/apply.h"
#include "../lib/print.h"

#define A	"rule name a iif in0 group 239.1.1.1 to out1\n"
#define B	"rule name b iif in0 group 239.1.1.2 to out1 to out2\n"
#define C	"rule iif in0 group 239.1.1.3 to out1\n"

struct outcome {
	int ret;
	size_t added, changed, deleted, unchanged;
	struct mcr_error err;
	struct mcr_errors warnings;
	struct mcr_str steps;
};

static char *write_file(const char *text)
{
	char *path = strdup("/tmp/mcr-test-XXXXXX");
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	return path;
}

static int note_step(enum mcr_step step, const struct mcr_rule *rule, void *arg)
{
	static const char *const signs[] = { "", "-", "~", "+" };
	struct mcr_str *str = arg;

	if (step == MCR_STEP_RESTART) {
		mcr_str_free(str);
		return 0;
	}
	mcr_str_addf(str, "%s%s ", signs[step],
		     rule->name[0] ? rule->name : "?");
	return 0;
}

/* The file's name is not good any more when this returns. */
static void apply(struct mcr_client *fake, const char *text, bool dry_run,
		  struct outcome *out)
{
	struct mcr_ruleset set = { 0 };
	struct mcr_file file = { 0 };
	struct mcr_transaction txn;
	struct mcr_apply a = {
		.txn = &txn,
		.set = &set,
		.dry_run = dry_run,
		.tell = note_step,
		.arg = &out->steps,
	};
	char *path = write_file(text);

	memset(out, 0, sizeof(*out));
	assert_int_equal(mcr_ruleset_read(&set, &file, path), 0);
	unlink(path);
	assert_int_equal(mcr_transaction_init(&txn, fake, mcr_parse_stated, &out->err),
			 0);
	out->ret = mcr_apply(&a, &out->err);
	out->added = a.n_added;
	out->changed = a.n_changed;
	out->deleted = a.n_deleted;
	out->unchanged = a.n_unchanged;
	out->warnings = txn.warnings;
	mcr_transaction_exit(&txn);
	assert_int_equal(fake->txn, 0);
	assert_int_equal(fake->begun, fake->committed + fake->aborted);
	mcr_ruleset_free(&set);
	mcr_file_free(&file);
	free(path);
}

static void assert_in_force(struct mcr_client *fake, const char *text)
{
	struct mcr_str str = { 0 };
	unsigned int i;

	for (i = 0; i < fake->in_force.count; i++) {
		mcr_print_rule(&str, &fake->in_force.rules[i], " ");
		mcr_str_add(&str, "\n");
	}
	assert_string_equal(str.s ? str.s : "", text);
	mcr_str_free(&str);
}

/* From one set to another, by so many messages. */
struct change_case {
	const char *desc;
	const char *before;
	const char *after;
	const char *in_force;	/* NULL: what @after says */
	const char *steps;
	size_t added, changed, deleted, unchanged;
	unsigned int messages;
};

static const struct change_case change_cases[] = {
	{ "nothing to nothing", "", "", NULL, "", 0, 0, 0, 0, 0 },
	{ "all new", "", A B C, NULL, "+a +b +? ", 3, 0, 0, 0, 3 },
	{ "all gone", A B C, "", NULL, "-a -b -? ", 0, 0, 3, 0, 3 },
	{ "the same", A B C, A B C, NULL, "", 0, 0, 0, 3, 0 },
	{ "another order of rules", A B, B A, A B, "", 0, 0, 0, 2, 0 },
	{ "another order of outputs", B,
	  "rule name b iif in0 group 239.1.1.2 to out2 to out1\n", B, "",
	  0, 0, 0, 1, 0 },
	{ "one more, one less", A C, A B, NULL, "-? +b ", 1, 0, 1, 1, 2 },
	{ "an output more", A,
	  "rule name a iif in0 group 239.1.1.1 to out1 to out2\n", NULL, "~a ",
	  0, 1, 0, 0, 1 },
	{ "an output changed", A B,
	  "rule name a iif in0 group 239.1.1.1 to out1 ttl 3\n" B, NULL, "~a ",
	  0, 1, 0, 1, 1 },
	{ "renamed", A, "rule name z iif in0 group 239.1.1.1 to out1\n", NULL,
	  "~z ", 0, 1, 0, 0, 1 },
	{ "no name any more", A, "rule iif in0 group 239.1.1.1 to out1\n",
	  NULL, "~? ", 0, 1, 0, 0, 1 },
	{ "a comment", C, "rule iif in0 group 239.1.1.3 comment \"x y\" to out1\n",
	  NULL, "~? ", 0, 1, 0, 0, 1 },
	{ "disabled", C, "rule iif in0 group 239.1.1.3 disabled to out1\n",
	  NULL, "~? ", 0, 1, 0, 0, 1 },
	{ "consume", C, "rule iif in0 group 239.1.1.3 consume to out1\n",
	  NULL, "~? ", 0, 1, 0, 0, 1 },
	{ "join", C, "rule iif in0 group 239.1.1.3 join none to out1\n",
	  NULL, "~? ", 0, 1, 0, 0, 1 },
	{ "another device", C, "rule iif in1 group 239.1.1.3 to out1\n",
	  NULL, "-? +? ", 1, 0, 1, 0, 2 },
	{ "another port", C, "rule iif in0 group 239.1.1.3 dport 5 to out1\n",
	  NULL, "-? +? ", 1, 0, 1, 0, 2 },
	{ "names swapped", A B,
	  "rule name b iif in0 group 239.1.1.1 to out1\n"
	  "rule name a iif in0 group 239.1.1.2 to out1 to out2\n", NULL,
	  "~b ~a ", 0, 2, 0, 0, 4 },
	{ "a name that a deleted rule had", A C,
	  "rule name a iif in0 group 239.1.1.3 to out1\n", NULL, "-a ~a ",
	  0, 1, 1, 0, 2 },
	{ "a name that a changed rule gives to a new one", A,
	  "rule name z iif in0 group 239.1.1.1 to out1\n"
	  "rule name a iif in0 group 239.1.1.3 to out1\n", NULL, "~z +a ",
	  1, 1, 0, 0, 3 },
};

static void test_change(void **state)
{
	const struct change_case *c = *state;
	struct mcr_client *fake = fake_new();
	struct outcome out;
	__u32 generation;

	apply(fake, c->before, false, &out);
	assert_int_equal(out.ret, 0);
	mcr_str_free(&out.steps);
	generation = fake->generation;
	fake->staged_messages = 0;

	/* Only to see: nothing changes. */
	apply(fake, c->after, true, &out);
	assert_int_equal(out.ret, 0);
	assert_string_equal(out.steps.s ? out.steps.s : "", c->steps);
	mcr_str_free(&out.steps);
	assert_int_equal(fake->generation, generation);
	assert_in_force(fake, c->before);
	assert_int_equal(fake->staged_messages, c->messages);
	fake->staged_messages = 0;

	apply(fake, c->after, false, &out);
	assert_int_equal(out.ret, 0);
	assert_in_force(fake, c->in_force ? c->in_force : c->after);
	assert_int_equal(out.added, c->added);
	assert_int_equal(out.changed, c->changed);
	assert_int_equal(out.deleted, c->deleted);
	assert_int_equal(out.unchanged, c->unchanged);
	assert_int_equal(fake->staged_messages, c->messages);
	assert_int_equal(fake->generation, generation + (c->messages != 0));
	assert_string_equal(out.steps.s ? out.steps.s : "", c->steps);
	mcr_str_free(&out.steps);
	fake_free(fake);
}

/* A rule that is changed is the one it was. */
static void test_counters(void **state)
{
	struct mcr_client *fake = fake_new();
	struct outcome out;
	__u32 id;

	(void)state;
	apply(fake, A B, false, &out);
	mcr_str_free(&out.steps);
	fake_rule(fake, "a")->packets = 12;
	fake_rule(fake, "b")->packets = 34;
	id = fake_rule(fake, "a")->id;
	apply(fake, "rule name z iif in0 group 239.1.1.1 to out3\n" B, false,
	      &out);
	mcr_str_free(&out.steps);
	assert_int_equal(fake_rule(fake, "z")->packets, 12);
	assert_int_equal(fake_rule(fake, "z")->id, id);
	assert_int_equal(fake_rule(fake, "b")->packets, 34);
	fake_free(fake);
}

struct race_case {
	const char *desc;
	const char *before;
	enum fake_moment moment;
	unsigned int disturbances;
	int ret;
	unsigned int begun;
};

static const struct race_case race_cases[] = {
	{ "others before the dump", A, FAKE_BEFORE_DUMP, 1, 0, 2 },
	{ "others before the dump of nothing", "", FAKE_BEFORE_DUMP, 1, 0, 2 },
	{ "others in the dump", A, FAKE_IN_DUMP, 2, 0, 3 },
	{ "others while it is staged", A, FAKE_BEFORE_STAGE, 1, 0, 2 },
	{ "others before the commit", A, FAKE_BEFORE_COMMIT, 3, 0, 4 },
	{ "others all the time", A, FAKE_BEFORE_COMMIT, 1000, -1, 10 },
	{ "others all the time, in the dump", A, FAKE_IN_DUMP, 1000, -1, 10 },
	{ "others all the time, while it is staged", A, FAKE_BEFORE_STAGE,
	  1000, -1, 10 },
};

static void test_race(void **state)
{
	const struct race_case *c = *state;
	struct mcr_client *fake = fake_new();
	struct outcome out;

	apply(fake, c->before, false, &out);
	mcr_str_free(&out.steps);
	fake->begun = 0;
	fake->committed = 0;
	fake->aborted = 0;
	fake->moment = c->moment;
	fake->disturbances = c->disturbances;
	apply(fake, B C, false, &out);
	assert_int_equal(out.ret, c->ret);
	assert_int_equal(fake->begun, c->begun);
	assert_in_force(fake, c->ret ? c->before : B C);
	if (c->ret) {
		assert_string_equal(out.err.text,
				    "others keep changing the rules: nothing was changed, try again");
		assert_int_equal(out.err.kind, MCR_ERROR_REFUSED);
	} else {
		/* What was told in vain is not told twice. */
		assert_string_equal(out.steps.s, *c->before ? "-a +b +? " :
				    "+b +? ");
	}
	mcr_str_free(&out.steps);
	fake_free(fake);
}

/* The place of what the server refuses; the statement is the third. */
struct refusal_case {
	const char *desc;
	unsigned int inner;
	unsigned int line, column, length;
};

static const struct refusal_case refusal_cases[] = {
	{ "refused: the group", MCR_RULE_A_GROUP, 6, 16, 9 },
	{ "refused: the name", MCR_RULE_A_NAME, 5, 7, 4 },
	{ "refused: the device", MCR_RULE_A_IIF, 6, 6, 3 },
	{ "refused: no attribute", 0, 4, 3, 4 },
};

static void test_refusal(void **state)
{
	static const char text[] =
		A C "\n  rule \\\n name \"c.\" \\\n iif \"x\" group 239.1.1.9 to out1\n";
	const struct refusal_case *c = *state;
	struct mcr_client *fake = fake_new();
	struct outcome out;

	apply(fake, B, false, &out);
	mcr_str_free(&out.steps);
	fake->staged_messages = 0;
	/* B is deleted first. */
	fake->refuse = 4;
	fake->refusal = "no, thank you";
	fake->inner = c->inner;
	apply(fake, text, false, &out);
	assert_int_equal(out.ret, -1);
	assert_string_equal(out.err.text, "no, thank you");
	assert_int_equal(out.err.kind, MCR_ERROR_REFUSED);
	assert_int_equal(out.err.line, c->line);
	assert_int_equal(out.err.column, c->column);
	assert_int_equal(out.err.length, c->length);
	assert_in_force(fake, B);
	mcr_str_free(&out.steps);
	fake_free(fake);
}

static void test_warning(void **state)
{
	struct mcr_client *fake = fake_new();
	struct outcome out;

	(void)state;
	fake->warn = 2;
	fake->refusal = "shadows rule z";
	fake->inner = MCR_RULE_A_GROUP;
	apply(fake, A B, false, &out);
	assert_int_equal(out.ret, 0);
	assert_int_equal(out.warnings.count, 1);
	assert_string_equal(out.warnings.list[0].text, "shadows rule z");
	assert_int_equal(out.warnings.list[0].line, 2);
	assert_int_equal(out.warnings.list[0].column, 27);
	assert_in_force(fake, A B);
	mcr_str_free(&out.steps);
	fake_free(fake);
}

static void test_hang_up(void **state)
{
	struct mcr_client *fake = fake_new();
	struct outcome out;

	(void)state;
	fake->hang_up = 2;
	apply(fake, A B C, false, &out);
	assert_int_equal(out.ret, -1);
	assert_int_equal(out.err.kind, MCR_ERROR_SYSTEM);
	assert_in_force(fake, "");
	mcr_str_free(&out.steps);
	fake_free(fake);
}

/* More than one batch, each within bounds; and a refusal in the last one. */
static void test_many(void **state)
{
	struct mcr_client *fake = fake_new();
	struct mcr_str text = { 0 };
	struct outcome out;
	unsigned int i;

	(void)state;
	for (i = 0; i < 1000; i++)
		mcr_str_addf(&text, "rule name r%u iif in0 group 239.1.%u.%u to out1\n",
			     i, i / 256, i % 256);
	fake->refuse = 1000;
	fake->refusal = "too much";
	apply(fake, text.s, false, &out);
	assert_int_equal(out.ret, -1);
	assert_int_equal(out.err.line, 1000);
	assert_in_force(fake, "");
	mcr_str_free(&out.steps);

	fake->refuse = 0;
	apply(fake, text.s, false, &out);
	assert_int_equal(out.ret, 0);
	assert_int_equal(out.added, 1000);
	assert_in_force(fake, text.s);
	assert_int_equal(fake->largest_batch, MCR_BATCH_MAX);
	mcr_str_free(&out.steps);
	mcr_str_free(&text);
	fake_free(fake);
}

int main(void)
{
	struct suite suite = { 0 };

	suite_add_table(&suite, change_cases, test_change);
	suite_add_case(&suite, test_counters);
	suite_add_table(&suite, race_cases, test_race);
	suite_add_table(&suite, refusal_cases, test_refusal);
	suite_add_case(&suite, test_warning);
	suite_add_case(&suite, test_hang_up);
	suite_add_case(&suite, test_many);
	return suite_run(&suite, "apply");
}
