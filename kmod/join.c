// SPDX-License-Identifier: GPL-2.0
/*
 * Group memberships of a namespace: what rules want, and what is joined.
 *
 * Joining takes RTNL, which is outside mcr_net.lock. So changes of rules and
 * devices only note what is wanted, and a work item makes it so: it takes one
 * membership after the other, and lets go of the lock while it joins or leaves.
 * Only that work item joins, leaves, and frees. What a device loses is noted,
 * and taken out of the sockets, by its notifier, while RTNL is held: a device
 * that comes back by the same ifindex must not meet what was left behind.
 *
 * All else runs in process context under mcr_net.lock.
 */
#include <linux/errno.h>
#include <linux/inetdevice.h>
#include <linux/jiffies.h>
#include <linux/netdevice.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include <net/addrconf.h>
#include <net/if_inet6.h>

#include "event.h"
#include "join.h"
#include "mcsock.h"
#include "mem.h"
#include "netdev.h"
#include "table.h"

/*
 * What a socket may join by default: igmp_max_memberships groups, of each
 * igmp_max_msf sources. Where less is allowed the kernel says so.
 */
#define MCR_MCSOCK_GROUPS	20
#define MCR_MCSOCK_SOURCES	10

/* Of two families, for any source and for single ones. */
#define MCR_MCSOCK_KINDS	4

/* When to try again what failed for want of memory or of room in sockets. */
#define MCR_JOIN_RETRY		(10 * HZ)

/**
 * struct mcr_group - a membership
 * @node: in mcr_joins.by_key
 * @key: what it is for
 * @rules: struct mcr_rule.join_node: who wants it; empty: nobody any more
 * @todo: in mcr_joins.todo, mcr_joins.starved or mcr_joins.refused, or empty
 * @sock_node: in mcr_mcsock.joins, if @sock
 * @sock: joined, or being joined, through it
 * @err: why the last attempt failed; 0: there was none, or it did not
 * @lost: the device lost it while it was being joined or left
 * @rcu: for kfree_rcu(): a resize of the hash table may still walk over it
 */
struct mcr_group {
	struct rhash_head node;
	struct mcr_join_key key;
	struct list_head rules;
	struct list_head todo;
	struct list_head sock_node;
	struct mcr_mcsock *sock;
	int err;
	bool lost;
	struct rcu_head rcu;
};

/**
 * struct mcr_joins - the memberships of a namespace
 * @mn: the namespace
 * @by_key: struct mcr_group
 * @todo: struct mcr_group.todo: those the work item has to look at
 * @starved: the same: those it is to try again after a while
 * @refused: the same: those it is to try again when their device changes
 * @waiting: struct mcr_rule.join_node: rules for which there was no room here
 * @socks: struct mcr_mcsock.node, those that are full at the end
 * @now: what the work item joins or leaves right now, without the lock
 * @n: number of memberships, joined or not
 * @retry_at: when to look at @starved and @waiting, in jiffies
 * @work: the work item
 */
struct mcr_joins {
	struct mcr_net *mn;
	struct rhashtable by_key;
	struct list_head todo;
	struct list_head starved;
	struct list_head refused;
	struct list_head waiting;
	struct list_head socks[MCR_MCSOCK_KINDS];
	struct mcr_group *now;
	u32 n;
	unsigned long retry_at;
	struct delayed_work work;
};

static const struct rhashtable_params mcr_join_params = {
	.key_len = sizeof(struct mcr_join_key),
	.key_offset = offsetof(struct mcr_group, key),
	.head_offset = offsetof(struct mcr_group, node),
	.automatic_shrinking = true,
};

static void mcr_join_queue(struct mcr_joins *js, struct mcr_group *g)
{
	list_move_tail(&g->todo, &js->todo);
	mod_delayed_work(system_unbound_wq, &js->work, 0);
}

/* Let rules say how their membership is. */
static void mcr_join_tell_one(const struct mcr_joins *js,
			      const struct mcr_group *g,
			      struct mcr_rule *rule)
{
	bool joined = g->sock && g != js->now && !g->lost;

