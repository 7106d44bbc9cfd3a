/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From a stream of bytes and descriptors to frames (plan.h).
 *
 * A read may end anywhere. Descriptors come with a byte of the frame they belong
 * to, or of the sendmsg() that the frame is the first of, so that they are there
 * when the frame is complete, and in the order in which frames claim them.
 */
#ifndef MCRD_WORKER_READER_H
#define MCRD_WORKER_READER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "../plan.h"

/* Descriptors that may wait for their frame, and that a frame may have. */
#define MCRD_READER_FDS		16
#define MCRD_FRAME_FDS		2

/**
 * struct mcrd_reader - frames that are being read
 * @buf: what was read and no frame was made of yet; owned
 * @frame: the frame that was returned last, aligned; owned
 * @start: first byte of @buf that is in use
 * @end: behind the last one
 * @fds: descriptors that no frame has claimed yet, in order; owned
 * @n_fds: how many
 */
struct mcrd_reader {
	uint8_t *buf;
	uint8_t *frame;
	size_t start;
	size_t end;
	int fds[MCRD_READER_FDS];
	unsigned int n_fds;
};

/**
 * struct mcrd_frame_in - a frame that has come
 * @type: of enum mcrd_frame_type, not checked
 * @body: what is behind the head, aligned for any of plan.h's structs; good
 *	until the next call of the reader
 * @len: bytes of @body
 * @fds: its descriptors; who takes the frame owns them, and closes those that
 *	it does not keep
 * @n_fds: how many
 */
struct mcrd_frame_in {
	uint16_t type;
	const void *body;
	size_t len;
	int fds[MCRD_FRAME_FDS];
	unsigned int n_fds;
};

/**
 * enum mcrd_reader_result - what the reader has to say
 * @MCRD_READER_MORE: no frame is complete
 * @MCRD_READER_FRAME: here is one
 * @MCRD_READER_BAD: what came are no frames; nothing can be read any more
 */
enum mcrd_reader_result {
	MCRD_READER_MORE,
	MCRD_READER_FRAME,
	MCRD_READER_BAD,
};

int mcrd_reader_init(struct mcrd_reader *r);
void mcrd_reader_exit(struct mcrd_reader *r);
void mcrd_reader_space(struct mcrd_reader *r, struct iovec *iov);
int mcrd_reader_got(struct mcrd_reader *r, size_t len, struct msghdr *msg);
enum mcrd_reader_result mcrd_reader_next(struct mcrd_reader *r,
					 struct mcrd_frame_in *f,
					 const char **why);
void mcrd_frame_in_close(struct mcrd_frame_in *f);

#endif /* MCRD_WORKER_READER_H */
