// SPDX-License-Identifier: GPL-2.0
/*
 * mcsink: receive numbered packets and say what came of what was expected.
 */
#define _GNU_SOURCE
#include "sink.h"

#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MS	1000000ULL

static const char usage[] =
"usage: mcsink [option ...] [keyword value ...] dev DEV [keyword value ...] ...\n"
"Receives numbered packets on devices and writes a line of JSON for each.\n"
"  --netns NAME   in this network namespace\n"
"  --udp          by UDP sockets that join the group (needs group and port)\n"
"  --no-promisc   leave the devices' filters as they are\n"
"  --ready FD     write \"ready\" and a newline to FD when all is open\n"
"  --until-end    end when the end marker has come on every device\n"
"  --stay         end at SIGTERM only\n"
"  --quiet MS     without both: end when all has come and nothing more does\n"
"                 for so long (default 300)\n"
"  --timeout S    end after so long in any case (default 120)\n"
"keywords, before the first \"dev\" for all devices:\n"
"  flow N, first N, count N    which packets (default flow 1, from 0, none)\n"
"  group ADDR, src ADDR, port N, sport N, ttl N, dscp N, ecn N, proto N,\n"
"  size N, smac MAC, dmac MAC|auto, vlan N, id N|seq, flabel N\n"
"  csum ok|good|partial|zero|bad   (default ok: good or rightly partial)\n";

enum {
	OPT_NETNS = 256, OPT_UDP, OPT_NO_PROMISC, OPT_READY, OPT_UNTIL_END, OPT_STAY,
	OPT_QUIET, OPT_TIMEOUT, OPT_HELP,
};

static const struct option options[] = {
	{ "netns", required_argument, NULL, OPT_NETNS },
	{ "udp", no_argument, NULL, OPT_UDP },
	{ "no-promisc", no_argument, NULL, OPT_NO_PROMISC },
	{ "ready", required_argument, NULL, OPT_READY },
	{ "until-end", no_argument, NULL, OPT_UNTIL_END },
	{ "stay", no_argument, NULL, OPT_STAY },
	{ "quiet", required_argument, NULL, OPT_QUIET },
	{ "timeout", required_argument, NULL, OPT_TIMEOUT },
	{ "help", no_argument, NULL, OPT_HELP },
	{ }
};

/**
 * struct ending - when to end
 * @ready_fd: told when all is open; -1: nobody
 * @until_end: at the end marker
 * @stay: at SIGTERM only
 * @quiet_ns: after so long without a packet
 * @timeout_ns: in any case
 */
struct ending {
	int ready_fd;
	bool until_end;
	bool stay;
	uint64_t quiet_ns;
	uint64_t timeout_ns;
};

static volatile sig_atomic_t stop;

static void on_signal(int signal)
{
	(void)signal;
	stop = 1;
}

static void catch_signals(sigset_t *while_waiting)
{
	struct sigaction action = { .sa_handler = on_signal };
	sigset_t blocked;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigaddset(&blocked, SIGINT);
	sigprocmask(SIG_BLOCK, &blocked, while_waiting);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
}

static void parse_options(struct sink *sink, struct ending *ending, int argc,
			  char **argv)
{
	int opt;

	while ((opt = getopt_long(argc, argv, "+", options, NULL)) != -1) {
		switch (opt) {
		case OPT_NETNS:
			enter_netns(optarg);
			break;
		case OPT_UDP:
			sink->udp = true;
			break;
		case OPT_NO_PROMISC:
			sink->no_promisc = true;
			break;
		case OPT_READY:
			ending->ready_fd = (int)parse_number("--ready", optarg,
							     0, 1023);
			break;
		case OPT_UNTIL_END:
			ending->until_end = true;
			break;
		case OPT_STAY:
			ending->stay = true;
			break;
		case OPT_QUIET:
			ending->quiet_ns = parse_number("--quiet", optarg, 0,
							3600000) * MS;
			break;
		case OPT_TIMEOUT:
			ending->timeout_ns = parse_number("--timeout", optarg,
							  1, 86400) * 1000 * MS;
			break;
		case OPT_HELP:
			fputs(usage, stdout);
			exit(EXIT_SUCCESS);
		default:
			exit(EXIT_USAGE);
		}
	}
}

