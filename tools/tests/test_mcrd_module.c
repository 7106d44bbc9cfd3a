// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel module, as netlink tells of it: what is known after what was said, and
 * after what was not heard.
 */
#include "module_rig.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/mcr.h>
#include <netlink/attr.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "../mcrd/module.h"

/* Numbers of the family. */
#define FIRST	0x21
#define SECOND	0x22

static struct mcrd_module m;
static struct mcrd_poll loop;

/* As the loop does, until there is nothing more to hear. */
static void hear(void)
{
	struct pollfd pfd = { .fd = loop.fd, .events = POLLIN };
	int turns = 0;

	while (__real_poll(&pfd, 1, 0) > 0) {
		assert_int_equal(mcrd_poll_wait(&loop, 0), 0);
		assert_true(++turns < 100);
	}
}

static void assert_known(uint16_t id, unsigned int gone)
{
	assert_int_equal(m.family, id);
	assert_int_equal(m.gone, gone);
	if (id)
		assert_int_equal(m.group, RIG_GROUP);
}

static int setup(void **state)
{
	(void)state;
	memset(&is, 0, sizeof(is));
	is.told = -1;
	is.answered = -1;
	is.watch = &m.watch;
	m.watch.fd = -1;
	return mcrd_poll_init(&loop);
}

static int teardown(void **state)
{
	(void)state;
	mcrd_module_close(&m);
	mcrd_poll_exit(&loop);
	if (is.told >= 0)
		close(is.told);
	if (is.answered >= 0)
		close(is.answered);
	return 0;
}

/* The module is there, with that number; 0: it is not. */
static void module_open(uint16_t id)
{
	is.answer.family = id;
	assert_int_equal(mcrd_module_open(&m, &loop), 0);
	assert_known(id, 0);
	assert_false(m.unheard);
	assert_int_equal(is.asked, 1);
	is.asked = 0;
}

static void test_open(void **state)
{
	(void)state;
	module_open(FIRST);
}

static void test_open_none(void **state)
{
	(void)state;
	module_open(0);
	hear();
	assert_known(0, 0);
	assert_int_equal(is.asked, 0);
}

/* Is there nobody any more at the other end of the watch's socket? */
static bool watch_is_closed(void)
{
	char byte;

	return !__real_recv(is.told, &byte, 1, MSG_DONTWAIT);
}

/* As if there were no module; nothing is left to be closed. */
static void assert_not_open(int ret)
{
	is.answer.family = FIRST;
	assert_int_equal(mcrd_module_open(&m, &loop), ret);
	assert_int_equal(m.watch.fd, -1);
	assert_int_equal(m.family, 0);
	assert_int_equal(is.asked, 0);
	mcrd_module_close(&m);
}

static void test_open_fails(void **state)
{
	(void)state;
	is.answer.no_socket = EAFNOSUPPORT;
	assert_not_open(-EAFNOSUPPORT);
	is.answer.no_socket = 0;
	is.answer.no_bind = ENOBUFS;
	assert_not_open(-ENOBUFS);
	assert_true(watch_is_closed());
}

static void test_open_no_member(void **state)
{
	(void)state;
	is.no_member = EPERM;
	assert_not_open(-EPERM);
	assert_true(watch_is_closed());
}

/* It may be there all the same: it is looked for again. */
static void test_open_unheard(void **state)
{
	(void)state;
	is.answer.silent = true;
	assert_int_equal(mcrd_module_open(&m, &loop), 0);
	assert_true(m.unheard);
	assert_int_equal(m.family, 0);
	is.answer.silent = false;
	is.answer.family = FIRST;
	assert_int_equal(mcrd_module_look(&m), 0);
	assert_false(m.unheard);
	assert_known(FIRST, 0);
}

/* Each has another family in what is said before it fails. */
static const struct answer unheard[] = {
	{ .desc = "a dump that ends in an error", .family = SECOND,
	  .error = -ENOMEM, .ret = -ENOMEM },
	{ .desc = "an error in place of a dump's end", .family = SECOND,
	  .error = -EPERM, .nlmsg_error = true, .ret = -EPERM },
	{ .desc = "an error, and no family", .error = -ENOMEM, .ret = -ENOMEM },
	{ .desc = "no answer", .silent = true, .ret = -ETIMEDOUT },
	{ .desc = "no socket", .no_socket = EMFILE, .ret = -EMFILE },
	{ .desc = "a socket without an address", .no_bind = ENOMEM,
	  .ret = -ENOMEM },
	{ .desc = "no question", .no_send = ENOBUFS, .ret = -ENOBUFS },
	{ .desc = "an answer that is lost", .family = SECOND,
	  .no_receive = ENOBUFS, .ret = -ENOBUFS },
};

