// SPDX-License-Identifier: GPL-2.0
/*
 * JSON: the keys that mcrtool(8) promises, and their types.
 */
#include "common.h"

#include <string.h>

#include <sys/socket.h>

#include "../lib/json.h"
#include "../lib/str.h"

/* Compares with pieces of text, a NULL behind the last; puts @obj. */
static void check_json(struct json_object *obj, const char *const *pieces)
{
	struct mcr_str expected = { 0 };
	const char *text;

	assert_non_null(obj);
	while (*pieces)
		mcr_str_add(&expected, *pieces++);
	text = json_object_to_json_string_ext(obj,
					      JSON_C_TO_STRING_PLAIN |
					      JSON_C_TO_STRING_NOSLASHESCAPE);
	assert_string_equal(text, expected.s);
	mcr_str_free(&expected);
	json_object_put(obj);
}

#define assert_json(obj, ...)	\
	check_json(obj, (const char *const []){ __VA_ARGS__, NULL })

static void read_rule(struct mcr_statement *st, const char *text)
{
	struct mcr_error err = { 0 };

	assert_int_equal(parse_text(mcr_parse_rule, text, st, &err), 0);
	st->rule.id = 7;
	st->rule.outputs[0].id = 1;
}

#define NO_DROPS	"\"no-device\":0,\"device-down\":0,\"mtu\":0," \
			"\"ttl\":0,\"rate\":0,\"queue-full\":0,"	\
			"\"no-memory\":0,\"neighbour\":0,\"no-source\":0," \
			"\"loop\":0,\"fragment\":0,\"malformed\":0,"	\
			"\"superpacket\":0"

static void test_least(void **state)
{
	struct mcr_statement st;

	(void)state;
	read_rule(&st, "iif a group 239.1.1.1 to b");
	assert_json(mcr_json_rule(&st.rule),
		    "{\"id\":7,\"iif\":\"a\",\"family\":\"ipv4\",",
		    "\"group\":\"239.1.1.1\",\"proto\":\"udp\",",
		    "\"mode\":\"pass\",\"join\":\"auto\",\"plane\":\"auto\",",
		    "\"latency\":\"auto\",\"disabled\":false,\"waiting\":true,",
		    "\"membership\":\"none\",\"packets\":0,\"bytes\":0,",
		    "\"outputs\":[{\"id\":1,\"to\":\"b\",\"waiting\":true,",
		    "\"mac\":\"auto\",\"mtu\":\"drop\",\"offered\":0,",
		    "\"sent\":0,\"sent_bytes\":0,\"drops\":{" NO_DROPS "}}]}");
	mcr_statement_free(&st);
}

static void test_most(void **state)
{
	struct mcr_output *output;
	struct mcr_statement st;

	(void)state;
	read_rule(&st,
		  "name x iif a group ff3e::/16 src 2001:db8::1 dport 5-6 vlan 7 consume join none plane relay latency low disabled comment \"y z\" to b group ff3e::2 dport 8 src 2001:db8::2 sport 9 ttl 10 dscp ef rate 11 kbit burst 12 mtu fragment");
	st.rule.ifindex = 3;
	st.rule.membership = MCR_MEMBERSHIP_FAILED;
	st.rule.membership_error = 105;
	st.rule.packets = ~0ULL;
	st.rule.bytes = 1ULL << 63;
	st.rule.seen = true;
	output = &st.rule.outputs[0];
	output->ifindex = 4;
	output->feeds = 7;
	output->offered = 5;
	output->sent = 4;
	output->sent_bytes = 400;
	output->drops[MCR_DROP_SUPERPACKET] = 1;
	assert_json(mcr_json_rule(&st.rule),
		    "{\"id\":7,\"name\":\"x\",\"iif\":\"a\",",
		    "\"family\":\"ipv6\",\"group\":\"ff3e::/16\",",
		    "\"src\":\"2001:db8::1\",\"proto\":\"udp\",",
		    "\"dport_min\":5,\"dport_max\":6,\"vlan\":7,",
		    "\"mode\":\"consume\",\"join\":\"none\",",
		    "\"plane\":\"relay\",\"latency\":\"low\",",
		    "\"disabled\":true,\"comment\":\"y z\",\"ifindex\":3,",
		    "\"waiting\":false,\"membership\":\"failed\",",
		    "\"membership_errno\":105,",
		    "\"membership_error\":\"No buffer space available\",",
		    "\"packets\":18446744073709551615,",
		    "\"bytes\":9223372036854775808,\"last_seen_ms\":0,",
		    "\"outputs\":[{\"id\":1,\"to\":\"b\",\"ifindex\":4,",
		    "\"waiting\":false,\"feeds\":7,",
		    "\"group\":\"ff3e::2\",\"dport\":8,",
		    "\"src\":\"2001:db8::2\",\"sport\":9,\"ttl\":10,",
		    "\"dscp\":46,\"mac\":\"auto\",\"rate\":11000,",
		    "\"rate_unit\":\"bit\",\"burst\":12000,",
		    "\"mtu\":\"fragment\",\"offered\":5,\"sent\":4,",
		    "\"sent_bytes\":400,\"drops\":{\"no-device\":0,",
		    "\"device-down\":0,\"mtu\":0,\"ttl\":0,\"rate\":0,",
		    "\"queue-full\":0,\"no-memory\":0,\"neighbour\":0,",
		    "\"no-source\":0,\"loop\":0,\"fragment\":0,",
		    "\"malformed\":0,\"superpacket\":1}}]}");
	mcr_statement_free(&st);
}

