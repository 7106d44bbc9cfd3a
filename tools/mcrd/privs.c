// SPDX-License-Identifier: GPL-2.0
/*
 * Whom workers run as; see privs.h.
 */
#include "privs.h"

#include <cap-ng.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* Users that are tried where none was named. */
static const char * const mcrd_users[] = { "mcrd", "nobody" };

/* Where nobody keeps a list of users: who is nobody, to the kernel. */
#define MCRD_UID_NOBODY		65534

/* A number that is no user's name is a user all the same. */
static bool mcrd_privs_number(const char *name, struct mcrd_privs *privs)
{
	const struct passwd *pw;
	unsigned long uid;
	char *end;

	errno = 0;
	uid = strtoul(name, &end, 10);
	if (name[0] < '0' || name[0] > '9' || *end || errno ||
	    uid >= (uid_t)-1)
		return false;
	privs->uid = (uid_t)uid;
	privs->gid = (gid_t)uid;
	pw = getpwuid(privs->uid);
	if (pw)
		privs->gid = pw->pw_gid;
	return true;
}

static bool mcrd_privs_user(const char *name, struct mcrd_privs *privs)
{
	const struct passwd *pw = getpwnam(name);

	if (!pw)
		return mcrd_privs_number(name, privs);
	privs->uid = pw->pw_uid;
	privs->gid = pw->pw_gid;
	return true;
}

static bool mcrd_privs_may_change(void)
{
	if (capng_get_caps_process())
		return false;
	return capng_have_capability(CAPNG_EFFECTIVE, CAP_SETUID) &&
	       capng_have_capability(CAPNG_EFFECTIVE, CAP_SETGID);
}

/**
 * mcrd_privs_find - whom are workers to run as?
 * @name: as the administrator said: a name or a number; NULL: whom there is
 * @privs: filled in
 * @why: where to say why it cannot be: a sentence
 * @size: bytes of @why
 *
 * Return: 0; -EINVAL.
 */
int mcrd_privs_find(const char *name, struct mcrd_privs *privs, char *why,
		    size_t size)
{
	bool found = false;
	size_t i;

	memset(privs, 0, sizeof(*privs));
	if (name) {
		found = mcrd_privs_user(name, privs);
	} else {
		for (i = 0; !found && i < sizeof(mcrd_users) /
				      sizeof(mcrd_users[0]); i++)
			found = mcrd_privs_user(mcrd_users[i], privs);
		if (!found) {
			privs->uid = MCRD_UID_NOBODY;
			privs->gid = MCRD_UID_NOBODY;
			found = true;
		}
	}
	if (!found) {
		snprintf(why, size,
			 "there is no user %s: workers run as a user that there is, or as a number",
			 name);
		return -EINVAL;
	}
	if (!privs->uid || !privs->gid) {
		snprintf(why, size,
			 "user %s is root, or in root's group: workers run as one without rights",
			 name ? name : mcrd_users[0]);
		return -EINVAL;
	}
	privs->keep = !mcrd_privs_may_change();
	return 0;
}

/* Lower than it is it may be; the kernel knows whether higher. */
static int mcrd_privs_limit(__rlimit_resource_t what, rlim_t soft, rlim_t hard)
{
	const struct rlimit limit = { soft, hard };

	return setrlimit(what, &limit) ? -errno : 0;
}

/*
 * No core, which would have packets in it, and no files. Rings and buffers are as
 * large as they are said to be; there is a socket for each device.
 */
static int mcrd_privs_limits(const struct mcrd_privs *privs)
{
	struct rlimit files;
	int err;

	err = mcrd_privs_limit(RLIMIT_CORE, 0, 0);
	if (!err && !privs->writes)
		err = mcrd_privs_limit(RLIMIT_FSIZE, 0, 0);
	if (!err && getrlimit(RLIMIT_NOFILE, &files))
		err = -errno;
	if (!err)
		err = mcrd_privs_limit(RLIMIT_NOFILE, files.rlim_max,
				       files.rlim_max);
	/* Where that is not allowed, the memory cgroup's limit is what counts. */
	mcrd_privs_limit(RLIMIT_MEMLOCK, RLIM_INFINITY, RLIM_INFINITY);
	return err;
}

/* With no_new_privs nothing can be had of what is in the bounding set. */
static bool mcrd_privs_may_bound(void)
{
	return capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP);
}

