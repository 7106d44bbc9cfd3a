// SPDX-License-Identifier: GPL-2.0
/*
 * What the tests have in common; see common.h.
 */
#include "common.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/**
 * suite_add - add a case
 * @suite: the suite
 * @name: its name; borrowed
 * @run: what it does
 * @state: what *state is to it; borrowed
 */
void suite_add(struct suite *suite, const char *name, CMUnitTestFunction run,
	       const void *state)
{
	struct CMUnitTest *tests;

	tests = reallocarray(suite->tests, suite->count + 1, sizeof(*tests));
	if (!tests)
		abort();
	suite->tests = tests;
	suite->tests[suite->count++] = (struct CMUnitTest){
		.name = name,
		.test_func = run,
		.initial_state = (void *)(uintptr_t)state,
	};
}

/**
 * suite_run - run the cases
 * @suite: the suite; empty afterwards
 * @name: its name
 *
 * Return: how many failed.
 */
int suite_run(struct suite *suite, const char *name)
{
	int failed;

	failed = _cmocka_run_group_tests(name, suite->tests, suite->count,
					 NULL, NULL);
	free(suite->tests);
	memset(suite, 0, sizeof(*suite));
	return failed;
}

/**
 * parse_text - read one statement from text
 * @parse: the parser
 * @text: the text, as in a rule file
 * @st: where to put what it says; to be freed by mcr_statement_free()
 * @err: where to put the error
 *
 * Return: what the parser returned.
 */
int parse_text(parse_fn parse, const char *text, struct mcr_statement *st,
	       struct mcr_error *err)
{
	struct mcr_words words = { .err = err, .file = "test" };
	struct mcr_lex lex;
	int ret;

	mcr_statement_init(st);
	mcr_lex_init(&lex, "test", text);
	ret = mcr_lex_next(&lex, err);
	if (ret >= 0) {
		words.tokens = lex.tokens;
		words.count = lex.count;
		ret = parse(&words, st);
	}
	mcr_lex_exit(&lex);
	return ret;
}

/**
 * random_below - a number, the same ones for the same seed
 * @seed: anything but 0 at first
 * @n: how many numbers there are to choose from
 *
 * Return: 0 to @n - 1.
 */
uint32_t random_below(uint64_t *seed, uint32_t n)
{
	/* Marsaglia's xorshift. */
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return (uint32_t)(*seed >> 32) % n;
}

static bool coin(uint64_t *seed)
{
	return random_below(seed, 2);
}

static __u16 random_port(uint64_t *seed)
{
	return (__u16)(1 + random_below(seed, 65535));
}

static void random_bytes(uint64_t *seed, union mcr_addr *addr, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		addr->raw[i] = (__u8)random_below(seed, coin(seed) ? 256 : 2);
}

static void random_group(uint64_t *seed, union mcr_addr *addr, __u8 family)
{
	random_bytes(seed, addr, mcr_addr_bits(family) / 8);
	addr->raw[0] = 0xff;
	if (family == AF_INET)
		addr->raw[0] = (__u8)(0xe0 + random_below(seed, 16));
}

static void random_src(uint64_t *seed, union mcr_addr *addr, __u8 family)
{
	random_bytes(seed, addr, mcr_addr_bits(family) / 8);
	addr->raw[0] = (__u8)(1 + random_below(seed, 200));
}

/* Names with what needs quotes, and what must not be taken for a keyword. */
static void random_dev(uint64_t *seed, char *dev)
{
	static const char *const devs[] = {
		"eth0", "to", "a", "group", "eth0.100", "abcdefghijklmno",
		"a\"b", "$(x)", "#", "x;y", "'", "\\", "`ls`", "\xc3\xa4",
		"id", "disabled", "any", "-j", "!", "*",
	};

	strcpy(dev, devs[random_below(seed, COUNT(devs))]);
}

static void random_match(uint64_t *seed, struct mcr_match *m)
{
	unsigned int bits, shortest;
	__u16 port;

	m->family = coin(seed) ? AF_INET : AF_INET6;
	bits = mcr_addr_bits(m->family);
	shortest = m->family == AF_INET ? 4 : 8;
	random_group(seed, &m->group, m->family);
	m->group_len = (__u8)bits;
	if (coin(seed))
		m->group_len = (__u8)(shortest +
				      random_below(seed, bits + 1 - shortest));
	mcr_addr_mask(&m->group, m->family, m->group_len);
	if (coin(seed)) {
		random_src(seed, &m->src, m->family);
		m->src_len = (__u8)(1 + random_below(seed, bits));
		mcr_addr_mask(&m->src, m->family, m->src_len);
	}
	m->proto = coin(seed) ? MCR_PROTO_UDP : MCR_PROTO_ANY;
	if (m->proto == MCR_PROTO_UDP && coin(seed)) {
		m->dport_min = random_port(seed);
		m->dport_max = m->dport_min;
		port = random_port(seed);
		if (coin(seed) && port > m->dport_min)
			m->dport_max = port;
	}
	if (coin(seed))
		m->vlan = (__u16)(1 + random_below(seed, 4094));
}

