/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What others are told of: changes of rules, of what they are bound to, and
 * what they drop. Whoever passes it on registers here; nobody here knows whom.
 */
#ifndef MCR_EVENT_H
#define MCR_EVENT_H

#include <linux/types.h>

struct mcr_net;
struct mcr_output;
struct mcr_port;
struct mcr_rule;

/**
 * struct mcr_event_ops - who is to be told
 * @rule: a rule was created (or else changed)
 * @rule_gone: a rule is being deleted; it still can be looked at
 * @ingress: a device that rules receive from came, went or changed its hook
 * @output: an output was bound to its device or lost it; or, with @reasons (bit
 *	by enum mcr_drop), dropped for these for the first time
 * @member: the membership of a rule changed
 * @many: more changed than is told one by one
 *
 * All are called in process context under mcr_net.lock, device notifiers with
 * RTNL held, too: in the order of the changes. They may sleep for memory, and
 * must not change anything.
 */
struct mcr_event_ops {
	void (*rule)(struct mcr_net *mn, const struct mcr_rule *rule,
		     bool created);
	void (*rule_gone)(struct mcr_net *mn, const struct mcr_rule *rule);
	void (*ingress)(struct mcr_net *mn, const struct mcr_port *port);
	void (*output)(struct mcr_net *mn, const struct mcr_rule *rule,
		       const struct mcr_output *out, u32 reasons);
	void (*member)(struct mcr_net *mn, const struct mcr_rule *rule);
	void (*many)(struct mcr_net *mn);
};

void mcr_event_register(const struct mcr_event_ops *ops);
void mcr_event_unregister(void);

void mcr_event_init(struct mcr_net *mn);
void mcr_event_exit(struct mcr_net *mn);

/* For those who change something, under mcr_net.lock. */
void mcr_event_begin(struct mcr_net *mn, u32 n);
void mcr_event_end(struct mcr_net *mn);
void mcr_event_rule(struct mcr_net *mn, struct mcr_rule *rule, bool created);
void mcr_event_rule_gone(struct mcr_net *mn, struct mcr_rule *rule);
void mcr_event_member(struct mcr_net *mn, struct mcr_rule *rule);
void mcr_event_port(struct mcr_net *mn, struct mcr_port *port);
void mcr_event_many(struct mcr_net *mn);

#endif /* MCR_EVENT_H */
