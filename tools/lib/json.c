// SPDX-License-Identifier: GPL-2.0
/*
 * Rules, counters and status as JSON; see json.h.
 */
#include "json.h"

#include <string.h>

#include "latency.h"
#include "print.h"

/* An object under construction, which remembers if something did not fit. */
struct builder {
	struct json_object *obj;
	bool failed;
};

static void add(struct builder *b, const char *key, struct json_object *value)
{
	if (!value || !b->obj || json_object_object_add(b->obj, key, value)) {
		json_object_put(value);
		b->failed = true;
	}
}

static void add_number(struct builder *b, const char *key, __u64 value)
{
	add(b, key, json_object_new_uint64(value));
}

static void add_bool(struct builder *b, const char *key, bool value)
{
	add(b, key, json_object_new_boolean(value));
}

/* JSON is UTF-8; names and comments may be any bytes. */
static void add_string(struct builder *b, const char *key, const char *value)
{
	struct mcr_str str = { 0 };
	size_t len;

	for (; *value; value += len) {
		char c[5] = { 0 };

		len = mcr_utf8_len(value);
		if (len) {
			memcpy(c, value, len);
			mcr_str_add(&str, c);
		} else {
			len = 1;
			mcr_str_add(&str, "\xef\xbf\xbd");
		}
	}
	if (str.failed)
		b->failed = true;
	else
		add(b, key, json_object_new_string(str.s ? str.s : ""));
	mcr_str_free(&str);
}

static void add_prefix(struct builder *b, const char *key,
		       const union mcr_addr *addr, __u8 family,
		       unsigned int len)
{
	struct mcr_str str = { 0 };

	mcr_print_prefix(&str, addr, family, len);
	if (str.failed)
		b->failed = true;
	else
		add(b, key, json_object_new_string(str.s));
	mcr_str_free(&str);
}

static struct json_object *finish(struct builder *b)
{
	if (b->failed) {
		json_object_put(b->obj);
		return NULL;
	}
	return b->obj;
}

static void add_rewrite(struct builder *b, const struct mcr_rewrite *r)
{
	if (r->set & MCR_SET_GROUP)
		add_prefix(b, "group", &r->group, r->group_family,
			   mcr_addr_bits(r->group_family));
	if (r->set & MCR_SET_DPORT)
		add_number(b, "dport", r->dport);
	if (r->src_mode == MCR_SRC_SET)
		add_prefix(b, "src", &r->src, r->src_family,
			   mcr_addr_bits(r->src_family));
	else if (r->src_mode == MCR_SRC_AUTO)
		add_string(b, "src", "auto");
	if (r->set & MCR_SET_SPORT)
		add_number(b, "sport", r->sport);
	if (r->ttl_mode == MCR_TTL_KEEP)
		add_string(b, "ttl", "keep");
	else if (r->ttl_mode == MCR_TTL_DEC)
		add_string(b, "ttl", "dec");
	else if (r->ttl_mode == MCR_TTL_SET)
		add_number(b, "ttl", r->ttl);
	if (r->set & MCR_SET_DSCP)
		add_number(b, "dscp", r->dscp);
	add_string(b, "mac", mcr_enum_name(mcr_mac_names, r->mac));
}

/* @all: those that are 0, too. */
static struct json_object *json_drops(const __u64 *drops, bool all)
{
	struct builder b = { .obj = json_object_new_object() };
	unsigned int i;

	for (i = 0; i <= MCR_DROP_MAX; i++)
		if (mcr_drop_names[i] && (all || drops[i]))
			add_number(&b, mcr_drop_names[i], drops[i]);
	return finish(&b);
}

static void add_output_state(struct builder *b, const struct mcr_output *output)
{
	add_number(b, "id", output->id);
	add_string(b, "to", output->spec.dev);
	if (output->ifindex)
		add_number(b, "ifindex", output->ifindex);
	add_bool(b, "waiting", !output->ifindex);
	if (output->feeds)
		add_number(b, "feeds", output->feeds);
}

