// SPDX-License-Identifier: GPL-2.0
/*
 * usage: bench-blast DEVICE RUN PACKETS-A-SECOND SECONDS PAYLOAD FLOWS [sleep]
 *
 * Sends UDP datagrams to 239.1.1.1:5000 at a constant rate, flows in turn, packet
 * by packet, and says how many and how long that took, as JSON.
 *
 * One flow leaves as super-packets, which the device has cut before it sends them
 * (ethtool -K DEVICE tx-udp-segmentation off): nothing else makes so many. Several
 * flows leave as packets, past the device's queue.
 *
 * The time between bursts is spent looking at the clock; with "sleep", where what is
 * measured has this processor, too, most of it is not.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/ip.h>
#include <linux/udp.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>

#include "wire.h"

#ifndef VIRTIO_NET_HDR_GSO_UDP_L4
#define VIRTIO_NET_HDR_GSO_UDP_L4	5
#endif

/* Packets in a call, and bytes of a super-packet. */
#define BATCH		32
#define SUPER		65000U

/*
 * More packets than these are not made up for when something else had the
 * processor: all at once, they would overflow the ring of the device that they come
 * in by, a loss that is nobody's who is measured. The rate is that much lower.
 */
#define LATE		64

/* To sleep for less than that is not worth it, and waking takes some of it. */
#define NAP_NS		60000

/* A burst is not more than what is due in so many ns. */
#define BURST_NS	500000.0

/**
 * struct blast - what is sent
 * @fd: packet socket
 * @run: which measurement
 * @payload: bytes
 * @flows: how many
 * @rate: packets a second
 * @super: super-packets
 * @burst: packets at once, at most
 * @sleep: between bursts
 * @seq: of each flow
 * @flow: whose turn it is
 * @buf: BATCH messages of @stride bytes each
 * @stride: bytes of one
 */
struct blast {
	int fd;
	uint32_t run;
	uint32_t payload;
	uint32_t flows;
	double rate;
	bool super;
	bool sleep;
	uint32_t burst;
	uint32_t seq[WIRE_FLOWS];
	uint32_t flow;
	uint8_t *buf;
	size_t stride;
};

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000U + (uint64_t)ts.tv_nsec;
}

static uint16_t fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

static uint32_t sum_of(const void *p, size_t len)
{
	const uint8_t *at = p;
	uint32_t sum = 0;
	size_t i;

	for (i = 0; i < len; i += 2)
		sum += (uint32_t)at[i] << 8 | at[i + 1];
	return sum;
}

static void put_ip(uint8_t *frame, uint32_t len)
{
	struct iphdr ip = {
		.version = 4, .ihl = 5, .ttl = 16, .protocol = IPPROTO_UDP,
		.tot_len = htons((uint16_t)(20 + len)),
		.frag_off = htons(0x4000),
		.saddr = htonl(0x0a000001), .daddr = htonl(0xef010101),
	};

	ip.check = htons((uint16_t)~fold(sum_of(&ip, sizeof(ip))));
	memcpy(frame + WIRE_ETH, &ip, sizeof(ip));
}

/* The checksum is that of the pseudo-header: the device is to do the rest. */
static void put_udp(uint8_t *frame, uint32_t len, uint32_t flow)
{
	struct udphdr uh = {
		.source = htons((uint16_t)(40000 + flow)), .dest = htons(5000),
		.len = htons((uint16_t)len),
	};

	uh.check = htons(fold(sum_of(frame + WIRE_ETH + 12, 8) + IPPROTO_UDP +
			      len));
	memcpy(frame + WIRE_ETH + 20, &uh, sizeof(uh));
}

static void put_wire(struct blast *b, uint8_t *at, uint64_t time)
{
	struct wire w = {
		.magic = WIRE_MAGIC, .run = b->run, .flow = b->flow,
		.seq = ++b->seq[b->flow], .time = time,
	};

	memcpy(at, &w, sizeof(w));
	b->flow = (b->flow + 1) % b->flows;
}

/* A message of @n packets of one flow; return its length. */
static size_t make(struct blast *b, uint8_t *at, uint32_t n, uint64_t time)
{
	static const uint8_t eth[WIRE_ETH] = {
		1, 0, 0x5e, 1, 1, 1, 2, 0, 0, 1, 0, 1, ETH_P_IP >> 8,
	};
	struct virtio_net_hdr h = {
		.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM, .hdr_len = WIRE_HEAD,
		.csum_start = WIRE_ETH + 20, .csum_offset = 6,
	};
	uint32_t len = 8 + n * b->payload, i;
	uint8_t *frame = at + sizeof(h);

	if (n > 1) {
		h.gso_type = VIRTIO_NET_HDR_GSO_UDP_L4;
		h.gso_size = (uint16_t)b->payload;
	}
	memcpy(at, &h, sizeof(h));
	memcpy(frame, eth, sizeof(eth));
	put_ip(frame, len);
	put_udp(frame, len, b->flow);
	for (i = 0; i < n; i++)
		put_wire(b, frame + WIRE_HEAD + (size_t)i * b->payload, time);
	return sizeof(h) + WIRE_HEAD + (size_t)n * b->payload;
}

