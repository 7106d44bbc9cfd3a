// SPDX-License-Identifier: GPL-2.0
/*
 * The protocol's server; see server.h.
 */
#include "server.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "peer.h"

static unsigned int peers_of(const struct mcrd_server *s, uid_t uid)
{
	unsigned int i, n = 0;

	for (i = 0; i < MCRD_PEERS_MAX; i++)
		n += s->peers[i] && s->peers[i]->creds.uid == uid;
	return n;
}

/* Nobody is to keep others out. */
static bool has_room(const struct mcrd_server *s,
		     const struct mcrd_creds *creds)
{
	if (s->n >= MCRD_PEERS_MAX)
		return false;
	if (creds->admin)
		return true;
	return s->n < MCRD_PEERS_MAX - MCRD_PEERS_KEPT &&
	       (!creds->uid ||
		peers_of(s, creds->uid) < MCRD_PEERS_USER_MAX);
}

static struct mcrd_peer *by_portid(const struct mcrd_server *s,
				   uint32_t portid)
{
	unsigned int i;

	for (i = 0; i < MCRD_PEERS_MAX; i++)
		if (s->peers[i] && s->peers[i]->portid == portid)
			return s->peers[i];
	return NULL;
}

/* After four thousand million of them, those that are still there are avoided. */
static uint32_t next_portid(struct mcrd_server *s)
{
	do {
		s->last_portid++;
	} while (!s->last_portid || by_portid(s, s->last_portid));
	return s->last_portid;
}

static void add(struct mcrd_server *s, int fd, bool own, bool repeats)
{
	struct mcrd_creds creds;
	struct mcrd_peer *p;
	unsigned int i;

	if (mcrd_creds_read(fd, &creds))
		goto close;
	creds.own = own;
	if (!has_room(s, &creds)) {
		if (!s->full)
			mcrd_log(s->log, LOG_WARNING,
				 "process %d of uid %u is turned away: there are %u connections",
				 creds.pid, creds.uid, s->n);
		s->full = true;
		goto close;
	}
	p = mcrd_peer_new(s, fd, &creds, next_portid(s));
	if (!p)
		goto close;
	p->repeats = repeats;
	for (i = 0; s->peers[i];)
		i++;
	s->peers[i] = p;
	s->n++;
	s->full = false;
	mcrd_log(s->log, LOG_DEBUG, "process %d of uid %u connected as %u%s",
		 creds.pid, creds.uid, p->portid,
		 creds.admin ? ", it may change rules" : "");
	return;
close:
	close(fd);
}

/**
 * mcrd_server_add_own - a process of the daemon's is a peer
 * @s: the server
 * @fd: the connection, non-blocking; the server's from now on
 *
 * It may change rules, whatever its rights are: it has the other end from us.
 */
void mcrd_server_add_own(struct mcrd_server *s, int fd)
{
	add(s, fd, true, false);
}

/**
 * mcrd_server_add_repeater - a process of the daemon's is a peer, and repeats what the
 *	kernel module has decided
 * @s: the server
 * @fd: the connection, non-blocking; the server's from now on
 */
void mcrd_server_add_repeater(struct mcrd_server *s, int fd)
{
	add(s, fd, true, true);
}

