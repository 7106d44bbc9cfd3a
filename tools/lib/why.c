// SPDX-License-Identifier: GPL-2.0
/*
 * Why a rule forwards nothing: the first thing on the way of a packet that is
 * missing, in one sentence.
 */
#include "why.h"

#include <string.h>

#include "nearest.h"
#include "print.h"

/* For how long nothing may match before that is told, in milliseconds. */
#define QUIET	60000

/* Is it time to say that packets matched once, and do no more? */
static bool is_quiet(const struct mcr_rule *rule)
{
	return rule->seen && rule->last_seen >= QUIET;
}

/**
 * mcr_why_wants_others - is it of use to know the other rules of the device?
 * @why: what is known
 *
 * Return: true if mcr_why_consider() should see them.
 */
bool mcr_why_wants_others(const struct mcr_why *why)
{
	const struct mcr_rule *rule = why->rule;

	return !rule->spec.disabled && rule->ifindex && why->ingress->seen &&
	       (!rule->packets || is_quiet(rule));
}

/* Are all packets of a match, which overlaps with another, of that, too? */
static bool is_within(const struct mcr_match *m, const struct mcr_match *wide)
{
	if (m->group_len < wide->group_len || m->src_len < wide->src_len ||
	    (wide->proto == MCR_PROTO_UDP && m->proto != MCR_PROTO_UDP))
		return false;
	return !wide->dport_min || (m->dport_min >= wide->dport_min &&
				    m->dport_max <= wide->dport_max);
}

/**
 * mcr_why_consider - look if another rule takes the rule's packets
 * @why: what is known
 * @other: a rule, as the server told it
 */
void mcr_why_consider(struct mcr_why *why, const struct mcr_rule *other)
{
	const struct mcr_match *m = &why->rule->spec.match;
	struct mcr_rival rival = {
		.id = other->id,
		.packets = other->packets,
		.last_seen = other->last_seen,
	};

	if (!other->packets || other->spec.disabled ||
	    strcmp(other->spec.iif, why->rule->spec.iif) ||
	    !mcr_match_shadows(&other->spec.match, m))
		return;
	/* When packets still matched it took none of them. */
	if (why->rule->seen && other->last_seen >= why->rule->last_seen)
		return;
	rival.certain = is_within(&other->spec.match, m);
	if (why->rival.id &&
	    (why->rival.certain > rival.certain ||
	     (why->rival.certain == rival.certain &&
	      why->rival.last_seen <= rival.last_seen)))
		return;
	memcpy(rival.name, other->name, sizeof(rival.name));
	why->rival = rival;
}

static void add_rival(struct mcr_str *str, const struct mcr_rival *rival)
{
	mcr_str_add(str, ": rule ");
	if (rival->name[0])
		mcr_str_addf(str, "'%s' (id %u)", rival->name, rival->id);
	else
		mcr_str_addf(str, "id %u", rival->id);
	mcr_str_addf(str, ", which is more specific, took %llu packets%s, the last one ",
		     rival->packets, rival->certain ?
		     " that this one would match" :
		     ", and this one may match some of them");
	mcr_print_duration(str, rival->last_seen);
	mcr_str_add(str, " ago");
}

/* That nobody can be blamed on this side of the wire. */
static void add_joined(struct mcr_str *str, const struct mcr_rule *rule)
{
	if (rule->membership == MCR_MEMBERSHIP_JOINED)
		mcr_str_add(str, ", although the group is joined");
}

static void why_not_matched(struct mcr_str *str, const struct mcr_why *why)
{
	const struct mcr_ingress *ingress = why->ingress;
	const struct mcr_match *m = &why->rule->spec.match;
	struct mcr_nearest nearest;

	mcr_nearest_find(&nearest, m, ingress);
	mcr_str_addf(str, "%llu frames came in on ", ingress->seen);
	mcr_str_word(str, why->rule->spec.iif);
	if (!why->rival.id && nearest.flow && !nearest.misses) {
		mcr_str_add(str, ", none since the rule is there");
	} else {
		mcr_str_add(str, ", none for this rule");
		if (why->rival.id)
			add_rival(str, &why->rival);
		else if (!nearest.flow || (nearest.misses & MCR_MISS_ANY_GROUP))
			add_joined(str, why->rule);
		if (nearest.misses) {
			mcr_str_addf(str, "; %sthe nearest has ",
				     why->rival.id ? "of the others " : "");
			mcr_nearest_print(str, &nearest, m);
		} else if (!why->rival.id) {
			mcr_str_add(str, ": they are other rules', or no multicast");
		}
	}
	if (ingress->malformed)
		mcr_str_addf(str, "; %llu were malformed",
			     ingress->malformed);
}

