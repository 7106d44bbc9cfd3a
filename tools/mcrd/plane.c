// SPDX-License-Identifier: GPL-2.0
/*
 * Rules and devices that changed, and what workers are told of them: the
 * daemon's half of kmod/plane.h.
 *
 * DOC: What is told when
 *
 * A change notes the rules that it touches, under RTNL. When RTNL is let go of,
 * those that are in force are told as they are then, the others as gone; with
 * them, before them, the devices they name. A worker puts in force what it was
 * told at MCRD_SYNC, in one step: so does a commit.
 *
 * What workers were told of a rule is remembered: which devices it names. Devices
 * that no rule names are not told of, and have no socket to send with.
 *
 * The functions that kmod/ calls have no argument for the daemon: what they work
 * with is static here.
 */
#include <linux/if_arp.h>
#include <linux/netdevice.h>
#include <linux/slab.h>
#include <linux/stringhash.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include "../../kmod/plane.h"
#include "carry.h"
#include "fanout.h"
#include "mem.h"
#include "netns.h"
#include "port.h"
#include "table.h"

#include "consume.h"
#include "ebpf.h"
#include "egress.h"
#include "log.h"
#include "packet.h"
#include "plane_out.h"
#include "retry.h"
#include "rule_frame.h"
#include "workers.h"

#define MCRD_DEVS_BITS	10

/**
 * struct mcrd_plane_dev - a device, or a name that rules use
 * @node: in mcrd_plane.devs
 * @dirty: in mcrd_plane.dirty_devs, if it is to be told
 * @dev: as it is; its ifindex is 0 if there is none
 * @refs: rules and outputs that workers know and that name it
 * @outputs: of which are outputs
 * @carried: of which are rules that receive from it, and that the relay carries
 *	out, or is going to, or has to go on with
 * @told: workers know it
 * @tx: sending to it
 */
struct mcrd_plane_dev {
	struct hlist_node node;
	struct list_head dirty;
	struct mcrd_dev dev;
	u32 refs;
	u32 outputs;
	u32 carried;
	bool told;
	struct mcrd_egress tx;
};

/**
 * struct mcrd_plane_rule - a rule that workers know, or are to be told of
 * @dirty: in mcrd_plane.dirty_rules, if it may have changed
 * @id: of the rule
 * @told: workers know it
 * @carried: the relay carries it out, now or soon
 * @key: what it holds of its ingress device's filter
 * @n: number of @dev
 * @dev: what it names: its ingress device, then those of its outputs; owned
 */
struct mcrd_plane_rule {
	struct list_head dirty;
	u32 id;
	bool told;
	bool carried;
	struct mcrd_ebpf_ref key;
	u32 n;
	struct mcrd_plane_dev **dev;
};

/**
 * struct mcrd_plane - all that workers know
 * @conf: what it works with
 * @devs: struct mcrd_plane_dev by name
 * @rules: struct mcrd_plane_rule by id
 * @dirty_devs: those to be told
 * @dirty_rules: those that may have changed
 * @lost: there was no memory to note one: all have to be looked at
 * @touched: there may be something to tell
 * @any: something was told since the last MCRD_SYNC
 * @consume: who keeps packets from the host's own stack
 * @refusal: why that is not possible
 * @consume_error: why what was noted for it is not carried out; "": it is
 * @egresses: sending to devices
 * @again: tries once more what has failed
 * @retry: when
 * @frame: room for the longest frame
 * @rx_done: sockets to close when workers have answered
 */
struct mcrd_plane {
	struct mcrd_plane_conf conf;
	struct hlist_head devs[1 << MCRD_DEVS_BITS];
	struct xarray rules;
	struct list_head dirty_devs;
	struct list_head dirty_rules;
	bool lost;
	bool touched;
	bool any;
	struct mcrd_consume *consume;
	char refusal[256];
	char consume_error[256];
	struct mcrd_egresses egresses;
	struct delayed_work again;
	struct mcrd_retry retry;
	struct mcrd_rule *frame;
	struct mcrd_rxset *rx_done;
};

static struct mcrd_plane plane;

/* --- Devices */

static struct hlist_head *dev_bucket(const char *name)
{
	u32 hash = full_name_hash(NULL, name, strnlen(name, IFNAMSIZ));

	return &plane.devs[hash & (ARRAY_SIZE(plane.devs) - 1)];
}

