// SPDX-License-Identifier: GPL-2.0
/*
 * Option -n: work in another network namespace.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "mcrtool.h"

#define NETNS_DIR	"/run/netns/"

static int fail(struct mcrtool *t, const char *path)
{
	enum mcr_error_kind kind = MCR_ERROR_REFUSED;
	struct mcr_str name = { 0 };
	int error = errno;

	mcr_str_safe(&name, path);
	if (error == EPERM || error == EACCES) {
		kind = MCR_ERROR_NO_SERVER;
		mcr_error_set(&t->err, kind,
			      "network namespace %.200s cannot be entered: this needs CAP_SYS_ADMIN, try as root",
			      name.s ? name.s : "");
	} else if (error == ENOENT) {
		mcr_error_set(&t->err, kind,
			      "network namespace %.200s does not exist: 'ip netns' lists those there are",
			      name.s ? name.s : "");
	} else {
		mcr_error_set(&t->err, kind,
			      "network namespace %.200s cannot be entered: %s",
			      name.s ? name.s : "", strerror(error));
	}
	mcr_str_free(&name);
	return mcrtool_fail(t);
}

/**
 * mcrtool_netns - enter the network namespace of option -n
 * @t: the invocation
 *
 * Return: 0 or an exit status; what is wrong was said.
 */
int mcrtool_netns(struct mcrtool *t)
{
	struct mcr_str path = { 0 };
	int fd, ret = 0;

	if (!t->netns)
		return 0;
	mcr_str_addf(&path, "%s%s", strchr(t->netns, '/') ? "" : NETNS_DIR,
		     t->netns);
	if (path.failed)
		return mcrtool_no_memory(t);
	fd = open(path.s, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		ret = fail(t, path.s);
	if (fd >= 0)
		close(fd);
	mcr_str_free(&path);
	return ret;
}
