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
 * A class of one port has one match. A class of port ranges and of any port
 * holds a sorted array of disjoint port intervals, each naming its winner.
 *
 * Removal never allocates, so that it cannot fail: it corrects the winners in
 * place, and what could be smaller is made so by a later change.
 */
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include "lookup.h"
#include "mem.h"

/**
 * struct mcr_class_key - what the matches of a class have in common
 * @group: masked destination
 * @src: masked source
 * @vlan: VLAN id or 0
 * @dport: the port of a class of one port, else 0
 * @family: AF_INET or AF_INET6
 * @proto: of enum mcr_proto
 * @group_len: prefix length of @group
 * @src_len: prefix length of @src
 *
 * No padding: it is hashed and compared as it lies in memory.
 */
struct mcr_class_key {
	union mcr_addr group;
	union mcr_addr src;
	u16 vlan;
	u16 dport;
	u8 family;
	u8 proto;
	u8 group_len;
	u8 src_len;
};

/**
 * struct mcr_interval - ports that have the same winner
 * @min: lowest port; 0 stands for a packet without a port
 * @max: highest port
 * @winner: the match that takes them; NULL: none
 */
struct mcr_interval {
	u16 min;
	u16 max;
	struct mcr_entry __rcu *winner;
};

/**
 * struct mcr_intervals - the ports of a class
 * @rcu: for kfree_rcu()
 * @n: number of @iv
 * @iv: disjoint, ascending
 */
struct mcr_intervals {
	struct rcu_head rcu;
	u32 n;
	struct mcr_interval iv[];
};

/**
 * struct mcr_class - matches of one mask with the same values
 * @node: in mcr_lookup.classes
 * @key: the values
 * @entries: of struct mcr_entry.node
 * @exact: the match of a class of one port
 * @intervals: of the other classes
 * @rcu: for kfree_rcu()
 */
struct mcr_class {
	struct rhash_head node;
	struct mcr_class_key key;
	struct list_head entries;
	struct mcr_entry __rcu *exact;
	struct mcr_intervals __rcu *intervals;
	struct rcu_head rcu;
};

/**
 * struct mcr_mask - what the keys of some classes are made from
 * @group: bits of the destination that count
 * @src: bits of the source that count
 * @family: AF_INET or AF_INET6
 * @proto: of enum mcr_proto
 * @group_len: bits set in @group
 * @src_len: bits set in @src
 * @one_port: for matches on one port
 * @skips_local: local groups are not meant
 * @users: matches that have it; written under the owner's lock only
 */
struct mcr_mask {
	union mcr_addr group;
	union mcr_addr src;
	u8 family;
	u8 proto;
	u8 group_len;
	u8 src_len;
	bool one_port;
	bool skips_local;
	u32 users;
};

/**
 * struct mcr_masks - the masks in use
 * @rcu: for kfree_rcu()
 * @n: number of @mask
 * @mask: most specific first
 */
struct mcr_masks {
	struct rcu_head rcu;
	u32 n;
	struct mcr_mask mask[];
};

static const struct rhashtable_params mcr_class_params = {
	.key_len = sizeof(struct mcr_class_key),
	.key_offset = offsetof(struct mcr_class, key),
	.head_offset = offsetof(struct mcr_class, node),
	.automatic_shrinking = true,
};

/* The owner's lock is not ours to name; it is held by all who change. */
#define mcr_owned(p)	rcu_dereference_protected(p, true)

static bool mcr_match_one_port(const struct mcr_match *m)
{
	return m->dport_min && m->dport_min == m->dport_max;
}

static void mcr_class_key_make(struct mcr_class_key *key,
			       const struct mcr_match *m)
{
	BUILD_BUG_ON(sizeof(*key) != 40);

	key->group = m->group;
	key->src = m->src;
	key->vlan = m->vlan;
	key->dport = mcr_match_one_port(m) ? m->dport_min : 0;
	key->family = m->family;
	key->proto = m->proto;
	key->group_len = m->group_len;
	key->src_len = m->src_len;
}

