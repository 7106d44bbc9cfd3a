// SPDX-License-Identifier: GPL-2.0
/*
 * recvmmsg() and sendmmsg(): as many packets in each call as there are.
 */
#include "peer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#define BATCH	64

static void send_all(int fd, struct mmsghdr *msg, unsigned int n)
{
	unsigned int i = 0;
	int ret;

	while (i < n) {
		ret = sendmmsg(fd, msg + i, n - i, MSG_DONTWAIT);
		/* One that finds no room is lost. */
		i += ret > 0 ? (unsigned int)ret : 1;
	}
}

int peer_mmsg(const struct peer *p)
{
	char *mem = malloc((size_t)BATCH * PEER_PACKET);
	struct mmsghdr msg[BATCH] = { 0 };
	struct iovec iov[BATCH];
	unsigned int i;
	int n;

	if (!mem)
		return 1;
	for (i = 0; i < BATCH; i++) {
		iov[i].iov_base = mem + (size_t)i * PEER_PACKET;
		msg[i].msg_hdr.msg_iov = &iov[i];
		msg[i].msg_hdr.msg_iovlen = 1;
	}
	for (;;) {
		for (i = 0; i < BATCH; i++)
			iov[i].iov_len = PEER_PACKET;
		n = recvmmsg(p->in, msg, BATCH, MSG_WAITFORONE, NULL);
		if (n < 0 && errno != EINTR) {
			perror("bench-peer: recvmmsg");
			return 1;
		}
		for (i = 0; (int)i < n; i++)
			iov[i].iov_len = msg[i].msg_len;
		for (i = 0; n > 0 && i < p->n; i++)
			send_all(p->out[i], msg, (unsigned int)n);
	}
}
