// SPDX-License-Identifier: GPL-2.0
/*
 * Rules that outlive the daemon, as the supervisor sees it; see state.h.
 */
#include "state.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "control.h"
#include "watch.h"

/* Changes come in groups: so long they are waited for. */
#define QUIET_MS	50
/* What is lost with a supervisor that is killed is not more than this. */
#define EVERY_MS	1000
/* Where it cannot be written, that may take a while to be mended. */
#define DELAY_MAX_MS	60000
/* A million rules take less. */
#define JOB_MS		120000
/* To end takes a process that was killed less. */
#define BURY_MS		1000

const char *const mcrd_job_names[] = {
	[MCRD_JOB_SAVE] = "save",
	[MCRD_JOB_RESTORE] = "restore",
	[MCRD_JOB_RELOAD] = "reload",
};

static int not_kept(const struct mcrd_state *s, const char *what,
		    const char *path)
{
	mcrd_log(s->log, LOG_ERR, "rules are not kept: %s %s: %s", path, what,
		 strerror(errno));
	return -1;
}

/* What is read from it is done: it must be nobody else's. */
static int check_directory(const struct mcrd_state *s, const char *dir)
{
	struct stat st;

	if (mkdir(dir, 0700) && errno != EEXIST)
		return not_kept(s, "cannot be made", dir);
	if (stat(dir, &st))
		return not_kept(s, "cannot be looked at", dir);
	if (S_ISDIR(st.st_mode) && st.st_uid == geteuid() &&
	    !(st.st_mode & 0022))
		return 0;
	mcrd_log(s->log, LOG_ERR,
		 "rules are not kept: %s has to be a directory of uid %u's, where nobody else may write (mode 755 or less)",
		 dir, geteuid());
	return -1;
}

static int refuse(const struct mcrd_state *s, int fd, const char *name)
{
	char pid[16] = "";
	ssize_t n = pread(fd, pid, sizeof(pid) - 1, 0);

	if (n > 0)
		pid[strcspn(pid, "\n")] = '\0';
	mcrd_log(s->log, LOG_ERR,
		 "process %s keeps its rules under the name %s already: --state needs a name of this daemon's own, or --no-state",
		 *pid ? pid : "unknown", name);
	return -EBUSY;
}

/* It stays where it is: who takes it away could take that of another. */
static int take_lock(struct mcrd_state *s, const char *dir, const char *name)
{
	char *path = NULL;
	int ret = -1;

	if (asprintf(&path, "%s/.%s.lock", dir, name) < 0)
		return -1;
	s->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (s->lock < 0)
		not_kept(s, "cannot be opened", path);
	else if (!flock(s->lock, LOCK_EX | LOCK_NB))
		ret = 0;
	else if (errno == EWOULDBLOCK)
		ret = refuse(s, s->lock, name);
	else
		not_kept(s, "cannot be locked", path);
	if (!ret && (ftruncate(s->lock, 0) ||
		     dprintf(s->lock, "%d\n", getpid()) < 0))
		ret = not_kept(s, "cannot be written", path);
	free(path);
	return ret;
}

/**
 * mcrd_state_open - keep rules from now on, and look where
 * @s: its log, server and rules are filled in; to be given to
 *	mcrd_state_close() either way
 * @dir: directory of the file
 * @name: its name, without ".rules"; NULL: rules are not kept
 *
 * Where they cannot be kept that is said, and nothing else is wrong.
 *
 * Return: 0; -EBUSY if another daemon keeps its rules there, which was said.
 */
int mcrd_state_open(struct mcrd_state *s, const char *dir, const char *name)
{
	int ret;

	s->lock = -1;
	if (!name || check_directory(s, dir))
		return 0;
	ret = take_lock(s, dir, name);
	if (ret)
		return ret == -EBUSY ? ret : 0;
	if (asprintf(&s->path, "%s/%s.rules", dir, name) < 0)
		s->path = NULL;
	return 0;
}

static bool is_dirty(const struct mcrd_state *s)
{
	return s->path && s->restored &&
	       s->saved != mcrd_control_generation();
}

/* It has all the rights it needs by its connection. */
static pid_t spawn(const struct mcrd_state *s, enum mcrd_job job, int fd)
{
	const struct mcrd_privs user = { .keep = true, .writes = true };
	bool quiet = job == MCRD_JOB_SAVE && s->failing;
	char level[16];
	const char *const argv[] = {
		MCRD_STATE_NAME,
		mcrd_job_names[job],
		job == MCRD_JOB_RELOAD ? s->rules : s->path,
		level,
		s->log->journal ? "journal" : "",
		NULL
	};

	snprintf(level, sizeof(level), "%d", quiet ? LOG_EMERG : s->log->level);
	return mcrd_spawn(&user, argv, fd, s->log->fd);
}

static void failed(struct mcrd_state *s)
{
	s->failing = true;
	s->delay = s->delay ? s->delay * 2 : EVERY_MS;
	if (s->delay > DELAY_MAX_MS)
		s->delay = DELAY_MAX_MS;
	s->due = mcrd_now_ms() + s->delay;
}

static void begin(struct mcrd_state *s, enum mcrd_job job)
{
	int end[2];
	pid_t pid;

	s->began = mcrd_now_ms();
	s->overdue = s->began + JOB_MS;
	if (job == MCRD_JOB_SAVE) {
		s->began_save = s->began;
		s->saving = mcrd_control_generation();
	}
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, end)) {
		pid = -errno;
	} else {
		fcntl(end[0], F_SETFL, O_NONBLOCK);
		mcrd_server_add_own(s->server, end[0]);
		pid = spawn(s, job, end[1]);
		close(end[1]);
	}
	if (pid > 0) {
		s->pid = pid;
		s->job = job;
		return;
	}
	mcrd_log(s->log, LOG_ERR, "no process can be started to %s rules: %s",
		 mcrd_job_names[job], strerror(-pid));
	if (job == MCRD_JOB_SAVE)
		failed(s);
}

