// SPDX-License-Identifier: GPL-2.0
/*
 * mcsend with frames made here: sent by a packet socket, or written to a tap
 * device, which receives them as if they came from a wire.
 */
#include "send.h"
#include "fault.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#ifndef VIRTIO_NET_HDR_GSO_UDP_L4
#define VIRTIO_NET_HDR_GSO_UDP_L4	5
#endif
#define FULL_MS		10000
#define PIECE_MAX	4096	/* what a page of a paged frame holds */

static int open_packet(const struct send_plan *plan)
{
	struct sockaddr_ll ll = { .sll_family = AF_PACKET };
	int fd, on = 1;

	fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (fd < 0)
		die("packet socket: %s", strerror(errno));
	if (plan->vnet &&
	    setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof(on)))
		die("PACKET_VNET_HDR: %s", strerror(errno));
	ll.sll_ifindex = (int)device_index(plan->dev);
	if (bind(fd, (struct sockaddr *)&ll, sizeof(ll)))
		die("packet socket on %s: %s", plan->dev, strerror(errno));
	return fd;
}

static int open_tap(const struct send_plan *plan)
{
	struct ifreq req = { 0 };
	int fd, flags;

	fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		die_unsupported("/dev/net/tun: %s", strerror(errno));
	flags = IFF_TAP | IFF_NO_PI;
	if (plan->splits_len)
		flags |= IFF_NAPI | IFF_NAPI_FRAGS;
	if (plan->vnet)
		flags |= IFF_VNET_HDR;
	req.ifr_flags = (short)flags;
	snprintf(req.ifr_name, sizeof(req.ifr_name), "%s", plan->dev);
	if (ioctl(fd, TUNSETIFF, &req))
		die("tap device %s: %s", plan->dev, strerror(errno));
	return fd;
}

/**
 * send_frame_open - a descriptor that takes frames
 * @plan: the plan; MAC addresses that are not given are filled in
 *
 * Return: the descriptor.
 */
int send_frame_open(struct send_plan *plan)
{
	static const uint8_t none[6], away[6] = { 2, 0, 0, 0x7a, 0xb0, 1 };

	if (!memcmp(plan->frame.dmac, none, 6))
		group_mac(&plan->frame.dst, plan->frame.dmac);
	if (!memcmp(plan->frame.smac, none, 6)) {
		if (plan->mode == SEND_TAP)
			memcpy(plan->frame.smac, away, 6);
		else
			device_mac(plan->dev, plan->frame.smac);
	}
	return plan->mode == SEND_TAP ? open_tap(plan) : open_packet(plan);
}

static void fill_vnet(struct virtio_net_hdr *hdr, const struct send_plan *plan,
		      const struct frame *f, uint32_t packets)
{
	memset(hdr, 0, sizeof(*hdr));
	if (plan->frame.csum == CSUM_PARTIAL) {
		hdr->flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
		hdr->csum_start = (uint16_t)f->l4;
		hdr->csum_offset = 6;
	}
	if (packets > 1) {
		hdr->gso_type = plan->ufo ? VIRTIO_NET_HDR_GSO_UDP :
					    VIRTIO_NET_HDR_GSO_UDP_L4;
		hdr->gso_size = (uint16_t)plan->size;
		hdr->hdr_len = (uint16_t)(f->l4 + 8);
	}
}

/* Cut @len bytes at @buf into pieces as planned. */
static size_t split(struct iovec *iov, size_t max, uint8_t *buf, size_t len,
		    const struct send_plan *plan)
{
	size_t n = 0, piece;

	while (len && n < max) {
		piece = len;
		if (n < plan->splits_len)
			piece = plan->splits[n];
		else if (plan->splits_len)
			piece = PIECE_MAX;
		if (piece > len)
			piece = len;
		iov[n].iov_base = buf;
		iov[n++].iov_len = piece;
		buf += piece;
		len -= piece;
	}
	if (len)
		die("the frame needs more than %zu pieces", max);
	return n;
}

/* Returns false if there was no memory for the frame itself. */
static bool write_faulty(int fd, struct send_plan *plan,
			 const struct iovec *iov, int n)
{
	ssize_t len;
	int error;

	fault_arm(plan->fail);
	len = writev(fd, iov, n);
	error = errno;
	plan->failed = fault_disarm();
	if (len < 0 && (!plan->failed || error != ENOMEM))
		die("cannot send a frame whose allocation %u fails: %s",
		    plan->fail, strerror(error));
	return len >= 0;
}

static bool write_frame(int fd, struct send_plan *plan, struct frame *f,
			uint32_t packets)
{
	struct pollfd pfd = { .fd = fd, .events = POLLOUT };
	uint64_t give_up = now_ns() + FULL_MS * 1000000ULL;
	struct iovec iov[2 + SEND_SPLITS_MAX];
	struct virtio_net_hdr hdr;
	size_t n = 0;

	if (plan->vnet) {
		fill_vnet(&hdr, plan, f, packets);
		iov[n].iov_base = &hdr;
		iov[n++].iov_len = sizeof(hdr);
	}
	n += split(iov + n, SEND_SPLITS_MAX, f->buf, f->len, plan);
	if (plan->fail)
		return write_faulty(fd, plan, iov, (int)n);
	while (writev(fd, iov, (int)n) < 0) {
		if (errno == EINVAL && packets > 1)
			die_unsupported("this kernel takes no UDP super-packets by virtio-net header");
		if ((errno != ENOBUFS && errno != EAGAIN) || now_ns() > give_up)
			die("cannot send a frame of %zu bytes: %s", f->len,
			    strerror(errno));
		poll(&pfd, 1, 10);
	}
	return true;
}

/**
 * send_frame_burst - send some packets in one frame
 * @fd: from send_frame_open()
 * @plan: the plan
 * @shape: how the frame is to be
 * @flow: which flow
 * @seq: first sequence number
 * @packets: how many; more than one make a super-packet
 *
 * Return: frames sent; more than one for a shape that is sent cut at every
 * length, none if there was to be no memory for it.
 */
uint64_t send_frame_burst(int fd, struct send_plan *plan,
			  const struct shape *shape, uint32_t flow,
			  uint64_t seq, uint32_t packets)
{
	static uint8_t payload[FRAME_PAYLOAD_MAX];
	static struct frame f;
	uint64_t frames = 0;
	size_t len, full;

	len = (size_t)packets * plan->size;
	send_payload(payload, plan, flow, seq, packets);
	if (plan->id_is_seq)
		plan->frame.id = (uint16_t)seq;
	shape_build(shape, &f, &plan->frame, payload, len);
	full = f.len;
	if (!shape->every_length)
		return write_frame(fd, plan, &f, packets);
	for (f.len = f.l3; f.len < full; f.len++)
		frames += write_frame(fd, plan, &f, packets);
	return frames;
}
