// SPDX-License-Identifier: GPL-2.0
/*
 * Which frames packet sockets let in; see filter.h.
 *
 * What no rule can take must not wake anybody: frames that this host sent, or
 * that are another host's; what is not IP; unicast and broadcast. Frames whose
 * Ethernet address is a group's are let in whatever their IP header says: a worker
 * counts those that are malformed.
 */
#include "filter.h"

#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <stdint.h>

/* Jump targets, until it is known where they are. */
#define TO_IPV4		0xf1
#define TO_IPV6		0xf2
#define TO_TAKE		0xf3
#define TO_DROP		0xf4

/* Of the network header: where the destination address begins. */
#define IPV4_DST	16
#define IPV6_DST	24

#define VLAN_BYTES	4

/* BPF_W, a word, is 0: it is not written out where BPF_IMM, 0 as well, is. */

/**
 * struct program - a filter under construction
 * @insn: where it is built
 * @n: number of instructions
 * @ipv4: where IPv4 is looked at
 * @ipv6: where IPv6 is
 */
struct program {
	struct sock_filter *insn;
	size_t n;
	size_t ipv4;
	size_t ipv6;
};

static void stmt(struct program *p, uint16_t code, uint32_t k)
{
	p->insn[p->n++] = (struct sock_filter){ .code = code, .k = k };
}

static void jump(struct program *p, uint16_t op, uint32_t k, uint8_t jt,
		 uint8_t jf)
{
	p->insn[p->n++] = (struct sock_filter){
		.code = (uint16_t)(BPF_JMP | BPF_K | op),
		.jt = jt,
		.jf = jf,
		.k = k,
	};
}

static uint8_t target(const struct program *p, size_t at, uint8_t to)
{
	switch (to) {
	case TO_IPV4:
		return (uint8_t)(p->ipv4 - at - 1);
	case TO_IPV6:
		return (uint8_t)(p->ipv6 - at - 1);
	case TO_TAKE:
		return (uint8_t)(p->n - 2 - at - 1);
	case TO_DROP:
		return (uint8_t)(p->n - 1 - at - 1);
	default:
		return to;
	}
}

/* The last two instructions; then all jumps are known. */
static void finish(struct program *p)
{
	size_t i;

	stmt(p, BPF_RET | BPF_K, UINT32_MAX);
	stmt(p, BPF_RET | BPF_K, 0);
	for (i = 0; i < p->n; i++) {
		if (BPF_CLASS(p->insn[i].code) != BPF_JMP)
			continue;
		p->insn[i].jt = target(p, i, p->insn[i].jt);
		p->insn[i].jf = target(p, i, p->insn[i].jf);
	}
}

/* PACKET_HOST, _BROADCAST and _MULTICAST come first. */
static void begin(struct program *p)
{
	stmt(p, BPF_LD | BPF_W | BPF_ABS, (uint32_t)(SKF_AD_OFF +
						     SKF_AD_PKTTYPE));
	jump(p, BPF_JGT, PACKET_MULTICAST, TO_DROP, 0);
}

static void by_protocol(struct program *p)
{
	jump(p, BPF_JEQ, ETH_P_IP, TO_IPV4, 0);
	jump(p, BPF_JEQ, ETH_P_IPV6, TO_IPV6, TO_DROP);
}

/* A group's Ethernet address: not that of broadcast, which begins with 0xff. */
static void by_ethernet(struct program *p)
{
	stmt(p, BPF_LD | BPF_B | BPF_ABS, 0);
	jump(p, BPF_JEQ, 0xff, 1, 0);
	jump(p, BPF_JSET, 1, TO_TAKE, 0);
}

static void ether(struct program *p)
{
	stmt(p, BPF_LDX | BPF_IMM, ETH_HLEN);
	stmt(p, BPF_LD | BPF_H | BPF_ABS, 12);
	jump(p, BPF_JEQ, ETH_P_8021Q, 0, 2);
	stmt(p, BPF_LDX | BPF_IMM, ETH_HLEN + VLAN_BYTES);
	stmt(p, BPF_LD | BPF_H | BPF_ABS, 12 + VLAN_BYTES);
	by_protocol(p);

	p->ipv4 = p->n;
	by_ethernet(p);
	stmt(p, BPF_LD | BPF_B | BPF_IND, IPV4_DST);
	stmt(p, BPF_ALU | BPF_AND | BPF_K, 0xf0);
	jump(p, BPF_JEQ, 0xe0, TO_TAKE, TO_DROP);

	p->ipv6 = p->n;
	by_ethernet(p);
	stmt(p, BPF_LD | BPF_B | BPF_IND, IPV6_DST);
	jump(p, BPF_JEQ, 0xff, TO_TAKE, TO_DROP);
}

static void bare(struct program *p)
{
	stmt(p, BPF_LD | BPF_W | BPF_ABS, (uint32_t)(SKF_AD_OFF +
						     SKF_AD_PROTOCOL));
	by_protocol(p);

	p->ipv4 = p->n;
	stmt(p, BPF_LD | BPF_B | BPF_ABS, (uint32_t)SKF_NET_OFF + IPV4_DST);
	stmt(p, BPF_ALU | BPF_AND | BPF_K, 0xf0);
	jump(p, BPF_JEQ, 0xe0, TO_TAKE, TO_DROP);

	p->ipv6 = p->n;
	stmt(p, BPF_LD | BPF_B | BPF_ABS, (uint32_t)SKF_NET_OFF + IPV6_DST);
	jump(p, BPF_JEQ, 0xff, TO_TAKE, TO_DROP);
}

/**
 * mcrd_filter_build - the program for a packet socket
 * @kind: what is to be let in
 * @insn: filled in
 *
 * Return: number of instructions.
 */
size_t mcrd_filter_build(enum mcrd_filter_kind kind,
			 struct sock_filter insn[MCRD_FILTER_MAX])
{
	struct program p = { .insn = insn };

	switch (kind) {
	case MCRD_FILTER_ETHER:
		begin(&p);
		ether(&p);
		break;
	case MCRD_FILTER_BARE:
		begin(&p);
		bare(&p);
		break;
	case MCRD_FILTER_NONE:
		stmt(&p, BPF_RET | BPF_K, 0);
		return p.n;
	}
	finish(&p);
	return p.n;
}
