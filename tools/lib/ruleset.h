/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The rules that a file states, to be compared with those in force. Of each
 * rule only its match and name are kept; the rest is read again where it is
 * needed, so that a million rules have room.
 */
#ifndef MCR_RULESET_H
#define MCR_RULESET_H

#include "file.h"
#include "parse.h"

/**
 * enum mcr_fate - what becomes of a rule that is stated
 * @MCR_FATE_ADD: there is none of this match: it is created
 * @MCR_FATE_CHANGE: there is one that says something else: it is changed
 * @MCR_FATE_RENAME: the same, but another stated rule wants the name it had
 * @MCR_FATE_KEEP: there is just this one: nothing is done
 */
enum mcr_fate {
	MCR_FATE_ADD,
	MCR_FATE_CHANGE,
	MCR_FATE_RENAME,
	MCR_FATE_KEEP,
};

/**
 * struct mcr_stated - a rule that is stated
 * @place: where
 * @match: its match
 * @iif: its ingress device
 * @name: its name; empty: none
 * @plane_since: when it moves to its plane, which no text says; 0: it does not
 * @fate: what becomes of it
 */
struct mcr_stated {
	struct mcr_place place;
	struct mcr_match match;
	char iif[MCR_DEV_MAX + 1];
	char name[MCR_NAME_MAX + 1];
	__u64 plane_since;
	enum mcr_fate fate;
};

/**
 * struct mcr_ruleset - all rules that are stated
 * @rules: the rules, in the order they are stated
 * @count: how many
 * @room: how many there is room for
 * @outputs: how many outputs they have
 * @by_match: tree of them
 * @by_name: tree of those with a name
 *
 * All zeroes is none. Freed by mcr_ruleset_free().
 */
struct mcr_ruleset {
	struct mcr_stated **rules;
	size_t count;
	size_t room;
	size_t outputs;
	void *by_match;
	void *by_name;
};

int mcr_ruleset_read(struct mcr_ruleset *set, struct mcr_file *file,
		     const char *path);
void mcr_ruleset_free(struct mcr_ruleset *set);
struct mcr_stated *mcr_ruleset_by_match(const struct mcr_ruleset *set,
					const struct mcr_rule_spec *spec);
struct mcr_stated *mcr_ruleset_by_name(const struct mcr_ruleset *set,
				       const char *name);
int mcr_parse_stated(struct mcr_words *w, struct mcr_statement *st);
int mcr_stated_load(const struct mcr_stated *stated, struct mcr_statement *st,
		    struct mcr_error *err);

#endif /* MCR_RULESET_H */
