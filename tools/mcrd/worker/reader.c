// SPDX-License-Identifier: GPL-2.0
/*
 * From a stream of bytes and descriptors to frames; see reader.h.
 */
#include "reader.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

/* A frame that is not complete yet, and as much again of what follows. */
#define BUF_SIZE	524288UL

static_assert(BUF_SIZE / 2 >= MCRD_FRAME_MAX, "frames do not fit");

/**
 * mcrd_reader_init - begin to read
 * @r: the reader
 *
 * Return: 0 or -ENOMEM.
 */
int mcrd_reader_init(struct mcrd_reader *r)
{
	memset(r, 0, sizeof(*r));
	r->buf = malloc(BUF_SIZE);
	r->frame = malloc(MCRD_FRAME_MAX);
	if (r->buf && r->frame)
		return 0;
	mcrd_reader_exit(r);
	return -ENOMEM;
}

/**
 * mcrd_reader_exit - read no more
 * @r: the reader; descriptors that no frame has claimed are closed
 */
void mcrd_reader_exit(struct mcrd_reader *r)
{
	unsigned int i;

	for (i = 0; i < r->n_fds; i++)
		close(r->fds[i]);
	free(r->frame);
	free(r->buf);
	memset(r, 0, sizeof(*r));
}

/**
 * mcrd_reader_space - where the next bytes are to be put
 * @r: the reader, all of whose complete frames have been taken
 * @iov: the place; good until the next call of the reader
 */
void mcrd_reader_space(struct mcrd_reader *r, struct iovec *iov)
{
	if (r->start) {
		memmove(r->buf, r->buf + r->start, r->end - r->start);
		r->end -= r->start;
		r->start = 0;
	}
	iov->iov_base = r->buf + r->end;
	iov->iov_len = BUF_SIZE - r->end;
}

/* Take the descriptors of a control message; those without room are closed. */
static int take_fds(struct mcrd_reader *r, const struct cmsghdr *cmsg)
{
	size_t n = (cmsg->cmsg_len - CMSG_LEN(0)) / sizeof(int), i;
	int err = 0;

	for (i = 0; i < n; i++) {
		int fd;

		memcpy(&fd, CMSG_DATA(cmsg) + i * sizeof(int), sizeof(fd));
		if (r->n_fds < MCRD_READER_FDS) {
			r->fds[r->n_fds++] = fd;
		} else {
			close(fd);
			err = -EMFILE;
		}
	}
	return err;
}

/**
 * mcrd_reader_got - bytes were put where mcrd_reader_space() said
 * @r: the reader
 * @len: how many
 * @msg: what recvmsg() filled in: its descriptors are the reader's from now on
 *
 * Return: 0, or -EMFILE if there were more descriptors than there is room for:
 *	then some are lost, and the stream cannot be read on.
 */
int mcrd_reader_got(struct mcrd_reader *r, size_t len, struct msghdr *msg)
{
	struct cmsghdr *cmsg;
	int err = 0;

	r->end += len;
	for (cmsg = CMSG_FIRSTHDR(msg); cmsg; cmsg = CMSG_NXTHDR(msg, cmsg))
		if (cmsg->cmsg_level == SOL_SOCKET &&
		    cmsg->cmsg_type == SCM_RIGHTS && take_fds(r, cmsg))
			err = -EMFILE;
	if (msg->msg_flags & MSG_CTRUNC)
		err = -EMFILE;
	return err;
}

static const char *head_fault(const struct mcrd_head *h)
{
	if (h->len < sizeof(*h))
		return "a frame is shorter than its head";
	if (h->len > MCRD_FRAME_MAX)
		return "a frame is longer than frames may be";
	if (h->fds > MCRD_FRAME_FDS)
		return "a frame has more descriptors than any may have";
	return NULL;
}

/* The first @n descriptors that wait are the frame's. */
static void claim_fds(struct mcrd_reader *r, struct mcrd_frame_in *f,
		      unsigned int n)
{
	memcpy(f->fds, r->fds, n * sizeof(f->fds[0]));
	f->n_fds = n;
	r->n_fds -= n;
	memmove(r->fds, r->fds + n, r->n_fds * sizeof(r->fds[0]));
}

/**
 * mcrd_reader_next - the next frame, if it is complete
 * @r: the reader
 * @f: filled in where there is one
 * @why: what is wrong, where something is
 *
 * Return: of enum mcrd_reader_result.
 */
enum mcrd_reader_result mcrd_reader_next(struct mcrd_reader *r,
					 struct mcrd_frame_in *f,
					 const char **why)
{
	size_t have = r->end - r->start;
	struct mcrd_head h;

	if (!have && r->n_fds) {
		*why = "descriptors came that no frame has";
		return MCRD_READER_BAD;
	}
	if (have < sizeof(h))
		return MCRD_READER_MORE;
	memcpy(&h, r->buf + r->start, sizeof(h));
	*why = head_fault(&h);
	if (*why)
		return MCRD_READER_BAD;
	if (have < h.len)
		return MCRD_READER_MORE;
	if (h.fds > r->n_fds) {
		*why = "a frame came without its descriptors";
		return MCRD_READER_BAD;
	}
	f->type = h.type;
	f->len = h.len - sizeof(h);
	memcpy(r->frame, r->buf + r->start + sizeof(h), f->len);
	f->body = r->frame;
	claim_fds(r, f, h.fds);
	r->start += h.len;
	return MCRD_READER_FRAME;
}

/**
 * mcrd_frame_in_close - close the descriptors of a frame
 * @f: the frame; those that were taken out of it are -1
 */
void mcrd_frame_in_close(struct mcrd_frame_in *f)
{
	unsigned int i;

	for (i = 0; i < f->n_fds; i++)
		if (f->fds[i] >= 0)
			close(f->fds[i]);
	f->n_fds = 0;
}
