// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel module, as netlink tells of it; see module.h.
 *
 * It is never asked for by its name: the kernel would load it, and whoever runs the
 * relay may have reasons to have none. It is looked for among all families
 * instead, once, and from then on it is heard of those that come and go.
 */
#include "module.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/mcr.h>
#include <linux/netlink.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define CTRL_VERSION	2
/* Of nlctrl's families; its number is part of the kernel's ABI. */
#define CTRL_GROUP	GENL_ID_CTRL
#define BUFFER_BYTES	65536U
/* A process that holds locks of the module's may be waited for. */
#define ANSWER_MS	2000

static uint32_t group_of(struct nlattr *groups)
{
	static const struct nla_policy policy[CTRL_ATTR_MCAST_GRP_MAX + 1] = {
		[CTRL_ATTR_MCAST_GRP_ID] = { .type = NLA_U32 },
	};
	struct nlattr *a[CTRL_ATTR_MCAST_GRP_MAX + 1], *attr;
	int rem;

	nla_for_each_nested(attr, groups, rem) {
		if (nla_parse_nested(a, CTRL_ATTR_MCAST_GRP_MAX, attr, policy))
			continue;
		if (a[CTRL_ATTR_MCAST_GRP_NAME] && a[CTRL_ATTR_MCAST_GRP_ID] &&
		    !nla_strcmp(a[CTRL_ATTR_MCAST_GRP_NAME], MCR_MCGRP_NOTIFY))
			return nla_get_u32(a[CTRL_ATTR_MCAST_GRP_ID]);
	}
	return 0;
}

/* It is there, or not, if @family is 0: one with another number has gone. */
static void set_family(struct mcrd_module *m, uint16_t family, uint32_t group)
{
	if (m->family && family != m->family)
		m->gone++;
	m->family = family;
	m->group = group;
}

/* What is told of a family: is it ours, and is it there? */
static void take_family(struct mcrd_module *m, struct nlmsghdr *nlh)
{
	static const struct nla_policy policy[CTRL_ATTR_MAX + 1] = {
		[CTRL_ATTR_FAMILY_ID] = { .type = NLA_U16 },
	};
	struct nlattr *a[CTRL_ATTR_MAX + 1];

	if (nlh->nlmsg_type != GENL_ID_CTRL || !genlmsg_valid_hdr(nlh, 0) ||
	    genlmsg_parse(nlh, 0, a, CTRL_ATTR_MAX, policy) ||
	    !a[CTRL_ATTR_FAMILY_NAME] || !a[CTRL_ATTR_FAMILY_ID] ||
	    nla_strcmp(a[CTRL_ATTR_FAMILY_NAME], MCR_GENL_NAME) != 0)
		return;
	switch (genlmsg_hdr(nlh)->cmd) {
	case CTRL_CMD_NEWFAMILY:
		set_family(m, nla_get_u16(a[CTRL_ATTR_FAMILY_ID]),
			   a[CTRL_ATTR_MCAST_GROUPS] ?
			   group_of(a[CTRL_ATTR_MCAST_GROUPS]) : 0);
		break;
	case CTRL_CMD_DELFAMILY:
		/* Another one has come since this was said. */
		if (nla_get_u16(a[CTRL_ATTR_FAMILY_ID]) == m->family)
			set_family(m, 0, 0);
		break;
	default:
		break;
	}
}

static int send_request(struct mcrd_module *m, int fd, uint16_t type,
			uint16_t flags, uint8_t cmd)
{
	struct {
		struct nlmsghdr nlh;
		struct genlmsghdr genl;
	} req = {
		.nlh = {
			.nlmsg_len = sizeof(req),
			.nlmsg_type = type,
			.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags),
			.nlmsg_seq = ++m->seq,
		},
		.genl = {
			.cmd = cmd,
			.version = type == GENL_ID_CTRL ? CTRL_VERSION :
							  MCR_GENL_VERSION,
		},
	};

	return send(fd, &req, sizeof(req), 0) == sizeof(req) ? 0 : -errno;
}

/* Return bytes, 0: nothing is waiting, or -errno. */
static ssize_t receive(int fd, void *buf)
{
	ssize_t n = recv(fd, buf, BUFFER_BYTES, MSG_DONTWAIT);

	if (n >= 0)
		return n;
	return errno == EAGAIN || errno == EINTR ? 0 : -errno;
}

static int open_socket(void)
{
	struct sockaddr_nl any = { .nl_family = AF_NETLINK };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
			NETLINK_GENERIC);

	if (fd >= 0 && !bind(fd, (struct sockaddr *)&any, sizeof(any)))
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

/* Called for each message of an answer; false: that was all. */
typedef bool (*message_fn)(struct mcrd_module *m, struct nlmsghdr *nlh,
			   void *arg);

static bool take_all(struct mcrd_module *m, struct nlmsghdr *nlh, size_t len,
		     message_fn fn, void *arg)
{
	int rem = (int)len;

	for (; nlmsg_ok(nlh, rem); nlh = nlmsg_next(nlh, &rem))
		if (!fn(m, nlh, arg))
			return false;
	return true;
}

static int hear_answer(struct mcrd_module *m, int fd, message_fn fn, void *arg)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	void *buf = malloc(BUFFER_BYTES);
	int ret = buf ? 1 : -ENOMEM;
	ssize_t n;

	while (ret > 0) {
		if (poll(&pfd, 1, ANSWER_MS) <= 0) {
			ret = -ETIMEDOUT;
			break;
		}
		n = receive(fd, buf);
		if (n < 0)
			ret = (int)n;
		else if (n && !take_all(m, buf, (size_t)n, fn, arg))
			ret = 0;
	}
	free(buf);
	return ret;
}

