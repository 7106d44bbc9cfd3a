// SPDX-License-Identifier: GPL-2.0
/*
 * The rules of a network namespace: finding, making, changing and freeing
 * them. Nothing here knows of messages.
 *
 * A change first does all that can fail, then what cannot.
 */
#include <linux/jhash.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "fanout.h"
#include "member.h"
#include "table.h"

/**
 * struct mcr_match_key - what identifies a rule
 * @iif: its ingress device
 * @match: its match
 */
struct mcr_match_key {
	const struct mcr_port *iif;
	const struct mcr_match *match;
};

static unsigned int mcr_net_id __read_mostly;

static u32 mcr_match_key_hash(const void *data, u32 len, u32 seed)
{
	const struct mcr_match_key *key = data;
	const struct mcr_match *m = key->match;
	u32 hash;

	hash = jhash(&m->group, sizeof(m->group), seed);
	hash = jhash(&m->src, sizeof(m->src), hash);
	hash = jhash_3words(m->dport_min << 16 | m->dport_max,
			    m->vlan << 16 | m->family << 8 | m->proto,
			    m->group_len << 8 | m->src_len, hash);
	return jhash(&key->iif, sizeof(key->iif), hash);
}

static u32 mcr_match_obj_hash(const void *data, u32 len, u32 seed)
{
	const struct mcr_rule *rule = data;
	struct mcr_match_key key = { rule->iif, &rule->entry.match };

	return mcr_match_key_hash(&key, 0, seed);
}

static int mcr_match_obj_cmp(struct rhashtable_compare_arg *arg,
			     const void *obj)
{
	const struct mcr_match_key *key = arg->key;
	const struct mcr_rule *rule = obj;

	return rule->iif != key->iif ||
	       !mcr_match_equal(&rule->entry.match, key->match);
}

static const struct rhashtable_params mcr_match_params = {
	.head_offset = offsetof(struct mcr_rule, match_node),
	.hashfn = mcr_match_key_hash,
	.obj_hashfn = mcr_match_obj_hash,
	.obj_cmpfn = mcr_match_obj_cmp,
	.automatic_shrinking = true,
};

static const struct rhashtable_params mcr_name_params = {
	.key_len = sizeof_field(struct mcr_name, text),
	.key_offset = offsetof(struct mcr_name, text),
	.head_offset = offsetof(struct mcr_name, node),
	.automatic_shrinking = true,
};

/**
 * mcr_net_of - what a network namespace has of ours
 * @net: the namespace
 *
 * Return: it; lives as long as the namespace and this module.
 */
struct mcr_net *mcr_net_of(const struct net *net)
{
	return net_generic(net, mcr_net_id);
}

/**
 * mcr_table_lock - begin to change rules
 * @mn: the namespace
 */
void mcr_table_lock(struct mcr_net *mn)
{
	rtnl_lock();
	mutex_lock(&mn->lock);
}

/**
 * mcr_table_unlock - changes are done
 * @mn: the namespace
 */
void mcr_table_unlock(struct mcr_net *mn)
{
	mutex_unlock(&mn->lock);
	rtnl_unlock();
}

/**
 * mcr_table_by_id - find a rule by its id
 * @mn: the namespace
 * @id: the id
 *
 * Context: Under mcr_net.lock.
 * Return: the rule or NULL.
 */
struct mcr_rule *mcr_table_by_id(struct mcr_net *mn, u32 id)
{
	lockdep_assert_held(&mn->lock);
	return xa_load(&mn->rules, id);
}

/**
 * mcr_table_by_name - find a rule by its name
 * @mn: the namespace
 * @name: the name, NUL-terminated
 *
 * Context: Under mcr_net.lock.
 * Return: the rule or NULL.
 */
struct mcr_rule *mcr_table_by_name(struct mcr_net *mn, const char *name)
{
	char key[MCR_NAME_MAX + 1] = { };
	struct mcr_name *found;

	lockdep_assert_held(&mn->lock);
	if (strscpy(key, name, sizeof(key)) < 0)
		return NULL;
	found = rhashtable_lookup_fast(&mn->by_name, key, mcr_name_params);
	return found ? found->rule : NULL;
}

