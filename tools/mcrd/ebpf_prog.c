// SPDX-License-Identifier: GPL-2.0
/*
 * Which frames packet sockets let in, as eBPF; see ebpf_prog.h.
 *
 * DOC: What is let in
 *
 * What filter.c keeps out is kept out here. Of the rest, UDP that is neither a
 * fragment nor has options or extension headers is looked up: what is found is let
 * in. What is not found, and is in order, is counted and kept out, but for a sample
 * of it: workers remember which flows no rule takes. All else is let in. So a
 * packet that a rule takes always is: a key is never narrower than its rules, only
 * wider, since it knows neither VLANs nor ranges of ports. And a packet is counted
 * once, here or by a worker, as the same thing: where a worker may see something
 * malformed, it is let in.
 */
#include "ebpf_prog.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include "ebpf_insn.h"

/* Bits of mcrd_ebpf_key.mask: lengths of prefixes, and what else there is. */
#define MASK_SRC(mask)		((mask) & 0xff)
#define MASK_GROUP(mask)	((mask) >> 8 & 0xff)
#define MASK_PORT		0x10000U
#define MASK_IPV6		0x20000U

/* On the stack: the headers, the key, an index. */
#define HEADER		(-112)
#define KEY		(-56)
#define INDEX		(-8)

/* What lives longer than a call. */
#define CTX		BPF_REG_6
#define PORT		BPF_REG_7
#define NOW		BPF_REG_7
#define FLOW		BPF_REG_8
#define L3_LEN		BPF_REG_8
#define SLOT		BPF_REG_9

#define UDP_HLEN	8
#define VLAN_BYTES	4

/* Odd, and its bits are evenly spread: 2^64 divided by the golden ratio. */
#define SPREAD		0x9e3779b97f4a7c15ULL

enum label {
	TAKE,
	DROP,
	MISS,
	NEW,
	LATER,
	COUNT,
	COUNT_HERE,
	TAGGED,
	V4,
	V4_WHOLE,
	V4_BY_ADDRESS,
	V4_BY_ADDRESS_IP,
	V4_TAGGED,
	V4_TAGGED_IP,
	V6,
	V6_WHOLE,
	V6_BY_ADDRESS,
	V6_BY_ADDRESS_IP,
	V6_TAGGED,
	V6_TAGGED_IP,
};

/**
 * struct layout - where things are in headers of one family
 * @hlen: length of the IP header
 * @dst: offset of the destination address
 * @src: of the source address
 * @words: of an address
 * @bits: of the first byte of the destination that tell a group
 * @group: what they are then
 */
struct layout {
	int hlen;
	int dst;
	int src;
	int words;
	int bits;
	int group;
};

static const struct layout ipv4 = { 20, 16, 12, 1, 0xf0, 0xe0 };
static const struct layout ipv6 = { 40, 24, 8, 4, 0xff, 0xff };

/**
 * mcrd_ebpf_key_make - the key of a match
 * @key: filled in; no byte of it is left as it was
 * @m: a sound match
 */
void mcrd_ebpf_key_make(struct mcrd_ebpf_key *key, const struct mcr_match *m)
{
	memset(key, 0, sizeof(*key));
	key->group = m->group;
	key->src = m->src;
	key->mask = (uint32_t)m->group_len << 8 | m->src_len;
	if (m->family == AF_INET6)
		key->mask |= MASK_IPV6;
	if (m->dport_min && m->dport_min == m->dport_max) {
		key->mask |= MASK_PORT;
		key->port = htons(m->dport_min);
	}
}

/* Have @len bytes of the frame at HEADER + @at; go to @fail if there are none. */
static void fetch(struct mcrd_asm *a, uint32_t off, int at, int len, int fail)
{
	mcrd_asm_mov(a, BPF_REG_1, CTX);
	mcrd_asm_set(a, BPF_REG_2, (int32_t)off);
	mcrd_asm_mov(a, BPF_REG_3, BPF_REG_10);
	mcrd_asm_alu(a, BPF_ADD, BPF_REG_3, HEADER + at);
	mcrd_asm_set(a, BPF_REG_4, len);
	mcrd_asm_call(a, BPF_FUNC_skb_load_bytes);
	mcrd_asm_if(a, BPF_JNE, BPF_REG_0, 0, fail);
}

