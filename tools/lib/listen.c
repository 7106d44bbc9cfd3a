// SPDX-License-Identifier: GPL-2.0
/*
 * Hearing notifications; see listen.h.
 */
#include "listen.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <netlink/attr.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* What may be waiting for us, if the kernel allows as much. */
#define SOCKET_BUFFER	(1024 * 1024)

/* No notification is longer than a page. */
#define MESSAGE_MAX	(64 * 1024)

/**
 * struct mcr_listener - a socket in the server's multicast group
 * @sk: the socket; also in the group that tells of families that go
 * @family: the family's id
 * @next: where in @buf the next message is
 * @rem: bytes from there on
 * @buf: what was read last
 */
struct mcr_listener {
	struct nl_sock *sk;
	int family;
	struct nlmsghdr *next;
	int rem;
	union {
		struct nlmsghdr head;
		char bytes[MESSAGE_MAX];
	} buf;
};

static int join(struct nl_sock *sk, const char *family, const char *group)
{
	int id = genl_ctrl_resolve_grp(sk, family, group);

	return id < 0 ? id : nl_socket_add_membership(sk, id);
}

/* The family may go at any time: listen for that first. */
static int subscribe(struct mcr_listener *l, struct mcr_error *err)
{
	int ret = join(l->sk, "nlctrl", "notify");

	if (ret < 0)
		return mcr_error_set(err, MCR_ERROR_SYSTEM,
				     "netlink's own notifications cannot be heard: %s",
				     nl_geterror(ret));
	l->family = genl_ctrl_resolve(l->sk, MCR_GENL_NAME);
	if (l->family < 0)
		return mcr_error_set(err, MCR_ERROR_NO_SERVER,
				     "no server: the kernel module is not loaded (modprobe mcr loads it, where it is installed)");
	ret = join(l->sk, MCR_GENL_NAME, MCR_MCGRP_NOTIFY);
	if (ret < 0)
		return mcr_error_set(err, MCR_ERROR_SYSTEM,
				     "the server's notifications cannot be heard: %s",
				     nl_geterror(ret));
	return 0;
}

/**
 * mcr_listener_open - hear the server from now on
 * @err: where to say what is wrong
 *
 * Return: for mcr_listener_close(), or NULL and an error.
 */
struct mcr_listener *mcr_listener_open(struct mcr_error *err)
{
	struct mcr_listener *l = calloc(1, sizeof(*l));
	int ret;

	if (l)
		l->sk = nl_socket_alloc();
	if (!l || !l->sk) {
		free(l);
		mcr_error_set(err, MCR_ERROR_SYSTEM, "out of memory");
		return NULL;
	}
	ret = genl_connect(l->sk);
	if (ret < 0) {
		mcr_error_set(err, MCR_ERROR_SYSTEM,
			      "no netlink socket to be had: %s",
			      nl_geterror(ret));
	} else {
		nl_socket_set_buffer_size(l->sk, SOCKET_BUFFER, 0);
		if (!subscribe(l, err))
			return l;
	}
	mcr_listener_close(l);
	return NULL;
}

/**
 * mcr_listener_close - hear no more
 * @l: the listener; may be NULL
 */
void mcr_listener_close(struct mcr_listener *l)
{
	if (!l)
		return;
	nl_socket_free(l->sk);
	free(l);
}

/**
 * mcr_listener_fd - what to wait on
 * @l: the listener
 *
 * Return: a file descriptor that is readable when something is there, unless
 * mcr_listener_hear() has not said MCR_HEARD_NOTHING yet.
 */
int mcr_listener_fd(const struct mcr_listener *l)
{
	return nl_socket_get_fd(l->sk);
}

static enum mcr_heard fill(struct mcr_listener *l, struct mcr_error *err)
{
	struct sockaddr_nl from = { 0 };
	socklen_t size = sizeof(from);
	ssize_t len;

	do {
		len = recvfrom(mcr_listener_fd(l), &l->buf, sizeof(l->buf),
			       MSG_DONTWAIT | MSG_TRUNC,
			       (struct sockaddr *)&from, &size);
	} while (len < 0 && errno == EINTR);
	if (len < 0 && errno == ENOBUFS)
		return MCR_HEARD_MISSED;
	if (len < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return MCR_HEARD_NOTHING;
	if (len < 0) {
		mcr_error_set(err, MCR_ERROR_SYSTEM,
			      "nothing to be read from the server: %s",
			      strerror(errno));
		return MCR_HEARD_FAILED;
	}
	if ((size_t)len > sizeof(l->buf))
		return MCR_HEARD_MISSED;
	l->next = &l->buf.head;
	l->rem = from.nl_pid ? 0 : (int)len;
	return MCR_HEARD_MESSAGE;
}

static bool family_goes(const struct mcr_listener *l, struct nlmsghdr *nlh)
{
	struct nlattr *id;

	if (nlh->nlmsg_type != GENL_ID_CTRL || !genlmsg_valid_hdr(nlh, 0) ||
	    genlmsg_hdr(nlh)->cmd != CTRL_CMD_DELFAMILY)
		return false;
	id = nlmsg_find_attr(nlh, GENL_HDRLEN, CTRL_ATTR_FAMILY_ID);
	return id && nla_len(id) == sizeof(__u16) &&
	       nla_get_u16(id) == l->family;
}

/**
 * mcr_listener_hear - hear what came, without waiting for it
 * @l: the listener
 * @nlh: a notification; valid until the next call
 * @err: where to say what is wrong
 *
 * Return: what came.
 */
enum mcr_heard mcr_listener_hear(struct mcr_listener *l, struct nlmsghdr **nlh,
				 struct mcr_error *err)
{
	enum mcr_heard heard;

	for (;;) {
		while (l->next && nlmsg_ok(l->next, l->rem)) {
			*nlh = l->next;
			l->next = nlmsg_next(l->next, &l->rem);
			if (family_goes(l, *nlh))
				return MCR_HEARD_GONE;
			if ((*nlh)->nlmsg_type == l->family)
				return MCR_HEARD_MESSAGE;
		}
		heard = fill(l, err);
		if (heard != MCR_HEARD_MESSAGE)
			return heard;
	}
}
