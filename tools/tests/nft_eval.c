// SPDX-License-Identifier: GPL-2.0
/*
 * What the model of nf_tables does with a frame; see nft_model.h.
 */
#include "nft_state.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include <libnftnl/expr.h>
#include <libnftnl/rule.h>

#define DEPTH_MAX	16
/* Not a verdict of netfilter: go on. */
#define GO_ON		0x1000

/* The registers, as bytes, and what they are loaded from. */
struct run {
	const struct nft_model *m;
	const struct nft_frame *f;
	__u8 reg[64];
	const char *to;
};

/**
 * struct upper - what nft_set_pktinfo() would find
 * @proto: of the header behind IP's
 * @off: where that is; of fragments behind the first, it cannot be loaded from
 * @fragment: not the first fragment
 */
struct upper {
	__u8 proto;
	size_t off;
	bool fragment;
};

static bool is_exthdr(__u8 nexthdr)
{
	return nexthdr == IPPROTO_HOPOPTS || nexthdr == IPPROTO_ROUTING ||
	       nexthdr == IPPROTO_FRAGMENT || nexthdr == IPPROTO_AH ||
	       nexthdr == IPPROTO_DSTOPTS;
}

/* Up to the header of type @stop, or to the first that is no extension. */
static struct upper walk6(const struct nft_frame *f, int stop)
{
	struct upper u = { .proto = f->net[6], .off = 40 };

	while (is_exthdr(u.proto) && u.proto != stop) {
		const __u8 *h = f->net + u.off;

		if (u.proto == IPPROTO_FRAGMENT && ((h[2] << 8 | h[3]) & ~7)) {
			u.fragment = true;
			u.proto = h[0];
			return u;
		}
		if (u.proto == IPPROTO_FRAGMENT)
			u.off += 8;
		else if (u.proto == IPPROTO_AH)
			u.off += (h[1] + 2UL) * 4;
		else
			u.off += (h[1] + 1UL) * 8;
		u.proto = h[0];
	}
	return u;
}

static struct upper upper_of(const struct nft_frame *f)
{
	struct upper u = { .proto = f->net[9] };

	if (f->protocol == ETH_P_IPV6)
		return walk6(f, -1);
	u.off = (f->net[0] & 15UL) * 4;
	u.fragment = (f->net[6] << 8 | f->net[7]) & 0x1fff;
	return u;
}

static __u8 *reg_at(struct run *run, __u32 reg)
{
	return run->reg + (size_t)(reg - NFT_REG32_00) * 4;
}

/* Loads fill their last register with zeroes. */
static void reg_load(struct run *run, __u32 reg, const void *data, size_t len)
{
	memset(reg_at(run, reg), 0, (len + 3) / 4 * 4);
	memcpy(reg_at(run, reg), data, len);
}

static bool run_payload(struct run *run, struct nftnl_expr *e)
{
	__u32 off = nftnl_expr_get_u32(e, NFTNL_EXPR_PAYLOAD_OFFSET);
	__u32 len = nftnl_expr_get_u32(e, NFTNL_EXPR_PAYLOAD_LEN);
	__u32 reg = nftnl_expr_get_u32(e, NFTNL_EXPR_PAYLOAD_DREG);
	const struct nft_frame *f = run->f;
	const __u8 *from = f->net;
	size_t room = f->net_len;
	struct upper u;
	__u8 all[18 + sizeof(f->net)];

	switch (nftnl_expr_get_u32(e, NFTNL_EXPR_PAYLOAD_BASE)) {
	case NFT_PAYLOAD_LL_HEADER:
		if (!f->ll_len)
			return false;
		memcpy(all, f->ll, f->ll_len);
		memcpy(all + f->ll_len, f->net, f->net_len);
		from = all;
		room = f->ll_len + f->net_len;
		break;
	case NFT_PAYLOAD_TRANSPORT_HEADER:
		u = upper_of(f);
		if (u.fragment || u.off > f->net_len)
			return false;
		from += u.off;
		room -= u.off;
		break;
	}
	if (off + len > room)
		return false;
	reg_load(run, reg, from + off, len);
	return true;
}

static bool run_meta(struct run *run, struct nftnl_expr *e)
{
	__u32 reg = nftnl_expr_get_u32(e, NFTNL_EXPR_META_DREG);
	__be16 protocol = htons(run->f->protocol);
	__u8 pkttype = run->f->pkttype;
	__u8 proto;

	switch (nftnl_expr_get_u32(e, NFTNL_EXPR_META_KEY)) {
	case NFT_META_PROTOCOL:
		reg_load(run, reg, &protocol, sizeof(protocol));
		return true;
	case NFT_META_L4PROTO:
		proto = upper_of(run->f).proto;
		reg_load(run, reg, &proto, sizeof(proto));
		return true;
	case NFT_META_PKTTYPE:
		/* Looped back is shown as what it would be otherwise. */
		if (pkttype == PACKET_LOOPBACK)
			pkttype = PACKET_MULTICAST;
		reg_load(run, reg, &pkttype, sizeof(pkttype));
		return true;
	case NFT_META_IIFTYPE:
		reg_load(run, reg, &run->f->iiftype, sizeof(__u16));
		return true;
	default:
		return nft_bad("meta", "a key that is not known");
	}
}

