/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a peer is to be sent, and has no room for yet.
 *
 * Answers are kept whatever there is: a peer that has not taken its answers is
 * not read from. Notifications are not asked for: they are kept up to a limit,
 * and NLMSG_OVERRUN stands for those that are not.
 */
#ifndef MCRD_OUTBOX_H
#define MCRD_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes that may wait before notifications are lost. */
#define MCRD_OUTBOX_BYTES	262144U

/**
 * struct mcrd_dgram - a datagram that waits
 * @next: the one behind it
 * @overrun: it says that notifications were lost
 * @len: its bytes
 * @data: the bytes
 */
struct mcrd_dgram {
	struct mcrd_dgram *next;
	bool overrun;
	size_t len;
	unsigned char data[];
};

/**
 * struct mcrd_outbox - datagrams that wait, in order; all zeroes is empty
 * @first: the one to be sent next, owned with all behind it
 * @last: the one behind all others
 * @bytes: of all of them
 * @overruns: how many of them say that notifications were lost: 0 or 1
 * @lost: one has to say so, and there is no memory for it
 */
struct mcrd_outbox {
	struct mcrd_dgram *first;
	struct mcrd_dgram *last;
	size_t bytes;
	unsigned int overruns;
	bool lost;
};

int mcrd_outbox_put(struct mcrd_outbox *box, const void *data, size_t len);
void mcrd_outbox_notify(struct mcrd_outbox *box, const void *data, size_t len);
const struct mcrd_dgram *mcrd_outbox_next(struct mcrd_outbox *box);
void mcrd_outbox_pop(struct mcrd_outbox *box);
bool mcrd_outbox_is_empty(const struct mcrd_outbox *box);
void mcrd_outbox_free(struct mcrd_outbox *box);

#endif /* MCRD_OUTBOX_H */
