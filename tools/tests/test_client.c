// SPDX-License-Identifier: GPL-2.0
/*
 * The client and the listener, with a relay daemon of the test's own: where it
 * is looked for, who is believed, and that nothing it says does harm.
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
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "../lib/client.h"
#include "../lib/listen.h"
#include "../lib/relay.h"
#include "../lib/transport.h"

#define HUNG_UP	"the relay daemon hung up: its log says why"

static void assert_contains(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("'%s' is not in '%s'", part, text);
}

static struct mcr_client *open_client(const struct relay *r)
{
	struct mcr_error err = { 0 };
	struct mcr_client *client = mcr_client_open(&r->server, &err);

	assert_string_equal(err.text, "");
	assert_non_null(client);
	return client;
}

/* It cannot be opened, and why. */
static void refuse_client(const struct mcr_server *server,
			  enum mcr_error_kind kind, const char *part)
{
	struct mcr_error err = { 0 };

	assert_null(mcr_client_open(server, &err));
	assert_int_equal(err.kind, kind);
	assert_contains(err.text, part);
}

/* --- What goes well. */

static void serve_status(int fd, const void *arg)
{
	const __u8 *redirect = arg;
	struct nlmsghdr *nlh;
	char buf[4096];

	nlh = relay_hear(fd, buf, sizeof(buf), MCR_CMD_STATUS_GET);
	relay_check(nlh->nlmsg_type == RELAY_FAMILY);
	relay_check(nlh->nlmsg_flags & NLM_F_ACK);
	RELAY_SAY(fd, nlh, relay_status(redirect ? *redirect : 0),
		  server_ack(0, NULL));
}

static void test_status(void **state)
{
	const __u8 redirects[] = { 0, MCR_PLANE_RELAY, MCR_PLANE_KERNEL };
	struct mcr_status status = { 0 };
	struct mcr_reply_walk walk;
	struct mcr_client *client;
	struct mcr_reply reply;
	struct mcr_error err;
	struct nl_msg *msg;
	struct relay r;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(redirects); i++) {
		relay_start(&r, 1, serve_status, &redirects[i]);
		client = open_client(&r);
		msg = mcr_msg_new(MCR_CMD_STATUS_GET, 0);
		mcr_reply_init(&reply, false);
		assert_int_equal(mcr_client_do(client, msg, &reply, &err), 0);
		mcr_reply_walk_init(&walk, &reply);
		assert_int_equal(mcr_msg_parse_status(mcr_reply_next(&walk),
						      &status, &err), 0);
		assert_int_equal(status.rules, 17);
		/* Who asks for the relay gets the relay. */
		assert_int_equal(mcr_client_server(client)->plane,
				 MCR_PLANE_RELAY);
		assert_int_equal(mcr_client_missing(client),
				 MCR_PLANE_AUTO);
		mcr_reply_exit(&reply);
		nlmsg_free(msg);
		mcr_client_close(client);
		relay_end(&r);
	}
}

/* With MCR_PLANE_AUTO it is asked first whether to ask somebody else. */
static void test_auto(void **state)
{
	struct mcr_client *client;
	struct relay r;

	(void)state;
	relay_start(&r, 1, serve_status, NULL);
	r.server.plane = MCR_PLANE_AUTO;
	client = open_client(&r);
	assert_int_equal(mcr_client_server(client)->plane, MCR_PLANE_RELAY);
	/* It has not said that it follows the module. */
	assert_int_equal(mcr_client_missing(client), MCR_PLANE_KERNEL);
	mcr_client_close(client);
	relay_end(&r);
}

static void serve_refusal(int fd, const void *arg)
{
	const struct server_tlvs tlvs = { .text = arg };
	struct nlmsghdr *nlh;
	char buf[4096];

	nlh = relay_hear(fd, buf, sizeof(buf), MCR_CMD_STATUS_GET);
	RELAY_SAY(fd, nlh, server_ack(-EACCES, &tlvs));
}

static void test_auto_refused(void **state)
{
	struct relay r;

	(void)state;
	relay_start(&r, 1, serve_refusal, "no");
	r.server.plane = MCR_PLANE_AUTO;
	refuse_client(&r.server, MCR_ERROR_SYSTEM,
		      "the server told nothing about itself");
	relay_end(&r);
}

#define BATCH	5

/* What the server does with a batch. */
enum serve {
	SERVE_ALL,
	SERVE_LATE,	/* behind a long answer to what was asked before */
	SERVE_LONG,	/* with words that nobody has room for */
	SERVE_NOT_ALL,	/* and hangs up */
};

