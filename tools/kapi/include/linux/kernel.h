/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What kernel code takes for granted: the compiler's attributes, limits, small
 * arithmetic, complaints.
 */
#ifndef KAPI_LINUX_KERNEL_H
#define KAPI_LINUX_KERNEL_H

#include <linux/types.h>
#include <asm/byteorder.h>
#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <string.h>

#define __init
#define __exit
#define __net_init
#define __net_exit
#define __read_mostly
#define __ro_after_init
#ifndef __aligned
#define __aligned(n)		__attribute__((aligned(n)))
#endif
#ifndef __packed
#define __packed		__attribute__((packed))
#endif
#ifndef __always_inline
#define __always_inline		inline __attribute__((always_inline))
#endif
#ifndef __maybe_unused
#define __maybe_unused		__attribute__((unused))
#endif
#ifndef __printf
#define __printf(f, a)		__attribute__((format(printf, f, a)))
#endif
#define noinline		__attribute__((noinline))
#define fallthrough		__attribute__((fallthrough))
#define likely(x)		__builtin_expect(!!(x), 1)
#define unlikely(x)		__builtin_expect(!!(x), 0)
#define barrier()		__atomic_signal_fence(__ATOMIC_SEQ_CST)

/* A relay has IPv6; where its host has it off there are no packets of it. */
#define KAPI_CONFIG_IPV6	1
#define IS_ENABLED(option)	(KAPI_ ## option)

#define U8_MAX			UINT8_MAX
#define U16_MAX			UINT16_MAX
#define U32_MAX			UINT32_MAX
#define U64_MAX			UINT64_MAX
#define S16_MAX			INT16_MAX

#define BIT(n)			(1UL << (n))
#define BIT_ULL(n)		(1ULL << (n))
#define BITS_PER_LONG		(8 * (int)sizeof(long))
#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define DIV_ROUND_UP(n, d)	(((n) + (d) - 1) / (d))
#define ALIGN(x, a)		(((x) + ((a) - 1)) & ~((a) - 1))
#define sizeof_field(type, m)	sizeof(((type *)NULL)->m)
#define struct_size(p, m, n)	\
	(sizeof(*(p)) + sizeof((p)->m[0]) * (size_t)(n))

#define READ_ONCE(x)		(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, value)	(*(volatile __typeof__(x) *)&(x) = (value))

#define smp_load_acquire(p)		__atomic_load_n(p, __ATOMIC_ACQUIRE)
#define smp_store_release(p, value)	\
	__atomic_store_n(p, value, __ATOMIC_RELEASE)

#define container_of(ptr, type, member)					\
({									\
	const __typeof__(((type *)NULL)->member) *__mptr = (ptr);		\
									\
	(type *)((char *)__mptr - offsetof(type, member));	\
})

#define kapi_cmp(a, b, op)						\
({									\
	__typeof__(a) __a = (a);					\
	__typeof__(b) __b = (b);					\
									\
	__a op __b ? __a : __b;						\
})

#define min(a, b)		kapi_cmp(a, b, <)
#define max(a, b)		kapi_cmp(a, b, >)
#define min_t(type, a, b)	kapi_cmp((type)(a), (type)(b), <)
#define max_t(type, a, b)	kapi_cmp((type)(a), (type)(b), >)

#define swap(a, b)							\
do {									\
	__typeof__(a) __tmp = (a);					\
									\
	(a) = (b);							\
	(b) = __tmp;							\
} while (0)

/* The condition says what must not be, as in the kernel. */
#define BUILD_BUG_ON(bad)	static_assert(!(bad), #bad)

void kapi_bug(const char *file, int line, const char *what)
	__attribute__((noreturn));

#define KAPI_ASSERT(good)						\
do {									\
	if (unlikely(!(good)))						\
		kapi_bug(__FILE__, __LINE__, #good);			\
} while (0)

/* Where the kernel would go on, a relay has tests to find it. */
#define WARN_ON_ONCE(bad)						\
({									\
	bool __bad = !!(bad);						\
									\
	if (unlikely(__bad))						\
		kapi_bug(__FILE__, __LINE__, "not " #bad);		\
	__bad;								\
})
#define WARN_ON(bad)		WARN_ON_ONCE(bad)
#define BUG_ON(bad)		KAPI_ASSERT(!(bad))

/* Nobody waits here. */
#define cond_resched()		do { } while (0)
#define might_sleep()		do { } while (0)

#endif /* KAPI_LINUX_KERNEL_H */
