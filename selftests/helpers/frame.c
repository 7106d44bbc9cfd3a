// SPDX-License-Identifier: GPL-2.0
/*
 * Frames made, taken apart and verified; see frame.h.
 */
#include "frame.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#define ETHER_IP	0x0800
#define ETHER_VLAN	0x8100
#define ETHER_IP6	0x86dd

/**
 * csum_fold_slow - the Internet checksum's sum (RFC 1071), as it is defined
 * @data: bytes; an odd one at the end counts as if a zero followed
 * @len: how many
 * @start: sum of what went before
 *
 * Return: the ones' complement sum, not complemented.
 */
uint16_t csum_fold_slow(const uint8_t *data, size_t len, uint16_t start)
{
	uint32_t sum = start;
	size_t i;

	for (i = 0; i < len; i++) {
		sum += i & 1 ? data[i] : (uint32_t)data[i] << 8;
		if (sum > 0xffff)
			sum -= 0xffff;
	}
	return (uint16_t)sum;
}

/**
 * get16 - read a big-endian number
 * @at: two bytes
 *
 * Return: the number.
 */
uint16_t get16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

/**
 * put16 - write a big-endian number
 * @at: two bytes
 * @value: the number, cut to 16 bits
 */
void put16(uint8_t *at, unsigned int value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

/* RFC 768 and RFC 8200, 8.1: what the UDP checksum covers beside the datagram. */
static uint16_t pseudo_sum(const struct address *src, const struct address *dst,
			   uint8_t proto, size_t len)
{
	uint8_t tail[8] = { 0 };
	uint16_t sum;

	tail[1] = (uint8_t)(len >> 16);
	put16(tail + 2, (unsigned int)len);
	tail[7] = proto;
	sum = csum_fold_slow(src->byte, address_len(src), 0);
	sum = csum_fold_slow(dst->byte, address_len(dst), sum);
	return csum_fold_slow(tail, sizeof(tail), sum);
}

static void build_ether(struct frame *f, const struct frame_spec *spec)
{
	unsigned int type = f->family == AF_INET ? ETHER_IP : ETHER_IP6;

	memcpy(f->buf, spec->dmac, 6);
	memcpy(f->buf + 6, spec->smac, 6);
	f->len = 12;
	if (spec->vlan != FRAME_VLAN_NONE) {
		put16(f->buf + f->len, ETHER_VLAN);
		put16(f->buf + f->len + 2, (unsigned int)spec->vlan);
		f->len += 4;
	}
	put16(f->buf + f->len, type);
	f->len += 2;
	f->l3 = f->len;
}

static void build_ip4(struct frame *f, const struct frame_spec *spec,
		      size_t datagram)
{
	size_t ihl = 20 + spec->ext_len;
	uint8_t *ip = f->buf + f->l3;

	memset(ip, 0, 20);
	ip[0] = (uint8_t)(0x40 | ihl / 4);
	ip[1] = spec->tos;
	put16(ip + 2, (unsigned int)(ihl + datagram));
	put16(ip + 4, spec->id);
	ip[6] = spec->dont_fragment ? 0x40 : 0;
	ip[8] = spec->ttl;
	ip[9] = spec->proto;
	memcpy(ip + 12, spec->src.byte, 4);
	memcpy(ip + 16, spec->dst.byte, 4);
	if (spec->ext_len)
		memcpy(ip + 20, spec->ext, spec->ext_len);
	f->l4 = f->l3 + ihl;
	frame_fix_ip_csum(f);
}

static void build_ip6(struct frame *f, const struct frame_spec *spec,
		      size_t datagram)
{
	uint8_t *ip = f->buf + f->l3;

	ip[0] = (uint8_t)(0x60 | spec->tos >> 4);
	ip[1] = (uint8_t)(spec->tos << 4 | (spec->flabel >> 16 & 0xf));
	put16(ip + 2, spec->flabel & 0xffff);
	put16(ip + 4, (unsigned int)(spec->ext_len + datagram));
	ip[6] = spec->ext_len ? spec->ext_proto : spec->proto;
	ip[7] = spec->ttl;
	memcpy(ip + 8, spec->src.byte, 16);
	memcpy(ip + 24, spec->dst.byte, 16);
	if (spec->ext_len)
		memcpy(ip + 40, spec->ext, spec->ext_len);
	f->l4 = f->l3 + 40 + spec->ext_len;
}

static void build_udp(struct frame *f, const struct frame_spec *spec,
		      size_t datagram)
{
	uint8_t *udp = f->buf + f->l4;
	uint16_t sum;

	put16(udp, spec->sport);
	put16(udp + 2, spec->dport);
	put16(udp + 4, (unsigned int)datagram);
	put16(udp + 6, 0);
	if (spec->csum == CSUM_ZERO)
		return;
	sum = pseudo_sum(&spec->src, &spec->dst, IPPROTO_UDP, datagram);
	if (spec->csum == CSUM_PARTIAL) {
		put16(udp + 6, sum);
		return;
	}
	sum = csum_fold_slow(udp, datagram, sum);
	sum = (uint16_t)~sum;
	if (!sum)
		sum = 0xffff;
	if (spec->csum == CSUM_BAD)
		sum = sum == 0xffff ? 1 : (uint16_t)(sum + 1);
	put16(udp + 6, sum);
}

/**
 * frame_build - make a frame
 * @f: result
 * @spec: what it says
 * @payload: what it carries
 * @len: length of @payload, at most FRAME_PAYLOAD_MAX less the @spec's ext_len
 */
void frame_build(struct frame *f, const struct frame_spec *spec,
		 const uint8_t *payload, size_t len)
{
	bool udp = spec->proto == IPPROTO_UDP;
	size_t datagram = len + (udp ? 8 : 0);

	f->family = spec->dst.family;
	build_ether(f, spec);
	if (f->family == AF_INET)
		build_ip4(f, spec, datagram);
	else
		build_ip6(f, spec, datagram);
	memcpy(f->buf + f->l4 + datagram - len, payload, len);
	if (udp)
		build_udp(f, spec, datagram);
	f->len = f->l4 + datagram;
}

/**
 * frame_fix_ip_csum - make the IPv4 header's checksum right
 * @f: a frame; IPv6 has no such checksum and is left alone
 */
void frame_fix_ip_csum(struct frame *f)
{
	uint8_t *ip = f->buf + f->l3;
	size_t ihl = (ip[0] & 0xfU) * 4;

	if (f->family != AF_INET)
		return;
	put16(ip + 10, 0);
	put16(ip + 10, (uint16_t)~csum_fold_slow(ip, ihl, 0));
}

/* On return *at is where the next header begins and *len what is left. */
static const char *parse_ip4(const uint8_t **at, size_t *len, struct parsed *p)
{
	const uint8_t *ip = *at;
	size_t ihl, total;

	if (*len < 20 || ip[0] >> 4 != 4)
		return "no IPv4 header";
	ihl = (ip[0] & 0xfU) * 4;
	total = get16(ip + 2);
	if (ihl < 20 || total < ihl || total > *len)
		return "IPv4 header: lengths";
	if (csum_fold_slow(ip, ihl, 0) != 0xffff)
		return "IPv4 header: checksum";
	if (get16(ip + 6) & 0x3fff)
		return "IPv4 fragment";
	p->tos = ip[1];
	p->id = get16(ip + 4);
	p->dont_fragment = ip[6] & 0x40;
	p->ttl = ip[8];
	p->proto = ip[9];
	p->src.family = AF_INET;
	p->dst.family = AF_INET;
	memcpy(p->src.byte, ip + 12, 4);
	memcpy(p->dst.byte, ip + 16, 4);
	p->l3_len = total;
	*at = ip + ihl;
	*len = total - ihl;
	return NULL;
}

static bool is_extension(uint8_t proto)
{
	return proto == IPPROTO_HOPOPTS || proto == IPPROTO_DSTOPTS ||
	       proto == IPPROTO_ROUTING || proto == IPPROTO_FRAGMENT;
}

static const char *parse_ip6_extensions(const uint8_t **at, size_t *len,
					struct parsed *p)
{
	size_t size;

	while (is_extension(p->proto)) {
		if (*len < 8)
			return "IPv6 extension header: cut";
		size = 8;
		if (p->proto != IPPROTO_FRAGMENT)
			size += (size_t)(*at)[1] * 8;
		else if (get16(*at + 2) & 0xfff9)
			return "IPv6 fragment";
		if (size > *len)
			return "IPv6 extension header: length";
		p->proto = (*at)[0];
		*at += size;
		*len -= size;
	}
	return NULL;
}

static const char *parse_ip6(const uint8_t **at, size_t *len, struct parsed *p)
{
	const uint8_t *ip = *at;
	size_t total;

	if (*len < 40 || ip[0] >> 4 != 6)
		return "no IPv6 header";
	total = 40 + (size_t)get16(ip + 4);
	if (total > *len)
		return "IPv6 header: length";
	p->tos = (uint8_t)(ip[0] << 4 | ip[1] >> 4);
	p->flabel = (uint32_t)(ip[1] & 0xf) << 16 | get16(ip + 2);
	p->proto = ip[6];
	p->ttl = ip[7];
	p->src.family = AF_INET6;
	p->dst.family = AF_INET6;
	memcpy(p->src.byte, ip + 8, 16);
	memcpy(p->dst.byte, ip + 24, 16);
	p->l3_len = total;
	*at = ip + 40;
	*len = total - 40;
	return parse_ip6_extensions(at, len, p);
}

static const char *parse_udp(const uint8_t *udp, size_t len, struct parsed *p)
{
	size_t datagram;

	if (len < 8)
		return "no UDP header";
	datagram = get16(udp + 4);
	if (datagram < 8 || datagram > len)
		return "UDP header: length";
	p->sport = get16(udp);
	p->dport = get16(udp + 2);
	p->udp_check = get16(udp + 6);
	p->pseudo_sum = pseudo_sum(&p->src, &p->dst, IPPROTO_UDP, datagram);
	p->udp_sum = csum_fold_slow(udp, datagram, p->pseudo_sum);
	p->payload = udp + 8;
	p->payload_len = datagram - 8;
	return NULL;
}

/**
 * frame_parse - take a frame apart
 * @buf: the frame
 * @len: its length
 * @p: result; points into @buf
 *
 * Lengths and the IPv4 header's checksum are verified; the UDP checksum is
 * added up for the caller to judge.
 *
 * Return: NULL, or why it is not understood.
 */
const char *frame_parse(const uint8_t *buf, size_t len, struct parsed *p)
{
	const uint8_t *at = buf + 12;
	const char *fault;

	memset(p, 0, sizeof(*p));
	p->vlan = FRAME_VLAN_NONE;
	if (len < 14)
		return "no Ethernet header";
	memcpy(p->dmac, buf, 6);
	memcpy(p->smac, buf + 6, 6);
	if (get16(at) == ETHER_VLAN && len >= 18) {
		p->vlan = get16(at + 2) & 0xfff;
		at += 4;
	}
	len -= (size_t)(at + 2 - buf);
	if (get16(at) != ETHER_IP && get16(at) != ETHER_IP6)
		return "neither IPv4 nor IPv6";
	at += 2;
	if (get16(at - 2) == ETHER_IP)
		fault = parse_ip4(&at, &len, p);
	else
		fault = parse_ip6(&at, &len, p);
	if (fault)
		return fault;
	if (p->proto == IPPROTO_UDP)
		return parse_udp(at, len, p);
	p->payload = at;
	p->payload_len = len;
	return NULL;
}
