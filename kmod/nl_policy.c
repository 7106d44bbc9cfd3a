// SPDX-License-Identifier: GPL-2.0
/*
 * Which attributes the server takes, and what each may hold; the counterpart of
 * the checks in Documentation/netlink/specs/mcr.yaml.
 *
 * struct nla_policy keeps its limits in s16, so a bound above 32767 that is not
 * the type's own has no place here. None of ours needs one.
 */
#include <linux/in.h>
#include <linux/in6.h>

#include "nl_policy.h"

/* NLA_BINARY, not a fixed size: the length says which family it is. */
#define MCR_POLICY_ADDR	\
	NLA_POLICY_RANGE(NLA_BINARY, sizeof(struct in_addr), \
			 sizeof(struct in6_addr))
#define MCR_POLICY_STRING(max)	{ .type = NLA_NUL_STRING, .len = (max) }
#define MCR_POLICY_PORT		NLA_POLICY_MIN(NLA_U16, 1)
#define MCR_POLICY_VLAN		NLA_POLICY_RANGE(NLA_U16, 1, 4094)
#define MCR_POLICY_ID		NLA_POLICY_MIN(NLA_U32, 1)
#define MCR_POLICY_ENUM(last)	NLA_POLICY_MAX(NLA_U8, last)

/* What only the server sends would be NLA_UNSPEC, refused without a reason. */
#define MCR_POLICY_REJECT(sentence)	\
	{ .type = NLA_REJECT, .reject_message = (sentence) }
#define MCR_POLICY_PAD		\
	MCR_POLICY_REJECT("padding is not an attribute: leave it out")

/* Rules are read with these attributes, and written without them. */
static const struct nla_policy mcr_nl_rule_policy[MCR_RULE_A_MAX + 1] = {
	[MCR_RULE_A_PAD]	= MCR_POLICY_PAD,
	[MCR_RULE_A_ID]		= MCR_POLICY_ID,
	[MCR_RULE_A_NAME]	= MCR_POLICY_STRING(MCR_NAME_MAX),
	[MCR_RULE_A_IIF]	= MCR_POLICY_STRING(MCR_DEV_MAX),
	[MCR_RULE_A_GROUP]	= MCR_POLICY_ADDR,
	[MCR_RULE_A_GROUP_LEN]	= NLA_POLICY_MAX(NLA_U8, 128),
	[MCR_RULE_A_SRC]	= MCR_POLICY_ADDR,
	[MCR_RULE_A_SRC_LEN]	= NLA_POLICY_RANGE(NLA_U8, 1, 128),
	[MCR_RULE_A_PROTO]	= MCR_POLICY_ENUM(MCR_PROTO_UDP),
	[MCR_RULE_A_DPORT_MIN]	= MCR_POLICY_PORT,
	[MCR_RULE_A_DPORT_MAX]	= MCR_POLICY_PORT,
	[MCR_RULE_A_VLAN]	= MCR_POLICY_VLAN,
	[MCR_RULE_A_MODE]	= MCR_POLICY_ENUM(MCR_MODE_CONSUME),
	[MCR_RULE_A_JOIN]	= MCR_POLICY_ENUM(MCR_JOIN_NONE),
	[MCR_RULE_A_PLANE]	= MCR_POLICY_ENUM(MCR_PLANE_RELAY),
	[MCR_RULE_A_LATENCY]	= MCR_POLICY_ENUM(MCR_LATENCY_LOW),
	[MCR_RULE_A_DISABLED]	= NLA_POLICY_MAX(NLA_U8, 1),
	[MCR_RULE_A_COMMENT]	= MCR_POLICY_STRING(MCR_COMMENT_MAX),
	[MCR_RULE_A_OUTPUTS]	=
		MCR_POLICY_REJECT("the number of outputs is counted, it cannot be set"),
	[MCR_RULE_A_IFINDEX]	=
		MCR_POLICY_REJECT("an ingress device is given by its name (iif), not by ifindex"),
	[MCR_RULE_A_MEMBERSHIP]	=
		MCR_POLICY_REJECT("the membership cannot be set; ask for one with join"),
	[MCR_RULE_A_MEMBERSHIP_ERROR] =
		MCR_POLICY_REJECT("the membership's error cannot be set"),
	[MCR_RULE_A_PACKETS]	=
		MCR_POLICY_REJECT("a rule's packet counter cannot be set, only reset"),
	[MCR_RULE_A_BYTES]	=
		MCR_POLICY_REJECT("a rule's byte counter cannot be set, only reset"),
	[MCR_RULE_A_LAST_SEEN]	=
		MCR_POLICY_REJECT("the time of a rule's last match cannot be set, only reset"),
	[MCR_RULE_A_PLANE_SINCE] = NLA_POLICY_MIN(NLA_U64, 1),
};

