// SPDX-License-Identifier: GPL-2.0
/*
 * The open transactions of a network namespace: whose they are, and when they
 * end without having been asked to.
 *
 * A transaction that its owner has left alone is found by work of its
 * namespace: at once when the owner's socket is closed, of which a notifier
 * tells, and otherwise when it was idle for too long.
 */
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/netlink.h>
#include <linux/slab.h>

#include "mem.h"
#include "netns.h"
#include "txn.h"

static unsigned int mcr_txn_idle_ms = 60000;
module_param_named(txn_idle_ms, mcr_txn_idle_ms, uint, 0600);
MODULE_PARM_DESC(txn_idle_ms,
		 "milliseconds without a message after which a transaction is aborted (60000; for tests)");

static unsigned long mcr_txn_idle(void)
{
	return msecs_to_jiffies(max(READ_ONCE(mcr_txn_idle_ms), 1U));
}

/* Replace what is in a slot of mcr_net.txns. */
static void mcr_txn_set(struct mcr_net *mn, u32 slot, struct mcr_txn *txn)
{
	lockdep_assert_held(&mn->lock);
	spin_lock(&mn->txn_lock);
	mn->txns[slot] = txn;
	spin_unlock(&mn->txn_lock);
}

/**
 * mcr_txn_find - find a transaction
 * @mn: the namespace
 * @id: its id
 * @txn: the transaction
 *
 * Context: Under mcr_net.lock.
 * Return: MCR_TXN_OK or MCR_TXN_NONE.
 */
enum mcr_txn_refusal mcr_txn_find(struct mcr_net *mn, u32 id,
				  struct mcr_txn **txn)
{
	u32 i;

	lockdep_assert_held(&mn->lock);
	for (i = 0; i < MCR_TXNS_MAX; i++) {
		*txn = mn->txns[i];
		if (*txn && (*txn)->id == id && !READ_ONCE((*txn)->closed))
			return MCR_TXN_OK;
	}
	return MCR_TXN_NONE;
}

/**
 * mcr_txn_use - find the transaction that a message is for
 * @mn: the namespace
 * @id: its id
 * @sender: port id of the sender
 * @txn: the transaction; NULL: there is none
 *
 * Context: Under mcr_net.lock.
 * Return: MCR_TXN_OK if the sender may stage and commit, else why not.
 */
enum mcr_txn_refusal mcr_txn_use(struct mcr_net *mn, u32 id, u32 sender,
				 struct mcr_txn **txn)
{
	enum mcr_txn_refusal why = mcr_txn_find(mn, id, txn);

	if (why)
		return why;
	if ((*txn)->owner != sender)
		return MCR_TXN_FOREIGN;
	(*txn)->used = jiffies;
	return (*txn)->base == mn->generation ? MCR_TXN_OK : MCR_TXN_STALE;
}

/* An id that is not 0 and that no open transaction has. */
static u32 mcr_txn_next(struct mcr_net *mn)
{
	u32 i, id;

	do {
		id = mn->next_txn++;
		for (i = 0; i < MCR_TXNS_MAX; i++)
			if (mn->txns[i] && mn->txns[i]->id == id)
				id = 0;
	} while (!id);
	return id;
}

/**
 * mcr_txn_take - close a transaction
 * @mn: the namespace
 * @txn: the transaction; nobody can find it any more
 *
 * Context: Under mcr_net.lock.
 */
void mcr_txn_take(struct mcr_net *mn, struct mcr_txn *txn)
{
	u32 i;

	for (i = 0; i < MCR_TXNS_MAX; i++)
		if (mn->txns[i] == txn)
			mcr_txn_set(mn, i, NULL);
	mcr_stage_uncharge(&txn->stage);
}

/**
 * mcr_txn_free - forget what a transaction has staged
 * @txn: the transaction, after mcr_txn_take()
 *
 * Context: Process; best without locks, it may take long.
 */
void mcr_txn_free(struct mcr_txn *txn)
{
	mcr_stage_exit(&txn->stage);
	kfree(txn);
}

/* A slot of mcr_net.txns; MCR_TXNS_MAX: there is none. */
static u32 mcr_txn_slot(struct mcr_net *mn)
{
	struct mcr_txn *txn;
	u32 i;

	for (i = 0; i < MCR_TXNS_MAX; i++) {
		txn = mn->txns[i];
		if (!txn)
			break;
		if (!READ_ONCE(txn->closed))
			continue;
		/* The work was not there yet. */
		mcr_txn_take(mn, txn);
		mcr_txn_free(txn);
		break;
	}
	return i;
}

/**
 * mcr_txn_begin - open a transaction
 * @mn: the namespace
 * @owner: port id of the socket that it belongs to
 * @txn: the transaction
 *
 * Context: Under mcr_net.lock.
 * Return: MCR_TXN_OK, MCR_TXN_MANY or MCR_TXN_MEMORY.
 */
enum mcr_txn_refusal mcr_txn_begin(struct mcr_net *mn, u32 owner,
				   struct mcr_txn **txn)
{
	struct mcr_txn *new;
	u32 slot;

