// SPDX-License-Identifier: GPL-2.0
/*
 * mcsend: send numbered multicast packets, sound or broken in a named way.
 */
#define _GNU_SOURCE
#include "send.h"
#include "payload.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

static const char usage[] =
"usage: mcsend [option ...] --dev DEV --group ADDR\n"
"       mcsend --shapes 4|6 good|malformed|fragment|corrupt\n"
"Sends numbered packets and writes a line of JSON: what was sent.\n"
"  --netns NAME        in this network namespace\n"
"  --mode MODE         udp (a socket's; default), raw (frames made here, sent\n"
"                      out of DEV), tap (frames made here, received by DEV)\n"
"  --port N --sport N  UDP ports (default 5000, 4000)\n"
"  --src ADDR          source address (default: the device's; raw and tap:\n"
"                      192.0.2.1 or 2001:db8::1)\n"
"  --count N           packets (default 1)\n"
"  --size N            bytes of payload in each (default 100)\n"
"  --flow N|end        flow number in the payload (default 1); end marks the\n"
"                      end of a test\n"
"  --first N           first sequence number (default 0)\n"
"  --rate N            packets per second (default: no limit)\n"
"  --window N          after every N packets wait until the kernel has passed\n"
"                      on all that it holds between software devices\n"
"  --ttl N --tos N     TTL or hop limit (default 1), DSCP and ECN (default 0)\n"
"  --df                do not fragment (IPv4)\n"
"  --gso N             N packets in one super-packet\n"
"  --csum KIND         good, zero; raw and tap: bad, partial\n"
"  --end               one more packet of flow \"end\" and plain shape\n"
"  --cpu N             run on this CPU (default 0)\n"
"raw and tap:\n"
"  --shape NAME[,...]  shapes of the packets, COUNT of each\n"
"  --smac MAC --dmac MAC, --vlan VID, --proto N, --id N, --flabel N\n"
"  --vnet              with a virtio-net header (needed for partial and --gso)\n"
"  --ufo               the super-packets are to be fragmented, not segmented\n"
"tap:\n"
"  --split N[,...]     paged frames, cut into pieces of these sizes\n"
"  --faults            as many as it takes to let each allocation fail that is\n"
"                      made on the way of one, and that COUNT times\n";

enum {
	OPT_NETNS = 256, OPT_MODE, OPT_DEV, OPT_GROUP, OPT_PORT, OPT_SPORT,
	OPT_SRC, OPT_COUNT, OPT_SIZE, OPT_FLOW, OPT_FIRST, OPT_RATE, OPT_TTL,
	OPT_TOS, OPT_DF, OPT_GSO, OPT_CSUM, OPT_END, OPT_CPU, OPT_SHAPE,
	OPT_SMAC, OPT_DMAC, OPT_VLAN, OPT_PROTO, OPT_ID, OPT_FLABEL, OPT_VNET,
	OPT_SPLIT, OPT_WINDOW, OPT_UFO, OPT_SHAPES, OPT_FAULTS, OPT_HELP,
};

static const struct option options[] = {
	{ "netns", required_argument, NULL, OPT_NETNS },
	{ "mode", required_argument, NULL, OPT_MODE },
	{ "dev", required_argument, NULL, OPT_DEV },
	{ "group", required_argument, NULL, OPT_GROUP },
	{ "port", required_argument, NULL, OPT_PORT },
	{ "sport", required_argument, NULL, OPT_SPORT },
	{ "src", required_argument, NULL, OPT_SRC },
	{ "count", required_argument, NULL, OPT_COUNT },
	{ "size", required_argument, NULL, OPT_SIZE },
	{ "flow", required_argument, NULL, OPT_FLOW },
	{ "first", required_argument, NULL, OPT_FIRST },
	{ "rate", required_argument, NULL, OPT_RATE },
	{ "ttl", required_argument, NULL, OPT_TTL },
	{ "tos", required_argument, NULL, OPT_TOS },
	{ "df", no_argument, NULL, OPT_DF },
	{ "gso", required_argument, NULL, OPT_GSO },
	{ "csum", required_argument, NULL, OPT_CSUM },
	{ "end", no_argument, NULL, OPT_END },
	{ "cpu", required_argument, NULL, OPT_CPU },
	{ "shape", required_argument, NULL, OPT_SHAPE },
	{ "smac", required_argument, NULL, OPT_SMAC },
	{ "dmac", required_argument, NULL, OPT_DMAC },
	{ "vlan", required_argument, NULL, OPT_VLAN },
	{ "proto", required_argument, NULL, OPT_PROTO },
	{ "id", required_argument, NULL, OPT_ID },
	{ "flabel", required_argument, NULL, OPT_FLABEL },
	{ "vnet", no_argument, NULL, OPT_VNET },
	{ "split", required_argument, NULL, OPT_SPLIT },
	{ "window", required_argument, NULL, OPT_WINDOW },
	{ "ufo", no_argument, NULL, OPT_UFO },
	{ "shapes", no_argument, NULL, OPT_SHAPES },
	{ "faults", no_argument, NULL, OPT_FAULTS },
	{ "help", no_argument, NULL, OPT_HELP },
	{ }
};

