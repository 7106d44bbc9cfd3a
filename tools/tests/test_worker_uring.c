// SPDX-License-Identifier: GPL-2.0
/*
 * What a worker's io_uring does, and does not: it is no way around what keeps a
 * process from all but its work.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../mcrd/worker/pool.h"
#include "../mcrd/worker/uring.h"

static struct mcrd_pool pool;
static struct mcrd_uring uring;
/* All tests are done with and without. */
static bool with_sqpoll;

static int setup_with(void **state, bool sqpoll)
{
	char why[200];

	with_sqpoll = sqpoll;
	if (mcrd_pool_init(&pool, 16, 4096))
		return -1;
	if (mcrd_uring_open(&uring, &pool, 64, with_sqpoll, why,
			    sizeof(why))) {
		/* A kernel, or a sandbox, without it has nothing to restrict. */
		print_message("# %s\n", why);
		*state = &uring;
	}
	return 0;
}

static int setup(void **state)
{
	return setup_with(state, false);
}

static int setup_sqpoll(void **state)
{
	return setup_with(state, true);
}

static int teardown(void **state)
{
	if (!*state)
		mcrd_uring_close(&uring);
	mcrd_pool_exit(&pool);
	return 0;
}

/* What becomes of an entry that is submitted. */
static int result(void)
{
	struct io_uring_cqe *cqe;
	int res;

	assert_int_equal(io_uring_submit(&uring.ring), 1);
	assert_int_equal(io_uring_wait_cqe(&uring.ring, &cqe), 0);
	res = cqe->res;
	io_uring_cqe_seen(&uring.ring, cqe);
	return res;
}

static void test_open(void **state)
{
	struct io_uring_sqe *sqe;

	if (*state)
		skip();
	sqe = io_uring_get_sqe(&uring.ring);
	assert_non_null(sqe);
	io_uring_prep_openat(sqe, AT_FDCWD, "/dev/null", O_RDONLY, 0);
	assert_int_equal(result(), -EACCES);
	sqe = io_uring_get_sqe(&uring.ring);
	io_uring_prep_nop(sqe);
	assert_int_equal(result(), -EACCES);
}

static void test_send(void **state)
{
	struct iovec iov = { "x", 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct io_uring_sqe *sqe;
	int sv[2];

	if (*state)
		skip();
	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, sv), 0);
	sqe = io_uring_get_sqe(&uring.ring);
	io_uring_prep_sendmsg(sqe, sv[0], &msg, MSG_DONTWAIT);
	assert_int_equal(result(), 1);
	close(sv[0]);
	close(sv[1]);
}

/* Room is made, or waited for, as often as it is asked for. */
static void test_room(void **state)
{
	const unsigned int n = 3 * MCRD_URING_SQ;
	struct io_uring_sqe *sqe;
	struct io_uring_cqe *cqe;
	unsigned int calls, i;

	if (*state)
		skip();
	calls = uring.calls;
	for (i = 0; i < n; i++) {
		sqe = mcrd_uring_sqe(&uring);
		assert_non_null(sqe);
		/* There is none of that number. */
		io_uring_prep_cancel64(sqe, n, 0);
		io_uring_sqe_set_data64(sqe, i);
	}
	/* The kernel's thread may have no processor for a while. */
	while (!mcrd_uring_drain(&uring))
		;
	/* Each full queue, and the last. */
	if (!with_sqpoll)
		assert_int_equal(uring.calls - calls, n / MCRD_URING_SQ);
	for (i = 0; i < n; i++) {
		assert_int_equal(io_uring_wait_cqe(&uring.ring, &cqe), 0);
		assert_int_equal(cqe->user_data, i);
		assert_int_equal(cqe->res, -ENOENT);
		io_uring_cqe_seen(&uring.ring, cqe);
	}
}

/* Files that are registered could be used without a descriptor. */
static void test_register(void **state)
{
	int fd = STDIN_FILENO;

	if (*state)
		skip();
	assert_int_equal(io_uring_register_files(&uring.ring, &fd, 1),
			 -EACCES);
}

/* As if the kernel had filled many buffers, in turn, from @at on. */
static void fill(struct mcrd_uring *u, unsigned int *at, int len)
{
	unsigned int flags, i;

	for (i = 0; i < 400; i++) {
		mcrd_uring_lend(u);
		flags = u->br->bufs[(*at)++ % u->entries].bid;
		flags = flags << IORING_CQE_BUFFER_SHIFT | IORING_CQE_F_BUFFER;
		mcrd_pool_put(&pool, mcrd_uring_filled(u, flags, len));
	}
	mcrd_uring_lend(u);
}

/* The kernel touches all that it has: of large buffers, not many. */
static void test_lend(void **state)
{
	/* The first one has been used to find out whether it can be done. */
	unsigned int at = 1;
	struct mcrd_uring u;
	char why[200];

	if (*state)
		skip();
	mcrd_uring_close(&uring);
	mcrd_pool_exit(&pool);
	assert_int_equal(mcrd_pool_init(&pool, 1024, 66048), 0);
	assert_int_equal(mcrd_uring_open(&u, &pool, 64, with_sqpoll, why,
					 sizeof(why)), 0);
	mcrd_uring_lend(&u);
	assert_int_equal(u.lent, MCRD_URING_LENT / 66048);
	assert_int_equal(pool.n_free, 1024 - u.lent);
	/* What it fills is to be warm when it is filled again, if frames are large. */
	fill(&u, &at, 45000);
	assert_int_equal(u.lent, MCRD_URING_WARM / u.mean);
	fill(&u, &at, 66000);
	assert_int_equal(u.lent, MCRD_URING_FEW);
	fill(&u, &at, 1500);
	assert_int_equal(u.lent, MCRD_URING_LENT / 66048);
	mcrd_uring_close(&u);
	assert_int_equal(pool.n_free, 1024);
	/* For teardown(). */
	assert_int_equal(mcrd_uring_open(&uring, &pool, 64, with_sqpoll, why,
					 sizeof(why)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_open, setup, teardown),
		cmocka_unit_test_setup_teardown(test_send, setup, teardown),
		cmocka_unit_test_setup_teardown(test_room, setup, teardown),
		cmocka_unit_test_setup_teardown(test_register, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lend, setup, teardown),
		cmocka_unit_test_setup_teardown(test_open, setup_sqpoll, teardown),
		cmocka_unit_test_setup_teardown(test_send, setup_sqpoll, teardown),
		cmocka_unit_test_setup_teardown(test_room, setup_sqpoll, teardown),
		cmocka_unit_test_setup_teardown(test_register, setup_sqpoll,
						teardown),
		cmocka_unit_test_setup_teardown(test_lend, setup_sqpoll, teardown),
	};

	return cmocka_run_group_tests_name("worker uring", tests, NULL, NULL);
}
