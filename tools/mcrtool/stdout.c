// SPDX-License-Identifier: GPL-2.0
/*
 * What goes to standard output.
 */
#include <stdio.h>

#include "mcrtool.h"

/**
 * mcrtool_print - print text
 * @t: the invocation
 * @str: the text; freed
 *
 * Whether it could be written is seen at the end, by main().
 *
 * Return: 0 or an exit status; what is wrong was said.
 */
int mcrtool_print(struct mcrtool *t, struct mcr_str *str)
{
	int ret = 0;

	if (str->failed)
		ret = mcrtool_no_memory(t);
	else if (str->s)
		fputs(str->s, stdout);
	mcr_str_free(str);
	return ret;
}

static int put_json(struct mcrtool *t, struct json_object *obj,
		    const char *before, const char *behind)
{
	int flags = JSON_C_TO_STRING_NOSLASHESCAPE;
	const char *text;

	flags |= t->pretty ? JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED :
			     JSON_C_TO_STRING_PLAIN;
	text = obj ? json_object_to_json_string_ext(obj, flags) : NULL;
	if (text)
		printf("%s%s%s", before, text, behind);
	json_object_put(obj);
	return text ? 0 : mcrtool_no_memory(t);
}

/**
 * mcrtool_print_json - print JSON
 * @t: the invocation: -p or not
 * @obj: what to print; put. NULL: there was no memory for it
 *
 * Return: 0 or an exit status; what is wrong was said.
 */
int mcrtool_print_json(struct mcrtool *t, struct json_object *obj)
{
	return put_json(t, obj, "", "\n");
}

/**
 * mcrtool_print_element - print an element of a JSON array
 * @t: the invocation: -p or not
 * @obj: what to print; put. NULL: there was no memory for it
 * @count: elements printed before
 *
 * A million rules do not fit into memory as one object.
 *
 * Return: 0 or an exit status; what is wrong was said.
 */
int mcrtool_print_element(struct mcrtool *t, struct json_object *obj,
			  unsigned int count)
{
	return put_json(t, obj, count ? ",\n" : "[\n", "");
}

/**
 * mcrtool_print_end - end a JSON array
 * @count: elements printed before
 */
void mcrtool_print_end(unsigned int count)
{
	puts(count ? "\n]" : "[]");
}
