// SPDX-License-Identifier: GPL-2.0
/*
 * Setting up an io_uring; see uring.h.
 *
 * Whether a kernel has what is needed is found out by doing it once: version
 * numbers say little where features are backported, or filtered.
 */
#include "uring.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "frame.h"
#include "pool.h"

#define N_ELEMENTS(array)	(sizeof(array) / sizeof((array)[0]))

/* The kernel's thread is waited for so long, and for room in its queue so often. */
#define DRAIN_NS	10000000LL
#define ROOM_TRIES	8U

/* What is asked for, the best first; old kernels refuse flags they do not know. */
static const unsigned int flag_sets[] = {
	IORING_SETUP_SUBMIT_ALL | IORING_SETUP_SINGLE_ISSUER |
	IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_COOP_TASKRUN,
	IORING_SETUP_SUBMIT_ALL | IORING_SETUP_SINGLE_ISSUER |
	IORING_SETUP_COOP_TASKRUN,
	IORING_SETUP_SUBMIT_ALL | IORING_SETUP_COOP_TASKRUN,
	IORING_SETUP_SUBMIT_ALL,
	0,
};

static const unsigned int sqpoll_flag_sets[] = {
	IORING_SETUP_SUBMIT_ALL | IORING_SETUP_SINGLE_ISSUER |
	IORING_SETUP_SQPOLL,
	IORING_SETUP_SUBMIT_ALL | IORING_SETUP_SQPOLL,
	IORING_SETUP_SQPOLL,
};

static const char *refusal(int err)
{
	switch (err) {
	case EPERM:
		return "not permitted (by sysctl kernel.io_uring_disabled, or seccomp)";
	case EACCES:
		return "not permitted (by seccomp, or a security module such as SELinux)";
	case EAGAIN:
		return "no further thread is allowed (by RLIMIT_NPROC, or systemd's TasksMax)";
	case ENOSYS:
		return "this kernel has none, or seccomp hides it";
	case ENOMEM:
		return "no memory, or RLIMIT_MEMLOCK is too low";
	case EMFILE:
	case ENFILE:
		return "too many open files";
	default:
		return strerror(err);
	}
}

/* What is asked of the kernel in this way, and filtered by nobody else. */
static const uint8_t allowed_ops[] = {
	IORING_OP_RECVMSG, IORING_OP_SENDMSG, IORING_OP_READ,
	IORING_OP_POLL_ADD, IORING_OP_ASYNC_CANCEL, IORING_OP_TIMEOUT,
};

static const uint8_t allowed_calls[] = {
	IORING_REGISTER_ENABLE_RINGS, IORING_REGISTER_RING_FDS,
	IORING_UNREGISTER_RING_FDS, IORING_REGISTER_PBUF_RING,
	IORING_UNREGISTER_PBUF_RING,
};

/* liburing 2.3 declares functions for this, and does not export them. */
static int register_raw(struct mcrd_uring *u, unsigned int call,
			const void *arg, unsigned int n)
{
	return syscall(SYS_io_uring_register, u->ring.ring_fd, call, arg, n) < 0 ?
	       -errno : 0;
}

/* A fault in what looks at packets is not to open files by this way. */
static int restrict_to_work(struct mcrd_uring *u)
{
	struct io_uring_restriction
		res[sizeof(allowed_ops) + sizeof(allowed_calls) + 1];
	unsigned int n = 0, i;
	int err;

	memset(res, 0, sizeof(res));
	for (i = 0; i < sizeof(allowed_ops); i++) {
		res[n].opcode = IORING_RESTRICTION_SQE_OP;
		res[n++].sqe_op = allowed_ops[i];
	}
	for (i = 0; i < sizeof(allowed_calls); i++) {
		res[n].opcode = IORING_RESTRICTION_REGISTER_OP;
		res[n++].register_op = allowed_calls[i];
	}
	res[n].opcode = IORING_RESTRICTION_SQE_FLAGS_ALLOWED;
	res[n++].sqe_flags = IOSQE_BUFFER_SELECT;
	err = register_raw(u, IORING_REGISTER_RESTRICTIONS, res, n);
	return err ? err : register_raw(u, IORING_REGISTER_ENABLE_RINGS, NULL,
					0);
}

