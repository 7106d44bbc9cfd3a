/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KAPI_LINUX_CPUMASK_H
#define KAPI_LINUX_CPUMASK_H

#include <linux/percpu.h>

#endif /* KAPI_LINUX_CPUMASK_H */
