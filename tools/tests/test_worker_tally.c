// SPDX-License-Identifier: GPL-2.0
/*
 * What a worker counts of itself, and whose time it takes.
 */
#include "worker_rig.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../lib/latency.h"
#include "../mcrd/worker/receive.h"

#define MS	1000000ULL

static struct mcrd_worker_stats stats;

static uint64_t ago(uint64_t ns)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (uint64_t)ts.tv_sec * 1000000000U + (uint64_t)ts.tv_nsec - ns;
}

/* A worker with a rule of two outputs. */
static struct rig *begin(void)
{
	struct mcrd_output out[2] = { { .id = 1 }, { .id = 2 } };
	struct mcrd_rule rule = {
		.n = 2, .iif = "in0",
		.match = { .family = AF_INET, .proto = MCR_PROTO_UDP,
			   .group_len = 8, .group.raw = { 239 } },
	};
	struct rig *r = rig_new(true);

	memset(&stats, 0, sizeof(stats));
	r->w.tally.stats = &stats;
	strcpy(out[0].dev, "out0");
	strcpy(out[1].dev, "out1");
	rig_rule(r, 1, &rule, out);
	return r;
}

static void come(struct rig *r, uint64_t stamp)
{
	const struct packet p = {
		.group = 1, .sport = 4000, .size = 100, .df = true, .ttl = 5,
		.csum = CSUM_GOOD, .verified = true, .stamp = stamp,
	};

	rig_receive(r, &p);
}

/* A batch of one packet. */
static void batch(struct rig *r, uint64_t stamp)
{
	come(r, stamp);
	mcrd_receive_batch(&r->w, 1);
}

static uint64_t times(void)
{
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < MCR_LATENCY_BUCKETS; i++)
		n += stats.latency[i];
	return n;
}

static void counts(void **state)
{
	struct rig *r = begin();

	(void)state;
	batch(r, 0);
	assert_int_equal(stats.packets, 1);
	assert_int_equal(stats.pool_hits, 1);
	assert_int_equal(stats.buffers_used, 0);
	assert_int_equal(stats.buffers_peak, 1);
	come(r, 0);
	come(r, 0);
	assert_int_equal(stats.packets, 1);
	mcrd_receive_batch(&r->w, 2);
	assert_int_equal(stats.packets, 3);
	assert_int_equal(stats.pool_hits, 3);
	assert_int_equal(stats.buffers_peak, 2);
	/* What there was before goes on. */
	stats.packets = 1000;
	batch(r, 0);
	assert_int_equal(stats.packets, 1001);
	assert_int_equal(times(), 0);
	rig_free(r);
}

/* A super-packet is as many packets as are in it: there is more to wait for. */
static void paces(void **state)
{
	struct rig *r = begin();
	struct timespec ts;
	unsigned int i;

	(void)state;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	r->w.pace.last = (uint64_t)ts.tv_sec * 1000000000ULL +
			 (uint64_t)ts.tv_nsec - 4000000;
	for (i = 0; i < 40; i++)
		come(r, 0);
	mcrd_receive_batch(&r->w, 1);
	assert_in_range(r->w.pace.gap, 4000000 / 40, 3999999);
	rig_free(r);
}