static void test_unheard(void **state)
{
	const struct answer *a = *state;

	setup(NULL);
	module_open(FIRST);
	is.answer = *a;
	assert_int_equal(mcrd_module_look(&m), a->ret);
	assert_true(m.unheard);
	assert_known(FIRST, 0);
	is.answer = (struct answer){ .family = SECOND };
	assert_int_equal(mcrd_module_look(&m), 0);
	assert_false(m.unheard);
	assert_known(SECOND, 1);
	teardown(NULL);
}

static void test_look_gone(void **state)
{
	(void)state;
	module_open(FIRST);
	assert_int_equal(mcrd_module_look(&m), 0);
	assert_known(FIRST, 0);
	is.answer.family = 0;
	assert_int_equal(mcrd_module_look(&m), 0);
	assert_known(0, 1);
	/* It went once. */
	assert_int_equal(mcrd_module_look(&m), 0);
	assert_known(0, 1);
	is.answer.family = SECOND;
	assert_int_equal(mcrd_module_look(&m), 0);
	assert_known(SECOND, 1);
}

static void test_comes_and_goes(void **state)
{
	(void)state;
	module_open(0);
	say(is.told, family(CTRL_CMD_NEWFAMILY, FIRST));
	hear();
	assert_known(FIRST, 0);
	/* What was seen already is told, too. */
	say(is.told, family(CTRL_CMD_NEWFAMILY, FIRST));
	hear();
	assert_known(FIRST, 0);
	say(is.told, family(CTRL_CMD_DELFAMILY, FIRST));
	hear();
	assert_known(0, 1);
	say(is.told, family(CTRL_CMD_DELFAMILY, FIRST));
	hear();
	assert_known(0, 1);
	/* In one go, and in one datagram. */
	say(is.told, family(CTRL_CMD_NEWFAMILY, FIRST));
	say_both(is.told, family(CTRL_CMD_DELFAMILY, FIRST),
		 family(CTRL_CMD_NEWFAMILY, SECOND));
	hear();
	assert_known(SECOND, 2);
	assert_int_equal(is.asked, 0);
}

/* The family is told of by @msg, which is without its name so far. */
static void assert_no_group(struct nl_msg *msg)
{
	module_open(FIRST);
	put_family(msg, MCR_GENL_NAME, FIRST);
	say(is.told, msg);
	hear();
	assert_int_equal(m.family, FIRST);
	assert_int_equal(m.group, 0);
}

static void test_no_groups(void **state)
{
	(void)state;
	assert_no_group(message(GENL_ID_CTRL, CTRL_CMD_NEWFAMILY));
}

/* A group with a number that is too short is none. */
static void test_short_group(void **state)
{
	struct nl_msg *msg = message(GENL_ID_CTRL, CTRL_CMD_NEWFAMILY);
	struct nlattr *groups, *nest;
	uint16_t id = RIG_GROUP;

	(void)state;
	groups = nla_nest_start(msg, CTRL_ATTR_MCAST_GROUPS);
	nest = nla_nest_start(msg, 1);
	nla_put_string(msg, CTRL_ATTR_MCAST_GRP_NAME, MCR_MCGRP_NOTIFY);
	nla_put(msg, CTRL_ATTR_MCAST_GRP_ID, sizeof(id), &id);
	nla_nest_end(msg, nest);
	nla_nest_end(msg, groups);
	assert_no_group(msg);
}

/* It was said before the answer, which knew of the next one. */
static void test_stale(void **state)
{
	(void)state;
	module_open(SECOND);
	say(is.told, family(CTRL_CMD_DELFAMILY, FIRST));
	hear();
	assert_known(SECOND, 0);
	say(is.told, family(CTRL_CMD_DELFAMILY, SECOND));
	hear();
	assert_known(0, 1);
}

static void test_others(void **state)
{
	static const char *const names[] = {
		"nlctrl", "mc", "mcr2", "MCR", "", NULL,
	};
	struct nl_msg *msg;
	size_t i;

	(void)state;
	module_open(FIRST);
	for (i = 0; i < COUNT(names); i++) {
		say(is.told, family_named(CTRL_CMD_NEWFAMILY, names[i],
					  SECOND));
		say(is.told, family_named(CTRL_CMD_DELFAMILY, names[i], FIRST));
		hear();
		assert_known(FIRST, 0);
	}
	/* Of ours, but of something else. */
	say(is.told, family(CTRL_CMD_NEWMCAST_GRP, SECOND));
	say(is.told, family(CTRL_CMD_DELMCAST_GRP, FIRST));
	say(is.told, family(CTRL_CMD_DELOPS, FIRST));
	/* By somebody else. */
	msg = family(CTRL_CMD_DELFAMILY, FIRST);
	nlmsg_hdr(msg)->nlmsg_type = SECOND;
	say(is.told, msg);
	hear();
	assert_known(FIRST, 0);
	assert_int_equal(is.asked, 0);
}

