// SPDX-License-Identifier: GPL-2.0
/*
 * Packet sockets to receive from; see packet.h.
 *
 * DOC: Fan-out
 *
 * Each worker has a socket of its own on a device. As one fan-out group they
 * share the flows. Until a socket is in the group it would receive all there is,
 * beside the others: so it lets nothing in before. And it can only join while its
 * device is up, on kernels of this time: where that is down, the first socket
 * alone receives, and the others join when the device comes up.
 */
#include "packet.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "filter.h"

#ifndef PACKET_FANOUT_FLAG_IGNORE_OUTGOING
#define PACKET_FANOUT_FLAG_IGNORE_OUTGOING	0x4000
#endif

/* A third of a second of 1 Gbit/s: what a worker that is replaced may miss. */
#define RX_BYTES	(32 * 1024 * 1024)

static int set_int(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof(value)) ? -errno : 0;
}

/**
 * mcrd_packet_vnet - can packet sockets have virtio-net headers?
 *
 * Without them super-packets would look like packets.
 *
 * Return: true if so.
 */
bool mcrd_packet_vnet(void)
{
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	bool can;

	if (fd < 0)
		return false;
	can = !set_int(fd, SOL_PACKET, PACKET_VNET_HDR, 1);
	close(fd);
	return can;
}

/**
 * mcrd_packet_gso - do virtio-net headers know super-packets of UDP?
 *
 * Kernels before 6.2 refuse to send such a packet, and lose one that they receive.
 *
 * Return: true if so.
 */
bool mcrd_packet_gso(void)
{
	unsigned long major, minor;
	struct utsname name;
	char *end;

	if (uname(&name))
		return false;
	major = strtoul(name.release, &end, 10);
	minor = *end == '.' ? strtoul(end + 1, NULL, 10) : 0;
	return major > 6 || (major == 6 && minor >= 2);
}

static int set_filter(int fd, enum mcrd_filter_kind kind)
{
	struct sock_filter insn[MCRD_FILTER_MAX];
	struct sock_fprog prog = { .filter = insn };

	prog.len = (unsigned short)mcrd_filter_build(kind, insn);
	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog,
			  sizeof(prog)) ? -errno : 0;
}

static enum mcrd_filter_kind filter_of(const struct mcrd_rxset *set)
{
	return set->type == ARPHRD_ETHER || set->type == ARPHRD_LOOPBACK ?
	       MCRD_FILTER_ETHER : MCRD_FILTER_BARE;
}

/* In one step: no frame sees neither of two filters. */
static int set_active(const struct mcrd_rxset *set, unsigned int i)
{
	if (set->prog < 0)
		return set_filter(set->fd[i], filter_of(set));
	return set_int(set->fd[i], SOL_SOCKET, SO_ATTACH_BPF, set->prog);
}

static int bind_to(int fd, int ifindex)
{
	struct sockaddr_ll sll = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = ifindex,
	};

	return bind(fd, (struct sockaddr *)&sll, sizeof(sll)) ? -errno : 0;
}

/*
 * Protocol 0 receives nothing, so that no frame of another device, or from
 * before the filter, gets in.
 */
static int open_one(const struct mcrd_rxset *set, bool active)
{
	int fd, ret;

	fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	/* Not every kernel has it; the filter does the same, but later. */
	set_int(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1);
	/* Of some packets it is measured how long they take. */
	set_int(fd, SOL_SOCKET, SO_TIMESTAMPNS, 1);
	ret = set_int(fd, SOL_PACKET, PACKET_AUXDATA, 1);
	if (!ret && set->vnet)
		ret = set_int(fd, SOL_PACKET, PACKET_VNET_HDR, 1);
	if (!ret)
		ret = set_filter(fd, active ? filter_of(set) :
					      MCRD_FILTER_NONE);
	if (!ret && set_int(fd, SOL_SOCKET, SO_RCVBUFFORCE, RX_BYTES))
		ret = set_int(fd, SOL_SOCKET, SO_RCVBUF, RX_BYTES);
	if (!ret)
		ret = bind_to(fd, set->ifindex);
	if (!ret)
		return fd;
	close(fd);
	return ret;
}

static int join_one(int fd, int *id)
{
	int flags = PACKET_FANOUT_HASH | PACKET_FANOUT_FLAG_IGNORE_OUTGOING;
	socklen_t len = sizeof(*id);
	int ret;

	if (*id >= 0)
		return set_int(fd, SOL_PACKET, PACKET_FANOUT,
			       *id | flags << 16);
	/* The first has a number made that is nobody else's. */
	flags |= PACKET_FANOUT_FLAG_UNIQUEID;
	ret = set_int(fd, SOL_PACKET, PACKET_FANOUT, flags << 16);
	if (ret)
		return ret;
	if (getsockopt(fd, SOL_PACKET, PACKET_FANOUT, id, &len))
		return -errno;
	*id &= 0xffff;
	return 0;
}

/**
 * mcrd_rxset_join - have the sockets of a device share its flows
 * @set: the sockets; nothing is done if they do already
 *
 * Return: 0, or -errno; -ENETDOWN if the device is down: once more when it is up.
 */
