/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who is told of something.
 */
#ifndef KAPI_LINUX_NOTIFIER_H
#define KAPI_LINUX_NOTIFIER_H

#include <linux/kernel.h>

#define NOTIFY_DONE		0
#define NOTIFY_OK		1

struct notifier_block;

typedef int (*notifier_fn_t)(struct notifier_block *nb, unsigned long event,
			     void *data);

struct notifier_block {
	notifier_fn_t notifier_call;
	struct notifier_block *next;
};

/* Takes effect at the end of a chain that is not being called. */
void kapi_chain_add(struct notifier_block **chain, struct notifier_block *nb);
void kapi_chain_del(struct notifier_block **chain, struct notifier_block *nb);
void kapi_chain_call(struct notifier_block *chain, unsigned long event,
		     void *data);

#endif /* KAPI_LINUX_NOTIFIER_H */
