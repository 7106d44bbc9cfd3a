// SPDX-License-Identifier: GPL-2.0
/*
 * Changing rules. A change first does all that can fail, then what cannot.
 *
 * All of this runs in process context under mcr_table_lock().
 */
#include <linux/sched.h>
#include <linux/slab.h>

#include "bind.h"
#include "change.h"
#include "event.h"
#include "fanout.h"
#include "hook.h"
#include "loop.h"
#include "mem.h"
#include "member.h"
#include "move.h"
#include "netdev.h"
#include "plane.h"
#include "quota.h"
#include "table.h"

static struct mcr_port *mcr_iif_get(struct mcr_net *mn, const char *name,
				    struct mcr_error *error)
{
	struct mcr_port *port = mcr_port_get(mn, name);

	error->why = MCR_REFUSED_MEMORY;
	if (!port)
		return NULL;
	if (!port->ingress)
		port->ingress = mcr_ingress_new(&mn->lock);
	if (!port->ingress)
		goto err;
	port->ingress->rules++;
	error->why = MCR_REFUSED_NOT;
	return port;
err:
	mcr_port_put(mn, port);
	return NULL;
}

static void mcr_iif_put(struct mcr_net *mn, struct mcr_port *port)
{
	if (!--port->ingress->rules) {
		mcr_ingress_free(port->ingress);
		port->ingress = NULL;
	}
	mcr_port_put(mn, port);
}

/*
 * Outputs that @old has already are taken over, with their counters. New ones
 * get ids from @next on, which moves.
 */
static bool mcr_fanout_fill(struct mcr_net *mn, struct mcr_fanout *f,
			    const struct mcr_fanout *old,
			    const struct mcr_request *req, u32 *next,
			    struct mcr_error *error)
{
	u32 i;

	for (i = 0; i < req->n_outputs; i++) {
		const struct mcr_output_spec *spec = &req->outputs[i];
		struct mcr_output *out;

		error->output = i;
		if (mcr_fanout_find(f, spec)) {
			error->why = MCR_REFUSED_SAME_OUTPUT;
			return false;
		}
		out = old ? mcr_fanout_find(old, spec) : NULL;
		if (!out)
			out = mcr_output_new(mn, spec, req->output_ids ?
					     req->output_ids[i] : (*next)++,
					     error);
		if (!out)
			return false;
		f->out[f->n++] = out;
	}
	if (req->output_ids)
		*next = req->next_output;
	return true;
}

/* Free the outputs of @f that @other has not. */
static void mcr_fanout_prune(struct mcr_net *mn, const struct mcr_fanout *f,
			     const struct mcr_fanout *other)
{
	u32 i;

	for (i = 0; i < f->n; i++)
		if (!mcr_fanout_has(other, f->out[i]))
			mcr_output_free(mn, f->out[i]);
}

static bool mcr_comment_dup(const char *text, char **comment,
			    struct mcr_error *error)
{
	*comment = NULL;
	if (!text || !*text)
		return true;
	*comment = kstrdup(text, MCR_GFP);
	if (!*comment)
		error->why = MCR_REFUSED_MEMORY;
	return *comment;
}

static void mcr_rule_options(struct mcr_rule *rule,
			     const struct mcr_rule_spec *spec)
{
	rule->join = spec->join;
	rule->plane = spec->plane;
	rule->latency = spec->latency;
}

/**
 * mcr_rule_new - make a rule with its outputs that nobody can find yet
 * @mn: the namespace
 * @req: the rule, checked
 * @id: its id, from mcr_table_reserve()
 * @error: says why, on failure
 *
 * Return: a rule, to be given to mcr_rule_free(); NULL.
 */
