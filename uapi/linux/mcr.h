/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Multicast replication: the generic netlink protocol of family "mcr".
 *
 * Here is what each attribute is. What commands do with them, and what holds for
 * all, is in the manual: Documentation/netlink/protocol.md. The machine-readable
 * twin of both is Documentation/netlink/specs/mcr.yaml.
 *
 * What is marked (r) is only ever sent by the server. Addresses are in network
 * byte order, 4 bytes (IPv4) or 16 bytes (IPv6); all other numbers are in host
 * byte order, ports included.
 */
#ifndef _UAPI_LINUX_MCR_H
#define _UAPI_LINUX_MCR_H

#define MCR_GENL_NAME		"mcr"
#define MCR_GENL_VERSION	1
#define MCR_MCGRP_NOTIFY	"notify"

#define MCR_DEV_MAX		15	/* bytes in a device name */
#define MCR_NAME_MAX		31	/* bytes in a rule's name */
#define MCR_COMMENT_MAX		255	/* bytes in a comment */
#define MCR_OUTPUTS_MAX		256	/* outputs of a rule */
#define MCR_RULES_MAX		1048576	/* rules in a network namespace */
#define MCR_RULES_USERNS_MAX	4096	/* rules in a user namespace's network
					 * namespaces together, unless it is
					 * the initial one
					 */
#define MCR_MASKS_MAX		64	/* distinct masks on an ingress device */
#define MCR_JOINS_MAX		4096	/* memberships in a network namespace */
#define MCR_TXNS_MAX		4	/* open transactions in a namespace */
#define MCR_NTF_SINGLE_MAX	32	/* events told one by one, of one cause */
#define MCR_WORKERS_MAX		64	/* workers of the relay */
#define MCR_LATENCY_BUCKETS	66	/* of MCR_WORKER_A_LATENCY */

/**
 * enum mcr_cmd - operations of the family
 * @MCR_CMD_UNSPEC: unused
 * @MCR_CMD_RULE_NEW: create a rule, or replace the rule of the same match
 * @MCR_CMD_RULE_SET: change what is not part of a rule's match
 * @MCR_CMD_RULE_DEL: delete a rule
 * @MCR_CMD_RULE_GET: do: one rule; dump: all, or those that a filter matches
 * @MCR_CMD_RULE_FLUSH: delete all rules, or those that a filter matches
 * @MCR_CMD_OUTPUT_ADD: add an output to a rule
 * @MCR_CMD_OUTPUT_DEL: take an output out of a rule
 * @MCR_CMD_TXN_BEGIN: open a transaction that starts from the rules in force
 * @MCR_CMD_TXN_COMMIT: put the rules of a transaction in force in one step
 * @MCR_CMD_TXN_ABORT: forget a transaction
 * @MCR_CMD_STATS_RESET: zero the counters of one rule or of all
 * @MCR_CMD_EXPLAIN: which rule takes this packet, and if none, why
 * @MCR_CMD_STATUS_GET: who serves, and how much of what
 * @MCR_CMD_INGRESS_GET: dump: the devices that rules receive from
 * @MCR_CMD_RULE_NTF: (r) a rule was created or changed
 * @MCR_CMD_RULE_DEL_NTF: (r) a rule is gone
 * @MCR_CMD_INGRESS_NTF: (r) a device that rules receive from came, went, or its
 *	hook was set or taken away
 * @MCR_CMD_OUTPUT_NTF: (r) an output was bound to its device or lost it, or dropped
 *	for a reason for the first time
 * @MCR_CMD_MEMBER_NTF: (r) the membership of a rule changed
 * @MCR_CMD_GENERATION_NTF: (r) more changed at once than is told one by one
 */
enum mcr_cmd {
	MCR_CMD_UNSPEC,
	MCR_CMD_RULE_NEW,
	MCR_CMD_RULE_SET,
	MCR_CMD_RULE_DEL,
	MCR_CMD_RULE_GET,
	MCR_CMD_RULE_FLUSH,
	MCR_CMD_OUTPUT_ADD,
	MCR_CMD_OUTPUT_DEL,
	MCR_CMD_TXN_BEGIN,
	MCR_CMD_TXN_COMMIT,
	MCR_CMD_TXN_ABORT,
	MCR_CMD_STATS_RESET,
	MCR_CMD_EXPLAIN,
	MCR_CMD_STATUS_GET,
	MCR_CMD_INGRESS_GET,
	MCR_CMD_RULE_NTF,
	MCR_CMD_RULE_DEL_NTF,
	MCR_CMD_INGRESS_NTF,
	MCR_CMD_OUTPUT_NTF,
	MCR_CMD_MEMBER_NTF,
	MCR_CMD_GENERATION_NTF,

