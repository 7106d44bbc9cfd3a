// SPDX-License-Identifier: GPL-2.0
/*
 * What the daemon was told on its command line; see config.h.
 */
#include "config.h"

#include <errno.h>
#include <grp.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "metrics.h"
#include "plan.h"
#include "state.h"

/* What a worker's pool has where nothing else is said: see worker/pool.h. */
#define BUFFERS_DEFAULT		1024U
#define BUFFERS_MIN		64U
#define BUFFERS_MAX		32768U

/* A super-packet and its headers. */
#define BUFFER_BYTES_DEFAULT	(65536U + 512U)
#define BUFFER_BYTES_MIN	2048U
#define BUFFER_BYTES_MAX	(256U * 1024U)

#define WAIT_US_DEFAULT		200U
#define WAIT_US_MAX		10000U

/* What else a file's name has in it needs some room, too. */
#define STATE_NAME_MAX		200U

static const char usage[] =
	"usage: mcrd [OPTION]...\n"
	"  -n, --netns NETNS     serve another network namespace\n"
	"  --workers N           processes that handle packets (one a CPU)\n"
	"  --loop auto|uring|mmsg|sqpoll\n"
	"                        how they receive and send (auto)\n"
	"  --user USER           whom they run as (mcrd, or nobody)\n"
	"  --log-level error|warning|notice|info|debug\n"
	"                        what is logged (info)\n"
	"  --buffers N           receive buffers of a worker (1024)\n"
	"  --buffer-size BYTES   of each (66048)\n"
	"  --wait USEC           longest wait for more packets (200)\n"
	"  --metrics [ADDR:]PORT serve OpenMetrics by HTTP (127.0.0.1)\n"
	"  --rules FILE          what SIGHUP puts in force (/etc/mcr/rules.mcr)\n"
	"  --state NAME          keep rules in NAME.rules (that of -n)\n"
	"  --state-dir DIRECTORY which is there (/var/lib/mcr)\n"
	"  --no-state            keep them nowhere\n"
	"  --alone               do not look for the kernel module\n"
	"  --gro                 turn GRO of UDP packets on where rules receive\n"
	"  --read-group GROUP    only root and this group may read the rules\n"
	"  -V, --version         print the version\n"
	"  -h, --help            print this\n";

/**
 * struct option_def - an option
 * @name: behind "--"
 * @letter: behind "-"; 0: it has none
 * @set: reads its value; NULL: it says something, and that is all
 */
struct option_def {
	const char *name;
	char letter;
	int (*set)(struct mcrd_options *opt, const char *value);
};

static int complain(const char *fmt, ...) __printf(1, 2);

static int complain(const char *fmt, ...)
{
	va_list ap;

	fputs("mcrd: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputs("\n", stderr);
	return MCRD_EXIT_USAGE;
}

static int read_number(const char *name, const char *value, unsigned int min,
		       unsigned int max, unsigned int *number)
{
	unsigned long n;
	char *end;

	errno = 0;
	n = strtoul(value, &end, 10);
	if (*value >= '0' && *value <= '9' && !*end && !errno && n >= min &&
	    n <= max) {
		*number = (unsigned int)n;
		return 0;
	}
	return complain("--%s '%s': it is a number from %u to %u", name, value,
			min, max);
}

static int set_netns(struct mcrd_options *opt, const char *value)
{
	opt->netns = value;
	if (*value)
		return 0;
	return complain("--netns '%s': it is the name of a network namespace, or a path to one",
			value);
}

static int set_workers(struct mcrd_options *opt, const char *value)
{
	return read_number("workers", value, 1, MCRD_WORKERS_MAX,
			   &opt->workers);
}

static int set_loop(struct mcrd_options *opt, const char *value)
{
	static const char *const names[] = {
		[MCRD_LOOP_AUTO] = "auto",
		[MCRD_LOOP_URING] = "uring",
		[MCRD_LOOP_MMSG] = "mmsg",
		[MCRD_LOOP_SQPOLL] = "sqpoll",
	};
	unsigned int i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(names[i], value) != 0)
			continue;
		opt->loop = i;
		return 0;
	}
	return complain("--loop '%s': it is auto, uring, mmsg or sqpoll", value);
}

static int set_user(struct mcrd_options *opt, const char *value)
{
	opt->user = value;
	if (*value)
		return 0;
	return complain("--user '%s': it is the name of a user", value);
}

static int set_level(struct mcrd_options *opt, const char *value)
{
	opt->level = mcrd_level_parse(value);
	if (opt->level >= LOG_ERR)
		return 0;
	return complain("--log-level '%s': it is error, warning, notice, info or debug",
			value);
}

static int set_buffers(struct mcrd_options *opt, const char *value)
{
	return read_number("buffers", value, BUFFERS_MIN, BUFFERS_MAX,
			   &opt->buffers);
}

static int set_buffer_size(struct mcrd_options *opt, const char *value)
{
	return read_number("buffer-size", value, BUFFER_BYTES_MIN,
			   BUFFER_BYTES_MAX, &opt->buffer_bytes);
}

static int set_wait(struct mcrd_options *opt, const char *value)
{
	return read_number("wait", value, 0, WAIT_US_MAX, &opt->wait_us);
}

static int set_read_group(struct mcrd_options *opt, const char *value)
{
	const struct group *group = getgrnam(value);

	if (!group)
		return complain("--read-group '%s': there is no such group",
				value);
	opt->read_group = group->gr_gid;
	opt->restricted = true;
	return 0;
}

static int set_metrics(struct mcrd_options *opt, const char *value)
{
	if (mcrd_metrics_parse(value, &opt->metrics))
		return 0;
	return complain("--metrics '%s': it is PORT or ADDR:PORT, as 9464 or [::1]:9464",
			value);
}

