// SPDX-License-Identifier: GPL-2.0
/*
 * Which frames eBPF filters let in, and what they count, by the kernel itself: it
 * has programs run on frames that are made here. Who may not load any is told so.
 */
#include "common.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../mcrd/ebpf.h"
#include "../mcrd/ebpf_prog.h"
#include "ebpf_frames.h"
#include "filter_frames.h"

#define FRAME_MAX	256

/* What a packet carries; a rule in force that takes none of them. */
#define DATA		28
#define OTHER_RULE	{ GROUP("239.9.9.9", 32) }

struct rig {
	struct mcrd_ebpf *ebpf;
	int prog;
	uint8_t frame[ETH_HLEN + FRAME_MAX];
	size_t len;
};

static void put16(uint8_t *at, unsigned int value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void put_checksum(uint8_t *h)
{
	unsigned int i, sum = 0;

	put16(h + 10, 0);
	for (i = 0; i < 20; i += 2)
		sum += (unsigned int)h[i] << 8 | h[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	put16(h + 10, ~sum & 0xffff);
}

/*
 * The kernel takes an Ethernet header off, and shows programs what is behind it:
 * there the frame itself is. From its own header it has the type of the packet,
 * which of no unicast frame is that of this host, but to no address at all.
 */
static void put_outer(struct rig *r, const uint8_t *frame, size_t len)
{
	memset(r->frame, 0, ETH_HLEN);
	if (len >= ETH_ALEN && (frame[0] & 1))
		memcpy(r->frame, frame, ETH_ALEN);
	if (len >= ETH_HLEN)
		memcpy(r->frame + 12, frame + 12, 2);
	if (len)
		memmove(r->frame + ETH_HLEN, frame, len);
	r->len = ETH_HLEN + len;
}

static size_t put_ipv4(uint8_t *h, const struct packet *p)
{
	memset(h, 0, 20);
	h[0] = 0x45;
	put16(h + 2, 20 + 8 + DATA);
	h[8] = 9;
	h[9] = 17;
	assert_int_equal(inet_pton(AF_INET, p->src, h + 12), 1);
	assert_int_equal(inet_pton(AF_INET, p->dst, h + 16), 1);
	put_checksum(h);
	return 20;
}

static size_t put_ipv6(uint8_t *h, const struct packet *p)
{
	memset(h, 0, 40);
	h[0] = 0x60;
	put16(h + 4, 8 + DATA);
	h[6] = 17;
	h[7] = 9;
	assert_int_equal(inet_pton(AF_INET6, p->src, h + 8), 1);
	assert_int_equal(inet_pton(AF_INET6, p->dst, h + 24), 1);
	return 40;
}

static void make(struct rig *r, const struct packet *p)
{
	static const uint8_t head4[] = MCAST4 SENDER IPV4;
	static const uint8_t head6[] = MCAST6 SENDER IPV6;
	bool v6 = strchr(p->dst, ':');
	uint8_t frame[FRAME_MAX] = { 0 };
	uint8_t *h = frame + ETH_HLEN;
	size_t hlen;

	memcpy(frame, v6 ? head6 : head4, ETH_HLEN);
	hlen = v6 ? put_ipv6(h, p) : put_ipv4(h, p);
	put16(h + hlen, 4000);
	put16(h + hlen + 2, p->dport ? p->dport : 5000);
	put16(h + hlen + 4, 8 + DATA);
	h[p->at] ^= p->with;
	if (p->mend)
		put_checksum(h);
	put_outer(r, frame, ETH_HLEN + hlen + 8 + DATA - p->cut);
}

static void hold(struct rig *r, const struct wanted *w, struct mcrd_ebpf_ref *ref)
{
	struct mcr_match m = {
		.family = strchr(w->group, ':') ? AF_INET6 : AF_INET,
		.group_len = w->group_len,
		.src_len = w->src_len,
		.dport_min = w->min,
		.dport_max = w->max,
	};

	assert_int_equal(inet_pton(m.family, w->group, &m.group), 1);
	if (w->src)
		assert_int_equal(inet_pton(m.family, w->src, &m.src), 1);
	assert_int_equal(mcrd_ebpf_hold(r->ebpf, &m, ref), 0);
}

static void more(struct rig *r)
{
	r->prog = mcrd_ebpf_more(r->ebpf, ETH_HLEN);
	assert_true(r->prog >= 0);
}

/* The frame comes @n times; is it let in, the last time? */
static bool comes(struct rig *r, int n)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = r->frame,
		    .data_size_in = (uint32_t)r->len, .repeat = n);

	assert_int_equal(bpf_prog_test_run_opts(r->prog, &opts), 0);
	return opts.retval;
}

