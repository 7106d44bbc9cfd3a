// SPDX-License-Identifier: GPL-2.0
/*
 * Rules that consume; see consume.h. What is sent is made by consume_plan.c; here
 * is who sends it, and what may be wrong.
 */
#include "consume.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "consume_table.h"

/* Answers are short: what they answer is not in them. */
#define MCRD_ANSWER_MAX	8192

/**
 * struct mcrd_consume - who consumes
 * @nl: the socket that owns the table; NULL: not needed yet
 * @seq: sequence number that comes next
 * @possible: mcrd_consume_check() has found that it is
 * @filter: the rules
 */
struct mcrd_consume {
	struct mnl_socket *nl;
	__u32 seq;
	bool possible;
	struct mcrd_filter filter;
};

/**
 * struct mcrd_answer - what the kernel says of a batch
 * @err: 0 or -errno, of the first message that is refused
 * @seq: that message
 * @acked: the last one is acknowledged
 */
struct mcrd_answer {
	int err;
	__u32 seq;
	bool acked;
};

/**
 * mcrd_consume_init - make ready for rules that consume
 *
 * Return: for mcrd_consume_exit(); NULL without memory.
 */
struct mcrd_consume *mcrd_consume_init(void)
{
	struct mcrd_consume *c = calloc(1, sizeof(*c));

	if (c)
		c->seq = 1;
	return c;
}

/**
 * mcrd_consume_exit - drop nothing any more
 * @c: who consumes; may be NULL. It is freed
 */
void mcrd_consume_exit(struct mcrd_consume *c)
{
	if (!c)
		return;
	if (c->nl)
		mnl_socket_close(c->nl);
	mcrd_filter_free(&c->filter);
	free(c);
}

/* 0 or -errno. The socket is not for children: who has it keeps the table. */
static int mcrd_consume_open(struct mcrd_consume *c)
{
	int on = 1, err;

	if (c->nl)
		return 0;
	c->nl = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
	if (!c->nl)
		return -errno;
	mnl_socket_setsockopt(c->nl, NETLINK_CAP_ACK, &on, sizeof(on));
	if (!mnl_socket_bind(c->nl, 0, MNL_SOCKET_AUTOPID))
		return 0;
	err = -errno;
	mnl_socket_close(c->nl);
	c->nl = NULL;
	return err;
}

/* A batch is one datagram, however large. Sending says if there is no room. */
static void mcrd_consume_room(struct mcrd_consume *c, size_t len)
{
	int fd = mnl_socket_get_fd(c->nl), have = 0;
	socklen_t size = sizeof(have);
	int want = (int)len + 4096;

	if (!getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &have, &size) &&
	    have >= want)
		return;
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &want, sizeof(want)))
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &want, sizeof(want));
}

static void mcrd_answer_read(struct mcrd_answer *answer,
			     const struct mcrd_nft *nft,
			     const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *e = mnl_nlmsg_get_payload(nlh);

	/* An earlier batch may have had answers that were not read. */
	if (nlh->nlmsg_type != NLMSG_ERROR ||
	    mnl_nlmsg_get_payload_len(nlh) < sizeof(*e) ||
	    nlh->nlmsg_seq - nft->first > nft->seq - nft->first)
		return;
	if (!e->error && nlh->nlmsg_seq == nft->seq)
		answer->acked = true;
	if (e->error && !answer->err) {
		answer->err = e->error;
		answer->seq = nlh->nlmsg_seq;
	}
}

/* All answers are there when a batch is sent: that is when it is carried out. */
static void mcrd_consume_answers(struct mcrd_consume *c,
				 const struct mcrd_nft *nft,
				 struct mcrd_answer *answer)
{
	struct nlmsghdr buf[MCRD_ANSWER_MAX / sizeof(struct nlmsghdr)];
	ssize_t n;

