/* SPDX-License-Identifier: GPL-2.0 */
/*
 * GRO of UDP packets that are forwarded, on devices that rules receive from.
 */
#ifndef MCRD_GRO_H
#define MCRD_GRO_H

int mcrd_gro_on(int ifindex, unsigned int *changed);
int mcrd_gro_off(int ifindex, unsigned int changed);

#endif /* MCRD_GRO_H */
