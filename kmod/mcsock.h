/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel sockets that hold group memberships.
 */
#ifndef MCR_MCSOCK_H
#define MCR_MCSOCK_H

#include <linux/list.h>
#include <linux/types.h>

#include "rule.h"

struct net;
struct socket;

/**
 * struct mcr_join_key - what a membership is for
 * @group: the group
 * @src: the source; all 0: any
 * @ifindex: of the ingress device
 * @family: of the group
 *
 * It is hashed as it lies in memory.
 */
struct mcr_join_key {
	union mcr_addr group;
	union mcr_addr src;
	u32 ifindex;
	u32 family;
};

/**
 * struct mcr_mcsock - a socket and what is joined through it
 * @node: in mcr_joins.socks
 * @joins: struct mcr_group.sock_node
 * @sock: the socket, never bound: it receives nothing. Holds neither the
 *	namespace nor this module
 * @n: number of @joins
 * @full: no more are to be tried until one leaves
 *
 * All but @sock is join.c's.
 */
struct mcr_mcsock {
	struct list_head node;
	struct list_head joins;
	struct socket *sock;
	u32 n;
	bool full;
};

struct mcr_mcsock *mcr_mcsock_new(struct net *net, u32 family);
void mcr_mcsock_free(struct mcr_mcsock *s);

int mcr_mcsock_join(struct mcr_mcsock *s, const struct mcr_join_key *key,
		    bool alone);
void mcr_mcsock_leave(struct mcr_mcsock *s, const struct mcr_join_key *key,
		      bool alone);
void mcr_mcsock_drop(struct mcr_mcsock *s, const struct mcr_join_key *key);

bool mcr_join_key_specific(const struct mcr_join_key *key);

#endif /* MCR_MCSOCK_H */
