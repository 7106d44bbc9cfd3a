/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A change that a frame tells of, checked and made ready: putting it in force
 * needs no more memory than the classifier does.
 */
#ifndef MCRD_WORKER_CHANGE_H
#define MCRD_WORKER_CHANGE_H

#include "../plan.h"
#include "table.h"

struct mcrd_frame_in;
struct mcrd_worker;

/**
 * struct mcrd_change - a change
 * @next: the one that came after it
 * @type: of enum mcrd_frame_type
 * @id: of the rule, if it is about one; of the device, where that is closed;
 *	else 0
 * @port: the name, if it is about a device; holds a user. NULL for MCRD_RX_CLOSE
 * @dev: MCRD_DEV: the device
 * @rx: MCRD_RX_OPEN: owned
 * @tx: MCRD_TX_OPEN: owned
 * @rule: MCRD_RULE: owned
 */
struct mcrd_change {
	struct mcrd_change *next;
	uint16_t type;
	uint32_t id;
	struct mcrd_port *port;
	union {
		struct mcrd_dev dev;
		struct mcrd_rxdev *rx;
		struct mcrd_txdev *tx;
		struct mcrd_rule_in *rule;
	};
};

struct mcrd_change *mcrd_change_new(struct mcrd_worker *w,
				    struct mcrd_frame_in *f, const char **why);
void mcrd_change_free(struct mcrd_worker *w, struct mcrd_change *c);

#endif /* MCRD_WORKER_CHANGE_H */
