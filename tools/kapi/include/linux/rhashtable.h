/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Hash tables that grow and shrink with what is in them, at once: nobody looks
 * while they do.
 */
#ifndef KAPI_LINUX_RHASHTABLE_H
#define KAPI_LINUX_RHASHTABLE_H

#include <linux/err.h>
#include <linux/jhash.h>
#include <linux/list.h>

/**
 * struct rhash_head - in an object that is in a hash table
 * @next: the next one of its bucket
 * @hash: of the object
 */
struct rhash_head {
	struct rhash_head *next;
	u32 hash;
};

struct rhashtable;

/**
 * struct rhashtable_compare_arg - what an object is compared with
 * @ht: the table
 * @key: the key
 */
struct rhashtable_compare_arg {
	struct rhashtable *ht;
	const void *key;
};

typedef u32 (*rht_hashfn_t)(const void *data, u32 len, u32 seed);
typedef u32 (*rht_obj_hashfn_t)(const void *data, u32 len, u32 seed);
typedef int (*rht_obj_cmpfn_t)(struct rhashtable_compare_arg *arg,
			       const void *obj);

/**
 * struct rhashtable_params - what objects are like
 * @key_len: bytes of the key
 * @key_offset: of the key in an object
 * @head_offset: of struct rhash_head in an object
 * @automatic_shrinking: give memory back
 * @hashfn: hashes a key; NULL: its bytes are
 * @obj_hashfn: hashes an object; NULL: its key is
 * @obj_cmpfn: compares an object with a key; NULL: bytes are. 0: equal
 */
struct rhashtable_params {
	u16 key_len;
	u16 key_offset;
	u16 head_offset;
	bool automatic_shrinking;
	rht_hashfn_t hashfn;
	rht_obj_hashfn_t obj_hashfn;
	rht_obj_cmpfn_t obj_cmpfn;
};

/**
 * struct rhashtable - a hash table
 * @bucket: power of two of them, @mask + 1
 * @mask: of the hash
 * @seed: begins all hashes
 * @n: objects in it
 * @p: what they are like
 */
struct rhashtable {
	struct rhash_head **bucket;
	u32 mask;
	u32 seed;
	u32 n;
	struct rhashtable_params p;
};

int kapi_rht_init(struct rhashtable *ht, const struct rhashtable_params *p);
void kapi_rht_destroy(struct rhashtable *ht,
		      void (*free_fn)(void *ptr, void *arg), void *arg);
void kapi_rht_insert(struct rhashtable *ht, struct rhash_head *obj);
int kapi_rht_remove(struct rhashtable *ht, struct rhash_head *obj);

#define rhashtable_init(ht, params)	kapi_rht_init(ht, params)
#define rhashtable_destroy(ht)		kapi_rht_destroy(ht, NULL, NULL)
#define rhashtable_free_and_destroy(ht, free_fn, arg)			\
	kapi_rht_destroy(ht, free_fn, arg)

static inline u32 kapi_rht_key_hash(const struct rhashtable *ht,
				    const void *key,
				    const struct rhashtable_params params)
{
	if (params.hashfn)
		return params.hashfn(key, params.key_len, ht->seed);
	return jhash(key, params.key_len, ht->seed);
}

/* Inlined, with parameters that are constant. */
static __always_inline void *
kapi_rht_lookup(struct rhashtable *ht, const void *key,
		const struct rhashtable_params params)
{
	struct rhashtable_compare_arg arg = { .ht = ht, .key = key };
	u32 hash = kapi_rht_key_hash(ht, key, params);
	struct rhash_head *he;

	for (he = ht->bucket[hash & ht->mask]; he; he = he->next) {
		char *obj = (char *)he - params.head_offset;

		if (he->hash != hash)
			continue;
		if (params.obj_cmpfn ? !params.obj_cmpfn(&arg, obj) :
		    !memcmp(obj + params.key_offset, key, params.key_len))
			return obj;
	}
	return NULL;
}

#define rhashtable_lookup(ht, key, params)	\
	kapi_rht_lookup(ht, key, params)
#define rhashtable_lookup_fast(ht, key, params)	\
	kapi_rht_lookup(ht, key, params)

static inline int rhashtable_insert_fast(struct rhashtable *ht,
					 struct rhash_head *obj,
					 const struct rhashtable_params params)
{
	const char *data = (char *)obj - params.head_offset;

	if (params.obj_hashfn)
		obj->hash = params.obj_hashfn(data, params.key_len, ht->seed);
	else
		obj->hash = kapi_rht_key_hash(ht, data + params.key_offset,
					      params);
	kapi_rht_insert(ht, obj);
	return 0;
}

static inline int rhashtable_remove_fast(struct rhashtable *ht,
					 struct rhash_head *obj,
					 const struct rhashtable_params params)
{
	(void)params;
	return kapi_rht_remove(ht, obj);
}

#endif /* KAPI_LINUX_RHASHTABLE_H */
