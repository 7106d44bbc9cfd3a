// SPDX-License-Identifier: GPL-2.0
/*
 * Words into rules: what is read, and what is refused with which words.
 */
#include "common.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/print.h"
#include "../lib/value.h"

/* A rule as it may be typed, and the one way it is printed. */
struct good_case {
	const char *desc;
	const char *text;
	const char *printed;
};

static const struct good_case good_cases[] = {
	{ "least", "iif a group 239.1.1.1 to b",
	  "rule iif a group 239.1.1.1 to b" },
	{ "name", "name x iif a group 239.1.1.1 to b",
	  "rule name x iif a group 239.1.1.1 to b" },
	{ "host prefix", "iif a group 239.1.1.1/32 to b",
	  "rule iif a group 239.1.1.1 to b" },
	{ "prefix", "iif a group 239.1.0.0/16 src 10.0.0.0/8 to b",
	  "rule iif a group 239.1.0.0/16 src 10.0.0.0/8 to b" },
	{ "IPv6", "iif a group FF3E:0::8000:1 src 2001:DB8::1/128 to b",
	  "rule iif a group ff3e::8000:1 src 2001:db8::1 to b" },
	{ "IPv6 prefix", "iif a group ff00::/8 to b",
	  "rule iif a group ff00::/8 to b" },
	{ "defaults",
	  "iif a group 239.1.1.1 proto udp dport any pass join auto plane auto latency auto to b mac auto mtu drop",
	  "rule iif a group 239.1.1.1 to b" },
	{ "match in any order", "iif a group 239.1.1.1 vlan 5 dport 1-65535 src 1.2.3.4 to b",
	  "rule iif a group 239.1.1.1 src 1.2.3.4 dport 1-65535 vlan 5 to b" },
	{ "proto any", "iif a group 239.1.1.1 proto any dport any to b",
	  "rule iif a group 239.1.1.1 proto any to b" },
	{ "a range of one port", "iif a group 239.1.1.1 dport 7-7 to b",
	  "rule iif a group 239.1.1.1 dport 7 to b" },
	{ "options in any order",
	  "iif a group 239.1.1.1 comment \"a b\" disabled latency low plane relay join none consume to b",
	  "rule iif a group 239.1.1.1 consume join none plane relay latency low disabled comment \"a b\" to b"
	},
	{ "plane kernel", "iif a group 239.1.1.1 plane kernel to b",
	  "rule iif a group 239.1.1.1 plane kernel to b" },
	{ "outputs", "iif a group 239.1.1.1 to b to c ttl 3 to b ttl 3",
	  "rule iif a group 239.1.1.1 to b to c ttl 3 to b ttl 3" },
	{ "rewrites",
	  "iif a group 239.1.1.1 to b mtu fragment rate 5 pps mac keep dscp 63 ttl 255 sport 65535 src 1.2.3.4 dport 1",
	  "rule iif a group 239.1.1.1 to b dport 1 src 1.2.3.4 sport 65535 ttl 255 dscp 63 mac keep rate 5 pps mtu fragment"
	},
	{ "group and auto source",
	  "iif a group 239.1.1.1 to b group 239.2.2.2 src auto ttl keep to c ttl dec",
	  "rule iif a group 239.1.1.1 to b group 239.2.2.2 src auto ttl keep to c ttl dec" },
	{ "mac keep with the same group", "iif a group 239.1.1.1 to b group 239.1.1.1 mac keep",
	  "rule iif a group 239.1.1.1 to b group 239.1.1.1 mac keep" },
	{ "DSCP by name",
	  "iif a group 239.1.1.1 to b dscp ef to c dscp 46 to d dscp va to e dscp le to f dscp cs0 to g dscp 0 to h dscp af43",
	  "rule iif a group 239.1.1.1 to b dscp ef to c dscp ef to d dscp va to e dscp le to f dscp cs0 to g dscp cs0 to h dscp af43"
	},
	{ "rates",
	  "iif a group 239.1.1.1 to b rate 1000 kbit to c rate 1500 kbit burst 30 to d rate 10 mbit burst 1 to e rate 10 pps burst 7",
	  "rule iif a group 239.1.1.1 to b rate 1 mbit to c rate 1500 kbit burst 30 to d rate 10 mbit burst 1 to e rate 10 pps burst 7"
	},
	{ "the highest rate", "iif a group 239.1.1.1 to b rate 18446744073709 mbit",
	  "rule iif a group 239.1.1.1 to b rate 18446744073709 mbit" },
	{ "the largest burst", "iif a group 239.1.1.1 to b rate 1 kbit burst 4294967",
	  "rule iif a group 239.1.1.1 to b rate 1 kbit burst 4294967" },
	{ "keywords as devices", "iif to group 239.1.1.1 to iif to group ttl 3 to pass",
	  "rule iif to group 239.1.1.1 to iif to group ttl 3 to pass" },
	{ "keywords as name and comment", "name to iif a group 239.1.1.1 comment iif to b",
	  "rule name to iif a group 239.1.1.1 comment iif to b" },
};

