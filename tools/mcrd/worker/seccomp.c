// SPDX-License-Identifier: GPL-2.0
/*
 * The system calls that are left to a worker; see seccomp.h.
 *
 * What is submitted to an io_uring is no system call, and nobody filters it here.
 * So no further ring can be set up; the one there is, is restricted by who sets it
 * up (IORING_REGISTER_RESTRICTIONS).
 *
 * A call that an architecture does not have is not in its filter: poll() is not,
 * on arm64.
 */
#include "seccomp.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

/* In any case. */
static const int always[] = {
	/* Frames and commands come, with descriptors; copies leave. */
	SCMP_SYS(recvmsg),
	SCMP_SYS(recvmmsg),
	SCMP_SYS(recvfrom),
	SCMP_SYS(sendmsg),
	SCMP_SYS(sendmmsg),
	SCMP_SYS(sendto),
	/* Signals come as reads; the log and what is said to the supervisor. */
	SCMP_SYS(read),
	SCMP_SYS(readv),
	SCMP_SYS(write),
	SCMP_SYS(writev),
	/* Waiting: for packets, and for room to say something. */
	SCMP_SYS(poll),
	SCMP_SYS(ppoll),
	SCMP_SYS(nanosleep),
	SCMP_SYS(clock_nanosleep),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(sched_yield),
	/* What a socket is like that came, and its pending error. */
	SCMP_SYS(getsockopt),
	/* A device that goes takes its sockets along. */
	SCMP_SYS(close),
	SCMP_SYS(shutdown),
	/* The time, where the vDSO does not know it. */
	SCMP_SYS(clock_gettime),
	SCMP_SYS(gettimeofday),
	/* malloc() and free(); that new memory is no code is in mmap_rules. */
	SCMP_SYS(brk),
	SCMP_SYS(munmap),
	SCMP_SYS(mremap),
	SCMP_SYS(madvise),
	SCMP_SYS(futex),
	/* libjson-c seeds its tables when the first object is made. */
	SCMP_SYS(getrandom),
	/* The log says who. */
	SCMP_SYS(getpid),
	SCMP_SYS(gettid),
	/* The end, the early one by abort() among them: see abort_rule. */
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
};

/* Where the loop is an io_uring: submitting and waiting; buffers, its end. */
static const int with_uring[] = {
	SCMP_SYS(io_uring_enter),
	SCMP_SYS(io_uring_register),
};

static int add_list(scmp_filter_ctx ctx, const int *list, size_t n)
{
	size_t i;
	int err;

	for (i = 0; i < n; i++) {
		err = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, list[i], 0);
		if (err)
			return err;
	}
	return 0;
}

/* Memory of the process's own that is no code, and stays none. */
static int mmap_rules(scmp_filter_ctx ctx)
{
	int err;

	err = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2,
			       SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0),
			       SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS,
				       MAP_ANONYMOUS));
	if (err)
		return err;
	return seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
				SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
}

/* A failed assertion is to be seen as what it is. */
static int abort_rule(scmp_filter_ctx ctx)
{
	return seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 2,
				SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid()),
				SCMP_A2(SCMP_CMP_EQ, SIGABRT));
}

static int add_rules(scmp_filter_ctx ctx, bool uring)
{
	int err;

	err = add_list(ctx, always, sizeof(always) / sizeof(always[0]));
	if (!err && uring)
		err = add_list(ctx, with_uring,
			       sizeof(with_uring) / sizeof(with_uring[0]));
	if (!err)
		err = mmap_rules(ctx);
	if (!err)
		err = abort_rule(ctx);
	return err;
}

/* Another architecture than the one the program is for. */
static int set_arch(scmp_filter_ctx ctx, uint32_t arch)
{
	int err;

	if (arch == seccomp_arch_native())
		return 0;
	err = seccomp_arch_add(ctx, arch);
	return err ? err : seccomp_arch_remove(ctx, SCMP_ARCH_NATIVE);
}

/**
 * mcrd_seccomp_make - make the filter
 * @arch: SCMP_ARCH_X86_64 or SCMP_ARCH_AARCH64: whose calls
 * @mode: what becomes of calls that are not left
 * @uring: those for an io_uring are left, too
 *
 * Return: for seccomp_release(); NULL if it cannot be made.
 */
scmp_filter_ctx mcrd_seccomp_make(uint32_t arch, enum mcrd_seccomp_mode mode,
				  bool uring)
{
	uint32_t act = mode == MCRD_SECCOMP_KILL ? SCMP_ACT_KILL_PROCESS :
						   SCMP_ACT_ERRNO(EPERM);
	scmp_filter_ctx ctx = seccomp_init(act);

	if (!ctx)
		return NULL;
	/* A binary tree: the filter is run for each call that has conditions. */
	if (seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2) ||
	    seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH,
			     SCMP_ACT_KILL_PROCESS) ||
	    set_arch(ctx, arch) || add_rules(ctx, uring)) {
		seccomp_release(ctx);
		return NULL;
	}
	return ctx;
}

/**
 * mcrd_seccomp_enter - do without all other system calls from now on
 * @mode: what becomes of them
 * @uring: the loop is an io_uring, which is set up
 * @why: where to say why it is not possible: a sentence
 * @size: bytes of @why
 *
 * All that is opened, mapped and set up is so before. Rights are not gained any
 * more (no_new_privs).
 *
 * Return: 0; -errno: no call is restricted.
 */
int mcrd_seccomp_enter(enum mcrd_seccomp_mode mode, bool uring, char *why,
		       size_t size)
{
	const char *what = "no_new_privs";
	scmp_filter_ctx ctx;
	int err = 0;

	if (mode == MCRD_SECCOMP_OFF)
		return 0;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) {
		err = -errno;
		goto out;
	}
	what = "the filter cannot be made";
	ctx = mcrd_seccomp_make(seccomp_arch_native(), mode, uring);
	if (!ctx) {
		err = -ENOMEM;
		goto out;
	}
	what = "the kernel does not take the filter";
	err = seccomp_load(ctx);
	seccomp_release(ctx);
out:
	if (err)
		snprintf(why, size,
			 "the worker's system calls cannot be restricted: %s: %s",
			 what, strerror(-err));
	return err;
}