/* Sends, and each buffer that may be filled, have room for their completion. */
static int setup(struct mcrd_uring *u)
{
	const unsigned int *sets = u->sqpoll ? sqpoll_flag_sets : flag_sets;
	size_t n = u->sqpoll ? N_ELEMENTS(sqpoll_flag_sets) :
			       N_ELEMENTS(flag_sets);
	struct io_uring_params p;
	int err = -EINVAL;
	size_t i;

	for (i = 0; i < n; i++) {
		memset(&p, 0, sizeof(p));
		p.flags = sets[i] | IORING_SETUP_CQSIZE |
			  IORING_SETUP_CLAMP | IORING_SETUP_R_DISABLED;
		p.sq_thread_idle = MCRD_URING_IDLE_MS;
		p.cq_entries = 4 * MCRD_URING_SQ + 2 * u->pool->n;
		err = io_uring_queue_init_params(MCRD_URING_SQ, &u->ring, &p);
		if (err != -EINVAL)
			break;
	}
	if (err)
		return err;
	err = restrict_to_work(u);
	u->open = !err;
	if (err)
		io_uring_queue_exit(&u->ring);
	return err;
}

static int add_buffers(struct mcrd_uring *u)
{
	struct io_uring_buf_reg reg = { .bgid = MCRD_URING_GROUP };
	void *mem;

	for (u->entries = 1; u->entries < u->pool->n;)
		u->entries *= 2;
	u->br_len = u->entries * sizeof(struct io_uring_buf);
	mem = mmap(NULL, u->br_len, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (mem == MAP_FAILED)
		return -errno;
	u->br = mem;
	io_uring_buf_ring_init(u->br);
	reg.ring_addr = (uintptr_t)mem;
	reg.ring_entries = u->entries;
	return io_uring_register_buf_ring(&u->ring, &reg, 0);
}

/* Large frames find warm buffers only if there are few. */
static unsigned int most_lent(const struct mcrd_uring *u)
{
	unsigned int n = u->mean ? MCRD_URING_WARM / u->mean : u->lend;

	if (n < MCRD_URING_FEW)
		n = MCRD_URING_FEW;
	return n < u->lend ? n : u->lend;
}

/**
 * mcrd_uring_lend - give the kernel buffers that are free
 * @u: the io_uring
 *
 * It fills them in turn: those that it has are all touched, and are in no cache
 * when it comes to the last. The pool is for what is being sent.
 */
void mcrd_uring_lend(struct mcrd_uring *u)
{
	int mask = io_uring_buf_ring_mask(u->entries), n = 0;
	unsigned int most = most_lent(u);
	struct mcrd_buf *buf;

	while (u->lent + (unsigned int)n < most &&
	       (buf = mcrd_pool_lend(u->pool)))
		io_uring_buf_ring_add(u->br, buf->mem + u->shift,
				      (unsigned int)(u->pool->size - u->shift),
				      buf->id, mask, n++);
	if (!n)
		return;
	io_uring_buf_ring_advance(u->br, n);
	u->lent += (unsigned int)n;
}

/**
 * mcrd_uring_filled - the buffer of a completion
 * @u: the io_uring
 * @flags: of the completion
 * @len: its result: bytes that were received, or -errno
 *
 * Return: the buffer, with a reference for mcrd_pool_put(), or NULL: it has none.
 */
struct mcrd_buf *mcrd_uring_filled(struct mcrd_uring *u, unsigned int flags,
				   int len)
{
	struct mcrd_buf *buf;

	if (!(flags & IORING_CQE_F_BUFFER))
		return NULL;
	buf = &u->pool->bufs[flags >> IORING_CQE_BUFFER_SHIFT];
	u->lent--;
	if (len > 0)
		u->mean = (7 * u->mean + (unsigned int)len) / 8;
	mcrd_pool_filled(u->pool, buf);
	return buf;
}

/**
 * mcrd_uring_sqe - an entry to be submitted
 * @u: the io_uring
 *
 * Return: an entry, or NULL if the kernel takes none now.
 */
struct io_uring_sqe *mcrd_uring_sqe(struct mcrd_uring *u)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&u->ring);
	unsigned int tries;

	if (sqe)
		return sqe;
	mcrd_uring_submit(u);
	sqe = io_uring_get_sqe(&u->ring);
	/* A signal may end the wait early. */
	for (tries = 0; !sqe && u->sqpoll && tries < ROOM_TRIES; tries++) {
		u->calls += !io_uring_sq_space_left(&u->ring);
		io_uring_sqring_wait(&u->ring);
		sqe = io_uring_get_sqe(&u->ring);
	}
	return sqe;
}

