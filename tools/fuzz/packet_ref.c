// SPDX-License-Identifier: GPL-2.0
/*
 * What is done with packets, once more; see packet_ref.h. RFC 791, 1112, 768,
 * 8200, 2710, 3810; what of it is refused is said in kmod/match.c and rule.h.
 */
#include "packet_ref.h"

#include <string.h>
#include <sys/socket.h>

#define V4	0x0800
#define V6	0x86dd
#define VLAN	0x8100
#define SERVICE	0x88a8

/* Next headers of IPv6 */
#define HOP	0
#define UDP	17
#define ROUTING	43
#define FRAGMENT 44
#define AUTH	51
#define ICMP6	58
#define NONE	59
#define DEST	60
#define PIM	103

#define EXTENSIONS_MAX	8

u16 ref_get16(const u8 *p)
{
	return (u16)(p[0] << 8 | p[1]);
}

/* Folded, not inverted; an odd byte is the upper half of a word. */
u32 ref_sum(const u8 *p, size_t len, u32 sum)
{
	size_t i;

	for (i = 0; i < len; i++) {
		sum += i % 2 ? p[i] : (u32)p[i] << 8;
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return sum;
}

/* Has a pointer of a recorded list room for an entry, or is the list full? */
static bool has_room(const u8 *opt, u8 first, u8 entry)
{
	if (opt[1] + 1U < first || opt[2] < first)
		return false;
	return opt[2] > opt[1] || opt[2] + entry <= opt[1] + 1;
}

static bool timestamp_ok(const u8 *opt)
{
	unsigned int kind, overflows;

	if (opt[1] < 4)
		return false;
	kind = opt[3] % 16;
	overflows = opt[3] / 16;
	if (opt[2] > opt[1] && kind != 3 && overflows == 15)
		return false;
	return has_room(opt, 5, kind == 1 || kind == 3 ? 8 : 4);
}

static bool option_ok(const u8 *opt)
{
	switch (opt[0]) {
	case 131:	/* loose source route */
	case 137:	/* strict source route */
		return opt[1] >= 3 && opt[2] >= 4;
	case 7:		/* record route */
		return has_room(opt, 4, 4);
	case 68:	/* timestamp */
		return timestamp_ok(opt);
	case 148:	/* router alert */
		return opt[1] >= 4;
	default:
		return true;
	}
}

static bool options_ok(const u8 *h, size_t ihl)
{
	unsigned int routes = 0, records = 0, stamps = 0;
	size_t at = 20;

	while (at < ihl && h[at] != 0) {
		if (h[at] == 1) {
			at++;
			continue;
		}
		if (at + 2 > ihl || h[at + 1] < 2 || at + h[at + 1] > ihl ||
		    !option_ok(h + at))
			return false;
		routes += h[at] == 131 || h[at] == 137;
		records += h[at] == 7;
		stamps += h[at] == 68;
		at += h[at + 1];
	}
	return routes <= 1 && records <= 1 && stamps <= 1;
}

static enum mcr_verdict udp(const struct ref_frame *f, struct ref_packet *p,
			    size_t off)
{
	size_t room = p->l3_len - off;

	p->udp = true;
	if (room < 8)
		return p->fragment ? MCR_VERDICT_PACKET :
				     MCR_VERDICT_MALFORMED;
	if (!p->fragment && (ref_get16(f->data + off + 4) < 8 ||
			     ref_get16(f->data + off + 4) > room))
		return MCR_VERDICT_MALFORMED;
	p->thoff = off;
	p->dport = ref_get16(f->data + off + 2);
	return MCR_VERDICT_PACKET;
}

static bool source4_ok(const u8 *src, const u8 *dst)
{
	if (src[0] >= 224 && src[0] < 240)
		return false;
	if (src[0] == 127 || !memcmp(src, "\xff\xff\xff\xff", 4))
		return false;
	return src[0] != 0 || (dst[0] == 224 && !dst[1] && !dst[2]);
}

static enum mcr_verdict parse4(const struct ref_frame *f, struct ref_packet *p)
{
	const u8 *h = f->data;
	size_t ihl;

	if (f->len < 20)
		return MCR_VERDICT_MALFORMED;
	if (h[16] < 224 || h[16] > 239)
		return MCR_VERDICT_OTHER;
	ihl = 4UL * (h[0] % 16);
	p->l3_len = ref_get16(h + 2);
	if (h[0] / 16 != 4 || ihl < 20 || ihl > f->len || p->l3_len < ihl ||
	    p->l3_len > f->len || !source4_ok(h + 12, h + 16) ||
	    ref_sum(h, ihl, 0) != 0xffff || !options_ok(h, ihl))
		return MCR_VERDICT_MALFORMED;
	if (h[9] == 2 || h[9] == PIM)
		return MCR_VERDICT_OTHER;
	p->ttl = h[8];
	p->fragment = ref_get16(h + 6) & 0x3fff;
	if (h[9] != UDP)
		return MCR_VERDICT_PACKET;
	if (ref_get16(h + 6) & 0x1fff) {
		p->udp = true;
		return MCR_VERDICT_PACKET;
	}
	return udp(f, p, ihl);
}

static bool tlvs_ok(const u8 *h, size_t len)
{
	unsigned int options = 0;
	size_t at = 2, padding = 0, size;

	while (at < len) {
		size = 1;
		if (h[at]) {
			if (at + 2 > len)
				return false;
			size = h[at + 1] + 2U;
		}
		if (at + size > len)
			return false;
		if (h[at] <= 1) {
			padding += size;
		} else {
			padding = 0;
			options++;
		}
		if (padding > 7 || options > 8)
			return false;
		at += size;
	}
	return true;
}

static bool addresses6_ok(const u8 *h)
{
	static const u8 loopback[16] = { [15] = 1 };
	unsigned int scope = h[25] % 16;

	return h[8] != 0xff && scope > 1 && memcmp(h + 8, loopback, 16) != 0;
}

/* Where the walk over extension headers is. */
struct walk {
	size_t off;
	u8 next;
	bool first;	/* of the fragments, or there are none */
	bool end;
};

/* Behind one more extension header. Returns false where it is broken. */
static bool step(const struct ref_frame *f, struct ref_packet *p,
		 struct walk *w)
{
	const u8 *h = f->data + w->off;
	bool is_known = w->next == HOP || w->next == ROUTING ||
			w->next == FRAGMENT || w->next == DEST;
	size_t len;

	w->end = true;
	if (!is_known)
		return true;
	if (w->off + 8 > p->l3_len)
		return false;
	if (w->next == ROUTING && h[3])
		return true;
	len = w->next == FRAGMENT ? 8 : (h[1] + 1U) * 8;
	if (w->off + len > p->l3_len)
		return false;
	if (w->next == FRAGMENT) {
		p->fragment |= (ref_get16(h + 2) & 0xfff9) != 0;
		w->first = !(ref_get16(h + 2) & 0xfff8);
	}
	if ((w->next == HOP || w->next == DEST) && !tlvs_ok(h, len))
		return false;
	w->next = h[0];
	w->off += len;
	w->end = !w->first;
	return true;
}

static bool is_mld(u8 type)
{
	return (type >= 130 && type <= 132) || type == 143;
}

static enum mcr_verdict parse6(const struct ref_frame *f, struct ref_packet *p)
{
	struct walk w = { .off = 40, .first = true };
	const u8 *h = f->data;
	unsigned int i;

	if (f->len < 40)
		return MCR_VERDICT_MALFORMED;
	if (h[24] != 0xff)
		return MCR_VERDICT_OTHER;
	p->v6 = true;
	p->l3_len = 40U + ref_get16(h + 4);
	if (h[0] / 16 != 6 || p->l3_len > f->len || !addresses6_ok(h))
		return MCR_VERDICT_MALFORMED;
	p->ttl = h[7];
	w.next = h[6];
	for (i = 0; i < EXTENSIONS_MAX && !w.end; i++)
		if (!step(f, p, &w))
			return MCR_VERDICT_MALFORMED;
	if (w.next == PIM)
		return MCR_VERDICT_OTHER;
	if (w.next == UDP && w.first)
		return udp(f, p, w.off);
	p->udp = w.next == UDP;
	if (w.next == ICMP6 && w.first) {
		if (w.off >= p->l3_len)
			return MCR_VERDICT_MALFORMED;
		if (is_mld(h[w.off]))
			return MCR_VERDICT_OTHER;
	}
	return MCR_VERDICT_PACKET;
}

/* As mcr_match_parse(). */
enum mcr_verdict ref_parse(const struct ref_frame *f, struct ref_packet *p)
{
	enum mcr_verdict verdict = MCR_VERDICT_OTHER;

	memset(p, 0, sizeof(*p));
	p->vlan = f->tagged ? f->tci % 4096 : 0;
	if (f->other_host || f->type == VLAN || f->type == SERVICE ||
	    (p->vlan && f->tpid != VLAN))
		return MCR_VERDICT_OTHER;
	if (f->type == V4)
		verdict = parse4(f, p);
	else if (f->type == V6)
		verdict = parse6(f, p);
	if (verdict == MCR_VERDICT_PACKET &&
	    ((f->gso_size && f->len != p->l3_len) ||
	     (f->partial && f->csum_end > p->l3_len)))
		return MCR_VERDICT_MALFORMED;
	return verdict;
}

static bool in_prefix(const u8 *addr, const u8 *prefix,
		      unsigned int len)
{
	unsigned int i;

	for (i = 0; i < len; i++)
		if ((addr[i / 8] ^ prefix[i / 8]) & (0x80 >> i % 8))
			return false;
	return true;
}

/* 224.0.0.0/24 and ff02::/16 are meant only by what is not wider. */
static bool passes_over(const struct mcr_match *m, const u8 *dst)
{
	if (m->family == AF_INET)
		return m->group_len < 24 && !memcmp(dst, "\xe0\0\0", 3);
	return m->group_len < 16 && !memcmp(dst, "\xff\x02", 2);
}

/* As mcr_match_hits(). */
bool ref_hits(const struct mcr_match *m, const struct mcr_flow *f)
{
	return m->family == f->family && m->vlan == f->vlan &&
	       in_prefix(f->dst.raw, m->group.raw, m->group_len) &&
	       !passes_over(m, f->dst.raw) &&
	       in_prefix(f->src.raw, m->src.raw, m->src_len) &&
	       (m->proto != MCR_PROTO_UDP || f->proto == MCR_PROTO_UDP) &&
	       (!m->dport_min ||
		(f->dport >= m->dport_min && f->dport <= m->dport_max));
}

static unsigned int ports(const struct mcr_match *m)
{
	return m->dport_min ? m->dport_max - m->dport_min + 1U : 65537;
}

/* As mcr_match_order() of two that take the same packet. */
bool ref_before(const struct mcr_match *a, const struct mcr_match *b)
{
	if (a->group_len != b->group_len)
		return a->group_len > b->group_len;
	if (a->src_len != b->src_len)
		return a->src_len > b->src_len;
	if (a->proto != b->proto)
		return a->proto == MCR_PROTO_UDP;
	if (ports(a) != ports(b))
		return ports(a) < ports(b);
	return a->dport_min < b->dport_min;
}
