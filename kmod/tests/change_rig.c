// SPDX-License-Identifier: GPL-2.0
/*
 * A table of rules without a network. This file stands in for netdev.c, hook.c
 * and member.c.
 */
#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/slab.h>
#include <net/net_namespace.h>

#include "change_rig.h"
#include "event.h"
#include "forward.h"
#include "mask.h"
#include "member.h"
#include "move.h"
#include "netdev.h"
#include "netns.h"

/* KUnit runs one test at a time. */
static struct mcr_table_rig *mcr_table_rig_now;

/* Stands in for netns.c. */
struct mcr_net *mcr_net_of(const struct net *net)
{
	return mcr_table_rig_now->mn;
}

/* Stands in for netdev.c; "eth…" and "tun0" are there, all others are not. */
struct mcr_port *mcr_port_find(struct mcr_net *mn, const char *name)
{
	struct mcr_port *port;

	hlist_for_each_entry(port, &mcr_table_rig_now->ports, node)
		if (!strcmp(port->name, name))
			return port;
	return NULL;
}

struct mcr_port *mcr_port_get(struct mcr_net *mn, const char *name)
{
	struct mcr_table_rig *rig = mcr_table_rig_now;
	struct mcr_port *port = mcr_port_find(mn, name);

	if (!port) {
		port = kzalloc(sizeof(*port), GFP_KERNEL);
		if (!port)
			return NULL;
		strscpy(port->name, name, sizeof(port->name));
		INIT_LIST_HEAD(&port->outputs);
		if (!strncmp(name, "eth", 3))
			RCU_INIT_POINTER(port->dev, rig->dev);
		if (!strcmp(name, "tun0"))
			RCU_INIT_POINTER(port->dev, rig->tunnel);
		hlist_add_head(&port->node, &rig->ports);
		rig->account.ports++;
	}
	port->users++;
	return port;
}

void mcr_port_put(struct mcr_net *mn, struct mcr_port *port)
{
	struct mcr_table_rig *rig = mcr_table_rig_now;

	if (--port->users)
		return;
	rig->account.ports--;
	KUNIT_EXPECT_PTR_EQ(rig->test, port->ingress, NULL);
	hlist_del(&port->node);
	kfree_rcu(port, rcu);
}

bool mcr_netdev_sends(struct mcr_net *mn, const char *name)
{
	return strcmp(name, "tun0");
}

struct net_device *mcr_port_dev(struct mcr_net *mn, const struct mcr_port *port)
{
	return rcu_access_pointer(port->dev);
}

/* Stands in for hook.c. */
struct mcr_ingress *mcr_ingress_new(struct mutex *lock)
{
	struct mcr_ingress *ing = kzalloc(sizeof(*ing), GFP_KERNEL);

	if (!ing)
		return NULL;
	if (mcr_lookup_init(&ing->lookup, lock)) {
		kfree(ing);
		return NULL;
	}
	INIT_LIST_HEAD(&ing->list);
	mcr_table_rig_now->account.ingresses++;
	return ing;
}

void mcr_ingress_free(struct mcr_ingress *ing)
{
	struct mcr_table_rig *rig = mcr_table_rig_now;

	KUNIT_EXPECT_FALSE(rig->test, ing->hooked);
	KUNIT_EXPECT_TRUE(rig->test, list_empty(&ing->list));
	KUNIT_EXPECT_EQ(rig->test, ing->enabled, 0U);
	rig->account.ingresses--;
	mcr_lookup_exit(&ing->lookup);
	kfree(ing);
}

int mcr_ingress_hook(struct mcr_ingress *ing, struct net *net,
		     struct net_device *dev)
{
	struct mcr_table_rig *rig = mcr_table_rig_now;

	KUNIT_EXPECT_FALSE(rig->test, ing->hooked);
	KUNIT_EXPECT_PTR_EQ(rig->test, dev, rig->dev);
	if (rig->hook_error)
		return rig->hook_error;
	ing->hooked = true;
	rig->account.hooks++;
	return 0;
}

void mcr_ingress_unhook(struct mcr_ingress *ing, struct net *net)
{
	if (!ing->hooked)
		return;
	ing->hooked = false;
	mcr_table_rig_now->account.hooks--;
}

