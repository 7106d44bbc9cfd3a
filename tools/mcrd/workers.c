// SPDX-License-Identifier: GPL-2.0
/*
 * The workers' processes; see workers.h.
 *
 * A worker may fail in any way: it may die, hang, or say what makes no sense. It
 * is ended then, and another one takes its place, which is told all there is.
 */
#include "workers.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "talk.h"

/* To begin again: at once, unless it does not last. Forwarding is to resume. */
#define DELAY_FIRST_MS	20
#define DELAY_MAX_MS	500
#define LASTS_MS	5000

#define HELLO_MS	5000
/* In all, a second is what ending may take. */
#define STOP_MS		700
#define BURY_MS		1000

static int open_log(struct mcrd_child *w)
{
	int end[2];

	/* The worker must not wait either: this goes for both ends. */
	if (pipe2(end, O_CLOEXEC | O_NONBLOCK))
		return -errno;
	w->log.fd = end[0];
	w->log_end = end[1];
	return mcrd_poll_add(w->all->poll, &w->log, EPOLLIN);
}

/**
 * mcrd_workers_init - prepare for workers
 * @ws: what they have in common; the rest is filled in
 *
 * Return: 0, or -errno; to be given to mcrd_workers_exit() either way.
 */
int mcrd_workers_init(struct mcrd_workers *ws)
{
	unsigned int i;
	int ret;

	ws->worker = calloc(ws->n, sizeof(*ws->worker));
	ws->polled = calloc(ws->n, sizeof(*ws->polled));
	if (!ws->worker || !ws->polled)
		return -ENOMEM;
	for (i = 0; i < ws->n; i++) {
		struct mcrd_child *w = &ws->worker[i];

		w->all = ws;
		w->number = i;
		w->log.fd = -1;
		w->log_end = -1;
		w->stream.fd = -1;
		mcrd_child_init(w);
	}
	for (i = 0; i < ws->n; i++) {
		ret = open_log(&ws->worker[i]);
		if (ret)
			return ret;
	}
	return 0;
}

static void greet(struct mcrd_child *w)
{
	struct mcrd_workers *ws = w->all;
	struct mcrd_config config = ws->config;
	const int fd[] = { ws->arena->fd, w->log_end };

	config.worker = w->number;
	config.workers = ws->n;
	mcrd_child_tell(w, MCRD_CONFIG, &config, sizeof(config), fd, 2);
	/* Nothing was sent to it yet: there is room. */
	mcrd_outq_send(&w->out, w->stream.fd);
}

static int spawn(struct mcrd_child *w)
{
	static const char *const argv[] = { MCRD_WORKER_NAME, NULL };
	const struct mcrd_workers *ws = w->all;
	int end[2], ret;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, end))
		return -errno;
	w->stream.fd = end[0];
	ret = mcrd_poll_add(ws->poll, &w->stream, EPOLLIN);
	if (ret)
		goto err;
	pid = mcrd_spawn(&ws->user, argv, end[1], w->log_end);
	close(end[1]);
	if (pid > 0) {
		w->pid = pid;
		return 0;
	}
	ret = pid;
	mcrd_poll_del(ws->poll, &w->stream);
	close(end[0]);
	w->stream.fd = -1;
	return ret;
err:
	close(end[0]);
	close(end[1]);
	w->stream.fd = -1;
	return ret;
}

static void put_off(struct mcrd_child *w)
{
	int64_t now = mcrd_now_ms();

	if (now - w->born >= LASTS_MS)
		w->delay = 0;
	else if (!w->delay)
		w->delay = DELAY_FIRST_MS;
	else if (w->delay < DELAY_MAX_MS / 2)
		w->delay *= 2;
	else
		w->delay = DELAY_MAX_MS;
	w->due = now + w->delay;
}

static void begin(struct mcrd_child *w)
{
	int ret;

	w->born = mcrd_now_ms();
	w->done = w->all->cookie;
	w->quiet = false;
	ret = spawn(w);
	if (ret) {
		mcrd_log(w->all->log, LOG_ERR,
			 "worker %u cannot be started: %s", w->number,
			 strerror(-ret));
		put_off(w);
		return;
	}
	w->starts++;
	w->state = MCRD_CHILD_STARTING;
	greet(w);
}

/**
 * mcrd_workers_start - start those that are due, and end those that hang
 * @ws: the workers
 */
