/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Network devices and their addresses, as rtnetlink tells of them.
 */
#ifndef MCRD_LINKS_H
#define MCRD_LINKS_H

#include "log.h"
#include "watch.h"

struct mcrd_links;

struct mcrd_links *mcrd_links_open(const struct mcrd_log *log,
				   struct mcrd_poll *poll);
void mcrd_links_follow(struct mcrd_links *l);
void mcrd_links_run(struct mcrd_links *l);
int mcrd_links_due_ms(const struct mcrd_links *l);
void mcrd_links_close(struct mcrd_links *l);

#endif /* MCRD_LINKS_H */
