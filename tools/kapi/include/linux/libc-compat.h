/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's headers give way to those of the C library that came before them:
 * all of them do, whichever is asked for first.
 */
#ifndef KAPI_LINUX_LIBC_COMPAT_H
#define KAPI_LINUX_LIBC_COMPAT_H

#include <net/if.h>
#include <netinet/in.h>
#include_next <linux/libc-compat.h>

#endif /* KAPI_LINUX_LIBC_COMPAT_H */
