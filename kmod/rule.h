/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The rule model: what a rule says, whether it is sound, which of two rules is
 * more specific, which packets it takes.
 *
 * Pure functions on plain data: no allocation, no locks, no strings, no
 * logging, callable in any context. The same file is compiled into the kernel
 * module, its KUnit tests, and userspace.
 */
#ifndef MCR_RULE_H
#define MCR_RULE_H

#include <linux/types.h>
#include <linux/mcr.h>
#ifndef __KERNEL__
#include <stdbool.h>
#endif

#include "fault.h"

/**
 * union mcr_addr - an address of either family
 * @ip: IPv4, network byte order; the other bytes are 0
 * @ip6: IPv6 as words, network byte order
 * @raw: IPv6 as bytes
 */
union mcr_addr {
	__be32 ip;
	__be32 ip6[4];
	__u8 raw[16];
};

/**
 * struct mcr_match - which packets a rule takes from its ingress device
 * @group: destination prefix, bits beyond @group_len are 0
 * @src: source prefix, bits beyond @src_len are 0
 * @vlan: VLAN id 1-4094; 0: untagged frames only
 * @dport_min: lowest UDP destination port, host byte order; 0: any port
 * @family: AF_INET or AF_INET6
 * @proto: of enum mcr_proto
 * @group_len: 0-32 or 0-128
 * @src_len: likewise; 0: any source
 * @dport_max: highest port; 0: any port
 *
 * Up to @dport_max it is struct mcr_class_key of lookup.h, without padding.
 */
struct mcr_match {
	union mcr_addr group;
	union mcr_addr src;
	__u16 vlan;
	__u16 dport_min;
	__u8 family;
	__u8 proto;
	__u8 group_len;
	__u8 src_len;
	__u16 dport_max;
};

/**
 * struct mcr_flow - what a match is compared with: a packet's key
 * @dst: destination address
 * @src: source address
 * @dport: UDP destination port, host byte order; 0 where it is not known
 * @vlan: VLAN id, 0: untagged
 * @family: AF_INET or AF_INET6
 * @proto: MCR_PROTO_UDP, or MCR_PROTO_ANY for all others
 */
struct mcr_flow {
	union mcr_addr dst;
	union mcr_addr src;
	__u16 dport;
	__u16 vlan;
	__u8 family;
	__u8 proto;
};

/**
 * enum mcr_miss - bits: what of a packet's key a match does not take
 * @MCR_MISS_FAMILY: the address family; nothing else is compared then
 * @MCR_MISS_GROUP: the destination address
 * @MCR_MISS_LOCAL: it is in the prefix, but a group that is never routed, and
 *	the prefix is too wide to mean it
 * @MCR_MISS_SRC: the source address
 * @MCR_MISS_PROTO: the protocol
 * @MCR_MISS_DPORT: the port, or that it is not known
 * @MCR_MISS_VLAN: the VLAN
 */
enum mcr_miss {
	MCR_MISS_FAMILY	= 1 << 0,
	MCR_MISS_GROUP	= 1 << 1,
	MCR_MISS_LOCAL	= 1 << 2,
	MCR_MISS_SRC	= 1 << 3,
	MCR_MISS_PROTO	= 1 << 4,
	MCR_MISS_DPORT	= 1 << 5,
	MCR_MISS_VLAN	= 1 << 6,
};

/* Bits of mcr_rewrite.set: which of its values are given. */
#define MCR_SET_GROUP	0x01
#define MCR_SET_DPORT	0x02
#define MCR_SET_SPORT	0x04
#define MCR_SET_DSCP	0x08

/**
 * struct mcr_rewrite - how an output changes its copies
 * @group: new destination address, if MCR_SET_GROUP
 * @src: new source address, if @src_mode is MCR_SRC_SET
 * @dport: new UDP destination port, host byte order, if MCR_SET_DPORT
 * @sport: new UDP source port, host byte order, if MCR_SET_SPORT
 * @set: MCR_SET_ bits
 * @group_family: AF_INET or AF_INET6 if MCR_SET_GROUP, else 0
 * @src_family: AF_INET or AF_INET6 if MCR_SRC_SET, else 0
 * @src_mode: of enum mcr_src_mode
 * @ttl_mode: of enum mcr_ttl_mode
 * @ttl: 1-255, if @ttl_mode is MCR_TTL_SET
 * @dscp: 0-63, if MCR_SET_DSCP
 * @mac: of enum mcr_mac
 */
