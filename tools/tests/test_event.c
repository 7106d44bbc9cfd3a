// SPDX-License-Identifier: GPL-2.0
/*
 * Notifications: what is read, and how it is printed as text and JSON.
 */
#include "common.h"

#include <errno.h>
#include <linux/netlink.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/event.h"
#include "../lib/json.h"
#include "server.h"

#define TEXT	"name feed iif a group 239.1.1.1 dport 5000 to b to c ttl 3"

/* The rule that most notifications are about. */
static void read_rule(struct mcr_statement *st)
{
	struct mcr_error err = { 0 };

	assert_int_equal(parse_text(mcr_parse_rule, TEXT, st, &err), 0);
	st->rule.id = 7;
	st->rule.ifindex = 2;
	st->rule.outputs[0].id = 1;
	st->rule.outputs[0].ifindex = 3;
	st->rule.outputs[1].id = 2;
}

static struct nl_msg *rule_event(const struct mcr_rule *rule,
				 unsigned int first, unsigned int count,
				 bool more, int flags)
{
	struct nl_msg *msg = server_rule(rule, first, count, more);

	nlmsg_hdr(msg)->nlmsg_flags = (__u16)flags;
	genlmsg_hdr(nlmsg_hdr(msg))->cmd = MCR_CMD_RULE_NTF;
	return msg;
}

static int feed(struct mcr_event *ev, struct nl_msg *msg,
		struct mcr_error *err)
{
	int ret = mcr_event_read(ev, nlmsg_hdr(msg), err);

	nlmsg_free(msg);
	return ret;
}

static void assert_printed(const struct mcr_event *ev, const char *text,
			   const char *json)
{
	struct json_object *obj = mcr_json_event(ev);
	struct mcr_str str = { 0 };

	mcr_event_print(&str, ev);
	assert_string_equal(str.s, text);
	mcr_str_free(&str);
	assert_non_null(obj);
	assert_string_equal(json_object_to_json_string_ext(obj,
							   JSON_C_TO_STRING_PLAIN),
			    json);
	json_object_put(obj);
}

#define RULE_JSON							\
	"\"rule\":{\"id\":7,\"name\":\"feed\",\"iif\":\"a\","		\
	"\"family\":\"ipv4\",\"group\":\"239.1.1.1\",\"proto\":\"udp\","	\
	"\"dport_min\":5000,\"dport_max\":5000,\"mode\":\"pass\","	\
	"\"join\":\"auto\",\"plane\":\"auto\",\"latency\":\"auto\","	\
	"\"disabled\":false,\"ifindex\":2,\"waiting\":false,"		\
	"\"membership\":\"none\",\"outputs\":["				\
	"{\"id\":1,\"to\":\"b\",\"ifindex\":3,\"waiting\":false,"	\
	"\"mac\":\"auto\",\"mtu\":\"drop\"},"				\
	"{\"id\":2,\"to\":\"c\",\"waiting\":true,\"ttl\":3,"		\
	"\"mac\":\"auto\",\"mtu\":\"drop\"}]}"

/* A rule has no counters in notifications; in one message or in two. */
static void test_rule(void **state)
{
	struct mcr_error err = { 0 };
	struct mcr_statement st;
	struct mcr_event ev;

	(void)state;
	read_rule(&st);
	mcr_event_clear(&ev);
	assert_int_equal(feed(&ev, rule_event(&st.rule, 0, 2, false,
					      NLM_F_CREATE), &err), 0);
	assert_false(ev.more);
	assert_true(mcr_event_is_of_rule(&ev));
	assert_int_equal(ev.generation, 5);
	assert_printed(&ev, "created rule " TEXT "  # id 7, waiting for c",
		       "{\"event\":\"created\",\"generation\":5," RULE_JSON "}");
	mcr_event_free(&ev);

	assert_int_equal(feed(&ev, rule_event(&st.rule, 0, 1, true,
					      NLM_F_REPLACE), &err), 0);
	assert_true(ev.more);
	assert_int_equal(feed(&ev, rule_event(&st.rule, 1, 1, false,
					      NLM_F_REPLACE), &err), 0);
	assert_false(ev.more);
	assert_printed(&ev, "changed rule " TEXT "  # id 7, waiting for c",
		       "{\"event\":\"changed\",\"generation\":5," RULE_JSON "}");
	mcr_event_free(&ev);
	mcr_statement_free(&st);
}

struct part_case {
	const char *desc;
	enum mcr_cmd cmd;
	void (*prepare)(struct mcr_rule *rule);
	const char *text;
	const char *json;
};

static void nameless(struct mcr_rule *rule)
{
	rule->name[0] = '\0';
}

static void lost(struct mcr_rule *rule)
{
	rule->outputs[0].ifindex = 0;
}

static void drops(struct mcr_rule *rule)
{
	rule->outputs[0].drops[MCR_DROP_MTU] = 3;
	rule->outputs[0].drops[MCR_DROP_TTL] = 1;
}

