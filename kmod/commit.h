/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Putting in force what a transaction has staged.
 */
#ifndef MCR_COMMIT_H
#define MCR_COMMIT_H

#include <linux/types.h>

struct mcr_error;
struct mcr_stage;

bool mcr_commit(struct mcr_stage *st, struct mcr_error *error);

#endif /* MCR_COMMIT_H */