static int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

/* Who finds nothing for long sleeps, and says so before. */
static bool is_asleep(const struct mcrd_uring *u)
{
	return __atomic_load_n(u->ring.sq.kflags, __ATOMIC_RELAXED) &
	       IORING_SQ_NEED_WAKEUP;
}

/* Without anything to submit it is none, but for rare cases. */
static bool submits_by_call(const struct mcrd_uring *u)
{
	return io_uring_sq_ready(&u->ring) && (!u->sqpoll || is_asleep(u));
}

/**
 * mcrd_uring_submit - carry out what was asked for
 * @u: the io_uring
 *
 * Return: true; false if the kernel has not taken all of it yet.
 */
bool mcrd_uring_submit(struct mcrd_uring *u)
{
	u->calls += submits_by_call(u);
	io_uring_submit(&u->ring);
	return !io_uring_sq_ready(&u->ring);
}

/**
 * mcrd_uring_drain - carry out what was asked for, and wait until it is
 * @u: the io_uring
 *
 * What does not wait for anything itself is done then, and its completion is there.
 * Not for long: if the kernel's thread gets no processor, the rest is done later.
 *
 * Return: true; false if the kernel has not taken all of it yet.
 */
bool mcrd_uring_drain(struct mcrd_uring *u)
{
	int64_t end = u->sqpoll ? now_ns() + DRAIN_NS : 0;

	while (!mcrd_uring_submit(u)) {
		if (!u->sqpoll || now_ns() >= end)
			return false;
		u->calls++;
		sched_yield();
	}
	return true;
}

/**
 * mcrd_uring_waits - would waiting for completions take a system call?
 * @u: the io_uring
 * @n: how many
 *
 * Return: true; false if the kernel need not be asked, as its thread submits and has
 *	done so much.
 */
bool mcrd_uring_waits(const struct mcrd_uring *u, unsigned int n)
{
	return !u->sqpoll || io_uring_cq_ready(&u->ring) < n;
}

/**
 * mcrd_uring_look - submit, and see what else is done, without waiting
 * @u: the io_uring
 *
 * The kernel may leave completions undone until it is asked for them, but for what
 * its own thread has submitted.
 */
void mcrd_uring_look(struct mcrd_uring *u)
{
	if (u->sqpoll) {
		mcrd_uring_submit(u);
		return;
	}
	u->calls++;
	io_uring_submit_and_get_events(&u->ring);
}

/**
 * mcrd_uring_receive - prepare to receive all that comes
 * @u: the io_uring
 * @sqe: an entry
 * @fd: the socket
 */
void mcrd_uring_receive(struct mcrd_uring *u, struct io_uring_sqe *sqe, int fd)
{
	io_uring_prep_recvmsg_multishot(sqe, fd, &u->msg, 0);
	sqe->flags |= IOSQE_BUFFER_SELECT;
	sqe->buf_group = MCRD_URING_GROUP;
}

/* The next completion in @cqe; 0 or -errno. */
static int wait_one(struct mcrd_uring *u, struct io_uring_cqe *cqe)
{
	struct __kernel_timespec ts = { .tv_sec = 2 };
	struct io_uring_cqe *p;
	int err;

	err = io_uring_submit_and_wait_timeout(&u->ring, &p, 1, &ts, NULL);
	if (err < 0)
		return err;
	*cqe = *p;
	io_uring_cqe_seen(&u->ring, p);
	return 0;
}