	while ((n = recv(mnl_socket_get_fd(c->nl), buf, sizeof(buf),
			 MSG_DONTWAIT)) > 0) {
		const struct nlmsghdr *nlh = buf;
		int left = (int)n;

		for (; mnl_nlmsg_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left))
			mcrd_answer_read(answer, nft, nlh);
	}
	if (n < 0 && errno != EAGAIN && !answer->err)
		answer->err = -errno;
	if (!answer->err && !answer->acked)
		answer->err = -EIO;
}

static void mcrd_consume_send(struct mcrd_consume *c,
			      const struct mcrd_nft *nft,
			      struct mcrd_answer *answer)
{
	memset(answer, 0, sizeof(*answer));
	c->seq = nft->seq + 2;
	mcrd_consume_room(c, nft->used);
	if (mnl_socket_sendto(c->nl, nft->buf, nft->used) < 0)
		answer->err = -errno;
	else
		mcrd_consume_answers(c, nft, answer);
}

/* What to say of an error that a batch met; @begin: it was refused as a whole. */
static const char *mcrd_consume_why(int err, bool begin)
{
	switch (err) {
	case -EPROTONOSUPPORT:
	case -EAFNOSUPPORT:
		return "the kernel has no nftables";
	case -EOPNOTSUPP:
	case -ENOENT:
		return "nftables lacks chains for devices, or owners of tables (Linux 5.12)";
	case -EPERM:
	case -EACCES:
		if (begin)
			return "the daemon may not use nftables, which needs CAP_NET_ADMIN";
		return "another process owns the nftables table netdev "
		       MCRD_NFT_TABLE;
	case -EEXIST:
		return "there is an nftables table netdev " MCRD_NFT_TABLE
		       " that is not the daemon's: delete it";
	case -EMSGSIZE:
		return "it is too much for one message: net.core.wmem_max bounds that";
	default:
		return strerror(-err);
	}
}

/**
 * mcrd_consume_check - is mode consume possible here at all?
 * @c: who consumes
 * @why: where to say why it is not: a sentence, for who asks for such a rule
 * @size: bytes of @why
 *
 * The kernel is asked what it would do, and does nothing. It is not asked again
 * when it has said yes.
 *
 * Return: 0 or -errno.
 */
int mcrd_consume_check(struct mcrd_consume *c, char *why, size_t size)
{
	struct mcrd_nft nft = { 0 };
	struct mcrd_answer answer = { 0 };

	if (c->possible)
		return 0;
	answer.err = mcrd_consume_open(c);
	if (!answer.err) {
		mcrd_nft_begin(&nft, c->seq);
		mcrd_nft_table_add(&nft, true);
		mcrd_nft_base_chain(&nft, "check", "lo");
		mcrd_nft_end(&nft, false);
		if (nft.failed)
			answer.err = -ENOMEM;
		else
			mcrd_consume_send(c, &nft, &answer);
	}
	if (answer.err) {
		bool begin = answer.seq == nft.first;

		mcrd_nft_free(&nft);
		snprintf(why, size,
			 "mode consume is not possible here, mode is pass: %s",
			 mcrd_consume_why(answer.err, begin));
		return answer.err;
	}
	mcrd_nft_free(&nft);
	c->possible = true;
	return 0;
}

/**
 * mcrd_consume_rule - a rule takes packets, and this is what becomes of them
 * @c: who consumes
 * @id: the rule, new or known
 * @iif: name of its ingress device
 * @ifindex: of that; 0: there is none now
 * @m: which packets it takes, sound
 * @consume: it consumes them
 *
 * Rules that pass count, too: packets that they take are not consumed by wider
 * ones. What was noted is carried out by mcrd_consume_commit().
 *
 * Return: 0; -ENOMEM: it is as it was.
 */
int mcrd_consume_rule(struct mcrd_consume *c, __u32 id, const char *iif,
		      __u32 ifindex, const struct mcr_match *m, bool consume)
{
	int err = mcrd_filter_set(&c->filter, id, iif, m, consume);

	if (!err)
		mcrd_filter_device(&c->filter, iif, ifindex);
	return err;
}

