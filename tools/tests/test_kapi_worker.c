// SPDX-License-Identifier: GPL-2.0
/*
 * What workers count, as the daemon puts it into messages; what reads it is in
 * test_worker.c.
 */
#include "kapi_rig.h"

#include "../../kmod/plane.h"
#include "../mcrd/nl_worker.h"
#include "../mcrd/plan.h"

static struct mcrd_worker_stats stats;

static struct sk_buff *message(struct nlattr **status)
{
	struct sk_buff *skb;

	skb = genlmsg_new(GENLMSG_DEFAULT_SIZE + MCR_PLANE_STATUS_ROOM,
			  GFP_KERNEL);
	assert_non_null(skb);
	*status = nla_nest_start(skb, MCR_A_STATUS);
	assert_non_null(*status);
	return skb;
}

static u64 counter(const struct nlattr *worker, int attr)
{
	const struct nlattr *a = nla_find_nested(worker, attr);

	assert_non_null(a);
	return nla_get_u64(a);
}

static u32 number(const struct nlattr *worker, int attr)
{
	const struct nlattr *a = nla_find_nested(worker, attr);

	assert_non_null(a);
	return nla_get_u32(a);
}

/* Nothing but what it is: counters that are 0 are not told. */
static void test_least(void **state)
{
	static const struct mcrd_worker_stats nothing;
	struct mcrd_worker_report report = {
		.id = 3, .buffers = 5, .buffer_bytes = 6, .stats = &nothing,
	};
	const struct nlattr *worker;
	struct nlattr *status;
	struct sk_buff *skb;
	int attr;

	(void)state;
	skb = message(&status);
	assert_int_equal(mcrd_nl_put_worker(skb, &report), 0);
	nla_nest_end(skb, status);
	worker = nla_find_nested(status, MCR_STATUS_A_WORKER);
	assert_non_null(worker);
	assert_int_equal(number(worker, MCR_WORKER_A_ID), 3);
	assert_int_equal(number(worker, MCR_WORKER_A_BUFFERS), 5);
	assert_int_equal(number(worker, MCR_WORKER_A_BUFFER_BYTES), 6);
	assert_null(nla_find_nested(worker, MCR_WORKER_A_PID));
	assert_null(nla_find_nested(worker, MCR_WORKER_A_LOOP));
	assert_null(nla_find_nested(worker, MCR_WORKER_A_WHY));
	for (attr = MCR_WORKER_A_POOL_HITS; attr <= MCR_WORKER_A_MAX; attr++)
		assert_null(nla_find_nested(worker, attr));
	kfree_skb(skb);
}

/* By the functions that a worker counts with. */
static void test_counted(void **state)
{
	struct mcrd_worker_report report = {
		.pid = 9, .loop = MCRD_LOOP_MMSG, .why = "because",
		.restarts = 2, .stats = &stats,
	};
	const struct nlattr *worker, *a;
	struct nlattr *status;
	struct sk_buff *skb;
	const u64 *buckets;

	(void)state;
	memset(&stats, 0, sizeof(stats));
	mcrd_stats_add(&stats.packets, 1ULL << 40);
	mcrd_stats_add(&stats.packets, 2);
	mcrd_stats_add(&stats.send_errors[MCR_SEND_ERROR_TOO_BIG], 7);
	mcrd_stats_buffers(&stats, 5, 8);
	mcrd_stats_buffers(&stats, 4, 3);
	/* No timestamp, and a clock that was set back, are no times. */
	mcrd_stats_latency(&stats, 0, 5000);
	mcrd_stats_latency(&stats, 5001, 5000);
	mcrd_stats_latency(&stats, 1000, 6000);
	mcrd_stats_latency(&stats, 1000, 1100);
	skb = message(&status);
	assert_int_equal(mcrd_nl_put_worker(skb, &report), 0);
	nla_nest_end(skb, status);
	worker = nla_find_nested(status, MCR_STATUS_A_WORKER);
	assert_int_equal(counter(worker, MCR_WORKER_A_PACKETS),
			 (1ULL << 40) + 2);
	assert_int_equal(number(worker, MCR_WORKER_A_BUFFERS_USED), 4);
	assert_int_equal(number(worker, MCR_WORKER_A_BUFFERS_PEAK), 8);
	assert_int_equal(number(worker, MCR_WORKER_A_RESTARTS), 2);
	a = nla_find_nested(worker, MCR_WORKER_A_WHY);
	assert_string_equal(nla_data(a), "because");
	a = nla_find_nested(worker, MCR_WORKER_A_SEND_ERRORS);
	assert_int_equal(counter(a, MCR_SEND_ERROR_TOO_BIG), 7);
	assert_null(nla_find_nested(a, MCR_SEND_ERROR_OTHER));
	a = nla_find_nested(worker, MCR_WORKER_A_LATENCY);
	assert_int_equal(nla_len(a), 2 * sizeof(*buckets));
	buckets = nla_data(a);
	assert_int_equal(buckets[0], 1);
	assert_int_equal(buckets[1], 1);
	assert_int_equal(counter(worker, MCR_WORKER_A_LATENCY_SUM), 5100);
	kfree_skb(skb);
}

/* As many workers as there may be, with as much to say as can be. */
static void test_most(void **state)
{
	struct mcrd_hello hello;
	struct mcrd_worker_report report = {
		.id = 1, .pid = 2, .loop = MCRD_LOOP_MMSG, .why = hello.why,
		.restarts = 3, .stats = &stats,
	};
	struct nlattr *status;
	struct sk_buff *skb;
	unsigned int i;

	(void)state;
	memset(&stats, 0xff, sizeof(stats));
	memset(hello.why, 'x', sizeof(hello.why));
	hello.why[sizeof(hello.why) - 1] = '\0';
	skb = message(&status);
	for (i = 0; i < MCR_WORKERS_MAX; i++)
		assert_int_equal(mcrd_nl_put_worker(skb, &report), 0);
	nla_nest_end(skb, status);
	assert_int_equal(nla_len(status) + NLA_HDRLEN, skb->len);
	/* The rest of the status is to find room in the nest, too. */
	assert_true(skb->len < 65535 - 512);
	kfree_skb(skb);
}

/* The buffers of a process that is gone are nobody's. */
static void test_gone(void **state)
{
	struct mcrd_worker_report report = { .stats = &stats };
	const struct nlattr *worker;
	struct nlattr *status;
	struct sk_buff *skb;

	(void)state;
	memset(&stats, 0, sizeof(stats));
	mcrd_stats_buffers(&stats, 5, 5);
	skb = message(&status);
	assert_int_equal(mcrd_nl_put_worker(skb, &report), 0);
	nla_nest_end(skb, status);
	worker = nla_find_nested(status, MCR_STATUS_A_WORKER);
	assert_int_equal(number(worker, MCR_WORKER_A_BUFFERS_USED), 0);
	assert_int_equal(number(worker, MCR_WORKER_A_BUFFERS_PEAK), 5);
	kfree_skb(skb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_least),
		cmocka_unit_test(test_counted),
		cmocka_unit_test(test_most),
		cmocka_unit_test(test_gone),
	};

	return cmocka_run_group_tests_name("kapi_worker", tests, NULL, NULL);
}