/**
 * send_payload - the payload of one packet or of several in a row
 * @buf: room for @packets times the plan's size
 * @plan: the plan
 * @flow: which flow
 * @seq: first sequence number
 * @packets: how many
 */
void send_payload(uint8_t *buf, const struct send_plan *plan, uint32_t flow,
		  uint64_t seq, uint32_t packets)
{
	struct payload_id id = { .flow = flow, .size = plan->size };
	uint32_t i;

	for (i = 0; i < packets; i++) {
		id.seq = seq + i;
		payload_write(buf + (size_t)i * plan->size, &id);
	}
}

static enum send_mode parse_mode(const char *text)
{
	if (!strcmp(text, "udp"))
		return SEND_UDP;
	if (!strcmp(text, "raw"))
		return SEND_RAW;
	if (!strcmp(text, "tap"))
		return SEND_TAP;
	die_usage("--mode must be udp, raw or tap, not '%s'", text);
}

static enum csum_kind parse_csum(const char *text)
{
	static const char * const name[] = {
		[CSUM_GOOD] = "good", [CSUM_BAD] = "bad",
		[CSUM_ZERO] = "zero", [CSUM_PARTIAL] = "partial",
	};
	size_t i;

	for (i = 0; i < sizeof(name) / sizeof(name[0]); i++) {
		if (!strcmp(text, name[i]))
			return (enum csum_kind)i;
	}
	die_usage("--csum must be good, bad, zero or partial, not '%s'", text);
}

static void parse_splits(struct send_plan *plan, char *text)
{
	char *word;

	while ((word = strsep(&text, ","))) {
		if (plan->splits_len == SEND_SPLITS_MAX)
			die_usage("--split takes at most %d sizes",
				  SEND_SPLITS_MAX);
		plan->splits[plan->splits_len++] =
			parse_number("--split", word, 1, 4096);
	}
}

static void parse_shapes(struct send_plan *plan, char *text, int family)
{
	char *word;

	while ((word = strsep(&text, ","))) {
		if (plan->shapes_len == SEND_SHAPES_MAX)
			die_usage("--shape takes at most %d names",
				  SEND_SHAPES_MAX);
		plan->shapes[plan->shapes_len++] = shape_find(word, family);
	}
}

static void list_shapes(char **argv)
{
	if (!argv[0] || !argv[1])
		die_usage("--shapes needs a family and a verdict");
	shape_list(stdout, !strcmp(argv[0], "4") ? AF_INET : AF_INET6, argv[1]);
	exit(EXIT_SUCCESS);
}

/* Options that become fields of the frame. Return: false if @opt is none. */
static bool parse_frame_option(struct frame_spec *spec, int opt, char *arg)
{
	switch (opt) {
	case OPT_GROUP:
		spec->dst = parse_address("--group", arg);
		break;
	case OPT_SRC:
		spec->src = parse_address("--src", arg);
		break;
	case OPT_PORT:
		spec->dport = (uint16_t)parse_number("--port", arg, 1, 65535);
		break;
	case OPT_SPORT:
		spec->sport = (uint16_t)parse_number("--sport", arg, 0, 65535);
		break;
	case OPT_TTL:
		spec->ttl = (uint8_t)parse_number("--ttl", arg, 0, 255);
		break;
	case OPT_TOS:
		spec->tos = (uint8_t)parse_number("--tos", arg, 0, 255);
		break;
	case OPT_DF:
		spec->dont_fragment = true;
		break;
	case OPT_CSUM:
		spec->csum = parse_csum(arg);
		break;
	case OPT_SMAC:
		parse_mac("--smac", arg, spec->smac);
		break;
	case OPT_DMAC:
		parse_mac("--dmac", arg, spec->dmac);
		break;
	case OPT_VLAN:
		spec->vlan = (int)parse_number("--vlan", arg, 0, 4095);
		break;
	case OPT_PROTO:
		spec->proto = (uint8_t)parse_number("--proto", arg, 0, 255);
		break;
	case OPT_FLABEL:
		spec->flabel = (uint32_t)parse_number("--flabel", arg, 0,
						      0xfffff);
		break;
	default:
		return false;
	}
	return true;
}

