// SPDX-License-Identifier: GPL-2.0
/*
 * Receiving and sending by io_uring: one request receives for ever, into buffers
 * that the kernel chooses; sends are submitted together with the next wait, so
 * that a batch costs one system call.
 *
 * Sends do not wait (MSG_DONTWAIT): they are done when they are submitted, and
 * what a socket has no room for is that socket's loss alone.
 *
 * With SQPOLL a thread of the kernel's submits, a little later, what is in the queue,
 * and is waited for where the one has to be done before the other.
 */
#include "worker.h"

#include <errno.h>
#include <linux/jiffies.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "frame.h"
#include "receive.h"
#include "uring.h"

/*
 * Frames, sends they led to, and sends of runs that are open still: a round does
 * not go on behind any of them, so that commands wait for none for long.
 */
#define BATCH		256U
#define SENT		2048U
#define OPEN		16384U

/* Completions that are looked at in one go. */
#define HARVEST		64U

/* Sockets to receive from. */
#define RX_MAX		1024U

/* While something is to be tried again, nothing is waited for any longer. */
#define RETRY_MS	5
#define REST_MS		100

/* What was sent is counted so soon. */
#define COUNT_MS	10

/* What a completion is of: in the low bits of a pointer. */
#define TAG_RX		1U
#define TAG_SEND	2U
#define TAG_COMMAND	3U
#define TAG_SIGNAL	4U
#define TAG_CANCEL	5U
#define TAG_MASK	7U

/**
 * struct mcrd_event - a completion that is still to be handled
 * @data: the pointer, and what it is of
 * @res: result
 * @flags: IORING_CQE_F_
 */
struct mcrd_event {
	uint64_t data;
	int res;
	uint32_t flags;
};

/**
 * struct mcrd_ring - the loop
 * @u: the io_uring
 * @rx: sockets that are received from
 * @n_rx: how many
 * @turn: which of them is asked first: it may take all buffers there are
 * @event: completions of receives, from @first on, @n of them, in a circle
 * @room: of @event, a power of two
 * @first: the one that came first
 * @n: how many there are
 * @closing: sockets that sends which are not submitted refer to
 * @iov: where commands are read to
 * @msg: for them
 * @control: their descriptors
 * @reading: a command is being read
 * @read: how that ended, if @has_read
 * @has_read: it has
 * @watching: signals are waited for
 * @signalled: there is one
 * @late: the kernel's thread was waited for in this round, and was not done
 * @rest_until: jiffies: sockets that had errors are tried again then
 */
struct mcrd_ring {
	struct mcrd_uring u;
	struct mcrd_rxdev *rx[RX_MAX];
	uint32_t n_rx;
	uint32_t turn;
	struct mcrd_event *event;
	uint32_t room;
	uint32_t first;
	uint32_t n;
	struct mcrd_txdev *closing;
	struct iovec iov;
	struct msghdr msg;
	uint8_t control[CMSG_SPACE(MCRD_READER_FDS * sizeof(int))]
		__aligned(8);
	bool reading;
	int read;
	bool has_read;
	bool watching;
	bool signalled;
	bool late;
	uint64_t rest_until;
};

static int ring_open(struct mcrd_worker *w, bool sqpoll, char *why,
		     size_t size)
{
	size_t shift = mcrd_frame_shift(w->config.vnet);
	struct mcrd_ring *ring;
	int err;

	ring = calloc(1, sizeof(*ring));
	if (!ring) {
		snprintf(why, size, "there is no memory for the loop");
		return -ENOMEM;
	}
	w->ring = ring;
	for (ring->room = 1; ring->room < w->pool.n + 4 * RX_MAX;)
		ring->room *= 2;
	ring->event = calloc(ring->room, sizeof(*ring->event));
	err = -ENOMEM;
	snprintf(why, size, "there is no memory for the loop");
	if (ring->event)
		err = mcrd_uring_open(&ring->u, &w->pool, shift, sqpoll, why,
				      size);
	if (err) {
		free(ring->event);
		free(ring);
		w->ring = NULL;
	}
	return err;
}

static int uring_open(struct mcrd_worker *w, char *why, size_t size)
{
	return ring_open(w, false, why, size);
}

static int sqpoll_open(struct mcrd_worker *w, char *why, size_t size)
{
	return ring_open(w, true, why, size);
}

static void free_closing(struct mcrd_ring *ring)
{
	struct mcrd_txdev *tx;

	while ((tx = ring->closing)) {
		ring->closing = tx->next;
		mcrd_txdev_free(tx);
	}
}

/* Sends that are under way end with the io_uring: nobody counts them. */
static void uring_close(struct mcrd_worker *w)
{
	struct mcrd_ring *ring = w->ring;
	uint32_t i;

	mcrd_uring_close(&ring->u);
	for (i = 0; i < ring->n_rx; i++)
		if (ring->rx[i]->closed)
			mcrd_rxdev_free(ring->rx[i]);
	free_closing(ring);
	free(ring->event);
	free(ring);
	w->ring = NULL;
}

