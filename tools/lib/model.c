// SPDX-License-Identifier: GPL-2.0
/*
 * Rules as users and servers see them; see model.h.
 */
#include "model.h"

#include <stdlib.h>
#include <string.h>

const char *const mcr_mode_names[] = { "pass", "consume", NULL };
const char *const mcr_join_names[] = { "auto", "none", NULL };
const char *const mcr_plane_names[] = { "auto", "kernel", "relay", NULL };
const char *const mcr_latency_names[] = { "auto", "low", NULL };
const char *const mcr_mac_names[] = { "auto", "keep", NULL };
const char *const mcr_mtu_names[] = { "drop", "fragment", NULL };
const char *const mcr_membership_names[] = {
	"none", "joined", "allmulti", "failed", NULL
};

/* Indexed by enum mcr_drop; the first two are no reasons. */
const char *const mcr_drop_names[MCR_DROP_MAX + 1] = {
	[MCR_DROP_NO_DEVICE] = "no-device",
	[MCR_DROP_DEVICE_DOWN] = "device-down",
	[MCR_DROP_MTU] = "mtu",
	[MCR_DROP_TTL] = "ttl",
	[MCR_DROP_RATE] = "rate",
	[MCR_DROP_QUEUE_FULL] = "queue-full",
	[MCR_DROP_NO_MEMORY] = "no-memory",
	[MCR_DROP_NEIGHBOUR] = "neighbour",
	[MCR_DROP_NO_SOURCE] = "no-source",
	[MCR_DROP_LOOP] = "loop",
	[MCR_DROP_FRAGMENT] = "fragment",
	[MCR_DROP_MALFORMED] = "malformed",
	[MCR_DROP_SUPERPACKET] = "superpacket",
};

const char *const mcr_worker_loop_names[] = {
	"unknown", "io_uring", "mmsg", "sqpoll", NULL
};

/* Indexed by enum mcr_send_error; the first two are no errors. */
const char *const mcr_send_error_names[MCR_SEND_ERROR_MAX + 1] = {
	[MCR_SEND_ERROR_QUEUE_FULL] = "queue-full",
	[MCR_SEND_ERROR_DEVICE] = "device",
	[MCR_SEND_ERROR_TOO_BIG] = "too-big",
	[MCR_SEND_ERROR_NO_MEMORY] = "no-memory",
	[MCR_SEND_ERROR_DENIED] = "denied",
	[MCR_SEND_ERROR_INVALID] = "invalid",
	[MCR_SEND_ERROR_CANCELLED] = "cancelled",
	[MCR_SEND_ERROR_OTHER] = "other",
};

/**
 * mcr_enum_name - the name of a value
 * @names: names by value, a NULL at the end
 * @value: the value
 *
 * Return: its name, or "unknown" for a value this version does not know.
 */
const char *mcr_enum_name(const char *const *names, unsigned int value)
{
	unsigned int i;

	for (i = 0; names[i]; i++)
		if (i == value)
			return names[i];
	return "unknown";
}

/**
 * mcr_rule_init - an empty rule of default values
 * @rule: to be freed by mcr_rule_release()
 */
void mcr_rule_init(struct mcr_rule *rule)
{
	memset(rule, 0, sizeof(*rule));
	rule->spec.match.proto = MCR_PROTO_UDP;
}

/**
 * mcr_rule_release - free what a rule owns
 * @rule: the rule; empty afterwards
 */
void mcr_rule_release(struct mcr_rule *rule)
{
	free(rule->outputs);
	mcr_rule_init(rule);
}

/**
 * mcr_rule_add_output - append an output of default values
 * @rule: the rule that will own it
 *
 * Return: the output, good until the next one is added; NULL: out of memory.
 */
struct mcr_output *mcr_rule_add_output(struct mcr_rule *rule)
{
	struct mcr_output *outputs;
	unsigned int room;

