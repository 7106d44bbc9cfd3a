/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sequence counters, in memory that processes share. A writer may have been
 * killed on its way: readers do not wait for it for ever, and the next writer
 * goes on from there.
 */
#ifndef KAPI_LINUX_SEQLOCK_H
#define KAPI_LINUX_SEQLOCK_H

#include <linux/kernel.h>

/* So often a reader looks whether a writer is done. */
#define KAPI_SEQ_TRIES		10000U

typedef struct {
	unsigned int n;
} seqcount_t;

static inline void seqcount_init(seqcount_t *s)
{
	s->n = 0;
}

static inline unsigned int read_seqcount_begin(const seqcount_t *s)
{
	unsigned int tries = KAPI_SEQ_TRIES, n;

	do {
		n = __atomic_load_n(&s->n, __ATOMIC_ACQUIRE);
	} while ((n & 1) && --tries);
	return n;
}

static inline bool read_seqcount_retry(const seqcount_t *s, unsigned int n)
{
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return __atomic_load_n(&s->n, __ATOMIC_RELAXED) != n;
}

static inline void write_seqcount_begin(seqcount_t *s)
{
	__atomic_store_n(&s->n, (s->n + 1) | 1, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_RELEASE);
}

static inline void write_seqcount_end(seqcount_t *s)
{
	__atomic_store_n(&s->n, s->n + 1, __ATOMIC_RELEASE);
}

#endif /* KAPI_LINUX_SEQLOCK_H */
