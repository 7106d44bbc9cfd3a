// SPDX-License-Identifier: GPL-2.0
/*
 * A model of nf_tables; see nft_model.h. What went wrong is printed: it is for
 * tests.
 */
#include "nft_state.h"

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libnftnl/chain.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <libnftnl/set.h>
#include <libnftnl/table.h>

/**
 * nft_bad - say what the kernel would refuse
 * @what: what it is
 * @name: of what
 *
 * Return: false, for callers to pass on.
 */
bool nft_bad(const char *what, const char *name)
{
	fprintf(stderr, "nft_model: %s: %s\n", what, name);
	return false;
}

/**
 * nft_model_new - a kernel without tables
 *
 * Return: for nft_model_free(); NULL without memory.
 */
struct nft_model *nft_model_new(void)
{
	return calloc(1, sizeof(struct nft_model));
}

/**
 * nft_chain_find - a chain by its name
 * @m: the model
 * @name: the name
 *
 * Return: the chain or NULL.
 */
struct nft_chain *nft_chain_find(const struct nft_model *m, const char *name)
{
	struct nft_chain *c;

	LIST_FOREACH(c, &m->chains, list)
		if (!strcmp(c->name, name))
			return c;
	return NULL;
}

/**
 * nft_set_find - a map by its name
 * @m: the model
 * @name: the name
 *
 * Return: the map or NULL.
 */
struct nft_set *nft_set_find(const struct nft_model *m, const char *name)
{
	struct nft_set *s;

	LIST_FOREACH(s, &m->sets, list)
		if (!strcmp(s->name, name))
			return s;
	return NULL;
}

/**
 * nft_elem_find - an element by its key
 * @s: the map
 * @key: as many bytes as the map's keys have
 *
 * Return: the element or NULL.
 */
struct nft_elem *nft_elem_find(const struct nft_set *s, const void *key)
{
	struct nft_elem *e;

	LIST_FOREACH(e, &s->elems, list)
		if (!memcmp(e->key, key, s->key_len))
			return e;
	return NULL;
}

static void chain_flush(struct nft_chain *c)
{
	struct nft_rule *r;

	while ((r = TAILQ_FIRST(&c->rules))) {
		TAILQ_REMOVE(&c->rules, r, list);
		nftnl_rule_free(r->r);
		free(r);
	}
}

static void chain_free(struct nft_chain *c)
{
	chain_flush(c);
	LIST_REMOVE(c, list);
	free(c);
}

static void set_free(struct nft_set *s)
{
	struct nft_elem *e;

	while ((e = LIST_FIRST(&s->elems))) {
		LIST_REMOVE(e, list);
		free(e);
	}
	LIST_REMOVE(s, list);
	free(s);
}

static void table_end(struct nft_model *m)
{
	struct nft_chain *c, *next_chain;
	struct nft_set *s, *next_set;

	for (c = LIST_FIRST(&m->chains); c; c = next_chain) {
		next_chain = LIST_NEXT(c, list);
		chain_free(c);
	}
	for (s = LIST_FIRST(&m->sets); s; s = next_set) {
		next_set = LIST_NEXT(s, list);
		set_free(s);
	}
	m->table = false;
}

/**
 * nft_model_free - let go of a model
 * @m: the model
 */
void nft_model_free(struct nft_model *m)
{
	table_end(m);
	free(m);
}

/* Does a rule refer to this chain or map? */
static bool rule_refers(const struct nftnl_rule *r, __u16 attr,
			const char *expr, const char *name)
{
	struct nftnl_expr_iter *it = nftnl_expr_iter_create(r);
	struct nftnl_expr *e;
	bool refers = false;

	while (it && (e = nftnl_expr_iter_next(it))) {
		if (strcmp(nftnl_expr_get_str(e, NFTNL_EXPR_NAME), expr) ||
		    !nftnl_expr_is_set(e, attr))
			continue;
		if (!strcmp(nftnl_expr_get_str(e, attr), name))
			refers = true;
	}
	nftnl_expr_iter_destroy(it);
	return refers;
}

