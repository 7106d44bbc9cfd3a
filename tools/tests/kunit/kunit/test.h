/* SPDX-License-Identifier: GPL-2.0 */
/*
 * As much of KUnit as the module's tests need to run in a process.
 */
#ifndef MCR_KUNIT_TEST_H
#define MCR_KUNIT_TEST_H

#include <linux/err.h>
#include <linux/list.h>
#include <linux/slab.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#define KUNIT_PARAM_DESC_SIZE	128

enum kunit_status {
	KUNIT_SUCCESS,
	KUNIT_FAILURE,
	KUNIT_SKIPPED,
};

/**
 * struct kunit - a test that runs
 * @priv: the suite's
 * @param_value: of a test with parameters
 * @status: of enum kunit_status
 * @why: it is skipped
 * @memory: freed when it ends
 * @end: where it ends, if it does so early
 */
struct kunit {
	void *priv;
	const void *param_value;
	enum kunit_status status;
	char why[KUNIT_PARAM_DESC_SIZE];
	struct list_head memory;
	jmp_buf end;
};

struct kunit_case {
	void (*run_case)(struct kunit *test);
	const char *name;
	const void *(*generate_params)(const void *prev, char *desc);
};

struct kunit_suite {
	const char *name;
	int (*init)(struct kunit *test);
	void (*exit)(struct kunit *test);
	struct kunit_case *test_cases;
};

#define KUNIT_CASE(test)	{ .run_case = (test), .name = #test }
#define KUNIT_CASE_PARAM(test, params)	\
	{ .run_case = (test), .name = #test, .generate_params = (params) }

#define KUNIT_ARRAY_PARAM(name, array, get_desc)			\
static const void *name ## _gen_params(const void *prev, char *desc)	\
{									\
	__typeof__((array)[0]) *next = prev;				\
	void (*get)(__typeof__(next) v, char *d) = get_desc;		\
									\
	next = next ? next + 1 : (array);				\
	if (next - (array) >= (ptrdiff_t)ARRAY_SIZE(array))		\
		return NULL;						\
	if (get)							\
		get(next, desc);					\
	return next;							\
}

/* How much of it there was room for. */
static inline int vscnprintf(char *buf, size_t size, const char *format,
			     va_list args)
{
	int n = vsnprintf(buf, size, format, args);

	return n < (int)size ? n : (int)size - 1;
}

void kunit_fail(struct kunit *test, const char *file, int line,
		const char *what, const char *format, ...);
void kunit_abort(struct kunit *test);
void kunit_skip(struct kunit *test, const char *format, ...);
void kunit_info(struct kunit *test, const char *format, ...);
void *kunit_kcalloc(struct kunit *test, size_t n, size_t size, gfp_t gfp);
void kunit_kfree(struct kunit *test, const void *p);

#define kunit_kzalloc(test, size, gfp)	kunit_kcalloc(test, 1, size, gfp)

#define kunit_check(test, good, what, ...)				\
do {									\
	if (!(good))							\
		kunit_fail(test, __FILE__, __LINE__, what,		\
			   ##__VA_ARGS__);				\
} while (0)

#define kunit_demand(test, good, what)					\
do {									\
	if (!(good)) {							\
		kunit_fail(test, __FILE__, __LINE__, what, NULL);	\
		kunit_abort(test);					\
	}								\
} while (0)

#define KUNIT_EXPECT_EQ(test, a, b)	\
	kunit_check(test, (a) == (b), #a " == " #b, NULL)
#define KUNIT_EXPECT_NE(test, a, b)	\
	kunit_check(test, (a) != (b), #a " != " #b, NULL)
#define KUNIT_EXPECT_LT(test, a, b)	\
	kunit_check(test, (a) < (b), #a " < " #b, NULL)
#define KUNIT_EXPECT_LE(test, a, b)	\
	kunit_check(test, (a) <= (b), #a " <= " #b, NULL)
#define KUNIT_EXPECT_GT(test, a, b)	\
	kunit_check(test, (a) > (b), #a " > " #b, NULL)
#define KUNIT_EXPECT_GE(test, a, b)	\
	kunit_check(test, (a) >= (b), #a " >= " #b, NULL)
#define KUNIT_EXPECT_TRUE(test, a)	kunit_check(test, a, #a, NULL)
#define KUNIT_EXPECT_FALSE(test, a)	kunit_check(test, !(a), "not " #a, NULL)
#define KUNIT_EXPECT_PTR_EQ(test, a, b)	\
	kunit_check(test, (const void *)(a) == (const void *)(b),	\
		    #a " == " #b, NULL)
#define KUNIT_EXPECT_STREQ(test, a, b)	\
	kunit_check(test, !strcmp(a, b), #a " is " #b, NULL)

#define KUNIT_EXPECT_EQ_MSG(test, a, b, ...)	\
	kunit_check(test, (a) == (b), #a " == " #b, __VA_ARGS__)
#define KUNIT_EXPECT_NE_MSG(test, a, b, ...)	\
	kunit_check(test, (a) != (b), #a " != " #b, __VA_ARGS__)
#define KUNIT_EXPECT_TRUE_MSG(test, a, ...)	\
	kunit_check(test, a, #a, __VA_ARGS__)
#define KUNIT_EXPECT_FALSE_MSG(test, a, ...)	\
	kunit_check(test, !(a), "not " #a, __VA_ARGS__)
#define KUNIT_EXPECT_PTR_EQ_MSG(test, a, b, ...)	\
	kunit_check(test, (const void *)(a) == (const void *)(b),	\
		    #a " == " #b, __VA_ARGS__)

#define KUNIT_ASSERT_EQ(test, a, b)	\
	kunit_demand(test, (a) == (b), #a " == " #b)
#define KUNIT_ASSERT_LT(test, a, b)	\
	kunit_demand(test, (a) < (b), #a " < " #b)
#define KUNIT_ASSERT_TRUE(test, a)	kunit_demand(test, a, #a)
#define KUNIT_ASSERT_FALSE(test, a)	kunit_demand(test, !(a), "not " #a)
#define KUNIT_ASSERT_NOT_ERR_OR_NULL(test, p)	\
	kunit_demand(test, (p) && !IS_ERR(p), #p " is there")

#endif /* MCR_KUNIT_TEST_H */
