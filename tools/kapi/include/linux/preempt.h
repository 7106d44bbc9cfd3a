/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KAPI_LINUX_PREEMPT_H
#define KAPI_LINUX_PREEMPT_H

#include <linux/kernel.h>

#define preempt_disable()	do { } while (0)
#define preempt_enable()	do { } while (0)

#endif /* KAPI_LINUX_PREEMPT_H */