/* Stands in for member.c. */
void mcr_member_get(struct mcr_net *mn, struct mcr_rule *rule)
{
	struct mcr_table_rig *rig = mcr_table_rig_now;

	KUNIT_EXPECT_EQ(rig->test, rule->membership, MCR_MEMBERSHIP_NONE);
	if (!mcr_port_dev(mn, rule->iif))
		return;
	rule->membership = rule->join == MCR_JOIN_NONE ?
			   MCR_MEMBERSHIP_ALLMULTI : MCR_MEMBERSHIP_JOINED;
	rig->account.members++;
}

void mcr_member_put(struct mcr_net *mn, struct mcr_rule *rule)
{
	if (rule->membership == MCR_MEMBERSHIP_NONE)
		return;
	rule->membership = MCR_MEMBERSHIP_NONE;
	mcr_table_rig_now->account.members--;
}

void mcr_member_refresh(struct mcr_net *mn, const struct mcr_port *port)
{
}

/**
 * mcr_table_rig_run - run a case with the table locked
 * @test: the case's
 * @run: what it does
 *
 * KUnit of 6.12 has the exit run by another thread than the case.
 */
void mcr_table_rig_run(struct kunit *test, void (*run)(struct kunit *test))
{
	struct mcr_table_rig *rig = test->priv;

	mcr_table_lock(rig->mn);
	rig->locked = true;
	run(test);
	rig->locked = false;
	mcr_table_unlock(rig->mn);
}

/**
 * mcr_table_rig_init - set up an empty table
 * @test: that it is for; gets it as priv
 *
 * Return: 0 or -ENOMEM.
 */
int mcr_table_rig_init(struct kunit *test)
{
	struct mcr_table_rig *rig;
	int err;

	rig = kunit_kzalloc(test, sizeof(*rig), GFP_KERNEL);
	if (!rig)
		return -ENOMEM;
	rig->test = test;
	rig->mn = kunit_kzalloc(test, sizeof(*rig->mn), GFP_KERNEL);
	rig->dev = alloc_etherdev(0);
	rig->tunnel = alloc_etherdev(0);
	if (!rig->mn || !rig->dev || !rig->tunnel)
		return -ENOMEM;
	rig->tunnel->type = ARPHRD_NONE;
	err = mcr_table_init(rig->mn, &init_net);
	if (err)
		return err;
	mcr_event_init(rig->mn);
	mcr_move_net_init(rig->mn);
	mcr_table_rig_now = rig;
	test->priv = rig;
	return 0;
}

/**
 * mcr_table_rig_exit - delete all rules, and find that nothing is left
 * @test: that it was for
 */
void mcr_table_rig_exit(struct kunit *test)
{
	const struct mcr_account none = { };
	struct mcr_table_rig *rig = test->priv;
	struct mcr_account left;
	struct mcr_rule *rule;
	unsigned long id;

	if (!rig)
		return;
	if (!rig->locked)
		mcr_table_lock(rig->mn);
	xa_for_each(&rig->mn->rules, id, rule)
		mcr_change_del(rig->mn, rule);
	mcr_table_rig_account(rig, &left);
	left.generation = 0;
	KUNIT_EXPECT_EQ(test, 0, memcmp(&left, &none, sizeof(left)));
	mcr_table_unlock(rig->mn);
	mcr_move_net_exit(rig->mn);
	/* What is freed later is freed by code of this module. */
	rcu_barrier();
	mcr_event_exit(rig->mn);
	mcr_table_exit(rig->mn);
	free_netdev(rig->dev);
	free_netdev(rig->tunnel);
}

/**
 * mcr_table_rig_account - what the table holds now
 * @rig: the rig
 * @a: the account
 */
void mcr_table_rig_account(struct mcr_table_rig *rig, struct mcr_account *a)
{
	const struct mcr_port *port;

	*a = rig->account;
	hlist_for_each_entry(port, &rig->ports, node)
		a->port_users += port->users;
	a->rules = rig->mn->n_rules;
	a->outputs = rig->mn->n_outputs;
	a->generation = rig->mn->generation;
}

/**
 * mcr_table_rig_expect - does the table hold what it must?
 * @rig: the rig
 * @want: what it must hold
 */
