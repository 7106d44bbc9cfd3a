// SPDX-License-Identifier: GPL-2.0
/*
 * Shapes of packets; see shape.h.
 */
#include "shape.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

static uint8_t *ip_of(struct frame *f)
{
	return f->buf + f->l3;
}

static uint8_t *udp_of(struct frame *f)
{
	return f->buf + f->l4;
}

static void spoil_ip_csum(struct frame *f)
{
	ip_of(f)[10] ^= 0x55;
}

static void spoil_version(struct frame *f)
{
	ip_of(f)[0] = (uint8_t)((ip_of(f)[0] & 0xf) | 0x50);
}

static void spoil_ihl_short(struct frame *f)
{
	ip_of(f)[0] = 0x44;
}

static void spoil_ihl_zero(struct frame *f)
{
	ip_of(f)[0] = 0x40;
}

/* The frame ends within the header that it announces. */
static void spoil_ihl_long(struct frame *f)
{
	ip_of(f)[0] = 0x4f;
	f->len = f->l3 + 56;
	put16(ip_of(f) + 2, 56);
}

static void spoil_total_short(struct frame *f)
{
	put16(ip_of(f) + 2, 19);
}

static void spoil_total_long(struct frame *f)
{
	put16(ip_of(f) + 2, get16(ip_of(f) + 2) + 1U);
}

static void spoil_payload_long(struct frame *f)
{
	put16(ip_of(f) + 4, get16(ip_of(f) + 4) + 1U);
}

/* Room for half of a UDP header. */
static void spoil_no_udp(struct frame *f)
{
	f->len = f->l4 + 4;
	if (f->family == AF_INET)
		put16(ip_of(f) + 2, (unsigned int)(f->len - f->l3));
	else
		put16(ip_of(f) + 4, (unsigned int)(f->len - f->l3 - 40));
}

static void spoil_udp_long(struct frame *f)
{
	put16(udp_of(f) + 4, get16(udp_of(f) + 4) + 1U);
}

static void spoil_udp_huge(struct frame *f)
{
	put16(udp_of(f) + 4, 0xffff);
}

static void spoil_udp_short(struct frame *f)
{
	put16(udp_of(f) + 4, 7);
}

static void spoil_udp_zero(struct frame *f)
{
	put16(udp_of(f) + 4, 0);
}

/* Ethernet's padding: bytes behind the datagram that mean nothing. */
static void spoil_padding(struct frame *f)
{
	memset(f->buf + f->len, 0xa5, 11);
	f->len += 11;
}

static void spoil_fragment_first(struct frame *f)
{
	ip_of(f)[6] = 0x20;
}

static void spoil_fragment_later(struct frame *f)
{
	put16(ip_of(f) + 6, 185);
}

static void spoil_fragment_middle(struct frame *f)
{
	put16(ip_of(f) + 6, 0x2000 | 185);
}

/* Later fragments begin with payload: what looks like ports there is none. */
static void spoil_fragment6_later(struct frame *f)
{
	put16(ip_of(f) + 42, 185 << 3);
}

static void spoil_fragment6_first(struct frame *f)
{
	put16(ip_of(f) + 42, 1);
}

/* The extension header ends behind the packet. */
static void spoil_extension_long(struct frame *f)
{
	ip_of(f)[41] = 0xff;
}

static void spoil_payload(struct frame *f)
{
	f->buf[f->len - 1] ^= 1;
}

#define GOOD		.verdict = "good"
#define MALFORMED	.verdict = "malformed"
#define FRAGMENT	.verdict = "fragment"
#define CORRUPT		.verdict = "corrupt"
#define V4		.family = AF_INET
#define V6		.family = AF_INET6
#define OPTIONS(...)							\
	.ext = { __VA_ARGS__ },						\
	.ext_len = sizeof((uint8_t[]){ __VA_ARGS__ })

