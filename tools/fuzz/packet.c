// SPDX-License-Identifier: GPL-2.0
/*
 * Frames: what matching, lookup and rewriting make of one, beside what a slow
 * reference does. The first bytes of the input say what a driver says beside a
 * frame, which rules there are and what an output changes.
 */
#include <linux/mutex.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "lookup.h"
#include "packet_ref.h"
#include "rewrite.h"

#define FRAME_MAX	2048U
#define MATCHES_MAX	12U
#define LOOKS		6U

/* Bits of struct control.what */
#define IS_V6		0x01
#define MEND_SUM	0x02	/* the IPv4 header's checksum is made right */
#define MEND_LEN	0x04	/* the packet's length is the frame's */
#define TAGGED		0x08
#define PARTIAL		0x10
#define GSO		0x20
#define ODD		0x40	/* of another EtherType, or for another host */

/**
 * struct control - the first bytes of an input
 * @what: see above
 * @seed: of the rules
 * @tci: VLAN tag
 * @csum_start: of a partial checksum, from the network header on
 * @csum_offset: from there
 * @gso_type: which kind of super-packet
 * @gso_size: payload bytes of a segment
 * @set: MCR_SET_ bits, MCR_SRC_ in the two bits above, MCR_TTL_ above those
 * @ttl: new TTL
 * @dscp: new DSCP
 * @dport: new port
 * @sport: new port
 * @group: of a new group, its last bytes
 * @src: of a new source, its last bytes
 */
struct control {
	u8 what;
	u8 seed[3];
	u16 tci;
	u8 csum_start;
	u8 csum_offset;
	u8 gso_type;
	u8 set;
	u16 gso_size;
	u8 ttl;
	u8 dscp;
	u16 dport;
	u16 sport;
	u8 group[3];
	u8 src[3];
};

static u32 state;

/* A linear congruential generator (Knuth); its high bits are good enough. */
static u32 below(u32 n)
{
	state = state * 1664525U + 1013904223U;
	return (u32)(((u64)state * n) >> 32);
}

static void mend(const struct control *c, u8 *d, unsigned int len)
{
	unsigned int ihl, sum;

	if ((c->what & IS_V6) && len >= 40 && (c->what & MEND_LEN)) {
		d[4] = (u8)((len - 40) >> 8);
		d[5] = (u8)(len - 40);
	}
	if ((c->what & IS_V6) || len < 20)
		return;
	if (c->what & MEND_LEN) {
		d[2] = (u8)(len >> 8);
		d[3] = (u8)len;
	}
	ihl = (d[0] & 0xf) * 4U;
	if (!(c->what & MEND_SUM) || ihl < 20 || ihl > len)
		return;
	d[10] = 0;
	d[11] = 0;
	sum = ~ref_sum(d, ihl, 0);
	d[10] = (u8)(sum >> 8);
	d[11] = (u8)sum;
}

static void describe(const struct control *c, u8 *frame, unsigned int len,
		     struct sk_buff *skb, struct ref_frame *f)
{
	static const unsigned int types[] = {
		SKB_GSO_UDP_L4, SKB_GSO_UDP, SKB_GSO_TCPV4, SKB_GSO_TCPV6,
	};
	u16 type = c->what & IS_V6 ? ETH_P_IPV6 : ETH_P_IP;
	bool odd = c->what & ODD;

	if (odd && (c->tci & 1))
		type = c->tci & 2 ? ETH_P_8021Q : ETH_P_8021AD;
	*f = (struct ref_frame){
		.data = frame + ETH_HLEN,
		.len = len - ETH_HLEN,
		.type = type,
		.other_host = odd && !(c->tci & 1) && (c->tci & 4),
		.tagged = c->what & TAGGED,
		.tpid = odd ? ETH_P_8021AD : ETH_P_8021Q,
		.tci = c->tci,
		.partial = c->what & PARTIAL,
		.csum_end = c->csum_start + c->csum_offset + 2U,
		.gso_size = c->what & GSO ? c->gso_size : 0,
	};
	frame[12] = (u8)(type >> 8);
	frame[13] = (u8)type;
	kapi_skb_frame(skb, frame, len, f->other_host ? PACKET_OTHERHOST :
						       PACKET_MULTICAST, NULL);
	if (f->tagged)
		kapi_skb_vlan(skb, htons(f->tpid), f->tci);
	if (f->partial)
		kapi_skb_partial(skb, (u16)(ETH_HLEN + c->csum_start),
				 c->csum_offset);
	if (f->gso_size)
		kapi_skb_gso(skb, f->gso_size,
			     types[c->gso_type % ARRAY_SIZE(types)]);
}

