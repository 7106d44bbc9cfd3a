// SPDX-License-Identifier: GPL-2.0
/*
 * Memory that others count in: per-CPU objects, and objects that all share.
 *
 * It is shared with processes that are not trusted with more than that: nothing
 * by which it is managed lies in it. A section is cut into chunks, each of
 * objects of one size. Memory that was never handed out is zero.
 */
#include <linux/percpu.h>
#include <linux/slab.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "internal.h"

#define KAPI_CHUNK_BITS		16U
#define KAPI_CHUNK		65536U

/* Multiples of 8 up to 128, then powers of two up to a chunk. */
#define KAPI_SMALL_MAX		128U
#define KAPI_SMALL_CLASSES	(KAPI_SMALL_MAX / 8)
#define KAPI_CLASSES		(KAPI_SMALL_CLASSES + 9)

/* Where nobody provides memory: tests, which are to see more than one CPU. */
#define KAPI_OWN_SECTIONS	2U
#define KAPI_OWN_STRIDE		(64UL << 20)

/**
 * struct kapi_class - objects of one size
 * @freed: offsets of those that were handed out and came back
 * @n_freed: how many
 * @room: of @freed: for all objects of the class
 * @fresh: offset of the next one that was never handed out
 * @end: of the chunk it is in
 */
struct kapi_class {
	u32 *freed;
	u32 n_freed;
	u32 room;
	u32 fresh;
	u32 end;
};

/**
 * struct kapi_pool - sections that objects have the same offsets in
 * @base: of the first one
 * @n: how many
 * @stride: bytes from one to the next, and of each
 * @own: @base is to be unmapped
 * @used: objects handed out
 * @chunks: class of each chunk in use
 * @n_chunks: how many
 * @class: by size
 */
struct kapi_pool {
	char *base;
	unsigned int n;
	size_t stride;
	bool own;
	size_t used;
	u8 *chunks;
	u32 n_chunks;
	struct kapi_class class[KAPI_CLASSES];
};

struct kapi_percpu kapi_percpu;

static struct kapi_pool kapi_private;
static struct kapi_pool kapi_shared;

static unsigned int kapi_class_of(size_t size)
{
	unsigned int class = KAPI_SMALL_CLASSES;

	if (size <= KAPI_SMALL_MAX)
		return size ? (unsigned int)(size - 1) / 8 : 0;
	while (size > (size_t)KAPI_SMALL_MAX << (class + 1 -
						  KAPI_SMALL_CLASSES))
		class++;
	return class;
}

static u32 kapi_class_size(unsigned int class)
{
	if (class < KAPI_SMALL_CLASSES)
		return (class + 1) * 8;
	return KAPI_SMALL_MAX << (class + 1 - KAPI_SMALL_CLASSES);
}