static struct mcr_rule *mcr_rule_lookup(struct mcr_net *mn,
					const struct mcr_port *iif,
					const struct mcr_match *match)
{
	struct mcr_match_key key = { iif, match };

	return rhashtable_lookup_fast(&mn->by_match, &key, mcr_match_params);
}

/**
 * mcr_table_by_match - find the rule that takes exactly these packets
 * @mn: the namespace
 * @spec: a rule, checked
 *
 * Context: Under RTNL and mcr_net.lock.
 * Return: the rule or NULL.
 */
struct mcr_rule *mcr_table_by_match(struct mcr_net *mn,
				    const struct mcr_rule_spec *spec)
{
	struct mcr_port *port = mcr_port_find(mn, spec->iif);

	return port ? mcr_rule_lookup(mn, port, &spec->match) : NULL;
}

/**
 * mcr_rule_fanout - the outputs of a rule
 * @mn: the namespace
 * @rule: the rule
 *
 * Context: Under mcr_net.lock.
 * Return: its fan-out.
 */
struct mcr_fanout *mcr_rule_fanout(struct mcr_net *mn,
				   const struct mcr_rule *rule)
{
	return rcu_dereference_protected(rule->fanout,
					 lockdep_is_held(&mn->lock));
}

/* The set of rules, or what they say, is another one now. */
static void mcr_table_changed(struct mcr_net *mn)
{
	/* 0 is "not known" to clients. */
	if (!++mn->generation)
		mn->generation++;
}

/* Let packets in: all steps but the membership may fail. */
static bool mcr_rule_start(struct mcr_net *mn, struct mcr_rule *rule,
			   struct mcr_error *error)
{
	struct mcr_ingress *ing = rule->iif->ingress;
	struct net_device *dev = mcr_port_dev(mn, rule->iif);
	int err;

	err = mcr_lookup_insert(&ing->lookup, &rule->entry);
	if (err) {
		error->why = err == -ENOSPC ? MCR_REFUSED_MASKS :
					      MCR_REFUSED_MEMORY;
		return false;
	}
	if (dev && !ing->hooked && mcr_ingress_hook(ing, mn->net, dev)) {
		mcr_lookup_remove(&ing->lookup, &rule->entry);
		error->why = MCR_REFUSED_HOOK;
		return false;
	}
	ing->enabled++;
	rule->disabled = false;
	mcr_member_get(mn, rule);
	return true;
}

static void mcr_rule_stop(struct mcr_net *mn, struct mcr_rule *rule)
{
	struct mcr_ingress *ing = rule->iif->ingress;

	if (rule->disabled)
		return;
	mcr_member_put(mn, rule);
	rule->disabled = true;
	if (!--ing->enabled)
		mcr_ingress_unhook(ing, mn->net);
	mcr_lookup_remove(&ing->lookup, &rule->entry);
}

static struct mcr_port *mcr_iif_get(struct mcr_net *mn, const char *name,
				    struct mcr_error *error)
{
	struct mcr_port *port = mcr_port_get(mn, name);

	error->why = MCR_REFUSED_MEMORY;
	if (!port)
		return NULL;
	if (!mcr_port_dev(mn, port)) {
		error->why = MCR_REFUSED_NO_IIF;
		goto err;
	}
	if (!port->ingress)
		port->ingress = mcr_ingress_new();
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

/* Outputs that @old has already are taken over, with their counters. */
static bool mcr_fanout_fill(struct mcr_net *mn, struct mcr_rule *rule,
			    struct mcr_fanout *f, const struct mcr_fanout *old,
			    const struct mcr_request *req,
			    struct mcr_error *error)
{
	u32 i, k;

	for (i = 0; i < req->n_outputs; i++) {
		const struct mcr_output_spec *spec = &req->outputs[i];
		struct mcr_output *out = NULL;

		error->output = i;
		for (k = 0; k < f->n; k++) {
			if (mcr_output_is(f->out[k], spec)) {
				error->why = MCR_REFUSED_SAME_OUTPUT;
				return false;
			}
		}
		for (k = 0; old && k < old->n && !out; k++)
			if (mcr_output_is(old->out[k], spec))
				out = old->out[k];
		if (!out)
			out = mcr_output_new(mn, spec, rule->next_output++,
					     error);
		if (!out)
			return false;
		f->out[f->n++] = out;
	}
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

static bool mcr_name_set(struct mcr_net *mn, struct mcr_rule *rule,
			 const char *text, struct mcr_name **name,
			 struct mcr_error *error)
{
	struct mcr_rule *other;

