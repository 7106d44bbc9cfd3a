/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A table of rules without a network: devices, hooks and memberships are only
 * counted, and can be made to fail.
 */
#ifndef MCR_TESTS_CHANGE_RIG_H
#define MCR_TESTS_CHANGE_RIG_H

#include <kunit/test.h>

#include "change.h"
#include "hook.h"
#include "port.h"
#include "vectors.h"

struct mcr_output;

/**
 * struct mcr_account - what a table holds; compared before and after
 * @rules: rules
 * @outputs: their outputs
 * @generation: of the set
 * @ports: device names in use
 * @port_users: who uses them
 * @ingresses: ingress devices
 * @hooks: of which are hooked
 * @members: rules whose traffic is called for
 */
struct mcr_account {
	u32 rules;
	u32 outputs;
	u32 generation;
	u32 ports;
	u32 port_users;
	u32 ingresses;
	u32 hooks;
	u32 members;
};

/**
 * struct mcr_table_rig - a table and its surroundings
 * @test: that it is for
 * @mn: the table
 * @dev: the device behind each of the names "eth0", "eth1", ...
 * @tunnel: the device behind the name "tun0"; not Ethernet
 * @ports: struct mcr_port in use
 * @account: as far as it is the surroundings'
 * @hook_error: what hooking a device returns
 * @locked: the case runs, or has been aborted
 */
struct mcr_table_rig {
	struct kunit *test;
	struct mcr_net *mn;
	struct net_device *dev;
	struct net_device *tunnel;
	struct hlist_head ports;
	struct mcr_account account;
	int hook_error;
	bool locked;
};

int mcr_table_rig_init(struct kunit *test);
void mcr_table_rig_exit(struct kunit *test);
void mcr_table_rig_run(struct kunit *test, void (*run)(struct kunit *test));
void mcr_table_rig_account(struct mcr_table_rig *rig, struct mcr_account *a);
void mcr_table_rig_expect(struct mcr_table_rig *rig,
			  const struct mcr_account *want);
void mcr_table_rig_check(struct mcr_table_rig *rig);
void mcr_table_rig_drop(struct mcr_table_rig *rig, struct mcr_output *out,
			enum mcr_drop reason, u32 n);
struct mcr_rule *mcr_table_rig_find(struct mcr_table_rig *rig,
				    const struct mcr_rule_spec *spec,
				    const struct mcr_flow *f);

/* The head of a case, which has the table locked. */
#define MCR_TABLE_TEST(name)						\
static void name##_locked(struct kunit *test);				\
static void name(struct kunit *test)					\
{									\
	mcr_table_rig_run(test, name##_locked);				\
}									\
static void name##_locked(struct kunit *test)

/* A struct mcr_request: match, array of outputs, and what else is given. */
#define TV_REQUEST(m, list, ...) {					\
	.spec = { .iif = "eth0", .match = m },				\
	.outputs = list,						\
	.n_outputs = sizeof(list) / sizeof(struct mcr_output_spec),	\
	__VA_ARGS__							\
}

#endif /* MCR_TESTS_CHANGE_RIG_H */
