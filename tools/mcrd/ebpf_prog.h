/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which frames packet sockets let in, as eBPF: those that a rule may take.
 *
 * Beyond filter.h the program knows what rules look for. It looks a packet up in a
 * hash, once for each mask that rules of the device have; a packet that none of
 * them takes wakes nobody.
 */
#ifndef MCRD_EBPF_PROG_H
#define MCRD_EBPF_PROG_H

#include <linux/bpf.h>
#include <stddef.h>
#include <stdint.h>

#include "rule.h"

/* With more masks to look for, it costs less to wake a worker. */
#define MCRD_EBPF_MASKS		16U

/* IPv6 takes up to 40 instructions for each mask. */
#define MCRD_EBPF_MAX		1000U

/* Flows that are remembered as let through, on each CPU: 2 to the power of _BITS. */
#define MCRD_EBPF_FLOWS		64U
#define MCRD_EBPF_FLOWS_BITS	6U

/* A flow that no rule takes is let through so often, for who asks about it. */
#define MCRD_EBPF_AGAIN_NS	1000000000U

/* All such flows together, on each CPU: so many at once, one more in this time. */
#define MCRD_EBPF_BURST		64U
#define MCRD_EBPF_NS		10000000U

/**
 * struct mcrd_ebpf_key - what is in the hash
 * @group: destination, bits that do not count are 0
 * @src: source, likewise
 * @mask: which bits count: mcrd_ebpf_key_make()
 * @port: destination port, network byte order; 0: it does not count
 */
struct mcrd_ebpf_key {
	union mcr_addr group;
	union mcr_addr src;
	uint32_t mask;
	uint32_t port;
};

/**
 * struct mcrd_ebpf_slot - what is in the array of flows, on each CPU
 * @what: in the first one: frames that were not let in; then: a flow
 * @when: in the first one: when what was let through would be paid for, at one in
 *	MCRD_EBPF_NS; then: when the flow was let through. In ns, CLOCK_MONOTONIC
 */
struct mcrd_ebpf_slot {
	uint64_t what;
	uint64_t when;
};

/**
 * struct mcrd_ebpf_plan - what a program is made from
 * @keys: the hash; a descriptor
 * @flows: an array for each CPU, of 1 + MCRD_EBPF_FLOWS slots; a descriptor
 * @nhoff: bytes of the link-layer header: ETH_HLEN, or 0: it has none
 * @n: number of @mask
 * @mask: of struct mcrd_ebpf_key, each once
 */
struct mcrd_ebpf_plan {
	int keys;
	int flows;
	uint32_t nhoff;
	unsigned int n;
	uint32_t mask[MCRD_EBPF_MASKS];
};

void mcrd_ebpf_key_make(struct mcrd_ebpf_key *key, const struct mcr_match *m);
size_t mcrd_ebpf_build(const struct mcrd_ebpf_plan *plan,
		       struct bpf_insn insn[MCRD_EBPF_MAX]);

#endif /* MCRD_EBPF_PROG_H */
