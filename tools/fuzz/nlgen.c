// SPDX-License-Identifier: GPL-2.0
/*
 * Messages made up from the spec; see nlgen.h.
 */
#include "nlgen.h"

#include <arpa/inet.h>
#include <linux/genetlink.h>
#include <linux/mcr.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <string.h>

/* A message is made in this much; what spoils it may add to it. */
#define MESSAGE_MAX	40000U

enum nlgen_kind {
	NLGEN_PAD,
	NLGEN_U8,
	NLGEN_U16,
	NLGEN_U32,
	NLGEN_U64,
	NLGEN_STRING,
	NLGEN_BINARY,
	NLGEN_FLAG,
	NLGEN_NEST,
};

/**
 * struct nlgen_attr - an attribute, as the spec has it
 * @name: its name
 * @lowest: value or length
 * @highest: likewise
 * @type: its number
 * @kind: what it holds
 * @nested: which set
 * @read_only: only the server sends it
 * @multi: it may be there more than once
 */
struct nlgen_attr {
	const char *name;
	uint64_t lowest;
	uint64_t highest;
	uint16_t type;
	uint8_t kind;
	uint8_t nested;
	bool read_only;
	bool multi;
};

struct nlgen_set {
	const struct nlgen_attr *attrs;
	unsigned int n;
};

/**
 * struct nlgen_op - an operation
 * @attrs: bits: attributes of a request, and of that for a dump
 * @cmd: its number
 * @admin: it needs CAP_NET_ADMIN
 * @has_do: it may be asked for
 * @has_dump: it may be dumped
 */
struct nlgen_op {
	uint64_t attrs[2];
	uint8_t cmd;
	bool admin;
	bool has_do;
	bool has_dump;
};

#include "spec_table.h"

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

/* Marsaglia's xorshift. */
uint32_t nlgen_below(struct nlgen *g, uint32_t n)
{
	g->state ^= g->state << 13;
	g->state ^= g->state >> 7;
	g->state ^= g->state << 17;
	return n ? (uint32_t)(g->state >> 32) % n : 0;
}

static bool one_in(struct nlgen *g, uint32_t n)
{
	return !nlgen_below(g, n);
}

/* NLA_ALIGN() is of int. */
static size_t aligned(size_t len)
{
	return (len + 3) & ~(size_t)3;
}

static void put(struct nlgen *g, const void *data, size_t len)
{
	if (g->len + aligned(len) > MESSAGE_MAX)
		return;
	if (len)
		memcpy(g->buf + g->len, data, len);
	memset(g->buf + g->len + len, 0, aligned(len) - len);
	g->len += aligned(len);
}

/* Returns where it begins, for end_attr(). */
static size_t begin_attr(struct nlgen *g, uint16_t type)
{
	struct nlattr nla = { .nla_type = type };
	size_t at = g->len;

	put(g, &nla, sizeof(nla));
	return at;
}

/* @less: bytes of padding that are behind its payload */
static void end_attr(struct nlgen *g, size_t at, size_t less)
{
	struct nlattr nla;

	if (at + sizeof(nla) > g->len)
		return;
	memcpy(&nla, g->buf + at, sizeof(nla));
	nla.nla_len = (uint16_t)(g->len - at - less);
	memcpy(g->buf + at, &nla, sizeof(nla));
}

static void put_attr(struct nlgen *g, uint16_t type, const void *data,
		     size_t len)
{
	size_t at = begin_attr(g, type);

	put(g, data, len);
	end_attr(g, at, aligned(len) - len);
}

static uint64_t any_number(struct nlgen *g)
{
	uint64_t n = (uint64_t)nlgen_below(g, UINT32_MAX) << 32;

	return n | nlgen_below(g, UINT32_MAX);
}

static uint64_t edge(struct nlgen *g, const struct nlgen_attr *a)
{
	switch (nlgen_below(g, 5)) {
	case 0:
		return a->lowest;
	case 1:
		return a->highest;
	case 2:
		return a->highest + 1;
	case 3:
		return a->lowest - 1;
	default:
		return any_number(g);
	}
}