static void random_rewrite(uint64_t *seed, struct mcr_rewrite *r,
			   const struct mcr_match *m)
{
	if (coin(seed)) {
		r->set |= MCR_SET_GROUP;
		r->group_family = m->family;
		random_group(seed, &r->group, m->family);
	} else {
		r->mac = (__u8)random_below(seed, 2);
	}
	r->src_mode = (__u8)random_below(seed, MCR_SRC_AUTO + 1);
	if (r->src_mode == MCR_SRC_SET) {
		r->src_family = m->family;
		random_src(seed, &r->src, m->family);
	}
	if (m->proto == MCR_PROTO_UDP && coin(seed)) {
		r->set |= MCR_SET_DPORT;
		r->dport = random_port(seed);
	}
	if (m->proto == MCR_PROTO_UDP && coin(seed)) {
		r->set |= MCR_SET_SPORT;
		r->sport = random_port(seed);
	}
	r->ttl_mode = (__u8)random_below(seed, MCR_TTL_SET + 1);
	if (r->ttl_mode == MCR_TTL_SET)
		r->ttl = (__u8)(1 + random_below(seed, 255));
	if (coin(seed)) {
		r->set |= MCR_SET_DSCP;
		r->dscp = (__u8)random_below(seed, 64);
	}
}

static void random_limits(uint64_t *seed, struct mcr_output_spec *spec)
{
	static const __u32 units[] = { 1, 1000, 1000000 };
	__u32 unit = units[random_below(seed, 3)];

	spec->mtu = (__u8)random_below(seed, 2);
	if (coin(seed))
		return;
	spec->rate = (__u64)unit * (1 + random_below(seed, 0xfffffff));
	spec->rate_unit = unit == 1 ? MCR_RATE_PACKETS : MCR_RATE_BITS;
	if (coin(seed))
		spec->burst = unit * (1 + random_below(seed, 4000));
}

/**
 * random_rule - a sound rule with anything that the text form can say
 * @seed: of random_below()
 * @rule: where to put it; to be freed by mcr_rule_release()
 * @max_outputs: it has 1 to so many
 */
void random_rule(uint64_t *seed, struct mcr_rule *rule,
		 unsigned int max_outputs)
{
	static const char *const names[] = {
		"", "a", "list", "iif", "to", "aZ09_.-z", "rule",
		"a234567890123456789012345678901",
	};
	static const char *const comments[] = {
		"", "x", "two words", "$HOME `ls` \\ ' # ; \\\\", "gr\xc3\xbc\xc3\x9f",
		"to eth0", "ends in \\",
	};
	unsigned int n = 1 + random_below(seed, max_outputs);

	mcr_rule_init(rule);
	strcpy(rule->name, names[random_below(seed, COUNT(names))]);
	strcpy(rule->comment, comments[random_below(seed, COUNT(comments))]);
	random_dev(seed, rule->spec.iif);
	random_match(seed, &rule->spec.match);
	rule->spec.mode = (__u8)random_below(seed, MCR_MODE_CONSUME + 1);
	rule->spec.join = (__u8)random_below(seed, MCR_JOIN_NONE + 1);
	rule->spec.plane = (__u8)random_below(seed, MCR_PLANE_RELAY + 1);
	rule->spec.latency = (__u8)random_below(seed, MCR_LATENCY_LOW + 1);
	rule->spec.disabled = coin(seed);
	while (n--) {
		struct mcr_output *output = mcr_rule_add_output(rule);

		random_dev(seed, output->spec.dev);
		random_rewrite(seed, &output->spec.rewrite, &rule->spec.match);
		random_limits(seed, &output->spec);
	}
}

static __u64 random_count(uint64_t *seed)
{
	return coin(seed) ? 0 : (__u64)random_below(seed, 0xffffffff) << 20;
}

/**
 * random_counters - what a server adds to a rule: ids, state, counters
 * @seed: of random_below()
 * @rule: the rule
 */
void random_counters(uint64_t *seed, struct mcr_rule *rule)
{
	unsigned int i, j;

	rule->id = 1 + random_below(seed, 0xfffffffe);
	rule->ifindex = random_below(seed, 3);
	rule->membership = (__u8)random_below(seed, MCR_MEMBERSHIP_FAILED + 1);
	if (rule->membership == MCR_MEMBERSHIP_FAILED)
		rule->membership_error = 105;
	rule->packets = random_count(seed);
	rule->bytes = random_count(seed);
	rule->seen = coin(seed);
	if (rule->seen)
		rule->last_seen = random_count(seed);
	for (i = 0; i < rule->n_outputs; i++) {
		struct mcr_output *output = &rule->outputs[i];

		output->id = i + 1;
		output->ifindex = random_below(seed, 3);
		output->feeds = random_below(seed, 3);
		output->offered = random_count(seed);
		output->sent = random_count(seed);
		output->sent_bytes = random_count(seed);
		for (j = MCR_DROP_NO_DEVICE; j <= MCR_DROP_MAX; j++)
			output->drops[j] = random_count(seed);
	}
}

/**
 * assert_same_rule - fail unless two rules say and count the same
 * @a: a rule
 * @b: another
 */
void assert_same_rule(const struct mcr_rule *a, const struct mcr_rule *b)
{
	unsigned int i;

	assert_string_equal(a->name, b->name);
	assert_string_equal(a->comment, b->comment);
	assert_memory_equal(&a->spec, &b->spec, sizeof(a->spec));
	assert_int_equal(a->id, b->id);
	assert_int_equal(a->ifindex, b->ifindex);
	assert_int_equal(a->membership, b->membership);
	assert_int_equal(a->membership_error, b->membership_error);
	assert_int_equal(a->packets, b->packets);
	assert_int_equal(a->bytes, b->bytes);
	assert_int_equal(a->seen, b->seen);
	assert_int_equal(a->last_seen, b->last_seen);
	assert_int_equal(a->n_outputs, b->n_outputs);
	for (i = 0; i < a->n_outputs; i++)
		assert_memory_equal(&a->outputs[i], &b->outputs[i],
				    sizeof(a->outputs[i]));
}
