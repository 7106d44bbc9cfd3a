// SPDX-License-Identifier: GPL-2.0
/*
 * What rules of an ingress device can take, known to an eBPF filter; see ebpf.h.
 *
 * DOC: When keys come and go
 *
 * Rules hold keys; some share one. What is held is in the kernel's hash when
 * mcrd_ebpf_more() returns: before workers are told of the rule. What nobody holds
 * any more is taken out by mcrd_ebpf_less(), when workers have answered. A program
 * looks for the masks that there were when it was made. One more, or a hash that is
 * too small, makes another program, which the caller puts in the place of the old
 * one; that goes on until then, with all it had.
 */
#include "ebpf.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ebpf_prog.h"

/* What a hash has room for at first */
#define ROOM	64U

/* How many keys a system call brings */
#define BATCH	256U

/**
 * struct mcrd_ebpf_entry - a key that rules hold, or held
 * @key: the key; first, since it is what is searched for
 * @refs: how many rules hold it
 * @next: in mcrd_ebpf.queue
 * @queued: it is there
 * @loaded: the kernel has it
 */
struct mcrd_ebpf_entry {
	struct mcrd_ebpf_key key;
	uint32_t refs;
	struct mcrd_ebpf_entry *next;
	bool queued;
	bool loaded;
};

/**
 * struct mcrd_ebpf_mask - a mask that keys have
 * @mask: of struct mcrd_ebpf_key
 * @users: how many keys
 * @probed: @prog looks for it
 */
struct mcrd_ebpf_mask {
	uint32_t mask;
	size_t users;
	bool probed;
};

/**
 * struct mcrd_ebpf - the filter of an ingress device
 * @refs: of the device, and of rules that hold a key
 * @tree: the keys; of tsearch(3)
 * @n: how many
 * @queue: those that the kernel does not have yet, or is to have no longer
 * @mask: their masks
 * @n_masks: how many
 * @room: for how many keys there is room in @keys
 * @nhoff: of the device that @prog is for
 * @keys: the hash; a descriptor, -1: none
 * @flows: what is let through, and the count of what is not; likewise
 * @slot: room for one of its elements, of each CPU: to count wants no memory
 * @n_cpus: how many
 * @prog: the program; likewise
 * @probes: how many masks it looks for
 * @stale: it looks in another hash
 */
struct mcrd_ebpf {
	uint32_t refs;
	void *tree;
	size_t n;
	struct mcrd_ebpf_entry *queue;
	struct mcrd_ebpf_mask *mask;
	unsigned int n_masks;
	size_t room;
	uint32_t nhoff;
	int keys;
	int flows;
	struct mcrd_ebpf_slot *slot;
	int n_cpus;
	int prog;
	unsigned int probes;
	bool stale;
};

static void close_one(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static int compare(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct mcrd_ebpf_key));
}

/**
 * mcrd_ebpf_new - make the filter of a device, without keys
 *
 * Return: for mcrd_ebpf_put(), or NULL.
 */
struct mcrd_ebpf *mcrd_ebpf_new(void)
{
	struct mcrd_ebpf *e = calloc(1, sizeof(*e));

	if (!e)
		return NULL;
	e->refs = 1;
	e->keys = -1;
	e->flows = -1;
	e->prog = -1;
	return e;
}

/**
 * mcrd_ebpf_put - the device, or a rule, needs it no more
 * @e: the filter; may be NULL
 */
void mcrd_ebpf_put(struct mcrd_ebpf *e)
{
	if (!e || --e->refs)
		return;
	close_one(&e->prog);
	close_one(&e->keys);
	close_one(&e->flows);
	free(e->slot);
	tdestroy(e->tree, free);
	free(e->mask);
	free(e);
}

static struct mcrd_ebpf_mask *mask_find(struct mcrd_ebpf *e, uint32_t mask)
{
	unsigned int i;

