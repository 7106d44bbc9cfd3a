// SPDX-License-Identifier: GPL-2.0
/*
 * Sockets that hold group memberships, as ordinary ones; in the place of
 * kmod/mcsock.c. They are never bound, so that nothing is delivered to them.
 */
#include <linux/err.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/list.h>
#include <linux/slab.h>
#include <net/net_namespace.h>
#include <sys/socket.h>
#include <unistd.h>

#include "internal.h"
#include "mcsock.h"

/* What a socket can have joined; join.c asks for no more. */
#define MCR_MCSOCK_KEYS		32U

/**
 * struct socket - a socket
 * @node: among all of them
 * @fd: of the process
 * @n: number of @key
 * @key: what it has joined
 */
struct socket {
	struct list_head node;
	int fd;
	unsigned int n;
	struct mcr_join_key key[MCR_MCSOCK_KEYS];
};

static LIST_HEAD(mcr_mcsocks);

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
	struct mcr_mcsock *s = kapi_zalloc(1, sizeof(*s) +
					      sizeof(*s->sock));
	int fd;

	(void)net;
	if (!s)
		return ERR_PTR(-ENOMEM);
	fd = socket((int)family, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_UDP);
	if (fd < 0) {
		int err = -errno;

		kapi_free(s);
		return ERR_PTR(err);
	}
	s->sock = (struct socket *)(s + 1);
	s->sock->fd = fd;
	list_add_tail(&s->sock->node, &mcr_mcsocks);
	INIT_LIST_HEAD(&s->joins);
	return s;
}

/**
 * mcr_mcsock_free - free a socket, and leave what it has joined
 * @s: the socket
 */
void mcr_mcsock_free(struct mcr_mcsock *s)
{
	list_del(&s->sock->node);
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

static int mcr_mcsock_set(struct socket *sock, u32 family, int name,
			  const void *val, socklen_t len)
{
	int level = family == AF_INET ? SOL_IP : SOL_IPV6;

	return setsockopt(sock->fd, level, name, val, len) ? -errno : 0;
}

/* @name: MCAST_JOIN_GROUP or MCAST_LEAVE_GROUP */
static int mcr_mcsock_group(struct socket *sock,
			    const struct mcr_join_key *key, int name)
{
	struct group_req req = { .gr_interface = key->ifindex };

	mcr_mcsock_addr(&req.gr_group, key->family, &key->group);
	return mcr_mcsock_set(sock, key->family, name, &req, sizeof(req));
}

/* @name: MCAST_JOIN_SOURCE_GROUP or MCAST_LEAVE_SOURCE_GROUP */
static int mcr_mcsock_source(struct socket *sock,
			     const struct mcr_join_key *key, int name)
{
	struct group_source_req req = { .gsr_interface = key->ifindex };

	mcr_mcsock_addr(&req.gsr_group, key->family, &key->group);
	mcr_mcsock_addr(&req.gsr_source, key->family, &key->src);
	return mcr_mcsock_set(sock, key->family, name, &req, sizeof(req));
}

static int mcr_mcsock_enter(struct socket *sock,
			    const struct mcr_join_key *key)
{
	if (mcr_join_key_specific(key))
		return mcr_mcsock_source(sock, key, MCAST_JOIN_SOURCE_GROUP);
	return mcr_mcsock_group(sock, key, MCAST_JOIN_GROUP);
}

static int mcr_mcsock_quit(struct socket *sock, const struct mcr_join_key *key)
{
	if (mcr_join_key_specific(key))
		return mcr_mcsock_source(sock, key, MCAST_LEAVE_SOURCE_GROUP);
	return mcr_mcsock_group(sock, key, MCAST_LEAVE_GROUP);
}

/* Sources of one group on one device are dropped together, if not @source. */
static void mcr_mcsock_forget(struct socket *sock,
			      const struct mcr_join_key *key, bool source)
{
	unsigned int i, kept = 0;

	for (i = 0; i < sock->n; i++) {
		const struct mcr_join_key *k = &sock->key[i];

		if (k->ifindex != key->ifindex ||
		    !mcr_addr_equal(&k->group, &key->group) ||
		    (source && !mcr_addr_equal(&k->src, &key->src)))
			sock->key[kept++] = *k;
	}
	sock->n = kept;
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
	struct socket *sock = s->sock;
	int err;

	if (sock->n == MCR_MCSOCK_KEYS)
		return -ENOBUFS;
	err = mcr_mcsock_enter(sock, key);
	if (!err)
		sock->key[sock->n++] = *key;
	else if (alone && mcr_join_key_specific(key))
		/* The group may be joined although its source could not be. */
		mcr_mcsock_group(sock, key, MCAST_LEAVE_GROUP);
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
	struct socket *sock = s->sock;

	mcr_mcsock_forget(sock, key, true);
	/* Where the device is gone the source cannot be left, the group can. */
	if (mcr_mcsock_quit(sock, key) && alone && mcr_join_key_specific(key))
		mcr_mcsock_group(sock, key, MCAST_LEAVE_GROUP);
}

/**
 * mcr_mcsock_drop - leave a group, with all its sources
 * @s: the socket
 * @key: what to leave; need not be joined
 *
 * A process is told of a device that goes when it is gone. If another one has
 * its index by then, and somebody else has joined the group there, it is left
 * for that one: the kernel counts by index.
 *
 * Context: Under RTNL.
 */
void mcr_mcsock_drop(struct mcr_mcsock *s, const struct mcr_join_key *key)
{
	mcr_mcsock_forget(s->sock, key, false);
	mcr_mcsock_group(s->sock, key, MCAST_LEAVE_GROUP);
}

/**
 * kapi_mcsock_resend - report IPv4 memberships on a device again
 * @ifindex: the device
 *
 * There is no way to ask for that but to leave and to join again.
 */
void kapi_mcsock_resend(u32 ifindex)
{
	struct socket *sock;
	unsigned int i;

	list_for_each_entry(sock, &mcr_mcsocks, node) {
		for (i = 0; i < sock->n; i++) {
			const struct mcr_join_key *key = &sock->key[i];

			if (key->ifindex != ifindex || key->family != AF_INET)
				continue;
			mcr_mcsock_quit(sock, key);
			mcr_mcsock_enter(sock, key);
		}
	}
}
