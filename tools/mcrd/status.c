// SPDX-License-Identifier: GPL-2.0
/*
 * The relay's part of the status: its workers, and what they count of themselves;
 * see status.h.
 */
#include <linux/percpu.h>

#include "../../kmod/plane.h"
#include "arena.h"
#include "nl_worker.h"
#include "plane_out.h"
#include "status.h"
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
	int err = 0;

	(void)mn;
	for (i = 0; i < ws->n && !err; i++)
		err = put_worker(skb, conf, &ws->worker[i]);
	return err;
}
