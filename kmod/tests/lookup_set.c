// SPDX-License-Identifier: GPL-2.0
/*
 * Random rule sets, and the slow search that a classifier must agree with.
 */
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "lookup_set.h"
#include "mask.h"
#include "tests.h"
#include "vectors.h"

/**
 * mcr_set_new - an empty classifier
 * @test: that it is for
 *
 * Return: the set; mcr_set_free() it.
 */
struct mcr_set *mcr_set_new(struct kunit *test)
{
	struct mcr_set *s = kunit_kzalloc(test, sizeof(*s), GFP_KERNEL);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, s);
	s->test = test;
	mutex_init(&s->lock);
	KUNIT_ASSERT_EQ(test, mcr_lookup_init(&s->lookup, &s->lock), 0);
	return s;
}

/**
 * mcr_set_free - empty a classifier and free it
 * @s: the set
 */
void mcr_set_free(struct mcr_set *s)
{
	while (s->n)
		mcr_set_remove(s, s->n - 1);
	mcr_lookup_exit(&s->lookup);
}

/**
 * mcr_set_entry - an entry for a match
 * @test: that it is for
 * @m: the match, sound
 *
 * Return: the entry; kfree() it.
 */
struct mcr_entry *mcr_set_entry(struct kunit *test, const struct mcr_match *m)
{
	struct mcr_entry *e = kzalloc(sizeof(*e), GFP_KERNEL);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, e);
	e->match = *m;
	return e;
}

/**
 * mcr_set_insert - insert a match
 * @s: the set, with room for it
 * @m: the match, sound, and not yet in the set
 *
 * Return: of mcr_lookup_insert().
 */
int mcr_set_insert(struct mcr_set *s, const struct mcr_match *m)
{
	struct mcr_entry *e;
	int err;

	KUNIT_ASSERT_LT(s->test, s->n, (unsigned int)MCR_SET_MAX);
	KUNIT_ASSERT_EQ(s->test, mcr_match_check(m), MCR_FAULT_NONE);
	e = mcr_set_entry(s->test, m);
	mutex_lock(&s->lock);
	err = mcr_lookup_insert(&s->lookup, e);
	mutex_unlock(&s->lock);
	if (err)
		kfree(e);
	else
		s->entry[s->n++] = e;
	return err;
}

/**
 * mcr_set_remove - remove a match
 * @s: the set
 * @i: which of its entries; the last one takes its place
 *
 * The entry is freed at once: nobody looks up meanwhile, and a classifier that
 * keeps it is caught by KASAN.
 */
void mcr_set_remove(struct mcr_set *s, unsigned int i)
{
	mutex_lock(&s->lock);
	mcr_lookup_remove(&s->lookup, s->entry[i]);
	mutex_unlock(&s->lock);
	kfree(s->entry[i]);
	s->entry[i] = s->entry[--s->n];
}

/**
 * mcr_set_holds - is an equal match in the set?
 * @s: the set
 * @m: the match
 *
 * Return: true if so.
 */
bool mcr_set_holds(const struct mcr_set *s, const struct mcr_match *m)
{
	unsigned int i;

	for (i = 0; i < s->n; i++)
		if (mcr_match_equal(&s->entry[i]->match, m))
			return true;
	return false;
}

static bool mcr_set_same_mask(const struct mcr_match *a,
			      const struct mcr_match *b)
{
	bool one_a = a->dport_min && a->dport_min == a->dport_max;
	bool one_b = b->dport_min && b->dport_min == b->dport_max;

	return a->family == b->family && a->group_len == b->group_len &&
	       a->src_len == b->src_len && a->proto == b->proto &&
	       one_a == one_b;
}

/**
 * mcr_set_masks - count masks
 * @s: the set
 * @m: a match more
 *
 * Return: distinct masks of the set and @m together.
 */
unsigned int mcr_set_masks(const struct mcr_set *s, const struct mcr_match *m)
{
	unsigned int n = 1, i, j;

	for (i = 0; i < s->n; i++) {
		const struct mcr_match *own = &s->entry[i]->match;

		if (mcr_set_same_mask(own, m))
			continue;
		for (j = 0; j < i; j++)
			if (mcr_set_same_mask(&s->entry[j]->match, own))
				break;
		n += j == i;
	}
	return n;
}

/**
 * mcr_set_winner - who takes a packet, by comparing it with all
 * @s: the set
 * @f: the packet's key
 *
 * Return: the match, or NULL.
 */
const struct mcr_match *mcr_set_winner(const struct mcr_set *s,
				       const struct mcr_flow *f)
{
	const struct mcr_match *best = NULL;
	unsigned int i;

	for (i = 0; i < s->n; i++) {
		const struct mcr_match *m = &s->entry[i]->match;

		if (!mcr_match_hits(m, f))
			continue;
		if (!best || mcr_match_order(m, best) < 0)
			best = m;
	}
	return best;
}