static uint64_t number(struct nlgen *g, const struct nlgen_attr *a)
{
	uint64_t width = a->highest - a->lowest;

	if (one_in(g, 40))
		return edge(g, a);
	if (!strcmp(a->name, "id"))
		return g->id;
	if (!strcmp(a->name, "txn"))
		return g->txn;
	if (!strcmp(a->name, "proto"))
		return one_in(g, 3) ? MCR_PROTO_ANY : MCR_PROTO_UDP;
	if (!strcmp(a->name, "dport-max"))
		return 8 + nlgen_below(g, 8);
	if (!strcmp(a->name, "group-len") || !strcmp(a->name, "src-len"))
		return g->v6 ? 120 + nlgen_below(g, 9) : 24 + nlgen_below(g, 9);
	return a->lowest + any_number(g) % (width < 8 ? width + 1 : 8);
}

static void put_number(struct nlgen *g, const struct nlgen_attr *a)
{
	size_t size = (size_t)1 << (a->kind - NLGEN_U8);
	uint64_t n = number(g, a);

	if (one_in(g, 200))
		size = nlgen_below(g, 9);
	/* All machines that this runs on are little-endian. */
	put_attr(g, a->type, &n, size);
}

static void put_text(struct nlgen *g, const struct nlgen_attr *a)
{
	static const char *const devs[] = {
		"in0", "in1", "in0", "out0", "out1", "out2", "absent0", "lo",
		"abcdefghijklmno", "", ".", "a b", "a/b", "\x1b[1m", "\xff",
	};
	static const char *const names[] = {
		"a", "b", "c", "feed", "id", "1", "", "a\"b", "a\nb",
		"abcdefghijklmnopqrstuvwxyz01234",
	};
	char text[300];
	bool dev = a->highest == MCR_DEV_MAX;
	size_t len;

	if (one_in(g, 32)) {
		len = nlgen_below(g, sizeof(text));
		memset(text, 'x', sizeof(text));
		/* With or without its end, or with one inside. */
		text[nlgen_below(g, sizeof(text))] = '\0';
		put_attr(g, a->type, text, len);
		return;
	}
	snprintf(text, sizeof(text), "%s", dev ?
		 devs[nlgen_below(g, one_in(g, 4) ? COUNT(devs) : 6)] :
		 names[nlgen_below(g, one_in(g, 4) ? COUNT(names) : 4)]);
	put_attr(g, a->type, text, strlen(text) + 1);
}

static void put_address(struct nlgen *g, const struct nlgen_attr *a)
{
	bool group = !strcmp(a->name, "group") || !strcmp(a->name, "dst");
	bool v6 = one_in(g, 50) ? !g->v6 : g->v6;
	uint8_t addr[40] = { 0 };
	size_t len = v6 ? 16 : 4;

	addr[0] = v6 ? 0xff : 239;
	if (v6)
		addr[1] = (uint8_t)(0x30 + nlgen_below(g, 16));
	if (!group)
		addr[0] = v6 ? 0x20 : 10;
	addr[len - 1] = (uint8_t)(nlgen_below(g, 4) * 32);
	addr[len - 2] = (uint8_t)nlgen_below(g, 4);
	if (one_in(g, 50))
		addr[0] = (uint8_t)nlgen_below(g, 256);
	if (one_in(g, 64))
		len = nlgen_below(g, sizeof(addr));
	put_attr(g, a->type, addr, len);
}

static void put_one(struct nlgen *g, const struct nlgen_attr *a,
		    unsigned int depth);

/* How likely is it there? What rules and outputs need, mostly. */
static bool is_wanted(struct nlgen *g, const struct nlgen_attr *a)
{
	if (a->read_only || a->kind == NLGEN_PAD)
		return one_in(g, 300);
	if (!strcmp(a->name, "iif") || !strcmp(a->name, "group") ||
	    !strcmp(a->name, "dev"))
		return !one_in(g, 20);
	if (!strcmp(a->name, "id") || !strcmp(a->name, "src-len"))
		return one_in(g, 12);
	if (!strcmp(a->name, "rate") || !strcmp(a->name, "rate-unit") ||
	    !strcmp(a->name, "burst"))
		return one_in(g, 60);
	return one_in(g, 6);
}

