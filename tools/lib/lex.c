// SPDX-License-Identifier: GPL-2.0
/*
 * Text into words; see lex.h.
 */
#include "lex.h"

#include <stdlib.h>
#include <string.h>

#include "str.h"

/**
 * mcr_lex_init - begin to split a text
 * @lex: to be freed by mcr_lex_exit()
 * @file: name of the file, for errors
 * @text: the text; must stay until mcr_lex_exit()
 */
void mcr_lex_init(struct mcr_lex *lex, const char *file, const char *text)
{
	memset(lex, 0, sizeof(*lex));
	lex->file = file;
	lex->text = text;
	lex->line = 1;
	lex->column = 1;
}

static void lex_drop(struct mcr_lex *lex)
{
	size_t i;

	for (i = 0; i < lex->count; i++)
		free((char *)lex->tokens[i].text);
	lex->count = 0;
}

/**
 * mcr_lex_exit - free the words
 * @lex: what mcr_lex_init() began
 */
void mcr_lex_exit(struct mcr_lex *lex)
{
	lex_drop(lex);
	free(lex->tokens);
	lex->tokens = NULL;
	lex->room = 0;
}

static void lex_advance(struct mcr_lex *lex, size_t bytes)
{
	while (bytes--) {
		if (*lex->text++ == '\n') {
			lex->line++;
			lex->column = 1;
		} else {
			lex->column++;
		}
	}
}

static int lex_fail(const struct mcr_lex *lex, struct mcr_error *err,
		    const char *sentence)
{
	mcr_error_set(err, MCR_ERROR_SYNTAX, "%s", sentence);
	err->file = lex->file;
	err->line = lex->line;
	err->column = lex->column;
	return -1;
}

/* Bytes from here to behind a backslash that continues the line; 0: none. */
static size_t continuation(const char *text)
{
	size_t len = text[0] == '\\' && text[1] == '\r' ? 2 : 1;

	return text[0] == '\\' && text[len] == '\n' ? len + 1 : 0;
}

/*
 * The word ends here; it began at @column of this line. Takes over @word, even
 * on failure.
 */
static int lex_push(struct mcr_lex *lex, struct mcr_str *word, bool quoted,
		    unsigned int column, struct mcr_error *err)
{
	struct mcr_token *tokens;
	size_t room;

	if (word->failed)
		goto no_memory;
	if (lex->count == lex->room) {
		room = lex->room ? lex->room * 2 : 16;
		tokens = reallocarray(lex->tokens, room, sizeof(*tokens));
		if (!tokens)
			goto no_memory;
		lex->tokens = tokens;
		lex->room = room;
	}
	lex->tokens[lex->count++] = (struct mcr_token){
		.text = word->s,
		.line = lex->line,
		.column = column,
		.length = lex->column - column,
		.quoted = quoted,
	};
	return 0;

no_memory:
	mcr_str_free(word);
	return mcr_error_set(err, MCR_ERROR_SYSTEM, "out of memory");
}

static int lex_quoted(struct mcr_lex *lex, struct mcr_error *err)
{
	unsigned int column = lex->column;
	struct mcr_str word = { 0 };
	char c[2] = { 0 };

	mcr_str_add(&word, "");
	lex_advance(lex, 1);
	while (*lex->text != '"') {
		if (!*lex->text || *lex->text == '\n') {
			mcr_str_free(&word);
			return lex_fail(lex, err, "a closing '\"' is missing");
		}
		if (*lex->text == '\\' && lex->text[1] &&
		    strchr("\"\\$`", lex->text[1]))
			lex_advance(lex, 1);
		c[0] = *lex->text;
		mcr_str_add(&word, c);
		lex_advance(lex, 1);
	}
	lex_advance(lex, 1);
	return lex_push(lex, &word, true, column, err);
}

static int lex_bare(struct mcr_lex *lex, struct mcr_error *err)
{
	unsigned int column = lex->column;
	size_t len = strcspn(lex->text, " \t\r\n;\"\\");
	struct mcr_str word = { 0 };

	mcr_str_addf(&word, "%.*s", (int)len, lex->text);
	lex_advance(lex, len);
	if (*lex->text == '"' ||
	    (*lex->text == '\\' && !continuation(lex->text))) {
		mcr_str_free(&word);
		return lex_fail(lex, err,
				"a word with '\"' or '\\' in it must stand in quotes as a whole");
	}
	return lex_push(lex, &word, false, column, err);
}

/**
 * mcr_lex_next - read the next statement's words
 * @lex: the text
 * @err: where to say what is wrong
 *
 * The words are in @lex->tokens until the next call.
 *
 * Return: 1 for a statement, 0 at the end of the text, -1 and an error.
 */
int mcr_lex_next(struct mcr_lex *lex, struct mcr_error *err)
{
	int ret;

	lex_drop(lex);
	for (;;) {
		if (!*lex->text)
			return lex->count ? 1 : 0;
		if (*lex->text == '\n' || *lex->text == ';') {
			lex_advance(lex, 1);
			if (lex->count)
				return 1;
			continue;
		}
		if (strchr(" \t\r", *lex->text)) {
			lex_advance(lex, 1);
			continue;
		}
		if (*lex->text == '#') {
			lex_advance(lex, strcspn(lex->text, "\n"));
			continue;
		}
		if (continuation(lex->text)) {
			lex_advance(lex, continuation(lex->text));
			continue;
		}
		ret = *lex->text == '"' ? lex_quoted(lex, err) :
					  lex_bare(lex, err);
		if (ret)
			return -1;
	}
}

/**
 * mcr_lex_skip - leave out what is left of a statement that cannot be read
 * @lex: the text, behind an error
 *
 * The statement ends with its line, or with the lines that continue it.
 */
void mcr_lex_skip(struct mcr_lex *lex)
{
	size_t len;

	lex_drop(lex);
	while (*lex->text) {
		lex_advance(lex, strcspn(lex->text, "\\\n"));
		len = continuation(lex->text);
		if (*lex->text == '\n')
			return;
		if (*lex->text)
			lex_advance(lex, len ? len : 1);
	}
}
