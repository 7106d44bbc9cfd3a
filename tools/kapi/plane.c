// SPDX-License-Identifier: GPL-2.0
/*
 * Memory that workers count in; see kmod/plane.h, and kapi.h.
 */
#include "kapi.h"
#include "plane.h"

void *mcr_plane_alloc(size_t size)
{
	return kapi_shared_alloc(size);
}

void mcr_plane_free(void *p)
{
	kapi_shared_free(p);
}
