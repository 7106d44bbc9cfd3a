// SPDX-License-Identifier: GPL-2.0
/*
 * The rule model; see rule.h.
 */
#include "rule.h"

#ifdef __KERNEL__
#include <linux/kernel.h>
#include <linux/socket.h>
#include <linux/string.h>
#else
#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#endif

#define MCR_PORT_MAX	65535
#define MCR_VLAN_MAX	4094
#define MCR_DSCP_MAX	63

/**
 * mcr_addr_bits - length of a family's addresses
 * @family: AF_INET or AF_INET6
 *
 * Return: 32 or 128; 0 for another family.
 */
unsigned int mcr_addr_bits(__u8 family)
{
	switch (family) {
	case AF_INET:
		return 32;
	case AF_INET6:
		return 128;
	default:
		return 0;
	}
}

/**
 * mcr_addr_is_multicast - is this a multicast address?
 * @addr: the address
 * @family: its family
 *
 * Return: true for 224.0.0.0/4 (RFC 5771) and ff00::/8 (RFC 4291).
 */
bool mcr_addr_is_multicast(const union mcr_addr *addr, __u8 family)
{
	if (family == AF_INET)
		return (addr->raw[0] & 0xf0) == 0xe0;
	return addr->raw[0] == 0xff;
}

/**
 * mcr_addr_mask - clear the bits beyond a prefix
 * @addr: the address
 * @family: its family
 * @len: prefix length, at most mcr_addr_bits()
 *
 * The bytes that IPv4 does not use are cleared, too.
 */
void mcr_addr_mask(union mcr_addr *addr, __u8 family, unsigned int len)
{
	unsigned int i;

	if (len > mcr_addr_bits(family))
		len = mcr_addr_bits(family);
	for (i = 0; i < sizeof(addr->raw); i++) {
		if (len >= 8) {
			len -= 8;
			continue;
		}
		addr->raw[i] &= (__u8)(0xff00 >> len);
		len = 0;
	}
}

/**
 * mcr_addr_equal - are two addresses of one family the same?
 * @a: an address
 * @b: another
 *
 * Return: true if all bytes agree.
 */
bool mcr_addr_equal(const union mcr_addr *a, const union mcr_addr *b)
{
	return !memcmp(a, b, sizeof(*a));
}

static bool mcr_addr_in(const union mcr_addr *addr, __u8 family,
			const union mcr_addr *prefix, unsigned int len)
{
	union mcr_addr masked = *addr;

	mcr_addr_mask(&masked, family, len);
	return mcr_addr_equal(&masked, prefix);
}

/* A host part that is not zero, or bytes set that the family has not. */
static bool mcr_addr_has_host_bits(const union mcr_addr *addr, __u8 family,
				   unsigned int len)
{
	return !mcr_addr_in(addr, family, addr, len);
}

static bool mcr_addr_is_unicast(const union mcr_addr *addr, __u8 family)
{
	static const union mcr_addr any;

	if (mcr_addr_equal(addr, &any))
		return false;
	if (family == AF_INET && addr->raw[0] == 0xff && addr->raw[1] == 0xff &&
	    addr->raw[2] == 0xff && addr->raw[3] == 0xff)
		return false;
	return !mcr_addr_is_multicast(addr, family);
}

/* isalpha() and its kin depend on the locale, in userspace. */
static bool mcr_is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool mcr_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/**
 * mcr_name_ok - may a rule be called this?
 * @name: NUL-terminated
 *
 * Return: true for a letter, then letters, digits, "_", "." and "-", at most
 * MCR_NAME_MAX bytes, but not "id" and "name", which would be keywords.
 */
bool mcr_name_ok(const char *name)
{
	size_t i;

	if (!mcr_is_letter(name[0]))
		return false;
	for (i = 1; name[i]; i++) {
		if (i >= MCR_NAME_MAX)
			return false;
		if (!mcr_is_letter(name[i]) && !mcr_is_digit(name[i]) &&
		    name[i] != '_' && name[i] != '.' && name[i] != '-')
			return false;
	}
	return strcmp(name, "id") && strcmp(name, "name");
}

/**
 * mcr_dev_ok - may a network device be called this?
 * @dev: NUL-terminated
 *
 * Return: true for what dev_valid_name() of the kernel accepts.
 */
