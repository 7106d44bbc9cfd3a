// SPDX-License-Identifier: GPL-2.0
/*
 * The text form of outputs; see parse.h.
 */
#include "parse_output.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "value.h"

struct context {
	struct mcr_words *w;
	struct mcr_output_spec *spec;
	size_t *where;
};

struct mod {
	const char *text;
	int (*parse)(struct context *c);
	unsigned int attr;
};

#define ACCEPTS_TTL	"keep, dec or 1 to 255"
#define ACCEPTS_SRC	"an IPv4 or IPv6 address, or auto"
#define ACCEPTS_RATE	"a number and pps, kbit or mbit"
#define ACCEPTS_MODS	"an output is to DEV, then group, dport, src, " \
			"sport, ttl, dscp, mac, rate, mtu, then the next to DEV"

static int bad_value(struct context *c, const char *keyword,
		     const char *accepted)
{
	struct mcr_words *w = c->w;
	char word[80];

	w->pos--;
	return mcr_words_fail(w, w->pos + 1, MCR_ERROR_SYNTAX,
			      "%s cannot be %s: it takes %s", keyword,
			      mcr_words_show(w, word, sizeof(word)), accepted);
}

static int parse_group(struct context *c)
{
	struct mcr_rewrite *r = &c->spec->rewrite;
	const char *word = mcr_words_value(c->w, "group", MCR_ACCEPTS_ADDR);

	if (!word)
		return -1;
	if (!mcr_value_addr(word, &r->group, &r->group_family))
		return bad_value(c, "group of an output", MCR_ACCEPTS_ADDR);
	r->set |= MCR_SET_GROUP;
	c->where[MCR_OUTPUT_A_GROUP] = c->w->pos;
	return 0;
}

static int parse_dport(struct context *c)
{
	struct mcr_rewrite *r = &c->spec->rewrite;
	const char *word = mcr_words_value(c->w, "dport", MCR_ACCEPTS_PORT);

	if (!word)
		return -1;
	if (!mcr_value_port(word, &r->dport))
		return bad_value(c, "dport of an output", MCR_ACCEPTS_PORT);
	r->set |= MCR_SET_DPORT;
	c->where[MCR_OUTPUT_A_DPORT] = c->w->pos;
	return 0;
}

static int parse_src(struct context *c)
{
	struct mcr_rewrite *r = &c->spec->rewrite;
	const char *word = mcr_words_value(c->w, "src", ACCEPTS_SRC);

	if (!word)
		return -1;
	if (!strcmp(word, "auto"))
		r->src_mode = MCR_SRC_AUTO;
	else if (mcr_value_addr(word, &r->src, &r->src_family))
		r->src_mode = MCR_SRC_SET;
	else
		return bad_value(c, "src of an output", ACCEPTS_SRC);
	c->where[MCR_OUTPUT_A_SRC] = c->w->pos;
	c->where[MCR_OUTPUT_A_SRC_MODE] = c->w->pos;
	return 0;
}

static int parse_sport(struct context *c)
{
	struct mcr_rewrite *r = &c->spec->rewrite;
	const char *word = mcr_words_value(c->w, "sport", MCR_ACCEPTS_PORT);

	if (!word)
		return -1;
	if (!mcr_value_port(word, &r->sport))
		return bad_value(c, "sport", MCR_ACCEPTS_PORT);
	r->set |= MCR_SET_SPORT;
	c->where[MCR_OUTPUT_A_SPORT] = c->w->pos;
	return 0;
}

static int parse_ttl(struct context *c)
{
	struct mcr_rewrite *r = &c->spec->rewrite;
	const char *word = mcr_words_value(c->w, "ttl", ACCEPTS_TTL);
	__u64 ttl;

	if (!word)
		return -1;
	if (!strcmp(word, "keep")) {
		r->ttl_mode = MCR_TTL_KEEP;
	} else if (!strcmp(word, "dec")) {
		r->ttl_mode = MCR_TTL_DEC;
	} else if (mcr_value_number(word, 1, 255, &ttl)) {
		r->ttl_mode = MCR_TTL_SET;
		r->ttl = (__u8)ttl;
	} else {
		return bad_value(c, "ttl", ACCEPTS_TTL);
	}
	c->where[MCR_OUTPUT_A_TTL] = c->w->pos;
	c->where[MCR_OUTPUT_A_TTL_MODE] = c->w->pos;
	return 0;
}

