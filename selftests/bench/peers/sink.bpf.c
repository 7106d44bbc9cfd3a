// SPDX-License-Identifier: GPL-2.0
/*
 * Counts what comes out, where a device's frames enter the stack, and drops it
 * there. All of it is done on the processor that sends: it is to cost little.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>

#include "wire.h"

/* What the kernel makes of a super-packet. */
#define SEGMENTS	64U

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct wire_config);
} config SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, WIRE_DEVICES);
	__type(key, __u32);
	__type(value, struct wire_count);
} counts SEC(".maps");

/* The last sequence number of each flow on each device. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, WIRE_DEVICES * WIRE_FLOWS);
	__type(key, __u32);
	__type(value, __u32);
} last SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, WIRE_BUCKETS);
	__type(key, __u32);
	__type(value, __u64);
} latency SEC(".maps");

static __always_inline __u32 bucket_of(__u64 ns)
{
	__u32 e = 4, i;

	if (ns < 16)
		return ns;
	/* The exponent, a bit at a time. */
	for (i = 32; i; i /= 2)
		if (ns >> (e + i))
			e += i;
	i = (e - 3) * 16 + ((ns >> (e - 4)) & 15);
	return i < WIRE_BUCKETS ? i : WIRE_BUCKETS - 1;
}

static __always_inline void took(__u64 sent)
{
	__u32 i = bucket_of(bpf_ktime_get_ns() - sent);
	__u64 *n = bpf_map_lookup_elem(&latency, &i);

	if (n)
		++*n;
}

/* Is a packet one that was not there? */
static __always_inline void take(struct wire_count *c, __u32 *seen, __u32 seq)
{
	if (seq > *seen) {
		*seen = seq;
		c->packets++;
	} else {
		c->late++;
	}
}

static __always_inline __u32 segments_of(const struct __sk_buff *skb)
{
	if (!skb->gso_size)
		return 1;
	return (skb->len - WIRE_HEAD + skb->gso_size - 1) / skb->gso_size;
}

/* Where each packet has to be looked at. */
static void one_by_one(struct __sk_buff *skb, struct wire_count *c, __u32 *seen,
		       bool timed)
{
	__u32 n = segments_of(skb), i;
	struct wire w;

	for (i = 0; i < SEGMENTS && i < n; i++) {
		if (bpf_skb_load_bytes(skb, WIRE_HEAD + i * skb->gso_size, &w,
				       sizeof(w)))
			break;
		take(c, seen, w.seq);
		if (timed)
			took(w.time);
	}
}

/* Packets that follow each other are so many; else they are looked at singly. */
static __always_inline bool follow(struct __sk_buff *skb,
				   struct wire_count *c, __u32 *seen,
				   __u32 first)
{
	__u32 n = segments_of(skb);
	struct wire w;

	if (n > SEGMENTS || first <= *seen)
		return false;
	if (n > 1) {
		if (bpf_skb_load_bytes(skb, WIRE_HEAD + (n - 1) * skb->gso_size,
				       &w, sizeof(w)) ||
		    w.seq != first + n - 1)
			return false;
	}
	*seen = first + n - 1;
	c->packets += n;
	return true;
}

SEC("tc")
int count(struct __sk_buff *skb)
{
	__u32 zero = 0, dev = skb->ifindex, i;
	const struct wire_config *now;
	struct wire_count *c;
	struct wire w;
	__u32 *seen;

	now = bpf_map_lookup_elem(&config, &zero);
	if (!now || bpf_skb_load_bytes(skb, WIRE_HEAD, &w, sizeof(w)) ||
	    w.magic != WIRE_MAGIC)
		return TC_ACT_OK;
	if (w.run != now->run || w.flow >= WIRE_FLOWS)
		return TC_ACT_SHOT;
	i = dev * WIRE_FLOWS + w.flow;
	c = bpf_map_lookup_elem(&counts, &dev);
	seen = bpf_map_lookup_elem(&last, &i);
	if (!c || !seen)
		return TC_ACT_SHOT;
	c->frames++;
	if (now->latency || !follow(skb, c, seen, w.seq))
		one_by_one(skb, c, seen, now->latency);
	return TC_ACT_SHOT;
}

char _license[] SEC("license") = "GPL";
