/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's types beside those that userspace has, too.
 */
#ifndef KAPI_LINUX_TYPES_H
#define KAPI_LINUX_TYPES_H

#include_next <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s8 s8;
typedef __s16 s16;
typedef __s32 s32;
typedef __s64 s64;
typedef unsigned int gfp_t;

/* What sparse knows, compilers do not. */
#define __rcu
#define __percpu
#define __iomem
#define __force
#ifndef __user
#define __user
#endif

struct list_head {
	struct list_head *next;
	struct list_head *prev;
};

struct hlist_node {
	struct hlist_node *next;
	struct hlist_node **pprev;
};

struct hlist_head {
	struct hlist_node *first;
};

/**
 * struct rcu_head - something that is to happen after a grace period
 * @next: in the order of call_rcu()
 * @func: what is to happen; NULL: @mem is freed
 * @mem: what to free
 */
struct rcu_head {
	struct rcu_head *next;
	void (*func)(struct rcu_head *head);
	void *mem;
};

typedef struct {
	int counter;
} atomic_t;

typedef struct {
	s64 counter;
} atomic64_t;

#endif /* KAPI_LINUX_TYPES_H */
