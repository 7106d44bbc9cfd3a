/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The workers: starting them, telling them, missing and ending them.
 */
#ifndef MCRD_WORKERS_H
#define MCRD_WORKERS_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "arena.h"
#include "frames.h"
#include "lines.h"
#include "log.h"
#include "spawn.h"
#include "watch.h"

/* Processes of a worker that do not end, before no other one is started. */
#define MCRD_LEFT_MAX	3U

/**
 * enum mcrd_child_state - how far a worker is
 * @MCRD_CHILD_GONE: there is no process
 * @MCRD_CHILD_STARTING: it has not said that it is ready
 * @MCRD_CHILD_READY: it has, and knows nothing yet
 * @MCRD_CHILD_FED: it knows all, and is told what changes
 */
enum mcrd_child_state {
	MCRD_CHILD_GONE,
	MCRD_CHILD_STARTING,
	MCRD_CHILD_READY,
	MCRD_CHILD_FED,
};

/**
 * struct mcrd_child - a worker, as the supervisor sees it
 * @all: all workers
 * @number: its number
 * @state: how far it is
 * @pid: its process
 * @stream: watched for what it says
 * @out: what it is to be told
 * @in: what it said
 * @seen: how much of @out was sent when that was last looked at
 * @moved: when it was more than the time before
 * @done: the last MCRD_SYNC that it has carried out
 * @hello: what it said of itself; zeroes: it has not yet
 * @starts: processes there have been
 * @log: watched for what it logs
 * @log_end: the worker's end of that, open here as well
 * @lines: what it logs
 * @born: when it was started
 * @due: when it is to be started again
 * @delay: how long that was put off
 * @quiet: nothing more is said of its fate: why was said
 * @no_loop: it has ended because the loop that was named cannot be had
 * @left: processes that were killed, and have not ended: the kernel holds them
 * @n_left: how many
 */
struct mcrd_child {
	struct mcrd_workers *all;
	unsigned int number;
	enum mcrd_child_state state;
	pid_t pid;
	struct mcrd_watch stream;
	struct mcrd_outq out;
	struct mcrd_inq in;
	uint64_t seen;
	int64_t moved;
	uint64_t done;
	struct mcrd_hello hello;
	uint32_t starts;
	struct mcrd_watch log;
	int log_end;
	struct mcrd_lines lines;
	int64_t born;
	int64_t due;
	int64_t delay;
	bool quiet;
	bool no_loop;
	pid_t left[MCRD_LEFT_MAX];
	unsigned int n_left;
};

/**
 * struct mcrd_workers - all workers
 * @log: the supervisor's
 * @poll: the loop's
 * @arena: what they count in
 * @user: whom they run as
 * @config: what each is told first, but for its number
 * @first_drop: called when one says that an output dropped for a new reason
 * @arg: for it
 * @n: how many
 * @cookie: of the last MCRD_SYNC
 * @told: frames since then
 * @stopping: they are to end
 * @ready: one of them has been, since the start
 * @no_loop: none has: all have ended because the loop that was named cannot be had
 * @worker: the workers, owned
 * @polled: room to wait for all of them, owned
 */
struct mcrd_workers {
	const struct mcrd_log *log;
	struct mcrd_poll *poll;
	const struct mcrd_arena *arena;
	struct mcrd_privs user;
	struct mcrd_config config;
	void (*first_drop)(const struct mcrd_first_drop *drop, void *arg);
	void *arg;
	unsigned int n;
	uint64_t cookie;
	uint64_t told;
	bool stopping;
	bool ready;
	bool no_loop;
	struct mcrd_child *worker;
	struct pollfd *polled;
};

int mcrd_workers_init(struct mcrd_workers *ws);
void mcrd_workers_start(struct mcrd_workers *ws);
void mcrd_workers_stop(struct mcrd_workers *ws);
void mcrd_workers_exit(struct mcrd_workers *ws);

void mcrd_workers_level(struct mcrd_workers *ws, int level);
void mcrd_workers_reap(struct mcrd_workers *ws);
int mcrd_workers_due_ms(const struct mcrd_workers *ws);
struct mcrd_child *mcrd_workers_unfed(const struct mcrd_workers *ws);
bool mcrd_workers_settled(const struct mcrd_workers *ws);

void mcrd_child_tell(struct mcrd_child *w, enum mcrd_frame_type type,
		     const void *data, size_t len, const int *fd,
		     unsigned int n_fd);
void mcrd_workers_tell(struct mcrd_workers *ws, struct mcrd_child *only,
		       enum mcrd_frame_type type, const void *data, size_t len);
void mcrd_workers_push(struct mcrd_workers *ws);
void mcrd_workers_sync(struct mcrd_workers *ws, struct mcrd_child *only);

#endif /* MCRD_WORKERS_H */
