// SPDX-License-Identifier: GPL-2.0
/*
 * Talking with workers; see talk.h.
 */
#include "talk.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What workers say is short. */
#define SAID_MAX	4096

/* Reads of a worker's stream before others are looked after: what a socket holds. */
#define LISTEN_TURNS	16

/* Told, but not taken yet: more than this has to wait. */
#define OUT_MAX		1048576U

/* A worker that does nothing for so long is taken for dead. */
#define PATIENCE_MS	2000
#define STEP_MS		50
/* To put rules in force takes a worker some time, too: 20 us for each frame. */
#define FRAMES_PER_MS	50

/* Of its log, at once. */
#define LOG_BYTES	4096

static const char *loop_name(uint32_t loop)
{
	static const char *const names[] = {
		[MCRD_LOOP_URING] = "io_uring",
		[MCRD_LOOP_MMSG] = "recvmmsg and sendmmsg",
		[MCRD_LOOP_SQPOLL] = "io_uring with SQPOLL",
	};

	return loop < sizeof(names) / sizeof(names[0]) && names[loop] ?
	       names[loop] : "?";
}

static bool on_hello(struct mcrd_child *w, const void *data, size_t len)
{
	struct mcrd_hello hello;
	const char *why = "";

	if (len != sizeof(hello) || w->state != MCRD_CHILD_STARTING)
		return false;
	memcpy(&hello, data, sizeof(hello));
	hello.why[sizeof(hello.why) - 1] = '\0';
	mcrd_line_tame(hello.why);
	if (*hello.why)
		why = ": ";
	mcrd_log(w->all->log, *hello.why ? LOG_NOTICE : LOG_INFO,
		 "worker %u (process %d) is ready, with %s%s%s", w->number,
		 w->pid, loop_name(hello.loop), why, hello.why);
	w->hello = hello;
	w->state = MCRD_CHILD_READY;
	w->all->ready = true;
	return true;
}

static bool on_done(struct mcrd_child *w, const void *data, size_t len)
{
	struct mcrd_sync sync;

	if (len != sizeof(sync))
		return false;
	memcpy(&sync, data, sizeof(sync));
	if (sync.cookie > w->all->cookie)
		return false;
	w->done = sync.cookie;
	return true;
}

static bool on_first_drop(struct mcrd_child *w, const void *data, size_t len)
{
	struct mcrd_first_drop drop;

	if (len != sizeof(drop))
		return false;
	memcpy(&drop, data, sizeof(drop));
	w->all->first_drop(&drop, w->all->arg);
	return true;
}

static bool on_frame(struct mcrd_child *w, const struct mcrd_head *head,
		     const void *data)
{
	size_t len = head->len - sizeof(*head);

	if (head->fds)
		return false;
	switch (head->type) {
	case MCRD_HELLO:
		return on_hello(w, data, len);
	case MCRD_DONE:
		return on_done(w, data, len);
	case MCRD_FIRST_DROP:
		return on_first_drop(w, data, len);
	default:
		return false;
	}
}

/**
 * mcrd_child_listen - take what a worker says
 * @w: the worker
 *
 * Return: 0; -EBADMSG if it talks nonsense; another -errno if its end is closed.
 */
int mcrd_child_listen(struct mcrd_child *w)
{
	unsigned int turns = LISTEN_TURNS;
	struct mcrd_head head;
	const void *data;
	int got, ret;

	do {
		got = mcrd_inq_read(&w->in, w->stream.fd);
		do {
			ret = mcrd_inq_next(&w->in, SAID_MAX, &head, &data);
		} while (ret == 1 && on_frame(w, &head, data));
		/* A frame that was not taken, or none. */
		if (ret)
			return -EBADMSG;
	} while (got == 1 && --turns);
	/* The rest waits: whoever talks without end is not listened to so. */
	if (got == 1 || got == -EAGAIN)
		return 0;
	return got ? got : -EPIPE;
}

static void hear(struct mcrd_child *w)
{
	int ret = mcrd_child_listen(w);

	if (ret)
		mcrd_child_fail(w, ret == -EBADMSG ? "talks nonsense" : NULL);
}

static void on_stream(void *arg, uint32_t events)
{
	(void)events;
	hear(arg);
}

static void on_line(void *arg, char *text)
{
	const struct mcrd_child *w = arg;
	int level = LOG_WARNING;

	if (mcrd_line_json(text, &level)) {
		mcrd_line_tame(text);
		mcrd_log_text(w->all->log, level, text);
		return;
	}
	mcrd_line_tame(text);
	mcrd_log(w->all->log, level, "worker %u: %s", w->number, text);
}

/**
 * mcrd_child_read_log - pass on some of what a worker logs
 * @w: the worker
 */
void mcrd_child_read_log(struct mcrd_child *w)
{
	char buf[LOG_BYTES];
	ssize_t n;

	n = read(w->log.fd, buf, sizeof(buf));
	if (n > 0)
		mcrd_lines_add(&w->lines, buf, (size_t)n);
}

static void on_log(void *arg, uint32_t events)
{
	(void)events;
	mcrd_child_read_log(arg);
}

/**
 * mcrd_child_init - prepare to talk with a worker
 * @w: the worker
 */
void mcrd_child_init(struct mcrd_child *w)
{
	w->stream.ready = on_stream;
	w->stream.arg = w;
	w->log.ready = on_log;
	w->log.arg = w;
	w->lines.line = on_line;
	w->lines.arg = w;
}

/**
 * mcrd_child_tell - queue a frame for a worker
 * @w: the worker; if there is no process nothing is done
 * @type: of the frame
 * @data: what is behind its head
 * @len: bytes of it
 * @fd: descriptors that go with it; open until mcrd_workers_sync() is over
 * @n_fd: how many
 */
