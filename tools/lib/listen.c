// SPDX-License-Identifier: GPL-2.0
/*
 * Hearing notifications; see listen.h.
 */
#include "listen.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define CTRL_VERSION	2

/**
 * struct mcr_listener - a connection in the server's multicast group
 * @transport: the way to the server; of the kernel's, also in the group that
 *	tells of families that go
 * @family: what the server calls the protocol's family
 * @buf: what was read last; owned, may be NULL
 * @next: where in @buf the next message is
 * @rem: bytes from there on
 */
struct mcr_listener {
	struct mcr_transport transport;
	struct mcr_family family;
	void *buf;
	struct nlmsghdr *next;
	int rem;
};

/* Read what is in @l->buf; NULL: nothing more. */
static struct nlmsghdr *next_message(struct mcr_listener *l)
{
	struct nlmsghdr *nlh = l->next;

	if (!nlh || !nlmsg_ok(nlh, l->rem))
		return NULL;
	l->next = nlmsg_next(nlh, &l->rem);
	return nlh;
}

static void empty(struct mcr_listener *l)
{
	free(l->buf);
	l->buf = NULL;
	l->next = NULL;
}

static void fill(struct mcr_listener *l, size_t len)
{
	l->next = l->buf;
	l->rem = (int)len;
}

static int cannot_hear(struct mcr_error *err, const char *why)
{
	return mcr_error_set(err, MCR_ERROR_SYSTEM,
			     "the server's notifications cannot be heard: %s",
			     why);
}

static int join_kernel(const struct mcr_transport *t, __u32 group,
		       struct mcr_error *err)
{
	if (!group)
		return cannot_hear(err, "it has no group for them");
	if (setsockopt(t->fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group,
		       sizeof(group)))
		return cannot_hear(err, strerror(errno));
	return 0;
}

static int join_control(struct mcr_listener *l, struct mcr_error *err)
{
	struct mcr_family control;

	if (mcr_server_family(&l->transport, "nlctrl", "notify", &control,
			      err))
		return -1;
	return join_kernel(&l->transport, control.group, err);
}

/* The family may go at any time: listen for that first. */
static int subscribe_kernel(struct mcr_listener *l, struct mcr_error *err)
{
	if (join_control(l, err) ||
	    mcr_server_family(&l->transport, MCR_GENL_NAME, MCR_MCGRP_NOTIFY,
			      &l->family, err))
		return -1;
	return join_kernel(&l->transport, l->family.group, err);
}

static int put_group(struct nl_msg *msg)
{
	struct nlattr *groups, *group;

	if (nla_put_string(msg, CTRL_ATTR_FAMILY_NAME, MCR_GENL_NAME))
		return -1;
	groups = nla_nest_start(msg, CTRL_ATTR_MCAST_GROUPS);
	group = groups ? nla_nest_start(msg, 1) : NULL;
	if (!group ||
	    nla_put_string(msg, CTRL_ATTR_MCAST_GRP_NAME, MCR_MCGRP_NOTIFY))
		return -1;
	nla_nest_end(msg, group);
	nla_nest_end(msg, groups);
	return 0;
}

/* Read until it is known how joining went. What comes then is for others. */
static int take_answer(struct mcr_listener *l, __u32 seq, struct mcr_error *err)
{
	struct nlmsghdr *nlh;
	struct mcr_reply reply;
	size_t len = 0;

	do {
		while (!(nlh = next_message(l))) {
			empty(l);
			if (mcr_transport_receive(&l->transport, &l->buf, &len,
						  err))
				return -1;
			fill(l, len);
		}
	} while (nlh->nlmsg_type != NLMSG_ERROR || nlh->nlmsg_seq != seq);
	mcr_reply_init(&reply, false);
	if (mcr_reply_ack(&reply, nlh, err))
		return -1;
	if (!reply.error)
		return 0;
	return cannot_hear(err, reply.text[0] ? reply.text :
						strerror(reply.error));
}

