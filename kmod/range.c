// SPDX-License-Identifier: GPL-2.0
/*
 * Matches that differ in their port ranges only.
 *
 * Lookups search a sorted array of port intervals, each naming its winner. It
 * has an edge wherever a range begins or ends, so that a range takes all of an
 * interval or nothing of it: removal needs no memory, it corrects the winners
 * in place. Edges that nobody has any more go with the next insertion, which
 * makes another array: a copy with one range merged in or, where several ranges
 * come at once, one made anew from all there are. That takes longer than to merge
 * one, but much less than to merge one after the other.
 *
 * A port's winner is the best of those that have it, whatever the order they
 * came in; who is next when it goes is asked of an interval tree.
 */
#include <linux/interval_tree_generic.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include "lookup.h"
#include "mem.h"
#include "range.h"

static u16 mcr_range_min(const struct mcr_entry *e)
{
	return e->match.dport_min;
}

static u16 mcr_range_max(const struct mcr_entry *e)
{
	return e->match.dport_min ? e->match.dport_max : U16_MAX;
}

INTERVAL_TREE_DEFINE(struct mcr_entry, rb, u16, subtree_max, mcr_range_min,
		     mcr_range_max, static, mcr_range_tree)

static struct mcr_entry *mcr_range_better(struct mcr_entry *a,
					  struct mcr_entry *b)
{
	if (!a || !b)
		return a ?: b;
	return mcr_match_order(&a->match, &b->match) < 0 ? a : b;
}

/* Of all that have the port; the array is not asked. */
static struct mcr_entry *mcr_range_winner(struct mcr_ranges *r, u32 port)
{
	struct mcr_entry *e, *best = NULL;

	for (e = mcr_range_tree_iter_first(&r->tree, port, port); e;
	     e = mcr_range_tree_iter_next(e, port, port))
		best = mcr_range_better(e, best);
	return best;
}

/* The interval that the port is in; @n, if the port is below all. */
static u32 mcr_intervals_at(const struct mcr_intervals *ivs, u32 port)
{
	u32 low = 0, high = ivs->n;

	while (low < high) {
		u32 mid = (low + high) / 2;

		if (port < ivs->iv[mid].min)
			high = mid;
		else
			low = mid + 1;
	}
	return low ? low - 1 : ivs->n;
}

/* Edge @i of a range: where it begins, where it has ended. Beyond all ports? */
static u32 mcr_range_edge(const struct mcr_entry *e, unsigned int i)
{
	switch (i) {
	case 0:
		return mcr_range_min(e);
	case 1:
		return mcr_range_max(e) + 1;
	default:
		return U16_MAX + 1;
	}
}

/*
 * Merge a range into the intervals; edges that nobody has are left out. There
 * is room for two more than there were.
 */
static void mcr_intervals_merge(struct mcr_lookup *l, struct mcr_intervals *new,
				const struct mcr_intervals *old,
				struct mcr_entry *e)
{
	u32 n = old ? old->n : 0, i = 0, next = 0;
	const struct mcr_interval *at = NULL;
	struct mcr_entry *winner;

	for (;;) {
		u32 port = mcr_range_edge(e, next), edges = 0;
		struct mcr_interval *iv = &new->iv[new->n];

		if (i < n && old->iv[i].min <= port) {
			at = &old->iv[i++];
			port = at->min;
			edges = at->edges;
		}
		if (port > U16_MAX)
			return;
		if (port == mcr_range_edge(e, next)) {
			edges++;
			next++;
		}
		if (!edges)
			continue;
		iv->min = port;
		iv->edges = edges;
		iv->winner = at ? at->winner : NULL;
		if (next == 1) {
			winner = mcr_lookup_owned(l, iv->winner);
			RCU_INIT_POINTER(iv->winner,
					 mcr_range_better(winner, e));
		}
		new->n++;
	}
}

static int mcr_interval_cmp(const void *a, const void *b)
{
	const struct mcr_interval *x = a, *y = b;

	return (int)x->min - (int)y->min;
}