void mcrd_child_tell(struct mcrd_child *w, enum mcrd_frame_type type,
		     const void *data, size_t len, const int *fd,
		     unsigned int n_fd)
{
	if (w->state == MCRD_CHILD_GONE)
		return;
	w->all->told++;
	if (mcrd_outq_put(&w->out, type, data, len, fd, n_fd))
		mcrd_child_fail(w, "cannot be told: there is no memory");
}

/**
 * mcrd_workers_tell - queue a frame for workers
 * @ws: the workers
 * @only: for this one; NULL: for all that know the rest
 * @type: of the frame
 * @data: what is behind its head
 * @len: bytes of it
 *
 * If too much is queued it is sent first.
 */
void mcrd_workers_tell(struct mcrd_workers *ws, struct mcrd_child *only,
		       enum mcrd_frame_type type, const void *data, size_t len)
{
	unsigned int i;

	for (i = 0; i < ws->n; i++)
		if (only ? &ws->worker[i] == only :
			   ws->worker[i].state == MCRD_CHILD_FED)
			mcrd_child_tell(&ws->worker[i], type, data, len, NULL,
					0);
	mcrd_workers_push(ws);
}

static void talk_on(struct mcrd_child *w)
{
	if (mcrd_outq_send(&w->out, w->stream.fd) < 0)
		mcrd_child_fail(w, NULL);
}

/**
 * mcrd_workers_serve - wait for workers alone, and talk with them
 * @ws: the workers
 * @timeout_ms: how long at most
 *
 * What they say is read while they are told, so that both sides go on.
 */
void mcrd_workers_serve(struct mcrd_workers *ws, int timeout_ms)
{
	struct pollfd *p = ws->polled;
	unsigned int i;

	for (i = 0; i < ws->n; i++) {
		const struct mcrd_child *w = &ws->worker[i];

		p[i].fd = w->state == MCRD_CHILD_GONE ? -1 : w->stream.fd;
		p[i].events = POLLIN;
		if (mcrd_outq_left(&w->out))
			p[i].events |= POLLOUT;
		p[i].revents = 0;
	}
	if (poll(p, ws->n, timeout_ms) <= 0)
		return;
	for (i = 0; i < ws->n; i++) {
		if (p[i].revents & POLLOUT)
			talk_on(&ws->worker[i]);
		if ((p[i].revents & (POLLIN | POLLHUP | POLLERR)) &&
		    ws->worker[i].state != MCRD_CHILD_GONE)
			hear(&ws->worker[i]);
	}
}

static bool any_above(const struct mcrd_workers *ws, size_t bytes)
{
	unsigned int i;

	for (i = 0; i < ws->n; i++)
		if (mcrd_outq_left(&ws->worker[i].out) > bytes)
			return true;
	return false;
}

static void fail_stuck(struct mcrd_workers *ws, int64_t now)
{
	unsigned int i;

	for (i = 0; i < ws->n; i++) {
		struct mcrd_child *w = &ws->worker[i];

		if (w->out.sent != w->seen || !mcrd_outq_left(&w->out)) {
			w->seen = w->out.sent;
			w->moved = now;
		} else if (now - w->moved > PATIENCE_MS) {
			mcrd_child_fail(w, "does not take what it is told");
		}
	}
}

/**
 * mcrd_workers_push - do not let too much be queued
 * @ws: the workers
 */
void mcrd_workers_push(struct mcrd_workers *ws)
{
	unsigned int i;

	if (!any_above(ws, OUT_MAX))
		return;
	for (i = 0; i < ws->n; i++)
		ws->worker[i].moved = mcrd_now_ms();
	while (any_above(ws, OUT_MAX / 4)) {
		mcrd_workers_serve(ws, PATIENCE_MS);
		fail_stuck(ws, mcrd_now_ms());
	}
}

static bool is_awaited(const struct mcrd_child *w,
		       const struct mcrd_child *only)
{
	if (w->state == MCRD_CHILD_GONE || w->done == w->all->cookie)
		return false;
	return only ? w == only : w->state == MCRD_CHILD_FED;
}

/*
 * Wait for answers; false if some are missing after @left milliseconds. What a step
 * takes longer than it should does not count: when the whole machine has stood
 * still, workers have had no more time to answer than this process to look.
 */
static bool await(struct mcrd_workers *ws, const struct mcrd_child *only,
		  int64_t left)
{
	int64_t last = mcrd_now_ms(), now;
	unsigned int i;

	for (;; last = now) {
		for (i = 0; i < ws->n; i++)
			if (is_awaited(&ws->worker[i], only))
				break;
		if (i == ws->n)
			return true;
		if (left <= 0)
			return false;
		mcrd_workers_serve(ws, STEP_MS);
		now = mcrd_now_ms();
		left -= now - last < STEP_MS ? now - last : STEP_MS;
	}
}

/**
 * mcrd_workers_sync - have put in force what was told, and wait until it is
 * @ws: the workers
 * @only: this one, which was told all there is, and knows it then; NULL: all that
 *	know the rest
 *
 * When this returns none of them uses what it was told to use no more.
 */
void mcrd_workers_sync(struct mcrd_workers *ws, struct mcrd_child *only)
{
	struct mcrd_sync sync = { .cookie = ++ws->cookie };
	unsigned int i;

	mcrd_workers_tell(ws, only, MCRD_SYNC, &sync, sizeof(sync));
	if (!await(ws, only, PATIENCE_MS + (int64_t)(ws->told / FRAMES_PER_MS)))
		for (i = 0; i < ws->n; i++)
			if (is_awaited(&ws->worker[i], only))
				mcrd_child_fail(&ws->worker[i],
						"does not answer");
	ws->told = 0;
	if (only && only->state == MCRD_CHILD_READY)
		only->state = MCRD_CHILD_FED;
}
