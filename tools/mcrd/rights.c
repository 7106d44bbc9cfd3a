// SPDX-License-Identifier: GPL-2.0
/*
 * What the daemon may do; see rights.h.
 *
 * A container, or a unit of systemd's, gives it some of root's capabilities. Two
 * of them it cannot do without. Others it would use to give workers a user of
 * their own; where one of these is missing workers run as the daemon does, and
 * have no capabilities all the same.
 */
#include "rights.h"

#include <cap-ng.h>
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct right {
	unsigned int cap;
	const char *name;
	const char *use;
};

static const struct right needed[] = {
	{ CAP_NET_RAW, "CAP_NET_RAW",
	  "there are no packet sockets to receive from and send with" },
	{ CAP_NET_ADMIN, "CAP_NET_ADMIN",
	  "devices cannot be told to receive what rules name" },
};

/* To become somebody else, and to end somebody else's processes. */
static const struct right for_user[] = {
	{ CAP_SETUID, "CAP_SETUID", NULL },
	{ CAP_SETGID, "CAP_SETGID", NULL },
	{ CAP_KILL, "CAP_KILL", NULL },
};

static bool has(const struct right *right)
{
	return capng_have_capability(CAPNG_EFFECTIVE, right->cap);
}

/**
 * mcrd_rights_check - is there what the daemon cannot do without?
 * @log: where to say what is missing
 *
 * Return: 0 or -EPERM.
 */
int mcrd_rights_check(const struct mcrd_log *log)
{
	int ret = 0;
	size_t i;

	if (capng_get_caps_process()) {
		mcrd_log(log, LOG_WARNING,
			 "the kernel does not tell which capabilities there are");
		return 0;
	}
	for (i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		if (has(&needed[i]))
			continue;
		mcrd_log(log, LOG_ERR,
			 "%s is missing: without this capability %s; root has it, a container has to be given it",
			 needed[i].name, needed[i].use);
		ret = -EPERM;
	}
	return ret;
}

/* "CAP_SETUID, CAP_KILL"; 0: nothing is missing. */
static size_t list_missing(char *list, size_t size)
{
	size_t i, len = 0;

	for (i = 0; i < sizeof(for_user) / sizeof(for_user[0]); i++)
		if (!has(&for_user[i]))
			len += (size_t)snprintf(list + len, size - len, "%s%s",
						len ? ", " : "",
						for_user[i].name);
	return len;
}

/* A filter, or a user namespace without this user, may refuse what rights allow. */
static int try_user(const struct mcrd_privs *user)
{
	pid_t pid = fork();
	char why[256];
	int status;

	if (pid < 0)
		return -errno;
	if (!pid)
		_exit(-mcrd_privs_drop(user, why, sizeof(why)));
	if (waitpid(pid, &status, 0) != pid)
		return -errno;
	if (!WIFEXITED(status))
		return -EPERM;
	return -WEXITSTATUS(status);
}

static void run_as_daemon(struct mcrd_privs *user, const char *why,
			  const struct mcrd_log *log)
{
	mcrd_log(log, LOG_WARNING,
		 "workers run as uid %u, as this process does, without its capabilities: %s",
		 geteuid(), why);
	*user = (struct mcrd_privs){ .keep = true };
}

static int look_up(const char *name, struct mcrd_privs *user,
		   const struct mcrd_log *log)
{
	char why[256];

	if (mcrd_privs_find(name, user, why, sizeof(why))) {
		mcrd_log(log, LOG_ERR, "--user: %s", why);
		return -1;
	}
	if (!name && !getpwuid(user->uid))
		mcrd_log(log, LOG_WARNING,
			 "there is no user mcrd and no user nobody: workers run as uid %u",
			 user->uid);
	return 0;
}

/**
 * mcrd_rights_find_user - whom workers are to run as
 * @name: as the administrator named it; NULL: one that there is
 * @user: filled in
 * @log: where to say what is wrong
 *
 * After mcrd_rights_check().
 *
 * Return: 0, or -1: there is no such user.
 */
int mcrd_rights_find_user(const char *name, struct mcrd_privs *user,
			  const struct mcrd_log *log)
{
	char missing[64] = "", why[128];
	int ret;

	if (look_up(name, user, log))
		return -1;
	if (list_missing(missing, sizeof(missing))) {
		snprintf(why, sizeof(why), "%s %s missing", missing,
			 strchr(missing, ',') ? "are" : "is");
		run_as_daemon(user, why, log);
		return 0;
	}
	ret = try_user(user);
	if (ret) {
		snprintf(why, sizeof(why), "to become uid %u is refused: %s",
			 user->uid, strerror(-ret));
		run_as_daemon(user, why, log);
	}
	return 0;
}
