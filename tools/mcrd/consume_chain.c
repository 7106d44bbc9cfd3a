// SPDX-License-Identifier: GPL-2.0
/*
 * The chains of a device: which frames are looked up, and in which order. This is
 * kmod/match.c and mcr_lookup_find() in terms of nf_tables.
 *
 *	in3			base chain: multicast of either family goes to
 *	  in3-ip		IPv4: what no rule takes, or consumes, is left alone
 *	    in3-ip-plain	untagged: a lookup for each mask
 *	    in3-ip-vlan		tagged: likewise, with the VLAN id in the key
 *	  in3-ip6		IPv6
 *	    in3-ip6-plain
 *	    in3-ip6-vlan
 *	    in3-ip6-odd		what is behind some headers is not looked at:
 *	      in3-ip6-plain-any	only rules for any protocol
 *	      in3-ip6-vlan-any
 *
 * The base chain is gone when its device is, on kernels before 6.16; on later ones
 * it waits for another device of that name. So it has next to nothing in it, and is
 * made and ended as a whole.
 *
 * Where a frame comes here, its outer tag is beside it, the protocol is that of
 * what is inside, and loads from the link layer show the tag in its place. Frames
 * that the host looped back to itself have no link layer: no such load works.
 */
#include <arpa/inet.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/icmpv6.h>
#include <linux/in6.h>
#include <linux/types.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "consume_table.h"

/* MLDv2 reports (RFC 3810, 5.2) */
#define MCRD_MLD2_REPORT	143

#define MCRD_REG		NFT_REG32_00
#define MCRD_REG2		NFT_REG32_01

/* Of libnftables: how nft(8) prints the parts of keys. */
#define MCRD_TYPE_IPV4		7U
#define MCRD_TYPE_IPV6		8U
#define MCRD_TYPE_PORT		13U
#define MCRD_TYPE_BITS		6

static const char * const mcrd_chain_suffix[] = {
	"", "-ip", "-ip-plain", "-ip-vlan", "-ip6", "-ip6-plain", "-ip6-vlan",
	"-ip6-odd", "-ip6-plain-any", "-ip6-vlan-any",
};

#define MCRD_CHAINS	(sizeof(mcrd_chain_suffix) / \
			 sizeof(mcrd_chain_suffix[0]))

/**
 * struct mcrd_chain_name - room for the name of a chain
 * @s: NUL-terminated
 */
struct mcrd_chain_name {
	char s[40];
};

static const char *mcrd_chain_name(struct mcrd_chain_name *name,
				   const struct mcrd_device *dev,
				   const char *suffix)
{
	snprintf(name->s, sizeof(name->s), "in%u%s", dev->number, suffix);
	return name->s;
}

/* Load @len bytes and go on only if they are @data. */
static void mcrd_rule_bytes(struct mcrd_nft *nft, struct nftnl_rule *rule,
			    __u32 base, __u32 offset, const void *data,
			    __u32 len)
{
	mcrd_nft_payload(nft, rule, base, offset, len, MCRD_REG);
	mcrd_nft_cmp(nft, rule, MCRD_REG, true, data, len);
}

static void mcrd_rule_protocol(struct mcrd_nft *nft, struct nftnl_rule *rule,
			       __u8 protocol)
{
	mcrd_nft_meta(nft, rule, NFT_META_L4PROTO, MCRD_REG);
	mcrd_nft_cmp(nft, rule, MCRD_REG, true, &protocol, sizeof(protocol));
}

