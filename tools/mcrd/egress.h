/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packet sockets to send with.
 */
#ifndef MCRD_EGRESS_H
#define MCRD_EGRESS_H

#include <stdbool.h>

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

struct mcrd_txset *mcrd_txset_open(int ifindex, unsigned int n, bool vnet,
				   int *error);
void mcrd_txset_close(struct mcrd_txset *set);

#endif /* MCRD_EGRESS_H */
