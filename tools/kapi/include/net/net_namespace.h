/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Network namespaces: a process has one.
 */
#ifndef KAPI_NET_NET_NAMESPACE_H
#define KAPI_NET_NET_NAMESPACE_H

#include <linux/types.h>

struct user_namespace;

/**
 * struct net - the network namespace
 * @user_ns: whose it is
 */
struct net {
	struct user_namespace *user_ns;
};

extern struct net kapi_init_net;
#define init_net		kapi_init_net

#define for_each_net(net)	\
	for ((net) = &init_net; (net); (net) = NULL)

#endif /* KAPI_NET_NET_NAMESPACE_H */
