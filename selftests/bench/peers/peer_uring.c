// SPDX-License-Identifier: GPL-2.0
/*
 * io_uring, packet by packet: one request receives for ever into buffers that the
 * kernel chooses; each output sends from that buffer, which goes back with the
 * last send. Sends are submitted with the next wait, descriptors are registered.
 */
#include "peer.h"

#include <errno.h>
#include <liburing.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define BUFFERS		256U
#define ENTRIES		4096U
#define RECEIVE		UINT64_MAX

/* A wait ends with so many completions, or after so long. */
#define ENOUGH		64
#define WAIT_NS		100000

/**
 * struct loop - one
 * @ring: the io_uring
 * @br: the ring of buffers
 * @mem: the buffers
 * @refs: sends that each is referred to by
 * @back: buffers that went back and are not told of
 * @receiving: the request is under way
 */
struct loop {
	struct io_uring ring;
	struct io_uring_buf_ring *br;
	uint8_t *mem;
	uint16_t refs[BUFFERS];
	int back;
	int receiving;
};

static uint8_t *buffer(const struct loop *l, unsigned int id)
{
	return l->mem + (size_t)id * PEER_PACKET;
}

static void give_back(struct loop *l, unsigned int id)
{
	io_uring_buf_ring_add(l->br, buffer(l, id), PEER_PACKET,
			      (unsigned short)id,
			      io_uring_buf_ring_mask(BUFFERS), l->back++);
}

static int set_up(struct loop *l, const struct peer *p)
{
	struct io_uring_params params = {
		.flags = IORING_SETUP_CQSIZE | IORING_SETUP_SUBMIT_ALL |
			 IORING_SETUP_SINGLE_ISSUER |
			 IORING_SETUP_DEFER_TASKRUN |
			 IORING_SETUP_COOP_TASKRUN,
		.cq_entries = 16 * ENTRIES,
	};
	struct io_uring_buf_reg reg = { .ring_entries = BUFFERS };
	int fds[1 + PEER_OUT_MAX];
	unsigned int i;
	int err;

	err = io_uring_queue_init_params(ENTRIES, &l->ring, &params);
	if (err)
		return err;
	io_uring_register_ring_fd(&l->ring);
	fds[0] = p->in;
	memcpy(fds + 1, p->out, p->n * sizeof(fds[0]));
	err = io_uring_register_files(&l->ring, fds, 1 + p->n);
	if (err)
		return err;
	l->br = mmap(NULL, BUFFERS * sizeof(struct io_uring_buf),
		     PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		     0);
	l->mem = mmap(NULL, (size_t)BUFFERS * PEER_PACKET,
		      PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		      0);
	if (l->br == MAP_FAILED || l->mem == MAP_FAILED)
		return -ENOMEM;
	io_uring_buf_ring_init(l->br);
	reg.ring_addr = (uintptr_t)l->br;
	err = io_uring_register_buf_ring(&l->ring, &reg, 0);
	for (i = 0; i < BUFFERS; i++)
		give_back(l, i);
	return err;
}

static struct io_uring_sqe *entry(struct loop *l)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&l->ring);

	while (!sqe) {
		io_uring_submit(&l->ring);
		sqe = io_uring_get_sqe(&l->ring);
	}
	return sqe;
}

static void receive(struct loop *l)
{
	struct io_uring_sqe *sqe = entry(l);

	io_uring_prep_recv_multishot(sqe, 0, NULL, 0, 0);
	sqe->flags |= IOSQE_BUFFER_SELECT | IOSQE_FIXED_FILE;
	sqe->buf_group = 0;
	io_uring_sqe_set_data64(sqe, RECEIVE);
	l->receiving = 1;
}

static void forward(struct loop *l, const struct peer *p, unsigned int id,
		    size_t skip, size_t len)
{
	unsigned int i;

	if (len <= skip) {
		give_back(l, id);
		return;
	}
	l->refs[id] = (uint16_t)p->n;
	for (i = 0; i < p->n; i++) {
		struct io_uring_sqe *sqe = entry(l);

		io_uring_prep_send(sqe, (int)(1 + i), buffer(l, id) + skip,
				   len - skip, MSG_DONTWAIT);
		sqe->flags |= IOSQE_FIXED_FILE;
		io_uring_sqe_set_data64(sqe, id);
	}
}

static void handle(struct loop *l, const struct peer *p, size_t skip,
		   const struct io_uring_cqe *cqe)
{
	if (cqe->user_data != RECEIVE) {
		if (!--l->refs[cqe->user_data])
			give_back(l, (unsigned int)cqe->user_data);
		return;
	}
	if (!(cqe->flags & IORING_CQE_F_MORE))
		l->receiving = 0;
	if (cqe->flags & IORING_CQE_F_BUFFER)
		forward(l, p, cqe->flags >> IORING_CQE_BUFFER_SHIFT, skip,
			cqe->res > 0 ? (size_t)cqe->res : 0);
}

int peer_uring(const struct peer *p, size_t skip)
{
	struct __kernel_timespec ts = { .tv_nsec = WAIT_NS };
	struct loop *l = calloc(1, sizeof(*l));
	struct io_uring_cqe *cqe, *found[ENOUGH];
	unsigned int n, i;
	int err = l ? set_up(l, p) : -ENOMEM;

	while (!err) {
		io_uring_buf_ring_advance(l->br, l->back);
		l->back = 0;
		if (!l->receiving)
			receive(l);
		err = io_uring_submit_and_wait_timeout(&l->ring, &cqe, ENOUGH,
						       &ts, NULL);
		if (err >= 0 || err == -ETIME || err == -EINTR ||
		    err == -EBUSY || err == -EAGAIN)
			err = 0;
		do {
			n = io_uring_peek_batch_cqe(&l->ring, found, ENOUGH);
			for (i = 0; i < n; i++)
				handle(l, p, skip, found[i]);
			io_uring_cq_advance(&l->ring, n);
		} while (n == ENOUGH);
	}
	fprintf(stderr, "bench-peer: io_uring: %s\n", strerror(-err));
	return 1;
}
