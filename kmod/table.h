/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The rules of a network namespace.
 */
#ifndef MCR_TABLE_H
#define MCR_TABLE_H

#include <linux/mutex.h>
#include <linux/rhashtable.h>
#include <linux/rtnetlink.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include "drop_queue.h"
#include "lookup.h"
#include "rule.h"

struct mcr_fanout;
struct mcr_group;
struct mcr_joins;
struct mcr_name;
struct mcr_port;
struct mcr_quota;
struct mcr_hop;
struct mcr_txn;

/*
 * Outputs and classes of rules that loop.c looks at for one command. All other
 * changes wait for it.
 */
#define MCR_VISITS_MAX	262144U

/* log2 of the buckets that ports are found in, by name */
#define MCR_PORTS_BITS	6

/**
 * struct mcr_net - what a network namespace has
 * @net: the namespace
 * @lock: guards all of this and all that hangs off it
 * @rules: struct mcr_rule by id
 * @next_id: where the search for the next id begins
 * @by_match: the same by ingress device and match
 * @by_name: struct mcr_name of those that have one
 * @joins: memberships; join.c's
 * @ports: struct mcr_port by name
 * @feeding: of struct mcr_rule.feeding: rules that feed themselves; guarded by
 *	RTNL alone
 * @visits: how much loop.c may still look at; likewise
 * @generation: moves with every change of the rule set
 * @n_rules: number of rules
 * @n_outputs: number of their outputs
 * @n_joins: number of memberships held for them, each counted once
 * @quota: what the user namespace allows; NULL: no more than everybody
 * @event_muted: between mcr_event_begin() and mcr_event_end(): single events
 *	are not told
 * @first: first drops that are to be told
 * @n_staged: number of rules by which open transactions are going to have more
 * @txns: the open transactions, NULL between them; read under either lock,
 *	written under both
 * @txn_lock: guards @txns and mcr_txn.closed, for those who may not sleep
 * @txn_work: looks after transactions that were left alone
 * @next_txn: where the search for the next transaction's id begins
 * @move_work: looks whether rules that move have settled
 * @moving: it does: there may be some
 *
 * DOC: Locking
 *
 * Changes of rules take RTNL, then @lock (mcr_table_lock()). Device notifiers
 * come with RTNL held and take @lock. Dumps take @lock alone. The packet path
 * takes neither: what it reaches is published with rcu_assign_pointer() and
 * freed after a grace period. Inside @lock are taken: the lock of event.c, that
 * of @first, and those of the functions called: nf_hook_mutex, the hash tables',
 * igmp's and mld's, and those of the sockets that hold memberships. join.c's work
 * item takes @lock alone and lets go of it to join and leave, which takes RTNL.
 */
struct mcr_net {
	struct net *net;
	/* Rules and ports; see Locking above. */
	struct mutex lock;
	struct xarray rules;
	u32 next_id;
	struct rhashtable by_match;
	struct rhashtable by_name;
	struct mcr_joins *joins;
	struct hlist_head ports[1 << MCR_PORTS_BITS];
	struct list_head feeding;
	unsigned int visits;
	u32 generation;
	u32 n_rules;
	u32 n_outputs;
	u32 n_joins;
	struct mcr_quota *quota;
	bool event_muted;
	struct mcr_drop_queue first;
	u32 n_staged;
	struct mcr_txn *txns[MCR_TXNS_MAX];
	/* Not to wait for commands. */
	spinlock_t txn_lock;
	struct delayed_work txn_work;
	u32 next_txn;
	struct delayed_work move_work;
	bool moving;
};

/**
 * struct mcr_name - the name of a rule
 * @node: in mcr_net.by_name
 * @rule: whose name it is
 * @text: the name, NUL-padded
 * @rcu: for kfree_rcu()
 */
struct mcr_name {
	struct rhash_head node;
	struct mcr_rule *rule;
	char text[MCR_NAME_MAX + 1];
	struct rcu_head rcu;
};

