/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What went wrong, for the caller to print: nothing in this library prints.
 */
#ifndef MCR_ERROR_H
#define MCR_ERROR_H

#include <stddef.h>

#include "compiler.h"

struct mcr_source;

/**
 * enum mcr_error_kind - what sort of error
 * @MCR_ERROR_NONE: none
 * @MCR_ERROR_SYNTAX: words that the grammar does not know
 * @MCR_ERROR_REFUSED: well-formed, but not acceptable
 * @MCR_ERROR_NO_SERVER: nobody serves the protocol, or not to us
 * @MCR_ERROR_SYSTEM: memory, sockets, replies nobody can read
 */
enum mcr_error_kind {
	MCR_ERROR_NONE,
	MCR_ERROR_SYNTAX,
	MCR_ERROR_REFUSED,
	MCR_ERROR_NO_SERVER,
	MCR_ERROR_SYSTEM,
};

/**
 * struct mcr_error - an error, and where it is
 * @kind: what sort
 * @file: name of the file the words are from; NULL: the command line. Borrowed
 * @line: line of the word at fault, from 1; 0: not in a file
 * @column: its first byte in that line, from 1; 0: not in a file
 * @length: bytes it takes in the line, quotes included; 0: it is missing there
 * @source: the text that @line is a line of; NULL: none. Borrowed
 * @word: its number, from 1; one more than there are words: behind the last;
 *	0: the error is about none of them
 * @rule: id of another rule that @text speaks of; 0: of none
 * @bad: the word, cut and without control characters
 * @text: the sentence: what was refused and what would be accepted
 */
struct mcr_error {
	enum mcr_error_kind kind;
	const char *file;
	unsigned int line;
	unsigned int column;
	unsigned int length;
	const struct mcr_source *source;
	size_t word;
	unsigned int rule;
	char bad[64];
	char text[512];
};

int mcr_error_set(struct mcr_error *err, enum mcr_error_kind kind,
		  const char *fmt, ...) __printf(3, 4);

#endif /* MCR_ERROR_H */
