/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which packets of a rule a server carries out, where there are two of them.
 *
 * Pure, and the same in the module and in the relay's workers: what one of the
 * two leaves alone the other carries out.
 */
#ifndef MCR_CARRY_H
#define MCR_CARRY_H

#include <linux/types.h>

/**
 * enum mcr_carry - whose are the packets of a rule?
 * @MCR_CARRY_HERE: this server's
 * @MCR_CARRY_AWAY: the other one's
 * @MCR_CARRY_UNTIL: this one's, if they were received before an instant
 * @MCR_CARRY_FROM: this one's, if they were received then or later
 */
enum mcr_carry {
	MCR_CARRY_HERE,
	MCR_CARRY_AWAY,
	MCR_CARRY_UNTIL,
	MCR_CARRY_FROM,
};

/**
 * mcr_carries - is a packet this server's to carry out?
 * @carry: of enum mcr_carry
 * @since: the instant, ns of CLOCK_REALTIME
 * @stamp: when the packet was received, ns of CLOCK_REALTIME
 *
 * Return: true if so; false if it is to be left alone.
 */
static inline bool mcr_carries(__u8 carry, __u64 since, __u64 stamp)
{
	if (carry == MCR_CARRY_UNTIL)
		return stamp < since;
	if (carry == MCR_CARRY_FROM)
		return stamp >= since;
	return carry == MCR_CARRY_HERE;
}

/**
 * mcr_carry_moves - is a rule on its way from one server to the other?
 * @carry: of enum mcr_carry
 *
 * Return: true if it depends on the packet whose it is.
 */
static inline bool mcr_carry_moves(__u8 carry)
{
	return carry >= MCR_CARRY_UNTIL;
}

/**
 * mcr_carry_settled - whose packets are once it does not depend on them any more
 * @carry: of enum mcr_carry
 *
 * Return: MCR_CARRY_HERE or MCR_CARRY_AWAY.
 */
static inline __u8 mcr_carry_settled(__u8 carry)
{
	if (carry == MCR_CARRY_UNTIL)
		return MCR_CARRY_AWAY;
	return carry == MCR_CARRY_FROM ? MCR_CARRY_HERE : carry;
}

#endif /* MCR_CARRY_H */
