/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The memory in which workers count and the supervisor reads: a memfd that all of
 * them map. Each worker has a section that it alone writes; one more section is
 * written by all, with atomic operations. It is sparse: what is never touched
 * takes no memory. It outlives workers, so a respawned one goes on counting.
 */
#ifndef MCRD_ARENA_H
#define MCRD_ARENA_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of a section, of which there is one for each worker, and a shared one. */
#define MCRD_ARENA_STRIDE	(1UL << 30)

/**
 * struct mcrd_arena - the mapping
 * @fd: the memfd; the supervisor's
 * @base: of section 0; the shared section is the one behind the last
 * @workers: number of sections but the shared one
 */
struct mcrd_arena {
	int fd;
	char *base;
	unsigned int workers;
};

int mcrd_arena_create(struct mcrd_arena *arena, unsigned int workers);
int mcrd_arena_map(struct mcrd_arena *arena, int fd, unsigned int workers);
void mcrd_arena_unmap(struct mcrd_arena *arena);

#endif /* MCRD_ARENA_H */
