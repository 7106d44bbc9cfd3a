/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Random numbers that are the same each time.
 */
#ifndef MCR_KUNIT_PRANDOM_H
#define MCR_KUNIT_PRANDOM_H

#include <linux/types.h>

struct rnd_state {
	u64 seed;
};

static inline void prandom_seed_state(struct rnd_state *rnd, u64 seed)
{
	rnd->seed = seed;
}

/* A linear congruential generator (Knuth), of which the high bits are used. */
static inline u32 prandom_u32_state(struct rnd_state *rnd)
{
	rnd->seed = rnd->seed * 6364136223846793005ULL +
		    1442695040888963407ULL;
	return rnd->seed >> 32;
}

static inline void prandom_bytes_state(struct rnd_state *rnd, void *buf,
				       size_t n)
{
	u8 *p = buf;

	while (n--)
		*p++ = prandom_u32_state(rnd) >> 24;
}

#endif /* MCR_KUNIT_PRANDOM_H */