static uint64_t data_of(const void *p, unsigned int tag)
{
	return (uintptr_t)p | tag;
}

static void *pointer_of(uint64_t data)
{
	uintptr_t bits = data & ~(uint64_t)TAG_MASK;
	void *p;

	memcpy(&p, &bits, sizeof(p));
	return p;
}

static int uring_rx_open(struct mcrd_worker *w, struct mcrd_rxdev *rx)
{
	struct mcrd_ring *ring = w->ring;

	if (ring->n_rx == RX_MAX)
		return -ENOSPC;
	ring->rx[ring->n_rx++] = rx;
	return 0;
}

static void forget_rx(struct mcrd_ring *ring, const struct mcrd_rxdev *rx)
{
	uint32_t i = 0;

	while (i < ring->n_rx && ring->rx[i] != rx)
		i++;
	if (i < ring->n_rx)
		ring->rx[i] = ring->rx[--ring->n_rx];
}

/* A socket that the kernel receives from is there until that has ended. */
static void uring_rx_close(struct mcrd_worker *w, struct mcrd_rxdev *rx)
{
	struct io_uring_sqe *sqe = NULL;

	if (rx->armed)
		sqe = mcrd_uring_sqe(&w->ring->u);
	if (sqe) {
		io_uring_prep_cancel64(sqe, data_of(rx, TAG_RX), 0);
		io_uring_sqe_set_data64(sqe, TAG_CANCEL);
	} else if (!rx->armed) {
		forget_rx(w->ring, rx);
		mcrd_rxdev_free(rx);
	}
}

/*
 * Sends are done with once the ring has room again. Commands and signals overtake
 * frames: a worker that cannot keep up is to answer all the same.
 */
static void sort_in(struct mcrd_ring *ring, const struct mcrd_event *e,
		    struct mcrd_event *done, unsigned int *sends)
{
	switch (e->data & TAG_MASK) {
	case TAG_SEND:
		done[(*sends)++] = *e;
		break;
	case TAG_COMMAND:
		ring->read = e->res;
		ring->has_read = true;
		break;
	case TAG_SIGNAL:
		ring->watching = false;
		ring->signalled = true;
		break;
	default:
		ring->event[(ring->first + ring->n++) & (ring->room - 1)] = *e;
		break;
	}
}

/*
 * Take completions out of the ring. What was received waits for its turn: this is
 * also called in the middle of a batch.
 */
static void harvest(struct mcrd_worker *w)
{
	struct mcrd_ring *ring = w->ring;
	struct io_uring_cqe *cqe[HARVEST];
	struct mcrd_event done[HARVEST];
	unsigned int n, i, sends;

	do {
		n = ring->room - ring->n < HARVEST ? ring->room - ring->n :
						     HARVEST;
		n = io_uring_peek_batch_cqe(&ring->u.ring, cqe, n);
		for (sends = 0, i = 0; i < n; i++) {
			struct mcrd_event e = {
				.data = cqe[i]->user_data,
				.res = cqe[i]->res,
				.flags = cqe[i]->flags,
			};

			sort_in(ring, &e, done, &sends);
		}
		io_uring_cq_advance(&ring->u.ring, n);
		for (i = 0; i < sends; i++)
			mcrd_send_done(w, pointer_of(done[i].data),
				       done[i].res);
	} while (n);
}

static void uring_submit(struct mcrd_worker *w)
{
	struct mcrd_ring *ring = w->ring;

	if (!mcrd_uring_submit(&ring->u) && !ring->late)
		ring->late = !mcrd_uring_drain(&ring->u);
	harvest(w);
}

static void uring_send(struct mcrd_worker *w, struct mcrd_send *s)
{
	struct io_uring_sqe *sqe = mcrd_uring_sqe(&w->ring->u);

	if (!sqe) {
		mcrd_send_done(w, s, -EAGAIN);
		return;
	}
	io_uring_prep_sendmsg(sqe, s->tx->fd, &s->msg,
			      MSG_DONTWAIT | MSG_NOSIGNAL);
	io_uring_sqe_set_data64(sqe, data_of(s, TAG_SEND));
}

/*
 * What was handed over has to find its socket open. The kernel may take nothing
 * now: a descriptor that was closed all the same would be another socket's soon.
 */
static void uring_tx_close(struct mcrd_worker *w, struct mcrd_txdev *tx)
{
	struct mcrd_ring *ring = w->ring;

	tx->next = ring->closing;
	ring->closing = tx;
	if (mcrd_uring_submit(&ring->u))
		free_closing(ring);
}

