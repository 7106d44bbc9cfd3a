// SPDX-License-Identifier: GPL-2.0
/*
 * Counters and states in OpenMetrics; see openmetrics.h.
 */
#include "openmetrics.h"

#include <stdio.h>
#include <string.h>

#include "latency.h"
#include "print.h"

struct family;

/* How the samples of a family are added, by what it is about. */
typedef void (*status_fn)(struct mcr_str *str, const struct family *f,
			  const struct mcr_status *status);
typedef void (*worker_fn)(struct mcr_str *str, const struct family *f,
			  const struct mcr_worker *worker);
typedef void (*ingress_fn)(struct mcr_str *str, const struct family *f,
			   const struct mcr_ingress *ingress);
typedef void (*rule_fn)(struct mcr_str *str, const struct family *f,
			const struct mcr_rule *rule);
typedef void (*output_fn)(struct mcr_str *str, const struct family *f,
			  const struct mcr_rule *rule,
			  const struct mcr_output *output);

/* What a member of a struct is. */
enum member {
	MEMBER_U32,
	MEMBER_U64,
	MEMBER_BOOL,
	MEMBER_ID,
};

/**
 * struct family - metrics of one name
 * @name: the name, without what the type adds to it for samples
 * @type: as the text spells it
 * @unit: which the name ends with; NULL: none
 * @help: what it is, in a line
 * @status: adds the samples of a server; NULL, like the others: it is about
 *	something else
 * @worker: adds those of a worker
 * @ingress: adds those of an ingress device
 * @rule: adds those of a rule
 * @output: adds those of an output
 * @member: for those that add a member: what it is
 * @at: and where it stands in what they are about
 */
struct family {
	const char *name;
	const char *type;
	const char *unit;
	const char *help;
	status_fn status;
	worker_fn worker;
	ingress_fn ingress;
	rule_fn rule;
	output_fn output;
	enum member member;
	size_t at;
};

/* The value of a member; of one that is an id, whether there is any. */
static __u64 value_of(const struct family *f, const void *of)
{
	const char *at = (const char *)of + f->at;
	__u64 u64;
	__u32 u32;
	bool is;

	switch (f->member) {
	case MEMBER_BOOL:
		memcpy(&is, at, sizeof(is));
		return is;
	case MEMBER_U64:
		memcpy(&u64, at, sizeof(u64));
		return u64;
	default:
		memcpy(&u32, at, sizeof(u32));
		return f->member == MEMBER_ID ? !!u32 : u32;
	}
}

/* What the type adds to the name of a sample that is a number alone. */
static const char *suffix(const struct family *f)
{
	return strcmp(f->type, "counter") ? "" : "_total";
}

/* A sample's name, and the beginning of its labels. @more: part of the name. */
static void begin(struct mcr_str *str, const struct family *f, const char *more)
{
	mcr_str_addf(str, "%s%s{", f->name, more);
}

/* An empty label is as good as none. */
static void label(struct mcr_str *str, const char *name, const char *value)
{
	if (!*value)
		return;
	/* What a label ends with cannot be that. */
	if (str->len && str->s[str->len - 1] != '{')
		mcr_str_add(str, ",");
	mcr_str_addf(str, "%s=\"", name);
	mcr_str_label(str, value);
	mcr_str_add(str, "\"");
}

static void label_number(struct mcr_str *str, const char *name, __u64 n)
{
	if (str->len && str->s[str->len - 1] != '{')
		mcr_str_add(str, ",");
	mcr_str_addf(str, "%s=\"%llu\"", name, n);
}

static void label_prefix(struct mcr_str *str, const char *name,
			 const union mcr_addr *addr, __u8 family,
			 unsigned int len)
{
	struct mcr_str prefix = { 0 };

	mcr_print_prefix(&prefix, addr, family, len);
	label(str, name, prefix.s ? prefix.s : "");
	str->failed |= prefix.failed;
	mcr_str_free(&prefix);
}

static void end(struct mcr_str *str, __u64 value)
{
	mcr_str_addf(str, "} %llu\n", value);
}