static void mcr_mask_make(struct mcr_mask *mask, const struct mcr_match *m)
{
	memset(mask, 0, sizeof(*mask));
	memset(&mask->group, 0xff, sizeof(mask->group));
	memset(&mask->src, 0xff, sizeof(mask->src));
	mcr_addr_mask(&mask->group, m->family, m->group_len);
	mcr_addr_mask(&mask->src, m->family, m->src_len);
	mask->family = m->family;
	mask->proto = m->proto;
	mask->group_len = m->group_len;
	mask->src_len = m->src_len;
	mask->one_port = mcr_match_one_port(m);
	mask->skips_local = mcr_mask_skips_local(m->family, m->group_len);
}

static bool mcr_mask_equal(const struct mcr_mask *a, const struct mcr_mask *b)
{
	return a->family == b->family && a->proto == b->proto &&
	       a->group_len == b->group_len && a->src_len == b->src_len &&
	       a->one_port == b->one_port;
}

/* As mcr_match_order(), as far as masks go. */
static bool mcr_mask_before(const struct mcr_mask *a, const struct mcr_mask *b)
{
	if (a->group_len != b->group_len)
		return a->group_len > b->group_len;
	if (a->src_len != b->src_len)
		return a->src_len > b->src_len;
	if (a->proto != b->proto)
		return a->proto == MCR_PROTO_UDP;
	return a->one_port && !b->one_port;
}

static struct mcr_mask *mcr_masks_find(struct mcr_masks *masks,
				       const struct mcr_mask *mask)
{
	u32 i;

	for (i = 0; masks && i < masks->n; i++)
		if (mcr_mask_equal(&masks->mask[i], mask))
			return &masks->mask[i];
	return NULL;
}

/*
 * Put a copy of the masks in force that has @add (may be NULL) and none that is
 * unused.
 */
static int mcr_masks_replace(struct mcr_lookup *l, const struct mcr_mask *add)
{
	struct mcr_masks *old = mcr_owned(l->masks);
	u32 n = add ? 1 : 0, i, k = 0;
	struct mcr_masks *new = NULL;

	for (i = 0; old && i < old->n; i++)
		n += !!old->mask[i].users;
	if (n > MCR_MASKS_MAX)
		return -ENOSPC;
	if (n) {
		new = kzalloc(struct_size(new, mask, n),
			      MCR_GFP);
		if (!new)
			return -ENOMEM;
		new->n = n;
	}
	for (i = 0; old && i < old->n; i++) {
		if (!old->mask[i].users)
			continue;
		if (add && mcr_mask_before(add, &old->mask[i])) {
			new->mask[k++] = *add;
			add = NULL;
		}
		new->mask[k++] = old->mask[i];
	}
	if (add)
		new->mask[k++] = *add;
	rcu_assign_pointer(l->masks, new);
	if (old)
		kfree_rcu(old, rcu);
	return 0;
}

static int mcr_mask_get(struct mcr_lookup *l, const struct mcr_match *m)
{
	struct mcr_mask mask, *found;

	mcr_mask_make(&mask, m);
	found = mcr_masks_find(mcr_owned(l->masks), &mask);
	if (found) {
		found->users++;
		return 0;
	}
	mask.users = 1;
	return mcr_masks_replace(l, &mask);
}

static void mcr_mask_put(struct mcr_lookup *l, const struct mcr_match *m)
{
	struct mcr_mask mask, *found;

	mcr_mask_make(&mask, m);
	found = mcr_masks_find(mcr_owned(l->masks), &mask);
	/* Without memory an unused mask stays; it finds nothing. */
	if (found && !--found->users)
		mcr_masks_replace(l, NULL);
}

static u16 mcr_match_max(const struct mcr_match *m)
{
	return m->dport_min ? m->dport_max : U16_MAX;
}

static bool mcr_match_has_ports(const struct mcr_match *m, u16 min, u16 max)
{
	return m->dport_min <= min && mcr_match_max(m) >= max;
}

/* The most specific match of a class that takes these ports. */
static struct mcr_entry *mcr_class_winner(struct mcr_class *class,
					  u16 min, u16 max)
{
	struct mcr_entry *e, *best = NULL;

	list_for_each_entry(e, &class->entries, node) {
		if (!mcr_match_has_ports(&e->match, min, max))
			continue;
		if (!best || mcr_match_order(&e->match, &best->match) < 0)
			best = e;
	}
	return best;
}

