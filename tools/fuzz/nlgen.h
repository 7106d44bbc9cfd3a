/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Messages of the protocol, made up from its spec: mostly sound ones, so that
 * they get past the first check, with values at and beyond their limits, and
 * spoiled ones.
 */
#ifndef MCR_FUZZ_NLGEN_H
#define MCR_FUZZ_NLGEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NLGEN_ROOM	65536U

/**
 * struct nlgen - a source of messages
 * @state: of the generator of numbers; a seed
 * @family: the family's number
 * @txn: a transaction that may be open
 * @id: a rule that may exist
 * @cmd: the last message's
 * @v6: addresses are IPv6, mostly
 * @len: bytes in @buf
 * @admin: the last message needs CAP_NET_ADMIN, unless it was spoiled
 * @spoiled: the last message was
 * @buf: the datagram: one or more messages
 */
struct nlgen {
	uint64_t state;
	uint16_t family;
	uint32_t txn;
	uint32_t id;
	uint8_t cmd;
	bool v6;
	size_t len;
	bool admin;
	bool spoiled;
	uint8_t buf[NLGEN_ROOM];
};

uint32_t nlgen_below(struct nlgen *g, uint32_t n);
void nlgen_make(struct nlgen *g);

#endif /* MCR_FUZZ_NLGEN_H */