/* R0: what there is in @map for the key at @at of the stack */
static void look_up(struct mcrd_asm *a, int map, int at)
{
	mcrd_asm_set64(a, BPF_REG_1, BPF_PSEUDO_MAP_FD, (uint32_t)map);
	mcrd_asm_mov(a, BPF_REG_2, BPF_REG_10);
	mcrd_asm_alu(a, BPF_ADD, BPF_REG_2, at);
	mcrd_asm_call(a, BPF_FUNC_map_lookup_elem);
}

/* Bits @len of a prefix that are in its word @i, as the word lies in memory */
static uint32_t prefix_word(unsigned int len, int i)
{
	unsigned int before = 32 * (unsigned int)i;

	if (len <= before)
		return 0;
	if (len >= before + 32)
		return UINT32_MAX;
	return htonl(UINT32_MAX << (32 - (len - before)));
}

/* The number that has two words side by side in memory */
static uint64_t pair(uint32_t first, uint32_t second)
{
	const uint32_t words[2] = { first, second };
	uint64_t both;

	memcpy(&both, words, sizeof(both));
	return both;
}

/* A register that has a word: from now on a pair, of which it is the @second. */
static void widen(struct mcrd_asm *a, int reg, bool second)
{
	if (pair(!second, second) != 1)
		mcrd_asm_alu(a, BPF_LSH, reg, 32);
}

/*
 * What is on the stack is written by 64 bits: who has CAP_BPF alone may not write
 * over a part of what the verifier knows the value of.
 */
static void put_address(struct mcrd_asm *a, const struct layout *l, int from,
			int to, unsigned int len)
{
	const bool two = l->words > 1;
	uint64_t mask;
	int i;

	for (i = 0; i < l->words; i += 2) {
		mask = pair(prefix_word(len, i),
			    two ? prefix_word(len, i + 1) : 0);
		if (!mask) {
			mcrd_asm_clear(a, BPF_REG_10, KEY + to + 4 * i);
			continue;
		}
		mcrd_asm_load(a, two ? BPF_DW : BPF_W, BPF_REG_1, BPF_REG_10,
			      HEADER + from + 4 * i);
		if (!two)
			widen(a, BPF_REG_1, false);
		if (mask != pair(UINT32_MAX, two ? UINT32_MAX : 0)) {
			mcrd_asm_set64(a, BPF_REG_2, 0, mask);
			mcrd_asm_alu_reg(a, BPF_AND, BPF_REG_1, BPF_REG_2);
		}
		mcrd_asm_store(a, BPF_DW, BPF_REG_10, KEY + to + 4 * i,
			       BPF_REG_1);
	}
}

/* The mask, and the port behind it */
static void put_mask(struct mcrd_asm *a, uint32_t mask)
{
	const int at = offsetof(struct mcrd_ebpf_key, mask);

	mcrd_asm_set64(a, BPF_REG_1, 0, pair(mask, 0));
	if (mask & MASK_PORT) {
		mcrd_asm_mov(a, BPF_REG_2, PORT);
		widen(a, BPF_REG_2, true);
		mcrd_asm_alu_reg(a, BPF_OR, BPF_REG_1, BPF_REG_2);
	}
	mcrd_asm_store(a, BPF_DW, BPF_REG_10, KEY + at, BPF_REG_1);
}

static void probe(struct mcrd_asm *a, const struct layout *l, int keys,
		  uint32_t mask)
{
	put_address(a, l, l->dst, offsetof(struct mcrd_ebpf_key, group),
		    MASK_GROUP(mask));
	put_address(a, l, l->src, offsetof(struct mcrd_ebpf_key, src),
		    MASK_SRC(mask));
	put_mask(a, mask);
	look_up(a, keys, KEY);
	mcrd_asm_if(a, BPF_JNE, BPF_REG_0, 0, TAKE);
}

