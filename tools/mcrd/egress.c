// SPDX-License-Identifier: GPL-2.0
/*
 * Packet sockets to send with; see egress.h.
 */
#include "egress.h"

#include <errno.h>
#include <linux/if_packet.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

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