	rule->membership_error = -g->err;
	if (joined)
		rule->membership = MCR_MEMBERSHIP_JOINED;
	else if (g->err)
		rule->membership = MCR_MEMBERSHIP_FAILED;
	else
		rule->membership = MCR_MEMBERSHIP_NONE;
}

/* Returns the number of rules. */
static u32 mcr_join_tell(const struct mcr_joins *js, const struct mcr_group *g)
{
	struct mcr_rule *rule;
	u32 n = 0;

	list_for_each_entry(rule, &g->rules, join_node) {
		mcr_join_tell_one(js, g, rule);
		n++;
	}
	return n;
}

/* The same, and to those who listen. */
static void mcr_join_tell_all(const struct mcr_joins *js,
			      const struct mcr_group *g)
{
	struct mcr_rule *rule;

	mcr_event_begin(js->mn, mcr_join_tell(js, g));
	list_for_each_entry(rule, &g->rules, join_node)
		mcr_event_member(js->mn, rule);
	mcr_event_end(js->mn);
}

static struct list_head *mcr_join_socks(struct mcr_joins *js,
					const struct mcr_join_key *key)
{
	return &js->socks[(key->family == AF_INET6) << 1 |
			  mcr_join_key_specific(key)];
}

static void mcr_join_attach(struct mcr_joins *js, struct mcr_group *g,
			    struct mcr_mcsock *s)
{
	u32 room = mcr_join_key_specific(&g->key) ? MCR_MCSOCK_SOURCES :
						    MCR_MCSOCK_GROUPS;

	g->sock = s;
	list_add(&g->sock_node, &s->joins);
	js->mn->n_joins++;
	if (++s->n < room)
		return;
	s->full = true;
	list_move_tail(&s->node, mcr_join_socks(js, &g->key));
}

static void mcr_join_detach(struct mcr_joins *js, struct mcr_group *g)
{
	struct mcr_mcsock *s = g->sock;

	list_del(&g->sock_node);
	s->n--;
	s->full = false;
	list_move(&s->node, mcr_join_socks(js, &g->key));
	js->mn->n_joins--;
	g->sock = NULL;
	g->lost = false;
}

/* Has its socket joined no other source of the group on the device? */
static bool mcr_join_alone(const struct mcr_group *g,
			   const struct mcr_mcsock *s)
{
	const struct mcr_group *other;

	list_for_each_entry(other, &s->joins, sock_node)
		if (other != g && other->key.ifindex == g->key.ifindex &&
		    mcr_addr_equal(&other->key.group, &g->key.group))
			return false;
	return true;
}

/* Has the device the protocol at all? It has not below a minimal MTU. */
static int mcr_join_possible(struct net *net, const struct mcr_join_key *key)
{
	struct net_device *dev;
	int err = 0;

	rcu_read_lock();
	dev = dev_get_by_index_rcu(net, key->ifindex);
	if (!dev)
		err = -ENODEV;
	else if (key->family == AF_INET ? !__in_dev_get_rcu(dev) :
		 !IS_ENABLED(CONFIG_IPV6) || !__in6_dev_get(dev))
		err = -EPROTONOSUPPORT;
	rcu_read_unlock();
	return err;
}

/* A socket with room. Lets go of the lock where it has to make one. */
static struct mcr_mcsock *mcr_joins_sock(struct mcr_joins *js,
					 const struct mcr_join_key *key)
{
	struct list_head *socks = mcr_join_socks(js, key);
	struct mcr_mcsock *s;

	s = list_first_entry_or_null(socks, struct mcr_mcsock, node);
	if (s && !s->full)
		return s;
	mutex_unlock(&js->mn->lock);
	s = mcr_mcsock_new(js->mn->net, key->family);
	mutex_lock(&js->mn->lock);
	if (!IS_ERR(s))
		list_add(&s->node, socks);
	return s;
}

