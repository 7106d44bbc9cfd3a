// SPDX-License-Identifier: GPL-2.0
/*
 * Putting a set of rules in force; see apply.h.
 */
#include "apply.h"

#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>

struct compare {
	struct mcr_apply *apply;
	struct mcr_error *err;
};

static int no_memory(struct mcr_error *err)
{
	return mcr_error_set(err, MCR_ERROR_SYSTEM, "out of memory");
}

static int tell(struct mcr_apply *a, enum mcr_step step,
		const struct mcr_rule *rule, struct mcr_error *err)
{
	if (a->tell && a->tell(step, rule, a->arg))
		return no_memory(err);
	return 0;
}

static void start_over(struct mcr_apply *a)
{
	size_t i;

	for (i = 0; i < a->set->count; i++)
		a->set->rules[i]->fate = MCR_FATE_ADD;
	a->n_added = 0;
	a->n_changed = 0;
	a->n_deleted = 0;
	a->n_unchanged = 0;
}

static int note_deleted(struct mcr_apply *a, const struct mcr_rule *rule,
			struct mcr_error *err)
{
	size_t room = a->room ? a->room * 2 : 64;
	__u32 *deleted;

	if (a->n_deleted == a->room) {
		deleted = reallocarray(a->deleted, room, sizeof(*deleted));
		if (!deleted)
			return no_memory(err);
		a->deleted = deleted;
		a->room = room;
	}
	a->deleted[a->n_deleted++] = rule->id;
	return tell(a, MCR_STEP_DELETE, rule, err);
}

/* A name can be in use only once, also between two messages. */
static bool name_is_wanted(const struct mcr_ruleset *set,
			   const struct mcr_rule *rule,
			   const struct mcr_stated *stated)
{
	const struct mcr_stated *other = mcr_ruleset_by_name(set, rule->name);

	return other && other != stated;
}

/* Whoever states when a rule moves has it from the one who decides that. */
static bool is_same(const struct mcr_rule *rule, const struct mcr_rule *stated)
{
	return mcr_rule_same(rule, stated) &&
	       (!stated->spec.plane_since ||
		stated->spec.plane_since == rule->spec.plane_since);
}

/* What becomes of a rule in force? */
static int compare(const struct mcr_rule *rule, void *arg)
{
	struct compare *c = arg;
	struct mcr_apply *a = c->apply;
	struct mcr_stated *stated;
	struct mcr_statement st;
	int ret;

	stated = mcr_ruleset_by_match(a->set, &rule->spec);
	if (!stated)
		return note_deleted(a, rule, c->err);
	ret = mcr_stated_load(stated, &st, c->err);
	if (!ret && is_same(rule, &st.rule)) {
		stated->fate = MCR_FATE_KEEP;
		a->n_unchanged++;
	} else if (!ret) {
		stated->fate = MCR_FATE_CHANGE;
		if (name_is_wanted(a->set, rule, stated))
			stated->fate = MCR_FATE_RENAME;
		a->n_changed++;
		ret = tell(a, MCR_STEP_CHANGE, &st.rule, c->err);
	}
	mcr_statement_free(&st);
	return ret;
}

/* Are these messages, of which there are any, of this generation? */
static bool same_generation(const struct mcr_reply *reply, __u32 base)
{
	struct mcr_reply_walk walk;
	struct nlmsghdr *nlh;
	bool same = false;
	__u32 generation;

	mcr_reply_walk_init(&walk, reply);
	while ((nlh = mcr_reply_next(&walk))) {
		same = mcr_msg_generation(nlh, &generation) &&
		       generation == base;
		if (!same)
			break;
	}
	return same;
}

/* Where there are no rules, no message tells their generation. */
static int ask_generation(struct mcr_transaction *txn, bool *same,
			  struct mcr_error *err)
{
	struct mcr_reply reply;
	int ret;

	mcr_reply_init(&reply, false);
	mcr_msg_reset(txn->msg, MCR_CMD_STATUS_GET, 0);
	ret = mcr_client_do(txn->client, txn->msg, &reply, err);
	*same = !ret && same_generation(&reply, txn->base);
	mcr_reply_exit(&reply);
	return ret;
}

