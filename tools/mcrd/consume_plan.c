// SPDX-License-Identifier: GPL-2.0
/*
 * What has changed in the rules, as a batch of messages to nf_tables.
 *
 * A change of one rule costs as many elements as its ports have blocks. Chains are
 * written anew where a verdict map comes or goes, that is, with the first and the
 * last rule of a mask; they are as long as there are masks, which are few.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <stdlib.h>
#include <string.h>

#include "consume_table.h"

/* Elements in a message: an attribute has 64 KiB at most. */
#define MCRD_ELEMS_MAX	256

/* Is there something that consumes here, or further on for the same packets? */
static bool mcrd_mask_needed(const struct mcrd_mask *mask)
{
	const struct mcrd_mask *m;

	for (m = mask; m; m = LIST_NEXT(m, list)) {
		if (m->family != mask->family || m->tagged != mask->tagged)
			return false;
		if (m->consumers)
			return true;
	}
	return false;
}

/* Bring @needed up to date; return whether packets must be looked at, at all. */
static bool mcrd_device_needed(struct mcrd_device *dev)
{
	struct mcrd_class *class;
	struct mcrd_mask *mask;
	bool any = false;

	LIST_FOREACH(mask, &dev->masks, list) {
		bool needed = dev->ifindex && !dev->lost &&
			      mcrd_mask_needed(mask);

		any |= needed;
		if (needed == mask->needed)
			continue;
		mask->needed = needed;
		LIST_FOREACH(class, &mask->classes, list)
			mcrd_class_touch(class);
	}
	return any;
}

static int mcrd_rule_order(const void *a, const void *b)
{
	const struct mcrd_filter_rule *x = *(void * const *)a;
	const struct mcrd_filter_rule *y = *(void * const *)b;

	return mcr_match_order(&x->match, &y->match);
}

/* The ports of a rule; where they do not matter, all. */
static void mcrd_claim_make(struct mcrd_claim *claim,
			    const struct mcrd_filter_rule *rule)
{
	claim->min = rule->match.dport_min;
	claim->max = rule->match.dport_min ? rule->match.dport_max : 65535;
	claim->say = rule->consume ? MCRD_SAY_CONSUME : MCRD_SAY_PASS;
}

/* What the rules of a class say, the most specific one first. */
static int mcrd_class_say(const struct mcrd_class *class,
			  struct mcrd_ports *say)
{
	struct mcrd_filter_rule **order, *rule;
	struct mcrd_claim *claims;
	int err = -ENOMEM;
	size_t i = 0;

	memset(say, 0, sizeof(*say));
	if (!class->mask->needed || !class->n)
		return 0;
	order = calloc(class->n, sizeof(struct mcrd_filter_rule *));
	claims = calloc(class->n, sizeof(*claims));
	if (!order || !claims)
		goto out;
	LIST_FOREACH(rule, &class->rules, list)
		order[i++] = rule;
	qsort(order, class->n, sizeof(struct mcrd_filter_rule *),
	      mcrd_rule_order);
	for (i = 0; i < class->n; i++)
		mcrd_claim_make(&claims[i], order[i]);
	err = mcrd_ports_paint(say, claims, class->n);
out:
	free(claims);
	free(order);
	return err;
}

/* What the kernel is to say after this step. */
static int mcrd_class_plan(struct mcrd_class *class,
			   enum mcrd_consume_step step)
{
	struct mcrd_ports say;
	int err;

	err = mcrd_class_say(class, &say);
	if (err)
		return err;
	mcrd_ports_free(&class->next);
	if (step == MCRD_CONSUME_MORE) {
		class->next = say;
		class->settled = true;
		return 0;
	}
	err = mcrd_ports_meet(&class->next, &class->now, &say);
	class->settled = !err && mcrd_ports_equal(&class->next, &say);
	mcrd_ports_free(&say);
	return err;
}

