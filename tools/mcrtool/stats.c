// SPDX-License-Identifier: GPL-2.0
/*
 * stats [REF]: counters.
 */
#include "../lib/print.h"
#include "show.h"

static void print_drops(struct mcr_str *str, const struct mcr_output *output)
{
	const char *before = "";
	unsigned int i;

	for (i = 0; i <= MCR_DROP_MAX; i++) {
		if (!mcr_drop_names[i] || !output->drops[i])
			continue;
		mcr_str_addf(str, "%s%s %llu", before, mcr_drop_names[i],
			     output->drops[i]);
		before = ", ";
	}
	if (!*before)
		mcr_str_add(str, "-");
}

/**
 * mcrtool_show_counters - append a rule's counters and those of its outputs
 * @str: the text to append to
 * @rule: the rule
 * @before: what each line begins with
 */
void mcrtool_show_counters(struct mcr_str *str, const struct mcr_rule *rule,
			   const char *before)
{
	unsigned int i;

	mcr_str_addf(str, "%smatched %llu packets, %llu bytes, ", before,
		     rule->packets, rule->bytes);
	mcr_print_age(str, rule);
	mcr_str_addf(str, ", membership %s\n",
		     mcr_enum_name(mcr_membership_names, rule->membership));
	mcr_str_addf(str, "%s%6s  %-15s %12s %12s %14s  %s\n", before,
		     "output", "to", "offered", "sent", "bytes", "drops");
	for (i = 0; i < rule->n_outputs; i++) {
		const struct mcr_output *output = &rule->outputs[i];
		struct mcr_str dev = { 0 };

		mcr_str_word(&dev, output->spec.dev);
		mcr_str_addf(str, "%s%6u  %-15s %12llu %12llu %14llu  ", before,
			     output->id, dev.s ? dev.s : "", output->offered,
			     output->sent, output->sent_bytes);
		str->failed |= dev.failed;
		mcr_str_free(&dev);
		print_drops(str, output);
		mcr_str_add(str, "\n");
	}
}

static void show_stats(struct mcr_str *str, const struct mcr_rule *rule)
{
	mcr_print_head(str, rule);
	mcr_str_add(str, "  # ");
	mcr_print_state(str, rule);
	mcr_str_add(str, "\n");
	mcrtool_show_counters(str, rule, "  ");
}

/**
 * mcrtool_stats - stats [REF]
 * @t: the invocation
 *
 * Return: an exit status.
 */
int mcrtool_stats(struct mcrtool *t)
{
	bool all = mcr_words_end(&t->words);
	struct mcr_statement st;
	int ret;

	mcr_statement_init(&st);
	if ((!all && mcr_parse_ref(&t->words, &st)) || mcr_parse_end(&t->words))
		ret = mcrtool_fail(t);
	else
		ret = mcrtool_connect(t);
	if (!ret)
		ret = all ? mcrtool_show_all(t, &st, show_stats) :
			    mcrtool_show_one(t, &st, show_stats);
	mcr_statement_free(&st);
	return ret;
}
