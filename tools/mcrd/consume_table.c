// SPDX-License-Identifier: GPL-2.0
/*
 * Rules, sorted into classes, masks and devices; see consume_table.h. What
 * changes is only noted here; consume_plan.c brings it to the kernel.
 */
#include "consume_table.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

static int mcrd_rule_cmp(const void *a, const void *b)
{
	const struct mcrd_filter_rule *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

static int mcrd_class_cmp(const void *a, const void *b)
{
	const struct mcrd_class *x = a, *y = b;

	return memcmp(&x->key, &y->key, sizeof(x->key));
}

/**
 * mcrd_class_touch - a class may not say any more what its rules do
 * @class: the class
 */
void mcrd_class_touch(struct mcrd_class *class)
{
	if (!class->dirty)
		LIST_INSERT_HEAD(&class->mask->dirty, class, change);
	class->dirty = true;
	class->settled = false;
	class->mask->dev->dirty = true;
}

static struct mcrd_device *mcrd_device_find(const struct mcrd_filter *f,
					    const char *name)
{
	struct mcrd_device *dev;

	LIST_FOREACH(dev, &f->devices, list)
		if (!strcmp(dev->name, name))
			return dev;
	return NULL;
}

static struct mcrd_device *mcrd_device_get(struct mcrd_filter *f,
					   const char *name)
{
	struct mcrd_device *dev = mcrd_device_find(f, name);

	if (dev)
		return dev;
	dev = calloc(1, sizeof(*dev));
	if (!dev)
		return NULL;
	dev->number = ++f->numbers;
	strncpy(dev->name, name, sizeof(dev->name) - 1);
	LIST_INSERT_HEAD(&f->devices, dev, list);
	return dev;
}

static void mcrd_mask_make(struct mcrd_mask *mask, const struct mcr_match *m)
{
	memset(mask, 0, sizeof(*mask));
	mask->family = m->family;
	mask->proto = m->proto;
	mask->group_len = m->group_len;
	mask->src_len = m->src_len;
	mask->tagged = m->vlan;
	mask->one_port = m->dport_min && m->dport_min == m->dport_max;
}

/* 0 if they are the same; negative if @a comes first, as mcr_match_order(). */
static int mcrd_mask_cmp(const struct mcrd_mask *a, const struct mcrd_mask *b)
{
	if (a->family != b->family)
		return a->family - b->family;
	if (a->tagged != b->tagged)
		return a->tagged - b->tagged;
	if (a->group_len != b->group_len)
		return b->group_len - a->group_len;
	if (a->src_len != b->src_len)
		return b->src_len - a->src_len;
	if (a->proto != b->proto)
		return a->proto == MCR_PROTO_UDP ? -1 : 1;
	return b->one_port - a->one_port;
}

static struct mcrd_mask *mcrd_mask_get(struct mcrd_device *dev,
				       const struct mcr_match *m)
{
	struct mcrd_mask *mask, *before = NULL;
	struct mcrd_mask key;

	mcrd_mask_make(&key, m);
	LIST_FOREACH(mask, &dev->masks, list) {
		int order = mcrd_mask_cmp(&key, mask);

		if (!order)
			return mask;
		if (order < 0)
			break;
		before = mask;
	}
	mask = malloc(sizeof(*mask));
	if (!mask)
		return NULL;
	*mask = key;
	mask->dev = dev;
	if (before)
		LIST_INSERT_AFTER(before, mask, list);
	else
		LIST_INSERT_HEAD(&dev->masks, mask, list);
	return mask;
}

static struct mcrd_class *mcrd_class_get(struct mcrd_mask *mask,
					 const struct mcr_match *m)
{
	struct mcrd_class *class;
	void *found;

	class = calloc(1, sizeof(*class));
	if (!class)
		return NULL;
	class->key.group = m->group;
	class->key.src = m->src;
	class->key.vlan = m->vlan;
	class->key.dport = mask->one_port ? m->dport_min : 0;
	found = tsearch(class, &mask->tree, mcrd_class_cmp);
	if (!found || *(struct mcrd_class **)found != class) {
		free(class);
		return found ? *(struct mcrd_class **)found : NULL;
	}
	class->mask = mask;
	LIST_INSERT_HEAD(&mask->classes, class, list);
	return class;
}

static void mcrd_class_free(struct mcrd_class *class)
{
	tdelete(class, &class->mask->tree, mcrd_class_cmp);
	LIST_REMOVE(class, list);
	if (class->dirty)
		LIST_REMOVE(class, change);
	mcrd_ports_free(&class->now);
	mcrd_ports_free(&class->next);
	free(class);
}

static void mcrd_mask_tidy(struct mcrd_mask *mask)
{
	struct mcrd_class *class, *next;

	for (class = LIST_FIRST(&mask->dirty); class; class = next) {
		next = LIST_NEXT(class, change);
		if (!class->settled)
			continue;
		LIST_REMOVE(class, change);
		class->dirty = false;
		if (!class->n && !class->now.n)
			mcrd_class_free(class);
	}
	if (LIST_EMPTY(&mask->classes)) {
		LIST_REMOVE(mask, list);
		free(mask);
	}
}

static void mcrd_device_tidy(struct mcrd_device *dev)
{
	struct mcrd_mask *mask, *next;

	/* The second step makes it anew. */
	dev->dirty = dev->hooked && dev->hooked_to != dev->ifindex;
	for (mask = LIST_FIRST(&dev->masks); mask; mask = next) {
		next = LIST_NEXT(mask, list);
		if (!LIST_EMPTY(&mask->dirty))
			mcrd_mask_tidy(mask);
	}
	LIST_FOREACH(mask, &dev->masks, list)
		if (!LIST_EMPTY(&mask->dirty))
			dev->dirty = true;
	if (LIST_EMPTY(&dev->masks) && !dev->hooked) {
		LIST_REMOVE(dev, list);
		free(dev);
	}
}

/**
 * mcrd_filter_tidy - note what is settled, and free what nobody has any more
 * @f: the rules; no change is under way
 */
void mcrd_filter_tidy(struct mcrd_filter *f)
{
	struct mcrd_device *dev, *next;

	for (dev = LIST_FIRST(&f->devices); dev; dev = next) {
		next = LIST_NEXT(dev, list);
		if (dev->dirty)
			mcrd_device_tidy(dev);
	}
}

static void mcrd_rule_leave(struct mcrd_filter_rule *rule)
{
	struct mcrd_class *class = rule->class;

	if (!class)
		return;
	LIST_REMOVE(rule, list);
	class->n--;
	class->mask->consumers -= rule->consume;
	mcrd_class_touch(class);
	rule->class = NULL;
}

static void mcrd_rule_enter(struct mcrd_filter_rule *rule,
			    struct mcrd_class *class, bool consume)
{
	rule->class = class;
	rule->consume = consume;
	LIST_INSERT_HEAD(&class->rules, rule, list);
	class->n++;
	class->mask->consumers += consume;
	mcrd_class_touch(class);
}

static struct mcrd_class *mcrd_filter_class(struct mcrd_filter *f,
					    const char *iif,
					    const struct mcr_match *m)
{
	struct mcrd_device *dev = mcrd_device_get(f, iif);
	struct mcrd_mask *mask = dev ? mcrd_mask_get(dev, m) : NULL;

	return mask ? mcrd_class_get(mask, m) : NULL;
}

static struct mcrd_filter_rule *mcrd_rule_get(struct mcrd_filter *f, __u32 id)
{
	struct mcrd_filter_rule *rule = calloc(1, sizeof(*rule));
	void *found;

	if (!rule)
		return NULL;
	rule->id = id;
	found = tsearch(rule, &f->rules, mcrd_rule_cmp);
	if (!found || *(struct mcrd_filter_rule **)found != rule) {
		free(rule);
		return found ? *(struct mcrd_filter_rule **)found : NULL;
	}
	return rule;
}

/**
 * mcrd_filter_device - a name is that of this device now
 * @f: the rules
 * @name: the name
 * @ifindex: the device; 0: there is none
 */
void mcrd_filter_device(struct mcrd_filter *f, const char *name, __u32 ifindex)
{
	struct mcrd_device *dev = mcrd_device_find(f, name);

	if (!dev || (dev->ifindex == ifindex && !dev->lost))
		return;
	dev->ifindex = ifindex;
	/* Who says so has seen it. */
	dev->lost = false;
	dev->dirty = true;
}

/**
 * mcrd_filter_set - a rule is this now
 * @f: the rules
 * @id: the rule
 * @iif: name of its ingress device
 * @m: which packets it takes, sound
 * @consume: it consumes them
 *
 * Return: 0; -ENOMEM: it is as it was.
 */
int mcrd_filter_set(struct mcrd_filter *f, __u32 id, const char *iif,
		    const struct mcr_match *m, bool consume)
{
	struct mcrd_class *class = mcrd_filter_class(f, iif, m);
	struct mcrd_filter_rule *rule;

	if (!class)
		return -ENOMEM;
	rule = mcrd_rule_get(f, id);
	if (!rule) {
		/* It may be new: it is not to stay without rules. */
		mcrd_class_touch(class);
		return -ENOMEM;
	}
	mcrd_rule_leave(rule);
	rule->match = *m;
	mcrd_rule_enter(rule, class, consume);
	return 0;
}

/**
 * mcrd_filter_del - a rule takes packets no more
 * @f: the rules
 * @id: the rule; there need not be one
 */
void mcrd_filter_del(struct mcrd_filter *f, __u32 id)
{
	struct mcrd_filter_rule key = { .id = id };
	struct mcrd_filter_rule *rule;
	void *found;

	found = tfind(&key, &f->rules, mcrd_rule_cmp);
	if (!found)
		return;
	rule = *(struct mcrd_filter_rule **)found;
	tdelete(rule, &f->rules, mcrd_rule_cmp);
	mcrd_rule_leave(rule);
	free(rule);
}

static void mcrd_mask_free(struct mcrd_mask *mask)
{
	struct mcrd_class *class, *next;

	for (class = LIST_FIRST(&mask->classes); class; class = next) {
		next = LIST_NEXT(class, list);
		mcrd_class_free(class);
	}
	free(mask);
}

static void mcrd_device_free(struct mcrd_device *dev)
{
	struct mcrd_mask *mask, *next;

	for (mask = LIST_FIRST(&dev->masks); mask; mask = next) {
		next = LIST_NEXT(mask, list);
		mcrd_mask_free(mask);
	}
	free(dev);
}

/**
 * mcrd_filter_free - let go of all
 * @f: the rules; empty, then
 */
void mcrd_filter_free(struct mcrd_filter *f)
{
	struct mcrd_device *dev, *next;

	tdestroy(f->rules, free);
	for (dev = LIST_FIRST(&f->devices); dev; dev = next) {
		next = LIST_NEXT(dev, list);
		mcrd_device_free(dev);
	}
	memset(f, 0, sizeof(*f));
}