void mcr_table_rig_expect(struct mcr_table_rig *rig,
			  const struct mcr_account *want)
{
	struct mcr_account is;

	mcr_table_rig_account(rig, &is);
	KUNIT_EXPECT_EQ(rig->test, is.rules, want->rules);
	KUNIT_EXPECT_EQ(rig->test, is.outputs, want->outputs);
	KUNIT_EXPECT_EQ(rig->test, is.generation, want->generation);
	KUNIT_EXPECT_EQ(rig->test, is.ports, want->ports);
	KUNIT_EXPECT_EQ(rig->test, is.port_users, want->port_users);
	KUNIT_EXPECT_EQ(rig->test, is.ingresses, want->ingresses);
	KUNIT_EXPECT_EQ(rig->test, is.hooks, want->hooks);
	KUNIT_EXPECT_EQ(rig->test, is.members, want->members);
	mcr_table_rig_check(rig);
}

/**
 * mcr_table_rig_drop - an output drops packets
 * @rig: the rig
 * @out: the output
 * @reason: of enum mcr_drop
 * @n: how many
 */
void mcr_table_rig_drop(struct mcr_table_rig *rig, struct mcr_output *out,
			enum mcr_drop reason, u32 n)
{
	if (!out->drops)
		out->drops = kzalloc(sizeof(*out->drops), GFP_KERNEL);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(rig->test, out->drops);
	mcr_stats_drop(out->drops, reason, n);
}

static bool mcr_rig_is_bound(const struct mcr_rule *rule)
{
	const struct mcr_entry *e = &rule->entry;

	return mcr_match_one_port(&e->match) ? e->live : !!e->class;
}

/**
 * mcr_table_rig_check - does what the table counts agree with what is there?
 * @rig: the rig
 */
void mcr_table_rig_check(struct mcr_table_rig *rig)
{
	u32 rules = 0, outputs = 0, enabled = 0, hooked = 0, users = 0, i, k;
	struct mcr_net *mn = rig->mn;
	struct kunit *test = rig->test;
	struct mcr_port *port;
	struct mcr_rule *rule;
	unsigned long id;

	xa_for_each(&mn->rules, id, rule) {
		const struct mcr_fanout *f = mcr_rule_fanout(mn, rule);

		bool takes = !rule->disabled && mcr_port_dev(mn, rule->iif);

		rules++;
		outputs += f->n;
		enabled += takes;
		KUNIT_EXPECT_EQ(test, rule->id, (u32)id);
		KUNIT_EXPECT_EQ(test, takes,
				rule->membership != MCR_MEMBERSHIP_NONE);
		KUNIT_EXPECT_EQ(test, rule->disabled, !mcr_rig_is_bound(rule));
		if (rule->name)
			KUNIT_EXPECT_PTR_EQ(test, rule,
					    mcr_table_by_name(mn, rule->name->text));
		for (i = 0; i < f->n; i++)
			for (k = 0; k < i; k++)
				KUNIT_EXPECT_NE(test, f->out[i]->id,
						f->out[k]->id);
	}
	hlist_for_each_entry(port, &rig->ports, node) {
		hooked += port->ingress && port->ingress->hooked;
		users += port->users;
	}
	KUNIT_EXPECT_EQ(test, rules, mn->n_rules);
	KUNIT_EXPECT_EQ(test, outputs, mn->n_outputs);
	KUNIT_EXPECT_EQ(test, enabled, rig->account.members);
	KUNIT_EXPECT_EQ(test, hooked, rig->account.hooks);
	KUNIT_EXPECT_EQ(test, rules + outputs, users);
}

/**
 * mcr_table_rig_find - whom does the ingress device find?
 * @rig: the rig
 * @spec: names the device
 * @f: a packet's key
 *
 * Return: the rule, or NULL.
 */
struct mcr_rule *mcr_table_rig_find(struct mcr_table_rig *rig,
				    const struct mcr_rule_spec *spec,
				    const struct mcr_flow *f)
{
	struct mcr_port *port = mcr_port_find(rig->mn, spec->iif);
	struct mcr_entry *e;

	if (!port || !port->ingress)
		return NULL;
	rcu_read_lock();
	e = mcr_lookup_find(&port->ingress->lookup, f);
	rcu_read_unlock();
	return e ? container_of(e, struct mcr_rule, entry) : NULL;
}
