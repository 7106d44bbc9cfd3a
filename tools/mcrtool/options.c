// SPDX-License-Identifier: GPL-2.0
/*
 * Options. They stand before the object; long ones are not abbreviated, which
 * is why getopt_long() does not do.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mcrtool.h"

/* It has no letter: it is for scripts. */
#define VIA	(UCHAR_MAX + 1)

/**
 * struct option - an option
 * @name: its long name
 * @letter: its letter, or what stands for it here
 */
struct option {
	const char *name;
	int letter;
};

static const struct option options[] = {
	{ "netns", 'n' },
	{ "via", VIA },
	{ "batch", 'b' },
	{ "dry-run", 'c' },
	{ "json", 'j' },
	{ "pretty", 'p' },
	{ "echo", 'e' },
	{ "dump", 'd' },
	{ "timestamp", 't' },
	{ "version", 'V' },
	{ "help", 'h' },
};

static int find_long(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (!strcmp(name, options[i].name))
			return options[i].letter;
	return 0;
}

static int unknown(struct mcrtool *t, const char *what)
{
	struct mcr_str word = { 0 };

	mcr_str_safe(&word, what);
	mcr_error_set(&t->err, MCR_ERROR_SYNTAX,
		      "'%.64s' is no option: there are -n NETNS, --via SERVER, -b FILE, -c, -j, -p, -e, -d, -t, -V and -h",
		      word.s ? word.s : "");
	mcr_str_free(&word);
	return mcrtool_fail(t);
}

static void print_version(void)
{
	printf("mcrtool %s\n", MCR_VERSION);
}

static int print_help(struct mcrtool *t)
{
	struct mcr_str str = { 0 };

	mcrtool_usage(&str, NULL);
	return mcrtool_print(t, &str);
}

static int set_option(struct mcrtool *t, int letter, const char *word,
		      bool *stop)
{
	switch (letter) {
	case 'j':
		t->json = true;
		return 0;
	case 'p':
		t->pretty = true;
		return 0;
	case 'c':
		t->dry_run = true;
		return 0;
	case 'e':
		t->echo = true;
		return 0;
	case 'd':
		t->dump = true;
		return 0;
	case 't':
		t->stamp = true;
		return 0;
	case 'V':
		print_version();
		*stop = true;
		return 0;
	case 'h':
		*stop = true;
		return print_help(t);
	default:
		return unknown(t, word);
	}
}

static bool takes_value(int letter)
{
	return letter == 'n' || letter == 'b' || letter == VIA;
}

/* @origin: the option, or the variable that stands for it */
static int set_via(struct mcrtool *t, const char *origin, const char *value)
{
	struct mcr_str word = { 0 };

	if (value && !strcmp(value, "kernel")) {
		t->server.plane = MCR_PLANE_KERNEL;
	} else if (value && !strcmp(value, "relay")) {
		t->server.plane = MCR_PLANE_RELAY;
	} else {
		mcr_str_safe(&word, value ? value : "");
		mcr_error_set(&t->err, MCR_ERROR_SYNTAX,
			      "%s cannot be '%.64s': it is kernel, to ask the kernel module, or relay, to ask the relay daemon",
			      origin, word.s ? word.s : "");
		mcr_str_free(&word);
		return mcrtool_fail(t);
	}
	return 0;
}

static int repeated(struct mcrtool *t, const char *option)
{
	mcr_error_set(&t->err, MCR_ERROR_SYNTAX,
		      "%s is given twice: once is enough", option);
	return mcrtool_fail(t);
}

/* An option with a value. */
static int set_value(struct mcrtool *t, int letter, const char *value)
{
	if (letter == VIA) {
		if (t->server.plane != MCR_PLANE_AUTO)
			return repeated(t, "--via");
		return set_via(t, "--via", value);
	}
	if (letter == 'n' ? t->netns : t->batch)
		return repeated(t, letter == 'n' ? "-n" : "-b");
	if (!value || !*value) {
		mcr_error_set(&t->err, MCR_ERROR_SYNTAX, "%s", letter == 'n' ?
			      "-n needs the name of a network namespace, or a path to one" :
			      "-b needs a file of commands: its path, or - for standard input");
		return mcrtool_fail(t);
	}
	if (letter == 'n')
		t->netns = value;
	else
		t->batch = value;
	return 0;
}

/**
 * mcrtool_environment - read the variables that stand for options
 * @t: where to put them; what an option said stays
 *
 * Return: 0 or an exit status; what is wrong was said.
 */
int mcrtool_environment(struct mcrtool *t)
{
	const char *via = getenv("MCR_VIA");
	const char *dir = getenv("MCR_RUN_DIR");

	if (dir && *dir)
		t->server.dir = dir;
	if (t->server.plane != MCR_PLANE_AUTO || !via || !*via)
		return 0;
	return set_via(t, "MCR_VIA", via);
}

/* One word of short options; @next is the word behind it, or NULL. */
static int short_options(struct mcrtool *t, const char *word, const char *next,
			 bool *took_next, bool *stop)
{
	const char *c;
	int ret;

	for (c = word + 1; *c && !*stop; c++) {
		if (takes_value((unsigned char)*c)) {
			*took_next = !c[1];
			return set_value(t, *c, c[1] ? c + 1 : next);
		}
		ret = set_option(t, (unsigned char)*c, word, stop);
		if (ret)
			return ret;
	}
	return 0;
}

/**
 * mcrtool_options - read the options before the object
 * @t: where to put them
 * @argc: words of the command line, the program's name included
 * @argv: the words
 * @used: tells how many of them were read
 * @stop: tells that there is nothing more to do: the option was all
 *
 * Return: 0 or an exit status; what is wrong was said.
 */
int mcrtool_options(struct mcrtool *t, int argc, char **argv, int *used,
		    bool *stop)
{
	int i, ret = 0;

	for (i = 1; i < argc && !ret && !*stop; i++) {
		const char *word = argv[i];
		const char *next = i + 1 < argc ? argv[i + 1] : NULL;
		bool took_next = false;

		if (word[0] != '-' || !word[1])
			break;
		if (!strcmp(word, "--")) {
			i++;
			break;
		}
		if (word[1] != '-') {
			ret = short_options(t, word, next, &took_next, stop);
		} else if (takes_value(find_long(word + 2))) {
			ret = set_value(t, find_long(word + 2), next);
			took_next = true;
		} else {
			ret = set_option(t, find_long(word + 2), word, stop);
		}
		if (took_next)
			i++;
	}
	*used = i;
	return ret;
}