static struct mcrd_plane_dev *dev_find(const char *name)
{
	struct mcrd_plane_dev *pd;

	hlist_for_each_entry(pd, dev_bucket(name), node)
		if (!strcmp(pd->dev.name, name))
			return pd;
	return NULL;
}

static struct mcrd_plane_dev *dev_get(const char *name)
{
	struct mcrd_plane_dev *pd = dev_find(name);

	if (pd)
		return pd;
	pd = kzalloc(sizeof(*pd), MCR_GFP);
	if (!pd)
		return NULL;
	INIT_LIST_HEAD(&pd->dirty);
	strscpy(pd->dev.name, name, sizeof(pd->dev.name));
	hlist_add_head(&pd->node, dev_bucket(name));
	return pd;
}

static void dev_touch(struct mcrd_plane_dev *pd)
{
	if (list_empty(&pd->dirty))
		list_add_tail(&pd->dirty, &plane.dirty_devs);
	plane.touched = true;
}

static void dev_hold(struct mcrd_plane_dev *pd, bool output)
{
	if (!pd->refs++ || (output && !pd->outputs))
		dev_touch(pd);
	pd->outputs += output;
}

static void dev_drop(struct mcrd_plane_dev *pd, bool output)
{
	pd->outputs -= output;
	if (!--pd->refs || (output && !pd->outputs))
		dev_touch(pd);
}

/**
 * mcrd_plane_dev - a device is like this now
 * @dev: the device; there is one
 *
 * mcrd_plane_release() tells workers.
 */
void mcrd_plane_dev(const struct mcrd_dev *dev)
{
	struct mcrd_plane_dev *pd = dev_get(dev->name);

	if (!pd) {
		mcrd_log(plane.conf.log, LOG_ERR,
			 "no memory for what there is to know of device %s",
			 dev->name);
		return;
	}
	if (dev->flags & IFF_UP)
		mcrd_ingress_up((int)dev->ifindex);
	if (!memcmp(&pd->dev, dev, sizeof(*dev)))
		return;
	pd->dev = *dev;
	if (pd->refs)
		dev_touch(pd);
}

/**
 * mcrd_plane_receives - is there a rule that needs what comes from a device?
 * @name: of the device
 *
 * Others are the kernel module's: it has no use for copies of their packets.
 *
 * Return: true if so.
 */
bool mcrd_plane_receives(const char *name)
{
	const struct mcrd_plane_dev *pd = dev_find(name);

	return pd && pd->carried;
}

/**
 * mcrd_plane_dev_gone - a device is gone, or has another name
 * @name: the name it had; another one may have it already
 * @ifindex: the device
 *
 * mcrd_plane_release() tells workers.
 */
void mcrd_plane_dev_gone(const char *name, int ifindex)
{
	struct mcrd_plane_dev *pd = dev_find(name);

	if (!pd || (int)pd->dev.ifindex != ifindex)
		return;
	pd->dev = (struct mcrd_dev){ 0 };
	strscpy(pd->dev.name, name, sizeof(pd->dev.name));
	dev_touch(pd);
}

static void tell(struct mcrd_child *only, enum mcrd_frame_type type,
		 const void *data, size_t len)
{
	mcrd_workers_tell(plane.conf.workers, only, type, data, len);
	plane.any = true;
}

static bool dev_sends(const struct mcrd_plane_dev *pd)
{
	return pd->outputs && pd->dev.ifindex &&
	       pd->dev.type == ARPHRD_ETHER;
}

static void dev_settle(struct mcrd_plane_dev *pd)
{
	bool sends = dev_sends(pd);

	list_del_init(&pd->dirty);
	mcrd_consume_device(plane.consume, pd->dev.name, pd->dev.ifindex);
	plane.any |= mcrd_egress_close(&plane.egresses, &pd->tx, pd->dev.name,
				       sends ? (int)pd->dev.ifindex : 0);
	if (pd->told || (pd->refs && pd->dev.ifindex))
		tell(NULL, MCRD_DEV, &pd->dev, sizeof(pd->dev));
	pd->told = pd->dev.ifindex && (pd->told || pd->refs);
	if (sends)
		plane.any |= mcrd_egress_open(&plane.egresses, &pd->tx,
					      pd->dev.name,
					      (int)pd->dev.ifindex);
	if (pd->dev.ifindex || pd->refs)
		return;
	hlist_del(&pd->node);
	kfree(pd);
}

