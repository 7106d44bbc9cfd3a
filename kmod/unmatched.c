// SPDX-License-Identifier: GPL-2.0
/*
 * The flows that no rule took; see unmatched.h.
 */
#include <linux/cpumask.h>
#include <linux/preempt.h>

#include "mem.h"
#include "unmatched.h"

/**
 * mcr_unmatched_alloc - make a memory of flows, empty
 *
 * Context: Process; may sleep.
 * Return: for free_percpu(); NULL without memory.
 */
struct mcr_unmatched __percpu *mcr_unmatched_alloc(void)
{
	struct mcr_unmatched __percpu *unmatched;
	int cpu;

	unmatched = alloc_percpu_gfp(struct mcr_unmatched, MCR_GFP);
	if (!unmatched)
		return NULL;
	for_each_possible_cpu(cpu)
		seqcount_init(&per_cpu_ptr(unmatched, cpu)->seq);
	return unmatched;
}

static bool mcr_flow_equal(const struct mcr_flow *a, const struct mcr_flow *b)
{
	return a->dport == b->dport && a->vlan == b->vlan &&
	       a->family == b->family && a->proto == b->proto &&
	       mcr_addr_equal(&a->dst, &b->dst) &&
	       mcr_addr_equal(&a->src, &b->src);
}

static bool mcr_flow_among(const struct mcr_flow *flow,
			   const struct mcr_flow *flows, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++)
		if (mcr_flow_equal(flow, &flows[i]))
			return true;
	return false;
}

/**
 * mcr_unmatched_note - remember a flow that no rule took
 * @unmatched: the device's memory
 * @flow: the key of its packet
 *
 * A flow that is remembered already costs no write.
 *
 * Context: Softirq or BH disabled.
 */
void mcr_unmatched_note(struct mcr_unmatched __percpu *unmatched,
			const struct mcr_flow *flow)
{
	struct mcr_unmatched *u;
	u32 n, at;

	/* With PREEMPT_RT, BH disabled is not enough for a seqcount. */
	preempt_disable();
	u = this_cpu_ptr(unmatched);
	/* The relay's workers share this memory: nobody relies on others there. */
	n = min_t(u32, READ_ONCE(u->n), MCR_UNMATCHED_KEPT);
	at = READ_ONCE(u->next) % MCR_UNMATCHED_KEPT;
	if (!mcr_flow_among(flow, u->flow, n)) {
		write_seqcount_begin(&u->seq);
		u->flow[at] = *flow;
		u->next = (at + 1) % MCR_UNMATCHED_KEPT;
		if (n < MCR_UNMATCHED_KEPT)
			u->n = n + 1;
		write_seqcount_end(&u->seq);
	}
	preempt_enable();
}

/**
 * mcr_unmatched_read - the flows that are remembered, each once
 * @unmatched: the device's memory
 * @flow: gets them, in no order; beyond its size they are left out
 *
 * Context: Process.
 * Return: how many.
 */
u32 mcr_unmatched_read(struct mcr_unmatched __percpu *unmatched,
		       struct mcr_flow flow[MCR_UNMATCHED_SHOWN])
{
	struct mcr_unmatched copy;
	unsigned int seq;
	u32 n = 0, i;
	int cpu;

	for_each_possible_cpu(cpu) {
		const struct mcr_unmatched *u = per_cpu_ptr(unmatched, cpu);

		do {
			seq = read_seqcount_begin(&u->seq);
			copy.n = min_t(u32, READ_ONCE(u->n),
				       MCR_UNMATCHED_KEPT);
			memcpy(copy.flow, u->flow, sizeof(copy.flow));
		} while (read_seqcount_retry(&u->seq, seq));
		for (i = 0; i < copy.n && n < MCR_UNMATCHED_SHOWN; i++)
			if (!mcr_flow_among(&copy.flow[i], flow, n))
				flow[n++] = copy.flow[i];
	}
	return n;
}
