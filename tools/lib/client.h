/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A connection to the server of this network namespace.
 */
#ifndef MCR_CLIENT_H
#define MCR_CLIENT_H

#include "error.h"
#include "msg.h"
#include "reply.h"
#include "server.h"

/* How many messages are sent at once, and about how many bytes. */
#define MCR_BATCH_MAX	64
#define MCR_BATCH_BYTES	(48UL * 1024)

struct mcr_client;

/**
 * struct mcr_batch - messages that are sent at once
 * @buf: the messages; freed by mcr_batch_exit()
 * @len: their bytes
 * @size: bytes allocated
 * @offsets: where in @buf each of them begins
 * @count: how many
 */
struct mcr_batch {
	char *buf;
	size_t len;
	size_t size;
	size_t offsets[MCR_BATCH_MAX];
	unsigned int count;
};

/**
 * typedef mcr_answer_fn - called for each answer to a batch
 * @index: which of its messages it answers
 * @reply: the answer: a refusal, a warning or nothing; only for this call
 * @arg: the caller's
 *
 * Return: 0, or -1: the remaining answers are read, but not told.
 */
typedef int (*mcr_answer_fn)(unsigned int index, const struct mcr_reply *reply,
			     void *arg);

void mcr_batch_exit(struct mcr_batch *batch);
int mcr_batch_add(struct mcr_batch *batch, struct nl_msg *msg,
		  struct mcr_error *err);
bool mcr_batch_full(const struct mcr_batch *batch);

struct mcr_client *mcr_client_open(const struct mcr_server *server,
				   struct mcr_error *err);
struct mcr_client *mcr_client_known(const struct mcr_family *family,
				    struct mcr_error *err);
struct mcr_client *mcr_client_adopt(int fd, struct mcr_error *err);
void mcr_client_close(struct mcr_client *client);
const struct mcr_server *mcr_client_server(const struct mcr_client *client);
enum mcr_plane mcr_client_missing(const struct mcr_client *client);
int mcr_client_do(struct mcr_client *client, struct nl_msg *msg,
		  struct mcr_reply *reply, struct mcr_error *err);
int mcr_client_dump(struct mcr_client *client, struct nl_msg *msg,
		    struct mcr_reply *reply, struct mcr_error *err);
int mcr_client_batch(struct mcr_client *client, struct mcr_batch *batch,
		     mcr_answer_fn fn, void *arg, struct mcr_error *err);

#endif /* MCR_CLIENT_H */