bool mcr_dev_ok(const char *dev)
{
	size_t i;

	if (!dev[0] || !strcmp(dev, ".") || !strcmp(dev, ".."))
		return false;
	for (i = 0; dev[i]; i++) {
		unsigned char c = (unsigned char)dev[i];

		/* White space as the kernel's isspace() has it: Latin-1. */
		if (i >= MCR_DEV_MAX || c == '/' || c == ':' || c == ' ' ||
		    (c >= '\t' && c <= '\r') || c == 0xa0)
			return false;
	}
	return true;
}

static enum mcr_fault mcr_match_check_group(const struct mcr_match *m)
{
	unsigned int bits = mcr_addr_bits(m->family);

	if (!bits)
		return MCR_FAULT_GROUP_FAMILY;
	/* Shorter prefixes would hold unicast addresses. */
	if (m->group_len > bits || m->group_len < (bits == 32 ? 4 : 8))
		return MCR_FAULT_GROUP_LEN;
	if (mcr_addr_has_host_bits(&m->group, m->family, m->group_len))
		return MCR_FAULT_GROUP_BITS;
	if (!mcr_addr_is_multicast(&m->group, m->family))
		return MCR_FAULT_GROUP_UNICAST;
	return MCR_FAULT_NONE;
}

static enum mcr_fault mcr_match_check_src(const struct mcr_match *m)
{
	unsigned int bits = mcr_addr_bits(m->family);

	if (m->src_len > bits)
		return MCR_FAULT_SRC_LEN;
	if (mcr_addr_has_host_bits(&m->src, m->family, m->src_len))
		return MCR_FAULT_SRC_BITS;
	if (m->src_len == bits && !mcr_addr_is_unicast(&m->src, m->family))
		return MCR_FAULT_SRC_NOT_UNICAST;
	if (m->src_len && mcr_addr_is_multicast(&m->src, m->family))
		return MCR_FAULT_SRC_NOT_UNICAST;
	return MCR_FAULT_NONE;
}

static enum mcr_fault mcr_match_check_l4(const struct mcr_match *m)
{
	if (m->proto != MCR_PROTO_UDP && m->proto != MCR_PROTO_ANY)
		return MCR_FAULT_PROTO;
	if (m->dport_min > m->dport_max || (!m->dport_min && m->dport_max))
		return MCR_FAULT_DPORT_ORDER;
	if (m->dport_min && m->proto != MCR_PROTO_UDP)
		return MCR_FAULT_DPORT_PROTO;
	if (m->vlan > MCR_VLAN_MAX)
		return MCR_FAULT_VLAN;
	return MCR_FAULT_NONE;
}

/**
 * mcr_match_check - is this match sound?
 * @m: the match
 *
 * Return: MCR_FAULT_NONE or the first fault.
 */
enum mcr_fault mcr_match_check(const struct mcr_match *m)
{
	enum mcr_fault fault;

	fault = mcr_match_check_group(m);
	if (fault)
		return fault;
	fault = mcr_match_check_src(m);
	if (fault)
		return fault;
	return mcr_match_check_l4(m);
}

/**
 * mcr_rule_check - is this rule sound, its outputs aside?
 * @r: the rule
 *
 * Return: MCR_FAULT_NONE or the first fault.
 */
enum mcr_fault mcr_rule_check(const struct mcr_rule_spec *r)
{
	if (!mcr_dev_ok(r->iif))
		return MCR_FAULT_IIF;
	if (r->mode > MCR_MODE_CONSUME)
		return MCR_FAULT_MODE;
	if (r->join > MCR_JOIN_NONE)
		return MCR_FAULT_JOIN;
	if (r->plane > MCR_PLANE_RELAY)
		return MCR_FAULT_PLANE;
	if (r->latency > MCR_LATENCY_LOW)
		return MCR_FAULT_LATENCY;
	return mcr_match_check(&r->match);
}

static enum mcr_fault mcr_rewrite_check_addr(const struct mcr_rewrite *w,
					     const struct mcr_match *m)
{
	if (w->set & MCR_SET_GROUP) {
		if (w->group_family != m->family)
			return MCR_FAULT_OUT_GROUP_FAMILY;
		if (!mcr_addr_is_multicast(&w->group, m->family))
			return MCR_FAULT_OUT_GROUP_UNICAST;
	}
	if (w->src_mode > MCR_SRC_AUTO)
		return MCR_FAULT_OUT_SRC_MODE;
	if (w->src_mode == MCR_SRC_SET) {
		if (w->src_family != m->family)
			return MCR_FAULT_OUT_SRC_FAMILY;
		if (!mcr_addr_is_unicast(&w->src, m->family))
			return MCR_FAULT_OUT_SRC_NOT_UNICAST;
	}
	return MCR_FAULT_NONE;
}