	/* private: */
	__MCR_CMD_MAX,
	MCR_CMD_MAX = __MCR_CMD_MAX - 1
};

/**
 * enum mcr_attr - attributes of a message
 * @MCR_A_UNSPEC: unused
 * @MCR_A_RULE: nest of enum mcr_rule_attr
 * @MCR_A_OUTPUT: nest of enum mcr_output_attr; may be repeated
 * @MCR_A_FILTER: nest of enum mcr_rule_attr: which rules are meant
 * @MCR_A_MORE: (r) flag: outputs of this rule follow in the next message
 * @MCR_A_TXN: u32, a transaction
 * @MCR_A_GENERATION: (r) u32, moves with every change of the rule set
 * @MCR_A_PACKET: nest of enum mcr_packet_attr
 * @MCR_A_VERDICT: (r) nest of enum mcr_verdict_attr
 * @MCR_A_STATUS: (r) nest of enum mcr_status_attr
 * @MCR_A_INGRESS: (r) nest of enum mcr_ingress_attr
 * @MCR_A_COUNT: (r) u32, how many rules a command was carried out on
 */
enum mcr_attr {
	MCR_A_UNSPEC,
	MCR_A_RULE,
	MCR_A_OUTPUT,
	MCR_A_FILTER,
	MCR_A_MORE,
	MCR_A_TXN,
	MCR_A_GENERATION,
	MCR_A_PACKET,
	MCR_A_VERDICT,
	MCR_A_STATUS,
	MCR_A_INGRESS,
	MCR_A_COUNT,

	/* private: */
	__MCR_A_MAX,
	MCR_A_MAX = __MCR_A_MAX - 1
};

/**
 * enum mcr_proto - which packets of a destination a rule takes
 * @MCR_PROTO_ANY: all but IGMP, MLD and PIM
 * @MCR_PROTO_UDP: UDP; the default
 */
enum mcr_proto {
	MCR_PROTO_ANY = 0,
	MCR_PROTO_UDP = 17,
};

/**
 * enum mcr_mode - what becomes of the packet that was received
 * @MCR_MODE_PASS: it goes on up the stack; the default
 * @MCR_MODE_CONSUME: it ends here
 */
enum mcr_mode {
	MCR_MODE_PASS,
	MCR_MODE_CONSUME,
};

/**
 * enum mcr_join - how the traffic of a rule is called for
 * @MCR_JOIN_AUTO: exact groups are joined, others, and those in a VLAN, hold
 *	allmulti; the default
 * @MCR_JOIN_NONE: nothing is reported; the device is put into allmulti
 */
enum mcr_join {
	MCR_JOIN_AUTO,
	MCR_JOIN_NONE,
};

/**
 * enum mcr_plane - who carries a rule out
 * @MCR_PLANE_AUTO: whoever serves the protocol; the default
 * @MCR_PLANE_KERNEL: the kernel module
 * @MCR_PLANE_RELAY: the relay daemon
 */
enum mcr_plane {
	MCR_PLANE_AUTO,
	MCR_PLANE_KERNEL,
	MCR_PLANE_RELAY,
};

/**
 * enum mcr_latency - what the relay prefers
 * @MCR_LATENCY_AUTO: batches while it is busy; the default
 * @MCR_LATENCY_LOW: sends packet by packet
 */
enum mcr_latency {
	MCR_LATENCY_AUTO,
	MCR_LATENCY_LOW,
};

/**
 * enum mcr_membership - how a rule's traffic is called for right now
 * @MCR_MEMBERSHIP_NONE: not at all: the rule is disabled or has no device, or
 *	its group is about to be joined
 * @MCR_MEMBERSHIP_JOINED: the group is joined on the ingress device: from the
 *	rule's source, if that is a single one, else from any
 * @MCR_MEMBERSHIP_ALLMULTI: the ingress device receives all multicast
 * @MCR_MEMBERSHIP_FAILED: the join failed, and is tried again when the device
 *	changes, when memory or room in sockets may be had again, and, after ENOSPC
 *	(MCR_JOINS_MAX), when other groups are left; MCR_RULE_A_MEMBERSHIP_ERROR
 *	says why
 */
