// SPDX-License-Identifier: GPL-2.0
/*
 * Receiving and sending by recvmmsg() and sendmmsg(): where there is no io_uring.
 */
#include "worker.h"

#include <errno.h>
#include <linux/jiffies.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "frame.h"
#include "receive.h"

/* Messages in one call. */
#define BATCH		64U

/* Sockets to receive from. */
#define RX_MAX		1024U

/* While something is to be tried again, nothing is waited for any longer. */
#define RETRY_MS	5
#define REST_MS		100

/**
 * struct mcrd_batch - what a socket is to send in one go
 * @tx: the socket
 * @next: among those that have something to send
 * @n: how many
 * @queued: it is among them
 * @send: the sends
 * @msg: the same, for sendmmsg()
 */
struct mcrd_batch {
	struct mcrd_txdev *tx;
	struct mcrd_batch *next;
	uint32_t n;
	bool queued;
	struct mcrd_send *send[BATCH];
	struct mmsghdr msg[BATCH];
};

/**
 * struct mcrd_ring - the loop
 * @rx: sockets that are received from
 * @poll: the same, behind commands and signals
 * @n_rx: how many
 * @rest_until: jiffies: sockets that had errors are tried again then
 * @queued: sockets that have something to send
 * @buf: buffers that are lent
 * @msg: messages to be received into them
 * @iov: where they go
 * @name: who sent them
 * @control: what is said of them
 */
struct mcrd_ring {
	struct mcrd_rxdev *rx[RX_MAX];
	struct pollfd poll[2 + RX_MAX];
	uint32_t n_rx;
	uint64_t rest_until;
	struct mcrd_batch *queued;
	struct mcrd_buf *buf[BATCH];
	struct mmsghdr msg[BATCH];
	struct iovec iov[BATCH];
	uint8_t name[BATCH][MCRD_FRAME_NAME];
	uint8_t control[BATCH][MCRD_FRAME_CONTROL]
		__aligned(8);
};

static int mmsg_open(struct mcrd_worker *w, char *why, size_t size)
{
	w->ring = calloc(1, sizeof(*w->ring));
	if (!w->ring) {
		snprintf(why, size, "there is no memory for the loop");
		return -ENOMEM;
	}
	w->ring->poll[0].fd = w->cmd_fd;
	w->ring->poll[0].events = POLLIN;
	w->ring->poll[1].fd = w->sig_fd;
	w->ring->poll[1].events = POLLIN;
	return 0;
}

static void mmsg_close(struct mcrd_worker *w)
{
	free(w->ring);
	w->ring = NULL;
}

static int mmsg_rx_open(struct mcrd_worker *w, struct mcrd_rxdev *rx)
{
	struct mcrd_ring *ring = w->ring;

	if (ring->n_rx == RX_MAX)
		return -ENOSPC;
	rx->armed = true;
	ring->rx[ring->n_rx] = rx;
	ring->poll[2 + ring->n_rx] = (struct pollfd){
		.fd = rx->fd, .events = POLLIN,
	};
	ring->n_rx++;
	return 0;
}

static void mmsg_rx_close(struct mcrd_worker *w, struct mcrd_rxdev *rx)
{
	struct mcrd_ring *ring = w->ring;
	uint32_t i = 0;

	while (i < ring->n_rx && ring->rx[i] != rx)
		i++;
	if (i < ring->n_rx) {
		ring->n_rx--;
		ring->rx[i] = ring->rx[ring->n_rx];
		ring->poll[2 + i] = ring->poll[2 + ring->n_rx];
	}
	mcrd_rxdev_free(rx);
}

/*
 * Sends that are done are told of when the batch is empty again: they may lead
 * to others.
 */
