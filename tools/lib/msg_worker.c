// SPDX-License-Identifier: GPL-2.0
/*
 * What a reply says of the relay's workers; see msg.h.
 */
#include "msg.h"

#include <netlink/attr.h>
#include <string.h>

#include "msg_get.h"

static const struct nla_policy worker_policy[MCR_WORKER_A_MAX + 1] = {
	[MCR_WORKER_A_ID] = { .type = NLA_U32 },
	[MCR_WORKER_A_PID] = { .type = NLA_U32 },
	[MCR_WORKER_A_LOOP] = { .type = NLA_U8 },
	[MCR_WORKER_A_WHY] = { .type = NLA_STRING },
	[MCR_WORKER_A_RESTARTS] = { .type = NLA_U32 },
	[MCR_WORKER_A_BUFFERS] = { .type = NLA_U32 },
	[MCR_WORKER_A_BUFFER_BYTES] = { .type = NLA_U32 },
	[MCR_WORKER_A_BUFFERS_USED] = { .type = NLA_U32 },
	[MCR_WORKER_A_BUFFERS_PEAK] = { .type = NLA_U32 },
	[MCR_WORKER_A_POOL_HITS] = { .type = NLA_U64 },
	[MCR_WORKER_A_POOL_EXHAUSTED] = { .type = NLA_U64 },
	[MCR_WORKER_A_RECEIVES] = { .type = NLA_U64 },
	[MCR_WORKER_A_WAKEUPS] = { .type = NLA_U64 },
	[MCR_WORKER_A_SYSCALLS] = { .type = NLA_U64 },
	[MCR_WORKER_A_PACKETS] = { .type = NLA_U64 },
	[MCR_WORKER_A_TRUNCATED] = { .type = NLA_U64 },
	[MCR_WORKER_A_LOST_SUPERPACKETS] = { .type = NLA_U64 },
	[MCR_WORKER_A_RECEIVE_ERRORS] = { .type = NLA_U64 },
	[MCR_WORKER_A_SEND_ERRORS] = { .type = NLA_NESTED },
	[MCR_WORKER_A_LATENCY_SUM] = { .type = NLA_U64 },
};

static const struct nla_policy error_policy[MCR_SEND_ERROR_MAX + 1] = {
	[MCR_SEND_ERROR_QUEUE_FULL ... MCR_SEND_ERROR_MAX] = {
		.type = NLA_U64
	},
};

static int get_send_errors(struct nlattr *nest, struct mcr_worker *worker)
{
	struct nlattr *a[MCR_SEND_ERROR_MAX + 1];
	unsigned int i;

	if (!nest)
		return 0;
	if (nla_parse_nested(a, MCR_SEND_ERROR_MAX, nest, error_policy) < 0)
		return -1;
	for (i = MCR_SEND_ERROR_QUEUE_FULL; i <= MCR_SEND_ERROR_MAX; i++)
		worker->send_errors[i] = mcr_get_u64(a, i);
	return 0;
}

/* More buckets than there are would be another histogram. */
static int get_latency(const struct nlattr *array, struct mcr_worker *worker)
{
	size_t len;

	if (!array)
		return 0;
	len = (size_t)nla_len(array);
	if (len % sizeof(__u64) || len > sizeof(worker->latency))
		return -1;
	memcpy(worker->latency, nla_data(array), len);
	return 0;
}

static void get_counters(struct nlattr **a, struct mcr_worker *worker)
{
	worker->pool_hits = mcr_get_u64(a, MCR_WORKER_A_POOL_HITS);
	worker->pool_exhausted = mcr_get_u64(a, MCR_WORKER_A_POOL_EXHAUSTED);
	worker->receives = mcr_get_u64(a, MCR_WORKER_A_RECEIVES);
	worker->wakeups = mcr_get_u64(a, MCR_WORKER_A_WAKEUPS);
	worker->syscalls = mcr_get_u64(a, MCR_WORKER_A_SYSCALLS);
	worker->packets = mcr_get_u64(a, MCR_WORKER_A_PACKETS);
	worker->truncated = mcr_get_u64(a, MCR_WORKER_A_TRUNCATED);
	worker->lost_superpackets =
		mcr_get_u64(a, MCR_WORKER_A_LOST_SUPERPACKETS);
	worker->receive_errors = mcr_get_u64(a, MCR_WORKER_A_RECEIVE_ERRORS);
	worker->latency_sum = mcr_get_u64(a, MCR_WORKER_A_LATENCY_SUM);
}

static int get_worker(struct nlattr *nest, struct mcr_worker *worker)
{
	struct nlattr *a[MCR_WORKER_A_MAX + 1];

	if (nla_parse_nested(a, MCR_WORKER_A_MAX, nest, worker_policy) < 0 ||
	    !a[MCR_WORKER_A_ID])
		return -1;
	worker->id = mcr_get_u32(a, MCR_WORKER_A_ID);
	worker->pid = mcr_get_u32(a, MCR_WORKER_A_PID);
	worker->loop = mcr_get_u8(a, MCR_WORKER_A_LOOP, 0);
	mcr_get_string(a, MCR_WORKER_A_WHY, worker->why, sizeof(worker->why));
	worker->restarts = mcr_get_u32(a, MCR_WORKER_A_RESTARTS);
	worker->buffers = mcr_get_u32(a, MCR_WORKER_A_BUFFERS);
	worker->buffer_bytes = mcr_get_u32(a, MCR_WORKER_A_BUFFER_BYTES);
	worker->buffers_used = mcr_get_u32(a, MCR_WORKER_A_BUFFERS_USED);
	worker->buffers_peak = mcr_get_u32(a, MCR_WORKER_A_BUFFERS_PEAK);
	get_counters(a, worker);
	if (get_send_errors(a[MCR_WORKER_A_SEND_ERRORS], worker))
		return -1;
	return get_latency(a[MCR_WORKER_A_LATENCY], worker);
}

/**
 * mcr_msg_get_workers - read the workers of a status
 * @nest: MCR_A_STATUS
 * @status: where to put them; has none afterwards if something is wrong
 * @err: where to say what is wrong
 *
 * Return: 0, or -1 and an error.
 */
int mcr_msg_get_workers(struct nlattr *nest, struct mcr_status *status,
			struct mcr_error *err)
{
	struct mcr_worker *worker;
	struct nlattr *a;
	int rem, ret = 0;

	nla_for_each_nested(a, nest, rem) {
		if (nla_type(a) != MCR_STATUS_A_WORKER || ret)
			continue;
		worker = mcr_status_add_worker(status);
		if (!worker)
			ret = mcr_error_set(err, MCR_ERROR_SYSTEM,
					    "out of memory");
		else if (get_worker(a, worker))
			ret = mcr_get_failed(err, "a worker is malformed");
	}
	if (ret)
		mcr_status_free(status);
	return ret;
}