static bool run_exthdr(struct run *run, struct nftnl_expr *e)
{
	__u8 type = nftnl_expr_get_u8(e, NFTNL_EXPR_EXTHDR_TYPE);
	__u32 off = nftnl_expr_get_u32(e, NFTNL_EXPR_EXTHDR_OFFSET);
	__u32 len = nftnl_expr_get_u32(e, NFTNL_EXPR_EXTHDR_LEN);
	__u32 reg = nftnl_expr_get_u32(e, NFTNL_EXPR_EXTHDR_DREG);
	struct upper u = walk6(run->f, type);
	__u8 there = u.proto == type;

	if (nftnl_expr_get_u32(e, NFTNL_EXPR_EXTHDR_FLAGS) &
	    NFT_EXTHDR_F_PRESENT) {
		reg_load(run, reg, &there, sizeof(there));
		return true;
	}
	if (!there || u.off + off + len > run->f->net_len)
		return false;
	reg_load(run, reg, run->f->net + u.off + off, len);
	return true;
}

static bool run_bitwise(struct run *run, struct nftnl_expr *e)
{
	__u32 len = nftnl_expr_get_u32(e, NFTNL_EXPR_BITWISE_LEN), n, i;
	__u8 *from = reg_at(run, nftnl_expr_get_u32(e,
						    NFTNL_EXPR_BITWISE_SREG));
	__u8 *to = reg_at(run, nftnl_expr_get_u32(e, NFTNL_EXPR_BITWISE_DREG));
	const __u8 *mask = nftnl_expr_get(e, NFTNL_EXPR_BITWISE_MASK, &n);

	/* Whole registers, and the mask has zeroes behind its end. */
	for (i = 0; i < (len + 3) / 4 * 4; i++)
		to[i] = from[i] & (i < n ? mask[i] : 0);
	return true;
}

static bool run_cmp(struct run *run, struct nftnl_expr *e)
{
	__u32 reg = nftnl_expr_get_u32(e, NFTNL_EXPR_CMP_SREG), len;
	const void *data = nftnl_expr_get(e, NFTNL_EXPR_CMP_DATA, &len);
	bool equal = !memcmp(reg_at(run, reg), data, len);

	return equal == (nftnl_expr_get_u32(e, NFTNL_EXPR_CMP_OP) ==
			 NFT_CMP_EQ);
}

static __u32 run_lookup(struct run *run, struct nftnl_expr *e)
{
	__u32 reg = nftnl_expr_get_u32(e, NFTNL_EXPR_LOOKUP_SREG);
	struct nft_set *s = nft_set_find(run->m,
				 nftnl_expr_get_str(e, NFTNL_EXPR_LOOKUP_SET));
	struct nft_elem *found = nft_elem_find(s, reg_at(run, reg));

	return found ? found->verdict : GO_ON;
}

/* One rule: a verdict, or GO_ON. */
static __u32 run_rule(struct run *run, const struct nftnl_rule *r)
{
	struct nftnl_expr_iter *it = nftnl_expr_iter_create(r);
	__u32 verdict = GO_ON;
	struct nftnl_expr *e;
	bool more = true;

	/* What registers have at first is not defined. */
	memset(run->reg, 0xa5, sizeof(run->reg));
	while (more && (e = nftnl_expr_iter_next(it))) {
		const char *name = nftnl_expr_get_str(e, NFTNL_EXPR_NAME);

		if (!strcmp(name, "payload")) {
			more = run_payload(run, e);
		} else if (!strcmp(name, "meta")) {
			more = run_meta(run, e);
		} else if (!strcmp(name, "exthdr")) {
			more = run_exthdr(run, e);
		} else if (!strcmp(name, "bitwise")) {
			more = run_bitwise(run, e);
		} else if (!strcmp(name, "cmp")) {
			more = run_cmp(run, e);
		} else if (!strcmp(name, "lookup")) {
			verdict = run_lookup(run, e);
			more = false;
		} else {
			verdict = nftnl_expr_get_u32(e, NFTNL_EXPR_IMM_VERDICT);
			run->to = nftnl_expr_get_str(e, NFTNL_EXPR_IMM_CHAIN);
			more = false;
		}
	}
	nftnl_expr_iter_destroy(it);
	return verdict;
}

static bool chain_drops(struct run *run, const struct nft_chain *c)
{
	unsigned int depth;

	for (depth = 0; c && depth < DEPTH_MAX; depth++) {
		const struct nft_chain *next = NULL;
		const struct nft_rule *r;

		TAILQ_FOREACH(r, &c->rules, list) {
			__u32 verdict = run_rule(run, r->r);

			if (verdict == GO_ON)
				continue;
			if (verdict != (__u32)NFT_GOTO)
				return verdict == NF_DROP;
			next = nft_chain_find(run->m, run->to);
			break;
		}
		c = next;
	}
	return false;
}

/**
 * nft_model_drops - is a frame dropped?
 * @m: the model
 * @f: the frame
 *
 * Return: true if so, by any base chain of its device.
 */
bool nft_model_drops(const struct nft_model *m, const struct nft_frame *f)
{
	struct run run = { .m = m, .f = f };
	const struct nft_chain *c;

	LIST_FOREACH(c, &m->chains, list)
		if (!strcmp(c->dev, f->dev) && chain_drops(&run, c))
			return true;
	return false;
}
