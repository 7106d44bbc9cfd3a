// SPDX-License-Identifier: GPL-2.0
/*
 * For sanitize.sh, linked into the daemon: a process that may write no files cannot
 * report, nor could ThreadSanitizer keep what it knows.
 */
#define _GNU_SOURCE
#include <sys/resource.h>

/* As the C library has it, where it is called with --wrap=setrlimit. */
int __real_setrlimit(__rlimit_resource_t what, const struct rlimit *limit);
int __wrap_setrlimit(__rlimit_resource_t what, const struct rlimit *limit);

int __wrap_setrlimit(__rlimit_resource_t what, const struct rlimit *limit)
{
	return what == RLIMIT_FSIZE ? 0 : __real_setrlimit(what, limit);
}