static void probe_all(struct mcrd_asm *a, const struct layout *l,
		      const struct mcrd_ebpf_plan *plan)
{
	const uint32_t family = l == &ipv6 ? MASK_IPV6 : 0;
	unsigned int i;
	int at;

	mcrd_asm_load(a, BPF_H, PORT, BPF_REG_10, HEADER + l->hlen + 2);
	/* An address of IPv4 leaves the rest of its place as it is. */
	for (at = 0; at < (int)sizeof(struct mcrd_ebpf_key); at += 8)
		mcrd_asm_clear(a, BPF_REG_10, KEY + at);
	for (i = 0; i < plan->n; i++)
		if ((plan->mask[i] & MASK_IPV6) == family)
			probe(a, l, plan->keys, plan->mask[i]);
}

/* A worker calls malformed what is longer than its frame, or than what it is in. */
static void lengths(struct mcrd_asm *a, const struct layout *l, uint32_t nhoff,
		    int whole)
{
	mcrd_asm_if(a, BPF_JLT, L3_LEN, l->hlen + UDP_HLEN, TAKE);
	mcrd_asm_load(a, BPF_W, BPF_REG_1, CTX, offsetof(struct __sk_buff, len));
	mcrd_asm_alu(a, BPF_SUB, BPF_REG_1, (int32_t)nhoff);
	mcrd_asm_if_reg(a, BPF_JGT, L3_LEN, BPF_REG_1, TAKE);
	/* A super-packet has no padding. */
	mcrd_asm_load(a, BPF_W, BPF_REG_2, CTX,
		      offsetof(struct __sk_buff, gso_size));
	mcrd_asm_if(a, BPF_JEQ, BPF_REG_2, 0, whole);
	mcrd_asm_if_reg(a, BPF_JNE, L3_LEN, BPF_REG_1, TAKE);
	mcrd_asm_label(a, whole);
	mcrd_asm_load(a, BPF_H, BPF_REG_2, BPF_REG_10, HEADER + l->hlen + 4);
	mcrd_asm_ntohs(a, BPF_REG_2);
	mcrd_asm_if(a, BPF_JLT, BPF_REG_2, UDP_HLEN, TAKE);
	mcrd_asm_alu(a, BPF_SUB, L3_LEN, l->hlen);
	mcrd_asm_if_reg(a, BPF_JGT, BPF_REG_2, L3_LEN, TAKE);
}

/* The sum over a header without options, its checksum included, is all ones. */
static void checksum(struct mcrd_asm *a)
{
	int i;

	mcrd_asm_set(a, BPF_REG_2, 0);
	for (i = 0; i < ipv4.hlen; i += 2) {
		mcrd_asm_load(a, BPF_H, BPF_REG_1, BPF_REG_10, HEADER + i);
		mcrd_asm_alu_reg(a, BPF_ADD, BPF_REG_2, BPF_REG_1);
	}
	for (i = 0; i < 2; i++) {
		mcrd_asm_mov(a, BPF_REG_1, BPF_REG_2);
		mcrd_asm_alu(a, BPF_RSH, BPF_REG_1, 16);
		mcrd_asm_alu(a, BPF_AND, BPF_REG_2, 0xffff);
		mcrd_asm_alu_reg(a, BPF_ADD, BPF_REG_2, BPF_REG_1);
	}
	mcrd_asm_if(a, BPF_JNE, BPF_REG_2, 0xffff, TAKE);
}

/* A number for the flow, the same as often as it comes */
static void flow(struct mcrd_asm *a, const struct layout *l)
{
	int i;

	mcrd_asm_load(a, BPF_W, FLOW, CTX, offsetof(struct __sk_buff, vlan_tci));
	mcrd_asm_alu(a, BPF_AND, FLOW, 0xfff);
	mcrd_asm_alu(a, BPF_LSH, FLOW, 16);
	mcrd_asm_alu_reg(a, BPF_OR, FLOW, PORT);
	mcrd_asm_set64(a, BPF_REG_2, 0, SPREAD);
	mcrd_asm_alu_reg(a, BPF_MUL, FLOW, BPF_REG_2);
	for (i = 0; i < 2 * l->words; i++) {
		/* Both addresses, one behind the other */
		mcrd_asm_load(a, BPF_W, BPF_REG_1, BPF_REG_10,
			      HEADER + l->src + 4 * i);
		mcrd_asm_alu_reg(a, BPF_XOR, FLOW, BPF_REG_1);
		mcrd_asm_alu_reg(a, BPF_MUL, FLOW, BPF_REG_2);
	}
	mcrd_asm_go(a, MISS);
}