/**
 * mcr_set_check - does the classifier find whom it must?
 * @s: the set
 * @f: a packet's key
 * @when: said where it does not
 */
void mcr_set_check(struct mcr_set *s, const struct mcr_flow *f,
		   const char *when)
{
	const struct mcr_match *want = mcr_set_winner(s, f);
	const struct mcr_entry *got;

	if (mcr_test_failed(s->test))
		return;
	rcu_read_lock();
	got = mcr_lookup_find(&s->lookup, f);
	rcu_read_unlock();

	KUNIT_EXPECT_PTR_EQ_MSG(s->test, got ? &got->match : NULL, want,
				"%s: dst %16phN src %16phN dport %u vlan %u proto %u",
				when, &f->dst, &f->src, f->dport, f->vlan,
				f->proto);
}

/* Where random ranges begin and end. */
static const u16 mcr_random_ports[] = {
	1, 2, 4999, 5000, 5001, 5002, 5010, 65534, 65535,
};

/* Are two matches in one class: do they differ in their ports at most? */
static bool mcr_set_same_class(const struct mcr_match *a,
			       const struct mcr_match *b)
{
	return mcr_set_same_mask(a, b) && a->vlan == b->vlan &&
	       mcr_addr_equal(&a->group, &b->group) &&
	       mcr_addr_equal(&a->src, &b->src);
}

static bool mcr_set_has_port(const struct mcr_match *m, u32 port)
{
	return !m->dport_min ||
	       (m->dport_min <= port && port <= m->dport_max);
}

/* Does a match of the set win a port in its class? */
static bool mcr_set_wins(const struct mcr_set *s, const struct mcr_match *m,
			 u32 port)
{
	unsigned int i;

	for (i = 0; i < s->n; i++) {
		const struct mcr_match *o = &s->entry[i]->match;

		if (mcr_set_same_class(m, o) && mcr_set_has_port(o, port) &&
		    mcr_match_order(o, m) < 0)
			return false;
	}
	return true;
}

/* Does @b lose a port to @m, where random matches begin and end? */
static bool mcr_set_loses(const struct mcr_set *s, const struct mcr_match *b,
			  const struct mcr_match *m)
{
	unsigned int i;

	if (!mcr_match_shadows(m, b))
		return false;
	for (i = 0; i <= 2 * ARRAY_SIZE(mcr_random_ports); i++) {
		u32 port = i ? mcr_random_ports[(i - 1) / 2] + i % 2 : 0;

		if (port <= U16_MAX && mcr_set_has_port(b, port) &&
		    mcr_set_has_port(m, port) && mcr_set_wins(s, b, port))
			return true;
	}
	return false;
}

static bool mcr_set_is(struct mcr_entry *e, const struct mcr_match *m,
		       void *data)
{
	return e == data;
}

/*
 * Is each rule found that takes packets of @m, if its port is its own, as it may
 * lose a range to others of its class?
 */
static void mcr_set_check_overlap(struct mcr_set *s, const struct mcr_match *m)
{
	unsigned int i;

	for (i = 0; i < s->n; i++) {
		struct mcr_entry *e = s->entry[i], *got;
		unsigned int tries = UINT_MAX;
		bool meets;

		got = mcr_lookup_overlap(&s->lookup, m, mcr_set_is, e, &tries);
		meets = mcr_match_overlap(&e->match, m);
		if (got || mcr_match_one_port(&e->match))
			KUNIT_EXPECT_EQ(s->test, !!got, meets);
	}
}

/**
 * mcr_set_check_shadow - is a rule named that loses packets, if there is one?
 * @s: the set
 * @m: the match that would take them; random, and not in the set
 */
void mcr_set_check_shadow(struct mcr_set *s, const struct mcr_match *m)
{
	const struct mcr_entry *got;
	unsigned int i, n = 0;

	if (mcr_test_failed(s->test))
		return;
	for (i = 0; i < s->n; i++)
		n += mcr_set_loses(s, &s->entry[i]->match, m);
	mutex_lock(&s->lock);
	got = mcr_lookup_shadowed(&s->lookup, m, NULL, NULL);
	mcr_set_check_overlap(s, m);
	mutex_unlock(&s->lock);

	KUNIT_EXPECT_EQ_MSG(s->test, !!got, !!n, "%u are shadowed", n);
	if (got)
		KUNIT_EXPECT_TRUE(s->test, mcr_match_shadows(m, &got->match));
}

