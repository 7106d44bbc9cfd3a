// SPDX-License-Identifier: GPL-2.0
/*
 * mcrtool: objects, verbs, and who does what.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mcrtool.h"

const struct mcrtool_verb mcrtool_verbs[] = {
	{ "rule", "list", mcrtool_rule_list, "[FILTER]",
	  "print rules, one a line", true },
	{ "rule", "show", mcrtool_rule_show, "REF",
	  "print one rule with its counters", false },
	{ "rule", "add", mcrtool_rule_add, "RULE",
	  "create a rule", false },
	{ "rule", "replace", mcrtool_rule_replace, "RULE",
	  "create a rule, or change the one of the same match", false },
	{ "rule", "del", mcrtool_rule_del, "REF",
	  "delete a rule", false },
	{ "rule", "enable", mcrtool_rule_enable, "REF",
	  "let a disabled rule take packets again", false },
	{ "rule", "disable", mcrtool_rule_disable, "REF",
	  "keep a rule, but let it take no packet", false },
	{ "rule", "flush", mcrtool_rule_flush, "[FILTER]",
	  "delete all rules, or those the filter selects", false },
	{ "output", "add", mcrtool_output_add, "rule REF OUTPUT",
	  "add an output to a rule", false },
	{ "output", "del", mcrtool_output_del, "rule REF {OUTPUT | output ID}",
	  "take an output out of a rule", false },
	{ "stats", "reset", mcrtool_stats_reset, "[REF]",
	  "zero the counters of one rule or of all", false },
	{ "stats", NULL, mcrtool_stats, "[REF]",
	  "print counters", true },
	{ "status", NULL, mcrtool_status, "",
	  "print who serves, and the ingress devices", true },
	{ "monitor", NULL, mcrtool_monitor, "[KIND]...",
	  "print changes as they happen", true },
	{ "help", NULL, mcrtool_help, "[OBJECT]",
	  "print this", true },
	{ NULL, NULL, NULL, NULL, NULL, false },
};

/*
 * A socket must not become standard output because that was closed: open
 * something that takes no writes, so that printing fails as it should.
 */
static void guard_descriptors(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

static int unknown_object(struct mcrtool *t)
{
	char word[80];

	mcr_words_fail(&t->words, 1, MCR_ERROR_SYNTAX,
		       "%s is no object: it is rule, output, stats, status, monitor or help",
		       mcr_words_show(&t->words, word, sizeof(word)));
	return mcrtool_fail(t);
}

static int unknown_verb(struct mcrtool *t, const char *object)
{
	struct mcr_str verbs = { 0 };
	const struct mcrtool_verb *v;
	char word[80];

	for (v = mcrtool_verbs; v->object; v++)
		if (!strcmp(v->object, object) && v->verb)
			mcr_str_addf(&verbs, "%s%s", verbs.len ? ", " : "",
				     v->verb);
	if (verbs.failed) {
		mcr_str_free(&verbs);
		return mcrtool_no_memory(t);
	}
	mcr_words_fail(&t->words, t->words.pos + 1, MCR_ERROR_SYNTAX,
		       "%s is no verb of %s: it has %s",
		       mcr_words_show(&t->words, word, sizeof(word)), object,
		       verbs.s);
	mcr_str_free(&verbs);
	return mcrtool_fail(t);
}

static int run(struct mcrtool *t)
{
	const struct mcrtool_verb *v, *implied = NULL;
	const char *object = NULL;

	for (v = mcrtool_verbs; v->object; v++) {
		if (!mcr_words_at(&t->words, v->object))
			continue;
		object = v->object;
		t->words.pos++;
		if (v->verb && mcr_words_skip(&t->words, v->verb))
			return v->run(t);
		t->words.pos--;
		if (v->implied)
			implied = v;
	}
	if (!object)
		return unknown_object(t);
	t->words.pos++;
	/* With words behind it, only an object without verbs is implied. */
	if (!implied || (implied->verb && !mcr_words_end(&t->words)))
		return unknown_verb(t, object);
	return implied->run(t);
}

static int finish(int status)
{
	bool failed = ferror(stdout);

	if (fclose(stdout))
		failed = true;
	if (!failed)
		return status;
	mcrtool_complain("standard output cannot be written to");
	return status ? status : MCRTOOL_REFUSED;
}

static int usage(void)
{
	struct mcr_str str = { 0 };

	mcrtool_usage(&str, NULL);
	if (str.s)
		fputs(str.s, stderr);
	mcr_str_free(&str);
	return MCRTOOL_SYNTAX;
}

int main(int argc, char **argv)
{
	struct mcrtool t = { 0 };
	struct mcr_token *tokens;
	int used = 0, status, i;
	bool stop = false;

	guard_descriptors();
	signal(SIGPIPE, SIG_IGN);
	status = mcrtool_options(&t, argc, argv, &used, &stop);
	if (status || stop)
		return finish(status);
	if (used >= argc)
		return finish(usage());

	tokens = calloc((size_t)(argc - used), sizeof(*tokens));
	if (!tokens)
		return finish(mcrtool_no_memory(&t));
	for (i = used; i < argc; i++)
		tokens[i - used].text = argv[i];
	t.words.tokens = tokens;
	t.words.count = (size_t)(argc - used);
	t.words.err = &t.err;

	status = mcrtool_netns(&t);
	if (!status)
		status = run(&t);
	mcr_client_close(t.client);
	free(tokens);
	return finish(status);
}
