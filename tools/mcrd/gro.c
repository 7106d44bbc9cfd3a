// SPDX-License-Identifier: GPL-2.0
/*
 * GRO of UDP packets that are forwarded; see gro.h.
 *
 * Without rx-udp-gro-forwarding the kernel makes super-packets only for sockets that
 * have asked for them. A packet socket gets what it makes.
 */
#include "gro.h"

#include <errno.h>

#include "ethtool.h"

static const char *const features[] = { "rx-gro", "rx-udp-gro-forwarding" };

#define N_FEATURES	(sizeof(features) / sizeof(features[0]))
#define ALL		((1U << N_FEATURES) - 1)

/**
 * mcrd_gro_on - have packets of a flow come as super-packets
 * @ifindex: the device
 * @changed: what was not on before, to be given to mcrd_gro_off(); 0 on error
 *
 * Return: 0 or -errno; -EOPNOTSUPP: the device, or the kernel, does not do it.
 */
int mcrd_gro_on(int ifindex, unsigned int *changed)
{
	unsigned int before, after, missing;
	int err;

	*changed = 0;
	err = mcrd_ethtool_get(ifindex, features, N_FEATURES, &before);
	if (err)
		return err;
	missing = ALL & ~before;
	if (!missing)
		return 0;
	err = mcrd_ethtool_set(ifindex, features, N_FEATURES, missing, missing);
	if (err)
		return err;
	err = mcrd_ethtool_get(ifindex, features, N_FEATURES, &after);
	if (!err && after == ALL) {
		*changed = missing;
		return 0;
	}
	/* One without the other is of no use. */
	mcrd_gro_off(ifindex, missing);
	return err ? err : -EOPNOTSUPP;
}

/**
 * mcrd_gro_off - as it was
 * @ifindex: the device; it may be gone
 * @changed: of mcrd_gro_on()
 *
 * Return: 0 or -errno.
 */
int mcrd_gro_off(int ifindex, unsigned int changed)
{
	if (!changed)
		return 0;
	return mcrd_ethtool_set(ifindex, features, N_FEATURES, changed, 0);
}