static void mcrd_class_count(const struct mcrd_class *class)
{
	struct mcrd_mask *mask = class->mask;
	struct mcrd_blocks was = { 0 }, is = { 0 };
	struct mcrd_block block;

	while (mcrd_blocks_next(&was, &class->now, &block))
		mask->next[block.len]--;
	while (mcrd_blocks_next(&is, &class->next, &block))
		mask->next[block.len]++;
}

/* The key of an element, as registers have it; return its length. */
static __u32 mcrd_class_elem(const struct mcrd_class *class,
			     const struct mcrd_block *block,
			     __u8 key[MCRD_NFT_KEY_MAX])
{
	const __u32 bytes = mcr_addr_bits(class->mask->family) / 8;
	const __be16 vlan = htons(class->key.vlan);
	const __be16 port = htons(block->port);
	__u32 len = bytes;

	memset(key, 0, MCRD_NFT_KEY_MAX);
	memcpy(key, &class->key.group, bytes);
	if (class->mask->src_len) {
		memcpy(key + len, &class->key.src, bytes);
		len += bytes;
	}
	if (block->len) {
		memcpy(key + len, &port, sizeof(port));
		len += (__u32)sizeof(__u32);
	}
	if (class->mask->tagged) {
		memcpy(key + len, &vlan, sizeof(vlan));
		len += (__u32)sizeof(__u32);
	}
	return len;
}

/**
 * struct mcrd_elems - elements on their way into a batch
 * @nft: the batch
 * @mask: they are all of this mask
 * @add: they come; false: they go
 * @list: by length of their port blocks; NULL: none yet
 * @n: number of elements in each of @list
 */
struct mcrd_elems {
	struct mcrd_nft *nft;
	const struct mcrd_mask *mask;
	bool add;
	struct nftnl_set *list[MCRD_LENS];
	size_t n[MCRD_LENS];
};

static void mcrd_elems_flush(struct mcrd_elems *elems, unsigned int len)
{
	mcrd_nft_elems_put(elems->nft, elems->list[len], elems->add);
	elems->list[len] = NULL;
	elems->n[len] = 0;
}

static void mcrd_elems_add(struct mcrd_elems *elems,
			   const struct mcrd_class *class,
			   const struct mcrd_block *block)
{
	const unsigned int len = block->len;
	__u8 key[MCRD_NFT_KEY_MAX];
	struct mcrd_nft_set set;
	__u32 size;

	/* A map that goes takes its elements with it. */
	if (!elems->mask->next[len])
		return;
	if (!elems->list[len]) {
		mcrd_mask_set(elems->mask, len, &set);
		elems->list[len] = mcrd_nft_elems(elems->nft, set.name);
	}
	size = mcrd_class_elem(class, block, key);
	mcrd_nft_elem(elems->nft, elems->list[len], key, size,
		      block->say == MCRD_SAY_CONSUME ? NF_DROP : NF_ACCEPT);
	if (++elems->n[len] == MCRD_ELEMS_MAX)
		mcrd_elems_flush(elems, len);
}

static bool mcrd_block_equal(const struct mcrd_block *a,
			     const struct mcrd_block *b)
{
	return a->port == b->port && a->len == b->len && a->say == b->say;
}

/* All blocks of @ports that are not among those of @others, as they are. */
static void mcrd_elems_differ(struct mcrd_elems *elems,
			      const struct mcrd_class *class,
			      const struct mcrd_ports *ports,
			      const struct mcrd_ports *others)
{
	struct mcrd_blocks at = { 0 }, other_at = { 0 };
	struct mcrd_block block, other;
	bool more;

	more = mcrd_blocks_next(&other_at, others, &other);
	while (mcrd_blocks_next(&at, ports, &block)) {
		while (more && other.port < block.port)
			more = mcrd_blocks_next(&other_at, others, &other);
		if (!more || !mcrd_block_equal(&block, &other))
			mcrd_elems_add(elems, class, &block);
	}
}

