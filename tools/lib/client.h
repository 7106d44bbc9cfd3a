/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A connection to the server of this network namespace.
 */
#ifndef MCR_CLIENT_H
#define MCR_CLIENT_H

#include "error.h"
#include "msg.h"
#include "reply.h"

struct mcr_client;

struct mcr_client *mcr_client_open(struct mcr_error *err);
void mcr_client_close(struct mcr_client *client);
int mcr_client_do(struct mcr_client *client, struct nl_msg *msg,
		  struct mcr_reply *reply, struct mcr_error *err);
int mcr_client_dump(struct mcr_client *client, struct nl_msg *msg,
		    struct mcr_reply *reply, struct mcr_error *err);

#endif /* MCR_CLIENT_H */
