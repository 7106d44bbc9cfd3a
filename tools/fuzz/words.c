// SPDX-License-Identifier: GPL-2.0
/*
 * The arguments of mcrtool, options aside: each line of the input is one. What a
 * verb reads is put into the request that it sends, and a rule is printed and
 * read again.
 */
#include <netlink/msg.h>
#include <stdlib.h>
#include <string.h>

#include "../mcrtool/mcrtool.h"
#include "fuzz.h"
#include "statement.h"

#define WORDS_MAX	600U

/* In place, as argv has them. Returns how many. */
static size_t split(char *text, struct mcr_token *tokens)
{
	size_t n = 0;

	while (text && n < WORDS_MAX)
		tokens[n++].text = strsep(&text, "\n");
	return n;
}

static void check_request(const struct mcrtool_verb *verb,
			  const struct mcr_statement *st)
{
	struct nl_msg *msg = mcrtool_request(verb, st, 0);

	fuzz_check(msg, "what was read does not go into a message");
	nlmsg_free(msg);
}

static void check_error(const struct mcr_words *w)
{
	const struct mcr_error *err = w->err;

	fuzz_check(err->text[0], "words are refused without a reason");
	fuzz_check(err->word <= w->count + 1,
		   "an error is about a word that is not there");
}

static void try_words(struct mcr_words *w)
{
	const struct mcrtool_verb *verb = mcrtool_find_verb(w);
	struct mcr_statement st;
	int ret;

	if (!verb) {
		check_error(w);
		return;
	}
	if (!verb->parse)
		return;
	mcr_statement_init(&st);
	ret = verb->parse(w, &st);
	if (ret) {
		check_error(w);
	} else {
		check_request(verb, &st);
		if (verb->cmd == MCR_CMD_RULE_NEW)
			fuzz_round_trip(&st.rule);
	}
	mcr_statement_free(&st);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mcr_token *tokens = calloc(WORDS_MAX, sizeof(*tokens));
	char *text = strndup((const char *)data, size);
	struct mcr_error err = { 0 };
	struct mcr_words w = { .tokens = tokens, .err = &err };

	if (!tokens || !text)
		abort();
	w.count = split(text, tokens);
	try_words(&w);
	free(text);
	free(tokens);
	return 0;
}
