/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whose word counts, where there is the kernel module beside the daemon: that of
 * the module. The daemon gives its rules to the module, if that has none, and has
 * the module's rules from then on.
 *
 * The supervisor reads no rules of the module's and writes none there: this program
 * does once more, by another name, as for files of rules (state.h).
 */
#ifndef MCRD_AUTHORITY_H
#define MCRD_AUTHORITY_H

#include <linux/mcr.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "log.h"
#include "module.h"
#include "server.h"

/* What the program is called when it does this. */
#define MCRD_FOLLOW_NAME	"mcrd-follow"

/**
 * enum mcrd_follow_job - what is to be done
 * @MCRD_FOLLOW_HAND: give the daemon's rules to the module, and end
 * @MCRD_FOLLOW_FOLLOW: give the module's rules to the daemon, as they are, and
 *	whenever they change
 */
enum mcrd_follow_job {
	MCRD_FOLLOW_HAND,
	MCRD_FOLLOW_FOLLOW,
};

extern const char *const mcrd_follow_names[2];

/**
 * enum mcrd_follow_exit - how that went: an exit status
 * @MCRD_FOLLOW_DONE: done; the module has the rules, or is gone
 * @MCRD_FOLLOW_FAILED: it was not done; why was said
 * @MCRD_FOLLOW_BOTH: the module has rules already
 */
enum mcrd_follow_exit {
	MCRD_FOLLOW_DONE,
	MCRD_FOLLOW_FAILED,
	MCRD_FOLLOW_BOTH = 3,
};

/**
 * struct mcrd_authority - whose word counts
 * @log: the supervisor's
 * @server: which the processes are peers of
 * @module: the kernel module, as netlink tells of it
 * @is: who it is
 * @gone: of @module: what has been done about
 * @going: the module is on its way out: its hooks may still be there
 * @began_going: when that was heard of
 * @copied: the rules were the module's, and it is gone
 * @copy: generation of those
 * @pid: the process that does @job; 0: there is none
 * @job: what it does
 * @born: when it began to
 * @due: when to look again; 0: not by itself
 * @delay: how long that is put off after it failed
 */
struct mcrd_authority {
	const struct mcrd_log *log;
	struct mcrd_server *server;
	struct mcrd_module module;
	enum mcr_authority is;
	unsigned int gone;
	bool going;
	int64_t began_going;
	bool copied;
	uint32_t copy;
	pid_t pid;
	enum mcrd_follow_job job;
	int64_t born;
	int64_t due;
	int64_t delay;
};

void mcrd_authority_open(struct mcrd_authority *a, struct mcrd_poll *poll);
bool mcrd_authority_restores(struct mcrd_authority *a);
void mcrd_authority_run(struct mcrd_authority *a);
int mcrd_authority_due_ms(const struct mcrd_authority *a);
void mcrd_authority_reap(struct mcrd_authority *a);
void mcrd_authority_close(struct mcrd_authority *a);

/* In follow.c. */
int mcrd_follow_main(int argc, char **argv);

#endif /* MCRD_AUTHORITY_H */