static int mcr_join_try(struct mcr_joins *js, struct mcr_group *g,
			struct mcr_mcsock *s)
{
	bool alone = mcr_join_alone(g, s);
	int err;

	mcr_join_attach(js, g, s);
	js->now = g;
	mutex_unlock(&js->mn->lock);
	err = mcr_mcsock_join(s, &g->key, alone);
	mutex_lock(&js->mn->lock);
	js->now = NULL;
	if (err)
		mcr_join_detach(js, g);
	return err;
}

static bool mcr_join_starved(int err)
{
	return err == -ENOBUFS || err == -ENOMEM;
}

/* Put by what has failed until there is a reason to try it again. */
static void mcr_join_failed(struct mcr_joins *js, struct mcr_group *g)
{
	list_add_tail(&g->todo, mcr_join_starved(g->err) ? &js->starved :
							   &js->refused);
}

static void mcr_join_enter(struct mcr_joins *js, struct mcr_group *g)
{
	struct mcr_mcsock *s;
	bool others;
	int err;

	err = mcr_join_possible(js->mn->net, &g->key);
	while (!err) {
		s = mcr_joins_sock(js, &g->key);
		err = PTR_ERR_OR_ZERO(s);
		if (err)
			break;
		others = s->n;
		err = mcr_join_try(js, g, s);
		if (!err)
			break;
		if (others && mcr_join_starved(err)) {
			s->full = true;
			list_move_tail(&s->node,
				       mcr_join_socks(js, &g->key));
			err = 0;
		}
	}
	g->err = err;
	mcr_join_tell_all(js, g);
	/* While it was tried something may have come up already. */
	if (err && list_empty(&g->todo))
		mcr_join_failed(js, g);
}

static void mcr_join_leave(struct mcr_joins *js, struct mcr_group *g)
{
	struct mcr_mcsock *s = g->sock;
	bool alone = mcr_join_alone(g, s);

	js->now = g;
	mutex_unlock(&js->mn->lock);
	mcr_mcsock_leave(s, &g->key, alone);
	mutex_lock(&js->mn->lock);
	js->now = NULL;
	mcr_join_detach(js, g);
}

static void mcr_join_add(struct mcr_joins *js, struct mcr_rule *rule,
			 struct mcr_group *g)
{
	rule->joining = g;
	list_add_tail(&rule->join_node, &g->rules);
	mcr_join_tell_one(js, g, rule);
	if (!g->sock)
		mcr_join_queue(js, g);
}

static struct mcr_group *mcr_join_new(struct mcr_joins *js,
				      const struct mcr_join_key *key)
{
	struct mcr_group *g;

	if (js->n >= MCR_JOINS_MAX)
		return ERR_PTR(-ENOSPC);
	g = kzalloc(sizeof(*g), MCR_GFP);
	if (!g)
		return ERR_PTR(-ENOMEM);
	g->key = *key;
	INIT_LIST_HEAD(&g->rules);
	INIT_LIST_HEAD(&g->todo);
	if (rhashtable_insert_fast(&js->by_key, &g->node, mcr_join_params)) {
		kfree(g);
		return ERR_PTR(-ENOMEM);
	}
	js->n++;
	return g;
}

/* See to it that what has failed for want of something is tried again. */
static void mcr_joins_retry_later(struct mcr_joins *js)
{
	if (list_empty(&js->starved) &&
	    (list_empty(&js->waiting) || js->n >= MCR_JOINS_MAX))
		return;
	if (time_after_eq(jiffies, js->retry_at))
		js->retry_at = jiffies + MCR_JOIN_RETRY;
	queue_delayed_work(system_unbound_wq, &js->work,
			   js->retry_at - jiffies);
}

/**
 * mcr_join_get - let the group of a rule be joined, soon
 * @mn: the namespace
 * @rule: a rule with a group to g, which is not
 * @dev: its ingress device
 *
 * How that goes is the rule's membership.
 */
