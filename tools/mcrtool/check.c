// SPDX-License-Identifier: GPL-2.0
/*
 * check FILE: whether a file of rules could be applied, as far as that can be
 * said without a server.
 */
#include <stdio.h>

#include "files.h"

/**
 * mcrtool_file_word - read FILE, the only word of a verb
 * @t: the invocation
 *
 * Return: the file's path, or NULL and an error in @t->err.
 */
const char *mcrtool_file_word(struct mcrtool *t)
{
	struct mcr_words *w = &t->words;
	const char *path;
	char word[80];

	if (mcr_words_end(w)) {
		mcr_words_fail(w, w->pos + 1, MCR_ERROR_SYNTAX,
			       "%s needs a file: its path, or - for standard input",
			       t->verb->object);
		return NULL;
	}
	path = w->tokens[w->pos].text;
	if (path[0] == '-' && path[1]) {
		mcr_words_fail(w, w->pos + 1, MCR_ERROR_SYNTAX,
			       "%s is no file: options stand before %s, and a file called so is given as ./ and its name",
			       mcr_words_show(w, word, sizeof(word)),
			       t->verb->object);
		return NULL;
	}
	w->pos++;
	return mcr_parse_end(w) ? NULL : path;
}

/**
 * mcrtool_read_rules - read and check FILE
 * @t: the invocation, at FILE
 * @set: where to put the rules; empty before, for mcr_ruleset_free()
 * @file: where to keep the file; empty before, for mcr_file_free() after that
 *
 * Return: 0 or an exit status; what is wrong was said.
 */
int mcrtool_read_rules(struct mcrtool *t, struct mcr_ruleset *set,
		       struct mcr_file *file)
{
	const char *path = mcrtool_file_word(t);

	if (!path)
		return mcrtool_fail(t);
	if (mcr_ruleset_read(set, file, path))
		return mcrtool_fail_all(t, &file->errors);
	return 0;
}

static int print(struct mcrtool *t, const struct mcr_ruleset *set,
		 const struct mcr_source *source)
{
	struct mcr_str str = { 0 };
	struct json_object *obj;

	mcr_str_safe(&str, source->name);
	if (!t->json) {
		mcr_str_addf(&str, ": %zu rule%s, %zu output%s\n", set->count,
			     set->count == 1 ? "" : "s", set->outputs,
			     set->outputs == 1 ? "" : "s");
		return mcrtool_print(t, &str);
	}
	obj = str.failed ? NULL : json_object_new_object();
	if (obj) {
		json_object_object_add(obj, "file",
				       json_object_new_string(str.s));
		json_object_object_add(obj, "rules",
				       json_object_new_uint64(set->count));
		json_object_object_add(obj, "outputs",
				       json_object_new_uint64(set->outputs));
	}
	mcr_str_free(&str);
	return mcrtool_print_json(t, obj);
}

/**
 * mcrtool_check - check FILE
 * @t: the invocation
 *
 * Return: an exit status.
 */
int mcrtool_check(struct mcrtool *t)
{
	struct mcr_ruleset set = { 0 };
	struct mcr_file file = { 0 };
	int ret;

	ret = mcrtool_read_rules(t, &set, &file);
	if (!ret && file.count)
		ret = print(t, &set, file.sources[0]);
	mcr_ruleset_free(&set);
	mcr_file_free(&file);
	return ret;
}
