// SPDX-License-Identifier: GPL-2.0
/*
 * Hash tables; see linux/rhashtable.h.
 */
#include <linux/jiffies.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>
#include <sys/random.h>

#include "internal.h"

#define KAPI_RHT_BUCKETS	16U

/* Who chooses keys is not to choose buckets, too. */
static u32 kapi_rht_seed(void)
{
	u32 seed;

	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) != sizeof(seed))
		seed = (u32)kapi_jiffies();
	return seed;
}

/**
 * kapi_rht_init - make an empty hash table
 * @ht: the table
 * @p: what objects are like
 *
 * Return: 0 or -ENOMEM.
 */
int kapi_rht_init(struct rhashtable *ht, const struct rhashtable_params *p)
{
	*ht = (struct rhashtable){ .p = *p, .mask = KAPI_RHT_BUCKETS - 1 };
	ht->seed = kapi_rht_seed();
	ht->bucket = kapi_zalloc(KAPI_RHT_BUCKETS, sizeof(struct rhash_head *));
	return ht->bucket ? 0 : -ENOMEM;
}

/* Without memory it stays as it is: slower, or larger than it needs to be. */
static void kapi_rht_resize(struct rhashtable *ht, u32 buckets)
{
	struct rhash_head **bucket, *he, *next;
	u32 i;

	bucket = kapi_zalloc(buckets, sizeof(struct rhash_head *));
	if (!bucket)
		return;
	for (i = 0; i <= ht->mask; i++) {
		for (he = ht->bucket[i]; he; he = next) {
			struct rhash_head **to = &bucket[he->hash &
							 (buckets - 1)];

			next = he->next;
			he->next = *to;
			*to = he;
		}
	}
	kapi_free(ht->bucket);
	ht->bucket = bucket;
	ht->mask = buckets - 1;
}

/**
 * kapi_rht_insert - put an object into a table
 * @ht: the table
 * @obj: in the object, with its hash
 */
void kapi_rht_insert(struct rhashtable *ht, struct rhash_head *obj)
{
	struct rhash_head **to;

	if (ht->n > ht->mask / 4 * 3 && ht->mask < U32_MAX / 4)
		kapi_rht_resize(ht, (ht->mask + 1) * 2);
	to = &ht->bucket[obj->hash & ht->mask];
	obj->next = *to;
	*to = obj;
	ht->n++;
}

/**
 * kapi_rht_remove - take an object out of a table
 * @ht: the table
 * @obj: in the object
 *
 * Return: 0, or -ENOENT if it is not there.
 */
int kapi_rht_remove(struct rhashtable *ht, struct rhash_head *obj)
{
	struct rhash_head **at = &ht->bucket[obj->hash & ht->mask];

	while (*at && *at != obj)
		at = &(*at)->next;
	if (!*at)
		return -ENOENT;
	*at = obj->next;
	ht->n--;
	if (ht->p.automatic_shrinking && ht->mask >= KAPI_RHT_BUCKETS &&
	    ht->n < ht->mask / 8)
		kapi_rht_resize(ht, (ht->mask + 1) / 2);
	return 0;
}

/**
 * kapi_rht_destroy - free a table
 * @ht: the table
 * @free_fn: called for each object that is in it; NULL: for none
 * @arg: for @free_fn
 */
void kapi_rht_destroy(struct rhashtable *ht,
		      void (*free_fn)(void *ptr, void *arg), void *arg)
{
	struct rhash_head *he, *next;
	u32 i;

	for (i = 0; free_fn && i <= ht->mask; i++) {
		for (he = ht->bucket[i]; he; he = next) {
			next = he->next;
			free_fn((char *)he - ht->p.head_offset, arg);
		}
	}
	kapi_free(ht->bucket);
	ht->bucket = NULL;
}
