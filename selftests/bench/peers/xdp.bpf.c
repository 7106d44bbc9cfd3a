// SPDX-License-Identifier: GPL-2.0
/*
 * XDP: each frame to 239.1.1.1 goes to all devices of the map.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "wire.h"

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP_HASH);
	__uint(max_entries, 256);
	__type(key, __u32);
	__type(value, __u32);
} outputs SEC(".maps");

SEC("xdp")
int broadcast(struct xdp_md *ctx)
{
	const __u8 *data = (const __u8 *)(long)ctx->data;
	const __u32 *dst = (const __u32 *)(data + WIRE_ETH + 16);

	if ((const void *)(dst + 1) > (const void *)(long)ctx->data_end ||
	    *dst != bpf_htonl(0xef010101))
		return XDP_PASS;
	return bpf_redirect_map(&outputs, 0,
				BPF_F_BROADCAST | BPF_F_EXCLUDE_INGRESS);
}

char _license[] SEC("license") = "GPL";
