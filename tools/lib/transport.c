// SPDX-License-Identifier: GPL-2.0
/*
 * The way to a server; see transport.h.
 */
#include "transport.h"

#include <errno.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* What may be waiting for us: a rule of 256 outputs and more. */
#define SOCKET_BUFFER	(1024 * 1024)

static int set_options(int fd)
{
	static const int options[] = {
		NETLINK_EXT_ACK, NETLINK_CAP_ACK, NETLINK_GET_STRICT_CHK,
	};
	int one = 1, size = SOCKET_BUFFER;
	size_t i;

	for (i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (setsockopt(fd, SOL_NETLINK, options[i], &one, sizeof(one)))
			return -1;
	/* Less will do for all but the biggest rules. */
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	return 0;
}

/**
 * mcr_transport_kernel - the way to the kernel, whether the module is there or
 *	not
 * @t: for mcr_transport_close()
 * @err: where to say what is wrong
 *
 * Return: 0, or -1 and an error.
 */
int mcr_transport_kernel(struct mcr_transport *t, struct mcr_error *err)
{
	struct sockaddr_nl any = { .nl_family = AF_NETLINK };

	t->plane = MCR_PLANE_KERNEL;
	t->seq = 0;
	t->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (t->fd < 0 || bind(t->fd, (struct sockaddr *)&any, sizeof(any))) {
		mcr_error_set(err, MCR_ERROR_SYSTEM,
			      "no netlink socket to be had: %s",
			      strerror(errno));
		goto close;
	}
	if (set_options(t->fd)) {
		mcr_error_set(err, MCR_ERROR_SYSTEM,
			      "the kernel is too old: its netlink sockets do not know extended acknowledgments");
		goto close;
	}
	return 0;

close:
	mcr_transport_close(t);
	return -1;
}

/**
 * mcr_transport_close - leave a server
 * @t: the way to it; may be closed already
 */
void mcr_transport_close(struct mcr_transport *t)
{
	if (t->fd >= 0)
		close(t->fd);
	t->fd = -1;
}

/**
 * mcr_transport_send - send a datagram
 * @t: the way
 * @data: one or more messages
 * @len: bytes
 * @err: where to say what is wrong
 *
 * Return: 0, or -1 and an error.
 */
int mcr_transport_send(struct mcr_transport *t, const void *data, size_t len,
		       struct mcr_error *err)
{
	ssize_t sent;

	do {
		sent = send(t->fd, data, len, MSG_NOSIGNAL);
	} while (sent < 0 && errno == EINTR);
	if (sent >= 0)
		return 0;
	return mcr_error_set(err, errno == EPIPE || errno == ECONNRESET ?
				  MCR_ERROR_NO_SERVER : MCR_ERROR_SYSTEM,
			     "the server cannot be reached: %s",
			     strerror(errno));
}

/* Why a read gave nothing. */
static enum mcr_heard failed_read(const struct mcr_transport *t,
				  struct mcr_error *err)
{
	if (errno == EAGAIN || errno == EWOULDBLOCK)
		return MCR_HEARD_NOTHING;
	if (errno == ENOBUFS)
		return MCR_HEARD_MISSED;
	/* It ended, and left unread what we had sent. */
	if (errno == ECONNRESET && t->plane == MCR_PLANE_RELAY)
		return MCR_HEARD_GONE;
	mcr_error_set(err, MCR_ERROR_SYSTEM,
		      "nothing to be read from the server: %s",
		      strerror(errno));
	return MCR_HEARD_FAILED;
}

static ssize_t read_datagram(const struct mcr_transport *t, void *buf,
			     size_t size, int flags, struct sockaddr_nl *from)
{
	socklen_t from_size = sizeof(*from);
	ssize_t ret;

	memset(from, 0, sizeof(*from));
	do {
		ret = recvfrom(t->fd, buf, size, flags,
			       (struct sockaddr *)from, &from_size);
	} while (ret < 0 && errno == EINTR);
	return ret;
}

static void drop(void **buf)
{
	free(*buf);
	*buf = NULL;
}

static enum mcr_heard hear(struct mcr_transport *t, int flags, void **buf,
			   size_t *len, struct mcr_error *err)
{
	struct sockaddr_nl from;
	ssize_t ret;

	*buf = NULL;
	do {
		drop(buf);
		ret = read_datagram(t, NULL, 0, flags | MSG_PEEK | MSG_TRUNC,
				    &from);
		if (ret < 0)
			return failed_read(t, err);
		/* Nobody sends nothing: this is the connection's end. */
		if (!ret && t->plane == MCR_PLANE_RELAY)
			return MCR_HEARD_GONE;
		*buf = malloc(ret ? (size_t)ret : 1);
		if (!*buf) {
			mcr_error_set(err, MCR_ERROR_SYSTEM, "out of memory");
			return MCR_HEARD_FAILED;
		}
		ret = read_datagram(t, *buf, (size_t)ret, flags, &from);
		/* On netlink others may send, too. */
	} while (ret >= 0 && t->plane == MCR_PLANE_KERNEL && from.nl_pid);
	if (ret < 0) {
		drop(buf);
		return failed_read(t, err);
	}
	*len = (size_t)ret;
	return MCR_HEARD_MESSAGE;
}

/**
 * mcr_transport_hear - take the next datagram, without waiting for it
 * @t: the way
 * @buf: tells where it is, for free(); with MCR_HEARD_MESSAGE only
 * @len: tells how many bytes it has
 * @err: where to say what is wrong
 *
 * Return: what came.
 */
enum mcr_heard mcr_transport_hear(struct mcr_transport *t, void **buf,
				  size_t *len, struct mcr_error *err)
{
	return hear(t, MSG_DONTWAIT, buf, len, err);
}

/* Something had to come. Return: 0 if it did; -1 and an error. */
static int must_hear(enum mcr_heard heard, struct mcr_error *err)
{
	switch (heard) {
	case MCR_HEARD_MESSAGE:
		return 0;
	case MCR_HEARD_MISSED:
		return mcr_error_set(err, MCR_ERROR_SYSTEM,
				     "answers of the server were lost");
	case MCR_HEARD_GONE:
		return mcr_error_set(err, MCR_ERROR_NO_SERVER,
				     "the relay daemon hung up: its log says why");
	case MCR_HEARD_NOTHING:
		return mcr_error_set(err, MCR_ERROR_NO_SERVER,
				     "the relay daemon did not answer for %d seconds",
				     MCR_RELAY_PATIENCE);
	case MCR_HEARD_FAILED:
		break;
	}
	return -1;
}

/**
 * mcr_transport_receive - wait for a datagram that must come
 * @t: the way
 * @buf: tells where it is, for free()
 * @len: tells how many bytes it has
 * @err: where to say what is wrong
 *
 * Return: 0, or -1 and an error.
 */
int mcr_transport_receive(struct mcr_transport *t, void **buf, size_t *len,
			  struct mcr_error *err)
{
	return must_hear(hear(t, 0, buf, len, err), err);
}

/* Wait for one datagram, and take all that have come by then. */
static int read_many(const struct mcr_transport *t, struct mcr_mail *mail,
		     struct mmsghdr *heads, struct sockaddr_nl *from)
{
	struct iovec iov[MCR_MAIL_MAX];
	unsigned int i;
	int ret;

	memset(heads, 0, MCR_MAIL_MAX * sizeof(*heads));
	for (i = 0; i < MCR_MAIL_MAX; i++) {
		iov[i].iov_base = mail->letters[i].data;
		iov[i].iov_len = MCR_MAIL_BYTES;
		heads[i].msg_hdr.msg_iov = &iov[i];
		heads[i].msg_hdr.msg_iovlen = 1;
		heads[i].msg_hdr.msg_name = &from[i];
		heads[i].msg_hdr.msg_namelen = sizeof(*from);
	}
	do {
		ret = recvmmsg(t->fd, heads, MCR_MAIL_MAX, MSG_WAITFORONE,
			       NULL);
	} while (ret < 0 && errno == EINTR);
	return ret;
}

static enum mcr_heard hear_many(struct mcr_transport *t, struct mcr_mail *mail,
				struct mcr_error *err)
{
	struct sockaddr_nl from[MCR_MAIL_MAX] = { 0 };
	struct mmsghdr heads[MCR_MAIL_MAX];
	int ret = read_many(t, mail, heads, from), i;

	mail->count = 0;
	if (ret < 0)
		return failed_read(t, err);
	for (i = 0; i < ret; i++) {
		/* On netlink others may send, too. */
		bool foreign = t->plane == MCR_PLANE_KERNEL && from[i].nl_pid;
		bool cut = heads[i].msg_hdr.msg_flags & MSG_TRUNC;

		/* Nobody sends nothing: this is the connection's end. */
		if (t->plane == MCR_PLANE_RELAY && !heads[i].msg_len)
			break;
		mail->letters[i].len = foreign ? 0 : heads[i].msg_len;
		mail->letters[i].cut = cut && !foreign;
	}
	mail->count = (unsigned int)i;
	return i ? MCR_HEARD_MESSAGE : MCR_HEARD_GONE;
}

/**
 * mcr_transport_receive_many - wait for acknowledgments that must come
 * @t: the way
 * @mail: takes as many datagrams as have come once there is one; those of others
 *	are empty
 * @err: where to say what is wrong
 *
 * A system call for each would be most of what a batch costs.
 *
 * Return: 0, or -1 and an error.
 */
int mcr_transport_receive_many(struct mcr_transport *t, struct mcr_mail *mail,
			       struct mcr_error *err)
{
	return must_hear(hear_many(t, mail, err), err);
}

/**
 * mcr_transport_ask - send a request and wait until all of its answer is there
 * @t: the way
 * @msg: the request, but for its number
 * @reply: where to put the answer, as of mcr_reply_init()
 * @err: where to say why there is none
 *
 * Return: 0 if there is an answer, which may be a refusal; -1 and an error.
 */
int mcr_transport_ask(struct mcr_transport *t, struct nl_msg *msg,
		      struct mcr_reply *reply, struct mcr_error *err)
{
	struct nlmsghdr *nlh = nlmsg_hdr(msg);
	size_t len = 0;
	void *buf;

	nlh->nlmsg_flags |= NLM_F_REQUEST;
	nlh->nlmsg_seq = ++t->seq;
	nlh->nlmsg_pid = 0;
	reply->seq = nlh->nlmsg_seq;
	if (mcr_transport_send(t, nlh, nlh->nlmsg_len, err))
		return -1;
	while (!reply->done)
		if (mcr_transport_receive(t, &buf, &len, err) ||
		    mcr_reply_feed(reply, buf, len, err))
			return -1;
	return 0;
}
