// SPDX-License-Identifier: GPL-2.0
/*
 * The classifier of one ingress device.
 *
 * Matches of the same mask (family, prefix lengths, protocol, one port or
 * several) differ only in values, so that one hash lookup finds the class a
 * packet falls into. Masks are tried most specific first and the first hit is
 * the winner: a lookup costs one hash probe for each mask in use, at most
 * MCR_MASKS_MAX, however many rules there are.
 *
 * Of matches on one port only one falls into a class: it is what the hash lookup
 * finds. Those on port ranges and on any port are in a class of their own, which
 * is searched by port, see range.c.
 *
 * Removal never allocates, so that it cannot fail; what could be smaller then
 * is made so by a later change. An insertion is planned, with all that can fail,
 * and published later, so that many can be published at once: see commit.c.
 */
#include <linux/jhash.h>
#include <linux/slab.h>

#include "class.h"
#include "lookup.h"
#include "mask.h"
#include "mem.h"

/* The words of an IPv4 key that are not 0 are hashed, no more. */
static __always_inline u32 mcr_class_hash(const void *data, u32 len, u32 seed)
{
	const struct mcr_class_key *key = data;
	u32 lens;

	if (key->family != AF_INET)
		return jhash2(data, sizeof(*key) / sizeof(u32), seed);
	lens = key->group_len << 16 | key->src_len << 8 | key->proto;
	return jhash_3words((__force u32)key->group.ip,
			    (__force u32)key->src.ip,
			    (u32)key->vlan << 16 | key->dport, seed + lens);
}

/* memcmp() goes byte by byte on some machines. */
static __always_inline int mcr_class_cmp(struct rhashtable_compare_arg *arg,
					 const void *obj)
{
	const struct mcr_class_key *key = arg->key;
	const struct mcr_slot *slot = obj;
	const u64 *a = key->words, *b = slot->key.words;

	return ((a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2]) |
		(a[3] ^ b[3]) | (a[4] ^ b[4])) != 0;
}

static const struct rhashtable_params mcr_class_params = {
	.hashfn = mcr_class_hash,
	.obj_cmpfn = mcr_class_cmp,
	.key_len = sizeof(struct mcr_class_key),
	.key_offset = offsetof(struct mcr_slot, key),
	.head_offset = offsetof(struct mcr_slot, node),
	.automatic_shrinking = true,
};

static struct mcr_class *mcr_slot_class(struct mcr_slot *slot)
{
	return container_of(slot, struct mcr_class, slot);
}

static struct mcr_entry *mcr_slot_entry(struct mcr_slot *slot)
{
	return container_of(slot, struct mcr_entry, slot);
}

static struct mcr_slot *mcr_slot_find(struct mcr_lookup *l,
				      const struct mcr_class_key *key)
{
	return rhashtable_lookup_fast(&l->classes, key, mcr_class_params);
}

static int mcr_slot_link(struct mcr_lookup *l, struct mcr_slot *slot)
{
	int err = rhashtable_insert_fast(&l->classes, &slot->node,
					 mcr_class_params);

	if (!err)
		mcr_shadow_link(l, slot);
	return err;
}

static void mcr_slot_unlink(struct mcr_lookup *l, struct mcr_slot *slot)
{
	rhashtable_remove_fast(&l->classes, &slot->node, mcr_class_params);
	mcr_shadow_unlink(l, slot);
}

/* The key of the class that matches on port ranges are in. */
static void mcr_class_key_make(struct mcr_class_key *key,
			       const struct mcr_match *m)
{
	key->group = m->group;
	key->src = m->src;
	key->vlan = m->vlan;
	key->dport = 0;
	key->family = m->family;
	key->proto = m->proto;
	key->group_len = m->group_len;
	key->src_len = m->src_len;
}

static void mcr_class_free(struct mcr_lookup *l, struct mcr_class *class)
{
	mcr_slot_unlink(l, &class->slot);
	mcr_ranges_free(l, &class->ranges);
	kfree_rcu(class, rcu);
}

static void mcr_class_tidy(struct mcr_lookup *l, struct mcr_class *class)
{
	if (mcr_ranges_empty(&class->ranges))
		mcr_class_free(l, class);
}