static void say_late(int fd)
{
	struct nl_msg *msgs[40];
	size_t i;

	for (i = 0; i < COUNT(msgs); i++)
		msgs[i] = relay_status(0);
	relay_say(fd, NULL, msgs, COUNT(msgs));
}

/* All in one datagram; each is answered by one. */
static void serve_batch(int fd, const void *arg)
{
	struct server_tlvs tlvs = { .text = "no" };
	struct nlmsghdr *nlh, *next;
	const enum serve *serve = arg;
	static char buf[65536], words[MCR_MAIL_BYTES];
	ssize_t len;
	int i, rem;

	if (*serve == SERVE_LONG) {
		memset(words, 'x', sizeof(words) - 1);
		tlvs.text = words;
	}
	len = recv(fd, buf, sizeof(buf), 0);
	if (*serve == SERVE_LATE)
		say_late(fd);
	rem = (int)len;
	nlh = (struct nlmsghdr *)(void *)buf;
	for (i = 0; i < BATCH; i++) {
		relay_check(nlmsg_ok(nlh, rem) &&
			    nlh->nlmsg_type == RELAY_FAMILY);
		next = nlmsg_next(nlh, &rem);
		if (i == 2)
			RELAY_SAY(fd, nlh, server_ack(-EEXIST, &tlvs));
		else if (i < BATCH - 1 || *serve != SERVE_NOT_ALL)
			RELAY_SAY(fd, nlh, server_ack(0, NULL));
		nlh = next;
	}
	relay_check(rem <= 0);
}

static int take_answer(unsigned int index, const struct mcr_reply *reply,
		       void *arg)
{
	unsigned int *seen = arg;

	assert_int_equal(reply->error, index == 2 ? EEXIST : 0);
	*seen |= 1U << index;
	return 0;
}

static void do_batch(enum serve serve, unsigned int *seen, int *ret,
		     struct mcr_error *err)
{
	struct mcr_batch batch = { 0 };
	struct mcr_client *client;
	struct nl_msg *msg;
	struct relay r;
	int i;

	relay_start(&r, 1, serve_batch, &serve);
	client = open_client(&r);
	for (i = 0; i < BATCH; i++) {
		msg = mcr_msg_new(MCR_CMD_RULE_FLUSH, 0);
		assert_int_equal(mcr_batch_add(&batch, msg, err), 0);
		nlmsg_free(msg);
	}
	*seen = 0;
	*ret = mcr_client_batch(client, &batch, take_answer, seen, err);
	mcr_batch_exit(&batch);
	mcr_client_close(client);
	relay_end(&r);
}

static void test_batch(void **state)
{
	struct mcr_error err = { 0 };
	unsigned int seen;
	int ret;

	(void)state;
	do_batch(SERVE_ALL, &seen, &ret, &err);
	assert_int_equal(ret, 0);
	assert_int_equal(seen, (1U << BATCH) - 1);
}

static void test_batch_late(void **state)
{
	struct mcr_error err = { 0 };
	unsigned int seen;
	int ret;

	(void)state;
	do_batch(SERVE_LATE, &seen, &ret, &err);
	assert_int_equal(ret, 0);
	assert_int_equal(seen, (1U << BATCH) - 1);
}

static void test_batch_long(void **state)
{
	struct mcr_error err = { 0 };
	unsigned int seen;
	int ret;

	(void)state;
	do_batch(SERVE_LONG, &seen, &ret, &err);
	assert_int_equal(ret, -1);
	assert_int_equal(err.kind, MCR_ERROR_SYSTEM);
	assert_contains(err.text, "a message is cut off");
	assert_int_equal(seen, 3);
}

static void test_batch_hang_up(void **state)
{
	struct mcr_error err = { 0 };
	unsigned int seen;
	int ret;

	(void)state;
	do_batch(SERVE_NOT_ALL, &seen, &ret, &err);
	assert_int_equal(ret, -1);
	assert_int_equal(err.kind, MCR_ERROR_NO_SERVER);
	assert_string_equal(err.text, HUNG_UP);
	assert_int_equal(seen, (1U << (BATCH - 1)) - 1);
}

/* --- Where it is looked for, and who is believed. */

