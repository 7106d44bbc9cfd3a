// SPDX-License-Identifier: GPL-2.0
/*
 * Words and a place in them; see words.h.
 */
#include "words.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "str.h"

/**
 * mcr_words_end - are all words read?
 * @w: the words
 *
 * Return: true if so.
 */
bool mcr_words_end(const struct mcr_words *w)
{
	return w->pos >= w->count;
}

/**
 * mcr_words_at - is the next word this keyword?
 * @w: the words
 * @keyword: the keyword, which must be spelled out
 *
 * Return: true if so.
 */
bool mcr_words_at(const struct mcr_words *w, const char *keyword)
{
	return !mcr_words_end(w) && !w->tokens[w->pos].quoted &&
	       !strcmp(w->tokens[w->pos].text, keyword);
}

/**
 * mcr_words_skip - read this keyword, if it is the next word
 * @w: the words
 * @keyword: the keyword
 *
 * Return: true if it was there.
 */
bool mcr_words_skip(struct mcr_words *w, const char *keyword)
{
	if (!mcr_words_at(w, keyword))
		return false;
	w->pos++;
	return true;
}

/**
 * mcr_words_value - read the word that belongs to a keyword
 * @w: the words
 * @keyword: the keyword, for the error
 * @accepted: what is accepted, for the error
 *
 * Return: the word, or NULL and an error if there is none.
 */
const char *mcr_words_value(struct mcr_words *w, const char *keyword,
			    const char *accepted)
{
	if (mcr_words_end(w)) {
		mcr_words_fail(w, w->count + 1, MCR_ERROR_SYNTAX,
			       "%s needs a value: %s", keyword, accepted);
		return NULL;
	}
	return w->tokens[w->pos++].text;
}

static void copy_safe(char *buf, size_t size, const char *text)
{
	struct mcr_str str = { 0 };
	size_t len = 0, n;

	mcr_str_safe(&str, text);
	while (str.s && str.s[len]) {
		n = mcr_utf8_len(str.s + len);
		if (len + n >= size)
			break;
		len += n;
	}
	if (len)
		memcpy(buf, str.s, len);
	buf[len] = '\0';
	mcr_str_free(&str);
}

/**
 * mcr_words_show - the next word, for an error
 * @w: the words
 * @buf: where to write it, in quotes; "nothing" behind the last word
 * @size: bytes in @buf, at least 16
 *
 * Return: @buf.
 */
const char *mcr_words_show(const struct mcr_words *w, char *buf, size_t size)
{
	char word[64];

	if (mcr_words_end(w)) {
		snprintf(buf, size, "nothing");
		return buf;
	}
	copy_safe(word, sizeof(word), w->tokens[w->pos].text);
	snprintf(buf, size, "'%s'", word);
	return buf;
}

/**
 * mcr_words_fail - say what is wrong with a word
 * @w: the words
 * @word: the number of the word, from 1; 0: none of them
 * @kind: what sort of error
 * @fmt: the sentence, as of printf()
 *
 * Return: -1, for callers to pass on.
 */
int mcr_words_fail(struct mcr_words *w, size_t word, enum mcr_error_kind kind,
		   const char *fmt, ...)
{
	struct mcr_error *err = w->err;
	va_list ap;

	memset(err, 0, sizeof(*err));
	err->kind = kind;
	err->file = w->file;
	err->source = w->source;
	err->word = word;
	if (word && word <= w->count) {
		err->line = w->tokens[word - 1].line;
		err->column = w->tokens[word - 1].column;
		err->length = w->tokens[word - 1].length;
		copy_safe(err->bad, sizeof(err->bad), w->tokens[word - 1].text);
	} else if (word && w->count) {
		const struct mcr_token *last = &w->tokens[w->count - 1];

		err->line = last->line;
		if (last->column)
			err->column = last->column + last->length;
	}
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	return -1;
}
