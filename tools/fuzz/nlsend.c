// SPDX-License-Identifier: GPL-2.0
/*
 * Sends messages that are made from the spec to a server that runs, and sees
 * whether it goes on answering.
 *
 * usage: nlsend kernel|relay COUNT SEED [nobody | foreign]
 *
 * With "nobody" it becomes a user who may change nothing; with "foreign" it is such
 * a one. Both see that nothing was changed. MCR_RUN_DIR is where the relay has its socket.
 */
#include <errno.h>
#include <grp.h>
#include <linux/genetlink.h>
#include <linux/mcr.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "../lib/relay.h"
#include "nlgen.h"

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE	71
#endif

/* Messages between two that are waited for. */
#define AT_ONCE		32U
#define PATIENCE_MS	60000
#define NOBODY		65534
#define SYNC		0x5eedU	/* sequence number of what is waited for */

/* NLA_HDRLEN is of int. */
#define HEADER		sizeof(struct nlattr)
#define BUFFER		262144U

/**
 * struct sender - a way to a server, and what came of it
 * @t: the way
 * @g: the source of messages
 * @relay: the server is the relay
 * @generation: the last one that the server told
 * @buf: what was read
 * @sent: datagrams
 * @closed: how often the server hung up
 * @accepted: answers without an error
 * @refused: with one
 * @synced: the answer that was waited for came
 */
struct sender {
	struct mcr_transport t;
	struct nlgen g;
	bool relay;
	uint32_t generation;
	uint8_t *buf;
	unsigned long sent;
	unsigned long closed;
	unsigned long accepted;
	unsigned long refused;
	bool synced;
};

static int complain(const char *what)
{
	fprintf(stderr, "nlsend: %s\n", what);
	return -1;
}

static const struct nlattr *find(const uint8_t *p, size_t len, unsigned int type)
{
	const struct nlattr *nla;
	size_t size;

	while (len >= HEADER) {
		nla = (const void *)p;
		size = nla->nla_len;
		if (size < HEADER || size > len)
			return NULL;
		if ((nla->nla_type & NLA_TYPE_MASK) == type)
			return nla;
		size = (size + 3) & ~(size_t)3;
		if (size > len)
			return NULL;
		p += size;
		len -= size;
	}
	return NULL;
}

static bool find_u32(const uint8_t *p, size_t len, unsigned int type,
		     uint32_t *value)
{
	const struct nlattr *nla = find(p, len, type);

	if (!nla || nla->nla_len != HEADER + sizeof(*value))
		return false;
	memcpy(value, (const uint8_t *)nla + HEADER, sizeof(*value));
	return true;
}

static void learn_family(struct sender *s, const struct nlmsghdr *nlh)
{
	size_t head = NLMSG_HDRLEN + GENL_HDRLEN;
	const struct nlattr *nla;

	if (nlh->nlmsg_len < head)
		return;
	nla = find((const uint8_t *)nlh + head, nlh->nlmsg_len - head,
		   CTRL_ATTR_FAMILY_ID);
	if (nla && nla->nla_len == HEADER + sizeof(s->g.family))
		memcpy(&s->g.family, (const uint8_t *)nla + HEADER,
		       sizeof(s->g.family));
}

/* Numbers that messages may mean later on. */
static void learn(struct sender *s, const struct nlmsghdr *nlh)
{
	const uint8_t *p = (const uint8_t *)nlh + NLMSG_HDRLEN + GENL_HDRLEN;
	size_t len = nlh->nlmsg_len;
	const struct nlattr *rule;
	uint32_t id;

	if (nlh->nlmsg_type == GENL_ID_CTRL && !s->g.family)
		learn_family(s, nlh);
	if (nlh->nlmsg_type != s->g.family || len < NLMSG_HDRLEN + GENL_HDRLEN)
		return;
	len -= NLMSG_HDRLEN + GENL_HDRLEN;
	find_u32(p, len, MCR_A_GENERATION, &s->generation);
	if (find_u32(p, len, MCR_A_TXN, &id))
		s->g.txn = id;
	rule = find(p, len, MCR_A_RULE);
	if (rule && find_u32((const uint8_t *)rule + HEADER,
			     rule->nla_len - HEADER, MCR_RULE_A_ID,
			     &id) && !nlgen_below(&s->g, 4))
		s->g.id = id;
}

static void read_message(struct sender *s, const struct nlmsghdr *nlh)
{
	int error;

	learn(s, nlh);
	if (nlh->nlmsg_type != NLMSG_ERROR && nlh->nlmsg_type != NLMSG_DONE)
		return;
	if (nlh->nlmsg_len < NLMSG_HDRLEN + sizeof(error))
		return;
	memcpy(&error, (const uint8_t *)nlh + NLMSG_HDRLEN, sizeof(error));
	if (error)
		s->refused++;
	else
		s->accepted++;
	if (nlh->nlmsg_seq == SYNC)
		s->synced = true;
}

static void read_datagram(struct sender *s, size_t len)
{
	const struct nlmsghdr *nlh;
	size_t at = 0;

	while (len - at >= NLMSG_HDRLEN) {
		nlh = (const void *)(s->buf + at);
		if (nlh->nlmsg_len < NLMSG_HDRLEN || nlh->nlmsg_len > len - at)
			return;
		read_message(s, nlh);
		at += (nlh->nlmsg_len + 3U) & ~3U;
		if (at > len)
			return;
	}
}

/* What waits to be read, until nothing comes for so long. -1: it is gone. */
static int drain(struct sender *s, int wait_ms)
{
	struct pollfd p = { .fd = s->t.fd, .events = POLLIN };
	ssize_t n;

	while (poll(&p, 1, wait_ms) > 0) {
		n = recv(s->t.fd, s->buf, BUFFER, MSG_DONTWAIT);
		if (n > 0)
			read_datagram(s, (size_t)n);
		else if (!n || (errno != ENOBUFS && errno != EAGAIN))
			return -1;
		if (s->synced)
			return 0;
	}
	return 0;
}