static int mcr_port_cmp(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return x < y ? -1 : x > y;
}

/* Make the intervals from the class's entries, without those nobody takes. */
static struct mcr_intervals *mcr_intervals_make(struct mcr_class *class)
{
	struct mcr_intervals *ivs;
	struct mcr_entry *e;
	u32 max = 0, n = 0, i;
	u32 *edge;

	list_for_each_entry(e, &class->entries, node)
		max += 2;
	edge = kvmalloc_array(max, sizeof(*edge), MCR_GFP);
	if (!edge)
		return NULL;
	ivs = kvzalloc(struct_size(ivs, iv, max), MCR_GFP);
	if (!ivs)
		goto out;
	list_for_each_entry(e, &class->entries, node) {
		edge[n++] = e->match.dport_min;
		edge[n++] = (u32)mcr_match_max(&e->match) + 1;
	}
	sort(edge, n, sizeof(*edge), mcr_port_cmp, NULL);
	for (i = 0; i + 1 < n; i++) {
		struct mcr_interval *iv = &ivs->iv[ivs->n];
		struct mcr_entry *winner;

		if (edge[i] == edge[i + 1])
			continue;
		winner = mcr_class_winner(class, edge[i], edge[i + 1] - 1);
		if (!winner)
			continue;
		iv->min = edge[i];
		iv->max = edge[i + 1] - 1;
		RCU_INIT_POINTER(iv->winner, winner);
		ivs->n++;
		cond_resched();
	}
out:
	kvfree(edge);
	return ivs;
}

static void mcr_class_free(struct mcr_lookup *l, struct mcr_class *class)
{
	struct mcr_intervals *ivs = mcr_owned(class->intervals);

	rhashtable_remove_fast(&l->classes, &class->node, mcr_class_params);
	if (ivs)
		kvfree_rcu(ivs, rcu);
	kfree_rcu(class, rcu);
}

static struct mcr_class *mcr_class_get(struct mcr_lookup *l,
				       const struct mcr_match *m)
{
	struct mcr_class_key key;
	struct mcr_class *class;
	int err;

	mcr_class_key_make(&key, m);
	class = rhashtable_lookup_fast(&l->classes, &key, mcr_class_params);
	if (class)
		return class;
	class = kzalloc(sizeof(*class), MCR_GFP);
	if (!class)
		return ERR_PTR(-ENOMEM);
	class->key = key;
	INIT_LIST_HEAD(&class->entries);
	err = rhashtable_insert_fast(&l->classes, &class->node,
				     mcr_class_params);
	if (err) {
		kfree(class);
		return ERR_PTR(err);
	}
	return class;
}

/* Add an entry to a class and put the new winners in force. */
static int mcr_class_add(struct mcr_class *class, struct mcr_entry *e)
{
	struct mcr_intervals *old, *new;

	if (class->key.dport) {
		if (!list_empty(&class->entries))
			return -EEXIST;
		list_add_tail(&e->node, &class->entries);
		rcu_assign_pointer(class->exact, e);
		return 0;
	}
	list_add_tail(&e->node, &class->entries);
	new = mcr_intervals_make(class);
	if (!new) {
		list_del(&e->node);
		return -ENOMEM;
	}
	old = mcr_owned(class->intervals);
	rcu_assign_pointer(class->intervals, new);
	if (old)
		kvfree_rcu(old, rcu);
	return 0;
}

/* Take an entry out of a class: others inherit the ports it had. */
static void mcr_class_del(struct mcr_class *class, struct mcr_entry *e)
{
	struct mcr_intervals *ivs = mcr_owned(class->intervals);
	u32 i;

	list_del(&e->node);
	if (class->key.dport) {
		RCU_INIT_POINTER(class->exact, NULL);
		return;
	}
	for (i = 0; i < ivs->n; i++) {
		struct mcr_interval *iv = &ivs->iv[i];

		if (mcr_owned(iv->winner) == e)
			rcu_assign_pointer(iv->winner,
					   mcr_class_winner(class, iv->min,
							    iv->max));
	}
}

