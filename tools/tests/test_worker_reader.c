// SPDX-License-Identifier: GPL-2.0
/*
 * Frames and descriptors, however they are cut: over a real socket, and from
 * memory.
 */
#include "worker_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/**
 * struct stream - a reader at one end of a socket
 * @r: the reader
 * @to: where frames are written
 * @from: where they are read
 */
struct stream {
	struct mcrd_reader r;
	int to;
	int from;
};

static int open_fds(void)
{
	int fd, n = 0;

	for (fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static int set_up(void **state)
{
	struct stream *s = calloc(1, sizeof(*s));
	int sv[2];

	assert_non_null(s);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, sv), 0);
	s->to = sv[0];
	s->from = sv[1];
	*state = s;
	return mcrd_reader_init(&s->r);
}

static int tear_down(void **state)
{
	struct stream *s = *state;

	mcrd_reader_exit(&s->r);
	close(s->to);
	close(s->from);
	free(s);
	return 0;
}

/* Write bytes, with descriptors. */
static void put(struct stream *s, const void *data, size_t len, const int *fds,
		size_t n)
{
	uint8_t control[CMSG_SPACE(32 * sizeof(int))]
		__aligned(8) = { };
	struct iovec iov = { (void *)(uintptr_t)data, len };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *cmsg = (void *)control;

	if (n) {
		msg.msg_control = control;
		msg.msg_controllen = CMSG_SPACE(n * sizeof(int));
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(n * sizeof(int));
		memcpy(CMSG_DATA(cmsg), fds, n * sizeof(int));
	}
	assert_int_equal(sendmsg(s->to, &msg, 0), len);
}