enum mcr_membership {
	MCR_MEMBERSHIP_NONE,
	MCR_MEMBERSHIP_JOINED,
	MCR_MEMBERSHIP_ALLMULTI,
	MCR_MEMBERSHIP_FAILED,
};

/**
 * enum mcr_rule_attr - a rule
 * @MCR_RULE_A_UNSPEC: unused
 * @MCR_RULE_A_PAD: padding of 64-bit attributes
 * @MCR_RULE_A_ID: u32, assigned by the server, never 0, not used again soon
 * @MCR_RULE_A_NAME: string of at most MCR_NAME_MAX bytes, a letter, then
 *	letters, digits, "_", "." and "-"; not "id", not "name"; unique
 * @MCR_RULE_A_IIF: string, the ingress device
 * @MCR_RULE_A_GROUP: 4 or 16 bytes, the destination address
 * @MCR_RULE_A_GROUP_LEN: u8, prefix length of GROUP; absent: a host
 * @MCR_RULE_A_SRC: 4 or 16 bytes, the source address; absent: any
 * @MCR_RULE_A_SRC_LEN: u8, prefix length of SRC; absent: a host
 * @MCR_RULE_A_PROTO: u8 of enum mcr_proto
 * @MCR_RULE_A_DPORT_MIN: u16, lowest UDP destination port; absent: any port
 * @MCR_RULE_A_DPORT_MAX: u16, highest one; absent: just DPORT_MIN
 * @MCR_RULE_A_VLAN: u16, 1-4094; of a single 802.1Q tag; absent: untagged
 *	frames only
 * @MCR_RULE_A_MODE: u8 of enum mcr_mode
 * @MCR_RULE_A_JOIN: u8 of enum mcr_join
 * @MCR_RULE_A_PLANE: u8 of enum mcr_plane
 * @MCR_RULE_A_LATENCY: u8 of enum mcr_latency
 * @MCR_RULE_A_DISABLED: u8, 1: the rule holds its match but takes no packet
 * @MCR_RULE_A_COMMENT: string of at most MCR_COMMENT_MAX bytes, no control
 *	characters and double quotes among them
 * @MCR_RULE_A_OUTPUTS: (r) u32, number of outputs
 * @MCR_RULE_A_IFINDEX: (r) u32, of the ingress device; absent: waiting for it
 * @MCR_RULE_A_MEMBERSHIP: (r) u8 of enum mcr_membership
 * @MCR_RULE_A_MEMBERSHIP_ERROR: (r) u32, an errno
 * @MCR_RULE_A_PACKETS: (r) u64, packets matched; a GSO super-packet counts as
 *	its segments
 * @MCR_RULE_A_BYTES: (r) u64, L3 bytes matched, after segmentation
 * @MCR_RULE_A_LAST_SEEN: (r) u64, milliseconds since the last match; absent:
 *	never
 * @MCR_RULE_A_PLANE_SINCE: u64, ns of CLOCK_REALTIME, never 0: the rule moves to
 *	its plane with the packets that are received from then on; absent: it does
 *	not move. Only the server sets it, and says it until those from before are
 *	through; who follows it for the other server repeats it there
 *
 * An absent attribute has its default: the enums' first value unless said
 * otherwise. Counters that are 0 are absent.
 */
enum mcr_rule_attr {
	MCR_RULE_A_UNSPEC,
	MCR_RULE_A_PAD,
	MCR_RULE_A_ID,
	MCR_RULE_A_NAME,
	MCR_RULE_A_IIF,
	MCR_RULE_A_GROUP,
	MCR_RULE_A_GROUP_LEN,
	MCR_RULE_A_SRC,
	MCR_RULE_A_SRC_LEN,
	MCR_RULE_A_PROTO,
	MCR_RULE_A_DPORT_MIN,
	MCR_RULE_A_DPORT_MAX,
	MCR_RULE_A_VLAN,
	MCR_RULE_A_MODE,
	MCR_RULE_A_JOIN,
	MCR_RULE_A_PLANE,
	MCR_RULE_A_LATENCY,
	MCR_RULE_A_DISABLED,
	MCR_RULE_A_COMMENT,
	MCR_RULE_A_OUTPUTS,
	MCR_RULE_A_IFINDEX,
	MCR_RULE_A_MEMBERSHIP,
	MCR_RULE_A_MEMBERSHIP_ERROR,
	MCR_RULE_A_PACKETS,
	MCR_RULE_A_BYTES,
	MCR_RULE_A_LAST_SEEN,
	MCR_RULE_A_PLANE_SINCE,

