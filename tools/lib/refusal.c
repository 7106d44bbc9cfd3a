// SPDX-License-Identifier: GPL-2.0
/*
 * What a server's refusal means; see refusal.h.
 */
#include "refusal.h"

#include <errno.h>
#include <string.h>

/* Which word is the attribute at fault from? */
static size_t word_at_fault(const struct mcr_statement *st,
			    const struct mcr_spot *spot)
{
	if (spot->top == MCR_A_OUTPUT && spot->nth < st->rule.n_outputs) {
		const size_t *where = st->where.output[spot->nth];

		if (spot->inner <= MCR_OUTPUT_A_MAX && where[spot->inner])
			return where[spot->inner];
		return where[MCR_OUTPUT_A_DEV] ? where[MCR_OUTPUT_A_DEV] :
						 where[MCR_OUTPUT_A_ID];
	}
	if ((spot->top == MCR_A_RULE || spot->top == MCR_A_FILTER) &&
	    spot->inner <= MCR_RULE_A_MAX)
		return st->where.rule[spot->inner];
	return 0;
}

/* Where the server says nothing, the kernel refused before it was asked. */
static bool not_permitted(const struct mcr_reply *reply)
{
	return reply->error == EPERM && !reply->text[0];
}

static const char *sentence(const struct mcr_reply *reply)
{
	if (reply->text[0])
		return reply->text;
	if (not_permitted(reply))
		return "this needs CAP_NET_ADMIN in the network namespace: try as root";
	if (reply->error == EOPNOTSUPP)
		return "the server does not know this command: is it of another version?";
	return strerror(reply->error);
}

/**
 * mcr_refusal_set - say why the server refused, or what it warns of
 * @w: the words the request was made from; @w->err is set
 * @st: what they said; NULL: the request is not about words
 * @nlh: the request
 * @reply: the answer
 * @spot: where to put which attribute it is about; all zeroes: none
 *
 * Return: -1, for callers to pass on.
 */
int mcr_refusal_set(struct mcr_words *w, const struct mcr_statement *st,
		    struct nlmsghdr *nlh, const struct mcr_reply *reply,
		    struct mcr_spot *spot)
{
	size_t word = 0;

	memset(spot, 0, sizeof(*spot));
	if (st && reply->has_offset &&
	    mcr_msg_locate(nlh, reply->offset, spot))
		word = word_at_fault(st, spot);
	/* In a file, a statement without its place is hard to find. */
	if (!word && w->source)
		word = 1;
	mcr_words_fail(w, word, not_permitted(reply) ? MCR_ERROR_NO_SERVER :
						       MCR_ERROR_REFUSED,
		       "%s", sentence(reply));
	w->err->rule = reply->cookie;
	return -1;
}