static void joined(struct mcr_rule *rule)
{
	rule->membership = MCR_MEMBERSHIP_JOINED;
}

static void failed(struct mcr_rule *rule)
{
	nameless(rule);
	rule->membership = MCR_MEMBERSHIP_FAILED;
	rule->membership_error = ENOMEM;
}

#define START(event)	"{\"event\":\"" event "\",\"generation\":5,"
#define REF		"\"rule\":{\"id\":7,\"name\":\"feed\"}"
#define OUTPUT		"\"output\":{\"id\":1,\"to\":\"b\","
#define BOUND		OUTPUT "\"ifindex\":3,\"waiting\":false"
#define NO_MEMORY	"Cannot allocate memory"
#define JOINED		"\"name\":\"feed\",\"membership\":\"joined\""
#define FAILED		"\"membership\":\"failed\",\"membership_errno\":12"
#define BECAUSE		"\"membership_error\":\"" NO_MEMORY "\""
#define DROPPED		"\"drops\":{\"mtu\":3,\"ttl\":1}"

static const struct part_case parts[] = {
	{ "deleted", MCR_CMD_RULE_DEL_NTF, NULL,
	  "deleted rule name feed  # id 7", START("deleted") REF "}" },
	{ "deleted, no name", MCR_CMD_RULE_DEL_NTF, nameless,
	  "deleted rule id 7", START("deleted") "\"rule\":{\"id\":7}}" },
	{ "bound", MCR_CMD_OUTPUT_NTF, NULL,
	  "bound rule name feed output 1 to b  # id 7",
	  START("bound") REF "," BOUND "}}" },
	{ "lost", MCR_CMD_OUTPUT_NTF, lost,
	  "waiting rule name feed output 1 to b  # id 7",
	  START("waiting") REF "," OUTPUT "\"waiting\":true}}" },
	{ "dropped", MCR_CMD_OUTPUT_NTF, drops,
	  "dropped rule name feed output 1 to b: mtu 3, ttl 1  # id 7",
	  START("dropped") REF "," BOUND "," DROPPED "}}" },
	{ "membership", MCR_CMD_MEMBER_NTF, joined,
	  "membership rule name feed joined  # id 7",
	  START("membership") "\"rule\":{\"id\":7," JOINED "}}" },
	{ "membership failed", MCR_CMD_MEMBER_NTF, failed,
	  "membership rule id 7 failed: " NO_MEMORY,
	  START("membership") "\"rule\":{\"id\":7," FAILED "," BECAUSE "}}" },
};

static void test_part(void **state)
{
	const struct part_case *c = *state;
	struct mcr_error err = { 0 };
	struct mcr_statement st;
	struct mcr_event ev;

	read_rule(&st);
	if (c->prepare)
		c->prepare(&st.rule);
	mcr_event_clear(&ev);
	assert_int_equal(feed(&ev, server_event(c->cmd, &st.rule, NULL), &err),
			 0);
	assert_int_equal(mcr_event_is_of_rule(&ev),
			 c->cmd == MCR_CMD_RULE_DEL_NTF);
	assert_printed(&ev, c->text, c->json);
	mcr_event_free(&ev);
	mcr_statement_free(&st);
}

static void test_ingress(void **state)
{
	static const char *const texts[] = {
		"ingress a waiting", "ingress a unhooked", "ingress a hooked",
	};
	static const char *const jsons[] = {
		"\"waiting\":true,\"hooked\":false}}",
		"\"ifindex\":3,\"waiting\":false,\"hooked\":false}}",
		"\"ifindex\":3,\"waiting\":false,\"hooked\":true}}",
	};
	struct mcr_ingress ingress = { .dev = "a" };
	struct mcr_error err = { 0 };
	struct mcr_event ev;
	char json[200];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(texts); i++) {
		ingress.ifindex = i ? 3 : 0;
		ingress.hooked = i == 2;
		mcr_event_clear(&ev);
		assert_int_equal(feed(&ev, server_event(MCR_CMD_INGRESS_NTF,
							NULL, &ingress), &err),
				 0);
		strcpy(json, START("ingress") "\"ingress\":{\"dev\":\"a\",");
		strcat(json, jsons[i]);
		assert_printed(&ev, texts[i], json);
		mcr_event_free(&ev);
	}
}

static void test_many(void **state)
{
	struct mcr_error err = { 0 };
	struct mcr_event ev;

	(void)state;
	mcr_event_clear(&ev);
	assert_int_equal(feed(&ev, server_event(MCR_CMD_GENERATION_NTF, NULL,
						NULL), &err), 0);
	assert_int_equal(ev.kind, MCR_EVENT_MANY);
	assert_printed(&ev, "many", "{\"event\":\"many\",\"generation\":5}");
	mcr_event_free(&ev);
}

