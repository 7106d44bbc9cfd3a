/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A process that stands in for a relay daemon: at its place, and saying what a
 * test wants.
 */
#ifndef MCR_TESTS_RELAY_H
#define MCR_TESTS_RELAY_H

#include <sys/types.h>
#include <sys/un.h>

#include "../lib/server.h"

#define RELAY_FAMILY	30
#define RELAY_GROUP	5

/**
 * struct relay - a relay daemon of a test's own
 * @server: what to call it by
 * @dir: its directory
 * @addr: its socket
 * @pid: its process; 0: none
 */
struct relay {
	struct mcr_server server;
	char dir[32];
	struct sockaddr_un addr;
	pid_t pid;
};

/**
 * typedef relay_fn - what it does, in a process of its own
 * @fd: the socket of one who connected
 * @arg: the test's
 *
 * Whatever it finds wrong, it tells by relay_check().
 */
typedef void (*relay_fn)(int fd, const void *arg);

void relay_place(struct relay *r);
int relay_listen(const struct relay *r);
void relay_start(struct relay *r, unsigned int times, relay_fn fn,
		 const void *arg);
void relay_start_bare(struct relay *r, unsigned int times, relay_fn fn,
		      const void *arg);
void relay_end(struct relay *r);

void relay_check(bool holds);
struct nlmsghdr *relay_hear(int fd, void *buf, size_t size, int cmd);
void relay_say(int fd, const struct nlmsghdr *request, struct nl_msg **msgs,
	       size_t n);
void relay_send(int fd, const void *bytes, size_t len);
struct nl_msg *relay_family(int id, const char *group);
struct nl_msg *relay_status(__u8 redirect);
struct nl_msg *relay_overrun(void);

#define RELAY_SAY(fd, request, ...)					\
	relay_say(fd, request, (struct nl_msg *[]){ __VA_ARGS__ },	\
		  COUNT(((struct nl_msg *[]){ __VA_ARGS__ })))

#endif /* MCR_TESTS_RELAY_H */