	/* private: */
	__MCR_RULE_A_MAX,
	MCR_RULE_A_MAX = __MCR_RULE_A_MAX - 1
};

/**
 * enum mcr_src_mode - the source address of the copies
 * @MCR_SRC_KEEP: as received; the default
 * @MCR_SRC_SET: MCR_OUTPUT_A_SRC
 * @MCR_SRC_AUTO: the egress device's primary address of the flow's family
 */
enum mcr_src_mode {
	MCR_SRC_KEEP,
	MCR_SRC_SET,
	MCR_SRC_AUTO,
};

/**
 * enum mcr_ttl_mode - the TTL or hop limit of the copies
 * @MCR_TTL_AUTO: the default: as received; one less, as with MCR_TTL_DEC, while
 *	the output has MCR_OUTPUT_A_FEEDS
 * @MCR_TTL_KEEP: as received
 * @MCR_TTL_DEC: one less; a packet that would have 0 is dropped ("ttl")
 * @MCR_TTL_SET: MCR_OUTPUT_A_TTL
 */
enum mcr_ttl_mode {
	MCR_TTL_AUTO,
	MCR_TTL_KEEP,
	MCR_TTL_DEC,
	MCR_TTL_SET,
};

/**
 * enum mcr_mac - the Ethernet header of the copies
 * @MCR_MAC_AUTO: source is the egress device's address, destination is made
 *	from the group; the default
 * @MCR_MAC_KEEP: as received, VLAN tag included
 */
enum mcr_mac {
	MCR_MAC_AUTO,
	MCR_MAC_KEEP,
};

/**
 * enum mcr_rate_unit - what MCR_OUTPUT_A_RATE counts, per second
 * @MCR_RATE_PACKETS: packets
 * @MCR_RATE_BITS: L3 bits
 */
enum mcr_rate_unit {
	MCR_RATE_PACKETS,
	MCR_RATE_BITS,
};

/**
 * enum mcr_mtu - what becomes of a packet larger than the egress MTU
 * @MCR_MTU_DROP: dropped ("mtu"); the default
 * @MCR_MTU_FRAGMENT: sent in fragments
 */
enum mcr_mtu {
	MCR_MTU_DROP,
	MCR_MTU_FRAGMENT,
};

/**
 * enum mcr_output_attr - an output of a rule
 * @MCR_OUTPUT_A_UNSPEC: unused
 * @MCR_OUTPUT_A_PAD: padding of 64-bit attributes
 * @MCR_OUTPUT_A_ID: u32, assigned by the server, unique in its rule, never 0
 * @MCR_OUTPUT_A_DEV: string, the egress device
 * @MCR_OUTPUT_A_GROUP: 4 or 16 bytes, new destination address
 * @MCR_OUTPUT_A_DPORT: u16, new UDP destination port
 * @MCR_OUTPUT_A_SRC_MODE: u8 of enum mcr_src_mode
 * @MCR_OUTPUT_A_SRC: 4 or 16 bytes, new source address; implies MCR_SRC_SET
 * @MCR_OUTPUT_A_SPORT: u16, new UDP source port
 * @MCR_OUTPUT_A_TTL_MODE: u8 of enum mcr_ttl_mode
 * @MCR_OUTPUT_A_TTL: u8, 1-255, new TTL or hop limit; implies MCR_TTL_SET
 * @MCR_OUTPUT_A_DSCP: u8, 0-63, new DSCP; ECN is left alone
 * @MCR_OUTPUT_A_MAC: u8 of enum mcr_mac
 * @MCR_OUTPUT_A_RATE: u64, at most so many per second
 * @MCR_OUTPUT_A_RATE_UNIT: u8 of enum mcr_rate_unit
 * @MCR_OUTPUT_A_BURST: u32, so many at once, in units of RATE_UNIT
 * @MCR_OUTPUT_A_MTU: u8 of enum mcr_mtu
 * @MCR_OUTPUT_A_IFINDEX: (r) u32, of the egress device; absent: waiting for an
 *	Ethernet device of that name
 * @MCR_OUTPUT_A_OFFERED: (r) u64, packets this output should have sent:
 *	SENT and all drops
 * @MCR_OUTPUT_A_SENT: (r) u64, packets the egress device accepted
 * @MCR_OUTPUT_A_SENT_BYTES: (r) u64, their L3 bytes
 * @MCR_OUTPUT_A_DROPS: (r) nest of enum mcr_drop: packets not sent, by reason
 * @MCR_OUTPUT_A_FEEDS: (r) u32, id of a rule that receives what this output
 *	sends, so that it comes back to the output's own rule (which may be the
 *	one); absent: it does not, see "Rules that feed themselves"
 *
 * An absent attribute leaves that part of the packet alone, or has its
 * default. Counters that are 0 are absent.
 */