/* One read of at most @max bytes, as loops do it. */
static int get(struct stream *s, size_t max)
{
	uint8_t control[CMSG_SPACE(MCRD_READER_FDS * sizeof(int))]
		__aligned(8);
	struct iovec iov;
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	ssize_t len;

	mcrd_reader_space(&s->r, &iov);
	if (iov.iov_len > max)
		iov.iov_len = max;
	len = recvmsg(s->from, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (len < 0)
		return -EAGAIN;
	return mcrd_reader_got(&s->r, (size_t)len, &msg);
}

static void put_frame(struct stream *s, uint16_t type, const void *body,
		      size_t len, const int *fds, uint16_t n)
{
	struct mcrd_head head = {
		.len = (uint32_t)(sizeof(head) + len), .type = type, .fds = n,
	};
	uint8_t data[512];

	memcpy(data, &head, sizeof(head));
	memcpy(data + sizeof(head), body, len);
	put(s, data, sizeof(head) + len, fds, n);
}

/* A frame of @n bytes that says which one it is, with files of that size. */
static void put_numbered(struct stream *s, unsigned int i, unsigned int n_fds)
{
	uint8_t body[300];
	int fds[2], k;

	memset(body, (int)i, sizeof(body));
	for (k = 0; k < (int)n_fds; k++) {
		char name[] = "/tmp/test-worker-XXXXXX";

		fds[k] = mkstemp(name);
		assert_true(fds[k] >= 0);
		unlink(name);
		assert_int_equal(ftruncate(fds[k], 10 * i + (unsigned int)k),
				 0);
	}
	put_frame(s, (uint16_t)i, body, i * 13 % 300, fds, (uint16_t)n_fds);
	for (k = 0; k < (int)n_fds; k++)
		close(fds[k]);
}

static void check_numbered(struct mcrd_frame_in *f, unsigned int i,
			   unsigned int n_fds)
{
	const uint8_t *body = f->body;
	unsigned int k;
	struct stat st;

	assert_int_equal(f->type, i);
	assert_int_equal(f->len, i * 13 % 300);
	for (k = 0; k < f->len; k++)
		assert_int_equal(body[k], (uint8_t)i);
	assert_int_equal(f->n_fds, n_fds);
	assert_int_equal((uintptr_t)f->body % 8, 0);
	for (k = 0; k < n_fds; k++) {
		assert_int_equal(fstat(f->fds[k], &st), 0);
		assert_int_equal(st.st_size, 10 * i + k);
	}
	mcrd_frame_in_close(f);
}

/* Frames with and without descriptors, read in pieces of one size. */
static void read_in(struct stream *s, size_t piece)
{
	unsigned int i, next = 1;
	int before = open_fds();
	struct mcrd_frame_in f;
	const char *why;

	for (i = 1; i <= 40; i++)
		put_numbered(s, i, i % 3);
	while (next <= 40) {
		assert_int_equal(get(s, piece), 0);
		while (mcrd_reader_next(&s->r, &f, &why) ==
		       MCRD_READER_FRAME) {
			check_numbered(&f, next, next % 3);
			next++;
		}
	}
	assert_int_equal(get(s, piece), -EAGAIN);
	assert_int_equal(open_fds(), before);
}

static void test_at_once(void **state)
{
	read_in(*state, 1 << 20);
}

static void test_byte_by_byte(void **state)
{
	read_in(*state, 1);
}

static void test_in_pieces(void **state)
{
	size_t piece;

	for (piece = 2; piece < 40; piece++)
		read_in(*state, piece);
}

static void test_largest(void **state)
{
	struct stream *s = *state;
	struct mcrd_head head = { .len = MCRD_FRAME_MAX, .type = 7 };
	uint8_t *data = calloc(1, MCRD_FRAME_MAX);
	struct mcrd_frame_in f;
	size_t done = 0;
	const char *why;
	int n = 0;

	assert_non_null(data);
	memcpy(data, &head, sizeof(head));
	memset(data + sizeof(head), 0x5a, MCRD_FRAME_MAX - sizeof(head));
	while (n < 3) {
		put(s, data + done, 4096, NULL, 0);
		done = (done + 4096) % MCRD_FRAME_MAX;
		assert_int_equal(get(s, 1 << 20), 0);
		if (mcrd_reader_next(&s->r, &f, &why) != MCRD_READER_FRAME)
			continue;
		assert_int_equal(f.len, MCRD_FRAME_MAX - sizeof(head));
		assert_memory_equal(f.body, data + sizeof(head), f.len);
		n++;
	}
	free(data);
}

/* What is refused, and that nothing stays open. */
static void refuse(struct stream *s, const struct mcrd_head *head, int n_fds,
		   const char *expect)
{
	int fds[2] = { s->to, s->to }, before = open_fds();
	struct mcrd_frame_in f;
	const char *why = "";

	put(s, head, sizeof(*head), fds, (size_t)n_fds);
	assert_int_equal(get(s, 1 << 20), 0);
	assert_int_equal(mcrd_reader_next(&s->r, &f, &why), MCRD_READER_BAD);
	assert_non_null(strstr(why, expect));
	mcrd_reader_exit(&s->r);
	assert_int_equal(open_fds(), before);
	assert_int_equal(mcrd_reader_init(&s->r), 0);
}

static void test_malformed(void **state)
{
	static const struct {
		struct mcrd_head head;
		int fds;
		const char *why;
	} cases[] = {
		{ { 7, 1, 0 }, 0, "shorter" },
		{ { 0, 1, 0 }, 0, "shorter" },
		{ { MCRD_FRAME_MAX + 1, 1, 0 }, 0, "longer" },
		{ { UINT32_MAX, 1, 0 }, 1, "longer" },
		{ { 8, 1, 3 }, 0, "more descriptors" },
		{ { 8, 1, 1 }, 0, "without its descriptors" },
		{ { 8, 1, 2 }, 1, "without its descriptors" },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		refuse(*state, &cases[i].head, cases[i].fds, cases[i].why);
}

static void test_too_many_fds(void **state)
{
	struct stream *s = *state;
	int fds[2] = { s->to, s->to }, before = open_fds(), i;
	struct mcrd_frame_in f;
	const char *why = "";

	/* A frame without descriptors that comes with one, and is done. */
	put_frame(s, 1, "", 0, NULL, 0);
	put(s, "\10\0\0\0\1\0\0\0", 8, fds, 1);
	assert_int_equal(get(s, 1 << 20), 0);
	assert_int_equal(mcrd_reader_next(&s->r, &f, &why), MCRD_READER_FRAME);
	assert_int_equal(mcrd_reader_next(&s->r, &f, &why), MCRD_READER_FRAME);
	assert_int_equal(f.n_fds, 0);
	assert_int_equal(mcrd_reader_next(&s->r, &f, &why), MCRD_READER_BAD);
	/* More than may wait. */
	for (i = 0; i < MCRD_READER_FDS; i++) {
		put(s, "\xff", 1, fds, 1);
		if (get(s, 1 << 20))
			break;
	}
	assert_int_equal(i, MCRD_READER_FDS - 1);
	mcrd_reader_exit(&s->r);
	assert_int_equal(open_fds(), before);
	assert_int_equal(mcrd_reader_init(&s->r), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_at_once, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_byte_by_byte, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_in_pieces, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_largest, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_malformed, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_too_many_fds, set_up,
						tear_down),
	};

	return cmocka_run_group_tests_name("worker: reader", tests, NULL, NULL);
}