static bool used(const struct nft_model *m, __u16 attr, const char *expr,
		 const char *name)
{
	const struct nft_chain *c;
	const struct nft_rule *r;

	LIST_FOREACH(c, &m->chains, list)
		TAILQ_FOREACH(r, &c->rules, list)
			if (rule_refers(r->r, attr, expr, name))
				return true;
	return false;
}

static bool do_table(struct nft_model *m, const struct nlmsghdr *nlh, bool add)
{
	struct nftnl_table *t = nftnl_table_alloc();
	bool ok = true;

	nftnl_table_nlmsg_parse(nlh, t);
	if (add && nftnl_table_get_u32(t, NFTNL_TABLE_FLAGS) !=
		   NFT_TABLE_F_OWNER)
		ok = nft_bad("a table without owner", "");
	if (add && m->table && (nlh->nlmsg_flags & NLM_F_EXCL))
		ok = nft_bad("a second table", "");
	if (!add && !m->table)
		ok = nft_bad("no table to end", "");
	nftnl_table_free(t);
	if (!add)
		table_end(m);
	else
		m->table = true;
	return ok;
}

static bool chain_add(struct nft_model *m, const struct nlmsghdr *nlh,
		      struct nftnl_chain *nc, const char *name)
{
	const char *dev = nftnl_chain_get_str(nc, NFTNL_CHAIN_DEV);
	struct nft_chain *c = nft_chain_find(m, name);

	if (c && (dev || (nlh->nlmsg_flags & NLM_F_EXCL)))
		return nft_bad("a second chain", name);
	if (c)
		return true;
	c = calloc(1, sizeof(*c));
	TAILQ_INIT(&c->rules);
	snprintf(c->name, sizeof(c->name), "%s", name);
	if (dev)
		snprintf(c->dev, sizeof(c->dev), "%s", dev);
	LIST_INSERT_HEAD(&m->chains, c, list);
	if (dev && (nftnl_chain_get_u32(nc, NFTNL_CHAIN_HOOKNUM) !=
		    NF_NETDEV_INGRESS ||
		    nftnl_chain_get_s32(nc, NFTNL_CHAIN_PRIO) <= 0))
		return nft_bad("not behind other chains", name);
	return true;
}

static bool do_chain(struct nft_model *m, const struct nlmsghdr *nlh, bool add)
{
	struct nftnl_chain *nc = nftnl_chain_alloc();
	const char *name;
	struct nft_chain *c;
	bool ok = true;

	nftnl_chain_nlmsg_parse(nlh, nc);
	name = nftnl_chain_get_str(nc, NFTNL_CHAIN_NAME);
	if (!m->table) {
		ok = nft_bad("a chain without a table", name);
	} else if (add) {
		ok = chain_add(m, nlh, nc, name);
	} else {
		c = nft_chain_find(m, name);
		if (!c)
			ok = nft_bad("no chain to end", name);
		else if (used(m, NFTNL_EXPR_IMM_CHAIN, "immediate", name))
			ok = nft_bad("the chain is in use", name);
		else
			chain_free(c);
	}
	nftnl_chain_free(nc);
	return ok;
}

/* All that a rule refers to must be there before it. */
static bool rule_ok(const struct nft_model *m, const struct nftnl_rule *r)
{
	struct nftnl_expr_iter *it = nftnl_expr_iter_create(r);
	struct nftnl_expr *e;
	bool ok = true;

	while (it && (e = nftnl_expr_iter_next(it))) {
		const char *name = nftnl_expr_get_str(e, NFTNL_EXPR_NAME);

		if (!strcmp(name, "lookup") &&
		    !nft_set_find(m, nftnl_expr_get_str(e, NFTNL_EXPR_LOOKUP_SET)))
			ok = nft_bad("no such map", name);
		if (!strcmp(name, "immediate") &&
		    nftnl_expr_is_set(e, NFTNL_EXPR_IMM_CHAIN) &&
		    !nft_chain_find(m, nftnl_expr_get_str(e, NFTNL_EXPR_IMM_CHAIN)))
			ok = nft_bad("no such chain", name);
	}
	nftnl_expr_iter_destroy(it);
	return ok;
}

