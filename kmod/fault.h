/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Why a rule is refused: one list of faults with the attribute at fault and the
 * sentence that both servers of the protocol send and the tool prints.
 */
#ifndef MCR_FAULT_H
#define MCR_FAULT_H

/*
 * X(code, attribute, sentence). The attribute is one of enum mcr_rule_attr for
 * MCR_RULE_FAULTS, and of enum mcr_output_attr for MCR_OUTPUT_FAULTS.
 */
#define MCR_RULE_FAULTS(X)						\
	X(IIF, MCR_RULE_A_IIF,						\
	  "iif must be a device name of 1 to 15 bytes without '/', ':' or white space") \
	X(GROUP_MISSING, MCR_RULE_A_GROUP,				\
	  "a rule needs a group: the destination address of the flow")	\
	X(GROUP_FAMILY, MCR_RULE_A_GROUP,				\
	  "group must be an IPv4 (4 bytes) or IPv6 (16 bytes) address")	\
	X(GROUP_LEN, MCR_RULE_A_GROUP_LEN,				\
	  "the group's prefix length must be 4 to 32 for IPv4, 8 to 128 for IPv6") \
	X(GROUP_BITS, MCR_RULE_A_GROUP,					\
	  "group has bits set beyond its prefix length")		\
	X(GROUP_UNICAST, MCR_RULE_A_GROUP,				\
	  "group must be a multicast address: 224.0.0.0/4 or ff00::/8")	\
	X(SRC_FAMILY, MCR_RULE_A_SRC,					\
	  "src must be an address of the same family as group")		\
	X(SRC_LEN, MCR_RULE_A_SRC_LEN,					\
	  "src's prefix length must be 1 to 32 for IPv4, 1 to 128 for IPv6, and needs src") \
	X(SRC_BITS, MCR_RULE_A_SRC,					\
	  "src has bits set beyond its prefix length")			\
	X(SRC_NOT_UNICAST, MCR_RULE_A_SRC,				\
	  "src must be a unicast address")				\
	X(PROTO, MCR_RULE_A_PROTO,					\
	  "proto must be udp (17) or any (0)")				\
	X(DPORT_ORDER, MCR_RULE_A_DPORT_MAX,				\
	  "a port range must ascend, and ports are 1 to 65535")		\
	X(DPORT_PROTO, MCR_RULE_A_DPORT_MIN,				\
	  "dport needs proto udp")					\
	X(VLAN, MCR_RULE_A_VLAN,					\
	  "vlan must be 1 to 4094")					\
	X(MODE, MCR_RULE_A_MODE,					\
	  "mode must be pass (0) or consume (1)")			\
	X(JOIN, MCR_RULE_A_JOIN,					\
	  "join must be auto (0) or none (1)")				\
	X(PLANE, MCR_RULE_A_PLANE,					\
	  "plane must be auto (0), kernel (1) or relay (2)")		\
	X(LATENCY, MCR_RULE_A_LATENCY,					\
	  "latency must be auto (0) or low (1)")

#define MCR_OUTPUT_FAULTS(X)						\
	X(OUT_DEV, MCR_OUTPUT_A_DEV,					\
	  "an output's device must be a name of 1 to 15 bytes without '/', ':' or white space") \
	X(OUT_GROUP_FAMILY, MCR_OUTPUT_A_GROUP,				\
	  "an output's group must be an address of the same family as the rule's group") \
	X(OUT_GROUP_UNICAST, MCR_OUTPUT_A_GROUP,			\
	  "an output's group must be a multicast address: 224.0.0.0/4 or ff00::/8") \
	X(OUT_DPORT, MCR_OUTPUT_A_DPORT,				\
	  "an output's dport must be 1 to 65535")			\
	X(OUT_DPORT_PROTO, MCR_OUTPUT_A_DPORT,				\
	  "an output's dport needs a rule with proto udp")		\
	X(OUT_SPORT, MCR_OUTPUT_A_SPORT,				\
	  "an output's sport must be 1 to 65535")			\
	X(OUT_SPORT_PROTO, MCR_OUTPUT_A_SPORT,				\
	  "an output's sport needs a rule with proto udp")		\
	X(OUT_SRC_MODE, MCR_OUTPUT_A_SRC_MODE,				\
	  "an output's source mode must be keep (0), set (1, with an address) or auto (2)") \
	X(OUT_SRC_FAMILY, MCR_OUTPUT_A_SRC,				\
	  "an output's src must be an address of the same family as the rule's group") \
	X(OUT_SRC_NOT_UNICAST, MCR_OUTPUT_A_SRC,			\
	  "an output's src must be a unicast address")			\
	X(OUT_TTL_MODE, MCR_OUTPUT_A_TTL_MODE,				\
	  "an output's ttl mode must be auto (0), keep (1), dec (2) or set (3, with a value)") \
	X(OUT_TTL, MCR_OUTPUT_A_TTL,					\
	  "an output's ttl must be 1 to 255")				\
	X(OUT_DSCP, MCR_OUTPUT_A_DSCP,					\
	  "an output's dscp must be 0 to 63")				\
	X(OUT_MAC, MCR_OUTPUT_A_MAC,					\
	  "an output's mac must be auto (0) or keep (1)")		\
	X(OUT_MAC_GROUP, MCR_OUTPUT_A_MAC,				\
	  "mac keep does not go with another group: receivers of it would not see the frames") \
	X(OUT_RATE, MCR_OUTPUT_A_RATE,					\
	  "an output's rate must be 1 or more, in packets (0) or bits (1) per second") \
	X(OUT_BURST, MCR_OUTPUT_A_BURST,				\
	  "an output's burst must be 1 or more and needs a rate")	\
	X(OUT_MTU, MCR_OUTPUT_A_MTU,					\
	  "an output's mtu must be drop (0) or fragment (1)")

/* What is wrong with a rule or an output; 0: nothing. */
enum mcr_fault {
	MCR_FAULT_NONE,
#define MCR_FAULT_ENUM(code, attribute, sentence) MCR_FAULT_##code,
	MCR_RULE_FAULTS(MCR_FAULT_ENUM)
	MCR_OUTPUT_FAULTS(MCR_FAULT_ENUM)
#undef MCR_FAULT_ENUM
};

#endif /* MCR_FAULT_H */
