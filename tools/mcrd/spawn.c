// SPDX-License-Identifier: GPL-2.0
/*
 * Starting a process; see spawn.h.
 */
#include "spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define EXIT_NO_START	126

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

static void drop_rights(const struct mcrd_privs *user)
{
	char why[256];

	if (!mcrd_privs_drop(user, why, sizeof(why)))
		return;
	dprintf(STDERR_FILENO, "cannot start: %s\n", why);
	_exit(EXIT_NO_START);
}

/* A change of user takes this away: it comes after. */
static void die_with_parent(pid_t parent)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0))
		die("its parent's death");
	if (getppid() != parent)
		_exit(EXIT_NO_START);
}

/* Nothing of the supervisor's environment but what is for who looks for faults. */
static char **small_environment(char *env[4])
{
	unsigned int n = 0;
	char **e;

	for (e = environ; *e && n < 3; e++)
		if (strstr(*e, "SAN_OPTIONS=") ||
		    !strncmp(*e, "MCRD_SECCOMP=", strlen("MCRD_SECCOMP=")))
			env[n++] = *e;
	env[n] = NULL;
	return env;
}

/**
 * mcrd_spawn - start a process
 * @user: whom it runs as
 * @argv: the name that it is to know itself by, and more words; NULL ends them
 * @fd: its descriptor MCRD_WORKER_FD: a worker's end of the stream; stays the
 *	caller's
 * @log_fd: where it writes what it has to say; likewise
 *
 * What does not work there is said on @log_fd, and the process ends.
 *
 * Return: its process, or -errno.
 */
pid_t mcrd_spawn(const struct mcrd_privs *user, const char *const *argv, int fd,
		 int log_fd)
{
	pid_t parent = getpid(), pid;
	char *env[4];

	pid = fork();
	if (pid)
		return pid < 0 ? -errno : pid;

	/* A terminal's ^C is for the supervisor alone. */
	setsid();
	reset_signals();
	arrange_descriptors(fd, log_fd);
	drop_rights(user);
	die_with_parent(parent);
	/* It changes none of them; its declaration is older than const. */
	execve("/proc/self/exe", (char *const *)argv,
	       small_environment(env));
	die("/proc/self/exe");
	return -1;
}
