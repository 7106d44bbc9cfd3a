/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Of the flows that no rule took, the one that comes nearest to a rule.
 */
#ifndef MCR_NEAREST_H
#define MCR_NEAREST_H

#include "model.h"
#include "str.h"

/* The group, in any way. */
#define MCR_MISS_ANY_GROUP \
	((unsigned int)(MCR_MISS_FAMILY | MCR_MISS_GROUP | MCR_MISS_LOCAL))

/**
 * struct mcr_nearest - a flow, compared with a rule
 * @flow: the flow, of the ingress device; NULL: there is none
 * @misses: bits of enum mcr_miss: what of it the rule does not take
 */
struct mcr_nearest {
	const struct mcr_flow *flow;
	unsigned int misses;
};

void mcr_nearest_find(struct mcr_nearest *nearest, const struct mcr_match *m,
		      const struct mcr_ingress *ingress);
void mcr_nearest_print(struct mcr_str *str, const struct mcr_nearest *nearest,
		       const struct mcr_match *m);

#endif /* MCR_NEAREST_H */