/* The header at HEADER is that of a group's packet; else it is filter.c's to say. */
static void header(struct mcrd_asm *a, const struct layout *l, uint32_t nhoff,
		   int otherwise)
{
	fetch(a, nhoff, 0, l->hlen, otherwise);
	mcrd_asm_load(a, BPF_B, BPF_REG_0, BPF_REG_10, HEADER + l->dst);
	mcrd_asm_alu(a, BPF_AND, BPF_REG_0, l->bits);
	mcrd_asm_if(a, BPF_JNE, BPF_REG_0, l->group, otherwise);
}

static void by_ipv4(struct mcrd_asm *a, const struct mcrd_ebpf_plan *plan)
{
	mcrd_asm_label(a, V4);
	header(a, &ipv4, plan->nhoff, V4_BY_ADDRESS);
	mcrd_asm_load(a, BPF_B, BPF_REG_0, BPF_REG_10, HEADER);
	mcrd_asm_if(a, BPF_JNE, BPF_REG_0, 0x45, TAKE);
	mcrd_asm_load(a, BPF_B, BPF_REG_0, BPF_REG_10, HEADER + 9);
	mcrd_asm_if(a, BPF_JNE, BPF_REG_0, IPPROTO_UDP, TAKE);
	/* More fragments, or an offset */
	mcrd_asm_load(a, BPF_H, BPF_REG_0, BPF_REG_10, HEADER + 6);
	mcrd_asm_if(a, BPF_JSET, BPF_REG_0, htons(0x3fff), TAKE);
	fetch(a, plan->nhoff + (uint32_t)ipv4.hlen, ipv4.hlen, UDP_HLEN, TAKE);
	probe_all(a, &ipv4, plan);

	mcrd_asm_load(a, BPF_H, L3_LEN, BPF_REG_10, HEADER + 2);
	mcrd_asm_ntohs(a, L3_LEN);
	lengths(a, &ipv4, plan->nhoff, V4_WHOLE);
	/* Sources that a worker looks at more closely */
	mcrd_asm_load(a, BPF_B, BPF_REG_0, BPF_REG_10, HEADER + ipv4.src);
	mcrd_asm_if(a, BPF_JEQ, BPF_REG_0, 0, TAKE);
	mcrd_asm_if(a, BPF_JEQ, BPF_REG_0, 127, TAKE);
	mcrd_asm_if(a, BPF_JGE, BPF_REG_0, 224, TAKE);
	checksum(a);
	flow(a, &ipv4);
}

static void by_ipv6(struct mcrd_asm *a, const struct mcrd_ebpf_plan *plan)
{
	mcrd_asm_label(a, V6);
	header(a, &ipv6, plan->nhoff, V6_BY_ADDRESS);
	mcrd_asm_load(a, BPF_B, BPF_REG_0, BPF_REG_10, HEADER + 6);
	mcrd_asm_if(a, BPF_JNE, BPF_REG_0, IPPROTO_UDP, TAKE);
	fetch(a, plan->nhoff + (uint32_t)ipv6.hlen, ipv6.hlen, UDP_HLEN, TAKE);
	probe_all(a, &ipv6, plan);

	mcrd_asm_load(a, BPF_B, BPF_REG_0, BPF_REG_10, HEADER);
	mcrd_asm_alu(a, BPF_AND, BPF_REG_0, 0xf0);
	mcrd_asm_if(a, BPF_JNE, BPF_REG_0, 0x60, TAKE);
	mcrd_asm_load(a, BPF_H, L3_LEN, BPF_REG_10, HEADER + 4);
	mcrd_asm_ntohs(a, L3_LEN);
	mcrd_asm_alu(a, BPF_ADD, L3_LEN, ipv6.hlen);
	lengths(a, &ipv6, plan->nhoff, V6_WHOLE);
	/* Addresses that a worker looks at more closely */
	mcrd_asm_load(a, BPF_B, BPF_REG_0, BPF_REG_10, HEADER + ipv6.src);
	mcrd_asm_if(a, BPF_JEQ, BPF_REG_0, 0, TAKE);
	mcrd_asm_if(a, BPF_JEQ, BPF_REG_0, 0xff, TAKE);
	mcrd_asm_load(a, BPF_B, BPF_REG_0, BPF_REG_10, HEADER + ipv6.dst + 1);
	mcrd_asm_alu(a, BPF_AND, BPF_REG_0, 0xf);
	mcrd_asm_if(a, BPF_JLE, BPF_REG_0, 1, TAKE);
	flow(a, &ipv6);
}