static void test_good(void **state)
{
	const struct good_case *c = *state;
	struct mcr_str str = { 0 };
	struct mcr_statement st;
	struct mcr_error err = { 0 };

	assert_int_equal(parse_text(mcr_parse_rule, c->text, &st, &err), 0);
	mcr_print_rule(&str, &st.rule, " ");
	assert_string_equal(str.s, c->printed);
	mcr_str_free(&str);
	mcr_statement_free(&st);
}

/* Each with the word at fault in "<" and ">", which are not part of it. */
struct bad_case {
	const char *desc;
	const char *text;
	const char *sentence;	/* the start of it */
	bool refused;		/* not the grammar: the rule is not sound */
};

#define ORDER	" a rule is [name NAME] iif DEV group PREFIX, then"

static const struct bad_case bad_cases[] = {
	{ "nothing", "<>", "a rule needs iif DEV", false },
	{ "no iif", "group 239.1.1.1 <to> b", "a rule needs iif DEV", false },
	{ "no group", "iif a <to> b", "a rule needs group PREFIX", false },
	{ "no group, cut off", "iif a <>", "a rule needs group PREFIX", false },
	{ "no output", "iif a group 239.1.1.1 <>",
	  "a rule needs an output: to DEV", false },
	{ "no value of iif", "iif <>", "iif needs a value: a device name",
	  false },
	{ "no value of group", "iif a group <>", "group needs a value:",
	  false },
	{ "no value of to", "iif a group 239.1.1.1 to <>",
	  "to needs a value: a device name", false },
	{ "no value of ttl", "iif a group 239.1.1.1 to b ttl <>",
	  "ttl needs a value: keep, dec or 1 to 255", false },
	{ "no unit", "iif a group 239.1.1.1 to b rate 3 <>",
	  "a rate's number needs a value: pps, kbit or mbit", false },
	{ "unknown word", "iif a group 239.1.1.1 <foo> to b",
	  "'foo' is not known here:" ORDER, false },
	{ "abbreviation", "iif a group 239.1.1.1 <dis> to b",
	  "'dis' is not known here:" ORDER, false },
	{ "abbreviated value", "iif a group 239.1.1.1 join <no> to b",
	  "join cannot be 'no': it takes auto or none", false },
	{ "capital letters", "<IIF> a group 239.1.1.1 to b",
	  "'IIF' is not known here:", false },
	{ "quoted keyword", "iif a group 239.1.1.1 <\"pass\"> to b",
	  "'pass' is not known here:", false },
	{ "enabled", "iif a group 239.1.1.1 <enabled> to b",
	  "'enabled' is not known here:", false },
	{ "a verb", "<add> iif a group 239.1.1.1 to b",
	  "'add' is not known here:", false },
	{ "iif twice", "iif a <iif> b group 239.1.1.1 to b",
	  "iif is given twice: once is enough", false },
	{ "dport twice", "iif a group 239.1.1.1 dport 1 <dport> 1 to b",
	  "dport is given twice", false },
	{ "default twice", "iif a group 239.1.1.1 pass <pass> to b",
	  "pass or consume is given twice", false },
	{ "pass and consume", "iif a group 239.1.1.1 pass <consume> to b",
	  "pass or consume is given twice", false },
	{ "disabled twice", "iif a group 239.1.1.1 disabled <disabled> to b",
	  "disabled is given twice", false },
	{ "comment twice", "iif a group 239.1.1.1 comment x <comment> y to b",
	  "comment is given twice", false },
	{ "name too late", "iif a <name> x group 239.1.1.1 to b",
	  "name stands too late:" ORDER, false },
	{ "iif too late", "group 239.1.1.1 <iif> a to b",
	  "iif stands too late:", false },
	{ "match too late", "iif a group 239.1.1.1 join none <src> 1.2.3.4 to b",
	  "src stands too late:", false },
	{ "option behind an output", "iif a group 239.1.1.1 to b <pass>",
	  "'pass' is not known here: an output is to DEV", false },
	{ "match behind an output", "iif a group 239.1.1.1 to b <vlan> 5",
	  "'vlan' is not known here: an output is", false },
	{ "rewrite before an output", "iif a group 239.1.1.1 <ttl> 3 to b",
	  "'ttl' is not known here:", false },
	{ "mod twice", "iif a group 239.1.1.1 to b ttl 3 <ttl> 3 to c",
	  "ttl is given twice for one output: once is enough", false },
	{ "rate twice", "iif a group 239.1.1.1 to b rate 1 pps <rate> 1 pps",
	  "rate is given twice for one output", false },
	{ "burst without rate", "iif a group 239.1.1.1 to b <burst> 3",
	  "'burst' is not known here:", false },
	{ "burst apart from rate", "iif a group 239.1.1.1 to b rate 1 pps ttl 3 <burst> 3",
	  "'burst' is not known here:", false },

	{ "name with a digit first", "name <1a> iif a group 239.1.1.1 to b",
	  "name cannot be '1a': it takes a letter, then", false },
	{ "name id", "name <id> iif a group 239.1.1.1 to b",
	  "name cannot be 'id':", false },
	{ "long name", "name <a2345678901234567890123456789012> iif a group 239.1.1.1 to b",
	  "name cannot be 'a2345678901234567890123456789012':", false },
	{ "long iif", "iif <a234567890123456> group 239.1.1.1 to b",
	  "iif cannot be 'a234567890123456': it takes a device name of 1 to 15 bytes",
	  false },
	{ "iif with a slash", "iif <a/b> group 239.1.1.1 to b",
	  "iif cannot be 'a/b':", false },
	{ "to with a blank", "iif a group 239.1.1.1 to <\"a b\">",
	  "to cannot be 'a b':", false },
	{ "no address", "iif a group <239.1.1> to b",
	  "group cannot be '239.1.1': it takes an IPv4 or IPv6 address, or a prefix",
	  false },
	{ "IPv6 in brackets", "iif a group <[ff02::1]> to b",
	  "group cannot be '[ff02::1]':", false },
	{ "IPv6 with a zone", "iif a group <ff02::1%eth0> to b",
	  "group cannot be 'ff02::1%eth0':", false },
	{ "long address",
	  "iif a group <1111:1111:1111:1111:1111:1111:111.111.111.111111111/8> to b",
	  "group cannot be '1111:1111:1111:1111:1111:1111:111.111.111.111111111/8':",
	  false },
	{ "no length", "iif a group <239.1.1.1/> to b",
	  "group cannot be '239.1.1.1/':", false },
	{ "length /33", "iif a group <239.1.1.1/33> to b",
	  "group cannot be '239.1.1.1/33':", false },
	{ "length /129", "iif a group <ff02::1/129> to b",
	  "group cannot be 'ff02::1/129':", false },
	{ "length -1", "iif a group <239.1.1.1/-1> to b",
	  "group cannot be '239.1.1.1/-1':", false },
	{ "length 08", "iif a group <239.0.0.0/08> to b",
	  "group cannot be '239.0.0.0/08':", false },
	{ "netmask", "iif a group <239.0.0.0/255.0.0.0> to b",
	  "group cannot be", false },
	{ "two lengths", "iif a group <239.0.0.0/8/8> to b",
	  "group cannot be", false },
	{ "src auto of a rule", "iif a group 239.1.1.1 src <auto> to b",
	  "src cannot be 'auto':", false },
	{ "proto tcp", "iif a group 239.1.1.1 proto <tcp> to b",
	  "proto cannot be 'tcp': it takes udp or any", false },
	{ "dport 0", "iif a group 239.1.1.1 dport <0> to b",
	  "dport cannot be '0': it takes a port (1 to 65535), a range such as 5000-5009, or any",
	  false },
	{ "dport 65536", "iif a group 239.1.1.1 dport <65536> to b",
	  "dport cannot be '65536':", false },
	{ "dport of many digits", "iif a group 239.1.1.1 dport <18446744073709551617> to b",
	  "dport cannot be", false },
	{ "dport with a sign", "iif a group 239.1.1.1 dport <+5> to b",
	  "dport cannot be '+5':", false },
	{ "dport in octal", "iif a group 239.1.1.1 dport <010> to b",
	  "dport cannot be '010':", false },
	{ "dport in hex", "iif a group 239.1.1.1 dport <0x10> to b",
	  "dport cannot be '0x10':", false },
	{ "dport empty", "iif a group 239.1.1.1 dport <\"\"> to b",
	  "dport cannot be '':", false },
	{ "range without end", "iif a group 239.1.1.1 dport <5-> to b",
	  "dport cannot be '5-':", false },
	{ "range without start", "iif a group 239.1.1.1 dport <-5> to b",
	  "dport cannot be '-5':", false },
	{ "range of three", "iif a group 239.1.1.1 dport <1-2-3> to b",
	  "dport cannot be '1-2-3':", false },
	{ "range from 0", "iif a group 239.1.1.1 dport <0-3> to b",
	  "dport cannot be '0-3':", false },
	{ "vlan 0", "iif a group 239.1.1.1 vlan <0> to b",
	  "vlan cannot be '0': it takes a VLAN id, 1 to 4094", false },
	{ "vlan 4095", "iif a group 239.1.1.1 vlan <4095> to b",
	  "vlan cannot be '4095':", false },
	{ "plane user", "iif a group 239.1.1.1 plane <user> to b",
	  "plane cannot be 'user': it takes auto, kernel or relay", false },
	{ "latency high", "iif a group 239.1.1.1 latency <high> to b",
	  "latency cannot be 'high': it takes auto or low", false },
	{ "empty comment", "iif a group 239.1.1.1 comment <\"\"> to b",
	  "comment cannot be '': it takes 1 to 255 bytes of printable text",
	  false },
	{ "comment with a quote", "iif a group 239.1.1.1 comment <\"a\\\"\"> to b",
	  "comment cannot be 'a\"':", false },
	{ "comment with an escape", "iif a group 239.1.1.1 comment <\"\033[1m\"> to b",
	  "comment cannot be '?[1m':", false },
	{ "comment that is no UTF-8", "iif a group 239.1.1.1 comment <a\xe4> to b",
	  "comment cannot be 'a?':", false },
	{ "output's group with a length", "iif a group 239.1.1.1 to b group <239.1.1.2/32>",
	  "group of an output cannot be '239.1.1.2/32': it takes an IPv4 or IPv6 address",
	  false },
	{ "output's dport any", "iif a group 239.1.1.1 to b dport <any>",
	  "dport of an output cannot be 'any': it takes a port, 1 to 65535",
	  false },
	{ "output's src keep", "iif a group 239.1.1.1 to b src <keep>",
	  "src of an output cannot be 'keep': it takes an IPv4 or IPv6 address, or auto",
	  false },
	{ "sport 0", "iif a group 239.1.1.1 to b sport <0>",
	  "sport cannot be '0': it takes a port, 1 to 65535", false },
	{ "ttl 0", "iif a group 239.1.1.1 to b ttl <0>",
	  "ttl cannot be '0': it takes keep, dec or 1 to 255", false },
	{ "ttl 256", "iif a group 239.1.1.1 to b ttl <256>",
	  "ttl cannot be '256':", false },
	{ "ttl auto", "iif a group 239.1.1.1 to b ttl <auto>",
	  "ttl cannot be 'auto':", false },
	{ "dscp 64", "iif a group 239.1.1.1 to b dscp <64>",
	  "dscp cannot be '64': it takes 0 to 63, cs0 to cs7", false },
	{ "dscp EF", "iif a group 239.1.1.1 to b dscp <EF>",
	  "dscp cannot be 'EF':", false },
	{ "dscp af44", "iif a group 239.1.1.1 to b dscp <af44>",
	  "dscp cannot be 'af44':", false },
	{ "mac drop", "iif a group 239.1.1.1 to b mac <drop>",
	  "mac cannot be 'drop': it takes auto or keep", false },
	{ "rate 0", "iif a group 239.1.1.1 to b rate <0> pps",
	  "rate cannot be '0': it takes a number and pps, kbit or mbit", false },
	{ "rate that overflows", "iif a group 239.1.1.1 to b rate <18446744073710> mbit",
	  "rate cannot be '18446744073710':", false },
	{ "rate in gbit", "iif a group 239.1.1.1 to b rate 1 <gbit>",
	  "a rate's unit cannot be 'gbit': it takes pps, kbit or mbit", false },
	{ "burst 0", "iif a group 239.1.1.1 to b rate 1 pps burst <0>",
	  "burst cannot be '0': it takes", false },
	{ "burst that overflows", "iif a group 239.1.1.1 to b rate 1 kbit burst <4294968>",
	  "burst cannot be '4294968':", false },
	{ "mtu 1500", "iif a group 239.1.1.1 to b mtu <1500>",
	  "mtu cannot be '1500': it takes drop or fragment", false },

	{ "unicast group", "iif a group <10.0.0.1> to b",
	  "group must be a multicast address: 224.0.0.0/4 or ff00::/8", true },
	{ "group with host bits", "iif a group <239.1.1.1/16> to b",
	  "group has bits set beyond its prefix length", true },
	{ "short group prefix", "iif a group <224.0.0.0/3> to b",
	  "the group's prefix length must be 4 to 32 for IPv4, 8 to 128 for IPv6",
	  true },
	{ "src of another family", "iif a group 239.1.1.1 src <2001:db8::1> to b",
	  "src must be an address of the same family as group", true },
	{ "src of another family, IPv6", "iif a group ff3e::1 src <1.2.3.4> to b",
	  "src must be an address of the same family as group", true },
	{ "any src", "iif a group 239.1.1.1 src <0.0.0.0/0> to b",
	  "src's prefix length must be 1 to 32 for IPv4, 1 to 128 for IPv6, and needs src",
	  true },
	{ "multicast src", "iif a group 239.1.1.1 src <239.1.1.2> to b",
	  "src must be a unicast address", true },
	{ "src with host bits", "iif a group 239.1.1.1 src <1.2.3.5/31> to b",
	  "src has bits set beyond its prefix length", true },
	{ "descending range", "iif a group 239.1.1.1 dport <9-5> to b",
	  "a port range must ascend, and ports are 1 to 65535", true },
	{ "dport without UDP", "iif a group 239.1.1.1 proto any dport <5> to b",
	  "dport needs proto udp", true },
	{ "unicast group of an output", "iif a group 239.1.1.1 to b to c group <1.2.3.4>",
	  "an output's group must be a multicast address: 224.0.0.0/4 or ff00::/8",
	  true },
	{ "group of another family of an output", "iif a group 239.1.1.1 to b to c group <ff3e::1>",
	  "an output's group must be an address of the same family as the rule's group",
	  true },
	{ "src of another family of an output", "iif a group ff3e::1 to b src <1.2.3.4> to c",
	  "an output's src must be an address of the same family as the rule's group",
	  true },
	{ "multicast src of an output", "iif a group 239.1.1.1 to b src <224.0.0.1>",
	  "an output's src must be a unicast address", true },
	{ "dport of an output without UDP", "iif a group 239.1.1.1 proto any to b dport <5>",
	  "an output's dport needs a rule with proto udp", true },
	{ "sport of an output without UDP", "iif a group 239.1.1.1 proto any to b sport <5>",
	  "an output's sport needs a rule with proto udp", true },
	{ "mac keep with another group", "iif a group 239.1.1.1 to b group 239.1.1.2 mac <keep>",
	  "mac keep does not go with another group: receivers of it would not see the frames",
	  true },
};

