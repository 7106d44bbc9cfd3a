// SPDX-License-Identifier: GPL-2.0
/*
 * The text form of rules, filters and references; see parse.h.
 */
#include "parse.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "parse_output.h"
#include "value.h"

/* Where in a rule a keyword may stand: stages do not go back. */
enum stage {
	STAGE_NAME,
	STAGE_IIF,
	STAGE_GROUP,
	STAGE_MATCH,
	STAGE_OPT,
	STAGE_FILTER,
};

struct keyword {
	const char *text;
	int (*parse)(struct mcr_words *w, struct mcr_statement *st);
	enum stage stage;
	unsigned int attr;
};

#define RULE_ORDER	"a rule is [name NAME] iif DEV group PREFIX, then " \
			"src, proto, dport, vlan, then pass or consume, " \
			"join, plane, latency, disabled, comment, then to DEV"

/**
 * mcr_statement_init - an empty statement
 * @st: to be freed by mcr_statement_free()
 */
void mcr_statement_init(struct mcr_statement *st)
{
	memset(st, 0, sizeof(*st));
	mcr_rule_init(&st->rule);
}

/**
 * mcr_statement_free - free what a statement owns
 * @st: the statement; empty afterwards
 */
void mcr_statement_free(struct mcr_statement *st)
{
	mcr_rule_release(&st->rule);
	free(st->where.output);
	mcr_statement_init(st);
}

static void note(struct mcr_statement *st, unsigned int attr, size_t word)
{
	st->given |= MCR_GIVEN(attr);
	st->where.rule[attr] = word;
}

static int bad_value(struct mcr_words *w, const char *keyword,
		     const char *accepted)
{
	char word[80];

	w->pos--;
	return mcr_words_fail(w, w->pos + 1, MCR_ERROR_SYNTAX,
			      "%s cannot be %s: it takes %s", keyword,
			      mcr_words_show(w, word, sizeof(word)), accepted);
}

static int parse_name(struct mcr_words *w, struct mcr_statement *st)
{
	const char *word = mcr_words_value(w, "name", MCR_ACCEPTS_NAME);

	if (!word)
		return -1;
	if (!mcr_name_ok(word))
		return bad_value(w, "name", MCR_ACCEPTS_NAME);
	memcpy(st->rule.name, word, strlen(word) + 1);
	note(st, MCR_RULE_A_NAME, w->pos);
	return 0;
}

static int parse_iif(struct mcr_words *w, struct mcr_statement *st)
{
	const char *word = mcr_words_value(w, "iif", MCR_ACCEPTS_DEV);

	if (!word)
		return -1;
	if (!mcr_dev_ok(word))
		return bad_value(w, "iif", MCR_ACCEPTS_DEV);
	memcpy(st->rule.spec.iif, word, strlen(word) + 1);
	note(st, MCR_RULE_A_IIF, w->pos);
	return 0;
}

static int parse_group(struct mcr_words *w, struct mcr_statement *st)
{
	struct mcr_match *m = &st->rule.spec.match;
	const char *word = mcr_words_value(w, "group", MCR_ACCEPTS_PREFIX);

	if (!word)
		return -1;
	if (!mcr_value_prefix(word, &m->group, &m->family, &m->group_len))
		return bad_value(w, "group", MCR_ACCEPTS_PREFIX);
	note(st, MCR_RULE_A_GROUP, w->pos);
	note(st, MCR_RULE_A_GROUP_LEN, w->pos);
	return 0;
}

static int parse_src(struct mcr_words *w, struct mcr_statement *st)
{
	struct mcr_match *m = &st->rule.spec.match;
	const char *word = mcr_words_value(w, "src", MCR_ACCEPTS_PREFIX);

	if (!word)
		return -1;
	if (!mcr_value_prefix(word, &m->src, &st->src_family, &m->src_len))
		return bad_value(w, "src", MCR_ACCEPTS_PREFIX);
	note(st, MCR_RULE_A_SRC, w->pos);
	note(st, MCR_RULE_A_SRC_LEN, w->pos);
	return 0;
}

static int parse_proto(struct mcr_words *w, struct mcr_statement *st)
{
	const char *word = mcr_words_value(w, "proto", "udp or any");

	if (!word)
		return -1;
	if (!strcmp(word, "udp"))
		st->rule.spec.match.proto = MCR_PROTO_UDP;
	else if (!strcmp(word, "any"))
		st->rule.spec.match.proto = MCR_PROTO_ANY;
	else
		return bad_value(w, "proto", "udp or any");
	note(st, MCR_RULE_A_PROTO, w->pos);
	return 0;
}

