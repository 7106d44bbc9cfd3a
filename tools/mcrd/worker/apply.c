// SPDX-License-Identifier: GPL-2.0
/*
 * Putting changes in force; see apply.h.
 *
 * First everything that goes is taken out, then everything is put in, in the
 * order in which it came: so a rule may take the match that another one had, in
 * whatever order the two are told of.
 */
#include "worker.h"

#include <errno.h>
#include <linux/if_packet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "change.h"

/**
 * mcrd_apply_init - nothing is to be changed
 * @a: the changes
 */
void mcrd_apply_init(struct mcrd_apply *a)
{
	memset(a, 0, sizeof(*a));
	a->last = &a->first;
}

/**
 * mcrd_apply_exit - forget what was not put in force
 * @w: the worker
 */
void mcrd_apply_exit(struct mcrd_worker *w)
{
	struct mcrd_change *c;

	while ((c = w->apply.first)) {
		w->apply.first = c->next;
		mcrd_change_free(w, c);
	}
	mcrd_apply_init(&w->apply);
}

/**
 * mcrd_apply_gather - a change has come
 * @w: the worker
 * @f: the frame; descriptors that are kept are -1 in it afterwards
 *
 * Return: NULL, or what is wrong with it.
 */
const char *mcrd_apply_gather(struct mcrd_worker *w, struct mcrd_frame_in *f)
{
	struct mcrd_change *c;
	const char *why;

	c = mcrd_change_new(w, f, &why);
	if (!c)
		return why;
	*w->apply.last = c;
	w->apply.last = &c->next;
	return NULL;
}

/* The rule that has the id is not in force any more. */
static void take_out(struct mcrd_worker *w, uint32_t id)
{
	struct mcrd_rule_in *old = xa_load(&w->table.rules, id);

	if (!old)
		return;
	mcrd_table_withdraw(&w->table, old);
	mcrd_table_retire(&w->table, old);
}

/* Who was told of a first drop need not be told again. */
static void inherit(struct mcrd_rule_in *rule, const struct mcrd_rule_in *old)
{
	uint32_t i, k;

	for (i = 0; i < rule->n; i++)
		for (k = 0; k < old->n; k++) {
			/* Mostly they are in the same order. */
			const struct mcrd_out *o = &old->out[(i + k) % old->n];

			if (o->id == rule->out[i].id &&
			    o->drops == rule->out[i].drops) {
				rule->out[i].told = o->told;
				break;
			}
		}
}

static int put_in(struct mcrd_worker *w, struct mcrd_rule_in *rule)
{
	take_out(w, rule->id);
	return mcrd_table_put_rule(&w->table, rule);
}

static void set_device(struct mcrd_change *c)
{
	struct mcrd_port *port = c->port;

	/* Each device that is there is a user of its name. */
	if (c->dev.ifindex && !port->dev.ifindex)
		port->users++;
	else if (!c->dev.ifindex && port->dev.ifindex)
		port->users--;
	port->dev = c->dev;
}

/**
 * mcrd_apply_close_rx - receive from a device no more
 * @w: the worker
 * @port: its name; not to be used afterwards, unless it is known to have another
 *	user
 */
void mcrd_apply_close_rx(struct mcrd_worker *w, struct mcrd_port *port)
{
	struct mcrd_rxdev *rx = port->rx;

	if (!rx)
		return;
	port->rx = NULL;
	rx->closed = true;
	w->loop->rx_close(w, rx);
	mcrd_port_put(&w->table, port);
}

static void close_tx(struct mcrd_worker *w, struct mcrd_port *port)
{
	struct mcrd_txdev *tx = port->tx;

	if (!tx)
		return;
	port->tx = NULL;
	w->loop->tx_close(w, tx);
	mcrd_port_put(&w->table, port);
}

/* Another device may have taken the name meanwhile. */
static void close_old_tx(struct mcrd_worker *w, const struct mcrd_change *c)
{
	if (c->port->tx && c->port->tx->ifindex == c->id)
		close_tx(w, c->port);
}

static void close_old_rx(struct mcrd_worker *w, const struct mcrd_change *c)
{
	struct mcrd_port *port = mcrd_port_receiving(&w->table, c->id);

	if (port)
		mcrd_apply_close_rx(w, port);
}

static int open_rx(struct mcrd_worker *w, struct mcrd_change *c)
{
	struct mcrd_rxdev *rx = c->rx;

	mcrd_apply_close_rx(w, c->port);
	c->port->users++;
	c->port->rx = rx;
	c->rx = NULL;
	return w->stopping ? 0 : w->loop->rx_open(w, rx);
}

static void open_tx(struct mcrd_worker *w, struct mcrd_change *c)
{
	close_tx(w, c->port);
	c->port->users++;
	c->port->tx = c->tx;
	c->tx = NULL;
}

static int carry_out(struct mcrd_worker *w, struct mcrd_change *c)
{
	int err;

	switch (c->type) {
	case MCRD_DEV:
		set_device(c);
		return 0;
	case MCRD_RX_OPEN:
		return open_rx(w, c);
	case MCRD_RX_CLOSE:
		close_old_rx(w, c);
		return 0;
	case MCRD_TX_OPEN:
		open_tx(w, c);
		return 0;
	case MCRD_TX_CLOSE:
		close_old_tx(w, c);
		return 0;
	case MCRD_RULE:
		err = put_in(w, c->rule);
		if (!err)
			c->rule = NULL;
		return err;
	default:
		take_out(w, c->id);
		return 0;
	}
}

/**
 * mcrd_apply_sync - put in force what was gathered
 * @w: the worker, between two batches: no run is open
 * @cookie: of the MCRD_SYNC, to be answered once nothing that was taken out of
 *	use is referred to by a send
 *
 * Return: 0, or -errno: what is in force is not what was said then.
 */
int mcrd_apply_sync(struct mcrd_worker *w, uint64_t cookie)
{
	struct mcrd_change *c;
	int err = 0;

	for (c = w->apply.first; c; c = c->next) {
		struct mcrd_rule_in *old;

		if (c->type != MCRD_RULE && c->type != MCRD_RULE_GONE)
			continue;
		old = xa_load(&w->table.rules, c->id);
		if (c->type == MCRD_RULE && old)
			inherit(c->rule, old);
		take_out(w, c->id);
	}
	for (c = w->apply.first; c && !err; c = c->next)
		err = carry_out(w, c);
	mcrd_apply_exit(w);
	mcrd_sender_epoch(&w->sender);
	w->apply.cookie = cookie;
	w->apply.owed = true;
	return err;
}

/**
 * mcrd_apply_done - answer a MCRD_SYNC, if that is possible now
 * @w: the worker
 *
 * Return: true if nothing is owed any more; false: to be tried again.
 */
bool mcrd_apply_done(struct mcrd_worker *w)
{
	struct mcrd_sync sync = { .cookie = w->apply.cookie };

	if (!w->apply.owed)
		return true;
	if (!mcrd_sender_settled(&w->sender))
		return false;
	mcrd_table_free_retired(&w->table);
	if (!mcrd_worker_tell(w, MCRD_DONE, &sync, sizeof(sync)))
		return false;
	w->apply.owed = false;
	return true;
}