static void ask_for_packets(struct mcrd_worker *w)
{
	struct mcrd_ring *ring = w->ring;
	bool rested = w->now >= ring->rest_until;
	uint32_t i;

	ring->turn++;
	for (i = 0; i < ring->n_rx; i++) {
		struct mcrd_rxdev *rx = ring->rx[(ring->turn + i) % ring->n_rx];
		struct io_uring_sqe *sqe;

		if (rx->armed || rx->closed || !ring->u.lent ||
		    (rx->errors > MCRD_RX_ERRORS && !rested))
			continue;
		sqe = mcrd_uring_sqe(&ring->u);
		if (!sqe)
			return;
		mcrd_uring_receive(&ring->u, sqe, rx->fd);
		io_uring_sqe_set_data64(sqe, data_of(rx, TAG_RX));
		rx->armed = true;
	}
}

static void ask_for_commands(struct mcrd_worker *w)
{
	struct mcrd_ring *ring = w->ring;
	struct io_uring_sqe *sqe;

	/* What waits in the reader goes first. */
	if (ring->reading || w->apply.owed)
		return;
	sqe = mcrd_uring_sqe(&ring->u);
	if (!sqe)
		return;
	mcrd_reader_space(&w->reader, &ring->iov);
	ring->msg = (struct msghdr){
		.msg_iov = &ring->iov,
		.msg_iovlen = 1,
		.msg_control = ring->control,
		.msg_controllen = sizeof(ring->control),
	};
	io_uring_prep_recvmsg(sqe, w->cmd_fd, &ring->msg, MSG_CMSG_CLOEXEC);
	io_uring_sqe_set_data64(sqe, TAG_COMMAND);
	ring->reading = true;
}

static void ask_for_signals(struct mcrd_worker *w)
{
	struct mcrd_ring *ring = w->ring;
	struct io_uring_sqe *sqe;

	if (ring->watching)
		return;
	sqe = mcrd_uring_sqe(&ring->u);
	if (!sqe)
		return;
	io_uring_prep_poll_add(sqe, w->sig_fd, POLLIN);
	io_uring_sqe_set_data64(sqe, TAG_SIGNAL);
	ring->watching = true;
}

/*
 * How long to wait, in ns, for how many completions; 0: as long as it takes. While
 * the worker is busy, sends that are done do not end the wait, and are looked at
 * after it.
 */
static int64_t limit_of(struct mcrd_worker *w, unsigned int *n)
{
	uint32_t us = mcrd_pace_wait(&w->pace, w->config.wait_us);

	*n = 1;
	if (w->apply.owed || w->stopping || w->ring->closing)
		return RETRY_MS * 1000000LL;
	if (us && !w->table.n_low) {
		*n = MCRD_PACE_ENOUGH + w->sender.under_way[0] + w->sender.under_way[1];
		return us * 1000LL;
	}
	return w->ring->rest_until > w->now ? REST_MS * 1000000LL : 0;
}

/* Something came, or nothing can until buffers are lent again. */
static bool has_work(const struct mcrd_worker *w)
{
	const struct mcrd_ring *ring = w->ring;

	return ring->n || ring->has_read || ring->signalled ||
	       (!ring->u.lent && w->pool.n_free);
}

/*
 * Sends are done when they are submitted: to end a wait, something has to be done
 * beside them. Who sleeps for long counts them before.
 */
static void count_in_time(struct mcrd_worker *w, unsigned int *n,
			  struct __kernel_timespec *ts)
{
	uint32_t sends = w->sender.under_way[0] + w->sender.under_way[1];

	*n += sends;
	if (sends && (!ts->tv_nsec || ts->tv_nsec > COUNT_MS * 1000000LL))
		ts->tv_nsec = COUNT_MS * 1000000LL;
}

static void wait_for_more(struct mcrd_worker *w)
{
	struct io_uring *ring = &w->ring->u.ring;
	struct __kernel_timespec ts = { };
	struct io_uring_cqe *cqe;
	unsigned int n;
	bool waits;
	int err;

	ts.tv_nsec = limit_of(w, &n);
	if (n == 1) {
		/* All buffers are in what is to be sent. */
		if (!w->ring->u.lent)
			uring_submit(w);
		if (has_work(w))
			return;
		/* Without buffers it is sends that are waited for. */
		if (w->ring->u.lent)
			count_in_time(w, &n, &ts);
	}
	waits = mcrd_uring_waits(&w->ring->u, n);
	err = io_uring_submit_and_wait_timeout(ring, &cqe, n,
					       ts.tv_nsec ? &ts : NULL, NULL);
	w->ring->u.calls += waits;
	w->tally.wakeups += waits;
	if (err >= 0 || err == -ETIME || err == -EINTR || err == -EAGAIN ||
	    err == -EBUSY)
		return;
	mcrd_wlog_put(&w->log, LOG_ERR, NULL, "io_uring failed: %s",
		      strerror(-err));
	mcrd_worker_end(w, 1);
}

