/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel module, as netlink tells of it: is it there, and has it rules in this
 * network namespace?
 */
#ifndef MCRD_MODULE_H
#define MCRD_MODULE_H

#include <stdbool.h>
#include <stdint.h>

#include "watch.h"

/**
 * struct mcrd_module - the kernel module
 * @poll: the loop's
 * @watch: a socket that hears of families that come and go; its fd is -1 if there
 *	is none
 * @family: what it calls the protocol's family; 0: it is not there
 * @group: its multicast group for notifications
 * @gone: how often it went
 * @unheard: something was not heard: it is to be looked for again
 * @seq: of the last request
 */
struct mcrd_module {
	struct mcrd_poll *poll;
	struct mcrd_watch watch;
	uint16_t family;
	uint32_t group;
	unsigned int gone;
	bool unheard;
	uint32_t seq;
};

int mcrd_module_open(struct mcrd_module *m, struct mcrd_poll *poll);
int mcrd_module_look(struct mcrd_module *m);
int64_t mcrd_module_rules(struct mcrd_module *m);
bool mcrd_module_is_there(void);
void mcrd_module_close(struct mcrd_module *m);

#endif /* MCRD_MODULE_H */
