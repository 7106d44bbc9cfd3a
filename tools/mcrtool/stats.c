// SPDX-License-Identifier: GPL-2.0
/*
 * stats [REF]: counters; stats --openmetrics: all of them, for machines.
 */
#include "../lib/print.h"
#include "../lib/print_worker.h"
#include "../lib/scrape.h"
#include "show.h"

/* So much text is printed at once. */
#define PIECE	(64UL * 1024)

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

static void print_missed(struct mcr_str *str, const struct mcr_reply *devices)
{
	struct mcr_reply_walk walk;
	struct mcr_ingress ingress;
	struct mcr_error ignored;
	struct nlmsghdr *nlh;

	mcr_reply_walk_init(&walk, devices);
	while ((nlh = mcr_reply_next(&walk))) {
		if (mcr_msg_parse_ingress(nlh, &ingress, &ignored))
			continue;
		mcr_str_add(str, "ingress ");
		mcr_str_word(str, ingress.dev);
		mcr_str_addf(str,
			     "  seen %llu frames, the kernel dropped %llu before\n",
			     ingress.seen, ingress.missed);
	}
}

/* Those of the relay that are not about rules; the module has none. */
static int show_workers(struct mcrtool *t)
{
	struct mcr_status status = { 0 };
	struct mcr_str str = { 0 };
	struct mcr_reply devices;
	unsigned int i;
	int ret;

	ret = mcrtool_get_status(t, &status);
	if (ret || !status.n_workers)
		return ret;
	ret = mcrtool_dump(t, mcr_msg_new(MCR_CMD_INGRESS_GET, 0), NULL,
			   &devices);
	if (!ret) {
		print_missed(&str, &devices);
		for (i = 0; i < status.n_workers; i++)
			mcr_print_worker(&str, &status.workers[i]);
		ret = mcrtool_print(t, &str);
	}
	mcr_reply_exit(&devices);
	mcr_status_free(&status);
	return ret;
}

static int show_everything(struct mcrtool *t, const struct mcr_statement *st)
{
	int ret = mcrtool_show_all(t, st, show_stats);

	/* As JSON that is an array of rules. */
	return ret || t->json ? ret : show_workers(t);
}

/* What was written is gone: an error leaves the text without its end. */
static int print_scrape(struct mcrtool *t, struct mcr_scrape *scrape)
{
	struct mcr_str str = { 0 };
	int more, ret = 0;

	do {
		more = mcr_scrape_next(scrape, &str, &t->err);
		if (more > 0 && str.len < PIECE)
			continue;
		ret = mcrtool_print(t, &str);
	} while (more > 0 && !ret);
	return more < 0 ? mcrtool_fail(t) : ret;
}

static int show_openmetrics(struct mcrtool *t)
{
	struct mcr_scrape scrape;
	int ret;

	if (t->json) {
		mcr_words_fail(&t->words, t->words.pos, MCR_ERROR_SYNTAX,
			       "--openmetrics does not go with -j: it is a text of its own");
		return mcrtool_fail(t);
	}
	if (mcr_parse_end(&t->words))
		return mcrtool_fail(t);
	ret = mcrtool_connect(t);
	if (ret)
		return ret;
	if (mcr_scrape_begin(&scrape, t->client, &t->err))
		ret = mcrtool_fail(t);
	else
		ret = print_scrape(t, &scrape);
	mcr_scrape_end(&scrape);
	return ret;
}

/**
 * mcrtool_stats - stats [REF | --openmetrics]
 * @t: the invocation
 *
 * Return: an exit status.
 */
int mcrtool_stats(struct mcrtool *t)
{
	bool all = mcr_words_end(&t->words);
	struct mcr_statement st;
	int ret;

	if (mcr_words_skip(&t->words, "--openmetrics"))
		return show_openmetrics(t);
	mcr_statement_init(&st);
	if ((!all && mcr_parse_ref(&t->words, &st)) || mcr_parse_end(&t->words))
		ret = mcrtool_fail(t);
	else
		ret = mcrtool_connect(t);
	if (!ret)
		ret = all ? show_everything(t, &st) :
			    mcrtool_show_one(t, &st, show_stats);
	mcr_statement_free(&st);
	return ret;
}
