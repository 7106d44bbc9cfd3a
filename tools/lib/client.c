// SPDX-License-Identifier: GPL-2.0
/*
 * A connection to the server; see client.h.
 */
#include "client.h"

#include <linux/netlink.h>
#include <stdlib.h>
#include <unistd.h>

#include "relay.h"

/* A dump that meets a change is repeated that often. */
#define DUMP_TRIES	5

/**
 * struct mcr_client - a connection
 * @server: which server it is to, never MCR_PLANE_AUTO
 * @transport: the way to it
 * @family: what it calls the protocol's family
 * @missing: the plane whose server is not there; MCR_PLANE_AUTO: none, or it is not
 *	known
 * @mail: what answers to batches are read into; NULL: there was no batch yet
 */
struct mcr_client {
	struct mcr_server server;
	struct mcr_transport transport;
	struct mcr_family family;
	enum mcr_plane missing;
	struct mcr_mail *mail;
};

static int reach(struct mcr_client *client, struct mcr_error *err)
{
	if (mcr_server_open(&client->server, &client->transport,
			    &client->family, err))
		return -1;
	client->server.plane = client->transport.plane;
	return 0;
}

static int get_status(struct mcr_client *client, struct mcr_status *status,
		      struct mcr_error *err)
{
	struct nl_msg *msg = mcr_msg_new(MCR_CMD_STATUS_GET, 0);
	struct mcr_reply_walk walk;
	struct mcr_reply reply;
	struct nlmsghdr *nlh;
	int ret = -1;

	mcr_reply_init(&reply, false);
	if (!msg) {
		mcr_error_set(err, MCR_ERROR_SYSTEM, "out of memory");
	} else if (!mcr_client_do(client, msg, &reply, err)) {
		mcr_reply_walk_init(&walk, &reply);
		nlh = mcr_reply_next(&walk);
		ret = nlh ? mcr_msg_parse_status(nlh, status, err) :
			    mcr_error_set(err, MCR_ERROR_SYSTEM,
					  "the server told nothing about itself");
	}
	mcr_reply_exit(&reply);
	nlmsg_free(msg);
	return ret;
}

/*
 * A relay that has handed its rules to the kernel module says so. Its word is
 * taken once: who is sent back and forth would never get there.
 */
static int follow(struct mcr_client *client, struct mcr_error *err)
{
	struct mcr_status status = { 0 };

	/* The relay was looked for first. */
	client->missing = MCR_PLANE_RELAY;
	if (client->transport.plane != MCR_PLANE_RELAY)
		return 0;
	if (get_status(client, &status, err))
		return -1;
	mcr_status_free(&status);
	client->missing = status.authority == MCR_AUTHORITY_SELF ?
			  MCR_PLANE_KERNEL : MCR_PLANE_AUTO;
	if (status.redirect != MCR_PLANE_KERNEL)
		return 0;
	client->missing = MCR_PLANE_AUTO;
	mcr_transport_close(&client->transport);
	client->server.plane = MCR_PLANE_KERNEL;
	return reach(client, err);
}

/**
 * mcr_client_open - connect to the server
 * @server: which one. With MCR_PLANE_AUTO, where the relay says to ask the
 *	kernel module instead, that is done
 * @err: where to say what is wrong
 *
 * Looking for the kernel's server loads the module if it is installed.
 *
 * Return: a connection for mcr_client_close(), or NULL and an error.
 */
struct mcr_client *mcr_client_open(const struct mcr_server *server,
				   struct mcr_error *err)
{
	struct mcr_client *client = calloc(1, sizeof(*client));

	if (!client) {
		mcr_error_set(err, MCR_ERROR_SYSTEM, "out of memory");
		return NULL;
	}
	client->server = *server;
	client->transport.fd = -1;
	if (!reach(client, err) &&
	    (server->plane != MCR_PLANE_AUTO || !follow(client, err)))
		return client;
	mcr_client_close(client);
	return NULL;
}

/**
 * mcr_client_known - connect to the kernel module, which is known to be there
 * @family: what it calls the protocol's family
 * @err: where to say what is wrong
 *
 * The module is not asked for, so that it is not loaded if it went meanwhile.
 *
 * Return: a connection for mcr_client_close(), or NULL and an error.
 */
struct mcr_client *mcr_client_known(const struct mcr_family *family,
				    struct mcr_error *err)
{
	struct mcr_client *client = calloc(1, sizeof(*client));

