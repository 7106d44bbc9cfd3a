/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Messages to nf_tables: a batch, which the kernel carries out as a whole or not
 * at all, and the few sorts of rules that are put into it.
 */
#ifndef MCRD_CONSUME_NFT_H
#define MCRD_CONSUME_NFT_H

#include <linux/netfilter/nf_tables.h>
#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

struct nftnl_rule;
struct nftnl_set;

/* The one table there is, of family netdev. */
#define MCRD_NFT_TABLE		"mcrd"

/*
 * Behind chains of others at priority 0, and behind the module's hook, which has
 * to see what it carries out.
 */
#define MCRD_NFT_PRIORITY	101

/* Bytes of a key: two IPv6 addresses, a port and a VLAN, in words. */
#define MCRD_NFT_KEY_MAX	40

/**
 * struct mcrd_nft - a batch under construction; all zeroes: empty
 * @buf: the messages; freed by mcrd_nft_free()
 * @used: bytes of them
 * @size: bytes allocated
 * @last: where the last message begins
 * @first: sequence number of the first message
 * @seq: of the last one
 * @sets: sets that it makes
 * @failed: memory ran out: it is not complete
 *
 * Who adds to it need not look at @failed before all is added.
 */
struct mcrd_nft {
	char *buf;
	size_t used;
	size_t size;
	size_t last;
	__u32 first;
	__u32 seq;
	__u32 sets;
	bool failed;
};

/**
 * struct mcrd_nft_set - a verdict map
 * @name: its name
 * @key_type: what nft(8) prints the parts of a key as, six bits each
 * @key_len: bytes of a key
 */
struct mcrd_nft_set {
	char name[64];
	__u32 key_type;
	__u32 key_len;
};

void mcrd_nft_free(struct mcrd_nft *nft);
void mcrd_nft_begin(struct mcrd_nft *nft, __u32 seq);
void mcrd_nft_end(struct mcrd_nft *nft, bool commit);
bool mcrd_nft_empty(const struct mcrd_nft *nft);

void mcrd_nft_table_add(struct mcrd_nft *nft, bool anew);
void mcrd_nft_table_del(struct mcrd_nft *nft);
void mcrd_nft_base_chain(struct mcrd_nft *nft, const char *name,
			 const char *dev);
void mcrd_nft_chain_add(struct mcrd_nft *nft, const char *name);
void mcrd_nft_chain_del(struct mcrd_nft *nft, const char *name);
void mcrd_nft_chain_flush(struct mcrd_nft *nft, const char *name);
void mcrd_nft_set_add(struct mcrd_nft *nft, const struct mcrd_nft_set *set);
void mcrd_nft_set_del(struct mcrd_nft *nft, const char *name);

struct nftnl_set *mcrd_nft_elems(struct mcrd_nft *nft, const char *set);
void mcrd_nft_elem(struct mcrd_nft *nft, struct nftnl_set *elems,
		   const void *key, __u32 len, __u32 verdict);
void mcrd_nft_elems_put(struct mcrd_nft *nft, struct nftnl_set *elems,
			bool add);

struct nftnl_rule *mcrd_nft_rule(struct mcrd_nft *nft, const char *chain);
void mcrd_nft_rule_put(struct mcrd_nft *nft, struct nftnl_rule *rule);
void mcrd_nft_meta(struct mcrd_nft *nft, struct nftnl_rule *rule, __u32 key,
		   __u32 reg);
void mcrd_nft_payload(struct mcrd_nft *nft, struct nftnl_rule *rule,
		      __u32 base, __u32 offset, __u32 len, __u32 reg);
void mcrd_nft_exthdr(struct mcrd_nft *nft, struct nftnl_rule *rule, __u8 type,
		     __u32 offset, __u32 len, __u32 reg);
void mcrd_nft_exthdr_there(struct mcrd_nft *nft, struct nftnl_rule *rule,
			   __u8 type, __u32 reg);
void mcrd_nft_mask(struct mcrd_nft *nft, struct nftnl_rule *rule, __u32 reg,
		   const void *mask, __u32 len);
void mcrd_nft_cmp(struct mcrd_nft *nft, struct nftnl_rule *rule, __u32 reg,
		  bool equal, const void *data, __u32 len);
void mcrd_nft_accept(struct mcrd_nft *nft, struct nftnl_rule *rule);
void mcrd_nft_goto(struct mcrd_nft *nft, struct nftnl_rule *rule,
		   const char *chain);
void mcrd_nft_vmap(struct mcrd_nft *nft, struct nftnl_rule *rule, __u32 reg,
		   const char *set);

#endif /* MCRD_CONSUME_NFT_H */
