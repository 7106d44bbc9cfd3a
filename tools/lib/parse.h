/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The text form of rules, outputs, filters and references, read from words.
 *
 *	rule   = ["name" NAME] "iif" DEV "group" PFX {match} {opt} out {out}
 *	out    = "to" DEV {mod}
 *	filter = { "name" NAME | "iif" DEV | "group" PFX | match | opt
 *		 | "enabled" | "to" DEV }	# each at most once
 *	REF    = ["name"] NAME | "id" N
 */
#ifndef MCR_PARSE_H
#define MCR_PARSE_H

#include "model.h"
#include "words.h"

/**
 * struct mcr_where - which word said what
 * @rule: number of the word, by enum mcr_rule_attr; 0: none did
 * @output: the same by enum mcr_output_attr, for each output of the rule
 * @room: how many outputs the array has room for
 */
struct mcr_where {
	size_t rule[MCR_RULE_A_MAX + 1];
	size_t (*output)[MCR_OUTPUT_A_MAX + 1];
	unsigned int room;
};

/**
 * struct mcr_statement - what words said
 * @rule: the rule; for a reference only its id or name; for a filter and for
 *	what is done to an output as much as was said
 * @given: what was said of the rule: bits 1 << enum mcr_rule_attr
 * @src_family: family of the source, where one was given
 * @where: which word said what
 *
 * Freed by mcr_statement_free().
 */
struct mcr_statement {
	struct mcr_rule rule;
	__u32 given;
	__u8 src_family;
	struct mcr_where where;
};

#define MCR_GIVEN(attr)	(1U << (attr))

void mcr_statement_init(struct mcr_statement *st);
void mcr_statement_free(struct mcr_statement *st);

int mcr_parse_rule(struct mcr_words *w, struct mcr_statement *st);
int mcr_parse_output(struct mcr_words *w, struct mcr_statement *st);
int mcr_parse_output_ref(struct mcr_words *w, struct mcr_statement *st);
int mcr_parse_filter(struct mcr_words *w, struct mcr_statement *st);
int mcr_parse_plane(struct mcr_words *w, struct mcr_statement *st);
int mcr_parse_ref(struct mcr_words *w, struct mcr_statement *st);
int mcr_parse_end(struct mcr_words *w);

#endif /* MCR_PARSE_H */
