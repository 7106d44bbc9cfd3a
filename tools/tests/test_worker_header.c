// SPDX-License-Identifier: GPL-2.0
/*
 * The headers of what outputs send: each of them byte by byte against what was
 * received, for both families, with and without virtio-net headers.
 */
#include "worker_rig.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "../mcrd/worker/header.h"

/**
 * struct kind - a kind of packet, and what becomes of its checksum
 * @desc: name of the case
 * @v6: IPv6
 * @vnet: with virtio-net headers
 * @csum: of the packet
 */
struct kind {
	const char *desc;
	bool v6;
	bool vnet;
	unsigned int csum;
};

static const struct kind kinds[] = {
	{ "IPv4, good", false, true, CSUM_GOOD },
	{ "IPv4, bad", false, true, CSUM_BAD },
	{ "IPv4, none", false, true, CSUM_ZERO },
	{ "IPv4, partial", false, true, CSUM_PARTIAL },
	{ "IPv4, good, plain", false, false, CSUM_GOOD },
	{ "IPv4, bad, plain", false, false, CSUM_BAD },
	{ "IPv4, partial, plain", false, false, CSUM_PARTIAL },
	{ "IPv6, good", true, true, CSUM_GOOD },
	{ "IPv6, bad", true, true, CSUM_BAD },
	{ "IPv6, none", true, true, CSUM_ZERO },
	{ "IPv6, partial", true, true, CSUM_PARTIAL },
	{ "IPv6, good, plain", true, false, CSUM_GOOD },
	{ "IPv6, bad, plain", true, false, CSUM_BAD },
	{ "IPv6, partial, plain", true, false, CSUM_PARTIAL },
};

static struct packet packet_of(const struct kind *k)
{
	return (struct packet){
		.v6 = k->v6, .group = 3, .sport = 4000, .size = 101, .seed = 9,
		.id = 0x1234, .ttl = 5, .tos = 3, .csum = k->csum,
	};
}

static const union mcr_addr new4 = { .raw = { 239, 255, 200, 7 } };
static const union mcr_addr new6 = {
	.raw = { 0xff, 0x1e, [12] = 0xa1, 0xb2, 0xc3, 0xd4 },
};

static void send_one(struct rig *r, const struct packet *p,
		     const struct mcr_rewrite *w)
{
	struct mcrd_output out = { .dev = "out1", .rewrite = *w };
	struct mcrd_rule rule = {
		.n = 1, .iif = "in0",
		.match = { .family = p->v6 ? AF_INET6 : AF_INET,
			   .proto = MCR_PROTO_UDP, .group_len = 8,
			   .vlan = p->vlan },
	};

	rule.match.group.raw[0] = p->v6 ? 0xff : 239;
	rig_forget(r);
	rig_rule(r, 1, &rule, &out);
	rig_receive(r, p);
	rig_flush(r);
}

/* The checksum is what it was: right, wrong by as much, or absent. */
static void check_csum(const struct kind *k, const uint8_t *l3)
{
	const uint8_t *check = l3 + (k->v6 ? 46 : 26);

	if (k->csum == CSUM_ZERO)
		assert_int_equal(check[0] | check[1], 0);
	else if (k->csum == CSUM_BAD)
		assert_int_not_equal(rig_udp_sum(l3), 0xffff);
	else
		assert_int_equal(rig_udp_sum(l3), 0xffff);
}

