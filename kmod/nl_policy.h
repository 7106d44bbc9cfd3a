/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which attributes the server takes, and what each may hold.
 */
#ifndef MCR_NL_POLICY_H
#define MCR_NL_POLICY_H

#include <net/netlink.h>
#include <linux/mcr.h>

/*
 * The one policy of all commands. It answers for types, lengths and simple
 * limits, inside the nests, too; which attributes a command takes and how they
 * go together is for the command to say.
 */
extern const struct nla_policy mcr_nl_policy[MCR_A_MAX + 1];

#endif /* MCR_NL_POLICY_H */
