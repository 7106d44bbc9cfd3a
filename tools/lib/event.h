/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a server tells of its own accord.
 */
#ifndef MCR_EVENT_H
#define MCR_EVENT_H

#include "error.h"
#include "msg.h"
#include "str.h"

/**
 * enum mcr_event_kind - what is told
 * @MCR_EVENT_NONE: nothing that this version knows
 * @MCR_EVENT_CREATED: a rule is new: all of it
 * @MCR_EVENT_CHANGED: a rule has changed: all of it
 * @MCR_EVENT_DELETED: a rule is gone: its id and name
 * @MCR_EVENT_INGRESS: an ingress device came, went or changed its hook
 * @MCR_EVENT_OUTPUT: an output was bound or lost its device: one output of the
 *	rule, whose id and name there are
 * @MCR_EVENT_DROP: an output dropped for the first time: likewise
 * @MCR_EVENT_MEMBERSHIP: a rule's membership changed: likewise
 * @MCR_EVENT_MANY: more than is told singly
 */
enum mcr_event_kind {
	MCR_EVENT_NONE,
	MCR_EVENT_CREATED,
	MCR_EVENT_CHANGED,
	MCR_EVENT_DELETED,
	MCR_EVENT_INGRESS,
	MCR_EVENT_OUTPUT,
	MCR_EVENT_DROP,
	MCR_EVENT_MEMBERSHIP,
	MCR_EVENT_MANY,
};

/**
 * struct mcr_event - a notification
 * @kind: what is told; with @more: not known yet
 * @more: the next message goes on with it
 * @generation: of the rule set
 * @rule: what is told of a rule; freed by mcr_event_free()
 * @ingress: what is told of a device
 */
struct mcr_event {
	enum mcr_event_kind kind;
	bool more;
	__u32 generation;
	struct mcr_rule rule;
	struct mcr_ingress ingress;
};

void mcr_event_clear(struct mcr_event *ev);
void mcr_event_free(struct mcr_event *ev);
int mcr_event_read(struct mcr_event *ev, struct nlmsghdr *nlh,
		   struct mcr_error *err);
bool mcr_event_is_of_rule(const struct mcr_event *ev);
const char *mcr_event_name(const struct mcr_event *ev);
void mcr_event_print(struct mcr_str *str, const struct mcr_event *ev);

#endif /* MCR_EVENT_H */
