// SPDX-License-Identifier: GPL-2.0
/*
 * Option -b: the commands of a file, in one transaction.
 */
#include <stdlib.h>

#include "../lib/transaction.h"
#include "mcrtool.h"

/* Where the commands are: they are read again when they are sent. */
struct commands {
	struct mcr_place *places;
	size_t count;
	size_t room;
};

static const struct mcrtool_verb *find_change(struct mcr_words *w)
{
	const struct mcrtool_verb *verb = mcrtool_find_verb(w);

	if (!verb)
		return NULL;
	if (verb->put && !verb->alone)
		return verb;
	mcr_words_fail(w, 1, MCR_ERROR_SYNTAX,
		       "%s%s%s cannot be part of a batch: that takes rule add, replace, del, enable, disable, move and flush, output add and del",
		       verb->object, verb->verb ? " " : "",
		       verb->verb ? verb->verb : "");
	return NULL;
}

static int parse(struct mcr_words *w, struct mcr_statement *st)
{
	const struct mcrtool_verb *verb = find_change(w);

	return verb ? verb->parse(w, st) : -1;
}

static int check(struct mcr_words *w, const struct mcr_place *place, void *arg)
{
	struct commands *c = arg;
	size_t room = c->room ? c->room * 2 : 64;
	struct mcr_statement st;
	struct mcr_place *places;
	int ret;

	mcr_statement_init(&st);
	ret = parse(w, &st);
	mcr_statement_free(&st);
	if (ret)
		return ret;
	if (c->count == c->room) {
		places = reallocarray(c->places, room, sizeof(*places));
		if (!places)
			return mcr_error_set(w->err, MCR_ERROR_SYSTEM,
					     "out of memory");
		c->places = places;
		c->room = room;
	}
	c->places[c->count++] = *place;
	return 0;
}

static int stage(struct mcr_transaction *txn, const struct mcr_place *place,
		 struct mcr_error *err)
{
	const struct mcrtool_verb *verb;
	struct mcr_words w = { .err = err };
	struct mcr_lex lex = { 0 };
	struct mcr_statement st;
	struct nl_msg *msg;
	int ret;

	mcr_statement_init(&st);
	ret = mcr_place_read(place, &lex, &w);
	verb = ret ? NULL : find_change(&w);
	ret = verb ? verb->parse(&w, &st) : -1;
	if (!ret) {
		msg = mcr_transaction_message(txn, verb->cmd, verb->flags);
		ret = verb->put(msg, &st) ?
		      mcr_error_set(err, MCR_ERROR_SYSTEM, "out of memory") :
		      mcr_transaction_stage(txn, place, err);
	}
	mcr_statement_free(&st);
	mcr_lex_exit(&lex);
	return ret;
}

static int attempt(struct mcrtool *t, const struct commands *c,
		   struct mcr_transaction *txn)
{
	size_t i;

	if (mcr_transaction_begin(txn, &t->err))
		return -1;
	for (i = 0; i < c->count; i++)
		if (stage(txn, &c->places[i], &t->err))
			return -1;
	if (mcr_transaction_flush(txn, &t->err))
		return -1;
	return t->dry_run ? 0 : mcr_transaction_commit(txn, &t->err);
}

static int carry_out(struct mcrtool *t, const struct commands *c,
		     struct mcr_transaction *txn)
{
	unsigned int tries = 0;
	int ret;

	if (mcr_transaction_init(txn, t->client, parse, &t->err))
		return mcrtool_fail(t);
	do {
		ret = attempt(t, c, txn);
		mcr_transaction_abort(txn);
	} while (ret && mcr_transaction_retry(txn, &tries, &t->err));
	if (!ret) {
		mcrtool_warn_all(t, txn);
		return 0;
	}
	ret = mcrtool_fail(t);
	mcrtool_tell_of_other(t, t->err.rule, "");
	return ret;
}

static int print_count(struct mcrtool *t, const struct commands *c)
{
	struct json_object *obj;

	if (!t->json)
		return 0;
	obj = json_object_new_object();
	if (obj)
		json_object_object_add(obj, "commands",
				       json_object_new_uint64(c->count));
	return mcrtool_print_json(t, obj);
}

/**
 * mcrtool_batch - carry out the commands of a file, all or none
 * @t: the invocation
 *
 * Return: an exit status.
 */
int mcrtool_batch(struct mcrtool *t)
{
	struct commands commands = { 0 };
	struct mcr_file file = { 0 };
	struct mcr_transaction txn = { 0 };
	int ret = 0;

	if (mcr_file_read(&file, t->batch, false, check, &commands))
		ret = mcrtool_fail_all(t, &file.errors);
	if (!ret)
		ret = mcrtool_connect(t);
	if (!ret)
		ret = carry_out(t, &commands, &txn);
	if (!ret)
		ret = print_count(t, &commands);
	mcr_transaction_exit(&txn);
	free(commands.places);
	mcr_file_free(&file);
	return ret;
}
