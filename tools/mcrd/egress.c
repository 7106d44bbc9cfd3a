// SPDX-License-Identifier: GPL-2.0
/*
 * Packet sockets to send with; see egress.h.
 */
#include "egress.h"

#include <errno.h>
#include <linux/if_packet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "workers.h"

/* A queue of the device's fills before this does. */
#define TX_BYTES	(16 * 1024 * 1024)

static int set_int(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof(value)) ? -errno : 0;
}

/* Of protocol 0, so that it never receives. */
static int open_one(int ifindex, bool vnet)
{
	struct sockaddr_ll sll = {
		.sll_family = AF_PACKET,
		.sll_ifindex = ifindex,
	};
	int fd, ret = 0;

	fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (vnet)
		ret = set_int(fd, SOL_PACKET, PACKET_VNET_HDR, 1);
	if (!ret && set_int(fd, SOL_SOCKET, SO_SNDBUFFORCE, TX_BYTES))
		ret = set_int(fd, SOL_SOCKET, SO_SNDBUF, TX_BYTES);
	if (!ret && bind(fd, (struct sockaddr *)&sll, sizeof(sll)))
		ret = -errno;
	if (!ret)
		return fd;
	close(fd);
	return ret;
}

/**
 * mcrd_txset_open - be able to send to a device
 * @ifindex: the device
 * @n: number of workers
 * @vnet: with virtio-net headers
 * @error: -errno, on failure
 *
 * Return: for mcrd_txset_close(), or NULL.
 */
struct mcrd_txset *mcrd_txset_open(int ifindex, unsigned int n, bool vnet,
				   int *error)
{
	struct mcrd_txset *set;
	int fd;

	set = calloc(1, sizeof(*set) + n * sizeof(set->fd[0]));
	if (!set) {
		*error = -ENOMEM;
		return NULL;
	}
	set->ifindex = ifindex;
	for (set->n = 0; set->n < n; set->n++) {
		fd = open_one(ifindex, vnet);
		if (fd < 0) {
			*error = fd;
			mcrd_txset_close(set);
			return NULL;
		}
		set->fd[set->n] = fd;
	}
	*error = 0;
	return set;
}

/**
 * mcrd_txset_close - send to a device no more
 * @set: the sockets; workers may have copies still; may be NULL
 */
void mcrd_txset_close(struct mcrd_txset *set)
{
	unsigned int i;

	if (!set)
		return;
	for (i = 0; i < set->n; i++)
		close(set->fd[i]);
	free(set);
}

/**
 * mcrd_egress_tell - tell workers of the sockets, if there are any
 * @all: where it is one of
 * @e: sending to the device
 * @name: the device
 * @only: the one worker to tell; NULL: all that know the rest
 */
void mcrd_egress_tell(struct mcrd_egresses *all, const struct mcrd_egress *e,
		      const char *name, struct mcrd_child *only)
{
	struct mcrd_workers *ws = all->workers;
	struct mcrd_tx tx = { 0 };
	unsigned int i;

	if (!e->set)
		return;
	tx.ifindex = (__u32)e->set->ifindex;
	snprintf(tx.name, sizeof(tx.name), "%s", name);
	for (i = 0; i < ws->n; i++) {
		struct mcrd_child *w = &ws->worker[i];

		if (only ? w == only : w->state == MCRD_CHILD_FED)
			mcrd_child_tell(w, MCRD_TX_OPEN, &tx, sizeof(tx),
					&e->set->fd[i], 1);
	}
}

static void set_failed(struct mcrd_egresses *all, struct mcrd_egress *e,
		       bool failed)
{
	all->failed += failed;
	all->failed -= e->failed;
	e->failed = failed;
}

/**
 * mcrd_egress_open - send to a device, unless that is so
 * @all: where it is one of
 * @e: sending to the device; what was sent to another one was closed
 * @name: the device
 * @ifindex: the device
 *
 * Where there are no sockets, workers drop what is for the device (no-device).
 * @all's @failed says that there are such, which are to be opened again.
 *
 * Return: true if workers were told something.
 */
bool mcrd_egress_open(struct mcrd_egresses *all, struct mcrd_egress *e,
		      const char *name, int ifindex)
{
	int err;

	if (e->set)
		return false;
	e->set = mcrd_txset_open(ifindex, all->workers->n, all->vnet, &err);
	if (!e->set && !e->failed)
		mcrd_log(all->log, LOG_ERR,
			 "device %s cannot be sent to: %s: it is tried again",
			 name, strerror(-err));
	else if (e->set && e->failed)
		mcrd_log(all->log, LOG_NOTICE, "device %s can be sent to now",
			 name);
	set_failed(all, e, !e->set);
	mcrd_egress_tell(all, e, name, NULL);
	return e->set;
}

/**
 * mcrd_egress_close - send to a device no more, unless it is this one
 * @all: where it is one of
 * @e: sending to the device
 * @name: the device
 * @ifindex: what is to be sent to; 0: nothing
 *
 * The sockets are closed by mcrd_egress_close_done().
 *
 * Return: true if workers were told something.
 */
bool mcrd_egress_close(struct mcrd_egresses *all, struct mcrd_egress *e,
		       const char *name, int ifindex)
{
	struct mcrd_tx tx = { 0 };

	if (!ifindex)
		set_failed(all, e, false);
	if (!e->set || e->set->ifindex == ifindex)
		return false;
	tx.ifindex = (__u32)e->set->ifindex;
	snprintf(tx.name, sizeof(tx.name), "%s", name);
	mcrd_workers_tell(all->workers, NULL, MCRD_TX_CLOSE, &tx, sizeof(tx));
	e->set->next = all->done;
	all->done = e->set;
	e->set = NULL;
	return true;
}

/**
 * mcrd_egress_close_done - close what workers do not use any more
 * @all: sending to devices
 */
void mcrd_egress_close_done(struct mcrd_egresses *all)
{
	struct mcrd_txset *set;

	while ((set = all->done)) {
		all->done = set->next;
		mcrd_txset_close(set);
	}
}
