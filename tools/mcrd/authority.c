// SPDX-License-Identifier: GPL-2.0
/*
 * Whose word counts; see authority.h.
 */
#include "authority.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../kapi/kapi.h"
#include "control.h"
#include "spawn.h"
#include "watch.h"

/* Where both have rules: somebody may have taken one side's away. */
#define LOOK_MS		1000
/* What failed is tried again, at first soon. */
#define DELAY_MAX_MS	60000
/* The module's hooks go soon after its family. */
#define GOING_STEP_MS	5
#define GOING_MAX_MS	5000
#define BURY_MS		1000
/* A process that lives so long has not failed at once. */
#define LASTS_MS	60000

const char *const mcrd_follow_names[] = {
	[MCRD_FOLLOW_HAND] = "hand",
	[MCRD_FOLLOW_FOLLOW] = "follow",
};

#define REFUSAL_FOLLOWS	\
	"the kernel module is loaded and says which rules there are: change them there (mcrtool does so without --via, or with --via kernel)"
#define REFUSAL_MOVING	\
	"the rules are being handed to the kernel module, which has just been loaded: try again"

static void become(struct mcrd_authority *a, enum mcr_authority is)
{
	a->is = is;
	a->server->refusal = NULL;
	if (is == MCR_AUTHORITY_FOLLOWS)
		a->server->refusal = REFUSAL_FOLLOWS;
	else if (is == MCR_AUTHORITY_MOVING)
		a->server->refusal = REFUSAL_MOVING;
	kapi_follow(is == MCR_AUTHORITY_FOLLOWS);
}

/* What is not done now is nothing that changes of others have to wait for. */
static void put_off(struct mcrd_authority *a)
{
	if (a->is == MCR_AUTHORITY_MOVING)
		become(a, MCR_AUTHORITY_SELF);
	a->delay = a->delay ? a->delay * 2 : LOOK_MS;
	if (a->delay > DELAY_MAX_MS)
		a->delay = DELAY_MAX_MS;
	a->due = mcrd_now_ms() + a->delay;
}

/* It is given the number of the family: by its name it would load the module. */
static pid_t spawn(const struct mcrd_authority *a, enum mcrd_follow_job job,
		   int fd)
{
	const struct mcrd_privs user = {
		.keep = true,
		.writes = true,
		.net_admin = job == MCRD_FOLLOW_HAND,
	};
	char family[16], group[16], level[16];
	const char *const argv[] = {
		MCRD_FOLLOW_NAME,
		mcrd_follow_names[job],
		family,
		group,
		level,
		a->log->journal ? "journal" : "",
		NULL
	};

	snprintf(family, sizeof(family), "%u", a->module.family);
	snprintf(group, sizeof(group), "%u", a->module.group);
	snprintf(level, sizeof(level), "%d", a->log->level);
	return mcrd_spawn(&user, argv, fd, a->log->fd);
}

static void begin(struct mcrd_authority *a, enum mcrd_follow_job job)
{
	int end[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, end)) {
		pid = -errno;
	} else {
		fcntl(end[0], F_SETFL, O_NONBLOCK);
		mcrd_server_add_repeater(a->server, end[0]);
		pid = spawn(a, job, end[1]);
		close(end[1]);
	}
	if (pid > 0) {
		a->pid = pid;
		a->job = job;
		a->born = mcrd_now_ms();
		a->due = 0;
		return;
	}
	mcrd_log(a->log, LOG_ERR, "no process can be started to %s rules: %s",
		 mcrd_follow_names[job], strerror(-pid));
	put_off(a);
}

static void follow(struct mcrd_authority *a)
{
	if (a->is != MCR_AUTHORITY_FOLLOWS)
		mcrd_log(a->log, LOG_NOTICE,
			 "the kernel module is loaded: its rules are the ones in force from now on, and those of plane relay are carried out here");
	become(a, MCR_AUTHORITY_FOLLOWS);
	begin(a, MCRD_FOLLOW_FOLLOW);
}

static void stand_apart(struct mcrd_authority *a)
{
	if (a->is != MCR_AUTHORITY_BOTH)
		mcrd_log(a->log, LOG_WARNING,
			 "the kernel module is loaded and has rules of its own, and so has this daemon: each carries out its own, and what both have is forwarded twice, until one of them has none (mcrtool --via kernel|relay rule flush)");
	become(a, MCR_AUTHORITY_BOTH);
	a->due = mcrd_now_ms() + LOOK_MS;
}

/* Nobody has changed what was the module's: whoever loads it anew has its rules. */
static bool is_copy(const struct mcrd_authority *a)
{
	return a->copied && a->copy == mcrd_control_generation();
}

/* The module is there: who has rules? */
static void meet(struct mcrd_authority *a)
{
	int64_t theirs;
	bool ours;

	a->due = 0;
	/* The process that did has ended. */
	if (a->is == MCR_AUTHORITY_FOLLOWS) {
		follow(a);
		return;
	}
	theirs = mcrd_module_rules(&a->module);
	ours = mcrd_control_rules();
	if (theirs < 0) {
		put_off(a);
	} else if (!ours || (theirs && is_copy(a))) {
		follow(a);
	} else if (theirs) {
		stand_apart(a);
	} else {
		become(a, MCR_AUTHORITY_MOVING);
		begin(a, MCRD_FOLLOW_HAND);
	}
}

