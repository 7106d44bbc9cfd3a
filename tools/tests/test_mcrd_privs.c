// SPDX-License-Identifier: GPL-2.0
/*
 * Whom workers run as: each case in a child of its own, which says by its exit
 * status what it found.
 */
#include "common.h"

#include <cap-ng.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../mcrd/privs.h"

#define SOME_UID	47110

/* Run @child in a process; return its exit status, or 256 + what ended it. */
static int in_child(int (*child)(const struct mcrd_privs *privs),
		    const struct mcrd_privs *privs)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (!pid)
		_exit(child(privs));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) :
				   256 + WTERMSIG(status);
}

static void test_find(void **state)
{
	struct mcrd_privs privs;
	char why[256];

	(void)state;
	assert_int_equal(mcrd_privs_find(NULL, &privs, why, sizeof(why)), 0);
	assert_true(privs.uid && privs.gid);
	assert_int_equal(mcrd_privs_find("47110", &privs, why, sizeof(why)), 0);
	assert_int_equal(privs.uid, SOME_UID);
	assert_int_equal(privs.gid, SOME_UID);
	/* A number of somebody who is known has that one's group. */
	assert_int_equal(mcrd_privs_find("65534", &privs, why, sizeof(why)), 0);
	assert_int_equal(privs.uid, 65534);
}

static void test_refused(void **state)
{
	static const char * const bad[] = {
		"no-such-user", "", "-1", "4294967295", "12x", "root", "0",
		"99999999999999999999",
	};
	struct mcrd_privs privs;
	char why[256];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++) {
		assert_int_not_equal(mcrd_privs_find(bad[i], &privs, why, sizeof(why)), 0);
		assert_non_null(strstr(why, bad[i]));
	}
}

static int limits_are_wrong(void)
{
	struct rlimit core, files, size;

	if (getrlimit(RLIMIT_CORE, &core) || getrlimit(RLIMIT_FSIZE, &size) ||
	    getrlimit(RLIMIT_NOFILE, &files))
		return 10;
	if (core.rlim_max || size.rlim_max)
		return 11;
	return files.rlim_cur == files.rlim_max ? 0 : 12;
}

/* What one without rights cannot do. */
static int still_may(void)
{
	int fd = socket(AF_PACKET, SOCK_RAW, 0);

	if (fd >= 0)
		return 20;
	if (!setuid(0) || !setgid(0))
		return 21;
	if (!chroot("/"))
		return 22;
	return 0;
}

static int drop_all(const struct mcrd_privs *privs)
{
	char why[256];
	int ret;

	if (mcrd_privs_drop(privs, why, sizeof(why)))
		return 1;
	if (getuid() != privs->uid || geteuid() != privs->uid ||
	    getgid() != privs->gid || getegid() != privs->gid)
		return 2;
	if (getgroups(0, NULL))
		return 3;
	if (capng_get_caps_process() ||
	    capng_have_capabilities(CAPNG_SELECT_BOTH) != CAPNG_NONE)
		return 4;
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_NET_RAW, 0, 0))
		return 5;
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		return 6;
	ret = limits_are_wrong();
	return ret ? ret : still_may();
}

/* Groups and ambient capabilities are there to be dropped. */
static int drop_more(const struct mcrd_privs *privs)
{
	const gid_t groups[] = { 4, 27 };

	if (setgroups(COUNT(groups), groups))
		return 30;
	if (capng_get_caps_process() ||
	    capng_update(CAPNG_ADD, CAPNG_INHERITABLE, CAP_NET_RAW) ||
	    capng_apply(CAPNG_SELECT_CAPS) ||
	    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_RAW, 0, 0))
		return 31;
	return drop_all(privs);
}

/* The program that comes has nothing either. */
static int drop_exec(const struct mcrd_privs *privs)
{
	char why[256];

	if (mcrd_privs_drop(privs, why, sizeof(why)))
		return 1;
	execl("/bin/sh", "sh", "-c", "awk \"$0$1$2\" /proc/self/status",
	      "/^NoNewPrivs/ { nnp = $2 }", "/^Cap/ { caps = caps $2 }",
	      "END { exit nnp != 1 || caps !~ /^0+$/ }", NULL);
	return 40;
}

static int drop_kept(const struct mcrd_privs *privs)
{
	uid_t uid = getuid();
	char why[256];
	int ret;

	if (mcrd_privs_drop(privs, why, sizeof(why)))
		return 1;
	if (getuid() != uid)
		return 2;
	if (capng_get_caps_process() ||
	    capng_have_capabilities(CAPNG_SELECT_CAPS) != CAPNG_NONE)
		return 4;
	ret = limits_are_wrong();
	if (ret)
		return ret;
	return socket(AF_PACKET, SOCK_RAW, 0) >= 0 ? 20 : 0;
}

/* A user that one may not become. */
static int drop_fails(const struct mcrd_privs *privs)
{
	char why[256] = "";

	capng_clear(CAPNG_SELECT_BOTH);
	if (capng_apply(CAPNG_SELECT_CAPS))
		return 50;
	if (!mcrd_privs_drop(privs, why, sizeof(why)))
		return 51;
	return strstr(why, "rights") ? 0 : 52;
}

static void test_drop(void **state)
{
	struct mcrd_privs privs = { .uid = SOME_UID, .gid = SOME_UID + 1 };
	struct mcrd_privs found;
	char why[256];

	(void)state;
	assert_int_equal(mcrd_privs_find("47110", &found, why, sizeof(why)), 0);
	if (found.keep)
		skip();
	assert_int_equal(in_child(drop_all, &privs), 0);
	assert_int_equal(in_child(drop_more, &privs), 0);
	assert_int_equal(in_child(drop_exec, &privs), 0);
}

static void test_drop_fails(void **state)
{
	struct mcrd_privs privs = { .uid = SOME_UID, .gid = SOME_UID };

	(void)state;
	assert_int_equal(in_child(drop_fails, &privs), 0);
}

static void test_keep(void **state)
{
	struct mcrd_privs privs = { .keep = true };

	(void)state;
	assert_int_equal(in_child(drop_kept, &privs), 0);
}

int main(void)
{
	struct suite suite = { 0 };

	suite_add_case(&suite, test_find);
	suite_add_case(&suite, test_refused);
	suite_add_case(&suite, test_drop);
	suite_add_case(&suite, test_drop_fails);
	suite_add_case(&suite, test_keep);
	return suite_run(&suite, "mcrd_privs");
}
