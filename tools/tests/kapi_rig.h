/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A relay without workers and sockets, for tests: what it would send is kept.
 */
#ifndef MCR_TESTS_KAPI_RIG_H
#define MCR_TESTS_KAPI_RIG_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <net/genetlink.h>

#include "../kapi/kapi.h"
#include "table.h"

#define RIG_GROUP	0x11U	/* of the family's notifications */
#define RIG_PEER	7U	/* who may change rules */
#define RIG_OTHER	8U	/* another who may */
#define RIG_READER	9U	/* who may not */

/**
 * struct rig_said - a datagram that was sent
 * @to: a peer or a group
 * @group: it is a group
 * @len: bytes of @data
 * @data: the datagram
 */
struct rig_said {
	uint32_t to;
	bool group;
	size_t len;
	unsigned char *data;
};

/**
 * struct rig - what happened
 * @said: datagrams, in order
 * @n_said: how many
 * @deaf: nobody listens to notifications
 * @releases: how often RTNL was let go of
 * @rules: mcr_plane_rule()
 * @rules_gone: mcr_plane_rule_gone()
 * @no_consume: why mcr_plane_consume() says that it is not possible; NULL: it is
 * @hooks: devices that are hooked
 * @allmulti: devices in allmulti
 * @no_hook: the next hook fails
 * @missed: mcr_plane_missed()
 * @filtered: mcr_plane_filtered()
 * @has_filter: mcr_plane_has_filter()
 */
struct rig {
	struct rig_said *said;
	size_t n_said;
	bool deaf;
	unsigned int releases;
	unsigned int rules;
	unsigned int rules_gone;
	const char *no_consume;
	int hooks;
	int allmulti;
	bool no_hook;
	uint64_t missed;
	uint64_t filtered;
	bool has_filter;
};

extern struct rig rig;

int rig_setup(void **state);
int rig_teardown(void **state);
void rig_forget(void);
struct mcr_net *rig_net(void);

void rig_link(int ifindex, const char *name, uint32_t flags);
void rig_link_veth(int ifindex, const char *name, int peer);
const struct nlmsghdr *rig_message(size_t said, size_t n);
size_t rig_count(int cmd);

#endif /* MCR_TESTS_KAPI_RIG_H */
