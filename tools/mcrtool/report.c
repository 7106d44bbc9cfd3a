// SPDX-License-Identifier: GPL-2.0
/*
 * What goes to standard error: sentences, and the word at fault underlined.
 */
#include <stdio.h>
#include <string.h>

#include "mcrtool.h"

/* Columns of the command line that are shown, and how many before the word. */
#define SHOWN	72
#define BEFORE	48

/**
 * mcrtool_complain - say something on standard error
 * @text: the sentence; what it quotes may be anything
 */
void mcrtool_complain(const char *text)
{
	struct mcr_str str = { 0 };

	mcr_str_safe(&str, text);
	fprintf(stderr, "mcrtool: %s\n", str.s ? str.s : "out of memory");
	mcr_str_free(&str);
}

static size_t columns(const struct mcr_str *str)
{
	const char *s;
	size_t n = 0;

	for (s = str->s; s && *s; s++)
		if (((unsigned char)*s & 0xc0) != 0x80)
			n++;
	return n;
}

static size_t word_columns(const struct mcr_words *w, size_t i)
{
	struct mcr_str str = { 0 };
	size_t n;

	mcr_str_word(&str, w->tokens[i].text);
	n = columns(&str);
	mcr_str_free(&str);
	return n;
}

/**
 * mcrtool_underline - show words with one of them underlined
 * @w: the words
 * @word: the number of the word, from 1; one more than there are: behind them
 */
void mcrtool_underline(const struct mcr_words *w, size_t word)
{
	size_t at = word - 1, first = at, last = at, n, width = 1, indent;
	struct mcr_str line = { 0 };
	size_t i;

	for (n = 0; first && n + word_columns(w, first - 1) < BEFORE; first--)
		n += word_columns(w, first - 1) + 1;
	n += at < w->count ? word_columns(w, at) : 1;
	for (; last + 1 < w->count &&
	     n + word_columns(w, last + 1) < SHOWN; last++)
		n += word_columns(w, last + 1) + 1;

	mcr_str_add(&line, first ? "  ..." : " ");
	indent = columns(&line) + 1;
	for (i = first; i <= last && i < w->count; i++) {
		if (i == at) {
			indent = columns(&line) + 1;
			width = word_columns(w, i);
		}
		mcr_str_add(&line, " ");
		mcr_str_word(&line, w->tokens[i].text);
	}
	if (at >= w->count)
		indent = columns(&line) + 1;
	if (last + 1 < w->count)
		mcr_str_add(&line, " ...");
	if (!line.failed) {
		fprintf(stderr, "%s\n%*s", line.s, (int)indent, "");
		for (i = 0; i < width; i++)
			fputc('^', stderr);
		fputc('\n', stderr);
	}
	mcr_str_free(&line);
}

static int exit_status(enum mcr_error_kind kind)
{
	switch (kind) {
	case MCR_ERROR_SYNTAX:
		return MCRTOOL_SYNTAX;
	case MCR_ERROR_NO_SERVER:
		return MCRTOOL_NO_SERVER;
	default:
		return MCRTOOL_REFUSED;
	}
}

/**
 * mcrtool_fail - say what is wrong
 * @t: the invocation; @t->err tells what
 *
 * Return: the exit status that goes with it.
 */
int mcrtool_fail(struct mcrtool *t)
{
	const struct mcr_error *err = &t->err;

	if (err->source) {
		mcrtool_excerpt(err, "");
	} else {
		mcrtool_complain(err->text);
		if (err->word)
			mcrtool_underline(&t->words, err->word);
	}
	return exit_status(err->kind);
}

/**
 * mcrtool_fail_all - say what is wrong with a file
 * @t: the invocation
 * @errors: what is wrong
 *
 * Return: the exit status that goes with it: a word that was not understood
 * counts before one that is refused.
 */
int mcrtool_fail_all(struct mcrtool *t, const struct mcr_errors *errors)
{
	int ret = MCRTOOL_REFUSED;
	unsigned int i;

	for (i = 0; i < errors->count; i++) {
		t->err = errors->list[i];
		if (mcrtool_fail(t) == MCRTOOL_SYNTAX)
			ret = MCRTOOL_SYNTAX;
	}
	if (errors->more)
		mcrtool_complain("there is more that is wrong: it was not read on");
	return ret;
}

/**
 * mcrtool_warn - tell what the server warns of
 * @t: the invocation, connected
 * @text: the warning
 * @rule: id of the rule that it speaks of; 0: none
 */
void mcrtool_warn(struct mcrtool *t, const char *text, __u32 rule)
{
	struct mcr_str str = { 0 };

	mcr_str_addf(&str, "warning: %s", text);
	if (!str.failed)
		mcrtool_complain(str.s);
	mcr_str_free(&str);
	mcrtool_tell_of_other(t, rule, "");
}

/**
 * mcrtool_warn_all - tell what the server warns of
 * @t: the invocation, connected
 * @txn: what the statements of a file were put in force with
 */
void mcrtool_warn_all(struct mcrtool *t, const struct mcr_transaction *txn)
{
	const struct mcr_errors *warnings = &txn->warnings;
	unsigned int i;

	for (i = 0; i < warnings->count; i++) {
		mcrtool_excerpt(&warnings->list[i], "warning: ");
		mcrtool_tell_of_other(t, warnings->list[i].rule, "");
	}
	if (warnings->more)
		mcrtool_complain("there are more warnings like that");
	if (txn->warning.text[0])
		mcrtool_warn(t, txn->warning.text, txn->warning.rule);
}

/**
 * mcrtool_no_memory - say that memory ran out
 * @t: the invocation
 *
 * Return: an exit status.
 */
int mcrtool_no_memory(struct mcrtool *t)
{
	mcr_error_set(&t->err, MCR_ERROR_SYSTEM, "out of memory");
	return mcrtool_fail(t);
}
