// SPDX-License-Identifier: GPL-2.0
/*
 * From whom does a match take packets, and whom does it meet at all?
 *
 * Of the masks that are less specific than the match's own, each has the
 * match's group in one prefix. Its classes of that prefix lie side by side in a
 * tree, by source and then by port, so that those that the match meets are
 * found without a look at the others. The same holds for the classes of a more
 * specific mask whose groups lie in the match's.
 */
#include <linux/string.h>

#include "class.h"
#include "lookup.h"
#include "mask.h"

/* A warning is not worth more classes than this. */
#define MCR_SHADOW_TRIES	4096

static int mcr_class_cmp_mask(const struct mcr_class_key *a,
			      const struct mcr_class_key *b)
{
	if (a->family != b->family)
		return a->family - b->family;
	if (a->group_len != b->group_len)
		return a->group_len - b->group_len;
	if (a->src_len != b->src_len)
		return a->src_len - b->src_len;
	if (a->proto != b->proto)
		return a->proto - b->proto;
	return !!a->dport - !!b->dport;
}

/* Up to the source: what the classes that one search looks at have in common. */
static int mcr_class_cmp_group(const struct mcr_class_key *a,
			       const struct mcr_class_key *b)
{
	int diff = mcr_class_cmp_mask(a, b);

	if (diff)
		return diff;
	if (a->vlan != b->vlan)
		return a->vlan - b->vlan;
	return memcmp(&a->group, &b->group, sizeof(a->group));
}

static int mcr_class_cmp(const struct mcr_class_key *a,
			 const struct mcr_class_key *b)
{
	int diff = mcr_class_cmp_group(a, b);

	if (!diff)
		diff = memcmp(&a->src, &b->src, sizeof(a->src));
	return diff ?: a->dport - b->dport;
}

/**
 * mcr_shadow_link - make a slot known to mcr_lookup_shadowed()
 * @l: the classifier
 * @slot: of it, with a key that no other has
 */
void mcr_shadow_link(struct mcr_lookup *l, struct mcr_slot *slot)
{
	struct rb_node **link = &l->order.rb_node, *parent = NULL;

	lockdep_assert_held(l->lock);
	while (*link) {
		struct mcr_slot *other = rb_entry(*link, struct mcr_slot,
						  order);

		parent = *link;
		link = mcr_class_cmp(&slot->key, &other->key) < 0 ?
		       &parent->rb_left : &parent->rb_right;
	}
	rb_link_node(&slot->order, parent, link);
	rb_insert_color(&slot->order, &l->order);
}

/**
 * mcr_shadow_unlink - make a slot unknown
 * @l: the classifier
 * @slot: from mcr_shadow_link()
 */
void mcr_shadow_unlink(struct mcr_lookup *l, struct mcr_slot *slot)
{
	lockdep_assert_held(l->lock);
	rb_erase(&slot->order, &l->order);
}

/* The first slot that is not in front of a key. */
static struct mcr_slot *mcr_slot_from(struct mcr_lookup *l,
				      const struct mcr_class_key *key)
{
	struct rb_node *node = l->order.rb_node;
	struct mcr_slot *found = NULL;

	while (node) {
		struct mcr_slot *slot = rb_entry(node, struct mcr_slot, order);

		if (mcr_class_cmp(&slot->key, key) < 0) {
			node = node->rb_right;
		} else {
			found = slot;
			node = node->rb_left;
		}
	}
	return found;
}

/* The next slot whose port may do, past those of the same source. */
static struct mcr_slot *mcr_slot_next(struct mcr_lookup *l,
				      const struct mcr_slot *slot,
				      const struct mcr_match *m)
{
	struct mcr_class_key key = slot->key;
	struct rb_node *node = rb_next(&slot->order);

	if (key.dport && m->dport_min && key.dport < m->dport_min) {
		key.dport = m->dport_min;
		return mcr_slot_from(l, &key);
	}
	if (key.dport && m->dport_min && key.dport < U16_MAX &&
	    key.dport >= m->dport_max) {
		struct mcr_slot *last;

		key.dport = U16_MAX;
		last = mcr_slot_from(l, &key);
		if (!last || mcr_class_cmp(&last->key, &key))
			return last;
		node = rb_next(&last->order);
	}
	return node ? rb_entry(node, struct mcr_slot, order) : NULL;
}

/* Stop at the first match that is wanted; see mcr_lookup_overlap(). */
static struct mcr_entry *mcr_slot_overlap(struct mcr_lookup *l,
					  struct mcr_slot *slot,
					  const struct mcr_match *m,
					  mcr_overlap_fn *wanted, void *data,
					  unsigned int *tries)
{
	struct mcr_entry *e = container_of(slot, struct mcr_entry, slot);
	struct mcr_class *class = container_of(slot, struct mcr_class, slot);

	if (!slot->key.dport)
		return mcr_ranges_overlap(l, &class->ranges, m, wanted, data,
					  tries);
	return e->live && mcr_match_overlap(m, &e->match) &&
	       wanted(e, m, data) ? e : NULL;
}