/**
 * mcrd_state_restore - put the rules that were kept in force
 * @s: the state
 *
 * That is done when mcrd_state_busy() says so. Until then nobody may change rules.
 */
void mcrd_state_restore(struct mcrd_state *s)
{
	if (s->path)
		begin(s, MCRD_JOB_RESTORE);
}

/**
 * mcrd_state_skip - others say which rules there are: keep those
 * @s: the state
 */
void mcrd_state_skip(struct mcrd_state *s)
{
	if (!s->path)
		return;
	s->restored = true;
	s->saved = mcrd_control_generation();
	mcrd_log(s->log, LOG_NOTICE,
		 "the rules in %s are not put in force: the kernel module is loaded and has rules",
		 s->path);
}

/**
 * mcrd_state_reload - make the rules in force those of the administrator's file
 * @s: the state
 */
void mcrd_state_reload(struct mcrd_state *s)
{
	s->reload = true;
}

/**
 * mcrd_state_last - write what is to be written at once, and only that
 * @s: the state
 */
void mcrd_state_last(struct mcrd_state *s)
{
	s->last = true;
	s->reload = false;
	s->failing = false;
	if (s->pid && s->job != MCRD_JOB_SAVE)
		kill(s->pid, SIGKILL);
}

/**
 * mcrd_state_run - do what is due
 * @s: the state
 */
void mcrd_state_run(struct mcrd_state *s)
{
	int64_t now = mcrd_now_ms();

	if (s->pid) {
		if (now >= s->overdue) {
			kill(s->pid, SIGKILL);
			s->overdue = now + BURY_MS;
		}
		return;
	}
	if (s->reload) {
		s->reload = false;
		begin(s, MCRD_JOB_RELOAD);
		return;
	}
	if (!is_dirty(s)) {
		s->due = 0;
		return;
	}
	if (!s->due) {
		s->due = now + QUIET_MS;
		if (s->due < s->began_save + EVERY_MS)
			s->due = s->began_save + EVERY_MS;
	}
	if (now >= s->due || (s->last && !s->failing))
		begin(s, MCRD_JOB_SAVE);
}

/**
 * mcrd_state_due_ms - when is mcrd_state_run() to be called?
 * @s: the state
 *
 * Return: milliseconds from now; -1: not by itself.
 */
int mcrd_state_due_ms(const struct mcrd_state *s)
{
	int64_t due = s->pid ? s->overdue : s->due;
	int64_t left = due - mcrd_now_ms();

	if (!due)
		return -1;
	return left > 0 ? (int)left : 0;
}

static void end_restore(struct mcrd_state *s, int status)
{
	s->restored = status == MCRD_JOB_DONE || status == MCRD_JOB_ASIDE;
	s->saved = mcrd_control_generation();
	if (!s->restored && !s->last)
		mcrd_log(s->log, LOG_ERR,
			 "rules are not kept: what is in %s stays as it is",
			 s->path);
}

static void end_save(struct mcrd_state *s, int status)
{
	if (status != MCRD_JOB_DONE) {
		failed(s);
		return;
	}
	if (s->failing)
		mcrd_log(s->log, LOG_NOTICE, "rules are kept again, in %s",
			 s->path);
	s->saved = s->saving;
	s->failing = false;
	s->delay = 0;
	s->due = 0;
}

static void end(struct mcrd_state *s, int wait_status)
{
	int status = MCRD_JOB_FAILED;

	s->pid = 0;
	if (WIFEXITED(wait_status))
		status = WEXITSTATUS(wait_status);
	else if (!s->last)
		mcrd_log(s->log, LOG_ERR,
			 "the process that was to %s rules was ended by signal %d, %s, after %d ms",
			 mcrd_job_names[s->job], WTERMSIG(wait_status),
			 strsignal(WTERMSIG(wait_status)),
			 (int)(mcrd_now_ms() - s->began));
	if (s->job == MCRD_JOB_RESTORE)
		end_restore(s, status);
	else if (s->job == MCRD_JOB_SAVE)
		end_save(s, status);
}

/**
 * mcrd_state_reap - a process has ended: was it this one?
 * @s: the state
 */
void mcrd_state_reap(struct mcrd_state *s)
{
	int status;

	if (s->pid && waitpid(s->pid, &status, WNOHANG) == s->pid)
		end(s, status);
}

/**
 * mcrd_state_busy - is there something to wait for?
 * @s: the state
 *
 * Return: true if a file is being read or written; after mcrd_state_last() also if
 * one is still to be.
 */
bool mcrd_state_busy(const struct mcrd_state *s)
{
	return s->pid || (s->last && !s->failing && is_dirty(s));
}

/**
 * mcrd_state_close - keep rules no more
 * @s: the state
 */
void mcrd_state_close(struct mcrd_state *s)
{
	int64_t end = mcrd_now_ms() + BURY_MS;

	if (s->pid)
		kill(s->pid, SIGKILL);
	while (s->pid && mcrd_now_ms() < end) {
		if (waitpid(s->pid, NULL, WNOHANG))
			s->pid = 0;
		else
			usleep(1000);
	}
	if (s->lock >= 0)
		close(s->lock);
	s->lock = -1;
	free(s->path);
	s->path = NULL;
}
