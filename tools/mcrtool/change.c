// SPDX-License-Identifier: GPL-2.0
/*
 * Verbs that change something: how their words are read, and the request that
 * is made of them. Used for one command and for a batch of them.
 */
#include "mcrtool.h"

/**
 * mcrtool_request - the request of a verb
 * @verb: one that changes something
 * @st: what its words said
 * @flags: NLM_F_ flags beside those of the verb
 *
 * Return: a message for nlmsg_free(); NULL: out of memory.
 */
struct nl_msg *mcrtool_request(const struct mcrtool_verb *verb,
			       const struct mcr_statement *st, int flags)
{
	struct nl_msg *msg = mcr_msg_new(verb->cmd, verb->flags | flags);

	if (msg && verb->put(msg, st)) {
		nlmsg_free(msg);
		msg = NULL;
	}
	return msg;
}

/**
 * mcrtool_state - read what a verb that changes something is to do, and do it
 * @t: the invocation
 * @carry_out: does it, by the connection of @t; returns an exit status
 *
 * Return: an exit status.
 */
int mcrtool_state(struct mcrtool *t,
		  int (*carry_out)(struct mcrtool *t,
				   const struct mcr_statement *st))
{
	struct mcr_statement st;
	int ret;

	mcr_statement_init(&st);
	if (t->verb->parse(&t->words, &st))
		ret = mcrtool_fail(t);
	else
		ret = mcrtool_connect(t);
	if (!ret)
		ret = carry_out(t, &st);
	mcr_statement_free(&st);
	return ret;
}

static int change(struct mcrtool *t, const struct mcr_statement *st)
{
	struct mcr_reply reply;
	int ret;

	ret = mcrtool_do(t, mcrtool_request(t->verb, st, 0), st, &reply);
	mcr_reply_exit(&reply);
	return ret;
}

/**
 * mcrtool_change - a verb that changes something, and prints nothing
 * @t: the invocation
 *
 * Return: an exit status.
 */
int mcrtool_change(struct mcrtool *t)
{
	return mcrtool_state(t, change);
}

/**
 * mcrtool_parse_ref - read REF and nothing more
 * @w: the words
 * @st: where to put it
 *
 * Return: 0, or -1 and an error in @w->err.
 */
int mcrtool_parse_ref(struct mcr_words *w, struct mcr_statement *st)
{
	return mcr_parse_ref(w, st) ? -1 : mcr_parse_end(w);
}

/**
 * mcrtool_parse_enable - read the words of rule enable
 * @w: the words
 * @st: where to put them
 *
 * Return: 0, or -1 and an error in @w->err.
 */
int mcrtool_parse_enable(struct mcr_words *w, struct mcr_statement *st)
{
	st->rule.spec.disabled = false;
	return mcrtool_parse_ref(w, st);
}

/**
 * mcrtool_parse_disable - read the words of rule disable
 * @w: the words
 * @st: where to put them
 *
 * Return: 0, or -1 and an error in @w->err.
 */
int mcrtool_parse_disable(struct mcr_words *w, struct mcr_statement *st)
{
	st->rule.spec.disabled = true;
	return mcrtool_parse_ref(w, st);
}

/**
 * mcrtool_parse_move - read the words of rule move
 * @w: the words
 * @st: where to put them
 *
 * Return: 0, or -1 and an error in @w->err.
 */
int mcrtool_parse_move(struct mcr_words *w, struct mcr_statement *st)
{
	if (mcr_parse_ref(w, st) || mcr_parse_plane(w, st))
		return -1;
	return mcr_parse_end(w);
}

/**
 * mcrtool_parse_reset - read the words of stats reset
 * @w: the words
 * @st: where to put them
 *
 * Return: 0, or -1 and an error in @w->err.
 */
int mcrtool_parse_reset(struct mcr_words *w, struct mcr_statement *st)
{
	return mcr_words_end(w) ? 0 : mcrtool_parse_ref(w, st);
}

static int parse_rule_ref(struct mcr_words *w, struct mcr_statement *st)
{
	if (!mcr_words_skip(w, "rule"))
		return mcr_words_fail(w, w->pos + 1, MCR_ERROR_SYNTAX,
				      "of which rule? Say so first: rule NAME, or rule id N");
	return mcr_parse_ref(w, st);
}

/**
 * mcrtool_parse_output_add - read the words of output add
 * @w: the words
 * @st: where to put them
 *
 * Return: 0, or -1 and an error in @w->err.
 */
int mcrtool_parse_output_add(struct mcr_words *w, struct mcr_statement *st)
{
	return parse_rule_ref(w, st) ? -1 : mcr_parse_output(w, st);
}

/**
 * mcrtool_parse_output_del - read the words of output del
 * @w: the words
 * @st: where to put them
 *
 * Return: 0, or -1 and an error in @w->err.
 */
int mcrtool_parse_output_del(struct mcr_words *w, struct mcr_statement *st)
{
	return parse_rule_ref(w, st) ? -1 : mcr_parse_output_ref(w, st);
}

/**
 * mcrtool_put_rule - a whole rule
 * @msg: the message
 * @st: what was said
 *
 * Return: 0, or -EMSGSIZE.
 */
int mcrtool_put_rule(struct nl_msg *msg, const struct mcr_statement *st)
{
	return mcr_msg_put_rule(msg, &st->rule);
}

/**
 * mcrtool_put_ref - which rule is meant, if one is
 * @msg: the message
 * @st: what was said
 *
 * Return: 0, or -EMSGSIZE.
 */
int mcrtool_put_ref(struct nl_msg *msg, const struct mcr_statement *st)
{
	return st->given ? mcr_msg_put_ref(msg, &st->rule) : 0;
}

/**
 * mcrtool_put_disabled - whether a rule is disabled
 * @msg: the message
 * @st: what was said
 *
 * Return: 0, or -EMSGSIZE.
 */
int mcrtool_put_disabled(struct nl_msg *msg, const struct mcr_statement *st)
{
	return mcr_msg_put_disabled(msg, &st->rule);
}

/**
 * mcrtool_put_plane - who is to carry a rule out
 * @msg: the message
 * @st: what was said
 *
 * Return: 0, or -EMSGSIZE.
 */
int mcrtool_put_plane(struct nl_msg *msg, const struct mcr_statement *st)
{
	return mcr_msg_put_plane(msg, &st->rule);
}

/**
 * mcrtool_put_filter - which rules are meant
 * @msg: the message
 * @st: what was said
 *
 * Return: 0, or -EMSGSIZE.
 */
int mcrtool_put_filter(struct nl_msg *msg, const struct mcr_statement *st)
{
	return mcr_msg_put_filter(msg, &st->rule, st->given);
}

/**
 * mcrtool_put_output - an output of a rule
 * @msg: the message
 * @st: what was said
 *
 * Return: 0, or -EMSGSIZE.
 */
int mcrtool_put_output(struct nl_msg *msg, const struct mcr_statement *st)
{
	int err = mcr_msg_put_ref(msg, &st->rule);

	return err ? err : mcr_msg_put_output(msg, &st->rule.outputs[0]);
}
