/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Files of statements: one a line or between ";", and files that they include.
 *
 *	file = { [stmt] [COMMENT] (NL | ";") }
 *	stmt = "include" WORD | what the reader of the file knows
 */
#ifndef MCR_FILE_H
#define MCR_FILE_H

#include <stdbool.h>

#include "lex.h"
#include "source.h"
#include "words.h"

/* How many errors are told before a file is given up. */
#define MCR_FILE_ERRORS_MAX	20

/* How deep files may include each other. */
#define MCR_FILE_DEPTH_MAX	16

/**
 * struct mcr_place - where in a file a statement is
 * @source: the file; borrowed
 * @text: in its text, at the statement or at what is left out before it
 * @line: line of @text, from 1
 * @column: column of @text in it, from 1
 */
struct mcr_place {
	const struct mcr_source *source;
	const char *text;
	unsigned int line;
	unsigned int column;
};

/**
 * struct mcr_errors - errors, for the user to see all at once
 * @list: the first ones
 * @count: how many of them there are
 * @more: how many more there were
 */
struct mcr_errors {
	struct mcr_error list[MCR_FILE_ERRORS_MAX];
	unsigned int count;
	unsigned int more;
};

/**
 * struct mcr_file - a file that was read, and those it includes
 * @sources: the files
 * @count: how many
 * @errors: what is wrong with them
 *
 * All zeroes before mcr_file_read(). Freed by mcr_file_free(); until then
 * places and errors in it are good.
 */
struct mcr_file {
	struct mcr_source **sources;
	size_t count;
	struct mcr_errors errors;
};

/**
 * typedef mcr_statement_fn - called for each statement of a file
 * @w: its words, at the first one, which is not "include"; good for this call
 * @place: where it is
 * @arg: the caller's
 *
 * Return: 0, or -1 and an error in @w->err. The next statement is read
 * nevertheless, unless the error is of MCR_ERROR_SYSTEM.
 */
typedef int (*mcr_statement_fn)(struct mcr_words *w,
				const struct mcr_place *place, void *arg);

void mcr_errors_add(struct mcr_errors *errors, const struct mcr_error *err);

int mcr_file_read(struct mcr_file *file, const char *path, bool includes,
		  mcr_statement_fn fn, void *arg);
void mcr_file_free(struct mcr_file *file);
int mcr_place_read(const struct mcr_place *place, struct mcr_lex *lex,
		   struct mcr_words *w);

#endif /* MCR_FILE_H */