enum mcr_output_attr {
	MCR_OUTPUT_A_UNSPEC,
	MCR_OUTPUT_A_PAD,
	MCR_OUTPUT_A_ID,
	MCR_OUTPUT_A_DEV,
	MCR_OUTPUT_A_GROUP,
	MCR_OUTPUT_A_DPORT,
	MCR_OUTPUT_A_SRC_MODE,
	MCR_OUTPUT_A_SRC,
	MCR_OUTPUT_A_SPORT,
	MCR_OUTPUT_A_TTL_MODE,
	MCR_OUTPUT_A_TTL,
	MCR_OUTPUT_A_DSCP,
	MCR_OUTPUT_A_MAC,
	MCR_OUTPUT_A_RATE,
	MCR_OUTPUT_A_RATE_UNIT,
	MCR_OUTPUT_A_BURST,
	MCR_OUTPUT_A_MTU,
	MCR_OUTPUT_A_IFINDEX,
	MCR_OUTPUT_A_OFFERED,
	MCR_OUTPUT_A_SENT,
	MCR_OUTPUT_A_SENT_BYTES,
	MCR_OUTPUT_A_DROPS,
	MCR_OUTPUT_A_FEEDS,

	/* private: */
	__MCR_OUTPUT_A_MAX,
	MCR_OUTPUT_A_MAX = __MCR_OUTPUT_A_MAX - 1
};

/**
 * enum mcr_drop - why an output did not send; (r) u64 attributes
 * @MCR_DROP_UNSPEC: unused
 * @MCR_DROP_PAD: padding of 64-bit attributes
 * @MCR_DROP_NO_DEVICE: the egress device is absent, or not Ethernet any more
 * @MCR_DROP_DEVICE_DOWN: it is down or without carrier
 * @MCR_DROP_MTU: larger than its MTU
 * @MCR_DROP_TTL: TTL or hop limit used up
 * @MCR_DROP_RATE: above the output's rate
 * @MCR_DROP_QUEUE_FULL: the device's queue or an egress filter refused it
 * @MCR_DROP_NO_MEMORY: no memory for the copy, or the core could not prepare it
 *	for the device
 * @MCR_DROP_NEIGHBOUR: the link-layer address is not known
 * @MCR_DROP_NO_SOURCE: "src auto", and the device has no address of the family
 * @MCR_DROP_LOOP: the packet came back into the rules while they sent it
 * @MCR_DROP_FRAGMENT: a fragment, which this output cannot send
 * @MCR_DROP_MALFORMED: headers that cannot be rewritten, or addresses that
 *	something covers which cannot be mended
 * @MCR_DROP_SUPERPACKET: a GSO super-packet that could not be taken apart
 */
enum mcr_drop {
	MCR_DROP_UNSPEC,
	MCR_DROP_PAD,
	MCR_DROP_NO_DEVICE,
	MCR_DROP_DEVICE_DOWN,
	MCR_DROP_MTU,
	MCR_DROP_TTL,
	MCR_DROP_RATE,
	MCR_DROP_QUEUE_FULL,
	MCR_DROP_NO_MEMORY,
	MCR_DROP_NEIGHBOUR,
	MCR_DROP_NO_SOURCE,
	MCR_DROP_LOOP,
	MCR_DROP_FRAGMENT,
	MCR_DROP_MALFORMED,
	MCR_DROP_SUPERPACKET,

	/* private: */
	__MCR_DROP_MAX,
	MCR_DROP_MAX = __MCR_DROP_MAX - 1
};

/**
 * enum mcr_packet_attr - a packet to explain
 * @MCR_PACKET_A_UNSPEC: unused
 * @MCR_PACKET_A_IIF: string, the device it is received on
 * @MCR_PACKET_A_DST: 4 or 16 bytes
 * @MCR_PACKET_A_SRC: 4 or 16 bytes
 * @MCR_PACKET_A_PROTO: u8, IP protocol number
 * @MCR_PACKET_A_DPORT: u16
 * @MCR_PACKET_A_VLAN: u16, 1-4094
 */
