// SPDX-License-Identifier: GPL-2.0
/*
 * A kernel that is made up; see module_rig.h.
 */
#include "module_rig.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/mcr.h>
#include <linux/netlink.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <string.h>
#include <unistd.h>

struct kernel is;

int __wrap_socket(int domain, int type, int protocol);
int __wrap_bind(int fd, const struct sockaddr *addr, socklen_t len);
int __wrap_setsockopt(int fd, int level, int name, const void *value,
		      socklen_t len);
ssize_t __wrap_recv(int fd, void *buf, size_t len, int flags);
ssize_t __real_send(int fd, const void *buf, size_t len, int flags);
ssize_t __wrap_send(int fd, const void *buf, size_t len, int flags);
int __wrap_poll(struct pollfd *fds, nfds_t n, int timeout);

static int fails(int err)
{
	errno = err;
	return -1;
}

/* The first one is the watch's. */
int __wrap_socket(int domain, int type, int protocol)
{
	int sv[2];

	assert_int_equal(domain, AF_NETLINK);
	assert_int_equal(protocol, NETLINK_GENERIC);
	assert_true(type & SOCK_CLOEXEC);
	if (is.answer.no_socket)
		return fails(is.answer.no_socket);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0,
				    sv), 0);
	if (is.told < 0) {
		is.told = sv[1];
	} else {
		if (is.answered >= 0)
			close(is.answered);
		is.answered = sv[1];
	}
	return sv[0];
}

int __wrap_bind(int fd, const struct sockaddr *addr, socklen_t len)
{
	(void)fd;
	(void)len;
	assert_int_equal(addr->sa_family, AF_NETLINK);
	return is.answer.no_bind ? fails(is.answer.no_bind) : 0;
}

int __wrap_setsockopt(int fd, int level, int name, const void *value,
		      socklen_t len)
{
	int group;

	(void)fd;
	assert_int_equal(level, SOL_NETLINK);
	assert_int_equal(name, NETLINK_ADD_MEMBERSHIP);
	assert_int_equal(len, sizeof(group));
	memcpy(&group, value, sizeof(group));
	assert_int_equal(group, GENL_ID_CTRL);
	if (is.no_member)
		return fails(is.no_member);
	is.members++;
	return 0;
}

ssize_t __wrap_recv(int fd, void *buf, size_t len, int flags)
{
	int *err = fd == is.watch->fd ? &is.lost : &is.answer.no_receive;
	int was = *err;

	*err = 0;
	return was ? fails(was) : __real_recv(fd, buf, len, flags);
}

/* Nothing is waited for: what is answered is there at once. */
int __wrap_poll(struct pollfd *fds, nfds_t n, int timeout)
{
	assert_in_range(timeout, 1, 10000);
	return __real_poll(fds, n, 0);
}

/**
 * message - begin a message of a family
 * @type: its number
 * @cmd: what it says
 *
 * Return: for say().
 */
struct nl_msg *message(uint16_t type, uint8_t cmd)
{
	struct nl_msg *msg = nlmsg_alloc();

	assert_non_null(msg);
	assert_non_null(genlmsg_put(msg, 0, 0, type, 0, 0, cmd, 2));
	return msg;
}

static void put_group(struct nl_msg *msg, int nr, const char *name, uint32_t id)
{
	struct nlattr *nest = nla_nest_start(msg, nr);

	assert_non_null(nest);
	if (name)
		assert_int_equal(nla_put_string(msg, CTRL_ATTR_MCAST_GRP_NAME,
						name), 0);
	assert_int_equal(nla_put_u32(msg, CTRL_ATTR_MCAST_GRP_ID, id), 0);
	nla_nest_end(msg, nest);
}

/* Groups of others, too: the family may have more one day. */
static void put_groups(struct nl_msg *msg)
{
	struct nlattr *nest = nla_nest_start(msg, CTRL_ATTR_MCAST_GROUPS);

	assert_non_null(nest);
	put_group(msg, 1, NULL, RIG_GROUP - 2);
	put_group(msg, 2, "other", RIG_GROUP - 1);
	put_group(msg, 3, MCR_MCGRP_NOTIFY, RIG_GROUP);
	put_group(msg, 4, "another", RIG_GROUP + 1);
	nla_nest_end(msg, nest);
}

/**
 * put_family - say which family a message is about
 * @msg: the message
 * @name: its name; NULL: none
 * @id: its number
 */
void put_family(struct nl_msg *msg, const char *name, uint16_t id)
{
	if (name)
		assert_int_equal(nla_put_string(msg, CTRL_ATTR_FAMILY_NAME,
						name), 0);
	assert_int_equal(nla_put_u16(msg, CTRL_ATTR_FAMILY_ID, id), 0);
}

