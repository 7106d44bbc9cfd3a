// SPDX-License-Identifier: GPL-2.0
/*
 * The relay's workers: their histogram, what is read from a server, and how it
 * is told.
 */
#include "common.h"

#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <string.h>

#include "../lib/json.h"
#include "../lib/latency.h"
#include "../lib/msg.h"
#include "../lib/print_worker.h"
#include "server.h"

/* What the header says of bucket i, spelled as it stands there. */
static __u64 begins(unsigned int i)
{
	return (4ULL + (i - 1) % 4) << (10 + (i - 1) / 4);
}

static void test_buckets(void **state)
{
	unsigned int i;

	(void)state;
	assert_int_equal(begins(1), 4096);
	assert_int_equal(mcr_latency_bucket(0), 0);
	assert_int_equal(mcr_latency_bucket(1), 0);
	for (i = 1; i < MCR_LATENCY_BUCKETS; i++) {
		assert_int_equal(mcr_latency_bound(i - 1), begins(i));
		assert_int_equal(mcr_latency_bucket(begins(i) - 1), i - 1);
		assert_int_equal(mcr_latency_bucket(begins(i)), i);
		if (i > 1) {
			assert_true(begins(i) > begins(i - 1));
			assert_true(begins(i) * 4 <= begins(i - 1) * 5);
		}
	}
	assert_int_equal(begins(MCR_LATENCY_BUCKETS - 1), 1 << 28);
	assert_int_equal(mcr_latency_bucket(~0ULL), MCR_LATENCY_BUCKETS - 1);
	assert_int_equal(mcr_latency_bucket(1ULL << 63),
			 MCR_LATENCY_BUCKETS - 1);
}

static void test_percentile_of_nothing(void **state)
{
	static const __u64 buckets[MCR_LATENCY_BUCKETS];

	(void)state;
	assert_int_equal(mcr_latency_count(buckets), 0);
	assert_int_equal(mcr_latency_percentile(buckets, 500), 0);
	assert_int_equal(mcr_latency_percentile(buckets, 1000), 0);
}

static void test_percentiles(void **state)
{
	__u64 buckets[MCR_LATENCY_BUCKETS] = { 0 };

	(void)state;
	/* 4096 to 5119 ns, a hundred of them: spread evenly. */
	buckets[1] = 100;
	assert_int_equal(mcr_latency_percentile(buckets, 10), 4096 + 10);
	assert_int_equal(mcr_latency_percentile(buckets, 500), 4096 + 512);
	assert_int_equal(mcr_latency_percentile(buckets, 1000), 5120);
	/* One in a thousand is slow: p99.9 is not that one, p100 is. */
	buckets[1] = 999;
	buckets[40] = 1;
	assert_int_equal(mcr_latency_percentile(buckets, 999), 5120);
	assert_int_equal(mcr_latency_percentile(buckets, 1000), begins(41));
	/* Two are: p99.9 is the first of them. */
	buckets[1] = 998;
	buckets[40] = 2;
	assert_int_equal(mcr_latency_percentile(buckets, 999),
			 (begins(40) + begins(41)) / 2);
	assert_int_equal(mcr_latency_percentile(buckets, 990),
			 4096 + 1024 * 990 / 998);
	/* Of one, all are that one. */
	memset(buckets, 0, sizeof(buckets));
	buckets[MCR_LATENCY_BUCKETS - 1] = 1;
	assert_int_equal(mcr_latency_percentile(buckets, 1), 1 << 28);
	assert_int_equal(mcr_latency_percentile(buckets, 999), 1 << 28);
	/* As many as there can be. */
	buckets[0] = ~0ULL - 1;
	assert_int_equal(mcr_latency_percentile(buckets, 1000), 1 << 28);
	assert_in_range(mcr_latency_percentile(buckets, 500), 2047, 2048);
}

/* Never farther from the truth than a bucket is wide: a quarter. */
static void test_error_of_percentiles(void **state)
{
	static const unsigned int permille[] = { 1, 100, 500, 900, 990, 999 };
	static __u64 times[2000];
	__u64 buckets[MCR_LATENCY_BUCKETS] = { 0 };
	uint64_t seed = 5;
	size_t i, j;

	(void)state;
	for (i = 0; i < COUNT(times); i++) {
		__u64 t = 5000 + random_below(&seed, 100000);

		if (!random_below(&seed, 20))
			t *= 100;
		for (j = i; j && times[j - 1] > t; j--)
			times[j] = times[j - 1];
		times[j] = t;
		buckets[mcr_latency_bucket(t)]++;
	}
	for (i = 0; i < COUNT(permille); i++) {
		__u64 truth = times[COUNT(times) * permille[i] / 1000 - 1];
		__u64 told = mcr_latency_percentile(buckets, permille[i]);

		assert_in_range(told, truth - truth / 4, truth + truth / 4);
	}
}

