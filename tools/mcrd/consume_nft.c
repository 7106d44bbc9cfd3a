// SPDX-License-Identifier: GPL-2.0
/*
 * Batches of messages to nf_tables; see consume_nft.h. The expressions that rules
 * are made of are in consume_expr.c.
 */
#include "consume_nft.h"

#include <libmnl/libmnl.h>
#include <libnftnl/chain.h>
#include <libnftnl/common.h>
#include <libnftnl/rule.h>
#include <libnftnl/set.h>
#include <libnftnl/table.h>
#include <linux/netfilter.h>
#include <stdlib.h>
#include <string.h>

/* No message is larger: an attribute has 64 KiB at most. */
#define MCRD_NFT_ROOM	(128UL * 1024)

/**
 * mcrd_nft_free - let go of a batch
 * @nft: the batch; empty, then
 */
void mcrd_nft_free(struct mcrd_nft *nft)
{
	free(nft->buf);
	memset(nft, 0, sizeof(*nft));
}

/* Where the next message goes; NULL: there is no memory. */
static char *mcrd_nft_tail(struct mcrd_nft *nft)
{
	size_t size = nft->size ? 2 * nft->size : 2 * MCRD_NFT_ROOM;
	char *buf;

	if (nft->failed)
		return NULL;
	if (nft->size - nft->used < MCRD_NFT_ROOM) {
		buf = realloc(nft->buf, size);
		if (!buf) {
			nft->failed = true;
			return NULL;
		}
		nft->buf = buf;
		nft->size = size;
	}
	return nft->buf + nft->used;
}

static void mcrd_nft_took(struct mcrd_nft *nft, const struct nlmsghdr *nlh)
{
	nft->last = nft->used;
	nft->used += NLMSG_ALIGN(nlh->nlmsg_len);
}

static struct nlmsghdr *mcrd_nft_head(struct mcrd_nft *nft, __u16 type,
				      __u16 flags)
{
	char *tail = mcrd_nft_tail(nft);

	if (!tail)
		return NULL;
	return nftnl_nlmsg_build_hdr(tail, type, NFPROTO_NETDEV, flags,
				     ++nft->seq);
}

/**
 * mcrd_nft_begin - begin a batch
 * @nft: what is in it is forgotten
 * @seq: sequence number of its first message
 */
void mcrd_nft_begin(struct mcrd_nft *nft, __u32 seq)
{
	char *tail;

	nft->used = 0;
	nft->first = seq;
	nft->seq = seq;
	nft->sets = 0;
	nft->failed = false;
	tail = mcrd_nft_tail(nft);
	if (tail)
		mcrd_nft_took(nft, nftnl_batch_begin(tail, seq));
}

/**
 * mcrd_nft_empty - does a batch change nothing?
 * @nft: the batch, begun
 *
 * Return: true if so.
 */
bool mcrd_nft_empty(const struct mcrd_nft *nft)
{
	return nft->seq == nft->first;
}

/**
 * mcrd_nft_end - end a batch
 * @nft: the batch, not empty
 * @commit: false: the kernel says what would become of it, and does nothing
 */
void mcrd_nft_end(struct mcrd_nft *nft, bool commit)
{
	char *tail = mcrd_nft_tail(nft);
	struct nlmsghdr *last;

	if (!tail)
		return;
	/* One answer for all, where there is nothing to complain of. */
	last = (void *)(nft->buf + nft->last);
	last->nlmsg_flags |= NLM_F_ACK;
	/* A batch that does not end is one that is taken back. */
	if (commit)
		mcrd_nft_took(nft, nftnl_batch_end(tail, nft->seq + 1));
}

static void mcrd_nft_table(struct mcrd_nft *nft, __u16 type, __u16 flags)
{
	struct nlmsghdr *nlh = mcrd_nft_head(nft, type, flags);
	struct nftnl_table *table = nftnl_table_alloc();

	if (!table || !nlh || nftnl_table_set_str(table, NFTNL_TABLE_NAME,
						  MCRD_NFT_TABLE)) {
		nft->failed = true;
	} else {
		if (type == NFT_MSG_NEWTABLE)
			nftnl_table_set_u32(table, NFTNL_TABLE_FLAGS,
					    NFT_TABLE_F_OWNER);
		nftnl_table_nlmsg_build_payload(nlh, table);
		mcrd_nft_took(nft, nlh);
	}
	if (table)
		nftnl_table_free(table);
}

/**
 * mcrd_nft_table_add - make the table
 * @nft: the batch
 * @anew: there is to be none yet
 *
 * It is owned: it ends with the socket at the latest, and nobody else can change
 * it.
 */
