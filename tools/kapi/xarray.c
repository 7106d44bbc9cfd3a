// SPDX-License-Identifier: GPL-2.0
/*
 * Arrays by number: a tree of nodes of 64 slots, of the same depth everywhere.
 * Each node knows which of its slots hold something, which are full all the way
 * down, and which are marked.
 */
#include <linux/slab.h>
#include <linux/xarray.h>

#include "internal.h"

#define KAPI_XA_BITS	6U
#define KAPI_XA_SLOTS	64U
#define KAPI_XA_DEPTH	6U
#define KAPI_XA_TOP	30U	/* shift of the top node: 36 bits in all */

/**
 * struct kapi_xa_node - a node
 * @used: bit by slot: there is a node, or an entry, below
 * @full: bit by slot: there is no free entry below
 * @marked: bit by slot: there is a mark below
 * @slot: nodes, or in the lowest ones entries
 */
struct kapi_xa_node {
	u64 used;
	u64 full;
	u64 marked;
	void *slot[KAPI_XA_SLOTS];
};

/**
 * struct kapi_xa_path - the way to an entry
 * @node: by depth, from the top
 * @slot: in each
 * @n: how many nodes there are on the way: KAPI_XA_DEPTH if all are
 */
struct kapi_xa_path {
	struct kapi_xa_node *node[KAPI_XA_DEPTH];
	unsigned int slot[KAPI_XA_DEPTH];
	unsigned int n;
};

/* What is in a slot that is taken, but holds nothing. */
static char kapi_xa_reserved;

static void *kapi_xa_entry(void *slot)
{
	return slot == &kapi_xa_reserved ? NULL : slot;
}

static unsigned int kapi_xa_slot(u64 index, unsigned int depth)
{
	return (unsigned int)(index >> (KAPI_XA_TOP - depth * KAPI_XA_BITS)) &
	       (KAPI_XA_SLOTS - 1);
}

static u64 kapi_xa_bit(unsigned int slot)
{
	return (u64)1 << slot;
}

/* Slots from this one on. */
static u64 kapi_xa_from(unsigned int slot)
{
	return ~(u64)0 << slot;
}

static unsigned int kapi_xa_lowest(u64 bits)
{
	return (unsigned int)__builtin_ctzll(bits);
}

static void kapi_xa_walk(struct xarray *xa, unsigned long index,
			 struct kapi_xa_path *path)
{
	struct kapi_xa_node *node = xa->top;

	KAPI_ASSERT(index <= U32_MAX);
	for (path->n = 0; node && path->n < KAPI_XA_DEPTH; path->n++) {
		unsigned int slot = kapi_xa_slot(index, path->n);

		path->node[path->n] = node;
		path->slot[path->n] = slot;
		if (path->n < KAPI_XA_DEPTH - 1)
			node = node->slot[slot];
	}
}

/* The slot of an entry; NULL: there is no node for it. */
static void **kapi_xa_place(const struct kapi_xa_path *path)
{
	unsigned int last = KAPI_XA_DEPTH - 1;

	if (path->n < KAPI_XA_DEPTH)
		return NULL;
	return &path->node[last]->slot[path->slot[last]];
}

static void kapi_xa_set(u64 *bits, unsigned int slot, bool on)
{
	if (on)
		*bits |= kapi_xa_bit(slot);
	else
		*bits &= ~kapi_xa_bit(slot);
}

/* Let all nodes on the way know what an entry is; free those that are empty. */
static void kapi_xa_settle(struct xarray *xa, const struct kapi_xa_path *path,
			   bool used, bool marked)
{
	bool full = used;
	unsigned int i;

	for (i = path->n; i--;) {
		struct kapi_xa_node *node = path->node[i];

		kapi_xa_set(&node->used, path->slot[i], used);
		kapi_xa_set(&node->full, path->slot[i], full);
		kapi_xa_set(&node->marked, path->slot[i], marked);
		if (!used)
			node->slot[path->slot[i]] = NULL;
		used = node->used;
		full = !~node->full;
		marked = node->marked;
		if (!used)
			kapi_free(node);
	}
	if (!used)
		xa->top = NULL;
}

/* Make the nodes that are missing on the way. */
static bool kapi_xa_grow(struct xarray *xa, unsigned long index,
			 struct kapi_xa_path *path)
{
	unsigned int had = path->n;