/* A server's status with one worker, and something put into that. */
static struct nl_msg *worker_msg(int type, const void *bytes, int len)
{
	struct nl_msg *msg = nlmsg_alloc();
	struct nlattr *status, *nest;

	assert_non_null(genlmsg_put(msg, 1, SERVER_SEQ, 30, 0, 0,
				    MCR_CMD_STATUS_GET, 1));
	status = nla_nest_start(msg, MCR_A_STATUS);
	nla_put_u8(msg, MCR_STATUS_A_PLANE, MCR_PLANE_RELAY);
	nest = nla_nest_start(msg, MCR_STATUS_A_WORKER);
	nla_put_u32(msg, MCR_WORKER_A_ID, 0);
	nla_nest_end(msg, nest);
	nest = nla_nest_start(msg, MCR_STATUS_A_WORKER);
	/* libnl takes an empty nest away. */
	nla_put_u32(msg, MCR_WORKER_A_RESTARTS, 1);
	if (type != MCR_WORKER_A_ID)
		nla_put_u32(msg, MCR_WORKER_A_ID, 1);
	if (bytes)
		nla_put(msg, type, len, bytes);
	nla_nest_end(msg, nest);
	nla_nest_end(msg, status);
	return msg;
}

static int parse(struct nl_msg *msg, struct mcr_status *status,
		 struct mcr_error *err)
{
	int ret = mcr_msg_parse_status(nlmsg_hdr(msg), status, err);

	nlmsg_free(msg);
	return ret;
}

static void test_least(void **state)
{
	static const struct mcr_worker nothing = {
		.id = 1, .restarts = 1
	};
	struct mcr_status status;
	struct mcr_error err;

	(void)state;
	assert_int_equal(parse(worker_msg(0, NULL, 0), &status, &err), 0);
	assert_int_equal(status.plane, MCR_PLANE_RELAY);
	assert_int_equal(status.n_workers, 2);
	assert_int_equal(status.workers[0].id, 0);
	assert_memory_equal(&status.workers[1], &nothing, sizeof(nothing));
	mcr_status_free(&status);
	assert_int_equal(status.n_workers, 0);
}

struct bad_worker {
	const char *desc;
	int type;
	const void *bytes;
	int len;
};

static const __u64 many_buckets[MCR_LATENCY_BUCKETS + 1];

static const struct bad_worker bad_workers[] = {
	{ "worker without an id", MCR_WORKER_A_ID, NULL, 0 },
	{ "worker's short id", MCR_WORKER_A_ID, "\1\0", 2 },
	{ "worker's short counter", MCR_WORKER_A_PACKETS, "1234", 4 },
	{ "worker's reason without an end", MCR_WORKER_A_WHY, "abc", 3 },
	{ "worker's send errors", MCR_WORKER_A_SEND_ERRORS,
	  "\10\0\2\0001234", 8 },
	{ "part of a bucket", MCR_WORKER_A_LATENCY, many_buckets, 12 },
	{ "too many buckets", MCR_WORKER_A_LATENCY, many_buckets,
	  sizeof(many_buckets) },
};

static void test_bad_worker(void **state)
{
	const struct bad_worker *c = *state;
	struct mcr_status status;
	struct mcr_error err;

	assert_int_equal(parse(worker_msg(c->type, c->bytes, c->len), &status,
			       &err), -1);
	assert_string_equal(err.text,
			    "the server's reply cannot be read: a worker is malformed");
	assert_int_equal(status.n_workers, 0);
}

/* A reason that is longer than there is room for is cut, no more. */
static void test_long_reason(void **state)
{
	struct mcr_status status;
	struct mcr_error err;
	char why[300];

	(void)state;
	memset(why, 'x', sizeof(why));
	why[sizeof(why) - 1] = '\0';
	assert_int_equal(parse(worker_msg(MCR_WORKER_A_WHY, why, sizeof(why)),
			       &status, &err), 0);
	assert_int_equal(strlen(status.workers[1].why),
			 sizeof(status.workers[1].why) - 1);
	mcr_status_free(&status);
}

/* Compares with pieces of text, a NULL behind the last. */
static void check_pieces(const char *text, const char *const *pieces)
{
	struct mcr_str expected = { 0 };

	while (*pieces)
		mcr_str_add(&expected, *pieces++);
	assert_string_equal(text, expected.s);
	mcr_str_free(&expected);
}