static void parse_plan_option(struct send_plan *plan, int opt, char *arg)
{
	switch (opt) {
	case OPT_MODE:
		plan->mode = parse_mode(arg);
		break;
	case OPT_DEV:
		plan->dev = arg;
		break;
	case OPT_COUNT:
		plan->count = parse_number("--count", arg, 0, UINT64_MAX);
		break;
	case OPT_SIZE:
		plan->size = (uint32_t)parse_number("--size", arg, PAYLOAD_MIN,
						    FRAME_PAYLOAD_MAX - 40);
		break;
	case OPT_FLOW:
		plan->flow = PAYLOAD_FLOW_END;
		if (strcmp(arg, "end"))
			plan->flow = (uint32_t)parse_number("--flow", arg, 0,
							    UINT32_MAX);
		break;
	case OPT_FIRST:
		plan->first = parse_number("--first", arg, 0, UINT64_MAX);
		break;
	case OPT_RATE:
		plan->rate = parse_number("--rate", arg, 1, 1000000000);
		break;
	case OPT_WINDOW:
		plan->window = parse_number("--window", arg, 1, UINT32_MAX);
		break;
	case OPT_GSO:
		plan->segments = (uint32_t)parse_number("--gso", arg, 1, 64);
		break;
	case OPT_ID:
		plan->frame.id = (uint16_t)parse_number("--id", arg, 0, 65535);
		plan->id_is_seq = false;
		break;
	case OPT_VNET:
		plan->vnet = true;
		break;
	case OPT_UFO:
		plan->ufo = true;
		break;
	case OPT_END:
		plan->end = true;
		break;
	case OPT_FAULTS:
		plan->faults = true;
		break;
	case OPT_SPLIT:
		parse_splits(plan, arg);
		break;
	case OPT_NETNS:
		enter_netns(arg);
		break;
	case OPT_CPU:
		pin_to_cpu((int)parse_number("--cpu", arg, 0, 1023));
		break;
	}
}

/* What cannot be sent as asked is refused here, and defaults are filled in. */
static void complete(struct send_plan *plan, char *shapes)
{
	struct frame_spec *spec = &plan->frame;

	if (!plan->dev || !spec->dst.family)
		die_usage("--dev and --group are needed; see --help");
	plan->have_src = spec->src.family;
	if (!plan->have_src)
		spec->src = parse_address("--src",
					  spec->dst.family == AF_INET ?
					  "192.0.2.1" : "2001:db8::1");
	if (spec->src.family != spec->dst.family)
		die_usage("--src and --group must be of one family");
	parse_shapes(plan, shapes, spec->dst.family);
	if (plan->segments &&
	    (uint64_t)plan->segments * plan->size > FRAME_PAYLOAD_MAX - 40)
		die_usage("--gso times --size must be less than 64 KiB");
	if (plan->mode == SEND_UDP) {
		if (spec->csum == CSUM_BAD || spec->csum == CSUM_PARTIAL)
			die_usage("--csum bad and partial need --mode raw or tap");
	} else if ((spec->csum == CSUM_PARTIAL || plan->segments > 1) &&
		   !plan->vnet) {
		die_usage("--csum partial and --gso need --vnet");
	}
	if (plan->mode != SEND_TAP && (plan->splits_len || plan->faults))
		die_usage("--split and --faults need --mode tap");
}

static void parse(struct send_plan *plan, int argc, char **argv)
{
	static char plain[] = "plain";
	char *shapes = plain;
	int opt;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (opt == '?')
			exit(EXIT_USAGE);
		if (opt == OPT_HELP) {
			fputs(usage, stdout);
			exit(EXIT_SUCCESS);
		}
		if (opt == OPT_SHAPES)
			list_shapes(argv + optind);
		if (opt == OPT_SHAPE)
			shapes = optarg;
		else if (!parse_frame_option(&plan->frame, opt, optarg))
			parse_plan_option(plan, opt, optarg);
	}
	if (optind < argc)
		die_usage("'%s' is no option; see --help", argv[optind]);
	complete(plan, shapes);
}

static void pace(const struct send_plan *plan, uint64_t start, uint64_t sent)
{
	struct timespec ts;
	uint64_t due;

	if (!plan->rate)
		return;
	due = start + (uint64_t)((double)sent * 1e9 / (double)plan->rate);
	ts.tv_sec = (time_t)(due / 1000000000U);
	ts.tv_nsec = (long)(due % 1000000000U);
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) ==
	       EINTR)
		;
}

