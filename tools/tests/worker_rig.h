/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A worker in a test: frames go in as if they were received, and what it would
 * send is collected, cut apart as the kernel would do it.
 */
#ifndef MCR_TESTS_WORKER_RIG_H
#define MCR_TESTS_WORKER_RIG_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "../mcrd/worker/worker.h"

#define RIG_DEVS	3
#define RIG_SENT_MAX	8192

/**
 * struct sent - a frame on its way out
 * @dev: index of the device
 * @len: bytes of @data
 * @messages: of sendmsg() before it was sent
 * @data: the frame; owned
 */
struct sent {
	unsigned int dev;
	uint32_t len;
	uint32_t messages;
	uint8_t *data;
};

/**
 * struct rig - the worker
 * @w: it
 * @mem: what it counts in
 * @used: bytes of that
 * @sent: frames it sent
 * @n: how many
 * @messages: by how many calls
 * @submits: how often sends were handed to the kernel
 * @fail: the next send fails so: -errno
 * @hold: sends are not done before rig_release()
 * @held: those
 * @n_held: how many
 */
struct rig {
	struct mcrd_worker w;
	char *mem;
	size_t used;
	struct sent sent[RIG_SENT_MAX];
	uint32_t n;
	uint32_t messages;
	uint32_t submits;
	int fail;
	bool hold;
	struct mcrd_send *held[MCRD_SENDS];
	uint32_t n_held;
};

/**
 * struct packet - what a frame is made of
 * @v6: IPv6
 * @link: bytes of a link-layer header that is not Ethernet's; 0: it is
 * @group: last byte of the destination
 * @sport: source port
 * @size: bytes of payload
 * @tag: first byte of the payload
 * @seed: of the other bytes
 * @id: IPv4 id
 * @df: do not fragment
 * @ttl: TTL or hop limit
 * @tos: TOS or traffic class
 * @csum: how the checksum is
 * @pad: bytes of padding
 * @vlan: VLAN id of a tag that was taken out; 0: none
 * @prio: priority of that tag
 * @verified: the kernel says that the checksum is right
 * @stamp: when the kernel received it, ns of CLOCK_REALTIME; 0: it does not say
 */
struct packet {
	bool v6;
	uint8_t link;
	uint8_t group;
	uint16_t sport;
	uint16_t size;
	uint8_t tag;
	uint8_t seed;
	uint16_t id;
	bool df;
	uint8_t ttl;
	uint8_t tos;
	enum { CSUM_GOOD, CSUM_BAD, CSUM_ZERO, CSUM_PARTIAL } csum;
	uint8_t pad;
	uint16_t vlan;
	uint8_t prio;
	bool verified;
	uint64_t stamp;
};

struct rig *rig_new(bool vnet);
void rig_free(struct rig *r);
uint64_t rig_place(struct rig *r, size_t size);
void rig_device(struct rig *r, unsigned int dev, uint32_t mtu);
void rig_rule(struct rig *r, uint32_t id, const struct mcrd_rule *rule,
	      const struct mcrd_output *out);
uint32_t rig_frame(uint8_t *l2, const struct packet *p);
void rig_receive(struct rig *r, const struct packet *p);
void rig_flush(struct rig *r);
void rig_release(struct rig *r);
void rig_forget(struct rig *r);
uint16_t rig_udp_sum(const uint8_t *l3);

#endif /* MCR_TESTS_WORKER_RIG_H */