static int parse_dscp(struct context *c)
{
	struct mcr_rewrite *r = &c->spec->rewrite;
	const char *word = mcr_words_value(c->w, "dscp", MCR_ACCEPTS_DSCP);

	if (!word)
		return -1;
	if (!mcr_value_dscp(word, &r->dscp))
		return bad_value(c, "dscp", MCR_ACCEPTS_DSCP);
	r->set |= MCR_SET_DSCP;
	c->where[MCR_OUTPUT_A_DSCP] = c->w->pos;
	return 0;
}

static int parse_mac(struct context *c)
{
	const char *word = mcr_words_value(c->w, "mac", "auto or keep");

	if (!word)
		return -1;
	if (!mcr_value_enum(word, mcr_mac_names, &c->spec->rewrite.mac))
		return bad_value(c, "mac", "auto or keep");
	c->where[MCR_OUTPUT_A_MAC] = c->w->pos;
	return 0;
}

static int parse_burst(struct context *c, __u64 unit)
{
	const char *accepted = "1 to 4294967295 packets or bits, in the rate's unit";
	const char *word = mcr_words_value(c->w, "burst", accepted);
	__u64 n;

	if (!word)
		return -1;
	if (!mcr_value_number(word, 1, 0xffffffff / unit, &n))
		return bad_value(c, "burst", accepted);
	c->spec->burst = (__u32)(n * unit);
	c->where[MCR_OUTPUT_A_BURST] = c->w->pos;
	return 0;
}

static int parse_rate(struct context *c)
{
	const char *word = mcr_words_value(c->w, "rate", ACCEPTS_RATE);
	__u64 unit, n;

	if (!word)
		return -1;
	/* So that no unit makes it overflow. */
	if (!mcr_value_number(word, 1, ~0ULL / 1000000, &n))
		return bad_value(c, "rate", ACCEPTS_RATE);
	c->where[MCR_OUTPUT_A_RATE] = c->w->pos;

	word = mcr_words_value(c->w, "a rate's number", "pps, kbit or mbit");
	if (!word)
		return -1;
	if (!strcmp(word, "pps"))
		unit = 1;
	else if (!strcmp(word, "kbit"))
		unit = 1000;
	else if (!strcmp(word, "mbit"))
		unit = 1000000;
	else
		return bad_value(c, "a rate's unit", "pps, kbit or mbit");
	c->spec->rate = n * unit;
	c->spec->rate_unit = unit == 1 ? MCR_RATE_PACKETS : MCR_RATE_BITS;
	c->where[MCR_OUTPUT_A_RATE_UNIT] = c->w->pos;

	if (mcr_words_skip(c->w, "burst"))
		return parse_burst(c, unit);
	return 0;
}

static int parse_mtu(struct context *c)
{
	const char *word = mcr_words_value(c->w, "mtu", "drop or fragment");

	if (!word)
		return -1;
	if (!mcr_value_enum(word, mcr_mtu_names, &c->spec->mtu))
		return bad_value(c, "mtu", "drop or fragment");
	c->where[MCR_OUTPUT_A_MTU] = c->w->pos;
	return 0;
}

static const struct mod mods[] = {
	{ "group", parse_group, MCR_OUTPUT_A_GROUP },
	{ "dport", parse_dport, MCR_OUTPUT_A_DPORT },
	{ "src", parse_src, MCR_OUTPUT_A_SRC },
	{ "sport", parse_sport, MCR_OUTPUT_A_SPORT },
	{ "ttl", parse_ttl, MCR_OUTPUT_A_TTL },
	{ "dscp", parse_dscp, MCR_OUTPUT_A_DSCP },
	{ "mac", parse_mac, MCR_OUTPUT_A_MAC },
	{ "rate", parse_rate, MCR_OUTPUT_A_RATE },
	{ "mtu", parse_mtu, MCR_OUTPUT_A_MTU },
};