static struct json_object *json_output(const struct mcr_output *output,
				       bool counters)
{
	struct builder b = { .obj = json_object_new_object() };
	const struct mcr_output_spec *spec = &output->spec;

	add_output_state(&b, output);
	add_rewrite(&b, &spec->rewrite);
	if (spec->rate) {
		add_number(&b, "rate", spec->rate);
		add_string(&b, "rate_unit",
			   spec->rate_unit == MCR_RATE_BITS ? "bit" : "packet");
		if (spec->burst)
			add_number(&b, "burst", spec->burst);
	}
	add_string(&b, "mtu", mcr_enum_name(mcr_mtu_names, spec->mtu));
	if (counters) {
		add_number(&b, "offered", output->offered);
		add_number(&b, "sent", output->sent);
		add_number(&b, "sent_bytes", output->sent_bytes);
		add(&b, "drops", json_drops(output->drops, true));
	}
	return finish(&b);
}

static struct json_object *json_outputs(const struct mcr_rule *rule,
					bool counters)
{
	struct json_object *array = json_object_new_array();
	struct json_object *output;
	unsigned int i;

	for (i = 0; array && i < rule->n_outputs; i++) {
		output = json_output(&rule->outputs[i], counters);
		if (!output || json_object_array_add(array, output)) {
			json_object_put(output);
			json_object_put(array);
			return NULL;
		}
	}
	return array;
}

static void add_match(struct builder *b, const struct mcr_match *m)
{
	add_string(b, "family", m->family == AF_INET ? "ipv4" : "ipv6");
	add_prefix(b, "group", &m->group, m->family, m->group_len);
	if (m->src_len)
		add_prefix(b, "src", &m->src, m->family, m->src_len);
	add_string(b, "proto", m->proto == MCR_PROTO_UDP ? "udp" : "any");
	if (m->dport_min) {
		add_number(b, "dport_min", m->dport_min);
		add_number(b, "dport_max", m->dport_max);
	}
	if (m->vlan)
		add_number(b, "vlan", m->vlan);
}

static void add_membership(struct builder *b, const struct mcr_rule *rule)
{
	add_string(b, "membership",
		   mcr_enum_name(mcr_membership_names, rule->membership));
	if (rule->membership_error) {
		add_number(b, "membership_errno", rule->membership_error);
		add_string(b, "membership_error",
			   strerror((int)rule->membership_error));
	}
}

static void add_counters(struct builder *b, const struct mcr_rule *rule)
{
	add_number(b, "packets", rule->packets);
	add_number(b, "bytes", rule->bytes);
	if (rule->seen)
		add_number(b, "last_seen_ms", rule->last_seen);
}

static void add_ref(struct builder *b, const struct mcr_rule *rule)
{
	add_number(b, "id", rule->id);
	if (rule->name[0])
		add_string(b, "name", rule->name);
}

static struct json_object *json_rule(const struct mcr_rule *rule, bool counters)
{
	struct builder b = { .obj = json_object_new_object() };
	const struct mcr_rule_spec *spec = &rule->spec;

	add_ref(&b, rule);
	add_string(&b, "iif", spec->iif);
	add_match(&b, &spec->match);
	add_string(&b, "mode", mcr_enum_name(mcr_mode_names, spec->mode));
	add_string(&b, "join", mcr_enum_name(mcr_join_names, spec->join));
	add_string(&b, "plane", mcr_enum_name(mcr_plane_names, spec->plane));
	if (spec->plane_since)
		add_number(&b, "plane_since", spec->plane_since);
	if (rule->missing)
		add_string(&b, "waiting_for",
			   mcr_enum_name(mcr_plane_names, rule->missing));
	add_string(&b, "latency",
		   mcr_enum_name(mcr_latency_names, spec->latency));
	add_bool(&b, "disabled", spec->disabled);
	if (rule->comment[0])
		add_string(&b, "comment", rule->comment);
	if (rule->ifindex)
		add_number(&b, "ifindex", rule->ifindex);
	add_bool(&b, "waiting", !rule->ifindex);
	add_membership(&b, rule);
	if (counters)
		add_counters(&b, rule);
	add(&b, "outputs", json_outputs(rule, counters));
	return finish(&b);
}

/**
 * mcr_json_rule - a rule with its outputs, state and counters
 * @rule: the rule
 *
 * Return: an object for the caller to put, or NULL: out of memory.
 */
struct json_object *mcr_json_rule(const struct mcr_rule *rule)
{
	return json_rule(rule, true);
}

static struct json_object *json_send_errors(const __u64 *errors)
{
	struct builder b = { .obj = json_object_new_object() };
	unsigned int i;

	for (i = 0; i <= MCR_SEND_ERROR_MAX; i++)
		if (mcr_send_error_names[i])
			add_number(&b, mcr_send_error_names[i], errors[i]);
	return finish(&b);
}