/* Take out the marks; tells the column of what stood between them. */
static char *unmark(const char *text, unsigned int *column)
{
	const char *from = strchr(text, '<'), *to = strrchr(text, '>');
	size_t before = (size_t)(from - text);
	char *plain = malloc(strlen(text));

	assert_non_null(plain);
	assert_true(from && to && from < to);
	sprintf(plain, "%.*s%.*s%s", (int)before, text,
		(int)(to - from - 1), from + 1, to + 1);
	*column = (unsigned int)before + 1;
	/* Behind the last word: the error is there, not behind the blank. */
	if (to == from + 1)
		*column = before ? (unsigned int)before : 0;
	return plain;
}

static void check_bad(parse_fn parse, const struct bad_case *c)
{
	unsigned int column;
	char *text = unmark(c->text, &column);
	struct mcr_error err = { 0 };
	struct mcr_statement st;

	assert_int_equal(parse_text(parse, text, &st, &err), -1);
	assert_int_equal(err.kind, c->refused ? MCR_ERROR_REFUSED :
						MCR_ERROR_SYNTAX);
	if (strncmp(err.text, c->sentence, strlen(c->sentence)))
		assert_string_equal(err.text, c->sentence);
	assert_int_equal(err.column, column);
	assert_int_equal(err.line, column ? 1 : 0);
	assert_string_equal(err.file, "test");
	mcr_statement_free(&st);
	free(text);
}

