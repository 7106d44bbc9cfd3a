/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The way to a server: netlink messages over a socket of the kernel's, or over
 * one of the relay daemon's. Who uses it need not know which.
 */
#ifndef MCR_TRANSPORT_H
#define MCR_TRANSPORT_H

#include "error.h"
#include "msg.h"
#include "reply.h"

/* How long the relay may take for an answer. A commit waits for its workers. */
#define MCR_RELAY_PATIENCE	30	/* seconds */

/**
 * struct mcr_transport - the way to a server
 * @fd: the socket; -1: it is closed. Owned, see mcr_transport_close()
 * @plane: whose it is: MCR_PLANE_KERNEL or MCR_PLANE_RELAY
 * @seq: number of the last request
 */
struct mcr_transport {
	int fd;
	enum mcr_plane plane;
	__u32 seq;
};

/* How many datagrams are taken at once, and how much of each: acknowledgments. */
#define MCR_MAIL_MAX	64
#define MCR_MAIL_BYTES	1024

/**
 * struct mcr_mail - datagrams that were taken at once
 * @count: how many
 * @letters: of which each has
 * @letters.first: its first message
 * @letters.data: the beginning, or all of it
 * @letters.len: bytes of that
 * @letters.cut: there was more, which is lost
 */
struct mcr_mail {
	unsigned int count;
	struct {
		union {
			struct nlmsghdr first;
			char data[MCR_MAIL_BYTES];
		};
		size_t len;
		bool cut;
	} letters[MCR_MAIL_MAX];
};

/**
 * enum mcr_heard - what came
 * @MCR_HEARD_NOTHING: nothing is waiting
 * @MCR_HEARD_MESSAGE: something to read
 * @MCR_HEARD_MISSED: some of it was lost. What is waiting is older than what
 *	was lost, or it is not known
 * @MCR_HEARD_GONE: the server is gone
 * @MCR_HEARD_FAILED: an error
 */
enum mcr_heard {
	MCR_HEARD_NOTHING,
	MCR_HEARD_MESSAGE,
	MCR_HEARD_MISSED,
	MCR_HEARD_GONE,
	MCR_HEARD_FAILED,
};

int mcr_transport_kernel(struct mcr_transport *t, struct mcr_error *err);
void mcr_transport_close(struct mcr_transport *t);
int mcr_transport_send(struct mcr_transport *t, const void *data, size_t len,
		       struct mcr_error *err);
enum mcr_heard mcr_transport_hear(struct mcr_transport *t, void **buf,
				  size_t *len, struct mcr_error *err);
int mcr_transport_receive(struct mcr_transport *t, void **buf, size_t *len,
			  struct mcr_error *err);
int mcr_transport_receive_many(struct mcr_transport *t, struct mcr_mail *mail,
			       struct mcr_error *err);
int mcr_transport_ask(struct mcr_transport *t, struct nl_msg *msg,
		      struct mcr_reply *reply, struct mcr_error *err);

#endif /* MCR_TRANSPORT_H */
