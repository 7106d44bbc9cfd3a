// SPDX-License-Identifier: GPL-2.0
/*
 * The rules of a network namespace: what is known, and how it is found.
 */
#include <linux/jhash.h>
#include <linux/slab.h>

#include "forward.h"
#include "hook.h"
#include "mem.h"
#include "move.h"
#include "netdev.h"
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

/**
 * mcr_match_hash - a hash of what a match says
 * @m: the match
 * @seed: begins it
 *
 * Return: the hash; equal for equal matches.
 */
u32 mcr_match_hash(const struct mcr_match *m, u32 seed)
{
	u32 hash;

	hash = jhash(&m->group, sizeof(m->group), seed);
	hash = jhash(&m->src, sizeof(m->src), hash);
	return jhash_3words(m->dport_min << 16 | m->dport_max,
			    m->vlan << 16 | m->family << 8 | m->proto,
			    m->group_len << 8 | m->src_len, hash);
}

static u32 mcr_match_key_hash(const void *data, u32 len, u32 seed)
{
	const struct mcr_match_key *key = data;

	return jhash(&key->iif, sizeof(key->iif),
		     mcr_match_hash(key->match, seed));
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
 * mcr_table_lock - begin to change rules
 * @mn: the namespace
 */
void mcr_table_lock(struct mcr_net *mn)
{
	rtnl_lock();
	mutex_lock(&mn->lock);
	mn->visits = MCR_VISITS_MAX;
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
 * mcr_table_read_lock - begin to look at rules
 * @mn: the namespace
 *
 * Device notifiers wait for it with RTNL held: not for long.
 */
void mcr_table_read_lock(struct mcr_net *mn)
{
	mutex_lock(&mn->lock);
}

/**
 * mcr_table_read_unlock - looking is done
 * @mn: the namespace
 */
void mcr_table_read_unlock(struct mcr_net *mn)
{
	mutex_unlock(&mn->lock);
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

/**
 * mcr_rule_spec - what a rule says
 * @mn: the namespace
 * @rule: the rule
 * @spec: filled in
 *
 * Context: Under mcr_net.lock.
 */
void mcr_rule_spec(struct mcr_net *mn, const struct mcr_rule *rule,
		   struct mcr_rule_spec *spec)
{
	*spec = (struct mcr_rule_spec){
		.match = rule->entry.match,
		.mode = mcr_rule_fanout(mn, rule)->mode,
		.join = rule->join,
		.plane = rule->plane,
		.plane_since = mcr_move_since(mcr_rule_fanout(mn, rule)),
		.latency = rule->latency,
		.disabled = rule->disabled,
	};
	strscpy(spec->iif, rule->iif->name, sizeof(spec->iif));
}

/**
 * mcr_rule_sends_to - does a rule send to a device?
 * @mn: the namespace
 * @rule: the rule
 * @dev: name of the device
 *
 * Context: Under mcr_net.lock.
 * Return: true if so.
 */
bool mcr_rule_sends_to(struct mcr_net *mn, const struct mcr_rule *rule,
		       const char *dev)
{
	const struct mcr_fanout *f = mcr_rule_fanout(mn, rule);
	u32 i;

	for (i = 0; i < f->n; i++)
		if (!strcmp(f->out[i]->port->name, dev))
			return true;
	return false;
}

/**
 * mcr_table_changed - the set of rules, or what they say, is another one now
 * @mn: the namespace
 */
void mcr_table_changed(struct mcr_net *mn)
{
	/* 0 is "not known" to clients. */
	if (!++mn->generation)
		mn->generation++;
}

/**
 * mcr_table_name_free - may a rule get a name?
 * @mn: the namespace
 * @rule: a rule that may have the name already; NULL: a new one
 * @text: the name; NULL: none
 * @error: says why not
 *
 * Return: true if so.
 */
bool mcr_table_name_free(struct mcr_net *mn, const struct mcr_rule *rule,
			 const char *text, struct mcr_error *error)
{
	struct mcr_rule *other = text ? mcr_table_by_name(mn, text) : NULL;

	if (!other || other == rule)
		return true;
	error->why = MCR_REFUSED_NAME;
	error->rule = other->id;
	return false;
}

/**
 * mcr_table_name - make a name known
 * @mn: the namespace
 * @rule: whose name it is
 * @text: the name; NULL: none
 * @name: the name, to be given to mcr_table_unname(); NULL: none
 * @error: says why, on failure
 *
 * Two rules may have a name as long as nobody looks for it: so names can be
 * swapped.
 *
 * Return: true, or false if nothing has changed.
 */
bool mcr_table_name(struct mcr_net *mn, struct mcr_rule *rule,
		    const char *text, struct mcr_name **name,
		    struct mcr_error *error)
{
	*name = NULL;
	if (!text)
		return true;
	*name = kzalloc(sizeof(**name), MCR_GFP);
	if (!*name)
		goto err;
	strscpy((*name)->text, text, sizeof((*name)->text));
	(*name)->rule = rule;
	if (!rhashtable_insert_fast(&mn->by_name, &(*name)->node,
				    mcr_name_params))
		return true;
	kfree(*name);
	*name = NULL;
err:
	error->why = MCR_REFUSED_MEMORY;
	return false;
}

/**
 * mcr_table_unname - make a name unknown, and free it
 * @mn: the namespace
 * @name: from mcr_table_name(); may be NULL
 *
 * A resize of the hash table may still walk over it: it goes after a grace
 * period.
 */
void mcr_table_unname(struct mcr_net *mn, struct mcr_name *name)
{
	if (!name)
		return;
	rhashtable_remove_fast(&mn->by_name, &name->node, mcr_name_params);
	kfree_rcu(name, rcu);
}

/**
 * mcr_table_reserve - find an id for a rule to be
 * @mn: the namespace
 * @id: the id, to be given to mcr_table_release() or to mcr_table_link()
 *
 * Context: Under mcr_net.lock.
 * Return: true, or false without memory.
 */
bool mcr_table_reserve(struct mcr_net *mn, u32 *id)
{
	return xa_alloc_cyclic(&mn->rules, id, NULL, XA_LIMIT(1, INT_MAX),
			       &mn->next_id, MCR_GFP) >= 0;
}

/**
 * mcr_table_release - the id is not needed
 * @mn: the namespace
 * @id: from mcr_table_reserve(); if a rule has it, that one keeps it
 */
void mcr_table_release(struct mcr_net *mn, u32 id)
{
	xa_release(&mn->rules, id);
}

/**
 * mcr_table_link - make a rule known by id, match and name
 * @mn: the namespace
 * @rule: a rule nobody can find yet, with an id from mcr_table_reserve()
 * @name: its name, which is free; NULL: none
 * @error: says why, on failure
 *
 * Return: true, or false if nothing has changed.
 */
bool mcr_table_link(struct mcr_net *mn, struct mcr_rule *rule,
		    const char *name, struct mcr_error *error)
{
	if (rhashtable_insert_fast(&mn->by_match, &rule->match_node,
				   mcr_match_params)) {
		error->why = MCR_REFUSED_MEMORY;
		return false;
	}
	if (!mcr_table_name(mn, rule, name, &rule->name, error)) {
		rhashtable_remove_fast(&mn->by_match, &rule->match_node,
				       mcr_match_params);
		return false;
	}
	/* Needs no memory: there is room for a reserved id. */
	xa_store(&mn->rules, rule->id, rule, 0);
	list_add_tail(&rule->iif_node, &rule->iif->ingress->list);
	mn->n_rules++;
	mn->n_outputs += mcr_rule_fanout(mn, rule)->n;
	mcr_fanout_own(mcr_rule_fanout(mn, rule), rule->id);
	return true;
}

/**
 * mcr_table_unlink - make a rule unknown
 * @mn: the namespace
 * @rule: a rule made known by mcr_table_link(); its id is reserved again
 */
void mcr_table_unlink(struct mcr_net *mn, struct mcr_rule *rule)
{
	mn->n_outputs -= mcr_rule_fanout(mn, rule)->n;
	mn->n_rules--;
	list_del(&rule->iif_node);
	mcr_table_unname(mn, rule->name);
	rhashtable_remove_fast(&mn->by_match, &rule->match_node,
			       mcr_match_params);
	/* Nothing, in an array that hands out ids: reserved. */
	xa_store(&mn->rules, rule->id, NULL, 0);
}

/**
 * mcr_table_init - make a namespace's table, empty
 * @mn: the namespace, zeroed
 * @net: the same to the rest of the kernel
 *
 * Return: 0 or -ENOMEM.
 */
int mcr_table_init(struct mcr_net *mn, struct net *net)
{
	int err;

	mn->net = net;
	mn->generation = 1;
	INIT_LIST_HEAD(&mn->feeding);
	mutex_init(&mn->lock);
	xa_init_flags(&mn->rules, XA_FLAGS_ALLOC1 | XA_FLAGS_ACCOUNT);
	err = rhashtable_init(&mn->by_match, &mcr_match_params);
	if (err)
		return err;
	err = rhashtable_init(&mn->by_name, &mcr_name_params);
	if (err)
		rhashtable_destroy(&mn->by_match);
	return err;
}

/**
 * mcr_table_exit - free what a namespace's table has
 * @mn: the namespace, without rules
 */
void mcr_table_exit(struct mcr_net *mn)
{
	rhashtable_destroy(&mn->by_name);
	rhashtable_destroy(&mn->by_match);
	xa_destroy(&mn->rules);
}
