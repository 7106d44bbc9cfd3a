// SPDX-License-Identifier: GPL-2.0
/*
 * Workers' processes that do not end, though they are killed.
 */
#include "common.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../mcrd/talk.h"
#include "../mcrd/workers.h"

static struct {
	unsigned int started;
	unsigned int kills;
	bool held;	/* processes are not ended by signals */
} is;

int __real_kill(pid_t pid, int sig);
int __wrap_kill(pid_t pid, int sig);

int __wrap_kill(pid_t pid, int sig)
{
	is.kills++;
	return is.held ? 0 : __real_kill(pid, sig);
}

/* A process that waits for its end. */
pid_t mcrd_spawn(const struct mcrd_privs *user, const char *const *argv, int fd,
		 int log_fd)
{
	pid_t pid = fork();

	(void)user;
	(void)argv;
	(void)fd;
	(void)log_fd;
	if (pid) {
		is.started++;
		return pid < 0 ? -errno : pid;
	}
	while (true)
		pause();
}

static const struct mcrd_log quiet = { .fd = -1, .level = -1 };
static const struct mcrd_arena arena = { .fd = STDIN_FILENO };
static struct mcrd_poll loop;
static struct mcrd_workers ws;

static int setup(void **state)
{
	(void)state;
	memset(&is, 0, sizeof(is));
	ws = (struct mcrd_workers){
		.log = &quiet,
		.poll = &loop,
		.arena = &arena,
		.n = 1,
	};
	return mcrd_poll_init(&loop) || mcrd_workers_init(&ws) ? -1 : 0;
}

static int teardown(void **state)
{
	(void)state;
	is.held = false;
	ws.stopping = true;
	mcrd_child_fail(&ws.worker[0], "is not needed");
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	mcrd_workers_exit(&ws);
	mcrd_poll_exit(&loop);
	return 0;
}

static void start(void)
{
	ws.worker[0].due = 0;
	mcrd_workers_start(&ws);
}

static void wait_and_reap(unsigned int left)
{
	int tries = 5000;

	while (ws.worker[0].n_left > left && tries--) {
		mcrd_workers_reap(&ws);
		usleep(1000);
	}
	assert_int_equal(ws.worker[0].n_left, left);
}

/* One that ends leaves nothing. */
static void test_ends(void **state)
{
	(void)state;
	start();
	assert_int_equal(ws.worker[0].state, MCRD_CHILD_STARTING);
	mcrd_child_fail(&ws.worker[0], "is not needed");
	assert_int_equal(ws.worker[0].state, MCRD_CHILD_GONE);
	assert_int_equal(ws.worker[0].n_left, 0);
}

/* Others are started in its place, so many; each is collected when it ends. */
static void test_held(void **state)
{
	struct mcrd_child *w = &ws.worker[0];
	pid_t left[MCRD_LEFT_MAX];
	unsigned int i;

	(void)state;
	for (i = 0; i < MCRD_LEFT_MAX; i++) {
		start();
		left[i] = w->pid;
		is.held = true;
		mcrd_child_fail(w, "hangs");
		is.held = false;
		assert_int_equal(w->state, MCRD_CHILD_GONE);
		assert_int_equal(w->n_left, i + 1);
	}
	assert_int_equal(is.started, MCRD_LEFT_MAX);
	start();
	assert_int_equal(is.started, MCRD_LEFT_MAX);
	assert_int_equal(w->state, MCRD_CHILD_GONE);
	assert_int_equal(mcrd_workers_due_ms(&ws), -1);

	assert_int_equal(__real_kill(left[0], SIGKILL), 0);
	wait_and_reap(MCRD_LEFT_MAX - 1);
	assert_true(mcrd_workers_due_ms(&ws) >= 0);
	start();
	assert_int_equal(is.started, MCRD_LEFT_MAX + 1);
	assert_int_equal(w->state, MCRD_CHILD_STARTING);
	for (i = 1; i < MCRD_LEFT_MAX; i++)
		assert_int_equal(__real_kill(left[i], SIGKILL), 0);
	wait_and_reap(0);
	assert_int_equal(w->state, MCRD_CHILD_STARTING);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_ends, setup, teardown),
		cmocka_unit_test_setup_teardown(test_held, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
