// SPDX-License-Identifier: GPL-2.0
/*
 * The relay's part of the status: its workers, and what they count of themselves;
 * see status.h.
 */
#include <linux/percpu.h>
#include <net/netlink.h>

#include "../../kmod/plane.h"
#include "arena.h"
#include "authority.h"
#include "nl_worker.h"
#include "plane_out.h"
#include "status.h"
#include "table.h"
#include "workers.h"

/**
 * mcrd_status_init - have a place for what workers count of themselves
 *
 * It is before workers are started: their first frame tells them of it.
 *
 * Return: 0 or -ENOMEM.
 */
int mcrd_status_init(void)
{
	const struct mcrd_plane_conf *conf = mcrd_plane_config();
	struct mcrd_worker_stats __percpu *stats;

	stats = alloc_percpu(struct mcrd_worker_stats);
	if (!stats)
		return -ENOMEM;
	conf->workers->config.stats = (u64)((const char *)stats - conf->base);
	return 0;
}

/**
 * mcrd_status_exit - undo mcrd_status_init()
 */
void mcrd_status_exit(void)
{
	const struct mcrd_plane_conf *conf = mcrd_plane_config();

	free_percpu((void __percpu *)(conf->base +
				      conf->workers->config.stats));
}

static int put_worker(struct sk_buff *skb, const struct mcrd_plane_conf *conf,
		      const struct mcrd_child *w)
{
	const struct mcrd_config *config = &conf->workers->config;
	const struct mcrd_worker_report report = {
		.id = w->number,
		.pid = (u32)w->pid,
		.loop = w->hello.loop,
		.why = w->hello.why,
		.restarts = w->starts ? w->starts - 1 : 0,
		.buffers = config->buffers,
		.buffer_bytes = config->buffer_bytes,
		.stats = (const void *)(conf->base + config->stats +
					w->number * MCRD_ARENA_STRIDE),
	};

	return mcrd_nl_put_worker(skb, &report);
}

/* Only where nobody is there to carry them out. */
static u32 count_waiting(struct mcr_net *mn)
{
	struct mcr_rule *rule;
	unsigned long id;
	u32 n = 0;

	xa_for_each(&mn->rules, id, rule)
		n += !rule->disabled && !mcr_plane_is_self(rule->plane);
	return n;
}

static int put_authority(struct sk_buff *skb, struct mcr_net *mn,
			 const struct mcrd_authority *a)
{
	u32 waiting = 0;

	if (a->is == MCR_AUTHORITY_FOLLOWS &&
	    nla_put_u8(skb, MCR_STATUS_A_REDIRECT, MCR_PLANE_KERNEL))
		return -EMSGSIZE;
	if (a->is != MCR_AUTHORITY_SELF &&
	    nla_put_u8(skb, MCR_STATUS_A_AUTHORITY, a->is))
		return -EMSGSIZE;
	if (a->is == MCR_AUTHORITY_SELF)
		waiting = count_waiting(mn);
	return waiting ? nla_put_u32(skb, MCR_STATUS_A_WAITING, waiting) : 0;
}

/**
 * mcr_plane_put_status - put those who handle packets into MCR_A_STATUS
 * @skb: the message, in that nest
 * @mn: the namespace
 *
 * Context: Under mcr_net.lock.
 * Return: 0 or -EMSGSIZE.
 */
int mcr_plane_put_status(struct sk_buff *skb, struct mcr_net *mn)
{
	const struct mcrd_plane_conf *conf = mcrd_plane_config();
	const struct mcrd_workers *ws = conf->workers;
	unsigned int i;
	int err = put_authority(skb, mn, conf->authority);

	for (i = 0; i < ws->n && !err; i++)
		err = put_worker(skb, conf, &ws->worker[i]);
	return err;
}
