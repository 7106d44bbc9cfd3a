/* SPDX-License-Identifier: GPL-2.0 */
/*
 * mcsink: what is expected on a device, what came, and how it is received.
 */
#ifndef HELPERS_SINK_H
#define HELPERS_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "frame.h"
#include "payload.h"

#define SINK_MAX	1024
#define SINK_WHY_MAX	160

/**
 * enum want - which fields of a packet are compared
 */
enum want {
	WANT_GROUP	= 1 << 0,
	WANT_SRC	= 1 << 1,
	WANT_PORT	= 1 << 2,
	WANT_SPORT	= 1 << 3,
	WANT_TTL	= 1 << 4,
	WANT_DSCP	= 1 << 5,
	WANT_ECN	= 1 << 6,
	WANT_SMAC	= 1 << 7,
	WANT_DMAC	= 1 << 8,
	WANT_DMAC_AUTO	= 1 << 9,
	WANT_SIZE	= 1 << 10,
	WANT_ID		= 1 << 11,
	WANT_ID_SEQ	= 1 << 12,
	WANT_FLABEL	= 1 << 13,
	WANT_FRAME	= 1 << 14,	/* all that only a whole frame shows */
};

/**
 * enum want_csum - the UDP checksum that is expected
 * @WANT_CSUM_OK: right, or right as far as the device has to complete it
 * @WANT_CSUM_GOOD: right and complete
 * @WANT_CSUM_PARTIAL: left to the device
 * @WANT_CSUM_ZERO: none
 * @WANT_CSUM_BAD: as wrong as CSUM_BAD makes it
 */
enum want_csum {
	WANT_CSUM_OK,
	WANT_CSUM_GOOD,
	WANT_CSUM_PARTIAL,
	WANT_CSUM_ZERO,
	WANT_CSUM_BAD,
};

/**
 * struct expect - what is expected on a device
 * @dev: its name
 * @ifindex: its index
 * @want: of enum want: which of the values below are compared
 * @csum: the UDP checksum
 * @p: expected values
 * @flow: of the numbered packets
 * @first: first sequence number
 * @count: how many packets
 * @size: bytes of payload in each
 */
struct expect {
	const char *dev;
	unsigned int ifindex;
	unsigned int want;
	enum want_csum csum;
	struct parsed p;
	uint32_t flow;
	uint64_t first;
	uint64_t count;
	uint32_t size;
};

/**
 * struct tally - what came on a device
 * @frames: frames with packets of the flow
 * @received: packets of the flow, duplicates too
 * @unique: different ones
 * @dup: those that had come already
 * @reordered: those that came after a later one
 * @wrong: packets and frames not as expected
 * @partial: frames whose checksum was left to the device
 * @super: frames of several packets
 * @other: packets of other flows
 * @bytes: of payload
 * @highest: highest sequence number so far, if any came
 * @ended: the end marker came
 * @why: what was wrong first
 * @seen: a bit for each expected packet
 */
struct tally {
	uint64_t frames;
	uint64_t received;
	uint64_t unique;
	uint64_t dup;
	uint64_t reordered;
	uint64_t wrong;
	uint64_t partial;
	uint64_t super;
	uint64_t other;
	uint64_t bytes;
	uint64_t highest;
	bool ended;
	char why[SINK_WHY_MAX];
	uint8_t *seen;
};

/**
 * struct section - one device of the sink
 * @expect: what is expected
 * @tally: what came
 */
struct section {
	struct expect expect;
	struct tally tally;
};

/**
 * struct sink - all of it
 * @section: the devices
 * @sections: how many
 * @fd: sockets; one for all devices, or one for each where @udp
 * @udp: joined UDP sockets instead of a packet socket
 * @no_promisc: the packet socket takes what the devices' filters let through
 * @last_ns: when a packet that belongs here came last
 */
struct sink {
	struct section section[SINK_MAX];
	size_t sections;
	int fd[SINK_MAX];
	bool udp;
	bool no_promisc;
	uint64_t last_ns;
};

void expect_keyword(struct expect *e, const char *key, const char *value);
const char *expect_judge(const struct expect *e, const struct parsed *p,
			 bool partial, bool super);

void tally_open(struct section *s);
void tally_packets(struct section *s, const struct parsed *p, bool partial,
		   const char *fault);
void tally_stray(struct section *s, const char *fault);
void tally_print(const struct section *s, uint64_t overrun, FILE *out);

void sink_open_packet(struct sink *sink);
void sink_open_udp(struct sink *sink);
void sink_receive(struct sink *sink, size_t socket);
uint64_t sink_overrun(const struct sink *sink);

#endif /* HELPERS_SINK_H */
