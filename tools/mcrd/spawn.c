// SPDX-License-Identifier: GPL-2.0
/*
 * Starting a worker's process; see spawn.h.
 */
#include "spawn.h"

#include <cap-ng.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Users that are tried where none was named. */
static const char *const users[] = { "mcrd", "nobody" };

#define EXIT_NO_START	126

/**
 * mcrd_user_find - whom workers are to run as
 * @name: as the administrator named it; NULL: one that there is
 * @user: filled in
 * @log: where to say what is wrong
 *
 * Return: 0 or -1.
 */
int mcrd_user_find(const char *name, struct mcrd_user *user,
		   const struct mcrd_log *log)
{
	const struct passwd *pw = NULL;
	size_t i;

	if (geteuid()) {
		*user = (struct mcrd_user){ .keep = true };
		return 0;
	}
	for (i = 0; !pw && !name && i < sizeof(users) / sizeof(users[0]); i++)
		pw = getpwnam(users[i]);
	if (name)
		pw = getpwnam(name);
	if (!pw) {
		mcrd_log(log, LOG_ERR,
			 "user %s does not exist: --user needs one that workers run as",
			 name ? name : users[0]);
		return -1;
	}
	if (!pw->pw_uid) {
		mcrd_log(log, LOG_ERR,
			 "user %s is root: --user needs one without rights, that workers run as",
			 pw->pw_name);
		return -1;
	}
	*user = (struct mcrd_user){
		.uid = pw->pw_uid,
		.gid = pw->pw_gid,
	};
	return 0;
}

static void die(const char *what)
{
	dprintf(STDERR_FILENO, "cannot start: %s: %s\n", what,
		strerror(errno));
	_exit(EXIT_NO_START);
}

/* Descriptors 0 to 3, and no others. */
static void arrange_descriptors(int stream, int log_pipe)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	/* Out of the way first: dup2() closes what is in its place. */
	stream = fcntl(stream, F_DUPFD_CLOEXEC, MCRD_WORKER_FD + 1);
	log_pipe = fcntl(log_pipe, F_DUPFD_CLOEXEC, MCRD_WORKER_FD + 1);
	if (dup2(log_pipe, STDERR_FILENO) < 0)
		_exit(EXIT_NO_START);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(null, STDOUT_FILENO) < 0)
		die("/dev/null");
	if (stream < 0 || dup2(stream, MCRD_WORKER_FD) < 0)
		die("its stream");
	/* All others are closed by exec as well, where this is not known. */
	syscall(SYS_close_range, MCRD_WORKER_FD + 1, ~0U, 0);
}

static void reset_signals(void)
{
	sigset_t none;
	int sig;

	for (sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Rings and buffers may be as large as they are said to be. */
static void raise_limits(void)
{
	const struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };

	setrlimit(RLIMIT_MEMLOCK, &all);
}

static void drop_rights(const struct mcrd_user *user)
{
	capng_clear(CAPNG_SELECT_ALL);
	if (user->keep) {
		if (capng_apply(CAPNG_SELECT_CAPS) < 0)
			die("its capabilities");
	} else if (capng_change_id((int)user->uid, (int)user->gid,
				   CAPNG_DROP_SUPP_GRP | CAPNG_CLEAR_BOUNDING |
				   CAPNG_CLEAR_AMBIENT) < 0) {
		die("its user");
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		die("no_new_privs");
}

/* A change of user takes this away: it comes after. */
static void die_with_parent(pid_t parent)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0))
		die("its parent's death");
	if (getppid() != parent)
		_exit(EXIT_NO_START);
}

/* Nothing of the supervisor's environment but what sanitizers are told by. */
static char **small_environment(char *env[4])
{
	unsigned int n = 0;
	char **e;

	for (e = environ; *e && n < 3; e++)
		if (strstr(*e, "SAN_OPTIONS="))
			env[n++] = *e;
	env[n] = NULL;
	return env;
}

/**
 * mcrd_spawn - start a worker
 * @user: whom it runs as
 * @stream: its end of the stream; stays the caller's
 * @log_pipe: where it writes what it has to say; likewise
 *
 * What does not work there is said on @log_pipe, and the process ends.
 *
 * Return: its process, or -errno.
 */
pid_t mcrd_spawn(const struct mcrd_user *user, int stream, int log_pipe)
{
	char *argv[] = { (char *)MCRD_WORKER_NAME, NULL };
	pid_t parent = getpid(), pid;
	char *env[4];

	pid = fork();
	if (pid)
		return pid < 0 ? -errno : pid;

	/* A terminal's ^C is for the supervisor alone. */
	setsid();
	reset_signals();
	arrange_descriptors(stream, log_pipe);
	raise_limits();
	drop_rights(user);
	die_with_parent(parent);
	execve("/proc/self/exe", argv, small_environment(env));
	die("/proc/self/exe");
	return -1;
}
