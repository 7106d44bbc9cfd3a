// SPDX-License-Identifier: GPL-2.0
/*
 * One daemon in a network namespace; see instance.h.
 *
 * The lock says whether a daemon is alive: the kernel lets go of it with the
 * process. Its file, and the socket, may be left over from one that was killed.
 */
#include "instance.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define BACKLOG	128

/* The lock's file may be taken away by a daemon that ends just now. */
#define LOCK_TRIES	10

static int complain(const struct mcrd_instance *inst, const char *what,
		    const char *path)
{
	mcrd_log(inst->log, LOG_ERR, "%s %s: %s", path, what, strerror(errno));
	return -1;
}

static int find_names(struct mcrd_instance *inst)
{
	unsigned long long cookie;
	socklen_t size = sizeof(cookie);
	int fd, n, ret;

	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return complain(inst, "cannot be named", inst->dir);
	ret = getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &size);
	close(fd);
	if (ret) {
		mcrd_log(inst->log, LOG_ERR,
			 "the kernel tells no cookie of this network namespace, by which tools would find the daemon: %s (Linux 5.14 and later do)",
			 strerror(errno));
		return -1;
	}
	inst->addr.sun_family = AF_UNIX;
	n = snprintf(inst->addr.sun_path, sizeof(inst->addr.sun_path),
		     "%s/%llu.sock", inst->dir, cookie);
	if (n < 0 || (size_t)n >= sizeof(inst->addr.sun_path)) {
		mcrd_log(inst->log, LOG_ERR,
			 "%s is too long a name: with that of a socket in it, it may have %zu bytes",
			 inst->dir, sizeof(inst->addr.sun_path) - 1);
		return -1;
	}
	snprintf(inst->lock_path, sizeof(inst->lock_path), "%.*s.lock",
		 n - (int)strlen(".sock"), inst->addr.sun_path);
	return 0;
}

/* What lies in it must be nobody else's. */
static int check_directory(const struct mcrd_instance *inst)
{
	struct stat st;

	if (mkdir(inst->dir, 0755) && errno != EEXIST)
		return complain(inst, "cannot be made", inst->dir);
	if (stat(inst->dir, &st))
		return complain(inst, "cannot be looked at", inst->dir);
	if (!S_ISDIR(st.st_mode)) {
		mcrd_log(inst->log, LOG_ERR,
			 "%s is no directory: it has to be one, for the daemon's socket",
			 inst->dir);
		return -1;
	}
	if (st.st_uid != geteuid() || (st.st_mode & 0022)) {
		mcrd_log(inst->log, LOG_ERR,
			 "%s belongs to uid %u, with mode %o: it has to be uid %u's, and nobody else may write there (mode 755)",
			 inst->dir, st.st_uid, st.st_mode & 07777, geteuid());
		return -1;
	}
	return 0;
}

static int refuse(const struct mcrd_instance *inst, int fd)
{
	char pid[16] = "";
	ssize_t n = pread(fd, pid, sizeof(pid) - 1, 0);

	if (n > 0)
		pid[strcspn(pid, "\n")] = '\0';
	mcrd_log(inst->log, LOG_ERR,
		 "this network namespace has a relay daemon already: process %s (%s)",
		 *pid ? pid : "unknown", inst->lock_path);
	return -1;
}

static bool is_still_there(const struct mcrd_instance *inst, int fd)
{
	struct stat ours, there;

	return !fstat(fd, &ours) && !stat(inst->lock_path, &there) &&
	       ours.st_dev == there.st_dev && ours.st_ino == there.st_ino;
}

/* 1: once more, the file is another one by now. */
static int try_lock(struct mcrd_instance *inst)
{
	int fd, ret;

	fd = open(inst->lock_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
		  0644);
	if (fd < 0)
		return complain(inst, "cannot be opened", inst->lock_path);
	if (flock(fd, LOCK_EX | LOCK_NB)) {
		ret = errno == EWOULDBLOCK ? refuse(inst, fd) :
		      complain(inst, "cannot be locked", inst->lock_path);
		close(fd);
		return ret;
	}
	if (!is_still_there(inst, fd)) {
		close(fd);
		return 1;
	}
	inst->lock_fd = fd;
	return 0;
}

/**
 * mcrd_instance_claim - be the daemon of this network namespace
 * @inst: filled in; to be given to mcrd_instance_release() either way
 * @log: where to say what is wrong
 *
 * Return: 0, or -1 if that was said.
 */
int mcrd_instance_claim(struct mcrd_instance *inst, const struct mcrd_log *log)
{
	const char *dir = getenv(MCRD_RUN_DIR_ENV);
	int ret, tries = LOCK_TRIES;

	*inst = (struct mcrd_instance){
		.log = log,
		.dir = dir ? dir : MCRD_RUN_DIR,
		.lock_fd = -1,
		.fd = -1,
	};
	if (check_directory(inst) || find_names(inst))
		return -1;
	do {
		ret = try_lock(inst);
	} while (ret == 1 && tries--);
	if (ret == 1)
		return complain(inst, "is taken away again and again",
				inst->lock_path);
	if (ret)
		return ret;
	if (ftruncate(inst->lock_fd, 0) ||
	    dprintf(inst->lock_fd, "%d\n", getpid()) < 0)
		return complain(inst, "cannot be written", inst->lock_path);
	return 0;
}

/* Who sends a message is told with it; of each connection, before anybody does. */
static int tell_senders(const struct mcrd_instance *inst)
{
	const int one = 1;

	if (setsockopt(inst->fd, SOL_SOCKET, SO_PASSCRED, &one, sizeof(one)))
		return complain(inst, "cannot tell who sends",
				inst->addr.sun_path);
	return 0;
}

/* Who may connect is settled before anybody can. */
static int set_mode(const struct mcrd_instance *inst, const gid_t *group)
{
	const char *path = inst->addr.sun_path;

	if (group && lchown(path, (uid_t)-1, *group))
		return complain(inst, "cannot be given to the group", path);
	if (chmod(path, group ? 0660 : 0666))
		return complain(inst, "cannot be opened to others", path);
	return 0;
}

/**
 * mcrd_instance_listen - have the socket that peers connect to
 * @inst: after mcrd_instance_claim()
 * @group: only root and this group may connect; NULL: all may
 *
 * Return: 0, or -1 if what is wrong was said.
 */
int mcrd_instance_listen(struct mcrd_instance *inst, const gid_t *group)
{
	const char *path = inst->addr.sun_path;
	mode_t mask;
	int ret;

	inst->fd = socket(AF_UNIX,
			  SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (inst->fd < 0)
		return complain(inst, "cannot be made", path);
	/* The lock is ours: so it is nobody's any more. */
	if (unlink(path) && errno != ENOENT)
		return complain(inst, "cannot be replaced", path);
	mask = umask(0177);
	ret = bind(inst->fd, (struct sockaddr *)&inst->addr,
		   sizeof(inst->addr));
	umask(mask);
	if (ret)
		return complain(inst, "cannot be made", path);
	if (set_mode(inst, group) || tell_senders(inst))
		return -1;
	if (listen(inst->fd, BACKLOG))
		return complain(inst, "cannot be listened to", path);
	return 0;
}

/**
 * mcrd_instance_release - be the daemon no more
 * @inst: it
 */
void mcrd_instance_release(struct mcrd_instance *inst)
{
	if (inst->fd >= 0) {
		unlink(inst->addr.sun_path);
		close(inst->fd);
	}
	if (inst->lock_fd >= 0) {
		unlink(inst->lock_path);
		close(inst->lock_fd);
	}
	inst->fd = -1;
	inst->lock_fd = -1;
}
