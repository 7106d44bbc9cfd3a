/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The control plane: what kmod/main.c begins and ends in the module.
 */
#ifndef MCRD_CONTROL_H
#define MCRD_CONTROL_H

#include <stdint.h>

struct kapi_hooks;

int mcrd_control_init(const struct kapi_hooks *hooks);
void mcrd_control_stop(void);
void mcrd_control_exit(void);
uint32_t mcrd_control_generation(void);
uint32_t mcrd_control_rules(void);
unsigned int mcrd_control_take_over(void);

#endif /* MCRD_CONTROL_H */
