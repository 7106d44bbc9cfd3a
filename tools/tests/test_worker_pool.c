// SPDX-License-Identifier: GPL-2.0
/*
 * Receive buffers, and how long it pays to wait for what is put into them.
 */
#include "worker_rig.h"

#include <errno.h>

#define MS	1000000ULL

static void test_sizes(void **state)
{
	struct mcrd_pool pool;
	unsigned int i;

	(void)state;
	assert_int_equal(mcrd_pool_init(&pool, 0, 100), -EINVAL);
	assert_int_equal(mcrd_pool_init(&pool, MCRD_POOL_MAX + 1, 100),
			 -EINVAL);
	assert_int_equal(mcrd_pool_init(&pool, 1, 0), -EINVAL);
	assert_int_equal(mcrd_pool_init(&pool, 3, 65536), 0);
	for (i = 1; i < 3; i++) {
		size_t apart = (size_t)(pool.bufs[i].mem - pool.bufs[0].mem) / i;

		assert_true(apart >= 65536);
		/* Not all in the same sets of a cache. */
		assert_int_equal(apart % 64, 0);
		assert_int_equal(apart / 64 % 2, 1);
	}
	pool.bufs[2].mem[65535] = 1;
	mcrd_pool_exit(&pool);
}

static void test_counts(void **state)
{
	struct mcrd_buf *buf[4];
	struct mcrd_pool pool;
	unsigned int i, k;

	(void)state;
	assert_int_equal(mcrd_pool_init(&pool, 4, 100), 0);
	for (i = 0; i < 4; i++) {
		buf[i] = mcrd_pool_lend(&pool);
		assert_non_null(buf[i]);
		for (k = 0; k < i; k++)
			assert_ptr_not_equal(buf[i], buf[k]);
	}
	assert_null(mcrd_pool_lend(&pool));
	assert_int_equal(pool.in_use, 0);
	mcrd_pool_return(&pool, buf[3]);
	for (i = 0; i < 3; i++)
		mcrd_pool_filled(&pool, buf[i]);
	assert_int_equal(pool.in_use, 3);
	assert_int_equal(pool.high, 3);
	assert_int_equal(pool.hits, 3);
	buf[0]->refs++;
	mcrd_pool_put(&pool, buf[0]);
	assert_int_equal(pool.in_use, 3);
	mcrd_pool_put(&pool, buf[0]);
	assert_int_equal(pool.in_use, 2);
	/* The one that was freed last comes first. */
	assert_ptr_equal(mcrd_pool_lend(&pool), buf[0]);
	mcrd_pool_put(&pool, buf[1]);
	mcrd_pool_put(&pool, buf[2]);
	assert_int_equal(pool.high, 3);
	/* Whoever had buf[0] is gone. */
	mcrd_pool_reclaim(&pool);
	assert_int_equal(pool.n_free, 4);
	mcrd_pool_exit(&pool);
}

static void test_pace(void **state)
{
	struct mcrd_pace pace = { };
	uint64_t now = 1000 * MS;
	unsigned int i;

	(void)state;
	assert_int_equal(mcrd_pace_wait(&pace, 200), 0);
	/* 1,000 packets a second: none waits. */
	for (i = 0; i < 50; i++)
		mcrd_pace_batch(&pace, now += MS, 1);
	assert_int_equal(mcrd_pace_wait(&pace, 200), 0);
	/* 100,000 a second: it pays to wait, after some batches. */
	mcrd_pace_batch(&pace, now += MS / 10, 10);
	assert_int_equal(mcrd_pace_wait(&pace, 200), 0);
	for (i = 0; i < 50; i++)
		mcrd_pace_batch(&pace, now += MS / 10, 10);
	assert_int_equal(mcrd_pace_wait(&pace, 200), 200);
	assert_int_equal(mcrd_pace_wait(&pace, 20), 0);
	assert_int_equal(mcrd_pace_wait(&pace, 0), 0);
	/* Five times as many: what is waited for is not more than 64 of them. */
	for (i = 0; i < 50; i++)
		mcrd_pace_batch(&pace, now += MS / 10, 50);
	assert_in_range(mcrd_pace_wait(&pace, 200), 120, 130);
	assert_int_equal(mcrd_pace_wait(&pace, 100), 100);
	/* It stops: the next one does not wait. */
	mcrd_pace_batch(&pace, now + MS / 5, 0);
	assert_int_equal(mcrd_pace_wait(&pace, 200), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_pace),
	};

	return cmocka_run_group_tests_name("worker: pool", tests, NULL, NULL);
}
