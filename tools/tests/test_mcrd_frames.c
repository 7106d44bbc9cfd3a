// SPDX-License-Identifier: GPL-2.0
/*
 * Frames between supervisor and worker: one, several, in pieces, and what is
 * none; and the descriptors that go with them.
 */
#include "common.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../mcrd/frames.h"

#define MAX	4096

static void put(struct mcrd_inq *q, const void *data, size_t len)
{
	assert_int_equal(mcrd_inq_add(q, data, len), 0);
}

/* A frame of a type, with so many bytes of that value behind its head. */
static size_t make(unsigned char *buf, uint16_t type, size_t len,
		   unsigned char value)
{
	const struct mcrd_head head = {
		.len = (uint32_t)(sizeof(head) + len),
		.type = type,
	};

	memcpy(buf, &head, sizeof(head));
	memset(buf + sizeof(head), value, len);
	return head.len;
}

static void assert_next(struct mcrd_inq *q, uint16_t type, size_t len,
			unsigned char value)
{
	const unsigned char *data;
	struct mcrd_head head;
	size_t i;

	assert_int_equal(mcrd_inq_next(q, MAX, &head, (const void **)&data), 1);
	assert_int_equal(head.type, type);
	assert_int_equal(head.len - sizeof(head), len);
	for (i = 0; i < len; i++)
		assert_int_equal(data[i], value);
}

static void assert_none(struct mcrd_inq *q)
{
	struct mcrd_head head;
	const void *data;

	assert_int_equal(mcrd_inq_next(q, MAX, &head, &data), 0);
}

static void one_frame(void **state)
{
	struct mcrd_inq q = { 0 };
	unsigned char buf[64];

	(void)state;
	assert_none(&q);
	put(&q, buf, make(buf, MCRD_DONE, 8, 0x5a));
	assert_next(&q, MCRD_DONE, 8, 0x5a);
	assert_none(&q);
	mcrd_inq_free(&q);
}

static void several_at_once(void **state)
{
	struct mcrd_inq q = { 0 };
	unsigned char buf[256];
	size_t len;

	(void)state;
	len = make(buf, MCRD_HELLO, 100, 1);
	len += make(buf + len, MCRD_STOP, 0, 0);
	len += make(buf + len, MCRD_FIRST_DROP, 12, 3);
	put(&q, buf, len);
	assert_next(&q, MCRD_HELLO, 100, 1);
	assert_next(&q, MCRD_STOP, 0, 0);
	assert_next(&q, MCRD_FIRST_DROP, 12, 3);
	assert_none(&q);
	mcrd_inq_free(&q);
}

/* Cut anywhere, into two pieces and into single bytes. */
static void in_pieces(void **state)
{
	unsigned char buf[256];
	size_t len, cut, i;

	(void)state;
	len = make(buf, MCRD_HELLO, 33, 7);
	len += make(buf + len, MCRD_DONE, 8, 9);
	for (cut = 1; cut < len; cut++) {
		struct mcrd_inq q = { 0 };

		put(&q, buf, cut);
		if (cut < 33 + sizeof(struct mcrd_head))
			assert_none(&q);
		put(&q, buf + cut, len - cut);
		assert_next(&q, MCRD_HELLO, 33, 7);
		assert_next(&q, MCRD_DONE, 8, 9);
		assert_none(&q);
		mcrd_inq_free(&q);
	}
	for (cut = 0; cut < 50; cut++) {
		struct mcrd_inq q = { 0 };

		for (i = 0; i < len; i++) {
			put(&q, buf + i, 1);
			if (i + 1 == 33 + sizeof(struct mcrd_head))
				assert_next(&q, MCRD_HELLO, 33, 7);
			else if (i + 1 < len)
				assert_none(&q);
		}
		assert_next(&q, MCRD_DONE, 8, 9);
		mcrd_inq_free(&q);
	}
}

/* A head that says too little, or too much, is an error and stays one. */
static void malformed(void **state)
{
	static const uint32_t lengths[] = { 0, 1, 7, MAX + 1, UINT32_MAX };
	struct mcrd_head head = { .type = MCRD_DONE };
	const void *data;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(lengths); i++) {
		struct mcrd_inq q = { 0 };

		head.len = lengths[i];
		put(&q, &head, sizeof(head));
		assert_int_equal(mcrd_inq_next(&q, MAX, &head, &data),
				 -EBADMSG);
		head.len = lengths[i];
		put(&q, &head, sizeof(head));
		assert_int_equal(mcrd_inq_next(&q, MAX, &head, &data),
				 -EBADMSG);
		mcrd_inq_free(&q);
	}
}

/* Whatever comes: frames, an error or nothing, but never more than there is. */
static void nonsense(void **state)
{
	unsigned char buf[512];
	uint64_t seed = 1;
	int round;

	(void)state;
	for (round = 0; round < 2000; round++) {
		struct mcrd_inq q = { 0 };
		struct mcrd_head head;
		size_t len, i, left;
		const void *data;
		int ret;

		len = random_below(&seed, sizeof(buf));
		for (i = 0; i < len; i++)
			buf[i] = (unsigned char)random_below(&seed,
							     i % 4 ? 3 : 64);
		put(&q, buf, len);
		left = len;
		while ((ret = mcrd_inq_next(&q, MAX, &head, &data)) == 1) {
			assert_true(head.len <= left);
			left -= head.len;
		}
		assert_true(ret == 0 || ret == -EBADMSG);
		mcrd_inq_free(&q);
	}
}