enum mcr_packet_attr {
	MCR_PACKET_A_UNSPEC,
	MCR_PACKET_A_IIF,
	MCR_PACKET_A_DST,
	MCR_PACKET_A_SRC,
	MCR_PACKET_A_PROTO,
	MCR_PACKET_A_DPORT,
	MCR_PACKET_A_VLAN,

	/* private: */
	__MCR_PACKET_A_MAX,
	MCR_PACKET_A_MAX = __MCR_PACKET_A_MAX - 1
};

/**
 * enum mcr_verdict_attr - (r) what the rules do with a packet
 * @MCR_VERDICT_A_UNSPEC: unused
 * @MCR_VERDICT_A_RULE_ID: u32, the rule that takes it; absent: none
 * @MCR_VERDICT_A_NEAREST_ID: u32, the rule that comes nearest
 * @MCR_VERDICT_A_MISMATCH: u16 of enum mcr_rule_attr: what of it differs
 */
enum mcr_verdict_attr {
	MCR_VERDICT_A_UNSPEC,
	MCR_VERDICT_A_RULE_ID,
	MCR_VERDICT_A_NEAREST_ID,
	MCR_VERDICT_A_MISMATCH,

	/* private: */
	__MCR_VERDICT_A_MAX,
	MCR_VERDICT_A_MAX = __MCR_VERDICT_A_MAX - 1
};

/**
 * enum mcr_authority - whose word counts
 * @MCR_AUTHORITY_SELF: this server's: its rules are in force; the default
 * @MCR_AUTHORITY_FOLLOWS: the kernel module's: the relay has the module's rules, and
 *	carries out those that are of its plane. It refuses changes (EREMOTE)
 * @MCR_AUTHORITY_BOTH: the kernel module's and the relay's: both had rules when
 *	they met. Each carries out its own
 * @MCR_AUTHORITY_MOVING: the relay's, which hands its rules to the kernel module
 *	right now. It refuses changes (EREMOTE)
 */
enum mcr_authority {
	MCR_AUTHORITY_SELF,
	MCR_AUTHORITY_FOLLOWS,
	MCR_AUTHORITY_BOTH,
	MCR_AUTHORITY_MOVING,
};

/**
 * enum mcr_status_attr - (r) the server
 * @MCR_STATUS_A_UNSPEC: unused
 * @MCR_STATUS_A_PLANE: u8 of enum mcr_plane: who answers, KERNEL or RELAY
 * @MCR_STATUS_A_VERSION: string
 * @MCR_STATUS_A_RULES: u32, rules in this namespace
 * @MCR_STATUS_A_OUTPUTS: u32, their outputs
 * @MCR_STATUS_A_JOINS: u32, memberships held for them
 * @MCR_STATUS_A_RULES_MAX: u32, how many rules there may be: MCR_RULES_MAX or,
 *	for all network namespaces of the user namespace together,
 *	MCR_RULES_USERNS_MAX
 * @MCR_STATUS_A_TXNS: u32, open transactions
 * @MCR_STATUS_A_REDIRECT: u8 of enum mcr_plane: ask that server instead
 * @MCR_STATUS_A_AUTHORITY: u8 of enum mcr_authority
 * @MCR_STATUS_A_WAITING: u32, rules that nobody carries out, because their plane is
 *	the other server's, which is not there; absent: none, or it is not known
 * @MCR_STATUS_A_WORKER: nest of enum mcr_worker_attr; may be repeated; the
 *	processes that handle packets for the relay; the module has none
 */
enum mcr_status_attr {
	MCR_STATUS_A_UNSPEC,
	MCR_STATUS_A_PLANE,
	MCR_STATUS_A_VERSION,
	MCR_STATUS_A_RULES,
	MCR_STATUS_A_OUTPUTS,
	MCR_STATUS_A_JOINS,
	MCR_STATUS_A_RULES_MAX,
	MCR_STATUS_A_TXNS,
	MCR_STATUS_A_REDIRECT,
	MCR_STATUS_A_WORKER,
	MCR_STATUS_A_AUTHORITY,
	MCR_STATUS_A_WAITING,

	/* private: */
	__MCR_STATUS_A_MAX,
	MCR_STATUS_A_MAX = __MCR_STATUS_A_MAX - 1
};

/**
 * enum mcr_worker_loop - how a worker receives and sends
 * @MCR_WORKER_LOOP_UNKNOWN: it has not said yet
 * @MCR_WORKER_LOOP_URING: io_uring
 * @MCR_WORKER_LOOP_MMSG: recvmmsg() and sendmmsg()
 * @MCR_WORKER_LOOP_SQPOLL: io_uring, and a thread of the kernel's submits to it
 */
