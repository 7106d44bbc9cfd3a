/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Arrays of pointers by number, in order, sparse. Indices have 32 bits.
 */
#ifndef KAPI_LINUX_XARRAY_H
#define KAPI_LINUX_XARRAY_H

#include <linux/err.h>
#include <linux/gfp.h>

typedef unsigned int xa_mark_t;

/* Some of the kernel's marks are used up by allocation; one is enough here. */
#define XA_MARK_0		0U
#define XA_FLAGS_ACCOUNT	0U
#define XA_FLAGS_ALLOC		1U
#define XA_FLAGS_ALLOC1		3U

/**
 * struct xa_limit - which indices may be handed out
 * @max: the last
 * @min: the first
 */
struct xa_limit {
	u32 max;
	u32 min;
};

#define XA_LIMIT(first, last)	\
	((struct xa_limit){ .min = (first), .max = (last) })

struct kapi_xa_node;

/**
 * struct xarray - the array
 * @top: the top node; NULL: empty
 * @flags: XA_FLAGS_
 */
struct xarray {
	struct kapi_xa_node *top;
	unsigned int flags;
};

static inline void xa_init_flags(struct xarray *xa, unsigned int flags)
{
	xa->top = NULL;
	xa->flags = flags;
}

/* Numbers in the place of pointers. */
static inline void *xa_mk_value(unsigned long n)
{
	return (void *)(n << 1 | 1);
}

static inline unsigned long xa_to_value(const void *entry)
{
	return (unsigned long)entry >> 1;
}

static inline bool xa_is_err(const void *entry)
{
	return IS_ERR(entry);
}

static inline bool xa_is_value(const void *entry)
{
	return (unsigned long)entry & 1;
}

static inline int xa_err(void *entry)
{
	return IS_ERR(entry) ? (int)PTR_ERR(entry) : 0;
}

void *kapi_xa_load(struct xarray *xa, unsigned long index);
void *kapi_xa_store(struct xarray *xa, unsigned long index, void *entry);
void *kapi_xa_erase(struct xarray *xa, unsigned long index);
void kapi_xa_release(struct xarray *xa, unsigned long index);
int kapi_xa_alloc_cyclic(struct xarray *xa, u32 *id, void *entry,
			 struct xa_limit limit, u32 *next);
void *kapi_xa_find(struct xarray *xa, unsigned long *index, bool marked);
void kapi_xa_mark(struct xarray *xa, unsigned long index, bool on);
void kapi_xa_destroy(struct xarray *xa);

#define xa_load(xa, index)		kapi_xa_load(xa, index)
#define xa_store(xa, index, entry, gfp)	\
	((void)(gfp), kapi_xa_store(xa, index, entry))
#define xa_erase(xa, index)		kapi_xa_erase(xa, index)
#define xa_release(xa, index)		kapi_xa_release(xa, index)
#define xa_alloc_cyclic(xa, id, entry, limit, next, gfp)		\
	((void)(gfp), kapi_xa_alloc_cyclic(xa, id, entry, limit, next))
#define xa_set_mark(xa, index, mark)	\
	((void)(mark), kapi_xa_mark(xa, index, true))
#define xa_clear_mark(xa, index, mark)	\
	((void)(mark), kapi_xa_mark(xa, index, false))
#define xa_destroy(xa)			kapi_xa_destroy(xa)

/* The array may be changed meanwhile. */
#define kapi_xa_for_each(xa, index, entry, start, marked)		\
	for (index = (start), entry = kapi_xa_find(xa, &(index), marked); \
	     entry;							\
	     (index)++, entry = kapi_xa_find(xa, &(index), marked))

#define xa_for_each_start(xa, index, entry, start)			\
	kapi_xa_for_each(xa, index, entry, start, false)
#define xa_for_each(xa, index, entry)					\
	kapi_xa_for_each(xa, index, entry, 0, false)
#define xa_for_each_marked(xa, index, entry, filter)			\
	kapi_xa_for_each(xa, index, entry, 0, true)

#endif /* KAPI_LINUX_XARRAY_H */