static struct json_object *json_bucket(const __u64 *buckets, unsigned int i)
{
	struct builder b = { .obj = json_object_new_object() };

	if (i < MCR_LATENCY_BUCKETS - 1)
		add_number(&b, "below_ns", mcr_latency_bound(i));
	add_number(&b, "count", buckets[i]);
	return finish(&b);
}

/* Buckets in which there is something. */
static struct json_object *json_buckets(const __u64 *buckets)
{
	struct json_object *array = json_object_new_array();
	struct json_object *bucket;
	unsigned int i;

	for (i = 0; array && i < MCR_LATENCY_BUCKETS; i++) {
		if (!buckets[i])
			continue;
		bucket = json_bucket(buckets, i);
		if (!bucket || json_object_array_add(array, bucket)) {
			json_object_put(bucket);
			json_object_put(array);
			return NULL;
		}
	}
	return array;
}

static struct json_object *json_latency(const struct mcr_worker *worker)
{
	struct builder b = { .obj = json_object_new_object() };
	const __u64 *buckets = worker->latency;

	add_number(&b, "samples", mcr_latency_count(buckets));
	add_number(&b, "sum_ns", worker->latency_sum);
	add_number(&b, "p50_ns", mcr_latency_percentile(buckets, 500));
	add_number(&b, "p90_ns", mcr_latency_percentile(buckets, 900));
	add_number(&b, "p99_ns", mcr_latency_percentile(buckets, 990));
	add_number(&b, "p99_9_ns", mcr_latency_percentile(buckets, 999));
	add(&b, "buckets", json_buckets(buckets));
	return finish(&b);
}

static void add_worker_counters(struct builder *b,
				const struct mcr_worker *worker)
{
	add_number(b, "buffers", worker->buffers);
	add_number(b, "buffer_bytes", worker->buffer_bytes);
	add_number(b, "buffers_used", worker->buffers_used);
	add_number(b, "buffers_peak", worker->buffers_peak);
	add_number(b, "pool_hits", worker->pool_hits);
	add_number(b, "pool_exhausted", worker->pool_exhausted);
	add_number(b, "receives", worker->receives);
	add_number(b, "wakeups", worker->wakeups);
	add_number(b, "syscalls", worker->syscalls);
	add_number(b, "packets", worker->packets);
	add_number(b, "truncated", worker->truncated);
	add_number(b, "lost_superpackets", worker->lost_superpackets);
	add_number(b, "receive_errors", worker->receive_errors);
	add(b, "send_errors", json_send_errors(worker->send_errors));
	add(b, "latency", json_latency(worker));
}

static struct json_object *json_worker(const struct mcr_worker *worker)
{
	struct builder b = { .obj = json_object_new_object() };

	add_number(&b, "id", worker->id);
	if (worker->pid)
		add_number(&b, "pid", worker->pid);
	add_string(&b, "loop",
		   mcr_enum_name(mcr_worker_loop_names, worker->loop));
	if (worker->why[0])
		add_string(&b, "why", worker->why);
	add_number(&b, "restarts", worker->restarts);
	add_worker_counters(&b, worker);
	return finish(&b);
}

static struct json_object *json_workers(const struct mcr_status *status)
{
	struct json_object *array = json_object_new_array();
	struct json_object *worker;
	unsigned int i;

	for (i = 0; array && i < status->n_workers; i++) {
		worker = json_worker(&status->workers[i]);
		if (!worker || json_object_array_add(array, worker)) {
			json_object_put(worker);
			json_object_put(array);
			return NULL;
		}
	}
	return array;
}

/**
 * mcr_json_status - the server
 * @status: what it told
 *
 * Return: an object for the caller to put, or NULL: out of memory.
 */
struct json_object *mcr_json_status(const struct mcr_status *status)
{
	struct builder b = { .obj = json_object_new_object() };

	add_string(&b, "plane", mcr_enum_name(mcr_plane_names, status->plane));
	add_string(&b, "authority", mcr_authority_name(status));
	add_string(&b, "version", status->version);
	add_number(&b, "protocol", MCR_GENL_VERSION);
	add_number(&b, "rules", status->rules);
	add_number(&b, "rules_max", status->rules_max);
	add_number(&b, "outputs", status->outputs);
	add_number(&b, "waiting", status->waiting);
	add_number(&b, "joins", status->joins);
	add_number(&b, "transactions", status->txns);
	add_number(&b, "generation", status->generation);
	if (status->n_workers)
		add(&b, "workers", json_workers(status));
	return finish(&b);
}

