/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The way to the relay daemon of a network namespace: where its socket is, and
 * whether whoever is behind that may be believed.
 */
#ifndef MCR_RELAY_H
#define MCR_RELAY_H

#include <stdbool.h>

#include "transport.h"

#define MCR_RELAY_DIR	"/run/mcr"

int mcr_relay_connect(struct mcr_transport *t, const char *dir, bool *absent,
		      struct mcr_error *err);
int mcr_relay_adopt(struct mcr_transport *t, int fd, struct mcr_error *err);

#endif /* MCR_RELAY_H */