static uint64_t dropped(const struct rig *r)
{
	return mcrd_ebpf_dropped(r->ebpf);
}

/* What is remembered is on each CPU. */
static void stay_here(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((size_t)sched_getcpu(), &set);
	assert_int_equal(sched_setaffinity(0, sizeof(set), &set), 0);
}

static void setup(struct rig *r)
{
	int ret = mcrd_ebpf_usable();

	if (ret) {
		print_message("eBPF is refused: %s\n", strerror(-ret));
		skip();
	}
	stay_here();
	r->ebpf = mcrd_ebpf_new();
	assert_non_null(r->ebpf);
}

/* One of a flow that no rule takes is let in, the others are counted. */
static void by_match(void **state)
{
	const struct match_case *c = *state;
	struct mcrd_ebpf_ref ref = { 0 };
	struct rig r;

	setup(&r);
	hold(&r, &c->wanted, &ref);
	more(&r);
	make(&r, &c->packet);
	assert_true(comes(&r, 1));
	assert_int_equal(dropped(&r), 0);
	assert_int_equal(comes(&r, 5), c->taken);
	assert_int_equal(dropped(&r), c->taken ? 0 : 5);
	mcrd_ebpf_drop(&ref);
	mcrd_ebpf_put(r.ebpf);
}

static void in_doubt(void **state)
{
	const struct doubt_case *c = *state;
	const struct wanted w = OTHER_RULE;
	struct mcrd_ebpf_ref ref = { 0 };
	struct rig r;

	setup(&r);
	hold(&r, &w, &ref);
	more(&r);
	make(&r, &c->packet);
	assert_true(comes(&r, 5));
	assert_int_equal(dropped(&r), 0);
	mcrd_ebpf_drop(&ref);
	mcrd_ebpf_put(r.ebpf);
}

/* What classic BPF keeps out is kept out, and not counted. */
static void as_classic(void **state)
{
	const struct filter_case *c = *state;
	struct rig r;

	setup(&r);
	more(&r);
	put_outer(&r, (const void *)c->frame, c->len);
	assert_int_equal(comes(&r, 5), c->taken);
	assert_int_equal(dropped(&r), 0);
	mcrd_ebpf_put(r.ebpf);
}

static void shared_key(void **state)
{
	const struct wanted w = { GROUP("239.1.1.1", 32) };
	struct mcrd_ebpf_ref one = { 0 }, two = { 0 };
	const struct packet p = { A4 };
	struct rig r;

	(void)state;
	setup(&r);
	hold(&r, &w, &one);
	hold(&r, &w, &two);
	more(&r);
	make(&r, &p);
	mcrd_ebpf_drop(&one);
	mcrd_ebpf_less(r.ebpf);
	assert_true(comes(&r, 5));
	mcrd_ebpf_drop(&two);
	/* Workers know it until now. */
	assert_true(comes(&r, 5));
	mcrd_ebpf_less(r.ebpf);
	comes(&r, 1);
	assert_false(comes(&r, 1));
	mcrd_ebpf_put(r.ebpf);
}

/* It comes back before workers were told that it is gone. */
static void held_again(void **state)
{
	const struct wanted w = { GROUP("239.1.1.1", 32) };
	struct mcrd_ebpf_ref ref = { 0 };
	const struct packet p = { A4 };
	struct rig r;

	(void)state;
	setup(&r);
	hold(&r, &w, &ref);
	more(&r);
	mcrd_ebpf_drop(&ref);
	hold(&r, &w, &ref);
	mcrd_ebpf_less(r.ebpf);
	more(&r);
	make(&r, &p);
	assert_true(comes(&r, 5));
	mcrd_ebpf_drop(&ref);
	mcrd_ebpf_put(r.ebpf);
}