	while (path->n < KAPI_XA_DEPTH) {
		struct kapi_xa_node *node = kapi_zalloc(1, sizeof(*node));
		unsigned int up = path->n - 1;

		if (!node)
			goto err;
		path->node[path->n] = node;
		path->slot[path->n] = kapi_xa_slot(index, path->n);
		if (path->n)
			path->node[up]->slot[path->slot[up]] = node;
		else
			xa->top = node;
		path->n++;
	}
	return true;
err:
	while (path->n > had) {
		path->n--;
		kapi_free(path->node[path->n]);
	}
	if (had)
		path->node[had - 1]->slot[path->slot[had - 1]] = NULL;
	else
		xa->top = NULL;
	return false;
}

/**
 * kapi_xa_load - what is at an index
 * @xa: the array
 * @index: the index
 *
 * Return: the entry or NULL.
 */
void *kapi_xa_load(struct xarray *xa, unsigned long index)
{
	struct kapi_xa_path path;
	void **place;

	if (index > U32_MAX)
		return NULL;
	kapi_xa_walk(xa, index, &path);
	place = kapi_xa_place(&path);
	return place ? kapi_xa_entry(*place) : NULL;
}

static bool kapi_xa_is_marked(const struct kapi_xa_path *path)
{
	unsigned int last = KAPI_XA_DEPTH - 1;

	return path->node[last]->marked & kapi_xa_bit(path->slot[last]);
}

/**
 * kapi_xa_store - put something at an index
 * @xa: the array
 * @index: the index
 * @entry: what; NULL: nothing, though in an array that hands out indices it
 *	stays taken
 *
 * Needs no memory where an index is taken.
 *
 * Return: what was there; ERR_PTR(-ENOMEM).
 */
void *kapi_xa_store(struct xarray *xa, unsigned long index, void *entry)
{
	struct kapi_xa_path path;
	void **place, *old;

	if (!entry && !(xa->flags & XA_FLAGS_ALLOC))
		return kapi_xa_erase(xa, index);
	kapi_xa_walk(xa, index, &path);
	if (!kapi_xa_grow(xa, index, &path))
		return ERR_PTR(-ENOMEM);
	place = kapi_xa_place(&path);
	old = kapi_xa_entry(*place);
	*place = entry ? entry : &kapi_xa_reserved;
	kapi_xa_settle(xa, &path, true, entry && kapi_xa_is_marked(&path));
	return old;
}

/**
 * kapi_xa_erase - take what is at an index
 * @xa: the array
 * @index: the index, which is free afterwards
 *
 * Return: what was there.
 */
void *kapi_xa_erase(struct xarray *xa, unsigned long index)
{
	struct kapi_xa_path path;
	void **place, *old;

	kapi_xa_walk(xa, index, &path);
	place = kapi_xa_place(&path);
	if (!place)
		return NULL;
	old = kapi_xa_entry(*place);
	kapi_xa_settle(xa, &path, false, false);
	return old;
}

/**
 * kapi_xa_release - free an index that is only taken
 * @xa: the array
 * @index: the index; an entry that is there stays
 */
void kapi_xa_release(struct xarray *xa, unsigned long index)
{
	struct kapi_xa_path path;
	void **place;

	kapi_xa_walk(xa, index, &path);
	place = kapi_xa_place(&path);
	if (place && *place == &kapi_xa_reserved)
		kapi_xa_settle(xa, &path, false, false);
}

/* What indices have in common that are below the same node as @index. */
static u64 kapi_xa_prefix(u64 index, unsigned int depth)
{
	unsigned int bits = KAPI_XA_TOP - depth * KAPI_XA_BITS + KAPI_XA_BITS;

	return index >> bits << bits;
}

/* The lowest index below a slot of that node. */
static u64 kapi_xa_first(u64 index, unsigned int depth, unsigned int slot)
{
	return kapi_xa_prefix(index, depth) +
	       ((u64)slot << (KAPI_XA_TOP - depth * KAPI_XA_BITS));
}