	slot = mcr_txn_slot(mn);
	if (slot == MCR_TXNS_MAX)
		return MCR_TXN_MANY;
	new = kzalloc(sizeof(*new), MCR_GFP);
	if (!new)
		return MCR_TXN_MEMORY;
	if (mcr_stage_init(&new->stage, mn)) {
		kfree(new);
		return MCR_TXN_MEMORY;
	}
	new->id = mcr_txn_next(mn);
	new->base = mn->generation;
	new->owner = owner;
	new->used = jiffies;
	mcr_txn_set(mn, slot, new);
	/* It finds out itself when to look again. */
	mod_delayed_work(system_wq, &mn->txn_work, 0);
	*txn = new;
	return MCR_TXN_OK;
}

/**
 * mcr_txn_count - how many transactions are open?
 * @mn: the namespace
 *
 * Context: Under mcr_net.lock.
 * Return: the number.
 */
u32 mcr_txn_count(const struct mcr_net *mn)
{
	u32 i, n = 0;

	for (i = 0; i < MCR_TXNS_MAX; i++)
		n += mn->txns[i] && !READ_ONCE(mn->txns[i]->closed);
	return n;
}

/* How long a transaction may be left alone from now on; 0: no longer. */
static unsigned long mcr_txn_rest(const struct mcr_txn *txn)
{
	unsigned long end = txn->used + mcr_txn_idle(), now = jiffies;

	return READ_ONCE(txn->closed) || !time_after(end, now) ? 0 : end - now;
}

static void mcr_txn_work(struct work_struct *work)
{
	struct mcr_net *mn = container_of(to_delayed_work(work),
					  struct mcr_net, txn_work);
	struct mcr_txn *ended[MCR_TXNS_MAX] = { };
	unsigned long wait = MAX_JIFFY_OFFSET;
	u32 i;

	mutex_lock(&mn->lock);
	for (i = 0; i < MCR_TXNS_MAX; i++) {
		struct mcr_txn *txn = mn->txns[i];
		unsigned long rest = txn ? mcr_txn_rest(txn) : wait;

		wait = min(wait, rest ?: wait);
		if (rest)
			continue;
		mcr_txn_take(mn, txn);
		ended[i] = txn;
	}
	mutex_unlock(&mn->lock);
	for (i = 0; i < MCR_TXNS_MAX; i++)
		if (ended[i])
			mcr_txn_free(ended[i]);
	if (wait != MAX_JIFFY_OFFSET)
		queue_delayed_work(system_wq, &mn->txn_work, wait);
}

/* A socket is closed: only take note, others wait for this one to end. */
static int mcr_txn_event(struct notifier_block *nb, unsigned long event,
			 void *ptr)
{
	const struct netlink_notify *n = ptr;
	struct mcr_net *mn;
	bool owns = false;
	u32 i;

	if (event != NETLINK_URELEASE || n->protocol != NETLINK_GENERIC)
		return NOTIFY_DONE;
	mn = mcr_net_of(n->net);
	spin_lock(&mn->txn_lock);
	for (i = 0; i < MCR_TXNS_MAX; i++) {
		if (!mn->txns[i] || mn->txns[i]->owner != n->portid)
			continue;
		WRITE_ONCE(mn->txns[i]->closed, true);
		owns = true;
	}
	spin_unlock(&mn->txn_lock);
	if (owns)
		mod_delayed_work(system_wq, &mn->txn_work, 0);
	return NOTIFY_DONE;
}

static struct notifier_block mcr_txn_notifier = {
	.notifier_call = mcr_txn_event,
};

/**
 * mcr_txn_init - begin to follow sockets
 *
 * Return: 0 or what netlink_register_notifier() says.
 */
int __init mcr_txn_init(void)
{
	return netlink_register_notifier(&mcr_txn_notifier);
}

/**
 * mcr_txn_exit - follow sockets no more
 */
void mcr_txn_exit(void)
{
	netlink_unregister_notifier(&mcr_txn_notifier);
}

/**
 * mcr_txn_net_init - prepare a namespace for transactions
 * @mn: the namespace, zeroed
 */
void mcr_txn_net_init(struct mcr_net *mn)
{
	spin_lock_init(&mn->txn_lock);
	INIT_DELAYED_WORK(&mn->txn_work, mcr_txn_work);
	mn->next_txn = 1;
}

/**
 * mcr_txn_net_exit - abort all transactions of a namespace
 * @mn: the namespace; nobody can begin one any more
 */
void mcr_txn_net_exit(struct mcr_net *mn)
{
	u32 i;

	cancel_delayed_work_sync(&mn->txn_work);
	for (i = 0; i < MCR_TXNS_MAX; i++) {
		struct mcr_txn *txn = mn->txns[i];

		if (!txn)
			continue;
		mutex_lock(&mn->lock);
		mcr_txn_take(mn, txn);
		mutex_unlock(&mn->lock);
		mcr_txn_free(txn);
	}
}
