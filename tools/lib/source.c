// SPDX-License-Identifier: GPL-2.0
/*
 * The text of a file of statements; see source.h.
 */
#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "str.h"

#define STDIN_NAME	"<stdin>"

static int fail(struct mcr_error *err, const char *path, const char *why)
{
	struct mcr_str name = { 0 };

	mcr_str_safe(&name, path);
	mcr_error_set(err, MCR_ERROR_REFUSED, "%.200s cannot be read: %s",
		      name.s ? name.s : "", why);
	mcr_str_free(&name);
	return -1;
}

static int grow(struct mcr_source *source, size_t *size, struct mcr_error *err)
{
	size_t wanted = *size ? *size * 2 : 16384;
	char *text;

	if (source->len >= MCR_SOURCE_MAX)
		return fail(err, source->name, "it is larger than 1 GiB");
	text = realloc(source->text, wanted);
	if (!text)
		return mcr_error_set(err, MCR_ERROR_SYSTEM, "out of memory");
	source->text = text;
	*size = wanted;
	return 0;
}

/* Up to the end of the file, or to a NUL byte: /dev/zero has no end. */
static int read_text(struct mcr_source *source, int fd, struct mcr_error *err)
{
	size_t size = 0;
	const char *nul;
	ssize_t n;

	for (;;) {
		if (source->len + 1 >= size && grow(source, &size, err))
			return -1;
		n = read(fd, source->text + source->len,
			 size - source->len - 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail(err, source->name, strerror(errno));
		nul = n ? memchr(source->text + source->len, 0, (size_t)n) :
			  NULL;
		source->len += (size_t)n;
		if (nul) {
			source->binary = true;
			source->len = (size_t)(nul - source->text);
		}
		source->text[source->len] = '\0';
		if (!n || nul)
			return 0;
	}
}

/* Editors of other systems begin a file with a byte order mark. */
static void strip_mark(struct mcr_source *source)
{
	static const char mark[] = "\xef\xbb\xbf";
	size_t len = sizeof(mark) - 1;

	if (strncmp(source->text, mark, len) != 0)
		return;
	source->len -= len;
	memmove(source->text, source->text + len, source->len + 1);
}

static int read_file(struct mcr_source *source, const char *path, int fd,
		     struct mcr_error *err)
{
	if (fstat(fd, &source->stat))
		return fail(err, path, strerror(errno));
	if (S_ISDIR(source->stat.st_mode))
		return fail(err, path,
			    "it is a directory, where a file is needed");
	if (read_text(source, fd, err))
		return -1;
	strip_mark(source);
	return 0;
}

/**
 * mcr_source_read - read a file
 * @path: its path; "-" is standard input
 * @err: where to say what is wrong
 *
 * Return: the file, for mcr_source_free(); NULL and an error.
 */
struct mcr_source *mcr_source_read(const char *path, struct mcr_error *err)
{
	struct mcr_source *source = calloc(1, sizeof(*source));
	bool standard = !strcmp(path, "-");
	int fd = STDIN_FILENO;
	int ret;

	if (source)
		source->name = strdup(standard ? STDIN_NAME : path);
	if (!source || !source->name) {
		mcr_error_set(err, MCR_ERROR_SYSTEM, "out of memory");
		mcr_source_free(source);
		return NULL;
	}
	if (!standard)
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		ret = fail(err, path, strerror(errno));
	else
		ret = read_file(source, source->name, fd, err);
	if (fd >= 0 && !standard)
		close(fd);
	if (!ret)
		return source;
	mcr_source_free(source);
	return NULL;
}

/**
 * mcr_source_free - forget a file
 * @source: the file; may be NULL
 */
void mcr_source_free(struct mcr_source *source)
{
	if (!source)
		return;
	free(source->text);
	free(source->name);
	free(source);
}

/**
 * mcr_source_is_open - is this file one of those that are being read?
 * @source: the innermost of them
 * @stat: what the file system says of the file in question
 *
 * Return: true if @source or one that includes it is the same file.
 */
bool mcr_source_is_open(const struct mcr_source *source,
			const struct stat *stat)
{
	for (; source; source = source->parent)
		if (source->stat.st_dev == stat->st_dev &&
		    source->stat.st_ino == stat->st_ino)
			return true;
	return false;
}

/**
 * mcr_source_line - find a line
 * @source: the file
 * @line: its number, from 1
 * @len: tells its length, without what ends it
 *
 * Return: where it begins; an empty line if there are not so many.
 */
const char *mcr_source_line(const struct mcr_source *source, unsigned int line,
			    size_t *len)
{
	const char *text = source->text;

	while (--line && *text) {
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	*len = strcspn(text, "\n");
	if (*len && text[*len - 1] == '\r')
		--*len;
	return text;
}
