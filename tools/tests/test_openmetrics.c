// SPDX-License-Identifier: GPL-2.0
/*
 * OpenMetrics: the names that mcrtool(8) promises, and text that can be read
 * whatever rules and devices are called. That Prometheus reads it is shown by
 * selftests/openmetrics.sh.
 */
#include "common.h"

#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/openmetrics.h"
#include "../lib/scrape.h"
#include "server.h"

static void read_rule(struct mcr_statement *st, const char *text)
{
	struct mcr_error err = { 0 };

	assert_int_equal(parse_text(mcr_parse_rule, text, st, &err), 0);
	st->rule.id = 7;
	st->rule.outputs[0].id = 1;
}

/* All that is said of a rule, as text. */
static void say_rule(struct mcr_str *str, const struct mcr_rule *rule)
{
	unsigned int i;

	for (i = 0; i < mcr_openmetrics_families(); i++) {
		if (mcr_openmetrics_about(i) != MCR_OPENMETRICS_RULE)
			continue;
		mcr_openmetrics_rule(str, i, rule);
	}
}

/* Compares with pieces of text, a NULL behind the last; frees @str. */
static void check_pieces(struct mcr_str *str, const char *const *pieces)
{
	struct mcr_str expected = { 0 };

	while (*pieces)
		mcr_str_add(&expected, *pieces++);
	assert_false(str->failed);
	assert_string_equal(str->s, expected.s);
	mcr_str_free(&expected);
	mcr_str_free(str);
}

#define assert_pieces(str, ...)	\
	check_pieces(str, (const char *const []){ __VA_ARGS__, NULL })

#define R	"{rule=\"7\",iif=\"a\",group=\"239.1.1.1\""
#define O	"{rule=\"7\",output=\"1\",dev=\"b\""

/* Nothing was counted, devices are waited for: what counts is there, as 0. */
static void test_least(void **state)
{
	struct mcr_str str = { 0 };
	struct mcr_statement st;

	(void)state;
	read_rule(&st, "iif a group 239.1.1.1 disabled to b");
	say_rule(&str, &st.rule);
	assert_pieces(&str,
		      "mcr_rule_info" R ",proto=\"udp\",mode=\"pass\",",
		      "join=\"auto\",plane=\"auto\",latency=\"auto\"} 1\n",
		      "mcr_rule_enabled" R "} 0\n",
		      "mcr_rule_device_present" R "} 0\n",
		      "mcr_rule_membership_failed" R "} 0\n",
		      "mcr_rule_matched_packets_total" R "} 0\n",
		      "mcr_rule_matched_bytes_total" R "} 0\n",
		      "mcr_output_device_present" O "} 0\n",
		      "mcr_output_offered_packets_total" O "} 0\n",
		      "mcr_output_sent_packets_total" O "} 0\n",
		      "mcr_output_sent_bytes_total" O "} 0\n");
	mcr_statement_free(&st);
}

#define R6	"{rule=\"7\",name=\"x\",iif=\"a\",group=\"ff3e::/16\""
#define O6	"{rule=\"7\",name=\"x\",output=\"1\",dev=\"b\""

static void test_most(void **state)
{
	struct mcr_output *output;
	struct mcr_str str = { 0 };
	struct mcr_statement st;

	(void)state;
	read_rule(&st,
		  "name x iif a group ff3e::/16 src 2001:db8::1 dport 5-6 vlan 7 consume join none plane relay latency low comment \"y z\" to b");
	st.rule.ifindex = 3;
	st.rule.membership = MCR_MEMBERSHIP_FAILED;
	st.rule.packets = ~0ULL;
	st.rule.bytes = 1ULL << 63;
	st.rule.seen = true;
	st.rule.last_seen = 12034;
	output = &st.rule.outputs[0];
	output->ifindex = 4;
	output->offered = 6;
	output->sent = 4;
	output->sent_bytes = 400;
	output->drops[MCR_DROP_NO_DEVICE] = 1;
	output->drops[MCR_DROP_SUPERPACKET] = 2;
	say_rule(&str, &st.rule);
	assert_pieces(&str,
		      "mcr_rule_info" R6 ",src=\"2001:db8::1\",",
		      "proto=\"udp\",dport=\"5-6\",vlan=\"7\",",
		      "mode=\"consume\",join=\"none\",plane=\"relay\",",
		      "latency=\"low\",comment=\"y z\"} 1\n",
		      "mcr_rule_enabled" R6 "} 1\n",
		      "mcr_rule_device_present" R6 "} 1\n",
		      "mcr_rule_membership_failed" R6 "} 1\n",
		      "mcr_rule_matched_packets_total" R6,
		      "} 18446744073709551615\n",
		      "mcr_rule_matched_bytes_total" R6,
		      "} 9223372036854775808\n",
		      "mcr_rule_idle_seconds" R6 "} 12.034\n",
		      "mcr_output_device_present" O6 "} 1\n",
		      "mcr_output_offered_packets_total" O6 "} 6\n",
		      "mcr_output_sent_packets_total" O6 "} 4\n",
		      "mcr_output_sent_bytes_total" O6 "} 400\n",
		      "mcr_output_dropped_packets_total" O6,
		      ",reason=\"no-device\"} 1\n",
		      "mcr_output_dropped_packets_total" O6,
		      ",reason=\"superpacket\"} 2\n");
	mcr_statement_free(&st);
}

