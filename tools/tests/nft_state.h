/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the model of nf_tables has.
 */
#ifndef TESTS_NFT_STATE_H
#define TESTS_NFT_STATE_H

#include <sys/queue.h>

#include "nft_model.h"

struct nftnl_rule;

#define NAME_MAX_LEN	64
#define KEY_MAX		64

/**
 * struct nft_elem - an element of a verdict map
 * @key: as registers have it
 * @verdict: NF_ACCEPT or NF_DROP
 * @list: in its map
 */
struct nft_elem {
	__u8 key[KEY_MAX];
	__u32 verdict;
	LIST_ENTRY(nft_elem) list;
};

/**
 * struct nft_set - a verdict map
 * @name: its name
 * @key_len: bytes of a key
 * @elems: of struct nft_elem
 * @list: in the table
 */
struct nft_set {
	char name[NAME_MAX_LEN];
	__u32 key_len;
	LIST_HEAD(, nft_elem) elems;
	LIST_ENTRY(nft_set) list;
};

/**
 * struct nft_rule - a rule
 * @r: the rule, owned
 * @list: in its chain
 */
struct nft_rule {
	struct nftnl_rule *r;
	TAILQ_ENTRY(nft_rule) list;
};

/**
 * struct nft_chain - a chain
 * @name: its name
 * @dev: the device it is hooked to; "": it is no base chain
 * @rules: of struct nft_rule, in order
 * @list: in the table
 */
struct nft_chain {
	char name[NAME_MAX_LEN];
	char dev[NAME_MAX_LEN];
	TAILQ_HEAD(, nft_rule) rules;
	LIST_ENTRY(nft_chain) list;
};

/**
 * struct nft_model - what the kernel would have
 * @table: the one table is there
 * @chains: its chains
 * @sets: its maps
 */
struct nft_model {
	bool table;
	LIST_HEAD(, nft_chain) chains;
	LIST_HEAD(, nft_set) sets;
};

bool nft_bad(const char *what, const char *name);
struct nft_chain *nft_chain_find(const struct nft_model *m, const char *name);
struct nft_set *nft_set_find(const struct nft_model *m, const char *name);
struct nft_elem *nft_elem_find(const struct nft_set *s, const void *key);

#endif /* TESTS_NFT_STATE_H */