/**
 * mcr_lookup_init - make an empty classifier
 * @l: the classifier
 *
 * Context: Process; may sleep.
 * Return: 0 or -ENOMEM.
 */
int mcr_lookup_init(struct mcr_lookup *l)
{
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
	kfree(mcr_owned(l->masks));
	rhashtable_destroy(&l->classes);
}

/**
 * mcr_lookup_insert - let a match take packets
 * @l: the classifier
 * @e: an entry with a sound match, equal to none that is in the classifier
 *
 * Context: Process; may sleep. The caller serialises changes.
 * Return: 0; -ENOSPC if it would need one mask too many; -ENOMEM; -EBUSY.
 */
int mcr_lookup_insert(struct mcr_lookup *l, struct mcr_entry *e)
{
	struct mcr_class *class;
	int err;

	err = mcr_mask_get(l, &e->match);
	if (err)
		return err;
	class = mcr_class_get(l, &e->match);
	if (IS_ERR(class)) {
		err = PTR_ERR(class);
		goto err_mask;
	}
	err = mcr_class_add(class, e);
	if (err)
		goto err_class;
	e->class = class;
	return 0;

err_class:
	if (list_empty(&class->entries))
		mcr_class_free(l, class);
err_mask:
	mcr_mask_put(l, &e->match);
	return err;
}

/**
 * mcr_lookup_remove - let a match take packets no more
 * @l: the classifier
 * @e: an entry that is in it
 *
 * Lookups that run still may return @e until a grace period has passed.
 *
 * Context: Process; may sleep. The caller serialises changes.
 */
void mcr_lookup_remove(struct mcr_lookup *l, struct mcr_entry *e)
{
	struct mcr_class *class = e->class;

	mcr_class_del(class, e);
	if (list_empty(&class->entries))
		mcr_class_free(l, class);
	mcr_mask_put(l, &e->match);
	e->class = NULL;
}

static struct mcr_entry *mcr_intervals_find(const struct mcr_intervals *ivs,
					    u16 dport)
{
	u32 low = 0, high = ivs->n;

	while (low < high) {
		u32 mid = (low + high) / 2;

		if (dport < ivs->iv[mid].min)
			high = mid;
		else if (dport > ivs->iv[mid].max)
			low = mid + 1;
		else
			return rcu_dereference(ivs->iv[mid].winner);
	}
	return NULL;
}

static struct mcr_entry *mcr_mask_probe(struct mcr_lookup *l,
					const struct mcr_mask *mask,
					const struct mcr_flow *f)
{
	const struct mcr_intervals *ivs;
	struct mcr_class_key key;
	struct mcr_class *class;
	unsigned int i;

	for (i = 0; i < 4; i++) {
		key.group.ip6[i] = f->dst.ip6[i] & mask->group.ip6[i];
		key.src.ip6[i] = f->src.ip6[i] & mask->src.ip6[i];
	}
	key.vlan = f->vlan;
	key.dport = mask->one_port ? f->dport : 0;
	key.family = mask->family;
	key.proto = mask->proto;
	key.group_len = mask->group_len;
	key.src_len = mask->src_len;
	class = rhashtable_lookup(&l->classes, &key, mcr_class_params);
	if (!class)
		return NULL;
	if (mask->one_port)
		return rcu_dereference(class->exact);
	ivs = rcu_dereference(class->intervals);
	return ivs ? mcr_intervals_find(ivs, f->dport) : NULL;
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
	bool local = mcr_addr_is_local_group(&f->dst, f->family);
	u32 i;

	for (i = 0; masks && i < masks->n; i++) {
		const struct mcr_mask *mask = &masks->mask[i];
		struct mcr_entry *e;

		if (mask->family != f->family ||
		    (mask->proto == MCR_PROTO_UDP && f->proto != MCR_PROTO_UDP) ||
		    (mask->one_port && !f->dport) ||
		    (mask->skips_local && local))
			continue;
		e = mcr_mask_probe(l, mask, f);
		if (e)
			return e;
	}
	return NULL;
}
