/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An io_uring with a ring of receive buffers: setting it up on the kernels that
 * there are, and finding out whether one has all that is needed.
 */
#ifndef MCRD_WORKER_URING_H
#define MCRD_WORKER_URING_H

#include <liburing.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

struct mcrd_buf;
struct mcrd_pool;

/* The only group of buffers. */
#define MCRD_URING_GROUP	0

/* Entries of the submission queue; a full one is submitted. */
#define MCRD_URING_SQ		512U

/* Bytes of buffers that the kernel has at most, if they are so many at least. */
#define MCRD_URING_LENT		(8U << 20)
#define MCRD_URING_LEND		64U

/* Bytes of them that it fills before it comes to the first again, likewise. */
#define MCRD_URING_WARM		(1024U << 10)
#define MCRD_URING_FEW		16U

/* That thread looks for something to submit for so long, then it sleeps. */
#define MCRD_URING_IDLE_MS	2U

/**
 * struct mcrd_uring - an io_uring with a ring of receive buffers
 * @ring: the io_uring
 * @open: it is there
 * @sqpoll: a thread of the kernel's submits what is put into its queue
 * @br: the ring of buffers, shared with the kernel; a mapping
 * @br_len: bytes of @br
 * @entries: of @br, a power of two
 * @shift: bytes of each buffer that are left free
 * @pool: what buffers are lent from
 * @lent: buffers that the kernel has
 * @lend: how many it may have
 * @mean: bytes of frames, as they were lately
 * @calls: system calls; who looks zeroes it
 * @msg: what is to be received beside frames; for all of them
 */
struct mcrd_uring {
	struct io_uring ring;
	bool open;
	bool sqpoll;
	struct io_uring_buf_ring *br;
	size_t br_len;
	unsigned int entries;
	size_t shift;
	struct mcrd_pool *pool;
	unsigned int lent;
	unsigned int lend;
	unsigned int mean;
	unsigned int calls;
	struct msghdr msg;
};

int mcrd_uring_open(struct mcrd_uring *u, struct mcrd_pool *pool, size_t shift,
		    bool sqpoll, char *why, size_t size);
void mcrd_uring_close(struct mcrd_uring *u);
void mcrd_uring_lend(struct mcrd_uring *u);
struct mcrd_buf *mcrd_uring_filled(struct mcrd_uring *u, unsigned int flags,
				   int len);
struct io_uring_sqe *mcrd_uring_sqe(struct mcrd_uring *u);
bool mcrd_uring_submit(struct mcrd_uring *u);
bool mcrd_uring_drain(struct mcrd_uring *u);
bool mcrd_uring_waits(const struct mcrd_uring *u, unsigned int n);
void mcrd_uring_look(struct mcrd_uring *u);
void mcrd_uring_receive(struct mcrd_uring *u, struct io_uring_sqe *sqe, int fd);

#endif /* MCRD_WORKER_URING_H */