void mcrd_nft_table_add(struct mcrd_nft *nft, bool anew)
{
	mcrd_nft_table(nft, NFT_MSG_NEWTABLE,
		       anew ? NLM_F_CREATE | NLM_F_EXCL : NLM_F_CREATE);
}

/**
 * mcrd_nft_table_del - end the table, with all that is in it
 * @nft: the batch
 */
void mcrd_nft_table_del(struct mcrd_nft *nft)
{
	mcrd_nft_table(nft, NFT_MSG_DELTABLE, 0);
}

static void mcrd_nft_chain(struct mcrd_nft *nft, const char *name,
			   const char *dev, __u16 type, __u16 flags)
{
	struct nlmsghdr *nlh = mcrd_nft_head(nft, type, flags);
	struct nftnl_chain *chain = nftnl_chain_alloc();

	if (!chain || !nlh ||
	    nftnl_chain_set_str(chain, NFTNL_CHAIN_TABLE, MCRD_NFT_TABLE) ||
	    nftnl_chain_set_str(chain, NFTNL_CHAIN_NAME, name) ||
	    (dev && (nftnl_chain_set_str(chain, NFTNL_CHAIN_TYPE, "filter") ||
		     nftnl_chain_set_str(chain, NFTNL_CHAIN_DEV, dev)))) {
		nft->failed = true;
	} else {
		if (dev) {
			nftnl_chain_set_u32(chain, NFTNL_CHAIN_HOOKNUM,
					    NF_NETDEV_INGRESS);
			nftnl_chain_set_s32(chain, NFTNL_CHAIN_PRIO,
					    MCRD_NFT_PRIORITY);
			nftnl_chain_set_u32(chain, NFTNL_CHAIN_POLICY,
					    NF_ACCEPT);
		}
		nftnl_chain_nlmsg_build_payload(nlh, chain);
		mcrd_nft_took(nft, nlh);
	}
	if (chain)
		nftnl_chain_free(chain);
}

/**
 * mcrd_nft_base_chain - make the chain that a device's frames go through
 * @nft: the batch
 * @name: of the chain
 * @dev: name of the device
 */
void mcrd_nft_base_chain(struct mcrd_nft *nft, const char *name,
			 const char *dev)
{
	mcrd_nft_chain(nft, name, dev, NFT_MSG_NEWCHAIN,
		       NLM_F_CREATE | NLM_F_EXCL);
}

/**
 * mcrd_nft_chain_add - make another chain
 * @nft: the batch
 * @name: of the chain
 *
 * If there is one of that name already, it stays as it is.
 */
void mcrd_nft_chain_add(struct mcrd_nft *nft, const char *name)
{
	mcrd_nft_chain(nft, name, NULL, NFT_MSG_NEWCHAIN, NLM_F_CREATE);
}

/**
 * mcrd_nft_chain_del - end a chain and its rules
 * @nft: the batch
 * @name: of a chain that there is
 */
void mcrd_nft_chain_del(struct mcrd_nft *nft, const char *name)
{
	mcrd_nft_chain(nft, name, NULL, NFT_MSG_DELCHAIN, 0);
}

/**
 * mcrd_nft_chain_flush - take all rules out of a chain
 * @nft: the batch
 * @name: of a chain that there is
 */
void mcrd_nft_chain_flush(struct mcrd_nft *nft, const char *name)
{
	struct nlmsghdr *nlh = mcrd_nft_head(nft, NFT_MSG_DELRULE, 0);
	struct nftnl_rule *rule = mcrd_nft_rule(nft, name);

	if (rule && nlh) {
		nftnl_rule_nlmsg_build_payload(nlh, rule);
		mcrd_nft_took(nft, nlh);
	}
	if (rule)
		nftnl_rule_free(rule);
}

static struct nftnl_set *mcrd_nft_set(struct mcrd_nft *nft, const char *name)
{
	struct nftnl_set *set = nftnl_set_alloc();

	if (set &&
	    !nftnl_set_set_str(set, NFTNL_SET_TABLE, MCRD_NFT_TABLE) &&
	    !nftnl_set_set_str(set, NFTNL_SET_NAME, name))
		return set;
	if (set)
		nftnl_set_free(set);
	nft->failed = true;
	return NULL;
}

/**
 * mcrd_nft_set_add - make a verdict map
 * @nft: the batch
 * @set: what it is like
 */
