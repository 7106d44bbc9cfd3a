/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Hearing what the server of this network namespace tells of its own accord.
 */
#ifndef MCR_LISTEN_H
#define MCR_LISTEN_H

#include "error.h"
#include "msg.h"
#include "server.h"

struct mcr_listener;

struct mcr_listener *mcr_listener_open(const struct mcr_server *server,
				       struct mcr_error *err);
struct mcr_listener *mcr_listener_known(const struct mcr_family *family,
					struct mcr_error *err);
void mcr_listener_close(struct mcr_listener *l);
int mcr_listener_fd(const struct mcr_listener *l);
enum mcr_heard mcr_listener_hear(struct mcr_listener *l, struct nlmsghdr **nlh,
				 struct mcr_error *err);

#endif /* MCR_LISTEN_H */
