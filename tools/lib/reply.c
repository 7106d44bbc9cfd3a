// SPDX-License-Identifier: GPL-2.0
/*
 * What a server answers; see reply.h.
 */
#include "reply.h"

#include <linux/netlink.h>
#include <netlink/attr.h>
#include <stdlib.h>
#include <string.h>

/**
 * mcr_reply_init - before an answer comes
 * @reply: to be freed by mcr_reply_exit()
 * @dump: the request is a dump
 */
void mcr_reply_init(struct mcr_reply *reply, bool dump)
{
	memset(reply, 0, sizeof(*reply));
	reply->dump = dump;
}

/**
 * mcr_reply_exit - free what an answer owns
 * @reply: the answer
 */
void mcr_reply_exit(struct mcr_reply *reply)
{
	size_t i;

	for (i = 0; i < reply->count; i++)
		free(reply->datagrams[i].buf);
	free(reply->datagrams);
	mcr_reply_init(reply, reply->dump);
}

static int fail(struct mcr_error *err, const char *what)
{
	mcr_error_set(err, MCR_ERROR_SYSTEM,
		      "the server's reply cannot be read: %s", what);
	return -1;
}

static void read_tlvs(struct mcr_reply *reply, char *tlvs, int len)
{
	struct nlattr *a[NLMSGERR_ATTR_MAX + 1];

	if (nla_parse(a, NLMSGERR_ATTR_MAX, (struct nlattr *)(void *)tlvs, len,
		      NULL) < 0)
		return;
	if (a[NLMSGERR_ATTR_MSG])
		nla_strlcpy(reply->text, a[NLMSGERR_ATTR_MSG],
			    sizeof(reply->text));
	if (a[NLMSGERR_ATTR_OFFS] &&
	    nla_len(a[NLMSGERR_ATTR_OFFS]) == sizeof(__u32)) {
		reply->offset = nla_get_u32(a[NLMSGERR_ATTR_OFFS]);
		reply->has_offset = true;
	}
	if (a[NLMSGERR_ATTR_COOKIE] &&
	    nla_len(a[NLMSGERR_ATTR_COOKIE]) == sizeof(__u32))
		reply->cookie = nla_get_u32(a[NLMSGERR_ATTR_COOKIE]);
}

/* NLMSG_ERROR and NLMSG_DONE: an errno, perhaps the request, perhaps words. */
static int read_end(struct mcr_reply *reply, struct nlmsghdr *nlh,
		    struct mcr_error *err)
{
	char *data = nlmsg_data(nlh);
	size_t len = (size_t)nlmsg_datalen(nlh);
	struct nlmsghdr request;
	size_t skip = sizeof(int);
	int error = 0;

	if (len >= sizeof(int))
		memcpy(&error, data, sizeof(error));
	else if (nlh->nlmsg_type == NLMSG_ERROR)
		return fail(err, "an acknowledgment is too short");
	if (error > 0 || error < -4095)
		return fail(err, "an acknowledgment holds no errno");
	reply->error = -error;
	reply->done = true;

	if (nlh->nlmsg_type == NLMSG_ERROR) {
		if (len < sizeof(struct nlmsgerr))
			return fail(err, "an acknowledgment is too short");
		memcpy(&request, data + sizeof(int), sizeof(request));
		skip = sizeof(struct nlmsgerr);
		if (!(nlh->nlmsg_flags & NLM_F_CAPPED) &&
		    request.nlmsg_len > NLMSG_HDRLEN)
			skip += NLMSG_ALIGN(request.nlmsg_len - NLMSG_HDRLEN);
	}
	if (nlh->nlmsg_flags & NLM_F_ACK_TLVS && len > skip)
		read_tlvs(reply, data + skip, (int)(len - skip));
	return 0;
}

static int keep(struct mcr_reply *reply, void *buf, size_t len,
		struct mcr_error *err)
{
	struct mcr_datagram *datagrams;
	size_t room;

	if (reply->count == reply->room) {
		room = reply->room ? reply->room * 2 : 4;
		datagrams = reallocarray(reply->datagrams, room,
					 sizeof(*datagrams));
		if (!datagrams)
			return mcr_error_set(err, MCR_ERROR_SYSTEM,
					     "out of memory");
		reply->datagrams = datagrams;
		reply->room = room;
	}
	reply->datagrams[reply->count].buf = buf;
	reply->datagrams[reply->count++].len = len;
	return 0;
}

static int feed(struct mcr_reply *reply, struct nlmsghdr *nlh, size_t len,
		struct mcr_error *err)
{
	int rem = (int)len;

