/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Gathering: packets of a batch become runs, by flow. The order within a flow
 * stays what it was, and nothing waits longer than to the end of its batch.
 */
#ifndef MCRD_WORKER_GATHER_H
#define MCRD_WORKER_GATHER_H

#include "run.h"

struct mcrd_frame;
struct mcrd_rule_in;
struct mcrd_worker;

/* Slots of the table, and runs that may be in it, so that it is half empty. */
#define MCRD_GATHER_SLOTS	512U
#define MCRD_GATHER_RUNS	256U

/**
 * struct mcrd_slot - a slot of the table
 * @run: the run of a flow; NULL: it was sent
 * @used: this batch
 */
struct mcrd_slot {
	struct mcrd_run *run;
	bool used;
};

/**
 * struct mcrd_gather - runs that are open
 * @slot: by hash of the flow, the next one where that is taken
 * @order: slots that are @used, in the order of their first packets
 * @n: number of @order
 * @open: runs that are open, by the outputs that they are for
 * @free: runs that are not in use; owned
 */
struct mcrd_gather {
	struct mcrd_slot slot[MCRD_GATHER_SLOTS];
	uint16_t order[MCRD_GATHER_RUNS];
	uint32_t n;
	uint32_t open;
	struct mcrd_run *free;
};

void mcrd_gather_exit(struct mcrd_gather *g);
bool mcrd_gather_frame(struct mcrd_worker *w, const struct mcrd_frame *f,
		       const struct mcr_packet *p, struct mcrd_rule_in *rule);
void mcrd_gather_flush(struct mcrd_worker *w);
struct mcrd_run *mcrd_run_get(struct mcrd_worker *w);
void mcrd_run_put(struct mcrd_worker *w, struct mcrd_run *run);

#endif /* MCRD_WORKER_GATHER_H */
