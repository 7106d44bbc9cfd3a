// SPDX-License-Identifier: GPL-2.0
/*
 * The rules of a network namespace: what is known, and how it is found.
 */
#include <linux/jhash.h>
#include <linux/slab.h>

#include "forward.h"
#include "hook.h"
#include "mem.h"
#include "netdev.h"
#include "quota.h"
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
 * mcr_table_name - make a name known
 * @mn: the namespace
 * @rule: whose name it is
 * @text: the name; NULL: none
 * @name: the name, to be given to mcr_table_unname(); NULL: none
 * @error: says why, on failure
 *
 * Return: true, or false if nothing has changed.
 */
bool mcr_table_name(struct mcr_net *mn, struct mcr_rule *rule,
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
	*name = kzalloc(sizeof(**name), MCR_GFP);
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
 * mcr_table_link - make a rule known by id, match and name
 * @mn: the namespace
 * @rule: a rule nobody can find yet; gets its id
 * @name: its name; NULL: none
 * @error: says why, on failure
 *
 * Return: true, or false if nothing has changed.
 */
bool mcr_table_link(struct mcr_net *mn, struct mcr_rule *rule,
		    const char *name, struct mcr_error *error)
{
	error->why = mcr_quota_take(mn);
	if (error->why)
		return false;
	error->why = MCR_REFUSED_MEMORY;
	if (xa_alloc_cyclic(&mn->rules, &rule->id, rule,
			    XA_LIMIT(1, INT_MAX), &mn->next_id,
			    MCR_GFP) < 0)
		goto err_quota;
	if (rhashtable_insert_fast(&mn->by_match, &rule->match_node,
				   mcr_match_params))
		goto err_id;
	error->why = MCR_REFUSED_NOT;
	if (!mcr_table_name(mn, rule, name, &rule->name, error))
		goto err_match;
	list_add_tail(&rule->iif_node, &rule->iif->ingress->list);
	mn->n_rules++;
	mn->n_outputs += mcr_rule_fanout(mn, rule)->n;
	mcr_fanout_own(mcr_rule_fanout(mn, rule), rule->id);
	return true;

err_match:
	rhashtable_remove_fast(&mn->by_match, &rule->match_node,
			       mcr_match_params);
err_id:
	xa_erase(&mn->rules, rule->id);
err_quota:
	mcr_quota_give(mn);
	return false;
}

/**
 * mcr_table_unlink - make a rule unknown
 * @mn: the namespace
 * @rule: a rule made known by mcr_table_link()
 */
void mcr_table_unlink(struct mcr_net *mn, struct mcr_rule *rule)
{
	mn->n_outputs -= mcr_rule_fanout(mn, rule)->n;
	mn->n_rules--;
	list_del(&rule->iif_node);
	mcr_table_unname(mn, rule->name);
	rhashtable_remove_fast(&mn->by_match, &rule->match_node,
			       mcr_match_params);
	xa_erase(&mn->rules, rule->id);
	mcr_quota_give(mn);
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