static enum mcr_fault mcr_rewrite_check_l4(const struct mcr_rewrite *w,
					   const struct mcr_match *m)
{
	if (w->set & MCR_SET_DPORT) {
		if (!w->dport)
			return MCR_FAULT_OUT_DPORT;
		if (m->proto != MCR_PROTO_UDP)
			return MCR_FAULT_OUT_DPORT_PROTO;
	}
	if (w->set & MCR_SET_SPORT) {
		if (!w->sport)
			return MCR_FAULT_OUT_SPORT;
		if (m->proto != MCR_PROTO_UDP)
			return MCR_FAULT_OUT_SPORT_PROTO;
	}
	return MCR_FAULT_NONE;
}

static enum mcr_fault mcr_rewrite_check_l3(const struct mcr_rewrite *w,
					   const struct mcr_match *m)
{
	if (w->ttl_mode > MCR_TTL_SET)
		return MCR_FAULT_OUT_TTL_MODE;
	if (w->ttl_mode == MCR_TTL_SET ? !w->ttl : w->ttl)
		return MCR_FAULT_OUT_TTL;
	if (w->dscp > MCR_DSCP_MAX)
		return MCR_FAULT_OUT_DSCP;
	if (w->mac > MCR_MAC_KEEP)
		return MCR_FAULT_OUT_MAC;
	if (w->mac == MCR_MAC_KEEP && (w->set & MCR_SET_GROUP) &&
	    (m->group_len != mcr_addr_bits(m->family) ||
	     !mcr_addr_equal(&w->group, &m->group)))
		return MCR_FAULT_OUT_MAC_GROUP;
	return MCR_FAULT_NONE;
}

static enum mcr_fault mcr_output_check_rate(const struct mcr_output_spec *o)
{
	if (o->rate_unit > MCR_RATE_BITS || (o->rate_unit && !o->rate))
		return MCR_FAULT_OUT_RATE;
	if (o->burst && !o->rate)
		return MCR_FAULT_OUT_BURST;
	if (o->mtu > MCR_MTU_FRAGMENT)
		return MCR_FAULT_OUT_MTU;
	return MCR_FAULT_NONE;
}

/**
 * mcr_output_check - is this output sound in a rule of this match?
 * @o: the output
 * @m: the match, itself sound
 *
 * Return: MCR_FAULT_NONE or the first fault.
 */
enum mcr_fault mcr_output_check(const struct mcr_output_spec *o,
				const struct mcr_match *m)
{
	enum mcr_fault fault;

	if (!mcr_dev_ok(o->dev))
		return MCR_FAULT_OUT_DEV;
	fault = mcr_rewrite_check_addr(&o->rewrite, m);
	if (fault)
		return fault;
	fault = mcr_rewrite_check_l4(&o->rewrite, m);
	if (fault)
		return fault;
	fault = mcr_rewrite_check_l3(&o->rewrite, m);
	if (fault)
		return fault;
	return mcr_output_check_rate(o);
}

/**
 * mcr_match_equal - do two matches take exactly the same packets?
 * @a: a sound match
 * @b: another
 *
 * Return: true if so.
 */
bool mcr_match_equal(const struct mcr_match *a, const struct mcr_match *b)
{
	return a->family == b->family && a->vlan == b->vlan &&
	       mcr_addr_equal(&a->group, &b->group) &&
	       mcr_addr_equal(&a->src, &b->src) && !mcr_match_order(a, b);
}

/* Ports in the match; one is the most specific, 65536 stands for any. */
static int mcr_match_width(const struct mcr_match *m)
{
	if (!m->dport_min)
		return MCR_PORT_MAX + 1;
	return m->dport_max - m->dport_min + 1;
}

/**
 * mcr_match_order - which of two matches goes first for a packet both take?
 * @a: a sound match
 * @b: another
 *
 * Longer group prefix; longer source prefix; UDP before any; one port before
 * a range before any, narrower ranges first, then the lower start; VLAN before
 * none.
 *
 * Return: negative if @a goes first, positive if @b does. 0 only if no packet
 * is taken by both or the matches are equal.
 */
int mcr_match_order(const struct mcr_match *a, const struct mcr_match *b)
{
	if (a->group_len != b->group_len)
		return b->group_len - a->group_len;
	if (a->src_len != b->src_len)
		return b->src_len - a->src_len;
	if (a->proto != b->proto)
		return a->proto == MCR_PROTO_UDP ? -1 : 1;
	if (mcr_match_width(a) != mcr_match_width(b))
		return mcr_match_width(a) - mcr_match_width(b);
	if (a->dport_min != b->dport_min)
		return a->dport_min - b->dport_min;
	return !!b->vlan - !!a->vlan;
}

