/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whom workers run as, and what they must not do.
 */
#ifndef MCRD_PRIVS_H
#define MCRD_PRIVS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/**
 * struct mcrd_privs - whom a worker runs as
 * @uid: user
 * @gid: group, the only one
 * @keep: as whom the daemon runs, which may not change that
 * @writes: it writes files
 * @net_admin: with @keep: it keeps CAP_NET_ADMIN, and only that
 */
struct mcrd_privs {
	uid_t uid;
	gid_t gid;
	bool keep;
	bool writes;
	bool net_admin;
};

int mcrd_privs_find(const char *name, struct mcrd_privs *privs, char *why,
		    size_t size);
int mcrd_privs_drop(const struct mcrd_privs *privs, char *why, size_t size);

#endif /* MCRD_PRIVS_H */
