// SPDX-License-Identifier: GPL-2.0
/*
 * What is said to the supervisor.
 */
#include "worker.h"

#include <sys/socket.h>
#include <sys/uio.h>

/**
 * mcrd_worker_tell - send the supervisor a frame
 * @w: the worker
 * @type: of enum mcrd_frame_type
 * @body: what is behind the head
 * @len: its bytes, few
 *
 * Return: true; false if there is no room for it now. Frames are small: they
 *	are sent whole or not at all.
 */
bool mcrd_worker_tell(struct mcrd_worker *w, enum mcrd_frame_type type,
		      const void *body, size_t len)
{
	struct mcrd_head head = {
		.len = (__u32)(sizeof(head) + len), .type = (__u16)type,
	};
	struct iovec iov[2] = {
		{ .iov_base = &head, .iov_len = sizeof(head) },
		{ .iov_base = (void *)body, .iov_len = len },
	};
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = 2 };

	return sendmsg(w->cmd_fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) ==
	       (ssize_t)(sizeof(head) + len);
}