static void test_bad(void **state)
{
	check_bad(mcr_parse_rule, *state);
}

static const struct bad_case bad_refs[] = {
	{ "no reference", "<>", "which rule? Give its name, or id N", false },
	{ "name without one", "name <>", "name needs a value:", false },
	{ "id without one", "id <>", "id needs a value:", false },
	{ "id 0", "id <0>", "id cannot be '0': it takes an id, 1 to 4294967295",
	  false },
	{ "id above 32 bits", "id <4294967296>", "id cannot be", false },
	{ "id as a word", "id <x>", "id cannot be 'x'", false },
	{ "a number as a name", "<7>", "name cannot be '7':", false },
};

static void test_bad_ref(void **state)
{
	check_bad(mcr_parse_ref, *state);
}

static const struct bad_case bad_filters[] = {
	{ "filter of nothing known", "<foo>",
	  "'foo' is not known here: a filter is made of name, iif,", false },
	{ "filter by comment", "<comment> x", "'comment' is not known here:",
	  false },
	{ "filter by a rewrite", "to a <ttl> 3", "'ttl' is not known here:",
	  false },
	{ "filter to twice", "to a <to> b", "to is given twice", false },
	{ "filter iif twice", "iif a <iif> a", "iif is given twice", false },
	{ "filter enabled and disabled", "disabled <enabled>",
	  "enabled or disabled is given twice", false },
	{ "filter dport any", "dport <any>",
	  "dport of a filter cannot be 'any': it takes a port (1 to 65535) or a range",
	  false },
	{ "filter unicast group", "group <10.0.0.1>",
	  "group must be a multicast address", true },
	{ "filter families", "src <1.2.3.4> group ff3e::1",
	  "src must be an address of the same family as group", true },
	{ "filter src with host bits", "src <1.2.3.4/8>",
	  "src has bits set beyond its prefix length", true },
	{ "filter IPv6 src with host bits", "src <2001:db8::1/64>",
	  "src has bits set beyond its prefix length", true },
	{ "filter range", "dport <9-8>", "a port range must ascend", true },
	{ "filter to a bad device", "to <a/b>", "to cannot be 'a/b':", false },
};

