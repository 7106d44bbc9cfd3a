/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the parts of the bench's module have of each other.
 */
#ifndef MCR_BENCH_H
#define MCR_BENCH_H

#include <linux/netfilter.h>
#include <linux/percpu.h>
#include <linux/types.h>

struct sk_buff;

/* When the packet that this processor is about to send was due, by ktime_get_ns(). */
DECLARE_PER_CPU(u64, bench_due);

int bench_hook(struct nf_hook_ops *ops, const char *name, nf_hookfn *hook,
	       void *priv);
void bench_unhook(struct nf_hook_ops *ops);

void bench_clone_end(void);

struct sk_buff *bench_model_copy(u32 flow);
bool bench_model_size(unsigned int *segs, unsigned int *len);
void bench_model_end(void);

void bench_sample_begin(void);
void bench_sample_end(void);

int bench_sink_begin(void);
void bench_sink_end(void);

#endif /* MCR_BENCH_H */