static void too_long(void **state)
{
	struct mcrd_outq q = { 0 };
	const unsigned int max = MCRD_FRAME_MAX;
	const size_t all = max, most = max - sizeof(struct mcrd_head);
	char *buf = calloc(1, all);

	(void)state;
	assert_non_null(buf);
	assert_int_equal(mcrd_outq_put(&q, MCRD_RULE, buf, most + 1, NULL, 0),
			 -EMSGSIZE);
	assert_int_equal(mcrd_outq_put(&q, MCRD_RULE, buf, most, NULL, 0), 0);
	assert_int_equal(mcrd_outq_left(&q), all);
	mcrd_outq_free(&q);
	free(buf);
}

/* Read at most @size bytes; the descriptors that came with them. */
static ssize_t receive(int sock, void *data, size_t size, int *fd,
		       unsigned int *n_fd)
{
	union {
		struct cmsghdr align;
		char buf[CMSG_SPACE(4 * sizeof(int))];
	} control;
	struct iovec iov = { data, size };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.buf,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg;
	ssize_t n;

	n = recvmsg(sock, &msg, MSG_DONTWAIT);
	*n_fd = 0;
	if (n <= 0)
		return n;
	for (cmsg = CMSG_FIRSTHDR(&msg); cmsg; cmsg = CMSG_NXTHDR(&msg, cmsg)) {
		*n_fd = (unsigned int)((cmsg->cmsg_len - CMSG_LEN(0)) /
				       sizeof(int));
		memcpy(fd, CMSG_DATA(cmsg), *n_fd * sizeof(int));
	}
	return n;
}

/*
 * Frames with and without descriptors, through a socket that takes little at
 * once: what comes with the first byte of a frame is its own.
 */
static void descriptors(void **state)
{
	enum { FRAMES = 300, BYTES = 700 };
	struct mcrd_outq out = { 0 };
	struct mcrd_inq in = { 0 };
	int sock[2], small = 4096, passed = 0, frames = 0, i, ret;
	char body[BYTES];
	int pipes[2][2];
	struct stat st[2], got;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, sock), 0);
	assert_int_equal(setsockopt(sock[0], SOL_SOCKET, SO_SNDBUF, &small,
				    sizeof(small)), 0);
	for (i = 0; i < 2; i++) {
		assert_int_equal(pipe(pipes[i]), 0);
		assert_int_equal(fstat(pipes[i][0], &st[i]), 0);
	}
	for (i = 0; i < FRAMES; i++) {
		const int fd[2] = { pipes[0][0], pipes[1][0] };
		unsigned int n = i % 3 == 0 ? 1 + (unsigned int)i % 2 : 0;

		memset(body, i & 0xff, sizeof(body));
		assert_int_equal(mcrd_outq_put(&out, MCRD_RX_OPEN, body,
					       sizeof(body), fd, n), 0);
	}
	do {
		unsigned char buf[1024];
		unsigned int n_fd;
		int fd[4];
		ssize_t n;

		ret = mcrd_outq_send(&out, sock[0]);
		assert_true(ret >= 0);
		while ((n = receive(sock[1], buf, sizeof(buf), fd, &n_fd)) > 0) {
			struct mcrd_head head;
			const unsigned char *data;
			unsigned int k;

			put(&in, buf, (size_t)n);
			for (k = 0; k < n_fd; k++, passed++) {
				assert_int_equal(fstat(fd[k], &got), 0);
				assert_int_equal(got.st_ino, st[k].st_ino);
				close(fd[k]);
			}
			while (mcrd_inq_next(&in, MAX, &head,
					     (const void **)&data) == 1) {
				assert_int_equal(data[0], frames & 0xff);
				assert_int_equal(data[BYTES - 1],
						 frames & 0xff);
				frames++;
			}
		}
	} while (ret);
	assert_int_equal(frames, FRAMES);
	assert_int_equal(passed, FRAMES / 3 + FRAMES / 6);
	assert_int_equal(mcrd_outq_left(&out), 0);
	mcrd_outq_free(&out);
	mcrd_inq_free(&in);
	for (i = 0; i < 2; i++) {
		close(sock[i]);
		close(pipes[i][0]);
		close(pipes[i][1]);
	}
}

static void closed_end(void **state)
{
	struct mcrd_outq out = { 0 };
	struct mcrd_inq in = { 0 };
	int sock[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, sock), 0);
	assert_int_equal(mcrd_inq_read(&in, sock[0]), -EAGAIN);
	close(sock[1]);
	assert_int_equal(mcrd_outq_put(&out, MCRD_STOP, NULL, 0, NULL, 0), 0);
	assert_int_equal(mcrd_outq_send(&out, sock[0]), -EPIPE);
	assert_int_equal(mcrd_inq_read(&in, sock[0]), 0);
	mcrd_outq_free(&out);
	mcrd_inq_free(&in);
	close(sock[0]);
}

int main(void)
{
	struct suite suite = { 0 };

	suite_add_case(&suite, one_frame);
	suite_add_case(&suite, several_at_once);
	suite_add_case(&suite, in_pieces);
	suite_add_case(&suite, malformed);
	suite_add_case(&suite, nonsense);
	suite_add_case(&suite, too_long);
	suite_add_case(&suite, descriptors);
	suite_add_case(&suite, closed_end);
	return suite_run(&suite, "mcrd_frames");
}
