// SPDX-License-Identifier: GPL-2.0
/*
 * What a worker knows; see table.h.
 */
#include "table.h"

#include <linux/rcupdate.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/**
 * mcrd_table_init - know nothing
 * @t: the table
 */
void mcrd_table_init(struct mcrd_table *t)
{
	memset(t, 0, sizeof(*t));
	mutex_init(&t->lock);
	xa_init_flags(&t->rules, 0);
}

/* FNV-1a */
static uint32_t bucket_of(const char *name)
{
	uint32_t h = 2166136261U;

	for (; *name; name++)
		h = (h ^ (uint8_t)*name) * 16777619U;
	return (h ^ h >> 16) & ((1U << MCRD_PORT_BITS) - 1);
}

/**
 * mcrd_port_find - a name that is known
 * @t: the table
 * @name: NUL-terminated, MCR_DEV_MAX bytes at most
 *
 * Return: it, without a new user, or NULL.
 */
struct mcrd_port *mcrd_port_find(struct mcrd_table *t, const char *name)
{
	struct mcrd_port *port = t->ports[bucket_of(name)];

	while (port && strcmp(port->dev.name, name))
		port = port->next;
	return port;
}

/**
 * mcrd_port_receiving - the name of a device that is received from
 * @t: the table
 * @ifindex: the device
 *
 * All names are looked at: devices come and go seldom.
 *
 * Return: it, without a new user, or NULL.
 */
struct mcrd_port *mcrd_port_receiving(struct mcrd_table *t, uint32_t ifindex)
{
	struct mcrd_port *port;
	size_t i;

	for (i = 0; i < sizeof(t->ports) / sizeof(t->ports[0]); i++)
		for (port = t->ports[i]; port; port = port->next)
			if (port->rx && port->rx->ifindex == ifindex)
				return port;
	return NULL;
}

/**
 * mcrd_port_get - refer to a name
 * @t: the table
 * @name: NUL-terminated, MCR_DEV_MAX bytes at most
 *
 * Return: for mcrd_port_put(), or NULL without memory.
 */
struct mcrd_port *mcrd_port_get(struct mcrd_table *t, const char *name)
{
	struct mcrd_port *port = mcrd_port_find(t, name);
	uint32_t b = bucket_of(name);

	if (!port) {
		port = calloc(1, sizeof(*port));
		if (!port)
			return NULL;
		strncpy(port->dev.name, name, sizeof(port->dev.name) - 1);
		port->next = t->ports[b];
		t->ports[b] = port;
	}
	port->users++;
	return port;
}

/**
 * mcrd_port_put - refer to a name no more
 * @t: the table
 * @port: the name; freed with its last user
 */
void mcrd_port_put(struct mcrd_table *t, struct mcrd_port *port)
{
	struct mcrd_port **p = &t->ports[bucket_of(port->dev.name)];

	if (--port->users)
		return;
	while (*p != port)
		p = &(*p)->next;
	*p = port->next;
	if (port->classifies)
		mcr_lookup_exit(&port->lookup);
	free(port);
}

static int classify(struct mcrd_table *t, struct mcrd_rule_in *rule)
{
	struct mcrd_port *iif = rule->iif;
	int err;

	if (!iif->classifies) {
		err = mcr_lookup_init(&iif->lookup, &t->lock);
		if (err)
			return err;
		iif->classifies = true;
	}
	mutex_lock(&t->lock);
	err = mcr_lookup_insert(&iif->lookup, &rule->entry);
	mutex_unlock(&t->lock);
	return err;
}

/**
 * mcrd_table_put_rule - let a rule take packets
 * @t: the table, in which no rule has its id or its match
 * @rule: the rule; the table's from now on, unless this fails
 *
 * Return: 0 or -errno, of mcr_lookup_insert() among others.
 */
