// SPDX-License-Identifier: GPL-2.0
/*
 * Making and freeing what forward.c works with: fan-outs, outputs, counters.
 *
 * All of this runs in process context under RTNL and mcr_net.lock. What is
 * freed here may still be in use by packets; memory goes after a grace period.
 */
#include <linux/if_arp.h>
#include <linux/slab.h>

#include "fanout.h"
#include "mem.h"
#include "netdev.h"
#include "plane.h"
#include "rewrite.h"
#include "table.h"

static void mcr_output_release(struct mcr_output *out)
{
	mcr_plane_drops_free(out->drops);
	free_percpu(out->counters);
	kfree(out);
}

static struct mcr_output *mcr_output_alloc(struct mcr_net *mn,
					   struct mcr_port *port,
					   const struct mcr_rewrite *rewrite,
					   u32 id)
{
	struct mcr_output *out;

	out = kzalloc(sizeof(*out), MCR_GFP);
	if (!out)
		return NULL;
	out->counters = mcr_stats_alloc(struct mcr_output_counters);
	if (!out->counters || !mcr_plane_drops_alloc(&out->drops)) {
		mcr_output_release(out);
		return NULL;
	}
	out->port = port;
	out->id = id;
	out->rewrite = *rewrite;
	out->first = &mn->first;
	list_add_tail(&out->port_node, &port->outputs);
	return out;
}

static void mcr_output_free_rcu(struct rcu_head *rcu)
{
	mcr_output_release(container_of(rcu, struct mcr_output, rcu));
}

/**
 * mcr_output_new - make an output
 * @mn: the namespace
 * @spec: the output, checked
 * @id: its id
 * @error: says why, on failure
 *
 * Return: an output, to be given to a fan-out or to mcr_output_free(); NULL.
 */
struct mcr_output *mcr_output_new(struct mcr_net *mn,
				  const struct mcr_output_spec *spec, u32 id,
				  struct mcr_error *error)
{
	struct net_device *dev;
	struct mcr_output *out;
	struct mcr_port *port;

	error->why = MCR_REFUSED_MEMORY;
	port = mcr_port_get(mn, spec->dev);
	if (!port)
		return NULL;
	dev = mcr_port_dev(mn, port);
	if (dev && dev->type != ARPHRD_ETHER) {
		error->why = MCR_REFUSED_DEV_TYPE;
		goto err;
	}
	out = mcr_output_alloc(mn, port, &spec->rewrite, id);
	if (!out)
		goto err;
	error->why = MCR_REFUSED_NOT;
	return out;
err:
	mcr_port_put(mn, port);
	return NULL;
}

/**
 * mcr_output_free - free an output
 * @mn: the namespace
 * @out: in no fan-out in force
 */
void mcr_output_free(struct mcr_net *mn, struct mcr_output *out)
{
	list_del(&out->port_node);
	mcr_port_put(mn, out->port);
	call_rcu(&out->rcu, mcr_output_free_rcu);
}

/**
 * mcr_output_is - is this the output that is stated?
 * @out: an output
 * @spec: the statement, checked
 *
 * Return: true if both do the same.
 */
bool mcr_output_is(const struct mcr_output *out,
		   const struct mcr_output_spec *spec)
{
	return !strcmp(out->port->name, spec->dev) &&
	       mcr_rewrite_equal(&out->rewrite, &spec->rewrite);
}

/**
 * mcr_output_spec - what an output says
 * @out: the output
 * @spec: filled in
 */
void mcr_output_spec(const struct mcr_output *out, struct mcr_output_spec *spec)
{
	*spec = (struct mcr_output_spec){ .rewrite = out->rewrite };
	strscpy(spec->dev, out->port->name, sizeof(spec->dev));
}

/**
 * mcr_fanout_alloc - make a fan-out with new counters and no outputs yet
 * @n: how many outputs it is for
 *
 * Return: a fan-out, owned by the caller; NULL without memory.
 */
struct mcr_fanout *mcr_fanout_alloc(u32 n)
{
	struct mcr_fanout *f;

	f = kzalloc(struct_size(f, out, n), MCR_GFP);
	if (!f)
		return NULL;
	f->counters = mcr_stats_alloc(struct mcr_rule_counters);
	if (!f->counters) {
		kfree(f);
		return NULL;
	}
	return f;
}

/**
 * mcr_fanout_like - make a fan-out that is to follow another
 * @f: the other one
 * @n: how many outputs the new one is for
 *
 * It has the same mode, plane and counters, and no outputs yet. When it is in force,
 * or is not to be, the other one (or it) goes with kfree_rcu() alone.
 *
 * Return: a fan-out; NULL without memory.
 */
struct mcr_fanout *mcr_fanout_like(const struct mcr_fanout *f, u32 n)
{
	struct mcr_fanout *new;

	new = kzalloc(struct_size(new, out, n), MCR_GFP);
	if (!new)
		return NULL;
	new->counters = f->counters;
	new->mode = f->mode;
	new->carry = f->carry;
	new->since = f->since;
	return new;
}

/**
 * mcr_fanout_fresh - make a fan-out that does the same with new counters
 * @mn: the namespace
 * @f: the fan-out to do the same as
 *
 * Return: a fan-out with outputs of its own; NULL without memory.
 */
struct mcr_fanout *mcr_fanout_fresh(struct mcr_net *mn,
				    const struct mcr_fanout *f)
{
	struct mcr_fanout *new = mcr_fanout_alloc(f->n);
	u32 i;

	if (!new)
		return NULL;
	new->mode = f->mode;
	new->carry = f->carry;
	new->since = f->since;
	for (i = 0; i < f->n; i++) {
		const struct mcr_output *out = f->out[i];

		new->out[i] = mcr_output_alloc(mn, out->port, &out->rewrite,
					       out->id);
		if (!new->out[i])
			goto err;
		new->out[i]->told_ifindex = out->told_ifindex;
		WRITE_ONCE(new->out[i]->feeds, out->feeds);
		out->port->users++;
		new->n++;
	}
	return new;
err:
	mcr_fanout_free(mn, new);
	return NULL;
}

static void mcr_fanout_free_rcu(struct rcu_head *rcu)
{
	struct mcr_fanout *f = container_of(rcu, struct mcr_fanout, rcu);

	free_percpu(f->counters);
	kfree(f);
}

/**
 * mcr_fanout_free - free a fan-out with its counters and outputs
 * @mn: the namespace
 * @f: not in force any more, and followed by none made by mcr_fanout_like()
 */
void mcr_fanout_free(struct mcr_net *mn, struct mcr_fanout *f)
{
	u32 i;

	for (i = 0; i < f->n; i++)
		mcr_output_free(mn, f->out[i]);
	call_rcu(&f->rcu, mcr_fanout_free_rcu);
}

/**
 * mcr_fanout_has - is an output in a fan-out?
 * @f: the fan-out
 * @out: the output
 *
 * Return: true if so.
 */
bool mcr_fanout_has(const struct mcr_fanout *f, const struct mcr_output *out)
{
	u32 i;

	for (i = 0; i < f->n; i++)
		if (f->out[i] == out)
			return true;
	return false;
}

/**
 * mcr_fanout_find - find an output by what it does
 * @f: the fan-out
 * @spec: what it does, checked
 *
 * Return: the output or NULL.
 */
struct mcr_output *mcr_fanout_find(const struct mcr_fanout *f,
				   const struct mcr_output_spec *spec)
{
	u32 i;

	for (i = 0; i < f->n; i++)
		if (mcr_output_is(f->out[i], spec))
			return f->out[i];
	return NULL;
}