/**
 * family_named - a message about a family
 * @cmd: CTRL_CMD_
 * @name: its name; NULL: it does not say
 * @id: its number, which comes last: a message that is cut has none
 *
 * Return: for say().
 */
struct nl_msg *family_named(uint8_t cmd, const char *name, uint16_t id)
{
	struct nl_msg *msg = message(GENL_ID_CTRL, cmd);

	if (cmd != CTRL_CMD_DELFAMILY)
		put_groups(msg);
	put_family(msg, name, id);
	return msg;
}

/**
 * family - a message about the module's family
 * @cmd: CTRL_CMD_
 * @id: its number
 *
 * Return: for say().
 */
struct nl_msg *family(uint8_t cmd, uint16_t id)
{
	return family_named(cmd, MCR_GENL_NAME, id);
}

/**
 * say_bytes - send a datagram
 * @fd: the kernel's end of a socket
 * @data: the datagram
 * @len: bytes of it
 */
void say_bytes(int fd, const void *data, size_t len)
{
	assert_int_equal(__real_send(fd, data, len, MSG_NOSIGNAL), len);
}

/**
 * say - send a message
 * @fd: the kernel's end of a socket
 * @msg: the message; is freed
 */
void say(int fd, struct nl_msg *msg)
{
	say_bytes(fd, nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len);
	nlmsg_free(msg);
}

/**
 * say_both - send two messages in one datagram
 * @fd: the kernel's end of a socket
 * @a: the first one; is freed
 * @b: the other one; likewise
 */
void say_both(int fd, struct nl_msg *a, struct nl_msg *b)
{
	size_t first = NLMSG_ALIGN(nlmsg_hdr(a)->nlmsg_len);
	size_t second = nlmsg_hdr(b)->nlmsg_len;
	uint8_t data[RIG_DATAGRAM] = { };

	assert_true(first + second <= sizeof(data));
	memcpy(data, nlmsg_hdr(a), nlmsg_hdr(a)->nlmsg_len);
	memcpy(data + first, nlmsg_hdr(b), second);
	say_bytes(fd, data, first + second);
	nlmsg_free(a);
	nlmsg_free(b);
}

static void say_end(int fd, uint16_t type, int error)
{
	struct {
		struct nlmsghdr nlh;
		struct nlmsgerr err;
	} end = {
		.nlh = { .nlmsg_len = sizeof(end), .nlmsg_type = type },
		.err = { .error = error },
	};

	say_bytes(fd, &end, sizeof(end));
}

/* Ours is not in the first datagram, nor the last one in its own. */
static void answer_dump(int fd)
{
	const struct answer *a = &is.answer;

	say(fd, family_named(CTRL_CMD_NEWFAMILY, "nlctrl", GENL_ID_CTRL));
	if (a->family)
		say_both(fd, family(CTRL_CMD_NEWFAMILY, a->family),
			 family_named(CTRL_CMD_NEWFAMILY, "other", 0x30));
	say_end(fd, a->nlmsg_error ? NLMSG_ERROR : NLMSG_DONE, a->error);
}

/* A name would have the kernel load the module. */
static void check_dump(const struct nlmsghdr *nlh)
{
	struct genlmsghdr genl;

	memcpy(&genl, nlmsg_data(nlh), sizeof(genl));
	assert_int_equal(nlh->nlmsg_len, NLMSG_HDRLEN + GENL_HDRLEN);
	assert_int_equal(nlh->nlmsg_flags, NLM_F_REQUEST | NLM_F_DUMP);
	assert_int_equal(genl.cmd, CTRL_CMD_GETFAMILY);
	/* What comes while it is looked for is to be heard of. */
	assert_int_equal(is.members, 1);
}

ssize_t __wrap_send(int fd, const void *buf, size_t len, int flags)
{
	struct pollfd heard = { .fd = is.watch->fd, .events = POLLIN };
	struct nlmsghdr nlh;

	(void)fd;
	(void)flags;
	assert_true(len >= sizeof(nlh));
	memcpy(&nlh, buf, sizeof(nlh));
	assert_int_equal(nlh.nlmsg_len, len);
	is.asked++;
	is.type = nlh.nlmsg_type;
	is.drained = !__real_poll(&heard, 1, 0);
	if (is.answer.no_send)
		return fails(is.answer.no_send);
	if (is.type != GENL_ID_CTRL) {
		if (is.status_len)
			say_bytes(is.answered, is.status, is.status_len);
		return (ssize_t)len;
	}
	check_dump(buf);
	if (!is.answer.silent)
		answer_dump(is.answered);
	return (ssize_t)len;
}