static bool take_dumped(struct mcrd_module *m, struct nlmsghdr *nlh, void *arg)
{
	int *error = arg;

	if (nlh->nlmsg_type == NLMSG_DONE || nlh->nlmsg_type == NLMSG_ERROR) {
		/* Both begin with what went wrong. */
		if (nlmsg_datalen(nlh) >= (int)sizeof(*error))
			memcpy(error, nlmsg_data(nlh), sizeof(*error));
		return false;
	}
	take_family(m, nlh);
	return true;
}

/**
 * mcrd_module_look - look whether the module is there
 * @m: the module; what is known of it stays so if nobody answers, and its @unheard
 *	says that
 *
 * Return: 0 or -errno.
 */
int mcrd_module_look(struct mcrd_module *m)
{
	struct mcrd_module found = { .seq = m->seq };
	int fd = open_socket(), ret, error = 0;

	if (fd < 0) {
		m->unheard = true;
		return -errno;
	}
	ret = send_request(&found, fd, GENL_ID_CTRL, NLM_F_DUMP,
			   CTRL_CMD_GETFAMILY);
	if (!ret)
		ret = hear_answer(&found, fd, take_dumped, &error);
	if (!ret)
		ret = error;
	close(fd);
	m->seq = found.seq;
	m->unheard = ret;
	if (ret)
		return ret;
	set_family(m, found.family, found.group);
	return 0;
}

static void on_control(void *arg, uint32_t events)
{
	struct mcrd_module *m = arg;
	struct nlmsghdr *nlh;
	void *buf = malloc(BUFFER_BYTES);
	bool lost = false;
	ssize_t n;
	int rem;

	(void)events;
	while (buf && (n = receive(m->watch.fd, buf)) != 0) {
		if (n < 0) {
			lost = true;
			if (n != -ENOBUFS)
				break;
			continue;
		}
		rem = (int)n;
		for (nlh = buf; nlmsg_ok(nlh, rem);
		     nlh = nlmsg_next(nlh, &rem))
			take_family(m, nlh);
	}
	free(buf);
	/* What waited behind what was lost is older than the answer is. */
	if (lost)
		mcrd_module_look(m);
}

/**
 * mcrd_module_open - look for the module, and hear of it from now on
 * @m: filled in, for mcrd_module_close()
 * @poll: the loop's
 *
 * What comes is noted in @m as the loop turns. Whether it is there already may be
 * unknown still, as @unheard says.
 *
 * Return: 0 or -errno: then it is as if there were no module.
 */
int mcrd_module_open(struct mcrd_module *m, struct mcrd_poll *poll)
{
	int group = CTRL_GROUP, ret;

	*m = (struct mcrd_module){
		.poll = poll,
		.watch = { .fd = open_socket(), .ready = on_control,
			   .arg = m },
	};
	if (m->watch.fd < 0)
		return -errno;
	if (setsockopt(m->watch.fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group,
		       sizeof(group)))
		ret = -errno;
	else
		ret = mcrd_poll_add(poll, &m->watch, EPOLLIN);
	if (ret) {
		close(m->watch.fd);
		m->watch.fd = -1;
		return ret;
	}
	mcrd_module_look(m);
	return 0;
}

/* The module's status has the number of its rules. */
static bool take_status(struct mcrd_module *m, struct nlmsghdr *nlh, void *arg)
{
	static const struct nla_policy policy[MCR_STATUS_A_MAX + 1] = {
		[MCR_STATUS_A_RULES] = { .type = NLA_U32 },
	};
	struct nlattr *a[MCR_A_MAX + 1], *s[MCR_STATUS_A_MAX + 1];
	int64_t *rules = arg;

	if (nlh->nlmsg_type == NLMSG_ERROR)
		return false;
	if (nlh->nlmsg_type != m->family || !genlmsg_valid_hdr(nlh, 0) ||
	    genlmsg_parse(nlh, 0, a, MCR_A_MAX, NULL) || !a[MCR_A_STATUS] ||
	    nla_parse_nested(s, MCR_STATUS_A_MAX, a[MCR_A_STATUS], policy) ||
	    !s[MCR_STATUS_A_RULES])
		return true;
	*rules = nla_get_u32(s[MCR_STATUS_A_RULES]);
	return false;
}

/**
 * mcrd_module_rules - how many rules has the module in this network namespace?
 * @m: the module, which is there
 *
 * Return: the number; -1: it does not say.
 */
int64_t mcrd_module_rules(struct mcrd_module *m)
{
	int fd = open_socket();
	int64_t rules = -1;

	if (fd < 0)
		return -1;
	if (!send_request(m, fd, m->family, NLM_F_ACK, MCR_CMD_STATUS_GET))
		hear_answer(m, fd, take_status, &rules);
	close(fd);
	return rules;
}

/**
 * mcrd_module_is_there - is the module still in the kernel?
 *
 * Its family goes before its hooks do.
 *
 * Return: true if so; false where it cannot be seen.
 */
bool mcrd_module_is_there(void)
{
	return !access("/sys/module/mcr", F_OK);
}

/**
 * mcrd_module_close - hear of the module no more
 * @m: the module
 */
void mcrd_module_close(struct mcrd_module *m)
{
	if (m->watch.fd < 0)
		return;
	mcrd_poll_del(m->poll, &m->watch);
	close(m->watch.fd);
	m->watch.fd = -1;
	m->family = 0;
}
