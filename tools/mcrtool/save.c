// SPDX-License-Identifier: GPL-2.0
/*
 * save [FILE]: the rules in force, as statements that apply reads.
 */
#include <stdio.h>
#include <string.h>

#include "../lib/save.h"
#include "../lib/target.h"
#include "files.h"

static int save(struct mcrtool *t, const char *path)
{
	struct mcr_target target = { 0 };
	int ret;

	ret = mcr_target_open(&target, path, &t->err);
	if (!ret)
		ret = mcr_save(t->client, target.file, &t->err);
	if (!ret)
		ret = mcr_target_finish(&target, &t->err);
	mcr_target_free(&target);
	return ret;
}

/**
 * mcrtool_save - save [FILE]
 * @t: the invocation
 *
 * Return: an exit status.
 */
int mcrtool_save(struct mcrtool *t)
{
	bool print = mcr_words_end(&t->words);
	const char *path = NULL;
	int ret;

	if (!print) {
		path = mcrtool_file_word(t);
		if (!path)
			return mcrtool_fail(t);
		print = !strcmp(path, "-");
	}
	ret = mcrtool_connect(t);
	if (ret)
		return ret;
	ret = print ? mcr_save(t->client, stdout, &t->err) : save(t, path);
	return ret ? mcrtool_fail(t) : 0;
}
