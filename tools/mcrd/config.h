/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the daemon was told on its command line.
 */
#ifndef MCRD_CONFIG_H
#define MCRD_CONFIG_H

#include <linux/mcr.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/types.h>

/* More would be of no use, each has sockets of its own, and a place in the status. */
#define MCRD_WORKERS_MAX	((unsigned int)MCR_WORKERS_MAX)

/* Exit status of a command line that makes no sense. */
#define MCRD_EXIT_USAGE		2

/**
 * struct mcrd_options - the command line
 * @netns: network namespace, as it was named; NULL: the one we are in
 * @user: whom workers run as; NULL: was not said
 * @workers: how many
 * @loop: of enum mcrd_loop
 * @level: of syslog.h
 * @buffers: receive buffers of a worker; 0: was not said
 * @buffer_bytes: of each; 0: was not said
 * @wait_us: longest time to wait for more packets
 * @read_group: only root and this group may read
 * @restricted: @read_group was given
 * @rules: what SIGHUP reads
 * @state: what the file that rules are kept in is called; NULL: they are not
 * @no_state: that they are not was said
 * @state_dir: where it is; NULL: was not said
 * @alone: as if there were no kernel module
 * @gro: GRO is turned on where rules receive
 * @metrics: where metrics are served; its family is 0: nowhere
 */
struct mcrd_options {
	const char *netns;
	const char *user;
	unsigned int workers;
	unsigned int loop;
	int level;
	unsigned int buffers;
	unsigned int buffer_bytes;
	unsigned int wait_us;
	gid_t read_group;
	bool restricted;
	const char *rules;
	const char *state;
	bool no_state;
	const char *state_dir;
	bool alone;
	bool gro;
	struct sockaddr_storage metrics;
};

int mcrd_options_read(struct mcrd_options *opt, int argc, char **argv,
		      bool *stop);

#endif /* MCRD_CONFIG_H */
