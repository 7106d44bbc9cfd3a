// SPDX-License-Identifier: GPL-2.0
/*
 * Gathering packets into runs; see gather.h.
 */
#include "worker.h"

#include <stdlib.h>

#include "frame.h"
#include "join.h"

/**
 * mcrd_gather_exit - free runs
 * @g: what is gathered: nothing
 */
void mcrd_gather_exit(struct mcrd_gather *g)
{
	struct mcrd_run *run;

	while ((run = g->free)) {
		g->free = run->next;
		free(run);
	}
}

/**
 * mcrd_run_get - a run that is not in use
 * @w: the worker
 *
 * Return: with a reference for mcrd_run_put(), but nothing else; NULL without
 *	memory.
 */
struct mcrd_run *mcrd_run_get(struct mcrd_worker *w)
{
	struct mcrd_run *run = w->gather.free;

	if (run)
		w->gather.free = run->next;
	else
		run = malloc(sizeof(*run));
	if (!run)
		return NULL;
	run->refs = 1;
	run->stamp = 0;
	run->sent = false;
	return run;
}

/**
 * mcrd_run_put - let go of a run
 * @w: the worker
 * @run: the run; with the last reference, its buffers are let go of
 */
void mcrd_run_put(struct mcrd_worker *w, struct mcrd_run *run)
{
	uint32_t i;

	if (--run->refs)
		return;
	if (run->stamp && run->sent)
		mcrd_tally_sent(&w->tally, run->stamp);
	for (i = 0; i < run->n; i++)
		mcrd_pool_put(&w->pool, run->piece[i].buf);
	run->next = w->gather.free;
	w->gather.free = run;
}

static void send_run(struct mcrd_worker *w, struct mcrd_run *run)
{
	mcrd_run_finish(run);
	mcrd_send_run(w, run);
	mcrd_run_put(w, run);
}

/* Send the run of a slot, if there is one. */
static void send_slot(struct mcrd_worker *w, struct mcrd_slot *slot)
{
	struct mcrd_run *run = slot->run;

	if (!run)
		return;
	slot->run = NULL;
	w->gather.open -= run->rule->n;
	send_run(w, run);
}

/**
 * mcrd_gather_flush - send all runs
 * @w: the worker
 *
 * What is sent is handed to the loop, not more.
 */
void mcrd_gather_flush(struct mcrd_worker *w)
{
	struct mcrd_gather *g = &w->gather;
	uint32_t i;

	for (i = 0; i < g->n; i++) {
		struct mcrd_slot *slot = &g->slot[g->order[i]];

		send_slot(w, slot);
		slot->used = false;
	}
	g->n = 0;
}

/*
 * The slot of a flow: that of its run, or where one may be put: a slot that was
 * left, or an unused one, which is taken. There is one, see MCRD_GATHER_RUNS.
 */
static struct mcrd_slot *slot_of(struct mcrd_gather *g, uint32_t hash,
				 const struct mcrd_frame *f,
				 const struct mcr_packet *p,
				 struct mcrd_rule_in *rule)
{
	struct mcrd_slot *left = NULL, *slot;
	uint32_t i;

	for (i = hash;; i++) {
		slot = &g->slot[i % MCRD_GATHER_SLOTS];
		if (!slot->used)
			break;
		if (!slot->run)
			left = left ? left : slot;
		else if (slot->run->hash == hash && slot->run->rule == rule &&
			 mcrd_run_same_flow(slot->run, f, p))
			return slot;
	}
	if (left)
		return left;
	slot->used = true;
	g->order[g->n++] = (uint16_t)(i % MCRD_GATHER_SLOTS);
	return slot;
}

static struct mcrd_run *start_run(struct mcrd_worker *w,
				  const struct mcrd_frame *f,
				  const struct mcr_packet *p,
				  struct mcrd_rule_in *rule)
{
	struct mcrd_run *run = mcrd_run_get(w);

	if (!run)
		return NULL;
	run->rule = rule;
	run->stamp = mcrd_tally_stamp(&w->tally, f);
	mcrd_run_start(run, f, p);
	return run;
}

/* Send a packet by itself. */
static bool send_alone(struct mcrd_worker *w, const struct mcrd_frame *f,
		       const struct mcr_packet *p, struct mcrd_rule_in *rule)
{
	struct mcrd_run *run = start_run(w, f, p, rule);

	if (!run)
		return false;
	send_run(w, run);
	return true;
}

static bool gather_udp(struct mcrd_worker *w, const struct mcrd_frame *f,
		       const struct mcr_packet *p, struct mcrd_rule_in *rule)
{
	uint32_t hash = mcrd_run_hash(f, p);
	bool opens = mcrd_run_opens(f, p);
	struct mcrd_slot *slot;

	if (w->gather.n == MCRD_GATHER_RUNS)
		mcrd_gather_flush(w);
	slot = slot_of(&w->gather, hash, f, p, rule);
	if (slot->run && opens && mcrd_run_takes(slot->run, f, p)) {
		mcrd_run_add(slot->run, f, p);
		if (mcrd_run_is_full(slot->run))
			send_slot(w, slot);
		return true;
	}
	/* What came first goes first. */
	send_slot(w, slot);
	if (!opens)
		return send_alone(w, f, p, rule);
	slot->run = start_run(w, f, p, rule);
	if (!slot->run)
		return false;
	slot->run->hash = hash;
	w->gather.open += rule->n;
	return true;
}

/**
 * mcrd_gather_frame - send a packet, or let it wait for others of its flow
 * @w: the worker
 * @f: the frame; with it a reference to its buffer is taken over
 * @p: the packet
 * @rule: the rule that takes it
 *
 * Return: true; false without memory: then nothing was taken over.
 */
bool mcrd_gather_frame(struct mcrd_worker *w, const struct mcrd_frame *f,
		       const struct mcr_packet *p, struct mcrd_rule_in *rule)
{
	if (p->thoff && !rule->low)
		return gather_udp(w, f, p, rule);
	return send_alone(w, f, p, rule);
}
