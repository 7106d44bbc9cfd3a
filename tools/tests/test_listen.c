// SPDX-License-Identifier: GPL-2.0
/*
 * The listener, with a relay daemon of the test's own.
 */
#include "common.h"
#include "relay.h"
#include "server.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <poll.h>
#include <string.h>

#include "../lib/event.h"
#include "../lib/listen.h"

#define PATIENCE	20000	/* milliseconds */

/* What asks for the group, as it is on netlink's own notifications. */
static struct nlmsghdr *hear_join(int fd, void *buf, size_t size)
{
	struct nlattr *family, *groups, *group, *name;
	struct nlmsghdr *nlh;

	nlh = relay_hear(fd, buf, size, CTRL_CMD_NEWMCAST_GRP);
	relay_check(nlh->nlmsg_type == GENL_ID_CTRL &&
		    (nlh->nlmsg_flags & NLM_F_ACK));
	family = nlmsg_find_attr(nlh, GENL_HDRLEN, CTRL_ATTR_FAMILY_NAME);
	relay_check(family && !strcmp(nla_get_string(family), MCR_GENL_NAME));
	groups = nlmsg_find_attr(nlh, GENL_HDRLEN, CTRL_ATTR_MCAST_GROUPS);
	relay_check(groups);
	group = nla_data(groups);
	name = nla_find(nla_data(group), nla_len(group),
			CTRL_ATTR_MCAST_GRP_NAME);
	relay_check(name && !strcmp(nla_get_string(name), MCR_MCGRP_NOTIFY));
	return nlh;
}

static struct mcr_listener *open_listener(const struct relay *r)
{
	struct mcr_error err = { 0 };
	struct mcr_listener *l = mcr_listener_open(&r->server, &err);

	assert_string_equal(err.text, "");
	assert_non_null(l);
	return l;
}

/* What comes next, whenever that is. */
static enum mcr_heard wait_and_hear(struct mcr_listener *l,
				    struct nlmsghdr **nlh)
{
	struct pollfd fd = { .fd = mcr_listener_fd(l), .events = POLLIN };
	struct mcr_error err;
	enum mcr_heard heard;

	while ((heard = mcr_listener_hear(l, nlh, &err)) == MCR_HEARD_NOTHING)
		assert_int_equal(poll(&fd, 1, PATIENCE), 1);
	return heard;
}

static struct nl_msg *device(const char *name, bool hooked)
{
	struct mcr_ingress ingress = { .ifindex = 7, .hooked = hooked };

	strcpy(ingress.dev, name);
	return server_event(MCR_CMD_INGRESS_NTF, NULL, &ingress);
}

static void assert_device(struct mcr_listener *l, const char *name)
{
	struct nlmsghdr *nlh = NULL;
	struct mcr_event ev;
	struct mcr_error err;

	assert_int_equal(wait_and_hear(l, &nlh), MCR_HEARD_MESSAGE);
	mcr_event_clear(&ev);
	assert_int_equal(mcr_event_read(&ev, nlh, &err), 0);
	assert_int_equal(ev.kind, MCR_EVENT_INGRESS);
	assert_string_equal(ev.ingress.dev, name);
	mcr_event_free(&ev);
}

/* The answer has events with it; there are others of other families. */
static void serve_events(int fd, const void *arg)
{
	struct nl_msg *msg = nlmsg_alloc();
	struct nlmsghdr *nlh;
	char buf[4096];

	(void)arg;
	nlh = hear_join(fd, buf, sizeof(buf));
	RELAY_SAY(fd, nlh, server_ack(0, NULL), device("a", true),
		  device("b", true));
	genlmsg_put(msg, 0, 0, RELAY_FAMILY + 1, 0, 0, 1, 1);
	RELAY_SAY(fd, NULL, msg);
	RELAY_SAY(fd, NULL, device("c", false));
	RELAY_SAY(fd, NULL, device("d", false), relay_overrun(),
		  device("e", false));
}

static void test_events(void **state)
{
	struct mcr_listener *l;
	struct nlmsghdr *nlh;
	struct relay r;

	(void)state;
	relay_start(&r, 1, serve_events, NULL);
	l = open_listener(&r);
	assert_device(l, "a");
	assert_device(l, "b");
	assert_device(l, "c");
	assert_device(l, "d");
	assert_int_equal(wait_and_hear(l, &nlh), MCR_HEARD_MISSED);
	assert_device(l, "e");
	assert_int_equal(wait_and_hear(l, &nlh), MCR_HEARD_GONE);
	mcr_listener_close(l);
	relay_end(&r);
}

