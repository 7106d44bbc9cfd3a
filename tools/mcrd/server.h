/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The protocol's server: peers that have connected, and their messages.
 */
#ifndef MCRD_SERVER_H
#define MCRD_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "log.h"
#include "retry.h"
#include "watch.h"

struct mcrd_peer;

/* Peers at once; of which some are kept for those who may change rules. */
#define MCRD_PEERS_MAX		1024
#define MCRD_PEERS_KEPT		64
/* Of one user that is not root. */
#define MCRD_PEERS_USER_MAX	128

/**
 * struct mcrd_server - the server
 * @log: the daemon's
 * @poll: the loop's
 * @listener: the socket that peers connect to; not watched if its fd is -1
 * @before: called before what a peer says is carried out; may be NULL
 * @arg: for it
 * @refusal: why nobody changes rules now: a sentence; NULL: who may does
 * @peers: by no order; NULL where there is none
 * @n: how many there are
 * @listening: how many of them are in the family's group
 * @last_portid: of the last one
 * @buf: room for the longest datagram that is taken, and one byte
 * @spare: a descriptor to let go of, when there are no others
 * @full: that there are too many was said
 * @paused: nobody is let in before it is tried again
 * @retry: when that is
 */
struct mcrd_server {
	const struct mcrd_log *log;
	struct mcrd_poll *poll;
	struct mcrd_watch listener;
	void (*before)(void *arg);
	void *arg;
	const char *refusal;
	struct mcrd_peer *peers[MCRD_PEERS_MAX];
	unsigned int n;
	unsigned int listening;
	uint32_t last_portid;
	unsigned char *buf;
	int spare;
	bool full;
	bool paused;
	struct mcrd_retry retry;
};

int mcrd_server_init(struct mcrd_server *s, const struct mcrd_log *log,
		     struct mcrd_poll *poll);
int mcrd_server_start(struct mcrd_server *s, int fd);
void mcrd_server_add_own(struct mcrd_server *s, int fd);
void mcrd_server_add_repeater(struct mcrd_server *s, int fd);
void mcrd_server_exit(struct mcrd_server *s);

void mcrd_server_run(struct mcrd_server *s);
int mcrd_server_due_ms(const struct mcrd_server *s);

/* struct kapi_hooks */
void mcrd_server_unicast(struct mcrd_server *s, uint32_t portid,
			 const void *data, size_t len);
void mcrd_server_multicast(struct mcrd_server *s, const void *data, size_t len);
bool mcrd_server_listening(const struct mcrd_server *s);

#endif /* MCRD_SERVER_H */
