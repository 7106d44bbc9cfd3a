// SPDX-License-Identifier: GPL-2.0
/*
 * Containers of the kernel environment beside simple ones: random operations are
 * done to both, which then are to hold the same.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <linux/interval_tree_generic.h>
#include <linux/rhashtable.h>
#include <linux/sort.h>
#include <linux/xarray.h>

#include "../kapi/kapi.h"

#define STEPS	20000U
#define SIZE	512U

static uint64_t seed;

/* A linear congruential generator (Knuth); its high bits are good enough. */
static uint32_t below(uint32_t n)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)((seed >> 33) % n);
}

static int start(void **state)
{
	(void)state;
	seed = 1;
	return 0;
}

/* Trees */

struct span {
	struct rb_node node;
	u32 first;
	u32 last;
	u32 max;
	bool in;
};

static u32 span_first(const struct span *s)
{
	return s->first;
}

static u32 span_last(const struct span *s)
{
	return s->last;
}

INTERVAL_TREE_DEFINE(struct span, node, u32, max, span_first, span_last,
		     static, span_tree)

static struct span spans[SIZE];

/* Sorted, each below its parent, with what is below it. Returns the depth. */
static unsigned int check_node(const struct rb_node *node,
			       const struct rb_node *parent)
{
	const struct span *s = rb_entry(node, struct span, node);
	unsigned int left = 0, right = 0;
	u32 last = s->last;

	assert_ptr_equal(node->rb_parent, parent);
	if (parent)
		assert_true(parent->rb_prio >= node->rb_prio);
	if (node->rb_left) {
		const struct span *l = rb_entry(node->rb_left, struct span,
						node);

		assert_true(l->first <= s->first);
		left = check_node(node->rb_left, node);
		last = max(last, l->max);
	}
	if (node->rb_right) {
		const struct span *r = rb_entry(node->rb_right, struct span,
						node);

		assert_true(r->first >= s->first);
		right = check_node(node->rb_right, node);
		last = max(last, r->max);
	}
	assert_int_equal(s->max, last);
	return 1 + max(left, right);
}

static void check_query(struct rb_root_cached *root)
{
	u32 from = below(1000), to = from + below(100), n = 0, found = 0, i;
	u32 begin = 0;
	struct span *s;

	for (i = 0; i < SIZE; i++)
		n += spans[i].in && spans[i].first <= to &&
		     spans[i].last >= from;
	for (s = span_tree_iter_first(root, from, to); s;
	     s = span_tree_iter_next(s, from, to)) {
		assert_true(s->in && s->first <= to && s->last >= from);
		assert_true(s->first >= begin);
		begin = s->first;
		found++;
	}
	assert_int_equal(found, n);
}

static void check_order(const struct rb_root *root)
{
	u32 last = 0, n = 0, in = 0, i;
	struct rb_node *node;

	for (node = rb_first(root); node; node = rb_next(node)) {
		const struct span *s = rb_entry(node, struct span, node);

		assert_true(s->first >= last);
		last = s->first;
		n++;
	}
	for (i = 0; i < SIZE; i++)
		in += spans[i].in;
	assert_int_equal(n, in);
}

static void test_interval_tree(void **state)
{
	struct rb_root_cached root = RB_ROOT_CACHED;
	unsigned int step;

	(void)state;
	memset(spans, 0, sizeof(spans));
	for (step = 0; step < STEPS; step++) {
		struct span *s = &spans[below(SIZE)];

		if (s->in) {
			span_tree_remove(s, &root);
		} else {
			s->first = below(1000);
			s->last = s->first + below(200);
			span_tree_insert(s, &root);
		}
		s->in = !s->in;
		if (step % 16)
			continue;
		check_query(&root);
		check_order(&root.rb_root);
		/* As deep as chance makes it, but by no means a list. */
		if (!RB_EMPTY_ROOT(&root.rb_root))
			assert_true(check_node(root.rb_root.rb_node,
					       NULL) < 40);
	}
}

