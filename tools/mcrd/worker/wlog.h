/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A worker's log: a JSON object a line, through a pipe to the supervisor. Never
 * waited for: what does not fit is lost, and counted.
 */
#ifndef MCRD_WORKER_WLOG_H
#define MCRD_WORKER_WLOG_H

#include <stdint.h>
#include <syslog.h>

#include "../../lib/compiler.h"

struct json_object;

/**
 * struct mcrd_wlog - a log
 * @fd: the pipe, non-blocking; -1: there is none yet. Owned
 * @level: of syslog(3): what is graver than this, and this, is said
 * @worker: number of the worker
 * @lost: lines that found no room
 */
struct mcrd_wlog {
	int fd;
	uint32_t level;
	uint32_t worker;
	uint64_t lost;
};

void mcrd_wlog_init(struct mcrd_wlog *log);
void mcrd_wlog_exit(struct mcrd_wlog *log);
void mcrd_wlog_open(struct mcrd_wlog *log, int fd, uint32_t level,
		    uint32_t worker);
void mcrd_wlog_put(struct mcrd_wlog *log, uint32_t level,
		   struct json_object *fields, const char *format, ...)
	__printf(4, 5);

#endif /* MCRD_WORKER_WLOG_H */
