/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Multicast replication: the generic netlink protocol of family "mcr".
 *
 * This header is the manual of the protocol; its machine-readable twin is
 * Documentation/netlink/specs/mcr.yaml.
 *
 * A rule says which multicast flow, received on which device, is sent out of
 * which other devices, and how each copy is changed on the way. Two servers
 * speak this protocol: the kernel module (over NETLINK_GENERIC) and the relay
 * daemon (the same messages over a SOCK_SEQPACKET socket).
 *
 * General
 * -------
 * - Every message carries attributes of enum mcr_attr; nested attributes need
 *   NLA_F_NESTED. Unknown attributes, attributes that the command does not
 *   take, and an attribute given twice (except MCR_A_OUTPUT) are refused.
 * - Addresses are in network byte order, 4 bytes (IPv4) or 16 bytes (IPv6).
 *   All other numbers are in host byte order, ports included.
 * - Attributes marked (r) are only ever sent by the server.
 * - A refusal carries NLMSGERR_ATTR_MSG (a sentence: what was refused, what
 *   would be accepted) and NLMSGERR_ATTR_OFFS (the attribute at fault) where
 *   there is one. Where the sentence speaks of another rule, its id follows as
 *   a __u32 in NLMSGERR_ATTR_COOKIE. An ACK may carry a sentence,
 *   too: it is a warning.
 * - Commands that change something need CAP_NET_ADMIN in the user namespace
 *   that owns the network namespace. Reading is open to all.
 * - A refused command changes nothing.
 * - Groups are joined and left after a change is in force, and before its ACK
 *   is sent. A device that comes back, and a notification of a change, may be
 *   there before.
 * - Devices are named by the name they have, not by alternative names. Where
 *   there is none, or none any more, the rule or output waits for it.
 * - A refused dump says so in NLMSG_DONE, on some kernels without the attribute.
 *
 * Naming a rule
 * -------------
 * Where a command is about a rule that exists, MCR_A_RULE holds exactly one of
 * MCR_RULE_A_ID and MCR_RULE_A_NAME ("REF" below).
 *
 * Which rule takes a packet
 * -------------------------
 * At most one: of the enabled rules of the ingress device that match it, the
 * one with the longer GROUP prefix; then the longer SRC prefix; then PROTO_UDP
 * before PROTO_ANY; then one port before a range before any port, narrower
 * ranges first, then the one that begins lower.
 *
 * Never matched: frames that the host sent itself, frames for another host;
 * IGMP, MLD and PIM; 224.0.0.0/24 and ff02::/16 by a wider GROUP than that. Of
 * a fragment that is not the first the ports are not known: no rule with a
 * port takes it. Fragments are not replicated, the outputs count "fragment".
 *
 * VLAN is that of an IEEE 802.1Q tag. A frame whose tag has VLAN id 0, which is
 * a priority, is untagged in this sense. A frame with a service tag (802.1ad)
 * or with two tags is matched by no rule. Copies of a tagged frame go out
 * untagged with MCR_MAC_AUTO, and with the tag that was received with
 * MCR_MAC_KEEP. (A VLAN device as IIF or output has frames of its VLAN, without
 * the tag.)
 *
 * An output that changes addresses mends the checksums of UDP, TCP, UDP-Lite,
 * DCCP and ICMPv6, which cover them. ICMP, IPv4 and IPv6 in IP, GRE, L2TP,
 * MPLS, Ethernet in IP, RSVP, SCTP and PGM have none that does. Packets of
 * other protocols, ESP and AH among them, and those with a home address option
 * are not sent by such an output: it counts "malformed". GSO super-packets of
 * other protocols than UDP are not sent by any: "superpacket".
 *
 * Rules that feed themselves
 * --------------------------
 * An output leads to a rule that takes what it sends and receives it on the
 * device it is sent to (whoever is behind that may send it back) or at the other
 * end of that device, if it is one of a veth pair, in any network namespace. An
 * output that leads back to its own rule, at once or by way of other rules, may
 * multiply packets without end, unless an output on the way decrements the TTL.
 * Such an output has MCR_OUTPUT_A_FEEDS, and MCR_TTL_AUTO then means MCR_TTL_DEC.
 * Of each cycle of rules one output at least decrements then, mostly one of the
 * rule that came last, unless they all state otherwise. A command that closes a
 * cycle is carried out, with a warning (see General) that names the rule of
 * MCR_OUTPUT_A_FEEDS; of a transaction, the commit has it. Where MCR_TTL_KEEP, or
 * MCR_TTL_SET anywhere in the cycle, keeps packets going, the warning says so.
 * Disabled rules, and outputs that wait for their device, lead nowhere. Where
 * very many rules may be led to, an output is taken to lead back. Whether an
 * output has MCR_OUTPUT_A_FEEDS may change with other rules and devices; that
 * alone is not notified.
 *
 * Commands
 * --------
 * MCR_CMD_RULE_NEW     Create a rule, or replace the rule of the same match.
 *   MCR_A_RULE           the rule: IIF, GROUP and what else is not default
 *   MCR_A_OUTPUT ...     one for each output, at least one; their ids are
 *                        assigned by the server in the order given
 *   MCR_A_TXN            optional: stage into this transaction
 *   flags: NLM_F_CREATE makes a new rule; if there is one with the same match
 *   already: EEXIST. NLM_F_REPLACE changes that one in place: id and counters
 *   stay, outputs that are the same in device and rewrites keep theirs; if
 *   there is none: ENOENT. Both together replace or create. NLM_F_EXCL says
 *   nothing more than NLM_F_CREATE alone; with NLM_F_REPLACE it would mean a
 *   dump. With NLM_F_ECHO the reply, of this command as all replies are of
 *   the one sent, is the rule as MCR_CMD_RULE_GET shows it once its group is
 *   joined, or could not be. Notifications of all changes up to the reply's
 *   generation have been sent before it.
 *   A new rule, unless disabled, that takes packets from a rule that comes
 *   later in the order above is put in force with a warning (see General) that
 *   names one such rule. Where there are thousands of rules to look at for
 *   that, not all are looked at.
 *
 * MCR_CMD_RULE_SET     Change what is not part of a rule's match.
 *   MCR_A_RULE           REF and MCR_RULE_A_DISABLED
 *   MCR_A_TXN            optional
 *
 * MCR_CMD_RULE_DEL     Delete a rule.
 *   MCR_A_RULE           REF
 *   MCR_A_TXN            optional
 *
 * MCR_CMD_RULE_GET     do: one rule by MCR_A_RULE (REF).
 *                      dump: all, or those that MCR_A_FILTER matches.
 *   Replies, in the order of rule ids, several for a rule with many outputs:
 *   MCR_A_RULE           the rule, with its state and counters
 *   MCR_A_OUTPUT ...     its outputs, with state and counters
 *   MCR_A_MORE           (flag) the outputs of this rule go on in the next
 *                        message, whose MCR_A_RULE holds only the id
 *   MCR_A_GENERATION     of the rule set
 *   A dump that met a change of the set carries NLM_F_DUMP_INTR.
 *
 * MCR_CMD_RULE_FLUSH   Delete all rules, or those that MCR_A_FILTER matches.
 *   MCR_A_FILTER         optional
 *   MCR_A_TXN            optional
 *   Reply: MCR_A_COUNT.
 *
 * MCR_A_FILTER holds any of MCR_RULE_A_NAME, IIF, GROUP and GROUP_LEN, SRC and
 * SRC_LEN, PROTO, DPORT_MIN and DPORT_MAX, VLAN, MODE, JOIN, PLANE, LATENCY,
 * DISABLED; a rule is meant when each attribute given equals the rule's own.
 * Beside it, one MCR_A_OUTPUT with only MCR_OUTPUT_A_DEV selects the rules that
 * send to that device.
 *
 * MCR_CMD_OUTPUT_ADD   Add an output to a rule.
 *   MCR_A_RULE           REF
 *   MCR_A_OUTPUT         the output, exactly one
 *   MCR_A_TXN            optional
 *
 * MCR_CMD_OUTPUT_DEL   Take an output out of a rule. The last one stays:
 *                      delete the rule instead.
 *   MCR_A_RULE           REF
 *   MCR_A_OUTPUT         either MCR_OUTPUT_A_ID alone, or the output spelled
 *                        as it was added
 *   MCR_A_TXN            optional
 *
 * MCR_CMD_TXN_BEGIN    Open a transaction that starts from the rules in force.
 *   Reply: MCR_A_TXN, MCR_A_GENERATION (the base). Where the reply finds no room
 *   in the socket none is opened: ENOBUFS.
 * MCR_CMD_TXN_COMMIT   Put its rules in force in one step.
 *   MCR_A_TXN
 * MCR_CMD_TXN_ABORT    Forget it.
 *   MCR_A_TXN
 *   See "Transactions" below.
 *
 * MCR_CMD_STATS_RESET  Zero the counters of one rule or of all. Those of the
 *                      relay's workers go on.
 *   MCR_A_RULE           optional: REF
 *
 * MCR_CMD_EXPLAIN      Which rule takes this packet, and if none, why.
 *   MCR_A_PACKET         the packet
 *   Reply: MCR_A_VERDICT.
 *
 * MCR_CMD_STATUS_GET   Who serves, and how much of what.
 *   Reply: MCR_A_STATUS, MCR_A_GENERATION.
 *
 * MCR_CMD_INGRESS_GET  dump: the devices that rules receive from.
 *   Replies: MCR_A_INGRESS, MCR_A_GENERATION.
 *
 * Transactions
 * ------------
 * A command with MCR_A_TXN is staged: carried out on the rules as the
 * transaction will leave them, and in force only after MCR_CMD_TXN_COMMIT.
 * - It is checked as if what was staged before it were in force, and refused
 *   for the same reasons. A refused one leaves the transaction as it was.
 * - REF names rules as they are staged. A new rule has its id at once; with
 *   NLM_F_ECHO the reply is MCR_A_RULE with that id alone, and MCR_A_GENERATION
 *   (the base).
 * - A rule that is deleted (or flushed) and added again with the same match is
 *   replaced: id and counters stay. So do those of outputs that are the same.
 * - Names are unique all the time: for two rules to swap theirs, one of them is
 *   staged without a name first.
 * - A rule that ends up as it was is no change. If no rule changes, the
 *   generation does not move, else it moves by one step.
 * - Each packet is treated as the rules were, or as they are to be. What does
 *   not change is not touched.
 * - If the generation has moved since MCR_CMD_TXN_BEGIN, staging and committing
 *   are refused with EAGAIN: abort it and begin again.
 * - A commit can still be refused: for the number of masks, for want of memory,
 *   or because of a device. It has changed nothing then, and the transaction is
 *   still open; the id in NLMSGERR_ATTR_COOKIE is that of the rule at fault.
 * - A rule is put in front of a wider one with a warning when it is staged, if
 *   the wider one is in force and not staged to go. Rules that are both staged
 *   are not compared.
 * - Rules by which there are going to be more than there were count towards the
 *   limits of rules from the moment they are staged.
 * - A transaction belongs to the socket that began it: only that one stages and
 *   commits (others: EPERM). All who may change rules may abort it. Closing the
 *   socket aborts it, and so do 60 seconds without a message for it. At most
 *   MCR_TXNS_MAX are open in a namespace (ENOSPC).
 *
 * Notifications, on multicast group "notify"
 * ------------------------------------------
 * MCR_CMD_RULE_NTF        A rule was created (flag NLM_F_CREATE) or changed
 *                         (NLM_F_REPLACE): as MCR_CMD_RULE_GET shows it,
 *                         without counters. That the same command bound its
 *                         outputs or changed its membership is not told again.
 *   MCR_A_RULE, MCR_A_OUTPUT ..., MCR_A_MORE
 * MCR_CMD_RULE_DEL_NTF    A rule is gone.
 *   MCR_A_RULE              ID, and NAME if it had one
 * MCR_CMD_INGRESS_NTF     A device that rules receive from came, went, or its
 *                         hook was set or taken away.
 *   MCR_A_INGRESS           DEV, IFINDEX and HOOKED
 * MCR_CMD_OUTPUT_NTF      An output was bound to its device or lost it; or,
 *                         where there are DROPS, it dropped for these reasons
 *                         for the first time since it is there or its counters
 *                         were reset.
 *   MCR_A_RULE              ID, and NAME if it has one
 *   MCR_A_OUTPUT            ID, DEV and IFINDEX; DROPS with the reasons that
 *                           are new, and how often by now
 * MCR_CMD_MEMBER_NTF      The membership of a rule changed.
 *   MCR_A_RULE              ID, NAME if it has one, MEMBERSHIP and
 *                           MEMBERSHIP_ERROR
 * MCR_CMD_GENERATION_NTF  One command or one device changed more than
 *                         MCR_NTF_SINGLE_MAX rules or outputs, or more dropped
 *                         for the first time at once: dump again. It stands
 *                         for all the single events.
 * All carry MCR_A_GENERATION, and come in the order of the changes in their
 * namespace; no other namespace hears of them. Listening is open to all.
 *
 * The generation moves with what rules say, not with devices, memberships and
 * drops: a transaction is not undone by a cable. An event tells how something
 * is now, not what is different, so that it may be told twice. To follow the
 * rules: join the group, dump, then take all events but those about rules
 * whose generation is that of the dump or older. Whoever reads too slowly, or
 * whom the server has no memory to tell, gets ENOBUFS from the socket: read
 * until it is empty, and dump again.
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
 * @MCR_CMD_RULE_NEW: see above
 * @MCR_CMD_RULE_SET: see above
 * @MCR_CMD_RULE_DEL: see above
 * @MCR_CMD_RULE_GET: see above
 * @MCR_CMD_RULE_FLUSH: see above
 * @MCR_CMD_OUTPUT_ADD: see above
 * @MCR_CMD_OUTPUT_DEL: see above
 * @MCR_CMD_TXN_BEGIN: see above
 * @MCR_CMD_TXN_COMMIT: see above
 * @MCR_CMD_TXN_ABORT: see above
 * @MCR_CMD_STATS_RESET: see above
 * @MCR_CMD_EXPLAIN: see above
 * @MCR_CMD_STATUS_GET: see above
 * @MCR_CMD_INGRESS_GET: see above
 * @MCR_CMD_RULE_NTF: see above
 * @MCR_CMD_RULE_DEL_NTF: see above
 * @MCR_CMD_INGRESS_NTF: see above
 * @MCR_CMD_OUTPUT_NTF: see above
 * @MCR_CMD_MEMBER_NTF: see above
 * @MCR_CMD_GENERATION_NTF: see above
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

	/* private: */
	__MCR_STATUS_A_MAX,
	MCR_STATUS_A_MAX = __MCR_STATUS_A_MAX - 1
};

/**
 * enum mcr_worker_loop - how a worker receives and sends
 * @MCR_WORKER_LOOP_UNKNOWN: it has not said yet
 * @MCR_WORKER_LOOP_URING: io_uring
 * @MCR_WORKER_LOOP_MMSG: recvmmsg() and sendmmsg()
 */
enum mcr_worker_loop {
	MCR_WORKER_LOOP_UNKNOWN,
	MCR_WORKER_LOOP_URING,
	MCR_WORKER_LOOP_MMSG,
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

	/* private: */
	__MCR_INGRESS_A_MAX,
	MCR_INGRESS_A_MAX = __MCR_INGRESS_A_MAX - 1
};

#endif /* _UAPI_LINUX_MCR_H */
