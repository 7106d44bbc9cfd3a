/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Why a rule forwards nothing, or not all.
 */
#ifndef MCR_WHY_H
#define MCR_WHY_H

#include "model.h"
#include "str.h"

bool mcr_why(struct mcr_str *str, const struct mcr_rule *rule,
	     const struct mcr_ingress *ingress);

#endif /* MCR_WHY_H */
