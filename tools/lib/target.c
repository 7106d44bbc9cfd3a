// SPDX-License-Identifier: GPL-2.0
/*
 * A file that is written whole or not at all; see target.h.
 */
#include "target.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "str.h"

static int fail(struct mcr_error *err, const char *path, const char *why)
{
	struct mcr_str name = { 0 };

	mcr_str_safe(&name, path);
	mcr_error_set(err, MCR_ERROR_REFUSED, "%.200s cannot be written: %s",
		      name.s ? name.s : "", why);
	mcr_str_free(&name);
	return -1;
}

static int no_memory(struct mcr_error *err)
{
	return mcr_error_set(err, MCR_ERROR_SYSTEM, "out of memory");
}

/* The file behind links; one that does not exist yet is what it is called. */
static char *resolve(const char *path)
{
	char *real = realpath(path, NULL);

	return !real && errno == ENOENT ? strdup(path) : real;
}

static int open_temporary(struct mcr_target *target, const struct stat *old,
			  struct mcr_error *err)
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
		return no_memory(err);
	}
	fd = mkostemp(name.s, O_CLOEXEC);
	if (fd < 0) {
		mcr_str_free(&name);
		return fail(err, target->path, strerror(errno));
	}
	target->temporary = name.s;
	if (old->st_nlink) {
		mode = old->st_mode & 07777;
		/* Root's to do: for others it is theirs already. */
		if (fchown(fd, old->st_uid, old->st_gid) && !geteuid()) {
			close(fd);
			return fail(err, target->path, strerror(errno));
		}
	}
	if (!fchmod(fd, mode))
		target->file = fdopen(fd, "w");
	if (target->file)
		return 0;
	close(fd);
	return fail(err, target->path, strerror(errno));
}

/**
 * mcr_target_open - begin to write a user's file
 * @target: filled in
 * @path: its path; a file that is there keeps its owner and mode, and links to
 *	it stay links
 * @err: where to say what is wrong
 *
 * Return: 0, or -1 and an error.
 */
int mcr_target_open(struct mcr_target *target, const char *path,
		    struct mcr_error *err)
{
	struct stat old = { 0 };

	target->path = resolve(path);
	if (!target->path)
		return fail(err, path, strerror(errno));
	if (!stat(target->path, &old) && !S_ISREG(old.st_mode))
		return fail(err, path,
			    "it is no regular file; without FILE, save prints");
	return open_temporary(target, &old, err);
}

/**
 * mcr_target_open_as - begin to write a file that is the caller's alone
 * @target: filled in
 * @path: its path, which is no link; nobody else will be able to read it
 * @temporary: its path until it is complete, in the same directory. What is left
 *	there of somebody who was killed is written over
 * @err: where to say what is wrong
 *
 * Return: 0, or -1 and an error.
 */
int mcr_target_open_as(struct mcr_target *target, const char *path,
		       const char *temporary, struct mcr_error *err)
{
	char *name = strdup(temporary);
	int fd;

	target->path = strdup(path);
	if (!target->path || !name) {
		free(name);
		return no_memory(err);
	}
	fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
		  0600);
	if (fd < 0) {
		free(name);
		return fail(err, path, strerror(errno));
	}
	target->temporary = name;
	if (!fchmod(fd, 0600))
		target->file = fdopen(fd, "w");
	if (target->file)
		return 0;
	close(fd);
	return fail(err, path, strerror(errno));
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

/**
 * mcr_target_finish - all is written: put the file in its place
 * @target: the file
 * @err: where to say what is wrong
 *
 * Return: 0, or -1 and an error: what was in its place still is.
 */
int mcr_target_finish(struct mcr_target *target, struct mcr_error *err)
{
	FILE *file = target->file;
	bool failed;

	errno = 0;
	failed = ferror(file) || fflush(file) || fsync(fileno(file));
	target->file = NULL;
	if (fclose(file) || failed || rename(target->temporary, target->path))
		return fail(err, target->path,
			    errno ? strerror(errno) : "not all was written");
	free(target->temporary);
	target->temporary = NULL;
	sync_directory(target->path);
	return 0;
}

/**
 * mcr_target_free - write no more
 * @target: the file; what of it is not in its place is taken away
 */
void mcr_target_free(struct mcr_target *target)
{
	if (target->file)
		fclose(target->file);
	if (target->temporary)
		unlink(target->temporary);
	free(target->temporary);
	free(target->path);
}
