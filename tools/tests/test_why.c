// SPDX-License-Identifier: GPL-2.0
/*
 * Why a rule forwards nothing: the sentence for each thing that is missing.
 */
#include "common.h"

#include <errno.h>
#include <string.h>

#include "../lib/print.h"
#include "../lib/why.h"

struct why_case {
	const char *desc;
	const char *rule;
	/* What the server told of it. */
	bool waiting;
	bool unhooked;
	__u64 seen;
	__u64 malformed;
	__u64 packets;
	__u32 join_error;
	/* Packets that no rule took, as rules that would take only them. */
	const char *unmatched[3];
	/* Other rules; each took 3 packets, the last one 5, 4, 3 s ago. */
	const char *others[3];
	/* Since its last packet; 0: it got none, or just now. */
	__u64 last_seen;
	bool allmulti;
	/* Of output 1, 2: "sent", "wait", a drop's name, NULL: nothing yet. */
	const char *outputs[2];
	const char *sentence;
};

#define NONE	"7 frames came in on in0, none for this rule"
#define NEAREST	NONE "; the nearest has "
#define JOINED	", although the group is joined"
#define OTHER	NONE JOINED "; the nearest has "
#define SPECIFIC ", which is more specific, took 3 packets"
#define ALL_OF	SPECIFIC " that this one would match, the last one "
#define SOME_OF	SPECIFIC ", and this one may match some of them, the last one "
#define OF_OTHERS "; of the others the nearest has "
#define NO_LOCAL4 ": a prefix wider than 224.0.0.0/24 takes none of those"
#define NO_LOCAL6 ": a prefix wider than ff02::/16 takes none of those"
#define QUIET	"no packet has matched for 3 min 12 s"
#define PORT_5001 "dport 5001 instead of 5000"
#define GROUP_8	"group 239.1.1.2 instead of 224.0.0.0/8"
#define FRAGMENT "no dport instead of 5000: it is a fragment, and fragments are not replicated"
#define SRC_2	"src 10.0.0.2 instead of 10.0.0.1"
#define GROUP_16	"group 239.2.1.1 instead of 239.1.0.0/16"
#define RULE	"iif in0 group 239.1.1.1 src 10.0.0.1 dport 5000 to out1 to out2"
#define RANGE	"iif in0 group 239.1.0.0/16 dport 5000-5009 to out1"
#define FLOW	"iif x group 239.1.1.1 src 10.0.0.1 dport 5000 to x"
#define FRAGMENT_OF(src) "iif x group 239.1.1.1 src " src " to x"
#define ALL4	"iif in0 group 224.0.0.0/4 to out1"

