// SPDX-License-Identifier: GPL-2.0
/*
 * Frames on their way; see frames.h.
 */
#include "frames.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define READ_BYTES	16384

enum { FRAME_MAX = MCRD_FRAME_MAX };

static int grow(void **p, size_t *size, size_t want, size_t each)
{
	size_t n = *size ? *size : 64;
	void *more;

	if (want <= *size)
		return 0;
	while (n < want)
		n *= 2;
	more = realloc(*p, n * each);
	if (!more)
		return -ENOMEM;
	*p = more;
	*size = n;
	return 0;
}

static int reserve(unsigned char **buf, size_t *size, size_t *head,
		   size_t *len, size_t more)
{
	void *p = *buf;
	int ret;

	/* What is done goes, once it is the greater part: that costs little. */
	if (*head && *head >= *len - *head) {
		memmove(*buf, *buf + *head, *len - *head);
		*len -= *head;
		*head = 0;
	}
	ret = grow(&p, size, *len + more, 1);
	*buf = p;
	return ret;
}

/**
 * mcrd_outq_put - queue a frame
 * @q: the queue
 * @type: of the frame
 * @data: what is behind its head
 * @len: bytes of it
 * @fd: descriptors that go with it; they stay the caller's, and open until
 *	mcrd_outq_left() is 0
 * @n_fd: how many, MCRD_FRAME_FDS at most
 *
 * Return: 0 or -ENOMEM; -EMSGSIZE if it is too long.
 */
int mcrd_outq_put(struct mcrd_outq *q, enum mcrd_frame_type type,
		  const void *data, size_t len, const int *fd,
		  unsigned int n_fd)
{
	struct mcrd_head head = { .type = (__u16)type, .fds = (__u16)n_fd };
	struct mcrd_passed *passed;
	void *p = q->passed;

	if (len > (size_t)FRAME_MAX - sizeof(head) || n_fd > MCRD_FRAME_FDS)
		return -EMSGSIZE;
	head.len = (__u32)(sizeof(head) + len);
	if (reserve(&q->buf, &q->size, &q->head, &q->len, head.len))
		return -ENOMEM;
	if (n_fd) {
		if (grow(&p, &q->size_passed, q->n_passed + 1,
			 sizeof(*q->passed)))
			return -ENOMEM;
		q->passed = p;
		passed = &q->passed[q->n_passed++];
		passed->at = q->sent + (q->len - q->head);
		passed->n = n_fd;
		memcpy(passed->fd, fd, n_fd * sizeof(*fd));
	}
	memcpy(q->buf + q->len, &head, sizeof(head));
	if (len)
		memcpy(q->buf + q->len + sizeof(head), data, len);
	q->len += head.len;
	return 0;
}

/* One message: up to where the next descriptors are to go along. */
static ssize_t send_some(struct mcrd_outq *q, int sock)
{
	union {
		struct cmsghdr align;
		char buf[CMSG_SPACE(MCRD_FRAME_FDS * sizeof(int))];
	} control = { 0 };
	size_t bytes = q->len - q->head, next = 0;
	struct iovec iov = { q->buf + q->head, bytes };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *cmsg;
	size_t len;

	if (q->n_passed && q->passed->at == q->sent) {
		len = q->passed->n * sizeof(int);
		msg.msg_control = control.buf;
		msg.msg_controllen = CMSG_SPACE(len);
		cmsg = CMSG_FIRSTHDR(&msg);
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(len);
		memcpy(CMSG_DATA(cmsg), q->passed->fd, len);
		next = 1;
	}
	if (next < q->n_passed)
		iov.iov_len = q->passed[next].at - q->sent;
	return sendmsg(sock, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/**
 * mcrd_outq_send - send as much as the socket takes
 * @q: the queue
 * @sock: a stream socket
 *
 * Return: 0 if all is sent, 1 if not, or -errno.
 */
int mcrd_outq_send(struct mcrd_outq *q, int sock)
{
	ssize_t n;

	while (q->head < q->len) {
		n = send_some(q, sock);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN ? 1 : -errno;
		if (q->n_passed && q->passed->at == q->sent)
			memmove(q->passed, q->passed + 1,
				--q->n_passed * sizeof(*q->passed));
		q->head += (size_t)n;
		q->sent += (size_t)n;
	}
	q->head = 0;
	q->len = 0;
	return 0;
}

/**
 * mcrd_outq_left - how much is still to be sent
 * @q: the queue
 *
 * Return: bytes.
 */
size_t mcrd_outq_left(const struct mcrd_outq *q)
{
	return q->len - q->head;
}

/**
 * mcrd_outq_free - forget what was to be sent
 * @q: the queue; empty afterwards
 */
void mcrd_outq_free(struct mcrd_outq *q)
{
	free(q->buf);
	free(q->passed);
	*q = (struct mcrd_outq){ 0 };
}

/**
 * mcrd_inq_read - read what there is
 * @q: where to
 * @sock: a stream socket
 *
 * Return: 1 if something came, 0 if the other end is closed, or -errno; -EAGAIN
 * if there is nothing.
 */
int mcrd_inq_read(struct mcrd_inq *q, int sock)
{
	ssize_t n;

	if (reserve(&q->buf, &q->size, &q->head, &q->len, READ_BYTES))
		return -ENOMEM;
	do {
		n = recv(sock, q->buf + q->len, READ_BYTES, MSG_DONTWAIT);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	q->len += (size_t)n;
	return n > 0;
}

/**
 * mcrd_inq_add - take bytes as if they had come
 * @q: where to
 * @data: the bytes
 * @len: how many
 *
 * Return: 0 or -ENOMEM.
 */
int mcrd_inq_add(struct mcrd_inq *q, const void *data, size_t len)
{
	if (!len)
		return 0;
	if (reserve(&q->buf, &q->size, &q->head, &q->len, len))
		return -ENOMEM;
	memcpy(q->buf + q->len, data, len);
	q->len += len;
	return 0;
}

/**
 * mcrd_inq_next - the next frame, if all of it is there
 * @q: what came in
 * @max: longest frame that is taken
 * @head: its head
 * @data: what is behind that, valid until the queue is used again; it may not
 *	be aligned
 *
 * Return: 1; 0 if there is none yet; -EBADMSG if what comes next is no frame.
 */
int mcrd_inq_next(struct mcrd_inq *q, size_t max, struct mcrd_head *head,
		  const void **data)
{
	size_t there = q->len - q->head;

	if (there < sizeof(*head))
		return 0;
	memcpy(head, q->buf + q->head, sizeof(*head));
	if (head->len < sizeof(*head) || head->len > max)
		return -EBADMSG;
	if (there < head->len)
		return 0;
	*data = q->buf + q->head + sizeof(*head);
	q->head += head->len;
	return 1;
}

/**
 * mcrd_inq_free - forget what came in
 * @q: the queue; empty afterwards
 */
void mcrd_inq_free(struct mcrd_inq *q)
{
	free(q->buf);
	*q = (struct mcrd_inq){ 0 };
}
