// SPDX-License-Identifier: GPL-2.0
/*
 * A peer; see peer.h.
 *
 * A peer is not trusted. It can make the daemon do one message after the other,
 * each when it has taken the answer to the one before; the loop sees to the others
 * in between.
 */
#include "peer.h"

#include <errno.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../kapi/kapi.h"
#include "groups.h"
#include "watch.h"

/* For the sentence, too. */
#define TOO_LONG	\
	"a datagram of messages may have 262144 bytes at most"

/* Messages of one peer before the others have their turn. */
#define MESSAGES_A_TURN	32
#define TURN_MS		2

static bool is_busy(const struct mcrd_peer *p)
{
	return p->rest || !mcrd_outbox_is_empty(&p->out) ||
	       kapi_dump_pending(p->portid);
}

/*
 * What is to be waited for: room to write, or something to read. Level-triggered, a
 * peer was queued again as soon as its event was fetched, ahead of another's hang-up
 * that came meanwhile: what it sent knowing of that was read first. watch_again(), after
 * each turn, finds what is left.
 */
static uint32_t events_of(const struct mcrd_peer *p)
{
	/* What is broken is found soon. */
	if (p->broken || is_busy(p))
		return EPOLLOUT | EPOLLET;
	return EPOLLIN | EPOLLRDHUP | EPOLLET;
}

static void watch_again(struct mcrd_peer *p)
{
	if (mcrd_poll_set(p->server->poll, &p->watch, events_of(p)))
		p->broken = true;
}

