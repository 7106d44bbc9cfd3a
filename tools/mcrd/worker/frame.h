/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A frame as a packet socket hands it over, with what it says beside it.
 */
#ifndef MCRD_WORKER_FRAME_H
#define MCRD_WORKER_FRAME_H

#include <linux/if_packet.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <time.h>

#include "match.h"
#include "pool.h"

struct mcrd_rxdev;

/*
 * In a receive buffer there are, in this order: what io_uring says of the
 * message, the sender, control messages, the virtio-net header, the frame.
 */
#define MCRD_FRAME_OUT		16U
#define MCRD_FRAME_NAME		24U
#define MCRD_FRAME_CONTROL	\
	(CMSG_SPACE(sizeof(struct timespec)) + \
	 CMSG_SPACE(sizeof(struct tpacket_auxdata)))
#define MCRD_FRAME_ROOM		\
	(MCRD_FRAME_OUT + MCRD_FRAME_NAME + MCRD_FRAME_CONTROL)

/**
 * struct mcrd_frame - a frame
 * @rx: where it was received
 * @buf: what it lies in
 * @l2: its first byte
 * @len: bytes from @l2 on
 * @l2_len: bytes of its link-layer header; 0 where devices have none
 * @ether: the device is Ethernet: what is there can be sent on as it is
 * @pkt_type: PACKET_
 * @protocol: EtherType, network byte order
 * @tagged: a VLAN tag was taken out of it
 * @tpid: EtherType of that, network byte order
 * @tci: priority and VLAN id
 * @csum_good: the checksum of the transport header was found right
 * @partial: it is still to be filled in
 * @csum_start: from @l2 on: what a @partial one covers begins there
 * @csum_offset: of it from there
 * @gso_size: payload bytes of the segments of a super-packet; 0: it is none
 * @gso_type: SKB_GSO_ bits; 0: nothing that is known
 * @stamp: when the kernel received it, ns of CLOCK_REALTIME; 0: it does not say
 */
struct mcrd_frame {
	struct mcrd_rxdev *rx;
	struct mcrd_buf *buf;
	uint8_t *l2;
	uint32_t len;
	uint16_t l2_len;
	bool ether;
	uint8_t pkt_type;
	__be16 protocol;
	bool tagged;
	__be16 tpid;
	uint16_t tci;
	bool csum_good;
	bool partial;
	uint16_t csum_start;
	uint16_t csum_offset;
	uint16_t gso_size;
	uint32_t gso_type;
	uint64_t stamp;
};

/**
 * struct mcrd_message - what a receive call returned
 * @payload: virtio-net header, if the socket has them, and frame
 * @len: its bytes
 * @name: the sender
 * @control: control messages
 * @control_len: their bytes
 * @flags: MSG_
 */
struct mcrd_message {
	uint8_t *payload;
	size_t len;
	const void *name;
	const void *control;
	size_t control_len;
	int flags;
};

/**
 * enum mcrd_frame_read - what a message is
 * @MCRD_FRAME_GOOD: a frame
 * @MCRD_FRAME_SHORT: less than the headers that it has to have
 * @MCRD_FRAME_TRUNCATED: not all of a frame
 */
enum mcrd_frame_read {
	MCRD_FRAME_GOOD,
	MCRD_FRAME_SHORT,
	MCRD_FRAME_TRUNCATED,
};

size_t mcrd_frame_shift(bool vnet);
enum mcrd_frame_read mcrd_frame_read(struct mcrd_frame *f,
				     struct mcrd_rxdev *rx,
				     struct mcrd_buf *buf,
				     const struct mcrd_message *m);
enum mcr_verdict mcrd_frame_parse(struct mcrd_frame *f, struct mcr_packet *p);

#endif /* MCRD_WORKER_FRAME_H */
