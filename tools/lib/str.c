// SPDX-License-Identifier: GPL-2.0
/*
 * Text that grows; see str.h.
 */
#include "str.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Characters that neither the shell nor a rule file gives a meaning to. */
#define PLAIN	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" \
		"0123456789_.:/@%+=,-"

/* Between double quotes, these have a meaning unless a backslash is before them. */
#define ESCAPED	"\"\\$`"

/**
 * mcr_str_free - free a text
 * @str: the text; empty afterwards and usable again
 */
void mcr_str_free(struct mcr_str *str)
{
	free(str->s);
	memset(str, 0, sizeof(*str));
}

static bool str_reserve(struct mcr_str *str, size_t more)
{
	size_t size = str->size ? str->size : 64;
	char *s;

	if (str->failed)
		return false;
	if (str->len + more < str->size)
		return true;
	while (size <= str->len + more)
		size *= 2;
	s = realloc(str->s, size);
	if (!s) {
		str->failed = true;
		return false;
	}
	str->s = s;
	str->size = size;
	return true;
}

static void str_add_bytes(struct mcr_str *str, const char *bytes, size_t len)
{
	if (!str_reserve(str, len))
		return;
	memcpy(str->s + str->len, bytes, len);
	str->len += len;
	str->s[str->len] = '\0';
}

/**
 * mcr_str_add - append text
 * @str: the text; its @failed is set when memory runs out
 * @text: what to append
 */
void mcr_str_add(struct mcr_str *str, const char *text)
{
	str_add_bytes(str, text, strlen(text));
}

/**
 * mcr_str_addf - append formatted text
 * @str: the text; its @failed is set when memory runs out
 * @fmt: as of printf()
 */
void mcr_str_addf(struct mcr_str *str, const char *fmt, ...)
{
	size_t room = str->size - str->len;
	va_list ap;
	int len;

	if (str->failed)
		return;
	/* Mostly there is room, and once is enough. */
	va_start(ap, fmt);
	len = vsnprintf(room ? str->s + str->len : NULL, room, fmt, ap);
	va_end(ap);
	if (len >= 0 && (size_t)len >= room) {
		if (room)
			str->s[str->len] = '\0';
		if (!str_reserve(str, (size_t)len))
			return;
		va_start(ap, fmt);
		vsnprintf(str->s + str->len, (size_t)len + 1, fmt, ap);
		va_end(ap);
	}
	if (len < 0)
		str->failed = true;
	else
		str->len += (size_t)len;
}

/**
 * mcr_utf8_len - length of the character at the start of a text
 * @s: NUL-terminated text
 *
 * Return: 1 to 4 bytes of well-formed UTF-8 (RFC 3629); 0 if it is none, or the
 * text is empty.
 */
size_t mcr_utf8_len(const char *s)
{
	const unsigned char *c = (const unsigned char *)s;
	unsigned int code;
	size_t len, i;

	if (c[0] < 0x80)
		return c[0] ? 1 : 0;
	if (c[0] >= 0xc2 && c[0] <= 0xdf)
		len = 2;
	else if ((c[0] & 0xf0) == 0xe0)
		len = 3;
	else if (c[0] >= 0xf0 && c[0] <= 0xf4)
		len = 4;
	else
		return 0;

	code = c[0] & (0xffU >> (len + 1));
	for (i = 1; i < len; i++) {
		if ((c[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (c[i] & 0x3f);
	}
	if ((len == 3 && code < 0x800) || (len == 4 && code < 0x10000) ||
	    code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return 0;
	return len;
}

/* C0, DEL and C1: what a terminal may take for a command. */
static bool is_control(const char *s, size_t len)
{
	const unsigned char *c = (const unsigned char *)s;

	if (len == 1)
		return c[0] < 0x20 || c[0] == 0x7f;
	return len == 2 && c[0] == 0xc2 && c[1] < 0xa0;
}

static void str_add_safe(struct mcr_str *str, const char *text,
			 const char *escape)
{
	size_t len;

	for (; *text; text += len) {
		len = mcr_utf8_len(text);
		if (!len || is_control(text, len)) {
			len = len ? len : 1;
			str_add_bytes(str, "?", 1);
			continue;
		}
		if (len == 1 && strchr(escape, *text))
			str_add_bytes(str, "\\", 1);
		str_add_bytes(str, text, len);
	}
}

/**
 * mcr_str_safe - append text that somebody else wrote
 * @str: the text; its @failed is set when memory runs out
 * @text: what to append; control characters and what is no UTF-8 become "?"
 */
void mcr_str_safe(struct mcr_str *str, const char *text)
{
	str_add_safe(str, text, "");
}

/* One character that is perhaps not plain; tells how many bytes it has. */
static size_t add_label_char(struct mcr_str *str, const char *value)
{
	size_t len = mcr_utf8_len(value), i;

	if (*value == '\n') {
		mcr_str_add(str, "\\n");
	} else if (!len || is_control(value, len)) {
		len = len ? len : 1;
		for (i = 0; i < len; i++)
			mcr_str_addf(str, "\\\\x%02x", (unsigned char)value[i]);
	} else {
		if (*value == '"' || *value == '\\')
			str_add_bytes(str, "\\", 1);
		str_add_bytes(str, value, len);
	}
	return len;
}

/**
 * mcr_str_label - append the value of a label of OpenMetrics, without its quotes
 * @str: the text; its @failed is set when memory runs out
 * @value: the value; of control characters and what is no UTF-8 the bytes are
 *	spelled out, as \x1b, so that two values stay two
 */
void mcr_str_label(struct mcr_str *str, const char *value)
{
	size_t len;

	while (*value) {
		len = strspn(value, PLAIN);
		if (len)
			str_add_bytes(str, value, len);
		else
			len = add_label_char(str, value);
		value += len;
	}
}

/**
 * mcr_str_word - append one word, quoted where that is needed
 * @str: the text; its @failed is set when memory runs out
 * @word: the word; control characters and what is no UTF-8 become "?"
 *
 * The quotes and escapes mean the same to the lexer and to a POSIX shell.
 */
void mcr_str_word(struct mcr_str *str, const char *word)
{
	if (*word && !word[strspn(word, PLAIN)]) {
		mcr_str_add(str, word);
		return;
	}
	mcr_str_add(str, "\"");
	str_add_safe(str, word, ESCAPED);
	mcr_str_add(str, "\"");
}

/**
 * mcr_str_dev - append the name of a device as a word
 * @str: the text; its @failed is set when memory runs out
 * @dev: the name
 *
 * As mcr_str_word(), but where the text is @verbatim all bytes are kept, so that
 * another device is not meant when it is read again.
 */
void mcr_str_dev(struct mcr_str *str, const char *dev)
{
	if (!str->verbatim || !dev[strspn(dev, PLAIN)]) {
		mcr_str_word(str, dev);
		return;
	}
	mcr_str_add(str, "\"");
	for (; *dev; dev++) {
		if (strchr(ESCAPED, *dev))
			str_add_bytes(str, "\\", 1);
		str_add_bytes(str, dev, 1);
	}
	mcr_str_add(str, "\"");
}
