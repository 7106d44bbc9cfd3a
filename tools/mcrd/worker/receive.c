// SPDX-License-Identifier: GPL-2.0
/*
 * From a message that was received to its rule: what kmod/hook.c does.
 */
#include "receive.h"

#include <string.h>
#include <time.h>

#include "carry.h"
#include "count.h"
#include "worker.h"

/* Say of a fault that it happens, once; from then on it is counted. */
static void note(struct mcrd_worker *w, const struct mcrd_rxdev *rx,
		 enum mcrd_fault fault, const char *what)
{
	if (w->errors.n[fault]++)
		return;
	mcrd_wlog_put(&w->log, LOG_WARNING, NULL,
		      "%s: %s (%s); further ones are only counted",
		      rx->port->dev.name, what, mcrd_fault_name(fault));
}

static struct mcrd_rule_in *match(struct mcrd_rxdev *rx,
				  const struct mcr_flow *flow)
{
	struct mcr_entry *e;

	if (!rx->port->classifies)
		return NULL;
	e = mcr_lookup_find(&rx->port->lookup, flow);
	return e ? container_of(e, struct mcrd_rule_in, entry) : NULL;
}

/* By the same time stamp the module sees whether it is one of its own. */
static bool carries(const struct mcrd_rule_in *rule, const struct mcrd_frame *f)
{
	struct timespec now;
	uint64_t stamp = f->stamp;

	if (!stamp && mcr_carry_moves(rule->carry)) {
		clock_gettime(CLOCK_REALTIME, &now);
		stamp = (uint64_t)now.tv_sec * 1000000000ULL +
			(uint64_t)now.tv_nsec;
	}
	return mcr_carries(rule->carry, rule->since, stamp);
}

/* Return true if the reference to the frame's buffer was taken over. */
static bool handle(struct mcrd_worker *w, struct mcrd_frame *f)
{
	struct mcrd_rule_in *rule = NULL;
	enum mcr_verdict verdict;
	struct mcr_packet p;

	verdict = mcrd_frame_parse(f, &p);
	if (verdict == MCR_VERDICT_PACKET) {
		rule = match(f->rx, &p.flow);
		if (!rule)
			mcr_unmatched_note(f->rx->unmatched, &p.flow);
	}
	w->tally.packets += verdict == MCR_VERDICT_PACKET ? p.segs : 1;
	mcrd_count_seen(f->rx, !rule && verdict != MCR_VERDICT_MALFORMED,
			verdict == MCR_VERDICT_MALFORMED);
	if (!rule || (rule->carry && !carries(rule, f)))
		return false;
	mcrd_count_matched(rule, &p, w->now);
	if (mcrd_gather_frame(w, f, &p, rule))
		return true;
	mcrd_send_lost(w, rule, &p);
	return false;
}

/**
 * mcrd_receive - handle a message
 * @w: the worker
 * @rx: the socket it was received from
 * @buf: what it lies in, with a reference that is taken over
 * @m: the message
 */
void mcrd_receive(struct mcrd_worker *w, struct mcrd_rxdev *rx,
		  struct mcrd_buf *buf, const struct mcrd_message *m)
{
	struct mcrd_frame f;
	bool taken = false;

	rx->errors = 0;
	if (!rx->closed) {
		switch (mcrd_frame_read(&f, rx, buf, m)) {
		case MCRD_FRAME_GOOD:
			taken = handle(w, &f);
			break;
		case MCRD_FRAME_SHORT:
			mcrd_count_seen(rx, false, true);
			break;
		case MCRD_FRAME_TRUNCATED:
			mcrd_count_seen(rx, false, true);
			note(w, rx, MCRD_FAULT_RX_TRUNCATED,
			     "a frame is longer than receive buffers are, and is not sent on");
			break;
		}
	}
	if (!taken)
		mcrd_pool_put(&w->pool, buf);
}

/**
 * mcrd_receive_error - a receive failed
 * @w: the worker
 * @rx: the socket
 * @err: a positive errno
 *
 * Return: true if more is to be received at once; false: after a rest.
 */
bool mcrd_receive_error(struct mcrd_worker *w, struct mcrd_rxdev *rx, int err)
{
	enum mcrd_fault fault = mcrd_fault_rx(err);

	if (rx->closed) {
		w->errors.n[fault]++;
		return false;
	}
	if (fault == MCRD_FAULT_RX_SUPERPACKET)
		note(w, rx, fault,
		     "a UDP super-packet was lost: this kernel cannot hand it over (Linux 6.2 can); ethtool -K rx-udp-gro-forwarding off avoids them");
	else if (fault == MCRD_FAULT_RX_BUFFERS)
		w->errors.n[fault]++;
	else
		note(w, rx, fault, strerror(err));
	if (fault == MCRD_FAULT_RX_BUFFERS) {
		/* The kernel is lent some at a time, which another socket took. */
		if (w->pool.n_free)
			return true;
		w->pool.exhausted++;
	}
	return rx->errors++ < MCRD_RX_ERRORS;
}

/**
 * mcrd_receive_batch - all that came at once is handled
 * @w: the worker
 * @frames: how many frames there were
 */
void mcrd_receive_batch(struct mcrd_worker *w, uint32_t frames)
{
	uint64_t packets = w->tally.packets;
	struct timespec ts;

	mcrd_gather_flush(w);
	mcrd_tally_batch(w, frames);
	clock_gettime(CLOCK_MONOTONIC, &ts);
	mcrd_pace_batch(&w->pace, (uint64_t)ts.tv_sec * 1000000000ULL +
			(uint64_t)ts.tv_nsec, packets);
}
