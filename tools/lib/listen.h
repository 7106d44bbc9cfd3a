/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Hearing what the server of this network namespace tells of its own accord.
 */
#ifndef MCR_LISTEN_H
#define MCR_LISTEN_H

#include "error.h"
#include "msg.h"

struct mcr_listener;

/**
 * enum mcr_heard - what came
 * @MCR_HEARD_NOTHING: nothing is waiting
 * @MCR_HEARD_MESSAGE: a notification
 * @MCR_HEARD_MISSED: notifications were lost. What is waiting is older than
 *	what was lost, or it is not known
 * @MCR_HEARD_GONE: the server is gone
 * @MCR_HEARD_FAILED: an error
 */
enum mcr_heard {
	MCR_HEARD_NOTHING,
	MCR_HEARD_MESSAGE,
	MCR_HEARD_MISSED,
	MCR_HEARD_GONE,
	MCR_HEARD_FAILED,
};

struct mcr_listener *mcr_listener_open(struct mcr_error *err);
void mcr_listener_close(struct mcr_listener *l);
int mcr_listener_fd(const struct mcr_listener *l);
enum mcr_heard mcr_listener_hear(struct mcr_listener *l, struct nlmsghdr **nlh,
				 struct mcr_error *err);

#endif /* MCR_LISTEN_H */