/* What a later server may tell is passed over. */
static void test_unknown(void **state)
{
	struct mcr_error err = { 0 };
	struct mcr_event ev;

	(void)state;
	mcr_event_clear(&ev);
	assert_int_equal(feed(&ev, server_event(MCR_CMD_MAX + 1, NULL, NULL),
			      &err), 0);
	assert_int_equal(ev.kind, MCR_EVENT_NONE);
	assert_int_equal(feed(&ev, server_event(MCR_CMD_RULE_GET, NULL, NULL),
			      &err), 0);
	assert_int_equal(ev.kind, MCR_EVENT_NONE);
	mcr_event_free(&ev);
}

/* Nothing that is missing is made up. */
static void test_missing(void **state)
{
	static const enum mcr_cmd cmds[] = {
		MCR_CMD_RULE_NTF, MCR_CMD_RULE_DEL_NTF, MCR_CMD_INGRESS_NTF,
		MCR_CMD_OUTPUT_NTF, MCR_CMD_MEMBER_NTF,
	};
	struct mcr_statement st;
	struct mcr_event ev;
	struct nl_msg *msg;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cmds); i++) {
		struct mcr_error err = { 0 };

		mcr_event_clear(&ev);
		assert_int_equal(feed(&ev, server_event(cmds[i], NULL, NULL),
				      &err), -1);
		assert_int_equal(err.kind, MCR_ERROR_SYSTEM);
		mcr_event_free(&ev);
	}
	read_rule(&st);
	for (i = 0; i < COUNT(cmds); i++) {
		struct mcr_error err = { 0 };

		/* The generation is last. */
		msg = server_event(cmds[i], &st.rule, NULL);
		nlmsg_hdr(msg)->nlmsg_len -= 8;
		mcr_event_clear(&ev);
		assert_int_equal(feed(&ev, msg, &err), -1);
		assert_string_equal(err.text,
				    "the server's reply cannot be read: the generation is missing");
		mcr_event_free(&ev);
	}
	mcr_statement_free(&st);
}

/* Another notification where a rule's outputs were to go on. */
static void test_broken_off(void **state)
{
	struct mcr_error err = { 0 };
	struct mcr_statement st;
	struct mcr_event ev;

	(void)state;
	read_rule(&st);
	mcr_event_clear(&ev);
	assert_int_equal(feed(&ev, rule_event(&st.rule, 0, 1, true, 0), &err),
			 0);
	assert_int_equal(feed(&ev, server_event(MCR_CMD_GENERATION_NTF, NULL,
						NULL), &err), -1);
	assert_non_null(strstr(err.text, "do not go on"));
	mcr_event_free(&ev);

	assert_int_equal(feed(&ev, rule_event(&st.rule, 0, 1, true, 0), &err),
			 0);
	st.rule.id = 8;
	assert_int_equal(feed(&ev, rule_event(&st.rule, 1, 1, false, 0), &err),
			 -1);
	mcr_event_free(&ev);
	mcr_statement_free(&st);
}

/* Cut anywhere, or with any byte changed: read or refused, nothing else. */
static void test_mangled(void **state)
{
	const struct part_case *c;
	struct mcr_error err = { 0 };
	struct mcr_str str = { 0 };
	struct mcr_statement st;
	struct mcr_event ev;
	struct nlmsghdr *nlh;
	struct nl_msg *msg;
	size_t i, k, len;
	char *copy;

	(void)state;
	read_rule(&st);
	drops(&st.rule);
	for (i = 0; i < COUNT(parts); i++) {
		c = &parts[i];
		msg = server_event(c->cmd, &st.rule, NULL);
		len = nlmsg_hdr(msg)->nlmsg_len;
		for (k = NLMSG_HDRLEN; k < 2 * len; k++) {
			copy = malloc(k < len ? k : len);
			assert_non_null(copy);
			memcpy(copy, nlmsg_hdr(msg), k < len ? k : len);
			nlh = (struct nlmsghdr *)(void *)copy;
			if (k < len)
				nlh->nlmsg_len = (__u32)k;
			else if (k - len >= NLMSG_HDRLEN)
				copy[k - len] ^= 0x55;
			mcr_event_clear(&ev);
			if (!mcr_event_read(&ev, nlh, &err) && !ev.more)
				mcr_event_print(&str, &ev);
			mcr_event_free(&ev);
			mcr_str_free(&str);
			free(copy);
		}
		nlmsg_free(msg);
	}
	mcr_statement_free(&st);
}

int main(void)
{
	struct suite suite = { 0 };

	suite_add_case(&suite, test_rule);
	suite_add_table(&suite, parts, test_part);
	suite_add_case(&suite, test_ingress);
	suite_add_case(&suite, test_many);
	suite_add_case(&suite, test_unknown);
	suite_add_case(&suite, test_missing);
	suite_add_case(&suite, test_broken_off);
	suite_add_case(&suite, test_mangled);
	return suite_run(&suite, "event");
}
