/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Words, whether from the command line or from a file, and a place in them.
 */
#ifndef MCR_WORDS_H
#define MCR_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"

/**
 * struct mcr_token - a word
 * @text: NUL-terminated
 * @line: where it stands, from 1; 0: on the command line
 * @column: its first byte in that line, from 1; 0: on the command line
 * @length: bytes it takes there, quotes included
 * @quoted: it stood in quotes: never a keyword
 */
struct mcr_token {
	const char *text;
	unsigned int line;
	unsigned int column;
	unsigned int length;
	bool quoted;
};

/**
 * struct mcr_words - words that are being read
 * @tokens: the words; borrowed
 * @count: how many
 * @pos: index of the next one to read
 * @file: where they are from, for errors; NULL: the command line
 * @source: the text they are from, for errors; NULL: none. Borrowed
 * @err: where the readers say what is wrong
 */
struct mcr_words {
	const struct mcr_token *tokens;
	size_t count;
	size_t pos;
	const char *file;
	const struct mcr_source *source;
	struct mcr_error *err;
};

bool mcr_words_end(const struct mcr_words *w);
bool mcr_words_at(const struct mcr_words *w, const char *keyword);
bool mcr_words_skip(struct mcr_words *w, const char *keyword);
const char *mcr_words_value(struct mcr_words *w, const char *keyword,
			    const char *accepted);
const char *mcr_words_show(const struct mcr_words *w, char *buf, size_t size);
int mcr_words_fail(struct mcr_words *w, size_t word, enum mcr_error_kind kind,
		   const char *fmt, ...) __printf(4, 5);

#endif /* MCR_WORDS_H */