static struct mcr_class *mcr_class_get(struct mcr_lookup *l,
				       const struct mcr_match *m)
{
	struct mcr_class_key key;
	struct mcr_class *class;
	struct mcr_slot *slot;
	int err;

	mcr_class_key_make(&key, m);
	slot = mcr_slot_find(l, &key);
	if (slot)
		return mcr_slot_class(slot);
	class = kzalloc(sizeof(*class), MCR_GFP);
	if (!class)
		return ERR_PTR(-ENOMEM);
	class->slot.key = key;
	err = mcr_slot_link(l, &class->slot);
	if (err) {
		kfree(class);
		return ERR_PTR(err);
	}
	return class;
}

static int mcr_class_plan(struct mcr_lookup *l, struct mcr_entry *e)
{
	struct mcr_class *class = mcr_class_get(l, &e->match);
	int err;

	if (IS_ERR(class))
		return PTR_ERR(class);
	err = mcr_ranges_plan(l, &class->ranges, e);
	if (err)
		mcr_class_tidy(l, class);
	else
		e->class = class;
	return err;
}

/* Found by lookups from now on, but not taken yet. */
static int mcr_entry_plan(struct mcr_lookup *l, struct mcr_entry *e)
{
	BUILD_BUG_ON(sizeof(struct mcr_class_key) != 5 * sizeof(u64));
	BUILD_BUG_ON(offsetof(struct mcr_entry, match) !=
		     offsetof(struct mcr_slot, key));
	BUILD_BUG_ON(offsetof(struct mcr_match, dport_max) !=
		     sizeof(struct mcr_class_key));
	BUILD_BUG_ON(offsetof(struct mcr_entry, rb) !=
		     offsetof(struct mcr_slot, order));

	/* It may have been taken out just now: lookups may still be at it. */
	WRITE_ONCE(e->live, false);
	if (mcr_slot_find(l, &e->slot.key))
		return -EEXIST;
	return mcr_slot_link(l, &e->slot);
}

/**
 * mcr_lookup_init - make an empty classifier
 * @l: the classifier
 * @lock: the owner's, which is held by all who change the classifier
 *
 * Context: Process; may sleep.
 * Return: 0 or -ENOMEM.
 */
int mcr_lookup_init(struct mcr_lookup *l, struct mutex *lock)
{
	l->lock = lock;
	l->order = RB_ROOT;
	RCU_INIT_POINTER(l->masks, NULL);
	return rhashtable_init(&l->classes, &mcr_class_params);
}

/**
 * mcr_lookup_exit - free a classifier
 * @l: the classifier; it is empty, and no lookup runs any more
 *
 * Context: Process; may sleep.
 */
void mcr_lookup_exit(struct mcr_lookup *l)
{
	/* The owner may be gone, and its lock with it. */
	kfree(rcu_dereference_protected(l->masks, true));
	rhashtable_destroy(&l->classes);
}

/**
 * mcr_lookup_plan - make ready for a match that is to take packets
 * @l: the classifier
 * @e: an entry with a sound match, equal to none that is in the classifier
 *
 * Until all that is planned is published, or is not to be, nothing is removed.
 *
 * Context: Process, under the owner's lock; may sleep.
 * Return: 0; -ENOSPC if it would need far too many masks; -ENOMEM; -EBUSY.
 */
int mcr_lookup_plan(struct mcr_lookup *l, struct mcr_entry *e)
{
	int err;

	lockdep_assert_held(l->lock);
	err = mcr_mask_get(l, &e->match);
	if (err)
		return err;
	err = mcr_match_one_port(&e->match) ? mcr_entry_plan(l, e) :
					      mcr_class_plan(l, e);
	if (err)
		mcr_mask_put(l, &e->match);
	return err;
}

/**
 * mcr_lookup_unplan - the match is not to take packets after all
 * @l: the classifier
 * @e: an entry planned; all others that are, are not to be published either
 *
 * Lookups may still be at it until a grace period has passed.
 *
 * Context: Process, under the owner's lock; may sleep.
 */
void mcr_lookup_unplan(struct mcr_lookup *l, struct mcr_entry *e)
{
	lockdep_assert_held(l->lock);
	if (mcr_match_one_port(&e->match)) {
		mcr_slot_unlink(l, &e->slot);
	} else {
		mcr_ranges_unplan(&e->class->ranges, e);
		mcr_class_tidy(l, e->class);
		e->class = NULL;
	}
	mcr_mask_put(l, &e->match);
}

/**
 * mcr_lookup_publish - let a match that is planned take packets
 * @l: the classifier
 * @e: the entry
 *
 * All that is planned in its class takes packets then, at once.
 *
 * Context: Process, under the owner's lock; may sleep.
 */