static void errors(void **state)
{
	static const struct {
		int err;
		enum mcr_send_error error;
	} cases[] = {
		{ ENOBUFS, MCR_SEND_ERROR_QUEUE_FULL },
		{ EAGAIN, MCR_SEND_ERROR_QUEUE_FULL },
		{ ENETDOWN, MCR_SEND_ERROR_DEVICE },
		{ ENXIO, MCR_SEND_ERROR_DEVICE },
		{ EMSGSIZE, MCR_SEND_ERROR_TOO_BIG },
		{ ENOMEM, MCR_SEND_ERROR_NO_MEMORY },
		{ EINVAL, MCR_SEND_ERROR_INVALID },
		{ ECANCELED, MCR_SEND_ERROR_CANCELLED },
		{ EPERM, MCR_SEND_ERROR_OTHER },
	};
	struct rig *r = begin();
	uint32_t free_buffers;
	uint64_t before;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		before = stats.send_errors[cases[i].error];
		r->fail = -cases[i].err;
		batch(r, 0);
		assert_int_equal(stats.send_errors[cases[i].error],
				 before + 1);
	}
	mcrd_receive_error(&r->w, mcrd_port_find(&r->w.table, "in0")->rx,
			   EINVAL);
	/*
	 * What the kernel was lent is used up; there are others, and the socket is
	 * not to rest; and there are none.
	 */
	for (i = 0; i < MCRD_RX_ERRORS + 1; i++)
		assert_true(mcrd_receive_error(&r->w,
					       mcrd_port_find(&r->w.table,
							      "in0")->rx,
					       ENOBUFS));
	free_buffers = r->w.pool.n_free;
	r->w.pool.n_free = 0;
	mcrd_receive_error(&r->w, mcrd_port_find(&r->w.table, "in0")->rx,
			   ENOBUFS);
	r->w.pool.n_free = free_buffers;
	mcrd_receive_error(&r->w, mcrd_port_find(&r->w.table, "in0")->rx,
			   ENETDOWN);
	mcrd_receive_batch(&r->w, 0);
	assert_int_equal(stats.lost_superpackets, 1);
	assert_int_equal(stats.pool_exhausted, 1);
	assert_int_equal(stats.receive_errors, 1);
	rig_free(r);
}

/* The first run there is, and then the first behind every 64 batches. */
static void samples(void **state)
{
	struct rig *r = begin();
	unsigned int i;

	(void)state;
	r->w.tally.sampling = true;
	batch(r, ago(3 * MS));
	assert_int_equal(times(), 1);
	assert_true(stats.latency_sum >= 3 * MS);
	assert_int_equal(stats.latency[mcr_latency_bucket(stats.latency_sum)],
			 1);
	for (i = 1; i < MCRD_STATS_SAMPLE; i++)
		batch(r, ago(MS));
	assert_int_equal(times(), 1);
	/* Batches without frames are none. */
	mcrd_receive_batch(&r->w, 0);
	batch(r, ago(MS));
	assert_int_equal(times(), 2);
	batch(r, ago(MS));
	assert_int_equal(times(), 2);
	rig_free(r);
}

/* It is the time to the last copy, and of one of the packets of a batch. */
static void until_the_last_copy(void **state)
{
	struct rig *r = begin();

	(void)state;
	r->w.tally.sampling = true;
	r->hold = true;
	come(r, ago(5 * MS));
	come(r, ago(MS));
	mcrd_receive_batch(&r->w, 2);
	assert_int_equal(r->n_held, 2);
	assert_int_equal(times(), 0);
	rig_release(r);
	assert_int_equal(times(), 1);
	assert_true(stats.latency_sum >= 5 * MS);
	rig_free(r);
}

/* What nobody sent took no time; one copy of two that was is one that was. */
static void not_sent(void **state)
{
	struct rig *r = begin();

	(void)state;
	r->w.tally.sampling = true;
	r->fail = -ENOBUFS;
	batch(r, ago(MS));
	assert_int_equal(times(), 1);
	r->w.tally.sampling = true;
	rig_device(r, 0, 60);
	rig_device(r, 1, 60);
	batch(r, ago(MS));
	assert_int_equal(times(), 1);
	/* Without a timestamp the next run is waited for. */
	rig_device(r, 0, 1500);
	r->w.tally.sampling = true;
	batch(r, 0);
	assert_int_equal(times(), 1);
	batch(r, ago(MS));
	assert_int_equal(times(), 2);
	rig_free(r);
}

/* A worker that has nowhere to tell it forwards all the same. */
static void nowhere(void **state)
{
	struct rig *r = begin();

	(void)state;
	r->w.tally.stats = NULL;
	r->w.tally.sampling = true;
	batch(r, ago(MS));
	assert_int_equal(r->n, 2);
	assert_int_equal(stats.packets, 0);
	rig_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts),
		cmocka_unit_test(paces),
		cmocka_unit_test(errors),
		cmocka_unit_test(samples),
		cmocka_unit_test(until_the_last_copy),
		cmocka_unit_test(not_sent),
		cmocka_unit_test(nowhere),
	};

	return cmocka_run_group_tests_name("worker_tally", tests, NULL, NULL);
}