/* 0: sent; 1: there is no room. Of a deaf peer all is taken. */
static int try_send(struct mcrd_peer *p, const void *data, size_t len)
{
	if (p->deaf)
		return 0;
	if (send(p->watch.fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
		return 0;
	if (errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM)
		return 1;
	if (errno == EPIPE || errno == ECONNRESET) {
		p->deaf = true;
		return 0;
	}
	mcrd_log(p->server->log, LOG_ERR,
		 "%zu bytes cannot be sent to process %d: %s", len,
		 p->creds.pid, strerror(errno));
	p->broken = true;
	return 0;
}

static void flush(struct mcrd_peer *p)
{
	const struct mcrd_dgram *d;

	while ((d = mcrd_outbox_next(&p->out))) {
		if (try_send(p, d->data, d->len))
			return;
		mcrd_outbox_pop(&p->out);
	}
}

/**
 * mcrd_peer_answer - send a peer what it has asked for
 * @p: the peer
 * @data: a datagram
 * @len: its bytes
 */
void mcrd_peer_answer(struct mcrd_peer *p, const void *data, size_t len)
{
	if (mcrd_outbox_is_empty(&p->out) && !try_send(p, data, len))
		return;
	/* Without its answer it would wait for ever. */
	if (mcrd_outbox_put(&p->out, data, len))
		p->broken = true;
	watch_again(p);
}

/**
 * mcrd_peer_notify - tell a peer of a change
 * @p: the peer
 * @data: a datagram
 * @len: its bytes
 */
void mcrd_peer_notify(struct mcrd_peer *p, const void *data, size_t len)
{
	/* Room for what waits already is waited for already. */
	if (!mcrd_outbox_is_empty(&p->out)) {
		mcrd_outbox_notify(&p->out, data, len);
		return;
	}
	if (try_send(p, data, len))
		mcrd_outbox_notify(&p->out, data, len);
	else if (!p->broken)
		return;
	watch_again(p);
}

static void refuse(struct mcrd_peer *p, const struct nlmsghdr *nlh, int error,
		   const char *text)
{
	unsigned char ack[MCRD_ACK_BYTES];

	mcrd_peer_answer(p, ack, mcrd_ack_build(ack, nlh, error, text));
}

static void change_group(struct mcrd_peer *p, const struct nlmsghdr *nlh,
			 const struct mcrd_group_request *req)
{
	if (!req->error && req->join != p->listening) {
		p->listening = req->join;
		if (req->join)
			p->server->listening++;
		else
			p->server->listening--;
	}
	if (req->error || (nlh->nlmsg_flags & NLM_F_ACK))
		refuse(p, nlh, req->error, req->text);
}

static void carry_out(struct mcrd_peer *p, const unsigned char *data,
		      size_t len)
{
	const struct kapi_peer peer = {
		.portid = p->portid,
		.admin = p->admin,
		.repeats = p->repeats,
		.refusal = p->repeats ? NULL : p->server->refusal,
	};
	struct mcrd_group_request req;

	if (mcrd_group_request((const void *)data, &req))
		change_group(p, (const void *)data, &req);
	else
		kapi_receive(&peer, data, len);
}

/*
 * The next message of a datagram. What is no message ends it, as it does with
 * netlink: what is left is not looked at.
 */
static void next_message(struct mcrd_peer *p)
{
	const unsigned char *at = p->rest + p->rest_at;
	size_t left = p->rest_len - p->rest_at, step;
	struct nlmsghdr nlh;

	if (left < sizeof(nlh))
		goto done;
	memcpy(&nlh, at, sizeof(nlh));
	if (nlh.nlmsg_len < sizeof(nlh) || nlh.nlmsg_len > left)
		goto done;
	step = NLMSG_ALIGN((size_t)nlh.nlmsg_len);
	p->rest_at += step < left ? step : left;
	carry_out(p, at, nlh.nlmsg_len);
	if (p->rest_at < p->rest_len)
		return;
done:
	free(p->rest);
	p->rest = NULL;
}

/* Go on with what was begun, as far as the peer lets us, and others may wait. */
static void go_on(struct mcrd_peer *p)
{
	int64_t end = mcrd_now_ms() + TURN_MS;
	unsigned int turn = MESSAGES_A_TURN;

	flush(p);
	while (!p->broken && mcrd_outbox_is_empty(&p->out) && turn--) {
		if (kapi_dump_pending(p->portid)) {
			/* Nobody would read it. */
			if (p->deaf) {
				p->broken = true;
				return;
			}
			kapi_dump_step(p->portid);
			/* The others' turn. */
			return;
		}
		if (!p->rest)
			return;
		next_message(p);
		/* A message may be a walk over all rules. */
		if (mcrd_now_ms() >= end)
			return;
	}
}

static void take(struct mcrd_peer *p, const unsigned char *data, size_t len)
{
	struct nlmsghdr nlh;

	if (len < sizeof(nlh))
		return;
	if (len > MCRD_DATAGRAM_MAX) {
		memcpy(&nlh, data, sizeof(nlh));
		refuse(p, &nlh, -EMSGSIZE, TOO_LONG);
		return;
	}
	p->rest = malloc(len);
	if (!p->rest) {
		p->broken = true;
		return;
	}
	if (p->server->before)
		p->server->before(p->server->arg);
	memcpy(p->rest, data, len);
	p->rest_len = len;
	p->rest_at = 0;
	go_on(p);
}

/* Descriptors that it sends find no room, and are closed. */
static ssize_t receive(struct mcrd_peer *p)
{
	union {
		char buf[CMSG_SPACE(sizeof(struct ucred))];
		struct cmsghdr align;
	} control;
	struct iovec iov = {
		.iov_base = p->server->buf,
		.iov_len = MCRD_DATAGRAM_MAX + 1,
	};
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.buf,
		.msg_controllen = sizeof(control.buf),
	};
	const struct cmsghdr *cmsg;
	struct ucred sender;
	ssize_t n;

	/* With MSG_TRUNC it says how long a longer one is. */
	n = recvmsg(p->watch.fd, &msg, MSG_DONTWAIT | MSG_TRUNC);
	cmsg = n > 0 ? CMSG_FIRSTHDR(&msg) : NULL;
	if (cmsg && cmsg->cmsg_level == SOL_SOCKET &&
	    cmsg->cmsg_type == SCM_CREDENTIALS &&
	    cmsg->cmsg_len == CMSG_LEN(sizeof(sender)))
		memcpy(&sender, CMSG_DATA(cmsg), sizeof(sender));
	else
		cmsg = NULL;
	p->admin = n > 0 && mcrd_creds_allow(p->watch.fd, &p->creds,
					     cmsg ? &sender : NULL);
	return n;
}

static void read_one(struct mcrd_peer *p, uint32_t events)
{
	ssize_t n = receive(p);

	if (n > 0)
		take(p, p->server->buf, (size_t)n);
	else if (n < 0)
		p->broken = errno != EAGAIN && errno != EINTR;
	else
		/* Nothing may be a message, too, if it is not the end. */
		p->broken = events & (EPOLLHUP | EPOLLRDHUP);
}

static void on_peer(void *arg, uint32_t events)
{
	struct mcrd_peer *p = arg;

	if (p->broken) {
		mcrd_peer_free(p);
		return;
	}
	if (is_busy(p)) {
		/* Who closes has no room to be waited for. */
		if (events & (EPOLLHUP | EPOLLERR))
			p->deaf = true;
		go_on(p);
	} else {
		read_one(p, events);
	}
	if (!p->broken)
		watch_again(p);
	if (p->broken)
		mcrd_peer_free(p);
}

/**
 * mcrd_peer_new - somebody has connected
 * @s: the server
 * @fd: the connection; the peer's, on success
 * @creds: who it is
 * @portid: its number
 *
 * Return: the peer; NULL without memory.
 */
struct mcrd_peer *mcrd_peer_new(struct mcrd_server *s, int fd,
				const struct mcrd_creds *creds,
				uint32_t portid)
{
	struct mcrd_peer *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->server = s;
	p->watch = (struct mcrd_watch){ .fd = fd, .ready = on_peer, .arg = p };
	p->creds = *creds;
	p->portid = portid;
	if (!mcrd_poll_add(s->poll, &p->watch, events_of(p)))
		return p;
	free(p);
	return NULL;
}

/**
 * mcrd_peer_free - a peer is gone, or is to be
 * @p: the peer
 */
void mcrd_peer_free(struct mcrd_peer *p)
{
	struct mcrd_server *s = p->server;
	unsigned int i;

	for (i = 0; i < MCRD_PEERS_MAX; i++)
		if (s->peers[i] == p)
			s->peers[i] = NULL;
	s->n--;
	if (p->listening)
		s->listening--;
	kapi_peer_gone(p->portid);
	mcrd_poll_del(s->poll, &p->watch);
	close(p->watch.fd);
	mcrd_outbox_free(&p->out);
	free(p->rest);
	free(p);
}
