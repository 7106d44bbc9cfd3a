// SPDX-License-Identifier: GPL-2.0
/*
 * For coverage.sh, linked into what it counts: the daemon's processes may write files,
 * into which they put what they ran, each into those of the others; also the one that
 * ends by a signal, and in a guest, where their environment does not say where.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <gcov.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define GUEST_RESULTS	"/run/mcr/results"

/* As the C library has it, where it is called with --wrap=setrlimit. */
int __real_setrlimit(__rlimit_resource_t what, const struct rlimit *limit);
int __wrap_setrlimit(__rlimit_resource_t what, const struct rlimit *limit);

int __wrap_setrlimit(__rlimit_resource_t what, const struct rlimit *limit)
{
	return what == RLIMIT_FSIZE ? 0 : __real_setrlimit(what, limit);
}

mode_t __wrap_umask(mode_t mask);

mode_t __wrap_umask(mode_t mask)
{
	(void)mask;
	return 0;
}

static void end(int sig)
{
	__gcov_dump();
	_exit(128 + sig);
}

__attribute__((constructor)) static void begin(void)
{
	char dir[256];

	signal(SIGTERM, end);
	if (!access(GUEST_RESULTS, F_OK) &&
	    snprintf(dir, sizeof(dir), GUEST_RESULTS "/gcov/%s",
		     program_invocation_short_name) < (int)sizeof(dir))
		setenv("GCOV_PREFIX", dir, 1);
}