/* As netlink tells that a family goes. */
static void serve_farewell(int fd, const void *arg)
{
	struct nl_msg *msg = nlmsg_alloc();
	struct nlmsghdr *nlh;
	char buf[4096];

	(void)arg;
	nlh = hear_join(fd, buf, sizeof(buf));
	genlmsg_put(msg, 0, 0, GENL_ID_CTRL, 0, 0, CTRL_CMD_DELFAMILY, 2);
	nla_put_u16(msg, CTRL_ATTR_FAMILY_ID, RELAY_FAMILY);
	RELAY_SAY(fd, nlh, server_ack(0, NULL));
	RELAY_SAY(fd, NULL, msg);
	recv(fd, buf, sizeof(buf), 0);
}

static void test_farewell(void **state)
{
	struct mcr_listener *l;
	struct nlmsghdr *nlh;
	struct relay r;

	(void)state;
	relay_start(&r, 1, serve_farewell, NULL);
	l = open_listener(&r);
	assert_int_equal(wait_and_hear(l, &nlh), MCR_HEARD_GONE);
	mcr_listener_close(l);
	relay_end(&r);
}

/* What cannot be read may have said anything. */
static void serve_garbage(int fd, const void *arg)
{
	struct nl_msg *msg = device("a", true);
	struct nlmsghdr *nlh;
	char buf[4096];
	size_t i;

	(void)arg;
	nlh = hear_join(fd, buf, sizeof(buf));
	RELAY_SAY(fd, nlh, server_ack(0, NULL));
	for (i = 1; i < nlmsg_hdr(msg)->nlmsg_len; i++)
		relay_send(fd, nlmsg_hdr(msg), i);
	nlmsg_free(msg);
	RELAY_SAY(fd, NULL, device("b", true));
}

static void test_garbage(void **state)
{
	struct nl_msg *msg = device("a", true);
	unsigned int len = nlmsg_hdr(msg)->nlmsg_len;
	struct mcr_listener *l;
	struct nlmsghdr *nlh;
	struct relay r;

	(void)state;
	nlmsg_free(msg);
	relay_start(&r, 1, serve_garbage, NULL);
	l = open_listener(&r);
	while (--len)
		assert_int_equal(wait_and_hear(l, &nlh), MCR_HEARD_MISSED);
	assert_device(l, "b");
	mcr_listener_close(l);
	relay_end(&r);
}

static void serve_refusal(int fd, const void *arg)
{
	const struct server_tlvs tlvs = { .text = arg };
	struct nlmsghdr *nlh;
	char buf[4096];

	nlh = hear_join(fd, buf, sizeof(buf));
	RELAY_SAY(fd, nlh, server_ack(-EINVAL, arg ? &tlvs : NULL));
}

static void serve_hang_up(int fd, const void *arg)
{
	char buf[4096];

	(void)arg;
	hear_join(fd, buf, sizeof(buf));
}

/**
 * struct refusal - a server that does not let us hear
 * @desc: name of the case
 * @serve: what it does
 * @arg: for that
 * @kind: what sort of error that is
 * @text: the sentence
 */
struct refusal {
	const char *desc;
	relay_fn serve;
	const char *arg;
	enum mcr_error_kind kind;
	const char *text;
};

static const struct refusal refusals[] = {
	{ "refused with a sentence", serve_refusal, "not you", MCR_ERROR_SYSTEM,
	  "the server's notifications cannot be heard: not you" },
	{ "refused without", serve_refusal, NULL, MCR_ERROR_SYSTEM,
	  "the server's notifications cannot be heard: Invalid argument" },
	{ "hung up", serve_hang_up, NULL, MCR_ERROR_NO_SERVER,
	  "the relay daemon hung up: its log says why" },
};

static void test_refused(void **state)
{
	const struct refusal *c = *state;
	struct mcr_error err = { 0 };
	struct relay r;

	relay_start(&r, 1, c->serve, c->arg);
	assert_null(mcr_listener_open(&r.server, &err));
	assert_int_equal(err.kind, c->kind);
	assert_string_equal(err.text, c->text);
	relay_end(&r);
}

int main(void)
{
	struct suite suite = { 0 };

	suite_add_case(&suite, test_events);
	suite_add_case(&suite, test_farewell);
	suite_add_case(&suite, test_garbage);
	suite_add_table(&suite, refusals, test_refused);
	return suite_run(&suite, "listen");
}