static void test_absent(void **state)
{
	struct mcr_transport t;
	struct mcr_error err;
	struct relay r;
	bool absent;

	(void)state;
	relay_place(&r);
	refuse_client(&r.server, MCR_ERROR_NO_SERVER, r.addr.sun_path);
	assert_int_equal(mcr_relay_connect(&t, r.dir, &absent, &err), -1);
	assert_true(absent);
	/* The socket of one that was killed. */
	close(relay_listen(&r));
	refuse_client(&r.server, MCR_ERROR_NO_SERVER, "(mcrd starts one)");
	assert_int_equal(mcr_relay_connect(&t, r.dir, &absent, &err), -1);
	assert_true(absent);
	relay_end(&r);
	/* Now the directory is gone, too. */
	refuse_client(&r.server, MCR_ERROR_NO_SERVER, "(mcrd starts one)");
	assert_int_equal(mcr_relay_connect(&t, r.dir, &absent, &err), -1);
	assert_true(absent);
}

/* It may not be asked, and it is not taken for one that is absent. */
static void distrust(const struct relay *r, const char *part)
{
	struct mcr_server server = r->server;
	struct mcr_transport t;
	struct mcr_error err;
	bool absent;

	refuse_client(&server, MCR_ERROR_NO_SERVER, part);
	server.plane = MCR_PLANE_AUTO;
	refuse_client(&server, MCR_ERROR_NO_SERVER, part);
	assert_int_equal(mcr_relay_connect(&t, r->dir, &absent, &err), -1);
	assert_false(absent);
	assert_int_equal(t.fd, -1);
}

static void test_writable_directory(void **state)
{
	const mode_t modes[] = { 0775, 0757, 01777 };
	struct relay r;
	size_t i;

	(void)state;
	relay_place(&r);
	close(relay_listen(&r));
	for (i = 0; i < COUNT(modes); i++) {
		assert_int_equal(chmod(r.dir, modes[i]), 0);
		distrust(&r, "others may write into the directory of");
	}
	relay_end(&r);
}

static void test_no_socket(void **state)
{
	struct relay r;

	(void)state;
	relay_place(&r);
	assert_int_equal(symlink("/dev/null", r.addr.sun_path), 0);
	distrust(&r, "is no socket");
	relay_end(&r);
}

static void test_long_path(void **state)
{
	char dir[200] = "/tmp/";
	struct mcr_server server = { MCR_PLANE_RELAY, dir };

	(void)state;
	memset(dir + 5, 'x', sizeof(dir) - 6);
	refuse_client(&server, MCR_ERROR_NO_SERVER,
		      "the path of its directory has 199 bytes, where a socket's has 107 in all");
}

/* Only root can give away a file. */
static bool is_root(void)
{
	if (!geteuid())
		return true;
	skip();
	return false;
}

static void test_owner_of_directory(void **state)
{
	struct relay r;

	(void)state;
	if (!is_root())
		return;
	relay_place(&r);
	close(relay_listen(&r));
	assert_int_equal(chown(r.dir, 1, (gid_t)-1), 0);
	distrust(&r, "belongs to uid 1, and only root or this user is believed");
	relay_end(&r);
}

static void test_owner_of_socket(void **state)
{
	struct relay r;

	(void)state;
	if (!is_root())
		return;
	relay_place(&r);
	close(relay_listen(&r));
	assert_int_equal(chown(r.addr.sun_path, 1, (gid_t)-1), 0);
	distrust(&r, "the socket");
	relay_end(&r);
}

/* The place is root's, but it is somebody else who listens there. */
static void test_owner_of_process(void **state)
{
	struct mcr_error err = { 0 };
	struct relay r;
	int fd;

	(void)state;
	if (!is_root())
		return;
	relay_place(&r);
	fd = relay_listen(&r);
	assert_int_equal(seteuid(1), 0);
	/* The credentials are those of who called this last. */
	assert_int_equal(listen(fd, 5), 0);
	assert_int_equal(seteuid(0), 0);
	assert_null(mcr_client_open(&r.server, &err));
	assert_int_equal(err.kind, MCR_ERROR_NO_SERVER);
	assert_contains(err.text, "the process behind");
	assert_contains(err.text, "belongs to uid 1,");
	close(fd);
	relay_end(&r);
}

static void test_patience(void **state)
{
	struct timeval soon = { .tv_usec = 10000 }, patience;
	socklen_t size = sizeof(patience);
	struct mcr_transport t;
	struct mcr_error err;
	struct relay r;
	bool absent;
	size_t len;
	void *buf;
	int fd;

	(void)state;
	relay_place(&r);
	fd = relay_listen(&r);
	assert_int_equal(mcr_relay_connect(&t, r.dir, &absent, &err), 0);
	assert_int_equal(getsockopt(t.fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
				    &size), 0);
	assert_int_equal(patience.tv_sec, MCR_RELAY_PATIENCE);
	setsockopt(t.fd, SOL_SOCKET, SO_RCVTIMEO, &soon, sizeof(soon));
	assert_int_equal(mcr_transport_receive(&t, &buf, &len, &err), -1);
	assert_int_equal(err.kind, MCR_ERROR_NO_SERVER);
	assert_contains(err.text, "did not answer for 30 seconds");
	mcr_transport_close(&t);
	close(fd);
	relay_end(&r);
}

