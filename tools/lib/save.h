/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The rules in force, as statements that mcr_ruleset_read() reads.
 */
#ifndef MCR_SAVE_H
#define MCR_SAVE_H

#include <stdio.h>

#include "client.h"

int mcr_save(struct mcr_client *client, FILE *file, struct mcr_error *err);

#endif /* MCR_SAVE_H */
