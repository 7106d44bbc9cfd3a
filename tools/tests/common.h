/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests have in common.
 */
#ifndef MCR_TESTS_COMMON_H
#define MCR_TESTS_COMMON_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "../lib/lex.h"
#include "../lib/parse.h"

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

/**
 * struct suite - cases that are collected and then run
 * @tests: the cases; freed by suite_run()
 * @count: how many
 */
struct suite {
	struct CMUnitTest *tests;
	size_t count;
};

/*
 * Add one case for each entry of a table whose entries have a @desc. The case
 * finds its entry in *state.
 */
#define suite_add_table(suite, table, function)				\
	do {								\
		size_t row;						\
									\
		for (row = 0; row < COUNT(table); row++)		\
			suite_add(suite, (table)[row].desc, function,	\
				  &(table)[row]);			\
	} while (0)

#define suite_add_case(suite, function)	\
	suite_add(suite, #function, function, NULL)

void suite_add(struct suite *suite, const char *name, CMUnitTestFunction run,
	       const void *state);
int suite_run(struct suite *suite, const char *name);

/**
 * typedef parse_fn - one of the parsers of parse.h
 * @w: the words
 * @st: where to put what they say
 *
 * Return: 0 or -1.
 */
typedef int (*parse_fn)(struct mcr_words *w, struct mcr_statement *st);

int parse_text(parse_fn parse, const char *text, struct mcr_statement *st,
	       struct mcr_error *err);

uint32_t random_below(uint64_t *seed, uint32_t n);
void random_rule(uint64_t *seed, struct mcr_rule *rule,
		 unsigned int max_outputs);
void random_counters(uint64_t *seed, struct mcr_rule *rule);
void assert_same_rule(const struct mcr_rule *a, const struct mcr_rule *b);

#endif /* MCR_TESTS_COMMON_H */