/**
 * mcr_addr_is_local_group - is this group never routed?
 * @addr: the group
 * @family: its family
 *
 * Return: true for 224.0.0.0/24 (RFC 5771) and ff02::/16 (RFC 4291).
 */
bool mcr_addr_is_local_group(const union mcr_addr *addr, __u8 family)
{
	if (family == AF_INET)
		return addr->raw[0] == 224 && !addr->raw[1] && !addr->raw[2];
	return addr->raw[0] == 0xff && addr->raw[1] == 0x02;
}

/**
 * mcr_mask_skips_local - do prefixes of this length pass over local groups?
 * @family: AF_INET or AF_INET6
 * @group_len: prefix length of a group
 *
 * A rule that means all of 224.0.0.0/4 does not mean the routing protocols'
 * own packets; one for 224.0.0.251 means just that.
 *
 * Return: true if the prefix is wider than 224.0.0.0/24 or ff02::/16.
 */
bool mcr_mask_skips_local(__u8 family, __u8 group_len)
{
	return group_len < (family == AF_INET ? 24 : 16);
}

static unsigned int mcr_group_misses(const struct mcr_match *m,
				     const struct mcr_flow *f)
{
	if (!mcr_addr_in(&f->dst, f->family, &m->group, m->group_len))
		return MCR_MISS_GROUP;
	if (mcr_mask_skips_local(m->family, m->group_len) &&
	    mcr_addr_is_local_group(&f->dst, f->family))
		return MCR_MISS_LOCAL;
	return 0;
}

/**
 * mcr_match_misses - what of a packet does a match not take?
 * @m: a sound match
 * @f: the packet's key
 *
 * This is the definition; the table's lookup must agree with it.
 *
 * Return: bits of enum mcr_miss; 0: it takes the packet.
 */
unsigned int mcr_match_misses(const struct mcr_match *m,
			      const struct mcr_flow *f)
{
	unsigned int misses;

	if (m->family != f->family)
		return MCR_MISS_FAMILY;
	misses = mcr_group_misses(m, f);
	if (!mcr_addr_in(&f->src, f->family, &m->src, m->src_len))
		misses |= MCR_MISS_SRC;
	if (m->proto == MCR_PROTO_UDP && f->proto != MCR_PROTO_UDP)
		misses |= MCR_MISS_PROTO;
	else if (m->dport_min &&
		 (f->dport < m->dport_min || f->dport > m->dport_max))
		misses |= MCR_MISS_DPORT;
	if (m->vlan != f->vlan)
		misses |= MCR_MISS_VLAN;
	return misses;
}

/**
 * mcr_match_hits - does a match take this packet?
 * @m: a sound match
 * @f: the packet's key
 *
 * Return: true if so.
 */
bool mcr_match_hits(const struct mcr_match *m, const struct mcr_flow *f)
{
	return !mcr_match_misses(m, f);
}

/* Does each of two prefixes hold addresses of the other? */
static bool mcr_prefixes_meet(const union mcr_addr *a, unsigned int a_len,
			      const union mcr_addr *b, unsigned int b_len,
			      __u8 family)
{
	if (a_len > b_len)
		return mcr_addr_in(a, family, b, b_len);
	return mcr_addr_in(b, family, a, a_len);
}

/* Do the groups meet, those left aside that the wider prefix passes over? */
static bool mcr_groups_meet(const struct mcr_match *a,
			    const struct mcr_match *b)
{
	const struct mcr_match *longer = a->group_len > b->group_len ? a : b;
	const struct mcr_match *wider = longer == a ? b : a;

	if (mcr_mask_skips_local(wider->family, wider->group_len) &&
	    !mcr_mask_skips_local(longer->family, longer->group_len) &&
	    mcr_addr_is_local_group(&longer->group, longer->family))
		return false;
	return mcr_prefixes_meet(&a->group, a->group_len, &b->group,
				 b->group_len, a->family);
}

static bool mcr_ports_meet(const struct mcr_match *a,
			   const struct mcr_match *b)
{
	if (!a->dport_min || !b->dport_min)
		return true;
	return a->dport_min <= b->dport_max && b->dport_min <= a->dport_max;
}

/**
 * mcr_match_overlap - is there a packet that two matches both take?
 * @a: a sound match
 * @b: another
 *
 * Return: true if so.
 */
