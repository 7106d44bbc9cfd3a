// SPDX-License-Identifier: GPL-2.0
/*
 * usage: bench-xdp OBJECT IN OUT…
 *
 * Has xdp.bpf.c forward, in the driver, until its input ends.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
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
	struct bpf_object *obj;
	__u32 key, dev;
	int map, prog;

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
	prog = bpf_program__fd(bpf_object__find_program_by_name(obj,
								"broadcast"));
	if (bpf_xdp_attach((int)if_nametoindex(argv[2]), prog,
			   XDP_FLAGS_DRV_MODE, NULL))
		return complain(argv[2], errno);
	puts("ready");
	fflush(stdout);
	while (getchar() != EOF)
		;
	bpf_xdp_detach((int)if_nametoindex(argv[2]), XDP_FLAGS_DRV_MODE, NULL);
	bpf_object__close(obj);
	return 0;
}
