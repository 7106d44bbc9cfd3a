/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counters: what is counted on the packet path is per CPU, so that no cache
 * line is written by two; drops are rare and shared.
 */
#ifndef MCR_STATS_H
#define MCR_STATS_H

#include <linux/atomic.h>
#include <linux/mcr.h>
#include <linux/percpu.h>
#include <linux/u64_stats_sync.h>

#include "mem.h"

/* Drop reasons are attribute numbers; the first is the one behind the pad. */
#define MCR_DROP_FIRST	MCR_DROP_NO_DEVICE
#define MCR_N_DROPS	(MCR_DROP_MAX - MCR_DROP_FIRST + 1)

/**
 * mcr_stats_alloc - make zeroed counters
 * @type: struct of counters with a member syncp
 *
 * Context: Process; may sleep.
 * Return: for free_percpu(); NULL without memory.
 */
#define mcr_stats_alloc(type)						\
({									\
	type __percpu *__counters = alloc_percpu_gfp(type, MCR_GFP);	\
	int __cpu;							\
									\
	if (__counters)							\
		for_each_possible_cpu(__cpu)				\
			u64_stats_init(&per_cpu_ptr(__counters,		\
						    __cpu)->syncp);	\
	__counters;							\
})

/**
 * struct mcr_rule_counters - of a rule, on one CPU
 * @packets: matched; segments of super-packets
 * @bytes: their L3 bytes
 * @last: jiffies of the last one; 0: none
 * @syncp: for 32-bit readers
 */
struct mcr_rule_counters {
	u64_stats_t packets;
	u64_stats_t bytes;
	u64_stats_t last;
	struct u64_stats_sync syncp;
};

/**
 * struct mcr_output_counters - of an output, on one CPU
 * @offered: packets to be sent
 * @sent: packets the device accepted
 * @sent_bytes: their L3 bytes
 * @syncp: for 32-bit readers
 */
struct mcr_output_counters {
	u64_stats_t offered;
	u64_stats_t sent;
	u64_stats_t sent_bytes;
	struct u64_stats_sync syncp;
};

/**
 * struct mcr_ingress_counters - of an ingress device, on one CPU
 * @seen: frames looked at
 * @not_matched: of which no rule took
 * @malformed: of which had broken headers
 * @syncp: for 32-bit readers
 */
struct mcr_ingress_counters {
	u64_stats_t seen;
	u64_stats_t not_matched;
	u64_stats_t malformed;
	struct u64_stats_sync syncp;
};

/**
 * struct mcr_drops - packets of an output that were not sent
 * @n: by reason
 */
struct mcr_drops {
	atomic64_t n[MCR_N_DROPS];
};

/**
 * struct mcr_rule_stats - a reading of a rule's counters
 * @packets: matched
 * @bytes: their L3 bytes
 * @last: jiffies of the last one; 0: none
 */
struct mcr_rule_stats {
	u64 packets;
	u64 bytes;
	u64 last;
};

/**
 * struct mcr_output_stats - a reading of an output's counters
 * @offered: packets to be sent
 * @sent: packets the device accepted
 * @sent_bytes: their L3 bytes
 */
struct mcr_output_stats {
	u64 offered;
	u64 sent;
	u64 sent_bytes;
};

/**
 * struct mcr_ingress_stats - a reading of an ingress device's counters
 * @seen: frames looked at
 * @not_matched: of which no rule took
 * @malformed: of which had broken headers
 */
struct mcr_ingress_stats {
	u64 seen;
	u64 not_matched;
	u64 malformed;
};

/**
 * mcr_stats_drop - count packets that an output does not send
 * @drops: the output's
 * @reason: of enum mcr_drop
 * @n: how many
 *
 * Context: Any.
 */
static inline void mcr_stats_drop(struct mcr_drops *drops, enum mcr_drop reason,
				  u32 n)
{
	atomic64_add(n, &drops->n[reason - MCR_DROP_FIRST]);
}

/**
 * mcr_stats_drops - packets that an output did not send
 * @drops: the output's
 * @reason: of enum mcr_drop
 *
 * Return: how many.
 */
static inline u64 mcr_stats_drops(const struct mcr_drops *drops,
				  enum mcr_drop reason)
{
	return (u64)atomic64_read(&drops->n[reason - MCR_DROP_FIRST]);
}

void mcr_stats_read_rule(const struct mcr_rule_counters __percpu *counters,
			 struct mcr_rule_stats *sum);
void mcr_stats_read_output(const struct mcr_output_counters __percpu *counters,
			   struct mcr_output_stats *sum);
void mcr_stats_read_ingress(const struct mcr_ingress_counters __percpu *counters,
			    struct mcr_ingress_stats *sum);

#endif /* MCR_STATS_H */