void mcrd_nft_set_add(struct mcrd_nft *nft, const struct mcrd_nft_set *set)
{
	struct nlmsghdr *nlh = mcrd_nft_head(nft, NFT_MSG_NEWSET,
					     NLM_F_CREATE | NLM_F_EXCL);
	struct nftnl_set *s = mcrd_nft_set(nft, set->name);

	if (s && nlh) {
		nftnl_set_set_u32(s, NFTNL_SET_FLAGS, NFT_SET_MAP);
		nftnl_set_set_u32(s, NFTNL_SET_KEY_TYPE, set->key_type);
		nftnl_set_set_u32(s, NFTNL_SET_KEY_LEN, set->key_len);
		nftnl_set_set_u32(s, NFTNL_SET_DATA_TYPE, NFT_DATA_VERDICT);
		nftnl_set_set_u32(s, NFTNL_SET_ID, ++nft->sets);
		nftnl_set_nlmsg_build_payload(nlh, s);
		mcrd_nft_took(nft, nlh);
	}
	if (s)
		nftnl_set_free(s);
}

/**
 * mcrd_nft_set_del - end a verdict map
 * @nft: the batch
 * @name: of a map that no rule refers to, when the kernel comes here
 */
void mcrd_nft_set_del(struct mcrd_nft *nft, const char *name)
{
	struct nlmsghdr *nlh = mcrd_nft_head(nft, NFT_MSG_DELSET, 0);
	struct nftnl_set *s = mcrd_nft_set(nft, name);

	if (s && nlh) {
		nftnl_set_nlmsg_build_payload(nlh, s);
		mcrd_nft_took(nft, nlh);
	}
	if (s)
		nftnl_set_free(s);
}

/**
 * mcrd_nft_elems - begin a list of elements
 * @nft: the batch
 * @set: name of the verdict map
 *
 * Return: for mcrd_nft_elems_put(); NULL without memory.
 */
struct nftnl_set *mcrd_nft_elems(struct mcrd_nft *nft, const char *set)
{
	return mcrd_nft_set(nft, set);
}

/**
 * mcrd_nft_elem - add to a list of elements
 * @nft: the batch
 * @elems: the list; may be NULL. It holds some hundred elements
 * @key: of the element
 * @len: bytes of @key
 * @verdict: NF_ACCEPT or NF_DROP
 */
void mcrd_nft_elem(struct mcrd_nft *nft, struct nftnl_set *elems,
		   const void *key, __u32 len, __u32 verdict)
{
	struct nftnl_set_elem *e = elems ? nftnl_set_elem_alloc() : NULL;

	if (!e || nftnl_set_elem_set(e, NFTNL_SET_ELEM_KEY, key, len)) {
		if (e)
			nftnl_set_elem_free(e);
		nft->failed = true;
		return;
	}
	nftnl_set_elem_set_u32(e, NFTNL_SET_ELEM_VERDICT, verdict);
	nftnl_set_elem_add(elems, e);
}

/**
 * mcrd_nft_elems_put - put a list of elements into a batch
 * @nft: the batch
 * @elems: the list; may be NULL. It is freed
 * @add: true: they are to be in the map from now on; false: no longer
 */
void mcrd_nft_elems_put(struct mcrd_nft *nft, struct nftnl_set *elems, bool add)
{
	struct nlmsghdr *nlh;

	if (!elems)
		return;
	nlh = mcrd_nft_head(nft, add ? NFT_MSG_NEWSETELEM : NFT_MSG_DELSETELEM,
			    add ? NLM_F_CREATE | NLM_F_EXCL : 0);
	if (nlh) {
		nftnl_set_elems_nlmsg_build_payload(nlh, elems);
		mcrd_nft_took(nft, nlh);
	}
	nftnl_set_free(elems);
}

/**
 * mcrd_nft_rule - begin a rule
 * @nft: the batch
 * @chain: the chain at whose end it is to be
 *
 * Return: for mcrd_nft_rule_put(); NULL without memory.
 */
struct nftnl_rule *mcrd_nft_rule(struct mcrd_nft *nft, const char *chain)
{
	struct nftnl_rule *rule = nftnl_rule_alloc();

	if (rule &&
	    !nftnl_rule_set_str(rule, NFTNL_RULE_TABLE, MCRD_NFT_TABLE) &&
	    !nftnl_rule_set_str(rule, NFTNL_RULE_CHAIN, chain))
		return rule;
	if (rule)
		nftnl_rule_free(rule);
	nft->failed = true;
	return NULL;
}

/**
 * mcrd_nft_rule_put - put a rule into a batch
 * @nft: the batch
 * @rule: the rule; may be NULL. It is freed
 */
void mcrd_nft_rule_put(struct mcrd_nft *nft, struct nftnl_rule *rule)
{
	struct nlmsghdr *nlh;

	if (!rule)
		return;
	nlh = mcrd_nft_head(nft, NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND);
	if (nlh) {
		nftnl_rule_nlmsg_build_payload(nlh, rule);
		mcrd_nft_took(nft, nlh);
	}
	nftnl_rule_free(rule);
}
