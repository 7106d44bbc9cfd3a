// SPDX-License-Identifier: GPL-2.0
/*
 * What the supervisor's one loop waits for; see watch.h.
 */
#include "watch.h"

#include <errno.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

/**
 * mcrd_poll_init - watch nothing yet
 * @p: to be given to mcrd_poll_exit()
 *
 * Return: 0 or -errno.
 */
int mcrd_poll_init(struct mcrd_poll *p)
{
	p->fd = epoll_create1(EPOLL_CLOEXEC);
	return p->fd < 0 ? -errno : 0;
}

/**
 * mcrd_poll_exit - watch no more
 * @p: what was watched
 */
void mcrd_poll_exit(struct mcrd_poll *p)
{
	if (p->fd >= 0)
		close(p->fd);
	p->fd = -1;
}

static int control(struct mcrd_poll *p, int op, struct mcrd_watch *w,
		   uint32_t events)
{
	struct epoll_event ev = { .events = events, .data.ptr = w };

	return epoll_ctl(p->fd, op, w->fd, &ev) ? -errno : 0;
}

/**
 * mcrd_poll_add - begin to watch a descriptor
 * @p: the loop's
 * @w: the descriptor; stays where it is until mcrd_poll_del()
 * @events: EPOLL bits
 *
 * Return: 0 or -errno.
 */
int mcrd_poll_add(struct mcrd_poll *p, struct mcrd_watch *w, uint32_t events)
{
	return control(p, EPOLL_CTL_ADD, w, events);
}

/**
 * mcrd_poll_set - watch a descriptor for something else
 * @p: the loop's
 * @w: the descriptor
 * @events: EPOLL bits
 *
 * Return: 0 or -errno.
 */
int mcrd_poll_set(struct mcrd_poll *p, struct mcrd_watch *w, uint32_t events)
{
	return control(p, EPOLL_CTL_MOD, w, events);
}

/**
 * mcrd_poll_del - watch a descriptor no more, before it is closed
 * @p: the loop's
 * @w: the descriptor
 */
void mcrd_poll_del(struct mcrd_poll *p, struct mcrd_watch *w)
{
	control(p, EPOLL_CTL_DEL, w, 0);
}

/**
 * mcrd_poll_wait - wait, and see to one descriptor that is ready
 * @p: the loop's
 * @timeout_ms: how long at most; negative: without end
 *
 * One at a time: whoever is called may take away any other. The kernel gives
 * each its turn.
 *
 * Return: 0 or -errno.
 */
int mcrd_poll_wait(struct mcrd_poll *p, int timeout_ms)
{
	struct epoll_event ev;
	struct mcrd_watch *w;
	int n;

	n = epoll_wait(p->fd, &ev, 1, timeout_ms);
	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	if (n) {
		w = ev.data.ptr;
		w->ready(w->arg, ev.events);
	}
	return 0;
}

/**
 * mcrd_now_ms - what time it is
 *
 * Return: milliseconds of CLOCK_MONOTONIC.
 */
int64_t mcrd_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}
