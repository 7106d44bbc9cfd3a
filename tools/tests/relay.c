// SPDX-License-Identifier: GPL-2.0
/*
 * A process that stands in for a relay daemon; see relay.h.
 */
#include "common.h"
#include "relay.h"
#include "server.h"

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Longer than any test takes: one that waits for ever ends by it. */
#define PATIENCE	30	/* seconds */

/**
 * relay_place - have a directory, and know what the socket in it is called
 * @r: the relay; nobody serves there yet. For relay_end()
 */
void relay_place(struct relay *r)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	unsigned long long cookie;
	socklen_t size = sizeof(cookie);

	memset(r, 0, sizeof(*r));
	strcpy(r->dir, "/tmp/mcr-relay-XXXXXX");
	assert_non_null(mkdtemp(r->dir));
	r->server.plane = MCR_PLANE_RELAY;
	r->server.dir = r->dir;
	assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie,
				    &size), 0);
	close(fd);
	r->addr.sun_family = AF_UNIX;
	snprintf(r->addr.sun_path, sizeof(r->addr.sun_path), "%s/%llu.sock",
		 r->dir, cookie);
}

/**
 * relay_listen - have a socket at the place
 * @r: the relay
 *
 * Return: the socket.
 */
int relay_listen(const struct relay *r)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (const struct sockaddr *)&r->addr,
			      sizeof(r->addr)), 0);
	assert_int_equal(listen(fd, 5), 0);
	return fd;
}

/**
 * relay_check - what must hold in the relay's process
 * @holds: does it? If not, relay_end() fails
 */
void relay_check(bool holds)
{
	if (!holds)
		_exit(1);
}

/**
 * relay_hear - take a request
 * @fd: the socket
 * @buf: room for it
 * @size: of that
 * @cmd: its command
 *
 * Return: the request, which is that command.
 */
struct nlmsghdr *relay_hear(int fd, void *buf, size_t size, int cmd)
{
	ssize_t len = recv(fd, buf, size, 0);
	struct nlmsghdr *nlh = buf;

	relay_check(len > 0 && nlmsg_ok(nlh, (int)len) &&
		    genlmsg_valid_hdr(nlh, 0));
	relay_check((nlh->nlmsg_flags & NLM_F_REQUEST) && nlh->nlmsg_seq);
	relay_check(genlmsg_hdr(nlh)->cmd == cmd);
	return nlh;
}

/**
 * relay_send - send a datagram
 * @fd: the socket
 * @bytes: what
 * @len: how many
 */
void relay_send(int fd, const void *bytes, size_t len)
{
	send(fd, bytes, len, MSG_NOSIGNAL);
}

/**
 * relay_say - send messages in one datagram
 * @fd: the socket
 * @request: what they answer; NULL: nothing
 * @msgs: the messages; freed
 * @n: how many
 */
void relay_say(int fd, const struct nlmsghdr *request, struct nl_msg **msgs,
	       size_t n)
{
	size_t i, len;
	void *bytes;

	for (i = 0; i < n; i++)
		nlmsg_hdr(msgs[i])->nlmsg_seq =
			request ? request->nlmsg_seq : 0;
	bytes = server_bytes(msgs, n, &len);
	relay_send(fd, bytes, len);
	free(bytes);
}

/**
 * relay_family - what nlctrl says of the protocol's family
 * @id: its number
 * @group: its only group; RELAY_GROUP
 *
 * Return: a message for relay_say().
 */
struct nl_msg *relay_family(int id, const char *group)
{
	struct nl_msg *msg = nlmsg_alloc();
	struct nlattr *groups, *one;

	genlmsg_put(msg, 0, 0, GENL_ID_CTRL, 0, 0, CTRL_CMD_NEWFAMILY, 2);
	nla_put_string(msg, CTRL_ATTR_FAMILY_NAME, MCR_GENL_NAME);
	nla_put_u16(msg, CTRL_ATTR_FAMILY_ID, (uint16_t)id);
	groups = nla_nest_start(msg, CTRL_ATTR_MCAST_GROUPS);
	one = nla_nest_start(msg, 1);
	nla_put_u32(msg, CTRL_ATTR_MCAST_GRP_ID, RELAY_GROUP);
	nla_put_string(msg, CTRL_ATTR_MCAST_GRP_NAME, group);
	nla_nest_end(msg, one);
	nla_nest_end(msg, groups);
	return msg;
}