/* Another program takes the place of one, and has another number. */
static void another_program(void **state)
{
	const struct wanted w[] = {
		{ GROUP("239.1.1.2", 32) }, { GROUP("239.1.1.3", 32) }, { GROUP("239.1.1.0", 24) },
	};
	struct mcrd_ebpf_ref ref[COUNT(w)] = { 0 };
	const struct packet p = { A4 };
	struct rig r;
	size_t i;
	int prog;

	(void)state;
	setup(&r);
	hold(&r, &w[0], &ref[0]);
	more(&r);
	prog = r.prog;
	hold(&r, &w[1], &ref[1]);
	more(&r);
	assert_int_equal(r.prog, prog);
	make(&r, &p);
	comes(&r, 1);
	assert_false(comes(&r, 2));
	hold(&r, &w[2], &ref[2]);
	more(&r);
	assert_int_not_equal(r.prog, prog);
	assert_true(comes(&r, 5));
	assert_int_equal(dropped(&r), 2);
	for (i = 0; i < COUNT(w); i++)
		mcrd_ebpf_drop(&ref[i]);
	mcrd_ebpf_put(r.ebpf);
}

/* More keys than a hash begins with, and all of them are found. */
static void grows(void **state)
{
	enum { N = 1000 };
	static struct mcrd_ebpf_ref ref[N];
	char group[32];
	struct wanted w = { GROUP(group, 32) };
	struct packet p = { FLOW("10.0.0.1", group) };
	struct rig r;
	int i;

	(void)state;
	setup(&r);
	for (i = 0; i < N; i++) {
		snprintf(group, sizeof(group), "239.2.%d.%d", i / 250, i % 250);
		hold(&r, &w, &ref[i]);
		if (i % 50 == 0)
			more(&r);
	}
	more(&r);
	for (i = 0; i < N; i++) {
		snprintf(group, sizeof(group), "239.2.%d.%d", i / 250, i % 250);
		make(&r, &p);
		assert_true(comes(&r, 2));
		mcrd_ebpf_drop(&ref[i]);
	}
	mcrd_ebpf_less(r.ebpf);
	comes(&r, 1);
	assert_false(comes(&r, 1));
	mcrd_ebpf_put(r.ebpf);
}

/* With one mask too many there is no program, without it there is again. */
static void too_many_masks(void **state)
{
	struct mcrd_ebpf_ref ref[MCRD_EBPF_MASKS + 1] = { 0 };
	struct wanted w = { GROUP("ff00::", 0), "::", 0, 5000, 5000 };
	const struct packet p = { A6 };
	struct rig r;
	size_t i;

	(void)state;
	setup(&r);
	for (i = 0; i < COUNT(ref); i++) {
		w.group = i ? "ff00::" : "ff1e::1:1";
		w.group_len = (uint8_t)(i ? 8 + i : 128);
		if (i == COUNT(ref) - 1)
			more(&r);
		hold(&r, &w, &ref[i]);
	}
	assert_int_equal(mcrd_ebpf_more(r.ebpf, ETH_HLEN), -E2BIG);
	mcrd_ebpf_drop(&ref[COUNT(ref) - 1]);
	assert_true(mcrd_ebpf_less(r.ebpf));
	more(&r);
	make(&r, &p);
	assert_true(comes(&r, 5));
	for (i = 0; i < COUNT(ref); i++)
		mcrd_ebpf_drop(&ref[i]);
	mcrd_ebpf_put(r.ebpf);
}

/* Each group from sources in a prefix of a length of its own: a mask for each */
static void hold_nth(struct rig *r, size_t i, uint16_t port,
		     struct mcrd_ebpf_ref *ref)
{
	char group[32];
	const struct wanted w = {
		GROUP(group, 32), SRC("10.0.0.0", (uint8_t)(8 + i)),
		.min = port, .max = port,
	};

	snprintf(group, sizeof(group), "239.1.1.%zu", i);
	hold(r, &w, ref);
}

