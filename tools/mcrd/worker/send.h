/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sending: each output of a rule sends each run by one sendmsg(), or says why it
 * does not. Sends never wait: what the socket's send buffer has no room for is
 * the output's own drop.
 */
#ifndef MCRD_WORKER_SEND_H
#define MCRD_WORKER_SEND_H

#include <linux/kernel.h>
#include <linux/mcr.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "run.h"

struct mcrd_out;
struct mcrd_rule_in;
struct mcrd_txdev;
struct mcrd_worker;

/* Sends of a worker, and of one output, that may be under way. */
#define MCRD_SENDS		1024U
#define MCRD_SENDS_OUT		512U

/* Headers that need no memory of their own. */
#define MCRD_SEND_HEAD		128U

/**
 * struct mcrd_send - a send
 * @next: among free ones
 * @run: what is sent; holds a reference
 * @out: the output
 * @tx: the socket
 * @segs: packets
 * @bytes: their L3 bytes
 * @epoch: of struct mcrd_sender
 * @number: of the output's sends
 * @msg: for sendmsg()
 * @iov: headers, then the payload of each packet
 * @long_head: headers that @head is too small for; owned; else NULL
 * @head: headers
 *
 * All of it stays where it is until mcrd_send_done().
 */
struct mcrd_send {
	struct mcrd_send *next;
	struct mcrd_run *run;
	struct mcrd_out *out;
	struct mcrd_txdev *tx;
	uint32_t segs;
	uint64_t bytes;
	uint32_t epoch;
	uint32_t number;
	struct msghdr msg;
	struct iovec iov[1 + MCRD_RUN_PACKETS];
	uint8_t *long_head;
	uint8_t head[MCRD_SEND_HEAD] __aligned(8);
};

/**
 * struct mcrd_sender - all sends of a worker
 * @sends: MCRD_SENDS of them; owned
 * @free: those that are not under way
 * @under_way: how many are, by the last bit of their epoch
 * @epoch: counts MCRD_SYNC
 * @offered: counts runs by the outputs that they were offered to
 * @no_gso: the kernel does not take UDP super-packets: packets are sent one by
 *	one
 */
struct mcrd_sender {
	struct mcrd_send *sends;
	struct mcrd_send *free;
	uint32_t under_way[2];
	uint32_t epoch;
	uint32_t offered;
	bool no_gso;
};

int mcrd_sender_init(struct mcrd_sender *s);
void mcrd_sender_exit(struct mcrd_sender *s);
void mcrd_sender_epoch(struct mcrd_sender *s);

/**
 * mcrd_sender_settled - is all done that began before the last MCRD_SYNC?
 * @s: the sends
 *
 * Return: true if so.
 */
static inline bool mcrd_sender_settled(const struct mcrd_sender *s)
{
	return !s->under_way[(s->epoch + 1) & 1];
}

void mcrd_send_run(struct mcrd_worker *w, struct mcrd_run *run);
void mcrd_send_lost(struct mcrd_worker *w, struct mcrd_rule_in *rule,
		    const struct mcr_packet *p);
void mcrd_send_done(struct mcrd_worker *w, struct mcrd_send *s, int result);

#endif /* MCRD_WORKER_SEND_H */