static const struct why_case why_cases[] = {
	{ "disabled", "iif in0 group 239.1.1.1 disabled to out1",
	  .sentence = "the rule is disabled" },
	{ "no device", RULE, .waiting = true,
	  .sentence = "there is no device in0" },
	{ "no hook", RULE, .unhooked = true,
	  .sentence = "the ingress hook could not be set on in0" },
	{ "no frames", RULE, .sentence = "no frame has come in on in0" JOINED },
	{ "the join failed", RULE, .join_error = ENOBUFS,
	  .sentence = "the group could not be joined on in0: No buffer space available" },
	{ "a failed join does not matter once packets match", RULE,
	  .join_error = ENOBUFS, .packets = 1, .seen = 1,
	  .outputs = { "sent", "sent" } },
	{ "another port", RULE, .seen = 7,
	  .unmatched = { "iif x group 239.1.1.1 src 10.0.0.1 dport 5001 to x" },
	  .sentence = NEAREST "dport 5001 instead of 5000" },
	{ "another source", RULE, .seen = 7,
	  .unmatched = { "iif x group 239.1.1.1 src 10.0.0.2 dport 5000 to x" },
	  .sentence = NEAREST SRC_2 },
	{ "another group", RULE, .seen = 7, .malformed = 2,
	  .unmatched = { "iif x group 239.1.1.2 src 10.0.0.1 dport 5000 to x" },
	  .sentence = OTHER "group 239.1.1.2 instead of 239.1.1.1; 2 were malformed" },
	{ "another family", RULE, .seen = 7,
	  .unmatched = { "iif x group ff1e::1 src 2001:db8::1 dport 5000 to x" },
	  .sentence = OTHER "group ff1e::1 instead of 239.1.1.1" },
	{ "another protocol", RULE, .seen = 7,
	  .unmatched = { "iif x group 239.1.1.1 src 10.0.0.1 proto any to x" },
	  .sentence = NEAREST "another protocol instead of udp" },
	{ "a VLAN", RULE, .seen = 7,
	  .unmatched = { "iif x group 239.1.1.1 src 10.0.0.1 dport 5000 vlan 7 to x" },
	  .sentence = NEAREST "vlan 7 instead of no vlan" },
	{ "no VLAN", "iif in0 group 239.1.1.1 vlan 7 to out1", .seen = 7,
	  .unmatched = { FLOW },
	  .sentence = NEAREST "no vlan instead of vlan 7" },
	{ "several at once", RULE, .seen = 7,
	  .unmatched = { "iif x group 239.1.1.1 src 10.0.0.2 dport 1 vlan 7 to x" },
	  .sentence = NEAREST SRC_2 ", dport 1 instead of 5000, vlan 7 instead of no vlan" },
	{ "prefixes and ranges", RANGE, .seen = 7,
	  .unmatched = { "iif x group 239.2.1.1 src 10.0.0.1 dport 5010 to x" },
	  .sentence = OTHER GROUP_16 ", dport 5010 instead of 5000-5009" },
	{ "the nearest of several: the group counts most", RULE, .seen = 7,
	  .unmatched = {
		"iif x group 239.1.1.2 src 10.0.0.1 dport 5000 to x",
		"iif x group 239.1.1.1 src 10.0.0.2 dport 5001 to x",
		"iif x group ff1e::1 src 2001:db8::1 dport 5000 to x" },
	  .sentence = NEAREST SRC_2 ", dport 5001 instead of 5000" },
	{ "matching ones, from before the rule", RULE, .seen = 7,
	  .unmatched = { FLOW },
	  .sentence = "7 frames came in on in0, none since the rule is there" },
	{ "all for others", RULE, .seen = 7,
	  .sentence = NONE JOINED ": they are other rules', or no multicast" },
	{ "all for others, and the network cannot be blamed", RULE, .seen = 7,
	  .allmulti = true,
	  .sentence = NONE ": they are other rules', or no multicast" },
	{ "a fragment, whose port is not known", RULE, .seen = 7,
	  .unmatched = { FRAGMENT_OF("10.0.0.1") },
	  .sentence = NEAREST FRAGMENT },
	{ "the first fragment, which has a port, is nearer", RULE, .seen = 7,
	  .unmatched = { FRAGMENT_OF("10.0.0.1"),
		"iif x group 239.1.1.1 src 10.0.0.1 dport 5001 to x" },
	  .sentence = NEAREST "dport 5001 instead of 5000" },
	{ "a fragment of another source", RULE, .seen = 7,
	  .unmatched = { FRAGMENT_OF("10.0.0.2") },
	  .sentence = NEAREST SRC_2 ", " FRAGMENT },
	{ "a fragment, for a rule of any port", "iif in0 group 239.1.1.1 to out1",
	  .seen = 7, .unmatched = { FRAGMENT_OF("10.0.0.1") },
	  .sentence = "7 frames came in on in0, none since the rule is there" },
	{ "a link-local group", ALL4, .seen = 7, .allmulti = true,
	  .unmatched = { "iif x group 224.0.0.251 src 10.0.0.1 dport 5353 to x" },
	  .sentence = NEAREST "link-local group 224.0.0.251" NO_LOCAL4 },
	{ "a link-local group, IPv6", "iif in0 group ff00::/8 dport 5000 to out1",
	  .seen = 7, .allmulti = true,
	  .unmatched = { "iif x group ff02::fb src fe80::1 dport 5353 to x" },
	  .sentence = NEAREST "link-local group ff02::fb, dport 5353 instead of 5000" NO_LOCAL6 },
	{ "a link-local group that is meant", "iif in0 group 224.0.0.0/24 to out1",
	  .seen = 7,
	  .unmatched = { "iif x group 224.0.0.251 src 10.0.0.1 dport 5353 to x" },
	  .sentence = "7 frames came in on in0, none since the rule is there" },
	{ "any other group is nearer than a link-local one",
	  "iif in0 group 224.0.0.0/8 to out1", .seen = 7, .allmulti = true,
	  .unmatched = {
		"iif x group 224.0.0.251 src 10.0.0.1 dport 5353 to x",
		"iif x group 239.1.1.2 src 10.0.0.1 dport 5000 vlan 7 to x" },
	  .sentence = NEAREST GROUP_8 ", vlan 7 instead of no vlan" },
	{ "a more specific rule", RANGE, .seen = 7,
	  .others = { "name x iif in0 group 239.1.1.0/24 dport 5000 to x" },
	  .sentence = NONE ": rule 'x' (id 10)" ALL_OF "5.000 s ago" },
	{ "a more specific rule, and other flows", RANGE, .seen = 7,
	  .others = { "iif in0 group 239.1.1.0/24 dport 5000 to x" },
	  .unmatched = { "iif x group 239.1.1.1 src 10.0.0.1 dport 1 to x" },
	  .sentence = NONE ": rule id 10" ALL_OF "5.000 s ago"
		OF_OTHERS "dport 1 instead of 5000-5009" },
	{ "a more specific rule, of a range that overlaps", RANGE, .seen = 7,
	  .others = { "iif in0 group 239.1.1.0/24 dport 5009-5010 to x" },
	  .sentence = NONE ": rule id 10" SOME_OF "5.000 s ago" },
	{ "a more specific rule, of any protocol", RANGE, .seen = 7,
	  .others = { "iif in0 group 239.1.1.1 proto any to x" },
	  .sentence = NONE ": rule id 10" SOME_OF "5.000 s ago" },
	{ "a more specific group, any source", "iif in0 group 239.1.0.0/16 src 10.0.0.1 to out1",
	  .seen = 7, .others = { "iif in0 group 239.1.1.1 to x" },
	  .sentence = NONE ": rule id 10" SOME_OF "5.000 s ago" },
	{ "several: what is certain counts most, then the latest", RANGE,
	  .seen = 7, .others = {
		"iif in0 group 239.1.1.1 dport 5001 to x",
		"iif in0 group 239.1.1.2 dport 5001 to x",
		"iif in0 group 239.1.1.1 proto any to x" },
	  .sentence = NONE ": rule id 11" ALL_OF "4.000 s ago" },
	{ "more specific rules that do not count", RANGE, .seen = 7,
	  .others = {
		"iif in0 group 239.1.1.1 dport 5001 disabled to x",
		"iif in1 group 239.1.1.1 dport 5001 to x",
		"iif in0 group 239.0.0.0/8 dport 5001 to x" },
	  .sentence = NONE JOINED ": they are other rules', or no multicast" },
	{ "a more specific rule explains more than flows from before", RANGE,
	  .seen = 7, .unmatched = { FLOW },
	  .others = { "iif in0 group 239.1.1.1 dport 5001 to x" },
	  .sentence = NONE ": rule id 10" ALL_OF "5.000 s ago" },
	{ "all is well", RULE, .seen = 7, .packets = 7,
	  .outputs = { "sent", "sent" } },
	{ "nothing matches any more", RULE, .seen = 7, .packets = 7,
	  .last_seen = 192000, .outputs = { "sent", "sent" },
	  .sentence = QUIET JOINED },
	{ "nothing matched for a moment", RULE, .seen = 7, .packets = 7,
	  .last_seen = 59999, .outputs = { "sent", "sent" } },
	{ "nothing matches any more, what comes is a little different", RULE,
	  .seen = 7, .packets = 7, .last_seen = 192000, .allmulti = true,
	  .outputs = { "sent", "sent" },
	  .unmatched = { "iif x group 239.1.1.1 src 10.0.0.1 dport 5001 to x" },
	  .sentence = QUIET "; the nearest that no rule took has " PORT_5001 },
	{ "nothing matches any more, what comes is something else", RULE,
	  .seen = 7, .packets = 7, .last_seen = 192000, .allmulti = true,
	  .outputs = { "sent", "sent" },
	  .unmatched = { "iif x group 239.1.1.2 src 10.0.0.1 dport 5000 to x" },
	  .sentence = QUIET },
	{ "nothing matches any more, a rule has come between", RULE,
	  .seen = 7, .packets = 7, .last_seen = 192000,
	  .outputs = { "sent", "sent" },
	  .others = { "iif in0 group 239.1.1.1 src 10.0.0.1 dport 5000 vlan 7 to x",
		"iif in0 group 239.1.1.1 src 10.0.0.1 dport 5000 to x" },
	  .sentence = QUIET JOINED },
	{ "a rule that has come between, more specific", RANGE,
	  .seen = 7, .packets = 7, .last_seen = 192000, .outputs = { "sent" },
	  .others = { "iif in0 group 239.1.1.1 dport 5000 to x" },
	  .sentence = "no packet has matched for 3 min 12 s: rule id 10" ALL_OF "5.000 s ago" },
	{ "an output that has just been added", RULE, .seen = 7, .packets = 7,
	  .outputs = { "sent", NULL } },
	{ "an output without a device", RULE, .seen = 7, .packets = 7,
	  .outputs = { "wait", "sent" },
	  .sentence = "nothing was sent to out1: there is no such Ethernet device" },
	{ "outputs that drop", RULE, .seen = 7, .packets = 7,
	  .outputs = { "device-down", "mtu" },
	  .sentence = "nothing was sent to out1: device-down; nothing to out2: mtu" },
};

