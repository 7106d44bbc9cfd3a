/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Starting a process: this program once more, by another name, with next to no
 * rights.
 */
#ifndef MCRD_SPAWN_H
#define MCRD_SPAWN_H

#include <stdbool.h>
#include <sys/types.h>

#include "privs.h"

/* What the program is called when it is a worker. */
#define MCRD_WORKER_NAME	"mcrd-worker"
/* What it is given: the worker's end of the stream. */
#define MCRD_WORKER_FD		3

pid_t mcrd_spawn(const struct mcrd_privs *user, const char *const *argv, int fd,
		 int log_fd);

#endif /* MCRD_SPAWN_H */