/* In order, which is worst where a tree is not balanced. */
static void test_tree_sorted(void **state)
{
	struct rb_root_cached root = RB_ROOT_CACHED;
	unsigned int i;

	(void)state;
	memset(spans, 0, sizeof(spans));
	for (i = 0; i < SIZE; i++) {
		spans[i].first = i;
		spans[i].last = i;
		spans[i].in = true;
		span_tree_insert(&spans[i], &root);
	}
	assert_true(check_node(root.rb_root.rb_node, NULL) < 40);
}

/* Hash tables */

struct thing {
	struct rhash_head node;
	u32 key[3];
	bool in;
};

static const struct rhashtable_params by_bytes = {
	.key_len = sizeof_field(struct thing, key),
	.key_offset = offsetof(struct thing, key),
	.head_offset = offsetof(struct thing, node),
	.automatic_shrinking = true,
};

/* All keys in two buckets: their chains are what is tested. */
static u32 poor_hash(const void *data, u32 len, u32 s)
{
	const u32 *key = data;

	assert_int_equal(len, 0);
	return key[0] & 1 ? s : ~s;
}

static u32 poor_obj_hash(const void *data, u32 len, u32 s)
{
	const struct thing *t = data;

	return poor_hash(t->key, len, s);
}

static int poor_cmp(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct thing *t = obj;

	assert_non_null(arg->ht);
	return memcmp(arg->key, t->key, sizeof(t->key));
}

static const struct rhashtable_params by_function = {
	.head_offset = offsetof(struct thing, node),
	.hashfn = poor_hash,
	.obj_hashfn = poor_obj_hash,
	.obj_cmpfn = poor_cmp,
};

static struct thing things[SIZE * 4];

static void thing_key(u32 i, u32 key[3])
{
	key[0] = i;
	key[1] = 0;
	key[2] = i * i;
}

#define hash_test(params)						\
do {									\
	u32 n = 0, key[3], most = 0, i;					\
	struct rhashtable ht;						\
	unsigned int step;						\
									\
	memset(things, 0, sizeof(things));				\
	assert_int_equal(rhashtable_init(&ht, &(params)), 0);		\
	for (step = 0; step < STEPS; step++) {				\
		/* More and more, then fewer and fewer. */		\
		bool grow = step < STEPS / 2 ? below(4) : !below(4);	\
		struct thing *t;					\
									\
		i = below(ARRAY_SIZE(things));				\
		t = &things[i];						\
		thing_key(i, key);					\
		assert_ptr_equal(rhashtable_lookup_fast(&ht, key, params), \
				 t->in ? t : NULL);			\
		if (t->in == grow)					\
			continue;					\
		memcpy(t->key, key, sizeof(key));			\
		if (t->in)						\
			assert_int_equal(rhashtable_remove_fast(&ht,	\
						&t->node, params), 0);	\
		else							\
			assert_int_equal(rhashtable_insert_fast(&ht,	\
						&t->node, params), 0);	\
		t->in = !t->in;						\
		n += t->in ? 1 : -1U;					\
		most = max(most, n);					\
		assert_int_equal(ht.n, n);				\
	}								\
	assert_true(most > SIZE * 2);					\
	for (i = 0; i < ARRAY_SIZE(things); i++) {			\
		thing_key(i, key);					\
		assert_ptr_equal(rhashtable_lookup(&ht, key, params),	\
				 things[i].in ? &things[i] : NULL);	\
		if (!things[i].in)					\
			assert_int_equal(rhashtable_remove_fast(&ht,	\
					&things[i].node, params),	\
					 -ENOENT);			\
	}								\
	rhashtable_destroy(&ht);					\
} while (0)

static void test_hash_bytes(void **state)
{
	(void)state;
	hash_test(by_bytes);
}

static void test_hash_function(void **state)
{
	(void)state;
	hash_test(by_function);
}

