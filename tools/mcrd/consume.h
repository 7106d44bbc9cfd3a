/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Rules that consume: what they take is kept from the host's own stack.
 *
 * The relay has its packets from packet sockets, which see a copy; the stack goes
 * on with the frame. An nftables table of the daemon's own drops it, behind the
 * chains of others at priority 0, on the devices that need it. The table is owned
 * by the socket it was made with: it is gone when the daemon is, whatever becomes
 * of that.
 *
 * What is dropped is what a rule takes that consumes. It differs from that where
 * nftables cannot look as kmod/match.c does:
 *
 * - Packets with broken headers that the stack drops anyway are dropped here, if
 *   a rule would take them otherwise. Raw sockets do not see them.
 * - IPv6 packets with more than 8 extension headers, or with a second routing
 *   header that is still to be followed, are UDP here, if there is UDP behind.
 * - On devices other than Ethernet and loopback, what the host loops back to
 *   itself is dropped as if it had been received.
 *
 * Single-threaded. A change of rules is carried out in two steps, see
 * mcrd_consume_commit().
 */
#ifndef MCRD_CONSUME_H
#define MCRD_CONSUME_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

#include "rule.h"

struct mcrd_consume;

/**
 * enum mcrd_consume_step - the two steps of a change
 * @MCRD_CONSUME_LESS: before workers are told: what is consumed no more reaches
 *	the stack again. Nothing is dropped that was not dropped before
 * @MCRD_CONSUME_MORE: when all workers have answered: what is consumed now is
 *	dropped
 */
enum mcrd_consume_step {
	MCRD_CONSUME_LESS,
	MCRD_CONSUME_MORE,
};

struct mcrd_consume *mcrd_consume_init(void);
void mcrd_consume_exit(struct mcrd_consume *c);
int mcrd_consume_check(struct mcrd_consume *c, char *why, size_t size);
int mcrd_consume_rule(struct mcrd_consume *c, __u32 id, const char *iif,
		      __u32 ifindex, const struct mcr_match *m, bool consume);
void mcrd_consume_device(struct mcrd_consume *c, const char *name,
			 __u32 ifindex);
void mcrd_consume_rule_gone(struct mcrd_consume *c, __u32 id);
int mcrd_consume_commit(struct mcrd_consume *c, enum mcrd_consume_step step,
			char *why, size_t size);

#endif /* MCRD_CONSUME_H */
