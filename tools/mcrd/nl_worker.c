// SPDX-License-Identifier: GPL-2.0
/*
 * From what workers counted to attributes; see nl_worker.h. It is the relay's
 * part of kmod/nl_put.c, and is compiled like that.
 */
#include <assert.h>
#include <linux/mcr.h>
#include <linux/string.h>
#include <net/netlink.h>

#include "nl_worker.h"
#include "plan.h"

/* What frames and messages call the loops is the same. */
static_assert((int)MCRD_LOOP_AUTO == (int)MCR_WORKER_LOOP_UNKNOWN, "");
static_assert((int)MCRD_LOOP_URING == (int)MCR_WORKER_LOOP_URING, "");
static_assert((int)MCRD_LOOP_MMSG == (int)MCR_WORKER_LOOP_MMSG, "");
static_assert((int)MCRD_LOOP_SQPOLL == (int)MCR_WORKER_LOOP_SQPOLL, "");

static int put_counter(struct sk_buff *skb, int attr, const u64 *counter)
{
	u64 n = mcrd_stats_read(counter);

	if (!n)
		return 0;
	return nla_put_u64_64bit(skb, attr, n, MCR_WORKER_A_PAD);
}

static int put_counters(struct sk_buff *skb, const struct mcrd_worker_stats *s)
{
	if (put_counter(skb, MCR_WORKER_A_POOL_HITS, &s->pool_hits) ||
	    put_counter(skb, MCR_WORKER_A_POOL_EXHAUSTED, &s->pool_exhausted) ||
	    put_counter(skb, MCR_WORKER_A_RECEIVES, &s->receives) ||
	    put_counter(skb, MCR_WORKER_A_WAKEUPS, &s->wakeups) ||
	    put_counter(skb, MCR_WORKER_A_SYSCALLS, &s->syscalls) ||
	    put_counter(skb, MCR_WORKER_A_PACKETS, &s->packets) ||
	    put_counter(skb, MCR_WORKER_A_TRUNCATED, &s->truncated) ||
	    put_counter(skb, MCR_WORKER_A_LOST_SUPERPACKETS,
			&s->lost_superpackets) ||
	    put_counter(skb, MCR_WORKER_A_RECEIVE_ERRORS, &s->receive_errors))
		return -EMSGSIZE;
	return put_counter(skb, MCR_WORKER_A_LATENCY_SUM, &s->latency_sum);
}

static int put_send_errors(struct sk_buff *skb,
			   const struct mcrd_worker_stats *s)
{
	struct nlattr *nest = NULL;
	int error;

	for (error = MCR_SEND_ERROR_QUEUE_FULL; error <= MCR_SEND_ERROR_MAX;
	     error++) {
		u64 n = mcrd_stats_read(&s->send_errors[error]);

		if (!n)
			continue;
		if (!nest)
			nest = nla_nest_start(skb, MCR_WORKER_A_SEND_ERRORS);
		if (!nest ||
		    nla_put_u64_64bit(skb, error, n, MCR_SEND_ERROR_PAD))
			return -EMSGSIZE;
	}
	if (nest)
		nla_nest_end(skb, nest);
	return 0;
}

/* Up to the last bucket in which there is something. */
static int put_latency(struct sk_buff *skb, const struct mcrd_worker_stats *s)
{
	u64 buckets[MCR_LATENCY_BUCKETS];
	int i, n = 0;

	for (i = 0; i < MCR_LATENCY_BUCKETS; i++) {
		buckets[i] = mcrd_stats_read(&s->latency[i]);
		if (buckets[i])
			n = i + 1;
	}
	if (!n)
		return 0;
	return nla_put(skb, MCR_WORKER_A_LATENCY, n * (int)sizeof(*buckets),
		       buckets);
}

static int put_pool(struct sk_buff *skb,
		    const struct mcrd_worker_report *report)
{
	const struct mcrd_worker_stats *s = report->stats;
	u32 used = __atomic_load_n(&s->buffers_used, __ATOMIC_RELAXED);
	u32 peak = __atomic_load_n(&s->buffers_peak, __ATOMIC_RELAXED);

	/* The buffers of a process that is gone hold nothing. */
	if (!report->pid)
		used = 0;
	if (nla_put_u32(skb, MCR_WORKER_A_BUFFERS, report->buffers) ||
	    nla_put_u32(skb, MCR_WORKER_A_BUFFER_BYTES, report->buffer_bytes) ||
	    nla_put_u32(skb, MCR_WORKER_A_BUFFERS_USED, used))
		return -EMSGSIZE;
	return nla_put_u32(skb, MCR_WORKER_A_BUFFERS_PEAK, peak);
}

static int put_state(struct sk_buff *skb,
		     const struct mcrd_worker_report *report)
{
	const char *why = report->why;

	if (nla_put_u32(skb, MCR_WORKER_A_ID, report->id) ||
	    (report->pid && nla_put_u32(skb, MCR_WORKER_A_PID, report->pid)) ||
	    (report->loop &&
	     nla_put_u8(skb, MCR_WORKER_A_LOOP, (u8)report->loop)) ||
	    (why && *why && nla_put_string(skb, MCR_WORKER_A_WHY, why)))
		return -EMSGSIZE;
	return report->restarts ? nla_put_u32(skb, MCR_WORKER_A_RESTARTS,
					      report->restarts) : 0;
}

/**
 * mcrd_nl_put_worker - put what is known of a worker into MCR_A_STATUS
 * @skb: the message, in that nest
 * @report: the worker
 *
 * Return: 0 or -EMSGSIZE.
 */
int mcrd_nl_put_worker(struct sk_buff *skb,
		       const struct mcrd_worker_report *report)
{
	struct nlattr *nest = nla_nest_start(skb, MCR_STATUS_A_WORKER);

	if (!nest || put_state(skb, report) || put_pool(skb, report) ||
	    put_counters(skb, report->stats) ||
	    put_send_errors(skb, report->stats) ||
	    put_latency(skb, report->stats))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}
