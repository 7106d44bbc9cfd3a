// SPDX-License-Identifier: GPL-2.0
/*
 * The expressions that rules of nf_tables are made of; see consume_nft.h. A rule
 * that is NULL takes none: memory ran out, and the batch knows.
 */
#include "consume_nft.h"

#include <stdio.h>

#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <linux/netfilter.h>

/* Owned by the rule; NULL without memory. */
static struct nftnl_expr *mcrd_nft_expr(struct mcrd_nft *nft,
					struct nftnl_rule *rule,
					const char *name)
{
	struct nftnl_expr *expr = rule ? nftnl_expr_alloc(name) : NULL;

	if (!expr)
		nft->failed = true;
	else
		nftnl_rule_add_expr(rule, expr);
	return expr;
}

static void mcrd_nft_data(struct mcrd_nft *nft, struct nftnl_expr *expr,
			  __u16 attr, const void *data, __u32 len)
{
	if (nftnl_expr_set(expr, attr, data, len))
		nft->failed = true;
}

static void mcrd_nft_str(struct mcrd_nft *nft, struct nftnl_expr *expr,
			 __u16 attr, const char *str)
{
	if (nftnl_expr_set_str(expr, attr, str))
		nft->failed = true;
}

/**
 * mcrd_nft_meta - load what the kernel knows of a frame
 * @nft: the batch
 * @rule: the rule
 * @key: of enum nft_meta_keys
 * @reg: the register
 */
void mcrd_nft_meta(struct mcrd_nft *nft, struct nftnl_rule *rule, __u32 key,
		   __u32 reg)
{
	struct nftnl_expr *e = mcrd_nft_expr(nft, rule, "meta");

	if (!e)
		return;
	nftnl_expr_set_u32(e, NFTNL_EXPR_META_KEY, key);
	nftnl_expr_set_u32(e, NFTNL_EXPR_META_DREG, reg);
}

/**
 * mcrd_nft_payload - load bytes of a frame
 * @nft: the batch
 * @rule: the rule
 * @base: of enum nft_payload_bases: the header they are in
 * @offset: in that header
 * @len: bytes
 * @reg: the first register
 *
 * Where there are no such bytes the rule ends.
 */
void mcrd_nft_payload(struct mcrd_nft *nft, struct nftnl_rule *rule,
		      __u32 base, __u32 offset, __u32 len, __u32 reg)
{
	struct nftnl_expr *e = mcrd_nft_expr(nft, rule, "payload");

	if (!e)
		return;
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_BASE, base);
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_OFFSET, offset);
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_LEN, len);
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_DREG, reg);
}

/**
 * mcrd_nft_exthdr - load bytes of an IPv6 extension header
 * @nft: the batch
 * @rule: the rule
 * @type: protocol number of the header; the first of them counts
 * @offset: in that header
 * @len: bytes
 * @reg: the first register
 *
 * Where there is no such header the rule ends.
 */
void mcrd_nft_exthdr(struct mcrd_nft *nft, struct nftnl_rule *rule, __u8 type,
		     __u32 offset, __u32 len, __u32 reg)
{
	struct nftnl_expr *e = mcrd_nft_expr(nft, rule, "exthdr");

	if (!e)
		return;
	nftnl_expr_set_u32(e, NFTNL_EXPR_EXTHDR_OP, NFT_EXTHDR_OP_IPV6);
	nftnl_expr_set_u8(e, NFTNL_EXPR_EXTHDR_TYPE, type);
	nftnl_expr_set_u32(e, NFTNL_EXPR_EXTHDR_OFFSET, offset);
	nftnl_expr_set_u32(e, NFTNL_EXPR_EXTHDR_LEN, len);
	nftnl_expr_set_u32(e, NFTNL_EXPR_EXTHDR_DREG, reg);
}

/**
 * mcrd_nft_exthdr_there - load 1 if there is an IPv6 extension header, else 0
 * @nft: the batch
 * @rule: the rule
 * @type: protocol number of the header
 * @reg: the register, of which one byte is meant
 */
