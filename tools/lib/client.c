// SPDX-License-Identifier: GPL-2.0
/*
 * A connection to the server; see client.h.
 */
#include "client.h"

#include <errno.h>
#include <linux/netlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <stdlib.h>
#include <sys/socket.h>

/* A dump that meets a change is repeated that often. */
#define DUMP_TRIES	5

/* What the kernel may have waiting for us: a rule of 256 outputs and more. */
#define SOCKET_BUFFER	(1024 * 1024)

/**
 * struct mcr_client - a connection
 * @sk: the socket
 * @family: the family's id
 */
struct mcr_client {
	struct nl_sock *sk;
	int family;
};

static int set_options(struct nl_sock *sk)
{
	static const int options[] = {
		NETLINK_EXT_ACK, NETLINK_CAP_ACK, NETLINK_GET_STRICT_CHK,
	};
	int fd = nl_socket_get_fd(sk);
	int one = 1;
	size_t i;

	for (i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (setsockopt(fd, SOL_NETLINK, options[i], &one, sizeof(one)))
			return -1;
	nl_socket_enable_msg_peek(sk);
	/* Less will do for all but the biggest rules. */
	nl_socket_set_buffer_size(sk, SOCKET_BUFFER, SOCKET_BUFFER);
	return 0;
}

/**
 * mcr_client_open - connect to the server
 * @err: where to say what is wrong
 *
 * Looking for the kernel's server loads the module if it is installed.
 *
 * Return: a connection for mcr_client_close(), or NULL and an error.
 */
struct mcr_client *mcr_client_open(struct mcr_error *err)
{
	struct mcr_client *client = calloc(1, sizeof(*client));
	int ret;

	if (client)
		client->sk = nl_socket_alloc();
	if (!client || !client->sk) {
		free(client);
		mcr_error_set(err, MCR_ERROR_SYSTEM, "out of memory");
		return NULL;
	}
	ret = genl_connect(client->sk);
	if (ret < 0) {
		mcr_error_set(err, MCR_ERROR_SYSTEM,
			      "no netlink socket to be had: %s",
			      nl_geterror(ret));
		goto close;
	}
	if (set_options(client->sk)) {
		mcr_error_set(err, MCR_ERROR_SYSTEM,
			      "the kernel is too old: its netlink sockets do not know extended acknowledgments");
		goto close;
	}
	client->family = genl_ctrl_resolve(client->sk, MCR_GENL_NAME);
	if (client->family < 0) {
		mcr_error_set(err, MCR_ERROR_NO_SERVER,
			      "no server: the kernel module is not loaded (modprobe mcr loads it, where it is installed)");
		goto close;
	}
	return client;

close:
	mcr_client_close(client);
	return NULL;
}

/**
 * mcr_client_close - close a connection
 * @client: the connection; may be NULL
 */
void mcr_client_close(struct mcr_client *client)
{
	if (!client)
		return;
	nl_socket_free(client->sk);
	free(client);
}

static int receive(struct mcr_client *client, struct mcr_reply *reply,
		   struct mcr_error *err)
{
	struct sockaddr_nl from;
	unsigned char *buf;
	int len;

	while (!reply->done) {
		buf = NULL;
		len = nl_recv(client->sk, &from, &buf, NULL);
		if (len < 0)
			return mcr_error_set(err, MCR_ERROR_SYSTEM,
					     "nothing to be read from the server: %s",
					     nl_geterror(len));
		if (!len)
			return mcr_error_set(err, MCR_ERROR_SYSTEM,
					     "the server hung up");
		if (from.nl_pid) {
			free(buf);
			continue;
		}
		if (mcr_reply_feed(reply, buf, (size_t)len, err))
			return -1;
	}
	return 0;
}

static int transact(struct mcr_client *client, struct nl_msg *msg, int flags,
		    struct mcr_reply *reply, struct mcr_error *err)
{
	struct nlmsghdr *nlh = nlmsg_hdr(msg);
	int ret;

	nlh->nlmsg_type = (__u16)client->family;
	nlh->nlmsg_flags |= (__u16)(NLM_F_REQUEST | flags);
	nlh->nlmsg_seq = nl_socket_use_seq(client->sk);
	nlh->nlmsg_pid = nl_socket_get_local_port(client->sk);
	reply->seq = nlh->nlmsg_seq;
	ret = nl_send(client->sk, msg);
	if (ret < 0)
		return mcr_error_set(err, MCR_ERROR_SYSTEM,
				     "the server cannot be reached: %s",
				     nl_geterror(ret));
	return receive(client, reply, err);
}

/**
 * mcr_client_do - ask for something and wait for the answer
 * @client: the connection
 * @msg: the request
 * @reply: where to put the answer, as of mcr_reply_init()
 * @err: where to say why there is none
 *
 * Return: 0 if there is an answer, which may be a refusal; -1 and an error.
 */
int mcr_client_do(struct mcr_client *client, struct nl_msg *msg,
		  struct mcr_reply *reply, struct mcr_error *err)
{
	return transact(client, msg, NLM_F_ACK, reply, err);
}

/**
 * mcr_client_dump - ask for all there is and wait for the answer
 * @client: the connection
 * @msg: the request
 * @reply: where to put the answer, as of mcr_reply_init(). Its @interrupted is
 *	set if something changed during each of several tries
 * @err: where to say why there is none
 *
 * Return: 0 if there is an answer, which may be a refusal; -1 and an error.
 */
int mcr_client_dump(struct mcr_client *client, struct nl_msg *msg,
		    struct mcr_reply *reply, struct mcr_error *err)
{
	unsigned int tries;

	for (tries = 1; ; tries++) {
		if (transact(client, msg, NLM_F_DUMP, reply, err))
			return -1;
		if (!reply->interrupted || reply->error || tries == DUMP_TRIES)
			return 0;
		mcr_reply_exit(reply);
	}
}

/* How far the answers to a batch are read. */
struct answers {
	struct mcr_batch *batch;
	mcr_answer_fn fn;
	void *arg;
	__u32 first_seq;
	unsigned int missing;
	bool told;
};

static int take_answer(struct answers *a, struct nlmsghdr *nlh,
		       struct mcr_error *err)
{
	__u32 index = nlh->nlmsg_seq - a->first_seq;
	struct mcr_reply reply;

	if (nlh->nlmsg_type == NLMSG_OVERRUN)
		return mcr_error_set(err, MCR_ERROR_SYSTEM,
				     "answers of the server were lost");
	/* What else is said about a message comes before this. */
	if (nlh->nlmsg_type != NLMSG_ERROR || index >= a->batch->count)
		return 0;
	mcr_reply_init(&reply, false);
	if (mcr_reply_ack(&reply, nlh, err))
		return -1;
	a->missing--;
	if (!a->told && a->fn(index, &reply, a->arg))
		a->told = true;
	return 0;
}

static int take_answers(struct mcr_client *client, struct answers *a,
			struct mcr_error *err)
{
	struct sockaddr_nl from;
	struct nlmsghdr *nlh;
	unsigned char *buf;
	int len, rem, ret = 0;

	while (a->missing && !ret) {
		buf = NULL;
		len = nl_recv(client->sk, &from, &buf, NULL);
		if (len <= 0)
			return mcr_error_set(err, MCR_ERROR_SYSTEM,
					     "nothing to be read from the server: %s",
					     len ? nl_geterror(len) :
						   "it hung up");
		rem = len;
		nlh = (struct nlmsghdr *)(void *)buf;
		for (; !from.nl_pid && !ret && nlmsg_ok(nlh, rem);
		     nlh = nlmsg_next(nlh, &rem))
			ret = take_answer(a, nlh, err);
		free(buf);
	}
	return ret;
}

/**
 * mcr_client_batch - ask for many things and wait for the answers
 * @client: the connection
 * @batch: the requests; empty afterwards if they were answered
 * @fn: called for each answer, until it returns something else than 0
 * @arg: for @fn
 * @err: where to say why there are none
 *
 * Return: 0 if all are answered, which may be refusals; -1 and an error.
 */
int mcr_client_batch(struct mcr_client *client, struct mcr_batch *batch,
		     mcr_answer_fn fn, void *arg, struct mcr_error *err)
{
	struct answers a = {
		.batch = batch,
		.fn = fn,
		.arg = arg,
		.missing = batch->count,
	};
	struct nlmsghdr *nlh;
	unsigned int i;
	int ret;

	for (i = 0; i < batch->count; i++) {
		nlh = (struct nlmsghdr *)(void *)(batch->buf +
						  batch->offsets[i]);
		nlh->nlmsg_type = (__u16)client->family;
		nlh->nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
		nlh->nlmsg_seq = nl_socket_use_seq(client->sk);
		nlh->nlmsg_pid = nl_socket_get_local_port(client->sk);
		if (!i)
			a.first_seq = nlh->nlmsg_seq;
	}
	ret = nl_sendto(client->sk, batch->buf, batch->len);
	if (ret < 0)
		return mcr_error_set(err, MCR_ERROR_SYSTEM,
				     "the server cannot be reached: %s",
				     nl_geterror(ret));
	if (take_answers(client, &a, err))
		return -1;
	batch->len = 0;
	batch->count = 0;
	return 0;
}
