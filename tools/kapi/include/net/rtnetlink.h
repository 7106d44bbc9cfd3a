/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KAPI_NET_RTNETLINK_H
#define KAPI_NET_RTNETLINK_H

#include <linux/rtnetlink.h>

#endif /* KAPI_NET_RTNETLINK_H */
