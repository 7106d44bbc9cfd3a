/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The supervisor's log: lines on standard error, as journald reads them if it is
 * what listens there.
 */
#ifndef MCRD_LOG_H
#define MCRD_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <syslog.h>

#include "../lib/compiler.h"

/**
 * struct mcrd_log - where lines go, and which
 * @fd: where to
 * @level: of syslog.h: this and what is graver
 * @journal: begin lines with their level, as sd-daemon(3) has it
 */
struct mcrd_log {
	int fd;
	int level;
	bool journal;
};

void mcrd_log_init(struct mcrd_log *log, int fd, int level);
void mcrd_log(const struct mcrd_log *log, int level, const char *fmt, ...)
	__printf(3, 4);
void mcrd_log_text(const struct mcrd_log *log, int level, const char *text);

int mcrd_level_parse(const char *name);
const char *mcrd_level_name(int level);

#endif /* MCRD_LOG_H */
