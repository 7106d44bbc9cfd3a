/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Receive buffers: made once, lent to the kernel, filled, referred to by what is
 * being sent, and lent again.
 *
 * Nothing stale can leave: who sends from a buffer sends bytes that the kernel
 * said it wrote, and no others.
 */
#ifndef MCRD_WORKER_POOL_H
#define MCRD_WORKER_POOL_H

#include <stddef.h>
#include <stdint.h>

/**
 * struct mcrd_buf - a buffer
 * @mem: its memory
 * @refs: runs that refer to it; 0: free, or lent to the kernel
 * @id: its index in the pool
 */
struct mcrd_buf {
	uint8_t *mem;
	uint32_t refs;
	uint16_t id;
};

/**
 * struct mcrd_pool - the buffers of a worker
 * @bufs: all of them; owned
 * @free: indexes of those that are neither lent nor referred to; the one that
 *	was freed last is on top, as it is the warmest; owned
 * @mem: their memory, a mapping of @mem_len bytes; owned
 * @mem_len: in bytes
 * @size: bytes of each buffer
 * @n: number of @bufs
 * @n_free: number of @free
 * @in_use: buffers that are referred to
 * @high: the most that ever were
 * @hits: frames that found a buffer
 * @exhausted: how often there was none left to be lent
 */
struct mcrd_pool {
	struct mcrd_buf *bufs;
	uint16_t *free;
	uint8_t *mem;
	size_t mem_len;
	size_t size;
	uint32_t n;
	uint32_t n_free;
	uint32_t in_use;
	uint32_t high;
	uint64_t hits;
	uint64_t exhausted;
};

/* What io_uring can count in a buffer ring. */
#define MCRD_POOL_MAX	32768U

int mcrd_pool_init(struct mcrd_pool *pool, uint32_t n, size_t size);
void mcrd_pool_exit(struct mcrd_pool *pool);
void mcrd_pool_reclaim(struct mcrd_pool *pool);

/**
 * mcrd_pool_lend - take a free buffer, to be filled
 * @pool: the pool
 *
 * Return: a buffer without references, or NULL: all are in use or lent.
 */
static inline struct mcrd_buf *mcrd_pool_lend(struct mcrd_pool *pool)
{
	if (!pool->n_free)
		return NULL;
	return &pool->bufs[pool->free[--pool->n_free]];
}

/**
 * mcrd_pool_return - a buffer that was lent was not filled
 * @pool: the pool
 * @buf: the buffer
 */
static inline void mcrd_pool_return(struct mcrd_pool *pool,
				    struct mcrd_buf *buf)
{
	pool->free[pool->n_free++] = buf->id;
}

/**
 * mcrd_pool_filled - a buffer that was lent was filled
 * @pool: the pool
 * @buf: the buffer; the caller has a reference for mcrd_pool_put() now
 */
static inline void mcrd_pool_filled(struct mcrd_pool *pool,
				    struct mcrd_buf *buf)
{
	buf->refs = 1;
	pool->hits++;
	if (++pool->in_use > pool->high)
		pool->high = pool->in_use;
}

/**
 * mcrd_pool_put - let go of a reference
 * @pool: the pool
 * @buf: the buffer; free with the last one
 */
static inline void mcrd_pool_put(struct mcrd_pool *pool, struct mcrd_buf *buf)
{
	if (--buf->refs)
		return;
	pool->in_use--;
	mcrd_pool_return(pool, buf);
}

#endif /* MCRD_WORKER_POOL_H */
