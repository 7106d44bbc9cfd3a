/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Ethernet frames that carry UDP over IPv4 or IPv6: made, taken apart and
 * verified, byte by byte and without any help of the kernel, so that the tests
 * have a reference which shares nothing with what they test.
 */
#ifndef HELPERS_FRAME_H
#define HELPERS_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util.h"

#define FRAME_PAYLOAD_MAX	65507U
#define FRAME_MAX		(14 + 4 + 65535 + 40)
#define FRAME_VLAN_NONE		(-1)

/**
 * enum csum_kind - the UDP checksum of a frame
 * @CSUM_GOOD: right
 * @CSUM_BAD: one more than right, in ones' complement
 * @CSUM_ZERO: none
 * @CSUM_PARTIAL: only the pseudo header's, the rest is left to the device
 */
enum csum_kind {
	CSUM_GOOD,
	CSUM_BAD,
	CSUM_ZERO,
	CSUM_PARTIAL,
};

/* The folded sum over a datagram whose checksum is CSUM_BAD. */
#define CSUM_BAD_SUM	0x0001

/**
 * struct frame_spec - what a frame says
 * @src: source address
 * @dst: destination address, of the same family
 * @sport: UDP source port
 * @dport: UDP destination port
 * @id: identification, IPv4
 * @flabel: flow label, IPv6
 * @ttl: TTL or hop limit
 * @tos: DSCP and ECN
 * @proto: IP protocol; without ports and checksum unless UDP
 * @dont_fragment: the DF bit, IPv4
 * @smac: source
 * @dmac: destination
 * @vlan: VLAN id, or FRAME_VLAN_NONE
 * @csum: the UDP checksum
 * @ext: IPv4 options, or IPv6 extension headers that end in UDP; NULL: none
 * @ext_len: their length, a multiple of 4 or 8
 * @ext_proto: type of the first extension header
 */
struct frame_spec {
	struct address src;
	struct address dst;
	uint16_t sport;
	uint16_t dport;
	uint16_t id;
	uint32_t flabel;
	uint8_t ttl;
	uint8_t tos;
	uint8_t proto;
	bool dont_fragment;
	uint8_t smac[6];
	uint8_t dmac[6];
	int vlan;
	enum csum_kind csum;
	const uint8_t *ext;
	size_t ext_len;
	uint8_t ext_proto;
};

/**
 * struct frame - a frame in the making
 * @buf: its bytes
 * @len: how many
 * @l3: where the IP header begins
 * @l4: where the UDP header begins
 * @family: AF_INET or AF_INET6
 */
struct frame {
	uint8_t buf[FRAME_MAX];
	size_t len;
	size_t l3;
	size_t l4;
	int family;
};

/**
 * struct parsed - a frame taken apart
 * @src: source address
 * @dst: destination address
 * @sport: UDP source port
 * @dport: UDP destination port
 * @id: identification, IPv4
 * @flabel: flow label, IPv6
 * @ttl: TTL or hop limit
 * @tos: DSCP and ECN
 * @proto: IP protocol, after extension headers
 * @smac: source
 * @dmac: destination
 * @vlan: VLAN id in the frame, or FRAME_VLAN_NONE
 * @dont_fragment: the DF bit, IPv4
 * @l3_len: bytes from the IP header to the end of the datagram
 * @payload: after the UDP or the IP header
 * @payload_len: its length
 * @udp_check: the UDP checksum as it stands in the header
 * @udp_sum: folded sum over pseudo header and datagram; 0xffff if it is right
 * @pseudo_sum: folded sum over the pseudo header: the header's checksum where
 *	the rest was left to the device
 */
struct parsed {
	struct address src;
	struct address dst;
	uint16_t sport;
	uint16_t dport;
	uint16_t id;
	uint32_t flabel;
	uint8_t ttl;
	uint8_t tos;
	uint8_t proto;
	uint8_t smac[6];
	uint8_t dmac[6];
	int vlan;
	bool dont_fragment;
	size_t l3_len;
	const uint8_t *payload;
	size_t payload_len;
	uint16_t udp_check;
	uint16_t udp_sum;
	uint16_t pseudo_sum;
};

uint16_t csum_fold_slow(const uint8_t *data, size_t len, uint16_t start);

uint16_t get16(const uint8_t *at);
void put16(uint8_t *at, unsigned int value);

void frame_build(struct frame *f, const struct frame_spec *spec,
		 const uint8_t *payload, size_t len);
void frame_fix_ip_csum(struct frame *f);
const char *frame_parse(const uint8_t *buf, size_t len, struct parsed *p);

#endif /* HELPERS_FRAME_H */