	*name = NULL;
	if (!text)
		return true;
	other = mcr_table_by_name(mn, text);
	if (other) {
		error->why = MCR_REFUSED_NAME;
		error->rule = other->id;
		return false;
	}
	error->why = MCR_REFUSED_MEMORY;
	*name = kzalloc(sizeof(**name), GFP_KERNEL_ACCOUNT);
	if (!*name)
		return false;
	strscpy((*name)->text, text, sizeof((*name)->text));
	(*name)->rule = rule;
	if (rhashtable_insert_fast(&mn->by_name, &(*name)->node,
				   mcr_name_params)) {
		kfree(*name);
		*name = NULL;
		return false;
	}
	error->why = MCR_REFUSED_NOT;
	return true;
}

/* Only lookups under mcr_net.lock find names; they are freed by RCU all the
 * same, as the hash table's walks demand.
 */
static void mcr_name_unset(struct mcr_net *mn, struct mcr_name *name)
{
	if (!name)
		return;
	rhashtable_remove_fast(&mn->by_name, &name->node, mcr_name_params);
	kfree_rcu(name, rcu);
}

static bool mcr_comment_dup(const char *text, char **comment,
			    struct mcr_error *error)
{
	*comment = NULL;
	if (!text || !*text)
		return true;
	*comment = kstrdup(text, GFP_KERNEL_ACCOUNT);
	if (!*comment)
		error->why = MCR_REFUSED_MEMORY;
	return *comment;
}

static void mcr_rule_set(struct mcr_rule *rule,
			 const struct mcr_rule_spec *spec)
{
	rule->join = spec->join;
	rule->plane = spec->plane;
	rule->latency = spec->latency;
}

/* A rule with its outputs that nobody can find yet. */
static struct mcr_rule *mcr_rule_new(struct mcr_net *mn,
				     const struct mcr_request *req,
				     struct mcr_error *error)
{
	struct mcr_rule *rule;
	struct mcr_fanout *f;

	error->why = MCR_REFUSED_MEMORY;
	rule = kzalloc(sizeof(*rule), GFP_KERNEL_ACCOUNT);
	if (!rule)
		return NULL;
	rule->entry.match = req->spec.match;
	rule->next_output = 1;
	rule->disabled = true;
	mcr_rule_set(rule, &req->spec);
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
	error->why = MCR_REFUSED_NOT;
	if (!mcr_fanout_fill(mn, rule, f, NULL, req, error))
		goto err_fanout;
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

/* Free a rule that nobody can find any more; packets may still have it. */
static void mcr_rule_free(struct mcr_net *mn, struct mcr_rule *rule)
{
	mcr_fanout_free(mn, mcr_rule_fanout(mn, rule));
	mcr_iif_put(mn, rule->iif);
	call_rcu(&rule->rcu, mcr_rule_free_rcu);
}

/* Make a rule known by id, match and name. */
static bool mcr_rule_link(struct mcr_net *mn, struct mcr_rule *rule,
			  const char *name, struct mcr_error *error)
{
	error->why = MCR_REFUSED_MEMORY;
	if (xa_alloc_cyclic(&mn->rules, &rule->id, rule,
			    XA_LIMIT(1, INT_MAX), &mn->next_id,
			    GFP_KERNEL_ACCOUNT) < 0)
		return false;
	if (rhashtable_insert_fast(&mn->by_match, &rule->match_node,
				   mcr_match_params))
		goto err_id;
	error->why = MCR_REFUSED_NOT;
	if (!mcr_name_set(mn, rule, name, &rule->name, error))
		goto err_match;
	list_add_tail(&rule->iif_node, &rule->iif->ingress->list);
	mn->n_rules++;
	mn->n_outputs += mcr_rule_fanout(mn, rule)->n;
	return true;

err_match:
	rhashtable_remove_fast(&mn->by_match, &rule->match_node,
			       mcr_match_params);
err_id:
	xa_erase(&mn->rules, rule->id);
	return false;
}

static void mcr_rule_unlink(struct mcr_net *mn, struct mcr_rule *rule)
{
	mn->n_outputs -= mcr_rule_fanout(mn, rule)->n;
	mn->n_rules--;
	list_del(&rule->iif_node);
	mcr_name_unset(mn, rule->name);
	rhashtable_remove_fast(&mn->by_match, &rule->match_node,
			       mcr_match_params);
	xa_erase(&mn->rules, rule->id);
}

/**
 * mcr_table_add - put a new rule in force
 * @mn: the namespace
 * @req: the rule, checked
 * @error: says why, on failure
 *
 * Context: Process, under mcr_table_lock().
 * Return: the rule or NULL; then nothing has changed.
 */
struct mcr_rule *mcr_table_add(struct mcr_net *mn,
			       const struct mcr_request *req,
			       struct mcr_error *error)
{
	struct mcr_rule *twin, *rule;

