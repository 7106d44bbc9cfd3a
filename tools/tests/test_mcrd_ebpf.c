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
#include <unistd.h>

#include "../mcrd/ebpf.h"
#include "../mcrd/ebpf_prog.h"
#include "filter_frames.h"

#define FRAME_MAX	256

/**
 * struct packet - UDP over IP, in order as it stands
 * @src: address
 * @dst: address
 * @dport: port; 0: 5000
 * @at: offset in the IP header of a byte to be changed, if @with
 * @with: by XOR
 * @mend: the IPv4 checksum is mended then
 * @cut: bytes missing at the end
 */
struct packet {
	const char *src;
	const char *dst;
	uint16_t dport;
	unsigned int at;
	uint8_t with;
	bool mend;
	unsigned int cut;
};

/**
 * struct wanted - a match
 * @group: prefix
 * @group_len: of it
 * @src: prefix; NULL: any
 * @src_len: of it
 * @min: lowest port; 0: any
 * @max: highest port
 */
struct wanted {
	const char *group;
	uint8_t group_len;
	const char *src;
	uint8_t src_len;
	uint16_t min;
	uint16_t max;
};

struct match_case {
	const char *desc;
	struct wanted wanted;
	struct packet packet;
	bool taken;
};

#define GROUP(text, len)	.group = (text), .group_len = (len)
#define SRC(text, len)		.src = (text), .src_len = (len)
#define FLOW(from, to)		.src = (from), .dst = (to)
#define A4			FLOW("10.0.0.1", "239.1.1.1")
#define A6			FLOW("2001:db8::1", "ff1e::1:1")

static const struct match_case matches[] = {
	{ "a group", { GROUP("239.1.1.1", 32) }, { A4 }, true },
	{ "another group", { GROUP("239.1.1.2", 32) }, { A4 }, false },
	{ "a prefix", { GROUP("239.1.0.0", 17) }, { A4 }, true },
	{ "another prefix", { GROUP("239.1.128.0", 17) }, { A4 }, false },
	{ "all groups", { GROUP("224.0.0.0", 4) }, { A4 }, true },
	{ "a source", { GROUP("239.1.1.1", 32), SRC("10.0.0.1", 32) }, { A4 }, true },
	{ "another source", { GROUP("239.1.1.1", 32), SRC("10.0.0.2", 32) }, { A4 }, false },
	{ "a prefix of sources", { GROUP("239.1.1.1", 32), SRC("10.0.0.0", 15) }, { A4 },
	  true },
	{ "another prefix of sources", { GROUP("239.1.1.1", 32), SRC("10.2.0.0", 15) },
	  { A4 }, false },
	{ "a port", { GROUP("239.1.1.1", 32), .min = 5000, .max = 5000 }, { A4 }, true },
	{ "another port", { GROUP("239.1.1.1", 32), .min = 5001, .max = 5001 }, { A4 },
	  false },
	{ "ports, of which it is one", { GROUP("239.1.1.1", 32), .min = 4, .max = 5000 },
	  { A4 }, true },
	{ "another family", { GROUP("ff1e::1:1", 128) }, { A4 }, false },
	{ "IPv6: a group", { GROUP("ff1e::1:1", 128) }, { A6 }, true },
	{ "IPv6: another group", { GROUP("ff1e::1:2", 128) }, { A6 }, false },
	{ "IPv6: another group, in the first word", { GROUP("ff1f::1:1", 128) }, { A6 },
	  false },
	{ "IPv6: a prefix", { GROUP("ff1e::", 113) }, { A6 }, false },
	{ "IPv6: a shorter prefix", { GROUP("ff1e::", 111) }, { A6 }, true },
	{ "IPv6: another prefix", { GROUP("ff1e:1::", 32) }, { A6 }, false },
	{ "IPv6: a source", { GROUP("ff1e::1:1", 128), SRC("2001:db8::1", 128) }, { A6 },
	  true },
	{ "IPv6: another source", { GROUP("ff1e::1:1", 128), SRC("2001:db8::2", 128) },
	  { A6 }, false },
	{ "IPv6: a prefix of sources", { GROUP("ff1e::1:1", 128), SRC("2001:db8::", 33) },
	  { A6 }, true },
	{ "IPv6: another prefix of sources",
	  { GROUP("ff1e::1:1", 128), SRC("2001:db8:8000::", 33) }, { A6 }, false },
	{ "IPv6: a port", { GROUP("ff1e::1:1", 128), .min = 5000, .max = 5000 }, { A6 },
	  true },
	{ "IPv6: another port", { GROUP("ff1e::1:1", 128), .min = 5001, .max = 5001 },
	  { A6 }, false },
	{ "IPv6: another family", { GROUP("239.1.1.1", 32) }, { A6 }, false },
};