void mcrd_nft_exthdr_there(struct mcrd_nft *nft, struct nftnl_rule *rule,
			   __u8 type, __u32 reg)
{
	struct nftnl_expr *e = mcrd_nft_expr(nft, rule, "exthdr");

	if (!e)
		return;
	nftnl_expr_set_u32(e, NFTNL_EXPR_EXTHDR_OP, NFT_EXTHDR_OP_IPV6);
	nftnl_expr_set_u8(e, NFTNL_EXPR_EXTHDR_TYPE, type);
	nftnl_expr_set_u32(e, NFTNL_EXPR_EXTHDR_OFFSET, 0);
	nftnl_expr_set_u32(e, NFTNL_EXPR_EXTHDR_LEN, 1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_EXTHDR_FLAGS, NFT_EXTHDR_F_PRESENT);
	nftnl_expr_set_u32(e, NFTNL_EXPR_EXTHDR_DREG, reg);
}

/**
 * mcrd_nft_mask - clear bits of what was loaded
 * @nft: the batch
 * @rule: the rule
 * @reg: the first register
 * @mask: the bits that stay
 * @len: bytes of @mask, 16 at most
 */
void mcrd_nft_mask(struct mcrd_nft *nft, struct nftnl_rule *rule, __u32 reg,
		   const void *mask, __u32 len)
{
	struct nftnl_expr *e = mcrd_nft_expr(nft, rule, "bitwise");
	static const __u8 flip[16];

	if (!e)
		return;
	nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_SREG, reg);
	nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_DREG, reg);
	nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_OP, NFT_BITWISE_BOOL);
	nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_LEN, len);
	mcrd_nft_data(nft, e, NFTNL_EXPR_BITWISE_MASK, mask, len);
	mcrd_nft_data(nft, e, NFTNL_EXPR_BITWISE_XOR, flip, len);
}

/**
 * mcrd_nft_cmp - go on only if what was loaded is this
 * @nft: the batch
 * @rule: the rule
 * @reg: the first register
 * @equal: false: only if it is not this
 * @data: with what it is compared
 * @len: bytes of @data
 */
void mcrd_nft_cmp(struct mcrd_nft *nft, struct nftnl_rule *rule, __u32 reg,
		  bool equal, const void *data, __u32 len)
{
	struct nftnl_expr *e = mcrd_nft_expr(nft, rule, "cmp");

	if (!e)
		return;
	nftnl_expr_set_u32(e, NFTNL_EXPR_CMP_SREG, reg);
	nftnl_expr_set_u32(e, NFTNL_EXPR_CMP_OP,
			   equal ? NFT_CMP_EQ : NFT_CMP_NEQ);
	mcrd_nft_data(nft, e, NFTNL_EXPR_CMP_DATA, data, len);
}

/**
 * mcrd_nft_accept - leave the frame to the stack
 * @nft: the batch
 * @rule: the rule
 */
void mcrd_nft_accept(struct mcrd_nft *nft, struct nftnl_rule *rule)
{
	struct nftnl_expr *e = mcrd_nft_expr(nft, rule, "immediate");

	if (!e)
		return;
	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT);
	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_VERDICT, NF_ACCEPT);
}

/**
 * mcrd_nft_goto - go on in another chain, and not come back
 * @nft: the batch
 * @rule: the rule
 * @chain: the chain
 */
void mcrd_nft_goto(struct mcrd_nft *nft, struct nftnl_rule *rule,
		   const char *chain)
{
	struct nftnl_expr *e = mcrd_nft_expr(nft, rule, "immediate");

	if (!e)
		return;
	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT);
	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_VERDICT, (__u32)NFT_GOTO);
	mcrd_nft_str(nft, e, NFTNL_EXPR_IMM_CHAIN, chain);
}

/**
 * mcrd_nft_vmap - do what a verdict map says, if it says something
 * @nft: the batch
 * @rule: the rule
 * @reg: where the key begins
 * @set: name of the map
 */
void mcrd_nft_vmap(struct mcrd_nft *nft, struct nftnl_rule *rule, __u32 reg,
		   const char *set)
{
	struct nftnl_expr *e = mcrd_nft_expr(nft, rule, "lookup");

	if (!e)
		return;
	nftnl_expr_set_u32(e, NFTNL_EXPR_LOOKUP_SREG, reg);
	nftnl_expr_set_u32(e, NFTNL_EXPR_LOOKUP_DREG, NFT_REG_VERDICT);
	mcrd_nft_str(nft, e, NFTNL_EXPR_LOOKUP_SET, set);
}
