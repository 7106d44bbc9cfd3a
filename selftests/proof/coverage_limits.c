// SPDX-License-Identifier: GPL-2.0
/*
 * For coverage.sh, linked into what it counts: the daemon's processes may write files,
 * into which they put what they ran. Otherwise they may not.
 */
#include <sys/resource.h>

/* As the C library has it, where it is called with --wrap=setrlimit. */
int __real_setrlimit(__rlimit_resource_t what, const struct rlimit *limit);
int __wrap_setrlimit(__rlimit_resource_t what, const struct rlimit *limit);

int __wrap_setrlimit(__rlimit_resource_t what, const struct rlimit *limit)
{
	return what == RLIMIT_FSIZE ? 0 : __real_setrlimit(what, limit);
}
