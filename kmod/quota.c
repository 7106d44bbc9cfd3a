// SPDX-License-Identifier: GPL-2.0
/*
 * How many rules there may be: in a network namespace, and in all network
 * namespaces of a user namespace together, unless it is the initial one. Anyone
 * may make user namespaces, and be root in them.
 *
 * The kernel has counts for each user namespace, but a module cannot add one to
 * them. So those network namespaces that belong to one user namespace share an
 * object here. It needs no reference to the user namespace: each of them has.
 */
#include <linux/slab.h>
#include <linux/user_namespace.h>
#include <net/net_namespace.h>

#include "mem.h"
#include "quota.h"

/**
 * struct mcr_quota - what a user namespace may have
 * @node: in mcr_quotas
 * @ns: the user namespace
 * @users: network namespaces of it
 * @rules: that they have
 */
struct mcr_quota {
	struct hlist_node node;
	const struct user_namespace *ns;
	u32 users;
	atomic_t rules;
};

/* Taken by namespaces that come and go; inside of it no other lock is taken. */
static DEFINE_MUTEX(mcr_quota_lock);
static HLIST_HEAD(mcr_quotas);

static struct mcr_quota *mcr_quota_find(const struct user_namespace *ns)
{
	struct mcr_quota *q;

	hlist_for_each_entry(q, &mcr_quotas, node)
		if (q->ns == ns)
			return q;
	return NULL;
}

static struct mcr_quota *mcr_quota_new(const struct user_namespace *ns)
{
	struct mcr_quota *q = kzalloc(sizeof(*q), MCR_GFP);

	if (!q)
		return NULL;
	q->ns = ns;
	hlist_add_head(&q->node, &mcr_quotas);
	return q;
}

/**
 * mcr_quota_init - find out how many rules a network namespace may have
 * @mn: the namespace
 *
 * Context: Process; may sleep.
 * Return: 0 or -ENOMEM.
 */
int mcr_quota_init(struct mcr_net *mn)
{
	const struct user_namespace *ns = mn->net->user_ns;
	struct mcr_quota *q;

	if (ns == &init_user_ns)
		return 0;
	mutex_lock(&mcr_quota_lock);
	q = mcr_quota_find(ns) ?: mcr_quota_new(ns);
	if (q)
		q->users++;
	mutex_unlock(&mcr_quota_lock);
	mn->quota = q;
	return q ? 0 : -ENOMEM;
}

/**
 * mcr_quota_exit - a network namespace has no rules any more, and gets none
 * @mn: the namespace
 *
 * Context: Process; may sleep.
 */
void mcr_quota_exit(struct mcr_net *mn)
{
	struct mcr_quota *q = mn->quota;

	if (!q)
		return;
	mutex_lock(&mcr_quota_lock);
	if (!--q->users) {
		WARN_ON_ONCE(atomic_read(&q->rules));
		hlist_del(&q->node);
		kfree(q);
	}
	mutex_unlock(&mcr_quota_lock);
	mn->quota = NULL;
}

/**
 * mcr_quota_take - count a rule more
 * @mn: its namespace
 *
 * Exact, though other namespaces count at the same time.
 *
 * Context: Under mcr_net.lock.
 * Return: MCR_REFUSED_NOT, or what stands in the way.
 */
enum mcr_refusal mcr_quota_take(struct mcr_net *mn)
{
	if (mn->n_rules >= MCR_RULES_MAX)
		return MCR_REFUSED_RULES;
	if (mn->quota && !atomic_add_unless(&mn->quota->rules, 1,
					    MCR_RULES_USERNS_MAX))
		return MCR_REFUSED_USERNS;
	return MCR_REFUSED_NOT;
}

/**
 * mcr_quota_give - count a rule less
 * @mn: its namespace
 *
 * Context: Under mcr_net.lock.
 */
void mcr_quota_give(struct mcr_net *mn)
{
	if (mn->quota)
		atomic_dec(&mn->quota->rules);
}

/**
 * mcr_quota_max - how many rules may there be?
 * @mn: the namespace
 *
 * Return: at most so many in this network namespace; fewer if others of the
 * same user namespace have some, too.
 */
u32 mcr_quota_max(const struct mcr_net *mn)
{
	return mn->quota ? MCR_RULES_USERNS_MAX : MCR_RULES_MAX;
}