void mcr_lookup_publish(struct mcr_lookup *l, struct mcr_entry *e)
{
	lockdep_assert_held(l->lock);
	if (!mcr_match_one_port(&e->match)) {
		mcr_ranges_publish(l, &e->class->ranges);
		return;
	}
	/* Behind what lookups are to find in the object that it is in. */
	smp_store_release(&e->live, true);
}

/**
 * mcr_lookup_insert - let a match take packets
 * @l: the classifier
 * @e: an entry with a sound match, equal to none that is in the classifier
 *
 * Context: Process, under the owner's lock; may sleep.
 * Return: 0; -ENOSPC if it would need one mask too many; -ENOMEM; -EBUSY.
 */
int mcr_lookup_insert(struct mcr_lookup *l, struct mcr_entry *e)
{
	int err = mcr_lookup_plan(l, e);

	if (err)
		return err;
	if (mcr_mask_fits(l)) {
		mcr_lookup_publish(l, e);
		return 0;
	}
	mcr_lookup_unplan(l, e);
	return -ENOSPC;
}

/**
 * mcr_lookup_remove - let a match take packets no more
 * @l: the classifier
 * @e: an entry that is in it
 *
 * Lookups that run still may return @e until a grace period has passed.
 *
 * Context: Process, under the owner's lock; may sleep.
 */
void mcr_lookup_remove(struct mcr_lookup *l, struct mcr_entry *e)
{
	lockdep_assert_held(l->lock);
	if (mcr_match_one_port(&e->match)) {
		WRITE_ONCE(e->live, false);
		mcr_slot_unlink(l, &e->slot);
	} else {
		mcr_ranges_remove(l, &e->class->ranges, e);
		mcr_class_tidy(l, e->class);
		e->class = NULL;
	}
	mcr_mask_put(l, &e->match);
}

/* @key is all 0 in what a mask of this family leaves 0. */
static struct mcr_entry *mcr_mask_probe(struct mcr_lookup *l,
					const struct mcr_mask *mask,
					const struct mcr_flow *f,
					struct mcr_class_key *key)
{
	struct mcr_entry *e;
	struct mcr_slot *slot;
	unsigned int i;

	key->group.ip = f->dst.ip & mask->group.ip;
	key->src.ip = f->src.ip & mask->src.ip;
	if (f->family == AF_INET6) {
		for (i = 1; i < 4; i++) {
			key->group.ip6[i] = f->dst.ip6[i] & mask->group.ip6[i];
			key->src.ip6[i] = f->src.ip6[i] & mask->src.ip6[i];
		}
	}
	key->dport = mask->one_port ? f->dport : 0;
	key->proto = mask->proto;
	key->group_len = mask->group_len;
	key->src_len = mask->src_len;
	slot = rhashtable_lookup(&l->classes, key, mcr_class_params);
	if (!slot)
		return NULL;
	if (!mask->one_port)
		return mcr_ranges_find(&mcr_slot_class(slot)->ranges,
				       f->dport);
	e = mcr_slot_entry(slot);
	/* Before what is read of the object: see mcr_lookup_publish(). */
	return smp_load_acquire(&e->live) ? e : NULL;
}

/**
 * mcr_lookup_find - the most specific match that takes a packet
 * @l: the classifier
 * @f: the packet's key
 *
 * Agrees with mcr_match_hits() and mcr_match_order(), which define it.
 *
 * Context: Any, under rcu_read_lock().
 * Return: an entry, good until rcu_read_unlock(), or NULL.
 */
struct mcr_entry *mcr_lookup_find(struct mcr_lookup *l,
				  const struct mcr_flow *f)
{
	const struct mcr_masks *masks = rcu_dereference(l->masks);
	struct mcr_class_key key = { .vlan = f->vlan, .family = f->family };
	u32 i;

	for (i = 0; masks && i < masks->n; i++) {
		const struct mcr_mask *mask = &masks->mask[i];
		struct mcr_entry *e;

		if (mask->family != f->family ||
		    (mask->proto == MCR_PROTO_UDP && f->proto != MCR_PROTO_UDP) ||
		    (mask->one_port && !f->dport) ||
		    (mask->skips_local &&
		     mcr_addr_is_local_group(&f->dst, f->family)))
			continue;
		e = mcr_mask_probe(l, mask, f, &key);
		if (e)
			return e;
	}
	return NULL;
}