/* Outputs, likewise. */
static const struct nla_policy mcr_nl_output_policy[MCR_OUTPUT_A_MAX + 1] = {
	[MCR_OUTPUT_A_PAD]	= MCR_POLICY_PAD,
	[MCR_OUTPUT_A_ID]	= MCR_POLICY_ID,
	[MCR_OUTPUT_A_DEV]	= MCR_POLICY_STRING(MCR_DEV_MAX),
	[MCR_OUTPUT_A_GROUP]	= MCR_POLICY_ADDR,
	[MCR_OUTPUT_A_DPORT]	= MCR_POLICY_PORT,
	[MCR_OUTPUT_A_SRC_MODE]	= MCR_POLICY_ENUM(MCR_SRC_AUTO),
	[MCR_OUTPUT_A_SRC]	= MCR_POLICY_ADDR,
	[MCR_OUTPUT_A_SPORT]	= MCR_POLICY_PORT,
	[MCR_OUTPUT_A_TTL_MODE]	= MCR_POLICY_ENUM(MCR_TTL_SET),
	[MCR_OUTPUT_A_TTL]	= NLA_POLICY_RANGE(NLA_U8, 1, 255),
	[MCR_OUTPUT_A_DSCP]	= NLA_POLICY_MAX(NLA_U8, 63),
	[MCR_OUTPUT_A_MAC]	= MCR_POLICY_ENUM(MCR_MAC_KEEP),
	[MCR_OUTPUT_A_RATE]	= NLA_POLICY_MIN(NLA_U64, 1),
	[MCR_OUTPUT_A_RATE_UNIT] = MCR_POLICY_ENUM(MCR_RATE_BITS),
	[MCR_OUTPUT_A_BURST]	= NLA_POLICY_MIN(NLA_U32, 1),
	[MCR_OUTPUT_A_MTU]	= MCR_POLICY_ENUM(MCR_MTU_FRAGMENT),
	[MCR_OUTPUT_A_IFINDEX]	=
		MCR_POLICY_REJECT("an egress device is given by its name (dev), not by ifindex"),
	[MCR_OUTPUT_A_OFFERED]	=
		MCR_POLICY_REJECT("an output's packet counters cannot be set, only reset"),
	[MCR_OUTPUT_A_SENT]	=
		MCR_POLICY_REJECT("an output's packet counters cannot be set, only reset"),
	[MCR_OUTPUT_A_SENT_BYTES] =
		MCR_POLICY_REJECT("an output's byte counter cannot be set, only reset"),
	[MCR_OUTPUT_A_DROPS]	=
		MCR_POLICY_REJECT("an output's drop counters cannot be set, only reset"),
	[MCR_OUTPUT_A_FEEDS]	=
		MCR_POLICY_REJECT("whether an output feeds its rule cannot be set"),
};

/* A packet to explain. Port 0 is legal on the wire, so it is here. */
static const struct nla_policy mcr_nl_packet_policy[MCR_PACKET_A_MAX + 1] = {
	[MCR_PACKET_A_IIF]	= MCR_POLICY_STRING(MCR_DEV_MAX),
	[MCR_PACKET_A_DST]	= MCR_POLICY_ADDR,
	[MCR_PACKET_A_SRC]	= MCR_POLICY_ADDR,
	[MCR_PACKET_A_PROTO]	= { .type = NLA_U8 },
	[MCR_PACKET_A_DPORT]	= { .type = NLA_U16 },
	[MCR_PACKET_A_VLAN]	= MCR_POLICY_VLAN,
};

const struct nla_policy mcr_nl_policy[MCR_A_MAX + 1] = {
	[MCR_A_RULE]		= NLA_POLICY_NESTED(mcr_nl_rule_policy),
	[MCR_A_OUTPUT]		= NLA_POLICY_NESTED(mcr_nl_output_policy),
	[MCR_A_FILTER]		= NLA_POLICY_NESTED(mcr_nl_rule_policy),
	[MCR_A_MORE]		=
		MCR_POLICY_REJECT("a rule is given in one message; only the server sends more"),
	[MCR_A_TXN]		= MCR_POLICY_ID,
	[MCR_A_GENERATION]	=
		MCR_POLICY_REJECT("the server counts the generation, it cannot be set"),
	[MCR_A_PACKET]		= NLA_POLICY_NESTED(mcr_nl_packet_policy),
	[MCR_A_VERDICT]		=
		MCR_POLICY_REJECT("a verdict is the server's answer, it cannot be set"),
	[MCR_A_STATUS]		=
		MCR_POLICY_REJECT("the status is the server's answer, it cannot be set"),
	[MCR_A_INGRESS]		=
		MCR_POLICY_REJECT("an ingress device is the server's answer, it cannot be set"),
	[MCR_A_COUNT]		=
		MCR_POLICY_REJECT("the server counts the rules concerned, the count cannot be set"),
};