/* Unicast, which is most frames, gets no further than this. */
static void mcrd_chain_base(struct mcrd_nft *nft,
			    const struct mcrd_device *dev, __u8 family)
{
	const __be16 protocol = htons(family == AF_INET ? ETH_P_IP :
							  ETH_P_IPV6);
	const __u8 mask = family == AF_INET ? 0xf0 : 0xff;
	const __u8 first = family == AF_INET ? 0xe0 : 0xff;
	struct mcrd_chain_name name;
	struct nftnl_rule *rule;

	rule = mcrd_nft_rule(nft, mcrd_chain_name(&name, dev, ""));
	mcrd_nft_meta(nft, rule, NFT_META_PROTOCOL, MCRD_REG);
	mcrd_nft_cmp(nft, rule, MCRD_REG, true, &protocol, sizeof(protocol));
	mcrd_nft_payload(nft, rule, NFT_PAYLOAD_NETWORK_HEADER,
			 family == AF_INET ? 16 : 24, 1, MCRD_REG);
	mcrd_nft_mask(nft, rule, MCRD_REG, &mask, 1);
	mcrd_nft_cmp(nft, rule, MCRD_REG, true, &first, 1);
	mcrd_nft_goto(nft, rule, mcrd_chain_name(&name, dev,
						 family == AF_INET ? "-ip" :
								     "-ip6"));
	mcrd_nft_rule_put(nft, rule);
}

static void mcrd_chain_otherhost(struct mcrd_nft *nft, const char *chain)
{
	struct nftnl_rule *rule = mcrd_nft_rule(nft, chain);
	const __u8 type = PACKET_OTHERHOST;

	mcrd_nft_meta(nft, rule, NFT_META_PKTTYPE, MCRD_REG);
	mcrd_nft_cmp(nft, rule, MCRD_REG, true, &type, sizeof(type));
	mcrd_nft_accept(nft, rule);
	mcrd_nft_rule_put(nft, rule);
}

static void mcrd_chain_spare(struct mcrd_nft *nft, const char *chain,
			     __u8 protocol)
{
	struct nftnl_rule *rule = mcrd_nft_rule(nft, chain);

	mcrd_rule_protocol(nft, rule, protocol);
	mcrd_nft_accept(nft, rule);
	mcrd_nft_rule_put(nft, rule);
}

/* Frames with this TPID, @vid and nothing else of a tag go to @target. */
static void mcrd_chain_tag(struct mcrd_nft *nft, const char *chain, __u16 tpid,
			   const char *target)
{
	static const __u8 mask[4] = { 0xff, 0xff, 0x0f, 0xff };
	struct nftnl_rule *rule = mcrd_nft_rule(nft, chain);
	__be16 tag[2] = { htons(tpid), 0 };

	mcrd_nft_payload(nft, rule, NFT_PAYLOAD_LL_HEADER, 2 * ETH_ALEN,
			 sizeof(tag), MCRD_REG);
	mcrd_nft_mask(nft, rule, MCRD_REG, mask, sizeof(mask));
	mcrd_nft_cmp(nft, rule, MCRD_REG, true, tag, sizeof(tag));
	mcrd_nft_goto(nft, rule, target);
	mcrd_nft_rule_put(nft, rule);
}

static void mcrd_chain_type(struct mcrd_nft *nft, const char *chain,
			    __u16 type, const char *target)
{
	struct nftnl_rule *rule = mcrd_nft_rule(nft, chain);
	__be16 protocol = htons(type);

	mcrd_rule_bytes(nft, rule, NFT_PAYLOAD_LL_HEADER, 2 * ETH_ALEN,
			&protocol, sizeof(protocol));
	mcrd_nft_goto(nft, rule, target);
	mcrd_nft_rule_put(nft, rule);
}

/* What is no Ethernet has no link layer to look at, and no tags. */
static void mcrd_chain_bare(struct mcrd_nft *nft, const char *chain,
			    const char *target)
{
	struct nftnl_rule *rule = mcrd_nft_rule(nft, chain);
	const __u16 loopback = ARPHRD_LOOPBACK;
	const __u16 ether = ARPHRD_ETHER;

	mcrd_nft_meta(nft, rule, NFT_META_IIFTYPE, MCRD_REG);
	mcrd_nft_cmp(nft, rule, MCRD_REG, false, &ether, sizeof(ether));
	mcrd_nft_cmp(nft, rule, MCRD_REG, false, &loopback, sizeof(loopback));
	mcrd_nft_goto(nft, rule, target);
	mcrd_nft_rule_put(nft, rule);
}

