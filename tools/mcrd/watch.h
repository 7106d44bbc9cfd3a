/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the supervisor's one loop waits for.
 */
#ifndef MCRD_WATCH_H
#define MCRD_WATCH_H

#include <stdint.h>

/**
 * struct mcrd_watch - a descriptor that is watched
 * @fd: the descriptor; the owner's
 * @ready: called with EPOLL bits; may take the watch away and free it
 * @arg: for it
 */
struct mcrd_watch {
	int fd;
	void (*ready)(void *arg, uint32_t events);
	void *arg;
};

/**
 * struct mcrd_poll - all that is watched
 * @fd: epoll's
 */
struct mcrd_poll {
	int fd;
};

int mcrd_poll_init(struct mcrd_poll *p);
void mcrd_poll_exit(struct mcrd_poll *p);
int mcrd_poll_add(struct mcrd_poll *p, struct mcrd_watch *w, uint32_t events);
int mcrd_poll_set(struct mcrd_poll *p, struct mcrd_watch *w, uint32_t events);
void mcrd_poll_del(struct mcrd_poll *p, struct mcrd_watch *w);
int mcrd_poll_wait(struct mcrd_poll *p, int timeout_ms);

int64_t mcrd_now_ms(void);

#endif /* MCRD_WATCH_H */