/* What is a socket option elsewhere is a message there. */
static int subscribe_relay(struct mcr_listener *l, struct mcr_error *err)
{
	struct nl_msg *msg = nlmsg_alloc();
	struct nlmsghdr *nlh;
	int ret;

	if (!msg ||
	    !genlmsg_put(msg, 0, 0, GENL_ID_CTRL, 0, NLM_F_REQUEST | NLM_F_ACK,
			 CTRL_CMD_NEWMCAST_GRP, CTRL_VERSION) ||
	    put_group(msg)) {
		nlmsg_free(msg);
		return mcr_error_set(err, MCR_ERROR_SYSTEM, "out of memory");
	}
	nlh = nlmsg_hdr(msg);
	nlh->nlmsg_seq = ++l->transport.seq;
	ret = mcr_transport_send(&l->transport, nlh, nlh->nlmsg_len, err);
	if (!ret)
		ret = take_answer(l, nlh->nlmsg_seq, err);
	nlmsg_free(msg);
	return ret;
}

/**
 * mcr_listener_open - hear the server from now on
 * @server: which one
 * @err: where to say what is wrong
 *
 * Return: for mcr_listener_close(), or NULL and an error.
 */
struct mcr_listener *mcr_listener_open(const struct mcr_server *server,
				       struct mcr_error *err)
{
	struct mcr_listener *l = calloc(1, sizeof(*l));
	int ret;

	if (!l) {
		mcr_error_set(err, MCR_ERROR_SYSTEM, "out of memory");
		return NULL;
	}
	ret = mcr_server_open(server, &l->transport, &l->family, err);
	if (!ret)
		ret = l->transport.plane == MCR_PLANE_RELAY ?
		      subscribe_relay(l, err) : subscribe_kernel(l, err);
	if (!ret)
		return l;
	mcr_listener_close(l);
	return NULL;
}

/**
 * mcr_listener_known - hear the kernel module, which is known to be there
 * @family: what it calls the protocol's family, and MCR_MCGRP_NOTIFY
 * @err: where to say what is wrong
 *
 * The module is not asked for, so that it is not loaded if it went meanwhile.
 *
 * Return: for mcr_listener_close(), or NULL and an error.
 */
struct mcr_listener *mcr_listener_known(const struct mcr_family *family,
					struct mcr_error *err)
{
	struct mcr_listener *l = calloc(1, sizeof(*l));

	if (!l) {
		mcr_error_set(err, MCR_ERROR_SYSTEM, "out of memory");
		return NULL;
	}
	l->family = *family;
	if (!mcr_transport_kernel(&l->transport, err) && !join_control(l, err) &&
	    !join_kernel(&l->transport, family->group, err))
		return l;
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
	mcr_transport_close(&l->transport);
	free(l->buf);
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
	return l->transport.fd;
}

static bool family_goes(const struct mcr_listener *l, struct nlmsghdr *nlh)
{
	struct nlattr *id;

	if (nlh->nlmsg_type != GENL_ID_CTRL || !genlmsg_valid_hdr(nlh, 0) ||
	    genlmsg_hdr(nlh)->cmd != CTRL_CMD_DELFAMILY)
		return false;
	id = nlmsg_find_attr(nlh, GENL_HDRLEN, CTRL_ATTR_FAMILY_ID);
	return id && nla_len(id) == sizeof(__u16) &&
	       nla_get_u16(id) == l->family.id;
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
	size_t len = 0;
	bool cut;

	for (;;) {
		while ((*nlh = next_message(l))) {
			if ((*nlh)->nlmsg_type == NLMSG_OVERRUN)
				return MCR_HEARD_MISSED;
			if (family_goes(l, *nlh))
				return MCR_HEARD_GONE;
			if ((*nlh)->nlmsg_type == l->family.id)
				return MCR_HEARD_MESSAGE;
		}
		cut = l->next && l->rem > 0;
		empty(l);
		if (cut)
			return MCR_HEARD_MISSED;
		heard = mcr_transport_hear(&l->transport, &l->buf, &len, err);
		if (heard != MCR_HEARD_MESSAGE)
			return heard;
		fill(l, len);
	}
}