/* What comes behind it is heard all the same. */
static void assert_hears(void)
{
	hear();
	assert_known(FIRST, 0);
	assert_int_equal(is.asked, 0);
	say(is.told, family(CTRL_CMD_DELFAMILY, FIRST));
	say(is.told, family(CTRL_CMD_NEWFAMILY, FIRST));
	hear();
	assert_known(FIRST, 1);
	m.gone = 0;
}

/* The datagram ends before the message does, or the message before its number. */
static void test_cut(void **state)
{
	struct nl_msg *msg = family(CTRL_CMD_NEWFAMILY, SECOND);
	uint32_t len = nlmsg_hdr(msg)->nlmsg_len, cut;

	(void)state;
	module_open(FIRST);
	for (cut = 1; cut < len; cut++) {
		say_bytes(is.told, nlmsg_hdr(msg), cut);
		hear();
		assert_known(FIRST, 0);
	}
	for (cut = 0; cut < len - 2; cut++) {
		nlmsg_hdr(msg)->nlmsg_len = cut;
		say_bytes(is.told, nlmsg_hdr(msg), len);
		if (cut % 16 == 0)
			hear();
	}
	nlmsg_free(msg);
	assert_hears();
}

/* A number that is too short, a name that does not end, and no number. */
static void test_malformed(void **state)
{
	struct nl_msg *msg = message(GENL_ID_CTRL, CTRL_CMD_NEWFAMILY);
	uint8_t id = SECOND;

	(void)state;
	module_open(FIRST);
	nla_put_string(msg, CTRL_ATTR_FAMILY_NAME, MCR_GENL_NAME);
	nla_put(msg, CTRL_ATTR_FAMILY_ID, sizeof(id), &id);
	say(is.told, msg);
	msg = message(GENL_ID_CTRL, CTRL_CMD_NEWFAMILY);
	nla_put(msg, CTRL_ATTR_FAMILY_NAME, strlen(MCR_GENL_NAME),
		MCR_GENL_NAME);
	nla_put_u16(msg, CTRL_ATTR_FAMILY_ID, SECOND);
	say(is.told, msg);
	msg = message(GENL_ID_CTRL, CTRL_CMD_DELFAMILY);
	nla_put_string(msg, CTRL_ATTR_FAMILY_NAME, MCR_GENL_NAME);
	say(is.told, msg);
	assert_hears();
}

/* Whatever waits behind what was lost is older than the answer. */
static void test_lost(void **state)
{
	(void)state;
	module_open(FIRST);
	is.lost = ENOBUFS;
	is.answer.family = 0;
	say(is.told, family(CTRL_CMD_DELFAMILY, FIRST));
	say(is.told, family(CTRL_CMD_NEWFAMILY, SECOND));
	hear();
	assert_int_equal(is.asked, 1);
	assert_true(is.drained);
	assert_known(0, 2);
	assert_false(m.unheard);
}

/* That the first one went was lost; the next one is told, and looked up. */
static void test_lost_between(void **state)
{
	(void)state;
	module_open(FIRST);
	is.lost = ENOBUFS;
	is.answer.family = SECOND;
	say(is.told, family(CTRL_CMD_NEWFAMILY, SECOND));
	hear();
	assert_int_equal(is.asked, 1);
	assert_known(SECOND, 1);
}

static void test_lost_alone(void **state)
{
	(void)state;
	module_open(FIRST);
	is.lost = ENOBUFS;
	is.answer.family = SECOND;
	m.watch.ready(m.watch.arg, EPOLLERR);
	assert_int_equal(is.asked, 1);
	assert_known(SECOND, 1);
	/* Once. */
	m.watch.ready(m.watch.arg, EPOLLIN);
	assert_int_equal(is.asked, 1);
}

/* Nobody answers, either: it is to be looked for later. */
static void test_lost_unheard(void **state)
{
	(void)state;
	module_open(FIRST);
	is.lost = ENOBUFS;
	is.answer.silent = true;
	m.watch.ready(m.watch.arg, EPOLLERR);
	assert_int_equal(is.asked, 1);
	assert_true(m.unheard);
	assert_known(FIRST, 0);
}

