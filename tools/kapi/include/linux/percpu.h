/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Per-CPU memory: sections of an arena, one for each who counts. A pointer to
 * such an object is to the one in section 0.
 */
#ifndef KAPI_LINUX_PERCPU_H
#define KAPI_LINUX_PERCPU_H

#include <linux/gfp.h>
#include <linux/kernel.h>

/**
 * struct kapi_percpu - the sections
 * @n: how many
 * @this: the one of this process
 * @stride: bytes from one to the next
 */
struct kapi_percpu {
	unsigned int n;
	unsigned int this;
	size_t stride;
};

extern struct kapi_percpu kapi_percpu;

void *kapi_percpu_alloc(size_t size);
void kapi_percpu_free(const void *p);

#define alloc_percpu_gfp(type, gfp)					\
({									\
	type *__object = kapi_percpu_alloc(sizeof(type));		\
									\
	(void)(gfp);							\
	__object;							\
})
#define alloc_percpu(type)		alloc_percpu_gfp(type, GFP_KERNEL)
#define free_percpu(p)			kapi_percpu_free(p)

/* The same object in another section. */
static inline void *kapi_per_cpu(const void *p, size_t cpu)
{
	return (char *)p + cpu * kapi_percpu.stride;
}

#define per_cpu_ptr(p, cpu)						\
({									\
	__typeof__(p) __there = kapi_per_cpu(p, (size_t)(cpu));		\
									\
	__there;							\
})
#define this_cpu_ptr(p)			per_cpu_ptr(p, kapi_percpu.this)

#define for_each_possible_cpu(cpu)	\
	for ((cpu) = 0; (unsigned int)(cpu) < kapi_percpu.n; (cpu)++)

#endif /* KAPI_LINUX_PERCPU_H */
