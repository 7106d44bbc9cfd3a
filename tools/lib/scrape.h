/* SPDX-License-Identifier: GPL-2.0 */
/*
 * All that a server counts, as OpenMetrics text, piece by piece.
 */
#ifndef MCR_SCRAPE_H
#define MCR_SCRAPE_H

#include <stdbool.h>

#include "client.h"
#include "str.h"

/**
 * struct mcr_scrape - what a server answered, and how far it is written
 * @status: the server
 * @devices: the answer on its ingress devices
 * @rules: the answer on its rules
 * @walk: of @devices or @rules, in @family
 * @family: the one that is being written
 * @begun: @walk has begun
 * @headed: its head is written
 */
struct mcr_scrape {
	struct mcr_status status;
	struct mcr_reply devices;
	struct mcr_reply rules;
	struct mcr_reply_walk walk;
	unsigned int family;
	bool begun;
	bool headed;
};

int mcr_scrape_begin(struct mcr_scrape *scrape, struct mcr_client *client,
		     struct mcr_error *err);
int mcr_scrape_next(struct mcr_scrape *scrape, struct mcr_str *str,
		    struct mcr_error *err);
void mcr_scrape_end(struct mcr_scrape *scrape);

#endif /* MCR_SCRAPE_H */