/* Return true if it is a frame. */
static bool received(struct mcrd_worker *w, const struct mcrd_event *e)
{
	struct mcrd_rxdev *rx = pointer_of(e->data);
	struct mcrd_ring *ring = w->ring;
	struct io_uring_recvmsg_out out;
	struct mcrd_message m;
	struct mcrd_buf *buf;
	uint8_t *mem;

	buf = mcrd_uring_filled(&ring->u, e->flags, e->res);
	if (buf && e->res >= (int)MCRD_FRAME_ROOM) {
		mem = buf->mem + ring->u.shift;
		memcpy(&out, mem, sizeof(out));
		m.payload = mem + MCRD_FRAME_ROOM;
		m.len = (size_t)e->res - MCRD_FRAME_ROOM;
		m.name = mem + MCRD_FRAME_OUT;
		m.control = mem + MCRD_FRAME_OUT + MCRD_FRAME_NAME;
		m.control_len = out.controllen;
		m.flags = (int)out.flags;
		mcrd_receive(w, rx, buf, &m);
	} else if (buf) {
		mcrd_pool_put(&w->pool, buf);
	}
	if (e->res < 0 && !mcrd_receive_error(w, rx, -e->res))
		ring->rest_until = w->now + REST_MS;
	if (!(e->flags & IORING_CQE_F_MORE)) {
		rx->armed = false;
		if (rx->closed) {
			forget_rx(ring, rx);
			mcrd_rxdev_free(rx);
		}
	}
	return buf;
}

static void read_signal(struct mcrd_worker *w)
{
	struct signalfd_siginfo info;

	w->ring->signalled = false;
	if (read(w->sig_fd, &info, sizeof(info)) == (ssize_t)sizeof(info))
		mcrd_worker_stop(w);
}

static void take_command(struct mcrd_worker *w)
{
	struct mcrd_ring *ring = w->ring;

	if (ring->has_read) {
		ring->has_read = false;
		ring->reading = false;
		mcrd_worker_got(w, ring->read, &ring->msg);
	}
	if (ring->reading && !w->apply.owed)
		return;
	/* What goes by the rules as they were is on its way before they change. */
	uring_submit(w);
	mcrd_worker_commands(w);
}

static bool is_enough(const struct mcrd_worker *w, uint32_t events,
		      uint32_t begun)
{
	return events == BATCH || w->gather.open >= OPEN ||
	       w->sender.offered - begun >= SENT;
}

/* Return how many there were. */
static uint32_t handle_frames(struct mcrd_worker *w)
{
	uint32_t begun = w->sender.offered, frames = 0, events = 0;
	struct mcrd_ring *ring = w->ring;

	while (ring->n && !is_enough(w, events++, begun)) {
		struct mcrd_event e = ring->event[ring->first];

		ring->first = (ring->first + 1) & (ring->room - 1);
		ring->n--;
		if ((e.data & TAG_MASK) == TAG_RX)
			frames += received(w, &e);
	}
	return frames;
}

static void uring_round(struct mcrd_worker *w)
{
	struct mcrd_ring *ring = w->ring;
	uint32_t frames;

	ring->late = false;
	mcrd_uring_lend(&ring->u);
	ask_for_packets(w);
	ask_for_commands(w);
	ask_for_signals(w);
	/* While frames wait, commands are to be heard of all the same. */
	if (ring->n)
		mcrd_uring_look(&ring->u);
	else
		wait_for_more(w);
	if (ring->closing && mcrd_uring_submit(&ring->u))
		free_closing(ring);
	w->now = get_jiffies_64();
	harvest(w);
	frames = handle_frames(w);
	w->tally.receives += frames > 0;
	w->tally.syscalls += ring->u.calls;
	ring->u.calls = 0;
	mcrd_receive_batch(w, frames);
	if (ring->signalled)
		read_signal(w);
	take_command(w);
}

const struct mcrd_loop_ops mcrd_loop_uring = {
	.which = MCRD_LOOP_URING,
	.open = uring_open,
	.close = uring_close,
	.rx_open = uring_rx_open,
	.rx_close = uring_rx_close,
	.tx_close = uring_tx_close,
	.send = uring_send,
	.submit = uring_submit,
	.round = uring_round,
};

const struct mcrd_loop_ops mcrd_loop_sqpoll = {
	.which = MCRD_LOOP_SQPOLL,
	.open = sqpoll_open,
	.close = uring_close,
	.rx_open = uring_rx_open,
	.rx_close = uring_rx_close,
	.tx_close = uring_tx_close,
	.send = uring_send,
	.submit = uring_submit,
	.round = uring_round,
};