/* The first free index from @from on; more than 32 bits: there is none. */
static u64 kapi_xa_free(const struct xarray *xa, u64 from)
{
	const struct kapi_xa_node *node = xa->top;
	unsigned int depth = 0;

	while (node && from <= U32_MAX) {
		unsigned int slot = kapi_xa_slot(from, depth);
		u64 room = ~node->full & kapi_xa_from(slot);

		if (!room) {
			/* Behind all that is below this node, from the top. */
			from = kapi_xa_first(from, depth, KAPI_XA_SLOTS);
			node = xa->top;
			depth = 0;
			continue;
		}
		if (kapi_xa_lowest(room) != slot) {
			slot = kapi_xa_lowest(room);
			from = kapi_xa_first(from, depth, slot);
		}
		if (depth == KAPI_XA_DEPTH - 1)
			break;
		node = node->slot[slot];
		depth++;
	}
	return from;
}

/**
 * kapi_xa_alloc_cyclic - take an index that is free
 * @xa: the array
 * @id: the index
 * @entry: what to put there; NULL: nothing yet
 * @limit: which indices will do
 * @next: where to begin; the one behind @id afterwards
 *
 * Return: 0; 1 if the search began anew; -EBUSY if there is none; -ENOMEM.
 */
int kapi_xa_alloc_cyclic(struct xarray *xa, u32 *id, void *entry,
			 struct xa_limit limit, u32 *next)
{
	u32 begin = *next < limit.min || *next > limit.max ? limit.min : *next;
	u64 free = kapi_xa_free(xa, begin);
	bool again = free > limit.max;

	if (again)
		free = kapi_xa_free(xa, limit.min);
	if (free > limit.max)
		return -EBUSY;
	if (xa_is_err(kapi_xa_store(xa, (unsigned long)free, entry)))
		return -ENOMEM;
	*id = (u32)free;
	*next = *id + 1;
	return again;
}

/**
 * kapi_xa_find - the next entry
 * @xa: the array
 * @index: where to begin; where it was found
 * @marked: it is to have a mark
 *
 * Return: it; NULL: there is none.
 */
void *kapi_xa_find(struct xarray *xa, unsigned long *index, bool marked)
{
	const struct kapi_xa_node *node = xa->top;
	unsigned int depth = 0;
	u64 at = *index;

	while (node && at <= U32_MAX) {
		unsigned int slot = kapi_xa_slot(at, depth);
		u64 bits = marked ? node->marked : node->used;
		void *found = NULL;

		bits &= kapi_xa_from(slot);
		if (bits && kapi_xa_lowest(bits) != slot) {
			slot = kapi_xa_lowest(bits);
			at = kapi_xa_first(at, depth, slot);
		}
		if (bits && depth < KAPI_XA_DEPTH - 1) {
			node = node->slot[slot];
			depth++;
			continue;
		}
		*index = (unsigned long)at;
		if (bits)
			found = kapi_xa_entry(node->slot[slot]);
		if (found)
			return found;
		/* Behind this one, or all below this node, from the top. */
		at = bits ? at + 1 : kapi_xa_first(at, depth, KAPI_XA_SLOTS);
		node = xa->top;
		depth = 0;
	}
	return NULL;
}

/**
 * kapi_xa_mark - mark an entry, or do not any more
 * @xa: the array
 * @index: of the entry; if there is none nothing happens
 * @on: mark it
 */
void kapi_xa_mark(struct xarray *xa, unsigned long index, bool on)
{
	struct kapi_xa_path path;
	void **place;

	kapi_xa_walk(xa, index, &path);
	place = kapi_xa_place(&path);
	if (place && kapi_xa_entry(*place))
		kapi_xa_settle(xa, &path, true, on);
}

/**
 * kapi_xa_destroy - empty an array; what was in it is the caller's
 * @xa: the array
 */
void kapi_xa_destroy(struct xarray *xa)
{
	struct kapi_xa_node *up[KAPI_XA_DEPTH], *node = xa->top;
	unsigned int depth = 0;

	while (node) {
		if (depth < KAPI_XA_DEPTH - 1 && node->used) {
			up[depth++] = node;
			node = node->slot[kapi_xa_lowest(node->used)];
			continue;
		}
		kapi_free(node);
		node = depth ? up[--depth] : NULL;
		/* Its lowest one was freed. */
		if (node)
			node->used &= node->used - 1;
	}
	xa->top = NULL;
}
