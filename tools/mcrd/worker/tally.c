// SPDX-License-Identifier: GPL-2.0
/*
 * What a worker counts of itself; see tally.h.
 */
#include "tally.h"

#include <time.h>

#include "frame.h"
#include "worker.h"

/* What sends that fail are counted as. */
static const enum mcr_send_error send_errors[MCRD_FAULT_MAX] = {
	[MCRD_FAULT_TX_QUEUE] = MCR_SEND_ERROR_QUEUE_FULL,
	[MCRD_FAULT_TX_DOWN] = MCR_SEND_ERROR_DEVICE,
	[MCRD_FAULT_TX_GONE] = MCR_SEND_ERROR_DEVICE,
	[MCRD_FAULT_TX_SIZE] = MCR_SEND_ERROR_TOO_BIG,
	[MCRD_FAULT_TX_MEMORY] = MCR_SEND_ERROR_NO_MEMORY,
	[MCRD_FAULT_TX_INVALID] = MCR_SEND_ERROR_INVALID,
	[MCRD_FAULT_TX_CANCELED] = MCR_SEND_ERROR_CANCELLED,
	[MCRD_FAULT_TX_OTHER] = MCR_SEND_ERROR_OTHER,
};

/* NULL: it is counted elsewhere, or is none. */
static __u64 *counter_of(struct mcrd_worker_stats *s, enum mcrd_fault fault)
{
	if (send_errors[fault])
		return &s->send_errors[send_errors[fault]];
	switch (fault) {
	case MCRD_FAULT_RX_SUPERPACKET:
		return &s->lost_superpackets;
	case MCRD_FAULT_RX_TRUNCATED:
		return &s->truncated;
	case MCRD_FAULT_RX_BUFFERS:
	case MCRD_FAULT_RX_CANCELED:
		return NULL;
	default:
		return &s->receive_errors;
	}
}

static void tell_errors(struct mcrd_tally *t, const struct mcrd_errors *errors)
{
	enum mcrd_fault fault;
	uint64_t more;
	__u64 *counter;

	for (fault = 0; fault < MCRD_FAULT_MAX; fault++) {
		more = errors->n[fault] - t->errors.n[fault];
		if (!more)
			continue;
		t->errors.n[fault] += more;
		counter = counter_of(t->stats, fault);
		if (counter)
			mcrd_stats_add(counter, more);
	}
}

static void tell(__u64 *counter, uint64_t *more)
{
	mcrd_stats_add(counter, *more);
	*more = 0;
}

static void tell_pool(struct mcrd_tally *t, const struct mcrd_pool *pool)
{
	mcrd_stats_add(&t->stats->pool_hits, pool->hits - t->hits);
	t->hits = pool->hits;
	mcrd_stats_add(&t->stats->pool_exhausted,
		       pool->exhausted - t->exhausted);
	t->exhausted = pool->exhausted;
	mcrd_stats_buffers(t->stats, pool->in_use, pool->high);
}

/**
 * mcrd_tally_stamp - is the time of a run to be taken?
 * @t: what is counted
 * @f: its first frame
 *
 * Return: when that was received, ns of CLOCK_REALTIME; 0: it is not.
 */
uint64_t mcrd_tally_stamp(struct mcrd_tally *t, const struct mcrd_frame *f)
{
	if (!t->sampling || !f->stamp)
		return 0;
	t->sampling = false;
	t->sampled = true;
	return f->stamp;
}

/**
 * mcrd_tally_sent - a run whose time is taken was sent, by all who send it
 * @t: what is counted
 * @stamp: of mcrd_tally_stamp()
 */
void mcrd_tally_sent(struct mcrd_tally *t, uint64_t stamp)
{
	struct timespec now;

	if (!t->stats)
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	mcrd_stats_latency(t->stats, stamp,
			   (uint64_t)now.tv_sec * 1000000000ULL +
			   (uint64_t)now.tv_nsec);
}

/**
 * mcrd_tally_batch - all that came at once was handed over to be sent
 * @w: the worker
 * @frames: how many frames there were
 *
 * Sends whose time is taken are done, and seen to be, at once: else it would be
 * the time to the next batch that is measured.
 */
void mcrd_tally_batch(struct mcrd_worker *w, uint32_t frames)
{
	struct mcrd_tally *t = &w->tally;

	if (t->sampled)
		w->loop->submit(w);
	t->sampled = false;
	if (frames && !(++t->batches % MCRD_STATS_SAMPLE))
		t->sampling = true;
	if (!t->stats) {
		t->packets = 0;
		return;
	}
	tell(&t->stats->packets, &t->packets);
	tell(&t->stats->receives, &t->receives);
	tell(&t->stats->wakeups, &t->wakeups);
	tell(&t->stats->syscalls, &t->syscalls);
	tell_pool(t, &w->pool);
	tell_errors(t, &w->errors);
}
