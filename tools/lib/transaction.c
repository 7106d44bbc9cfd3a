// SPDX-License-Identifier: GPL-2.0
/*
 * Transactions; see transaction.h.
 */
#include "transaction.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "refusal.h"

/**
 * mcr_transaction_init - get ready for a transaction
 * @txn: to be freed by mcr_transaction_exit(), even on failure
 * @client: the connection
 * @parse: how the statements are read that messages are made from
 * @err: where to say what is wrong
 *
 * Return: 0, or -1 and an error.
 */
int mcr_transaction_init(struct mcr_transaction *txn,
			 struct mcr_client *client, mcr_txn_parse_fn parse,
			 struct mcr_error *err)
{
	memset(txn, 0, sizeof(*txn));
	txn->client = client;
	txn->parse = parse;
	txn->msg = mcr_msg_new(MCR_CMD_TXN_BEGIN, 0);
	if (!txn->msg)
		return mcr_error_set(err, MCR_ERROR_SYSTEM, "out of memory");
	return 0;
}

/**
 * mcr_transaction_exit - free what a transaction owns
 * @txn: the transaction; aborted if it is open
 */
void mcr_transaction_exit(struct mcr_transaction *txn)
{
	mcr_transaction_abort(txn);
	nlmsg_free(txn->msg);
	mcr_batch_exit(&txn->batch);
	txn->msg = NULL;
}

/* Ask what is about no statement; the request is in @txn->msg. */
static int ask(struct mcr_transaction *txn, struct mcr_reply *reply,
	       struct mcr_error *err)
{
	struct mcr_words none = { .err = err };
	struct mcr_spot spot;

	mcr_reply_init(reply, false);
	if (mcr_client_do(txn->client, txn->msg, reply, err))
		return -1;
	if (!reply->error)
		return 0;
	return mcr_refusal_set(&none, NULL, nlmsg_hdr(txn->msg), reply, &spot);
}

/**
 * mcr_transaction_begin - open a transaction
 * @txn: as of mcr_transaction_init(), or one that has ended
 * @err: where to say what is wrong
 *
 * Return: 0, or -1 and an error.
 */
int mcr_transaction_begin(struct mcr_transaction *txn, struct mcr_error *err)
{
	struct mcr_reply_walk walk;
	struct mcr_reply reply;
	struct nlmsghdr *nlh;
	int ret;

	mcr_transaction_abort(txn);
	txn->stale = false;
	memset(&txn->warnings, 0, sizeof(txn->warnings));
	memset(&txn->warning, 0, sizeof(txn->warning));
	if (mcr_msg_reset(txn->msg, MCR_CMD_TXN_BEGIN, 0))
		return mcr_error_set(err, MCR_ERROR_SYSTEM, "out of memory");
	ret = ask(txn, &reply, err);
	if (!ret) {
		mcr_reply_walk_init(&walk, &reply);
		nlh = mcr_reply_next(&walk);
		if (nlh)
			ret = mcr_msg_parse_txn(nlh, &txn->id, &txn->base, err);
		else
			ret = mcr_error_set(err, MCR_ERROR_SYSTEM,
					    "the server opened no transaction");
	}
	mcr_reply_exit(&reply);
	return ret;
}

/**
 * mcr_transaction_message - begin a message of a transaction
 * @txn: the transaction, open
 * @cmd: what is asked for
 * @flags: NLM_F_ flags beside those that every request has
 *
 * Return: the message, to be completed for mcr_transaction_stage(); owned by @txn.
 */
struct nl_msg *mcr_transaction_message(struct mcr_transaction *txn,
				       enum mcr_cmd cmd, int flags)
{
	/* It has room for what mcr_msg_new() begins with. */
	mcr_msg_reset(txn->msg, cmd, flags);
	return txn->msg;
}

/**
 * mcr_transaction_stage - send the message of a transaction, now or later
 * @txn: the transaction; the message is mcr_transaction_message()'s
 * @place: the statement it is made from; NULL: none. Must stay until
 *	mcr_transaction_flush()
 * @err: where to say what is wrong, with this or an earlier one
 *
 * Return: 0, or -1 and an error.
 */
int mcr_transaction_stage(struct mcr_transaction *txn,
			  const struct mcr_place *place, struct mcr_error *err)
{
	static const struct mcr_place none;

	if (mcr_msg_put_txn(txn->msg, txn->id))
		return mcr_error_set(err, MCR_ERROR_SYSTEM, "out of memory");
	txn->places[txn->batch.count] = place ? *place : none;
	if (mcr_batch_add(&txn->batch, txn->msg, err))
		return -1;
	return mcr_batch_full(&txn->batch) ? mcr_transaction_flush(txn, err) : 0;
}

/* What was said about the message made from a statement. */
struct verdict {
	struct mcr_transaction *txn;
	struct mcr_error *err;
	bool refused;
};