static void add_unmatched(struct mcr_ingress *ingress, const char *text)
{
	struct mcr_flow *flow = &ingress->unmatched[ingress->n_unmatched++];
	struct mcr_error err = { 0 };
	struct mcr_statement st;

	assert_int_equal(parse_text(mcr_parse_rule, text, &st, &err), 0);
	flow->family = st.rule.spec.match.family;
	flow->proto = st.rule.spec.match.proto;
	flow->dport = st.rule.spec.match.dport_min;
	flow->vlan = st.rule.spec.match.vlan;
	flow->dst = st.rule.spec.match.group;
	flow->src = st.rule.spec.match.src;
	mcr_statement_free(&st);
}

static void set_output(struct mcr_output *output, const char *what)
{
	unsigned int i;

	output->ifindex = 5;
	if (!what)
		return;
	if (!strcmp(what, "wait")) {
		output->ifindex = 0;
		return;
	}
	output->offered = 7;
	if (!strcmp(what, "sent")) {
		output->sent = 7;
		return;
	}
	for (i = 0; i <= MCR_DROP_MAX; i++)
		if (mcr_drop_names[i] && !strcmp(mcr_drop_names[i], what))
			output->drops[i] = 7;
}

static void consider(struct mcr_why *why, const char *text, unsigned int i)
{
	struct mcr_error err = { 0 };
	struct mcr_statement st;

	assert_int_equal(parse_text(mcr_parse_rule, text, &st, &err), 0);
	st.rule.id = 10 + i;
	st.rule.packets = 3;
	st.rule.seen = true;
	st.rule.last_seen = 5000 - 1000 * i;
	mcr_why_consider(why, &st.rule);
	mcr_statement_free(&st);
}

