// SPDX-License-Identifier: GPL-2.0
/*
 * The memory that workers count in; see arena.h.
 */
#include "arena.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static size_t arena_bytes(unsigned int workers)
{
	return MCRD_ARENA_STRIDE * (workers + 1UL);
}

static int map(struct mcrd_arena *arena)
{
	arena->base = mmap(NULL, arena_bytes(arena->workers),
			   PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE,
			   arena->fd, 0);
	if (arena->base != MAP_FAILED)
		return 0;
	arena->base = NULL;
	return -errno;
}

/**
 * mcrd_arena_create - make the memory, and map it
 * @arena: to be given to mcrd_arena_unmap()
 * @workers: how many are going to count in it
 *
 * Nobody can make it shorter: whoever reads it would die.
 *
 * Return: 0 or -errno.
 */
int mcrd_arena_create(struct mcrd_arena *arena, unsigned int workers)
{
	int ret;

	arena->workers = workers;
	arena->base = NULL;
	arena->fd = memfd_create("mcrd-counters",
				 MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (arena->fd < 0)
		return -errno;
	if (ftruncate(arena->fd, (off_t)arena_bytes(workers)) ||
	    fcntl(arena->fd, F_ADD_SEALS,
		  F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)) {
		ret = -errno;
		goto err;
	}
	ret = map(arena);
	if (!ret)
		return 0;
err:
	mcrd_arena_unmap(arena);
	return ret;
}

/**
 * mcrd_arena_map - map memory that another process made
 * @arena: to be given to mcrd_arena_unmap()
 * @fd: the memory; owned by @arena on success
 * @workers: how many count in it
 *
 * Return: 0 or -errno; -EINVAL if it has another size.
 */
int mcrd_arena_map(struct mcrd_arena *arena, int fd, unsigned int workers)
{
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	if (st.st_size != (off_t)arena_bytes(workers))
		return -EINVAL;
	arena->fd = fd;
	arena->workers = workers;
	return map(arena);
}

/**
 * mcrd_arena_unmap - let go of the memory
 * @arena: it
 */
void mcrd_arena_unmap(struct mcrd_arena *arena)
{
	if (arena->base)
		munmap(arena->base, arena_bytes(arena->workers));
	if (arena->fd >= 0)
		close(arena->fd);
	arena->base = NULL;
	arena->fd = -1;
}
