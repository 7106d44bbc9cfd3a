/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Rules as users and servers see them: what they say, what they are doing.
 */
#ifndef MCR_MODEL_H
#define MCR_MODEL_H

#include <stdbool.h>

#include "../../kmod/rule.h"

/**
 * struct mcr_output - an output
 * @spec: what it says
 * @id: its id in the rule; 0: none yet
 * @ifindex: of the egress device; 0: waiting for an Ethernet device
 * @offered: packets it should have sent
 * @sent: packets the egress device accepted
 * @sent_bytes: their L3 bytes
 * @drops: packets not sent, by enum mcr_drop
 * @feeds: id of a rule that receives what it sends, so that it comes back; 0:
 *	it does not
 */
struct mcr_output {
	struct mcr_output_spec spec;
	__u32 id;
	__u32 ifindex;
	__u64 offered;
	__u64 sent;
	__u64 sent_bytes;
	__u64 drops[MCR_DROP_MAX + 1];
	__u32 feeds;
};

/**
 * struct mcr_rule - a rule
 * @spec: what it says, its outputs aside
 * @name: its name; empty: none
 * @comment: its comment; empty: none
 * @id: its id; 0: none yet
 * @missing: of enum mcr_plane: its plane, if the server of that is known not to be
 *	there; 0: it is, or nobody knows
 * @ifindex: of the ingress device; 0: waiting for it
 * @membership_error: errno of a failed join
 * @membership: of enum mcr_membership
 * @seen: it matched a packet since it is there; @last_seen is valid
 * @last_seen: milliseconds since the last match
 * @packets: packets matched
 * @bytes: L3 bytes matched
 * @outputs: array of its outputs; freed by mcr_rule_release()
 * @n_outputs: how many
 * @room: how many the array has room for
 */
struct mcr_rule {
	struct mcr_rule_spec spec;
	char name[MCR_NAME_MAX + 1];
	char comment[MCR_COMMENT_MAX + 1];
	__u32 id;
	__u8 missing;
	__u32 ifindex;
	__u32 membership_error;
	__u8 membership;
	bool seen;
	__u64 last_seen;
	__u64 packets;
	__u64 bytes;
	struct mcr_output *outputs;
	unsigned int n_outputs;
	unsigned int room;
};

/**
 * struct mcr_worker - a worker of the relay
 * @id: its number, from 0 on
 * @pid: its process; 0: there is none right now
 * @loop: of enum mcr_worker_loop
 * @why: why that is not io_uring; empty: it is
 * @restarts: how often it was started anew
 * @buffers: receive buffers in its pool
 * @buffer_bytes: bytes of a frame that each takes
 * @buffers_used: buffers that hold a packet now
 * @buffers_peak: the most that ever did
 * @pool_hits: frames that a buffer was there for
 * @pool_exhausted: how often there was none
 * @receives: receive calls that brought frames
 * @wakeups: how often it waited and went on
 * @syscalls: system calls of its loop
 * @packets: packets received
 * @truncated: frames larger than a buffer
 * @lost_superpackets: super-packets that the kernel could not hand over
 * @receive_errors: receive calls that failed otherwise
 * @send_errors: sends that failed, by enum mcr_send_error
 * @latency: buckets as of latency.h
 * @latency_sum: ns, all times in @latency together
 */
struct mcr_worker {
	__u32 id;
	__u32 pid;
	__u8 loop;
	char why[128];
	__u32 restarts;
	__u32 buffers;
	__u32 buffer_bytes;
	__u32 buffers_used;
	__u32 buffers_peak;
	__u64 pool_hits;
	__u64 pool_exhausted;
	__u64 receives;
	__u64 wakeups;
	__u64 syscalls;
	__u64 packets;
	__u64 truncated;
	__u64 lost_superpackets;
	__u64 receive_errors;
	__u64 send_errors[MCR_SEND_ERROR_MAX + 1];
	__u64 latency[MCR_LATENCY_BUCKETS];
	__u64 latency_sum;
};

/**
 * struct mcr_status - the server
 * @plane: of enum mcr_plane, who answers
 * @redirect: of enum mcr_plane, whom to ask instead; 0: nobody
 * @authority: of enum mcr_authority
 * @waiting: rules that wait for the other server to carry them out
 * @version: its version
 * @rules: rules in this namespace
 * @outputs: their outputs
 * @joins: memberships held for them
 * @rules_max: how many rules there may be
 * @txns: open transactions
 * @generation: of the rule set
 * @workers: array of those who handle packets for the relay; freed by
 *	mcr_status_free()
 * @n_workers: how many
 */
struct mcr_status {
	__u8 plane;
	__u8 redirect;
	__u8 authority;
	__u32 waiting;
	char version[64];
	__u32 rules;
	__u32 outputs;
	__u32 joins;
	__u32 rules_max;
	__u32 txns;
	__u32 generation;
	struct mcr_worker *workers;
	unsigned int n_workers;
};

/* Flows of a device that no rule took: more than that are not kept. */
#define MCR_INGRESS_UNMATCHED	16

/**
 * struct mcr_ingress - a device that rules receive from
 * @dev: its name
 * @ifindex: 0: it is not there
 * @rules: rules that receive from it
 * @allmulti: of which hold it in allmulti
 * @hooked: its packets are looked at
 * @filtered: those that no rule takes are kept from the relay's workers
 * @seen: frames looked at
 * @not_matched: frames no rule took
 * @malformed: frames with broken headers
 * @missed: frames lost before the rules could see them
 * @unmatched: flows that no rule took, some of the last ones
 * @n_unmatched: how many
 */
struct mcr_ingress {
	char dev[MCR_DEV_MAX + 1];
	__u32 ifindex;
	__u32 rules;
	__u32 allmulti;
	bool hooked;
	bool filtered;
	__u64 seen;
	__u64 not_matched;
	__u64 malformed;
	__u64 missed;
	struct mcr_flow unmatched[MCR_INGRESS_UNMATCHED];
	unsigned int n_unmatched;
};

void mcr_rule_init(struct mcr_rule *rule);
void mcr_rule_release(struct mcr_rule *rule);
struct mcr_output *mcr_rule_add_output(struct mcr_rule *rule);

void mcr_status_free(struct mcr_status *status);
struct mcr_worker *mcr_status_add_worker(struct mcr_status *status);

bool mcr_rule_same(const struct mcr_rule *a, const struct mcr_rule *b);

const char *mcr_fault_text(enum mcr_fault fault);
unsigned int mcr_fault_attr(enum mcr_fault fault);

/*
 * Names of values, indexed by the value, as the text form and JSON spell them.
 * A NULL ends the list.
 */
extern const char *const mcr_mode_names[];
extern const char *const mcr_join_names[];
extern const char *const mcr_plane_names[];
extern const char *const mcr_latency_names[];
extern const char *const mcr_mac_names[];
extern const char *const mcr_mtu_names[];
extern const char *const mcr_membership_names[];
extern const char *const mcr_drop_names[MCR_DROP_MAX + 1];
extern const char *const mcr_worker_loop_names[];
extern const char *const mcr_send_error_names[MCR_SEND_ERROR_MAX + 1];

const char *mcr_enum_name(const char *const *names, unsigned int value);

const char *mcr_authority_name(const struct mcr_status *status);

#endif /* MCR_MODEL_H */
