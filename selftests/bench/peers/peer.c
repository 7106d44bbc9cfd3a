// SPDX-License-Identifier: GPL-2.0
/*
 * usage: bench-peer mmsg|per-packet|uring-per-packet IN OUT…
 *
 * Forwards 239.1.1.1:5000 in other ways than the relay does:
 *	mmsg		 recvmmsg() and sendmmsg(), UDP sockets
 *	per-packet	 io_uring, a packet socket in, UDP sockets out, packet by packet
 *	uring-per-packet io_uring, packet sockets, packet by packet
 */
#include "peer.h"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "wire.h"

#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING	23
#endif

static int set_room(int fd)
{
	int rx = PEER_RX_BYTES, tx = PEER_TX_BYTES;

	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &rx, sizeof(rx));
	setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &tx, sizeof(tx));
	return fd;
}

/* A socket that has joined the group. */
int peer_udp_in(const char *dev)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET, .sin_port = htons(5000),
		.sin_addr.s_addr = htonl(0xef010101),
	};
	struct ip_mreqn mreq = { .imr_multiaddr = sin.sin_addr };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	mreq.imr_ifindex = (int)if_nametoindex(dev);
	if (fd < 0 || bind(fd, (struct sockaddr *)&sin, sizeof(sin)) ||
	    setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &mreq, sizeof(mreq)))
		return -1;
	return set_room(fd);
}

/* A socket that is connected to the new group, by way of the device. */
int peer_udp_out(const char *dev)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET, .sin_port = htons(5000),
		.sin_addr.s_addr = htonl(0xef020202),
	};
	struct ip_mreqn mreq = { .imr_ifindex = (int)if_nametoindex(dev) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0), off = 0;

	if (fd < 0 || setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &mreq,
				 sizeof(mreq)) ||
	    setsockopt(fd, IPPROTO_IP, IP_MULTICAST_LOOP, &off, sizeof(off)) ||
	    connect(fd, (struct sockaddr *)&sin, sizeof(sin)))
		return -1;
	return set_room(fd);
}

static int packet_socket(const char *dev, int proto)
{
	struct sockaddr_ll sll = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons((unsigned short)proto),
	};
	int fd = socket(AF_PACKET, SOCK_RAW, 0), one = 1;

	sll.sll_ifindex = (int)if_nametoindex(dev);
	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&sll, sizeof(sll)))
		return -1;
	return set_room(fd);
}

/* The kernel lets in what is to be forwarded, and nothing else. */
int peer_packet_in(const char *dev)
{
	struct sock_filter insn[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, WIRE_ETH + 16),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0xef010101, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0xffffffff),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog prog = { .len = 4, .filter = insn };
	int fd = packet_socket(dev, ETH_P_IP);

	if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog,
				  sizeof(prog)))
		return -1;
	return fd;
}

/* Past the device's queue: the kernel does least then. */
int peer_packet_out(const char *dev)
{
	int fd = packet_socket(dev, 0), one = 1;

	if (fd >= 0)
		setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &one,
			   sizeof(one));
	return fd;
}

int main(int argc, char **argv)
{
	bool mmsg, udp;
	struct peer p;
	int i;

	if (argc < 4 || argc - 3 > PEER_OUT_MAX) {
		fprintf(stderr, "usage: bench-peer mmsg|per-packet|uring-per-packet IN OUT...\n");
		return 1;
	}
	mmsg = !strcmp(argv[1], "mmsg");
	udp = strcmp(argv[1], "uring-per-packet");
	p.n = (unsigned int)(argc - 3);
	p.in = mmsg ? peer_udp_in(argv[2]) : peer_packet_in(argv[2]);
	for (i = 0; i < argc - 3; i++) {
		p.out[i] = udp ? peer_udp_out(argv[3 + i]) :
				 peer_packet_out(argv[3 + i]);
		if (p.out[i] < 0 || p.in < 0) {
			perror("bench-peer: sockets");
			return 1;
		}
	}
	puts("ready");
	fflush(stdout);
	if (mmsg)
		return peer_mmsg(&p);
	return peer_uring(&p, udp ? WIRE_HEAD : 0);
}