static void flush(struct mcrd_worker *w, struct mcrd_batch *b)
{
	struct mcrd_send *send[BATCH];
	uint32_t n = b->n, i = 0;
	int result[BATCH];
	int ret, k;

	while (i < n) {
		ret = sendmmsg(b->tx->fd, b->msg + i, n - i,
			       MSG_DONTWAIT | MSG_NOSIGNAL);
		w->tally.syscalls++;
		if (ret <= 0) {
			result[i++] = ret ? -errno : -EAGAIN;
			continue;
		}
		for (k = 0; k < ret; k++, i++)
			result[i] = (int)b->msg[i].msg_len;
	}
	for (i = 0; i < n; i++)
		send[i] = b->send[i];
	b->n = 0;
	for (i = 0; i < n; i++)
		mcrd_send_done(w, send[i], result[i]);
}

static void mmsg_submit(struct mcrd_worker *w)
{
	struct mcrd_batch *b;

	while ((b = w->ring->queued)) {
		w->ring->queued = b->next;
		b->queued = false;
		flush(w, b);
	}
}

static struct mcrd_batch *batch_of(struct mcrd_txdev *tx)
{
	if (!tx->batch)
		tx->batch = calloc(1, sizeof(*tx->batch));
	if (tx->batch)
		tx->batch->tx = tx;
	return tx->batch;
}

static void mmsg_send(struct mcrd_worker *w, struct mcrd_send *s)
{
	struct mcrd_batch *b = batch_of(s->tx);

	if (!b) {
		mcrd_send_done(w, s, -ENOMEM);
		return;
	}
	b->send[b->n] = s;
	b->msg[b->n].msg_hdr = s->msg;
	b->n++;
	if (!b->queued) {
		b->queued = true;
		b->next = w->ring->queued;
		w->ring->queued = b;
	}
	if (b->n == BATCH)
		flush(w, b);
}

static void mmsg_tx_close(struct mcrd_worker *w, struct mcrd_txdev *tx)
{
	mmsg_submit(w);
	mcrd_txdev_free(tx);
}

/* Borrow buffers for the next call; return for how many messages. */
static uint32_t lend(struct mcrd_worker *w, const struct mcrd_rxdev *rx)
{
	size_t room = mcrd_frame_shift(rx->vnet) + MCRD_FRAME_ROOM;
	struct mcrd_ring *ring = w->ring;
	uint32_t i;

	for (i = 0; i < BATCH; i++) {
		ring->buf[i] = mcrd_pool_lend(&w->pool);
		if (!ring->buf[i])
			break;
		ring->iov[i].iov_base = ring->buf[i]->mem + room;
		ring->iov[i].iov_len = w->pool.size - room;
		ring->msg[i].msg_hdr = (struct msghdr){
			.msg_name = ring->name[i],
			.msg_namelen = MCRD_FRAME_NAME,
			.msg_iov = &ring->iov[i],
			.msg_iovlen = 1,
			.msg_control = ring->control[i],
			.msg_controllen = MCRD_FRAME_CONTROL,
		};
	}
	return i;
}

static void handle(struct mcrd_worker *w, struct mcrd_rxdev *rx, uint32_t i)
{
	struct mcrd_ring *ring = w->ring;
	const struct mcrd_message m = {
		.payload = ring->iov[i].iov_base,
		.len = ring->msg[i].msg_len,
		.name = ring->name[i],
		.control = ring->control[i],
		.control_len = ring->msg[i].msg_hdr.msg_controllen,
		.flags = ring->msg[i].msg_hdr.msg_flags,
	};

	mcrd_pool_filled(&w->pool, ring->buf[i]);
	mcrd_receive(w, rx, ring->buf[i], &m);
}

/* Return the number of frames; *@more: there may be others. */
static uint32_t receive(struct mcrd_worker *w, struct mcrd_rxdev *rx,
			bool *more)
{
	struct mcrd_ring *ring = w->ring;
	uint32_t n, got = 0, i;
	int ret, err;

	/* What other devices' runs hold is to be had back first. */
	if (w->pool.n_free < BATCH) {
		mcrd_gather_flush(w);
		mmsg_submit(w);
	}
	n = lend(w, rx);
	if (!n) {
		w->pool.exhausted++;
		*more = false;
		return 0;
	}
	ret = recvmmsg(rx->fd, ring->msg, n, MSG_DONTWAIT, NULL);
	err = errno;
	w->tally.syscalls++;
	if (ret > 0)
		got = (uint32_t)ret;
	w->tally.receives += got > 0;
	for (i = got; i < n; i++)
		mcrd_pool_return(&w->pool, ring->buf[i]);
	for (i = 0; i < got; i++)
		handle(w, rx, i);
	*more = got == BATCH;
	if (ret < 0 && err != EAGAIN && err != EINTR) {
		*more = mcrd_receive_error(w, rx, err);
		rx->armed = *more;
		if (!*more)
			ring->rest_until = w->now + REST_MS;
	}
	return got;
}