/**
 * struct mcr_rule - a rule in force
 * @fanout: its outputs
 * @entry: its match; in the classifier of @iif unless disabled
 * @iif: the ingress device; holds a user
 * @iif_node: in mcr_ingress.list of @iif
 * @join_node: in mcr_group.rules of @joining; in mcr_joins.waiting; or empty
 * @joining: the membership it wants; NULL: none, or there was no room for it
 * @match_node: in mcr_net.by_match
 * @feeding: in mcr_net.feeding, if an output feeds it; guarded by RTNL alone
 * @hop: loop.c's, for as long as it walks through the rules; guarded likewise
 * @name: owned; NULL: none
 * @comment: owned; NULL: none
 * @id: of the rule
 * @next_output: id of the next output
 * @join: of enum mcr_join
 * @plane: of enum mcr_plane
 * @latency: of enum mcr_latency
 * @disabled: takes no packet
 * @vlan_held: its device was told to let its VLAN in
 * @membership: of enum mcr_membership
 * @membership_error: a positive errno, if that is MCR_MEMBERSHIP_FAILED
 * @told_membership: @membership, as listeners know it
 * @told_membership_error: @membership_error, likewise
 * @rcu: for call_rcu()
 *
 * Everything but @entry, @fanout, @feeding and @hop is read and written under
 * mcr_net.lock, and written under RTNL.
 * Once unlinked, a rule is freed after a grace period, with its fan-out,
 * counters and outputs.
 */
struct mcr_rule {
	struct mcr_fanout __rcu *fanout;
	struct mcr_entry entry;
	struct mcr_port *iif;
	struct list_head iif_node;
	struct list_head join_node;
	struct mcr_group *joining;
	struct rhash_head match_node;
	struct list_head feeding;
	struct mcr_hop *hop;
	struct mcr_name *name;
	char *comment;
	u32 id;
	u32 next_output;
	u8 join;
	u8 plane;
	u8 latency;
	bool disabled;
	bool vlan_held;
	u8 membership;
	u16 membership_error;
	u8 told_membership;
	u16 told_membership_error;
	struct rcu_head rcu;
};

/**
 * enum mcr_refusal - why the table refuses a change
 * @MCR_REFUSED_NOT: it does not
 * @MCR_REFUSED_TWIN: a rule has this match
 * @MCR_REFUSED_NAME: a rule has this name
 * @MCR_REFUSED_NO_RULE: there is no such rule
 * @MCR_REFUSED_NO_OUTPUT: the rule has no such output
 * @MCR_REFUSED_DEV_TYPE: the egress device is not Ethernet
 * @MCR_REFUSED_SAME_OUTPUT: two outputs do the same
 * @MCR_REFUSED_LAST_OUTPUT: a rule has at least one output
 * @MCR_REFUSED_OUTPUTS: too many outputs
 * @MCR_REFUSED_RULES: too many rules in the network namespace
 * @MCR_REFUSED_USERNS: too many rules in the user namespace
 * @MCR_REFUSED_MASKS: too many masks on the ingress device
 * @MCR_REFUSED_HOOK: the ingress hook could not be set
 * @MCR_REFUSED_MOVING: the rule is on its way from one plane to the other
 * @MCR_REFUSED_MEMORY: no memory
 */
enum mcr_refusal {
	MCR_REFUSED_NOT,
	MCR_REFUSED_TWIN,
	MCR_REFUSED_NAME,
	MCR_REFUSED_NO_RULE,
	MCR_REFUSED_NO_OUTPUT,
	MCR_REFUSED_DEV_TYPE,
	MCR_REFUSED_SAME_OUTPUT,
	MCR_REFUSED_LAST_OUTPUT,
	MCR_REFUSED_OUTPUTS,
	MCR_REFUSED_RULES,
	MCR_REFUSED_USERNS,
	MCR_REFUSED_MASKS,
	MCR_REFUSED_HOOK,
	MCR_REFUSED_MOVING,
	MCR_REFUSED_MEMORY,
};

