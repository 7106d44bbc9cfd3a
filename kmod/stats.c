// SPDX-License-Identifier: GPL-2.0
/*
 * Reading the counters: sums over all CPUs, those offline included.
 */
#include <linux/cpumask.h>
#include <linux/string.h>

#include "stats.h"

/**
 * mcr_stats_read_rule - sum up a rule's counters
 * @counters: the counters
 * @sum: the reading
 *
 * Context: Any. Exact once traffic is quiet.
 */
void mcr_stats_read_rule(const struct mcr_rule_counters __percpu *counters,
			 struct mcr_rule_stats *sum)
{
	int cpu;

	memset(sum, 0, sizeof(*sum));
	for_each_possible_cpu(cpu) {
		const struct mcr_rule_counters *c = per_cpu_ptr(counters, cpu);
		u64 packets, bytes, last;
		unsigned int start;

		do {
			start = u64_stats_fetch_begin(&c->syncp);
			packets = u64_stats_read(&c->packets);
			bytes = u64_stats_read(&c->bytes);
			last = u64_stats_read(&c->last);
		} while (u64_stats_fetch_retry(&c->syncp, start));
		sum->packets += packets;
		sum->bytes += bytes;
		sum->last = max(sum->last, last);
	}
}

/**
 * mcr_stats_read_output - sum up an output's counters
 * @counters: the counters
 * @sum: the reading
 *
 * Context: Any. Exact once traffic is quiet.
 */
void mcr_stats_read_output(const struct mcr_output_counters __percpu *counters,
			   struct mcr_output_stats *sum)
{
	int cpu;

	memset(sum, 0, sizeof(*sum));
	for_each_possible_cpu(cpu) {
		const struct mcr_output_counters *c = per_cpu_ptr(counters, cpu);
		u64 offered, sent, sent_bytes;
		unsigned int start;

		do {
			start = u64_stats_fetch_begin(&c->syncp);
			offered = u64_stats_read(&c->offered);
			sent = u64_stats_read(&c->sent);
			sent_bytes = u64_stats_read(&c->sent_bytes);
		} while (u64_stats_fetch_retry(&c->syncp, start));
		sum->offered += offered;
		sum->sent += sent;
		sum->sent_bytes += sent_bytes;
	}
}

/**
 * mcr_stats_read_ingress - sum up an ingress device's counters
 * @counters: the counters
 * @sum: the reading
 *
 * Context: Any. Exact once traffic is quiet.
 */
void mcr_stats_read_ingress(const struct mcr_ingress_counters __percpu *counters,
			    struct mcr_ingress_stats *sum)
{
	int cpu;

	memset(sum, 0, sizeof(*sum));
	for_each_possible_cpu(cpu) {
		const struct mcr_ingress_counters *c = per_cpu_ptr(counters, cpu);
		u64 seen, not_matched, malformed;
		unsigned int start;

		do {
			start = u64_stats_fetch_begin(&c->syncp);
			seen = u64_stats_read(&c->seen);
			not_matched = u64_stats_read(&c->not_matched);
			malformed = u64_stats_read(&c->malformed);
		} while (u64_stats_fetch_retry(&c->syncp, start));
		sum->seen += seen;
		sum->not_matched += not_matched;
		sum->malformed += malformed;
	}
}