/**
 * relay_status - what a relay says of itself
 * @redirect: whom to ask instead; 0: nobody
 *
 * Return: a message for relay_say().
 */
struct nl_msg *relay_status(__u8 redirect)
{
	struct nl_msg *msg = nlmsg_alloc();
	struct nlattr *nest;

	genlmsg_put(msg, 0, 0, RELAY_FAMILY, 0, 0, MCR_CMD_STATUS_GET,
		    MCR_GENL_VERSION);
	nest = nla_nest_start(msg, MCR_A_STATUS);
	nla_put_u8(msg, MCR_STATUS_A_PLANE, MCR_PLANE_RELAY);
	nla_put_u32(msg, MCR_STATUS_A_RULES, 17);
	if (redirect)
		nla_put_u8(msg, MCR_STATUS_A_REDIRECT, redirect);
	nla_nest_end(msg, nest);
	nla_put_u32(msg, MCR_A_GENERATION, 5);
	return msg;
}

/**
 * relay_overrun - what stands in place of messages that were lost
 *
 * Return: a message for relay_say().
 */
struct nl_msg *relay_overrun(void)
{
	struct nl_msg *msg = nlmsg_alloc();

	nlmsg_put(msg, 0, 0, NLMSG_OVERRUN, 0, 0);
	return msg;
}

static void tell_family(int fd)
{
	struct nlattr *name;
	struct nlmsghdr *nlh;
	char buf[4096];

	nlh = relay_hear(fd, buf, sizeof(buf), CTRL_CMD_GETFAMILY);
	name = nlmsg_find_attr(nlh, GENL_HDRLEN, CTRL_ATTR_FAMILY_NAME);
	relay_check(nlh->nlmsg_type == GENL_ID_CTRL && name &&
		    !strcmp(nla_get_string(name), MCR_GENL_NAME));
	RELAY_SAY(fd, nlh, relay_family(RELAY_FAMILY, MCR_MCGRP_NOTIFY));
	RELAY_SAY(fd, nlh, server_ack(0, NULL));
}

static void serve(int listener, unsigned int times, relay_fn fn,
		  const void *arg, bool bare)
{
	int fd;

	alarm(PATIENCE);
	while (times--) {
		fd = accept(listener, NULL, NULL);
		relay_check(fd >= 0);
		if (!bare)
			tell_family(fd);
		fn(fd, arg);
		close(fd);
	}
}

static void start(struct relay *r, unsigned int times, relay_fn fn,
		  const void *arg, bool bare)
{
	int listener;

	relay_place(r);
	listener = relay_listen(r);
	r->pid = fork();
	assert_true(r->pid >= 0);
	if (!r->pid) {
		serve(listener, times, fn, arg, bare);
		_exit(0);
	}
	close(listener);
}

/**
 * relay_start - have a relay
 * @r: for relay_end()
 * @times: how many connections it serves, one after the other
 * @fn: what it does with each of them when it has told what the family is
 * @arg: for @fn
 */
void relay_start(struct relay *r, unsigned int times, relay_fn fn,
		 const void *arg)
{
	start(r, times, fn, arg, false);
}

/**
 * relay_start_bare - have a relay that may not even tell what the family is
 * @r: for relay_end()
 * @times: how many connections it serves, one after the other
 * @fn: what it does with each of them
 * @arg: for @fn
 */
void relay_start_bare(struct relay *r, unsigned int times, relay_fn fn,
		      const void *arg)
{
	start(r, times, fn, arg, true);
}

/**
 * relay_end - the relay has done all it was to do, and found nothing wrong
 * @r: the relay
 */
void relay_end(struct relay *r)
{
	int status = 0;

	if (r->pid)
		assert_int_equal(waitpid(r->pid, &status, 0), r->pid);
	unlink(r->addr.sun_path);
	assert_int_equal(rmdir(r->dir), 0);
	assert_int_equal(status, 0);
}