struct mcr_rule *mcr_rule_new(struct mcr_net *mn, const struct mcr_request *req,
			      u32 id, struct mcr_error *error)
{
	struct mcr_rule *rule;
	struct mcr_fanout *f;

	error->why = MCR_REFUSED_MEMORY;
	rule = kzalloc(sizeof(*rule), MCR_GFP);
	if (!rule)
		return NULL;
	rule->entry.match = req->spec.match;
	rule->id = id;
	INIT_LIST_HEAD(&rule->join_node);
	rule->next_output = 1;
	INIT_LIST_HEAD(&rule->feeding);
	rule->disabled = true;
	mcr_rule_options(rule, &req->spec);
	if (!mcr_comment_dup(req->comment, &rule->comment, error))
		goto err;
	rule->iif = mcr_iif_get(mn, req->spec.iif, error);
	if (!rule->iif)
		goto err;
	error->why = MCR_REFUSED_MEMORY;
	f = mcr_fanout_alloc(req->n_outputs);
	if (!f)
		goto err_iif;
	f->mode = req->spec.mode;
	mcr_move_new(&req->spec, f);
	error->why = MCR_REFUSED_NOT;
	if (!mcr_fanout_fill(mn, f, NULL, req, &rule->next_output, error))
		goto err_fanout;
	mcr_move_begin(mn, f);
	RCU_INIT_POINTER(rule->fanout, f);
	return rule;

err_fanout:
	mcr_fanout_free(mn, f);
err_iif:
	mcr_iif_put(mn, rule->iif);
err:
	kfree(rule->comment);
	kfree(rule);
	return NULL;
}

static void mcr_rule_free_rcu(struct rcu_head *rcu)
{
	struct mcr_rule *rule = container_of(rcu, struct mcr_rule, rcu);

	kfree(rule->comment);
	kfree(rule);
}

/**
 * mcr_rule_free - free a rule that nobody can find any more
 * @mn: the namespace
 * @rule: the rule; packets may still have it
 */
void mcr_rule_free(struct mcr_net *mn, struct mcr_rule *rule)
{
	mcr_fanout_free(mn, mcr_rule_fanout(mn, rule));
	mcr_iif_put(mn, rule->iif);
	call_rcu(&rule->rcu, mcr_rule_free_rcu);
}

/* The id of a wider rule that this one, not yet in force, takes packets from. */
static u32 mcr_rule_shadows(const struct mcr_rule *rule)
{
	struct mcr_entry *e = mcr_lookup_shadowed(&rule->iif->ingress->lookup,
						  &rule->entry.match,
						  NULL, NULL);

	return e ? container_of(e, struct mcr_rule, entry)->id : 0;
}

/**
 * mcr_change_add - put a new rule in force
 * @mn: the namespace
 * @req: the rule, checked
 * @error: says why, on failure; and what to warn of, on success
 *
 * Return: the rule or NULL; then nothing has changed.
 */
struct mcr_rule *mcr_change_add(struct mcr_net *mn,
				const struct mcr_request *req,
				struct mcr_error *error)
{
	struct mcr_rule *twin, *rule;
	u32 id;

	twin = mcr_table_by_match(mn, &req->spec);
	if (twin) {
		error->why = MCR_REFUSED_TWIN;
		error->rule = twin->id;
		return NULL;
	}
	if (!mcr_table_name_free(mn, NULL, req->name, error))
		return NULL;
	error->why = mcr_quota_take(mn);
	if (error->why)
		return NULL;
	error->why = MCR_REFUSED_MEMORY;
	if (!mcr_table_reserve(mn, &id))
		goto err_quota;
	rule = mcr_rule_new(mn, req, id, error);
	if (!rule)
		goto err_id;
	if (!mcr_table_link(mn, rule, req->name, error))
		goto err_rule;
	if (!req->spec.disabled) {
		error->shadows = mcr_rule_shadows(rule);
		if (!mcr_bind_start(mn, rule, error))
			goto err_link;
	}
	mcr_table_changed(mn);
	mcr_event_rule(mn, rule, true);
	return rule;

err_link:
	mcr_table_unlink(mn, rule);
err_rule:
	mcr_rule_free(mn, rule);
err_id:
	mcr_table_release(mn, id);
err_quota:
	mcr_quota_give(mn);
	return NULL;
}

/**
 * mcr_change_del - delete a rule
 * @mn: the namespace
 * @rule: the rule; not to be used any more
 */
void mcr_change_del(struct mcr_net *mn, struct mcr_rule *rule)
{
	mcr_bind_stop(mn, rule);
	mcr_table_changed(mn);
	/* While it still has its name. */
	mcr_event_rule_gone(mn, rule);
	mcr_table_unlink(mn, rule);
	mcr_table_release(mn, rule->id);
	mcr_quota_give(mn);
	mcr_rule_free(mn, rule);
}