/* Few values, so that matches overlap; the edges of each, so that all count. */
static const struct {
	union mcr_addr group;
	union mcr_addr src;
	u8 family;
	u8 group_lens[8];
	u8 src_lens[4];
} mcr_random_bases[] = {
	{ TV_G4, TV_S4, AF_INET,
	  { 32, 32, 31, 24, 23, 16, 8, 4 }, { 0, 0, 32, 29 } },
	{ TV_IP4(224, 0, 0, 251), TV_S4_B, AF_INET,
	  { 32, 32, 25, 24, 23, 8, 5, 4 }, { 0, 0, 32, 24 } },
	{ TV_G6, TV_S6, AF_INET6,
	  { 128, 128, 127, 64, 33, 32, 16, 8 }, { 0, 0, 128, 125 } },
	{ TV_IP6(0xff020000, 0, 0, 0xfb), TV_S6_B, AF_INET6,
	  { 128, 128, 120, 17, 16, 15, 12, 8 }, { 0, 0, 128, 64 } },
};

static u32 mcr_random(struct rnd_state *rnd, u32 below)
{
	return prandom_u32_state(rnd) % below;
}

static u16 mcr_random_port(struct rnd_state *rnd)
{
	return mcr_random_ports[mcr_random(rnd, ARRAY_SIZE(mcr_random_ports))];
}

/* Change the last bits: now and then a neighbour, or anything. */
static void mcr_random_bits(struct rnd_state *rnd, union mcr_addr *addr,
			    u8 family)
{
	unsigned int last = mcr_addr_bits(family) / 8 - 1;

	switch (mcr_random(rnd, 4)) {
	case 0:
		addr->raw[last] ^= 1 << mcr_random(rnd, 8);
		break;
	case 1:
		addr->raw[1 + mcr_random(rnd, last)] ^=
			1 << mcr_random(rnd, 8);
		break;
	}
}

/**
 * mcr_random_match - make up a match
 * @rnd: where chance comes from
 * @m: gets a sound match
 */
void mcr_random_match(struct rnd_state *rnd, struct mcr_match *m)
{
	unsigned int b = mcr_random(rnd, ARRAY_SIZE(mcr_random_bases));

	memset(m, 0, sizeof(*m));
	m->family = mcr_random_bases[b].family;
	m->group = mcr_random_bases[b].group;
	m->group_len = mcr_random_bases[b].group_lens[mcr_random(rnd, 8)];
	m->src = mcr_random_bases[b].src;
	m->src_len = mcr_random_bases[b].src_lens[mcr_random(rnd, 4)];
	mcr_random_bits(rnd, &m->group, m->family);
	mcr_random_bits(rnd, &m->src, m->family);
	mcr_addr_mask(&m->group, m->family, m->group_len);
	mcr_addr_mask(&m->src, m->family, m->src_len);
	m->vlan = mcr_random(rnd, 4) ? 0 : 1 + mcr_random(rnd, 2);
	m->proto = mcr_random(rnd, 5) ? MCR_PROTO_UDP : MCR_PROTO_ANY;
	if (m->proto != MCR_PROTO_UDP || !mcr_random(rnd, 4))
		return;
	m->dport_min = mcr_random_port(rnd);
	m->dport_max = mcr_random(rnd, 3) ? mcr_random_port(rnd) :
					    m->dport_min;
	if (m->dport_min > m->dport_max)
		swap(m->dport_min, m->dport_max);
}

/**
 * mcr_random_flow - make up a packet that some matches may take
 * @rnd: where chance comes from
 * @s: the matches
 * @f: gets the packet's key
 */
void mcr_random_flow(struct rnd_state *rnd, const struct mcr_set *s,
		     struct mcr_flow *f)
{
	struct mcr_match made;
	const struct mcr_match *m = &made;

	mcr_random_match(rnd, &made);
	if (s->n && mcr_random(rnd, 8))
		m = &s->entry[mcr_random(rnd, s->n)]->match;
	memset(f, 0, sizeof(*f));
	f->family = m->family;
	f->dst = m->group;
	f->src = m->src;
	mcr_random_bits(rnd, &f->dst, f->family);
	mcr_random_bits(rnd, &f->src, f->family);
	f->vlan = mcr_random(rnd, 8) ? m->vlan : mcr_random(rnd, 3);
	f->proto = mcr_random(rnd, 8) ? MCR_PROTO_UDP : MCR_PROTO_ANY;
	if (f->proto != MCR_PROTO_UDP)
		return;
	switch (mcr_random(rnd, 4)) {
	case 0:
		f->dport = m->dport_min;
		break;
	case 1:
		f->dport = m->dport_max;
		break;
	case 2:
		f->dport = mcr_random_port(rnd);
		break;
	default:
		f->dport = m->dport_max + 1;
		break;
	}
}
