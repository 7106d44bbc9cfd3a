/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Features of a network device, over the kernel's ethtool family.
 */
#ifndef MCRD_ETHTOOL_H
#define MCRD_ETHTOOL_H

int mcrd_ethtool_get(int ifindex, const char *const *names, unsigned int n,
		     unsigned int *active);
int mcrd_ethtool_set(int ifindex, const char *const *names, unsigned int n,
		     unsigned int which, unsigned int values);

#endif /* MCRD_ETHTOOL_H */