/* --- Rules */

static void rule_touch(u32 id)
{
	struct mcrd_plane_rule *pr = xa_load(&plane.rules, id);

	plane.touched = true;
	if (!pr) {
		pr = kzalloc(sizeof(*pr), MCR_GFP);
		if (!pr || xa_err(xa_store(&plane.rules, id, pr, MCR_GFP))) {
			kfree(pr);
			plane.lost = true;
			return;
		}
		pr->id = id;
		INIT_LIST_HEAD(&pr->dirty);
	}
	if (list_empty(&pr->dirty))
		list_add_tail(&pr->dirty, &plane.dirty_rules);
}

/**
 * mcr_plane_consume - can packets of this rule be kept from the stack?
 * @spec: the rule, sound
 *
 * Return: NULL if so, or if it does not ask for that; else why not: a sentence,
 * which stays until the next call.
 */
const char *mcr_plane_consume(const struct mcr_rule_spec *spec)
{
	/* The module drops what it carries out. */
	if (spec->mode != MCR_MODE_CONSUME ||
	    !mcr_plane_is_self(spec->plane) ||
	    !mcrd_consume_check(plane.consume, plane.refusal,
				sizeof(plane.refusal)))
		return NULL;
	return plane.refusal;
}

/**
 * mcr_plane_rule - what packets see of a rule may have changed
 * @mn: the namespace
 * @rule: the rule, in force or disabled
 *
 * Context: Under RTNL and mcr_net.lock.
 */
void mcr_plane_rule(struct mcr_net *mn, struct mcr_rule *rule)
{
	(void)mn;
	rule_touch(rule->id);
}

/**
 * mcr_plane_rule_gone - packets are to see a rule no more
 * @mn: the namespace
 * @rule: the rule, which still has all it had
 *
 * Context: Under RTNL and mcr_net.lock.
 */
void mcr_plane_rule_gone(struct mcr_net *mn, struct mcr_rule *rule)
{
	(void)mn;
	rule_touch(rule->id);
}

static void rule_drop_devs(struct mcrd_plane_rule *pr)
{
	u32 i;

	if (pr->carried)
		pr->dev[0]->carried--;
	pr->carried = false;
	for (i = 0; i < pr->n; i++)
		dev_drop(pr->dev[i], i > 0);
	kfree(pr->dev);
	pr->dev = NULL;
	pr->n = 0;
}

/* Refer to what the rule names now, and no more to what it named. */
static bool rule_hold_devs(struct mcrd_plane_rule *pr,
			   const struct mcr_rule *rule,
			   const struct mcr_fanout *f)
{
	struct mcrd_plane_dev **dev;
	u32 i;

	dev = kcalloc(f->n + 1, sizeof(void *), MCR_GFP);
	if (!dev)
		return false;
	for (i = 0; i <= f->n; i++) {
		dev[i] = dev_get(i ? f->out[i - 1]->port->name :
				     rule->iif->name);
		if (!dev[i])
			goto err;
		dev_hold(dev[i], i > 0);
	}
	rule_drop_devs(pr);
	pr->dev = dev;
	pr->n = f->n + 1;
	pr->carried = f->carry != MCR_CARRY_AWAY;
	pr->dev[0]->carried += pr->carried;
	return true;
err:
	while (i--)
		dev_drop(dev[i], i > 0);
	kfree(dev);
	return false;
}

static void rule_tell(const struct mcr_rule *rule, const struct mcr_fanout *f,
		      struct mcrd_child *only)
{
	size_t len = mcrd_rule_frame(plane.frame, rule, f, &plane.conf);

	tell(only, MCRD_RULE, plane.frame, len);
}

/* The rule if it takes packets, and with it what those see. */
static struct mcr_rule *rule_in_force(struct mcr_net *mn, u32 id,
				      struct mcr_fanout **f)
{
	struct mcr_rule *rule = mcr_table_by_id(mn, id);

	if (!rule || rule->disabled)
		return NULL;
	*f = mcr_rule_fanout(mn, rule);
	return rule;
}

/* A rule that is none any more. The others come after, they may be like it. */
static void rule_settle_gone(struct mcrd_plane_rule *pr)
{
	const struct mcrd_rule_ref ref = { .id = pr->id };

	list_del(&pr->dirty);
	mcrd_consume_rule_gone(plane.consume, pr->id);
	if (pr->told)
		tell(NULL, MCRD_RULE_GONE, &ref, sizeof(ref));
	rule_drop_devs(pr);
	mcrd_ebpf_drop(&pr->key);
	xa_erase(&plane.rules, pr->id);
	kfree(pr);
}

