/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The server of this network namespace: which one it is, and what it calls its
 * family.
 */
#ifndef MCR_SERVER_H
#define MCR_SERVER_H

#include "transport.h"

/**
 * struct mcr_server - which server is asked
 * @plane: MCR_PLANE_KERNEL: the kernel module; MCR_PLANE_RELAY: the relay
 *	daemon; MCR_PLANE_AUTO: that, and where there is none, the module
 * @dir: directory of the relay's sockets; NULL: MCR_RELAY_DIR. Borrowed
 */
struct mcr_server {
	enum mcr_plane plane;
	const char *dir;
};

/**
 * struct mcr_family - what a generic netlink family is called by
 * @id: the type of its messages
 * @group: id of the multicast group that was asked for; 0: it has none
 */
struct mcr_family {
	__u16 id;
	__u32 group;
};

int mcr_server_open(const struct mcr_server *server, struct mcr_transport *t,
		    struct mcr_family *family, struct mcr_error *err);
int mcr_server_family(struct mcr_transport *t, const char *name,
		      const char *group, struct mcr_family *family,
		      struct mcr_error *err);

#endif /* MCR_SERVER_H */