static bool takes_nth(struct rig *r, size_t i)
{
	char group[32];
	const struct packet p = { FLOW("10.0.0.1", group) };

	snprintf(group, sizeof(group), "239.1.1.%zu", i);
	make(r, &p);
	comes(r, 1);
	return comes(r, 1);
}

static void assert_too_many(struct rig *r)
{
	assert_int_equal(mcrd_ebpf_more(r->ebpf, ETH_HLEN), -E2BIG);
}

/* Whichever mask it is that goes, and however often: the others are there then. */
static void masks_come_and_go(void **state)
{
	struct mcrd_ebpf_ref ref[MCRD_EBPF_MASKS + 1] = { 0 };
	struct rig r;
	size_t i, k, n;

	(void)state;
	setup(&r);
	for (i = 0; i < COUNT(ref); i++)
		hold_nth(&r, i, 0, &ref[i]);
	for (n = 0; n < 3 * COUNT(ref); n++) {
		i = n % COUNT(ref);
		assert_too_many(&r);
		mcrd_ebpf_drop(&ref[i]);
		/* Workers know it until now. */
		assert_too_many(&r);
		assert_true(mcrd_ebpf_less(r.ebpf));
		more(&r);
		for (k = 0; k < COUNT(ref); k++)
			assert_int_equal(takes_nth(&r, k), k != i);
		assert_false(mcrd_ebpf_less(r.ebpf));
		hold_nth(&r, i, 0, &ref[i]);
	}
	for (i = 0; i < COUNT(ref); i++)
		mcrd_ebpf_drop(&ref[i]);
	assert_true(mcrd_ebpf_less(r.ebpf));
	/* None is left over that would count. */
	for (i = 1; i < COUNT(ref); i++)
		hold_nth(&r, i, 5000, &ref[i]);
	more(&r);
	for (i = 1; i < COUNT(ref); i++)
		mcrd_ebpf_drop(&ref[i]);
	mcrd_ebpf_put(r.ebpf);
}

/* A mask is there as long as one key has it, a key as long as one rule holds it. */
static void masks_shared(void **state)
{
	const struct wanted twins[] = {
		{ GROUP("239.1.0.0", 16) }, { GROUP("239.2.0.0", 16) }, { GROUP("239.2.0.0", 16) },
	};
	struct mcrd_ebpf_ref ref[MCRD_EBPF_MASKS] = { 0 };
	struct mcrd_ebpf_ref twin[COUNT(twins)] = { 0 };
	struct rig r;
	size_t i;

	(void)state;
	setup(&r);
	for (i = 0; i < COUNT(ref); i++)
		hold_nth(&r, i, 0, &ref[i]);
	for (i = 0; i < COUNT(twins); i++)
		hold(&r, &twins[i], &twin[i]);
	for (i = 0; i < COUNT(twins); i++) {
		assert_too_many(&r);
		assert_false(mcrd_ebpf_less(r.ebpf));
		mcrd_ebpf_drop(&twin[i]);
		assert_int_equal(mcrd_ebpf_less(r.ebpf), i == COUNT(twins) - 1);
	}
	more(&r);
	for (i = 0; i < COUNT(ref); i++) {
		assert_true(takes_nth(&r, i));
		mcrd_ebpf_drop(&ref[i]);
	}
	mcrd_ebpf_put(r.ebpf);
}

/* The kernel has no descriptor for another program, or for another hash. */
static void assert_refused(struct rig *r)
{
	struct rlimit old, none;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	none = old;
	none.rlim_cur = 0;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	r->prog = mcrd_ebpf_more(r->ebpf, ETH_HLEN);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	assert_int_equal(r->prog, -EMFILE);
}