static void check_key(const struct ref_frame *f, const struct ref_packet *want,
		      const struct mcr_packet *p)
{
	const u8 *src = f->data + (want->v6 ? 8 : 12);
	unsigned int size = want->v6 ? 16 : 4;

	fuzz_check(p->flow.family == (want->v6 ? AF_INET6 : AF_INET) &&
		   (p->flow.proto == MCR_PROTO_UDP) == want->udp &&
		   p->flow.vlan == want->vlan && p->flow.dport == want->dport &&
		   !memcmp(p->flow.src.raw, src, size) &&
		   !memcmp(p->flow.dst.raw, src + size, size),
		   "a packet's key is not the reference's");
	fuzz_check(p->l3_len == want->l3_len && p->thoff == want->thoff &&
		   p->ttl == want->ttl && p->fragment == want->fragment,
		   "a packet is not what the reference says");
	fuzz_check(p->hlen <= p->l3_len &&
		   (!p->csum_start ||
		    p->csum_start + p->csum_offset + 2U <= p->hlen),
		   "headers end behind the packet");
	fuzz_check(p->segs && p->bytes >= p->l3_len &&
		   (f->gso_size || (p->segs == 1 && p->bytes == p->l3_len)),
		   "segments are not counted right");
}

/* Hosts, where prefixes begin to mean local groups, and any. */
static u8 prefix_len(unsigned int bits)
{
	static const u8 edges[] = { 4, 8, 15, 16, 17, 23, 24, 25 };

	if (below(2))
		return (u8)bits;
	return below(2) ? edges[below(sizeof(edges))] : (u8)below(bits + 1);
}

static void derive(const struct mcr_flow *f, struct mcr_match *m)
{
	unsigned int bits = f->family == AF_INET ? 32 : 128;

	memset(m, 0, sizeof(*m));
	m->family = f->family;
	m->group = f->dst;
	m->group_len = prefix_len(bits);
	if (!below(4))
		m->group.raw[below(bits / 8)] ^= (u8)(1U << below(8));
	if (below(2)) {
		m->src = f->src;
		m->src_len = (u8)(below(2) ? bits : 1 + below(bits));
	}
	mcr_addr_mask(&m->group, m->family, m->group_len);
	mcr_addr_mask(&m->src, m->family, m->src_len);
	m->proto = below(4) ? MCR_PROTO_UDP : MCR_PROTO_ANY;
	m->vlan = below(4) ? f->vlan : (u16)below(3);
	if (m->proto != MCR_PROTO_UDP || !below(3))
		return;
	m->dport_min = (u16)(f->dport - below(3));
	m->dport_max = (u16)(m->dport_min + below(4));
}

/**
 * struct set - rules of a device
 * @lookup: the classifier
 * @lock: its owner's
 * @entry: what is in it
 * @n: how many
 */
struct set {
	struct mcr_lookup lookup;
	struct mutex lock;	/* guards @lookup */
	struct mcr_entry entry[MATCHES_MAX];
	unsigned int n;
};

static void set_add(struct set *s, const struct mcr_flow *f)
{
	struct mcr_entry *e = &s->entry[s->n];
	unsigned int i;
	int err;

	memset(e, 0, sizeof(*e));
	derive(f, &e->match);
	if (mcr_match_check(&e->match))
		return;
	for (i = 0; i < s->n; i++)
		if (mcr_match_equal(&s->entry[i].match, &e->match))
			return;
	mutex_lock(&s->lock);
	err = mcr_lookup_insert(&s->lookup, e);
	mutex_unlock(&s->lock);
	fuzz_check(!err, "a match is refused");
	s->n++;
}

static void set_look(struct set *s, const struct mcr_flow *f)
{
	const struct mcr_entry *want = NULL, *got;
	unsigned int i;

	for (i = 0; i < s->n; i++) {
		struct mcr_entry *e = &s->entry[i];

		fuzz_check(ref_hits(&e->match, f) ==
			   mcr_match_hits(&e->match, f),
			   "a match takes what the reference does not, or not what it does");
		if (ref_hits(&e->match, f) &&
		    (!want || ref_before(&e->match, &want->match)))
			want = e;
	}
	rcu_read_lock();
	got = mcr_lookup_find(&s->lookup, f);
	rcu_read_unlock();
	fuzz_check(got == want, "the classifier finds another rule");
}

