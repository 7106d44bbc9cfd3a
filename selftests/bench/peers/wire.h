/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the packets of the benchmark carry, and where. IPv4 without options, so
 * that whoever counts finds it without looking.
 */
#ifndef MCR_BENCH_WIRE_H
#define MCR_BENCH_WIRE_H

#include <linux/types.h>

/* Bytes in front of the payload: Ethernet, IPv4, UDP. */
#define WIRE_ETH	14
#define WIRE_HEAD	42

#define WIRE_MAGIC	0x6d637262U

/* Flows that are told apart. */
#define WIRE_FLOWS	64

/* Devices that are told apart, by their index. */
#define WIRE_DEVICES	1024

/* Latencies: sixteen buckets to each power of two of nanoseconds. */
#define WIRE_BUCKETS	640

/**
 * struct wire - begins each payload; in host byte order, as nobody else reads it
 * @magic: WIRE_MAGIC
 * @run: which measurement
 * @flow: of WIRE_FLOWS
 * @seq: in the flow, from 1 on
 * @time: when it was sent, ns of CLOCK_MONOTONIC
 */
struct wire {
	__u32 magic;
	__u32 run;
	__u32 flow;
	__u32 seq;
	__u64 time;
};

/**
 * struct wire_config - what is counted now
 * @run: packets of this measurement
 * @latency: how long they took, too
 */
struct wire_config {
	__u32 run;
	__u32 latency;
};

/**
 * struct wire_count - what came out of a device
 * @packets: packets that were not there before, of each flow in order
 * @late: packets that were, or came behind a later one
 * @frames: in how many frames
 */
struct wire_count {
	__u64 packets;
	__u64 late;
	__u64 frames;
};

#endif /* MCR_BENCH_WIRE_H */
