// SPDX-License-Identifier: GPL-2.0
/*
 * Receive buffers; see pool.h.
 */
#include "pool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define CACHE_LINE	64U

/*
 * Buffers that begin at multiples of a large power of two share a few sets of
 * the caches: an odd number of cache lines keeps them apart.
 */
static size_t stride_of(size_t size)
{
	size_t lines = (size + CACHE_LINE - 1) / CACHE_LINE;

	return (lines | 1) * CACHE_LINE;
}

/**
 * mcrd_pool_init - make buffers
 * @pool: the pool
 * @n: how many, 1 to MCRD_POOL_MAX
 * @size: bytes of each
 *
 * Memory is taken when it is written to: a large buffer that only ever has small
 * frames costs a page or two.
 *
 * Return: 0, -EINVAL or -ENOMEM.
 */
int mcrd_pool_init(struct mcrd_pool *pool, uint32_t n, size_t size)
{
	size_t stride = stride_of(size);
	void *mem;
	uint32_t i;

	memset(pool, 0, sizeof(*pool));
	if (!n || n > MCRD_POOL_MAX || !size)
		return -EINVAL;
	pool->bufs = calloc(n, sizeof(*pool->bufs));
	pool->free = calloc(n, sizeof(*pool->free));
	mem = mmap(NULL, n * stride, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (mem != MAP_FAILED) {
		pool->mem = mem;
		pool->mem_len = n * stride;
	}
	if (!pool->bufs || !pool->free || !pool->mem) {
		mcrd_pool_exit(pool);
		return -ENOMEM;
	}
	pool->size = size;
	pool->n = n;
	for (i = n; i-- > 0;) {
		pool->bufs[i].mem = pool->mem + i * stride;
		pool->bufs[i].id = (uint16_t)i;
		mcrd_pool_return(pool, &pool->bufs[i]);
	}
	return 0;
}

/**
 * mcrd_pool_exit - free the buffers
 * @pool: the pool; nothing refers to its buffers, the kernel included
 */
void mcrd_pool_exit(struct mcrd_pool *pool)
{
	if (pool->mem)
		munmap(pool->mem, pool->mem_len);
	free(pool->free);
	free(pool->bufs);
	memset(pool, 0, sizeof(*pool));
}

/**
 * mcrd_pool_reclaim - whoever buffers were lent to is gone
 * @pool: the pool: all buffers without references are free then
 */
void mcrd_pool_reclaim(struct mcrd_pool *pool)
{
	uint32_t i;

	pool->n_free = 0;
	for (i = pool->n; i-- > 0;)
		if (!pool->bufs[i].refs)
			mcrd_pool_return(pool, &pool->bufs[i]);
}
