/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What supervisor and workers tell each other: length-delimited frames on a
 * stream socket. Both ends are the same program, so frames are structs in host
 * byte order; both check each length before they look inside.
 *
 * What changes rules is gathered by the worker until MCRD_SYNC comes, and then
 * put in force in one step, between two packets; MCRD_DONE answers it.
 */
#ifndef MCRD_PLAN_H
#define MCRD_PLAN_H

#include <linux/types.h>

#include "rule.h"

#define MCRD_FRAME_MAX		262144U

/**
 * enum mcrd_frame_type - frames
 * @MCRD_CONFIG: to a worker, the first: struct mcrd_config; with two
 *	descriptors: the arena, the pipe for its log
 * @MCRD_DEV: struct mcrd_dev: what a device is like now; gone if its ifindex
 *	is 0
 * @MCRD_RX_OPEN: struct mcrd_rx; with one descriptor: the packet socket to
 *	receive from, bound, filtered and in its fan-out group
 * @MCRD_RX_CLOSE: struct mcrd_rx, of which only ifindex and name count
 * @MCRD_TX_OPEN: struct mcrd_tx; with one descriptor: the packet socket to send
 *	with, bound to the device
 * @MCRD_TX_CLOSE: struct mcrd_tx
 * @MCRD_RULE: struct mcrd_rule: a rule is this now
 * @MCRD_RULE_GONE: struct mcrd_rule_ref
 * @MCRD_SYNC: struct mcrd_sync: put in force what came since the last one
 * @MCRD_LEVEL: struct mcrd_level: log this and what is graver
 * @MCRD_STOP: nothing; send what is to be sent, and exit with status 0
 * @MCRD_DONE: to the supervisor: struct mcrd_sync
 * @MCRD_HELLO: to the supervisor: struct mcrd_hello: ready for frames
 * @MCRD_FIRST_DROP: to the supervisor: struct mcrd_first_drop
 */
enum mcrd_frame_type {
	MCRD_CONFIG = 1,
	MCRD_DEV,
	MCRD_RX_OPEN,
	MCRD_RX_CLOSE,
	MCRD_TX_OPEN,
	MCRD_TX_CLOSE,
	MCRD_RULE,
	MCRD_RULE_GONE,
	MCRD_SYNC,
	MCRD_LEVEL,
	MCRD_STOP,
	MCRD_DONE,
	MCRD_HELLO,
	MCRD_FIRST_DROP,
};

/**
 * struct mcrd_head - begins each frame
 * @len: bytes, this head included
 * @type: of enum mcrd_frame_type
 * @fds: descriptors that come with it, in the same sendmsg()
 */
struct mcrd_head {
	__u32 len;
	__u16 type;
	__u16 fds;
};

/* Exit status of a worker that cannot receive and send as it was told. */
#define MCRD_EXIT_NO_LOOP	3

/**
 * enum mcrd_loop - how a worker receives and sends
 * @MCRD_LOOP_AUTO: io_uring, where it is to be had, else the other
 * @MCRD_LOOP_URING: io_uring, or not at all
 * @MCRD_LOOP_MMSG: recvmmsg() and sendmmsg()
 * @MCRD_LOOP_SQPOLL: io_uring, and a thread of the kernel's submits to it; or not at
 *	all
 */
enum mcrd_loop {
	MCRD_LOOP_AUTO,
	MCRD_LOOP_URING,
	MCRD_LOOP_MMSG,
	MCRD_LOOP_SQPOLL,
};

/**
 * struct mcrd_config - what a worker is
 * @worker: its number, from 0 on
 * @workers: how many there are
 * @loop: of enum mcrd_loop
 * @level: of the log
 * @buffers: receive buffers in its pool
 * @buffer_bytes: of each, what belongs to the frame
 * @wait_us: longest time to wait for more packets while it is busy
 * @vnet: the packet sockets have PACKET_VNET_HDR
 * @gso: with which they take super-packets of UDP
 * @stats: struct mcrd_worker_stats in the worker's section of the arena
 */
