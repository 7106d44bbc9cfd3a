// SPDX-License-Identifier: GPL-2.0
/*
 * The ingress side of devices: kmod/hook.h, with packet sockets for a hook.
 */
#include <linux/netdevice.h>
#include <linux/slab.h>

#include "../../kmod/plane.h"
#include "hook.h"
#include "mem.h"
#include "port.h"
#include "table.h"

#include "ebpf.h"
#include "gro.h"
#include "log.h"
#include "packet.h"
#include "plane_out.h"
#include "workers.h"

/**
 * struct mcrd_ingress - a device that rules receive from
 * @ing: what the rules know of it
 * @set: its sockets; NULL: it is not hooked, or all its rules are the kernel
 *	module's
 * @ebpf: what its rules can take; NULL: sockets let in all that is multicast
 * @wide: they do, since @ebpf cannot be carried out
 * @refused: and not for what it is or would have to be: it may be had later
 * @gro: what was turned on of it, for mcrd_gro_off()
 * @gro_asked: whether that can be was found out for @set
 * @ifindex: the device, if it is hooked
 * @type: ARPHRD_ of it
 * @name: of it
 * @missed: frames that sockets which are closed had no room for
 * @failed: there is a use for sockets, which could not be had
 * @node: in mcrd_ingress_all, if it is hooked
 * @every: in mcrd_ingress_every
 */
struct mcrd_ingress {
	struct mcr_ingress ing;
	struct mcrd_rxset *set;
	struct mcrd_ebpf *ebpf;
	bool wide;
	bool refused;
	unsigned int gro;
	bool gro_asked;
	int ifindex;
	u16 type;
	char name[IFNAMSIZ];
	u64 missed;
	bool failed;
	struct list_head node;
	struct list_head every;
};

static LIST_HEAD(mcrd_ingress_all);

/* Those that are not hooked, too. */
static LIST_HEAD(mcrd_ingress_every);

/* Sockets that workers still have copies of. */
static struct mcrd_rxset *mcrd_ingress_closing;

/**
 * mcr_ingress_new - make the ingress side of a device
 * @lock: mcr_net.lock
 *
 * Return: owned by the caller; NULL without memory.
 */
struct mcr_ingress *mcr_ingress_new(struct mutex *lock)
{
	struct mcrd_ingress *mi;

	mi = kzalloc(sizeof(*mi), MCR_GFP);
	if (!mi)
		return NULL;
	mi->ing.counters = mcr_stats_alloc(struct mcr_ingress_counters);
	if (!mi->ing.counters)
		goto err;
	mi->ing.unmatched = mcr_unmatched_alloc();
	if (!mi->ing.unmatched)
		goto err_counters;
	if (mcrd_plane_config()->ebpf) {
		mi->ebpf = mcrd_ebpf_new();
		if (!mi->ebpf)
			goto err_unmatched;
	}
	if (mcr_lookup_init(&mi->ing.lookup, lock))
		goto err_ebpf;
	INIT_LIST_HEAD(&mi->ing.list);
	INIT_LIST_HEAD(&mi->node);
	list_add_tail(&mi->every, &mcrd_ingress_every);
	return &mi->ing;

err_ebpf:
	mcrd_ebpf_put(mi->ebpf);
err_unmatched:
	free_percpu(mi->ing.unmatched);
err_counters:
	free_percpu(mi->ing.counters);
err:
	kfree(mi);
	return NULL;
}

static void mcrd_ingress_free_work(struct work_struct *work)
{
	struct mcr_ingress *ing = container_of(to_rcu_work(work),
					       struct mcr_ingress, rwork);

	mcr_lookup_exit(&ing->lookup);
	free_percpu(ing->unmatched);
	free_percpu(ing->counters);
	kfree(container_of(ing, struct mcrd_ingress, ing));
}

/**
 * mcr_ingress_free - free the ingress side of a device, later
 * @ing: not hooked and empty, though workers may still count in it
 *
 * Context: Under RTNL and mcr_net.lock.
 */