enum mcr_worker_loop {
	MCR_WORKER_LOOP_UNKNOWN,
	MCR_WORKER_LOOP_URING,
	MCR_WORKER_LOOP_MMSG,
	MCR_WORKER_LOOP_SQPOLL,
};

/**
 * enum mcr_worker_attr - (r) a worker of the relay
 * @MCR_WORKER_A_UNSPEC: unused
 * @MCR_WORKER_A_PAD: padding of 64-bit attributes
 * @MCR_WORKER_A_ID: u32, its number, from 0 on
 * @MCR_WORKER_A_PID: u32, its process; absent: there is none right now
 * @MCR_WORKER_A_LOOP: u8 of enum mcr_worker_loop
 * @MCR_WORKER_A_WHY: string, why that is not io_uring; absent: it is
 * @MCR_WORKER_A_RESTARTS: u32, how often it was started anew
 * @MCR_WORKER_A_BUFFERS: u32, receive buffers in its pool
 * @MCR_WORKER_A_BUFFER_BYTES: u32, bytes of a frame that each takes
 * @MCR_WORKER_A_BUFFERS_USED: u32, buffers that hold a packet now
 * @MCR_WORKER_A_BUFFERS_PEAK: u32, the most that ever did
 * @MCR_WORKER_A_POOL_HITS: u64, frames that a buffer of the pool was there for
 * @MCR_WORKER_A_POOL_EXHAUSTED: u64, how often there was none, so that frames
 *	waited in the kernel
 * @MCR_WORKER_A_RECEIVES: u64, receive calls that brought frames; with io_uring,
 *	turns of the loop that did
 * @MCR_WORKER_A_WAKEUPS: u64, how often it waited for something and went on; it
 *	was woken so often, or less
 * @MCR_WORKER_A_SYSCALLS: u64, system calls of its loop
 * @MCR_WORKER_A_PACKETS: u64, packets received; a GSO super-packet counts as its
 *	segments
 * @MCR_WORKER_A_TRUNCATED: u64, frames larger than a buffer, which were dropped
 * @MCR_WORKER_A_LOST_SUPERPACKETS: u64, GSO super-packets that the kernel had and
 *	could not hand over: before Linux 6.2
 * @MCR_WORKER_A_RECEIVE_ERRORS: u64, receive calls that failed otherwise
 * @MCR_WORKER_A_SEND_ERRORS: nest of enum mcr_send_error: sends that failed, by
 *	error. What they were to send is counted by the outputs
 * @MCR_WORKER_A_LATENCY: u64 array: runs of packets, a sample of all, by the
 *	time from the kernel's receive timestamp of the first packet to the
 *	completed send of the last copy. There are MCR_LATENCY_BUCKETS buckets,
 *	of which those behind the last that is not 0 are left out. Bucket 0 is
 *	below 4096 ns; bucket i, i from 1 on, begins with
 *	(4 + (i - 1) % 4) << (10 + (i - 1) / 4) ns, four of them to each power of
 *	two, and ends where the next one begins; the last one has no end
 * @MCR_WORKER_A_LATENCY_SUM: u64, ns, all of these times together
 *
 * All of it is counted since the relay was started, also by those who had the
 * number before. Counters that are 0 are absent.
 */
enum mcr_worker_attr {
	MCR_WORKER_A_UNSPEC,
	MCR_WORKER_A_PAD,
	MCR_WORKER_A_ID,
	MCR_WORKER_A_PID,
	MCR_WORKER_A_LOOP,
	MCR_WORKER_A_WHY,
	MCR_WORKER_A_RESTARTS,
	MCR_WORKER_A_BUFFERS,
	MCR_WORKER_A_BUFFER_BYTES,
	MCR_WORKER_A_BUFFERS_USED,
	MCR_WORKER_A_BUFFERS_PEAK,
	MCR_WORKER_A_POOL_HITS,
	MCR_WORKER_A_POOL_EXHAUSTED,
	MCR_WORKER_A_RECEIVES,
	MCR_WORKER_A_WAKEUPS,
	MCR_WORKER_A_SYSCALLS,
	MCR_WORKER_A_PACKETS,
	MCR_WORKER_A_TRUNCATED,
	MCR_WORKER_A_LOST_SUPERPACKETS,
	MCR_WORKER_A_RECEIVE_ERRORS,
	MCR_WORKER_A_SEND_ERRORS,
	MCR_WORKER_A_LATENCY,
	MCR_WORKER_A_LATENCY_SUM,

