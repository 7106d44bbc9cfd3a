// SPDX-License-Identifier: GPL-2.0
/*
 * What a rule that was read must be like: what is printed of it is read as the
 * same rule, and printed in the same words.
 */
#include "statement.h"

#include <string.h>

#include "../lib/lex.h"
#include "../lib/parse.h"
#include "../lib/print.h"
#include "fuzz.h"

static void read_again(const char *text, struct mcr_statement *st)
{
	struct mcr_error err = { 0 };
	struct mcr_words w = { .err = &err };
	struct mcr_lex lex;
	bool ok;

	mcr_statement_init(st);
	mcr_lex_init(&lex, "printed", text);
	ok = mcr_lex_next(&lex, &err) > 0;
	w.tokens = lex.tokens;
	w.count = lex.count;
	ok = ok && mcr_words_skip(&w, "rule") && !mcr_parse_rule(&w, st) &&
	     mcr_words_end(&w);
	mcr_lex_exit(&lex);
	fuzz_check(ok, "what is printed of a rule is not read again");
}

/**
 * fuzz_round_trip - parse(print(x)) = x
 * @rule: a rule that was read, and is sound
 */
void fuzz_round_trip(const struct mcr_rule *rule)
{
	struct mcr_str first = { .verbatim = true };
	struct mcr_str second = { .verbatim = true };
	struct mcr_statement st;

	mcr_print_rule(&first, rule, " ");
	fuzz_check(!first.failed, "out of memory");
	read_again(first.s, &st);
	fuzz_check(mcr_rule_same(rule, &st.rule) &&
		   mcr_rule_same(&st.rule, rule),
		   "what is printed of a rule is read as another");
	mcr_print_rule(&second, &st.rule, " ");
	fuzz_check(!strcmp(first.s, second.s),
		   "the same rule is printed in other words");
	mcr_statement_free(&st);
	mcr_str_free(&first);
	mcr_str_free(&second);
}
