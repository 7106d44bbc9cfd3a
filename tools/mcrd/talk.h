/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Talking with workers: between workers.c, which minds their processes, and
 * talk.c, which minds what is said.
 */
#ifndef MCRD_TALK_H
#define MCRD_TALK_H

#include "workers.h"

void mcrd_child_init(struct mcrd_child *w);
int mcrd_child_listen(struct mcrd_child *w);
void mcrd_child_read_log(struct mcrd_child *w);
void mcrd_workers_serve(struct mcrd_workers *ws, int timeout_ms);

void mcrd_child_fail(struct mcrd_child *w, const char *why);

#endif /* MCRD_TALK_H */