	if (mn->n_rules >= MCR_RULES_MAX) {
		error->why = MCR_REFUSED_RULES;
		return NULL;
	}
	twin = mcr_table_by_match(mn, &req->spec);
	if (twin) {
		error->why = MCR_REFUSED_TWIN;
		error->rule = twin->id;
		return NULL;
	}
	rule = mcr_rule_new(mn, req, error);
	if (!rule)
		return NULL;
	if (!mcr_rule_link(mn, rule, req->name, error))
		goto err;
	if (!req->spec.disabled && !mcr_rule_start(mn, rule, error))
		goto err_link;
	mcr_table_changed(mn);
	return rule;

err_link:
	mcr_rule_unlink(mn, rule);
err:
	mcr_rule_free(mn, rule);
	return NULL;
}

/**
 * mcr_table_del - delete a rule
 * @mn: the namespace
 * @rule: the rule; not to be used any more
 *
 * Context: Process, under mcr_table_lock().
 */
void mcr_table_del(struct mcr_net *mn, struct mcr_rule *rule)
{
	mcr_rule_stop(mn, rule);
	mcr_rule_unlink(mn, rule);
	mcr_rule_free(mn, rule);
	mcr_table_changed(mn);
}

/* Start or stop a rule, as told. A failed start changes nothing. */
static bool mcr_rule_enable(struct mcr_net *mn, struct mcr_rule *rule,
			    bool enable, struct mcr_error *error)
{
	if (rule->disabled != enable)
		return true;
	if (enable)
		return mcr_rule_start(mn, rule, error);
	mcr_rule_stop(mn, rule);
	return true;
}

static bool mcr_name_is(const struct mcr_name *name, const char *text)
{
	if (!name || !text)
		return !name && !text;
	return !strcmp(name->text, text);
}

/* What a replacement brings: all that can fail to be had. */
struct mcr_change {
	struct mcr_fanout *fanout;
	struct mcr_name *name;
	char *comment;
	bool renamed;
};

static bool mcr_change_prepare(struct mcr_net *mn, struct mcr_rule *rule,
			       const struct mcr_request *req,
			       struct mcr_change *c, struct mcr_error *error)
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
	if (!mcr_fanout_fill(mn, rule, c->fanout, old, req, error))
		goto err_fanout;
	c->renamed = !mcr_name_is(rule->name, req->name);
	if (c->renamed && !mcr_name_set(mn, rule, req->name, &c->name, error))
		goto err_fanout;
	return true;

err_fanout:
	mcr_fanout_prune(mn, c->fanout, old);
	kfree(c->fanout);
err:
	kfree(c->comment);
	return false;
}

static void mcr_change_forget(struct mcr_net *mn, struct mcr_rule *rule,
			      struct mcr_change *c)
{
	mcr_name_unset(mn, c->name);
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
	rcu_assign_pointer(rule->fanout, f);
	return old;
}

/**
 * mcr_table_replace - let a rule say something else
 * @mn: the namespace
 * @rule: the rule
 * @req: a checked rule with the same ingress device and match
 * @error: says why, on failure
 *
 * Its id and counters stay, and those of outputs that stay.
 *
 * Context: Process, under mcr_table_lock().
 * Return: true, or false if nothing has changed.
 */
bool mcr_table_replace(struct mcr_net *mn, struct mcr_rule *rule,
		       const struct mcr_request *req, struct mcr_error *error)
{
	struct mcr_change c = { };
	struct mcr_fanout *old;

	if (!mcr_change_prepare(mn, rule, req, &c, error))
		return false;
	/* A rule that is to start now must not do so with the old outputs. */
	old = mcr_rule_swap(mn, rule, c.fanout);
	if (!mcr_rule_enable(mn, rule, !req->spec.disabled, error)) {
		mcr_rule_swap(mn, rule, old);
		mcr_change_forget(mn, rule, &c);
		return false;
	}
	mcr_fanout_prune(mn, old, c.fanout);
	kfree_rcu(old, rcu);
	swap(rule->comment, c.comment);
	kfree(c.comment);
	if (c.renamed) {
		swap(rule->name, c.name);
		mcr_name_unset(mn, c.name);
	}
	if (!rule->disabled && rule->join != req->spec.join) {
		mcr_member_put(mn, rule);
		mcr_rule_set(rule, &req->spec);
		mcr_member_get(mn, rule);
	}
	mcr_rule_set(rule, &req->spec);
	mcr_table_changed(mn);
	return true;
}

/**
 * mcr_table_set_disabled - disable or enable a rule
 * @mn: the namespace
 * @rule: the rule
 * @disabled: it shall take no packets
 * @error: says why, on failure
 *
 * Context: Process, under mcr_table_lock().
 * Return: true, or false if nothing has changed.
 */
bool mcr_table_set_disabled(struct mcr_net *mn, struct mcr_rule *rule,
			    bool disabled, struct mcr_error *error)
{
	if (rule->disabled == disabled)
		return true;
	if (!mcr_rule_enable(mn, rule, !disabled, error))
		return false;
	mcr_table_changed(mn);
	return true;
}

/**
 * mcr_table_output_find - find an output by what it does
 * @mn: the namespace
 * @rule: its rule
 * @spec: what it does, checked
 *
 * Context: Under mcr_net.lock.
 * Return: the output or NULL.
 */
struct mcr_output *mcr_table_output_find(struct mcr_net *mn,
					 struct mcr_rule *rule,
					 const struct mcr_output_spec *spec)
{
	const struct mcr_fanout *f = mcr_rule_fanout(mn, rule);
	u32 i;

	for (i = 0; i < f->n; i++)
		if (mcr_output_is(f->out[i], spec))
			return f->out[i];
	return NULL;
}

/**
 * mcr_table_output_add - add an output to a rule
 * @mn: the namespace
 * @rule: the rule
 * @spec: the output, checked
 * @error: says why, on failure
 *
 * Context: Process, under mcr_table_lock().
 * Return: true, or false if nothing has changed.
 */
bool mcr_table_output_add(struct mcr_net *mn, struct mcr_rule *rule,
			  const struct mcr_output_spec *spec,
			  struct mcr_error *error)
{
	struct mcr_fanout *old = mcr_rule_fanout(mn, rule), *new;
	struct mcr_output *out;

