/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Messages that the daemon's socket has in place of netlink's socket options:
 * joining a multicast group, and leaving it.
 */
#ifndef MCRD_GROUPS_H
#define MCRD_GROUPS_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>

/* An acknowledgment with a sentence fits into this. */
#define MCRD_ACK_BYTES	320

/**
 * struct mcrd_group_request - what a message asks for
 * @join: to join the group, otherwise to leave it
 * @error: 0, or -errno: it is refused
 * @text: why
 */
struct mcrd_group_request {
	bool join;
	int error;
	const char *text;
};

bool mcrd_group_request(const struct nlmsghdr *nlh,
			struct mcrd_group_request *req);
size_t mcrd_ack_build(unsigned char buf[MCRD_ACK_BYTES],
		      const struct nlmsghdr *nlh, int error, const char *text);

#endif /* MCRD_GROUPS_H */
