// SPDX-License-Identifier: GPL-2.0
/*
 * The supervisor's log; see log.h.
 */
#include "log.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

/* A line is written at once, so that those of others do not get into it. */
#define LINE_MAX_BYTES	2048

struct level {
	const char *name;
	int level;
};

static const struct level levels[] = {
	{ "error", LOG_ERR },
	{ "warning", LOG_WARNING },
	{ "notice", LOG_NOTICE },
	{ "info", LOG_INFO },
	{ "debug", LOG_DEBUG },
	/* As syslog has them. */
	{ "emerg", LOG_EMERG },
	{ "alert", LOG_ALERT },
	{ "crit", LOG_CRIT },
	{ "err", LOG_ERR },
};

/**
 * mcrd_log_init - begin to log
 * @log: the log
 * @fd: where to; it stays the caller's
 * @level: of syslog.h
 */
void mcrd_log_init(struct mcrd_log *log, int fd, int level)
{
	log->fd = fd;
	log->level = level;
	log->journal = getenv("JOURNAL_STREAM");
}

/* Rather lose a line than wait for somebody who does not read. */
static bool has_room(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	return poll(&p, 1, 0) == 1 && (p.revents & POLLOUT);
}

/**
 * mcrd_log_text - log a line as it is
 * @log: the log
 * @level: of syslog.h
 * @text: the line, without its end
 *
 * It is not written if that would have to wait.
 */
void mcrd_log_text(const struct mcrd_log *log, int level, const char *text)
{
	char prefix[8] = "";
	struct iovec iov[3];

	if (level > log->level || !has_room(log->fd))
		return;
	if (log->journal)
		snprintf(prefix, sizeof(prefix), "<%d>", level);
	iov[0] = (struct iovec){ prefix, strlen(prefix) };
	iov[1] = (struct iovec){ (void *)text, strlen(text) };
	iov[2] = (struct iovec){ "\n", 1 };
	/* If that fails there is nobody who could be told. */
	if (writev(log->fd, iov, 3) < 0)
		return;
}

/**
 * mcrd_log - log a sentence
 * @log: the log
 * @level: of syslog.h
 * @fmt: what to say
 */
void mcrd_log(const struct mcrd_log *log, int level, const char *fmt, ...)
{
	char line[LINE_MAX_BYTES];
	size_t len = 0;
	va_list ap;

	if (level > log->level)
		return;
	if (!log->journal)
		len = (size_t)snprintf(line, sizeof(line), "mcrd: ");
	va_start(ap, fmt);
	vsnprintf(line + len, sizeof(line) - len, fmt, ap);
	va_end(ap);
	mcrd_log_text(log, level, line);
}

/**
 * mcrd_level_parse - a level by its name
 * @name: the name
 *
 * Return: of syslog.h, or -1 if it is none.
 */
int mcrd_level_parse(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		if (!strcmp(levels[i].name, name))
			return levels[i].level;
	return -1;
}

/**
 * mcrd_level_name - what a level is called
 * @level: of syslog.h
 *
 * Return: its name.
 */
const char *mcrd_level_name(int level)
{
	size_t i;

	for (i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		if (levels[i].level == level)
			return levels[i].name;
	return "unknown";
}
