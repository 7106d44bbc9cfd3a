/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Fetching rules and printing them.
 */
#ifndef MCRTOOL_SHOW_H
#define MCRTOOL_SHOW_H

#include "mcrtool.h"

/**
 * typedef mcrtool_show_fn - print a rule as text
 * @str: the text to append to
 * @rule: the rule
 */
typedef void (*mcrtool_show_fn)(struct mcr_str *str,
				const struct mcr_rule *rule);

void mcrtool_rule_line(struct mcr_str *str, const struct mcr_rule *rule);
int mcrtool_get_one(struct mcrtool *t, const struct mcr_statement *st,
		    mcr_rule_fn fn, void *arg);
int mcrtool_show_one(struct mcrtool *t, const struct mcr_statement *st,
		     mcrtool_show_fn show);
int mcrtool_show_all(struct mcrtool *t, const struct mcr_statement *st,
		     mcrtool_show_fn show);
void mcrtool_show_counters(struct mcr_str *str, const struct mcr_rule *rule,
			   const char *before);

#endif /* MCRTOOL_SHOW_H */