/* There was no memory to note all that changed. */
static void rules_look_at_all(struct mcr_net *mn)
{
	struct mcrd_plane_rule *pr;
	struct mcr_rule *rule;
	unsigned long id;

	plane.lost = false;
	xa_for_each(&plane.rules, id, pr)
		rule_touch(pr->id);
	xa_for_each(&mn->rules, id, rule)
		rule_touch(rule->id);
}

static void rules_without_memory(void)
{
	plane.lost = true;
	mcrd_log(plane.conf.log, LOG_ERR,
		 "no memory to tell workers of all rules: it is tried again");
}

/* Rules that go, and the devices that the others name. */
static void rules_prepare(struct mcr_net *mn)
{
	struct mcrd_plane_rule *pr, *next;
	struct mcr_rule *rule;
	struct mcr_fanout *f;

	list_for_each_entry_safe(pr, next, &plane.dirty_rules, dirty) {
		rule = rule_in_force(mn, pr->id, &f);
		if (!rule) {
			rule_settle_gone(pr);
		} else if (!rule_hold_devs(pr, rule, f) ||
			   mcrd_ingress_hold(rule, &pr->key) ||
			   mcrd_consume_rule(plane.consume, pr->id,
					     rule->iif->name,
					     pr->dev[0]->dev.ifindex,
					     &rule->entry.match,
					     pr->carried &&
					     f->mode == MCR_MODE_CONSUME)) {
			list_del_init(&pr->dirty);
			rules_without_memory();
		}
	}
}

static void rules_tell(struct mcr_net *mn)
{
	struct mcrd_plane_rule *pr, *next;
	struct mcr_rule *rule;
	struct mcr_fanout *f;

	list_for_each_entry_safe(pr, next, &plane.dirty_rules, dirty) {
		list_del_init(&pr->dirty);
		rule = rule_in_force(mn, pr->id, &f);
		if (!rule)
			continue;
		rule_tell(rule, f, NULL);
		pr->told = true;
	}
}

/* --- All of it */

/* What fails stays noted, and is said once. */
static void consume_commit(enum mcrd_consume_step step)
{
	char why[256];

	if (!mcrd_consume_commit(plane.consume, step, why, sizeof(why)))
		why[0] = '\0';
	else if (strcmp(why, plane.consume_error) != 0)
		mcrd_log(plane.conf.log, LOG_ERR, "%s: it is tried again", why);
	strscpy(plane.consume_error, why, sizeof(plane.consume_error));
}

/* A change that comes before its time, or its turn, does not put it off. */
static void try_again_later(void)
{
	if (!plane.egresses.failed && !mcrd_ingress_failed() && !plane.lost &&
	    !*plane.consume_error) {
		mcrd_retry_done(&plane.retry);
		cancel_delayed_work_sync(&plane.again);
		return;
	}
	if (!mcrd_retry_is_due(&plane.retry))
		return;
	mcrd_retry_failed(&plane.retry);
	mod_delayed_work(system_wq, &plane.again,
			 msecs_to_jiffies(plane.retry.delay));
}

static void try_again(struct work_struct *work)
{
	struct mcrd_plane_dev *pd;
	unsigned int i;

	(void)work;
	for (i = 0; plane.egresses.failed && i < ARRAY_SIZE(plane.devs); i++)
		hlist_for_each_entry(pd, &plane.devs[i], node)
			if (pd->tx.failed)
				dev_touch(pd);
	plane.touched = true;
	mcrd_plane_release();
}

static void close_done(void)
{
	struct mcrd_rxset *rx;

	while ((rx = plane.rx_done)) {
		plane.rx_done = rx->next;
		mcrd_rxset_close(rx);
	}
	mcrd_egress_close_done(&plane.egresses);
}

/**
 * mcrd_plane_release - tell workers what has changed, and wait until they know
 *
 * When this returns they use no more what went before. It costs what has
 * changed, whatever else there is.
 *
 * Context: As RTNL is let go of, or without it.
 */