/**
 * struct mcr_error - what is to be said of a change, mostly of a refused one
 * @why: the reason
 * @rule: id of the rule that stands in the way, if one does
 * @output: index of the output at fault in the request, if one is
 * @shadows: of a change that is not refused: id of a wider rule that the new
 *	one takes packets from; 0: none
 * @feeds: likewise: id of a rule that receives what an output of this one sends,
 *	so that it comes back; 0: none
 * @endless: of @feeds: the output states a TTL that does not end it
 * @assumed: of @feeds: there were too many rules to find out
 */
struct mcr_error {
	enum mcr_refusal why;
	u32 rule;
	u32 output;
	u32 shadows;
	u32 feeds;
	bool endless;
	bool assumed;
};

/**
 * struct mcr_request - a rule to be
 * @spec: the rule, checked
 * @name: NULL: none
 * @comment: NULL: none
 * @outputs: @n_outputs outputs, checked
 * @n_outputs: 1 to MCR_OUTPUTS_MAX
 * @output_ids: of those of @outputs that the rule has not yet; NULL: to be found
 * @next_output: id of the next output, with @output_ids
 */
struct mcr_request {
	struct mcr_rule_spec spec;
	const char *name;
	const char *comment;
	const struct mcr_output_spec *outputs;
	u32 n_outputs;
	const u32 *output_ids;
	u32 next_output;
};

/**
 * struct mcr_rule_set - what of a rule is to change, beside its match and its outputs
 * @has_disabled: @disabled is
 * @disabled: it shall take no packets
 * @has_plane: @plane is
 * @plane: of enum mcr_plane
 */
struct mcr_rule_set {
	bool has_disabled;
	bool disabled;
	bool has_plane;
	u8 plane;
};

int mcr_table_init(struct mcr_net *mn, struct net *net);
void mcr_table_exit(struct mcr_net *mn);

void mcr_table_lock(struct mcr_net *mn);
void mcr_table_unlock(struct mcr_net *mn);
void mcr_table_read_lock(struct mcr_net *mn);
void mcr_table_read_unlock(struct mcr_net *mn);

struct mcr_rule *mcr_table_by_id(struct mcr_net *mn, u32 id);
struct mcr_rule *mcr_table_by_name(struct mcr_net *mn, const char *name);
struct mcr_rule *mcr_table_by_match(struct mcr_net *mn,
				    const struct mcr_rule_spec *spec);
struct mcr_fanout *mcr_rule_fanout(struct mcr_net *mn,
				   const struct mcr_rule *rule);
void mcr_rule_spec(struct mcr_net *mn, const struct mcr_rule *rule,
		   struct mcr_rule_spec *spec);
bool mcr_rule_sends_to(struct mcr_net *mn, const struct mcr_rule *rule,
		       const char *dev);

/* For change.c and commit.c, under mcr_table_lock(). */
u32 mcr_match_hash(const struct mcr_match *m, u32 seed);
bool mcr_table_reserve(struct mcr_net *mn, u32 *id);
void mcr_table_release(struct mcr_net *mn, u32 id);
bool mcr_table_link(struct mcr_net *mn, struct mcr_rule *rule,
		    const char *name, struct mcr_error *error);
void mcr_table_unlink(struct mcr_net *mn, struct mcr_rule *rule);
bool mcr_table_name_free(struct mcr_net *mn, const struct mcr_rule *rule,
			 const char *text, struct mcr_error *error);
bool mcr_table_name(struct mcr_net *mn, struct mcr_rule *rule,
		    const char *text, struct mcr_name **name,
		    struct mcr_error *error);
void mcr_table_unname(struct mcr_net *mn, struct mcr_name *name);
void mcr_table_changed(struct mcr_net *mn);

#endif /* MCR_TABLE_H */
