// SPDX-License-Identifier: GPL-2.0
/*
 * Sockets that hold group memberships, as ordinary ones; in the place of
 * kmod/mcsock.c. They are never bound, and take only what is sent to groups that
 * they joined themselves and to their port, which they have none of.
 */
#include <linux/err.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/list.h>
#include <linux/slab.h>
#include <net/net_namespace.h>
#include <sys/socket.h>
#include <unistd.h>

#include "mcsock.h"

/**
 * struct socket - a socket
 * @fd: of the process
 */
struct socket {
	int fd;
};

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

/* Nothing is to be delivered to it, whatever others have joined. */
static int mcr_mcsock_open(u32 family)
{
	bool v4 = family == AF_INET;
	const int off = 0;
	int fd, err;

	fd = socket((int)family, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_UDP);
	if (fd < 0)
		return -errno;
	err = setsockopt(fd, v4 ? SOL_IP : SOL_IPV6,
			 v4 ? IP_MULTICAST_ALL : IPV6_MULTICAST_ALL, &off,
			 sizeof(off)) ? -errno : 0;
	if (!err)
		return fd;
	close(fd);
	return err;
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
	struct mcr_mcsock *s = kapi_zalloc(1, sizeof(*s) +
					      sizeof(*s->sock));
	int fd;

	(void)net;
	if (!s)
		return ERR_PTR(-ENOMEM);
	fd = mcr_mcsock_open(family);
	if (fd < 0) {
		kapi_free(s);
		return ERR_PTR(fd);
	}
	s->sock = (struct socket *)(s + 1);
	s->sock->fd = fd;
	INIT_LIST_HEAD(&s->joins);
	return s;
}

/**
 * mcr_mcsock_free - free a socket, and leave what it has joined
 * @s: the socket
 */
void mcr_mcsock_free(struct mcr_mcsock *s)
{
	close(s->sock->fd);
	kapi_free(s);
}

/* Too large for one family, right for both. */
union mcr_sockaddr {
	struct sockaddr_storage storage;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

static void mcr_mcsock_addr(struct sockaddr_storage *to, u32 family,
			    const union mcr_addr *addr)
{
	union mcr_sockaddr sa = { .storage.ss_family = (sa_family_t)family };

	if (family == AF_INET)
		sa.in.sin_addr.s_addr = addr->ip;
	else
		memcpy(&sa.in6.sin6_addr, addr, sizeof(sa.in6.sin6_addr));
	*to = sa.storage;
}

static int mcr_mcsock_set(struct mcr_mcsock *s, u32 family, int name,
			  const void *val, socklen_t len)
{
	int level = family == AF_INET ? SOL_IP : SOL_IPV6;

	return setsockopt(s->sock->fd, level, name, val, len) ? -errno : 0;
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
 * mcr_mcsock_drop - leave a group, with all its sources
 * @s: the socket
 * @key: what to leave; need not be joined
 *
 * We are told of it later than the kernel's own: a device may be back already
 * by the same index. To the socket it is another one then, which it has not
 * joined.
 */
void mcr_mcsock_drop(struct mcr_mcsock *s, const struct mcr_join_key *key)
{
	mcr_mcsock_group(s, key, MCAST_LEAVE_GROUP);
}
