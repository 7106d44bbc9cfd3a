/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KAPI_LINUX_IF_H
#define KAPI_LINUX_IF_H

#include <linux/libc-compat.h>
#include_next <linux/if.h>

#endif /* KAPI_LINUX_IF_H */
