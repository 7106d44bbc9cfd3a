/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packet sockets to send with.
 */
#ifndef MCRD_EGRESS_H
#define MCRD_EGRESS_H

#include <stdbool.h>

struct mcrd_child;
struct mcrd_log;
struct mcrd_workers;

/**
 * struct mcrd_txset - the sockets that send to one device
 * @next: in a list of the owner's
 * @ifindex: the device
 * @n: how many, one for each worker
 * @fd: the sockets, owned
 */
struct mcrd_txset {
	struct mcrd_txset *next;
	int ifindex;
	unsigned int n;
	int fd[];
};

/**
 * struct mcrd_egress - sending to one device; zeroes: nothing is sent there
 * @set: its sockets, which workers know; NULL: none
 * @failed: they could not be had
 */
struct mcrd_egress {
	struct mcrd_txset *set;
	bool failed;
};

/**
 * struct mcrd_egresses - what all of them have in common
 * @log: the daemon's
 * @workers: who send
 * @vnet: with virtio-net headers
 * @done: sockets to close when workers have answered
 * @failed: how many of struct mcrd_egress have @failed
 */
struct mcrd_egresses {
	const struct mcrd_log *log;
	struct mcrd_workers *workers;
	bool vnet;
	struct mcrd_txset *done;
	unsigned int failed;
};

struct mcrd_txset *mcrd_txset_open(int ifindex, unsigned int n, bool vnet,
				   int *error);
void mcrd_txset_close(struct mcrd_txset *set);

bool mcrd_egress_open(struct mcrd_egresses *all, struct mcrd_egress *e,
		      const char *name, int ifindex);
bool mcrd_egress_close(struct mcrd_egresses *all, struct mcrd_egress *e,
		       const char *name, int ifindex);
void mcrd_egress_close_done(struct mcrd_egresses *all);
void mcrd_egress_tell(struct mcrd_egresses *all, const struct mcrd_egress *e,
		      const char *name, struct mcrd_child *only);

#endif /* MCRD_EGRESS_H */
