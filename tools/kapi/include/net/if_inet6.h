/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KAPI_NET_IF_INET6_H
#define KAPI_NET_IF_INET6_H

#include <net/addrconf.h>

#endif /* KAPI_NET_IF_INET6_H */
