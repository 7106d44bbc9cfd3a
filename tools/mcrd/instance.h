/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One daemon in a network namespace: its lock, its socket, and their names.
 */
#ifndef MCRD_INSTANCE_H
#define MCRD_INSTANCE_H

#include <sys/types.h>
#include <sys/un.h>

#include "log.h"

/* Another directory than MCRD_RUN_DIR, in the environment. */
#define MCRD_RUN_DIR_ENV	"MCR_RUN_DIR"
#define MCRD_RUN_DIR		"/run/mcr"

/**
 * struct mcrd_instance - the daemon of this network namespace
 * @log: where to say what is wrong
 * @dir: of both files
 * @lock_path: the lock
 * @addr: the socket
 * @lock_fd: the lock, held; -1: it is not
 * @fd: the socket, listening; -1: there is none
 */
struct mcrd_instance {
	const struct mcrd_log *log;
	const char *dir;
	char lock_path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	struct sockaddr_un addr;
	int lock_fd;
	int fd;
};

int mcrd_instance_claim(struct mcrd_instance *inst, const struct mcrd_log *log);
int mcrd_instance_listen(struct mcrd_instance *inst, const gid_t *group);
void mcrd_instance_release(struct mcrd_instance *inst);

#endif /* MCRD_INSTANCE_H */
