/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counting, in the worker's section of the arena: the supervisor reads it as the
 * module reads its per-CPU counters.
 */
#ifndef MCRD_WORKER_COUNT_H
#define MCRD_WORKER_COUNT_H

#include "match.h"
#include "stats.h"
#include "table.h"

static inline void mcrd_count_matched(struct mcrd_rule_in *rule,
				      const struct mcr_packet *p, u64 now)
{
	struct mcr_rule_counters *c = rule->counters;

	u64_stats_update_begin(&c->syncp);
	u64_stats_add(&c->packets, p->segs);
	u64_stats_add(&c->bytes, p->bytes);
	u64_stats_set(&c->last, now);
	u64_stats_update_end(&c->syncp);
}

/*
 * Offered is counted with what becomes of it: the sums balance while sends are
 * under way, and if the worker dies.
 */
static inline void mcrd_count_offered(struct mcrd_out *out, u32 n)
{
	struct mcr_output_counters *c = out->counters;

	u64_stats_update_begin(&c->syncp);
	u64_stats_add(&c->offered, n);
	u64_stats_update_end(&c->syncp);
}

static inline void mcrd_count_sent(struct mcrd_out *out, u32 n, u64 bytes)
{
	struct mcr_output_counters *c = out->counters;

	u64_stats_update_begin(&c->syncp);
	u64_stats_add(&c->offered, n);
	u64_stats_add(&c->sent, n);
	u64_stats_add(&c->sent_bytes, bytes);
	u64_stats_update_end(&c->syncp);
}

static inline void mcrd_count_seen(struct mcrd_rxdev *rx, bool not_matched,
				   bool malformed)
{
	struct mcr_ingress_counters *c = rx->counters;

	u64_stats_update_begin(&c->syncp);
	u64_stats_inc(&c->seen);
	if (not_matched)
		u64_stats_inc(&c->not_matched);
	if (malformed)
		u64_stats_inc(&c->malformed);
	u64_stats_update_end(&c->syncp);
}

#endif /* MCRD_WORKER_COUNT_H */