static void test_bad_filter(void **state)
{
	check_bad(mcr_parse_filter, *state);
}

static const struct bad_case bad_outputs[] = {
	{ "no output at all", "<>", "an output is missing: to DEV", false },
	{ "an output without to", "<b>", "'b' is not known here:", false },
	{ "two outputs", "to a <to> b", "one output at a time", false },
	{ "families of an output", "to a group ff3e::1 src <1.2.3.4>",
	  "an output's src must be an address of the same family", true },
	{ "unicast group of a lone output", "to a group <1.2.3.4>",
	  "an output's group must be a multicast address", true },
	{ "an output's id, to be added", "<output> 3",
	  "'output' is not known here:", false },
};

static void test_bad_output(void **state)
{
	check_bad(mcr_parse_output, *state);
}

static const struct bad_case bad_output_refs[] = {
	{ "no output is meant", "<>", "which output? Give output ID, or to DEV",
	  false },
	{ "output without id", "output <>", "output needs a value:", false },
	{ "output 0", "output <0>", "output cannot be '0':", false },
	{ "output and more", "output 3 <to> a",
	  "'to' is too much: nothing more was expected", false },
};

static void test_bad_output_ref(void **state)
{
	check_bad(mcr_parse_output_ref, *state);
}

static void test_refs(void **state)
{
	struct mcr_error err = { 0 };
	struct mcr_statement st;

	(void)state;
	assert_int_equal(parse_text(mcr_parse_ref, "foo", &st, &err), 0);
	assert_string_equal(st.rule.name, "foo");
	assert_int_equal(st.rule.id, 0);
	assert_int_equal(st.given, MCR_GIVEN(MCR_RULE_A_NAME));
	assert_int_equal(st.where.rule[MCR_RULE_A_NAME], 1);
	mcr_statement_free(&st);

	assert_int_equal(parse_text(mcr_parse_ref, "name foo", &st, &err), 0);
	assert_string_equal(st.rule.name, "foo");
	assert_int_equal(st.where.rule[MCR_RULE_A_NAME], 2);
	mcr_statement_free(&st);

	assert_int_equal(parse_text(mcr_parse_ref, "id 4294967295", &st, &err),
			 0);
	assert_int_equal(st.rule.id, 0xffffffff);
	assert_int_equal(st.given, MCR_GIVEN(MCR_RULE_A_ID));
	assert_int_equal(st.where.rule[MCR_RULE_A_ID], 2);
	mcr_statement_free(&st);

	assert_int_equal(parse_text(mcr_parse_output_ref, "output 3", &st,
				    &err), 0);
	assert_int_equal(st.rule.n_outputs, 1);
	assert_int_equal(st.rule.outputs[0].id, 3);
	assert_string_equal(st.rule.outputs[0].spec.dev, "");
	assert_int_equal(st.where.output[0][MCR_OUTPUT_A_ID], 2);
	mcr_statement_free(&st);

	assert_int_equal(parse_text(mcr_parse_output_ref, "to a mac keep", &st,
				    &err), 0);
	assert_string_equal(st.rule.outputs[0].spec.dev, "a");
	assert_int_equal(st.rule.outputs[0].spec.rewrite.mac, MCR_MAC_KEEP);
	mcr_statement_free(&st);
}