static void parse_sections(struct sink *sink, char **words)
{
	struct expect all = {
		.flow = 1,
		.p = { .proto = IPPROTO_UDP, .vlan = FRAME_VLAN_NONE },
	};
	struct expect *e = &all;

	if (!sink->udp)
		all.want |= WANT_FRAME;
	for (; words[0]; words += 2) {
		if (!words[1])
			die_usage("'%s' needs a value", words[0]);
		if (strcmp(words[0], "dev")) {
			expect_keyword(e, words[0], words[1]);
			continue;
		}
		if (sink->sections == SINK_MAX)
			die_usage("at most %d devices", SINK_MAX);
		e = &sink->section[sink->sections++].expect;
		*e = all;
		e->dev = words[1];
		e->ifindex = device_index(e->dev);
	}
	if (!sink->sections)
		die_usage("a device is needed; see --help");
}

static void open_all(struct sink *sink)
{
	const struct expect *e;
	size_t i;

	for (i = 0; i < sink->sections; i++) {
		e = &sink->section[i].expect;
		if (sink->udp &&
		    (~e->want & (WANT_GROUP | WANT_PORT)))
			die_usage("--udp needs group and port");
		tally_open(&sink->section[i]);
	}
	if (sink->udp)
		sink_open_udp(sink);
	else
		sink_open_packet(sink);
}

static void tell_ready(const struct ending *ending)
{
	static const char text[] = "ready\n";

	if (ending->ready_fd >= 0 &&
	    write(ending->ready_fd, text, sizeof(text) - 1) < 0)
		die("cannot say that all is ready: %s", strerror(errno));
}

static bool all_came(const struct sink *sink, bool marker)
{
	const struct section *s;
	size_t i;

	for (i = 0; i < sink->sections; i++) {
		s = &sink->section[i];
		if (marker ? !s->tally.ended :
			     s->tally.unique < s->expect.count)
			return false;
	}
	return true;
}

/* Sections of one device share its end marker, which the first has counted. */
static void share_end(struct sink *sink)
{
	size_t i, j;

	for (i = 1; i < sink->sections; i++) {
		for (j = 0; j < i && !sink->section[i].tally.ended; j++) {
			if (sink->section[j].expect.ifindex ==
			    sink->section[i].expect.ifindex)
				sink->section[i].tally.ended =
					sink->section[j].tally.ended;
		}
	}
}

static bool is_over(struct sink *sink, const struct ending *ending)
{
	if (ending->stay)
		return false;
	if (!ending->until_end)
		return all_came(sink, false) &&
		       now_ns() - sink->last_ns > ending->quiet_ns;
	share_end(sink);
	return all_came(sink, true);
}

static void run(struct sink *sink, const struct ending *ending,
		const sigset_t *while_waiting)
{
	static const struct timespec tick = { .tv_nsec = 50 * MS };
	uint64_t begin = now_ns();
	size_t i, fds = sink->udp ? sink->sections : 1;
	static struct pollfd pfd[SINK_MAX];

	for (i = 0; i < fds; i++) {
		pfd[i].fd = sink->fd[i];
		pfd[i].events = POLLIN;
	}
	sink->last_ns = begin;
	while (!stop && !is_over(sink, ending) &&
	       now_ns() - begin < ending->timeout_ns) {
		if (ppoll(pfd, fds, &tick, while_waiting) < 0 &&
		    errno != EINTR)
			die("poll: %s", strerror(errno));
		for (i = 0; i < fds; i++)
			sink_receive(sink, i);
	}
}

int main(int argc, char **argv)
{
	struct ending ending = {
		.ready_fd = -1, .quiet_ns = 300 * MS,
		.timeout_ns = 120 * 1000 * MS,
	};
	static struct sink sink;
	sigset_t while_waiting;
	uint64_t overrun;
	size_t i;

	catch_signals(&while_waiting);
	parse_options(&sink, &ending, argc, argv);
	parse_sections(&sink, argv + optind);
	open_all(&sink);
	tell_ready(&ending);
	run(&sink, &ending, &while_waiting);
	overrun = sink_overrun(&sink);
	for (i = 0; i < sink.sections; i++)
		tally_print(&sink.section[i], overrun, stdout);
	return EXIT_SUCCESS;
}
