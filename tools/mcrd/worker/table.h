/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a worker knows: device names with what is behind them, and rules.
 *
 * Rules name devices, and those may come and go: a name is there as long as
 * anything refers to it.
 */
#ifndef MCRD_WORKER_TABLE_H
#define MCRD_WORKER_TABLE_H

#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/xarray.h>

#include "../plan.h"
#include "lookup.h"
#include "stats.h"
#include "unmatched.h"

/**
 * struct mcrd_rxdev - a packet socket to receive from
 * @fd: the socket; owned
 * @port: the device it is bound to, by name
 * @ifindex: of the device
 * @vnet: frames have virtio-net headers
 * @closed: it is not received from any more: what still comes is let go of
 * @armed: the loop has asked for frames
 * @errors: receive errors without a frame between them
 * @counters: in the worker's section of the arena
 * @unmatched: in the arena, as a pointer to per-CPU memory
 * @seen_as: the device, as far as kmod/match.c looks at it
 */
struct mcrd_rxdev {
	int fd;
	struct mcrd_port *port;
	uint32_t ifindex;
	bool vnet;
	bool closed;
	bool armed;
	uint32_t errors;
	struct mcr_ingress_counters *counters;
	struct mcr_unmatched *unmatched;
	struct net_device seen_as;
};

struct mcrd_batch;

/**
 * struct mcrd_txdev - a packet socket to send with
 * @next: loop_uring's: among those that are to be closed
 * @fd: the socket; owned
 * @ifindex: of the device
 * @vnet: frames have virtio-net headers
 * @batch: loop_mmsg's: what is to be sent in one go; NULL: nothing was yet.
 *	Owned, by free()
 */
struct mcrd_txdev {
	struct mcrd_txdev *next;
	int fd;
	uint32_t ifindex;
	bool vnet;
	struct mcrd_batch *batch;
};

/**
 * struct mcrd_port - a device name
 * @next: in its bucket
 * @users: what refers to it
 * @lookup: rules that receive from it; there if @classifies
 * @classifies: @lookup was made
 * @dev: the device; its ifindex is 0 while there is none
 * @rx: the socket to receive from; NULL: none
 * @tx: the socket to send with; NULL: none
 */
struct mcrd_port {
	struct mcrd_port *next;
	uint32_t users;
	struct mcr_lookup lookup;
	bool classifies;
	struct mcrd_dev dev;
	struct mcrd_rxdev *rx;
	struct mcrd_txdev *tx;
};

/**
 * struct mcrd_out - an output of a rule
 * @port: where it sends; holds a user
 * @rewrite: how copies are changed; MCR_TTL_AUTO is resolved
 * @id: in its rule
 * @rule: id of the rule
 * @counters: in the worker's section of the arena
 * @drops: in the shared section
 * @told: bit by enum mcr_drop: the supervisor was told of the first one
 * @under_way: sends that are not done yet
 * @begun: counts sends
 */
struct mcrd_out {
	struct mcrd_port *port;
	struct mcr_rewrite rewrite;
	uint32_t id;
	uint32_t rule;
	struct mcr_output_counters *counters;
	struct mcr_drops *drops;
	uint32_t told;
	uint32_t under_way;
	uint32_t begun;
};

/**
 * struct mcrd_rule_in - a rule
 * @entry: its match, in the classifier of @iif while the rule is in force
 * @iif: the ingress device; holds a user
 * @next: of those that wait for what is under way
 * @id: of the rule
 * @n: number of @out
 * @low: packets are sent one by one, and nothing is waited for
 * @carry: of enum mcr_carry: which packets are the relay's
 * @since: with it
 * @shares: an output sends whole frames as they are, padding included
 * @counters: in the worker's section of the arena
 * @out: the outputs
 */
struct mcrd_rule_in {
	struct mcr_entry entry;
	struct mcrd_port *iif;
	struct mcrd_rule_in *next;
	uint32_t id;
	uint32_t n;
	bool low;
	bool shares;
	uint8_t carry;
	uint64_t since;
	struct mcr_rule_counters *counters;
	struct mcrd_out out[];
};

/* log2 of the buckets that names are found in */
#define MCRD_PORT_BITS	8

/**
 * struct mcrd_table - all of it
 * @lock: what the classifiers want to be held; there is one thread
 * @ports: by name
 * @rules: struct mcrd_rule_in by id
 * @retired: rules that are not in force any more, but may have sends under way
 * @n_rules: number of @rules
 * @n_low: of which with @low
 */
struct mcrd_table {
	struct mutex lock;	/* guards nothing: see above */
	struct mcrd_port *ports[1 << MCRD_PORT_BITS];
	struct xarray rules;
	struct mcrd_rule_in *retired;
	uint32_t n_rules;
	uint32_t n_low;
};

void mcrd_table_init(struct mcrd_table *t);
void mcrd_table_exit(struct mcrd_table *t);
struct mcrd_port *mcrd_port_get(struct mcrd_table *t, const char *name);
void mcrd_port_put(struct mcrd_table *t, struct mcrd_port *port);
struct mcrd_port *mcrd_port_find(struct mcrd_table *t, const char *name);
struct mcrd_port *mcrd_port_receiving(struct mcrd_table *t, uint32_t ifindex);
int mcrd_table_put_rule(struct mcrd_table *t, struct mcrd_rule_in *rule);
void mcrd_table_withdraw(struct mcrd_table *t, struct mcrd_rule_in *rule);
void mcrd_table_retire(struct mcrd_table *t, struct mcrd_rule_in *rule);
void mcrd_table_free_retired(struct mcrd_table *t);
void mcrd_rxdev_free(struct mcrd_rxdev *rx);
void mcrd_txdev_free(struct mcrd_txdev *tx);
void mcrd_rule_in_free(struct mcrd_table *t, struct mcrd_rule_in *rule);

#endif /* MCRD_WORKER_TABLE_H */