/* Return how many packets left, or -errno. */
static int send_some(struct blast *b, uint32_t n)
{
	struct mmsghdr msg[BATCH] = { 0 };
	struct iovec iov[BATCH];
	uint64_t time = now();
	uint32_t i;
	int ret;

	if (b->super) {
		ret = (int)send(b->fd, b->buf, make(b, b->buf, n, time), 0);
		return ret < 0 ? -errno : (int)n;
	}
	for (i = 0; i < n; i++) {
		iov[i].iov_base = b->buf + i * b->stride;
		iov[i].iov_len = make(b, iov[i].iov_base, 1, time);
		msg[i].msg_hdr.msg_iov = &iov[i];
		msg[i].msg_hdr.msg_iovlen = 1;
	}
	/* What the device has no room for is lost there, and counted as sent. */
	for (i = 0; i < n; i += (uint32_t)ret) {
		ret = sendmmsg(b->fd, msg + i, n - i, 0);
		if (ret < 0 && errno != ENOBUFS)
			return -errno;
		if (ret < 0)
			ret = 1;
	}
	return (int)n;
}

/* Return how many packets should have left @passed ns after the first one. */
static uint64_t due_by(const struct blast *b, uint64_t passed, uint64_t total)
{
	uint64_t due = (uint64_t)(b->rate * (double)passed / 1e9) + 1;

	return due < total ? due : total;
}

/* Until shortly before @n packets more will be due. */
static void nap(const struct blast *b, uint64_t n)
{
	double ns = (double)n * 1e9 / b->rate - NAP_NS;
	struct timespec ts = { .tv_nsec = (long)ns };

	if (ns < NAP_NS)
		return;
	if (ts.tv_nsec > 999999999)
		ts.tv_nsec = 999999999;
	nanosleep(&ts, NULL);
}

static int offer(struct blast *b, double seconds)
{
	uint64_t began = now(), start = began, total, sent = 0;

	total = (uint64_t)(b->rate * seconds);
	while (sent < total) {
		uint64_t time = now(), due = due_by(b, time - start, total);
		uint64_t n = due - sent;
		int ret;

		/* A generator that is too slow ends in time all the same. */
		if ((double)(time - began) > seconds * 1.1e9)
			break;
		if (due <= sent || (n < b->burst && due < total)) {
			if (b->sleep)
				nap(b, b->burst - n);
			continue;
		}
		if (n > LATE) {
			start += (uint64_t)((double)(n - b->burst) * 1e9 /
					    b->rate);
			n = b->burst;
		}
		ret = send_some(b, (uint32_t)(n < b->burst ? n : b->burst));
		if (ret < 0 && ret != -ENOBUFS) {
			fprintf(stderr, "bench-blast: %s\n", strerror(-ret));
			return 1;
		}
		if (ret > 0)
			sent += (uint64_t)ret;
	}
	printf("{\"sent\": %llu, \"seconds\": %.6f}\n",
	       (unsigned long long)sent, (double)(now() - began) / 1e9);
	return 0;
}

static int open_socket(const struct blast *b, const char *name)
{
	struct sockaddr_ll sll = { .sll_family = AF_PACKET };
	int fd = socket(AF_PACKET, SOCK_RAW, 0), one = 1, size = 16 << 20;

	sll.sll_ifindex = (int)if_nametoindex(name);
	if (fd < 0 || setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &one,
				 sizeof(one)) ||
	    bind(fd, (struct sockaddr *)&sll, sizeof(sll)))
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
	if (!b->super)
		setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &one,
			   sizeof(one));
	return fd;
}

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

int main(int argc, char **argv)
{
	struct blast b = { 0 };

	if (argc != 7 && (argc != 8 || strcmp(argv[7], "sleep"))) {
		fputs("usage: bench-blast DEVICE RUN RATE SECONDS PAYLOAD FLOWS [sleep]\n",
		      stderr);
		return 1;
	}
	b.run = (uint32_t)strtoul(argv[2], NULL, 0);
	b.rate = strtod(argv[3], NULL);
	b.payload = (uint32_t)strtoul(argv[5], NULL, 0);
	b.flows = (uint32_t)strtoul(argv[6], NULL, 0);
	if (b.payload < sizeof(struct wire) || b.payload > 9000 || !b.flows ||
	    b.flows > WIRE_FLOWS || b.rate < 1) {
		fprintf(stderr, "bench-blast: payload is %zu to 9000 bytes, flows are 1 to %d\n",
			sizeof(struct wire), WIRE_FLOWS);
		return 1;
	}
	b.super = b.flows == 1;
	b.sleep = argc == 8;
	if (b.sleep)
		prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
	b.burst = least(BATCH, SUPER / b.payload);
	if (b.rate * BURST_NS / 1e9 < b.burst)
		b.burst = least(b.burst, 1 + (uint32_t)(b.rate * BURST_NS /
							1e9));
	b.stride = sizeof(struct virtio_net_hdr) + WIRE_HEAD + b.payload;
	b.buf = calloc(b.super ? 1 : BATCH, b.super ? SUPER + 128 : b.stride);
	b.fd = open_socket(&b, argv[1]);
	if (!b.buf || b.fd < 0) {
		perror("bench-blast");
		return 1;
	}
	return offer(&b, strtod(argv[4], NULL));
}