/* It grows and shrinks; without memory it stays as it is, and works. */
static void test_hash_size(void **state)
{
	struct rhashtable ht;
	u32 i, key[3];

	(void)state;
	memset(things, 0, sizeof(things));
	assert_int_equal(rhashtable_init(&ht, &by_bytes), 0);
	kapi_fail_nth(1);
	for (i = 0; i < ARRAY_SIZE(things); i++) {
		thing_key(i, things[i].key);
		rhashtable_insert_fast(&ht, &things[i].node, by_bytes);
	}
	assert_true(kapi_fail_nth(0));
	assert_true(ht.mask + 1 >= ARRAY_SIZE(things));
	for (i = 0; i < ARRAY_SIZE(things); i++) {
		thing_key(i, key);
		assert_non_null(rhashtable_lookup(&ht, key, by_bytes));
		rhashtable_remove_fast(&ht, &things[i].node, by_bytes);
	}
	assert_true(ht.mask < 64);
	rhashtable_destroy(&ht);
}

/* Keys that differ in one bit do not meet. */
static void test_hash_spread(void **state)
{
	unsigned int buckets[256] = { }, i, most = 0;

	(void)state;
	for (i = 0; i < 4096; i++) {
		u64 key[5] = { 0xe8000000 + i };

		buckets[jhash(key, sizeof(key), 7) & 255]++;
	}
	for (i = 0; i < 256; i++)
		most = max(most, buckets[i]);
	/* 16 on the average; 45 is beyond all chance. */
	assert_true(most < 45);
}

static void count_free(void *ptr, void *arg)
{
	struct thing *t = ptr;

	assert_true(t->in);
	t->in = false;
	++*(u32 *)arg;
}

static void test_hash_free(void **state)
{
	struct rhashtable ht;
	u32 i, n = 0;

	(void)state;
	memset(things, 0, sizeof(things));
	assert_int_equal(rhashtable_init(&ht, &by_bytes), 0);
	for (i = 0; i < 100; i++) {
		thing_key(i, things[i].key);
		rhashtable_insert_fast(&ht, &things[i].node, by_bytes);
		things[i].in = true;
	}
	rhashtable_free_and_destroy(&ht, count_free, &n);
	assert_int_equal(n, 100);
}

/* Arrays */

/* What an array is to hold; what is taken may hold nothing. */
struct model {
	u32 index[SIZE];
	void *entry[SIZE];
	bool taken[SIZE];
	bool marked[SIZE];
};

static struct model model;

/* Close together and far apart, up to the last one. */
static void model_make(void)
{
	u32 i;

	memset(&model, 0, sizeof(model));
	for (i = 0; i < SIZE; i++)
		model.index[i] = i < SIZE / 2 ? i * 3 :
				 i < SIZE - 2 ? i * 4000000U : U32_MAX - i % 2;
}

static void *model_entry(u32 i)
{
	return below(4) ? (void *)&model.index[i] : xa_mk_value(i);
}

/* The first at or behind an index. */
static u32 model_next(u64 from, bool marked)
{
	u32 best = SIZE, i;

	for (i = 0; i < SIZE; i++)
		if (model.entry[i] && model.index[i] >= from &&
		    (!marked || model.marked[i]) &&
		    (best == SIZE || model.index[i] < model.index[best]))
			best = i;
	return best;
}

static void model_compare(struct xarray *xa, bool marked)
{
	unsigned long index;
	u32 at = model_next(0, marked);
	void *entry;

	if (marked) {
		xa_for_each_marked(xa, index, entry, XA_MARK_0) {
			assert_true(at < SIZE);
			assert_int_equal(index, model.index[at]);
			assert_ptr_equal(entry, model.entry[at]);
			at = model_next((u64)index + 1, marked);
		}
	} else {
		xa_for_each(xa, index, entry) {
			assert_true(at < SIZE);
			assert_int_equal(index, model.index[at]);
			assert_ptr_equal(entry, model.entry[at]);
			at = model_next((u64)index + 1, marked);
		}
	}
	assert_int_equal(at, SIZE);
}

