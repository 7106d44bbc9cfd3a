/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KAPI_LINUX_ERRNO_H
#define KAPI_LINUX_ERRNO_H

#include_next <linux/errno.h>
#include <errno.h>

#endif /* KAPI_LINUX_ERRNO_H */
