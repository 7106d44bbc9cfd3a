/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How many rules there may be.
 */
#ifndef MCR_QUOTA_H
#define MCR_QUOTA_H

#include "table.h"

int mcr_quota_init(struct mcr_net *mn);
void mcr_quota_exit(struct mcr_net *mn);
enum mcr_refusal mcr_quota_take(struct mcr_net *mn);
void mcr_quota_give(struct mcr_net *mn);
u32 mcr_quota_max(const struct mcr_net *mn);

#endif /* MCR_QUOTA_H */