/**
 * mcr_change_flush - delete rules
 * @mn: the namespace
 * @meant: is a rule to be deleted?
 * @arg: for @meant
 *
 * Return: how many were.
 */
u32 mcr_change_flush(struct mcr_net *mn, mcr_meant_fn meant, const void *arg)
{
	struct mcr_rule *rule;
	unsigned long id;
	u32 n = 0;

	xa_for_each(&mn->rules, id, rule) {
		n += meant(mn, rule, arg);
		if (n > MCR_NTF_SINGLE_MAX)
			break;
		cond_resched();
	}
	mcr_event_begin(mn, n);
	n = 0;
	xa_for_each(&mn->rules, id, rule) {
		if (!meant(mn, rule, arg))
			continue;
		mcr_change_del(mn, rule);
		n++;
		cond_resched();
	}
	mcr_event_end(mn);
	return n;
}

/* Start or stop a rule, as told. A failed start changes nothing. */
static bool mcr_rule_enable(struct mcr_net *mn, struct mcr_rule *rule,
			    bool enable, struct mcr_error *error)
{
	if (rule->disabled != enable)
		return true;
	if (enable) {
		error->shadows = mcr_rule_shadows(rule);
		return mcr_bind_start(mn, rule, error);
	}
	mcr_bind_stop(mn, rule);
	return true;
}

static bool mcr_name_is(const struct mcr_name *name, const char *text)
{
	if (!name || !text)
		return !name && !text;
	return !strcmp(name->text, text);
}

/**
 * mcr_replacement_prepare - get all that a rule is to have
 * @mn: the namespace
 * @rule: the rule
 * @req: a checked rule with the same ingress device and match; its name is free
 * @c: filled in, on success, for mcr_replacement_apply() or
 *	mcr_replacement_forget()
 * @error: says why, on failure
 *
 * Return: true, or false if nothing has changed.
 */
bool mcr_replacement_prepare(struct mcr_net *mn, struct mcr_rule *rule,
			     const struct mcr_request *req,
			     struct mcr_replacement *c, struct mcr_error *error)
{
	const struct mcr_fanout *old = mcr_rule_fanout(mn, rule);

	if (!mcr_comment_dup(req->comment, &c->comment, error))
		return false;
	error->why = MCR_REFUSED_MEMORY;
	c->fanout = mcr_fanout_like(old, req->n_outputs);
	if (!c->fanout)
		goto err;
	error->why = MCR_REFUSED_NOT;
	c->fanout->mode = req->spec.mode;
	c->next_output = rule->next_output;
	if (!mcr_move_plan(rule, old, &req->spec, c->fanout, error) ||
	    !mcr_fanout_fill(mn, c->fanout, old, req, &c->next_output, error))
		goto err_fanout;
	c->renamed = !mcr_name_is(rule->name, req->name);
	if (c->renamed && !mcr_table_name(mn, rule, req->name, &c->name, error))
		goto err_fanout;
	return true;

err_fanout:
	mcr_fanout_prune(mn, c->fanout, old);
	kfree(c->fanout);
err:
	kfree(c->comment);
	return false;
}

/**
 * mcr_replacement_forget - a rule is not to have this after all
 * @mn: the namespace
 * @rule: the rule
 * @c: from mcr_replacement_prepare()
 */
void mcr_replacement_forget(struct mcr_net *mn, struct mcr_rule *rule,
			    struct mcr_replacement *c)
{
	mcr_table_unname(mn, c->name);
	mcr_fanout_prune(mn, c->fanout, mcr_rule_fanout(mn, rule));
	kfree_rcu(c->fanout, rcu);
	kfree(c->comment);
}

/* Put the new outputs in force; return those that were. */
static struct mcr_fanout *mcr_rule_swap(struct mcr_net *mn,
					struct mcr_rule *rule,
					struct mcr_fanout *f)
{
	struct mcr_fanout *old = mcr_rule_fanout(mn, rule);

