// SPDX-License-Identifier: GPL-2.0
/*
 * The process that reads and writes files of rules; see state.h.
 *
 * It does what mcrtool save and mcrtool apply do, as one more peer of the daemon.
 */
#include "state.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/apply.h"
#include "../lib/save.h"
#include "../lib/str.h"
#include "../lib/target.h"

/**
 * struct job - what is to be done
 * @log: where to say how it went
 * @client: the connection to the daemon; owned
 * @path: the file
 */
struct job {
	struct mcrd_log log;
	struct mcr_client *client;
	const char *path;
};

/* What an error says, behind where it is. */
static void say(const struct job *j, int level, const char *before,
		const struct mcr_error *err)
{
	struct mcr_str str = { 0 };

	if (err->source) {
		mcr_str_safe(&str, err->source->name);
		mcr_str_addf(&str, ":%u:%u: ", err->line, err->column);
	}
	mcr_str_add(&str, before);
	mcr_str_safe(&str, err->text);
	mcrd_log(&j->log, level, "%s", str.failed ? "out of memory" : str.s);
	mcr_str_free(&str);
}

static void say_all(const struct job *j, int level, const char *before,
		    const struct mcr_errors *errors)
{
	unsigned int i;

	for (i = 0; i < errors->count; i++)
		say(j, level, before, &errors->list[i]);
	if (errors->more)
		mcrd_log(&j->log, level, "%sthere are %u more like that",
			 before, errors->more);
}

/* --- Saving */

/* Next to the file, and not taken for one: what a killed process left is found. */
static char *temporary_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t dir = slash ? (size_t)(slash + 1 - path) : 0;
	char *name = NULL;

	if (asprintf(&name, "%.*s.%s.new", (int)dir, path, path + dir) < 0)
		return NULL;
	return name;
}

static int save(const struct job *j)
{
	char *temporary = temporary_name(j->path);
	struct mcr_target target = { 0 };
	struct mcr_error err = { 0 };
	int ret;

	if (!temporary)
		ret = mcr_error_set(&err, MCR_ERROR_SYSTEM, "out of memory");
	else
		ret = mcr_target_open_as(&target, j->path, temporary, &err);
	if (!ret)
		ret = mcr_save(j->client, target.file, &err);
	if (!ret)
		ret = mcr_target_finish(&target, &err);
	mcr_target_free(&target);
	free(temporary);
	if (!ret)
		return MCRD_JOB_DONE;
	say(j, LOG_ERR, "rules are not kept: ", &err);
	return MCRD_JOB_FAILED;
}

/* --- Restoring, reloading */

static int apply(const struct job *j, struct mcr_ruleset *set)
{
	struct mcr_error err = { 0 };
	struct mcr_transaction txn = { 0 };
	struct mcr_apply a = { .txn = &txn, .set = set };
	int ret;

	ret = mcr_transaction_init(&txn, j->client, mcr_parse_stated, &err);
	if (!ret)
		ret = mcr_apply(&a, &err);
	if (ret) {
		say(j, LOG_ERR, "", &err);
	} else {
		say_all(j, LOG_WARNING, "warning: ", &txn.warnings);
		if (txn.warning.text[0])
			say(j, LOG_WARNING, "warning: ", &txn.warning);
		mcrd_log(&j->log, LOG_NOTICE,
			 "%s is in force: %zu added, %zu changed, %zu deleted, %zu unchanged",
			 j->path, a.n_added, a.n_changed, a.n_deleted,
			 a.n_unchanged);
	}
	mcr_transaction_exit(&txn);
	if (!ret)
		return MCRD_JOB_DONE;
	return err.kind == MCR_ERROR_REFUSED ? MCRD_JOB_ASIDE : MCRD_JOB_FAILED;
}

/* That it could not be read, or for want of memory, says nothing of the text. */
static bool is_about_text(const struct mcr_errors *errors)
{
	unsigned int i;

	for (i = 0; i < errors->count; i++)
		if (errors->list[i].kind == MCR_ERROR_SYSTEM ||
		    !errors->list[i].source)
			return false;
	return true;
}

/* MCRD_JOB_ASIDE: what is in the file cannot be put in force. */
static int put_in_force(const struct job *j)
{
	struct mcr_ruleset set = { 0 };
	struct mcr_file file = { 0 };
	int ret = MCRD_JOB_ASIDE;

	if (mcr_ruleset_read(&set, &file, j->path)) {
		say_all(j, LOG_ERR, "", &file.errors);
		if (!is_about_text(&file.errors))
			ret = MCRD_JOB_FAILED;
	} else {
		ret = apply(j, &set);
	}
	mcr_ruleset_free(&set);
	mcr_file_free(&file);
	return ret;
}

/* So that it is not written over, and does not hinder the next start. */
static int put_aside(const struct job *j)
{
	char *aside = NULL;
	int ret = MCRD_JOB_FAILED;

	if (asprintf(&aside, "%s.broken", j->path) < 0)
		return ret;
	if (rename(j->path, aside)) {
		mcrd_log(&j->log, LOG_ERR,
			 "the rules in %s are not in force, and the file cannot be put aside: %s",
			 j->path, strerror(errno));
	} else {
		mcrd_log(&j->log, LOG_ERR,
			 "the rules in %s are not in force: the file is %s now, and there are no rules",
			 j->path, aside);
		ret = MCRD_JOB_ASIDE;
	}
	free(aside);
	return ret;
}

static int restore(const struct job *j)
{
	int ret = MCRD_JOB_DONE;

	if (!access(j->path, F_OK) || errno != ENOENT)
		ret = put_in_force(j);
	return ret == MCRD_JOB_ASIDE ? put_aside(j) : ret;
}

static int reload(const struct job *j)
{
	if (!put_in_force(j))
		return MCRD_JOB_DONE;
	mcrd_log(&j->log, LOG_ERR, "%s was not put in force: nothing was changed",
		 j->path);
	return MCRD_JOB_FAILED;
}

/**
 * mcrd_state_main - what the program is when it is called MCRD_STATE_NAME
 * @argc: words
 * @argv: name, job, file, level of the log, "journal" or ""
 *
 * Descriptor MCRD_WORKER_FD is a connection to the daemon.
 *
 * Return: of enum mcrd_job_exit.
 */
int mcrd_state_main(int argc, char **argv)
{
	static int (*const jobs[])(const struct job *j) = {
		[MCRD_JOB_SAVE] = save,
		[MCRD_JOB_RESTORE] = restore,
		[MCRD_JOB_RELOAD] = reload,
	};
	struct mcr_error err = { 0 };
	struct job j = { 0 };
	int ret = MCRD_JOB_FAILED;
	size_t i;

	if (argc != 5) {
		fputs("mcrd: only mcrd itself starts mcrd-state\n", stderr);
		return MCRD_JOB_FAILED;
	}
	/* Who ends all of the daemon ends this with it, when it is done. */
	signal(SIGTERM, SIG_IGN);
	mcrd_log_init(&j.log, STDERR_FILENO, (int)strtol(argv[3], NULL, 10));
	j.log.journal = *argv[4];
	j.path = argv[2];
	j.client = mcr_client_adopt(MCRD_WORKER_FD, &err);
	if (!j.client) {
		say(&j, LOG_ERR, "", &err);
		return MCRD_JOB_FAILED;
	}
	for (i = 0; i < sizeof(jobs) / sizeof(jobs[0]); i++)
		if (!strcmp(argv[1], mcrd_job_names[i]))
			ret = jobs[i](&j);
	mcr_client_close(j.client);
	return ret;
}