void mcr_ingress_free(struct mcr_ingress *ing)
{
	struct mcrd_ingress *mi = container_of(ing, struct mcrd_ingress, ing);

	list_del(&mi->every);
	/* Rules that are gone may hold keys until workers were told. */
	mcrd_ebpf_put(mi->ebpf);
	mi->ebpf = NULL;
	INIT_RCU_WORK(&ing->rwork, mcrd_ingress_free_work);
	queue_rcu_work(system_wq, &ing->rwork);
}

/* It only makes the relay faster: without it rules are carried out as well. */
static void mcrd_ingress_gro_on(struct mcrd_ingress *mi)
{
	const struct mcrd_plane_conf *conf = mcrd_plane_config();
	int err;

	if (!conf->gro || mi->gro_asked)
		return;
	mi->gro_asked = true;
	err = mcrd_gro_on(mi->ifindex, &mi->gro);
	if (err)
		mcrd_log(conf->log, LOG_WARNING,
			 "GRO of UDP packets cannot be turned on for device %s: %s",
			 mi->name, strerror(-err));
	else if (mi->gro)
		mcrd_log(conf->log, LOG_INFO,
			 "GRO of UDP packets is on for device %s while rules receive from it",
			 mi->name);
}

/* A device that has gone, or moved to another namespace, is not ours to change. */
static void mcrd_ingress_gro_off(struct mcrd_ingress *mi)
{
	int err = mcrd_gro_off(mi->ifindex, mi->gro);

	mi->gro = 0;
	mi->gro_asked = false;
	if (err && err != -ENODEV)
		mcrd_log(mcrd_plane_config()->log, LOG_ERR,
			 "GRO of UDP packets stays on for device %s: %s",
			 mi->name, strerror(-err));
}

static int mcrd_ingress_open(struct mcrd_ingress *mi)
{
	const struct mcrd_plane_conf *conf = mcrd_plane_config();
	int err = 0;

	mi->set = mcrd_rxset_open(mi->ifindex, mi->type, conf->workers->n,
				  conf->vnet, &err);
	if (mi->set)
		strscpy(mi->set->name, mi->name, sizeof(mi->set->name));
	else if (!mi->failed)
		mcrd_log(conf->log, LOG_ERR,
			 "device %s cannot be received from: %s", mi->name,
			 strerror(-err));
	return err;
}

static void mcrd_ingress_close(struct mcrd_ingress *mi)
{
	if (!mi->set)
		return;
	mcrd_ingress_gro_off(mi);
	mi->missed += mcrd_rxset_missed(mi->set);
	if (mi->set->told) {
		mi->set->next = mcrd_ingress_closing;
		mcrd_ingress_closing = mi->set;
		mcrd_plane_touch();
	} else {
		mcrd_rxset_close(mi->set);
	}
	mi->set = NULL;
}

/* What fails is said once, and tried again after a while or with the next change. */
static void mcrd_ingress_settle(struct mcrd_ingress *mi)
{
	bool receives = mcrd_plane_receives(mi->name);

	if (receives && !mi->set)
		mcrd_ingress_open(mi);
	else if (!receives)
		mcrd_ingress_close(mi);
	mi->failed = receives && !mi->set;
	if (mi->set)
		mcrd_ingress_gro_on(mi);
}

/* What cannot be had is said once, until it can be. */
static void mcrd_ingress_narrow(struct mcrd_ingress *mi)
{
	int ret = -EOPNOTSUPP;
	u32 nhoff;

	if (!mi->ebpf || !mi->set)
		return;
	if (mcrd_rxset_nhoff(mi->set, &nhoff))
		ret = mcrd_ebpf_more(mi->ebpf, nhoff);
	if (ret < 0)
		mcrd_rxset_filter(mi->set, -1);
	else
		ret = mcrd_rxset_filter(mi->set, ret);
	if (ret < 0 && !mi->wide)
		mcrd_log(mcrd_plane_config()->log, LOG_NOTICE,
			 "packets from %s that no rule takes wake workers: %s",
			 mi->name, ret == -E2BIG ?
			 "its rules have too many kinds of matches for a filter" :
			 strerror(-ret));
	mi->wide = ret < 0;
	/* Mostly it is memory. What kind of device it is, and its rules, stays. */
	mi->refused = mi->wide && ret != -E2BIG && ret != -EOPNOTSUPP;
}

