/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What makes packets a run, and what a run's headers are.
 */
#ifndef MCRD_WORKER_JOIN_H
#define MCRD_WORKER_JOIN_H

#include "run.h"

struct mcrd_frame;

bool mcrd_run_opens(const struct mcrd_frame *f, const struct mcr_packet *p);
bool mcrd_run_same_flow(const struct mcrd_run *run, const struct mcrd_frame *f,
			const struct mcr_packet *p);
bool mcrd_run_takes(struct mcrd_run *run, const struct mcrd_frame *f,
		    const struct mcr_packet *p);
bool mcrd_run_is_full(const struct mcrd_run *run);
void mcrd_run_start(struct mcrd_run *run, const struct mcrd_frame *f,
		    const struct mcr_packet *p);
void mcrd_run_add(struct mcrd_run *run, const struct mcrd_frame *f,
		  const struct mcr_packet *p);
void mcrd_run_finish(struct mcrd_run *run);
uint32_t mcrd_run_hash(const struct mcrd_frame *f, const struct mcr_packet *p);

#endif /* MCRD_WORKER_JOIN_H */