static void set_drop_last(struct set *s)
{
	mutex_lock(&s->lock);
	mcr_lookup_remove(&s->lookup, &s->entry[--s->n]);
	mutex_unlock(&s->lock);
}

/* A packet that is not far from the one that came. */
static void neighbour(const struct mcr_flow *f, struct mcr_flow *near)
{
	unsigned int size = f->family == AF_INET ? 4 : 16;

	*near = *f;
	switch (below(5)) {
	case 0:
		near->dst.raw[1 + below(size - 1)] ^= (u8)(1U << below(8));
		break;
	case 1:
		near->src.raw[below(size)] ^= (u8)(1U << below(8));
		break;
	case 2:
		near->dport = (u16)(near->dport + below(5) - 2);
		break;
	case 3:
		near->vlan = (u16)below(3);
		break;
	}
}

static void check_lookup(const struct mcr_flow *f)
{
	static struct set s;
	struct mcr_flow near;
	unsigned int i;

	s.n = 0;
	mutex_init(&s.lock);
	fuzz_check(!mcr_lookup_init(&s.lookup, &s.lock), "out of memory");
	for (i = 0; i < MATCHES_MAX; i++)
		set_add(&s, f);
	for (;;) {
		set_look(&s, f);
		for (i = 0; i < LOOKS; i++) {
			neighbour(f, &near);
			set_look(&s, &near);
		}
		if (!s.n)
			break;
		set_drop_last(&s);
	}
	mcr_lookup_exit(&s.lookup);
	rcu_barrier();
}

static void make_rewrite(const struct control *c, const struct mcr_packet *p,
			 struct mcr_rewrite *w)
{
	bool v4 = p->flow.family == AF_INET;

	memset(w, 0, sizeof(*w));
	w->set = c->set & (MCR_SET_GROUP | MCR_SET_DPORT | MCR_SET_SPORT |
			   MCR_SET_DSCP);
	w->group.raw[0] = v4 ? 239 : 0xff;
	memcpy(w->group.raw + (v4 ? 1 : 13), c->group, sizeof(c->group));
	w->src.raw[0] = v4 ? 10 : 0x20;
	memcpy(w->src.raw + (v4 ? 1 : 13), c->src, sizeof(c->src));
	w->src_mode = c->set & 0x10 ? MCR_SRC_SET : MCR_SRC_KEEP;
	w->ttl_mode = c->set >> 5 & 3;
	w->ttl = c->ttl;
	w->dscp = c->dscp & 63;
	w->dport = c->dport;
	w->sport = c->sport;
	/* What an output refuses before; see mcr_output_obstacle(). */
	if (p->fixed) {
		w->set &= (u8)~MCR_SET_GROUP;
		w->src_mode = MCR_SRC_KEEP;
	}
	if (w->ttl_mode == MCR_TTL_DEC && p->ttl <= 1)
		w->ttl_mode = MCR_TTL_KEEP;
}

/* All but checksums, byte by byte. */
static void ref_rewrite(u8 *d, const struct mcr_packet *p,
			const struct mcr_rewrite *w)
{
	bool v4 = p->flow.family == AF_INET;
	unsigned int size = v4 ? 4 : 16, src = v4 ? 12 : 8;
	u8 *ttl = d + (v4 ? 8 : 7);

	if (w->src_mode == MCR_SRC_SET)
		memcpy(d + src, w->src.raw, size);
	if (w->set & MCR_SET_GROUP)
		memcpy(d + src + size, w->group.raw, size);
	if (w->ttl_mode == MCR_TTL_SET)
		*ttl = w->ttl;
	if (w->ttl_mode == MCR_TTL_DEC)
		*ttl = (u8)(*ttl - 1);
	if ((w->set & MCR_SET_DSCP) && v4)
		d[1] = (u8)(w->dscp * 4 + d[1] % 4);
	if ((w->set & MCR_SET_DSCP) && !v4) {
		d[0] = (u8)(0x60 + w->dscp / 4);
		d[1] = (u8)(w->dscp % 4 * 64 + d[1] % 64);
	}
	if (p->thoff && (w->set & MCR_SET_DPORT)) {
		d[p->thoff + 2] = (u8)(w->dport >> 8);
		d[p->thoff + 3] = (u8)w->dport;
	}
	if (p->thoff && (w->set & MCR_SET_SPORT)) {
		d[p->thoff] = (u8)(w->sport >> 8);
		d[p->thoff + 1] = (u8)w->sport;
	}
}