/* Before a packet can match. */
static bool why_no_packets(struct mcr_str *str, const struct mcr_why *why)
{
	const struct mcr_ingress *ingress = why->ingress;
	const struct mcr_rule *rule = why->rule;
	const char *iif = rule->spec.iif;

	if (rule->spec.disabled) {
		mcr_str_add(str, "the rule is disabled");
	} else if (!rule->ifindex) {
		mcr_str_add(str, "there is no device ");
		mcr_str_word(str, iif);
	} else if (!ingress->hooked) {
		mcr_str_add(str, "the ingress hook could not be set on ");
		mcr_str_word(str, iif);
	} else if (rule->packets) {
		return false;
	} else if (rule->membership == MCR_MEMBERSHIP_FAILED) {
		mcr_str_add(str, "the group could not be joined on ");
		mcr_str_word(str, iif);
		mcr_str_addf(str, ": %s",
			     strerror((int)rule->membership_error));
	} else if (!ingress->seen) {
		mcr_str_add(str, "no frame has come in on ");
		mcr_str_word(str, iif);
		add_joined(str, rule);
	} else {
		why_not_matched(str, why);
	}
	return true;
}

static unsigned int main_drop(const struct mcr_output *output)
{
	unsigned int i, most = 0;

	for (i = 0; i <= MCR_DROP_MAX; i++)
		if (output->drops[i] > output->drops[most])
			most = i;
	return most;
}

/* Once packets match: what of the outputs has sent nothing. */
static bool why_not_sent(struct mcr_str *str, const struct mcr_rule *rule)
{
	const char *before = "nothing was sent";
	unsigned int i, drop;

	for (i = 0; i < rule->n_outputs; i++) {
		const struct mcr_output *output = &rule->outputs[i];

		if (output->sent || (output->ifindex && !output->offered))
			continue;
		drop = main_drop(output);
		mcr_str_addf(str, "%s to ", before);
		mcr_str_word(str, output->spec.dev);
		if (!output->ifindex)
			mcr_str_add(str, ": there is no such Ethernet device");
		else if (drop)
			mcr_str_addf(str, ": %s", mcr_drop_names[drop]);
		before = "; nothing";
	}
	return before[0] == ';';
}

/* Packets matched, and were sent, but that is a while ago. */
static bool why_quiet(struct mcr_str *str, const struct mcr_why *why)
{
	const struct mcr_match *m = &why->rule->spec.match;
	struct mcr_nearest nearest;

	if (!is_quiet(why->rule))
		return false;
	mcr_str_add(str, "no packet has matched for ");
	mcr_print_duration(str, why->rule->last_seen);
	if (why->rival.id) {
		add_rival(str, &why->rival);
		return true;
	}
	add_joined(str, why->rule);
	mcr_nearest_find(&nearest, m, why->ingress);
	/* Other groups are nothing new. */
	if (!nearest.misses || (nearest.misses & MCR_MISS_ANY_GROUP))
		return true;
	mcr_str_add(str, "; the nearest that no rule took has ");
	mcr_nearest_print(str, &nearest, m);
	return true;
}

/**
 * mcr_why - append what keeps a rule from forwarding
 * @str: the text to append to: one sentence, no newline
 * @why: what is known
 *
 * Return: false if nothing does: nothing is appended then.
 */
bool mcr_why(struct mcr_str *str, const struct mcr_why *why)
{
	return why_no_packets(str, why) || why_not_sent(str, why->rule) ||
	       why_quiet(str, why);
}
