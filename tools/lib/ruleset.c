// SPDX-License-Identifier: GPL-2.0
/*
 * The rules that a file states; see ruleset.h.
 */
#include "ruleset.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "str.h"

static int order_by_match(const void *x, const void *y)
{
	const struct mcr_stated *a = x, *b = y;
	const struct mcr_match *ma = &a->match, *mb = &b->match;
	int order = strcmp(a->iif, b->iif);

	if (!order)
		order = ma->family - mb->family;
	if (!order)
		order = ma->vlan - mb->vlan;
	if (!order)
		order = memcmp(&ma->group, &mb->group, sizeof(ma->group));
	if (!order)
		order = memcmp(&ma->src, &mb->src, sizeof(ma->src));
	/* What is not equal by now differs in lengths, protocol or ports. */
	return order ? order : mcr_match_order(ma, mb);
}

static int order_by_name(const void *x, const void *y)
{
	const struct mcr_stated *a = x, *b = y;

	return strcmp(a->name, b->name);
}

static struct mcr_stated *find(void *const *root, const struct mcr_stated *key,
			       int (*order)(const void *x, const void *y))
{
	struct mcr_stated *const *node = tfind(key, root, order);

	return node ? *node : NULL;
}

/**
 * mcr_ruleset_by_match - find the rule that is stated for a match
 * @set: the rules
 * @spec: a rule with that ingress device and match
 *
 * Return: the rule or NULL.
 */
struct mcr_stated *mcr_ruleset_by_match(const struct mcr_ruleset *set,
					const struct mcr_rule_spec *spec)
{
	struct mcr_stated key = { .match = spec->match };

	memcpy(key.iif, spec->iif, sizeof(key.iif));
	return find(&set->by_match, &key, order_by_match);
}

/**
 * mcr_ruleset_by_name - find the rule that is stated with a name
 * @set: the rules
 * @name: the name, which fits in one; empty: there is none
 *
 * Return: the rule or NULL.
 */
struct mcr_stated *mcr_ruleset_by_name(const struct mcr_ruleset *set,
				       const char *name)
{
	struct mcr_stated key = { .place = { 0 } };

	if (!*name)
		return NULL;
	strncpy(key.name, name, sizeof(key.name) - 1);
	return find(&set->by_name, &key, order_by_name);
}

/* Another rule at @other has the same @what as the one at @word. */
static int fail_twin(struct mcr_words *w, size_t word, const char *what,
		     const struct mcr_stated *other)
{
	const struct mcr_place *place = &other->place;
	struct mcr_lex lex;
	struct mcr_error err;
	struct mcr_words words = { .err = &err };
	unsigned int line = place->line;

	/* Before the statement itself there may be comments. */
	if (!mcr_place_read(place, &lex, &words) && words.count)
		line = words.tokens[0].line;
	mcr_lex_exit(&lex);
	return mcr_words_fail(w, word, MCR_ERROR_REFUSED,
			      "another rule has this %s already: %.200s:%u",
			      what, place->source->name, line);
}

static int no_memory(struct mcr_words *w)
{
	return mcr_error_set(w->err, MCR_ERROR_SYSTEM, "out of memory");
}

static int reserve(struct mcr_ruleset *set, struct mcr_words *w)
{
	size_t room = set->room ? set->room * 2 : 64;
	struct mcr_stated **rules;

	if (set->count >= MCR_RULES_MAX)
		return mcr_words_fail(w, 1, MCR_ERROR_REFUSED,
				      "this is one rule more than there can be: %u",
				      MCR_RULES_MAX);
	if (set->count < set->room)
		return 0;
	rules = reallocarray(set->rules, room, sizeof(struct mcr_stated *));
	if (!rules)
		return no_memory(w);
	set->rules = rules;
	set->room = room;
	return 0;
}

/* Rules that are found twice are refused, so all that is found is in order. */
static int insert(struct mcr_ruleset *set, struct mcr_stated *stated,
		  const struct mcr_statement *st, struct mcr_words *w)
{
	struct mcr_stated **node;

	node = tsearch(stated, &set->by_match, order_by_match);
	if (!node)
		return no_memory(w);
	if (*node != stated)
		return fail_twin(w, st->where.rule[MCR_RULE_A_GROUP], "match",
				 *node);
	if (!stated->name[0])
		return 0;
	node = tsearch(stated, &set->by_name, order_by_name);
	if (node && *node == stated)
		return 0;
	tdelete(stated, &set->by_match, order_by_match);
	if (!node)
		return no_memory(w);
	return fail_twin(w, st->where.rule[MCR_RULE_A_NAME], "name", *node);
}

