// SPDX-License-Identifier: GPL-2.0
/*
 * An error in a file: where it is, the line, and the word underlined.
 */
#include <stdio.h>
#include <string.h>

#include "mcrtool.h"

/* Columns of a line that are shown, and how many before the word. */
#define SHOWN	72
#define BEFORE	48

/* Bytes of the character at @text, of which @len are left; bad ones are one. */
static size_t char_len(const char *text, size_t len)
{
	size_t n = mcr_utf8_len(text);

	return n && n <= len ? n : 1;
}

static size_t columns(const char *text, size_t len)
{
	size_t i, n = 0;

	for (i = 0; i < len; i += char_len(text + i, len - i))
		n++;
	return n;
}

/* Bytes of so many columns. */
static size_t bytes(const char *text, size_t len, size_t n)
{
	size_t i = 0;

	while (i < len && n--)
		i += char_len(text + i, len - i);
	return i;
}

static void add_part(struct mcr_str *str, const char *text, size_t len)
{
	struct mcr_str part = { 0 };
	char *s;

	if (!len)
		return;
	mcr_str_addf(&part, "%.*s", (int)len, text);
	for (s = part.s; s && *s; s++)
		if (*s == '\t')
			*s = ' ';
	if (part.s)
		mcr_str_safe(str, part.s);
	str->failed |= part.failed;
	mcr_str_free(&part);
}

static void show_line(const struct mcr_error *err)
{
	size_t len, blank, at, width, first = 0, shown;
	struct mcr_str line = { 0 };
	const char *text;

	text = mcr_source_line(err->source, err->line, &len);
	blank = strspn(text, " \t");
	at = err->column - 1;
	at = at < len ? at : len;
	if (blank > at)
		blank = at;
	width = err->length < len - at ? err->length : len - at;
	width = columns(text + at, width);
	text += blank;
	len -= blank;
	at = columns(text, at - blank);
	if (at > BEFORE) {
		first = at - BEFORE;
		shown = bytes(text, len, first);
		text += shown;
		len -= shown;
		at = BEFORE + 3;
	}
	shown = bytes(text, len, SHOWN);
	mcr_str_add(&line, first ? "  ..." : "  ");
	add_part(&line, text, shown);
	if (shown < len)
		mcr_str_add(&line, "...");
	if (width > SHOWN + 3 - at)
		width = SHOWN + 3 - at;
	mcr_str_addf(&line, "\n%*s^", (int)at + 2, "");
	while (width-- > 1)
		mcr_str_add(&line, "~");
	if (!line.failed)
		fprintf(stderr, "%s\n", line.s);
	mcr_str_free(&line);
}

static void add_place(struct mcr_str *str, const char *file, unsigned int line,
		      unsigned int column)
{
	mcr_str_safe(str, file);
	mcr_str_addf(str, ":%u:%u", line, column);
}

/**
 * mcrtool_excerpt - print an error in a file on standard error
 * @err: the error, with its @source
 * @before: what stands before its sentence
 */
void mcrtool_excerpt(const struct mcr_error *err, const char *before)
{
	const struct mcr_source *source = err->source;
	struct mcr_str str = { 0 };

	add_place(&str, source->name, err->line, err->column);
	mcr_str_addf(&str, ": %s", before);
	mcr_str_safe(&str, err->text);
	fprintf(stderr, "%s\n", str.s ? str.s : "out of memory");
	mcr_str_free(&str);
	show_line(err);
	for (; source->parent; source = source->parent) {
		mcr_str_add(&str, "  included from ");
		add_place(&str, source->parent->name, source->line,
			  source->column);
		fprintf(stderr, "%s\n", str.s ? str.s : "out of memory");
		mcr_str_free(&str);
	}
}