static void test_filter(void **state)
{
	struct mcr_error err = { 0 };
	struct mcr_statement st;

	(void)state;
	assert_int_equal(parse_text(mcr_parse_filter, "", &st, &err), 0);
	assert_int_equal(st.given, 0);
	assert_int_equal(st.rule.n_outputs, 0);
	mcr_statement_free(&st);

	assert_int_equal(parse_text(mcr_parse_filter,
				    "enabled to b consume vlan 7 src 2001:db8::/32 name x",
				    &st, &err), 0);
	assert_int_equal(st.given, MCR_GIVEN(MCR_RULE_A_DISABLED) |
				   MCR_GIVEN(MCR_RULE_A_MODE) |
				   MCR_GIVEN(MCR_RULE_A_VLAN) |
				   MCR_GIVEN(MCR_RULE_A_SRC) |
				   MCR_GIVEN(MCR_RULE_A_SRC_LEN) |
				   MCR_GIVEN(MCR_RULE_A_NAME));
	assert_false(st.rule.spec.disabled);
	assert_int_equal(st.rule.spec.match.family, AF_INET6);
	assert_int_equal(st.rule.spec.match.src_len, 32);
	assert_int_equal(st.rule.n_outputs, 1);
	assert_string_equal(st.rule.outputs[0].spec.dev, "b");
	mcr_statement_free(&st);
}