/**
 * mcrd_ingress_hold - a rule takes packets of its device
 * @rule: the rule
 * @ref: what it held so far, or zeroes; filled in
 *
 * They are let in when mcrd_ingress_tell() returns.
 *
 * Context: Under mcr_net.lock.
 * Return: 0 or -ENOMEM.
 */
int mcrd_ingress_hold(const struct mcr_rule *rule, struct mcrd_ebpf_ref *ref)
{
	struct mcr_ingress *ing = rule->iif->ingress;

	return mcrd_ebpf_hold(container_of(ing, struct mcrd_ingress, ing)->ebpf,
			      &rule->entry.match, ref);
}

/**
 * mcrd_ingress_less - workers have been told: what rules let go of is kept out
 *
 * Where that was too much for a filter, there may be one again: workers know of no
 * rule whose key it does not have.
 */
void mcrd_ingress_less(void)
{
	struct mcrd_ingress *mi;

	list_for_each_entry(mi, &mcrd_ingress_every, every)
		if (mi->ebpf && mcrd_ebpf_less(mi->ebpf) && mi->wide)
			mcrd_ingress_narrow(mi);
}

/**
 * mcrd_ingress_failed - are there sockets, or filters, that could not be had?
 *
 * Return: true if so; they are tried again by mcrd_ingress_tell().
 */
bool mcrd_ingress_failed(void)
{
	struct mcrd_ingress *mi;

	list_for_each_entry(mi, &mcrd_ingress_all, node)
		if (mi->failed || (mi->set && mi->refused))
			return true;
	return false;
}

/**
 * mcr_ingress_hook - look at a device's packets from now on
 * @ing: its ingress side, not hooked
 * @net: its network namespace
 * @dev: the device
 *
 * Context: Under RTNL.
 * Return: 0 or what the sockets say.
 */
int mcr_ingress_hook(struct mcr_ingress *ing, struct net *net,
		     struct net_device *dev)
{
	struct mcrd_ingress *mi = container_of(ing, struct mcrd_ingress, ing);
	int err;

	(void)net;
	ASSERT_RTNL();
	mi->ifindex = dev->ifindex;
	mi->type = dev->type;
	mi->failed = false;
	strscpy(mi->name, dev->name, sizeof(mi->name));
	/* Whether there is a use for it is known when all is in force. */
	err = mcrd_ingress_open(mi);
	if (err)
		return err;
	ing->hooked = true;
	list_add_tail(&mi->node, &mcrd_ingress_all);
	mcrd_plane_touch();
	return 0;
}

/**
 * mcr_ingress_unhook - look at a device's packets no more
 * @ing: its ingress side
 * @net: the network namespace it was hooked in
 *
 * Workers may still look at them until they were told.
 *
 * Context: Under RTNL.
 */
void mcr_ingress_unhook(struct mcr_ingress *ing, struct net *net)
{
	struct mcrd_ingress *mi = container_of(ing, struct mcrd_ingress, ing);

	(void)net;
	ASSERT_RTNL();
	if (!ing->hooked)
		return;
	ing->hooked = false;
	list_del_init(&mi->node);
	mcrd_ingress_close(mi);
}

/**
 * mcr_plane_missed - frames that were lost before the rules could see them
 * @ing: the ingress side of a device
 *
 * Return: how many.
 */
u64 mcr_plane_missed(const struct mcr_ingress *ing)
{
	const struct mcrd_ingress *mi = container_of(ing, struct mcrd_ingress,
						     ing);

	return mi->missed + (mi->set ? mcrd_rxset_missed(mi->set) : 0);
}

/**
 * mcr_plane_filtered - frames that no rule took, and that nobody looked at
 * @ing: the ingress side of a device
 *
 * Return: how many.
 */
u64 mcr_plane_filtered(const struct mcr_ingress *ing)
{
	return mcrd_ebpf_dropped(container_of(ing, struct mcrd_ingress, ing)->ebpf);
}

