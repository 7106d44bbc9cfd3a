/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Shapes of packets: the usual one, and those that are unusual or broken in
 * one named way and right in all others.
 */
#ifndef HELPERS_SHAPE_H
#define HELPERS_SHAPE_H

#include <stdbool.h>
#include <stdio.h>

#include "frame.h"

/**
 * struct shape - one way a packet can be
 * @name: what it is called on the command line
 * @verdict: "good": to be treated like any other packet; "malformed": never
 *	to be acted on; "fragment": a part of a datagram; "corrupt": not what
 *	was meant, to prove that this is seen
 * @family: AF_INET or AF_INET6; 0: both
 * @ext_proto: type of the first IPv6 extension header
 * @ext_len: length of @ext
 * @ext: IPv4 options or IPv6 extension headers
 * @keep_ip_csum: the IPv4 checksum stays as it was before @spoil
 * @every_length: the frame is sent cut at every length
 * @spoil: changes the finished frame; may be NULL
 */
struct shape {
	const char *name;
	const char *verdict;
	int family;
	uint8_t ext_proto;
	uint8_t ext_len;
	uint8_t ext[24];
	bool keep_ip_csum;
	bool every_length;
	void (*spoil)(struct frame *f);
};

const struct shape *shape_find(const char *name, int family);
void shape_list(FILE *out, int family, const char *verdict);
void shape_build(const struct shape *shape, struct frame *f,
		 struct frame_spec *spec, const uint8_t *payload, size_t len);

#endif /* HELPERS_SHAPE_H */
