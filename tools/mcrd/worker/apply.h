/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Changes: gathered as they come, put in force in one step by MCRD_SYNC, between
 * two packets. A change costs what it changes, not what there is.
 */
#ifndef MCRD_WORKER_APPLY_H
#define MCRD_WORKER_APPLY_H

#include <stdbool.h>
#include <stdint.h>

struct mcrd_change;
struct mcrd_frame_in;
struct mcrd_port;
struct mcrd_worker;

/**
 * struct mcrd_apply - changes that are not in force yet
 * @first: in the order in which they came
 * @last: where the next one goes
 * @cookie: of the MCRD_SYNC that is being answered
 * @owed: MCRD_DONE is still to be sent
 */
struct mcrd_apply {
	struct mcrd_change *first;
	struct mcrd_change **last;
	uint64_t cookie;
	bool owed;
};

void mcrd_apply_init(struct mcrd_apply *a);
void mcrd_apply_exit(struct mcrd_worker *w);
const char *mcrd_apply_gather(struct mcrd_worker *w, struct mcrd_frame_in *f);
int mcrd_apply_sync(struct mcrd_worker *w, uint64_t cookie);
void mcrd_apply_close_rx(struct mcrd_worker *w, struct mcrd_port *port);
bool mcrd_apply_done(struct mcrd_worker *w);

#endif /* MCRD_WORKER_APPLY_H */