	for (; nlmsg_ok(nlh, rem); nlh = nlmsg_next(nlh, &rem)) {
		/* It stands for others, which may have been of this answer. */
		if (nlh->nlmsg_type == NLMSG_OVERRUN)
			return fail(err, "messages were lost");
		/* Late answers to an earlier request, which was given up. */
		if (nlh->nlmsg_seq != reply->seq)
			continue;
		if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
			reply->interrupted = true;
		if (nlh->nlmsg_type == NLMSG_ERROR ||
		    (nlh->nlmsg_type == NLMSG_DONE && reply->dump))
			return read_end(reply, nlh, err);
	}
	if (rem > 0)
		return fail(err, "a message is cut off");
	return 0;
}

/**
 * mcr_reply_ack - take an acknowledgment that is all of an answer
 * @reply: the answer, as of mcr_reply_init(); owns nothing afterwards
 * @nlh: the acknowledgment
 * @err: where to say what is wrong
 *
 * Return: 0, or -1 and an error: it cannot be read.
 */
int mcr_reply_ack(struct mcr_reply *reply, struct nlmsghdr *nlh,
		  struct mcr_error *err)
{
	reply->seq = nlh->nlmsg_seq;
	return read_end(reply, nlh, err);
}

/**
 * mcr_reply_feed - take what one read from the socket gave
 * @reply: the answer it belongs to; @reply->done tells if this was its end
 * @buf: the bytes, from malloc(); taken over, even on failure
 * @len: how many
 * @err: where to say what is wrong
 *
 * Return: 0, or -1 and an error: it cannot be read.
 */
int mcr_reply_feed(struct mcr_reply *reply, void *buf, size_t len,
		   struct mcr_error *err)
{
	if (feed(reply, buf, len, err) || keep(reply, buf, len, err)) {
		free(buf);
		return -1;
	}
	return 0;
}

/**
 * mcr_reply_walk_init - begin to walk over the messages of an answer
 * @walk: the walk
 * @reply: the answer, which must stay as it is
 */
void mcr_reply_walk_init(struct mcr_reply_walk *walk,
			 const struct mcr_reply *reply)
{
	memset(walk, 0, sizeof(*walk));
	walk->reply = reply;
}

/* The next message of this datagram, whatever it is. */
static struct nlmsghdr *walk_datagram(struct mcr_reply_walk *walk)
{
	struct nlmsghdr *nlh = walk->next;

	if (!nlh) {
		nlh = walk->reply->datagrams[walk->datagram].buf;
		walk->rem = (int)walk->reply->datagrams[walk->datagram].len;
	}
	if (!nlmsg_ok(nlh, walk->rem)) {
		walk->next = NULL;
		return NULL;
	}
	walk->next = nlmsg_next(nlh, &walk->rem);
	return nlh;
}

/**
 * mcr_reply_next - walk on
 * @walk: the walk
 *
 * Acknowledgments are left out.
 *
 * Return: the next message, owned by the answer; NULL: no more.
 */
struct nlmsghdr *mcr_reply_next(struct mcr_reply_walk *walk)
{
	struct nlmsghdr *nlh;

	while (walk->datagram < walk->reply->count) {
		nlh = walk_datagram(walk);
		if (!nlh)
			walk->datagram++;
		else if (nlh->nlmsg_seq == walk->reply->seq &&
			 nlh->nlmsg_type >= NLMSG_MIN_TYPE)
			return nlh;
	}
	return NULL;
}

/**
 * mcr_reply_next_rule - walk on to the next rule
 * @walk: the walk, over an answer of rules
 * @rule: where to put it, as of mcr_rule_init(); to be freed by mcr_rule_release(),
 *	whatever is returned
 * @err: where to say what is wrong
 *
 * Return: 1: it is complete with its outputs; 0: there are no more; -1 and an
 * error.
 */
int mcr_reply_next_rule(struct mcr_reply_walk *walk, struct mcr_rule *rule,
			struct mcr_error *err)
{
	struct nlmsghdr *nlh;
	bool more = false;

	while ((nlh = mcr_reply_next(walk))) {
		if (mcr_msg_parse_rule(nlh, rule, &more, err))
			return -1;
		if (!more)
			return 1;
	}
	return more ? fail(err, "a rule's outputs do not go on") : 0;
}

/**
 * mcr_reply_rules - read all rules of an answer
 * @reply: the answer
 * @fn: called for each rule, complete with its outputs, until it returns
 *	something else than 0
 * @arg: for @fn
 * @err: where to say what is wrong
 *
 * Return: 0, what @fn returned, or -1 and an error.
 */
int mcr_reply_rules(const struct mcr_reply *reply, mcr_rule_fn fn, void *arg,
		    struct mcr_error *err)
{
	struct mcr_reply_walk walk;
	struct mcr_rule rule;
	int ret;

	mcr_rule_init(&rule);
	mcr_reply_walk_init(&walk, reply);
	do {
		ret = mcr_reply_next_rule(&walk, &rule, err);
		if (ret <= 0)
			break;
		ret = fn(&rule, arg);
		mcr_rule_release(&rule);
	} while (!ret);
	mcr_rule_release(&rule);
	return ret;
}
