/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the daemon may do, where it was not given all that root has.
 */
#ifndef MCRD_RIGHTS_H
#define MCRD_RIGHTS_H

#include <stdbool.h>

#include "log.h"
#include "spawn.h"

int mcrd_rights_check(const struct mcrd_log *log);
int mcrd_rights_find_user(const char *name, struct mcrd_privs *user,
			  const struct mcrd_log *log);

#endif /* MCRD_RIGHTS_H */
