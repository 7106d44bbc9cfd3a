/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Numbered packets: what every packet of the tests carries. Any wrong byte of
 * it is seen.
 *
 * The payload is a magic number, the flow, its own size, the sequence number
 * (all big endian), and bytes that follow from these three. As it knows its
 * size, several payloads in a row (a super-packet) can be told apart.
 */
#ifndef HELPERS_PAYLOAD_H
#define HELPERS_PAYLOAD_H

#include <stddef.h>
#include <stdint.h>

#define PAYLOAD_MIN	24U
#define PAYLOAD_FLOW_END	0xffffffffU	/* marks the end of a test */

/**
 * struct payload_id - which packet this is
 * @flow: number of the flow
 * @size: bytes in the payload
 * @seq: number in the flow
 */
struct payload_id {
	uint32_t flow;
	uint32_t size;
	uint64_t seq;
};

void payload_write(uint8_t *buf, const struct payload_id *id);
int payload_read(const uint8_t *buf, size_t len, struct payload_id *id);
long payload_first_wrong(const uint8_t *buf, const struct payload_id *id);
int payload_is_within(const uint8_t *buf, size_t len);

#endif /* HELPERS_PAYLOAD_H */
