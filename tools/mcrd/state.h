/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Rules that outlive the daemon: written to a file while they change, and put in
 * force again by the next one.
 *
 * The supervisor touches no rules file: what reads and writes them is this program
 * once more, by another name, for as long as it takes. It speaks the protocol as
 * any peer does, over a connection that it is given.
 */
#ifndef MCRD_STATE_H
#define MCRD_STATE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "log.h"
#include "server.h"
#include "spawn.h"

/* What the program is called when it does this. */
#define MCRD_STATE_NAME		"mcrd-state"

/* Where rules are kept, and what SIGHUP reads, if nothing else was said. */
#define MCRD_STATE_DIR		"/var/lib/mcr"
#define MCRD_RULES_FILE		"/etc/mcr/rules.mcr"

/**
 * enum mcrd_job - what is to be done with a file
 * @MCRD_JOB_SAVE: write the rules in force to it
 * @MCRD_JOB_RESTORE: put its rules in force; that it is not there is no error
 * @MCRD_JOB_RELOAD: the same, for a file of the administrator's
 */
enum mcrd_job {
	MCRD_JOB_SAVE,
	MCRD_JOB_RESTORE,
	MCRD_JOB_RELOAD,
};

extern const char *const mcrd_job_names[3];

/**
 * enum mcrd_job_exit - how that went: an exit status
 * @MCRD_JOB_DONE: done
 * @MCRD_JOB_FAILED: it was not done; why was said
 * @MCRD_JOB_ASIDE: restoring: it was not done, and the file has another name
 */
enum mcrd_job_exit {
	MCRD_JOB_DONE,
	MCRD_JOB_FAILED,
	MCRD_JOB_ASIDE = 3,
};

/**
 * struct mcrd_state - the rules' files
 * @log: the supervisor's
 * @server: which the processes are peers of
 * @rules: what SIGHUP reads
 * @path: where rules are kept; NULL: nowhere. Owned
 * @lock: held, so that no other daemon keeps its rules there; -1: it is not
 * @pid: the process that does @job; 0: there is none
 * @job: what it does
 * @began: when
 * @overdue: when it is killed, and killed again
 * @began_save: when that was saving, the last time
 * @restored: @path may be written over: what is in it was in force
 * @reload: SIGHUP came
 * @last: the daemon ends: there is no time to wait
 * @failing: rules could not be saved, and why was said
 * @saved: generation of the rules in @path
 * @saving: generation that is in force when they are written
 * @due: when to write; 0: there is nothing to be written
 * @delay: how long that is put off after it failed
 */
struct mcrd_state {
	const struct mcrd_log *log;
	struct mcrd_server *server;
	const char *rules;
	char *path;
	int lock;
	pid_t pid;
	enum mcrd_job job;
	int64_t began;
	int64_t overdue;
	int64_t began_save;
	bool restored;
	bool reload;
	bool last;
	bool failing;
	uint32_t saved;
	uint32_t saving;
	int64_t due;
	int64_t delay;
};

int mcrd_state_open(struct mcrd_state *s, const char *dir, const char *name);
void mcrd_state_restore(struct mcrd_state *s);
void mcrd_state_skip(struct mcrd_state *s);
void mcrd_state_reload(struct mcrd_state *s);
void mcrd_state_last(struct mcrd_state *s);

void mcrd_state_run(struct mcrd_state *s);
int mcrd_state_due_ms(const struct mcrd_state *s);
void mcrd_state_reap(struct mcrd_state *s);
bool mcrd_state_busy(const struct mcrd_state *s);

void mcrd_state_close(struct mcrd_state *s);

/* In state_job.c. */
int mcrd_state_main(int argc, char **argv);

#endif /* MCRD_STATE_H */