	if (old->n >= MCR_OUTPUTS_MAX) {
		error->why = MCR_REFUSED_OUTPUTS;
		return false;
	}
	if (mcr_table_output_find(mn, rule, spec)) {
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
	kfree_rcu(old, rcu);
	mcr_table_changed(mn);
	return true;
}

/**
 * mcr_table_output_del - take an output out of a rule
 * @mn: the namespace
 * @rule: the rule
 * @id: of the output
 * @error: says why, on failure
 *
 * Context: Process, under mcr_table_lock().
 * Return: true, or false if nothing has changed.
 */
bool mcr_table_output_del(struct mcr_net *mn, struct mcr_rule *rule, u32 id,
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
	mcr_output_free(mn, gone);
	kfree_rcu(old, rcu);
	mcr_table_changed(mn);
	return true;
}

/**
 * mcr_table_reset - zero the counters of one rule or of all
 * @mn: the namespace
 * @only: the rule; NULL: all rules
 * @error: says why, on failure
 *
 * Packets under way are counted where they began: the counters balance.
 *
 * Context: Process, under mcr_table_lock().
 * Return: true, or false if nothing has changed.
 */
bool mcr_table_reset(struct mcr_net *mn, struct mcr_rule *only,
		     struct mcr_error *error)
{
	u32 n = only ? 1 : mn->n_rules, i = 0;
	struct mcr_fanout **fresh;
	struct mcr_rule *rule;
	unsigned long id;

