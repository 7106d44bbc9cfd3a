// SPDX-License-Identifier: GPL-2.0
/*
 * The masks in use on an ingress device: an array that lookups walk, most
 * specific first. A change of it puts another one in its place.
 */
#include <linux/slab.h>

#include "lookup.h"
#include "mask.h"
#include "mem.h"

/**
 * mcr_match_one_port - is this match on one port?
 * @m: a sound match
 *
 * Return: true if so; false for ranges and any port.
 */
bool mcr_match_one_port(const struct mcr_match *m)
{
	return m->dport_min && m->dport_min == m->dport_max;
}

/**
 * mcr_mask_make - the mask of a match
 * @mask: filled in
 * @m: a sound match
 */
void mcr_mask_make(struct mcr_mask *mask, const struct mcr_match *m)
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

/**
 * mcr_mask_before - which of two masks of one family is tried first?
 * @a: a mask
 * @b: another
 *
 * As mcr_match_order(), as far as masks go.
 *
 * Return: true if @a is.
 */
bool mcr_mask_before(const struct mcr_mask *a, const struct mcr_mask *b)
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
	struct mcr_masks *old = mcr_lookup_owned(l, l->masks);
	u32 n = add ? 1 : 0, i, k = 0;
	struct mcr_masks *new = NULL;

	for (i = 0; old && i < old->n; i++)
		n += !!old->mask[i].users;
	if (n > MCR_MASKS_MAX)
		return -ENOSPC;
	if (n) {
		new = kzalloc(struct_size(new, mask, n), MCR_GFP);
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

/**
 * mcr_mask_get - use the mask of a match
 * @l: the classifier
 * @m: the match
 *
 * Context: Process, under the owner's lock; may sleep.
 * Return: 0; -ENOSPC if it would be one mask too many; -ENOMEM.
 */
int mcr_mask_get(struct mcr_lookup *l, const struct mcr_match *m)
{
	struct mcr_mask mask, *found;

	mcr_mask_make(&mask, m);
	found = mcr_masks_find(mcr_lookup_owned(l, l->masks), &mask);
	if (found) {
		found->users++;
		return 0;
	}
	mask.users = 1;
	return mcr_masks_replace(l, &mask);
}

/**
 * mcr_mask_put - use the mask of a match no more
 * @l: the classifier
 * @m: the match
 *
 * Context: Process, under the owner's lock; may sleep.
 */
void mcr_mask_put(struct mcr_lookup *l, const struct mcr_match *m)
{
	struct mcr_mask mask, *found;

	mcr_mask_make(&mask, m);
	found = mcr_masks_find(mcr_lookup_owned(l, l->masks), &mask);
	/* Without memory an unused mask stays; it finds nothing. */
	if (found && !--found->users)
		mcr_masks_replace(l, NULL);
}
