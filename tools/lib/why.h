/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Why a rule forwards nothing, or not all.
 */
#ifndef MCR_WHY_H
#define MCR_WHY_H

#include "model.h"
#include "str.h"

/**
 * struct mcr_rival - another rule that takes packets a rule could take
 * @name: its name; empty: none
 * @certain: all that it takes the rule would take; else perhaps some of it
 * @id: its id; 0: there is none
 * @packets: packets matched
 * @last_seen: milliseconds since the last match
 */
struct mcr_rival {
	char name[MCR_NAME_MAX + 1];
	bool certain;
	__u32 id;
	__u64 packets;
	__u64 last_seen;
};

/**
 * struct mcr_why - what is known of a rule and its surroundings
 * @rule: the rule, as the server told it
 * @ingress: its ingress device, as the server told it
 * @rival: filled in by mcr_why_consider(); zeroed at first
 */
struct mcr_why {
	const struct mcr_rule *rule;
	const struct mcr_ingress *ingress;
	struct mcr_rival rival;
};

bool mcr_why_wants_others(const struct mcr_why *why);
void mcr_why_consider(struct mcr_why *why, const struct mcr_rule *other);
bool mcr_why(struct mcr_str *str, const struct mcr_why *why);

#endif /* MCR_WHY_H */