static struct json_object *json_flow(const struct mcr_flow *flow)
{
	struct builder b = { .obj = json_object_new_object() };
	unsigned int bits = mcr_addr_bits(flow->family);

	add_prefix(&b, "group", &flow->dst, flow->family, bits);
	add_prefix(&b, "src", &flow->src, flow->family, bits);
	if (flow->proto == MCR_PROTO_UDP)
		add_string(&b, "proto", "udp");
	if (flow->dport)
		add_number(&b, "dport", flow->dport);
	if (flow->vlan)
		add_number(&b, "vlan", flow->vlan);
	return finish(&b);
}

static struct json_object *json_unmatched(const struct mcr_ingress *ingress)
{
	struct json_object *array = json_object_new_array();
	struct json_object *flow;
	unsigned int i;

	for (i = 0; array && i < ingress->n_unmatched; i++) {
		flow = json_flow(&ingress->unmatched[i]);
		if (!flow || json_object_array_add(array, flow)) {
			json_object_put(flow);
			json_object_put(array);
			return NULL;
		}
	}
	return array;
}

static void add_ingress_state(struct builder *b,
			      const struct mcr_ingress *ingress)
{
	add_string(b, "dev", ingress->dev);
	if (ingress->ifindex)
		add_number(b, "ifindex", ingress->ifindex);
	add_bool(b, "waiting", !ingress->ifindex);
	add_bool(b, "hooked", ingress->hooked);
}

/**
 * mcr_json_ingress - a device that rules receive from
 * @ingress: what the server told
 *
 * Return: an object for the caller to put, or NULL: out of memory.
 */
struct json_object *mcr_json_ingress(const struct mcr_ingress *ingress)
{
	struct builder b = { .obj = json_object_new_object() };

	add_ingress_state(&b, ingress);
	add_bool(&b, "filtered", ingress->filtered);
	add_number(&b, "rules", ingress->rules);
	add_number(&b, "allmulti", ingress->allmulti);
	add_number(&b, "seen", ingress->seen);
	add_number(&b, "not_matched", ingress->not_matched);
	add_number(&b, "malformed", ingress->malformed);
	add_number(&b, "missed", ingress->missed);
	add(&b, "unmatched", json_unmatched(ingress));
	return finish(&b);
}

static struct json_object *json_ref(const struct mcr_rule *rule,
				    bool membership)
{
	struct builder b = { .obj = json_object_new_object() };

	add_ref(&b, rule);
	if (membership)
		add_membership(&b, rule);
	return finish(&b);
}

static struct json_object *json_event_output(const struct mcr_output *output,
					     bool drops)
{
	struct builder b = { .obj = json_object_new_object() };

	add_output_state(&b, output);
	if (drops)
		add(&b, "drops", json_drops(output->drops, false));
	return finish(&b);
}

static struct json_object *json_event_ingress(const struct mcr_ingress *ingress)
{
	struct builder b = { .obj = json_object_new_object() };

	add_ingress_state(&b, ingress);
	return finish(&b);
}

/**
 * mcr_json_event - a notification
 * @ev: what was told
 *
 * Return: an object for the caller to put, or NULL: out of memory.
 */
struct json_object *mcr_json_event(const struct mcr_event *ev)
{
	struct builder b = { .obj = json_object_new_object() };

	add_string(&b, "event", mcr_event_name(ev));
	add_number(&b, "generation", ev->generation);
	switch (ev->kind) {
	case MCR_EVENT_CREATED:
	case MCR_EVENT_CHANGED:
		add(&b, "rule", json_rule(&ev->rule, false));
		break;
	case MCR_EVENT_DELETED:
	case MCR_EVENT_MEMBERSHIP:
		add(&b, "rule", json_ref(&ev->rule,
					 ev->kind == MCR_EVENT_MEMBERSHIP));
		break;
	case MCR_EVENT_OUTPUT:
	case MCR_EVENT_DROP:
		add(&b, "rule", json_ref(&ev->rule, false));
		add(&b, "output",
		    json_event_output(ev->rule.outputs,
				      ev->kind == MCR_EVENT_DROP));
		break;
	case MCR_EVENT_INGRESS:
		add(&b, "ingress", json_event_ingress(&ev->ingress));
		break;
	case MCR_EVENT_NONE:
	case MCR_EVENT_MANY:
		break;
	}
	return finish(&b);
}