/*
 * Packets that the CPUs hold for software devices to receive. The queue of each
 * CPU is finite: a fan-out fills it faster than a sender would think.
 */
static uint64_t backlog(void)
{
	uint64_t sum = 0;
	char line[512];
	uint32_t held;
	FILE *f;

	f = fopen("/proc/net/softnet_stat", "re");
	if (!f)
		die("/proc/net/softnet_stat: %s", strerror(errno));
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%*x %*x %*x %*x %*x %*x %*x %*x %*x %*x %*x %"
			   SCNx32, &held) == 1)
			sum += held;
	}
	fclose(f);
	return sum;
}

static void wait_for_backlog(void)
{
	static const struct timespec tick = { .tv_nsec = 1000000 };
	uint64_t give_up = now_ns() + 30000000000U;

	while (backlog()) {
		if (now_ns() > give_up)
			die("the kernel does not pass on what it holds");
		nanosleep(&tick, NULL);
	}
}

static void send_burst(int fd, struct send_plan *plan,
		       const struct shape *shape, uint32_t flow, uint64_t seq,
		       uint32_t packets, struct send_totals *totals)
{
	uint64_t frames = 1;

	if (plan->mode == SEND_UDP)
		send_udp_burst(fd, plan, flow, seq, packets);
	else
		frames = send_frame_burst(fd, plan, shape, flow, seq, packets);
	totals->frames += frames;
	totals->packets += shape->every_length || !frames ? frames : packets;
	totals->bytes += (uint64_t)packets * plan->size;
}

/* The marker must come through where the packets before it must not. */
static void send_end(int fd, struct send_plan *plan, struct send_totals *totals)
{
	if (plan->frame.csum == CSUM_BAD)
		plan->frame.csum = CSUM_GOOD;
	send_burst(fd, plan, shape_find("plain", plan->frame.dst.family),
		   PAYLOAD_FLOW_END, 0, 1, totals);
}

/* More than anybody allocates for a packet. */
#define FAULTS_MAX	1000

static void send_faults(int fd, struct send_plan *plan,
			struct send_totals *totals)
{
	plan->failed = true;
	for (plan->fail = 1; plan->failed; plan->fail++) {
		if (plan->fail > FAULTS_MAX)
			die("more than %d allocations for one packet",
			    FAULTS_MAX);
		send_burst(fd, plan, plan->shapes[0], plan->flow,
			   plan->first + totals->packets, 1, totals);
		totals->faults += plan->failed;
	}
	plan->fail = 0;
}

static void send_all(int fd, struct send_plan *plan, struct send_totals *totals)
{
	uint64_t start = now_ns(), seq = plan->first, left, held = 0;
	uint32_t packets, most;
	size_t i;

	for (left = plan->count; plan->faults && left; left--)
		send_faults(fd, plan, totals);
	most = plan->segments ? plan->segments : 1;
	for (i = 0; i < plan->shapes_len && !plan->faults; i++) {
		for (left = plan->count; left; left -= packets) {
			packets = left < most ? (uint32_t)left : most;
			send_burst(fd, plan, plan->shapes[i], plan->flow, seq,
				   packets, totals);
			seq += packets;
			held += packets;
			if (plan->window && held >= plan->window) {
				wait_for_backlog();
				held = 0;
			}
			pace(plan, start, seq - plan->first);
		}
	}
	if (plan->end)
		send_end(fd, plan, totals);
}

int main(int argc, char **argv)
{
	struct send_plan plan = {
		.frame = {
			.sport = 4000, .dport = 5000, .ttl = 1,
			.proto = IPPROTO_UDP, .vlan = FRAME_VLAN_NONE,
			.flabel = 0x5a5a5,
		},
		.id_is_seq = true, .flow = 1, .count = 1, .size = 100,
	};
	struct send_totals totals = { 0 };
	int fd;

	pin_to_cpu(0);
	parse(&plan, argc, argv);
	if (plan.mode == SEND_UDP)
		fd = send_udp_open(&plan);
	else
		fd = send_frame_open(&plan);
	send_all(fd, &plan, &totals);
	printf("{\"packets\":%" PRIu64 ",\"frames\":%" PRIu64
	       ",\"bytes\":%" PRIu64 ",\"faults\":%u}\n",
	       totals.packets, totals.frames, totals.bytes, totals.faults);
	return EXIT_SUCCESS;
}
