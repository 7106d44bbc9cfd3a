/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sockets: one stands for all that messages come by.
 */
#ifndef KAPI_NET_SOCK_H
#define KAPI_NET_SOCK_H

#include <linux/skbuff.h>
#include <net/net_namespace.h>

#define sock_net(sk)	((void)(sk), &init_net)

#endif /* KAPI_NET_SOCK_H */
