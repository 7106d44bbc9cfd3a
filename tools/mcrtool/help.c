// SPDX-License-Identifier: GPL-2.0
/*
 * help [OBJECT]: how to use it.
 */
#include <string.h>

#include "mcrtool.h"

static const char grammar[] =
	"RULE   = [name NAME] iif DEV group PREFIX {match} {option} OUTPUT...\n"
	"match  = src PREFIX | proto udp|any | dport PORT[-PORT]|any | vlan ID\n"
	"option = pass|consume | join auto|none | plane auto|kernel|relay |\n"
	"         latency auto|low | disabled | comment TEXT\n"
	"OUTPUT = to DEV {rewrite}\n"
	"rewrite = group ADDR | dport PORT | src ADDR|auto | sport PORT |\n"
	"          ttl keep|dec|1-255 | dscp 0-63|NAME | mac auto|keep |\n"
	"          rate N pps|kbit|mbit [burst N] | mtu drop|fragment\n"
	"REF    = [name] NAME | id N\n"
	"FILTER = any of name, iif, group, match, option, enabled, to DEV\n";

static const char file_grammar[] =
	"FILE      = path of a file, or - for standard input\n"
	"in it     : { [statement] [# COMMENT] (newline | ;) }\n"
	"statement = rule RULE | include FILE\n"
	"A backslash before its end continues a line; see mcr.rules(5).\n";

static bool is_about_files(const char *object)
{
	return !strcmp(object, "apply") || !strcmp(object, "check") ||
	       !strcmp(object, "save");
}

static const char monitor_grammar[] =
	"KIND   = rules | devices | membership | drops; default: all\n";

static const char options[] =
	"options: -n NETNS  work in this network namespace\n"
	"         --via kernel|relay   ask the kernel module, or the relay daemon\n"
	"         -b FILE   carry out the commands in a file, all or none\n"
	"         -c        with apply and -b: change nothing, only tell\n"
	"         -j        print JSON          -p  print it pretty\n"
	"         -e        print the rule that was created\n"
	"         -d        monitor: print first what there is\n"
	"         -t        monitor: print times\n"
	"         -V        print the version   -h  print this\n";

/**
 * mcrtool_usage - append how to use it
 * @str: the text to append to
 * @object: only this object; NULL: all, and the options
 */
void mcrtool_usage(struct mcr_str *str, const char *object)
{
	const struct mcrtool_verb *v;
	struct mcr_str line = { 0 };

	mcr_str_add(str, "usage: mcrtool [OPTION]... OBJECT VERB ...\n");
	mcr_str_add(str, object ? "\n" : "       mcrtool [OPTION]... -b FILE\n\n");
	for (v = mcrtool_verbs; v->object; v++) {
		if (object && strcmp(v->object, object))
			continue;
		mcr_str_addf(&line, "%s", v->object);
		if (v->verb)
			mcr_str_addf(&line, " %s", v->verb);
		if (v->usage[0])
			mcr_str_addf(&line, " %s", v->usage);
		mcr_str_addf(str, "  %-42s %s\n", line.s ? line.s : "",
			     v->help);
		str->failed |= line.failed;
		mcr_str_free(&line);
	}
	if (!object || !strcmp(object, "rule") || !strcmp(object, "output"))
		mcr_str_addf(str, "\n%s", grammar);
	if (!object || is_about_files(object))
		mcr_str_addf(str, "\n%s", file_grammar);
	if (object && !strcmp(object, "monitor"))
		mcr_str_add(str, "\n");
	if (!object || !strcmp(object, "monitor"))
		mcr_str_add(str, monitor_grammar);
	if (!object)
		mcr_str_addf(str, "\n%s", options);
}

static const char *find_object(const struct mcr_words *w)
{
	const struct mcrtool_verb *v;

	for (v = mcrtool_verbs; v->object; v++)
		if (mcr_words_at(w, v->object))
			return v->object;
	return NULL;
}

/**
 * mcrtool_help - help [OBJECT]
 * @t: the invocation
 *
 * Return: an exit status.
 */
int mcrtool_help(struct mcrtool *t)
{
	struct mcr_str str = { 0 };
	const char *object = NULL;
	char word[80];

	if (!mcr_words_end(&t->words)) {
		object = find_object(&t->words);
		if (!object) {
			mcr_words_fail(&t->words, t->words.pos + 1,
				       MCR_ERROR_SYNTAX,
				       "%s is no object: it is " MCRTOOL_OBJECTS,
				       mcr_words_show(&t->words, word,
						      sizeof(word)));
			return mcrtool_fail(t);
		}
		t->words.pos++;
	}
	if (mcr_parse_end(&t->words))
		return mcrtool_fail(t);
	mcrtool_usage(&str, object);
	return mcrtool_print(t, &str);
}
