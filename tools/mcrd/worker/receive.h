/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From a message that was received to its rule.
 */
#ifndef MCRD_WORKER_RECEIVE_H
#define MCRD_WORKER_RECEIVE_H

#include "frame.h"

struct mcrd_worker;

/* Receive errors without a frame between them after which a socket rests. */
#define MCRD_RX_ERRORS	16U

void mcrd_receive(struct mcrd_worker *w, struct mcrd_rxdev *rx,
		  struct mcrd_buf *buf, const struct mcrd_message *m);
bool mcrd_receive_error(struct mcrd_worker *w, struct mcrd_rxdev *rx, int err);
void mcrd_receive_batch(struct mcrd_worker *w, uint32_t frames);

#endif /* MCRD_WORKER_RECEIVE_H */
