/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Transactions: many changes that are made together, or not at all.
 *
 * Messages are sent many at a time, and their answers are read before more are
 * sent: what waits in the socket is bounded, so none is lost.
 */
#ifndef MCR_TRANSACTION_H
#define MCR_TRANSACTION_H

#include "client.h"
#include "file.h"
#include "parse.h"

/* How often others may come in between before it is given up. */
#define MCR_TXN_TRIES	10

/**
 * typedef mcr_txn_parse_fn - read a statement again, to find a word of it
 * @w: its words
 * @st: where to put what it says
 *
 * Return: 0 or -1.
 */
typedef int (*mcr_txn_parse_fn)(struct mcr_words *w, struct mcr_statement *st);

/**
 * struct mcr_transaction - a transaction
 * @client: the connection it belongs to; borrowed
 * @parse: how statements are read
 * @id: what the server calls it; 0: it is not open
 * @base: generation of the rules it starts from
 * @stale: others changed the rules since: it is to be begun again
 * @msg: the message that is being made
 * @batch: messages to be sent
 * @places: the statements they are from, whose @source may be NULL: none
 * @warnings: what the server warns of, of single statements
 * @warning: what it warns of when all is in force; no text: nothing
 */
struct mcr_transaction {
	struct mcr_client *client;
	mcr_txn_parse_fn parse;
	__u32 id;
	__u32 base;
	bool stale;
	struct nl_msg *msg;
	struct mcr_batch batch;
	struct mcr_place places[MCR_BATCH_MAX];
	struct mcr_errors warnings;
	struct mcr_error warning;
};

int mcr_transaction_init(struct mcr_transaction *txn,
			 struct mcr_client *client, mcr_txn_parse_fn parse,
			 struct mcr_error *err);
void mcr_transaction_exit(struct mcr_transaction *txn);
int mcr_transaction_begin(struct mcr_transaction *txn, struct mcr_error *err);
struct nl_msg *mcr_transaction_message(struct mcr_transaction *txn,
				       enum mcr_cmd cmd, int flags);
int mcr_transaction_stage(struct mcr_transaction *txn,
			  const struct mcr_place *place, struct mcr_error *err);
int mcr_transaction_flush(struct mcr_transaction *txn, struct mcr_error *err);
int mcr_transaction_commit(struct mcr_transaction *txn, struct mcr_error *err);
void mcr_transaction_abort(struct mcr_transaction *txn);
bool mcr_transaction_retry(struct mcr_transaction *txn, unsigned int *tries,
			   struct mcr_error *err);

#endif /* MCR_TRANSACTION_H */
