/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who is at the other end of a connection.
 */
#ifndef MCRD_CREDS_H
#define MCRD_CREDS_H

#include <stdbool.h>
#include <sys/socket.h>
#include <sys/types.h>

/**
 * struct mcrd_creds - a peer
 * @pid: its process
 * @uid: its user, as it connected
 * @admin: it could change rules then
 * @own: it is a process of the daemon's, which may whatever its rights are
 */
struct mcrd_creds {
	pid_t pid;
	uid_t uid;
	bool admin;
	bool own;
};

int mcrd_creds_read(int fd, struct mcrd_creds *creds);
bool mcrd_creds_allow(int fd, const struct mcrd_creds *creds,
		      const struct ucred *sender);

#endif /* MCRD_CREDS_H */
