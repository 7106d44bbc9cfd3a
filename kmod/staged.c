// SPDX-License-Identifier: GPL-2.0
/*
 * A rule as a transaction is going to leave it.
 *
 * All of this runs in process context under mcr_net.lock.
 */
#include <linux/mm.h>
#include <linux/slab.h>

#include "fanout.h"
#include "hook.h"
#include "mem.h"
#include "netdev.h"
#include "port.h"
#include "staged.h"

/**
 * mcr_staged_new - make a copy of a rule to be
 * @req: the rule, checked
 *
 * Return: without ids, to be given to mcr_staged_free(); NULL without memory.
 */
struct mcr_staged *mcr_staged_new(const struct mcr_request *req)
{
	struct mcr_staged *s = kzalloc(sizeof(*s), MCR_GFP);
	size_t size = req->n_outputs * sizeof(*s->outputs);

	if (!s)
		return NULL;
	s->spec = req->spec;
	s->n_outputs = req->n_outputs;
	s->outputs = kvmalloc(size + req->n_outputs * sizeof(u32), MCR_GFP);
	if (!s->outputs)
		goto err;
	memcpy(s->outputs, req->outputs, size);
	s->output_ids = (u32 *)(s->outputs + req->n_outputs);
	if (req->name)
		strscpy(s->name, req->name, sizeof(s->name));
	if (!req->comment || !*req->comment)
		return s;
	s->comment = kstrdup(req->comment, MCR_GFP);
	if (s->comment)
		return s;
	kvfree(s->outputs);
err:
	kfree(s);
	return NULL;
}

/**
 * mcr_staged_free - free what mcr_staged_new() made
 * @s: the rule
 *
 * A resize of a hash table it was in may still walk over it.
 */
void mcr_staged_free(struct mcr_staged *s)
{
	kvfree(s->outputs);
	kfree(s->comment);
	kfree_rcu(s, rcu);
}

/**
 * mcr_view_spec - what a rule says
 * @v: the rule
 * @mn: the namespace
 * @spec: filled in
 */
void mcr_view_spec(const struct mcr_view *v, struct mcr_net *mn,
		   struct mcr_rule_spec *spec)
{
	if (v->staged)
		*spec = v->staged->spec;
	else
		mcr_rule_spec(mn, v->rule, spec);
}

/**
 * mcr_view_name - the name of a rule
 * @v: the rule
 *
 * Return: the name; NULL: none.
 */
const char *mcr_view_name(const struct mcr_view *v)
{
	if (v->staged)
		return *v->staged->name ? v->staged->name : NULL;
	return v->rule->name ? v->rule->name->text : NULL;
}

/**
 * mcr_view_output - find an output by what it does
 * @v: the rule
 * @mn: the namespace
 * @spec: what it does, checked
 *
 * Return: its id, or 0.
 */
u32 mcr_view_output(const struct mcr_view *v, struct mcr_net *mn,
		    const struct mcr_output_spec *spec)
{
	const struct mcr_staged *s = v->staged;
	const struct mcr_output *out;
	u32 i;

	if (!s) {
		out = mcr_fanout_find(mcr_rule_fanout(mn, v->rule), spec);
		return out ? out->id : 0;
	}
	for (i = 0; i < s->n_outputs; i++)
		if (mcr_output_equal(&s->outputs[i], spec))
			return s->output_ids[i];
	return 0;
}

/**
 * mcr_view_sends_to - does a rule send to a device?
 * @v: the rule
 * @mn: the namespace
 * @dev: name of the device
 *
 * Return: true if so.
 */
bool mcr_view_sends_to(const struct mcr_view *v, struct mcr_net *mn,
		       const char *dev)
{
	const struct mcr_staged *s = v->staged;
	u32 i;

	if (!s)
		return mcr_rule_sends_to(mn, v->rule, dev);
	for (i = 0; i < s->n_outputs; i++)
		if (!strcmp(s->outputs[i].dev, dev))
			return true;
	return false;
}

/**
 * mcr_staged_request - what a staged rule says
 * @s: the rule
 * @req: filled in; refers to @s
 */