	if (!client) {
		mcr_error_set(err, MCR_ERROR_SYSTEM, "out of memory");
		return NULL;
	}
	client->server.plane = MCR_PLANE_KERNEL;
	client->family = *family;
	if (!mcr_transport_kernel(&client->transport, err))
		return client;
	free(client);
	return NULL;
}

/**
 * mcr_client_adopt - use a connection to the relay daemon that there is
 * @fd: the connection; closed with the client, or if there is none
 * @err: where to say what is wrong
 *
 * Return: a connection for mcr_client_close(), or NULL and an error.
 */
struct mcr_client *mcr_client_adopt(int fd, struct mcr_error *err)
{
	struct mcr_client *client = calloc(1, sizeof(*client));

	if (!client) {
		close(fd);
		mcr_error_set(err, MCR_ERROR_SYSTEM, "out of memory");
		return NULL;
	}
	client->server.plane = MCR_PLANE_RELAY;
	if (!mcr_relay_adopt(&client->transport, fd, err) &&
	    !mcr_server_family(&client->transport, MCR_GENL_NAME,
			       MCR_MCGRP_NOTIFY, &client->family, err))
		return client;
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
	mcr_transport_close(&client->transport);
	free(client->mail);
	free(client);
}

/**
 * mcr_client_server - to which server is it?
 * @client: the connection
 *
 * Return: the server, of which it is known who it is; owned by the connection.
 */
const struct mcr_server *mcr_client_server(const struct mcr_client *client)
{
	return &client->server;
}

/**
 * mcr_client_missing - whose rules does nobody carry out?
 * @client: the connection
 *
 * Return: the plane whose server is not there; MCR_PLANE_AUTO: none, or it is not
 * known, as where one server was asked for.
 */
enum mcr_plane mcr_client_missing(const struct mcr_client *client)
{
	return client->missing;
}

static int ask(struct mcr_client *client, struct nl_msg *msg, int flags,
	       struct mcr_reply *reply, struct mcr_error *err)
{
	struct nlmsghdr *nlh = nlmsg_hdr(msg);

	nlh->nlmsg_type = client->family.id;
	nlh->nlmsg_flags |= (__u16)flags;
	return mcr_transport_ask(&client->transport, msg, reply, err);
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
	return ask(client, msg, NLM_F_ACK, reply, err);
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
		if (ask(client, msg, NLM_F_DUMP, reply, err))
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

static int take_letter(struct answers *a, struct nlmsghdr *nlh, size_t len,
		       bool cut, struct mcr_error *err)
{
	int rem = (int)len, ret = 0;

	/* Acknowledgments are short: of an earlier request, which was given up. */
	if (cut && nlh->nlmsg_seq - a->first_seq >= a->batch->count)
		return 0;
	for (; !ret && nlmsg_ok(nlh, rem); nlh = nlmsg_next(nlh, &rem))
		ret = take_answer(a, nlh, err);
	if (!ret && (rem > 0 || cut))
		ret = mcr_error_set(err, MCR_ERROR_SYSTEM,
				    "the server's reply cannot be read: a message is cut off");
	return ret;
}

static int take_answers(struct mcr_client *client, struct answers *a,
			struct mcr_error *err)
{
	struct mcr_mail *mail = client->mail;
	unsigned int i;
	int ret = 0;

	while (a->missing && !ret) {
		if (mcr_transport_receive_many(&client->transport, mail, err))
			return -1;
		for (i = 0; i < mail->count && !ret; i++)
			ret = take_letter(a, &mail->letters[i].first,
					  mail->letters[i].len,
					  mail->letters[i].cut, err);
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

	if (!client->mail)
		client->mail = malloc(sizeof(*client->mail));
	if (!client->mail)
		return mcr_error_set(err, MCR_ERROR_SYSTEM, "out of memory");
	for (i = 0; i < batch->count; i++) {
		nlh = (struct nlmsghdr *)(void *)(batch->buf +
						  batch->offsets[i]);
		nlh->nlmsg_type = client->family.id;
		nlh->nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
		nlh->nlmsg_seq = ++client->transport.seq;
		nlh->nlmsg_pid = 0;
		if (!i)
			a.first_seq = nlh->nlmsg_seq;
	}
	if (mcr_transport_send(&client->transport, batch->buf, batch->len,
			       err) ||
	    take_answers(client, &a, err))
		return -1;
	batch->len = 0;
	batch->count = 0;
	return 0;
}