	mn->n_outputs += f->n;
	mn->n_outputs -= old->n;
	mcr_fanout_own(f, rule->id);
	rcu_assign_pointer(rule->fanout, f);
	return old;
}

/**
 * mcr_replacement_apply - let a rule say something else
 * @mn: the namespace
 * @rule: the rule
 * @req: what it is to say
 * @c: from mcr_replacement_prepare()
 *
 * Whether the rule takes packets stays as it is.
 */
void mcr_replacement_apply(struct mcr_net *mn, struct mcr_rule *rule,
			   const struct mcr_request *req,
			   struct mcr_replacement *c)
{
	struct mcr_fanout *old;

	mcr_move_begin(mn, c->fanout);
	old = mcr_rule_swap(mn, rule, c->fanout);
	mcr_loop_outputs_gone(mn, rule, old);
	mcr_fanout_prune(mn, old, c->fanout);
	kfree_rcu(old, rcu);
	swap(rule->comment, c->comment);
	kfree(c->comment);
	if (c->renamed) {
		swap(rule->name, c->name);
		mcr_table_unname(mn, c->name);
	}
	if (!rule->disabled && rule->join != req->spec.join) {
		mcr_member_put(mn, rule);
		mcr_rule_options(rule, &req->spec);
		mcr_member_get(mn, rule);
	}
	mcr_rule_options(rule, &req->spec);
	rule->next_output = c->next_output;
}

/**
 * mcr_change_replace - let a rule say something else
 * @mn: the namespace
 * @rule: the rule
 * @req: a checked rule with the same ingress device and match
 * @error: says why, on failure
 *
 * Its id and counters stay, and those of outputs that stay.
 *
 * Return: true, or false if nothing has changed.
 */
bool mcr_change_replace(struct mcr_net *mn, struct mcr_rule *rule,
			const struct mcr_request *req, struct mcr_error *error)
{
	bool starts = rule->disabled && !req->spec.disabled;
	struct mcr_replacement c = { };

	if (!mcr_table_name_free(mn, rule, req->name, error) ||
	    !mcr_replacement_prepare(mn, rule, req, &c, error))
		return false;
	if (starts) {
		error->shadows = mcr_rule_shadows(rule);
		if (!mcr_bind_prepare(mn, rule, error)) {
			mcr_replacement_forget(mn, rule, &c);
			return false;
		}
	}
	/* A rule that is to start now does so with what is new. */
	if (req->spec.disabled)
		mcr_bind_stop(mn, rule);
	mcr_replacement_apply(mn, rule, req, &c);
	if (starts) {
		mcr_bind_go(rule);
		mcr_bind_call(mn, rule);
	}
	mcr_loop_rule_check(mn, rule, error);
	mcr_table_changed(mn);
	mcr_event_rule(mn, rule, false);
	return true;
}

/**
 * mcr_set_spec - change what is to change
 * @set: what that is
 * @spec: what the rule said; what it is to say
 */
void mcr_set_spec(const struct mcr_rule_set *set, struct mcr_rule_spec *spec)
{
	if (set->has_disabled)
		spec->disabled = set->disabled;
	if (!set->has_plane)
		return;
	spec->plane = set->plane;
	spec->plane_since = 0;
}

/**
 * mcr_change_disabled - disable or enable a rule
 * @mn: the namespace
 * @rule: the rule
 * @disabled: it shall take no packets
 * @error: says why, on failure
 *
 * Return: true, or false if nothing has changed.
 */
bool mcr_change_disabled(struct mcr_net *mn, struct mcr_rule *rule,
			 bool disabled, struct mcr_error *error)
{
	if (rule->disabled == disabled)
		return true;
	if (!mcr_rule_enable(mn, rule, !disabled, error))
		return false;
	mcr_table_changed(mn);
	mcr_event_rule(mn, rule, false);
	return true;
}

/**
 * mcr_change_add_output - add an output to a rule
 * @mn: the namespace
 * @rule: the rule
 * @spec: the output, checked
 * @error: says why, on failure
 *
 * Return: true, or false if nothing has changed.
 */