static const struct shape shapes[] = {
	{ .name = "plain", GOOD },
	{ .name = "padding", GOOD, .spoil = spoil_padding },
	{ .name = "truncated", MALFORMED, .every_length = true },
	{ .name = "udp-cut", MALFORMED, .spoil = spoil_no_udp },
	{ .name = "udp-length-long", MALFORMED, .spoil = spoil_udp_long },
	{ .name = "udp-length-huge", MALFORMED, .spoil = spoil_udp_huge },
	{ .name = "udp-length-short", MALFORMED, .spoil = spoil_udp_short },
	{ .name = "version", MALFORMED, .spoil = spoil_version },
	{ .name = "payload-byte", CORRUPT, .spoil = spoil_payload },

	/* IPv4; for options see RFC 791, 3.1. */
	{ .name = "options-nop", V4, GOOD, OPTIONS(1, 1, 1, 0) },
	{ .name = "options-alert", V4, GOOD, OPTIONS(0x94, 4, 0, 0) },
	{ .name = "options-unknown", V4, GOOD, OPTIONS(0x9e, 4, 1, 2) },
	{ .name = "ip-checksum", V4, MALFORMED, .spoil = spoil_ip_csum,
	  .keep_ip_csum = true },
	{ .name = "ihl-zero", V4, MALFORMED, .spoil = spoil_ihl_zero,
	  .keep_ip_csum = true },
	{ .name = "ihl-short", V4, MALFORMED, .spoil = spoil_ihl_short },
	{ .name = "ihl-long", V4, MALFORMED, .spoil = spoil_ihl_long,
	  .keep_ip_csum = true },
	{ .name = "total-length-short", V4, MALFORMED,
	  .spoil = spoil_total_short },
	{ .name = "total-length-long", V4, MALFORMED,
	  .spoil = spoil_total_long },
	{ .name = "udp-length-zero", V4, MALFORMED, .spoil = spoil_udp_zero },
	{ .name = "options-overrun", V4, MALFORMED, OPTIONS(0x9e, 5, 1, 2) },
	{ .name = "options-length-zero", V4, MALFORMED,
	  OPTIONS(0x9e, 0, 1, 2) },
	{ .name = "options-length-one", V4, MALFORMED,
	  OPTIONS(0x9e, 1, 1, 2) },
	{ .name = "options-length-cut", V4, MALFORMED, OPTIONS(1, 1, 1, 0x9e) },
	{ .name = "options-route-pointer", V4, MALFORMED,
	  OPTIONS(7, 7, 3, 0, 0, 0, 0, 0) },
	{ .name = "options-time-pointer", V4, MALFORMED,
	  OPTIONS(0x44, 8, 4, 0, 0, 0, 0, 0) },
	{ .name = "fragment-first", V4, FRAGMENT,
	  .spoil = spoil_fragment_first },
	{ .name = "fragment-middle", V4, FRAGMENT,
	  .spoil = spoil_fragment_middle },
	{ .name = "fragment-last", V4, FRAGMENT,
	  .spoil = spoil_fragment_later },

	/* IPv6; for extension headers see RFC 8200, 4. */
	{ .name = "hop-by-hop", V6, GOOD, .ext_proto = IPPROTO_HOPOPTS,
	  OPTIONS(IPPROTO_UDP, 0, 5, 2, 0, 0, 1, 0) },
	{ .name = "destination", V6, GOOD, .ext_proto = IPPROTO_DSTOPTS,
	  OPTIONS(IPPROTO_UDP, 0, 1, 4, 0, 0, 0, 0) },
	{ .name = "hop-and-destination", V6, GOOD,
	  .ext_proto = IPPROTO_HOPOPTS,
	  OPTIONS(IPPROTO_DSTOPTS, 0, 1, 4, 0, 0, 0, 0,
		  IPPROTO_UDP, 0, 1, 4, 0, 0, 0, 0) },
	{ .name = "fragment-atomic", V6, FRAGMENT,
	  .ext_proto = IPPROTO_FRAGMENT,
	  OPTIONS(IPPROTO_UDP, 0, 0, 0, 1, 2, 3, 4) },
	{ .name = "payload-length-long", V6, MALFORMED,
	  .spoil = spoil_payload_long },
	{ .name = "hop-by-hop-long", V6, MALFORMED,
	  .ext_proto = IPPROTO_HOPOPTS,
	  OPTIONS(IPPROTO_UDP, 0, 1, 4, 0, 0, 0, 0),
	  .spoil = spoil_extension_long },
	{ .name = "hop-by-hop-overrun", V6, MALFORMED,
	  .ext_proto = IPPROTO_HOPOPTS,
	  OPTIONS(IPPROTO_UDP, 0, 1, 5, 0, 0, 0, 0) },
	{ .name = "destination-long", V6, MALFORMED,
	  .ext_proto = IPPROTO_DSTOPTS,
	  OPTIONS(IPPROTO_UDP, 0, 1, 4, 0, 0, 0, 0),
	  .spoil = spoil_extension_long },
	{ .name = "fragment-first", V6, FRAGMENT,
	  .ext_proto = IPPROTO_FRAGMENT,
	  OPTIONS(IPPROTO_UDP, 0, 0, 0, 1, 2, 3, 4),
	  .spoil = spoil_fragment6_first },
	{ .name = "fragment-last", V6, FRAGMENT,
	  .ext_proto = IPPROTO_FRAGMENT,
	  OPTIONS(IPPROTO_UDP, 0, 0, 0, 1, 2, 3, 4),
	  .spoil = spoil_fragment6_later },
};

#define SHAPES (sizeof(shapes) / sizeof(shapes[0]))

static bool shape_has(const struct shape *shape, int family)
{
	return !shape->family || shape->family == family;
}

/**
 * shape_find - look a shape up or end
 * @name: its name
 * @family: AF_INET or AF_INET6
 *
 * Return: the shape.
 */
const struct shape *shape_find(const char *name, int family)
{
	size_t i;

	for (i = 0; i < SHAPES; i++) {
		if (shape_has(&shapes[i], family) &&
		    !strcmp(shapes[i].name, name))
			return &shapes[i];
	}
	die_usage("there is no shape '%s' for this family; see --shapes", name);
}

/**
 * shape_list - write the names of shapes, one a line
 * @out: where to
 * @family: AF_INET or AF_INET6
 * @verdict: only those of this verdict
 */
void shape_list(FILE *out, int family, const char *verdict)
{
	size_t i;

	for (i = 0; i < SHAPES; i++) {
		if (shape_has(&shapes[i], family) &&
		    !strcmp(shapes[i].verdict, verdict))
			fprintf(out, "%s\n", shapes[i].name);
	}
}

/**
 * shape_build - make a frame of a shape
 * @shape: the shape
 * @f: result
 * @spec: what it says otherwise; its ext fields are overwritten
 * @payload: what it carries
 * @len: length of @payload
 */
void shape_build(const struct shape *shape, struct frame *f,
		 struct frame_spec *spec, const uint8_t *payload, size_t len)
{
	spec->ext = shape->ext;
	spec->ext_len = shape->ext_len;
	spec->ext_proto = shape->ext_proto;
	frame_build(f, spec, payload, len);
	if (!shape->spoil)
		return;
	shape->spoil(f);
	if (!shape->keep_ip_csum)
		frame_fix_ip_csum(f);
}