struct mcrd_config {
	__u32 worker;
	__u32 workers;
	__u32 loop;
	__u32 level;
	__u32 buffers;
	__u32 buffer_bytes;
	__u32 wait_us;
	__u16 vnet;
	__u16 gso;
	__u64 stats;
};

/**
 * struct mcrd_dev - a device
 * @ifindex: 0: there is none of that name (any more)
 * @mtu: in bytes
 * @flags: IFF_UP, IFF_LOWER_UP, IFF_LOOPBACK and what else there is
 * @type: ARPHRD_
 * @mac: its link-layer address
 * @name: its name, which is what frames and rules refer to it by
 * @saddr: primary IPv4 address, network byte order; 0: none
 * @n_saddr6: how many of @saddr6 there are
 * @saddr6: IPv6 addresses that may be source addresses, the best first
 */
struct mcrd_dev {
	__u32 ifindex;
	__u32 mtu;
	__u32 flags;
	__u16 type;
	__u8 mac[6];
	char name[MCR_DEV_MAX + 1];
	__be32 saddr;
	__u32 n_saddr6;
	union mcr_addr saddr6[8];
};

/**
 * struct mcrd_rx - an ingress device
 * @ifindex: of the device
 * @name: its name
 * @counters: struct mcr_ingress_counters in the worker's section of the arena
 * @unmatched: struct mcr_unmatched there
 */
struct mcrd_rx {
	__u32 ifindex;
	char name[MCR_DEV_MAX + 1];
	__u64 counters;
	__u64 unmatched;
};

/**
 * struct mcrd_tx - an egress device
 * @ifindex: of the device
 * @name: its name
 */
struct mcrd_tx {
	__u32 ifindex;
	char name[MCR_DEV_MAX + 1];
};

/**
 * struct mcrd_output - an output of a rule
 * @id: in its rule
 * @feeds: it feeds its own rule: MCR_TTL_AUTO is MCR_TTL_DEC
 * @dev: name of the egress device
 * @rewrite: how copies are changed
 * @counters: struct mcr_output_counters in the worker's section of the arena
 * @drops: struct mcr_drops in the shared section
 */
struct mcrd_output {
	__u32 id;
	__u32 feeds;
	char dev[MCR_DEV_MAX + 1];
	struct mcr_rewrite rewrite;
	__u64 counters;
	__u64 drops;
};

/**
 * struct mcrd_rule - a rule that takes packets
 * @id: the rule
 * @n: number of @out
 * @iif: name of the ingress device
 * @match: which of its packets
 * @mode: of enum mcr_mode
 * @latency: of enum mcr_latency
 * @carry: of enum mcr_carry
 * @since: with it
 * @counters: struct mcr_rule_counters in the worker's section of the arena
 * @out: the outputs
 *
 * A disabled rule is none: MCRD_RULE_GONE.
 */
struct mcrd_rule {
	__u32 id;
	__u32 n;
	char iif[MCR_DEV_MAX + 1];
	struct mcr_match match;
	__u8 mode;
	__u8 latency;
	__u8 carry;
	__u64 since;
	__u64 counters;
	struct mcrd_output out[];
};

struct mcrd_rule_ref {
	__u32 id;
};

struct mcrd_sync {
	__u64 cookie;
};

struct mcrd_level {
	__u32 level;
};

/**
 * struct mcrd_hello - what a worker says of itself
 * @pid: its process
 * @loop: of enum mcrd_loop: the one it uses
 * @why: why it is not the one that is preferred; "": it is
 */
struct mcrd_hello {
	__u32 pid;
	__u32 loop;
	char why[120];
};

/**
 * struct mcrd_first_drop - an output dropped for a reason that is new
 * @rule: id of the rule
 * @output: id of the output
 * @reason: of enum mcr_drop
 */
struct mcrd_first_drop {
	__u32 rule;
	__u32 output;
	__u32 reason;
};

#endif /* MCRD_PLAN_H */