/* --- What a server must not say. */

/**
 * struct bad_family - a server that does not tell what its family is
 * @desc: name of the case
 * @serve: what it does
 * @arg: for that
 * @kind: what sort of error that is
 * @why: a part of the sentence
 */
struct bad_family {
	const char *desc;
	relay_fn serve;
	const char *arg;
	enum mcr_error_kind kind;
	const char *why;
};

static void serve_nothing(int fd, const void *arg)
{
	(void)fd;
	(void)arg;
}

static void serve_hang_up(int fd, const void *arg)
{
	char buf[4096];

	(void)arg;
	relay_hear(fd, buf, sizeof(buf), CTRL_CMD_GETFAMILY);
}

static void serve_bytes(int fd, const void *arg)
{
	const char *bytes = arg;
	char buf[4096];

	relay_hear(fd, buf, sizeof(buf), CTRL_CMD_GETFAMILY);
	relay_send(fd, bytes, strlen(bytes));
}

/* A message that says it is longer than what there is of it. */
static void serve_half(int fd, const void *arg)
{
	struct nl_msg *msg = relay_family(RELAY_FAMILY, MCR_MCGRP_NOTIFY);
	struct nlmsghdr *nlh;
	char buf[4096];

	(void)arg;
	nlh = relay_hear(fd, buf, sizeof(buf), CTRL_CMD_GETFAMILY);
	nlmsg_hdr(msg)->nlmsg_seq = nlh->nlmsg_seq;
	relay_send(fd, nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len / 2);
}

static void serve_no_family(int fd, const void *arg)
{
	struct nlmsghdr *nlh;
	char buf[4096];

	(void)arg;
	nlh = relay_hear(fd, buf, sizeof(buf), CTRL_CMD_GETFAMILY);
	RELAY_SAY(fd, nlh, server_ack(-ENOENT, NULL));
}

static void serve_silence(int fd, const void *arg)
{
	struct nlmsghdr *nlh;
	char buf[4096];

	(void)arg;
	nlh = relay_hear(fd, buf, sizeof(buf), CTRL_CMD_GETFAMILY);
	RELAY_SAY(fd, nlh, server_ack(0, NULL));
}

static void serve_low_number(int fd, const void *arg)
{
	struct nlmsghdr *nlh;
	char buf[4096];

	(void)arg;
	nlh = relay_hear(fd, buf, sizeof(buf), CTRL_CMD_GETFAMILY);
	RELAY_SAY(fd, nlh, relay_family(NLMSG_DONE, MCR_MCGRP_NOTIFY),
		  server_ack(0, NULL));
}

static void serve_overrun(int fd, const void *arg)
{
	struct nlmsghdr *nlh;
	char buf[4096];

	(void)arg;
	nlh = relay_hear(fd, buf, sizeof(buf), CTRL_CMD_GETFAMILY);
	RELAY_SAY(fd, NULL, relay_overrun());
	RELAY_SAY(fd, nlh, server_ack(0, NULL));
}

static const struct bad_family bad_families[] = {
	{ "it hangs up at once", serve_nothing, NULL, MCR_ERROR_NO_SERVER, "" },
	{ "it hangs up when it is asked", serve_hang_up, NULL,
	  MCR_ERROR_NO_SERVER, HUNG_UP },
	{ "one byte", serve_bytes, "x", MCR_ERROR_SYSTEM,
	  "a message is cut off" },
	{ "garbage", serve_bytes, "HTTP/1.1 400 Bad Request\r\n\r\n",
	  MCR_ERROR_SYSTEM, "a message is cut off" },
	{ "half a message", serve_half, NULL, MCR_ERROR_SYSTEM,
	  "a message is cut off" },
	{ "it has no such family", serve_no_family, NULL, MCR_ERROR_NO_SERVER,
	  "is it of another version?" },
	{ "it does not say which", serve_silence, NULL, MCR_ERROR_SYSTEM,
	  "it tells no family" },
	{ "the number of something else", serve_low_number, NULL,
	  MCR_ERROR_SYSTEM, "its family has no number" },
	{ "answers are lost", serve_overrun, NULL, MCR_ERROR_SYSTEM,
	  "messages were lost" },
};