static int set_rules(struct mcrd_options *opt, const char *value)
{
	opt->rules = value;
	return *value ? 0 : complain("--rules '': it is the path of a file");
}

static int set_state(struct mcrd_options *opt, const char *value)
{
	opt->state = value;
	if (*value && *value != '.' && !strchr(value, '/') &&
	    strlen(value) <= STATE_NAME_MAX)
		return 0;
	return complain("--state '%s': a name has up to %u bytes, no '/', and begins not with '.'",
			value, STATE_NAME_MAX);
}

static int set_state_dir(struct mcrd_options *opt, const char *value)
{
	opt->state_dir = value;
	if (*value == '/')
		return 0;
	return complain("--state-dir '%s': it is the path of a directory, from / on",
			value);
}

static int set_no_state(struct mcrd_options *opt, const char *value)
{
	(void)value;
	opt->no_state = true;
	return 0;
}

static int set_alone(struct mcrd_options *opt, const char *value)
{
	(void)value;
	opt->alone = true;
	return 0;
}

static int set_gro(struct mcrd_options *opt, const char *value)
{
	(void)value;
	opt->gro = true;
	return 0;
}

static const struct option_def options[] = {
	{ "netns", 'n', set_netns },
	{ "workers", 0, set_workers },
	{ "loop", 0, set_loop },
	{ "user", 0, set_user },
	{ "log-level", 0, set_level },
	{ "buffers", 0, set_buffers },
	{ "buffer-size", 0, set_buffer_size },
	{ "wait", 0, set_wait },
	{ "metrics", 0, set_metrics },
	{ "rules", 0, set_rules },
	{ "state", 0, set_state },
	{ "state-dir", 0, set_state_dir },
	{ "no-state", 0, set_no_state },
	{ "alone", 0, set_alone },
	{ "gro", 0, set_gro },
	{ "read-group", 0, set_read_group },
	{ "version", 'V', NULL },
	{ "help", 'h', NULL },
};

#define N_OPTIONS	(sizeof(options) / sizeof(options[0]))

static bool has_value(const struct option_def *o)
{
	return o->set && o->set != set_no_state && o->set != set_alone &&
	       o->set != set_gro;
}

/* Not abbreviated: what is short today may mean something else tomorrow. */
static const struct option_def *find(const char *word, const char **value)
{
	size_t i, len;

	*value = NULL;
	for (i = 0; i < N_OPTIONS; i++) {
		const struct option_def *o = &options[i];

		if (word[0] == '-' && o->letter && word[1] == o->letter) {
			if (word[2] && !has_value(o))
				continue;
			*value = word[2] ? word + 2 : NULL;
			return o;
		}
		len = strlen(o->name);
		if (word[0] != '-' || word[1] != '-' ||
		    strncmp(word + 2, o->name, len) != 0 ||
		    (word[2 + len] && (word[2 + len] != '=' || !has_value(o))))
			continue;
		*value = word[2 + len] ? word + 3 + len : NULL;
		return o;
	}
	return NULL;
}

static void print(const struct option_def *o)
{
	if (o->letter == 'V')
		printf("mcrd %s\n", MCR_VERSION);
	else
		fputs(usage, stdout);
}

static unsigned int count_cpus(void)
{
	cpu_set_t set;
	int n = 1;

	if (!sched_getaffinity(0, sizeof(set), &set))
		n = CPU_COUNT(&set);
	if (n > (int)MCRD_WORKERS_MAX)
		n = (int)MCRD_WORKERS_MAX;
	return (unsigned int)n;
}

/*
 * A name that a network namespace has is the same after a start of the machine;
 * the one that the daemon finds itself in has none that it could know.
 */
static int choose_state(struct mcrd_options *opt)
{
	if (opt->no_state && opt->state)
		return complain("--state %s and --no-state: one of them is enough",
				opt->state);
	if (opt->no_state || opt->state || !opt->netns ||
	    strchr(opt->netns, '/') || *opt->netns == '.' ||
	    strlen(opt->netns) > STATE_NAME_MAX)
		return 0;
	opt->state = opt->netns;
	return 0;
}

/**
 * mcrd_options_read - read the command line
 * @opt: filled in
 * @argc: words of it, the program's name included
 * @argv: the words, which @opt refers to
 * @stop: tells that there is nothing more to do
 *
 * Return: 0, or an exit status; what is wrong was said.
 */
int mcrd_options_read(struct mcrd_options *opt, int argc, char **argv,
		      bool *stop)
{
	const struct option_def *o;
	bool given[N_OPTIONS] = { false };
	const char *value;
	int i, ret = 0;

	*opt = (struct mcrd_options){
		.workers = count_cpus(),
		.loop = MCRD_LOOP_AUTO,
		.level = LOG_INFO,
		.buffers = BUFFERS_DEFAULT,
		.buffer_bytes = BUFFER_BYTES_DEFAULT,
		.wait_us = WAIT_US_DEFAULT,
		.rules = MCRD_RULES_FILE,
	};
	*stop = false;
	for (i = 1; i < argc && !ret && !*stop; i++) {
		o = find(argv[i], &value);
		if (!o) {
			fprintf(stderr, "mcrd: '%s' is no option\n%s", argv[i],
				usage);
			return MCRD_EXIT_USAGE;
		}
		if (!o->set) {
			print(o);
			*stop = true;
			return 0;
		}
		if (!value && has_value(o) && ++i < argc)
			value = argv[i];
		if (!value && has_value(o))
			return complain("--%s needs a value: see mcrd --help",
					o->name);
		if (given[o - options])
			return complain("--%s is given twice: once is enough",
					o->name);
		given[o - options] = true;
		ret = o->set(opt, value);
	}
	return ret ? ret : choose_state(opt);
}