/* mcr_match_vlan(): a tag without a VLAN is none; service tags are not taken. */
static void mcrd_chain_dispatch(struct mcrd_nft *nft,
				const struct mcrd_device *dev,
				const char *suffix, const char *plain,
				const char *vlan, __u16 type)
{
	struct mcrd_chain_name chain, target;

	mcrd_chain_name(&chain, dev, suffix);
	mcrd_chain_name(&target, dev, plain);
	mcrd_chain_type(nft, chain.s, type, target.s);
	mcrd_chain_tag(nft, chain.s, ETH_P_8021Q, target.s);
	mcrd_chain_tag(nft, chain.s, ETH_P_8021AD, target.s);
	mcrd_chain_bare(nft, chain.s, target.s);
	mcrd_chain_type(nft, chain.s, ETH_P_8021Q,
			mcrd_chain_name(&target, dev, vlan));
}

static void mcrd_chain_ip(struct mcrd_nft *nft, const struct mcrd_device *dev)
{
	const __be16 fragment = htons(0x3fff), whole = 0;
	struct mcrd_chain_name chain;
	struct nftnl_rule *rule;

	mcrd_chain_otherhost(nft, mcrd_chain_name(&chain, dev, "-ip"));
	rule = mcrd_nft_rule(nft, chain.s);
	mcrd_nft_payload(nft, rule, NFT_PAYLOAD_NETWORK_HEADER, 6, 2, MCRD_REG);
	mcrd_nft_mask(nft, rule, MCRD_REG, &fragment, sizeof(fragment));
	mcrd_nft_cmp(nft, rule, MCRD_REG, false, &whole, sizeof(whole));
	mcrd_nft_accept(nft, rule);
	mcrd_nft_rule_put(nft, rule);
	mcrd_chain_spare(nft, chain.s, IPPROTO_IGMP);
	mcrd_chain_spare(nft, chain.s, IPPROTO_PIM);
	mcrd_chain_dispatch(nft, dev, "-ip", "-ip-plain", "-ip-vlan", ETH_P_IP);
}

/* Atomic fragments (RFC 6946) are whole. */
static void mcrd_chain_ip6_fragment(struct mcrd_nft *nft, const char *chain)
{
	const __be16 fragment = htons(0xfff9), whole = 0;
	struct nftnl_rule *rule = mcrd_nft_rule(nft, chain);

	mcrd_nft_exthdr(nft, rule, IPPROTO_FRAGMENT, 2, 2, MCRD_REG);
	mcrd_nft_mask(nft, rule, MCRD_REG, &fragment, sizeof(fragment));
	mcrd_nft_cmp(nft, rule, MCRD_REG, false, &whole, sizeof(whole));
	mcrd_nft_accept(nft, rule);
	mcrd_nft_rule_put(nft, rule);
}

/* Of jumbograms (RFC 2675) mcr_match_ipv6() says that they are malformed. */
static void mcrd_chain_ip6_jumbo(struct mcrd_nft *nft, const char *chain)
{
	static const __u8 empty_hopopts[3];
	struct nftnl_rule *rule = mcrd_nft_rule(nft, chain);

	mcrd_rule_bytes(nft, rule, NFT_PAYLOAD_NETWORK_HEADER, 4, empty_hopopts,
			sizeof(empty_hopopts));
	mcrd_nft_accept(nft, rule);
	mcrd_nft_rule_put(nft, rule);
}

/* mcr_match_exthdrs() ends at these, where nf_tables would look further. */
static void mcrd_chain_ip6_odd(struct mcrd_nft *nft, const char *chain,
			       const char *odd)
{
	struct nftnl_rule *rule = mcrd_nft_rule(nft, chain);
	const __u8 there = 1, none = 0;

	mcrd_nft_exthdr_there(nft, rule, IPPROTO_AH, MCRD_REG);
	mcrd_nft_cmp(nft, rule, MCRD_REG, true, &there, sizeof(there));
	mcrd_nft_goto(nft, rule, odd);
	mcrd_nft_rule_put(nft, rule);
	rule = mcrd_nft_rule(nft, chain);
	mcrd_nft_exthdr(nft, rule, IPPROTO_ROUTING, 3, 1, MCRD_REG);
	mcrd_nft_cmp(nft, rule, MCRD_REG, false, &none, sizeof(none));
	mcrd_nft_goto(nft, rule, odd);
	mcrd_nft_rule_put(nft, rule);
}

