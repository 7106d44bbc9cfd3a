/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A server in this process, in place of a connection to one: rules, a
 * transaction, and others who come in between.
 */
#ifndef MCR_TESTS_FAKE_H
#define MCR_TESTS_FAKE_H

#include "../lib/client.h"

#define FAKE_RULES_MAX	2000

/* When others change the rules, so that the generation moves. */
enum fake_moment {
	FAKE_NEVER,
	FAKE_BEFORE_DUMP,
	FAKE_IN_DUMP,
	FAKE_BEFORE_STAGE,
	FAKE_BEFORE_COMMIT,
};

struct fake_rules {
	struct mcr_rule rules[FAKE_RULES_MAX];
	unsigned int count;
};

struct mcr_client {
	struct fake_rules in_force;
	struct fake_rules staged;
	__u32 generation;
	__u32 next_id;
	__u32 txn;		/* 0: none is open */
	__u32 base;
	enum fake_moment moment;
	unsigned int disturbances;	/* how often still */
	unsigned int refuse;	/* the n-th message that is staged, from 1 */
	unsigned int warn;	/* likewise */
	unsigned int hang_up;	/* likewise */
	const char *refusal;
	unsigned int inner;	/* attribute it is about */
	unsigned int begun, staged_messages, committed, aborted, largest_batch;
};

struct mcr_client *fake_new(void);
void fake_free(struct mcr_client *fake);
struct mcr_rule *fake_rule(struct mcr_client *fake, const char *name);

#endif /* MCR_TESTS_FAKE_H */
