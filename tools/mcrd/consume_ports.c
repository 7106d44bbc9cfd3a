// SPDX-License-Identifier: GPL-2.0
/*
 * What rules say of each port; see consume_ports.h.
 *
 * nftables' sets of ranges are copied as a whole when they change. So ranges are
 * taken apart into blocks that a mask cuts out, which hash tables find: sixteen
 * lengths there can be, and a range is thirty blocks at most. Of blocks that do
 * not overlap it does not matter which length is looked for first.
 */
#include "consume_ports.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MCRD_PORTS	65536U

/**
 * mcrd_ports_free - let go of what is said
 * @ports: what is said; nothing of any port, then
 */
void mcrd_ports_free(struct mcrd_ports *ports)
{
	free(ports->span);
	memset(ports, 0, sizeof(*ports));
}

/* There is room. What says the same as the span before it is a part of that. */
static void mcrd_ports_add(struct mcrd_ports *ports, __u32 min, __u8 say)
{
	__u8 before = MCRD_SAY_NOTHING;

	if (ports->n)
		before = ports->span[ports->n - 1].say;
	if (say == before)
		return;
	ports->span[ports->n].min = min;
	ports->span[ports->n].say = say;
	ports->n++;
}

/**
 * struct mcrd_cell - ports that the same claims are laid to
 * @min: the lowest one
 * @next: the cells up to this one are painted; itself, if it is not
 * @say: of enum mcrd_say
 */
struct mcrd_cell {
	__u32 min;
	size_t next;
	__u8 say;
};

static int mcrd_cell_cmp(const void *a, const void *b)
{
	const struct mcrd_cell *x = a, *y = b;

	return (x->min > y->min) - (x->min < y->min);
}

/* All ports where a claim begins or has ended, each once; return how many. */
static size_t mcrd_cells_make(struct mcrd_cell *cell,
			      const struct mcrd_claim *claims, size_t n)
{
	size_t i, k = 0;

	for (i = 0; i < n; i++) {
		cell[2 * i].min = claims[i].min;
		cell[2 * i + 1].min = claims[i].max + 1U;
	}
	qsort(cell, 2 * n, sizeof(*cell), mcrd_cell_cmp);
	for (i = 0; i < 2 * n; i++)
		if (!k || cell[k - 1].min != cell[i].min)
			cell[k++].min = cell[i].min;
	for (i = 0; i < k; i++) {
		cell[i].next = i;
		cell[i].say = MCRD_SAY_NOTHING;
	}
	return k;
}

/* The first cell from @i on that is not painted; the way there gets shorter. */
static size_t mcrd_cell_free(struct mcrd_cell *cell, size_t i)
{
	while (cell[i].next != i) {
		cell[i].next = cell[cell[i].next].next;
		i = cell[i].next;
	}
	return i;
}

static void mcrd_cells_paint(struct mcrd_cell *cell, size_t k,
			     const struct mcrd_claim *claim)
{
	struct mcrd_cell key = { .min = claim->min };
	struct mcrd_cell *first;
	size_t i;

	first = bsearch(&key, cell, k, sizeof(*cell), mcrd_cell_cmp);
	/* The last cell begins behind all claims. */
	for (i = mcrd_cell_free(cell, (size_t)(first - cell));
	     cell[i].min <= claim->max; i = mcrd_cell_free(cell, i)) {
		cell[i].say = claim->say;
		cell[i].next = i + 1;
	}
}

/**
 * mcrd_ports_paint - what do rules say of each port?
 * @ports: filled in, for mcrd_ports_free()
 * @claims: what each says; of a port the first one that has it counts
 * @n: how many there are
 *
 * Return: 0 or -ENOMEM.
 */
int mcrd_ports_paint(struct mcrd_ports *ports, const struct mcrd_claim *claims,
		     size_t n)
{
	struct mcrd_cell *cell;
	size_t i, k;

	memset(ports, 0, sizeof(*ports));
	if (!n)
		return 0;
	cell = calloc(2 * n, sizeof(*cell));
	ports->span = calloc(2 * n, sizeof(*ports->span));
	if (!cell || !ports->span) {
		free(cell);
		mcrd_ports_free(ports);
		return -ENOMEM;
	}
	k = mcrd_cells_make(cell, claims, n);
	for (i = 0; i < n; i++)
		mcrd_cells_paint(cell, k, &claims[i]);
	for (i = 0; i < k && cell[i].min < MCRD_PORTS; i++)
		mcrd_ports_add(ports, cell[i].min, cell[i].say);
	free(cell);
	return 0;
}

