/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How memory is asked for. A process has one way only.
 */
#ifndef KAPI_LINUX_GFP_H
#define KAPI_LINUX_GFP_H

#include <linux/types.h>

#define GFP_KERNEL		0U
#define GFP_ATOMIC		0U
#define GFP_KERNEL_ACCOUNT	0U
#define __GFP_NOWARN		0U
#define __GFP_RETRY_MAYFAIL	0U

#endif /* KAPI_LINUX_GFP_H */