static void put_set(struct nlgen *g, unsigned int set, unsigned int depth)
{
	const struct nlgen_set *s = &nlgen_sets[set];
	unsigned int i;

	for (i = 0; i < s->n; i++)
		if (is_wanted(g, &s->attrs[i]))
			put_one(g, &s->attrs[i], depth);
}

/* A rule that exists is named by its id or its name; a whole one is made. */
static void put_ref(struct nlgen *g)
{
	static const char names[][2] = { "a", "b", "c" };
	uint32_t id = one_in(g, 16) ? 1 + nlgen_below(g, 99) : g->id;
	uint8_t disabled = (uint8_t)nlgen_below(g, 2);

	if (one_in(g, 8))
		put_attr(g, MCR_RULE_A_NAME, names[nlgen_below(g, COUNT(names))],
			 sizeof(names[0]));
	else
		put_attr(g, MCR_RULE_A_ID, &id, sizeof(id));
	if (g->cmd == MCR_CMD_RULE_SET)
		put_attr(g, MCR_RULE_A_DISABLED, &disabled, sizeof(disabled));
}

static bool is_rule(const struct nlgen_attr *a)
{
	return !strcmp(a->name, "rule");
}

static void put_nest(struct nlgen *g, const struct nlgen_attr *a,
		     unsigned int depth)
{
	size_t at = begin_attr(g, a->type | NLA_F_NESTED);

	if (depth > 8)
		return;
	if (is_rule(a) && g->cmd != MCR_CMD_RULE_NEW && depth == 0)
		put_ref(g);
	else
		put_set(g, a->nested, depth + 1);
	/* Deeper than anything is. */
	if (one_in(g, 400))
		put_nest(g, a, depth + 1);
	end_attr(g, at, 0);
}

static void put_one(struct nlgen *g, const struct nlgen_attr *a,
		    unsigned int depth)
{
	switch (a->kind) {
	case NLGEN_NEST:
		put_nest(g, a, depth);
		return;
	case NLGEN_STRING:
		put_text(g, a);
		return;
	case NLGEN_BINARY:
		put_address(g, a);
		return;
	case NLGEN_FLAG:
	case NLGEN_PAD:
		put_attr(g, a->type, NULL, 0);
		return;
	default:
		put_number(g, a);
	}
}

static uint16_t make_flags(struct nlgen *g, const struct nlgen_op *op,
			   bool dump)
{
	static const uint16_t new[] = {
		NLM_F_CREATE, NLM_F_REPLACE, NLM_F_CREATE | NLM_F_REPLACE,
		NLM_F_CREATE | NLM_F_EXCL, NLM_F_CREATE | NLM_F_ECHO,
	};
	uint16_t flags = NLM_F_REQUEST | NLM_F_ACK;

	if (one_in(g, 100))
		return (uint16_t)nlgen_below(g, 65536);
	if (op->cmd == MCR_CMD_RULE_NEW)
		return flags | new[nlgen_below(g, COUNT(new))];
	return dump ? flags | NLM_F_DUMP : flags;
}

static unsigned int times(struct nlgen *g, const struct nlgen_attr *a)
{
	if (!a->multi)
		return one_in(g, 200) ? 2 : 1;
	if (g->cmd != MCR_CMD_RULE_NEW && !one_in(g, 20))
		return 1;
	return one_in(g, 300) ? nlgen_below(g, 400) : 1 + nlgen_below(g, 3);
}

