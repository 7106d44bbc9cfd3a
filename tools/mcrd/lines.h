/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a worker says: lines, each a JSON object, read from its pipe.
 */
#ifndef MCRD_LINES_H
#define MCRD_LINES_H

#include <stdbool.h>
#include <stddef.h>

/* A longer line comes in pieces. */
#define MCRD_LINE_MAX	1024

/**
 * struct mcrd_lines - a stream that is taken apart into lines
 * @buf: the line that has begun
 * @len: bytes of it
 * @line: called with each line, NUL-terminated, without its end
 * @arg: for it
 */
struct mcrd_lines {
	char buf[MCRD_LINE_MAX + 1];
	size_t len;
	void (*line)(void *arg, char *text);
	void *arg;
};

void mcrd_lines_add(struct mcrd_lines *l, const char *data, size_t len);
void mcrd_lines_end(struct mcrd_lines *l);

bool mcrd_line_json(const char *text, int *level);
void mcrd_line_tame(char *text);

#endif /* MCRD_LINES_H */