static int parse_dport(struct mcr_words *w, struct mcr_statement *st)
{
	struct mcr_match *m = &st->rule.spec.match;
	const char *word = mcr_words_value(w, "dport", MCR_ACCEPTS_PORTS);

	if (!word)
		return -1;
	if (!mcr_value_ports(word, &m->dport_min, &m->dport_max))
		return bad_value(w, "dport", MCR_ACCEPTS_PORTS);
	note(st, MCR_RULE_A_DPORT_MIN, w->pos);
	note(st, MCR_RULE_A_DPORT_MAX, w->pos);
	return 0;
}

static int parse_vlan(struct mcr_words *w, struct mcr_statement *st)
{
	const char *word = mcr_words_value(w, "vlan", MCR_ACCEPTS_VLAN);
	__u64 vlan;

	if (!word)
		return -1;
	if (!mcr_value_number(word, 1, 4094, &vlan))
		return bad_value(w, "vlan", MCR_ACCEPTS_VLAN);
	st->rule.spec.match.vlan = (__u16)vlan;
	note(st, MCR_RULE_A_VLAN, w->pos);
	return 0;
}

static int parse_pass(struct mcr_words *w, struct mcr_statement *st)
{
	st->rule.spec.mode = MCR_MODE_PASS;
	note(st, MCR_RULE_A_MODE, w->pos);
	return 0;
}

static int parse_consume(struct mcr_words *w, struct mcr_statement *st)
{
	st->rule.spec.mode = MCR_MODE_CONSUME;
	note(st, MCR_RULE_A_MODE, w->pos);
	return 0;
}

static int parse_join(struct mcr_words *w, struct mcr_statement *st)
{
	const char *word = mcr_words_value(w, "join", "auto or none");

	if (!word)
		return -1;
	if (!mcr_value_enum(word, mcr_join_names, &st->rule.spec.join))
		return bad_value(w, "join", "auto or none");
	note(st, MCR_RULE_A_JOIN, w->pos);
	return 0;
}

static int parse_plane(struct mcr_words *w, struct mcr_statement *st)
{
	const char *accepted = "auto, kernel or relay";
	const char *word = mcr_words_value(w, "plane", accepted);

	if (!word)
		return -1;
	if (!mcr_value_enum(word, mcr_plane_names, &st->rule.spec.plane))
		return bad_value(w, "plane", accepted);
	note(st, MCR_RULE_A_PLANE, w->pos);
	return 0;
}

static int parse_latency(struct mcr_words *w, struct mcr_statement *st)
{
	const char *word = mcr_words_value(w, "latency", "auto or low");

	if (!word)
		return -1;
	if (!mcr_value_enum(word, mcr_latency_names, &st->rule.spec.latency))
		return bad_value(w, "latency", "auto or low");
	note(st, MCR_RULE_A_LATENCY, w->pos);
	return 0;
}

static int parse_disabled(struct mcr_words *w, struct mcr_statement *st)
{
	st->rule.spec.disabled = true;
	note(st, MCR_RULE_A_DISABLED, w->pos);
	return 0;
}

static int parse_enabled(struct mcr_words *w, struct mcr_statement *st)
{
	st->rule.spec.disabled = false;
	note(st, MCR_RULE_A_DISABLED, w->pos);
	return 0;
}

static int parse_comment(struct mcr_words *w, struct mcr_statement *st)
{
	const char *word = mcr_words_value(w, "comment", MCR_ACCEPTS_COMMENT);

	if (!word)
		return -1;
	if (!mcr_value_comment(word))
		return bad_value(w, "comment", MCR_ACCEPTS_COMMENT);
	memcpy(st->rule.comment, word, strlen(word) + 1);
	note(st, MCR_RULE_A_COMMENT, w->pos);
	return 0;
}

static const struct keyword keywords[] = {
	{ "name", parse_name, STAGE_NAME, MCR_RULE_A_NAME },
	{ "iif", parse_iif, STAGE_IIF, MCR_RULE_A_IIF },
	{ "group", parse_group, STAGE_GROUP, MCR_RULE_A_GROUP },
	{ "src", parse_src, STAGE_MATCH, MCR_RULE_A_SRC },
	{ "proto", parse_proto, STAGE_MATCH, MCR_RULE_A_PROTO },
	{ "dport", parse_dport, STAGE_MATCH, MCR_RULE_A_DPORT_MIN },
	{ "vlan", parse_vlan, STAGE_MATCH, MCR_RULE_A_VLAN },
	{ "pass", parse_pass, STAGE_OPT, MCR_RULE_A_MODE },
	{ "consume", parse_consume, STAGE_OPT, MCR_RULE_A_MODE },
	{ "join", parse_join, STAGE_OPT, MCR_RULE_A_JOIN },
	{ "plane", parse_plane, STAGE_OPT, MCR_RULE_A_PLANE },
	{ "latency", parse_latency, STAGE_OPT, MCR_RULE_A_LATENCY },
	{ "disabled", parse_disabled, STAGE_OPT, MCR_RULE_A_DISABLED },
	{ "comment", parse_comment, STAGE_OPT, MCR_RULE_A_COMMENT },
	{ "enabled", parse_enabled, STAGE_FILTER, MCR_RULE_A_DISABLED },
};