/* Fill in all edges of all ranges, as intervals; some may begin at one port. */
static void mcr_intervals_edges(struct mcr_ranges *r,
				struct mcr_intervals *new)
{
	struct mcr_entry *e;
	unsigned int i;

	for (e = mcr_range_tree_iter_first(&r->tree, 0, U16_MAX); e;
	     e = mcr_range_tree_iter_next(e, 0, U16_MAX)) {
		for (i = 0; mcr_range_edge(e, i) <= U16_MAX; i++)
			new->iv[new->n++].min = mcr_range_edge(e, i);
		cond_resched();
	}
}

/* Make the intervals from the ranges alone. There is room for two of each. */
static void mcr_intervals_fill(struct mcr_ranges *r, struct mcr_intervals *new)
{
	struct mcr_interval *iv = new->iv;
	u32 n, i;

	mcr_intervals_edges(r, new);
	sort(iv, new->n, sizeof(*iv), mcr_interval_cmp, NULL);
	n = new->n;
	new->n = 0;
	for (i = 0; i < n; i++) {
		u16 min = new->iv[i].min;

		if (i && iv->min == min) {
			iv->edges++;
			continue;
		}
		iv = &new->iv[new->n++];
		iv->min = min;
		iv->edges = 1;
		RCU_INIT_POINTER(iv->winner, mcr_range_winner(r, min));
		cond_resched();
	}
}

/* Room for two intervals of each range, and for more ranges to come. */
static int mcr_ranges_reserve(struct mcr_ranges *r)
{
	struct mcr_intervals *new;
	u32 room = 2 * r->n + r->n;

	if (r->several && r->room >= 2 * r->n)
		return 0;
	new = kvmalloc(struct_size(new, iv, room), MCR_GFP);
	if (!new)
		return -ENOMEM;
	new->n = 0;
	kvfree(r->next);
	r->next = new;
	r->room = room;
	r->several = true;
	return 0;
}

/**
 * mcr_ranges_empty - is there no range left?
 * @r: the ranges
 *
 * Return: true if so.
 */
bool mcr_ranges_empty(const struct mcr_ranges *r)
{
	return RB_EMPTY_ROOT(&r->tree.rb_root);
}

/**
 * mcr_ranges_free - free what an empty set of ranges still has
 * @l: the classifier
 * @r: the ranges; lookups may still search them
 */
void mcr_ranges_free(struct mcr_lookup *l, struct mcr_ranges *r)
{
	struct mcr_intervals *ivs = mcr_lookup_owned(l, r->intervals);

	if (ivs)
		kvfree_rcu(ivs, rcu);
}

/**
 * mcr_ranges_plan - make ready for a range that is to take packets
 * @l: the classifier
 * @r: the ranges
 * @e: a match equal to none that is in it or planned
 *
 * Several may be planned, and published at once. Until then none is removed.
 *
 * Context: Process, under the owner's lock; may sleep.
 * Return: 0 or -ENOMEM.
 */
int mcr_ranges_plan(struct mcr_lookup *l, struct mcr_ranges *r,
		    struct mcr_entry *e)
{
	struct mcr_intervals *old, *new;

	r->n++;
	if (r->next) {
		if (mcr_ranges_reserve(r))
			goto err;
		mcr_range_tree_insert(e, &r->tree);
		return 0;
	}
	old = mcr_lookup_owned(l, r->intervals);
	new = kvmalloc(struct_size(new, iv, (old ? old->n : 0) + 2), MCR_GFP);
	if (!new)
		goto err;
	new->n = 0;
	mcr_intervals_merge(l, new, old, e);
	mcr_range_tree_insert(e, &r->tree);
	r->next = new;
	return 0;

err:
	r->n--;
	return -ENOMEM;
}

static void mcr_ranges_leave(struct mcr_ranges *r, struct mcr_entry *e)
{
	mcr_range_tree_remove(e, &r->tree);
	r->n--;
}

/**
 * mcr_ranges_unplan - a range is not to take packets after all
 * @r: the ranges
 * @e: a match that is planned; so are all others that are, from now on not
 *
 * Context: Process, under the owner's lock.
 */
