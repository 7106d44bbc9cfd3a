// SPDX-License-Identifier: GPL-2.0
/*
 * The relay's workers as text; see print_worker.h.
 */
#include "print_worker.h"

#include "latency.h"

static const char *plural(__u64 n)
{
	return n == 1 ? "" : "s";
}

/**
 * mcr_print_worker_state - append what a worker is, without a line's end
 * @str: the text to append to
 * @worker: the worker
 */
void mcr_print_worker_state(struct mcr_str *str,
			    const struct mcr_worker *worker)
{
	mcr_str_addf(str, "worker %u  ", worker->id);
	if (worker->pid)
		mcr_str_addf(str, "pid %u", worker->pid);
	else
		mcr_str_add(str, "not running");
	if (worker->loop != MCR_WORKER_LOOP_UNKNOWN)
		mcr_str_addf(str, ", %s", mcr_enum_name(mcr_worker_loop_names,
							worker->loop));
	if (worker->why[0]) {
		mcr_str_add(str, " (");
		mcr_str_safe(str, worker->why);
		mcr_str_add(str, ")");
	}
	if (worker->restarts)
		mcr_str_addf(str, ", started anew %u time%s", worker->restarts,
			     plural(worker->restarts));
}

static double per_packet(const struct mcr_worker *worker, __u64 n)
{
	return worker->packets ? (double)n / (double)worker->packets : 0;
}

static void print_packets(struct mcr_str *str, const struct mcr_worker *worker)
{
	mcr_str_addf(str, "  packets  %llu in %llu receive%s",
		     worker->packets, worker->receives,
		     plural(worker->receives));
	if (worker->packets)
		mcr_str_addf(str,
			     "; for each %.4f system calls, %.4f wake-ups",
			     per_packet(worker, worker->syscalls),
			     per_packet(worker, worker->wakeups));
	mcr_str_add(str, "\n");
}

static void print_pool(struct mcr_str *str, const struct mcr_worker *worker)
{
	mcr_str_addf(str,
		     "  pool     %u buffers of %u bytes, %u in use, %u at most; %llu hit%s, exhausted %llu time%s\n",
		     worker->buffers, worker->buffer_bytes,
		     worker->buffers_used, worker->buffers_peak,
		     worker->pool_hits, plural(worker->pool_hits),
		     worker->pool_exhausted, plural(worker->pool_exhausted));
}

static void add_loss(struct mcr_str *str, const char **before,
		     const char *name, __u64 n)
{
	if (!n)
		return;
	mcr_str_addf(str, "%s%s %llu", *before, name, n);
	*before = ", ";
}

static void print_losses(struct mcr_str *str, const struct mcr_worker *worker)
{
	const char *before = "  lost     ";
	unsigned int i;

	add_loss(str, &before, "truncated", worker->truncated);
	add_loss(str, &before, "super-packets", worker->lost_superpackets);
	add_loss(str, &before, "receive errors", worker->receive_errors);
	if (*before == ',')
		mcr_str_add(str, "\n");
	before = "  errors   ";
	for (i = 0; i <= MCR_SEND_ERROR_MAX; i++)
		if (mcr_send_error_names[i])
			add_loss(str, &before, mcr_send_error_names[i],
				 worker->send_errors[i]);
	if (*before == ',')
		mcr_str_add(str, "\n");
}

static void print_ns(struct mcr_str *str, __u64 ns)
{
	if (ns < 10000000)
		mcr_str_addf(str, "%.1f us", (double)ns / 1e3);
	else
		mcr_str_addf(str, "%.1f ms", (double)ns / 1e6);
}

static void print_latency(struct mcr_str *str, const struct mcr_worker *worker)
{
	static const struct {
		const char *name;
		unsigned int permille;
	} shown[] = {
		{ "p50", 500 }, { "p90", 900 }, { "p99", 990 },
		{ "p99.9", 999 },
	};
	__u64 n = mcr_latency_count(worker->latency);
	size_t i;

	if (!n)
		return;
	mcr_str_add(str, "  latency  ");
	for (i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
		mcr_str_addf(str, "%s ", shown[i].name);
		print_ns(str, mcr_latency_percentile(worker->latency,
						     shown[i].permille));
		mcr_str_add(str, ", ");
	}
	mcr_str_addf(str, "of %llu sample%s\n", n, plural(n));
}

/**
 * mcr_print_worker - append all that a worker counted, a line for each matter
 * @str: the text to append to
 * @worker: the worker
 */
void mcr_print_worker(struct mcr_str *str, const struct mcr_worker *worker)
{
	mcr_print_worker_state(str, worker);
	mcr_str_add(str, "\n");
	print_packets(str, worker);
	print_pool(str, worker);
	print_losses(str, worker);
	print_latency(str, worker);
}