/*
 * What a checksum says beside what it covers and an output may change: that does
 * not change. A partial one is not inverted, and covers no ports yet.
 */
static u32 residue(const u8 *d, const struct mcr_packet *p, bool partial)
{
	bool v4 = p->flow.family == AF_INET;
	u32 check = ref_get16(d + p->csum_start + p->csum_offset);
	u32 sum = ref_sum(d + (v4 ? 12 : 8), v4 ? 8 : 32, 0);

	if (partial)
		return (check + 0xffff - sum) % 0xffff;
	if (p->thoff)
		sum = ref_sum(d + p->thoff, 4, sum);
	return (check + sum) % 0xffff;
}

static void check_checksum(const u8 *old, const u8 *new,
			   const struct mcr_packet *p, bool partial)
{
	unsigned int at = p->csum_start + p->csum_offset;

	if (!p->csum_start)
		return;
	if (p->thoff && !partial && !ref_get16(old + at)) {
		fuzz_check(!ref_get16(new + at),
			   "a checksum appears where there was none");
		return;
	}
	fuzz_check(residue(old, p, partial) == residue(new, p, partial),
		   "a checksum is right that was wrong, or wrong that was right");
	fuzz_check(!p->thoff || partial || ref_get16(new + at),
		   "a checksum disappears");
}

static void check_rewrite(const struct control *c, struct sk_buff *skb,
			  const struct mcr_packet *p)
{
	u8 old[FRAME_MAX], want[FRAME_MAX], *d = skb->data;
	bool partial = (c->what & PARTIAL) && c->csum_start == p->csum_start;
	unsigned int at = p->csum_start + p->csum_offset;
	struct mcr_rewrite w;

	if (p->fragment)
		return;
	make_rewrite(c, p, &w);
	memcpy(old, d, skb->len);
	memcpy(want, d, skb->len);
	ref_rewrite(want, p, &w);
	mcr_rewrite_apply(skb, p, &w, w.src_mode ? &w.src : NULL);
	check_checksum(old, d, p, partial);
	if (p->csum_start)
		memcpy(want + at, d + at, 2);
	if (p->flow.family == AF_INET) {
		fuzz_check(ref_sum(d, 4UL * (d[0] & 0xf), 0) == 0xffff,
			   "the header's checksum is wrong");
		memcpy(want + 10, d + 10, 2);
	}
	fuzz_check(!memcmp(want, d, skb->len),
		   "a copy is not what the reference makes of it");
}

static void try_frame(const struct control *c, u8 *frame, unsigned int len)
{
	enum mcr_verdict verdict;
	struct ref_packet want;
	struct mcr_packet p;
	struct ref_frame f;
	struct sk_buff skb;

	describe(c, frame, len, &skb, &f);
	verdict = mcr_match_parse(&skb, &p);
	fuzz_check(verdict == ref_parse(&f, &want),
		   "the verdict is not the reference's");
	if (verdict != MCR_VERDICT_PACKET)
		return;
	check_key(&f, &want, &p);
	state = c->seed[0] | (u32)c->seed[1] << 8 | (u32)c->seed[2] << 16;
	check_lookup(&p.flow);
	check_rewrite(c, &skb, &p);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct control c;
	unsigned int len;
	u8 *memory;

	if (size < sizeof(c) || size > FRAME_MAX)
		return -1;
	memcpy(&c, data, sizeof(c));
	len = (unsigned int)(size - sizeof(c));
	/* It ends where the frame does; IP is aligned, as receive paths have it. */
	memory = malloc(2 + ETH_HLEN + len);
	if (!memory)
		abort();
	memset(memory, 0, 2 + ETH_HLEN);
	memcpy(memory + 2 + ETH_HLEN, data + sizeof(c), len);
	mend(&c, memory + 2 + ETH_HLEN, len);
	try_frame(&c, memory + 2, ETH_HLEN + len);
	free(memory);
	return 0;
}
