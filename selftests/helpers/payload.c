// SPDX-License-Identifier: GPL-2.0
/*
 * Numbered packets; see payload.h.
 */
#define _GNU_SOURCE
#include "payload.h"

#include <string.h>

static const uint8_t magic[8] = { 'm', 'c', 'r', 0xf1, 0x07, 't', 's', 't' };

static void put(uint8_t *buf, uint64_t value, size_t bytes)
{
	while (bytes--) {
		buf[bytes] = (uint8_t)value;
		value >>= 8;
	}
}

static uint64_t get(const uint8_t *buf, size_t bytes)
{
	uint64_t value = 0;

	while (bytes--)
		value = value << 8 | *buf++;
	return value;
}

/* Differs between neighbours in any of place, sequence and flow. */
static uint8_t pattern(const struct payload_id *id, size_t at)
{
	uint64_t x = id->seq * 0x9e3779b97f4a7c15U + id->flow * 0x45d9f3bU + at;

	x ^= x >> 32;
	x *= 0xd6e8feb86659fd93U;
	return (uint8_t)(x >> 56);
}

/**
 * payload_write - fill in the payload of a packet
 * @buf: room for id->size bytes, at least PAYLOAD_MIN
 * @id: which packet
 */
void payload_write(uint8_t *buf, const struct payload_id *id)
{
	size_t i;

	memcpy(buf, magic, sizeof(magic));
	put(buf + 8, id->flow, 4);
	put(buf + 12, id->size, 4);
	put(buf + 16, id->seq, 8);
	for (i = PAYLOAD_MIN; i < id->size; i++)
		buf[i] = pattern(id, i);
}

/**
 * payload_read - which packet does this payload claim to be?
 * @buf: the payload
 * @len: its length
 * @id: result
 *
 * Return: 1 if it is a numbered packet, whole or not; 0 if it is none.
 */
int payload_read(const uint8_t *buf, size_t len, struct payload_id *id)
{
	if (len < PAYLOAD_MIN || memcmp(buf, magic, sizeof(magic)))
		return 0;
	id->flow = (uint32_t)get(buf + 8, 4);
	id->size = (uint32_t)get(buf + 12, 4);
	id->seq = get(buf + 16, 8);
	return id->size >= PAYLOAD_MIN;
}

/**
 * payload_first_wrong - compare a payload with what it claims to be
 * @buf: id->size bytes
 * @id: from payload_read()
 *
 * Return: the place of the first wrong byte, or -1.
 */
long payload_first_wrong(const uint8_t *buf, const struct payload_id *id)
{
	size_t i;

	for (i = PAYLOAD_MIN; i < id->size; i++) {
		if (buf[i] != pattern(id, i))
			return (long)i;
	}
	return -1;
}

/**
 * payload_is_within - do these bytes hold the beginning of a numbered packet?
 * @buf: the bytes, of a frame that could not be understood
 * @len: how many
 *
 * Return: 1 if so.
 */
int payload_is_within(const uint8_t *buf, size_t len)
{
	return !!memmem(buf, len, magic, sizeof(magic));
}