void mcrd_plane_release(void)
{
	struct mcr_net *mn = mcr_net_of(&init_net);
	struct mcrd_plane_dev *pd, *next;

	if (!plane.touched)
		return;
	plane.touched = false;
	mutex_lock(&mn->lock);
	if (plane.lost)
		rules_look_at_all(mn);
	rules_prepare(mn);
	list_for_each_entry_safe(pd, next, &plane.dirty_devs, dirty)
		dev_settle(pd);
	plane.any |= mcrd_ingress_tell(NULL, &plane.rx_done);
	rules_tell(mn);
	mutex_unlock(&mn->lock);
	consume_commit(MCRD_CONSUME_LESS);
	if (plane.any)
		mcrd_workers_sync(plane.conf.workers, NULL);
	plane.any = false;
	mcrd_ingress_less();
	consume_commit(MCRD_CONSUME_MORE);
	close_done();
	try_again_later();
}

/**
 * mcrd_plane_feed - tell a worker all there is
 * @w: the worker; it knows nothing yet
 *
 * Context: Without RTNL.
 */
void mcrd_plane_feed(struct mcrd_child *w)
{
	struct mcr_net *mn = mcr_net_of(&init_net);
	struct mcrd_plane_rule *pr;
	struct mcrd_plane_dev *pd;
	struct mcr_rule *rule;
	struct mcr_fanout *f;
	unsigned long id;
	unsigned int i;

	mutex_lock(&mn->lock);
	for (i = 0; i < ARRAY_SIZE(plane.devs); i++) {
		hlist_for_each_entry(pd, &plane.devs[i], node) {
			if (pd->told)
				tell(w, MCRD_DEV, &pd->dev, sizeof(pd->dev));
			mcrd_egress_tell(&plane.egresses, &pd->tx,
					 pd->dev.name, w);
		}
	}
	mcrd_ingress_tell(w, NULL);
	xa_for_each(&plane.rules, id, pr) {
		rule = pr->told ? rule_in_force(mn, pr->id, &f) : NULL;
		if (rule)
			rule_tell(rule, f, w);
	}
	mutex_unlock(&mn->lock);
	plane.any = false;
	mcrd_workers_sync(plane.conf.workers, w);
}

/**
 * mcrd_plane_config - what the plane works with
 *
 * Return: what was given to mcrd_plane_init().
 */
const struct mcrd_plane_conf *mcrd_plane_config(void)
{
	return &plane.conf;
}

/**
 * mcrd_plane_touch - there is something to tell
 */
void mcrd_plane_touch(void)
{
	plane.touched = true;
}

/**
 * mcrd_plane_init - begin: workers know nothing
 * @conf: what to work with
 *
 * Return: 0 or -ENOMEM.
 */
int mcrd_plane_init(const struct mcrd_plane_conf *conf)
{
	plane.conf = *conf;
	plane.egresses = (struct mcrd_egresses){
		.log = conf->log,
		.workers = conf->workers,
		.vnet = conf->vnet,
	};
	xa_init_flags(&plane.rules, 0);
	INIT_LIST_HEAD(&plane.dirty_devs);
	INIT_LIST_HEAD(&plane.dirty_rules);
	INIT_DELAYED_WORK(&plane.again, try_again);
	plane.frame = kzalloc(sizeof(*plane.frame) + MCR_OUTPUTS_MAX *
			      sizeof(plane.frame->out[0]), GFP_KERNEL);
	plane.consume = mcrd_consume_init();
	return plane.frame && plane.consume ? 0 : -ENOMEM;
}

/**
 * mcrd_plane_exit - forget what workers knew
 *
 * There are no workers, and no rules.
 */
void mcrd_plane_exit(void)
{
	struct mcrd_plane_rule *pr;
	struct mcrd_plane_dev *pd;
	unsigned long id;
	unsigned int i;

	close_done();
	cancel_delayed_work_sync(&plane.again);
	xa_for_each(&plane.rules, id, pr) {
		mcrd_ebpf_drop(&pr->key);
		kfree(pr->dev);
		kfree(pr);
	}
	xa_destroy(&plane.rules);
	for (i = 0; i < ARRAY_SIZE(plane.devs); i++) {
		while (plane.devs[i].first) {
			pd = hlist_entry(plane.devs[i].first,
					 struct mcrd_plane_dev, node);
			mcrd_txset_close(pd->tx.set);
			hlist_del(&pd->node);
			kfree(pd);
		}
	}
	mcrd_consume_exit(plane.consume);
	plane.consume = NULL;
	kfree(plane.frame);
	plane.frame = NULL;
}
