/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the peers have in common: 239.1.1.1:5000 in, 239.2.2.2:5000 out of each
 * device; and sockets with as much room as the relay gives its own.
 */
#ifndef MCR_BENCH_PEER_H
#define MCR_BENCH_PEER_H

#include <stddef.h>

#define PEER_OUT_MAX	256
#define PEER_RX_BYTES	(32 << 20)
#define PEER_TX_BYTES	(16 << 20)

/* Bytes that a packet may have. */
#define PEER_PACKET	9216

/**
 * struct peer - what one forwards
 * @in: socket to receive from
 * @out: sockets to send with
 * @n: how many
 */
struct peer {
	int in;
	int out[PEER_OUT_MAX];
	unsigned int n;
};

int peer_udp_in(const char *dev);
int peer_udp_out(const char *dev);
int peer_packet_in(const char *dev);
int peer_packet_out(const char *dev);

int peer_mmsg(const struct peer *p);
int peer_uring(const struct peer *p, size_t skip);

#endif /* MCR_BENCH_PEER_H */