struct mcr_rewrite {
	union mcr_addr group;
	union mcr_addr src;
	__u16 dport;
	__u16 sport;
	__u8 set;
	__u8 group_family;
	__u8 src_family;
	__u8 src_mode;
	__u8 ttl_mode;
	__u8 ttl;
	__u8 dscp;
	__u8 mac;
};

/**
 * struct mcr_output_spec - an output as a rule states it
 * @dev: name of the egress device, NUL-terminated
 * @rewrite: how its copies are changed
 * @rate: at most so many @rate_unit per second; 0: no limit
 * @burst: in @rate_unit; 0: not given
 * @rate_unit: of enum mcr_rate_unit
 * @mtu: of enum mcr_mtu
 */
struct mcr_output_spec {
	char dev[MCR_DEV_MAX + 1];
	struct mcr_rewrite rewrite;
	__u64 rate;
	__u32 burst;
	__u8 rate_unit;
	__u8 mtu;
};

/**
 * struct mcr_rule_spec - a rule as it is stated, without its outputs
 * @iif: name of the ingress device, NUL-terminated
 * @match: which of its packets
 * @mode: of enum mcr_mode
 * @join: of enum mcr_join
 * @plane: of enum mcr_plane
 * @plane_since: when it moves there, ns of CLOCK_REALTIME; 0: it does not, or it
 *	is for the server to say
 * @latency: of enum mcr_latency
 * @disabled: takes no packet
 */
struct mcr_rule_spec {
	char iif[MCR_DEV_MAX + 1];
	struct mcr_match match;
	__u8 mode;
	__u8 join;
	__u8 plane;
	__u8 latency;
	bool disabled;
	__u64 plane_since;
};

unsigned int mcr_addr_bits(__u8 family);
bool mcr_addr_is_multicast(const union mcr_addr *addr, __u8 family);
void mcr_addr_mask(union mcr_addr *addr, __u8 family, unsigned int len);
bool mcr_addr_is_local_group(const union mcr_addr *addr, __u8 family);
bool mcr_addr_equal(const union mcr_addr *a, const union mcr_addr *b);

bool mcr_name_ok(const char *name);
bool mcr_dev_ok(const char *dev);

enum mcr_fault mcr_match_check(const struct mcr_match *m);
enum mcr_fault mcr_rule_check(const struct mcr_rule_spec *r);
enum mcr_fault mcr_output_check(const struct mcr_output_spec *o,
				const struct mcr_match *m);

bool mcr_match_equal(const struct mcr_match *a, const struct mcr_match *b);
int mcr_match_order(const struct mcr_match *a, const struct mcr_match *b);
unsigned int mcr_match_misses(const struct mcr_match *m,
			      const struct mcr_flow *f);
bool mcr_match_hits(const struct mcr_match *m, const struct mcr_flow *f);
bool mcr_match_overlap(const struct mcr_match *a, const struct mcr_match *b);
bool mcr_match_shadows(const struct mcr_match *a, const struct mcr_match *b);
void mcr_match_common(const struct mcr_match *a, const struct mcr_match *b,
		      struct mcr_match *common);
void mcr_match_sent(const struct mcr_match *m, const struct mcr_rewrite *w,
		    struct mcr_match *sent);
bool mcr_mask_skips_local(__u8 family, __u8 group_len);
bool mcr_match_exact(const struct mcr_match *m);

bool mcr_rewrite_equal(const struct mcr_rewrite *a,
		       const struct mcr_rewrite *b);
bool mcr_output_equal(const struct mcr_output_spec *a,
		      const struct mcr_output_spec *b);

#endif /* MCR_RULE_H */
