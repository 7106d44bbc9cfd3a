// SPDX-License-Identifier: GPL-2.0
/*
 * Notifications: read and printed; see event.h.
 */
#include "event.h"

#include <linux/netlink.h>
#include <string.h>

#include "print.h"

/**
 * mcr_event_clear - before a notification comes
 * @ev: to be freed by mcr_event_free()
 */
void mcr_event_clear(struct mcr_event *ev)
{
	memset(ev, 0, sizeof(*ev));
	mcr_rule_init(&ev->rule);
}

/**
 * mcr_event_free - free what a notification owns
 * @ev: the notification; as of mcr_event_clear() afterwards
 */
void mcr_event_free(struct mcr_event *ev)
{
	mcr_rule_release(&ev->rule);
	mcr_event_clear(ev);
}

static bool dropped(const struct mcr_output *output)
{
	unsigned int i;

	for (i = 0; i <= MCR_DROP_MAX; i++)
		if (output->drops[i])
			return true;
	return false;
}

static int read_output(struct mcr_event *ev, struct nlmsghdr *nlh,
		       struct mcr_error *err)
{
	if (mcr_msg_parse_part(nlh, &ev->rule, err))
		return -1;
	if (ev->rule.n_outputs != 1)
		return mcr_error_set(err, MCR_ERROR_SYSTEM,
				     "the server's notification cannot be read: it is not about one output");
	ev->kind = dropped(ev->rule.outputs) ? MCR_EVENT_DROP :
					       MCR_EVENT_OUTPUT;
	return 0;
}

/**
 * mcr_event_read - read a notification, or more of it
 * @ev: where to put it; as of mcr_event_clear(), unless @ev->more says that the
 *	message goes on with it
 * @nlh: the message
 * @err: where to say what is wrong
 *
 * Return: 0, or -1 and an error.
 */
int mcr_event_read(struct mcr_event *ev, struct nlmsghdr *nlh,
		   struct mcr_error *err)
{
	int cmd = mcr_msg_cmd(nlh);

	if (ev->more && cmd != MCR_CMD_RULE_NTF)
		return mcr_error_set(err, MCR_ERROR_SYSTEM,
				     "the server's notification cannot be read: a rule's outputs do not go on");
	if (cmd < MCR_CMD_RULE_NTF || cmd > MCR_CMD_GENERATION_NTF)
		return 0;
	if (mcr_msg_parse_generation(nlh, &ev->generation, err))
		return -1;
	switch (cmd) {
	case MCR_CMD_RULE_NTF:
		ev->kind = nlh->nlmsg_flags & NLM_F_CREATE ?
			   MCR_EVENT_CREATED : MCR_EVENT_CHANGED;
		return mcr_msg_parse_rule(nlh, &ev->rule, &ev->more, err);
	case MCR_CMD_RULE_DEL_NTF:
		ev->kind = MCR_EVENT_DELETED;
		return mcr_msg_parse_part(nlh, &ev->rule, err);
	case MCR_CMD_INGRESS_NTF:
		ev->kind = MCR_EVENT_INGRESS;
		return mcr_msg_parse_ingress(nlh, &ev->ingress, err);
	case MCR_CMD_OUTPUT_NTF:
		return read_output(ev, nlh, err);
	case MCR_CMD_MEMBER_NTF:
		ev->kind = MCR_EVENT_MEMBERSHIP;
		return mcr_msg_parse_part(nlh, &ev->rule, err);
	default:
		ev->kind = MCR_EVENT_MANY;
		return 0;
	}
}

/**
 * mcr_event_is_of_rule - is it about what a rule says?
 * @ev: the notification
 *
 * Return: true if so; it moved the generation then.
 */
bool mcr_event_is_of_rule(const struct mcr_event *ev)
{
	return ev->kind == MCR_EVENT_CREATED ||
	       ev->kind == MCR_EVENT_CHANGED || ev->kind == MCR_EVENT_DELETED;
}

/**
 * mcr_event_name - what happened, in a word
 * @ev: the notification
 *
 * Return: the word, as text and JSON have it.
 */
const char *mcr_event_name(const struct mcr_event *ev)
{
	switch (ev->kind) {
	case MCR_EVENT_CREATED:
		return "created";
	case MCR_EVENT_CHANGED:
		return "changed";
	case MCR_EVENT_DELETED:
		return "deleted";
	case MCR_EVENT_INGRESS:
		return "ingress";
	case MCR_EVENT_OUTPUT:
		return ev->rule.outputs[0].ifindex ? "bound" : "waiting";
	case MCR_EVENT_DROP:
		return "dropped";
	case MCR_EVENT_MEMBERSHIP:
		return "membership";
	case MCR_EVENT_MANY:
		return "many";
	case MCR_EVENT_NONE:
		break;
	}
	return "unknown";
}

static void print_ref(struct mcr_str *str, const struct mcr_rule *rule)
{
	if (rule->name[0]) {
		mcr_str_add(str, " rule name ");
		mcr_str_word(str, rule->name);
	} else {
		mcr_str_addf(str, " rule id %u", rule->id);
	}
}

static void print_output(struct mcr_str *str, const struct mcr_output *output)
{
	const char *before = ": ";
	unsigned int i;

	mcr_str_addf(str, " output %u to ", output->id);
	mcr_str_word(str, output->spec.dev);
	for (i = 0; i <= MCR_DROP_MAX; i++) {
		if (!mcr_drop_names[i] || !output->drops[i])
			continue;
		mcr_str_addf(str, "%s%s %llu", before, mcr_drop_names[i],
			     output->drops[i]);
		before = ", ";
	}
}

static const char *ingress_state(const struct mcr_ingress *ingress)
{
	if (ingress->hooked)
		return "hooked";
	return ingress->ifindex ? "unhooked" : "waiting";
}

/**
 * mcr_event_print - append a notification as a line without its end
 * @str: the text to append to
 * @ev: what was told
 */
void mcr_event_print(struct mcr_str *str, const struct mcr_event *ev)
{
	const struct mcr_rule *rule = &ev->rule;

	mcr_str_add(str, mcr_event_name(ev));
	switch (ev->kind) {
	case MCR_EVENT_CREATED:
	case MCR_EVENT_CHANGED:
		mcr_str_add(str, " ");
		mcr_print_rule(str, rule, " ");
		mcr_str_add(str, "  # ");
		mcr_print_state(str, rule);
		return;
	case MCR_EVENT_INGRESS:
		mcr_str_add(str, " ");
		mcr_str_word(str, ev->ingress.dev);
		mcr_str_addf(str, " %s", ingress_state(&ev->ingress));
		return;
	case MCR_EVENT_NONE:
	case MCR_EVENT_MANY:
		return;
	case MCR_EVENT_MEMBERSHIP:
		print_ref(str, rule);
		mcr_str_addf(str, " %s", mcr_enum_name(mcr_membership_names,
						       rule->membership));
		if (rule->membership_error)
			mcr_str_addf(str, ": %s",
				     strerror((int)rule->membership_error));
		break;
	case MCR_EVENT_DELETED:
		print_ref(str, rule);
		break;
	case MCR_EVENT_OUTPUT:
	case MCR_EVENT_DROP:
		print_ref(str, rule);
		print_output(str, rule->outputs);
		break;
	}
	if (rule->name[0])
		mcr_str_addf(str, "  # id %u", rule->id);
}
