/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How a worker receives and sends: by io_uring, or by recvmmsg() and sendmmsg().
 * Both forward the same packets.
 */
#ifndef MCRD_WORKER_LOOP_H
#define MCRD_WORKER_LOOP_H

#include <stddef.h>

#include "../plan.h"

struct mcrd_rxdev;
struct mcrd_send;
struct mcrd_txdev;
struct mcrd_worker;

/**
 * struct mcrd_loop_ops - a way to receive and send
 * @which: of enum mcrd_loop
 * @open: begin; 0 or -errno, and then a sentence in @why. Uses the pool, which is
 *	its own until @close
 * @close: end; nothing refers to buffers or sends afterwards
 * @rx_open: receive from a socket, which was not closed; 0 or -errno
 * @rx_close: receive from it no more. It is closed and freed, once nothing refers
 *	to it
 * @tx_close: a socket to send with is not used any more: it is closed and freed
 * @send: hand over a send; mcrd_send_done() is called when it is done, maybe
 *	before this returns. Sends of one socket are done in order
 * @submit: carry out what was handed over. Sends that are done then are free
 * @round: wait for commands, packets, signals, and handle what there is
 */
struct mcrd_loop_ops {
	enum mcrd_loop which;
	int (*open)(struct mcrd_worker *w, char *why, size_t size);
	void (*close)(struct mcrd_worker *w);
	int (*rx_open)(struct mcrd_worker *w, struct mcrd_rxdev *rx);
	void (*rx_close)(struct mcrd_worker *w, struct mcrd_rxdev *rx);
	void (*tx_close)(struct mcrd_worker *w, struct mcrd_txdev *tx);
	void (*send)(struct mcrd_worker *w, struct mcrd_send *s);
	void (*submit)(struct mcrd_worker *w);
	void (*round)(struct mcrd_worker *w);
};

extern const struct mcrd_loop_ops mcrd_loop_uring;
extern const struct mcrd_loop_ops mcrd_loop_mmsg;
extern const struct mcrd_loop_ops mcrd_loop_sqpoll;

#endif /* MCRD_WORKER_LOOP_H */
