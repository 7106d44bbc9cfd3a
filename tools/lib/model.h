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
 * @ifindex: of the ingress device; 0: waiting for it
 * @membership_error: errno of a failed join
 * @membership: of enum mcr_membership
 * @seen: it matched a packet since it is there; @last_seen is valid
 * @last_seen: milliseconds since the last match
 * @packets: packets matched
 * @bytes: L3 bytes matched
 * @outputs: array of its outputs; freed by mcr_rule_free()
 * @n_outputs: how many
 * @room: how many the array has room for
 */
struct mcr_rule {
	struct mcr_rule_spec spec;
	char name[MCR_NAME_MAX + 1];
	char comment[MCR_COMMENT_MAX + 1];
	__u32 id;
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
 * struct mcr_status - the server
 * @plane: of enum mcr_plane, who answers
 * @redirect: of enum mcr_plane, whom to ask instead; 0: nobody
 * @version: its version
 * @rules: rules in this namespace
 * @outputs: their outputs
 * @joins: memberships held for them
 * @rules_max: how many rules there may be
 * @txns: open transactions
 * @generation: of the rule set
 */
struct mcr_status {
	__u8 plane;
	__u8 redirect;
	char version[64];
	__u32 rules;
	__u32 outputs;
	__u32 joins;
	__u32 rules_max;
	__u32 txns;
	__u32 generation;
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
	__u64 seen;
	__u64 not_matched;
	__u64 malformed;
	__u64 missed;
	struct mcr_flow unmatched[MCR_INGRESS_UNMATCHED];
	unsigned int n_unmatched;
};

void mcr_rule_init(struct mcr_rule *rule);
void mcr_rule_free(struct mcr_rule *rule);
struct mcr_output *mcr_rule_add_output(struct mcr_rule *rule);

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

const char *mcr_enum_name(const char *const *names, unsigned int value);

#endif /* MCR_MODEL_H */
