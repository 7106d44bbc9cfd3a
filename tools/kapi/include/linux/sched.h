/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KAPI_LINUX_SCHED_H
#define KAPI_LINUX_SCHED_H

#include <linux/kernel.h>

#endif /* KAPI_LINUX_SCHED_H */