/* What filter.c lets in by addresses alone; the next label is its, too. */
static void by_address(struct mcrd_asm *a, const struct layout *l,
		       uint32_t nhoff, int label)
{
	mcrd_asm_label(a, label);
	if (nhoff) {
		fetch(a, 0, 0, 1, DROP);
		mcrd_asm_load(a, BPF_B, BPF_REG_0, BPF_REG_10, HEADER);
		/* A group's, not that of broadcast */
		mcrd_asm_if(a, BPF_JEQ, BPF_REG_0, 0xff, label + 1);
		mcrd_asm_if(a, BPF_JSET, BPF_REG_0, 1, TAKE);
	}
	mcrd_asm_label(a, label + 1);
	fetch(a, nhoff + (uint32_t)l->dst, 0, 1, DROP);
	mcrd_asm_load(a, BPF_B, BPF_REG_0, BPF_REG_10, HEADER);
	mcrd_asm_alu(a, BPF_AND, BPF_REG_0, l->bits);
	mcrd_asm_if(a, BPF_JEQ, BPF_REG_0, l->group, TAKE);
	mcrd_asm_go(a, DROP);
}

/* A tag that is still in the frame is a second one: no rule takes that. */
static void tagged(struct mcrd_asm *a)
{
	mcrd_asm_label(a, TAGGED);
	fetch(a, ETH_HLEN + VLAN_BYTES - 2, 0, 2, DROP);
	mcrd_asm_load(a, BPF_H, BPF_REG_0, BPF_REG_10, HEADER);
	mcrd_asm_if(a, BPF_JEQ, BPF_REG_0, htons(ETH_P_IP), V4_TAGGED);
	mcrd_asm_if(a, BPF_JEQ, BPF_REG_0, htons(ETH_P_IPV6), V6_TAGGED);
	mcrd_asm_go(a, DROP);
	by_address(a, &ipv4, ETH_HLEN + VLAN_BYTES, V4_TAGGED);
	by_address(a, &ipv6, ETH_HLEN + VLAN_BYTES, V6_TAGGED);
}

/* PACKET_HOST, _BROADCAST and _MULTICAST come first. */
static void begin(struct mcrd_asm *a, const struct mcrd_ebpf_plan *plan)
{
	mcrd_asm_mov(a, CTX, BPF_REG_1);
	mcrd_asm_load(a, BPF_W, BPF_REG_0, CTX,
		      offsetof(struct __sk_buff, pkt_type));
	mcrd_asm_if(a, BPF_JGT, BPF_REG_0, PACKET_MULTICAST, DROP);
	mcrd_asm_load(a, BPF_W, BPF_REG_0, CTX,
		      offsetof(struct __sk_buff, protocol));
	mcrd_asm_if(a, BPF_JEQ, BPF_REG_0, htons(ETH_P_IP), V4);
	mcrd_asm_if(a, BPF_JEQ, BPF_REG_0, htons(ETH_P_IPV6), V6);
	if (plan->nhoff)
		mcrd_asm_if(a, BPF_JEQ, BPF_REG_0, htons(ETH_P_8021Q), TAGGED);
	mcrd_asm_go(a, DROP);
}