static void model_step(struct xarray *xa, bool allocates)
{
	u32 i = below(SIZE), index = model.index[i];
	void *entry = model.entry[i];

	assert_ptr_equal(xa_load(xa, index), entry);
	switch (below(6)) {
	case 0:
	case 1:
		model.entry[i] = model_entry(i);
		model.taken[i] = true;
		assert_ptr_equal(xa_store(xa, index, model.entry[i], 0),
				 entry);
		break;
	case 2:
		assert_ptr_equal(xa_store(xa, index, NULL, 0), entry);
		model.entry[i] = NULL;
		model.taken[i] = allocates;
		model.marked[i] = false;
		break;
	case 3:
		assert_ptr_equal(xa_erase(xa, index), entry);
		model.entry[i] = NULL;
		model.taken[i] = false;
		model.marked[i] = false;
		break;
	case 4:
		xa_release(xa, index);
		model.taken[i] = entry;
		break;
	default:
		if (below(2)) {
			xa_set_mark(xa, index, XA_MARK_0);
			model.marked[i] = entry;
		} else {
			xa_clear_mark(xa, index, XA_MARK_0);
			model.marked[i] = false;
		}
	}
}

static void array_test(unsigned int flags)
{
	struct xarray xa;
	unsigned int step;
	u32 i;

	model_make();
	xa_init_flags(&xa, flags);
	for (step = 0; step < STEPS; step++) {
		model_step(&xa, flags & XA_FLAGS_ALLOC);
		if (step % 64)
			continue;
		model_compare(&xa, false);
		model_compare(&xa, true);
	}
	/* Taken is what is found by those who look for what is free. */
	for (i = 0; i < SIZE && (flags & XA_FLAGS_ALLOC); i++) {
		u32 id, next = 0;
		int err = xa_alloc_cyclic(&xa, &id, &model,
					  XA_LIMIT(model.index[i],
						   model.index[i]), &next, 0);

		assert_int_equal(err, model.taken[i] ? -EBUSY : 0);
	}
	for (i = 0; i < SIZE; i++)
		xa_erase(&xa, model.index[i]);
	/* Nothing in it has no memory. */
	assert_null(xa.top);
}

static void test_array(void **state)
{
	(void)state;
	array_test(0);
}

static void test_array_taken(void **state)
{
	(void)state;
	array_test(XA_FLAGS_ALLOC1);
}

static void test_array_cyclic(void **state)
{
	const struct xa_limit limit = XA_LIMIT(1, 200);
	u32 id, next = 0, i;
	struct xarray xa;

	(void)state;
	xa_init_flags(&xa, XA_FLAGS_ALLOC1);
	for (i = 1; i <= 200; i++) {
		assert_int_equal(xa_alloc_cyclic(&xa, &id, &xa, limit, &next,
						 0), 0);
		assert_int_equal(id, i);
	}
	assert_int_equal(xa_alloc_cyclic(&xa, &id, &xa, limit, &next, 0),
			 -EBUSY);
	xa_erase(&xa, 70);
	xa_erase(&xa, 130);
	next = 100;
	assert_int_equal(xa_alloc_cyclic(&xa, &id, NULL, limit, &next, 0), 0);
	assert_int_equal(id, 130);
	assert_null(xa_load(&xa, 130));
	assert_int_equal(xa_alloc_cyclic(&xa, &id, &xa, limit, &next, 0), 1);
	assert_int_equal(id, 70);
	assert_int_equal(next, 71);
	xa_destroy(&xa);
}

/* As many as there may be rules. */
static void test_array_million(void **state)
{
	const struct xa_limit limit = XA_LIMIT(1, INT_MAX);
	const u32 n = 1 << 20;
	u32 id, next = 0, i;
	unsigned long index;
	struct xarray xa;
	void *entry;

	(void)state;
	xa_init_flags(&xa, XA_FLAGS_ALLOC1);
	for (i = 0; i < n; i++)
		assert_int_equal(xa_alloc_cyclic(&xa, &id, &xa, limit, &next,
						 0), 0);
	i = 0;
	xa_for_each(&xa, index, entry)
		i++;
	assert_int_equal(i, n);
	next = 1;
	assert_int_equal(xa_alloc_cyclic(&xa, &id, &xa, limit, &next, 0), 0);
	assert_int_equal(id, n + 1);
	xa_destroy(&xa);
}

