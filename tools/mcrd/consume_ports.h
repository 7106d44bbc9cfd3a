/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What rules that differ in their port ranges only say of each UDP port.
 */
#ifndef MCRD_CONSUME_PORTS_H
#define MCRD_CONSUME_PORTS_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

/**
 * enum mcrd_say - what rules say of a packet
 * @MCRD_SAY_NOTHING: wider rules are to be asked
 * @MCRD_SAY_PASS: the host's own stack gets it
 * @MCRD_SAY_CONSUME: it does not
 */
enum mcrd_say {
	MCRD_SAY_NOTHING,
	MCRD_SAY_PASS,
	MCRD_SAY_CONSUME,
};

/**
 * struct mcrd_span - ports from one on, up to the next span
 * @min: the lowest one
 * @say: of enum mcrd_say
 */
struct mcrd_span {
	__u32 min;
	__u8 say;
};

/**
 * struct mcrd_ports - what is said of each port; all zeroes: nothing of any
 * @n: number of @span
 * @span: ascending; no two that follow each other say the same, and the first
 *	does not say nothing. Freed by mcrd_ports_free()
 */
struct mcrd_ports {
	size_t n;
	struct mcrd_span *span;
};

/**
 * struct mcrd_claim - what one rule says
 * @min: its lowest port
 * @max: its highest port
 * @say: of enum mcrd_say
 */
struct mcrd_claim {
	__u16 min;
	__u16 max;
	__u8 say;
};

/**
 * struct mcrd_block - ports that have their first bits in common
 * @port: the lowest one
 * @len: so many bits, 0-16
 * @say: of enum mcrd_say, never MCRD_SAY_NOTHING
 */
struct mcrd_block {
	__u16 port;
	__u8 len;
	__u8 say;
};

/**
 * struct mcrd_blocks - a walk over blocks; all zeroes: at the first
 * @span: in which span it is
 * @port: the port that comes next
 */
struct mcrd_blocks {
	size_t span;
	__u32 port;
};

void mcrd_ports_free(struct mcrd_ports *ports);
int mcrd_ports_paint(struct mcrd_ports *ports, const struct mcrd_claim *claims,
		     size_t n);
int mcrd_ports_meet(struct mcrd_ports *ports, const struct mcrd_ports *old,
		    const struct mcrd_ports *new);
bool mcrd_ports_equal(const struct mcrd_ports *a, const struct mcrd_ports *b);
enum mcrd_say mcrd_ports_say(const struct mcrd_ports *ports, __u16 port);
bool mcrd_blocks_next(struct mcrd_blocks *at, const struct mcrd_ports *ports,
		      struct mcrd_block *block);

#endif /* MCRD_CONSUME_PORTS_H */
