/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KAPI_LINUX_IN6_H
#define KAPI_LINUX_IN6_H

#include <linux/in.h>
#include_next <linux/in6.h>

#endif /* KAPI_LINUX_IN6_H */