static void test_bad_family(void **state)
{
	const struct bad_family *c = *state;
	struct relay r;

	relay_start_bare(&r, 1, c->serve, c->arg);
	refuse_client(&r.server, c->kind, c->why);
	relay_end(&r);
}

#define MANGLED	3000

/* Whatever it says of its family, with some bytes changed, or less of it. */
static void serve_mangled(int fd, const void *arg)
{
	static uint64_t seed = 3;
	struct nl_msg *msg = relay_family(RELAY_FAMILY, MCR_MCGRP_NOTIFY);
	size_t len = nlmsg_hdr(msg)->nlmsg_len;
	char *bytes = (char *)nlmsg_hdr(msg);
	struct nlmsghdr *nlh;
	char buf[4096];
	uint32_t i;

	(void)arg;
	nlh = relay_hear(fd, buf, sizeof(buf), CTRL_CMD_GETFAMILY);
	nlmsg_hdr(msg)->nlmsg_seq = nlh->nlmsg_seq;
	for (i = random_below(&seed, 4); i; i--)
		bytes[random_below(&seed, (uint32_t)len)] =
			(char)random_below(&seed, 256);
	if (!random_below(&seed, 4))
		len = random_below(&seed, (uint32_t)len);
	relay_send(fd, bytes, len);
	nlmsg_free(msg);
	RELAY_SAY(fd, nlh, server_ack(0, NULL));
}

static void test_mangled_family(void **state)
{
	unsigned int i, opened = 0;
	struct mcr_client *client;
	struct mcr_error err;
	struct relay r;

	(void)state;
	relay_start_bare(&r, MANGLED, serve_mangled, NULL);
	for (i = 0; i < MANGLED; i++) {
		memset(&err, 0, sizeof(err));
		client = mcr_client_open(&r.server, &err);
		assert_true(!client == !!err.kind);
		opened += !!client;
		mcr_client_close(client);
	}
	relay_end(&r);
	/* A quarter is not changed; most of the others show it. */
	assert_in_range(opened, MANGLED / 10, MANGLED * 9 / 10);
}

static void serve_half_a_dump(int fd, const void *arg)
{
	struct nlmsghdr *nlh;
	char buf[4096];

	(void)arg;
	nlh = relay_hear(fd, buf, sizeof(buf), MCR_CMD_INGRESS_GET);
	relay_check((nlh->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP);
	RELAY_SAY(fd, nlh, relay_status(0), relay_status(0));
}

static void test_hang_up_in_dump(void **state)
{
	struct nl_msg *msg = mcr_msg_new(MCR_CMD_INGRESS_GET, 0);
	struct mcr_error err = { 0 };
	struct mcr_client *client;
	struct mcr_reply reply;
	struct relay r;

	(void)state;
	relay_start(&r, 1, serve_half_a_dump, NULL);
	client = open_client(&r);
	mcr_reply_init(&reply, true);
	assert_int_equal(mcr_client_dump(client, msg, &reply, &err), -1);
	assert_int_equal(err.kind, MCR_ERROR_NO_SERVER);
	assert_string_equal(err.text, HUNG_UP);
	/* It is gone for what comes then, too. */
	mcr_reply_exit(&reply);
	assert_int_equal(mcr_client_do(client, msg, &reply, &err), -1);
	assert_int_equal(err.kind, MCR_ERROR_NO_SERVER);
	mcr_reply_exit(&reply);
	nlmsg_free(msg);
	mcr_client_close(client);
	relay_end(&r);
}

int main(void)
{
	struct suite suite = { 0 };

	suite_add_case(&suite, test_status);
	suite_add_case(&suite, test_auto);
	suite_add_case(&suite, test_auto_refused);
	suite_add_case(&suite, test_batch);
	suite_add_case(&suite, test_batch_late);
	suite_add_case(&suite, test_batch_long);
	suite_add_case(&suite, test_batch_hang_up);
	suite_add_case(&suite, test_absent);
	suite_add_case(&suite, test_writable_directory);
	suite_add_case(&suite, test_no_socket);
	suite_add_case(&suite, test_long_path);
	suite_add_case(&suite, test_owner_of_directory);
	suite_add_case(&suite, test_owner_of_socket);
	suite_add_case(&suite, test_owner_of_process);
	suite_add_case(&suite, test_patience);
	suite_add_table(&suite, bad_families, test_bad_family);
	suite_add_case(&suite, test_mangled_family);
	suite_add_case(&suite, test_hang_up_in_dump);
	return suite_run(&suite, "client");
}
