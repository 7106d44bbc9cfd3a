// SPDX-License-Identifier: GPL-2.0
/*
 * A worker's life: the first frame says what it is, then it loops.
 */
#include "worker.h"

#include <errno.h>
#include <json-c/json.h>
#include <linux/jiffies.h>
#include <linux/percpu.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "../../kapi/kapi.h"
#include "frame.h"
#include "seccomp.h"
#include "vnet.h"

/* Where the supervisor does not say: a super-packet; without those, a jumbo. */
#define FRAME_BYTES_VNET	(65535U + 18U)
#define FRAME_BYTES		(9216U + 18U)
#define BUFFERS			1024U

/* Timers of the kernel's may be late by so much. */
#define TIMER_SLACK_NS		1000UL

/* To find room for the answer when the supervisor is slow. */
#define HELLO_TRIES_MS		2000

/* The best first. */
static const struct mcrd_loop_ops *const loops[] = {
	&mcrd_loop_uring, &mcrd_loop_mmsg, &mcrd_loop_sqpoll,
};

static int make_pool(struct mcrd_worker *w)
{
	uint32_t bytes = w->config.buffer_bytes;
	uint32_t n = w->config.buffers ? w->config.buffers : BUFFERS;

	if (!bytes)
		bytes = w->config.vnet ? FRAME_BYTES_VNET : FRAME_BYTES;
	if (n > MCRD_POOL_MAX)
		n = MCRD_POOL_MAX;
	return mcrd_pool_init(&w->pool, n, mcrd_frame_shift(w->config.vnet) +
			      MCRD_FRAME_ROOM + MCRD_VNET_LEN + bytes);
}

/* A thread of the kernel's takes a processor's time: it has to be asked for. */
static bool may_take(const struct mcrd_worker *w,
		     const struct mcrd_loop_ops *ops)
{
	if (w->config.loop == MCRD_LOOP_AUTO)
		return ops->which != MCRD_LOOP_SQPOLL;
	return w->config.loop == ops->which;
}

/* Take a loop that works. Return 0, or -errno: there is none. */
static int choose_loop(struct mcrd_worker *w, struct mcrd_hello *hello)
{
	char why[sizeof(hello->why)];
	int err = -EINVAL;
	size_t i;

	for (i = 0; i < sizeof(loops) / sizeof(loops[0]); i++) {
		const struct mcrd_loop_ops *ops = loops[i];

		if (!may_take(w, ops))
			continue;
		err = ops->open(w, why, sizeof(why));
		if (!err) {
			w->loop = ops;
			hello->loop = ops->which;
			return 0;
		}
		memcpy(hello->why, why, sizeof(why));
		mcrd_wlog_put(&w->log, w->config.loop == MCRD_LOOP_AUTO ?
			      LOG_NOTICE : LOG_ERR, NULL, "%s", why);
	}
	return err;
}

static const char *say_hello(struct mcrd_worker *w,
			     const struct mcrd_hello *hello)
{
	struct pollfd p = { .fd = w->cmd_fd, .events = POLLOUT };

	if (poll(&p, 1, HELLO_TRIES_MS) == 1 &&
	    mcrd_worker_tell(w, MCRD_HELLO, hello, sizeof(*hello)))
		return NULL;
	return "it does not read what is said to it";
}

static const char *map_arena(struct mcrd_worker *w, int fd)
{
	if (!w->config.workers || w->config.worker >= w->config.workers)
		return "a worker's number is not below the number of workers";
	if (mcrd_arena_map(&w->arena, fd, w->config.workers))
		return "the arena cannot be mapped";
	w->section = w->arena.base + w->config.worker * MCRD_ARENA_STRIDE;
	w->shared = w->arena.base + w->config.workers * MCRD_ARENA_STRIDE;
	if (w->config.stats > MCRD_ARENA_STRIDE - sizeof(*w->tally.stats) ||
	    w->config.stats % sizeof(__u64))
		return "what it counts of itself has no place in the arena";
	w->tally.stats = (void *)(w->section + w->config.stats);
	kapi_percpu_provide(w->arena.base, w->config.workers,
			    MCRD_ARENA_STRIDE, w->shared);
	kapi_this_cpu_set(w->config.worker);
	return NULL;
}

/*
 * Which system calls are left from now on. To find out what else is called, the
 * process that starts a worker may say otherwise. Sanitizers call much else.
 */
static enum mcrd_seccomp_mode seccomp_mode(void)
{
	const char *word = getenv(MCRD_SECCOMP_ENV);

#ifdef __SANITIZE_ADDRESS__
	return MCRD_SECCOMP_OFF;
#endif
	if (word && !strcmp(word, "eperm"))
		return MCRD_SECCOMP_EPERM;
	if (word && !strcmp(word, "off"))
		return MCRD_SECCOMP_OFF;
	return MCRD_SECCOMP_KILL;
}

/* A kernel without seccomp has workers without it: they have no rights anyway. */
static const char *restrict_calls(struct mcrd_worker *w)
{
	char why[256];
	int err;

	err = mcrd_seccomp_enter(seccomp_mode(),
				 w->loop->which != MCRD_LOOP_MMSG, why,
				 sizeof(why));
	if (!err)
		return NULL;
	mcrd_wlog_put(&w->log, LOG_WARNING, NULL, "%s", why);
	return err == -EINVAL ? NULL : "its system calls cannot be restricted";
}

/**
 * mcrd_worker_configure - the first frame: what the worker is
 * @w: the worker
 * @f: the frame; descriptors that are kept are -1 in it afterwards
 *
 * Return: NULL, or what is wrong with it.
 */