static void mcrd_chain_ip6_mld(struct mcrd_nft *nft, const char *chain)
{
	static const __u8 types[] = { ICMPV6_MGM_QUERY, ICMPV6_MGM_REPORT,
				      ICMPV6_MGM_REDUCTION, MCRD_MLD2_REPORT };
	size_t i;

	for (i = 0; i < sizeof(types); i++) {
		struct nftnl_rule *rule = mcrd_nft_rule(nft, chain);

		mcrd_rule_protocol(nft, rule, IPPROTO_ICMPV6);
		mcrd_rule_bytes(nft, rule, NFT_PAYLOAD_TRANSPORT_HEADER, 0,
				&types[i], 1);
		mcrd_nft_accept(nft, rule);
		mcrd_nft_rule_put(nft, rule);
	}
}

static void mcrd_chain_ip6(struct mcrd_nft *nft, const struct mcrd_device *dev)
{
	struct mcrd_chain_name chain, odd;

	mcrd_chain_name(&odd, dev, "-ip6-odd");
	mcrd_chain_otherhost(nft, mcrd_chain_name(&chain, dev, "-ip6"));
	mcrd_chain_ip6_fragment(nft, chain.s);
	mcrd_chain_ip6_jumbo(nft, chain.s);
	mcrd_chain_ip6_odd(nft, chain.s, odd.s);
	mcrd_chain_spare(nft, chain.s, IPPROTO_PIM);
	mcrd_chain_ip6_mld(nft, chain.s);
	mcrd_chain_dispatch(nft, dev, "-ip6", "-ip6-plain", "-ip6-vlan",
			    ETH_P_IPV6);
	mcrd_chain_dispatch(nft, dev, "-ip6-odd", "-ip6-plain-any",
			    "-ip6-vlan-any", ETH_P_IPV6);
}

/**
 * mcrd_chains_add - make the chains of a device but the base chain, without lookups
 * @nft: the batch
 * @dev: the device
 */
void mcrd_chains_add(struct mcrd_nft *nft, const struct mcrd_device *dev)
{
	struct mcrd_chain_name name;
	size_t i;

	for (i = 1; i < MCRD_CHAINS; i++) {
		mcrd_chain_name(&name, dev, mcrd_chain_suffix[i]);
		mcrd_nft_chain_add(nft, name.s);
	}
	mcrd_chain_ip(nft, dev);
	mcrd_chain_ip6(nft, dev);
}

/**
 * mcrd_chains_hook - let frames come to a device's chains
 * @nft: the batch
 * @dev: the device; its hook_seq is set
 */
void mcrd_chains_hook(struct mcrd_nft *nft, struct mcrd_device *dev)
{
	struct mcrd_chain_name name;

	mcrd_nft_base_chain(nft, mcrd_chain_name(&name, dev, ""), dev->name);
	dev->hook_seq = nft->seq;
	mcrd_chain_base(nft, dev, AF_INET);
	mcrd_chain_base(nft, dev, AF_INET6);
}

/**
 * mcrd_chains_unhook - let frames come to a device's chains no more
 * @nft: the batch
 * @dev: the device, hooked
 */
void mcrd_chains_unhook(struct mcrd_nft *nft, const struct mcrd_device *dev)
{
	struct mcrd_chain_name name;

	mcrd_chain_name(&name, dev, "");
	/* It may be gone. What is ended must be there. */
	mcrd_nft_chain_add(nft, name.s);
	mcrd_nft_chain_del(nft, name.s);
}

