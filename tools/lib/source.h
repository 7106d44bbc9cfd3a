/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The text of a file of statements.
 */
#ifndef MCR_SOURCE_H
#define MCR_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "error.h"

/* Larger than a file of as many rules as there can be. */
#define MCR_SOURCE_MAX	(1024UL * 1024 * 1024)

/**
 * struct mcr_source - a file that was read
 * @name: what it is called in errors
 * @text: what is in it, NUL-terminated; where it has a NUL byte, up to that
 * @len: bytes of @text
 * @binary: it has a NUL byte
 * @stat: what the file system says of it
 * @parent: the file that includes it; NULL: none. Borrowed
 * @line: line of @parent where that is said
 * @column: column there
 * @depth: how many files include it, by way of each other
 *
 * Freed by mcr_source_free().
 */
struct mcr_source {
	char *name;
	char *text;
	size_t len;
	bool binary;
	struct stat stat;
	const struct mcr_source *parent;
	unsigned int line;
	unsigned int column;
	unsigned int depth;
};

struct mcr_source *mcr_source_read(const char *path, struct mcr_error *err);
void mcr_source_free(struct mcr_source *source);
bool mcr_source_is_open(const struct mcr_source *source,
			const struct stat *stat);
const char *mcr_source_line(const struct mcr_source *source, unsigned int line,
			    size_t *len);

#endif /* MCR_SOURCE_H */
