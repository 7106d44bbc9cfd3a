/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a server answers to one request: messages, and how it ended.
 */
#ifndef MCR_REPLY_H
#define MCR_REPLY_H

#include <stdbool.h>
#include <stddef.h>

#include "msg.h"

/**
 * struct mcr_datagram - what one read from the socket gave
 * @buf: messages, checked for their lengths; freed by mcr_reply_exit()
 * @len: bytes
 */
struct mcr_datagram {
	void *buf;
	size_t len;
};

/**
 * struct mcr_reply - the answer to one request
 * @seq: sequence number of the request
 * @dump: the request was a dump: it ends with NLMSG_DONE
 * @done: all of the answer is there
 * @interrupted: a dump met a change: what it holds may not fit together
 * @error: errno of the refusal; 0: it was carried out
 * @text: the server's sentence, why or as a warning; empty: it said nothing
 * @has_offset: @offset is valid
 * @offset: where in the request the attribute at fault stands
 * @cookie: id of the rule that @text speaks of; 0: of none
 * @datagrams: array of what came, as long as mcr_reply_exit() was not called
 * @count: how many
 * @room: how many there is room for
 */
struct mcr_reply {
	__u32 seq;
	bool dump;
	bool done;
	bool interrupted;
	int error;
	char text[256];
	bool has_offset;
	__u32 offset;
	__u32 cookie;
	struct mcr_datagram *datagrams;
	size_t count;
	size_t room;
};

/**
 * struct mcr_reply_walk - a walk over the messages of an answer
 * @reply: the answer, which must stay
 * @datagram: index of the datagram it is in
 * @next: where to look next in that; NULL: at its start
 * @rem: bytes from @next to its end
 */
struct mcr_reply_walk {
	const struct mcr_reply *reply;
	size_t datagram;
	struct nlmsghdr *next;
	int rem;
};

/**
 * typedef mcr_rule_fn - called for each rule of an answer
 * @rule: the rule; freed after the call
 * @arg: the caller's
 *
 * Return: 0 to go on.
 */
typedef int (*mcr_rule_fn)(const struct mcr_rule *rule, void *arg);

void mcr_reply_init(struct mcr_reply *reply, bool dump);
void mcr_reply_exit(struct mcr_reply *reply);
int mcr_reply_feed(struct mcr_reply *reply, void *buf, size_t len,
		   struct mcr_error *err);
int mcr_reply_ack(struct mcr_reply *reply, struct nlmsghdr *nlh,
		  struct mcr_error *err);
void mcr_reply_walk_init(struct mcr_reply_walk *walk,
			 const struct mcr_reply *reply);
struct nlmsghdr *mcr_reply_next(struct mcr_reply_walk *walk);
int mcr_reply_next_rule(struct mcr_reply_walk *walk, struct mcr_rule *rule,
			struct mcr_error *err);
int mcr_reply_rules(const struct mcr_reply *reply, mcr_rule_fn fn, void *arg,
		    struct mcr_error *err);

#endif /* MCR_REPLY_H */