#define assert_pieces(text, ...)	\
	check_pieces(text, (const char *const []){ __VA_ARGS__, NULL })

static const struct mcr_worker busy = {
	.id = 1, .pid = 4711, .loop = MCR_WORKER_LOOP_MMSG,
	.why = "io_uring is\x1b forbidden", .restarts = 2, .buffers = 3,
	.buffer_bytes = 9216, .buffers_used = 4, .buffers_peak = 5,
	.pool_hits = 6, .pool_exhausted = 1, .receives = 100, .wakeups = 50,
	.syscalls = 250, .packets = 1000, .truncated = 7,
	.lost_superpackets = 8, .receive_errors = 9,
	.send_errors = { [MCR_SEND_ERROR_QUEUE_FULL] = 10,
			 [MCR_SEND_ERROR_OTHER] = 11 },
	.latency = { [1] = 100, [MCR_LATENCY_BUCKETS - 1] = 1 },
	.latency_sum = 1ULL << 40,
};

static void test_text(void **state)
{
	static const struct mcr_worker idle = { .id = 3, .restarts = 1 };
	struct mcr_str str = { 0 };

	(void)state;
	mcr_print_worker(&str, &busy);
	assert_pieces(str.s,
		      "worker 1  pid 4711, mmsg (io_uring is? forbidden), started anew 2 times\n",
		      "  packets  1000 in 100 receives; for each 0.2500 system calls, 0.0500 wake-ups\n",
		      "  pool     3 buffers of 9216 bytes, 4 in use, 5 at most; 6 hits, exhausted 1 time\n",
		      "  lost     truncated 7, super-packets 8, receive errors 9\n",
		      "  errors   queue-full 10, other 11\n",
		      "  latency  p50 4.6 us, p90 5.0 us, p99 5.1 us, p99.9 268.4 ms, of 101 samples\n");
	mcr_str_free(&str);
	mcr_print_worker(&str, &idle);
	assert_pieces(str.s,
		      "worker 3  not running, started anew 1 time\n",
		      "  packets  0 in 0 receives\n",
		      "  pool     0 buffers of 0 bytes, 0 in use, 0 at most; 0 hits, exhausted 0 times\n");
	mcr_str_free(&str);
}

static void test_json(void **state)
{
	struct mcr_worker worker = busy;
	struct mcr_status status = {
		.workers = &worker, .n_workers = 1,
	};
	struct json_object *obj = mcr_json_status(&status), *workers;

	(void)state;
	assert_non_null(obj);
	assert_true(json_object_object_get_ex(obj, "workers", &workers));
	assert_pieces(json_object_to_json_string_ext(workers,
						     JSON_C_TO_STRING_PLAIN),
		      "[{\"id\":1,\"pid\":4711,\"loop\":\"mmsg\",",
		      "\"why\":\"io_uring is\\u001b forbidden\",",
		      "\"restarts\":2,\"buffers\":3,\"buffer_bytes\":9216,",
		      "\"buffers_used\":4,\"buffers_peak\":5,",
		      "\"pool_hits\":6,\"pool_exhausted\":1,",
		      "\"receives\":100,\"wakeups\":50,\"syscalls\":250,",
		      "\"packets\":1000,\"truncated\":7,",
		      "\"lost_superpackets\":8,\"receive_errors\":9,",
		      "\"send_errors\":{\"queue-full\":10,\"device\":0,",
		      "\"too-big\":0,\"no-memory\":0,\"denied\":0,",
		      "\"invalid\":0,\"cancelled\":0,\"other\":11},",
		      "\"latency\":{\"samples\":101,",
		      "\"sum_ns\":1099511627776,\"p50_ns\":4618,",
		      "\"p90_ns\":5027,\"p99_ns\":5120,",
		      "\"p99_9_ns\":268435456,\"buckets\":[",
		      "{\"below_ns\":5120,\"count\":100},",
		      "{\"count\":1}]}}]");
	json_object_put(obj);
}

int main(void)
{
	struct suite suite = { 0 };

	suite_add_case(&suite, test_buckets);
	suite_add_case(&suite, test_percentile_of_nothing);
	suite_add_case(&suite, test_percentiles);
	suite_add_case(&suite, test_error_of_percentiles);
	suite_add_case(&suite, test_least);
	suite_add_table(&suite, bad_workers, test_bad_worker);
	suite_add_case(&suite, test_long_reason);
	suite_add_case(&suite, test_text);
	suite_add_case(&suite, test_json);
	return suite_run(&suite, "worker");
}