static int send_raw(struct sender *s, const void *data, size_t len)
{
	ssize_t n;

	do {
		n = send(s->t.fd, data, len, MSG_NOSIGNAL);
	} while (n < 0 && errno == EINTR);
	return n < 0 && (errno == EPIPE || errno == ECONNRESET) ? -1 : 0;
}

/* Ask something, and wait for the answer to that. */
static int ask(struct sender *s, uint16_t type, uint8_t cmd, const void *attrs,
	       size_t len)
{
	struct {
		struct nlmsghdr nlh;
		struct genlmsghdr genl;
		uint8_t attrs[64];
	} m = {
		.nlh = {
			.nlmsg_len = (uint32_t)(NLMSG_HDRLEN + GENL_HDRLEN + len),
			.nlmsg_type = type,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
			.nlmsg_seq = SYNC,
		},
		.genl = { .cmd = cmd, .version = 1 },
	};

	if (len)
		memcpy(m.attrs, attrs, len);
	s->synced = false;
	if (send_raw(s, &m, m.nlh.nlmsg_len) || drain(s, PATIENCE_MS))
		return -1;
	return s->synced ? 0 : complain("the server does not answer any more");
}

/* Which number has the family? learn() finds it in the answer. */
static int resolve(struct sender *s)
{
	struct {
		struct nlattr nla;
		char name[8];
	} a = {
		.nla = {
			.nla_len = HEADER + sizeof(MCR_GENL_NAME),
			.nla_type = CTRL_ATTR_FAMILY_NAME,
		},
		.name = MCR_GENL_NAME,
	};

	s->g.family = 0;
	if (ask(s, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, &a, sizeof(a)))
		return -1;
	return s->g.family ? 0 : complain("nobody serves the family here");
}

/*
 * As a hostile one would: mcr_relay_connect() sees first whether the daemon is to
 * be believed.
 */
static int connect_relay(struct sender *s)
{
	const char *dir = getenv("MCR_RUN_DIR");
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int any = socket(AF_INET, SOCK_DGRAM, 0);
	uint64_t cookie = 0;
	socklen_t len = sizeof(cookie);

	getsockopt(any, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &len);
	close(any);
	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s/%llu.sock",
		 dir ? dir : MCR_RELAY_DIR, (unsigned long long)cookie);
	s->t.fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	return connect(s->t.fd, (const void *)&addr, sizeof(addr));
}

static int open_server(struct sender *s)
{
	struct mcr_error err = { 0 };

	mcr_transport_close(&s->t);
	if (s->relay && connect_relay(s))
		return complain("nobody serves here");
	if (!s->relay && mcr_transport_kernel(&s->t, &err))
		return complain(err.text);
	return resolve(s);
}

/* A server may hang up on who sends what cannot be a message. */
static int again(struct sender *s)
{
	s->closed++;
	return open_server(s);
}

static int sync_up(struct sender *s)
{
	if (ask(s, s->g.family, MCR_CMD_STATUS_GET, NULL, 0))
		return again(s);
	return 0;
}

static int send_all(struct sender *s, unsigned long count)
{
	for (s->sent = 0; s->sent < count; s->sent++) {
		nlgen_make(&s->g);
		s->synced = false;
		if ((send_raw(s, s->g.buf, s->g.len) || drain(s, 0)) &&
		    again(s))
			return -1;
		if (s->sent % AT_ONCE == AT_ONCE - 1 && sync_up(s))
			return -1;
	}
	return sync_up(s);
}

static int become_nobody(void)
{
	if (setgroups(0, NULL) || setgid(NOBODY) || setuid(NOBODY))
		return complain("only root can become nobody");
	return 0;
}

/* @powerless: nothing is to change */
static int run(struct sender *s, unsigned long count, bool powerless)
{
	uint32_t before;

	if (open_server(s) || sync_up(s))
		return -1;
	before = s->generation;
	if (send_all(s, count))
		return -1;
	printf("nlsend: %lu datagrams sent, %lu answers without an error, ",
	       s->sent, s->accepted);
	printf("%lu with one, %lu times hung up\n", s->refused, s->closed);
	if (powerless && s->generation != before)
		return complain("one who may not has changed the rules");
	/* All that would be nothing if each message were refused. */
	if (!s->refused || s->accepted < s->sent / AT_ONCE)
		return complain("the messages were not heard");
	return 0;
}

int main(int argc, char **argv)
{
	struct sender *s = calloc(1, sizeof(*s));
	bool nobody = argc == 5 && !strcmp(argv[4], "nobody");
	bool foreign = argc == 5 && !strcmp(argv[4], "foreign");
	int ret;

	if (!s || argc < 4 || (argc > 4 && !nobody && !foreign) ||
	    (strcmp(argv[1], "kernel") != 0 && strcmp(argv[1], "relay") != 0)) {
		free(s);
		fputs("usage: nlsend kernel|relay COUNT SEED [nobody | foreign]\n",
		      stderr);
		return 2;
	}
	s->t.fd = -1;
	s->relay = argv[1][0] == 'r';
	s->g.state = 1 + strtoul(argv[3], NULL, 0);
	s->g.id = 1;
	s->buf = malloc(BUFFER);
	ret = !s->buf || (nobody && become_nobody()) ||
	      run(s, strtoul(argv[2], NULL, 0), nobody || foreign);
	mcr_transport_close(&s->t);
	free(s->buf);
	free(s);
	return ret;
}
