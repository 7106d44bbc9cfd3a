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
 * @at: for those that add a member: where it stands in what they are about
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
	size_t at;
};

static __u64 u64_at(const void *of, const struct family *f)
{
	__u64 n;

	memcpy(&n, (const char *)of + f->at, sizeof(n));
	return n;
}

static __u32 u32_at(const void *of, const struct family *f)
{
	__u32 n;

	memcpy(&n, (const char *)of + f->at, sizeof(n));
	return n;
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
	mcr_str_addf(str, "%s %u\n", f->name, u32_at(status, f));
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

static void add_worker(struct mcr_str *str, const struct family *f,
		       const struct mcr_worker *worker)
{
	begin_worker(str, f, "_info", worker);
	label(str, "loop", mcr_enum_name(mcr_worker_loop_names, worker->loop));
	label(str, "why", worker->why);
	end(str, 1);
}

static void add_worker_running(struct mcr_str *str, const struct family *f,
			       const struct mcr_worker *worker)
{
	begin_worker(str, f, "", worker);
	end(str, !!worker->pid);
}

static void add_worker_u32(struct mcr_str *str, const struct family *f,
			   const struct mcr_worker *worker)
{
	begin_worker(str, f, "", worker);
	end(str, u32_at(worker, f));
}

static void add_worker_restarts(struct mcr_str *str, const struct family *f,
				const struct mcr_worker *worker)
{
	begin_worker(str, f, "_total", worker);
	end(str, worker->restarts);
}

static void add_worker_total(struct mcr_str *str, const struct family *f,
			     const struct mcr_worker *worker)
{
	begin_worker(str, f, "_total", worker);
	end(str, u64_at(worker, f));
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

static void add_ingress_present(struct mcr_str *str, const struct family *f,
				const struct mcr_ingress *ingress)
{
	begin_ingress(str, f, "", ingress);
	end(str, !!ingress->ifindex);
}

static void add_ingress_hooked(struct mcr_str *str, const struct family *f,
			       const struct mcr_ingress *ingress)
{
	begin_ingress(str, f, "", ingress);
	end(str, ingress->hooked);
}

static void add_ingress_u32(struct mcr_str *str, const struct family *f,
			    const struct mcr_ingress *ingress)
{
	begin_ingress(str, f, "", ingress);
	end(str, u32_at(ingress, f));
}

static void add_ingress_total(struct mcr_str *str, const struct family *f,
			      const struct mcr_ingress *ingress)
{
	begin_ingress(str, f, "_total", ingress);
	end(str, u64_at(ingress, f));
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

static void add_rule_present(struct mcr_str *str, const struct family *f,
			     const struct mcr_rule *rule)
{
	begin_rule(str, f, "", rule);
	end(str, !!rule->ifindex);
}

static void add_rule_failed(struct mcr_str *str, const struct family *f,
			    const struct mcr_rule *rule)
{
	begin_rule(str, f, "", rule);
	end(str, rule->membership == MCR_MEMBERSHIP_FAILED);
}

static void add_rule_total(struct mcr_str *str, const struct family *f,
			   const struct mcr_rule *rule)
{
	begin_rule(str, f, "_total", rule);
	end(str, u64_at(rule, f));
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

static void add_output_present(struct mcr_str *str, const struct family *f,
			       const struct mcr_rule *rule,
			       const struct mcr_output *output)
{
	begin_output(str, f, "", rule, output);
	end(str, !!output->ifindex);
}

static void add_output_total(struct mcr_str *str, const struct family *f,
			     const struct mcr_rule *rule,
			     const struct mcr_output *output)
{
	begin_output(str, f, "_total", rule, output);
	end(str, u64_at(output, f));
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

#define STATUS(type, name, unit, member, help)				\
	{ "mcr_" name, type, unit, help, .status = add_status_u32,	\
	  .at = offsetof(struct mcr_status, member) }
#define WORKER(name, unit, member, help)				\
	{ "mcr_worker_" name, "gauge", unit, help,			\
	  .worker = add_worker_u32,					\
	  .at = offsetof(struct mcr_worker, member) }
#define WORKER_TOTAL(name, unit, member, help)				\
	{ "mcr_worker_" name, "counter", unit, help,			\
	  .worker = add_worker_total,					\
	  .at = offsetof(struct mcr_worker, member) }
#define INGRESS(name, unit, member, help)				\
	{ "mcr_ingress_" name, "gauge", unit, help,			\
	  .ingress = add_ingress_u32,					\
	  .at = offsetof(struct mcr_ingress, member) }
#define INGRESS_TOTAL(name, unit, member, help)				\
	{ "mcr_ingress_" name, "counter", unit, help,			\
	  .ingress = add_ingress_total,					\
	  .at = offsetof(struct mcr_ingress, member) }
#define RULE_TOTAL(name, unit, member, help)				\
	{ "mcr_rule_" name, "counter", unit, help,			\
	  .rule = add_rule_total,					\
	  .at = offsetof(struct mcr_rule, member) }
#define OUTPUT_TOTAL(name, unit, member, help)				\
	{ "mcr_output_" name, "counter", unit, help,			\
	  .output = add_output_total,					\
	  .at = offsetof(struct mcr_output, member) }

/* These names are an interface: they stay as they are. */
static const struct family families[] = {
	{ "mcr_server", "info", NULL, "Who serves.", .status = add_server },
	STATUS("gauge", "generation", NULL, generation,
	       "Generation of the rule set."),
	STATUS("gauge", "rules", NULL, rules, "Rules there are."),
	STATUS("gauge", "rules_limit", NULL, rules_max,
	       "Rules there may be."),
	STATUS("gauge", "outputs", NULL, outputs, "Outputs of all rules."),
	STATUS("gauge", "memberships", NULL, joins,
	       "Memberships held for rules."),
	{ "mcr_memberships_limit", "gauge", NULL,
	  "Memberships there may be.", .status = add_joins_limit },
	STATUS("gauge", "transactions", NULL, txns, "Open transactions."),

	{ "mcr_worker", "info", NULL,
	  "How a worker of the relay receives and sends.",
	  .worker = add_worker },
	{ "mcr_worker_running", "gauge", NULL, "There is a process.",
	  .worker = add_worker_running },
	{ "mcr_worker_restarts", "counter", NULL,
	  "How often the worker was started anew.",
	  .worker = add_worker_restarts },
	WORKER("pool_buffers", "buffers", buffers,
	       "Receive buffers in the pool."),
	WORKER("pool_buffer_bytes", "bytes", buffer_bytes,
	       "Frame that a buffer takes."),
	WORKER("pool_used_buffers", "buffers", buffers_used,
	       "Buffers that hold a packet."),
	WORKER("pool_peak_buffers", "buffers", buffers_peak,
	       "Most buffers that ever held a packet."),
	WORKER_TOTAL("pool_hits", NULL, pool_hits,
		     "Frames that a buffer was there for."),
	WORKER_TOTAL("pool_exhausted", NULL, pool_exhausted,
		     "How often no buffer was there."),
	WORKER_TOTAL("receives", NULL, receives,
		     "Receive calls that brought frames."),
	WORKER_TOTAL("wakeups", NULL, wakeups,
		     "How often the worker waited and went on."),
	WORKER_TOTAL("syscalls", NULL, syscalls, "System calls of the loop."),
	WORKER_TOTAL("received_packets", "packets", packets,
		     "Packets received."),
	WORKER_TOTAL("truncated_frames", "frames", truncated,
		     "Frames larger than a buffer, which were dropped."),
	WORKER_TOTAL("lost_superpackets", "superpackets", lost_superpackets,
		     "Super-packets that the kernel could not hand over."),
	WORKER_TOTAL("receive_errors", "errors", receive_errors,
		     "Receive calls that failed otherwise."),
	{ "mcr_worker_send_errors", "counter", "errors",
	  "Sends that failed, by error.", .worker = add_send_errors },
	{ "mcr_worker_latency_seconds", "histogram", "seconds",
	  "Time from the receive timestamp to the completed send, of a sample.",
	  .worker = add_latency },

	{ "mcr_ingress_device_present", "gauge", NULL,
	  "The ingress device is there.", .ingress = add_ingress_present },
	{ "mcr_ingress_hooked", "gauge", NULL,
	  "The packets of the ingress device are looked at.",
	  .ingress = add_ingress_hooked },
	INGRESS("rules", "rules", rules,
		"Rules that receive from the device."),
	INGRESS("allmulti_rules", "rules", allmulti,
		"Rules that hold the device in allmulti."),
	INGRESS_TOTAL("seen_frames", "frames", seen, "Frames looked at."),
	INGRESS_TOTAL("unmatched_frames", "frames", not_matched,
		      "Frames no rule took."),
	INGRESS_TOTAL("malformed_frames", "frames", malformed,
		      "Frames with broken headers."),
	INGRESS_TOTAL("missed_frames", "frames", missed,
		      "Frames lost before the rules could see them."),

	{ "mcr_rule", "info", NULL, "What a rule says.", .rule = add_rule },
	{ "mcr_rule_enabled", "gauge", NULL, "The rule takes packets.",
	  .rule = add_rule_enabled },
	{ "mcr_rule_device_present", "gauge", NULL,
	  "The rule's ingress device is there.", .rule = add_rule_present },
	{ "mcr_rule_membership_failed", "gauge", NULL,
	  "The rule's group could not be joined.", .rule = add_rule_failed },
	RULE_TOTAL("matched_packets", "packets", packets,
		   "Packets the rule took."),
	RULE_TOTAL("matched_bytes", "bytes", bytes, "IP bytes the rule took."),
	{ "mcr_rule_idle_seconds", "gauge", "seconds",
	  "Time since the rule took a packet; absent if it never did.",
	  .rule = add_rule_idle },

	{ "mcr_output_device_present", "gauge", NULL,
	  "The egress device is there.", .output = add_output_present },
	OUTPUT_TOTAL("offered_packets", "packets", offered,
		     "Packets the output should have sent."),
	OUTPUT_TOTAL("sent_packets", "packets", sent,
		     "Packets the egress device accepted."),
	OUTPUT_TOTAL("sent_bytes", "bytes", sent_bytes,
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