static int spare_new(void)
{
	return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

/* Who waits cannot be told to, and stays: the loop must not see it all the time. */
static void pause_listening(struct mcrd_server *s)
{
	mcrd_retry_failed(&s->retry);
	s->paused = true;
	mcrd_poll_set(s->poll, &s->listener, 0);
}

/* Without a descriptor for it whoever waits would wait for ever: and we with it. */
static void turn_away(struct mcrd_server *s)
{
	int fd;

	if (!s->full)
		mcrd_log(s->log, LOG_ERR,
			 "nobody can connect: there are no descriptors left");
	s->full = true;
	if (s->spare >= 0)
		close(s->spare);
	fd = accept4(s->listener.fd, NULL, NULL, SOCK_CLOEXEC);
	if (fd >= 0)
		close(fd);
	else
		pause_listening(s);
	s->spare = spare_new();
}

static void on_listener(void *arg, uint32_t events)
{
	struct mcrd_server *s = arg;
	int fd;

	(void)events;
	fd = accept4(s->listener.fd, NULL, NULL,
		     SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd >= 0) {
		mcrd_retry_done(&s->retry);
		add(s, fd, false, false);
	} else if (errno == EMFILE || errno == ENFILE) {
		turn_away(s);
	} else if (errno == ENOMEM || errno == ENOBUFS) {
		pause_listening(s);
	}
}

/**
 * mcrd_server_run - let peers connect again, if it is time
 * @s: the server
 */
void mcrd_server_run(struct mcrd_server *s)
{
	if (!s->paused || !mcrd_retry_is_due(&s->retry))
		return;
	if (s->spare < 0)
		s->spare = spare_new();
	s->paused = false;
	if (mcrd_poll_set(s->poll, &s->listener, EPOLLIN))
		pause_listening(s);
}

/**
 * mcrd_server_due_ms - when is mcrd_server_run() to be called?
 * @s: the server
 *
 * Return: milliseconds from now; -1: not by itself.
 */
int mcrd_server_due_ms(const struct mcrd_server *s)
{
	return s->paused ? mcrd_retry_due_ms(&s->retry) : -1;
}

/**
 * mcrd_server_init - prepare to serve
 * @s: filled in; to be given to mcrd_server_exit()
 * @log: the daemon's
 * @poll: the loop's
 *
 * Return: 0 or -ENOMEM.
 */
int mcrd_server_init(struct mcrd_server *s, const struct mcrd_log *log,
		     struct mcrd_poll *poll)
{
	memset(s, 0, sizeof(*s));
	s->log = log;
	s->poll = poll;
	s->listener = (struct mcrd_watch){
		.fd = -1,
		.ready = on_listener,
		.arg = s,
	};
	s->spare = spare_new();
	s->buf = malloc(MCRD_DATAGRAM_MAX + 1);
	return s->buf ? 0 : -ENOMEM;
}

/**
 * mcrd_server_start - let peers connect
 * @s: the server
 * @fd: the socket, listening; stays the caller's
 *
 * Return: 0 or -errno.
 */
int mcrd_server_start(struct mcrd_server *s, int fd)
{
	s->listener.fd = fd;
	return mcrd_poll_add(s->poll, &s->listener, EPOLLIN);
}

/**
 * mcrd_server_exit - serve no more
 * @s: the server
 */
void mcrd_server_exit(struct mcrd_server *s)
{
	unsigned int i;

	for (i = 0; i < MCRD_PEERS_MAX; i++)
		if (s->peers[i])
			mcrd_peer_free(s->peers[i]);
	if (s->listener.fd >= 0)
		mcrd_poll_del(s->poll, &s->listener);
	if (s->spare >= 0)
		close(s->spare);
	free(s->buf);
	s->buf = NULL;
}

/**
 * mcrd_server_unicast - send a peer an answer
 * @s: the server
 * @portid: the peer; it may be gone
 * @data: a datagram
 * @len: its bytes
 */
void mcrd_server_unicast(struct mcrd_server *s, uint32_t portid,
			 const void *data, size_t len)
{
	struct mcrd_peer *p = by_portid(s, portid);

	if (p)
		mcrd_peer_answer(p, data, len);
}

/**
 * mcrd_server_multicast - tell all who listen
 * @s: the server
 * @data: a datagram
 * @len: its bytes
 */
void mcrd_server_multicast(struct mcrd_server *s, const void *data, size_t len)
{
	unsigned int i;

	if (!s->listening)
		return;
	for (i = 0; i < MCRD_PEERS_MAX; i++)
		if (s->peers[i] && s->peers[i]->listening)
			mcrd_peer_notify(s->peers[i], data, len);
}

/**
 * mcrd_server_listening - does anybody listen?
 * @s: the server
 *
 * Return: true if so.
 */
bool mcrd_server_listening(const struct mcrd_server *s)
{
	return s->listening;
}
