/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Rules that consume, in tests: what is sent to nf_tables is carried out by a model
 * of that.
 */
#ifndef MCR_TESTS_CONSUME_RIG_H
#define MCR_TESTS_CONSUME_RIG_H

#include "common.h"

#include "../mcrd/consume_table.h"
#include "nft_model.h"

#define RULES		48

/**
 * struct known_rule - a rule as the test knows it
 * @on: it is enabled, and its device is there
 * @consume: it consumes
 * @dev: number of its device
 * @m: what it takes
 */
struct known_rule {
	bool on;
	bool consume;
	unsigned int dev;
	struct mcr_match m;
};

/**
 * struct world - rules, and what they were made into
 * @f: what is tested
 * @model: what it sends is carried out here
 * @seq: of batches
 * @rule: the rules as they are; ids are from 1 on
 * @was: as they were before the change
 */
struct world {
	struct mcrd_filter f;
	struct nft_model *model;
	__u32 seq;
	struct known_rule rule[RULES];
	struct known_rule was[RULES];
};

/* Names of devices, by their numbers. */
extern const char * const world_devs[2];

void world_init(struct world *w);
void world_exit(struct world *w);
bool world_step(struct world *w, enum mcrd_consume_step step, bool refuse);
void world_commit(struct world *w);
void world_set(struct world *w, unsigned int i);
void frame_ll(struct nft_frame *f, __u16 tpid, __u16 tci);
void frame_ip(struct nft_frame *f, const struct mcr_flow *flow, __u8 proto);
void frame_ip6(struct nft_frame *f, const struct mcr_flow *flow, __u8 proto);
void frame_make(struct nft_frame *f, unsigned int dev,
		const struct mcr_flow *flow);
void world_one_rule(struct world *w, struct mcr_flow *flow, __u8 family,
		    __u8 proto, __u16 vlan);
bool world_drops(const struct world *w, const struct nft_frame *f);

#endif /* MCR_TESTS_CONSUME_RIG_H */
