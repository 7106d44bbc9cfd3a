/* SPDX-License-Identifier: GPL-2.0 */
/*
 * mcsend: what is to be sent, and the ways of sending it.
 */
#ifndef HELPERS_SEND_H
#define HELPERS_SEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "frame.h"
#include "shape.h"

#define SEND_SHAPES_MAX	32
#define SEND_SPLITS_MAX	16

/**
 * enum send_mode - how packets get onto or into a device
 * @SEND_UDP: a UDP socket's, sent out of the device
 * @SEND_RAW: frames made here, sent out of the device
 * @SEND_TAP: frames made here, received by the tap device
 */
enum send_mode {
	SEND_UDP,
	SEND_RAW,
	SEND_TAP,
};

/**
 * struct send_plan - what is to be sent
 * @mode: how
 * @dev: the device
 * @frame: addresses, ports and the like
 * @have_src: frame.src is given
 * @id_is_seq: identifications follow the sequence numbers
 * @flow: of the numbered packets
 * @first: first sequence number
 * @count: how many packets
 * @size: bytes of payload in a packet
 * @rate: packets per second; 0: as fast as possible
 * @window: packets that may be under way; 0: any number
 * @segments: packets in a super-packet; 0: no super-packets
 * @vnet: give frames a virtio-net header
 * @ufo: super-packets are one datagram each, to be fragmented
 * @end: send the end marker afterwards
 * @shapes: shapes to send, @count packets of each
 * @shapes_len: how many
 * @splits: sizes of the first pieces that a frame on a tap device is cut into
 * @splits_len: how many; 0: frames are linear
 * @faults: @count times as many packets as it takes to let each allocation fail that
 *	is made for one on its way, one by one, and one with which none fails
 * @fail: which one is to fail for the next frame; 0: none
 * @failed: it did, for the frame that was sent last
 */
struct send_plan {
	enum send_mode mode;
	const char *dev;
	struct frame_spec frame;
	bool have_src;
	bool id_is_seq;
	uint32_t flow;
	uint64_t first;
	uint64_t count;
	uint32_t size;
	uint64_t rate;
	uint64_t window;
	uint32_t segments;
	bool vnet;
	bool ufo;
	bool end;
	const struct shape *shapes[SEND_SHAPES_MAX];
	size_t shapes_len;
	size_t splits[SEND_SPLITS_MAX];
	size_t splits_len;
	bool faults;
	unsigned int fail;
	bool failed;
};

/**
 * struct send_totals - what has been sent
 * @packets: numbered packets, the end marker among them
 * @frames: frames or datagrams handed to the kernel; super-packets count once
 * @bytes: of payload
 * @faults: allocations that failed
 */
struct send_totals {
	uint64_t packets;
	uint64_t frames;
	uint64_t bytes;
	unsigned int faults;
};

int send_udp_open(const struct send_plan *plan);
void send_udp_burst(int fd, const struct send_plan *plan, uint32_t flow,
		    uint64_t seq, uint32_t packets);

int send_frame_open(struct send_plan *plan);
uint64_t send_frame_burst(int fd, struct send_plan *plan,
			  const struct shape *shape, uint32_t flow,
			  uint64_t seq, uint32_t packets);

void send_payload(uint8_t *buf, const struct send_plan *plan, uint32_t flow,
		  uint64_t seq, uint32_t packets);

#endif /* HELPERS_SEND_H */