/* What the module carried out before is ours; nobody decides that for us. */
static void take_over(struct mcrd_authority *a)
{
	unsigned int waiting;

	a->gone = a->module.gone;
	a->going = false;
	a->due = 0;
	a->delay = 0;
	if (a->is == MCR_AUTHORITY_SELF)
		return;
	a->copied = a->is == MCR_AUTHORITY_FOLLOWS;
	a->copy = mcrd_control_generation();
	become(a, MCR_AUTHORITY_SELF);
	waiting = mcrd_control_take_over();
	mcrd_log(a->log, LOG_NOTICE,
		 "the kernel module is gone: the rules that are here are the ones in force");
	if (waiting)
		mcrd_log(a->log, LOG_WARNING,
			 "%u rule%s of plane kernel: nobody carries out what waits for the kernel module",
			 waiting, waiting == 1 ? "" : "s");
}

/* Its hooks go after its family: until then both would carry rules out. */
static void leave(struct mcrd_authority *a)
{
	int64_t now = mcrd_now_ms();

	if (!a->going) {
		a->going = true;
		a->began_going = now;
		if (a->pid)
			kill(a->pid, SIGKILL);
	}
	if (a->is == MCR_AUTHORITY_FOLLOWS && mcrd_module_is_there() &&
	    now < a->began_going + GOING_MAX_MS)
		a->due = now + GOING_STEP_MS;
	else
		take_over(a);
}

/**
 * mcrd_authority_open - look whether the module is there, and hear of it
 * @a: its log and server are filled in; to be given to mcrd_authority_close()
 * @poll: the loop's
 */
void mcrd_authority_open(struct mcrd_authority *a, struct mcrd_poll *poll)
{
	int ret = mcrd_module_open(&a->module, poll);

	if (ret)
		mcrd_log(a->log, LOG_WARNING,
			 "it will not be noticed if the kernel module is loaded: %s",
			 strerror(-ret));
}

/**
 * mcrd_authority_restores - are the rules that were kept to be put in force?
 * @a: the authority
 *
 * Return: true; false if the module has rules, which are followed.
 */
bool mcrd_authority_restores(struct mcrd_authority *a)
{
	return !a->module.family || mcrd_module_rules(&a->module) <= 0;
}

/* Something was not heard: what is known counts until somebody answers. */
static void ask_again(struct mcrd_authority *a)
{
	if (a->due && mcrd_now_ms() < a->due)
		return;
	a->due = 0;
	if (mcrd_module_look(&a->module))
		a->due = mcrd_now_ms() + LOOK_MS;
}

/**
 * mcrd_authority_run - do what is due
 * @a: the authority
 *
 * The rules that were kept are in force.
 */
void mcrd_authority_run(struct mcrd_authority *a)
{
	bool there;

	if (a->module.watch.fd < 0)
		return;
	if (a->module.unheard)
		ask_again(a);
	there = a->module.family;
	if (!there) {
		if (a->is != MCR_AUTHORITY_SELF || a->going)
			leave(a);
		else if (!a->module.unheard)
			take_over(a);
		return;
	}
	/* It is another one, which was loaded when the first was gone. */
	if (a->gone != a->module.gone) {
		if (a->pid)
			kill(a->pid, SIGKILL);
		take_over(a);
	}
	if (a->pid || (a->due && mcrd_now_ms() < a->due))
		return;
	meet(a);
}

/**
 * mcrd_authority_due_ms - when is mcrd_authority_run() to be called?
 * @a: the authority
 *
 * Return: milliseconds from now; -1: not by itself.
 */
int mcrd_authority_due_ms(const struct mcrd_authority *a)
{
	int64_t left = a->due - mcrd_now_ms();

	if (!a->due)
		return -1;
	return left > 0 ? (int)left : 0;
}

static void end_hand(struct mcrd_authority *a, int status)
{
	switch (status) {
	case MCRD_FOLLOW_DONE:
		a->delay = 0;
		follow(a);
		break;
	case MCRD_FOLLOW_BOTH:
		/* Somebody was faster. */
		meet(a);
		break;
	default:
		/* The rules stay here, as they are. */
		put_off(a);
	}
}

/**
 * mcrd_authority_reap - a process has ended: was it this one?
 * @a: the authority
 */
void mcrd_authority_reap(struct mcrd_authority *a)
{
	int status;

	if (!a->pid || waitpid(a->pid, &status, WNOHANG) != a->pid)
		return;
	a->pid = 0;
	if (!a->module.family || a->gone != a->module.gone)
		return;
	if (mcrd_now_ms() - a->born >= LASTS_MS)
		a->delay = 0;
	if (a->job == MCRD_FOLLOW_HAND)
		end_hand(a, WIFEXITED(status) ? WEXITSTATUS(status) :
						MCRD_FOLLOW_FAILED);
	else
		put_off(a);
}

/**
 * mcrd_authority_close - follow nobody any more
 * @a: the authority
 */
void mcrd_authority_close(struct mcrd_authority *a)
{
	int64_t end = mcrd_now_ms() + BURY_MS;

	if (a->pid)
		kill(a->pid, SIGKILL);
	while (a->pid && mcrd_now_ms() < end) {
		if (waitpid(a->pid, NULL, WNOHANG))
			a->pid = 0;
		else
			usleep(1000);
	}
	a->due = 0;
	mcrd_module_close(&a->module);
}