	for (i = 0; i < e->n_masks; i++)
		if (e->mask[i].mask == mask)
			return &e->mask[i];
	return NULL;
}

static int mask_get(struct mcrd_ebpf *e, uint32_t mask)
{
	struct mcrd_ebpf_mask *m = mask_find(e, mask);

	if (!m) {
		m = reallocarray(e->mask, e->n_masks + 1, sizeof(*m));
		if (!m)
			return -ENOMEM;
		e->mask = m;
		m += e->n_masks++;
		*m = (struct mcrd_ebpf_mask){ .mask = mask };
	}
	m->users++;
	return 0;
}

/* Programs that look for it find nothing. */
static void mask_put(struct mcrd_ebpf *e, uint32_t mask)
{
	struct mcrd_ebpf_mask *m = mask_find(e, mask);

	if (!--m->users)
		*m = e->mask[--e->n_masks];
}

static void queue(struct mcrd_ebpf *e, struct mcrd_ebpf_entry *entry)
{
	if (entry->queued)
		return;
	entry->queued = true;
	entry->next = e->queue;
	e->queue = entry;
}

/* Return the key's entry, an old one or a new one; NULL without memory. */
static struct mcrd_ebpf_entry *entry_get(struct mcrd_ebpf *e,
					 const struct mcr_match *match)
{
	struct mcrd_ebpf_entry *entry = calloc(1, sizeof(*entry)), *found;
	void *node;

	if (!entry)
		return NULL;
	mcrd_ebpf_key_make(&entry->key, match);
	node = tsearch(entry, &e->tree, compare);
	found = node ? *(struct mcrd_ebpf_entry **)node : NULL;
	if (found != entry) {
		free(entry);
		return found;
	}
	if (mask_get(e, entry->key.mask)) {
		tdelete(entry, &e->tree, compare);
		free(entry);
		return NULL;
	}
	e->n++;
	queue(e, entry);
	return entry;
}

static void entry_remove(struct mcrd_ebpf *e, struct mcrd_ebpf_entry *entry)
{
	tdelete(entry, &e->tree, compare);
	mask_put(e, entry->key.mask);
	e->n--;
	free(entry);
}

/**
 * mcrd_ebpf_hold - a rule takes packets of a device
 * @e: the filter of the device; NULL: there is none
 * @match: of the rule
 * @ref: what it held so far, or zeroes; filled in
 *
 * The kernel knows after mcrd_ebpf_more().
 *
 * Return: 0, or -ENOMEM: it holds what it held.
 */
int mcrd_ebpf_hold(struct mcrd_ebpf *e, const struct mcr_match *match,
		   struct mcrd_ebpf_ref *ref)
{
	struct mcrd_ebpf_ref old = *ref;
	struct mcrd_ebpf_entry *entry;

	if (!e) {
		mcrd_ebpf_drop(ref);
		return 0;
	}
	entry = entry_get(e, match);
	if (!entry)
		return -ENOMEM;
	e->refs++;
	entry->refs++;
	*ref = (struct mcrd_ebpf_ref){ .ebpf = e, .entry = entry };
	mcrd_ebpf_drop(&old);
	return 0;
}

/**
 * mcrd_ebpf_drop - a rule takes packets of a device no more
 * @ref: what it held; zeroed
 *
 * The kernel is told by mcrd_ebpf_less().
 */
void mcrd_ebpf_drop(struct mcrd_ebpf_ref *ref)
{
	if (ref->ebpf) {
		if (!--ref->entry->refs)
			queue(ref->ebpf, ref->entry);
		mcrd_ebpf_put(ref->ebpf);
	}
	*ref = (struct mcrd_ebpf_ref){ 0 };
}

static int map_make(enum bpf_map_type type, size_t key, size_t value, size_t n)
{
	int fd = bpf_map_create(type, "mcrd", (__u32)key, (__u32)value, (__u32)n,
				NULL);

	return fd < 0 ? -errno : fd;
}