void mcrd_workers_start(struct mcrd_workers *ws)
{
	int64_t now = mcrd_now_ms();
	unsigned int i;

	for (i = 0; i < ws->n; i++) {
		struct mcrd_child *w = &ws->worker[i];

		if (w->state == MCRD_CHILD_STARTING &&
		    now - w->born >= HELLO_MS)
			mcrd_child_fail(w, "has not become ready");
		if (w->state == MCRD_CHILD_GONE && !ws->stopping && !ws->no_loop &&
		    w->n_left < MCRD_LEFT_MAX && now >= w->due)
			begin(w);
	}
}

/**
 * mcrd_workers_due_ms - when is mcrd_workers_start() to be called?
 * @ws: the workers
 *
 * Return: milliseconds from now; -1: not by itself.
 */
int mcrd_workers_due_ms(const struct mcrd_workers *ws)
{
	int64_t now = mcrd_now_ms(), due = -1;
	unsigned int i;

	for (i = 0; i < ws->n; i++) {
		const struct mcrd_child *w = &ws->worker[i];
		int64_t left;

		if (w->n_left == MCRD_LEFT_MAX)
			continue;
		if (w->state == MCRD_CHILD_GONE)
			left = w->due - now;
		else if (w->state == MCRD_CHILD_STARTING)
			left = w->born + HELLO_MS - now;
		else
			continue;
		if (left < 0)
			left = 0;
		if (due < 0 || left < due)
			due = left;
	}
	return (int)due;
}

static void say_how(const struct mcrd_child *w, int status)
{
	const struct mcrd_log *log = w->all->log;
	const char *then = w->all->stopping || w->all->no_loop ? "" :
			   ", another one is started";

	if (WIFSIGNALED(status))
		mcrd_log(log, LOG_WARNING,
			 "worker %u (process %d) was ended by signal %d, %s%s",
			 w->number, w->pid, WTERMSIG(status),
			 strsignal(WTERMSIG(status)), then);
	else
		mcrd_log(log, w->all->stopping && !WEXITSTATUS(status) ?
			 LOG_DEBUG : LOG_WARNING,
			 "worker %u (process %d) has ended with status %d%s",
			 w->number, w->pid, WEXITSTATUS(status), then);
}

static void forget(struct mcrd_child *w)
{
	mcrd_poll_del(w->all->poll, &w->stream);
	close(w->stream.fd);
	w->stream.fd = -1;
	mcrd_outq_free(&w->out);
	mcrd_inq_free(&w->in);
	w->state = MCRD_CHILD_GONE;
	w->pid = 0;
	memset(&w->hello, 0, sizeof(w->hello));
	put_off(w);
}

/* One alone may have had no memory for it. */
static void note_no_loop(struct mcrd_child *w)
{
	struct mcrd_workers *ws = w->all;
	unsigned int i;

	w->no_loop = true;
	if (ws->config.loop == MCRD_LOOP_AUTO || ws->ready)
		return;
	for (i = 0; i < ws->n; i++)
		if (!ws->worker[i].no_loop)
			return;
	ws->no_loop = true;
}

/* True if the process has ended, and is no more. */
static bool collect(struct mcrd_child *w)
{
	int status;

	if (waitpid(w->pid, &status, WNOHANG) != w->pid)
		return false;
	mcrd_child_listen(w);
	mcrd_child_read_log(w);
	mcrd_lines_end(&w->lines);
	if (WIFEXITED(status) && WEXITSTATUS(status) == MCRD_EXIT_NO_LOOP)
		note_no_loop(w);
	if (!w->quiet)
		say_how(w, status);
	return true;
}

/*
 * The kernel does not let go of it, as it may not of one that waits for a disk or
 * for a driver. It does nothing any more; its number is kept until it has ended. One
 * after the other could be held like that: there are not to be ever more of them.
 */
static void leave(struct mcrd_child *w)
{
	w->left[w->n_left++] = w->pid;
	mcrd_log(w->all->log, LOG_ERR,
		 "worker %u (process %d) does not end, though it was killed: %u of its processes are left%s",
		 w->number, w->pid, w->n_left,
		 w->n_left < MCRD_LEFT_MAX ? "" :
		 ", and no other one is started before one of them has ended");
}

static void collect_left(struct mcrd_child *w)
{
	unsigned int i = 0;

	while (i < w->n_left) {
		pid_t pid = w->left[i];

		if (waitpid(pid, NULL, WNOHANG) != pid) {
			i++;
			continue;
		}
		w->left[i] = w->left[--w->n_left];
		mcrd_log(w->all->log, LOG_NOTICE,
			 "process %d, which was worker %u, has ended now: %u of its processes are left",
			 pid, w->number, w->n_left);
	}
}