static void mcrd_mask_elems(const struct mcrd_mask *mask, struct mcrd_nft *nft,
			    bool add)
{
	struct mcrd_elems elems = { .nft = nft, .mask = mask, .add = add };
	const struct mcrd_class *class;
	unsigned int len;

	LIST_FOREACH(class, &mask->dirty, change)
		mcrd_elems_differ(&elems, class,
				  add ? &class->next : &class->now,
				  add ? &class->now : &class->next);
	for (len = 0; len < MCRD_LENS; len++)
		mcrd_elems_flush(&elems, len);
}

static int mcrd_mask_plan(struct mcrd_mask *mask, enum mcrd_consume_step step)
{
	struct mcrd_class *class;

	memcpy(mask->next, mask->now, sizeof(mask->next));
	LIST_FOREACH(class, &mask->dirty, change) {
		int err = mcrd_class_plan(class, step);

		if (err)
			return err;
		mcrd_class_count(class);
	}
	return 0;
}

/* Add the maps that are to come, or end those that are to go; are there any? */
static bool mcrd_device_sets(const struct mcrd_device *dev,
			     struct mcrd_nft *nft, bool add)
{
	const struct mcrd_mask *mask;
	struct mcrd_nft_set set;
	unsigned int len;
	bool any = false;

	LIST_FOREACH(mask, &dev->masks, list)
		for (len = 0; len < MCRD_LENS; len++) {
			if (add ? mask->now[len] || !mask->next[len] :
				  !mask->now[len] || mask->next[len])
				continue;
			any = true;
			mcrd_mask_set(mask, len, &set);
			if (add)
				mcrd_nft_set_add(nft, &set);
			else
				mcrd_nft_set_del(nft, set.name);
		}
	return any;
}

static bool mcrd_device_loses_sets(const struct mcrd_device *dev)
{
	const struct mcrd_mask *mask;
	unsigned int len;

	LIST_FOREACH(mask, &dev->masks, list)
		for (len = 0; len < MCRD_LENS; len++)
			if (mask->now[len] && !mask->next[len])
				return true;
	return false;
}

static int mcrd_device_plan(struct mcrd_device *dev, struct mcrd_nft *nft,
			    enum mcrd_consume_step step)
{
	struct mcrd_mask *mask;
	bool shape;

	LIST_FOREACH(mask, &dev->masks, list) {
		int err = mcrd_mask_plan(mask, step);

		if (err)
			return err;
	}
	if (!dev->hooked) {
		mcrd_chains_add(nft, dev);
		mcrd_chains_hook(nft, dev);
	} else if (dev->hooked_to != dev->ifindex &&
		   step == MCRD_CONSUME_MORE) {
		mcrd_chains_unhook(nft, dev);
		mcrd_chains_hook(nft, dev);
	}
	shape = mcrd_device_sets(dev, nft, true);
	LIST_FOREACH(mask, &dev->masks, list) {
		mcrd_mask_elems(mask, nft, false);
		mcrd_mask_elems(mask, nft, true);
	}
	if (!shape && !mcrd_device_loses_sets(dev))
		return 0;
	if (dev->hooked)
		mcrd_chains_flush(nft, dev);
	mcrd_chains_fill(nft, dev);
	mcrd_device_sets(dev, nft, false);
	return 0;
}

/* A device that is to be left alone: chains first, they refer to the maps. */
static void mcrd_device_end(struct mcrd_device *dev, struct mcrd_nft *nft)
{
	struct mcrd_class *class;
	struct mcrd_mask *mask;

	if (dev->hooked)
		mcrd_chains_del(nft, dev);
	LIST_FOREACH(mask, &dev->masks, list) {
		memset(mask->next, 0, sizeof(mask->next));
		LIST_FOREACH(class, &mask->dirty, change) {
			mcrd_ports_free(&class->next);
			class->settled = true;
		}
	}
	mcrd_device_sets(dev, nft, false);
}

/* Which devices change, and which of them are to have chains after this step. */
static void mcrd_filter_decide(struct mcrd_filter *f,
			       enum mcrd_consume_step step)
{
	struct mcrd_device *dev;

