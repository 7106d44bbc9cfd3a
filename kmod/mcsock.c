// SPDX-License-Identifier: GPL-2.0
/*
 * Kernel sockets that hold group memberships: the only way for a module to join
 * single sources, and to leave so that what others have joined is reported
 * rightly.
 *
 * Joining and leaving take RTNL: the caller holds neither it nor any lock that
 * is taken inside it. Only one caller at a time.
 */
#include <linux/igmp.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/net.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/ipv6.h>
#include <net/sock.h>

#include "mcsock.h"
#include "mem.h"

/**
 * mcr_join_key_specific - is it for one source?
 * @key: what a membership is for
 *
 * Return: true if so, false: for any source.
 */
bool mcr_join_key_specific(const struct mcr_join_key *key)
{
	static const union mcr_addr any;

	return !mcr_addr_equal(&key->src, &any);
}

/**
 * mcr_mcsock_new - make a socket
 * @net: its namespace
 * @family: of the groups that are to be joined
 *
 * Return: a socket, to be freed by mcr_mcsock_free(); an error pointer.
 */
struct mcr_mcsock *mcr_mcsock_new(struct net *net, u32 family)
{
	struct mcr_mcsock *s = kzalloc(sizeof(*s), MCR_GFP);
	int err;

	if (!s)
		return ERR_PTR(-ENOMEM);
	err = sock_create_kern(net, family, SOCK_DGRAM, IPPROTO_UDP, &s->sock);
	if (err) {
		kfree(s);
		return ERR_PTR(err);
	}
	INIT_LIST_HEAD(&s->joins);
	return s;
}

/**
 * mcr_mcsock_free - free a socket, and leave what it has joined
 * @s: the socket
 */
void mcr_mcsock_free(struct mcr_mcsock *s)
{
	sock_release(s->sock);
	kfree(s);
}

static void mcr_mcsock_addr(struct sockaddr_storage *ss, u32 family,
			    const union mcr_addr *addr)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ss;
	struct sockaddr_in *in = (struct sockaddr_in *)ss;

	ss->ss_family = family;
	if (family == AF_INET)
		in->sin_addr.s_addr = addr->ip;
	else
		memcpy(&in6->sin6_addr, addr, sizeof(in6->sin6_addr));
}

static int mcr_mcsock_set(struct mcr_mcsock *s, u32 family, int name, void *val,
			  unsigned int len)
{
	int level = family == AF_INET ? SOL_IP : SOL_IPV6;

	return s->sock->ops->setsockopt(s->sock, level, name,
					KERNEL_SOCKPTR(val), len);
}

/* @name: MCAST_JOIN_GROUP or MCAST_LEAVE_GROUP */
static int mcr_mcsock_group(struct mcr_mcsock *s,
			    const struct mcr_join_key *key, int name)
{
	struct group_req req = { .gr_interface = key->ifindex };

	mcr_mcsock_addr(&req.gr_group, key->family, &key->group);
	return mcr_mcsock_set(s, key->family, name, &req, sizeof(req));
}

/* @name: MCAST_JOIN_SOURCE_GROUP or MCAST_LEAVE_SOURCE_GROUP */
static int mcr_mcsock_source(struct mcr_mcsock *s,
			     const struct mcr_join_key *key, int name)
{
	struct group_source_req req = { .gsr_interface = key->ifindex };

	mcr_mcsock_addr(&req.gsr_group, key->family, &key->group);
	mcr_mcsock_addr(&req.gsr_source, key->family, &key->src);
	return mcr_mcsock_set(s, key->family, name, &req, sizeof(req));
}

/**
 * mcr_mcsock_join - join a group
 * @s: the socket
 * @key: what to join
 * @alone: it has joined no other source of the same group on the same device
 *
 * Return: 0; -ENOBUFS or -ENOMEM if the socket has joined all that it may; what
 * setsockopt() says.
 */
int mcr_mcsock_join(struct mcr_mcsock *s, const struct mcr_join_key *key,
		    bool alone)
{
	int err;

	if (!mcr_join_key_specific(key))
		return mcr_mcsock_group(s, key, MCAST_JOIN_GROUP);
	err = mcr_mcsock_source(s, key, MCAST_JOIN_SOURCE_GROUP);
	/* The group may be joined although its source could not be added. */
	if (err && alone)
		mcr_mcsock_group(s, key, MCAST_LEAVE_GROUP);
	return err;
}

/**
 * mcr_mcsock_leave - leave a group
 * @s: the socket
 * @key: what to leave; need not be joined
 * @alone: as above
 */
void mcr_mcsock_leave(struct mcr_mcsock *s, const struct mcr_join_key *key,
		      bool alone)
{
	if (!mcr_join_key_specific(key)) {
		mcr_mcsock_group(s, key, MCAST_LEAVE_GROUP);
		return;
	}
	/* Where the device is gone the source cannot be left, the group can. */
	if (mcr_mcsock_source(s, key, MCAST_LEAVE_SOURCE_GROUP) && alone)
		mcr_mcsock_group(s, key, MCAST_LEAVE_GROUP);
}

/**
 * mcr_mcsock_drop - leave a group, with all its sources, under RTNL
 * @s: the socket; unlike elsewhere, others may be using it
 * @key: what to leave; need not be joined
 *
 * Context: Process, under RTNL.
 */
void mcr_mcsock_drop(struct mcr_mcsock *s, const struct mcr_join_key *key)
{
	struct sock *sk = s->sock->sk;
	struct ip_mreqn mreq = {
		.imr_multiaddr.s_addr = key->group.ip,
		.imr_ifindex = key->ifindex,
	};

	ASSERT_RTNL();
	lock_sock(sk);
	if (key->family == AF_INET)
		ip_mc_leave_group(sk, &mreq);
#if IS_ENABLED(CONFIG_IPV6)
	else
		ipv6_sock_mc_drop(sk, key->ifindex, (const void *)&key->group);
#endif
	release_sock(sk);
}
