/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A worker: frames (plan.h) in, packets in, packets out.
 *
 * It is one process of one thread (and one of the kernel's, with SQPOLL), which is told
 * everything by its supervisor and can do nothing but receive from, and send with, the
 * sockets it is given.
 */
#ifndef MCRD_WORKER_H
#define MCRD_WORKER_H

#include "../arena.h"
#include "../plan.h"
#include "apply.h"
#include "errors.h"
#include "gather.h"
#include "loop.h"
#include "pace.h"
#include "pool.h"
#include "reader.h"
#include "send.h"
#include "table.h"
#include "tally.h"
#include "wlog.h"

/* Where the supervisor is. */
#define MCRD_WORKER_FD	3

/* A worker that is to stop waits so long for what is under way. */
#define MCRD_STOP_MS	800

/**
 * struct mcrd_worker - all of a worker's state
 * @config: what it is; from the first frame
 * @arena: what it counts in
 * @section: its own section of @arena
 * @shared: the shared section
 * @cmd_fd: the supervisor
 * @sig_fd: signals, as a file
 * @reader: frames of the supervisor
 * @log: what is to be told
 * @pool: receive buffers
 * @table: devices and rules
 * @apply: changes that wait for MCRD_SYNC
 * @gather: runs of this batch
 * @sender: sends
 * @pace: how long it pays to wait for more packets
 * @loop: how it receives and sends
 * @ring: the loop's own state; owned by it
 * @errors: what went wrong, by name
 * @tally: what it counts of itself
 * @now: jiffies, of this batch
 * @tell_at: jiffies before which no first drop is told of
 * @rounds: how often the loop waited, or looked
 * @configured: @config is there
 * @stopping: it receives no more
 * @ended: it is over
 * @status: exit status, once @ended
 * @stop_at: jiffies at which a worker that is stopping gives up
 */
struct mcrd_worker {
	struct mcrd_config config;
	struct mcrd_arena arena;
	char *section;
	char *shared;
	int cmd_fd;
	int sig_fd;
	struct mcrd_reader reader;
	struct mcrd_wlog log;
	struct mcrd_pool pool;
	struct mcrd_table table;
	struct mcrd_apply apply;
	struct mcrd_gather gather;
	struct mcrd_sender sender;
	struct mcrd_pace pace;
	const struct mcrd_loop_ops *loop;
	struct mcrd_ring *ring;
	struct mcrd_errors errors;
	struct mcrd_tally tally;
	uint64_t now;
	uint64_t tell_at;
	uint64_t rounds;
	bool configured;
	bool stopping;
	bool ended;
	int status;
	uint64_t stop_at;
};

int mcrd_worker_main(int argc, char **argv);

const char *mcrd_worker_configure(struct mcrd_worker *w,
				  struct mcrd_frame_in *f);

/* In command.c. */
void mcrd_worker_got(struct mcrd_worker *w, ssize_t len, struct msghdr *msg);
void mcrd_worker_commands(struct mcrd_worker *w);
void mcrd_worker_stop(struct mcrd_worker *w);
void mcrd_worker_end(struct mcrd_worker *w, int status);

/* In tell.c. */
bool mcrd_worker_tell(struct mcrd_worker *w, enum mcrd_frame_type type,
		      const void *body, size_t len);

#endif /* MCRD_WORKER_H */