	/* private: */
	__MCR_WORKER_A_MAX,
	MCR_WORKER_A_MAX = __MCR_WORKER_A_MAX - 1
};

/**
 * enum mcr_send_error - why a send of the relay failed; (r) u64 attributes
 * @MCR_SEND_ERROR_UNSPEC: unused
 * @MCR_SEND_ERROR_PAD: padding of 64-bit attributes
 * @MCR_SEND_ERROR_QUEUE_FULL: EAGAIN, ENOBUFS: the socket or the device is full
 * @MCR_SEND_ERROR_DEVICE: ENETDOWN, ENETUNREACH, ENXIO, ENODEV: the device is
 *	down or gone
 * @MCR_SEND_ERROR_TOO_BIG: EMSGSIZE: larger than the device takes
 * @MCR_SEND_ERROR_NO_MEMORY: ENOMEM
 * @MCR_SEND_ERROR_DENIED: EPERM, EACCES: a filter or a security module
 * @MCR_SEND_ERROR_INVALID: EINVAL, EIO: the device cannot send it like that
 * @MCR_SEND_ERROR_CANCELLED: ECANCELED, EINTR
 * @MCR_SEND_ERROR_OTHER: any other
 */
enum mcr_send_error {
	MCR_SEND_ERROR_UNSPEC,
	MCR_SEND_ERROR_PAD,
	MCR_SEND_ERROR_QUEUE_FULL,
	MCR_SEND_ERROR_DEVICE,
	MCR_SEND_ERROR_TOO_BIG,
	MCR_SEND_ERROR_NO_MEMORY,
	MCR_SEND_ERROR_DENIED,
	MCR_SEND_ERROR_INVALID,
	MCR_SEND_ERROR_CANCELLED,
	MCR_SEND_ERROR_OTHER,

	/* private: */
	__MCR_SEND_ERROR_MAX,
	MCR_SEND_ERROR_MAX = __MCR_SEND_ERROR_MAX - 1
};

/**
 * enum mcr_ingress_attr - (r) a device that rules receive from
 * @MCR_INGRESS_A_UNSPEC: unused
 * @MCR_INGRESS_A_PAD: padding of 64-bit attributes
 * @MCR_INGRESS_A_DEV: string
 * @MCR_INGRESS_A_IFINDEX: u32; absent: the device is not there
 * @MCR_INGRESS_A_HOOKED: flag: its packets are looked at
 * @MCR_INGRESS_A_RULES: u32, rules that receive from it
 * @MCR_INGRESS_A_ALLMULTI: u32, of which hold it in allmulti
 * @MCR_INGRESS_A_SEEN: u64, frames looked at: NOT_MATCHED, MALFORMED and those
 *	that a rule took
 * @MCR_INGRESS_A_NOT_MATCHED: u64, frames no rule took
 * @MCR_INGRESS_A_MALFORMED: u64, frames with broken headers, left to the stack
 * @MCR_INGRESS_A_MISSED: u64, frames lost before the rules could see them
 * @MCR_INGRESS_A_UNMATCHED: nest of enum mcr_packet_attr; may be repeated; flows
 *	that no rule took, some of the last ones, each once; without IIF; PROTO
 *	is absent where it is not UDP, DPORT where there is none
 * @MCR_INGRESS_A_FILTERED: flag: its sockets have a filter that knows what rules
 *	take, and counts the rest; never of the module, which has no sockets and
 *	looks at packets where they come in; not in MCR_CMD_INGRESS_NTF
 *
 * Counters that are 0 are absent.
 */
enum mcr_ingress_attr {
	MCR_INGRESS_A_UNSPEC,
	MCR_INGRESS_A_PAD,
	MCR_INGRESS_A_DEV,
	MCR_INGRESS_A_IFINDEX,
	MCR_INGRESS_A_HOOKED,
	MCR_INGRESS_A_RULES,
	MCR_INGRESS_A_ALLMULTI,
	MCR_INGRESS_A_SEEN,
	MCR_INGRESS_A_NOT_MATCHED,
	MCR_INGRESS_A_MALFORMED,
	MCR_INGRESS_A_MISSED,
	MCR_INGRESS_A_UNMATCHED,
	MCR_INGRESS_A_FILTERED,

	/* private: */
	__MCR_INGRESS_A_MAX,
	MCR_INGRESS_A_MAX = __MCR_INGRESS_A_MAX - 1
};

#endif /* _UAPI_LINUX_MCR_H */
