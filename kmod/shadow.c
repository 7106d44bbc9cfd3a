// SPDX-License-Identifier: GPL-2.0
/*
 * From whom does a match take packets?
 *
 * Of the masks that are less specific than the match's own, each has the
 * match's group in one prefix. Its classes of that prefix lie side by side in a
 * tree, by source and then by port, so that those that the match meets are
 * found without a look at the others.
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
 * mcr_shadow_link - make a class known to mcr_lookup_shadowed()
 * @l: the classifier
 * @class: a class of it, with a key that no other has
 */
void mcr_shadow_link(struct mcr_lookup *l, struct mcr_class *class)
{
	struct rb_node **link = &l->order.rb_node, *parent = NULL;

	lockdep_assert_held(l->lock);
	while (*link) {
		struct mcr_class *other = rb_entry(*link, struct mcr_class,
						   order);

		parent = *link;
		link = mcr_class_cmp(&class->key, &other->key) < 0 ?
		       &parent->rb_left : &parent->rb_right;
	}
	rb_link_node(&class->order, parent, link);
	rb_insert_color(&class->order, &l->order);
}

/**
 * mcr_shadow_unlink - make a class unknown
 * @l: the classifier
 * @class: from mcr_shadow_link()
 */
void mcr_shadow_unlink(struct mcr_lookup *l, struct mcr_class *class)
{
	lockdep_assert_held(l->lock);
	rb_erase(&class->order, &l->order);
}

/* The first class that is not in front of a key. */
static struct mcr_class *mcr_class_from(struct mcr_lookup *l,
					const struct mcr_class_key *key)
{
	struct rb_node *node = l->order.rb_node;
	struct mcr_class *found = NULL;

	while (node) {
		struct mcr_class *class = rb_entry(node, struct mcr_class,
						   order);

		if (mcr_class_cmp(&class->key, key) < 0) {
			node = node->rb_right;
		} else {
			found = class;
			node = node->rb_left;
		}
	}
	return found;
}

/* The next class whose port may do, past those of the same source. */
static struct mcr_class *mcr_class_next(struct mcr_lookup *l,
					const struct mcr_class *class,
					const struct mcr_match *m)
{
	struct mcr_class_key key = class->key;
	struct rb_node *node = rb_next(&class->order);

	if (key.dport && m->dport_min && key.dport < m->dport_min) {
		key.dport = m->dport_min;
		return mcr_class_from(l, &key);
	}
	if (key.dport && m->dport_min && key.dport < U16_MAX &&
	    key.dport >= m->dport_max) {
		struct mcr_class *last;

		key.dport = U16_MAX;
		last = mcr_class_from(l, &key);
		if (!last || mcr_class_cmp(&last->key, &key))
			return last;
		node = rb_next(&last->order);
	}
	return node ? rb_entry(node, struct mcr_class, order) : NULL;
}

static struct mcr_entry *mcr_class_shadowed(struct mcr_lookup *l,
					    struct mcr_class *class,
					    const struct mcr_match *m)
{
	struct mcr_entry *e;

	if (!class->key.dport)
		return mcr_ranges_shadowed(l, &class->ranges, m);
	e = mcr_lookup_owned(l, class->exact);
	return e && mcr_match_shadows(m, &e->match) ? e : NULL;
}

static bool mcr_class_meets_src(const struct mcr_class_key *key,
				const struct mcr_match *m)
{
	union mcr_addr src = key->src;

	if (key->src_len <= m->src_len)
		return true;
	mcr_addr_mask(&src, m->family, m->src_len);
	return mcr_addr_equal(&src, &m->src);
}

static struct mcr_entry *mcr_mask_shadowed(struct mcr_lookup *l,
					   const struct mcr_mask *mask,
					   const struct mcr_match *m,
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
	};
	struct mcr_class *class;
	union mcr_addr src;

	if (mask->one_port)
		key.dport = m->dport_min ?: 1;
	mcr_addr_mask(&key.group, m->family, mask->group_len);
	mcr_addr_mask(&key.src, m->family, mask->src_len);
	src = key.src;
	for (class = mcr_class_from(l, &key); class && *tries;
	     class = mcr_class_next(l, class, m)) {
		struct mcr_entry *e;

		if (mcr_class_cmp_group(&class->key, &key) ||
		    !mcr_class_meets_src(&class->key, m))
			break;
		if (mask->src_len <= m->src_len &&
		    !mcr_addr_equal(&class->key.src, &src))
			break;
		e = mcr_class_shadowed(l, class, m);
		if (e)
			return e;
		--*tries;
	}
	return NULL;
}

/**
 * mcr_lookup_shadowed - from whom would a match take packets?
 * @l: the classifier
 * @m: a sound match that is not in it
 *
 * Where there are very many candidates not all are looked at.
 *
 * Context: Process, under the owner's lock.
 * Return: a match that @m shadows, of the most specific mask that has one; or
 * NULL.
 */
struct mcr_entry *mcr_lookup_shadowed(struct mcr_lookup *l,
				      const struct mcr_match *m)
{
	const struct mcr_masks *masks = mcr_lookup_owned(l, l->masks);
	unsigned int tries = MCR_SHADOW_TRIES;
	struct mcr_mask own;
	u32 i;

	mcr_mask_make(&own, m);
	for (i = 0; masks && i < masks->n; i++) {
		const struct mcr_mask *mask = &masks->mask[i];
		struct mcr_entry *e;

		if (mask->family != m->family || mcr_mask_before(mask, &own))
			continue;
		e = mcr_mask_shadowed(l, mask, m, &tries);
		if (e)
			return e;
	}
	return NULL;
}
