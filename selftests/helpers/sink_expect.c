// SPDX-License-Identifier: GPL-2.0
/*
 * mcsink: what is expected of a packet, and whether it is so.
 */
#include "sink.h"

#include <netinet/in.h>
#include <stdarg.h>
#include <string.h>

static uint64_t number(const char *key, const char *value, uint64_t max)
{
	return parse_number(key, value, 0, max);
}

static enum want_csum csum_kind(const char *text)
{
	static const char * const name[] = {
		[WANT_CSUM_OK] = "ok", [WANT_CSUM_GOOD] = "good",
		[WANT_CSUM_PARTIAL] = "partial", [WANT_CSUM_ZERO] = "zero",
		[WANT_CSUM_BAD] = "bad",
	};
	size_t i;

	for (i = 0; i < sizeof(name) / sizeof(name[0]); i++) {
		if (!strcmp(text, name[i]))
			return (enum want_csum)i;
	}
	die_usage("csum must be ok, good, partial, zero or bad, not '%s'",
		  text);
}

/* Return: false if @key is none of these. */
static bool keyword_flow(struct expect *e, const char *key, const char *value)
{
	if (!strcmp(key, "flow")) {
		e->flow = (uint32_t)number(key, value, UINT32_MAX - 1);
	} else if (!strcmp(key, "first")) {
		e->first = number(key, value, UINT64_MAX);
	} else if (!strcmp(key, "count")) {
		e->count = number(key, value, 1 << 30);
	} else if (!strcmp(key, "size")) {
		e->size = (uint32_t)number(key, value, FRAME_PAYLOAD_MAX);
		e->want |= WANT_SIZE;
	} else {
		return false;
	}
	return true;
}

static bool keyword_address(struct expect *e, const char *key,
			    const char *value)
{
	if (!strcmp(key, "group")) {
		e->p.dst = parse_address(key, value);
		e->want |= WANT_GROUP;
	} else if (!strcmp(key, "src")) {
		e->p.src = parse_address(key, value);
		e->want |= WANT_SRC;
	} else if (!strcmp(key, "port")) {
		e->p.dport = (uint16_t)number(key, value, 65535);
		e->want |= WANT_PORT;
	} else if (!strcmp(key, "sport")) {
		e->p.sport = (uint16_t)number(key, value, 65535);
		e->want |= WANT_SPORT;
	} else if (!strcmp(key, "smac")) {
		parse_mac(key, value, e->p.smac);
		e->want |= WANT_SMAC;
	} else if (!strcmp(key, "dmac") && !strcmp(value, "auto")) {
		e->want = (e->want & ~(unsigned int)WANT_DMAC) | WANT_DMAC_AUTO;
	} else if (!strcmp(key, "dmac")) {
		parse_mac(key, value, e->p.dmac);
		e->want = (e->want & ~(unsigned int)WANT_DMAC_AUTO) | WANT_DMAC;
	} else {
		return false;
	}
	return true;
}

static bool keyword_header(struct expect *e, const char *key, const char *value)
{
	if (!strcmp(key, "ttl")) {
		e->p.ttl = (uint8_t)number(key, value, 255);
		e->want |= WANT_TTL;
	} else if (!strcmp(key, "dscp")) {
		e->p.tos = (uint8_t)((e->p.tos & 3) |
				     number(key, value, 63) << 2);
		e->want |= WANT_DSCP;
	} else if (!strcmp(key, "ecn")) {
		e->p.tos = (uint8_t)((e->p.tos & 0xfc) |
				     number(key, value, 3));
		e->want |= WANT_ECN;
	} else if (!strcmp(key, "proto")) {
		e->p.proto = (uint8_t)number(key, value, 255);
	} else if (!strcmp(key, "vlan")) {
		e->p.vlan = (int)number(key, value, 4095);
	} else if (!strcmp(key, "id") && !strcmp(value, "seq")) {
		e->want |= WANT_ID_SEQ;
	} else if (!strcmp(key, "id")) {
		e->p.id = (uint16_t)number(key, value, 65535);
		e->want |= WANT_ID;
	} else if (!strcmp(key, "flabel")) {
		e->p.flabel = (uint32_t)number(key, value, 0xfffff);
		e->want |= WANT_FLABEL;
	} else if (!strcmp(key, "csum")) {
		e->csum = csum_kind(value);
	} else {
		return false;
	}
	return true;
}

/**
 * expect_keyword - take a keyword and its value from the command line
 * @e: changed as they say
 * @key: the keyword
 * @value: its value
 */
void expect_keyword(struct expect *e, const char *key, const char *value)
{
	if (!keyword_flow(e, key, value) && !keyword_address(e, key, value) &&
	    !keyword_header(e, key, value))
		die_usage("'%s' is no keyword; see --help", key);
}

static const char *wrong(const char *fmt, ...)
	__attribute__((format(printf, 1, 2)));

static const char *wrong(const char *fmt, ...)
{
	static char text[SINK_WHY_MAX];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	return text;
}

