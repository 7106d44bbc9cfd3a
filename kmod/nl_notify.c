// SPDX-License-Identifier: GPL-2.0
/*
 * Notifications of the protocol: what event.c tells, as messages to those who
 * listen in the namespace.
 *
 * All of this runs under mcr_net.lock, so that messages leave in the order of
 * the changes. A change is never refused because it could not be told: whoever
 * misses a message gets ENOBUFS from the socket. The core does that where a
 * listener is too slow; where there is no memory for the message, it is done
 * here, to all listeners.
 */
#include <net/genetlink.h>

#include "event.h"
#include "nl_notify.h"
#include "nl_put.h"

/* The one multicast group of the family. */
#define MCR_NTF_GROUP	0

/* Set before the first call and for as long as there are any. */
static const struct genl_family *mcr_ntf_family;

static bool mcr_ntf_heard(const struct mcr_net *mn)
{
	return genl_has_listeners(mcr_ntf_family, mn->net, MCR_NTF_GROUP);
}

static struct sk_buff *mcr_ntf_new(u8 cmd, int flags, void **hdr)
{
	struct sk_buff *skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);

	if (!skb)
		return NULL;
	*hdr = genlmsg_put(skb, 0, 0, mcr_ntf_family, flags, cmd);
	if (!*hdr) {
		nlmsg_free(skb);
		return NULL;
	}
	return skb;
}

static void mcr_ntf_lost(const struct mcr_net *mn)
{
	genl_set_err(mcr_ntf_family, mn->net, 0, MCR_NTF_GROUP, -ENOBUFS);
}

/* Send a message and consume it, unless filling it failed with @err. */
static int mcr_ntf_send(const struct mcr_net *mn, struct sk_buff *skb,
			void *hdr, int err)
{
	if (err) {
		nlmsg_free(skb);
		mcr_ntf_lost(mn);
		return err;
	}
	genlmsg_end(skb, hdr);
	/* Whom it does not reach has been told so by the core. */
	genlmsg_multicast_netns(mcr_ntf_family, mn->net, skb, 0, MCR_NTF_GROUP,
				GFP_KERNEL);
	return 0;
}

/* All of a rule, in as many messages as it takes. */
static void mcr_ntf_rule(struct mcr_net *mn, const struct mcr_rule *rule,
			 bool created)
{
	int flags = created ? NLM_F_CREATE : NLM_F_REPLACE;
	u32 output = 0;
	int err;

	if (!mcr_ntf_heard(mn))
		return;
	do {
		struct sk_buff *skb;
		void *hdr;

		skb = mcr_ntf_new(MCR_CMD_RULE_NTF, flags, &hdr);
		if (!skb) {
			mcr_ntf_lost(mn);
			return;
		}
		err = mcr_nl_put_rule(skb, mn, rule, false, &output);
		err = mcr_ntf_send(mn, skb, hdr, err);
	} while (!err && output);
}

static void mcr_ntf_rule_ref(struct mcr_net *mn, const struct mcr_rule *rule,
			     u8 cmd)
{
	struct sk_buff *skb;
	void *hdr;

	if (!mcr_ntf_heard(mn))
		return;
	skb = mcr_ntf_new(cmd, 0, &hdr);
	if (skb)
		mcr_ntf_send(mn, skb, hdr,
			     mcr_nl_put_rule_ref(skb, mn, rule,
						 cmd == MCR_CMD_MEMBER_NTF));
	else
		mcr_ntf_lost(mn);
}

static void mcr_ntf_rule_gone(struct mcr_net *mn, const struct mcr_rule *rule)
{
	mcr_ntf_rule_ref(mn, rule, MCR_CMD_RULE_DEL_NTF);
}

static void mcr_ntf_member(struct mcr_net *mn, const struct mcr_rule *rule)
{
	mcr_ntf_rule_ref(mn, rule, MCR_CMD_MEMBER_NTF);
}

static void mcr_ntf_ingress(struct mcr_net *mn, const struct mcr_port *port)
{
	struct sk_buff *skb;
	void *hdr;

	if (!mcr_ntf_heard(mn))
		return;
	skb = mcr_ntf_new(MCR_CMD_INGRESS_NTF, 0, &hdr);
	if (skb)
		mcr_ntf_send(mn, skb, hdr,
			     mcr_nl_put_ingress(skb, mn, port, false));
	else
		mcr_ntf_lost(mn);
}

static void mcr_ntf_output(struct mcr_net *mn, const struct mcr_rule *rule,
			   const struct mcr_output *out, u32 reasons)
{
	struct sk_buff *skb;
	void *hdr;

	if (!mcr_ntf_heard(mn))
		return;
	skb = mcr_ntf_new(MCR_CMD_OUTPUT_NTF, 0, &hdr);
	if (skb)
		mcr_ntf_send(mn, skb, hdr,
			     mcr_nl_put_rule_output(skb, mn, rule, out,
						    reasons));
	else
		mcr_ntf_lost(mn);
}

static void mcr_ntf_many(struct mcr_net *mn)
{
	struct sk_buff *skb;
	void *hdr;

	if (!mcr_ntf_heard(mn))
		return;
	skb = mcr_ntf_new(MCR_CMD_GENERATION_NTF, 0, &hdr);
	if (skb)
		mcr_ntf_send(mn, skb, hdr,
			     nla_put_u32(skb, MCR_A_GENERATION,
					 mn->generation));
	else
		mcr_ntf_lost(mn);
}

static const struct mcr_event_ops mcr_ntf_ops = {
	.rule = mcr_ntf_rule,
	.rule_gone = mcr_ntf_rule_gone,
	.ingress = mcr_ntf_ingress,
	.output = mcr_ntf_output,
	.member = mcr_ntf_member,
	.many = mcr_ntf_many,
};

/**
 * mcr_nl_notify_init - begin to notify
 * @family: whose group they go to; registered
 */
void mcr_nl_notify_init(const struct genl_family *family)
{
	mcr_ntf_family = family;
	mcr_event_register(&mcr_ntf_ops);
}

/**
 * mcr_nl_notify_exit - notify no more
 *
 * The family is still registered: its group may be another's afterwards.
 */
void mcr_nl_notify_exit(void)
{
	mcr_event_unregister();
}