void mcr_join_get(struct mcr_net *mn, struct mcr_rule *rule,
		  const struct net_device *dev)
{
	const struct mcr_match *m = &rule->entry.match;
	struct mcr_joins *js = mn->joins;
	struct mcr_join_key key = {
		.group = m->group,
		.ifindex = dev->ifindex,
		.family = m->family,
	};
	struct mcr_group *g;

	if (m->src_len == mcr_addr_bits(m->family))
		key.src = m->src;
	g = rhashtable_lookup_fast(&js->by_key, &key, mcr_join_params);
	if (!g)
		g = mcr_join_new(js, &key);
	if (!IS_ERR(g)) {
		mcr_join_add(js, rule, g);
		return;
	}
	rule->membership = MCR_MEMBERSHIP_FAILED;
	rule->membership_error = -PTR_ERR(g);
	list_add_tail(&rule->join_node, &js->waiting);
	mcr_joins_retry_later(js);
}

/**
 * mcr_join_put - the group of a rule is not to be joined any more
 * @mn: the namespace
 * @rule: the rule; may have no group joined
 */
void mcr_join_put(struct mcr_net *mn, struct mcr_rule *rule)
{
	struct mcr_group *g = rule->joining;

	list_del_init(&rule->join_node);
	rule->joining = NULL;
	if (g && list_empty(&g->rules))
		mcr_join_queue(mn->joins, g);
}

static void mcr_joins_retry_list(struct mcr_joins *js, struct list_head *list,
				 int ifindex)
{
	struct mcr_group *g, *next;

	list_for_each_entry_safe(g, next, list, todo)
		if (g->key.ifindex == ifindex)
			mcr_join_queue(js, g);
}

/**
 * mcr_joins_retry - what failed on a device may work now
 * @mn: the namespace
 * @dev: the device
 */
void mcr_joins_retry(struct mcr_net *mn, const struct net_device *dev)
{
	mcr_joins_retry_list(mn->joins, &mn->joins->refused, dev->ifindex);
	mcr_joins_retry_list(mn->joins, &mn->joins->starved, dev->ifindex);
}

/* Rules that there was no room for take the room there is now. */
static void mcr_joins_admit(struct mcr_joins *js)
{
	while (js->n < MCR_JOINS_MAX && !list_empty(&js->waiting)) {
		struct mcr_rule *rule = list_first_entry(&js->waiting,
							 struct mcr_rule,
							 join_node);

		list_del_init(&rule->join_node);
		mcr_join_get(js->mn, rule, mcr_port_dev(js->mn, rule->iif));
		/* Without memory it waits again. */
		if (!rule->joining)
			return;
	}
}

static void mcr_join_free(struct mcr_joins *js, struct mcr_group *g)
{
	list_del(&g->todo);
	rhashtable_remove_fast(&js->by_key, &g->node, mcr_join_params);
	kfree_rcu(g, rcu);
	js->n--;
}

/* Make one membership what it is wanted to be. */
static void mcr_join_reconcile(struct mcr_joins *js, struct mcr_group *g)
{
	if (g->sock && (g->lost || list_empty(&g->rules)))
		mcr_join_leave(js, g);
	/* It may be wanted again. */
	if (list_empty(&g->rules))
		mcr_join_free(js, g);
	else if (!g->sock)
		mcr_join_enter(js, g);
}

/* Free sockets that have nothing joined; all, if @all. Without the lock. */
static void mcr_joins_free_socks(struct mcr_joins *js, bool all)
{
	struct mcr_mcsock *s, *next;
	LIST_HEAD(gone);
	int i;

	mutex_lock(&js->mn->lock);
	for (i = 0; i < MCR_MCSOCK_KINDS; i++)
		list_for_each_entry_safe(s, next, &js->socks[i], node)
			if (all || !s->n)
				list_move(&s->node, &gone);
	mutex_unlock(&js->mn->lock);
	list_for_each_entry_safe(s, next, &gone, node)
		mcr_mcsock_free(s);
}

