// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit: IPv4 options. What the stack drops for its options is not replicated:
 * the stack's own parser is the judge of random ones.
 */
#include <linux/in.h>
#include <linux/prandom.h>
#include <net/ip.h>
#include <net/net_namespace.h>

#include "match.h"
#include "packet.h"
#include "tests.h"
#include "vectors.h"

/**
 * struct mcr_options_vector - options of a packet
 * @desc: the case
 * @opt: the options
 * @len: their length
 * @ok: they are sound
 */
struct mcr_options_vector {
	const char *desc;
	u8 opt[40];
	u8 len;
	bool ok;
};

static const struct mcr_options_vector mcr_options_vectors[] = {
	{ "record route", { 7, 7, 4, 0, 0, 0, 0, 0 }, 8, true },
	{ "record route, full", { 7, 7, 8, 1, 2, 3, 4, 0 }, 8, true },
	{ "record route, pointer 3", { 7, 7, 3, 0, 0, 0, 0, 0 }, 8, false },
	{ "record route, pointer 0", { 7, 7, 0, 0, 0, 0, 0, 0 }, 8, false },
	{ "record route, pointer too close to the end",
	  { 7, 7, 5, 0, 0, 0, 0, 0 }, 8, false },
	{ "record route, no pointer", { 7, 2, 0, 0 }, 4, false },
	{ "record route, nothing but a pointer", { 7, 3, 4, 0 }, 4, true },
	{ "two record routes", { 7, 3, 4, 7, 3, 4, 0, 0 }, 8, false },
	{ "loose source route", { 131, 7, 4, 1, 2, 3, 4, 0 }, 8, true },
	{ "strict source route", { 137, 7, 4, 1, 2, 3, 4, 0 }, 8, true },
	{ "source route, pointer 3", { 131, 7, 3, 1, 2, 3, 4, 0 }, 8, false },
	{ "source route, no pointer", { 137, 2, 0, 0 }, 4, false },
	{ "two source routes",
	  { 131, 7, 4, 1, 2, 3, 4, 137, 7, 4, 1, 2, 3, 4, 0, 0 }, 16, false },
	{ "timestamps", { 68, 8, 5, 0, 0, 0, 0, 0 }, 8, true },
	{ "timestamps with addresses",
	  { 68, 12, 5, 1, 0, 0, 0, 0, 0, 0, 0, 0 }, 12, true },
	{ "timestamps with addresses, no room",
	  { 68, 8, 5, 1, 0, 0, 0, 0 }, 8, false },
	{ "timestamps, full", { 68, 8, 9, 0, 0, 0, 0, 0 }, 8, true },
	{ "timestamps, full, and nobody can count it",
	  { 68, 8, 9, 0xf0, 0, 0, 0, 0 }, 8, false },
	{ "timestamps, pointer 4", { 68, 8, 4, 0, 0, 0, 0, 0 }, 8, false },
	{ "timestamps, pointer too close to the end",
	  { 68, 8, 6, 0, 0, 0, 0, 0 }, 8, false },
	{ "timestamps, length 3", { 68, 3, 5, 0 }, 4, false },
	{ "two timestamps",
	  { 68, 4, 5, 0, 68, 4, 5, 0 }, 8, false },
	{ "router alert, length 3", { 148, 3, 0, 0 }, 4, false },
	{ "two router alerts", { 148, 4, 0, 0, 148, 4, 0, 0 }, 8, true },
};

MCR_TEST_PARAM(mcr_options, mcr_options_vectors);

static enum mcr_verdict mcr_options_verdict(struct kunit *test,
					    struct mcr_tp *p, const u8 *opt,
					    unsigned int len)
{
	enum mcr_verdict verdict;
	struct mcr_packet got;
	struct sk_buff *skb;

	mcr_tp_ip(p, AF_INET, IPPROTO_UDP, opt, len);
	mcr_tp_udp(p, 8);
	mcr_tp_finish(p);
	skb = mcr_tp_skb(test, p, p->len);
	verdict = mcr_match_parse(skb, &got);
	kfree_skb(skb);
	return verdict;
}

/* What the stack says of the same options. */
static bool mcr_options_stack_ok(struct kunit *test, const struct mcr_tp *p,
				 unsigned int len)
{
	struct sk_buff *skb = mcr_tp_skb(test, p, p->len);
	struct ip_options opt = { .optlen = len };
	int err;

	rcu_read_lock();
	err = __ip_options_compile(&init_net, &opt, skb, NULL);
	rcu_read_unlock();
	kfree_skb(skb);
	return !err;
}

static void mcr_options_vector(struct kunit *test)
{
	const struct mcr_options_vector *v = test->param_value;
	struct mcr_tp *p = mcr_tp_new(test);

	KUNIT_EXPECT_EQ(test, mcr_options_verdict(test, p, v->opt, v->len),
			v->ok ? MCR_VERDICT_PACKET : MCR_VERDICT_MALFORMED);
	KUNIT_EXPECT_EQ(test, mcr_options_stack_ok(test, p, v->len), v->ok);
}

static void mcr_options_random(struct kunit *test)
{
	/* Not CIPSO (134): that is for security modules to judge. */
	static const u8 types[] = { 0, 1, 1, 7, 68, 130, 131, 136, 137, 148, 30 };
	struct mcr_tp *p = mcr_tp_new(test);
	unsigned int rounds = mcr_test_times(20000);
	unsigned int i, at, sound = 0;
	struct rnd_state rnd;

	prandom_seed_state(&rnd, 3);
	for (i = 0; i < rounds && !mcr_test_failed(test); i++) {
		unsigned int len = 4 + prandom_u32_state(&rnd) % 10 * 4;
		bool ok;
		u8 opt[40];

		memset(opt, 0, sizeof(opt));
		for (at = 0; at + 4 <= len;) {
			u8 size = 2 + prandom_u32_state(&rnd) % 12;

			opt[at] = types[prandom_u32_state(&rnd) %
					ARRAY_SIZE(types)];
			if (opt[at] <= 1) {
				at++;
				continue;
			}
			opt[at + 1] = size;
			opt[at + 2] = prandom_u32_state(&rnd) % 16;
			opt[at + 3] = prandom_u32_state(&rnd) % 4 |
				      prandom_u32_state(&rnd) % 4 * 0x50;
			at += size;
		}
		ok = mcr_options_verdict(test, p, opt, len) ==
		     MCR_VERDICT_PACKET;
		KUNIT_EXPECT_EQ_MSG(test, mcr_options_stack_ok(test, p, len),
				    ok, "%u bytes: %40ph", len, opt);
		sound += ok;
	}
	/* Both kinds were met often. */
	KUNIT_EXPECT_GT(test, sound, rounds / 20);
	KUNIT_EXPECT_LT(test, sound, rounds - rounds / 20);
}

static struct kunit_case mcr_options_cases[] = {
	KUNIT_CASE_PARAM(mcr_options_vector, mcr_options_gen_params),
	KUNIT_CASE(mcr_options_random),
	{}
};

struct kunit_suite mcr_options_suite = {
	.name = "mcr_options",
	.test_cases = mcr_options_cases,
};