/**
 * mcrd_consume_device - a name is that of this device now
 * @c: who consumes
 * @name: the name
 * @ifindex: the device; 0: there is none of that name
 *
 * Of devices that no rule receives from nothing need be told.
 */
void mcrd_consume_device(struct mcrd_consume *c, const char *name,
			 __u32 ifindex)
{
	mcrd_filter_device(&c->filter, name, ifindex);
}

/**
 * mcrd_consume_rule_gone - a rule takes packets no more
 * @c: who consumes
 * @id: the rule: it is deleted or disabled; there need not be one
 */
void mcrd_consume_rule_gone(struct mcrd_consume *c, __u32 id)
{
	mcrd_filter_del(&c->filter, id);
}

static int mcrd_consume_try(struct mcrd_consume *c, struct mcrd_nft *nft,
			    enum mcrd_consume_step step,
			    struct mcrd_answer *answer)
{
	memset(answer, 0, sizeof(*answer));
	mcrd_nft_begin(nft, c->seq);
	answer->err = mcrd_filter_plan(&c->filter, nft, step);
	if (answer->err || mcrd_nft_empty(nft))
		return answer->err;
	mcrd_nft_end(nft, true);
	answer->err = nft->failed ? -ENOMEM : mcrd_consume_open(c);
	if (!answer->err)
		mcrd_consume_send(c, nft, answer);
	return answer->err;
}

/* A device that went, of which nobody has told yet: nothing comes from it. */
static bool mcrd_consume_lost(struct mcrd_consume *c,
			      const struct mcrd_answer *answer)
{
	struct mcrd_device *dev;

	LIST_FOREACH(dev, &c->filter.devices, list) {
		if (!dev->hook_seq || dev->hook_seq != answer->seq ||
		    answer->err != -ENOENT)
			continue;
		dev->lost = true;
		dev->dirty = true;
		return true;
	}
	return false;
}

/* May the kernel have something else in the table than it is taken to have? */
static bool mcrd_consume_astray(const struct mcrd_consume *c, int err)
{
	return !c->filter.stale && c->filter.table &&
	       (err == -ENOENT || err == -EEXIST || err == -EBUSY ||
		err == -EINVAL);
}

/**
 * mcrd_consume_commit - carry out what was noted, one step of it
 * @c: who consumes
 * @step: which one
 * @why: where to say why it failed: a sentence
 * @size: bytes of @why
 *
 * Each step is one transaction of nftables, which packets see at once; there is
 * none where there is nothing to do. Between the steps packets are dropped that
 * rules consume as they were and as they are to be; some of them may reach the
 * stack, where one change takes a rule away and adds a wider one.
 *
 * The second step carries out all that there is. So who starts, and has no workers
 * to wait for, needs no first one.
 *
 * Return: 0; -errno: nothing is carried out, and all is still noted.
 */
int mcrd_consume_commit(struct mcrd_consume *c, enum mcrd_consume_step step,
			char *why, size_t size)
{
	struct mcrd_nft nft = { 0 };
	struct mcrd_answer answer;
	bool again = true;

	while (again) {
		again = false;
		mcrd_consume_try(c, &nft, step, &answer);
		mcrd_filter_settle(&c->filter, !answer.err);
		if (!answer.err)
			break;
		if (mcrd_consume_lost(c, &answer)) {
			again = true;
		} else if (mcrd_consume_astray(c, answer.err)) {
			mcrd_filter_lose(&c->filter);
			again = true;
		}
	}
	if (answer.err)
		snprintf(why, size,
			 "packets cannot be kept from the host's own stack: %s",
			 mcrd_consume_why(answer.err,
					  answer.seq == nft.first));
	mcrd_nft_free(&nft);
	return answer.err;
}