/* What a label may hold, and what is spelled out. */
static void test_labels(void **state)
{
	static const struct {
		const char *value;
		const char *label;
	} cases[] = {
		{ "a b,c=d}{", "a b,c=d}{" },
		{ "say \"hi\"", "say \\\"hi\\\"" },
		{ "\\n", "\\\\n" },
		{ "1\n2", "1\\n2" },
		{ "\x1b[1m\x7f\t\r", "\\\\x1b[1m\\\\x7f\\\\x09\\\\x0d" },
		{ "\xc3\xa4\xf0\x9f\x98\x80", "\xc3\xa4\xf0\x9f\x98\x80" },
		{ "\xc2\x9b", "\\\\xc2\\\\x9b" },
		{ "\xe4\xff", "\\\\xe4\\\\xff" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		struct mcr_str str = { 0 };

		mcr_str_label(&str, cases[i].value);
		assert_string_equal(str.s, cases[i].label);
		mcr_str_free(&str);
	}
}

static void say_status(struct mcr_str *str, const struct mcr_status *status)
{
	unsigned int i;

	for (i = 0; i < mcr_openmetrics_families(); i++)
		if (mcr_openmetrics_about(i) == MCR_OPENMETRICS_STATUS)
			mcr_openmetrics_status(str, i, status);
}

static void test_status(void **state)
{
	const struct mcr_status status = {
		.plane = MCR_PLANE_KERNEL, .version = "1.2\"", .rules = 1,
		.rules_max = 2, .outputs = 3, .joins = 4, .txns = 5,
		.generation = 6,
	};
	struct mcr_str str = { 0 };

	(void)state;
	say_status(&str, &status);
	assert_pieces(&str,
		      "mcr_server_info{plane=\"kernel\",version=\"1.2\\\"\",",
		      "protocol=\"1\"} 1\n",
		      "mcr_generation 6\n", "mcr_rules 1\n",
		      "mcr_rules_limit 2\n", "mcr_outputs 3\n",
		      "mcr_memberships 4\n", "mcr_memberships_limit 4096\n",
		      "mcr_transactions 5\n");
}

static void say_ingress(struct mcr_str *str, const struct mcr_ingress *ingress)
{
	unsigned int i;

	for (i = 0; i < mcr_openmetrics_families(); i++)
		if (mcr_openmetrics_about(i) == MCR_OPENMETRICS_INGRESS)
			mcr_openmetrics_ingress(str, i, ingress);
}

static void test_ingress(void **state)
{
	const struct mcr_ingress ingress = {
		.dev = "a\"", .rules = 2, .allmulti = 3, .hooked = true,
		.filtered = true, .seen = 4, .not_matched = 5, .malformed = 6,
		.missed = 7,
	};
	struct mcr_str str = { 0 };

	(void)state;
	say_ingress(&str, &ingress);
#define D	"{dev=\"a\\\"\"}"
	assert_pieces(&str,
		      "mcr_ingress_device_present" D " 0\n",
		      "mcr_ingress_hooked" D " 1\n",
		      "mcr_ingress_filtered" D " 1\n",
		      "mcr_ingress_rules" D " 2\n",
		      "mcr_ingress_allmulti_rules" D " 3\n",
		      "mcr_ingress_seen_frames_total" D " 4\n",
		      "mcr_ingress_unmatched_frames_total" D " 5\n",
		      "mcr_ingress_malformed_frames_total" D " 6\n",
		      "mcr_ingress_missed_frames_total" D " 7\n");
}

/* One that has no filter, which is no reason not to speak of it. */
static void test_unfiltered(void **state)
{
	const struct mcr_ingress ingress = {
		.dev = "a\"", .ifindex = 3, .hooked = true,
	};
	struct mcr_str str = { 0 };

	(void)state;
	say_ingress(&str, &ingress);
	assert_pieces(&str,
		      "mcr_ingress_device_present" D " 1\n",
		      "mcr_ingress_hooked" D " 1\n",
		      "mcr_ingress_filtered" D " 0\n",
		      "mcr_ingress_rules" D " 0\n",
		      "mcr_ingress_allmulti_rules" D " 0\n",
		      "mcr_ingress_seen_frames_total" D " 0\n",
		      "mcr_ingress_unmatched_frames_total" D " 0\n",
		      "mcr_ingress_malformed_frames_total" D " 0\n",
		      "mcr_ingress_missed_frames_total" D " 0\n");
}

/* The line that begins with this, or NULL. */
static const char *find_line(const char *text, const char *begins)
{
	const char *line = text;
	size_t len = strlen(begins);

	while (line && strncmp(line, begins, len)) {
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	return line;
}

static void assert_line(const char *text, const char *line)
{
	if (!find_line(text, line))
		fail_msg("no line '%s' in\n%s", line, text);
}

static void test_workers(void **state)
{
	struct mcr_worker workers[2] = {
		{ .id = 0 },
		{ .id = 1, .pid = 9, .loop = MCR_WORKER_LOOP_MMSG,
		  .why = "ENOSYS", .restarts = 2, .buffers = 3,
		  .buffer_bytes = 4, .buffers_used = 5, .buffers_peak = 6,
		  .pool_hits = 7, .pool_exhausted = 8, .receives = 9,
		  .wakeups = 10, .syscalls = 11, .packets = 12,
		  .truncated = 13, .lost_superpackets = 14,
		  .receive_errors = 15,
		  .send_errors = { [MCR_SEND_ERROR_TOO_BIG] = 16 },
		  .latency = { [0] = 1, [5] = 2,
			       [MCR_LATENCY_BUCKETS - 1] = 4 },
		  .latency_sum = 3000000017ULL },
	};
	const struct mcr_status status = {
		.plane = MCR_PLANE_RELAY, .workers = workers, .n_workers = 2,
	};
	static const char *const lines[] = {
		"mcr_worker_info{worker=\"0\",loop=\"unknown\"} 1\n",
		"mcr_worker_info{worker=\"1\",loop=\"mmsg\",why=\"ENOSYS\"} 1\n",
		"mcr_worker_running{worker=\"0\"} 0\n",
		"mcr_worker_running{worker=\"1\"} 1\n",
		"mcr_worker_restarts_total{worker=\"1\"} 2\n",
		"mcr_worker_pool_buffers{worker=\"1\"} 3\n",
		"mcr_worker_pool_buffer_bytes{worker=\"1\"} 4\n",
		"mcr_worker_pool_used_buffers{worker=\"1\"} 5\n",
		"mcr_worker_pool_peak_buffers{worker=\"1\"} 6\n",
		"mcr_worker_pool_hits_total{worker=\"1\"} 7\n",
		"mcr_worker_pool_exhausted_total{worker=\"1\"} 8\n",
		"mcr_worker_receives_total{worker=\"1\"} 9\n",
		"mcr_worker_wakeups_total{worker=\"1\"} 10\n",
		"mcr_worker_syscalls_total{worker=\"1\"} 11\n",
		"mcr_worker_received_packets_total{worker=\"1\"} 12\n",
		"mcr_worker_truncated_frames_total{worker=\"1\"} 13\n",
		"mcr_worker_lost_superpackets_total{worker=\"1\"} 14\n",
		"mcr_worker_receive_errors_total{worker=\"1\"} 15\n",
		"mcr_worker_send_errors_total{worker=\"1\",error=\"too-big\"} 16\n",
		"mcr_worker_send_errors_total{worker=\"0\",error=\"other\"} 0\n",
		"mcr_worker_latency_seconds_bucket{worker=\"1\",le=\"0.000004096\"} 1\n",
		"mcr_worker_latency_seconds_bucket{worker=\"1\",le=\"0.000008192\"} 1\n",
		"mcr_worker_latency_seconds_bucket{worker=\"1\",le=\"0.000010240\"} 3\n",
		"mcr_worker_latency_seconds_bucket{worker=\"1\",le=\"0.268435456\"} 3\n",
		"mcr_worker_latency_seconds_bucket{worker=\"1\",le=\"+Inf\"} 7\n",
		"mcr_worker_latency_seconds_count{worker=\"1\"} 7\n",
		"mcr_worker_latency_seconds_sum{worker=\"1\"} 3.000000017\n",
		"mcr_worker_latency_seconds_sum{worker=\"0\"} 0.000000000\n",
	};
	struct mcr_str str = { 0 };
	size_t i;

	(void)state;
	say_status(&str, &status);
	assert_false(str.failed);
	for (i = 0; i < COUNT(lines); i++)
		assert_line(str.s, lines[i]);
	mcr_str_free(&str);
}

/* A metric family as its head describes it. */
struct head {
	char name[80];
	char type[16];
	char unit[16];
};

static bool allowed_suffix(const struct head *h, const char *suffix)
{
	static const struct {
		const char *type;
		const char *suffix;
	} allowed[] = {
		{ "gauge", "" }, { "counter", "_total" }, { "info", "_info" },
		{ "histogram", "_bucket" }, { "histogram", "_count" },
		{ "histogram", "_sum" },
	};
	size_t i;

	for (i = 0; i < COUNT(allowed); i++)
		if (!strcmp(allowed[i].type, h->type) &&
		    !strcmp(allowed[i].suffix, suffix))
			return true;
	return false;
}

/* Behind the labels of a sample, NULL if they are none. */
static const char *skip_labels(const char *s)
{
	if (*s != '{')
		return s;
	do {
		s++;
		s += strspn(s, "abcdefghijklmnopqrstuvwxyz_");
		if (*s++ != '=' || *s++ != '"')
			return NULL;
		for (; *s != '"'; s++) {
			if (*s == '\\' && !strchr("\\\"n", *++s))
				return NULL;
			if ((unsigned char)*s < 0x20)
				return NULL;
		}
		s++;
	} while (*s == ',');
	return *s == '}' ? s + 1 : NULL;
}

static void check_sample(const struct head *h, const char *line)
{
	size_t len = strcspn(line, "{ ");
	const char *value = skip_labels(line + len);
	char suffix[16];

	assert_memory_equal(line, h->name, strlen(h->name));
	len -= strlen(h->name);
	assert_true(len < sizeof(suffix));
	memcpy(suffix, line + strlen(h->name), len);
	suffix[len] = '\0';
	if (!allowed_suffix(h, suffix))
		fail_msg("'%s' is no sample of %s %s", line, h->type, h->name);
	if (!value || *value != ' ' || !value[1] ||
	    value[1 + strspn(value + 1, "0123456789.")])
		fail_msg("'%s' is no sample", line);
}

static void check_head(struct head *h, const char *line)
{
	char name[80], word[16];

	if (sscanf(line, "# TYPE %79s %15s", name, word) == 2) {
		strcpy(h->name, name);
		strcpy(h->type, word);
		return;
	}
	if (sscanf(line, "# UNIT %79s %15s", name, word) == 2) {
		assert_string_equal(name, h->name);
		assert_string_equal(name + strlen(name) - strlen(word), word);
		return;
	}
	assert_int_equal(sscanf(line, "# HELP %79s %1s", name, word), 2);
	assert_string_equal(name, h->name);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* No series twice; @lines are sorted, values cut off. */
static void check_series(char **lines, size_t n)
{
	size_t i;

	qsort(lines, n, sizeof(*lines), by_text);
	for (i = 1; i < n; i++)
		assert_string_not_equal(lines[i], lines[i - 1]);
}

/*
 * A whole text, which is cut to pieces: families stand together, heads are there
 * once. How many samples has it?
 */
static size_t check_text(char *text)
{
	static char *lines[100000];
	struct head h = { .name = "" };
	size_t n = 0, heads = 0, samples = 0, i;
	char *line, *next;

	for (line = text; *line; line = next) {
		next = strchr(line, '\n');
		assert_non_null(next);
		*next++ = '\0';
		if (!strcmp(line, "# EOF")) {
			assert_int_equal(*next, '\0');
			break;
		}
		if (*line != '#') {
			check_sample(&h, line);
			*strrchr(line, ' ') = '\0';
			samples++;
		} else {
			check_head(&h, line);
		}
		assert_true(n < COUNT(lines));
		lines[n++] = line;
	}
	assert_string_equal(line, "# EOF");
	check_series(lines, n);
	for (i = 0; i < n; i++)
		heads += !strncmp(lines[i], "# TYPE", 6);
	assert_true(heads && heads <= mcr_openmetrics_families());
	return samples;
}

static struct nl_msg *ingress_msg(const char *dev)
{
	struct nl_msg *msg = nlmsg_alloc();
	struct nlattr *nest;

	genlmsg_put(msg, 1, SERVER_SEQ, 30, 0, NLM_F_MULTI,
		    MCR_CMD_INGRESS_GET, 1);
	nest = nla_nest_start(msg, MCR_A_INGRESS);
	nla_put_string(msg, MCR_INGRESS_A_DEV, dev);
	nla_nest_end(msg, nest);
	return msg;
}

static void feed(struct mcr_reply *reply, struct nl_msg **msgs, size_t n)
{
	struct mcr_error err;
	size_t len;
	void *bytes;

	mcr_reply_init(reply, true);
	reply->seq = SERVER_SEQ;
	bytes = server_bytes(msgs, n, &len);
	assert_int_equal(mcr_reply_feed(reply, bytes, len, &err), 0);
}

#define RULES	200UL

/* Rules of random names, some in more than one message. */
static void feed_rules(struct mcr_reply *reply, uint64_t seed)
{
	struct nl_msg *msgs[2 * RULES + 1];
	struct mcr_rule rule;
	unsigned int i;
	size_t n = 0;

	for (i = 0; i < RULES; i++) {
		random_rule(&seed, &rule, 5);
		random_counters(&seed, &rule);
		rule.id = i + 1;
		if (rule.n_outputs > 1) {
			msgs[n++] = server_rule(&rule, 0, 1, true);
			msgs[n++] = server_rule(&rule, 1, rule.n_outputs - 1,
						false);
		} else {
			msgs[n++] = server_rule(&rule, 0, 1, false);
		}
		mcr_rule_release(&rule);
	}
	msgs[n++] = server_done(0, NULL);
	feed(reply, msgs, n);
}

static void test_scrape(void **state)
{
	struct mcr_scrape scrape = { .status = { .version = "1" } };
	size_t pieces = 0, samples;
	struct mcr_str str = { 0 };
	struct mcr_error err;
	uint64_t seed;
	int ret;

	(void)state;
	for (seed = 1; seed < 20; seed++) {
		memset(&scrape, 0, sizeof(scrape));
		assert_non_null(mcr_status_add_worker(&scrape.status));
		feed(&scrape.devices,
		     (struct nl_msg *[]){
			ingress_msg("a"), ingress_msg("\"\\\x1b\xff"),
			server_done(0, NULL),
		     }, 3);
		feed_rules(&scrape.rules, seed);
		while ((ret = mcr_scrape_next(&scrape, &str, &err)) > 0)
			pieces++;
		assert_int_equal(ret, 0);
		assert_int_equal(mcr_scrape_next(&scrape, &str, &err), 0);
		samples = check_text(str.s);
		assert_true(samples > RULES * 11);
		mcr_str_free(&str);
		mcr_scrape_end(&scrape);
	}
	/* It comes in pieces, not all at once. */
	assert_true(pieces > 19 * RULES);
}

/* Nobody has rules, devices or workers: there is a text all the same. */
static void test_nothing(void **state)
{
	struct mcr_scrape scrape = { .family = 0 };
	struct mcr_str str = { 0 };
	struct mcr_error err;

	(void)state;
	feed(&scrape.devices, (struct nl_msg *[]){ server_done(0, NULL) }, 1);
	feed(&scrape.rules, (struct nl_msg *[]){ server_done(0, NULL) }, 1);
	while (mcr_scrape_next(&scrape, &str, &err) > 0)
		;
	assert_null(strstr(str.s, "mcr_rule_"));
	assert_null(strstr(str.s, "mcr_worker"));
	assert_int_equal(check_text(str.s), 8);
	mcr_str_free(&str);
	mcr_scrape_end(&scrape);
}

/* An error of the answer ends it, without the end of the text. */
static void test_malformed(void **state)
{
	struct mcr_scrape scrape = { .family = 0 };
	struct mcr_str str = { 0 };
	struct mcr_error err;
	int ret;

	(void)state;
	feed(&scrape.devices, (struct nl_msg *[]){ server_done(0, NULL) }, 1);
	feed(&scrape.rules,
	     (struct nl_msg *[]){ ingress_msg("a"), server_done(0, NULL) }, 2);
	while ((ret = mcr_scrape_next(&scrape, &str, &err)) > 0)
		;
	assert_int_equal(ret, -1);
	assert_string_equal(err.text,
			    "the server's reply cannot be read: a rule is missing");
	assert_null(strstr(str.s, "# EOF"));
	mcr_str_free(&str);
	mcr_scrape_end(&scrape);
}

int main(void)
{
	struct suite suite = { 0 };

	suite_add_case(&suite, test_least);
	suite_add_case(&suite, test_most);
	suite_add_case(&suite, test_labels);
	suite_add_case(&suite, test_status);
	suite_add_case(&suite, test_ingress);
	suite_add_case(&suite, test_unfiltered);
	suite_add_case(&suite, test_workers);
	suite_add_case(&suite, test_scrape);
	suite_add_case(&suite, test_nothing);
	suite_add_case(&suite, test_malformed);
	return suite_run(&suite, "openmetrics");
}