/* A value of so many thousandths or billionths: @digits behind the point. */
static void end_fraction(struct mcr_str *str, __u64 whole, __u64 rest,
			 int digits)
{
	mcr_str_addf(str, "} %llu.%0*llu\n", whole, digits, rest);
}

static void add_server(struct mcr_str *str, const struct family *f,
		       const struct mcr_status *status)
{
	begin(str, f, "_info");
	label(str, "plane", mcr_enum_name(mcr_plane_names, status->plane));
	label(str, "version", status->version);
	label_number(str, "protocol", MCR_GENL_VERSION);
	end(str, 1);
}

static void add_status_u32(struct mcr_str *str, const struct family *f,
			   const struct mcr_status *status)
{
	mcr_str_addf(str, "%s %llu\n", f->name, value_of(f, status));
}

static void add_joins_limit(struct mcr_str *str, const struct family *f,
			    const struct mcr_status *status)
{
	(void)status;
	mcr_str_addf(str, "%s %u\n", f->name, MCR_JOINS_MAX);
}

static void begin_worker(struct mcr_str *str, const struct family *f,
			 const char *more, const struct mcr_worker *worker)
{
	begin(str, f, more);
	label_number(str, "worker", worker->id);
}

static void add_worker_member(struct mcr_str *str, const struct family *f,
			      const struct mcr_worker *worker)
{
	begin_worker(str, f, suffix(f), worker);
	end(str, value_of(f, worker));
}

static void add_worker(struct mcr_str *str, const struct family *f,
		       const struct mcr_worker *worker)
{
	begin_worker(str, f, "_info", worker);
	label(str, "loop", mcr_enum_name(mcr_worker_loop_names, worker->loop));
	label(str, "why", worker->why);
	end(str, 1);
}

static void add_send_errors(struct mcr_str *str, const struct family *f,
			    const struct mcr_worker *worker)
{
	unsigned int i;

	for (i = 0; i <= MCR_SEND_ERROR_MAX; i++) {
		if (!mcr_send_error_names[i])
			continue;
		begin_worker(str, f, "_total", worker);
		label(str, "error", mcr_send_error_names[i]);
		end(str, worker->send_errors[i]);
	}
}

#define NS	1000000000ULL	/* in a second */

/*
 * Buckets say how many did not take longer; ours, how many were faster. At their
 * resolution that is the same.
 */
static void add_latency(struct mcr_str *str, const struct family *f,
			const struct mcr_worker *worker)
{
	unsigned int i;
	__u64 n = 0;

	for (i = 0; i < MCR_LATENCY_BUCKETS - 1; i++) {
		n += worker->latency[i];
		begin_worker(str, f, "_bucket", worker);
		mcr_str_addf(str, ",le=\"%llu.%09llu\"",
			     mcr_latency_bound(i) / NS,
			     mcr_latency_bound(i) % NS);
		end(str, n);
	}
	n += worker->latency[i];
	begin_worker(str, f, "_bucket", worker);
	label(str, "le", "+Inf");
	end(str, n);
	begin_worker(str, f, "_count", worker);
	end(str, n);
	begin_worker(str, f, "_sum", worker);
	end_fraction(str, worker->latency_sum / NS, worker->latency_sum % NS,
		     9);
}

static void begin_ingress(struct mcr_str *str, const struct family *f,
			  const char *more, const struct mcr_ingress *ingress)
{
	begin(str, f, more);
	label(str, "dev", ingress->dev);
}

static void add_ingress_member(struct mcr_str *str, const struct family *f,
			       const struct mcr_ingress *ingress)
{
	begin_ingress(str, f, suffix(f), ingress);
	end(str, value_of(f, ingress));
}

static void begin_rule(struct mcr_str *str, const struct family *f,
		       const char *more, const struct mcr_rule *rule)
{
	const struct mcr_match *m = &rule->spec.match;

	begin(str, f, more);
	label_number(str, "rule", rule->id);
	label(str, "name", rule->name);
	label(str, "iif", rule->spec.iif);
	label_prefix(str, "group", &m->group, m->family, m->group_len);
}