	if (!n)
		return true;
	error->why = MCR_REFUSED_MEMORY;
	fresh = kvcalloc(n, sizeof(*fresh), GFP_KERNEL_ACCOUNT);
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
	xa_for_each(&mn->rules, id, rule)
		if (!only || rule == only)
			mcr_fanout_free(mn, mcr_rule_swap(mn, rule, fresh[i++]));
	kvfree(fresh);
	error->why = MCR_REFUSED_NOT;
	return true;

err:
	for (i = 0; i < n && fresh[i]; i++)
		mcr_fanout_free(mn, fresh[i]);
	kvfree(fresh);
	return false;
}

/**
 * mcr_table_port_bound - a port got its device
 * @mn: the namespace
 * @port: the port
 *
 * Context: Process, under RTNL and mcr_net.lock.
 */
void mcr_table_port_bound(struct mcr_net *mn, struct mcr_port *port)
{
	struct mcr_ingress *ing = port->ingress;
	struct mcr_rule *rule;

	if (!ing || !ing->enabled)
		return;
	/* Without memory for it the device stays unhooked: its state says so. */
	mcr_ingress_hook(ing, mn->net, mcr_port_dev(mn, port));
	list_for_each_entry(rule, &ing->list, iif_node)
		if (!rule->disabled)
			mcr_member_get(mn, rule);
}

/**
 * mcr_table_port_unbind - a port is about to lose its device
 * @mn: the namespace
 * @port: the port, still bound
 *
 * Context: Process, under RTNL and mcr_net.lock.
 */
void mcr_table_port_unbind(struct mcr_net *mn, struct mcr_port *port)
{
	struct mcr_ingress *ing = port->ingress;
	struct mcr_rule *rule;

	if (!ing)
		return;
	list_for_each_entry(rule, &ing->list, iif_node)
		mcr_member_put(mn, rule);
	mcr_ingress_unhook(ing, mn->net);
}

/**
 * mcr_table_port_changed - a port's device went up, or changed its MTU
 * @mn: the namespace
 * @port: the port
 *
 * Context: Process, under RTNL and mcr_net.lock.
 */
void mcr_table_port_changed(struct mcr_net *mn, struct mcr_port *port)
{
	struct mcr_ingress *ing = port->ingress;
	struct mcr_rule *rule;

	if (!ing)
		return;
	list_for_each_entry(rule, &ing->list, iif_node)
		if (!rule->disabled)
			mcr_member_refresh(mn, rule);
}

static int __net_init mcr_net_init(struct net *net)
{
	struct mcr_net *mn = mcr_net_of(net);
	int err;

	mn->net = net;
	mn->generation = 1;
	mutex_init(&mn->lock);
	xa_init_flags(&mn->rules, XA_FLAGS_ALLOC1);
	err = rhashtable_init(&mn->by_match, &mcr_match_params);
	if (err)
		return err;
	err = rhashtable_init(&mn->by_name, &mcr_name_params);
	if (err)
		rhashtable_destroy(&mn->by_match);
	return err;
}

/* No socket of the namespace and none of its devices is left. */
static void __net_exit mcr_net_exit(struct net *net)
{
	struct mcr_net *mn = mcr_net_of(net);
	struct mcr_rule *rule;
	unsigned long id;

	mcr_table_lock(mn);
	xa_for_each(&mn->rules, id, rule)
		mcr_table_del(mn, rule);
	mcr_table_unlock(mn);
	rhashtable_destroy(&mn->by_name);
	rhashtable_destroy(&mn->by_match);
	xa_destroy(&mn->rules);
}

static struct pernet_operations mcr_net_ops = {
	.init = mcr_net_init,
	.exit = mcr_net_exit,
	.id = &mcr_net_id,
	.size = sizeof(struct mcr_net),
};

/**
 * mcr_table_init - have an empty table in each network namespace
 *
 * Return: 0 or what register_pernet_subsys() says.
 */
int __init mcr_table_init(void)
{
	return register_pernet_subsys(&mcr_net_ops);
}

/**
 * mcr_table_exit - delete all rules of all namespaces
 *
 * Nobody can change rules any more, and no device is bound.
 */
void mcr_table_exit(void)
{
	unregister_pernet_subsys(&mcr_net_ops);
}
