// SPDX-License-Identifier: GPL-2.0
/*
 * For the bench: the least that replication can cost, and a source of packets.
 *
 * clone:  echo "IIF PREFIX N" >/sys/module/mcr_bench/parameters/clone
 *	What comes in at IIF goes out of PREFIX0 … PREFIX(N-1): nothing but
 *	skb_clone() and dev_queue_xmit(), no look at the packet, no counters. This
 *	is the limit that mcr is measured against. An empty line ends it.
 * model:  echo "GROUP PORT PAYLOAD" >/sys/module/mcr_bench/parameters/model
 *	Makes a packet of UDP, of which copies are to be sent. GROUP is a number.
 *	From 1024 bytes on the payload is in pages, as from a driver's receive ring.
 * keep:   echo IIF >/sys/module/mcr_bench/parameters/keep
 *	The next packet that comes in at IIF is the model. An empty line ends it.
 * send:   echo "DEV COUNT FLOWS CPUS GAP" >/sys/module/mcr_bench/parameters/send
 *	Sends so many copies of the model out of DEV, to FLOWS groups in turn, on each
 *	of CPUS processors; one each GAP nanoseconds, or (0) one behind the other.
 *	CPUS and GAP may be left out. To be read afterwards: nanoseconds that it took,
 *	segments and L3 bytes of the model. pktgen cannot be used: it holds a
 *	reference to each packet that it sends, as no driver does, so that nobody may
 *	consume one.
 * sample: echo DEV >/sys/module/mcr_bench/parameters/sample
 *	From now on the packets that DEV sends are counted in slices of 4 ms. An
 *	empty line ends it. To be read afterwards: packets a second in the median
 *	slice and in that which nine tenths do not exceed, and the number of slices.
 *	A machine that does other things slows some slices down and hastens none.
 * latency: echo >/sys/module/mcr_bench/parameters/latency
 *	From now on it is noted what packets that leave by devices of the type
 *	mcr_sink (ip link add NAME type mcr_sink) took since they were due to be sent.
 *	To be read afterwards: nanoseconds which half, 90, 99 and 99.9 % of them do
 *	not exceed, the most, and how many packets it were. For one processor.
 *
 * All in the initial network namespace, by one writer at a time.
 */
#include <linux/module.h>

#include "bench.h"

static int __init bench_init(void)
{
	bench_sample_begin();
	return bench_sink_begin();
}

static void __exit bench_exit(void)
{
	bench_sample_end();
	bench_clone_end();
	bench_model_end();
	bench_sink_end();
}

module_init(bench_init);
module_exit(bench_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Bench of multicast replication: the clone loop, and a source");