static const struct mod *find_mod(const struct mcr_words *w)
{
	size_t i;

	for (i = 0; i < sizeof(mods) / sizeof(mods[0]); i++)
		if (mcr_words_at(w, mods[i].text))
			return &mods[i];
	return NULL;
}

static bool reserve_where(struct mcr_where *where, unsigned int n)
{
	unsigned int room = where->room ? where->room * 2 : 4;
	size_t (*output)[MCR_OUTPUT_A_MAX + 1];

	if (n <= where->room)
		return true;
	output = reallocarray(where->output, room, sizeof(*output));
	if (!output)
		return false;
	where->output = output;
	where->room = room;
	return true;
}

/**
 * __mcr_add_output - begin an output
 * @w: the words, behind that of the device
 * @st: the statement it belongs to
 * @dev: its device, checked; empty: none
 *
 * Return: the output, or NULL and an error in @w->err.
 */
struct mcr_output *__mcr_add_output(struct mcr_words *w,
				    struct mcr_statement *st, const char *dev)
{
	struct mcr_output *output;
	unsigned int i = st->rule.n_outputs;

	if (i >= MCR_OUTPUTS_MAX) {
		mcr_words_fail(w, w->pos, MCR_ERROR_REFUSED,
			       "a rule has at most %u outputs",
			       MCR_OUTPUTS_MAX);
		return NULL;
	}
	if (!reserve_where(&st->where, i + 1)) {
		mcr_error_set(w->err, MCR_ERROR_SYSTEM, "out of memory");
		return NULL;
	}
	output = mcr_rule_add_output(&st->rule);
	if (!output) {
		mcr_error_set(w->err, MCR_ERROR_SYSTEM, "out of memory");
		return NULL;
	}
	memcpy(output->spec.dev, dev, strlen(dev) + 1);
	memset(&st->where.output[i], 0, sizeof(st->where.output[i]));
	st->where.output[i][MCR_OUTPUT_A_DEV] = w->pos;
	return output;
}

static int parse_mods(struct context *c)
{
	struct mcr_words *w = c->w;
	const struct mod *mod;
	char word[80];

	while (!mcr_words_end(w) && !mcr_words_at(w, "to")) {
		mod = find_mod(w);
		if (!mod)
			return mcr_words_fail(w, w->pos + 1, MCR_ERROR_SYNTAX,
					      "%s is not known here: "
					      ACCEPTS_MODS,
					      mcr_words_show(w, word,
							     sizeof(word)));
		if (c->where[mod->attr])
			return mcr_words_fail(w, w->pos + 1, MCR_ERROR_SYNTAX,
					      "%s is given twice for one output: once is enough",
					      mod->text);
		w->pos++;
		if (mod->parse(c))
			return -1;
	}
	return 0;
}

/**
 * __mcr_parse_output - read an output, up to the next one or the end
 * @w: the words, at "to"
 * @st: the statement to add it to
 *
 * Whether it is sound in its rule is for __mcr_check_output().
 *
 * Return: 0, or -1 and an error in @w->err.
 */
int __mcr_parse_output(struct mcr_words *w, struct mcr_statement *st)
{
	struct context c = { .w = w };
	struct mcr_output *output;
	const char *dev;
	char word[80];

	if (!mcr_words_skip(w, "to"))
		return mcr_words_fail(w, w->pos + 1, MCR_ERROR_SYNTAX,
				      "%s is not known here: " ACCEPTS_MODS,
				      mcr_words_show(w, word, sizeof(word)));
	dev = mcr_words_value(w, "to", MCR_ACCEPTS_DEV);
	if (!dev)
		return -1;
	if (!mcr_dev_ok(dev))
		return bad_value(&c, "to", MCR_ACCEPTS_DEV);
	output = __mcr_add_output(w, st, dev);
	if (!output)
		return -1;
	c.spec = &output->spec;
	c.where = st->where.output[st->rule.n_outputs - 1];
	return parse_mods(&c);
}