static void add_rule_member(struct mcr_str *str, const struct family *f,
			    const struct mcr_rule *rule)
{
	begin_rule(str, f, suffix(f), rule);
	end(str, value_of(f, rule));
}

static void label_dport(struct mcr_str *str, const struct mcr_match *m)
{
	char text[12];

	if (!m->dport_min)
		return;
	if (m->dport_min == m->dport_max)
		snprintf(text, sizeof(text), "%u", m->dport_min);
	else
		snprintf(text, sizeof(text), "%u-%u", m->dport_min,
			 m->dport_max);
	label(str, "dport", text);
}

static void add_rule(struct mcr_str *str, const struct family *f,
		     const struct mcr_rule *rule)
{
	const struct mcr_rule_spec *spec = &rule->spec;
	const struct mcr_match *m = &spec->match;

	begin_rule(str, f, "_info", rule);
	if (m->src_len)
		label_prefix(str, "src", &m->src, m->family, m->src_len);
	label(str, "proto", m->proto == MCR_PROTO_UDP ? "udp" : "any");
	label_dport(str, m);
	if (m->vlan)
		label_number(str, "vlan", m->vlan);
	label(str, "mode", mcr_enum_name(mcr_mode_names, spec->mode));
	label(str, "join", mcr_enum_name(mcr_join_names, spec->join));
	label(str, "plane", mcr_enum_name(mcr_plane_names, spec->plane));
	label(str, "latency", mcr_enum_name(mcr_latency_names, spec->latency));
	label(str, "comment", rule->comment);
	end(str, 1);
}

static void add_rule_enabled(struct mcr_str *str, const struct family *f,
			     const struct mcr_rule *rule)
{
	begin_rule(str, f, "", rule);
	end(str, !rule->spec.disabled);
}

static void add_rule_failed(struct mcr_str *str, const struct family *f,
			    const struct mcr_rule *rule)
{
	begin_rule(str, f, "", rule);
	end(str, rule->membership == MCR_MEMBERSHIP_FAILED);
}

static void add_rule_idle(struct mcr_str *str, const struct family *f,
			  const struct mcr_rule *rule)
{
	if (!rule->seen)
		return;
	begin_rule(str, f, "", rule);
	end_fraction(str, rule->last_seen / 1000, rule->last_seen % 1000, 3);
}

static void begin_output(struct mcr_str *str, const struct family *f,
			 const char *more, const struct mcr_rule *rule,
			 const struct mcr_output *output)
{
	begin(str, f, more);
	label_number(str, "rule", rule->id);
	label(str, "name", rule->name);
	label_number(str, "output", output->id);
	label(str, "dev", output->spec.dev);
}

static void add_output_member(struct mcr_str *str, const struct family *f,
			      const struct mcr_rule *rule,
			      const struct mcr_output *output)
{
	begin_output(str, f, suffix(f), rule, output);
	end(str, value_of(f, output));
}

/* All the reasons of all outputs would be very much for nothing. */
static void add_drops(struct mcr_str *str, const struct family *f,
		      const struct mcr_rule *rule,
		      const struct mcr_output *output)
{
	unsigned int i;

	for (i = 0; i <= MCR_DROP_MAX; i++) {
		if (!mcr_drop_names[i] || !output->drops[i])
			continue;
		begin_output(str, f, "_total", rule, output);
		label(str, "reason", mcr_drop_names[i]);
		end(str, output->drops[i]);
	}
}

#define STATUS(name, of, text)						\
	{ "mcr_" name, "gauge", NULL, text, .status = add_status_u32,	\
	  .at = offsetof(struct mcr_status, of) }
