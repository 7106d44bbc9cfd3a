// SPDX-License-Identifier: GPL-2.0
/*
 * What the module's files ask of the one they are in: see kmod/plane.h, and kapi.h.
 */
#include <linux/mcr.h>

#include "internal.h"
#include "plane.h"
#include "stats.h"

/* The module is the authority: what is nobody's in particular is its own. */
static bool kapi_follows;

/* Whose message is carried out repeats what the module says. */
static bool kapi_repeats;

bool mcr_plane_drops_alloc(struct mcr_drops **drops)
{
	*drops = kapi_shared_alloc(sizeof(**drops));
	return *drops;
}

void mcr_plane_drops_free(struct mcr_drops *drops)
{
	kapi_shared_free(drops);
}

bool mcr_plane_is_self(u8 plane)
{
	return plane == MCR_PLANE_RELAY ||
	       (plane == MCR_PLANE_AUTO && !kapi_follows);
}

bool mcr_plane_takes_since(void)
{
	return kapi_repeats;
}

void kapi_follow(bool follows)
{
	kapi_follows = follows;
}

void kapi_peer_repeats(bool repeats)
{
	kapi_repeats = repeats;
}
