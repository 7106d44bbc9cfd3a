/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KAPI_LINUX_MM_H
#define KAPI_LINUX_MM_H

#include <linux/slab.h>

#endif /* KAPI_LINUX_MM_H */