/**
 * mcrd_chains_del - end the chains of a device
 * @nft: the batch
 * @dev: the device, hooked
 */
void mcrd_chains_del(struct mcrd_nft *nft, const struct mcrd_device *dev)
{
	struct mcrd_chain_name name;
	size_t i;

	mcrd_chains_unhook(nft, dev);
	/* Those in front refer to those behind. */
	for (i = 1; i < MCRD_CHAINS; i++) {
		mcrd_chain_name(&name, dev, mcrd_chain_suffix[i]);
		mcrd_nft_chain_del(nft, name.s);
	}
}

static const char *mcrd_mask_chain(struct mcrd_chain_name *name,
				   const struct mcrd_mask *mask, bool any)
{
	char suffix[20];

	snprintf(suffix, sizeof(suffix), "-%s-%s%s",
		 mask->family == AF_INET ? "ip" : "ip6",
		 mask->tagged ? "vlan" : "plain", any ? "-any" : "");
	return mcrd_chain_name(name, mask->dev, suffix);
}

static __u32 mcrd_mask_add_type(__u32 types, __u32 type)
{
	return types << MCRD_TYPE_BITS | type;
}

/**
 * mcrd_mask_set - the verdict map of a mask and a length of port blocks
 * @mask: the mask
 * @len: length of the blocks; 0: the port does not matter
 * @set: filled in
 */
void mcrd_mask_set(const struct mcrd_mask *mask, unsigned int len,
		   struct mcrd_nft_set *set)
{
	const __u32 bytes = mcr_addr_bits(mask->family) / 8;
	const __u32 type = mask->family == AF_INET ? MCRD_TYPE_IPV4 :
						     MCRD_TYPE_IPV6;
	struct mcrd_chain_name chain;

	snprintf(set->name, sizeof(set->name), "%s-%u-%u-%s%u%s",
		 mcrd_mask_chain(&chain, mask, false), mask->group_len,
		 mask->src_len, mask->proto == MCR_PROTO_UDP ? "udp" : "any",
		 len, mask->one_port ? "-one" : "");
	set->key_type = type;
	set->key_len = bytes;
	if (mask->src_len) {
		set->key_type = mcrd_mask_add_type(set->key_type, type);
		set->key_len += bytes;
	}
	if (len) {
		set->key_type = mcrd_mask_add_type(set->key_type,
						   MCRD_TYPE_PORT);
		set->key_len += (__u32)sizeof(__u32);
	}
	if (mask->tagged) {
		set->key_type = mcrd_mask_add_type(set->key_type,
						   MCRD_TYPE_PORT);
		set->key_len += (__u32)sizeof(__u32);
	}
}

/* Load the first @len bits of an address; return the register behind it. */
static __u32 mcrd_rule_prefix(struct mcrd_nft *nft, struct nftnl_rule *rule,
			      __u8 family, __u32 offset, __u8 len, __u32 reg)
{
	const __u32 bytes = mcr_addr_bits(family) / 8;
	union mcr_addr mask;

	mcrd_nft_payload(nft, rule, NFT_PAYLOAD_NETWORK_HEADER, offset, bytes,
			 reg);
	if (len < mcr_addr_bits(family)) {
		memset(&mask, 0xff, sizeof(mask));
		mcr_addr_mask(&mask, family, len);
		mcrd_nft_mask(nft, rule, reg, &mask, bytes);
	}
	return reg + bytes / (__u32)sizeof(__u32);
}