static int mcrd_privs_change(const struct mcrd_privs *privs)
{
	int flags = CAPNG_DROP_SUPP_GRP | CAPNG_CLEAR_AMBIENT;

	if (mcrd_privs_may_bound())
		flags |= CAPNG_CLEAR_BOUNDING;
	capng_clear(CAPNG_SELECT_ALL);
	errno = 0;
	if (capng_change_id((int)privs->uid, (int)privs->gid, flags))
		return errno ? -errno : -EPERM;
	return 0;
}

/* The bounding set can be emptied by who has CAP_SETPCAP; it is of no use then. */
static int mcrd_privs_keep(const struct mcrd_privs *privs)
{
	const capng_type_t all = CAPNG_EFFECTIVE | CAPNG_PERMITTED |
				 CAPNG_INHERITABLE | CAPNG_BOUNDING_SET;
	bool has = capng_have_capability(CAPNG_PERMITTED, CAP_NET_ADMIN);
	bool may = mcrd_privs_may_bound();

	capng_clear(CAPNG_SELECT_ALL);
	if (privs->net_admin && has)
		capng_update(CAPNG_ADD, all, CAP_NET_ADMIN);
	errno = 0;
	if (may && capng_apply(CAPNG_SELECT_BOUNDS))
		return errno ? -errno : -EPERM;
	if (capng_apply(CAPNG_SELECT_CAPS))
		return errno ? -errno : -EPERM;
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) &&
	    errno != EINVAL)
		return -errno;
	/* For who is not root nothing else outlives the start of a program. */
	if (privs->net_admin && has &&
	    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_ADMIN, 0, 0))
		return -errno;
	return 0;
}

/* Of one that keeps some it is the others that are looked at. */
static bool mcrd_privs_none(const struct mcrd_privs *privs)
{
	if (capng_get_caps_process())
		return false;
	if (privs->net_admin)
		capng_update(CAPNG_DROP, CAPNG_EFFECTIVE | CAPNG_PERMITTED |
			     CAPNG_INHERITABLE, CAP_NET_ADMIN);
	return capng_have_capabilities(CAPNG_SELECT_CAPS) == CAPNG_NONE;
}

/* What was asked for is looked at: nobody else would find out. */
static const char *mcrd_privs_left(const struct mcrd_privs *privs, bool bounded)
{
	uid_t uid[3];
	gid_t gid[3];

	if (!mcrd_privs_none(privs))
		return "there are capabilities left";
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		return "no_new_privs is not set";
	if (privs->keep)
		return NULL;
	if (bounded &&
	    capng_have_capabilities(CAPNG_SELECT_BOUNDS) != CAPNG_NONE)
		return "there are capabilities to be had";
	if (getgroups(0, NULL))
		return "there are groups left";
	if (getresuid(&uid[0], &uid[1], &uid[2]) ||
	    getresgid(&gid[0], &gid[1], &gid[2]) ||
	    uid[0] != privs->uid || uid[1] != privs->uid ||
	    uid[2] != privs->uid || gid[0] != privs->gid ||
	    gid[1] != privs->gid || gid[2] != privs->gid)
		return "it is another user";
	return NULL;
}

/**
 * mcrd_privs_drop - be that user, without any rights, for ever
 * @privs: whom mcrd_privs_find() found
 * @why: where to say what cannot be done: a sentence
 * @size: bytes of @why
 *
 * For a process of one thread, between fork() and exec(): what is dropped is
 * dropped for the program that comes. A change of user takes the signal at the
 * parent's death away (PR_SET_PDEATHSIG): that comes after this.
 *
 * Return: 0; -errno: some rights may be dropped already: the process is to end.
 */
int mcrd_privs_drop(const struct mcrd_privs *privs, char *why, size_t size)
{
	const char *what = "its limits";
	bool bounded = false;
	int err;

	err = mcrd_privs_limits(privs);
	if (err)
		goto err;
	what = "its user and its capabilities";
	/* Not what a parent may have left in libcap-ng. */
	err = capng_get_caps_process() ? -EPERM : 0;
	bounded = !err && mcrd_privs_may_bound();
	if (!err)
		err = privs->keep ? mcrd_privs_keep(privs) :
				    mcrd_privs_change(privs);
	if (err)
		goto err;
	what = "no_new_privs";
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) {
		err = -errno;
		goto err;
	}
	what = mcrd_privs_left(privs, bounded);
	if (!what)
		return 0;
	err = -EPERM;
err:
	snprintf(why, size, "a worker's rights cannot be dropped: %s: %s", what,
		 strerror(-err));
	return err;
}