static const struct keyword *find_keyword(const struct mcr_words *w)
{
	size_t i;

	for (i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++)
		if (mcr_words_at(w, keywords[i].text))
			return &keywords[i];
	return NULL;
}

static int fail_twice(struct mcr_words *w, const struct keyword *kw)
{
	const char *what = kw->text;

	if (kw->attr == MCR_RULE_A_MODE)
		what = "pass or consume";
	else if (kw->attr == MCR_RULE_A_DISABLED && kw->stage == STAGE_FILTER)
		what = "enabled or disabled";
	return mcr_words_fail(w, w->pos + 1, MCR_ERROR_SYNTAX,
			      "%s is given twice: once is enough", what);
}

static int fail_here(struct mcr_words *w, const char *accepted)
{
	char word[80];

	return mcr_words_fail(w, w->pos + 1, MCR_ERROR_SYNTAX,
			      "%s is not known here: %s",
			      mcr_words_show(w, word, sizeof(word)), accepted);
}

static int check_family(struct mcr_words *w, const struct mcr_statement *st)
{
	enum mcr_fault fault = MCR_FAULT_NONE;

	if (!(st->given & MCR_GIVEN(MCR_RULE_A_SRC)))
		return 0;
	if (st->src_family != st->rule.spec.match.family)
		fault = MCR_FAULT_SRC_FAMILY;
	else if (!st->rule.spec.match.src_len)
		fault = MCR_FAULT_SRC_LEN;
	if (!fault)
		return 0;
	return mcr_words_fail(w, st->where.rule[mcr_fault_attr(fault)],
			      MCR_ERROR_REFUSED, "%s", mcr_fault_text(fault));
}

static int check_rule(struct mcr_words *w, const struct mcr_statement *st)
{
	enum mcr_fault fault;

	/* The model holds one family: two would not be seen there. */
	if (check_family(w, st))
		return -1;
	fault = mcr_rule_check(&st->rule.spec);
	if (!fault)
		return 0;
	return mcr_words_fail(w, st->where.rule[mcr_fault_attr(fault)],
			      MCR_ERROR_REFUSED, "%s", mcr_fault_text(fault));
}

static int parse_head(struct mcr_words *w, struct mcr_statement *st)
{
	enum stage stage = STAGE_NAME;
	const struct keyword *kw;

	while (!mcr_words_end(w) && !mcr_words_at(w, "to")) {
		kw = find_keyword(w);
		if (!kw || kw->stage == STAGE_FILTER)
			return fail_here(w, RULE_ORDER);
		if (st->given & MCR_GIVEN(kw->attr))
			return fail_twice(w, kw);
		if (kw->stage < stage)
			return mcr_words_fail(w, w->pos + 1, MCR_ERROR_SYNTAX,
					      "%s stands too late: " RULE_ORDER,
					      kw->text);
		stage = kw->stage;
		w->pos++;
		if (kw->parse(w, st))
			return -1;
	}
	if (!(st->given & MCR_GIVEN(MCR_RULE_A_IIF)))
		return mcr_words_fail(w, w->pos + 1, MCR_ERROR_SYNTAX,
				      "a rule needs iif DEV: the device the flow is received on");
	if (!(st->given & MCR_GIVEN(MCR_RULE_A_GROUP)))
		return mcr_words_fail(w, w->pos + 1, MCR_ERROR_SYNTAX,
				      "a rule needs group PREFIX: the destination address of the flow");
	return 0;
}

/**
 * mcr_parse_rule - read a whole rule
 * @w: the words, up to their end
 * @st: where to put it; empty before
 *
 * Return: 0, or -1 and an error in @w->err.
 */
int mcr_parse_rule(struct mcr_words *w, struct mcr_statement *st)
{
	unsigned int i;

	if (parse_head(w, st))
		return -1;
	if (mcr_words_end(w))
		return mcr_words_fail(w, w->pos + 1, MCR_ERROR_SYNTAX,
				      "a rule needs an output: to DEV");
	while (!mcr_words_end(w))
		if (__mcr_parse_output(w, st))
			return -1;
	if (check_rule(w, st))
		return -1;
	for (i = 0; i < st->rule.n_outputs; i++)
		if (__mcr_check_output(w, st, i, &st->rule.spec.match) ||
		    __mcr_check_twin(w, st, i))
			return -1;
	return 0;
}

