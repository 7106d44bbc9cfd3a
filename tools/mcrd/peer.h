/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A peer: one connection, which is one port id.
 */
#ifndef MCRD_PEER_H
#define MCRD_PEER_H

#include "creds.h"
#include "outbox.h"
#include "server.h"

/* The longest datagram that is taken. */
#define MCRD_DATAGRAM_MAX	262144U

/**
 * struct mcrd_peer - a peer
 * @server: whose it is
 * @watch: the connection
 * @creds: who has connected
 * @admin: who sent @rest may change rules
 * @portid: its number
 * @repeats: it repeats what the kernel module has decided
 * @listening: it is in the family's group
 * @deaf: it reads no more, though it may have said something
 * @broken: it is to be forgotten
 * @out: what it has not taken yet
 * @rest: messages of its last datagram that are not carried out yet, owned
 * @rest_len: bytes of @rest
 * @rest_at: of which so many are carried out
 *
 * While @out, a dump or @rest is under way nothing more is read from it.
 */
struct mcrd_peer {
	struct mcrd_server *server;
	struct mcrd_watch watch;
	struct mcrd_creds creds;
	bool admin;
	uint32_t portid;
	bool repeats;
	bool listening;
	bool deaf;
	bool broken;
	struct mcrd_outbox out;
	unsigned char *rest;
	size_t rest_len;
	size_t rest_at;
};

struct mcrd_peer *mcrd_peer_new(struct mcrd_server *s, int fd,
				const struct mcrd_creds *creds,
				uint32_t portid);
void mcrd_peer_free(struct mcrd_peer *p);

void mcrd_peer_answer(struct mcrd_peer *p, const void *data, size_t len);
void mcrd_peer_notify(struct mcrd_peer *p, const void *data, size_t len);

#endif /* MCRD_PEER_H */
