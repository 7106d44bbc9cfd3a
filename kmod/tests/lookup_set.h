/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Random rule sets, and the slow search that a classifier must agree with.
 */
#ifndef MCR_TESTS_LOOKUP_SET_H
#define MCR_TESTS_LOOKUP_SET_H

#include <kunit/test.h>
#include <linux/prandom.h>

#include "lookup.h"

#define MCR_SET_MAX	256

/**
 * struct mcr_set - a classifier and what is in it
 * @lookup: the classifier under test
 * @lock: its owner's
 * @test: that it is for
 * @n: entries in it
 * @entry: they; each allocated alone, so that a freed one is noticed
 */
struct mcr_set {
	struct mcr_lookup lookup;
	struct mutex lock;	/* guards @lookup */
	struct kunit *test;
	unsigned int n;
	struct mcr_entry *entry[MCR_SET_MAX];
};

struct mcr_set *mcr_set_new(struct kunit *test);
void mcr_set_free(struct mcr_set *s);
struct mcr_entry *mcr_set_entry(struct kunit *test, const struct mcr_match *m);
int mcr_set_insert(struct mcr_set *s, const struct mcr_match *m);
void mcr_set_remove(struct mcr_set *s, unsigned int i);
bool mcr_set_holds(const struct mcr_set *s, const struct mcr_match *m);
unsigned int mcr_set_masks(const struct mcr_set *s, const struct mcr_match *m);
const struct mcr_match *mcr_set_winner(const struct mcr_set *s,
				       const struct mcr_flow *f);
void mcr_set_check(struct mcr_set *s, const struct mcr_flow *f,
		   const char *when);

void mcr_set_check_shadow(struct mcr_set *s, const struct mcr_match *m);

void mcr_random_match(struct rnd_state *rnd, struct mcr_match *m);
void mcr_random_flow(struct rnd_state *rnd, const struct mcr_set *s,
		     struct mcr_flow *f);

#endif /* MCR_TESTS_LOOKUP_SET_H */