static int keys_make(size_t room)
{
	return map_make(BPF_MAP_TYPE_HASH, sizeof(struct mcrd_ebpf_key), 1, room);
}

static int flows_have(struct mcrd_ebpf *e)
{
	if (e->flows >= 0)
		return 0;
	if (!e->slot) {
		e->n_cpus = libbpf_num_possible_cpus();
		if (e->n_cpus < 0)
			return e->n_cpus;
		e->slot = calloc((size_t)e->n_cpus, sizeof(*e->slot));
		if (!e->slot)
			return -ENOMEM;
	}
	e->flows = map_make(BPF_MAP_TYPE_PERCPU_ARRAY, sizeof(uint32_t),
			    sizeof(struct mcrd_ebpf_slot), 1 + MCRD_EBPF_FLOWS);
	return e->flows < 0 ? e->flows : 0;
}

static int prog_make(const struct mcrd_ebpf_plan *plan)
{
	struct bpf_insn insn[MCRD_EBPF_MAX];
	size_t n = mcrd_ebpf_build(plan, insn);
	int fd;

	fd = bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, "mcrd", "GPL", insn, n,
			   NULL);
	return fd < 0 ? -errno : fd;
}

/**
 * mcrd_ebpf_usable - does the kernel take such filters from this process?
 *
 * Return: 0; -ECANCELED: it is not to be used, says MCRD_EBPF_ENV; -errno.
 */
int mcrd_ebpf_usable(void)
{
	const char *word = getenv(MCRD_EBPF_ENV);
	struct mcrd_ebpf *e;
	int ret;

	if (word && !strcmp(word, "off"))
		return -ECANCELED;
	e = mcrd_ebpf_new();
	if (!e)
		return -ENOMEM;
	ret = mcrd_ebpf_more(e, 0);
	mcrd_ebpf_put(e);
	return ret < 0 ? ret : 0;
}

/**
 * struct loading - keys on their way into a hash, many in one system call
 * @keys: the hash
 * @error: what went wrong; nothing is done from then on
 * @n: number of @key
 * @key: those that wait
 * @value: of each; nobody reads it
 */
struct loading {
	int keys;
	int error;
	uint32_t n;
	struct mcrd_ebpf_key key[BATCH];
	uint8_t value[BATCH];
};

static void load_flush(struct loading *l)
{
	uint32_t n = l->n;

	if (n && !l->error &&
	    bpf_map_update_batch(l->keys, l->key, l->value, &n, NULL))
		l->error = -errno;
	l->n = 0;
}

static void load(struct loading *l, struct mcrd_ebpf_entry *entry)
{
	l->key[l->n++] = entry->key;
	entry->loaded = true;
	if (l->n == BATCH)
		load_flush(l);
}

static void load_node(const void *node, VISIT visit, void *data)
{
	if (visit == postorder || visit == leaf)
		load(data, *(struct mcrd_ebpf_entry * const *)node);
}

/* What is loaded is known of one hash only: all begins anew. */
static void keys_forget(struct mcrd_ebpf *e)
{
	close_one(&e->keys);
	e->stale = true;
}

/* One that has room for as many again; the program has the old one still. */
static int keys_grow(struct mcrd_ebpf *e)
{
	struct loading l = { 0 };

	keys_forget(e);
	for (e->room = ROOM; e->room < e->n;)
		e->room *= 2;
	l.keys = keys_make(e->room);
	if (l.keys < 0)
		return l.keys;
	e->keys = l.keys;
	twalk_r(e->tree, load_node, &l);
	load_flush(&l);
	return l.error;
}

/* What is in the kernel, and held, has nothing to wait for. */
static int keys_add(struct mcrd_ebpf *e)
{
	struct mcrd_ebpf_entry **at = &e->queue, *entry;
	struct loading l = { .keys = e->keys };

	for (entry = e->queue; entry; entry = entry->next)
		if (!entry->loaded)
			load(&l, entry);
	load_flush(&l);
	while ((entry = *at)) {
		if (entry->refs) {
			*at = entry->next;
			entry->queued = false;
		} else {
			at = &entry->next;
		}
	}
	return l.error;
}