/* Each socket has its turn, four times at most: others wait, too. */
static uint32_t receive_all(struct mcrd_worker *w, struct mcrd_rxdev *rx)
{
	unsigned int turns = 4;
	uint32_t frames = 0;
	bool more;

	do {
		frames += receive(w, rx, &more);
	} while (more && --turns);
	return frames;
}

static void read_commands(struct mcrd_worker *w)
{
	uint8_t control[CMSG_SPACE(MCRD_READER_FDS * sizeof(int))]
		__aligned(8);
	struct iovec iov;
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	ssize_t len;

	mcrd_reader_space(&w->reader, &iov);
	len = recvmsg(w->cmd_fd, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	w->tally.syscalls++;
	mcrd_worker_got(w, len < 0 ? -errno : len, &msg);
}

static void read_signal(struct mcrd_worker *w)
{
	struct signalfd_siginfo info;

	if (read(w->sig_fd, &info, sizeof(info)) == (ssize_t)sizeof(info))
		mcrd_worker_stop(w);
}

/* Sockets that rest after errors are not polled. */
static int poll_ms(struct mcrd_worker *w)
{
	struct mcrd_ring *ring = w->ring;
	int ms = w->apply.owed || w->stopping ? RETRY_MS : -1;
	uint32_t i;

	for (i = 0; i < ring->n_rx; i++) {
		struct mcrd_rxdev *rx = ring->rx[i];

		rx->armed |= w->now >= ring->rest_until;
		ring->poll[2 + i].fd = rx->armed ? rx->fd : -1;
		if (!rx->armed && ms < 0)
			ms = REST_MS;
	}
	return ms;
}

/* More packets are to come before they are handled; commands end the wait. */
static void linger(struct mcrd_worker *w)
{
	uint32_t us = mcrd_pace_wait(&w->pace, w->config.wait_us);
	struct timespec ts = { .tv_nsec = (long)us * 1000 };

	if (!us || w->table.n_low || w->apply.owed)
		return;
	ppoll(w->ring->poll, 2, &ts, NULL);
	w->tally.syscalls++;
	w->tally.wakeups++;
}

static void mmsg_round(struct mcrd_worker *w)
{
	struct mcrd_ring *ring = w->ring;
	uint32_t frames = 0, i;
	int n;

	linger(w);
	n = poll(ring->poll, 2 + ring->n_rx, poll_ms(w));
	w->tally.syscalls++;
	w->tally.wakeups++;
	if (n < 0) {
		if (errno != EINTR)
			mcrd_worker_end(w, 1);
		return;
	}
	w->now = get_jiffies_64();
	for (i = 0; i < ring->n_rx; i++)
		if (ring->rx[i]->armed && ring->poll[2 + i].revents)
			frames += receive_all(w, ring->rx[i]);
	mcrd_receive_batch(w, frames);
	mmsg_submit(w);
	if (ring->poll[1].revents)
		read_signal(w);
	if (ring->poll[0].revents)
		read_commands(w);
	mcrd_worker_commands(w);
	ring->poll[0].revents = 0;
	ring->poll[1].revents = 0;
}

const struct mcrd_loop_ops mcrd_loop_mmsg = {
	.which = MCRD_LOOP_MMSG,
	.open = mmsg_open,
	.close = mmsg_close,
	.rx_open = mmsg_rx_open,
	.rx_close = mmsg_rx_close,
	.tx_close = mmsg_tx_close,
	.send = mmsg_send,
	.submit = mmsg_submit,
	.round = mmsg_round,
};