/* What comes and goes meanwhile is known as soon as there is one again. */
static void refused(void **state)
{
	enum { N = 200 };
	static struct mcrd_ebpf_ref ref[N];
	char group[32];
	struct wanted w = { GROUP(group, 32) };
	struct packet p = { FLOW("10.0.0.1", group) };
	const struct wanted wide = { GROUP("239.3.0.0", 16) };
	struct mcrd_ebpf_ref other = { 0 };
	struct rig r;
	int i;

	(void)state;
	setup(&r);
	for (i = 0; i < N; i++) {
		snprintf(group, sizeof(group), "239.2.1.%d", i);
		hold(&r, &w, &ref[i]);
		if (i == 0)
			more(&r);
		/* More than there is room for */
		if (i == N / 2)
			assert_refused(&r);
	}
	for (i = 0; i < N / 2; i++)
		mcrd_ebpf_drop(&ref[i]);
	assert_false(mcrd_ebpf_less(r.ebpf));
	more(&r);
	/* A mask more */
	hold(&r, &wide, &other);
	assert_refused(&r);
	more(&r);
	for (i = 0; i < N; i++) {
		snprintf(group, sizeof(group), "239.2.1.%d", i);
		make(&r, &p);
		comes(&r, 1);
		assert_int_equal(comes(&r, 1), i >= N / 2);
		mcrd_ebpf_drop(&ref[i]);
	}
	snprintf(group, sizeof(group), "239.3.1.1");
	make(&r, &p);
	assert_true(comes(&r, 5));
	mcrd_ebpf_drop(&other);
	mcrd_ebpf_put(r.ebpf);
}

/* Of many flows at once so many are let in, of one that comes again none is. */
static void bounded(void **state)
{
	struct packet p = { A4 };
	unsigned int i, in = 0;
	struct rig r;

	(void)state;
	setup(&r);
	more(&r);
	for (i = 0; i < 2000; i++) {
		p.dport = (uint16_t)(1000 + i);
		make(&r, &p);
		in += comes(&r, 1);
	}
	assert_true(in >= MCRD_EBPF_BURST);
	assert_true(in < MCRD_EBPF_BURST + 500);
	assert_int_equal(dropped(&r), 2000 - in);
	mcrd_ebpf_put(r.ebpf);
}

/* There is no link-layer header; the kernel takes off what it is given as one. */
static void bare(void **state)
{
	const struct wanted w = { GROUP("239.1.1.1", 32) };
	struct packet p = { FLOW("10.0.0.1", "239.1.1.2") };
	struct mcrd_ebpf_ref ref = { 0 };
	struct rig r;

	(void)state;
	setup(&r);
	hold(&r, &w, &ref);
	r.prog = mcrd_ebpf_more(r.ebpf, 0);
	assert_true(r.prog >= 0);
	make(&r, &p);
	memmove(r.frame + ETH_HLEN, r.frame + ETH_HLEN + ETH_HLEN, r.len - ETH_HLEN);
	r.len -= ETH_HLEN;
	comes(&r, 1);
	assert_false(comes(&r, 4));
	assert_int_equal(dropped(&r), 4);
	p.dst = "239.1.1.1";
	make(&r, &p);
	memmove(r.frame + ETH_HLEN, r.frame + ETH_HLEN + ETH_HLEN, r.len - ETH_HLEN);
	r.len -= ETH_HLEN;
	assert_true(comes(&r, 4));
	mcrd_ebpf_drop(&ref);
	mcrd_ebpf_put(r.ebpf);
}

int main(void)
{
	struct suite suite = { 0 };
	size_t i;

	suite_add_table(&suite, matches, by_match);
	suite_add_table(&suite, doubts, in_doubt);
	/* Of what is shorter than an IPv4 header the kernel makes no packet. */
	for (i = 0; i < COUNT(filter_cases); i++)
		if (filter_cases[i].len >= 20)
			suite_add(&suite, filter_cases[i].desc, as_classic,
				  &filter_cases[i]);
	suite_add_case(&suite, shared_key);
	suite_add_case(&suite, held_again);
	suite_add_case(&suite, another_program);
	suite_add_case(&suite, grows);
	suite_add_case(&suite, too_many_masks);
	suite_add_case(&suite, masks_come_and_go);
	suite_add_case(&suite, masks_shared);
	suite_add_case(&suite, refused);
	suite_add_case(&suite, bounded);
	suite_add_case(&suite, bare);
	return suite_run(&suite, "mcrd_ebpf");
}
