/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The relay's workers as text.
 */
#ifndef MCR_PRINT_WORKER_H
#define MCR_PRINT_WORKER_H

#include "model.h"
#include "str.h"

void mcr_print_worker_state(struct mcr_str *str,
			    const struct mcr_worker *worker);
void mcr_print_worker(struct mcr_str *str, const struct mcr_worker *worker);

#endif /* MCR_PRINT_WORKER_H */