int mcrd_table_put_rule(struct mcrd_table *t, struct mcrd_rule_in *rule)
{
	int err = classify(t, rule);

	if (err)
		return err;
	err = xa_err(xa_store(&t->rules, rule->id, rule, GFP_KERNEL));
	if (err) {
		mutex_lock(&t->lock);
		mcr_lookup_remove(&rule->iif->lookup, &rule->entry);
		mutex_unlock(&t->lock);
		return err;
	}
	t->n_rules++;
	t->n_low += rule->low;
	return 0;
}

/**
 * mcrd_table_withdraw - let a rule take packets no more
 * @t: the table
 * @rule: a rule of it; the caller's now, for mcrd_table_retire()
 */
void mcrd_table_withdraw(struct mcrd_table *t, struct mcrd_rule_in *rule)
{
	mutex_lock(&t->lock);
	mcr_lookup_remove(&rule->iif->lookup, &rule->entry);
	mutex_unlock(&t->lock);
	xa_erase(&t->rules, rule->id);
	t->n_rules--;
	t->n_low -= rule->low;
}

/**
 * mcrd_table_retire - forget a rule once nothing refers to it
 * @t: the table
 * @rule: the rule, which was withdrawn
 */
void mcrd_table_retire(struct mcrd_table *t, struct mcrd_rule_in *rule)
{
	rule->next = t->retired;
	t->retired = rule;
}

/**
 * mcrd_rule_in_free - free a rule
 * @t: the table that its names are of
 * @rule: the rule, in no table; may be NULL
 */
void mcrd_rule_in_free(struct mcrd_table *t, struct mcrd_rule_in *rule)
{
	uint32_t i;

	if (!rule)
		return;
	for (i = 0; i < rule->n; i++)
		if (rule->out[i].port)
			mcrd_port_put(t, rule->out[i].port);
	if (rule->iif)
		mcrd_port_put(t, rule->iif);
	free(rule);
}

/**
 * mcrd_table_free_retired - nothing refers to retired rules any more
 * @t: the table
 */
void mcrd_table_free_retired(struct mcrd_table *t)
{
	struct mcrd_rule_in *rule;

	while ((rule = t->retired)) {
		t->retired = rule->next;
		mcrd_rule_in_free(t, rule);
	}
	/* What the classifiers gave up. */
	rcu_barrier();
}

/**
 * mcrd_rxdev_free - close a socket that was received from
 * @rx: the socket; nothing refers to it; may be NULL
 */
void mcrd_rxdev_free(struct mcrd_rxdev *rx)
{
	if (rx)
		close(rx->fd);
	free(rx);
}

/**
 * mcrd_txdev_free - close a socket to send with
 * @tx: the socket; nothing refers to it; may be NULL
 */
void mcrd_txdev_free(struct mcrd_txdev *tx)
{
	if (!tx)
		return;
	close(tx->fd);
	free(tx->batch);
	free(tx);
}

/* Close what is open on a name; gives up the users that has. */
static void close_port(struct mcrd_table *t, struct mcrd_port *port)
{
	struct mcrd_rxdev *rx = port->rx;
	struct mcrd_txdev *tx = port->tx;
	uint32_t users = (rx ? 1U : 0) + (tx ? 1U : 0) +
			 (port->dev.ifindex ? 1U : 0);

	port->rx = NULL;
	port->tx = NULL;
	port->dev.ifindex = 0;
	mcrd_rxdev_free(rx);
	mcrd_txdev_free(tx);
	if (!users)
		return;
	port->users -= users - 1;
	mcrd_port_put(t, port);
}

/**
 * mcrd_table_exit - forget all
 * @t: the table; no loop refers to its sockets
 */
void mcrd_table_exit(struct mcrd_table *t)
{
	struct mcrd_port *port, *next;
	struct mcrd_rule_in *rule;
	unsigned long id;
	size_t i;

	xa_for_each(&t->rules, id, rule) {
		mcrd_table_withdraw(t, rule);
		mcrd_table_retire(t, rule);
	}
	mcrd_table_free_retired(t);
	for (i = 0; i < sizeof(t->ports) / sizeof(t->ports[0]); i++)
		for (port = t->ports[i]; port; port = next) {
			next = port->next;
			close_port(t, port);
		}
	xa_destroy(&t->rules);
}