bool mcr_match_overlap(const struct mcr_match *a, const struct mcr_match *b)
{
	/* UDP packets are among those of any protocol. */
	return a->family == b->family && a->vlan == b->vlan &&
	       mcr_groups_meet(a, b) &&
	       mcr_prefixes_meet(&a->src, a->src_len, &b->src, b->src_len,
				 a->family) &&
	       mcr_ports_meet(a, b);
}

/**
 * mcr_match_shadows - does a match take packets from another?
 * @a: a sound match
 * @b: another, of the same ingress device
 *
 * Return: true if both take some packet and @a goes first for it, that is, @b
 * is the wider one.
 */
bool mcr_match_shadows(const struct mcr_match *a, const struct mcr_match *b)
{
	return mcr_match_overlap(a, b) && mcr_match_order(a, b) < 0;
}

/**
 * mcr_match_common - the packets that two matches both take
 * @a: a sound match
 * @b: another, which overlaps it
 * @common: they, as a match; may be @a or @b
 */
void mcr_match_common(const struct mcr_match *a, const struct mcr_match *b,
		      struct mcr_match *common)
{
	const struct mcr_match *group = a->group_len > b->group_len ? a : b;
	const struct mcr_match *src = a->src_len > b->src_len ? a : b;
	struct mcr_match both = *group;

	both.src = src->src;
	both.src_len = src->src_len;
	if (a->proto != b->proto)
		both.proto = MCR_PROTO_UDP;
	both.dport_min = a->dport_min > b->dport_min ? a->dport_min :
						       b->dport_min;
	both.dport_max = a->dport_max;
	/* 0 stands for any port. */
	if (!a->dport_max || (b->dport_max && b->dport_max < a->dport_max))
		both.dport_max = b->dport_max;
	*common = both;
}

/**
 * mcr_match_sent - which packets does an output send?
 * @m: its rule's match, sound
 * @w: how it changes them, sound for @m
 * @sent: they, as a match
 */
void mcr_match_sent(const struct mcr_match *m, const struct mcr_rewrite *w,
		    struct mcr_match *sent)
{
	*sent = *m;
	/* The tag is part of the Ethernet header. */
	if (w->mac != MCR_MAC_KEEP)
		sent->vlan = 0;
	if (w->set & MCR_SET_GROUP) {
		sent->group = w->group;
		sent->group_len = (__u8)mcr_addr_bits(m->family);
	}
	if (w->set & MCR_SET_DPORT) {
		sent->dport_min = w->dport;
		sent->dport_max = w->dport;
	}
	if (w->src_mode == MCR_SRC_KEEP)
		return;
	/* What the device's own address is may change at any time. */
	memset(&sent->src, 0, sizeof(sent->src));
	sent->src_len = 0;
	if (w->src_mode == MCR_SRC_SET) {
		sent->src = w->src;
		sent->src_len = (__u8)mcr_addr_bits(m->family);
	}
}

/**
 * mcr_match_exact - is the group one address, which can be joined?
 * @m: a sound match
 *
 * In a VLAN it cannot: the ingress device would report it outside of that.
 *
 * Return: true if so.
 */
bool mcr_match_exact(const struct mcr_match *m)
{
	return m->group_len == mcr_addr_bits(m->family) && !m->vlan;
}

/**
 * mcr_rewrite_equal - do two rewrites do the same?
 * @a: a sound rewrite
 * @b: another
 *
 * Values that are not given must be 0 in both.
 *
 * Return: true if so.
 */
bool mcr_rewrite_equal(const struct mcr_rewrite *a, const struct mcr_rewrite *b)
{
	return mcr_addr_equal(&a->group, &b->group) &&
	       mcr_addr_equal(&a->src, &b->src) &&
	       a->dport == b->dport && a->sport == b->sport &&
	       a->set == b->set && a->src_mode == b->src_mode &&
	       a->ttl_mode == b->ttl_mode && a->ttl == b->ttl &&
	       a->dscp == b->dscp && a->mac == b->mac;
}

/**
 * mcr_output_equal - do two outputs of a rule do the same?
 * @a: a sound output
 * @b: another
 *
 * Values that are not given must be 0 in both.
 *
 * Return: true if so.
 */
bool mcr_output_equal(const struct mcr_output_spec *a,
		      const struct mcr_output_spec *b)
{
	return !strcmp(a->dev, b->dev) &&
	       mcr_rewrite_equal(&a->rewrite, &b->rewrite) &&
	       a->rate == b->rate && a->burst == b->burst &&
	       a->rate_unit == b->rate_unit && a->mtu == b->mtu;
}