bool mcr_change_add_output(struct mcr_net *mn, struct mcr_rule *rule,
			   const struct mcr_output_spec *spec,
			  struct mcr_error *error)
{
	struct mcr_fanout *old = mcr_rule_fanout(mn, rule), *new;
	struct mcr_output *out;

	if (old->n >= MCR_OUTPUTS_MAX) {
		error->why = MCR_REFUSED_OUTPUTS;
		return false;
	}
	if (mcr_fanout_find(old, spec)) {
		error->why = MCR_REFUSED_SAME_OUTPUT;
		return false;
	}
	new = mcr_fanout_like(old, old->n + 1);
	if (!new) {
		error->why = MCR_REFUSED_MEMORY;
		return false;
	}
	out = mcr_output_new(mn, spec, rule->next_output, error);
	if (!out) {
		kfree(new);
		return false;
	}
	rule->next_output++;
	memcpy(new->out, old->out, old->n * sizeof(*old->out));
	new->out[old->n] = out;
	new->n = old->n + 1;
	mcr_rule_swap(mn, rule, new);
	mcr_loop_rule_check(mn, rule, error);
	kfree_rcu(old, rcu);
	mcr_table_changed(mn);
	mcr_event_rule(mn, rule, false);
	return true;
}

/**
 * mcr_change_del_output - take an output out of a rule
 * @mn: the namespace
 * @rule: the rule
 * @id: of the output
 * @error: says why, on failure
 *
 * Return: true, or false if nothing has changed.
 */
bool mcr_change_del_output(struct mcr_net *mn, struct mcr_rule *rule, u32 id,
			   struct mcr_error *error)
{
	struct mcr_fanout *old = mcr_rule_fanout(mn, rule), *new;
	struct mcr_output *gone = NULL;
	u32 i;

	for (i = 0; i < old->n; i++)
		if (old->out[i]->id == id)
			gone = old->out[i];
	if (!gone) {
		error->why = MCR_REFUSED_NO_OUTPUT;
		return false;
	}
	if (old->n == 1) {
		error->why = MCR_REFUSED_LAST_OUTPUT;
		return false;
	}
	new = mcr_fanout_like(old, old->n - 1);
	if (!new) {
		error->why = MCR_REFUSED_MEMORY;
		return false;
	}
	for (i = 0; i < old->n; i++)
		if (old->out[i] != gone)
			new->out[new->n++] = old->out[i];
	mcr_rule_swap(mn, rule, new);
	mcr_loop_outputs_gone(mn, rule, old);
	mcr_output_free(mn, gone);
	kfree_rcu(old, rcu);
	mcr_table_changed(mn);
	mcr_event_rule(mn, rule, false);
	return true;
}

/**
 * mcr_change_reset - zero the counters of one rule or of all
 * @mn: the namespace
 * @only: the rule; NULL: all rules
 * @error: says why, on failure
 *
 * Packets under way are counted where they began: the counters balance.
 *
 * Return: true, or false if nothing has changed.
 */
bool mcr_change_reset(struct mcr_net *mn, struct mcr_rule *only,
		      struct mcr_error *error)
{
	u32 n = only ? 1 : mn->n_rules, i = 0;
	struct mcr_fanout **fresh;
	struct mcr_rule *rule;
	unsigned long id;

	if (!n)
		return true;
	error->why = MCR_REFUSED_MEMORY;
	fresh = kvcalloc(n, sizeof(*fresh), MCR_GFP);
	if (!fresh)
		return false;
	xa_for_each(&mn->rules, id, rule) {
		if (only && rule != only)
			continue;
		fresh[i] = mcr_fanout_fresh(mn, mcr_rule_fanout(mn, rule));
		if (!fresh[i++])
			goto err;
		cond_resched();
	}
	i = 0;
	xa_for_each(&mn->rules, id, rule) {
		if (only && rule != only)
			continue;
		mcr_fanout_free(mn, mcr_rule_swap(mn, rule, fresh[i++]));
		mcr_plane_rule(mn, rule);
	}
	kvfree(fresh);
	error->why = MCR_REFUSED_NOT;
	return true;

err:
	for (i = 0; i < n && fresh[i]; i++)
		mcr_fanout_free(mn, fresh[i]);
	kvfree(fresh);
	return false;
}