static bool do_rule(struct nft_model *m, const struct nlmsghdr *nlh, bool add)
{
	struct nftnl_rule *nr = nftnl_rule_alloc();
	struct nft_rule *r;
	struct nft_chain *c;
	bool ok = true;

	nftnl_rule_nlmsg_parse(nlh, nr);
	c = nft_chain_find(m, nftnl_rule_get_str(nr, NFTNL_RULE_CHAIN));
	if (c && add) {
		ok = rule_ok(m, nr);
		r = calloc(1, sizeof(*r));
		r->r = nr;
		TAILQ_INSERT_TAIL(&c->rules, r, list);
		return ok;
	}
	if (c)
		chain_flush(c);
	else
		ok = nft_bad("no chain for a rule", "");
	nftnl_rule_free(nr);
	return ok;
}

static bool do_set(struct nft_model *m, const struct nlmsghdr *nlh, bool add)
{
	struct nftnl_set *ns = nftnl_set_alloc();
	const char *name;
	bool ok = true;
	struct nft_set *s;

	nftnl_set_nlmsg_parse(nlh, ns);
	name = nftnl_set_get_str(ns, NFTNL_SET_NAME);
	s = nft_set_find(m, name);
	if (add && s) {
		ok = nft_bad("a second map", name);
	} else if (add) {
		s = calloc(1, sizeof(*s));
		snprintf(s->name, sizeof(s->name), "%s", name);
		s->key_len = nftnl_set_get_u32(ns, NFTNL_SET_KEY_LEN);
		LIST_INSERT_HEAD(&m->sets, s, list);
	} else if (!s) {
		ok = nft_bad("no map to end", name);
	} else if (used(m, NFTNL_EXPR_LOOKUP_SET, "lookup", name)) {
		ok = nft_bad("the map is in use", name);
	} else {
		set_free(s);
	}
	nftnl_set_free(ns);
	return ok;
}

/* An attribute that is looked for, and found. */
struct wanted {
	__u16 type;
	const struct nlattr *attr;
};

static int attr_is_wanted(const struct nlattr *attr, void *arg)
{
	struct wanted *wanted = arg;

	if (mnl_attr_get_type(attr) == wanted->type)
		wanted->attr = attr;
	return MNL_CB_OK;
}

static const struct nlattr *attr_find(const struct nlattr *nest, __u16 type)
{
	struct wanted wanted = { .type = type };

	if (nest)
		mnl_attr_parse_nested(nest, attr_is_wanted, &wanted);
	return wanted.attr;
}

static const struct nlattr *attr_top(const struct nlmsghdr *nlh, __u16 type)
{
	struct wanted wanted = { .type = type };

	mnl_attr_parse(nlh, sizeof(struct nfgenmsg), attr_is_wanted, &wanted);
	return wanted.attr;
}

/* Elements that go into a map, or out of it. */
struct move {
	struct nft_set *s;
	bool add;
	bool ok;
};

static bool do_elem(struct nft_set *s, const struct nlattr *attr, bool add)
{
	const struct nlattr *key, *code;
	struct nft_elem *e;

	key = attr_find(attr_find(attr, NFTA_SET_ELEM_KEY), NFTA_DATA_VALUE);
	code = attr_find(attr_find(attr_find(attr, NFTA_SET_ELEM_DATA),
				   NFTA_DATA_VERDICT), NFTA_VERDICT_CODE);
	if (!key || !code || mnl_attr_get_payload_len(key) != s->key_len)
		return nft_bad("an element that does not fit", s->name);
	e = nft_elem_find(s, mnl_attr_get_payload(key));
	if (!add) {
		if (!e)
			return nft_bad("no such element", s->name);
		LIST_REMOVE(e, list);
		free(e);
		return true;
	}
	if (e)
		return nft_bad("a second element", s->name);
	e = calloc(1, sizeof(*e));
	memcpy(e->key, mnl_attr_get_payload(key), s->key_len);
	e->verdict = ntohl(mnl_attr_get_u32(code));
	LIST_INSERT_HEAD(&s->elems, e, list);
	return true;
}