/**
 * mcr_plane_has_filter - are frames that no rule takes kept from the workers?
 * @ing: the ingress side of a device
 *
 * Return: true if its sockets have the filter that does so.
 */
bool mcr_plane_has_filter(const struct mcr_ingress *ing)
{
	const struct mcrd_ingress *mi = container_of(ing, struct mcrd_ingress,
						     ing);

	return mi->set && mi->set->prog >= 0;
}

static void mcrd_ingress_tell_open(struct mcrd_ingress *mi,
				   struct mcrd_child *only)
{
	const struct mcrd_plane_conf *conf = mcrd_plane_config();
	struct mcrd_workers *ws = conf->workers;
	struct mcrd_rx rx = { .ifindex = (u32)mi->set->ifindex };
	unsigned int i;

	strscpy(rx.name, mi->set->name, sizeof(rx.name));
	rx.counters = (u64)((const char *)mi->ing.counters - conf->base);
	rx.unmatched = (u64)((const char *)mi->ing.unmatched - conf->base);
	for (i = 0; i < ws->n; i++) {
		struct mcrd_child *w = &ws->worker[i];

		if (only ? w == only : w->state == MCRD_CHILD_FED)
			mcrd_child_tell(w, MCRD_RX_OPEN, &rx, sizeof(rx),
					&mi->set->fd[i], 1);
	}
}

static bool mcrd_ingress_tell_closed(struct mcrd_rxset **done)
{
	struct mcrd_workers *ws = mcrd_plane_config()->workers;
	struct mcrd_rxset *set, *next;
	bool any = false;

	for (set = mcrd_ingress_closing; set; set = next) {
		struct mcrd_rx rx = { .ifindex = (u32)set->ifindex };

		strscpy(rx.name, set->name, sizeof(rx.name));
		next = set->next;
		mcrd_workers_tell(ws, NULL, MCRD_RX_CLOSE, &rx, sizeof(rx));
		set->next = *done;
		*done = set;
		any = true;
	}
	mcrd_ingress_closing = NULL;
	return any;
}

/**
 * mcrd_ingress_tell - tell workers where to receive
 * @only: a worker that knows nothing yet: tell it all; NULL: tell all others what
 *	is new
 * @done: sockets to be closed when they were told are added here
 *
 * Return: true if there was anything to tell.
 */
bool mcrd_ingress_tell(struct mcrd_child *only, struct mcrd_rxset **done)
{
	struct mcrd_ingress *mi;
	bool any = false;

	if (!only) {
		list_for_each_entry(mi, &mcrd_ingress_all, node)
			mcrd_ingress_settle(mi);
		list_for_each_entry(mi, &mcrd_ingress_all, node)
			mcrd_ingress_narrow(mi);
		any = mcrd_ingress_tell_closed(done);
	}
	list_for_each_entry(mi, &mcrd_ingress_all, node) {
		if (!mi->set || (!only && mi->set->told))
			continue;
		mcrd_ingress_tell_open(mi, only);
		mi->set->told = true;
		any = true;
	}
	return any;
}

/**
 * mcrd_ingress_up - a device is up: its sockets can share its flows
 * @ifindex: the device
 */
void mcrd_ingress_up(int ifindex)
{
	struct mcrd_ingress *mi;
	int err;

	list_for_each_entry(mi, &mcrd_ingress_all, node) {
		if (!mi->set || mi->ifindex != ifindex || mi->set->joined)
			continue;
		err = mcrd_rxset_join(mi->set);
		if (err && err != -ENETDOWN)
			mcrd_log(mcrd_plane_config()->log, LOG_ERR,
				 "flows of device %s are not shared by the workers: %s",
				 mi->set->name, strerror(-err));
	}
}

/**
 * mcr_hook_init - prepare for hooks
 *
 * Return: 0.
 */
int __init mcr_hook_init(void)
{
	return 0;
}

/**
 * mcr_hook_exit - all hooks are gone
 *
 * What is to be freed is freed by kapi_exit() at the latest.
 */
void mcr_hook_exit(void)
{
	rcu_barrier();
}