static void kapi_pool_own(struct kapi_pool *pool, unsigned int n)
{
	void *base = mmap(NULL, n * KAPI_OWN_STRIDE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (base == MAP_FAILED)
		return;
	pool->base = base;
	pool->n = n;
	pool->stride = KAPI_OWN_STRIDE;
	pool->own = true;
}

/* One chunk more for a class, and room to note all of it as freed. */
static bool kapi_pool_grow(struct kapi_pool *pool, unsigned int class)
{
	u32 size = kapi_class_size(class), n = KAPI_CHUNK / size;
	struct kapi_class *c = &pool->class[class];
	u32 *freed;
	u8 *chunks;

	if ((size_t)(pool->n_chunks + 1) * KAPI_CHUNK > pool->stride)
		return false;
	freed = reallocarray(c->freed, c->room + n, sizeof(*freed));
	if (!freed)
		return false;
	c->freed = freed;
	chunks = realloc(pool->chunks, pool->n_chunks + 1);
	if (!chunks)
		return false;
	pool->chunks = chunks;
	c->room += n;
	c->fresh = pool->n_chunks * KAPI_CHUNK;
	c->end = c->fresh + n * size;
	/* Offset 0 is nobody's. */
	if (!c->fresh)
		c->fresh += size;
	pool->chunks[pool->n_chunks++] = (u8)class;
	return true;
}

static char *kapi_pool_alloc(struct kapi_pool *pool, size_t size)
{
	unsigned int class = kapi_class_of(size), i;
	struct kapi_class *c;
	char *p;

	if (kapi_alloc_fails() || size > KAPI_CHUNK || !pool->base)
		return NULL;
	c = &pool->class[class];
	if (c->n_freed) {
		p = pool->base + c->freed[--c->n_freed];
		for (i = 0; i < pool->n; i++)
			memset(p + i * pool->stride, 0, kapi_class_size(class));
	} else {
		while (c->fresh == c->end)
			if (!kapi_pool_grow(pool, class))
				return NULL;
		p = pool->base + c->fresh;
		c->fresh += kapi_class_size(class);
	}
	pool->used++;
	return p;
}

static void kapi_pool_free(struct kapi_pool *pool, const void *p)
{
	struct kapi_class *c;
	size_t offset;

	if (!p)
		return;
	offset = (size_t)((const char *)p - pool->base);
	KAPI_ASSERT(offset >> KAPI_CHUNK_BITS < pool->n_chunks);
	c = &pool->class[pool->chunks[offset >> KAPI_CHUNK_BITS]];
	KAPI_ASSERT(c->n_freed < c->room);
	c->freed[c->n_freed++] = (u32)offset;
	pool->used--;
}

static void kapi_pool_exit(struct kapi_pool *pool)
{
	unsigned int i;

	for (i = 0; i < KAPI_CLASSES; i++)
		free(pool->class[i].freed);
	free(pool->chunks);
	if (pool->own)
		munmap(pool->base, pool->n * pool->stride);
	*pool = (struct kapi_pool){ };
}

static void kapi_percpu_sections(void)
{
	kapi_percpu.n = kapi_private.n;
	kapi_percpu.stride = kapi_private.stride;
}

/* See kapi.h. To be called before anything is handed out. */
void kapi_percpu_provide(void *base, unsigned int n, size_t stride,
			 void *shared)
{
	KAPI_ASSERT(!kapi_private.used && !kapi_shared.used);
	kapi_percpu_exit();
	kapi_private = (struct kapi_pool){
		.base = base,
		.n = n,
		.stride = stride,
	};
	kapi_shared = (struct kapi_pool){
		.base = shared,
		.n = 1,
		.stride = stride,
	};
	kapi_percpu_sections();
}

/**
 * kapi_this_cpu_set - say which section this_cpu_ptr() means
 * @n: its number
 */
void kapi_this_cpu_set(unsigned int n)
{
	KAPI_ASSERT(n < max(kapi_percpu.n, 1U));
	kapi_percpu.this = n;
}

/**
 * kapi_percpu_alloc - an object in each section
 * @size: bytes
 *
 * Return: the one in section 0, for kapi_percpu_free(), all of them zeroed; NULL
 * without memory.
 */
void *kapi_percpu_alloc(size_t size)
{
	if (!kapi_private.base) {
		kapi_pool_own(&kapi_private, KAPI_OWN_SECTIONS);
		kapi_percpu_sections();
	}
	return kapi_pool_alloc(&kapi_private, size);
}

/**
 * kapi_percpu_free - free an object in all sections
 * @p: from kapi_percpu_alloc(); may be NULL
 */
void kapi_percpu_free(const void *p)
{
	kapi_pool_free(&kapi_private, p);
}

/**
 * kapi_shared_alloc - an object that all write
 * @size: bytes
 *
 * Return: zeroed, for kapi_shared_free(); NULL without memory.
 */
void *kapi_shared_alloc(size_t size)
{
	if (!kapi_shared.base)
		kapi_pool_own(&kapi_shared, 1);
	return kapi_pool_alloc(&kapi_shared, size);
}

/**
 * kapi_shared_free - free it
 * @p: from kapi_shared_alloc(); may be NULL
 */
void kapi_shared_free(void *p)
{
	kapi_pool_free(&kapi_shared, p);
}

/**
 * kapi_percpu_used - how many objects are there?
 *
 * Return: those of either kind that were not freed.
 */
size_t kapi_percpu_used(void)
{
	return kapi_private.used + kapi_shared.used;
}

/**
 * kapi_percpu_exit - forget all objects
 */
void kapi_percpu_exit(void)
{
	kapi_pool_exit(&kapi_private);
	kapi_pool_exit(&kapi_shared);
	kapi_percpu = (struct kapi_percpu){ };
}