static void put_attrs(struct nlgen *g, const struct nlgen_op *op, bool dump)
{
	const struct nlgen_set *set = &nlgen_sets[0];
	unsigned int i, n;

	for (i = 0; i < set->n; i++) {
		const struct nlgen_attr *a = &set->attrs[i];
		bool goes = op->attrs[dump] & (1ULL << a->type);

		if (!goes && !one_in(g, 600))
			continue;
		/* Half of all is in a transaction, and filters are rare. */
		if (goes && (!strcmp(a->name, "txn") ||
			     a->type == MCR_A_FILTER) && one_in(g, 2) &&
		    op->cmd != MCR_CMD_TXN_COMMIT)
			continue;
		for (n = times(g, a); n; n--)
			put_one(g, a, 0);
	}
}

static const struct nlgen_op *choose(struct nlgen *g)
{
	const struct nlgen_op *op;

	if (one_in(g, 3))
		return &nlgen_ops[MCR_CMD_RULE_NEW - 1];
	do {
		/* Rules are to be there, and not only to be deleted. */
		op = &nlgen_ops[nlgen_below(g, COUNT(nlgen_ops))];
	} while ((op->cmd == MCR_CMD_RULE_FLUSH && !one_in(g, 64)) ||
		 (op->cmd == MCR_CMD_RULE_DEL && !one_in(g, 4)) ||
		 (!op->has_do && !op->has_dump && !one_in(g, 20)));
	return op;
}

static void make_one(struct nlgen *g)
{
	const struct nlgen_op *op = choose(g);
	bool dump = op->has_dump && (!op->has_do || one_in(g, 2));
	struct genlmsghdr genl = { .cmd = op->cmd, .version = 1 };
	struct nlmsghdr nlh = { .nlmsg_type = g->family, .nlmsg_seq = 1 };
	size_t at = g->len;

	g->cmd = op->cmd;
	g->v6 = one_in(g, 3);
	g->admin = op->admin;
	nlh.nlmsg_flags = make_flags(g, op, dump);
	if (one_in(g, 300))
		nlh.nlmsg_type = (uint16_t)nlgen_below(g, g->family + 4);
	put(g, &nlh, sizeof(nlh));
	put(g, &genl, sizeof(genl));
	put_attrs(g, op, dump);
	nlh.nlmsg_len = (uint32_t)(g->len - at);
	memcpy(g->buf + at, &nlh, sizeof(nlh));
}

static void spoil_byte(struct nlgen *g)
{
	uint8_t *p = g->buf + nlgen_below(g, (uint32_t)g->len);
	size_t room = (size_t)(g->buf + g->len - p);
	size_t len = 1 + nlgen_below(g, 24);

	switch (nlgen_below(g, 4)) {
	case 0:
		*p = (uint8_t)nlgen_below(g, 256);
		break;
	case 1:
		*p ^= (uint8_t)(1U << nlgen_below(g, 8));
		break;
	case 2:
		*p = (uint8_t)(*p + nlgen_below(g, 3) - 1);
		break;
	default:
		/* Something that is elsewhere, too. */
		memmove(p, g->buf, len < room ? len : room);
	}
}

/* Behind the first header, whose length is made to fit again, mostly. */
static void spoil(struct nlgen *g)
{
	unsigned int n = 1 + nlgen_below(g, 4);
	struct nlmsghdr nlh;

	g->spoiled = true;
	memcpy(&nlh, g->buf, sizeof(nlh));
	while (n--)
		spoil_byte(g);
	if (one_in(g, 8))
		g->len = 1 + nlgen_below(g, (uint32_t)g->len + 8);
	if (one_in(g, 8) || g->len < sizeof(nlh))
		return;
	nlh.nlmsg_len = (uint32_t)g->len;
	memcpy(g->buf, &nlh, sizeof(nlh));
}

/**
 * nlgen_make - make a datagram
 * @g: the source; gets it
 */
void nlgen_make(struct nlgen *g)
{
	unsigned int n = one_in(g, 16) ? 1 + nlgen_below(g, 4) : 1;

	g->len = 0;
	g->spoiled = n > 1;
	while (n--)
		make_one(g);
	if (one_in(g, 5))
		spoil(g);
}