struct dscp_case {
	const char *desc;
	__u8 dscp;
};

/* As their RFCs have them. */
static const struct dscp_case dscp_cases[] = {
	{ "cs0", 0x00 }, { "cs1", 0x08 }, { "cs2", 0x10 }, { "cs3", 0x18 },
	{ "cs4", 0x20 }, { "cs5", 0x28 }, { "cs6", 0x30 }, { "cs7", 0x38 },
	{ "af11", 0x0a }, { "af12", 0x0c }, { "af13", 0x0e },
	{ "af21", 0x12 }, { "af22", 0x14 }, { "af23", 0x16 },
	{ "af31", 0x1a }, { "af32", 0x1c }, { "af33", 0x1e },
	{ "af41", 0x22 }, { "af42", 0x24 }, { "af43", 0x26 },
	{ "ef", 0x2e }, { "va", 0x2c }, { "le", 0x01 },
};

static void test_dscp(void **state)
{
	const struct dscp_case *c = *state;
	__u8 dscp = 0xff;

	assert_true(mcr_value_dscp(c->desc, &dscp));
	assert_int_equal(dscp, c->dscp);
	assert_string_equal(mcr_dscp_name(c->dscp), c->desc);
}

/* Each attribute knows its word, in the right output. */
static void test_where(void **state)
{
	struct mcr_error err = { 0 };
	struct mcr_statement st;
	const size_t *out;

	(void)state;
	assert_int_equal(parse_text(mcr_parse_rule,
				    "name x iif a group 239.1.1.1 dport 5-6 disabled to b ttl 3 to c src auto rate 1 pps burst 2",
				    &st, &err), 0);
	assert_int_equal(st.where.rule[MCR_RULE_A_NAME], 2);
	assert_int_equal(st.where.rule[MCR_RULE_A_IIF], 4);
	assert_int_equal(st.where.rule[MCR_RULE_A_GROUP], 6);
	assert_int_equal(st.where.rule[MCR_RULE_A_GROUP_LEN], 6);
	assert_int_equal(st.where.rule[MCR_RULE_A_DPORT_MIN], 8);
	assert_int_equal(st.where.rule[MCR_RULE_A_DPORT_MAX], 8);
	assert_int_equal(st.where.rule[MCR_RULE_A_DISABLED], 9);
	assert_int_equal(st.where.rule[MCR_RULE_A_SRC], 0);
	out = st.where.output[0];
	assert_int_equal(out[MCR_OUTPUT_A_DEV], 11);
	assert_int_equal(out[MCR_OUTPUT_A_TTL], 13);
	assert_int_equal(out[MCR_OUTPUT_A_SRC], 0);
	out = st.where.output[1];
	assert_int_equal(out[MCR_OUTPUT_A_DEV], 15);
	assert_int_equal(out[MCR_OUTPUT_A_SRC_MODE], 17);
	assert_int_equal(out[MCR_OUTPUT_A_RATE], 19);
	assert_int_equal(out[MCR_OUTPUT_A_RATE_UNIT], 20);
	assert_int_equal(out[MCR_OUTPUT_A_BURST], 22);
	assert_int_equal(out[MCR_OUTPUT_A_TTL], 0);
	mcr_statement_free(&st);
}

