/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Text into words, as rule files have it: statements end with a line or with
 * ";", a backslash before the line's end continues them, "#" at the start of a
 * word begins a comment, and a word in double quotes may hold anything, with a
 * backslash before '"', "\", "$" and "`". Lines may end as DOS has it.
 */
#ifndef MCR_LEX_H
#define MCR_LEX_H

#include "words.h"

/**
 * struct mcr_lex - text that is being split into words
 * @text: what is left of it, NUL-terminated; borrowed
 * @file: its name, for errors; borrowed
 * @line: line of @text, from 1
 * @column: column of @text in it, from 1
 * @tokens: words of the last statement; freed by mcr_lex_exit()
 * @count: how many
 * @room: how many there is room for
 */
struct mcr_lex {
	const char *text;
	const char *file;
	unsigned int line;
	unsigned int column;
	struct mcr_token *tokens;
	size_t count;
	size_t room;
};

void mcr_lex_init(struct mcr_lex *lex, const char *file, const char *text);
void mcr_lex_exit(struct mcr_lex *lex);
int mcr_lex_next(struct mcr_lex *lex, struct mcr_error *err);
void mcr_lex_skip(struct mcr_lex *lex);

#endif /* MCR_LEX_H */