/* Unless the flow was let through not long ago, and while not too many are */
static void sample(struct mcrd_asm *a, int flows)
{
	const int what = offsetof(struct mcrd_ebpf_slot, what);
	const int when = offsetof(struct mcrd_ebpf_slot, when);

	mcrd_asm_label(a, MISS);
	mcrd_asm_call(a, BPF_FUNC_ktime_get_ns);
	mcrd_asm_mov(a, NOW, BPF_REG_0);
	mcrd_asm_mov(a, BPF_REG_1, FLOW);
	mcrd_asm_alu(a, BPF_RSH, BPF_REG_1, 64 - MCRD_EBPF_FLOWS_BITS);
	mcrd_asm_alu(a, BPF_ADD, BPF_REG_1, 1);
	mcrd_asm_store(a, BPF_W, BPF_REG_10, INDEX, BPF_REG_1);
	look_up(a, flows, INDEX);
	mcrd_asm_if(a, BPF_JEQ, BPF_REG_0, 0, TAKE);
	mcrd_asm_mov(a, SLOT, BPF_REG_0);
	mcrd_asm_load(a, BPF_DW, BPF_REG_1, SLOT, what);
	mcrd_asm_if_reg(a, BPF_JNE, BPF_REG_1, FLOW, NEW);
	mcrd_asm_load(a, BPF_DW, BPF_REG_1, SLOT, when);
	mcrd_asm_mov(a, BPF_REG_2, NOW);
	mcrd_asm_alu_reg(a, BPF_SUB, BPF_REG_2, BPF_REG_1);
	mcrd_asm_if(a, BPF_JLT, BPF_REG_2, MCRD_EBPF_AGAIN_NS, COUNT);

	mcrd_asm_label(a, NEW);
	mcrd_asm_store_imm(a, BPF_REG_10, INDEX, 0);
	look_up(a, flows, INDEX);
	mcrd_asm_if(a, BPF_JEQ, BPF_REG_0, 0, TAKE);
	mcrd_asm_load(a, BPF_DW, BPF_REG_1, BPF_REG_0, when);
	mcrd_asm_if_reg(a, BPF_JGE, BPF_REG_1, NOW, LATER);
	mcrd_asm_mov(a, BPF_REG_1, NOW);
	mcrd_asm_label(a, LATER);
	mcrd_asm_mov(a, BPF_REG_2, NOW);
	mcrd_asm_alu(a, BPF_ADD, BPF_REG_2,
		     (MCRD_EBPF_BURST - 1) * MCRD_EBPF_NS);
	mcrd_asm_if_reg(a, BPF_JGT, BPF_REG_1, BPF_REG_2, COUNT_HERE);
	mcrd_asm_alu(a, BPF_ADD, BPF_REG_1, MCRD_EBPF_NS);
	mcrd_asm_store(a, BPF_DW, BPF_REG_0, when, BPF_REG_1);
	mcrd_asm_store(a, BPF_DW, SLOT, what, FLOW);
	mcrd_asm_store(a, BPF_DW, SLOT, when, NOW);
	mcrd_asm_go(a, TAKE);
}

static void count(struct mcrd_asm *a, int flows)
{
	mcrd_asm_label(a, COUNT);
	mcrd_asm_store_imm(a, BPF_REG_10, INDEX, 0);
	look_up(a, flows, INDEX);
	mcrd_asm_if(a, BPF_JEQ, BPF_REG_0, 0, TAKE);
	mcrd_asm_label(a, COUNT_HERE);
	/* Where the filter itself can be preempted nothing is lost either. */
	mcrd_asm_set(a, BPF_REG_1, 1);
	mcrd_asm_put(a, BPF_STX | BPF_XADD | BPF_DW, BPF_REG_0, BPF_REG_1,
		     offsetof(struct mcrd_ebpf_slot, what), 0);
	mcrd_asm_label(a, DROP);
	mcrd_asm_end(a, 0);
	mcrd_asm_label(a, TAKE);
	mcrd_asm_end(a, -1);
}

/**
 * mcrd_ebpf_build - the program for the packet sockets of a device
 * @plan: what is to be let in
 * @insn: filled in
 *
 * Return: number of instructions.
 */
size_t mcrd_ebpf_build(const struct mcrd_ebpf_plan *plan,
		       struct bpf_insn insn[MCRD_EBPF_MAX])
{
	struct mcrd_asm a = { .insn = insn };

	begin(&a, plan);
	by_ipv4(&a, plan);
	by_ipv6(&a, plan);
	if (plan->nhoff)
		tagged(&a);
	by_address(&a, &ipv4, plan->nhoff, V4_BY_ADDRESS);
	by_address(&a, &ipv6, plan->nhoff, V6_BY_ADDRESS);
	sample(&a, plan->flows);
	count(&a, plan->flows);
	mcrd_asm_finish(&a);
	return a.n;
}