const char *mcrd_worker_configure(struct mcrd_worker *w,
				  struct mcrd_frame_in *f)
{
	struct mcrd_hello hello = { .pid = (__u32)getpid() };
	const char *why;
	int fd;

	if (w->configured)
		return "a second configuration came";
	if (f->len != sizeof(w->config) || f->n_fds != 2)
		return "a configuration has another size, or not two descriptors";
	memcpy(&w->config, f->body, sizeof(w->config));
	mcrd_wlog_open(&w->log, f->fds[1], w->config.level, w->config.worker);
	f->fds[1] = -1;
	fd = f->fds[0];
	f->fds[0] = -1;
	w->arena.fd = fd;
	why = map_arena(w, fd);
	if (why)
		return why;
	if (make_pool(w) || mcrd_sender_init(&w->sender))
		return "there is no memory for its buffers";
	w->sender.no_gso = !w->config.gso;
	if (choose_loop(w, &hello)) {
		mcrd_wlog_put(&w->log, LOG_ERR, NULL,
			      "there is no way to receive and send");
		mcrd_worker_end(w, MCRD_EXIT_NO_LOOP);
		return NULL;
	}
	why = restrict_calls(w);
	if (why)
		return why;
	w->configured = true;
	return say_hello(w, &hello);
}

/* Until the first frame is there, nothing is known but where it comes from. */
static void read_configuration(struct mcrd_worker *w)
{
	uint8_t control[CMSG_SPACE(MCRD_READER_FDS * sizeof(int))]
		__aligned(8);
	struct pollfd p[2] = {
		{ .fd = w->cmd_fd, .events = POLLIN },
		{ .fd = w->sig_fd, .events = POLLIN },
	};
	struct iovec iov;
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	ssize_t len;

	if (poll(p, 2, -1) < 0 && errno != EINTR)
		mcrd_worker_end(w, 1);
	if (p[1].revents)
		mcrd_worker_end(w, 0);
	if (!p[0].revents || w->ended)
		return;
	mcrd_reader_space(&w->reader, &iov);
	len = recvmsg(w->cmd_fd, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	mcrd_worker_got(w, len < 0 ? -errno : len, &msg);
	mcrd_worker_commands(w);
}

static int open_signals(void)
{
	sigset_t set;

	/* What is written to nobody is an error like others. */
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return -1;
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int begin(struct mcrd_worker *w)
{
	memset(w, 0, sizeof(*w));
	w->arena.fd = -1;
	w->cmd_fd = MCRD_WORKER_FD;
	w->tally.sampling = true;
	mcrd_wlog_init(&w->log);
	mcrd_apply_init(&w->apply);
	mcrd_table_init(&w->table);
	w->sig_fd = open_signals();
	if (w->sig_fd < 0 || mcrd_reader_init(&w->reader))
		return -1;
	prctl(PR_SET_TIMERSLACK, TIMER_SLACK_NS, 0, 0, 0);
	return 0;
}

static void finish(struct mcrd_worker *w)
{
	if (w->ring)
		w->loop->close(w);
	mcrd_apply_exit(w);
	mcrd_table_exit(&w->table);
	mcrd_gather_exit(&w->gather);
	mcrd_sender_exit(&w->sender);
	mcrd_pool_exit(&w->pool);
	mcrd_reader_exit(&w->reader);
	mcrd_arena_unmap(&w->arena);
	mcrd_wlog_exit(&w->log);
	if (w->sig_fd >= 0)
		close(w->sig_fd);
}

static void add_number(struct json_object *fields, const char *key, uint64_t n)
{
	json_object_object_add(fields, key, json_object_new_uint64(n));
}

/* What the pool and the kernel's calls were like, for who looks into it. */
static void sum_up(struct mcrd_worker *w)
{
	struct json_object *fields = json_object_new_object();
	unsigned int i;

	add_number(fields, "buffers", w->pool.n);
	add_number(fields, "buffers_high", w->pool.high);
	add_number(fields, "buffers_exhausted", w->pool.exhausted);
	add_number(fields, "frames", w->pool.hits);
	add_number(fields, "rounds", w->rounds);
	add_number(fields, "log_lost", w->log.lost);
	for (i = 0; i < MCRD_FAULT_MAX; i++)
		if (w->errors.n[i])
			add_number(fields, mcrd_fault_name(i), w->errors.n[i]);
	mcrd_wlog_put(&w->log, LOG_INFO, fields, "stopped");
}

/* Is nothing on its way any more, or has that taken too long? */
static bool is_over(const struct mcrd_worker *w)
{
	return !(w->sender.under_way[0] + w->sender.under_way[1]) ||
	       (int64_t)(get_jiffies_64() - w->stop_at) >= 0;
}

static void run(struct mcrd_worker *w)
{
	while (!w->ended && !w->configured)
		read_configuration(w);
	while (!w->ended) {
		w->loop->round(w);
		w->rounds++;
		if (w->stopping && !w->ended && is_over(w)) {
			sum_up(w);
			mcrd_worker_end(w, 0);
		}
	}
}

/**
 * mcrd_worker_main - be a worker
 * @argc: unused
 * @argv: unused
 *
 * All there is to know comes over descriptor MCRD_WORKER_FD.
 *
 * Return: exit status.
 */
int mcrd_worker_main(int argc, char **argv)
{
	struct mcrd_worker *w = malloc(sizeof(*w));
	int status = 1;

	(void)argc;
	(void)argv;
	if (!w)
		return 1;
	if (!begin(w)) {
		run(w);
		status = w->status;
	}
	finish(w);
	free(w);
	return status;
}
