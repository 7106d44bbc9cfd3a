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
	/* Of output 1, 2: "sent", "wait", a drop's name, NULL: nothing yet. */
	const char *outputs[2];
	const char *sentence;
};

#define NONE	"7 frames came in on in0, none for this rule"
#define NEAREST	NONE "; the nearest has "
#define SRC_2	"src 10.0.0.2 instead of 10.0.0.1"
#define GROUP_16	"group 239.2.1.1 instead of 239.1.0.0/16"
#define RULE	"iif in0 group 239.1.1.1 src 10.0.0.1 dport 5000 to out1 to out2"
#define RANGE	"iif in0 group 239.1.0.0/16 dport 5000-5009 to out1"
#define FLOW	"iif x group 239.1.1.1 src 10.0.0.1 dport 5000 to x"

static const struct why_case why_cases[] = {
	{ "disabled", "iif in0 group 239.1.1.1 disabled to out1",
	  .sentence = "the rule is disabled" },
	{ "no device", RULE, .waiting = true,
	  .sentence = "there is no device in0" },
	{ "no hook", RULE, .unhooked = true,
	  .sentence = "the ingress hook could not be set on in0" },
	{ "no frames", RULE, .sentence = "no frame has come in on in0" },
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
	  .sentence = NEAREST "group 239.1.1.2 instead of 239.1.1.1; 2 were malformed" },
	{ "another family", RULE, .seen = 7,
	  .unmatched = { "iif x group ff1e::1 src 2001:db8::1 dport 5000 to x" },
	  .sentence = NEAREST "group ff1e::1 instead of 239.1.1.1" },
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
	  .sentence = NEAREST GROUP_16 ", dport 5010 instead of 5000-5009" },
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
	  .sentence = NONE ": they are other rules', or no multicast" },
	{ "all is well", RULE, .seen = 7, .packets = 7,
	  .outputs = { "sent", "sent" } },
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

static void test_why(void **state)
{
	const struct why_case *c = *state;
	struct mcr_ingress ingress = { .dev = "in0" };
	struct mcr_error err = { 0 };
	struct mcr_str str = { 0 };
	struct mcr_statement st;
	unsigned int i;

	assert_int_equal(parse_text(mcr_parse_rule, c->rule, &st, &err), 0);
	st.rule.ifindex = c->waiting ? 0 : 3;
	st.rule.packets = c->packets;
	st.rule.membership = c->join_error ? MCR_MEMBERSHIP_FAILED :
					     MCR_MEMBERSHIP_JOINED;
	st.rule.membership_error = c->join_error;
	ingress.hooked = !c->unhooked;
	ingress.seen = c->seen;
	ingress.malformed = c->malformed;
	for (i = 0; i < COUNT(c->unmatched) && c->unmatched[i]; i++)
		add_unmatched(&ingress, c->unmatched[i]);
	for (i = 0; i < st.rule.n_outputs; i++)
		set_output(&st.rule.outputs[i], c->outputs[i]);

	assert_int_equal(mcr_why(&str, &st.rule, &ingress), !!c->sentence);
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
