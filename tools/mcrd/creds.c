// SPDX-License-Identifier: GPL-2.0
/*
 * Who is at the other end; see creds.h.
 *
 * Root may change rules, and so may a process with CAP_NET_ADMIN. The socket
 * tells the process by its number, which may be another's by now if the one that
 * connected has ended. Where the kernel gives a descriptor of the process, that
 * says whether it is still the one; kernels before 6.5 do not, and there the
 * process has to be of the user that connected.
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

/* Capabilities count in our user namespace only: others' roots have all. */
static bool is_same_userns(int dir)
{
	struct stat ours, theirs;

	return !stat("/proc/self/ns/user", &ours) &&
	       !fstatat(dir, "ns/user", &theirs, 0) &&
	       ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino;
}

/* What is behind a field's name. */
static const char *field(const char *status, const char *name)
{
	const char *at = strstr(status, name);

	return at ? at + strlen(name) : NULL;
}

static bool status_allows(const char *status, uid_t uid)
{
	const char *caps = field(status, "\nCapEff:");
	const char *uids = field(status, "\nUid:");
	unsigned long effective;
	char *end;

	if (!caps || !uids)
		return false;
	/* The real one comes first. */
	strtoul(uids, &end, 10);
	effective = strtoul(end, NULL, 10);
	return effective == uid &&
	       (strtoull(caps, NULL, 16) >> CAP_NET_ADMIN_BIT & 1);
}

/*
 * An open directory of /proc stays that of one process: if that has ended, what
 * is in it cannot be opened.
 */
static bool has_cap(const struct mcrd_creds *creds, int pidfd)
{
	char path[32], *status;
	bool has;
	int dir;

	snprintf(path, sizeof(path), "/proc/%d", creds->pid);
	dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return false;
	status = malloc(STATUS_MAX);
	has = status && is_same_userns(dir) &&
	      read_text(dir, "status", status, STATUS_MAX) &&
	      status_allows(status, creds->uid) &&
	      (pidfd < 0 || is_alive(pidfd));
	free(status);
	close(dir);
	return has;
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
	int pidfd = -1;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len))
		return -errno;
	creds->pid = cred.pid;
	creds->uid = cred.uid;
	creds->admin = !cred.uid;
	/* A process of a namespace that is not ours to see has number 0. */
	if (creds->admin || cred.pid <= 0)
		return 0;
	len = sizeof(pidfd);
	if (getsockopt(fd, SOL_SOCKET, SO_PEERPIDFD, &pidfd, &len)) {
		/* ESRCH and such: it has ended. Older kernels do not know it. */
		if (errno != ENOPROTOOPT)
			return 0;
		pidfd = -1;
	}
	creds->admin = has_cap(creds, pidfd);
	if (pidfd >= 0)
		close(pidfd);
	return 0;
}