static int add(struct mcr_ruleset *set, const struct mcr_place *place,
	       const struct mcr_statement *st, struct mcr_words *w)
{
	const struct mcr_rule *rule = &st->rule;
	struct mcr_stated *stated;

	if (reserve(set, w))
		return -1;
	stated = calloc(1, sizeof(*stated));
	if (!stated)
		return no_memory(w);
	stated->place = *place;
	stated->match = rule->spec.match;
	memcpy(stated->iif, rule->spec.iif, sizeof(stated->iif));
	memcpy(stated->name, rule->name, sizeof(stated->name));
	if (insert(set, stated, st, w)) {
		free(stated);
		return -1;
	}
	set->rules[set->count++] = stated;
	set->outputs += rule->n_outputs;
	return 0;
}

static bool is_verb(const struct mcr_words *w)
{
	static const char *const verbs[] = {
		"add", "replace", "del", "enable", "disable", "move", "flush",
		"list", "show",
	};
	size_t i;

	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (mcr_words_at(w, verbs[i]))
			return true;
	return false;
}

/**
 * mcr_parse_stated - read a statement of a file of rules
 * @w: the words, up to their end
 * @st: where to put it; empty before
 *
 * Return: 0, or -1 and an error in @w->err.
 */
int mcr_parse_stated(struct mcr_words *w, struct mcr_statement *st)
{
	char word[80];

	if (!mcr_words_skip(w, "rule"))
		return mcr_words_fail(w, w->pos + 1, MCR_ERROR_SYNTAX,
				      "%s begins no statement: there are rule and include",
				      mcr_words_show(w, word, sizeof(word)));
	if (is_verb(w))
		return mcr_words_fail(w, w->pos + 1, MCR_ERROR_SYNTAX,
				      "a file states rules without a verb: rule, then iif DEV and so on; mcrtool -b reads commands");
	return mcr_parse_rule(w, st);
}

static int take(struct mcr_words *w, const struct mcr_place *place, void *arg)
{
	struct mcr_ruleset *set = arg;
	struct mcr_statement st;
	int ret;

	mcr_statement_init(&st);
	ret = mcr_parse_stated(w, &st);
	if (!ret)
		ret = add(set, place, &st, w);
	mcr_statement_free(&st);
	return ret;
}

/**
 * mcr_ruleset_read - read and check a file of rules
 * @set: where to put the rules; empty before
 * @file: where to keep the file, which must stay as long as @set
 * @path: its path; "-" is standard input
 *
 * Return: 0, or -1 and errors in @file->errors.
 */
int mcr_ruleset_read(struct mcr_ruleset *set, struct mcr_file *file,
		     const char *path)
{
	return mcr_file_read(file, path, true, take, set);
}

static void forget(void *stated)
{
	(void)stated;
}

/**
 * mcr_ruleset_free - forget rules
 * @set: the rules; none afterwards
 */
void mcr_ruleset_free(struct mcr_ruleset *set)
{
	size_t i;

	tdestroy(set->by_match, forget);
	tdestroy(set->by_name, forget);
	for (i = 0; i < set->count; i++)
		free(set->rules[i]);
	free(set->rules);
	memset(set, 0, sizeof(*set));
}

/**
 * mcr_stated_load - read a rule again, with all it says
 * @stated: the rule
 * @st: where to put it, for mcr_statement_free(), even on failure
 * @err: where to say what is wrong: there was no memory
 *
 * Return: 0, or -1 and an error.
 */
int mcr_stated_load(const struct mcr_stated *stated, struct mcr_statement *st,
		    struct mcr_error *err)
{
	struct mcr_words w = { .err = err };
	struct mcr_lex lex;
	int ret;

	mcr_statement_init(st);
	ret = mcr_place_read(&stated->place, &lex, &w);
	if (!ret)
		ret = mcr_parse_stated(&w, st);
	st->rule.spec.plane_since = stated->plane_since;
	mcr_lex_exit(&lex);
	return ret;
}