static void check_ip(const uint8_t *l3)
{
	uint32_t sum = 0;
	int i;

	if (l3[0] >> 4 != 4)
		return;
	for (i = 0; i < 20; i += 2)
		sum += (uint32_t)l3[i] << 8 | l3[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	assert_int_equal((sum & 0xffff) + (sum >> 16), 0xffff);
}

/* Nothing is changed but the Ethernet header. */
static void test_as_it_was(void **state)
{
	const struct kind *k = *state;
	struct packet p = packet_of(k);
	struct rig *r = rig_new(k->vnet);
	const uint8_t mac4[14] = { 1, 0, 0x5e, 1, 1, 3, 2, 0, 0, 0, 0, 1, 8 };
	const uint8_t mac6[14] = { 0x33, 0x33, 0, 0, 0, 3, 2, 0, 0, 0, 0, 1,
				   0x86, 0xdd };
	struct mcr_rewrite w = { };
	uint8_t first[200];

	/* A checksum that is still open would be made of the padding, too. */
	p.pad = k->csum == CSUM_PARTIAL ? 0 : 11;
	send_one(r, &p, &w);
	assert_int_equal(r->n, 1);
	assert_int_equal(r->sent[0].len, 14 + (k->v6 ? 40 : 20) + 8 + 101);
	assert_memory_equal(r->sent[0].data, k->v6 ? mac6 : mac4, 14);
	check_ip(r->sent[0].data + 14);
	check_csum(k, r->sent[0].data + 14);
	memcpy(first, r->sent[0].data, r->sent[0].len);
	/* And with that, too, nothing is, and padding is a part of it. */
	w.mac = MCR_MAC_KEEP;
	send_one(r, &p, &w);
	assert_int_equal(r->n, 1);
	assert_int_equal(r->sent[0].len,
			 14U + (k->v6 ? 40 : 20) + 8 + 101 + p.pad);
	assert_int_equal(r->sent[0].data[6], 2);
	assert_int_equal(r->sent[0].data[9], 1);
	assert_memory_equal(r->sent[0].data + 14, first + 14,
			    (k->v6 ? 40U : 20U) + 8 + 101);
	rig_free(r);
}

static void test_rewritten(void **state)
{
	const struct kind *k = *state;
	struct packet p = packet_of(k);
	struct mcr_rewrite w = {
		.group = k->v6 ? new6 : new4, .src = { .raw = { 192, 0, 2, 9 } },
		.dport = 6000, .sport = 6001, .dscp = 46, .ttl = 9,
		.set = MCR_SET_GROUP | MCR_SET_DPORT | MCR_SET_SPORT |
		       MCR_SET_DSCP,
		.src_mode = MCR_SRC_SET, .ttl_mode = MCR_TTL_SET,
	};
	const uint8_t mac4[6] = { 1, 0, 0x5e, 0x7f, 200, 7 };
	const uint8_t mac6[6] = { 0x33, 0x33, 0xa1, 0xb2, 0xc3, 0xd4 };
	struct rig *r = rig_new(k->vnet);
	const uint8_t *l3, *uh;
	unsigned int i;

	send_one(r, &p, &w);
	assert_int_equal(r->n, 1);
	assert_memory_equal(r->sent[0].data, k->v6 ? mac6 : mac4, 6);
	l3 = r->sent[0].data + 14;
	uh = l3 + (k->v6 ? 40 : 20);
	check_ip(l3);
	check_csum(k, l3);
	assert_memory_equal(l3 + (k->v6 ? 24 : 16), w.group.raw,
			    k->v6 ? 16 : 4);
	assert_memory_equal(l3 + (k->v6 ? 8 : 12), w.src.raw, k->v6 ? 16 : 4);
	assert_int_equal(l3[k->v6 ? 7 : 8], 9);
	/* ECN stays. */
	if (k->v6)
		assert_int_equal((l3[0] & 0xf) << 4 | l3[1] >> 4, 46 << 2 | 3);
	else
		assert_int_equal(l3[1], 46 << 2 | 3);
	assert_int_equal(uh[0] << 8 | uh[1], 6001);
	assert_int_equal(uh[2] << 8 | uh[3], 6000);
	for (i = 1; i < 101; i++)
		assert_int_equal(uh[8 + i], (uint8_t)(9 + i * 7));
	rig_free(r);
}

static void test_vlan(void **state)
{
	const struct kind *k = *state;
	struct packet p = packet_of(k);
	struct rig *r = rig_new(k->vnet);
	struct mcr_rewrite w = { .mac = MCR_MAC_KEEP };
	const uint8_t tag[4] = { 0x81, 0, 0xe0, 5 };

	p.vlan = 5;
	p.prio = 7;
	send_one(r, &p, &w);
	assert_int_equal(r->n, 1);
	assert_memory_equal(r->sent[0].data + 12, tag, 4);
	assert_int_equal(r->sent[0].data[16], k->v6 ? 0x86 : 8);
	check_csum(k, r->sent[0].data + 18);
	w.mac = MCR_MAC_AUTO;
	send_one(r, &p, &w);
	assert_int_equal(r->sent[0].data[12], k->v6 ? 0x86 : 8);
	check_csum(k, r->sent[0].data + 14);
	rig_free(r);
}

/* Which of a device's addresses is the source. */
static void test_source(void **state)
{
	static const char *const all[] = {
		"fe80::1", "2001:db8::1", "fec0::1", "2001:db8::2",
	};
	static const struct {
		const char *group;
		unsigned int n;
		const char *src;
	} cases[] = {
		{ "ff1e::1", 4, "2001:db8::1" },
		{ "ff15::1", 4, "fec0::1" },
		{ "ff12::1", 4, "fe80::1" },
		/* Better one whose scope is too small than none. */
		{ "ff1e::1", 1, "fe80::1" },
		{ "ff1e::1", 0, NULL },
	};
	struct mcr_packet p = { .flow = { .family = AF_INET6 } };
	struct mcrd_dev dev = { .ifindex = 1 };
	struct mcr_rewrite w = { };
	union mcr_addr src, want;
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++)
		inet_pton(AF_INET6, all[i], &dev.saddr6[i]);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		dev.n_saddr6 = cases[i].n;
		inet_pton(AF_INET6, cases[i].group, &p.flow.dst);
		if (!cases[i].src) {
			assert_false(mcrd_header_source(&w, &dev, &p, &src));
			continue;
		}
		inet_pton(AF_INET6, cases[i].src, &want);
		assert_true(mcrd_header_source(&w, &dev, &p, &src));
		assert_memory_equal(&src, &want, sizeof(src));
	}
	/* The group that copies are sent to is what counts. */
	dev.n_saddr6 = 4;
	inet_pton(AF_INET6, "ff12::1", &w.group);
	w.set = MCR_SET_GROUP;
	inet_pton(AF_INET6, "ff1e::1", &p.flow.dst);
	assert_true(mcrd_header_source(&w, &dev, &p, &src));
	assert_int_equal(src.raw[0], 0xfe);
	assert_int_equal(src.raw[1], 0x80);
	p.flow.family = AF_INET;
	assert_false(mcrd_header_source(&w, &dev, &p, &src));
	dev.saddr = htonl(0x0a000001);
	assert_true(mcrd_header_source(&w, &dev, &p, &src));
	assert_int_equal(src.ip, dev.saddr);
	assert_int_equal(src.ip6[1] | src.ip6[2] | src.ip6[3], 0);
}

#define KINDS	(sizeof(kinds) / sizeof(kinds[0]))

int main(void)
{
	static const struct {
		const char *name;
		CMUnitTestFunction run;
	} of_kinds[] = {
		{ "as it was", test_as_it_was },
		{ "rewritten", test_rewritten },
		{ "VLAN", test_vlan },
	};
	struct CMUnitTest tests[3 * KINDS + 1];
	static char names[3 * KINDS][64];
	size_t i, k, n = 0;

	for (i = 0; i < 3; i++)
		for (k = 0; k < KINDS; k++, n++) {
			snprintf(names[n], sizeof(names[n]), "%s: %s",
				 of_kinds[i].name, kinds[k].desc);
			tests[n] = (struct CMUnitTest){
				.name = names[n], .test_func = of_kinds[i].run,
				.initial_state = (void *)(uintptr_t)&kinds[k],
			};
		}
	tests[n] = (struct CMUnitTest)cmocka_unit_test(test_source);
	return cmocka_run_group_tests_name("worker: header", tests, NULL, NULL);
}