/* It does not try for ever in one turn. */
static void test_fails(void **state)
{
	(void)state;
	module_open(FIRST);
	is.lost = ENOMEM;
	is.answer.family = SECOND;
	say(is.told, family(CTRL_CMD_DELFAMILY, FIRST));
	assert_int_equal(mcrd_poll_wait(&loop, 0), 0);
	assert_int_equal(is.asked, 1);
	assert_false(is.drained);
	assert_known(SECOND, 1);
	hear();
	assert_int_equal(is.asked, 1);
	assert_known(SECOND, 1);
}

/* The number of rules has @len bytes; 0: it is not there. */
static void set_status(uint16_t type, uint32_t rules, int len)
{
	struct nl_msg *msg = message(type, MCR_CMD_STATUS_GET);
	struct nlattr *nest = nla_nest_start(msg, MCR_A_STATUS);

	/* An empty one would be left out. */
	nla_put_u32(msg, MCR_STATUS_A_OUTPUTS, 9);
	if (len)
		nla_put(msg, MCR_STATUS_A_RULES, len, &rules);
	nla_nest_end(msg, nest);
	is.status_len = nlmsg_hdr(msg)->nlmsg_len;
	memcpy(is.status, nlmsg_hdr(msg), is.status_len);
	nlmsg_free(msg);
}

static void test_rules(void **state)
{
	(void)state;
	module_open(FIRST);
	set_status(FIRST, 5, 4);
	assert_int_equal(mcrd_module_rules(&m), 5);
	assert_int_equal(is.type, FIRST);
	set_status(FIRST, 0, 4);
	assert_int_equal(mcrd_module_rules(&m), 0);
	set_status(FIRST, 5, 0);
	assert_int_equal(mcrd_module_rules(&m), -1);
	set_status(FIRST, 5, 2);
	assert_int_equal(mcrd_module_rules(&m), -1);
	set_status(SECOND, 5, 4);
	assert_int_equal(mcrd_module_rules(&m), -1);
	is.status_len = 0;
	assert_int_equal(mcrd_module_rules(&m), -1);
	set_status(FIRST, 5, 4);
	is.answer.no_send = ENOBUFS;
	assert_int_equal(mcrd_module_rules(&m), -1);
	is.answer.no_socket = EMFILE;
	assert_int_equal(mcrd_module_rules(&m), -1);
	/* This says nothing of whether it is there. */
	assert_false(m.unheard);
	assert_known(FIRST, 0);
}

/* The family is gone, and somebody else says so. */
static void test_rules_refused(void **state)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)(void *)is.status;

	(void)state;
	module_open(FIRST);
	set_status(FIRST, 5, 4);
	/* The answer behind it is not an answer to this. */
	memmove(is.status + NLMSG_HDRLEN + sizeof(struct nlmsgerr), is.status,
		is.status_len);
	memset(is.status, 0, NLMSG_HDRLEN + sizeof(struct nlmsgerr));
	nlh->nlmsg_type = NLMSG_ERROR;
	nlh->nlmsg_len = NLMSG_HDRLEN + sizeof(struct nlmsgerr);
	is.status_len += nlh->nlmsg_len;
	assert_int_equal(mcrd_module_rules(&m), -1);
}

static void test_close(void **state)
{
	(void)state;
	module_open(FIRST);
	mcrd_module_close(&m);
	assert_true(watch_is_closed());
	assert_int_equal(m.watch.fd, -1);
	assert_int_equal(m.family, 0);
	hear();
	mcrd_module_close(&m);
}

#define CASE(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	static const struct CMUnitTest cases[] = {
		CASE(test_open),
		CASE(test_open_none),
		CASE(test_open_fails),
		CASE(test_open_no_member),
		CASE(test_open_unheard),
		CASE(test_look_gone),
		CASE(test_comes_and_goes),
		CASE(test_no_groups),
		CASE(test_short_group),
		CASE(test_stale),
		CASE(test_others),
		CASE(test_cut),
		CASE(test_malformed),
		CASE(test_lost),
		CASE(test_lost_between),
		CASE(test_lost_alone),
		CASE(test_lost_unheard),
		CASE(test_fails),
		CASE(test_rules),
		CASE(test_rules_refused),
		CASE(test_close),
	};
	struct CMUnitTest tests[COUNT(cases) + COUNT(unheard)];
	size_t i;

	memcpy(tests, cases, sizeof(cases));
	for (i = 0; i < COUNT(unheard); i++)
		tests[COUNT(cases) + i] = (struct CMUnitTest){
			.name = unheard[i].desc,
			.test_func = test_unheard,
			.initial_state = (void *)&unheard[i],
		};
	return cmocka_run_group_tests_name("mcrd module", tests, NULL, NULL);
}
