/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The system calls that are left to a worker once it has all it works with.
 *
 * Who finds a fault in what looks at packets has a process that can receive and
 * send on the sockets it was given, and nothing else: no files, no new sockets,
 * no programs, no memory that is code.
 */
#ifndef MCRD_SECCOMP_H
#define MCRD_SECCOMP_H

#include <seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Who starts a worker may set it to "eperm" or "off". */
#define MCRD_SECCOMP_ENV	"MCRD_SECCOMP"

/**
 * enum mcrd_seccomp_mode - what becomes of a call that is not left
 * @MCRD_SECCOMP_KILL: it ends the process, with SIGSYS
 * @MCRD_SECCOMP_EPERM: it fails: to find out who makes it
 * @MCRD_SECCOMP_OFF: nothing: for sanitizers and debuggers, which need more
 */
enum mcrd_seccomp_mode {
	MCRD_SECCOMP_KILL,
	MCRD_SECCOMP_EPERM,
	MCRD_SECCOMP_OFF,
};

scmp_filter_ctx mcrd_seccomp_make(uint32_t arch, enum mcrd_seccomp_mode mode,
				  bool uring);
int mcrd_seccomp_enter(enum mcrd_seccomp_mode mode, bool uring, char *why,
		       size_t size);

#endif /* MCRD_SECCOMP_H */