static void test_modes(void **state)
{
	struct json_object *obj, *outputs, *value;
	static const char *const ttls[] = { NULL, "\"keep\"", "\"dec\"", "9" };
	struct mcr_statement st;
	size_t i;

	(void)state;
	read_rule(&st,
		  "iif a group 239.1.1.1 proto any to b src auto mac keep rate 3 pps to b ttl keep to b ttl dec to b ttl 9");
	obj = mcr_json_rule(&st.rule);
	assert_non_null(obj);
	assert_true(json_object_object_get_ex(obj, "proto", &value));
	assert_string_equal(json_object_get_string(value), "any");
	assert_true(json_object_object_get_ex(obj, "outputs", &outputs));
	assert_int_equal(json_object_array_length(outputs), 4);
	for (i = 0; i < 4; i++) {
		struct json_object *output = json_object_array_get_idx(outputs,
								       i);
		bool there = json_object_object_get_ex(output, "ttl", &value);

		assert_int_equal(there, !!ttls[i]);
		if (there)
			assert_string_equal(json_object_to_json_string(value),
					    ttls[i]);
	}
	value = json_object_array_get_idx(outputs, 0);
	assert_string_equal(json_object_get_string(json_object_object_get(value,
									  "src")),
			    "auto");
	assert_string_equal(json_object_get_string(json_object_object_get(value,
									  "mac")),
			    "keep");
	assert_string_equal(json_object_get_string(json_object_object_get(value,
									  "rate_unit")),
			    "packet");
	json_object_put(obj);
	mcr_statement_free(&st);
}

/* Any bytes in names and comments: what comes out is JSON. */
static void test_strings(void **state)
{
	struct json_object *obj, *again;
	struct mcr_statement st;

	(void)state;
	read_rule(&st, "iif a group 239.1.1.1 to b");
	strcpy(st.rule.comment, "\x01\"\\\n\xc3\xa4\xe4 \xf0\x9f\x98\x80 \xff");
	strcpy(st.rule.spec.iif, "\xe4\x1b[1m");
	obj = mcr_json_rule(&st.rule);
	assert_non_null(obj);
	again = json_tokener_parse(json_object_to_json_string(obj));
	assert_non_null(again);
	assert_string_equal(json_object_get_string(json_object_object_get(again,
									  "comment")),
			    "\x01\"\\\n\xc3\xa4\xef\xbf\xbd \xf0\x9f\x98\x80 \xef\xbf\xbd");
	assert_string_equal(json_object_get_string(json_object_object_get(again,
									  "iif")),
			    "\xef\xbf\xbd\x1b[1m");
	json_object_put(again);
	json_object_put(obj);
	mcr_statement_free(&st);
}

static void test_status(void **state)
{
	const struct mcr_status status = {
		.plane = MCR_PLANE_RELAY, .version = "1.2", .rules = 1,
		.rules_max = 2, .outputs = 3, .joins = 4, .txns = 5,
		.generation = 6,
	};

	(void)state;
	assert_json(mcr_json_status(&status),
		    "{\"plane\":\"relay\",\"authority\":\"relay\",\"version\":\"1.2\",\"protocol\":1,",
		    "\"rules\":1,\"rules_max\":2,\"outputs\":3,\"waiting\":0,\"joins\":4,",
		    "\"transactions\":5,\"generation\":6}");
}

static void test_ingress(void **state)
{
	const struct mcr_ingress ingress = {
		.dev = "a", .ifindex = 1, .rules = 2, .allmulti = 3,
		.hooked = true, .filtered = true, .seen = 4, .not_matched = 5, .malformed = 6,
		.missed = 7, .n_unmatched = 1,
		.unmatched = { {
			.family = AF_INET, .proto = MCR_PROTO_UDP, .vlan = 9,
			.dport = 5000, .dst.raw = { 239, 1, 1, 1 },
			.src.raw = { 10, 0, 0, 1 },
		} },
	};

	(void)state;
	assert_json(mcr_json_ingress(&ingress),
		    "{\"dev\":\"a\",\"ifindex\":1,\"waiting\":false,",
		    "\"hooked\":true,\"filtered\":true,\"rules\":2,",
		    "\"allmulti\":3,\"seen\":4,",
		    "\"not_matched\":5,\"malformed\":6,\"missed\":7,",
		    "\"unmatched\":[{\"group\":\"239.1.1.1\",",
		    "\"src\":\"10.0.0.1\",\"proto\":\"udp\",\"dport\":5000,",
		    "\"vlan\":9}]}");
}

/* What is not so is said, too. */
static void test_ingress_least(void **state)
{
	const struct mcr_ingress ingress = { .dev = "a" };

	(void)state;
	assert_json(mcr_json_ingress(&ingress),
		    "{\"dev\":\"a\",\"waiting\":true,\"hooked\":false,",
		    "\"filtered\":false,\"rules\":0,\"allmulti\":0,\"seen\":0,",
		    "\"not_matched\":0,\"malformed\":0,\"missed\":0,",
		    "\"unmatched\":[]}");
}

int main(void)
{
	struct suite suite = { 0 };

	suite_add_case(&suite, test_least);
	suite_add_case(&suite, test_most);
	suite_add_case(&suite, test_modes);
	suite_add_case(&suite, test_strings);
	suite_add_case(&suite, test_status);
	suite_add_case(&suite, test_ingress);
	suite_add_case(&suite, test_ingress_least);
	return suite_run(&suite, "json");
}