static void test_why(void **state)
{
	const struct why_case *c = *state;
	struct mcr_ingress ingress = { .dev = "in0" };
	struct mcr_why why = { .ingress = &ingress };
	struct mcr_error err = { 0 };
	struct mcr_str str = { 0 };
	struct mcr_statement st;
	unsigned int i;

	assert_int_equal(parse_text(mcr_parse_rule, c->rule, &st, &err), 0);
	st.rule.ifindex = c->waiting ? 0 : 3;
	st.rule.packets = c->packets;
	st.rule.membership = c->join_error ? MCR_MEMBERSHIP_FAILED :
					     MCR_MEMBERSHIP_JOINED;
	if (c->allmulti)
		st.rule.membership = MCR_MEMBERSHIP_ALLMULTI;
	st.rule.membership_error = c->join_error;
	st.rule.seen = c->packets;
	st.rule.last_seen = c->last_seen;
	why.rule = &st.rule;
	ingress.hooked = !c->unhooked;
	ingress.seen = c->seen;
	ingress.malformed = c->malformed;
	for (i = 0; i < COUNT(c->unmatched) && c->unmatched[i]; i++)
		add_unmatched(&ingress, c->unmatched[i]);
	for (i = 0; i < st.rule.n_outputs; i++)
		set_output(&st.rule.outputs[i], c->outputs[i]);

	for (i = 0; i < COUNT(c->others) && c->others[i]; i++) {
		assert_true(mcr_why_wants_others(&why));
		consider(&why, c->others[i], i);
	}

	assert_int_equal(mcr_why(&str, &why), !!c->sentence);
	assert_string_equal(str.s ? str.s : "", c->sentence ? c->sentence : "");
	mcr_str_free(&str);
	mcr_statement_free(&st);
}

int main(void)
{
	struct suite suite = { 0 };

	suite_add_table(&suite, why_cases, test_why);
	return suite_run(&suite, "why");
}