void mcr_staged_request(const struct mcr_staged *s, struct mcr_request *req)
{
	*req = (struct mcr_request){
		.spec = s->spec,
		.name = *s->name ? s->name : NULL,
		.comment = s->comment,
		.outputs = s->outputs,
		.n_outputs = s->n_outputs,
		.output_ids = s->output_ids,
		.next_output = s->next_output,
	};
}

/**
 * mcr_view_request - what a rule says, with outputs that can be changed
 * @v: the rule
 * @mn: the namespace
 * @req: filled in; refers to @v
 * @more: room for so many outputs beyond those it has
 *
 * Return: the outputs, to be freed by kvfree(); NULL without memory.
 */
struct mcr_output_spec *mcr_view_request(const struct mcr_view *v,
					 struct mcr_net *mn,
					 struct mcr_request *req, u32 more)
{
	const struct mcr_fanout *f = v->rule ? mcr_rule_fanout(mn, v->rule) :
					       NULL;
	struct mcr_output_spec *outputs;
	u32 i;

	if (f)
		*req = (struct mcr_request){
			.name = mcr_view_name(v),
			.comment = v->rule->comment,
			.n_outputs = f->n,
		};
	else
		mcr_staged_request(v->staged, req);
	mcr_view_spec(v, mn, &req->spec);
	outputs = kvcalloc(req->n_outputs + more, sizeof(*outputs), MCR_GFP);
	if (!outputs)
		return NULL;
	for (i = 0; i < req->n_outputs; i++) {
		if (f)
			mcr_output_spec(f->out[i], &outputs[i]);
		else
			outputs[i] = req->outputs[i];
	}
	req->outputs = outputs;
	return outputs;
}

/* Is a rule in force going to take packets still? */
static bool mcr_staged_spares(struct mcr_entry *e, const struct mcr_match *m,
			      void *data)
{
	const struct mcr_rule *rule = container_of(e, struct mcr_rule, entry);
	const struct mcr_staged *s = xa_load(data, rule->id);

	return !s || (!xa_is_value(s) && !s->spec.disabled);
}

/**
 * mcr_staged_shadows - which rule in force is a rule going to take packets from?
 * @s: the rule
 * @mn: the namespace
 * @staged: all that is staged, so far
 *
 * Those that are new themselves are left out: who states both means it.
 *
 * Return: its id; 0: there is none.
 */
u32 mcr_staged_shadows(const struct mcr_staged *s, struct mcr_net *mn,
		       struct xarray *staged)
{
	const struct mcr_port *port = mcr_port_find(mn, s->spec.iif);
	struct mcr_entry *e;

	if (s->spec.disabled || !port || !port->ingress)
		return 0;
	e = mcr_lookup_shadowed(&port->ingress->lookup, &s->spec.match,
				mcr_staged_spares, staged);
	return e ? container_of(e, struct mcr_rule, entry)->id : 0;
}

/**
 * mcr_staged_ids - give ids to the outputs of a rule
 * @s: the rule, with an id
 * @mn: the namespace
 * @v: the rule as it was to be before; NULL: there was none
 * @error: says why, on failure
 *
 * Outputs that do what one in force does, or one of @v, have its id.
 *
 * Return: true, or false if two do the same, or a new one could not send.
 */
bool mcr_staged_ids(struct mcr_staged *s, struct mcr_net *mn,
		    const struct mcr_view *v, struct mcr_error *error)
{
	const struct mcr_view base = {
		.rule = s->is_new ? NULL : mcr_table_by_id(mn, s->id),
	};
	u32 i, k, id;

	s->next_output = base.rule ? base.rule->next_output : 1;
	if (v && v->staged)
		s->next_output = v->staged->next_output;
	for (i = 0; i < s->n_outputs; i++) {
		const struct mcr_output_spec *spec = &s->outputs[i];

		for (k = 0; k < i; k++) {
			if (!mcr_output_equal(&s->outputs[k], spec))
				continue;
			error->why = MCR_REFUSED_SAME_OUTPUT;
			error->output = i;
			return false;
		}
		id = base.rule ? mcr_view_output(&base, mn, spec) : 0;
		if (!id && v && v->staged)
			id = mcr_view_output(v, mn, spec);
		if (!id && !mcr_netdev_sends(mn, spec->dev)) {
			error->why = MCR_REFUSED_DEV_TYPE;
			error->output = i;
			return false;
		}
		s->output_ids[i] = id ?: s->next_output++;
	}
	return true;
}

