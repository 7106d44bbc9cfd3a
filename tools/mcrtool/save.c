// SPDX-License-Identifier: GPL-2.0
/*
 * save [FILE]: the rules in force, as statements that apply reads.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../lib/print.h"
#include "files.h"

/**
 * struct target - a file that is being written
 * @path: what it is to be
 * @temporary: what it is until it is complete
 * @file: the latter, open
 */
struct target {
	char *path;
	char *temporary;
	FILE *file;
};

static int fail(struct mcrtool *t, const char *path, const char *why)
{
	struct mcr_str name = { 0 };

	mcr_str_safe(&name, path);
	mcr_error_set(&t->err, MCR_ERROR_REFUSED, "%.200s cannot be written: %s",
		      name.s ? name.s : "", why);
	mcr_str_free(&name);
	return mcrtool_fail(t);
}

/* The file behind links; one that does not exist yet is what it is called. */
static char *resolve(const char *path)
{
	char *real = realpath(path, NULL);

	return !real && errno == ENOENT ? strdup(path) : real;
}

static int open_temporary(struct mcrtool *t, struct target *target,
			  const struct stat *old)
{
	const char *slash = strrchr(target->path, '/');
	size_t dir = slash ? (size_t)(slash + 1 - target->path) : 0;
	struct mcr_str name = { 0 };
	mode_t mode = 0644;
	int fd;

	mcr_str_addf(&name, "%.*s.%s.XXXXXX", (int)dir, target->path,
		     target->path + dir);
	if (name.failed) {
		mcr_str_free(&name);
		return mcrtool_no_memory(t);
	}
	fd = mkostemp(name.s, O_CLOEXEC);
	if (fd < 0) {
		mcr_str_free(&name);
		return fail(t, target->path, strerror(errno));
	}
	target->temporary = name.s;
	if (old->st_nlink) {
		mode = old->st_mode & 07777;
		/* Root's to do: for others it is theirs already. */
		if (fchown(fd, old->st_uid, old->st_gid) && !geteuid()) {
			close(fd);
			return fail(t, target->path, strerror(errno));
		}
	}
	if (!fchmod(fd, mode))
		target->file = fdopen(fd, "w");
	if (target->file)
		return 0;
	close(fd);
	return fail(t, target->path, strerror(errno));
}

static int open_target(struct mcrtool *t, struct target *target,
		       const char *path)
{
	struct stat old = { 0 };

	target->path = resolve(path);
	if (!target->path)
		return fail(t, path, strerror(errno));
	if (!stat(target->path, &old) && !S_ISREG(old.st_mode))
		return fail(t, path,
			    "it is no regular file; without FILE, save prints");
	return open_temporary(t, target, &old);
}

/* So that the new name is there after a power failure, too. */
static void sync_directory(const char *path)
{
	const char *slash = strrchr(path, '/');
	struct mcr_str dir = { 0 };
	int fd = -1;

	if (slash)
		mcr_str_addf(&dir, "%.*s", (int)(slash + 1 - path), path);
	else
		mcr_str_add(&dir, ".");
	if (!dir.failed)
		fd = open(dir.s, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	mcr_str_free(&dir);
	if (fd < 0)
		return;
	fsync(fd);
	close(fd);
}

static int finish_target(struct mcrtool *t, struct target *target)
{
	FILE *file = target->file;
	bool failed;

	errno = 0;
	failed = ferror(file) || fflush(file) || fsync(fileno(file));
	target->file = NULL;
	if (fclose(file) || failed ||
	    rename(target->temporary, target->path))
		return fail(t, target->path,
			    errno ? strerror(errno) : "not all was written");
	free(target->temporary);
	target->temporary = NULL;
	sync_directory(target->path);
	return 0;
}

static void free_target(struct target *target)
{
	if (target->file)
		fclose(target->file);
	if (target->temporary)
		unlink(target->temporary);
	free(target->temporary);
	free(target->path);
}

static int write_rule(const struct mcr_rule *rule, void *arg)
{
	struct mcr_str str = { 0 };
	FILE *file = arg;
	bool failed;

	mcr_print_rule(&str, rule, " ");
	mcr_str_add(&str, "\n");
	failed = str.failed;
	if (!failed)
		fputs(str.s, file);
	mcr_str_free(&str);
	return failed;
}

/* Half of one set and half of another would be neither. */
static int write_rules(struct mcrtool *t, FILE *file)
{
	struct mcr_reply reply;
	int ret;

	ret = mcrtool_dump_once(t, mcr_msg_new(MCR_CMD_RULE_GET, 0), NULL,
				&reply);
	if (!ret && reply.interrupted) {
		mcr_error_set(&t->err, MCR_ERROR_REFUSED,
			      "others keep changing the rules: nothing was saved, try again");
		ret = mcrtool_fail(t);
	} else if (!ret) {
		ret = mcr_reply_rules(&reply, write_rule, file, &t->err);
		if (ret)
			ret = ret < 0 ? mcrtool_fail(t) : mcrtool_no_memory(t);
	}
	mcr_reply_exit(&reply);
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
	struct target target = { 0 };
	const char *path = NULL;
	int ret;

	if (!print) {
		path = mcrtool_file_word(t);
		if (!path)
			return mcrtool_fail(t);
		print = !strcmp(path, "-");
	}
	ret = mcrtool_connect(t);
	if (!ret && !print)
		ret = open_target(t, &target, path);
	if (!ret)
		ret = write_rules(t, print ? stdout : target.file);
	if (!ret && !print)
		ret = finish_target(t, &target);
	free_target(&target);
	return ret;
}
