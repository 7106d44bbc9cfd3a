/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Metrics over HTTP: the supervisor's side, which starts the process that serves
 * them, and that process.
 *
 * It is one more reader of the protocol: it asks the daemon over its socket as
 * others do, so that whatever peers of HTTP do, the supervisor does not wait for
 * them. It runs as workers do, without rights.
 */
#ifndef MCRD_METRICS_H
#define MCRD_METRICS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "log.h"
#include "spawn.h"

/* What the program is called when it serves metrics. */
#define MCRD_METRICS_NAME	"mcrd-metrics"

/**
 * struct mcrd_metrics - the process that serves metrics
 * @log: the supervisor's
 * @user: whom it runs as
 * @dir: where the daemon's socket is
 * @fd: listening, for HTTP; -1: there are no metrics
 * @pid: the process; 0: there is none
 * @born: when it was started, as mcrd_now_ms() has it
 * @due: when it is to be started again
 */
struct mcrd_metrics {
	const struct mcrd_log *log;
	struct mcrd_privs user;
	const char *dir;
	int fd;
	pid_t pid;
	int64_t born;
	int64_t due;
};

bool mcrd_metrics_parse(const char *text, struct sockaddr_storage *addr);
int mcrd_metrics_listen(struct mcrd_metrics *m,
			const struct sockaddr_storage *addr);
void mcrd_metrics_start(struct mcrd_metrics *m);
void mcrd_metrics_reap(struct mcrd_metrics *m);
int mcrd_metrics_due_ms(const struct mcrd_metrics *m);
void mcrd_metrics_stop(struct mcrd_metrics *m);

/* In metrics_http.c. */
int mcrd_metrics_main(int argc, char **argv);

#endif /* MCRD_METRICS_H */
