// SPDX-License-Identifier: GPL-2.0
/*
 * usage: bench-xdp OBJECT IN OUT…
 *
 * Has xdp.bpf.c forward, in the driver, as long as it runs.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

static int complain(const char *what, int err)
{
	fprintf(stderr, "bench-xdp: %s: %s\n", what, strerror(err));
	return 1;
}

int main(int argc, char **argv)
{
	struct bpf_program *prog;
	struct bpf_object *obj;
	struct bpf_link *link;
	__u32 key, dev;
	int map;

	if (argc < 4) {
		fprintf(stderr, "usage: bench-xdp OBJECT IN OUT...\n");
		return 1;
	}
	obj = bpf_object__open_file(argv[1], NULL);
	if (!obj || bpf_object__load(obj))
		return complain(argv[1], errno);
	map = bpf_object__find_map_fd_by_name(obj, "outputs");
	for (key = 0; (int)key < argc - 3; key++) {
		dev = if_nametoindex(argv[3 + key]);
		if (bpf_map_update_elem(map, &key, &dev, BPF_ANY))
			return complain(argv[3 + key], errno);
	}
	prog = bpf_object__find_program_by_name(obj, "broadcast");
	/* The program goes with whoever has the link. */
	link = bpf_program__attach_xdp(prog, (int)if_nametoindex(argv[2]));
	if (!link)
		return complain(argv[2], errno);
	puts("ready");
	fflush(stdout);
	while (getchar() != EOF)
		;
	bpf_link__destroy(link);
	bpf_object__close(obj);
	return 0;
}