	f->table_next = false;
	LIST_FOREACH(dev, &f->devices, list) {
		dev->changing = false;
		dev->next = dev->hooked;
		dev->hook_seq = 0;
		if (dev->dirty) {
			bool needed = mcrd_device_needed(dev);

			/* Nothing is dropped yet: nothing to make less of. */
			dev->changing = dev->hooked || !needed ||
					step == MCRD_CONSUME_MORE;
			if (dev->changing)
				dev->next = needed;
		}
		f->table_next |= dev->next;
	}
}

/* What is in the table is not known. There must be one, for it to be ended. */
static void mcrd_filter_renew(struct mcrd_filter *f, struct mcrd_nft *nft)
{
	mcrd_nft_table_add(nft, false);
	mcrd_nft_table_del(nft);
	f->renewed = true;
}

/**
 * mcrd_filter_plan - put into a batch what has changed
 * @f: the rules
 * @nft: the batch, begun
 * @step: which of the two steps
 *
 * mcrd_filter_settle() says what became of it.
 *
 * Return: 0 or -ENOMEM.
 */
int mcrd_filter_plan(struct mcrd_filter *f, struct mcrd_nft *nft,
		     enum mcrd_consume_step step)
{
	struct mcrd_device *dev;
	int err;

	mcrd_filter_decide(f, step);
	if (f->stale && step == MCRD_CONSUME_MORE)
		mcrd_filter_renew(f, nft);
	if (f->table_next && !f->table)
		mcrd_nft_table_add(nft, true);
	LIST_FOREACH(dev, &f->devices, list)
		if (dev->changing && !dev->next)
			mcrd_device_end(dev, nft);
	LIST_FOREACH(dev, &f->devices, list) {
		if (!dev->changing || !dev->next)
			continue;
		err = mcrd_device_plan(dev, nft, step);
		if (err)
			return err;
	}
	if (f->table && !f->table_next)
		mcrd_nft_table_del(nft);
	return nft->failed ? -ENOMEM : 0;
}

static void mcrd_class_settle(struct mcrd_class *class, bool done)
{
	if (done) {
		mcrd_ports_free(&class->now);
		class->now = class->next;
		memset(&class->next, 0, sizeof(class->next));
	} else {
		mcrd_ports_free(&class->next);
		class->settled = false;
	}
}

static void mcrd_device_settle(struct mcrd_device *dev, bool done)
{
	struct mcrd_class *class;
	struct mcrd_mask *mask;

	LIST_FOREACH(mask, &dev->masks, list) {
		LIST_FOREACH(class, &mask->dirty, change)
			mcrd_class_settle(class, done);
		if (done)
			memcpy(mask->now, mask->next, sizeof(mask->now));
	}
	if (done) {
		dev->hooked = dev->next;
		if (dev->hook_seq)
			dev->hooked_to = dev->ifindex;
	}
	dev->changing = false;
}

/**
 * mcrd_filter_settle - tell what became of a batch
 * @f: the rules, planned
 * @done: it has been carried out; false: nothing has
 */
void mcrd_filter_settle(struct mcrd_filter *f, bool done)
{
	struct mcrd_device *dev;

	LIST_FOREACH(dev, &f->devices, list)
		if (dev->changing)
			mcrd_device_settle(dev, done);
	if (done) {
		f->table = f->table_next;
		f->stale = f->stale && !f->renewed;
	}
	f->renewed = false;
	mcrd_filter_tidy(f);
}

/**
 * mcrd_filter_lose - what is in the kernel is not what it is taken to be
 * @f: the rules; no change is under way
 *
 * The next second step makes all anew.
 */
void mcrd_filter_lose(struct mcrd_filter *f)
{
	struct mcrd_device *dev;
	struct mcrd_class *class;
	struct mcrd_mask *mask;

	LIST_FOREACH(dev, &f->devices, list) {
		dev->hooked = false;
		dev->dirty = true;
		LIST_FOREACH(mask, &dev->masks, list) {
			memset(mask->now, 0, sizeof(mask->now));
			LIST_FOREACH(class, &mask->classes, list) {
				mcrd_ports_free(&class->now);
				mcrd_class_touch(class);
			}
		}
	}
	f->table = false;
	f->stale = true;
}