static bool prog_fits(const struct mcrd_ebpf *e, uint32_t nhoff)
{
	unsigned int i;

	if (e->prog < 0 || e->stale || e->nhoff != nhoff ||
	    e->probes != e->n_masks)
		return false;
	for (i = 0; i < e->n_masks; i++)
		if (!e->mask[i].probed)
			return false;
	return true;
}

/* The old one is open until then: the new one is another descriptor. */
static int prog_renew(struct mcrd_ebpf *e, uint32_t nhoff)
{
	struct mcrd_ebpf_plan plan = {
		.keys = e->keys,
		.flows = e->flows,
		.nhoff = nhoff,
		.n = e->n_masks,
	};
	unsigned int i;
	int fd;

	for (i = 0; i < plan.n; i++)
		plan.mask[i] = e->mask[i].mask;
	fd = prog_make(&plan);
	if (fd < 0)
		return fd;
	close_one(&e->prog);
	e->prog = fd;
	e->nhoff = nhoff;
	e->probes = plan.n;
	e->stale = false;
	for (i = 0; i < plan.n; i++)
		e->mask[i].probed = true;
	return 0;
}

/**
 * mcrd_ebpf_more - have the kernel know all keys that rules hold
 * @e: the filter
 * @nhoff: bytes of the device's link-layer header: ETH_HLEN, or 0
 *
 * Return: the program, for SO_ATTACH_BPF, the filter's: it is good until the next
 *	call, which returns another number if it is another one. All sockets of the
 *	device are to have it before workers are told of what was held since the
 *	last call. Or -errno: none is to have one; -E2BIG: there are too many masks.
 */
int mcrd_ebpf_more(struct mcrd_ebpf *e, uint32_t nhoff)
{
	int ret;

	if (e->n_masks > MCRD_EBPF_MASKS)
		return -E2BIG;
	ret = flows_have(e);
	if (ret)
		return ret;
	if (e->keys < 0 || e->n > e->room)
		ret = keys_grow(e);
	if (!ret)
		ret = keys_add(e);
	if (ret)
		keys_forget(e);
	if (!ret && !prog_fits(e, nhoff))
		ret = prog_renew(e, nhoff);
	return ret ? ret : e->prog;
}

/**
 * mcrd_ebpf_less - the kernel may forget the keys that no rule holds
 * @e: the filter
 *
 * No worker knows of a rule that held them any more.
 *
 * Return: true if there are fewer masks now: where there were too many,
 *	mcrd_ebpf_more() may have a program again.
 */
bool mcrd_ebpf_less(struct mcrd_ebpf *e)
{
	struct mcrd_ebpf_entry **at = &e->queue, *entry;
	unsigned int masks = e->n_masks;

	while ((entry = *at)) {
		if (entry->refs) {
			at = &entry->next;
			continue;
		}
		*at = entry->next;
		/* One that stays lets more in than has to be. */
		if (entry->loaded)
			bpf_map_delete_elem(e->keys, &entry->key);
		entry_remove(e, entry);
	}
	return e->n_masks < masks;
}

/**
 * mcrd_ebpf_dropped - frames of UDP that no rule takes, and that were not let in
 * @e: the filter; NULL: none
 *
 * Return: how many.
 */
uint64_t mcrd_ebpf_dropped(const struct mcrd_ebpf *e)
{
	const uint32_t first = 0;
	uint64_t sum = 0;
	int i;

	if (!e || e->flows < 0 ||
	    bpf_map_lookup_elem(e->flows, &first, e->slot))
		return 0;
	for (i = 0; i < e->n_cpus; i++)
		sum += e->slot[i].what;
	return sum;
}