static int parse_filter_dev(struct mcr_words *w, struct mcr_statement *st)
{
	const char *dev;
	char word[80];

	if (st->rule.n_outputs)
		return mcr_words_fail(w, w->pos + 1, MCR_ERROR_SYNTAX,
				      "to is given twice: once is enough");
	w->pos++;
	dev = mcr_words_value(w, "to", MCR_ACCEPTS_DEV);
	if (!dev)
		return -1;
	if (!mcr_dev_ok(dev)) {
		w->pos--;
		return mcr_words_fail(w, w->pos + 1, MCR_ERROR_SYNTAX,
				      "to cannot be %s: it takes %s",
				      mcr_words_show(w, word, sizeof(word)),
				      MCR_ACCEPTS_DEV);
	}
	return __mcr_add_output(w, st, dev) ? 0 : -1;
}

/* Is there any rule that it could stand for? */
static int check_filter(struct mcr_words *w, struct mcr_statement *st)
{
	struct mcr_statement any = *st;
	struct mcr_match *m = &any.rule.spec.match;

	if (!(st->given & MCR_GIVEN(MCR_RULE_A_IIF)))
		memcpy(any.rule.spec.iif, "any", sizeof("any"));
	if (!(st->given & MCR_GIVEN(MCR_RULE_A_GROUP))) {
		m->family = AF_INET;
		if (st->given & MCR_GIVEN(MCR_RULE_A_SRC))
			m->family = st->src_family;
		m->group.raw[0] = m->family == AF_INET ? 0xe0 : 0xff;
		m->group_len = m->family == AF_INET ? 4 : 8;
		/* How long the source is, is known by the family only. */
		st->rule.spec.match.family = m->family;
	}
	return check_rule(w, &any);
}

/**
 * mcr_parse_filter - read which rules are meant
 * @w: the words, up to their end; none at all mean all rules
 * @st: where to put it; empty before. A device that is sent to becomes an
 *	output
 *
 * Return: 0, or -1 and an error in @w->err.
 */
int mcr_parse_filter(struct mcr_words *w, struct mcr_statement *st)
{
	const struct keyword *kw;

	while (!mcr_words_end(w)) {
		if (mcr_words_at(w, "to")) {
			if (parse_filter_dev(w, st))
				return -1;
			continue;
		}
		kw = find_keyword(w);
		if (!kw || kw->attr == MCR_RULE_A_COMMENT)
			return fail_here(w,
					 "a filter is made of name, iif, group, src, proto, dport, vlan, pass or consume, join, plane, latency, enabled or disabled, and to DEV");
		if (st->given & MCR_GIVEN(kw->attr))
			return fail_twice(w, kw);
		w->pos++;
		if (kw->parse(w, st))
			return -1;
		if (kw->attr == MCR_RULE_A_DPORT_MIN &&
		    !st->rule.spec.match.dport_min)
			return bad_value(w, "dport of a filter",
					 "a port (1 to 65535) or a range");
	}
	return check_filter(w, st);
}

/**
 * mcr_parse_ref - read which rule is meant
 * @w: the words
 * @st: where to put its name or id; empty before
 *
 * Return: 0, or -1 and an error in @w->err.
 */
int mcr_parse_ref(struct mcr_words *w, struct mcr_statement *st)
{
	const char *word;
	__u64 id;

	if (mcr_words_end(w))
		return mcr_words_fail(w, w->pos + 1, MCR_ERROR_SYNTAX,
				      "which rule? Give its name, or id N");
	if (!mcr_words_skip(w, "id")) {
		mcr_words_skip(w, "name");
		return parse_name(w, st);
	}
	word = mcr_words_value(w, "id", MCR_ACCEPTS_ID);
	if (!word)
		return -1;
	if (!mcr_value_number(word, 1, 0xffffffff, &id))
		return bad_value(w, "id", MCR_ACCEPTS_ID);
	st->rule.id = (__u32)id;
	note(st, MCR_RULE_A_ID, w->pos);
	return 0;
}

/**
 * mcr_parse_plane - read who is to carry a rule out: plane and its value
 * @w: the words
 * @st: where to put it
 *
 * Return: 0, or -1 and an error in @w->err.
 */
int mcr_parse_plane(struct mcr_words *w, struct mcr_statement *st)
{
	if (mcr_words_skip(w, "plane"))
		return parse_plane(w, st);
	return mcr_words_fail(w, w->pos + 1, MCR_ERROR_SYNTAX,
			      "where to? Say so last: plane auto, plane kernel or plane relay");
}

/**
 * mcr_parse_end - make sure that all words are read
 * @w: the words
 *
 * Return: 0, or -1 and an error in @w->err.
 */
int mcr_parse_end(struct mcr_words *w)
{
	char word[80];

	if (mcr_words_end(w))
		return 0;
	return mcr_words_fail(w, w->pos + 1, MCR_ERROR_SYNTAX,
			      "%s is too much: nothing more was expected",
			      mcr_words_show(w, word, sizeof(word)));
}