/* End the receive that the kernel may still have, and wait until it is over. */
static int cancel_trial(struct mcrd_uring *u)
{
	struct io_uring_sqe *sqe = mcrd_uring_sqe(u);
	bool receiving = true, canceling = true;
	struct io_uring_cqe cqe;
	int err = 0;

	if (!sqe)
		return -EBUSY;
	io_uring_prep_cancel64(sqe, 1, 0);
	io_uring_sqe_set_data64(sqe, 2);
	/* They may come in either order. */
	while (!err && (receiving || canceling)) {
		err = wait_one(u, &cqe);
		if (!err && cqe.user_data == 1)
			receiving = cqe.flags & IORING_CQE_F_MORE;
		else if (!err)
			canceling = false;
	}
	return err;
}

/* Does one message come as it should, and would more? */
static int try_receive(struct mcrd_uring *u, int to, int from)
{
	struct io_uring_sqe *sqe = mcrd_uring_sqe(u);
	struct io_uring_cqe cqe;
	struct mcrd_buf *buf;
	int err;

	if (!sqe)
		return -EBUSY;
	mcrd_uring_receive(u, sqe, from);
	io_uring_sqe_set_data64(sqe, 1);
	if (send(to, "", 1, 0) != 1)
		return -errno;
	err = wait_one(u, &cqe);
	if (err)
		return err;
	if (cqe.res < 0)
		return cqe.res;
	buf = mcrd_uring_filled(u, cqe.flags, cqe.res);
	if (buf)
		mcrd_pool_put(u->pool, buf);
	if (!buf || !(cqe.flags & IORING_CQE_F_MORE))
		return -EOPNOTSUPP;
	return cancel_trial(u);
}

static int try_out(struct mcrd_uring *u)
{
	int sv[2], err;

	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, sv))
		return -errno;
	mcrd_uring_lend(u);
	err = try_receive(u, sv[0], sv[1]);
	close(sv[0]);
	close(sv[1]);
	return err;
}

/**
 * mcrd_uring_open - set up an io_uring
 * @u: it
 * @pool: what buffers are lent from, all of them free
 * @shift: bytes of each buffer that are to be left free
 * @sqpoll: a thread of the kernel's is to submit, so that no call is needed for it
 * @why: if it cannot be done, a sentence
 * @size: of @why
 *
 * Return: 0, or -errno: then the pool is as it was.
 */
int mcrd_uring_open(struct mcrd_uring *u, struct mcrd_pool *pool, size_t shift,
		    bool sqpoll, char *why, size_t size)
{
	int err;

	memset(u, 0, sizeof(*u));
	u->pool = pool;
	u->sqpoll = sqpoll;
	u->lend = MCRD_URING_LENT / (unsigned int)pool->size;
	if (u->lend < MCRD_URING_LEND)
		u->lend = MCRD_URING_LEND;
	u->shift = shift;
	u->msg.msg_namelen = MCRD_FRAME_NAME;
	u->msg.msg_controllen = MCRD_FRAME_CONTROL;
	err = setup(u);
	if (err) {
		snprintf(why, size, "io_uring%s is refused: %s",
			 sqpoll ? " with SQPOLL" : "", refusal(-err));
		return err;
	}
	/* Not to look the ring up by its descriptor each time. */
	io_uring_register_ring_fd(&u->ring);
	err = add_buffers(u);
	if (!err)
		err = try_out(u);
	if (!err)
		return 0;
	if (err == -ETIME)
		snprintf(why, size,
			 "io_uring does nothing for two seconds: the machine is too busy");
	else
		snprintf(why, size,
			 "this kernel's io_uring cannot receive into a ring of buffers (Linux 6.0 can): %s",
			 strerror(-err));
	mcrd_uring_close(u);
	return err;
}

/**
 * mcrd_uring_close - take an io_uring down
 * @u: it; the pool's buffers are all free again, unless they are referred to
 */
void mcrd_uring_close(struct mcrd_uring *u)
{
	if (u->open)
		io_uring_queue_exit(&u->ring);
	if (u->br)
		munmap(u->br, u->br_len);
	mcrd_pool_reclaim(u->pool);
	memset(u, 0, sizeof(*u));
}