static void mcrd_chain_lookup(struct mcrd_nft *nft,
			      const struct mcrd_mask *mask, unsigned int len,
			      const char *chain)
{
	const __be16 ports = htons((__u16)(0xffff0000U >> len));
	const bool ip = mask->family == AF_INET;
	struct nftnl_rule *rule = mcrd_nft_rule(nft, chain);
	const __be16 vid = htons(0x0fff);
	struct mcrd_nft_set set;
	__u32 reg = MCRD_REG;

	if (mask->proto == MCR_PROTO_UDP)
		mcrd_rule_protocol(nft, rule, IPPROTO_UDP);
	reg = mcrd_rule_prefix(nft, rule, mask->family, ip ? 16 : 24,
			       mask->group_len, reg);
	if (mask->src_len)
		reg = mcrd_rule_prefix(nft, rule, mask->family, ip ? 12 : 8,
				       mask->src_len, reg);
	if (len) {
		mcrd_nft_payload(nft, rule, NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2,
				 reg);
		if (len < 16)
			mcrd_nft_mask(nft, rule, reg, &ports, sizeof(ports));
		reg++;
	}
	if (mask->tagged) {
		mcrd_nft_payload(nft, rule, NFT_PAYLOAD_LL_HEADER, ETH_HLEN, 2,
				 reg);
		mcrd_nft_mask(nft, rule, reg, &vid, sizeof(vid));
	}
	mcrd_mask_set(mask, len, &set);
	mcrd_nft_vmap(nft, rule, MCRD_REG, set.name);
	mcrd_nft_rule_put(nft, rule);
}

/* Wider prefixes than these do not mean groups that are never routed. */
static void mcrd_chain_local(struct mcrd_nft *nft, __u8 family,
			     const char *chain)
{
	static const __u8 ip[] = { 224, 0, 0 }, ip6[] = { 0xff, 0x02 };
	struct nftnl_rule *rule = mcrd_nft_rule(nft, chain);

	if (family == AF_INET)
		mcrd_rule_bytes(nft, rule, NFT_PAYLOAD_NETWORK_HEADER, 16, ip,
				sizeof(ip));
	else
		mcrd_rule_bytes(nft, rule, NFT_PAYLOAD_NETWORK_HEADER, 24, ip6,
				sizeof(ip6));
	mcrd_nft_accept(nft, rule);
	mcrd_nft_rule_put(nft, rule);
}

/* The lookups of one of the chains for a family, tagged or not. */
static void mcrd_chain_fill(struct mcrd_nft *nft, const struct mcrd_device *dev,
			    __u8 family, bool tagged, bool any)
{
	const struct mcrd_mask *mask;
	struct mcrd_chain_name name;
	bool local = false;
	unsigned int len;

	LIST_FOREACH(mask, &dev->masks, list) {
		if (mask->family != family || mask->tagged != tagged ||
		    (any && mask->proto == MCR_PROTO_UDP))
			continue;
		mcrd_mask_chain(&name, mask, any);
		if (!local && mcr_mask_skips_local(family, mask->group_len)) {
			mcrd_chain_local(nft, family, name.s);
			local = true;
		}
		for (len = 0; len < MCRD_LENS; len++)
			if (mask->next[len])
				mcrd_chain_lookup(nft, mask, len, name.s);
	}
}

/**
 * mcrd_chains_flush - take all lookups out of a device's chains
 * @nft: the batch
 * @dev: the device, hooked
 */
void mcrd_chains_flush(struct mcrd_nft *nft, const struct mcrd_device *dev)
{
	static const char * const suffix[] = {
		"-ip-plain", "-ip-vlan", "-ip6-plain", "-ip6-vlan",
		"-ip6-plain-any", "-ip6-vlan-any",
	};
	struct mcrd_chain_name name;
	size_t i;

	for (i = 0; i < sizeof(suffix) / sizeof(suffix[0]); i++)
		mcrd_nft_chain_flush(nft, mcrd_chain_name(&name, dev,
							  suffix[i]));
}

/**
 * mcrd_chains_fill - put the lookups that are to be into a device's chains
 * @nft: the batch
 * @dev: the device; the chains have no lookups
 */
void mcrd_chains_fill(struct mcrd_nft *nft, const struct mcrd_device *dev)
{
	unsigned int tagged;

	for (tagged = 0; tagged < 2; tagged++) {
		mcrd_chain_fill(nft, dev, AF_INET, tagged, false);
		mcrd_chain_fill(nft, dev, AF_INET6, tagged, false);
		mcrd_chain_fill(nft, dev, AF_INET6, tagged, true);
	}
}