static void judge(struct verdict *v, unsigned int index,
		  const struct mcr_reply *reply, struct mcr_error *err)
{
	struct mcr_batch *batch = &v->txn->batch;
	const struct mcr_place *place = &v->txn->places[index];
	struct mcr_words w = { .err = err };
	struct mcr_lex lex = { 0 };
	struct mcr_statement st;
	struct mcr_spot spot;
	struct nlmsghdr *nlh;
	bool known = false;

	nlh = (struct nlmsghdr *)(void *)(batch->buf + batch->offsets[index]);
	mcr_statement_init(&st);
	if (place->source && !mcr_place_read(place, &lex, &w))
		known = !v->txn->parse(&w, &st);
	mcr_refusal_set(&w, known ? &st : NULL, nlh, reply, &spot);
	mcr_statement_free(&st);
	mcr_lex_exit(&lex);
}

static int take_answer(unsigned int index, const struct mcr_reply *reply,
		       void *arg)
{
	struct verdict *v = arg;
	struct mcr_error warning;

	if (reply->error) {
		judge(v, index, reply, v->err);
		v->refused = true;
		v->txn->stale = reply->error == EAGAIN;
		return -1;
	}
	if (reply->text[0]) {
		judge(v, index, reply, &warning);
		mcr_errors_add(&v->txn->warnings, &warning);
	}
	return 0;
}

/**
 * mcr_transaction_flush - send what is to be sent, and see that it is accepted
 * @txn: the transaction
 * @err: where to say what is wrong: the first refusal
 *
 * Return: 0, or -1 and an error.
 */
int mcr_transaction_flush(struct mcr_transaction *txn, struct mcr_error *err)
{
	struct verdict v = { .txn = txn, .err = err };

	if (!txn->batch.count)
		return 0;
	if (mcr_client_batch(txn->client, &txn->batch, take_answer, &v, err))
		return -1;
	return v.refused ? -1 : 0;
}

/**
 * mcr_transaction_commit - put all in force
 * @txn: the transaction, flushed; not open afterwards. Gets what the server
 *	warns of
 * @err: where to say what is wrong
 *
 * Return: 0, or -1 and an error: nothing was changed.
 */
int mcr_transaction_commit(struct mcr_transaction *txn, struct mcr_error *err)
{
	struct mcr_reply reply;
	int ret;

	if (mcr_msg_reset(txn->msg, MCR_CMD_TXN_COMMIT, 0) ||
	    mcr_msg_put_txn(txn->msg, txn->id))
		return mcr_error_set(err, MCR_ERROR_SYSTEM, "out of memory");
	ret = ask(txn, &reply, err);
	if (!ret)
		txn->id = 0;
	if (!ret && reply.text[0]) {
		mcr_error_set(&txn->warning, MCR_ERROR_REFUSED, "%s",
			      reply.text);
		txn->warning.rule = reply.cookie;
	}
	txn->stale = reply.error == EAGAIN;
	mcr_reply_exit(&reply);
	mcr_transaction_abort(txn);
	return ret;
}

/**
 * mcr_transaction_abort - forget what was staged
 * @txn: the transaction; not open afterwards. Nothing is done if it is not
 *
 * If the server cannot be told, the end of the connection tells it.
 */
void mcr_transaction_abort(struct mcr_transaction *txn)
{
	struct mcr_reply reply;
	struct mcr_error err;

	txn->batch.len = 0;
	txn->batch.count = 0;
	if (!txn->id)
		return;
	mcr_reply_init(&reply, false);
	if (!mcr_msg_reset(txn->msg, MCR_CMD_TXN_ABORT, 0) &&
	    !mcr_msg_put_txn(txn->msg, txn->id))
		mcr_client_do(txn->client, txn->msg, &reply, &err);
	mcr_reply_exit(&reply);
	txn->id = 0;
}

/* Let others finish what they are changing: 2 ms to 0.5 s, a second together. */
static void wait_a_little(unsigned int tries)
{
	struct timespec t = { .tv_nsec = 1000000L << tries };

	nanosleep(&t, NULL);
}

/**
 * mcr_transaction_retry - is it to be done again?
 * @txn: a transaction that was refused
 * @tries: how often it was; starts with 0
 * @err: why; says so if it was often enough
 *
 * Return: true after a pause, if others came in between; false to give up.
 */
bool mcr_transaction_retry(struct mcr_transaction *txn, unsigned int *tries,
			   struct mcr_error *err)
{
	if (!txn->stale)
		return false;
	if (++*tries == MCR_TXN_TRIES) {
		mcr_error_set(err, MCR_ERROR_REFUSED,
			      "others keep changing the rules: nothing was changed, try again");
		return false;
	}
	wait_a_little(*tries);
	return true;
}
