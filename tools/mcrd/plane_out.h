/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What of rules and devices goes out to workers.
 *
 * Between what is compiled in the kernel environment (plane.c, ingress.c) and
 * the rest of the daemon: plain types only.
 */
#ifndef MCRD_PLANE_OUT_H
#define MCRD_PLANE_OUT_H

#include <stdbool.h>
#include <stdint.h>

#include "plan.h"

struct mcrd_log;
struct mcrd_rxset;
struct mcrd_child;
struct mcrd_authority;
struct mcrd_workers;
struct mcrd_ebpf_ref;
struct mcr_rule;

/**
 * struct mcrd_plane_conf - what the plane works with; all of it outlives it
 * @log: where to say what does not work
 * @workers: who is told
 * @base: of the first section that workers count in
 * @shared: of the section that all of them write
 * @authority: whose word counts
 * @vnet: packet sockets have virtio-net headers
 * @ebpf: they can have eBPF filters
 * @gro: GRO is to be on where rules receive
 */
struct mcrd_plane_conf {
	const struct mcrd_log *log;
	struct mcrd_workers *workers;
	char *base;
	const char *shared;
	const struct mcrd_authority *authority;
	bool vnet;
	bool ebpf;
	bool gro;
};

int mcrd_plane_init(const struct mcrd_plane_conf *conf);
void mcrd_plane_exit(void);

void mcrd_plane_dev(const struct mcrd_dev *dev);
bool mcrd_plane_receives(const char *name);
void mcrd_plane_dev_gone(const char *name, int ifindex);
void mcrd_plane_release(void);
void mcrd_plane_feed(struct mcrd_child *w);
void mcrd_plane_first_drop(const struct mcrd_first_drop *drop);

/* Between plane.c and ingress.c. */
const struct mcrd_plane_conf *mcrd_plane_config(void);
void mcrd_plane_touch(void);
bool mcrd_ingress_tell(struct mcrd_child *only, struct mcrd_rxset **done);
void mcrd_ingress_up(int ifindex);
bool mcrd_ingress_failed(void);
int mcrd_ingress_hold(const struct mcr_rule *rule, struct mcrd_ebpf_ref *ref);
void mcrd_ingress_less(void);

#endif /* MCRD_PLANE_OUT_H */