/* On the way from @old to @new no packet is dropped that one of them passes. */
static __u8 mcrd_say_meet(__u8 old, __u8 new)
{
	if (new == MCRD_SAY_PASS)
		return new;
	if (old == MCRD_SAY_CONSUME && new == MCRD_SAY_NOTHING)
		return new;
	return old;
}

/**
 * mcrd_ports_meet - what to say while some ask the old rules and some the new
 * @ports: filled in, for mcrd_ports_free()
 * @old: what the old rules say
 * @new: what the new ones say
 *
 * Where the old ones do not consume, or the new ones do not, nothing is consumed.
 * As much else is as they were, so that packets are consumed that both consume.
 *
 * Return: 0 or -ENOMEM.
 */
int mcrd_ports_meet(struct mcrd_ports *ports, const struct mcrd_ports *old,
		    const struct mcrd_ports *new)
{
	__u8 was = MCRD_SAY_NOTHING, is = MCRD_SAY_NOTHING;
	size_t i = 0, k = 0;

	memset(ports, 0, sizeof(*ports));
	if (!old->n && !new->n)
		return 0;
	ports->span = calloc(old->n + new->n, sizeof(*ports->span));
	if (!ports->span)
		return -ENOMEM;
	while (i < old->n || k < new->n) {
		__u32 min = i < old->n ? old->span[i].min : MCRD_PORTS;

		if (k < new->n && new->span[k].min < min)
			min = new->span[k].min;
		if (i < old->n && old->span[i].min == min)
			was = old->span[i++].say;
		if (k < new->n && new->span[k].min == min)
			is = new->span[k++].say;
		mcrd_ports_add(ports, min, mcrd_say_meet(was, is));
	}
	return 0;
}

/**
 * mcrd_ports_equal - is the same said of each port?
 * @a: what is said
 * @b: and elsewhere
 *
 * Return: true if so.
 */
bool mcrd_ports_equal(const struct mcrd_ports *a, const struct mcrd_ports *b)
{
	size_t i;

	if (a->n != b->n)
		return false;
	for (i = 0; i < a->n; i++)
		if (a->span[i].min != b->span[i].min ||
		    a->span[i].say != b->span[i].say)
			return false;
	return true;
}

/**
 * mcrd_ports_say - what is said of a port?
 * @ports: what is said
 * @port: host byte order
 *
 * Return: of enum mcrd_say.
 */
enum mcrd_say mcrd_ports_say(const struct mcrd_ports *ports, __u16 port)
{
	enum mcrd_say say = MCRD_SAY_NOTHING;
	size_t i;

	for (i = 0; i < ports->n && ports->span[i].min <= port; i++)
		say = ports->span[i].say;
	return say;
}

/**
 * mcrd_blocks_next - the next block of ports
 * @at: where the walk is
 * @ports: what is said; the same all the way
 * @block: filled in
 *
 * Return: false where there is none; @block is not changed then.
 */
bool mcrd_blocks_next(struct mcrd_blocks *at, const struct mcrd_ports *ports,
		      struct mcrd_block *block)
{
	for (; at->span < ports->n; at->span++) {
		const struct mcrd_span *span = &ports->span[at->span];
		__u32 end = MCRD_PORTS;
		__u32 size = 1;
		__u8 len = 16;

		if (at->span + 1 < ports->n)
			end = span[1].min;
		if (at->port < span->min)
			at->port = span->min;
		if (at->port >= end || span->say == MCRD_SAY_NOTHING)
			continue;
		while (len && !(at->port & size) && at->port + 2 * size <= end) {
			size *= 2;
			len--;
		}
		block->port = (__u16)at->port;
		block->len = len;
		block->say = span->say;
		at->port += size;
		return true;
	}
	return false;
}
