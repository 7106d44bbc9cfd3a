// SPDX-License-Identifier: GPL-2.0
/*
 * Who is at the other end; see creds.h.
 *
 * DOC: Who may change rules
 *
 * Root may, and so may a process with CAP_NET_ADMIN. As with netlink, both have to:
 * who connected, as it was then, and who sends a message, as it is when that is read.
 * So what a program was given by its file is gone when it lets go of it, or executes
 * another one, and a connection is of no more use to whom it is handed on.
 *
 * The socket tells processes by their numbers, which may be others' by now if they
 * have ended. Where the kernel gives a descriptor of the one that connected, that says
 * whether it is still the one; kernels before 6.5 do not, and there, as for any other
 * process, it has to be of the user that the socket tells.
 *
 * Capabilities count in our user namespace only: others' roots have all. Which one a
 * process is in is a secret to who may not trace it, as a daemon without
 * CAP_SYS_PTRACE. The ids that it sees are none: namespaces in which each id is
 * called something else, or is not there, are told apart by that. One with all ids as
 * they are here can be made by who has all rights over them alone; it is taken for
 * ours.
 */
#include "creds.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD	77
#endif

#define CAP_NET_ADMIN_BIT	12

/* More than a process's status has, with the longest list of groups. */
#define STATUS_MAX	1048576

/* A map has 340 lines at most; whose is longer than this is not known. */
#define MAP_MAX		16384

/* Is there one, and has the process it refers to not ended? */
static bool is_alive(int pidfd)
{
	struct pollfd p = { .fd = pidfd, .events = POLLIN };

	return !poll(&p, 1, 0);
}

static bool read_text(int dir, const char *name, char *buf, size_t size)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t n;

	if (fd < 0)
		return false;
	/* A read may end before the text does: it does at the end alone. */
	do {
		n = read(fd, buf + len, size - 1 - len);
		len += n > 0 ? (size_t)n : 0;
	} while (n > 0 && len < size - 1);
	close(fd);
	/* What is cut might be taken for something else. */
	if (n)
		return false;
	buf[len] = '\0';
	return true;
}

/* Is there the same in a file of ours and of theirs? */
static bool is_same_text(int dir, const char *name)
{
	char ours[MAP_MAX], theirs[MAP_MAX], path[64];

	snprintf(path, sizeof(path), "/proc/self/%s", name);
	return read_text(AT_FDCWD, path, ours, sizeof(ours)) &&
	       read_text(dir, name, theirs, sizeof(theirs)) &&
	       !strcmp(ours, theirs);
}

/* By its number, or where that is not told, by what it looks like. */
static bool is_same_userns(int dir)
{
	struct stat ours, theirs;

	if (stat("/proc/self/ns/user", &ours))
		return false;
	if (!fstatat(dir, "ns/user", &theirs, 0))
		return ours.st_dev == theirs.st_dev &&
		       ours.st_ino == theirs.st_ino;
	return errno == EACCES && is_same_text(dir, "uid_map") &&
	       is_same_text(dir, "gid_map") && is_same_text(dir, "setgroups");
}

/* What is behind a field's name. */
static const char *field(const char *status, const char *name)
{
	const char *at = strstr(status, name);

	return at ? at + strlen(name) : NULL;
}

/*
 * Of a connection the socket tells the effective user, of a message the real one:
 * the one or the other has to be the process's.
 */
static bool status_allows(const char *status, uid_t uid)
{
	const char *caps = field(status, "\nCapEff:");
	const char *uids = field(status, "\nUid:");
	unsigned long real, effective;
	char *end;

	if (!caps || !uids)
		return false;
	real = strtoul(uids, &end, 10);
	effective = strtoul(end, NULL, 10);
	return (real == uid || effective == uid) &&
	       (strtoull(caps, NULL, 16) >> CAP_NET_ADMIN_BIT & 1);
}

/*
 * An open directory of /proc stays that of one process: if that has ended, what
 * is in it cannot be opened.
 */
static bool has_cap(pid_t pid, uid_t uid, int pidfd)
{
	char path[32], *status;
	bool has;
	int dir;

	snprintf(path, sizeof(path), "/proc/%d", pid);
	dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return false;
	status = malloc(STATUS_MAX);
	has = status && is_same_userns(dir) &&
	      read_text(dir, "status", status, STATUS_MAX) &&
	      status_allows(status, uid) &&
	      (pidfd < 0 || is_alive(pidfd));
	free(status);
	close(dir);
	return has;
}

/* May the process that connected change rules now? */
static bool connector_may(int fd, pid_t pid, uid_t uid)
{
	socklen_t len = sizeof(int);
	int pidfd = -1;
	bool may;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERPIDFD, &pidfd, &len)) {
		/* ESRCH and such: it has ended. Older kernels do not know it. */
		if (errno != ENOPROTOOPT)
			return false;
		pidfd = -1;
	}
	may = has_cap(pid, uid, pidfd);
	if (pidfd >= 0)
		close(pidfd);
	return may;
}

/**
 * mcrd_creds_read - see who has connected
 * @fd: the connection
 * @creds: filled in
 *
 * Return: 0 or -errno.
 */
int mcrd_creds_read(int fd, struct mcrd_creds *creds)
{
	socklen_t len = sizeof(struct ucred);
	struct ucred cred;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len))
		return -errno;
	creds->pid = cred.pid;
	creds->uid = cred.uid;
	creds->own = false;
	/* A process of a namespace that is not ours to see has number 0. */
	creds->admin = !cred.uid || (cred.pid > 0 &&
				     connector_may(fd, cred.pid, cred.uid));
	return 0;
}

/**
 * mcrd_creds_allow - may rules be changed by what was just received?
 * @fd: the connection
 * @creds: who has connected
 * @sender: who has sent it, as the kernel says; NULL: it does not
 *
 * Return: true if so.
 */
bool mcrd_creds_allow(int fd, const struct mcrd_creds *creds,
		      const struct ucred *sender)
{
	if (creds->own)
		return true;
	if (!creds->admin || !sender)
		return false;
	if (!sender->uid)
		return true;
	if (sender->pid <= 0)
		return false;
	return sender->pid == creds->pid ?
	       connector_may(fd, sender->pid, sender->uid) :
	       has_cap(sender->pid, sender->uid, -1);
}
