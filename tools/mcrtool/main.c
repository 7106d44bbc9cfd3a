// SPDX-License-Identifier: GPL-2.0
/*
 * mcrtool: objects, verbs, and who does what.
 */
#include <fcntl.h>
#include <linux/netlink.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mcrtool.h"

/* As much as a pipe takes. */
#define OUTPUT_BYTES	65536

const struct mcrtool_verb mcrtool_verbs[] = {
	{ .object = "rule", .verb = "list", .run = mcrtool_rule_list,
	  .usage = "[FILTER]", .implied = true,
	  .help = "print rules, one a line" },
	{ .object = "rule", .verb = "show", .run = mcrtool_rule_show,
	  .usage = "REF", .help = "print one rule with its counters" },
	{ .object = "rule", .verb = "add", .run = mcrtool_rule_add,
	  .cmd = MCR_CMD_RULE_NEW, .flags = NLM_F_CREATE | NLM_F_EXCL,
	  .parse = mcr_parse_rule, .put = mcrtool_put_rule,
	  .usage = "RULE", .help = "create a rule" },
	{ .object = "rule", .verb = "replace", .run = mcrtool_rule_add,
	  .cmd = MCR_CMD_RULE_NEW, .flags = NLM_F_CREATE | NLM_F_REPLACE,
	  .parse = mcr_parse_rule, .put = mcrtool_put_rule,
	  .usage = "RULE",
	  .help = "create a rule, or change the one of the same match" },
	{ .object = "rule", .verb = "del", .run = mcrtool_change,
	  .cmd = MCR_CMD_RULE_DEL,
	  .parse = mcrtool_parse_ref, .put = mcrtool_put_ref,
	  .usage = "REF", .help = "delete a rule" },
	{ .object = "rule", .verb = "enable", .run = mcrtool_change,
	  .cmd = MCR_CMD_RULE_SET,
	  .parse = mcrtool_parse_enable, .put = mcrtool_put_disabled,
	  .usage = "REF", .help = "let a disabled rule take packets again" },
	{ .object = "rule", .verb = "disable", .run = mcrtool_change,
	  .cmd = MCR_CMD_RULE_SET,
	  .parse = mcrtool_parse_disable, .put = mcrtool_put_disabled,
	  .usage = "REF", .help = "keep a rule, but let it take no packet" },
	{ .object = "rule", .verb = "move", .run = mcrtool_change,
	  .cmd = MCR_CMD_RULE_SET,
	  .parse = mcrtool_parse_move, .put = mcrtool_put_plane,
	  .usage = "REF plane {auto | kernel | relay}",
	  .help = "have it carried out by the other plane" },
	{ .object = "rule", .verb = "flush", .run = mcrtool_rule_flush,
	  .cmd = MCR_CMD_RULE_FLUSH,
	  .parse = mcr_parse_filter, .put = mcrtool_put_filter,
	  .usage = "[FILTER]",
	  .help = "delete all rules, or those the filter selects" },
	{ .object = "output", .verb = "add", .run = mcrtool_change,
	  .cmd = MCR_CMD_OUTPUT_ADD,
	  .parse = mcrtool_parse_output_add, .put = mcrtool_put_output,
	  .usage = "rule REF OUTPUT", .help = "add an output to a rule" },
	{ .object = "output", .verb = "del", .run = mcrtool_change,
	  .cmd = MCR_CMD_OUTPUT_DEL,
	  .parse = mcrtool_parse_output_del, .put = mcrtool_put_output,
	  .usage = "rule REF {OUTPUT | output ID}",
	  .help = "take an output out of a rule" },
	{ .object = "apply", .run = mcrtool_apply, .implied = true, .dry = true,
	  .usage = "FILE",
	  .help = "make the rules those of a file, all at once" },
	{ .object = "check", .run = mcrtool_check, .implied = true,
	  .usage = "FILE", .help = "see whether a file could be applied" },
	{ .object = "save", .run = mcrtool_save, .implied = true,
	  .usage = "[FILE]",
	  .help = "print the rules, or write them to a file" },
	{ .object = "stats", .verb = "reset", .run = mcrtool_change,
	  .alone = true, .cmd = MCR_CMD_STATS_RESET,
	  .parse = mcrtool_parse_reset, .put = mcrtool_put_ref,
	  .usage = "[REF]",
	  .help = "zero the counters of one rule or of all" },
	{ .object = "stats", .run = mcrtool_stats, .implied = true,
	  .usage = "[REF | --openmetrics]", .help = "print counters" },
	{ .object = "status", .run = mcrtool_status, .implied = true,
	  .usage = "", .help = "print who serves, and the ingress devices" },
	{ .object = "monitor", .run = mcrtool_monitor, .implied = true,
	  .usage = "[KIND]...", .help = "print changes as they happen" },
	{ .object = "help", .run = mcrtool_help, .implied = true,
	  .usage = "[OBJECT]", .help = "print this" },
	{ .object = NULL },
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

static void unknown_object(struct mcr_words *w)
{
	char word[80];

	mcr_words_fail(w, w->pos + 1, MCR_ERROR_SYNTAX,
		       "%s is no object: it is " MCRTOOL_OBJECTS,
		       mcr_words_show(w, word, sizeof(word)));
}

static void unknown_verb(struct mcr_words *w, const char *object)
{
	const struct mcrtool_verb *v;
	char verbs[200] = "", word[80];
	size_t len = 0;

	for (v = mcrtool_verbs; v->object; v++)
		if (!strcmp(v->object, object) && v->verb &&
		    len < sizeof(verbs))
			len += (size_t)snprintf(verbs + len,
						sizeof(verbs) - len, "%s%s",
						len ? ", " : "", v->verb);
	mcr_words_fail(w, w->pos + 1, MCR_ERROR_SYNTAX,
		       "%s is no verb of %s: it has %s",
		       mcr_words_show(w, word, sizeof(word)), object, verbs);
}

/**
 * mcrtool_find_verb - read which verb is meant
 * @w: the words; behind object and verb afterwards
 *
 * Return: the verb, or NULL and an error in @w->err.
 */
const struct mcrtool_verb *mcrtool_find_verb(struct mcr_words *w)
{
	const struct mcrtool_verb *v, *implied = NULL;
	const char *object = NULL;

	for (v = mcrtool_verbs; v->object; v++) {
		if (!mcr_words_at(w, v->object))
			continue;
		object = v->object;
		w->pos++;
		if (v->verb && mcr_words_skip(w, v->verb))
			return v;
		w->pos--;
		if (v->implied)
			implied = v;
	}
	if (!object) {
		unknown_object(w);
		return NULL;
	}
	w->pos++;
	/* With words behind it, only an object without verbs is implied. */
	if (!implied || (implied->verb && !mcr_words_end(w))) {
		unknown_verb(w, object);
		return NULL;
	}
	return implied;
}

static int run(struct mcrtool *t)
{
	if (t->batch && t->words.count) {
		mcr_words_fail(&t->words, 1, MCR_ERROR_SYNTAX,
			       "with -b, commands are in the file: nothing more was expected");
		return mcrtool_fail(t);
	}
	if (t->batch)
		return mcrtool_batch(t);
	t->verb = mcrtool_find_verb(&t->words);
	if (!t->verb)
		return mcrtool_fail(t);
	if (t->dry_run && !t->verb->dry) {
		mcr_words_fail(&t->words, 1, MCR_ERROR_SYNTAX,
			       "-c goes with apply and -b: all else would be done");
		return mcrtool_fail(t);
	}
	return t->verb->run(t);
}

/*
 * Rules may be many: who reads them from a pipe or a file is to get them in few
 * pieces. Without memory for that it is the library's pieces.
 */
static char *begin_output(void)
{
	char *buf = isatty(STDOUT_FILENO) ? NULL : malloc(OUTPUT_BYTES);

	if (buf)
		setvbuf(stdout, buf, _IOFBF, OUTPUT_BYTES);
	return buf;
}

static int finish(int status, char *buf)
{
	bool failed = ferror(stdout);

	if (fclose(stdout))
		failed = true;
	free(buf);
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
	char *out;

	guard_descriptors();
	out = begin_output();
	signal(SIGPIPE, SIG_IGN);
	status = mcrtool_options(&t, argc, argv, &used, &stop);
	if (status || stop)
		return finish(status, out);
	if (used >= argc && !t.batch)
		return finish(usage(), out);

	tokens = calloc((size_t)(argc - used) + 1, sizeof(*tokens));
	if (!tokens)
		return finish(mcrtool_no_memory(&t), out);
	for (i = used; i < argc; i++)
		tokens[i - used].text = argv[i];
	t.words.tokens = tokens;
	t.words.count = (size_t)(argc - used);
	t.words.err = &t.err;

	status = mcrtool_environment(&t);
	if (!status)
		status = mcrtool_netns(&t);
	if (!status)
		status = run(&t);
	mcr_client_close(t.client);
	free(tokens);
	return finish(status, out);
}