/**
 * mcrd_child_fail - end a worker
 * @w: the worker; it may be dead already
 * @why: what it did; NULL: it ended by itself
 *
 * When this returns it does not touch memory any more. One that does not end though
 * it is killed is waited for a second, and then left to mcrd_workers_reap().
 */
void mcrd_child_fail(struct mcrd_child *w, const char *why)
{
	int64_t end = mcrd_now_ms() + BURY_MS;

	if (w->state == MCRD_CHILD_GONE)
		return;
	if (why) {
		mcrd_log(w->all->log, LOG_ERR,
			 "worker %u (process %d) %s: it is ended%s", w->number,
			 w->pid, why, w->all->stopping ? "" :
					   ", and another one started");
		w->quiet = true;
		kill(w->pid, SIGKILL);
	}
	/* Who closes its stream ends soon, or is made to. */
	while (!collect(w)) {
		if (mcrd_now_ms() >= end) {
			leave(w);
			break;
		}
		if (mcrd_now_ms() >= end - BURY_MS / 2)
			kill(w->pid, SIGKILL);
		usleep(1000);
	}
	forget(w);
}

/**
 * mcrd_workers_reap - a process has ended: see whose that was
 * @ws: the workers
 */
void mcrd_workers_reap(struct mcrd_workers *ws)
{
	unsigned int i;

	for (i = 0; i < ws->n; i++) {
		struct mcrd_child *w = &ws->worker[i];

		if (w->state != MCRD_CHILD_GONE && collect(w))
			forget(w);
		collect_left(w);
	}
}

/**
 * mcrd_workers_unfed - is there a worker that knows nothing yet?
 * @ws: the workers
 *
 * Return: one that is ready to be told all there is, or NULL.
 */
struct mcrd_child *mcrd_workers_unfed(const struct mcrd_workers *ws)
{
	unsigned int i;

	for (i = 0; i < ws->n; i++)
		if (ws->worker[i].state == MCRD_CHILD_READY)
			return &ws->worker[i];
	return NULL;
}

/**
 * mcrd_workers_settled - are all workers at work?
 * @ws: the workers
 *
 * Return: true if so.
 */
bool mcrd_workers_settled(const struct mcrd_workers *ws)
{
	unsigned int i;

	for (i = 0; i < ws->n; i++)
		if (ws->worker[i].state != MCRD_CHILD_FED)
			return false;
	return true;
}

/**
 * mcrd_workers_level - log more, or less
 * @ws: the workers
 * @level: of syslog.h: this and what is graver
 */
void mcrd_workers_level(struct mcrd_workers *ws, int level)
{
	const struct mcrd_level frame = { .level = (__u32)level };
	unsigned int i;

	ws->config.level = frame.level;
	for (i = 0; i < ws->n; i++) {
		struct mcrd_child *w = &ws->worker[i];

		mcrd_child_tell(w, MCRD_LEVEL, &frame, sizeof(frame), NULL, 0);
		/* What does not get through now does with the next change. */
		if (w->state != MCRD_CHILD_GONE)
			mcrd_outq_send(&w->out, w->stream.fd);
	}
}

static bool all_gone(const struct mcrd_workers *ws)
{
	unsigned int i;

	for (i = 0; i < ws->n; i++)
		if (ws->worker[i].state != MCRD_CHILD_GONE)
			return false;
	return true;
}

/**
 * mcrd_workers_stop - have all workers end
 * @ws: the workers
 *
 * They send what is to be sent. Who has not ended after a while is killed.
 */
void mcrd_workers_stop(struct mcrd_workers *ws)
{
	int64_t end = mcrd_now_ms() + STOP_MS;
	unsigned int i;

	ws->stopping = true;
	for (i = 0; i < ws->n; i++)
		mcrd_child_tell(&ws->worker[i], MCRD_STOP, NULL, 0, NULL, 0);
	while (!all_gone(ws) && mcrd_now_ms() < end)
		mcrd_workers_serve(ws, 20);
	for (i = 0; i < ws->n; i++)
		mcrd_child_fail(&ws->worker[i], "does not stop");
}

/**
 * mcrd_workers_exit - let go of all that workers needed
 * @ws: the workers, after mcrd_workers_stop() if they were started
 */
void mcrd_workers_exit(struct mcrd_workers *ws)
{
	unsigned int i;

	for (i = 0; ws->worker && i < ws->n; i++) {
		struct mcrd_child *w = &ws->worker[i];

		if (w->log.fd < 0)
			continue;
		mcrd_poll_del(ws->poll, &w->log);
		close(w->log.fd);
		close(w->log_end);
	}
	free(ws->polled);
	free(ws->worker);
	ws->polled = NULL;
	ws->worker = NULL;
}
