// SPDX-License-Identifier: GPL-2.0
/*
 * usage: bench-sink OBJECT DEVICE…
 *
 * Has sink.bpf.c count on devices of this network namespace. Asked by lines:
 *	run NUMBER LATENCY	count packets of that measurement from now on
 *	read			what was counted, as one line of JSON
 * and gone when there are no more.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire.h"

/**
 * struct sink - the program that counts, and its maps
 * @obj: it
 * @config: descriptor of a map
 * @counts: likewise
 * @last: likewise
 * @latency: likewise
 * @cpus: values that a map for each processor has
 */
struct sink {
	struct bpf_object *obj;
	int config;
	int counts;
	int last;
	int latency;
	int cpus;
};

static int complain(const char *what, int err)
{
	fprintf(stderr, "bench-sink: %s: %s\n", what, strerror(abs(err)));
	return 1;
}

static int attach(const struct sink *s, const char *name)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, opts);
	const struct bpf_program *prog;
	int err;

	hook.ifindex = (int)if_nametoindex(name);
	if (!hook.ifindex || hook.ifindex >= WIRE_DEVICES)
		return complain(name, ENODEV);
	prog = bpf_object__find_program_by_name(s->obj, "count");
	opts.prog_fd = bpf_program__fd(prog);
	err = bpf_tc_hook_create(&hook);
	if (!err || err == -EEXIST)
		err = bpf_tc_attach(&hook, &opts);
	return err ? complain(name, err) : 0;
}

static int open_object(struct sink *s, const char *path)
{
	s->obj = bpf_object__open_file(path, NULL);
	if (!s->obj)
		return complain(path, errno);
	if (bpf_object__load(s->obj))
		return complain(path, errno);
	s->config = bpf_object__find_map_fd_by_name(s->obj, "config");
	s->counts = bpf_object__find_map_fd_by_name(s->obj, "counts");
	s->last = bpf_object__find_map_fd_by_name(s->obj, "last");
	s->latency = bpf_object__find_map_fd_by_name(s->obj, "latency");
	s->cpus = libbpf_num_possible_cpus();
	return 0;
}

/* Nothing is counted meanwhile: the run is not known yet. */
static void begin(const struct sink *s, __u32 run, __u32 latency)
{
	struct wire_config c = { .run = 0, .latency = latency };
	size_t size = (size_t)s->cpus * sizeof(struct wire_count);
	void *zero = calloc(1, size);
	__u32 i;

	bpf_map_update_elem(s->config, &(__u32){ 0 }, &c, BPF_ANY);
	for (i = 0; zero && i < WIRE_DEVICES; i++) {
		struct wire_count *n = zero;
		__u32 k;

		memset(zero, 0, size);
		bpf_map_lookup_elem(s->counts, &i, n);
		if (!n[0].frames && !n[s->cpus - 1].frames)
			continue;
		memset(zero, 0, size);
		bpf_map_update_elem(s->counts, &i, zero, BPF_ANY);
		for (k = i * WIRE_FLOWS; k < (i + 1) * WIRE_FLOWS; k++)
			bpf_map_update_elem(s->last, &k, &(__u32){ 0 },
					    BPF_ANY);
	}
	if (zero)
		memset(zero, 0, size);
	for (i = 0; zero && latency && i < WIRE_BUCKETS; i++)
		bpf_map_update_elem(s->latency, &i, zero, BPF_ANY);
	free(zero);
	c.run = run;
	bpf_map_update_elem(s->config, &(__u32){ 0 }, &c, BPF_ANY);
}

static void tell_device(const struct sink *s, const char *name, bool first)
{
	struct wire_count *n = calloc((size_t)s->cpus, sizeof(*n));
	struct wire_count sum = { 0 };
	__u32 dev = if_nametoindex(name);
	int i;

	if (!n)
		return;
	bpf_map_lookup_elem(s->counts, &dev, n);
	for (i = 0; i < s->cpus; i++) {
		sum.packets += n[i].packets;
		sum.late += n[i].late;
		sum.frames += n[i].frames;
	}
	free(n);
	printf("%s[%llu, %llu, %llu]", first ? "" : ", ", sum.packets, sum.late,
	       sum.frames);
}

static void tell_latency(const struct sink *s)
{
	__u64 *n = calloc((size_t)s->cpus, sizeof(*n)), sum;
	const char *comma = "";
	__u32 i;
	int k;

	for (i = 0; n && i < WIRE_BUCKETS; i++) {
		bpf_map_lookup_elem(s->latency, &i, n);
		for (sum = 0, k = 0; k < s->cpus; k++)
			sum += n[k];
		if (!sum)
			continue;
		printf("%s[%u, %llu]", comma, i, sum);
		comma = ", ";
	}
	free(n);
}

static void tell(const struct sink *s, char **names, int n)
{
	int i;

	printf("{\"devices\": [");
	for (i = 0; i < n; i++)
		tell_device(s, names[i], !i);
	printf("], \"latency\": [");
	tell_latency(s);
	printf("]}\n");
	fflush(stdout);
}

int main(int argc, char **argv)
{
	unsigned int run, latency;
	struct sink s = { 0 };
	char line[80];
	int i;

	if (argc < 3) {
		fprintf(stderr, "usage: bench-sink OBJECT DEVICE...\n");
		return 1;
	}
	if (open_object(&s, argv[1]))
		return 1;
	for (i = 2; i < argc; i++)
		if (attach(&s, argv[i]))
			return 1;
	puts("ready");
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin)) {
		if (sscanf(line, "run %u %u", &run, &latency) == 2) {
			begin(&s, run, latency);
			puts("ready");
			fflush(stdout);
		} else {
			tell(&s, argv + 2, argc - 2);
		}
	}
	bpf_object__close(s.obj);
	return 0;
}
