/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The supervisor: what main.c holds together.
 */
#ifndef MCRD_MCRD_H
#define MCRD_MCRD_H

#include "arena.h"
#include "authority.h"
#include "config.h"
#include "instance.h"
#include "links.h"
#include "log.h"
#include "metrics.h"
#include "server.h"
#include "state.h"
#include "watch.h"
#include "workers.h"

/**
 * struct mcrd - the daemon
 * @opt: what it was told
 * @log: its log
 * @poll: what its loop waits for
 * @signals: watched
 * @instance: lock and socket
 * @arena: what workers count in
 * @workers: the workers
 * @server: the protocol's
 * @links: network devices
 * @metrics: the process that serves them
 * @state: files of rules
 * @authority: whose rules count, where the kernel module is loaded
 * @control: a packet socket that holds what is asked of devices
 * @vnet: packet sockets have virtio-net headers
 * @gso: with which they take super-packets of UDP
 * @watchdog_ms: how often systemd wants to hear; 0: it does not
 * @heard: when it did last
 * @stop: the daemon is to end
 */
struct mcrd {
	struct mcrd_options opt;
	struct mcrd_log log;
	struct mcrd_poll poll;
	struct mcrd_watch signals;
	struct mcrd_instance instance;
	struct mcrd_arena arena;
	struct mcrd_workers workers;
	struct mcrd_server server;
	struct mcrd_links *links;
	struct mcrd_metrics metrics;
	struct mcrd_state state;
	struct mcrd_authority authority;
	int control;
	bool vnet;
	bool gso;
	int watchdog_ms;
	int64_t heard;
	bool stop;
};

/* In worker/: what the program is when a supervisor starts it. */
int mcrd_worker_main(int argc, char **argv);

#endif /* MCRD_MCRD_H */
