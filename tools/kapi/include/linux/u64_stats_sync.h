/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counters that one writes and others read, each for itself.
 */
#ifndef KAPI_LINUX_U64_STATS_SYNC_H
#define KAPI_LINUX_U64_STATS_SYNC_H

#include <linux/kernel.h>

typedef struct {
	u64 v;
} u64_stats_t;

struct u64_stats_sync {
};

static inline u64 u64_stats_read(const u64_stats_t *p)
{
	return __atomic_load_n(&p->v, __ATOMIC_RELAXED);
}

static inline void u64_stats_set(u64_stats_t *p, u64 n)
{
	__atomic_store_n(&p->v, n, __ATOMIC_RELAXED);
}

static inline void u64_stats_add(u64_stats_t *p, u64 n)
{
	u64_stats_set(p, u64_stats_read(p) + n);
}

static inline void u64_stats_inc(u64_stats_t *p)
{
	u64_stats_add(p, 1);
}

static inline void u64_stats_init(struct u64_stats_sync *sync)
{
	(void)sync;
}

static inline void u64_stats_update_begin(struct u64_stats_sync *sync)
{
	(void)sync;
}

static inline void u64_stats_update_end(struct u64_stats_sync *sync)
{
	(void)sync;
}

static inline unsigned int
u64_stats_fetch_begin(const struct u64_stats_sync *sync)
{
	(void)sync;
	return 0;
}

static inline bool u64_stats_fetch_retry(const struct u64_stats_sync *sync,
					 unsigned int start)
{
	(void)sync;
	(void)start;
	return false;
}

#endif /* KAPI_LINUX_U64_STATS_SYNC_H */
