// SPDX-License-Identifier: GPL-2.0
/*
 * A worker's log; see wlog.h.
 */
#include "wlog.h"

#include <fcntl.h>
#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static const char *const level_names[] = {
	[LOG_EMERG] = "emerg",
	[LOG_ALERT] = "alert",
	[LOG_CRIT] = "crit",
	[LOG_ERR] = "err",
	[LOG_WARNING] = "warning",
	[LOG_NOTICE] = "notice",
	[LOG_INFO] = "info",
	[LOG_DEBUG] = "debug",
};

/**
 * mcrd_wlog_init - make a log that goes nowhere
 * @log: the log
 */
void mcrd_wlog_init(struct mcrd_wlog *log)
{
	memset(log, 0, sizeof(*log));
	log->fd = -1;
}

/**
 * mcrd_wlog_exit - close a log
 * @log: the log
 */
void mcrd_wlog_exit(struct mcrd_wlog *log)
{
	if (log->fd >= 0)
		close(log->fd);
	log->fd = -1;
}

/**
 * mcrd_wlog_open - send a log somewhere
 * @log: a log that goes nowhere
 * @fd: a pipe; the log's from now on
 * @level: of syslog(3)
 * @worker: number of the worker
 */
void mcrd_wlog_open(struct mcrd_wlog *log, int fd, uint32_t level,
		    uint32_t worker)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags >= 0)
		fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	log->fd = fd;
	log->level = level;
	log->worker = worker;
}

static double timestamp(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* One write: lines of up to PIPE_BUF bytes are never mixed with others. */
static void put_line(struct mcrd_wlog *log, struct json_object *line)
{
	struct iovec iov[2];
	const char *text;
	size_t len;

	text = json_object_to_json_string_length(line, JSON_C_TO_STRING_PLAIN,
						 &len);
	if (!text)
		return;
	iov[0].iov_base = (void *)text;
	iov[0].iov_len = len;
	iov[1].iov_base = (void *)"\n";
	iov[1].iov_len = 1;
	if (writev(log->fd, iov, 2) != (ssize_t)(len + 1))
		log->lost++;
}

static void add_fields(struct json_object *line, struct json_object *fields)
{
	json_object_object_foreach(fields, key, value)
		json_object_object_add(line, key, json_object_get(value));
}

/**
 * mcrd_wlog_put - say something
 * @log: the log
 * @level: of syslog(3), 0 to 7
 * @fields: an object with more than the sentence; consumed; may be NULL
 * @format: the sentence
 */
void mcrd_wlog_put(struct mcrd_wlog *log, uint32_t level,
		   struct json_object *fields, const char *format, ...)
{
	struct json_object *line;
	char msg[512];
	va_list ap;

	if (log->fd < 0 || level > log->level || level > LOG_DEBUG) {
		json_object_put(fields);
		return;
	}
	line = json_object_new_object();
	va_start(ap, format);
	vsnprintf(msg, sizeof(msg), format, ap);
	va_end(ap);
	json_object_object_add(line, "ts", json_object_new_double(timestamp()));
	json_object_object_add(line, "level",
			       json_object_new_string(level_names[level]));
	json_object_object_add(line, "msg", json_object_new_string(msg));
	json_object_object_add(line, "worker",
			       json_object_new_int64(log->worker));
	json_object_object_add(line, "pid", json_object_new_int(getpid()));
	if (fields)
		add_fields(line, fields);
	put_line(log, line);
	json_object_put(line);
	json_object_put(fields);
}