static const char *wrong_mac(const char *which, const uint8_t is[6],
			     const uint8_t want[6])
{
	return wrong("%s MAC %02x:%02x:%02x:%02x:%02x:%02x, not %02x:%02x:%02x:%02x:%02x:%02x",
		     which, is[0], is[1], is[2], is[3], is[4], is[5],
		     want[0], want[1], want[2], want[3], want[4], want[5]);
}

static const char *judge_ether(const struct expect *e, const struct parsed *p)
{
	uint8_t mac[6];

	if (p->vlan != e->p.vlan)
		return wrong("VLAN %d, not %d", p->vlan, e->p.vlan);
	if (e->want & WANT_SMAC && memcmp(p->smac, e->p.smac, 6))
		return wrong_mac("source", p->smac, e->p.smac);
	if (e->want & WANT_DMAC && memcmp(p->dmac, e->p.dmac, 6))
		return wrong_mac("destination", p->dmac, e->p.dmac);
	group_mac(&p->dst, mac);
	if (e->want & WANT_DMAC_AUTO && memcmp(p->dmac, mac, 6))
		return wrong_mac("destination", p->dmac, mac);
	return NULL;
}

static const char *judge_ip(const struct expect *e, const struct parsed *p)
{
	if (e->want & WANT_GROUP && !address_equal(&p->dst, &e->p.dst))
		return wrong("group %s, not %s", address_text(&p->dst),
			     address_text(&e->p.dst));
	if (e->want & WANT_SRC && !address_equal(&p->src, &e->p.src))
		return wrong("source %s, not %s", address_text(&p->src),
			     address_text(&e->p.src));
	if (e->want & WANT_TTL && p->ttl != e->p.ttl)
		return wrong("TTL %u, not %u", p->ttl, e->p.ttl);
	if (e->want & WANT_DSCP && p->tos >> 2 != e->p.tos >> 2)
		return wrong("DSCP %d, not %d", p->tos >> 2, e->p.tos >> 2);
	if (e->want & WANT_ECN && (p->tos & 3) != (e->p.tos & 3))
		return wrong("ECN %d, not %d", p->tos & 3, e->p.tos & 3);
	if (p->proto != e->p.proto)
		return wrong("protocol %u, not %u", p->proto, e->p.proto);
	if (!(e->want & WANT_FRAME))
		return NULL;
	if (e->want & WANT_ID && p->dst.family == AF_INET &&
	    p->id != e->p.id)
		return wrong("identification %u, not %u", p->id, e->p.id);
	if (e->want & WANT_FLABEL && p->dst.family == AF_INET6 &&
	    p->flabel != e->p.flabel)
		return wrong("flow label 0x%05x, not 0x%05x", p->flabel,
			     e->p.flabel);
	return NULL;
}

/* Zero has two representations in ones' complement. */
static bool same_sum(uint16_t a, uint16_t b)
{
	return a % 0xffff == b % 0xffff;
}

static const char *judge_csum(const struct expect *e, const struct parsed *p,
			      bool partial, bool super)
{
	if (e->csum == WANT_CSUM_ZERO && !partial)
		return p->udp_check ? wrong("UDP checksum 0x%04x, not 0",
					    p->udp_check) : NULL;
	if (e->csum == WANT_CSUM_BAD && !partial)
		return p->udp_sum == CSUM_BAD_SUM ? NULL :
			wrong("UDP checksum not as wrong as it was sent, sum 0x%04x",
			      p->udp_sum);
	if (partial && e->csum != WANT_CSUM_OK && e->csum != WANT_CSUM_PARTIAL)
		return wrong("UDP checksum left to the device");
	if (!partial && e->csum == WANT_CSUM_PARTIAL)
		return wrong("UDP checksum not left to the device");
	if (super && !partial)
		return wrong("super-packet without a partial checksum");
	if (partial)
		return same_sum(p->udp_check, p->pseudo_sum) ? NULL :
			wrong("partial UDP checksum 0x%04x, not 0x%04x",
			      p->udp_check, p->pseudo_sum);
	if (!p->udp_check)
		return wrong("UDP checksum missing");
	if (p->udp_sum != 0xffff)
		return wrong("UDP checksum 0x%04x is wrong, sum 0x%04x",
			     p->udp_check, p->udp_sum);
	return NULL;
}

/**
 * expect_judge - is a packet as expected, its payload aside?
 * @e: what is expected
 * @p: the packet
 * @partial: its checksum is left to the device
 * @super: it is several packets in one
 *
 * Return: NULL, or what is wrong, until the next call.
 */
const char *expect_judge(const struct expect *e, const struct parsed *p,
			 bool partial, bool super)
{
	const char *why = judge_ip(e, p);

	if (!why && e->want & WANT_FRAME)
		why = judge_ether(e, p);
	if (why || p->proto != IPPROTO_UDP)
		return why;
	if (e->want & WANT_PORT && p->dport != e->p.dport)
		return wrong("port %u, not %u", p->dport, e->p.dport);
	if (e->want & WANT_SPORT && p->sport != e->p.sport)
		return wrong("source port %u, not %u", p->sport, e->p.sport);
	return e->want & WANT_FRAME ? judge_csum(e, p, partial, super) : NULL;
}
