/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KAPI_LINUX_UDP_H
#define KAPI_LINUX_UDP_H

#include_next <linux/udp.h>
#include <linux/skbuff.h>

#endif /* KAPI_LINUX_UDP_H */
