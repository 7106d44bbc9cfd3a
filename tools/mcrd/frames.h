/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Frames of plan.h on their way: those that are to be sent, and those that come
 * in, in whatever pieces the stream hands over.
 */
#ifndef MCRD_FRAMES_H
#define MCRD_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plan.h"

/* Descriptors with one frame. */
#define MCRD_FRAME_FDS	2

/**
 * struct mcrd_passed - descriptors that wait to be sent
 * @at: number of the byte that they go with
 * @fd: the descriptors; the sender's, open until they are sent
 * @n: how many
 */
struct mcrd_passed {
	uint64_t at;
	int fd[MCRD_FRAME_FDS];
	unsigned int n;
};

/**
 * struct mcrd_outq - frames to be sent; all zeroes is empty
 * @buf: their bytes, owned
 * @head: of which so many are sent
 * @len: of which so many are in use, those included
 * @size: of @buf
 * @sent: bytes sent ever, which is the number of the byte at @head
 * @passed: descriptors that go with them, owned, in order
 * @n_passed: how many
 * @size_passed: of @passed
 */
struct mcrd_outq {
	unsigned char *buf;
	size_t head;
	size_t len;
	size_t size;
	uint64_t sent;
	struct mcrd_passed *passed;
	size_t n_passed;
	size_t size_passed;
};

/**
 * struct mcrd_inq - bytes that came in; all zeroes is empty
 * @buf: the bytes, owned
 * @head: of which so many were taken out
 * @len: of which so many are in use, those included
 * @size: of @buf
 */
struct mcrd_inq {
	unsigned char *buf;
	size_t head;
	size_t len;
	size_t size;
};

int mcrd_outq_put(struct mcrd_outq *q, enum mcrd_frame_type type,
		  const void *data, size_t len, const int *fd,
		  unsigned int n_fd);
int mcrd_outq_send(struct mcrd_outq *q, int sock);
size_t mcrd_outq_left(const struct mcrd_outq *q);
void mcrd_outq_free(struct mcrd_outq *q);

int mcrd_inq_read(struct mcrd_inq *q, int sock);
int mcrd_inq_add(struct mcrd_inq *q, const void *data, size_t len);
int mcrd_inq_next(struct mcrd_inq *q, size_t max, struct mcrd_head *head,
		  const void **data);
void mcrd_inq_free(struct mcrd_inq *q);

#endif /* MCRD_FRAMES_H */