int mcrd_rxset_join(struct mcrd_rxset *set)
{
	unsigned int i;
	int id = -1;
	int ret;

	if (set->joined)
		return 0;
	for (i = 0; i < set->n; i++) {
		ret = join_one(set->fd[i], &id);
		/* It was in the group before: the device went down meanwhile. */
		if (ret == -EALREADY) {
			socklen_t len = sizeof(id);

			ret = getsockopt(set->fd[i], SOL_PACKET, PACKET_FANOUT,
					 &id, &len) ? -errno : 0;
			id &= 0xffff;
		}
		if (ret)
			return ret == -EINVAL ? -ENETDOWN : ret;
	}
	for (i = 0; i < set->n; i++) {
		ret = set_active(set, i);
		if (ret)
			return ret;
	}
	set->joined = true;
	return 0;
}

/**
 * mcrd_rxset_open - begin to receive from a device
 * @ifindex: the device
 * @type: ARPHRD_ of it
 * @n: number of workers
 * @vnet: with virtio-net headers
 * @error: -errno, on failure
 *
 * Return: for mcrd_rxset_close(), or NULL.
 */
struct mcrd_rxset *mcrd_rxset_open(int ifindex, uint16_t type, unsigned int n,
				   bool vnet, int *error)
{
	struct mcrd_rxset *set;
	int fd;

	set = calloc(1, sizeof(*set) + n * sizeof(set->fd[0]));
	if (!set) {
		*error = -ENOMEM;
		return NULL;
	}
	set->ifindex = ifindex;
	set->type = type;
	set->vnet = vnet;
	set->joined = n == 1;
	set->prog = -1;
	for (set->n = 0; set->n < n; set->n++) {
		fd = open_one(set, set->joined);
		if (fd < 0) {
			*error = fd;
			goto err;
		}
		set->fd[set->n] = fd;
	}
	*error = mcrd_rxset_join(set);
	/* Until the device is up the first one does for all. */
	if (*error == -ENETDOWN)
		*error = set_active(set, 0);
	if (!*error)
		return set;
err:
	mcrd_rxset_close(set);
	return NULL;
}

/**
 * mcrd_rxset_nhoff - where IP begins in what a filter sees
 * @set: the sockets
 * @nhoff: filled in
 *
 * Return: false if that is not to be known from the type of the device.
 */
bool mcrd_rxset_nhoff(const struct mcrd_rxset *set, uint32_t *nhoff)
{
	*nhoff = filter_of(set) == MCRD_FILTER_ETHER ? ETH_HLEN : 0;
	return *nhoff || set->type == ARPHRD_NONE;
}

/**
 * mcrd_rxset_filter - have those sockets that receive filter by a program
 * @set: the sockets; nothing is done if they do
 * @prog: the program, which stays until it is replaced here; -1: they are to let
 *	in all that is multicast
 *
 * Return: 0, or -errno: then they let in all that is multicast.
 */
int mcrd_rxset_filter(struct mcrd_rxset *set, int prog)
{
	unsigned int i;
	int ret = 0;

	if (set->prog == prog)
		return 0;
	set->prog = prog;
	/* One alone receives, or all do. */
	for (i = 0; i < set->n && !ret && (set->joined || !i); i++)
		ret = set_active(set, i);
	if (!ret)
		return 0;
	set->prog = -1;
	for (i = 0; i < set->n && (set->joined || !i); i++)
		if (set_active(set, i))
			set_int(set->fd[i], SOL_SOCKET, SO_DETACH_FILTER, 0);
	return ret;
}

/**
 * mcrd_rxset_missed - frames that sockets had no room for
 * @set: the sockets
 *
 * Return: how many since they were opened.
 */
uint64_t mcrd_rxset_missed(struct mcrd_rxset *set)
{
	struct tpacket_stats stats;
	unsigned int i;

	for (i = 0; i < set->n; i++) {
		socklen_t len = sizeof(stats);

		/* What was asked for is zeroed there. */
		if (!getsockopt(set->fd[i], SOL_PACKET, PACKET_STATISTICS,
				&stats, &len))
			set->missed += stats.tp_drops;
	}
	return set->missed;
}

/**
 * mcrd_rxset_close - receive from a device no more
 * @set: the sockets; workers may have copies still; may be NULL
 */
void mcrd_rxset_close(struct mcrd_rxset *set)
{
	unsigned int i;

	if (!set)
		return;
	for (i = 0; i < set->n; i++)
		close(set->fd[i]);
	free(set);
}

/**
 * mcrd_packet_control - a packet socket that only holds what devices are asked for
 *
 * Return: the socket, or -errno.
 */
int mcrd_packet_control(void)
{
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	return fd < 0 ? -errno : fd;
}

/**
 * mcrd_packet_allmulti - have a device receive all groups, or no longer
 * @fd: of mcrd_packet_control()
 * @ifindex: the device
 * @on: which of it
 *
 * Return: 0 or -errno.
 */
int mcrd_packet_allmulti(int fd, int ifindex, bool on)
{
	struct packet_mreq mreq = {
		.mr_ifindex = ifindex,
		.mr_type = PACKET_MR_ALLMULTI,
	};

	return setsockopt(fd, SOL_PACKET,
			  on ? PACKET_ADD_MEMBERSHIP : PACKET_DROP_MEMBERSHIP,
			  &mreq, sizeof(mreq)) ? -errno : 0;
}
