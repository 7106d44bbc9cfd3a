/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What netlink says of families, made up: sockets are pairs, and at their other ends
 * is what a test has the kernel say.
 */
#ifndef MCR_TESTS_MODULE_RIG_H
#define MCR_TESTS_MODULE_RIG_H

#include "common.h"

#include <netlink/msg.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/socket.h>

#include "../mcrd/watch.h"

/* The family's group, each time that it comes. */
#define RIG_GROUP	7

#define RIG_DATAGRAM	4096U

/**
 * struct answer - what becomes of a question
 * @desc: what that is
 * @family: a family that a dump has; 0: it is not there
 * @error: with which the dump ends
 * @nlmsg_error: it does so in a message of its own kind
 * @silent: nobody answers
 * @no_socket: there is none to ask with: errno
 * @no_bind: likewise
 * @no_send: it cannot be asked: errno
 * @no_receive: what is answered is lost: errno
 * @ret: what mcrd_module_look() returns
 */
struct answer {
	const char *desc;
	uint16_t family;
	int error;
	bool nlmsg_error;
	bool silent;
	int no_socket;
	int no_bind;
	int no_send;
	int no_receive;
	int ret;
};

/**
 * struct kernel - the kernel
 * @answer: what becomes of the next questions
 * @asked: questions sent
 * @type: of the last one
 * @no_member: nobody can be a member of a group: errno
 * @members: memberships
 * @watch: the socket that hears of what comes and goes
 * @lost: its next receive fails so, once: errno
 * @drained: when the last question came, the watch had heard all there was
 * @told: the kernel's end of the watch; -1: there is no socket yet
 * @answered: and of the last other socket
 * @status: answer to what is no dump
 * @status_len: bytes of that; 0: none
 */
struct kernel {
	struct answer answer;
	unsigned int asked;
	uint16_t type;
	int no_member;
	unsigned int members;
	const struct mcrd_watch *watch;
	int lost;
	bool drained;
	int told;
	int answered;
	uint8_t status[RIG_DATAGRAM];
	size_t status_len;
};

extern struct kernel is;

ssize_t __real_recv(int fd, void *buf, size_t len, int flags);
int __real_poll(struct pollfd *fds, nfds_t n, int timeout);

struct nl_msg *message(uint16_t type, uint8_t cmd);
void put_family(struct nl_msg *msg, const char *name, uint16_t id);
struct nl_msg *family_named(uint8_t cmd, const char *name, uint16_t id);
struct nl_msg *family(uint8_t cmd, uint16_t id);
void say_bytes(int fd, const void *data, size_t len);
void say(int fd, struct nl_msg *msg);
void say_both(int fd, struct nl_msg *a, struct nl_msg *b);

#endif /* MCR_TESTS_MODULE_RIG_H */
