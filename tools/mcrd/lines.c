// SPDX-License-Identifier: GPL-2.0
/*
 * What a worker says; see lines.h.
 *
 * A worker is not trusted: what it writes may be anything.
 */
#include "lines.h"

#include <json-c/json.h>
#include <string.h>

#include "log.h"

#define JSON_DEPTH	8

/**
 * mcrd_lines_end - what has begun is all that comes
 * @l: the lines
 */
void mcrd_lines_end(struct mcrd_lines *l)
{
	if (!l->len)
		return;
	l->buf[l->len] = '\0';
	l->len = 0;
	l->line(l->arg, l->buf);
}

/**
 * mcrd_lines_add - take what came
 * @l: the lines; those that are complete are handed on
 * @data: the bytes
 * @len: how many
 */
void mcrd_lines_add(struct mcrd_lines *l, const char *data, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (data[i] == '\n') {
			mcrd_lines_end(l);
			continue;
		}
		if (l->len == MCRD_LINE_MAX)
			mcrd_lines_end(l);
		l->buf[l->len++] = data[i];
	}
}

/**
 * mcrd_line_tame - make a line harmless to print
 * @text: the line; what is no printable ASCII is "?" afterwards
 */
void mcrd_line_tame(char *text)
{
	char *c;

	for (c = text; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
}

/**
 * mcrd_line_json - is a line a JSON object?
 * @text: the line
 * @level: of syslog.h, if it is one and says so by "level"
 *
 * Return: true if so.
 */
bool mcrd_line_json(const char *text, int *level)
{
	struct json_object *obj = NULL, *value;
	struct json_tokener *tok;
	size_t len = strlen(text);
	bool whole = false;
	int named;

	if (*text != '{')
		return false;
	tok = json_tokener_new_ex(JSON_DEPTH);
	if (!tok)
		return false;
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT);
	obj = json_tokener_parse_ex(tok, text, (int)len);
	whole = obj && json_tokener_get_parse_end(tok) == len &&
		json_object_is_type(obj, json_type_object);
	if (whole && json_object_object_get_ex(obj, "level", &value) &&
	    json_object_is_type(value, json_type_string)) {
		named = mcrd_level_parse(json_object_get_string(value));
		if (named >= 0)
			*level = named;
	}
	json_object_put(obj);
	json_tokener_free(tok);
	return whole;
}