void mcr_ranges_unplan(struct mcr_ranges *r, struct mcr_entry *e)
{
	mcr_ranges_leave(r, e);
	kvfree(r->next);
	r->next = NULL;
	r->several = false;
}

/**
 * mcr_ranges_publish - let what is planned take packets
 * @l: the classifier
 * @r: the ranges
 *
 * Context: Process, under the owner's lock; may sleep.
 */
void mcr_ranges_publish(struct mcr_lookup *l, struct mcr_ranges *r)
{
	struct mcr_intervals *old = mcr_lookup_owned(l, r->intervals);

	if (!r->next)
		return;
	if (r->several)
		mcr_intervals_fill(r, r->next);
	r->several = false;
	rcu_assign_pointer(r->intervals, r->next);
	r->next = NULL;
	if (old)
		kvfree_rcu(old, rcu);
}

/**
 * mcr_ranges_remove - let a range take packets no more; others inherit its ports
 * @l: the classifier
 * @r: the ranges
 * @e: a match that is in it
 *
 * Context: Process, under the owner's lock; may sleep. Allocates nothing.
 */
void mcr_ranges_remove(struct mcr_lookup *l, struct mcr_ranges *r,
		       struct mcr_entry *e)
{
	struct mcr_intervals *ivs = mcr_lookup_owned(l, r->intervals);
	u32 i;

	mcr_ranges_leave(r, e);
	i = mcr_intervals_at(ivs, mcr_range_min(e));
	for (ivs->iv[i].edges--;
	     i < ivs->n && ivs->iv[i].min <= mcr_range_max(e); i++) {
		struct mcr_interval *iv = &ivs->iv[i];

		if (mcr_lookup_owned(l, iv->winner) != e)
			continue;
		rcu_assign_pointer(iv->winner, mcr_range_winner(r, iv->min));
		cond_resched();
	}
	if (i < ivs->n)
		ivs->iv[i].edges--;
}

/**
 * mcr_ranges_overlap - find a range that takes packets that a match takes, too
 * @l: the classifier
 * @r: the ranges
 * @m: the match
 * @wanted: is this one wanted? May be asked of the same several times
 * @data: for @wanted
 * @tries: at most so many intervals are looked at; counted down
 *
 * Context: Process, under the owner's lock or RTNL.
 * Return: the first that overlaps @m, wins one of its ports, and is wanted;
 * NULL if there is none or @tries became 0 before.
 */
struct mcr_entry *mcr_ranges_overlap(struct mcr_lookup *l,
				     struct mcr_ranges *r,
				     const struct mcr_match *m,
				     mcr_overlap_fn *wanted, void *data,
				     unsigned int *tries)
{
	struct mcr_intervals *ivs = mcr_lookup_stable(l, r->intervals);
	u32 max = m->dport_min ? m->dport_max : U16_MAX, i;
	struct mcr_entry *last = NULL;

	if (!ivs)
		return NULL;
	i = mcr_intervals_at(ivs, m->dport_min);
	for (i = i == ivs->n ? 0 : i;
	     i < ivs->n && ivs->iv[i].min <= max && *tries; i++) {
		struct mcr_entry *e = mcr_lookup_stable(l, ivs->iv[i].winner);

		--*tries;
		if (!e || e == last)
			continue;
		last = e;
		if (mcr_match_overlap(m, &e->match) && wanted(e, m, data))
			return e;
	}
	return NULL;
}

/**
 * mcr_ranges_find - who wins a port?
 * @r: the ranges
 * @dport: the port; 0: it is not known
 *
 * Context: Any, under rcu_read_lock().
 * Return: the match, good until rcu_read_unlock(), or NULL.
 */
struct mcr_entry *mcr_ranges_find(const struct mcr_ranges *r, u16 dport)
{
	const struct mcr_intervals *ivs = rcu_dereference(r->intervals);
	u32 i;

	if (!ivs)
		return NULL;
	i = mcr_intervals_at(ivs, dport);
	return i < ivs->n ? rcu_dereference(ivs->iv[i].winner) : NULL;
}