#define SAMPLE(about, type, name, unit, kind, of, text)			\
	{ "mcr_" #about "_" name, type, unit, text,			\
	  .about = add_##about##_member, .member = MEMBER_##kind,	\
	  .at = offsetof(struct mcr_##about, of) }
#define GAUGE(about, name, unit, kind, of, text)			\
	SAMPLE(about, "gauge", name, unit, kind, of, text)
#define COUNTER(about, name, unit, kind, of, text)			\
	SAMPLE(about, "counter", name, unit, kind, of, text)

/* These names are an interface: they stay as they are. */
static const struct family families[] = {
	{ "mcr_server", "info", NULL, "Who serves.", .status = add_server },
	STATUS("generation", generation, "Generation of the rule set."),
	STATUS("rules", rules, "Rules there are."),
	STATUS("rules_limit", rules_max, "Rules there may be."),
	STATUS("outputs", outputs, "Outputs of all rules."),
	STATUS("memberships", joins, "Memberships held for rules."),
	{ "mcr_memberships_limit", "gauge", NULL,
	  "Memberships there may be.", .status = add_joins_limit },
	STATUS("transactions", txns, "Open transactions."),

	{ "mcr_worker", "info", NULL,
	  "How a worker of the relay receives and sends.",
	  .worker = add_worker },
	GAUGE(worker, "running", NULL, ID, pid, "There is a process."),
	COUNTER(worker, "restarts", NULL, U32, restarts,
		"How often the worker was started anew."),
	GAUGE(worker, "pool_buffers", "buffers", U32, buffers,
	      "Receive buffers in the pool."),
	GAUGE(worker, "pool_buffer_bytes", "bytes", U32, buffer_bytes,
	      "Frame that a buffer takes."),
	GAUGE(worker, "pool_used_buffers", "buffers", U32, buffers_used,
	      "Buffers that hold a packet."),
	GAUGE(worker, "pool_peak_buffers", "buffers", U32, buffers_peak,
	      "Most buffers that ever held a packet."),
	COUNTER(worker, "pool_hits", NULL, U64, pool_hits,
		"Frames that a buffer was there for."),
	COUNTER(worker, "pool_exhausted", NULL, U64, pool_exhausted,
		"How often no buffer was there."),
	COUNTER(worker, "receives", NULL, U64, receives,
		"Receive calls that brought frames."),
	COUNTER(worker, "wakeups", NULL, U64, wakeups,
		"How often the worker waited and went on."),
	COUNTER(worker, "syscalls", NULL, U64, syscalls,
		"System calls of the loop."),
	COUNTER(worker, "received_packets", "packets", U64, packets,
		"Packets received."),
	COUNTER(worker, "truncated_frames", "frames", U64, truncated,
		"Frames larger than a buffer, which were dropped."),
	COUNTER(worker, "lost_superpackets", "superpackets", U64, lost_superpackets,
		"Super-packets that the kernel could not hand over."),
	COUNTER(worker, "receive_errors", "errors", U64, receive_errors,
		"Receive calls that failed otherwise."),
	{ "mcr_worker_send_errors", "counter", "errors",
	  "Sends that failed, by error.", .worker = add_send_errors },
	{ "mcr_worker_latency_seconds", "histogram", "seconds",
	  "Time from the receive timestamp to the completed send, of a sample.",
	  .worker = add_latency },

	GAUGE(ingress, "device_present", NULL, ID, ifindex,
	      "The ingress device is there."),
	GAUGE(ingress, "hooked", NULL, BOOL, hooked,
	      "The packets of the ingress device are looked at."),
	GAUGE(ingress, "filtered", NULL, BOOL, filtered,
	      "Packets that no rule takes are kept from the relay's workers."),
	GAUGE(ingress, "rules", "rules", U32, rules,
	      "Rules that receive from the device."),
	GAUGE(ingress, "allmulti_rules", "rules", U32, allmulti,
	      "Rules that hold the device in allmulti."),
	COUNTER(ingress, "seen_frames", "frames", U64, seen,
		"Frames looked at."),
	COUNTER(ingress, "unmatched_frames", "frames", U64, not_matched,
		"Frames no rule took."),
	COUNTER(ingress, "malformed_frames", "frames", U64, malformed,
		"Frames with broken headers."),
	COUNTER(ingress, "missed_frames", "frames", U64, missed,
		"Frames lost before the rules could see them."),

	{ "mcr_rule", "info", NULL, "What a rule says.", .rule = add_rule },
	{ "mcr_rule_enabled", "gauge", NULL, "The rule takes packets.",
	  .rule = add_rule_enabled },
	GAUGE(rule, "device_present", NULL, ID, ifindex,
	      "The rule's ingress device is there."),
	{ "mcr_rule_membership_failed", "gauge", NULL,
	  "The rule's group could not be joined.", .rule = add_rule_failed },
	COUNTER(rule, "matched_packets", "packets", U64, packets,
		"Packets the rule took."),
	COUNTER(rule, "matched_bytes", "bytes", U64, bytes,
		"IP bytes the rule took."),
	{ "mcr_rule_idle_seconds", "gauge", "seconds",
	  "Time since the rule took a packet; absent if it never did.",
	  .rule = add_rule_idle },

	GAUGE(output, "device_present", NULL, ID, ifindex,
	      "The egress device is there."),
	COUNTER(output, "offered_packets", "packets", U64, offered,
		"Packets the output should have sent."),
	COUNTER(output, "sent_packets", "packets", U64, sent,
		"Packets the egress device accepted."),
	COUNTER(output, "sent_bytes", "bytes", U64, sent_bytes,
		"IP bytes the egress device accepted."),
	{ "mcr_output_dropped_packets", "counter", "packets",
	  "Packets not sent, by reason; those of which there are none are absent.",
	  .output = add_drops },
};

/**
 * mcr_openmetrics_families - how many families there are
 *
 * Return: they are numbered from 0 on.
 */
unsigned int mcr_openmetrics_families(void)
{
	return sizeof(families) / sizeof(families[0]);
}

/**
 * mcr_openmetrics_about - what the samples of a family are about
 * @family: the family
 *
 * Return: of enum mcr_openmetrics_about.
 */
enum mcr_openmetrics_about mcr_openmetrics_about(unsigned int family)
{
	const struct family *f = &families[family];

	if (f->ingress)
		return MCR_OPENMETRICS_INGRESS;
	return f->rule || f->output ? MCR_OPENMETRICS_RULE :
				      MCR_OPENMETRICS_STATUS;
}

/**
 * mcr_openmetrics_head - append what stands before the samples of a family
 * @str: the text to append to
 * @family: the family
 */
void mcr_openmetrics_head(struct mcr_str *str, unsigned int family)
{
	const struct family *f = &families[family];

	mcr_str_addf(str, "# TYPE %s %s\n", f->name, f->type);
	if (f->unit)
		mcr_str_addf(str, "# UNIT %s %s\n", f->name, f->unit);
	mcr_str_addf(str, "# HELP %s %s\n", f->name, f->help);
}

/**
 * mcr_openmetrics_status - append the samples of a server and its workers
 * @str: the text to append to; nothing is, where there are none
 * @family: a family about that
 * @status: the server
 */
void mcr_openmetrics_status(struct mcr_str *str, unsigned int family,
			    const struct mcr_status *status)
{
	const struct family *f = &families[family];
	unsigned int i;

	if (f->status)
		f->status(str, f, status);
	for (i = 0; f->worker && i < status->n_workers; i++)
		f->worker(str, f, &status->workers[i]);
}

/**
 * mcr_openmetrics_ingress - append the samples of an ingress device
 * @str: the text to append to
 * @family: a family about that
 * @ingress: the device
 */
void mcr_openmetrics_ingress(struct mcr_str *str, unsigned int family,
			     const struct mcr_ingress *ingress)
{
	const struct family *f = &families[family];

	if (f->ingress)
		f->ingress(str, f, ingress);
}

/**
 * mcr_openmetrics_rule - append the samples of a rule and its outputs
 * @str: the text to append to; nothing is, where there are none
 * @family: a family about that
 * @rule: the rule
 */
void mcr_openmetrics_rule(struct mcr_str *str, unsigned int family,
			  const struct mcr_rule *rule)
{
	const struct family *f = &families[family];
	unsigned int i;

	if (f->rule)
		f->rule(str, f, rule);
	for (i = 0; f->output && i < rule->n_outputs; i++)
		f->output(str, f, rule, &rule->outputs[i]);
}

/**
 * mcr_openmetrics_end - append what ends the text
 * @str: the text to append to
 */
void mcr_openmetrics_end(struct mcr_str *str)
{
	mcr_str_add(str, "# EOF\n");
}