/* May slots from this one on, in the order of the tree, meet the match? */
static bool mcr_class_within(const struct mcr_class_key *key,
			     const struct mcr_class_key *first,
			     const struct mcr_match *m)
{
	union mcr_addr group = key->group, src = key->src;

	if (mcr_class_cmp_mask(key, first) || key->vlan != first->vlan)
		return false;
	mcr_addr_mask(&group, m->family, m->group_len);
	if (!mcr_addr_equal(&group, &first->group))
		return false;
	/* Groups that lie in the match's have their sources each. */
	if (key->group_len > m->group_len)
		return true;
	mcr_addr_mask(&src, m->family, m->src_len);
	return mcr_addr_equal(&src, &first->src);
}

static struct mcr_entry *mcr_mask_overlap(struct mcr_lookup *l,
					  const struct mcr_mask *mask,
					  const struct mcr_match *m,
					  mcr_overlap_fn *wanted, void *data,
					  unsigned int *tries)
{
	struct mcr_class_key key = {
		.group = m->group,
		.src = m->src,
		.vlan = m->vlan,
		.family = mask->family,
		.proto = mask->proto,
		.group_len = mask->group_len,
		.src_len = mask->src_len,
	}, first;
	struct mcr_slot *slot;

	mcr_addr_mask(&key.group, m->family, mask->group_len);
	mcr_addr_mask(&key.src, m->family, mask->src_len);
	/* Where several groups are looked at, all their sources are. */
	if (mask->group_len > m->group_len)
		memset(&key.src, 0, sizeof(key.src));
	first = key;
	if (mask->one_port)
		key.dport = m->dport_min ?: 1;
	first.dport = key.dport;
	for (slot = mcr_slot_from(l, &key);
	     slot && *tries && mcr_class_within(&slot->key, &first, m);
	     slot = mcr_slot_next(l, slot, m)) {
		struct mcr_entry *e;

		--*tries;
		e = mcr_slot_overlap(l, slot, m, wanted, data, tries);
		if (e)
			return e;
	}
	return NULL;
}

/**
 * mcr_lookup_overlap - find a match that takes packets that another takes, too
 * @l: the classifier
 * @m: a sound match
 * @wanted: is this one wanted? Called for matches that overlap @m, some of them
 *	several times; those that win none of the ports of @m within their class
 *	are left out
 * @data: for @wanted
 * @tries: at most so many classes, and intervals of ports in them, are looked
 *	at; counted down
 *
 * Context: Process, under the owner's lock or RTNL.
 * Return: the first match that is wanted; NULL if there is none or @tries
 * became 0 before.
 */
struct mcr_entry *mcr_lookup_overlap(struct mcr_lookup *l,
				     const struct mcr_match *m,
				     mcr_overlap_fn *wanted, void *data,
				     unsigned int *tries)
{
	const struct mcr_masks *masks = mcr_lookup_stable(l, l->masks);
	u32 i;

	for (i = 0; masks && i < masks->n; i++) {
		struct mcr_entry *e;

		if (masks->mask[i].family != m->family)
			continue;
		e = mcr_mask_overlap(l, &masks->mask[i], m, wanted, data,
				     tries);
		if (e)
			return e;
	}
	return NULL;
}

/* Whom mcr_lookup_shadowed() is asked for. */
struct mcr_shadow {
	mcr_overlap_fn *wanted;
	void *data;
};

static bool mcr_entry_shadowed(struct mcr_entry *e, const struct mcr_match *m,
			       void *data)
{
	const struct mcr_shadow *s = data;

	return mcr_match_shadows(m, &e->match) &&
	       (!s->wanted || s->wanted(e, m, s->data));
}

/**
 * mcr_lookup_shadowed - from whom would a match take packets?
 * @l: the classifier
 * @m: a sound match that is not in it
 * @wanted: is this one wanted? NULL: all are
 * @data: for @wanted
 *
 * Where there are very many candidates not all are looked at.
 *
 * Context: Process, under the owner's lock.
 * Return: a match that @m shadows, of the most specific mask that has one; or
 * NULL.
 */
struct mcr_entry *mcr_lookup_shadowed(struct mcr_lookup *l,
				      const struct mcr_match *m,
				      mcr_overlap_fn *wanted, void *data)
{
	const struct mcr_masks *masks = mcr_lookup_owned(l, l->masks);
	struct mcr_shadow shadow = { .wanted = wanted, .data = data };
	unsigned int tries = MCR_SHADOW_TRIES;
	struct mcr_mask own;
	u32 i;

	mcr_mask_make(&own, m);
	for (i = 0; masks && i < masks->n; i++) {
		const struct mcr_mask *mask = &masks->mask[i];
		struct mcr_entry *e;

		if (mask->family != m->family || mcr_mask_before(mask, &own))
			continue;
		e = mcr_mask_overlap(l, mask, m, mcr_entry_shadowed, &shadow,
				     &tries);
		if (e)
			return e;
	}
	return NULL;
}