/**
 * __mcr_check_output - is an output sound in a rule of this match?
 * @w: the words, for the error
 * @st: the statement
 * @i: which of its outputs
 * @m: the match, itself sound
 *
 * Return: 0, or -1 and an error in @w->err.
 */
int __mcr_check_output(struct mcr_words *w, const struct mcr_statement *st,
		       unsigned int i, const struct mcr_match *m)
{
	enum mcr_fault fault;

	fault = mcr_output_check(&st->rule.outputs[i].spec, m);
	if (!fault)
		return 0;
	return mcr_words_fail(w, st->where.output[i][mcr_fault_attr(fault)],
			      MCR_ERROR_REFUSED, "%s", mcr_fault_text(fault));
}

/**
 * __mcr_check_twin - does an output differ from those before it?
 * @w: the words, for the error
 * @st: the statement
 * @i: which of its outputs
 *
 * Return: 0, or -1 and an error in @w->err.
 */
int __mcr_check_twin(struct mcr_words *w, const struct mcr_statement *st,
		     unsigned int i)
{
	const struct mcr_output *outputs = st->rule.outputs;
	unsigned int j;

	for (j = 0; j < i; j++)
		if (mcr_output_equal(&outputs[j].spec, &outputs[i].spec))
			return mcr_words_fail(w,
					      st->where.output[i][MCR_OUTPUT_A_DEV],
					      MCR_ERROR_REFUSED,
					      "the rule has an output to this device with the same rewrites already");
	return 0;
}

/**
 * mcr_parse_output - read one output, for a rule that is not at hand
 * @w: the words, up to their end
 * @st: the statement to add it to
 *
 * What depends on the rule's match is left for the server to check.
 *
 * Return: 0, or -1 and an error in @w->err.
 */
int mcr_parse_output(struct mcr_words *w, struct mcr_statement *st)
{
	const struct mcr_rewrite *r;
	struct mcr_match m = {
		.family = AF_INET,
		.proto = MCR_PROTO_UDP,
	};

	if (mcr_words_end(w))
		return mcr_words_fail(w, w->pos + 1, MCR_ERROR_SYNTAX,
				      "an output is missing: to DEV");
	if (__mcr_parse_output(w, st))
		return -1;
	if (mcr_words_at(w, "to"))
		return mcr_words_fail(w, w->pos + 1, MCR_ERROR_SYNTAX,
				      "one output at a time: another to DEV is too much");

	/* A match that the output suits, if there is one. */
	r = &st->rule.outputs[0].spec.rewrite;
	if (r->group_family)
		m.family = r->group_family;
	else if (r->src_family)
		m.family = r->src_family;
	m.group = r->group;
	m.group_len = (__u8)mcr_addr_bits(m.family);
	return __mcr_check_output(w, st, 0, &m);
}

/**
 * mcr_parse_output_ref - read which output of a rule is meant
 * @w: the words, up to their end: an output as it was added, or output ID
 * @st: the statement to add it to; after an id, the output has no device
 *
 * Return: 0, or -1 and an error in @w->err.
 */
int mcr_parse_output_ref(struct mcr_words *w, struct mcr_statement *st)
{
	struct context c = { .w = w };
	struct mcr_output *output;
	const char *word;
	__u64 id;

	if (mcr_words_end(w))
		return mcr_words_fail(w, w->pos + 1, MCR_ERROR_SYNTAX,
				      "which output? Give output ID, or to DEV and its rewrites as they were added");
	if (!mcr_words_skip(w, "output"))
		return mcr_parse_output(w, st);
	word = mcr_words_value(w, "output", MCR_ACCEPTS_ID);
	if (!word)
		return -1;
	if (!mcr_value_number(word, 1, 0xffffffff, &id))
		return bad_value(&c, "output", MCR_ACCEPTS_ID);
	if (mcr_parse_end(w))
		return -1;
	output = __mcr_add_output(w, st, "");
	if (!output)
		return -1;
	output->id = (__u32)id;
	st->where.output[0][MCR_OUTPUT_A_ID] = w->pos;
	return 0;
}
