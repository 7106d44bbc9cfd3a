// SPDX-License-Identifier: GPL-2.0
/*
 * What a peer is to be sent; see outbox.h.
 */
#include "outbox.h"

#include <errno.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>

static struct mcrd_dgram *add(struct mcrd_outbox *box, const void *data,
			      size_t len)
{
	struct mcrd_dgram *d = malloc(sizeof(*d) + len);

	if (!d)
		return NULL;
	d->next = NULL;
	d->overrun = false;
	d->len = len;
	memcpy(d->data, data, len);
	if (box->last)
		box->last->next = d;
	else
		box->first = d;
	box->last = d;
	box->bytes += len;
	return d;
}

/* In the place of what is lost from now on. */
static void add_overrun(struct mcrd_outbox *box)
{
	const struct nlmsghdr nlh = {
		.nlmsg_len = NLMSG_LENGTH(0),
		.nlmsg_type = NLMSG_OVERRUN,
	};
	struct mcrd_dgram *d = add(box, &nlh, sizeof(nlh));

	box->lost = !d;
	if (!d)
		return;
	d->overrun = true;
	box->overruns++;
}

/**
 * mcrd_outbox_put - keep an answer
 * @box: the outbox
 * @data: the datagram
 * @len: its bytes
 *
 * Return: 0 or -ENOMEM: it is lost, which the peer has to be spared.
 */
int mcrd_outbox_put(struct mcrd_outbox *box, const void *data, size_t len)
{
	return add(box, data, len) ? 0 : -ENOMEM;
}

/**
 * mcrd_outbox_notify - keep a notification, if there is room
 * @box: the outbox
 * @data: the datagram
 * @len: its bytes
 *
 * Once some are lost all are, until the peer has been told.
 */
void mcrd_outbox_notify(struct mcrd_outbox *box, const void *data, size_t len)
{
	if (box->overruns || box->lost)
		return;
	if (box->bytes + len > MCRD_OUTBOX_BYTES || !add(box, data, len))
		add_overrun(box);
}

/**
 * mcrd_outbox_next - what is to be sent next
 * @box: the outbox
 *
 * Return: it, until mcrd_outbox_pop(); NULL if there is nothing.
 */
const struct mcrd_dgram *mcrd_outbox_next(struct mcrd_outbox *box)
{
	if (!box->first && box->lost)
		add_overrun(box);
	return box->first;
}

/**
 * mcrd_outbox_pop - it is sent
 * @box: the outbox, not empty
 */
void mcrd_outbox_pop(struct mcrd_outbox *box)
{
	struct mcrd_dgram *d = box->first;

	box->first = d->next;
	if (!d->next)
		box->last = NULL;
	box->bytes -= d->len;
	box->overruns -= d->overrun;
	free(d);
}

/**
 * mcrd_outbox_is_empty - is there nothing to be sent?
 * @box: the outbox
 *
 * Return: true if so.
 */
bool mcrd_outbox_is_empty(const struct mcrd_outbox *box)
{
	return !box->first && !box->lost;
}

/**
 * mcrd_outbox_free - forget all that was to be sent
 * @box: the outbox; empty afterwards
 */
void mcrd_outbox_free(struct mcrd_outbox *box)
{
	while (box->first)
		mcrd_outbox_pop(box);
	box->lost = false;
}
