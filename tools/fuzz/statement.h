/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a rule that was read must be like.
 */
#ifndef MCR_FUZZ_STATEMENT_H
#define MCR_FUZZ_STATEMENT_H

#include "../lib/model.h"

void fuzz_round_trip(const struct mcr_rule *rule);

#endif /* MCR_FUZZ_STATEMENT_H */