struct doubt_case {
	const char *desc;
	struct packet packet;
};

/* A worker says what these are; no rule takes them. */
static const struct doubt_case doubts[] = {
	{ "version 5", { A4, .at = 0, .with = 0x10, .mend = true } },
	{ "options", { A4, .at = 0, .with = 0x03, .mend = true } },
	{ "a wrong checksum", { A4, .at = 11, .with = 1 } },
	{ "longer than the frame", { A4, .at = 3, .with = 0x80, .mend = true } },
	{ "shorter than headers", { A4, .at = 3, .with = 0x38, .mend = true } },
	{ "a first fragment", { A4, .at = 6, .with = 0x20, .mend = true } },
	{ "a last fragment", { A4, .at = 7, .with = 1, .mend = true } },
	{ "TCP", { A4, .at = 9, .with = 23, .mend = true } },
	{ "a datagram longer than the packet", { A4, .at = 25, .with = 0x80 } },
	{ "a datagram shorter than its header", { A4, .at = 25, .with = 0x20 } },
	{ "a frame that is cut", { A4, .cut = 1 } },
	{ "a frame that ends in the UDP header", { A4, .cut = 33 } },
	{ "source 0.0.0.1", { FLOW("0.0.0.1", "239.1.1.1") } },
	{ "source 127.0.0.1", { FLOW("127.0.0.1", "239.1.1.1") } },
	{ "a group as source", { FLOW("224.0.0.1", "239.1.1.1") } },
	{ "broadcast as source", { FLOW("255.255.255.255", "239.1.1.1") } },
	{ "IPv6: version 4", { A6, .at = 0, .with = 0x20 } },
	{ "IPv6: longer than the frame", { A6, .at = 5, .with = 0x80 } },
	{ "IPv6: shorter than headers", { A6, .at = 5, .with = 0x2c } },
	{ "IPv6: an extension header", { A6, .at = 6, .with = 17 } },
	{ "IPv6: a datagram longer than the packet",
	  { A6, .at = 45, .with = 0x80 } },
	{ "IPv6: a datagram shorter than its header",
	  { A6, .at = 45, .with = 0x20 } },
	{ "IPv6: a frame that is cut", { A6, .cut = 1 } },
	{ "IPv6: scope 0", { FLOW("2001:db8::1", "ff10::1:1") } },
	{ "IPv6: scope of a node", { FLOW("2001:db8::1", "ff11::1:1") } },
	{ "IPv6: source ::1", { FLOW("::1", "ff1e::1:1") } },
	{ "IPv6: a group as source", { FLOW("ff1e::1", "ff1e::1:1") } },
};

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
	mcrd_ebpf_less(r.ebpf);
	more(&r);
	make(&r, &p);
	assert_true(comes(&r, 5));
	for (i = 0; i < COUNT(ref); i++)
		mcrd_ebpf_drop(&ref[i]);
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
	suite_add_case(&suite, bounded);
	suite_add_case(&suite, bare);
	return suite_run(&suite, "mcrd_ebpf");
}