static int parse_outputs(unsigned int n, struct mcr_error *err)
{
	struct mcr_str str = { 0 };
	struct mcr_statement st;
	unsigned int i;
	int ret;

	mcr_str_add(&str, "iif a group 239.1.1.1");
	for (i = 1; i <= n; i++)
		mcr_str_addf(&str, " to d%u", i);
	assert_false(str.failed);
	ret = parse_text(mcr_parse_rule, str.s, &st, err);
	if (!ret)
		assert_int_equal(st.rule.n_outputs, n);
	mcr_statement_free(&st);
	mcr_str_free(&str);
	return ret;
}

static void test_outputs_max(void **state)
{
	struct mcr_error err = { 0 };

	(void)state;
	assert_int_equal(parse_outputs(MCR_OUTPUTS_MAX, &err), 0);
	assert_int_equal(parse_outputs(MCR_OUTPUTS_MAX + 1, &err), -1);
	assert_int_equal(err.kind, MCR_ERROR_REFUSED);
	assert_string_equal(err.text, "a rule has at most 256 outputs");
	assert_string_equal(err.bad, "d257");
}

static void test_comment_length(void **state)
{
	struct mcr_str str = { 0 };
	struct mcr_error err = { 0 };
	struct mcr_statement st;
	unsigned int len;

	(void)state;
	for (len = MCR_COMMENT_MAX; len <= MCR_COMMENT_MAX + 1; len++) {
		mcr_str_addf(&str, "iif a group 239.1.1.1 comment %0*d to b",
			     (int)len, 0);
		assert_int_equal(parse_text(mcr_parse_rule, str.s, &st, &err),
				 len > MCR_COMMENT_MAX ? -1 : 0);
		if (len <= MCR_COMMENT_MAX)
			assert_int_equal(strlen(st.rule.comment), len);
		mcr_statement_free(&st);
		mcr_str_free(&str);
	}
	/* The word is cut in the error, and nothing breaks. */
	assert_int_equal(strlen(err.bad), sizeof(err.bad) - 1);
}

int main(void)
{
	struct suite suite = { 0 };

	suite_add_table(&suite, good_cases, test_good);
	suite_add_table(&suite, bad_cases, test_bad);
	suite_add_table(&suite, bad_refs, test_bad_ref);
	suite_add_table(&suite, bad_filters, test_bad_filter);
	suite_add_table(&suite, bad_outputs, test_bad_output);
	suite_add_table(&suite, bad_output_refs, test_bad_output_ref);
	suite_add_table(&suite, dscp_cases, test_dscp);
	suite_add_case(&suite, test_refs);
	suite_add_case(&suite, test_filter);
	suite_add_case(&suite, test_where);
	suite_add_case(&suite, test_outputs_max);
	suite_add_case(&suite, test_comment_length);
	return suite_run(&suite, "parse");
}