static int compare_all(struct mcr_apply *a, struct mcr_error *err)
{
	struct compare c = { .apply = a, .err = err };
	struct mcr_transaction *txn = a->txn;
	struct mcr_reply_walk walk;
	struct mcr_reply reply;
	bool same = false;
	int ret;

	mcr_reply_init(&reply, true);
	mcr_msg_reset(txn->msg, MCR_CMD_RULE_GET, 0);
	ret = mcr_client_dump(txn->client, txn->msg, &reply, err);
	if (!ret && reply.error)
		ret = mcr_error_set(err, MCR_ERROR_REFUSED,
				    "the rules in force cannot be read: %s",
				    reply.text[0] ? reply.text :
						    strerror(reply.error));
	if (!ret)
		same = same_generation(&reply, txn->base);
	mcr_reply_walk_init(&walk, &reply);
	if (!ret && !mcr_reply_next(&walk))
		ret = ask_generation(txn, &same, err);
	/* These may not be the rules that the transaction starts from. */
	txn->stale = !ret && (reply.interrupted || !same);
	if (txn->stale)
		ret = -1;
	if (!ret)
		ret = mcr_reply_rules(&reply, compare, &c, err);
	mcr_reply_exit(&reply);
	return ret;
}

static int stage_deleted(struct mcr_apply *a, struct mcr_error *err)
{
	struct mcr_rule rule;
	struct nl_msg *msg;
	size_t i;

	mcr_rule_init(&rule);
	for (i = 0; i < a->n_deleted; i++) {
		rule.id = a->deleted[i];
		msg = mcr_transaction_message(a->txn, MCR_CMD_RULE_DEL, 0);
		if (mcr_msg_put_ref(msg, &rule))
			return no_memory(err);
		if (mcr_transaction_stage(a->txn, NULL, err))
			return -1;
	}
	return 0;
}

static int stage_rule(struct mcr_apply *a, const struct mcr_stated *stated,
		      bool nameless, struct mcr_error *err)
{
	struct mcr_statement st;
	struct nl_msg *msg;
	int ret;

	ret = mcr_stated_load(stated, &st, err);
	if (!ret) {
		if (nameless)
			st.rule.name[0] = '\0';
		msg = mcr_transaction_message(a->txn, MCR_CMD_RULE_NEW,
					      NLM_F_CREATE | NLM_F_REPLACE);
		ret = mcr_msg_put_rule(msg, &st.rule) ? no_memory(err) :
		      mcr_transaction_stage(a->txn, &stated->place, err);
	}
	if (!ret && stated->fate == MCR_FATE_ADD)
		ret = tell(a, MCR_STEP_ADD, &st.rule, err);
	mcr_statement_free(&st);
	return ret;
}

/*
 * Deletions first: they make room. Then names are given up that others are to
 * have, then all gets what it is to be.
 */
static int stage_all(struct mcr_apply *a, struct mcr_error *err)
{
	struct mcr_ruleset *set = a->set;
	size_t i;

	if (stage_deleted(a, err))
		return -1;
	for (i = 0; i < set->count; i++)
		if (set->rules[i]->fate == MCR_FATE_RENAME &&
		    stage_rule(a, set->rules[i], true, err))
			return -1;
	for (i = 0; i < set->count; i++)
		if (set->rules[i]->fate != MCR_FATE_KEEP &&
		    stage_rule(a, set->rules[i], false, err))
			return -1;
	return mcr_transaction_flush(a->txn, err);
}

static int attempt(struct mcr_apply *a, struct mcr_error *err)
{
	start_over(a);
	if (mcr_transaction_begin(a->txn, err) || compare_all(a, err))
		return -1;
	a->n_added = a->set->count - a->n_changed - a->n_unchanged;
	if (!a->n_added && !a->n_changed && !a->n_deleted)
		return 0;
	if (stage_all(a, err))
		return -1;
	return a->dry_run ? 0 : mcr_transaction_commit(a->txn, err);
}

/**
 * mcr_apply - put a set of rules in force
 * @apply: what, and how
 * @err: where to say what is wrong
 *
 * Rules that are the same in match stay, with their counters, and are sent to
 * the server only if they say something else.
 *
 * Return: 0, or -1 and an error: nothing was changed.
 */
int mcr_apply(struct mcr_apply *apply, struct mcr_error *err)
{
	unsigned int tries = 0;
	int ret;

	do {
		ret = tell(apply, MCR_STEP_RESTART, NULL, err);
		if (ret)
			break;
		ret = attempt(apply, err);
		mcr_transaction_abort(apply->txn);
	} while (ret && mcr_transaction_retry(apply->txn, &tries, err));
	free(apply->deleted);
	apply->deleted = NULL;
	apply->room = 0;
	return ret;
}