	if (rule->n_outputs == rule->room) {
		room = rule->room ? rule->room * 2 : 4;
		outputs = reallocarray(rule->outputs, room, sizeof(*outputs));
		if (!outputs)
			return NULL;
		rule->outputs = outputs;
		rule->room = room;
	}
	outputs = &rule->outputs[rule->n_outputs++];
	memset(outputs, 0, sizeof(*outputs));
	return outputs;
}

/**
 * mcr_status_free - free what a status owns
 * @status: the status; it has no workers afterwards
 */
void mcr_status_free(struct mcr_status *status)
{
	free(status->workers);
	status->workers = NULL;
	status->n_workers = 0;
}

/**
 * mcr_status_add_worker - append a worker that has counted nothing
 * @status: the status that will own it
 *
 * Return: the worker, good until the next one is added; NULL: out of memory.
 */
struct mcr_worker *mcr_status_add_worker(struct mcr_status *status)
{
	struct mcr_worker *workers;

	workers = reallocarray(status->workers, status->n_workers + 1,
			       sizeof(*workers));
	if (!workers)
		return NULL;
	status->workers = workers;
	workers = &workers[status->n_workers++];
	memset(workers, 0, sizeof(*workers));
	return workers;
}

static bool has_output(const struct mcr_rule *rule, unsigned int hint,
		       const struct mcr_output_spec *spec)
{
	unsigned int i;

	/* Mostly the order is the same. */
	if (mcr_output_equal(&rule->outputs[hint].spec, spec))
		return true;
	for (i = 0; i < rule->n_outputs; i++)
		if (mcr_output_equal(&rule->outputs[i].spec, spec))
			return true;
	return false;
}

/**
 * mcr_rule_same - do two rules say the same?
 * @a: a sound rule, whose outputs all differ
 * @b: another
 *
 * The order of outputs, ids and counters do not matter.
 *
 * Return: true if so.
 */
bool mcr_rule_same(const struct mcr_rule *a, const struct mcr_rule *b)
{
	unsigned int i;

	if (strcmp(a->spec.iif, b->spec.iif) ||
	    !mcr_match_equal(&a->spec.match, &b->spec.match) ||
	    strcmp(a->name, b->name) || strcmp(a->comment, b->comment) ||
	    a->spec.mode != b->spec.mode || a->spec.join != b->spec.join ||
	    a->spec.plane != b->spec.plane ||
	    a->spec.latency != b->spec.latency ||
	    a->spec.disabled != b->spec.disabled ||
	    a->n_outputs != b->n_outputs)
		return false;
	for (i = 0; i < a->n_outputs; i++)
		if (!has_output(b, i, &a->outputs[i].spec))
			return false;
	return true;
}

static const struct {
	const char *text;
	unsigned int attr;
} faults[] = {
	[MCR_FAULT_NONE] = { "", 0 },
#define FAULT(code, attribute, sentence)	\
	[MCR_FAULT_##code] = { sentence, attribute },
	MCR_RULE_FAULTS(FAULT)
	MCR_OUTPUT_FAULTS(FAULT)
#undef FAULT
};

/**
 * mcr_fault_text - what is wrong, in a sentence
 * @fault: what is wrong
 *
 * Return: the sentence that the servers send for it, too.
 */
const char *mcr_fault_text(enum mcr_fault fault)
{
	return faults[fault].text;
}

/**
 * mcr_fault_attr - which attribute is wrong
 * @fault: what is wrong
 *
 * Return: of enum mcr_rule_attr or enum mcr_output_attr, whichever it is about.
 */
unsigned int mcr_fault_attr(enum mcr_fault fault)
{
	return faults[fault].attr;
}

/**
 * mcr_authority_name - whose rules are in force
 * @status: what a server told
 *
 * Return: "kernel", "relay" or "both".
 */
const char *mcr_authority_name(const struct mcr_status *status)
{
	switch (status->authority) {
	case MCR_AUTHORITY_FOLLOWS:
		return mcr_enum_name(mcr_plane_names, MCR_PLANE_KERNEL);
	case MCR_AUTHORITY_BOTH:
		return "both";
	default:
		return mcr_enum_name(mcr_plane_names, status->plane);
	}
}