static int move_elem(const struct nlattr *attr, void *arg)
{
	struct move *move = arg;

	move->ok &= do_elem(move->s, attr, move->add);
	return MNL_CB_OK;
}

/* libnftnl does not read lists of several elements as it writes them. */
static bool do_elems(struct nft_model *m, const struct nlmsghdr *nlh, bool add)
{
	const struct nlattr *list = attr_top(nlh, NFTA_SET_ELEM_LIST_ELEMENTS);
	const struct nlattr *name = attr_top(nlh, NFTA_SET_ELEM_LIST_SET);
	struct move move = { .add = add, .ok = true };

	if (name)
		move.s = nft_set_find(m, mnl_attr_get_str(name));
	if (!move.s || !list)
		return nft_bad("no map for elements", "");
	mnl_attr_parse_nested(list, move_elem, &move);
	return move.ok;
}

static bool do_message(struct nft_model *m, const struct nlmsghdr *nlh)
{
	switch (NFNL_MSG_TYPE(nlh->nlmsg_type)) {
	case NFT_MSG_NEWTABLE:
		return do_table(m, nlh, true);
	case NFT_MSG_DELTABLE:
		return do_table(m, nlh, false);
	case NFT_MSG_NEWCHAIN:
		return do_chain(m, nlh, true);
	case NFT_MSG_DELCHAIN:
		return do_chain(m, nlh, false);
	case NFT_MSG_NEWRULE:
		return do_rule(m, nlh, true);
	case NFT_MSG_DELRULE:
		return do_rule(m, nlh, false);
	case NFT_MSG_NEWSET:
		return do_set(m, nlh, true);
	case NFT_MSG_DELSET:
		return do_set(m, nlh, false);
	case NFT_MSG_NEWSETELEM:
		return do_elems(m, nlh, true);
	case NFT_MSG_DELSETELEM:
		return do_elems(m, nlh, false);
	default:
		return nft_bad("a message that is not known", "");
	}
}

/**
 * nft_model_batch - carry out a batch
 * @m: the model
 * @buf: the messages
 * @len: bytes of @buf
 *
 * Return: false if the kernel would refuse any of it; the model is of no use then.
 */
bool nft_model_batch(struct nft_model *m, const void *buf, size_t len)
{
	const struct nlmsghdr *nlh = buf;
	bool begun = false, ended = false, ok = true;
	int left = (int)len;

	for (; mnl_nlmsg_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left)) {
		if (nlh->nlmsg_type == NFNL_MSG_BATCH_BEGIN)
			begun = true;
		else if (nlh->nlmsg_type == NFNL_MSG_BATCH_END)
			ended = true;
		else
			ok &= do_message(m, nlh);
	}
	return ok && begun && ended && !left;
}

/**
 * nft_model_device_gone - end a device's base chain, as kernels before 6.16 do
 * @m: the model
 * @dev: name of the device
 */
void nft_model_device_gone(struct nft_model *m, const char *dev)
{
	struct nft_chain *c;

	LIST_FOREACH(c, &m->chains, list)
		if (!strcmp(c->dev, dev)) {
			chain_free(c);
			return;
		}
}

/**
 * nft_model_empty - is nothing left?
 * @m: the model
 *
 * Return: true if there is not even the table.
 */
bool nft_model_empty(const struct nft_model *m)
{
	return !m->table && LIST_EMPTY(&m->chains) && LIST_EMPTY(&m->sets);
}

/**
 * nft_model_hooks - base chains
 * @m: the model
 *
 * Return: how many there are.
 */
size_t nft_model_hooks(const struct nft_model *m)
{
	const struct nft_chain *c;
	size_t n = 0;

	LIST_FOREACH(c, &m->chains, list)
		n += !!c->dev[0];
	return n;
}

/**
 * nft_model_sets - verdict maps
 * @m: the model
 *
 * Return: how many there are.
 */
size_t nft_model_sets(const struct nft_model *m)
{
	const struct nft_set *s;
	size_t n = 0;

	LIST_FOREACH(s, &m->sets, list)
		n++;
	return n;
}