/* Without memory nothing is stored, and nothing is left behind. */
static void test_array_memory(void **state)
{
	u32 id, next = 5, n;
	struct xarray xa;

	(void)state;
	xa_init_flags(&xa, XA_FLAGS_ALLOC1);
	for (n = 1; n <= 6; n++) {
		kapi_fail_nth(n);
		assert_true(xa_is_err(xa_store(&xa, 1000000, &xa, 0)));
		assert_null(xa.top);
	}
	kapi_fail_nth(7);
	assert_null(xa_store(&xa, 1000000, &xa, 0));
	/* An index that is taken needs none. */
	kapi_fail_nth(1);
	assert_ptr_equal(xa_store(&xa, 1000000, NULL, 0), &xa);
	assert_null(xa_store(&xa, 1000000, &model, 0));
	assert_int_equal(xa_alloc_cyclic(&xa, &id, &xa, XA_LIMIT(1, 10), &next,
					 0), -ENOMEM);
	kapi_fail_nth(0);
	assert_ptr_equal(xa_load(&xa, 1000000), &model);
	xa_destroy(&xa);
}

/* Lists */

struct item {
	struct list_head list;
	struct hlist_node node;
	int n;
};

static void check_list(const struct list_head *head, const char *text)
{
	const struct item *i;

	list_for_each_entry(i, head, list)
		assert_int_equal(i->n, *text++);
	assert_int_equal(*text, '\0');
}

static void test_list(void **state)
{
	struct item a = { .n = 'a' }, b = { .n = 'b' }, c = { .n = 'c' };
	LIST_HEAD(one);
	LIST_HEAD(two);
	struct item *i, *tmp;

	(void)state;
	assert_null(list_first_entry_or_null(&one, struct item, list));
	list_add(&a.list, &one);
	list_add_tail(&b.list, &one);
	list_add(&c.list, &one);
	check_list(&one, "cab");
	list_move_tail(&c.list, &one);
	check_list(&one, "abc");
	list_move(&b.list, &two);
	list_splice_tail_init(&one, &two);
	check_list(&one, "");
	check_list(&two, "bac");
	list_splice_tail_init(&one, &two);
	list_for_each_entry_safe(i, tmp, &two, list)
		if (i->n != 'a')
			list_del_init(&i->list);
	check_list(&two, "a");
	assert_true(list_empty(&b.list));
	list_del(&a.list);
	assert_true(list_empty(&two));
}

static void test_hlist(void **state)
{
	struct item a = { .n = 'a' }, b = { .n = 'b' }, c = { .n = 'c' };
	HLIST_HEAD(head);
	struct item *i;
	int n = 0;

	(void)state;
	hlist_add_head(&a.node, &head);
	hlist_add_head(&b.node, &head);
	hlist_add_head(&c.node, &head);
	hlist_del(&b.node);
	hlist_for_each_entry(i, &head, node)
		n = n * 256 + i->n;
	assert_int_equal(n, 'c' * 256 + 'a');
	hlist_del(&c.node);
	hlist_del(&a.node);
	assert_true(hlist_empty(&head));
}

static int cmp(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static void test_sort(void **state)
{
	int n[100];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(n); i++)
		n[i] = (int)below(50);
	sort(n, ARRAY_SIZE(n), sizeof(*n), cmp, NULL);
	for (i = 1; i < ARRAY_SIZE(n); i++)
		assert_true(n[i - 1] <= n[i]);
	sort(NULL, 0, sizeof(*n), cmp, NULL);
}

#define CASE(f)	cmocka_unit_test_setup(f, start)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_interval_tree),
		CASE(test_tree_sorted),
		CASE(test_hash_bytes),
		CASE(test_hash_function),
		CASE(test_hash_size),
		CASE(test_hash_spread),
		CASE(test_hash_free),
		CASE(test_array),
		CASE(test_array_taken),
		CASE(test_array_cyclic),
		CASE(test_array_million),
		CASE(test_array_memory),
		CASE(test_list),
		CASE(test_hlist),
		CASE(test_sort),
	};

	return cmocka_run_group_tests_name("kapi containers", tests, NULL,
					   NULL);
}