static void mcr_joins_work(struct work_struct *work)
{
	struct mcr_joins *js = container_of(to_delayed_work(work),
					    struct mcr_joins, work);
	struct mcr_net *mn = js->mn;

	mutex_lock(&mn->lock);
	if (time_after_eq(jiffies, js->retry_at)) {
		list_splice_tail_init(&js->starved, &js->todo);
		mcr_joins_admit(js);
	}
	while (!list_empty(&js->todo)) {
		struct mcr_group *g = list_first_entry(&js->todo,
							 struct mcr_group, todo);

		list_del_init(&g->todo);
		mcr_join_reconcile(js, g);
		mcr_joins_admit(js);
		/* Changes of rules go first. */
		mutex_unlock(&mn->lock);
		cond_resched();
		mutex_lock(&mn->lock);
	}
	mcr_joins_retry_later(js);
	mutex_unlock(&mn->lock);
	mcr_joins_free_socks(js, false);
}

/**
 * mcr_joins_settle - wait until all is joined and left that can be now
 * @js: the memberships
 *
 * Context: Process, without RTNL and mcr_net.lock.
 */
void mcr_joins_settle(struct mcr_joins *js)
{
	/* Not for a timer: that is for what has failed already. */
	flush_work(&js->work.work);
}

/**
 * mcr_joins_lose - a device is about to lose its memberships, or has lost them
 * @mn: the namespace
 * @dev: the device
 * @family: of the protocol that it loses; AF_UNSPEC: all
 *
 * Those that are still wanted are tried again. Rules know, those who listen are
 * for the caller to tell.
 *
 * Context: Process, under RTNL and mcr_net.lock.
 */
void mcr_joins_lose(struct mcr_net *mn, const struct net_device *dev,
		    u32 family)
{
	struct mcr_joins *js = mn->joins;
	struct mcr_group *g, *next;
	struct mcr_mcsock *s, *more;
	int i;

	for (i = 0; mn->n_joins && i < MCR_MCSOCK_KINDS; i++)
		list_for_each_entry_safe(s, more, &js->socks[i], node)
			list_for_each_entry_safe(g, next, &s->joins,
						 sock_node) {
				if (g->key.ifindex != dev->ifindex ||
				    (family && g->key.family != family))
					continue;
				mcr_mcsock_drop(s, &g->key);
				if (g == js->now)
					g->lost = true;
				else
					mcr_join_detach(js, g);
				mcr_join_tell(js, g);
				mcr_join_queue(js, g);
			}
}

/**
 * mcr_joins_new - prepare a namespace for memberships
 * @mn: the namespace
 *
 * Return: owned by the caller; NULL without memory.
 */
struct mcr_joins *mcr_joins_new(struct mcr_net *mn)
{
	struct mcr_joins *js = kzalloc(sizeof(*js), GFP_KERNEL);
	int i;

	if (!js)
		return NULL;
	if (rhashtable_init(&js->by_key, &mcr_join_params)) {
		kfree(js);
		return NULL;
	}
	js->mn = mn;
	js->retry_at = jiffies;
	INIT_LIST_HEAD(&js->todo);
	INIT_LIST_HEAD(&js->starved);
	INIT_LIST_HEAD(&js->refused);
	INIT_LIST_HEAD(&js->waiting);
	for (i = 0; i < MCR_MCSOCK_KINDS; i++)
		INIT_LIST_HEAD(&js->socks[i]);
	INIT_DELAYED_WORK(&js->work, mcr_joins_work);
	return js;
}

static void mcr_joins_free_one(void *ptr, void *arg)
{
	kfree(ptr);
}

/**
 * mcr_joins_free - free what mcr_joins_new() made, and leave all groups
 * @js: wanted by no rule any more
 *
 * Context: Process; takes RTNL and mcr_net.lock.
 */
void mcr_joins_free(struct mcr_joins *js)
{
	cancel_delayed_work_sync(&js->work);
	mcr_joins_free_socks(js, true);
	rhashtable_free_and_destroy(&js->by_key, mcr_joins_free_one, NULL);
	kfree(js);
}
