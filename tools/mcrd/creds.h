/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who is at the other end of a connection.
 */
#ifndef MCRD_CREDS_H
#define MCRD_CREDS_H

#include <stdbool.h>
#include <sys/types.h>

/**
 * struct mcrd_creds - a peer
 * @pid: its process
 * @uid: its user, as it connected
 * @admin: it may change rules
 */
struct mcrd_creds {
	pid_t pid;
	uid_t uid;
	bool admin;
};

int mcrd_creds_read(int fd, struct mcrd_creds *creds);

#endif /* MCRD_CREDS_H */
