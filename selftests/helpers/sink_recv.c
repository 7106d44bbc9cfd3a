// SPDX-License-Identifier: GPL-2.0
/*
 * mcsink: receiving, by a packet socket that sees whole frames or by UDP
 * sockets that have joined their group.
 */
#include "sink.h"

#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#define BUFFER_BYTES	(64 << 20)
#define CONTROL_BYTES	256

/* Older headers lack it; the number is the kernel's. */
#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING	23
#endif

static void set(int fd, int level, int name, int value, const char *what)
{
	if (setsockopt(fd, level, name, &value, sizeof(value)))
		die("%s: %s", what, strerror(errno));
}

static void add_promisc(int fd, const struct expect *e)
{
	struct packet_mreq mreq = { .mr_type = PACKET_MR_PROMISC };

	mreq.mr_ifindex = (int)e->ifindex;
	if (setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &mreq,
		       sizeof(mreq)))
		die("promiscuous mode of %s: %s", e->dev, strerror(errno));
}

/**
 * sink_open_packet - one packet socket for all devices
 * @sink: its sections are complete
 */
void sink_open_packet(struct sink *sink)
{
	struct sockaddr_ll ll = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
	};
	size_t i;
	int fd;

	fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		die("packet socket: %s", strerror(errno));
	set(fd, SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_BYTES, "SO_RCVBUFFORCE");
	set(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1,
	    "PACKET_IGNORE_OUTGOING");
	set(fd, SOL_PACKET, PACKET_AUXDATA, 1, "PACKET_AUXDATA");
	for (i = 0; i < sink->sections && !sink->no_promisc; i++)
		add_promisc(fd, &sink->section[i].expect);
	if (sink->sections == 1)
		ll.sll_ifindex = (int)sink->section[0].expect.ifindex;
	if (bind(fd, (struct sockaddr *)&ll, sizeof(ll)))
		die("packet socket: %s", strerror(errno));
	sink->fd[0] = fd;
}

static void join_ip4(int fd, const struct expect *e)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	struct ip_mreqn mreq = { 0 };

	memcpy(&mreq.imr_multiaddr, e->p.dst.byte, 4);
	mreq.imr_ifindex = (int)e->ifindex;
	sin.sin_addr = mreq.imr_multiaddr;
	sin.sin_port = htons(e->p.dport);
	set(fd, IPPROTO_IP, IP_RECVTTL, 1, "IP_RECVTTL");
	set(fd, IPPROTO_IP, IP_RECVTOS, 1, "IP_RECVTOS");
	set(fd, IPPROTO_IP, IP_MULTICAST_ALL, 0, "IP_MULTICAST_ALL");
	if (bind(fd, (struct sockaddr *)&sin, sizeof(sin)) ||
	    setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &mreq, sizeof(mreq)))
		die("cannot join %s on %s: %s", address_text(&e->p.dst),
		    e->dev, strerror(errno));
}

static void join_ip6(int fd, const struct expect *e)
{
	struct sockaddr_in6 sin6 = { .sin6_family = AF_INET6 };
	struct ipv6_mreq mreq = { 0 };

	memcpy(&mreq.ipv6mr_multiaddr, e->p.dst.byte, 16);
	mreq.ipv6mr_interface = e->ifindex;
	sin6.sin6_addr = mreq.ipv6mr_multiaddr;
	sin6.sin6_port = htons(e->p.dport);
	sin6.sin6_scope_id = e->ifindex;
	set(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1, "IPV6_RECVHOPLIMIT");
	set(fd, IPPROTO_IPV6, IPV6_RECVTCLASS, 1, "IPV6_RECVTCLASS");
	if (bind(fd, (struct sockaddr *)&sin6, sizeof(sin6)) ||
	    setsockopt(fd, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, &mreq,
		       sizeof(mreq)))
		die("cannot join %s on %s: %s", address_text(&e->p.dst),
		    e->dev, strerror(errno));
}

/**
 * sink_open_udp - a UDP socket for each device, which joins the group there
 * @sink: its sections are complete, each with group and port
 */
void sink_open_udp(struct sink *sink)
{
	const struct expect *e;
	size_t i;
	int fd;

	for (i = 0; i < sink->sections; i++) {
		e = &sink->section[i].expect;
		fd = socket(e->p.dst.family,
			    SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		if (fd < 0)
			die("socket: %s", strerror(errno));
		set(fd, SOL_SOCKET, SO_REUSEADDR, 1, "SO_REUSEADDR");
		set(fd, SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_BYTES,
		    "SO_RCVBUFFORCE");
		if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, e->dev,
			       (socklen_t)strlen(e->dev)))
			die("socket on %s: %s", e->dev, strerror(errno));
		if (e->p.dst.family == AF_INET)
			join_ip4(fd, e);
		else
			join_ip6(fd, e);
		sink->fd[i] = fd;
	}
}

/* Several sections of one device are alternatives: the first that fits. */
static void take_frame(struct sink *sink, unsigned int ifindex,
		       const uint8_t *buf, size_t len,
		       const struct tpacket_auxdata *aux)
{
	bool partial = aux->tp_status & TP_STATUS_CSUMNOTREADY;
	struct section *first = NULL, *s;
	const char *fault, *why = NULL;
	struct payload_id id;
	struct parsed p;
	size_t i;

	fault = frame_parse(buf, len, &p);
	if (aux->tp_status & TP_STATUS_VLAN_VALID)
		p.vlan = aux->tp_vlan_tci & 0xfff;
	if (!fault && !payload_read(p.payload, p.payload_len, &id))
		fault = "numbered packet in the wrong place";
	if (fault && !payload_is_within(buf, len))
		return;
	for (i = 0; i < sink->sections; i++) {
		s = &sink->section[i];
		if (s->expect.ifindex != ifindex)
			continue;
		if (!first)
			first = s;
		if (fault || id.flow == PAYLOAD_FLOW_END)
			continue;
		why = expect_judge(&s->expect, &p, partial,
				   p.payload_len > id.size);
		if (!why) {
			first = s;
			break;
		}
	}
	if (!first)
		return;
	sink->last_ns = now_ns();
	if (fault)
		tally_stray(first, fault);
	else
		tally_packets(first, &p, partial, why);
}

static void take_control(struct msghdr *msg, struct tpacket_auxdata *aux,
			 struct parsed *p)
{
	struct cmsghdr *c;
	int value;

	for (c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level == SOL_PACKET &&
		    c->cmsg_type == PACKET_AUXDATA) {
			memcpy(aux, CMSG_DATA(c), sizeof(*aux));
			continue;
		}
		memcpy(&value, CMSG_DATA(c), sizeof(value));
		if ((c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_TTL) ||
		    (c->cmsg_level == IPPROTO_IPV6 &&
		     c->cmsg_type == IPV6_HOPLIMIT))
			p->ttl = (uint8_t)value;
		else if (c->cmsg_level == IPPROTO_IPV6 &&
			 c->cmsg_type == IPV6_TCLASS)
			p->tos = (uint8_t)value;
		else if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_TOS)
			p->tos = *CMSG_DATA(c);
	}
}

static void take_datagram(struct sink *sink, struct section *s,
			  struct parsed *p, const struct sockaddr_storage *from)
{
	const struct sockaddr_in6 *sin6 = (const struct sockaddr_in6 *)from;
	const struct sockaddr_in *sin = (const struct sockaddr_in *)from;

	p->proto = IPPROTO_UDP;
	p->dst = s->expect.p.dst;
	p->dport = s->expect.p.dport;
	p->src.family = from->ss_family;
	if (from->ss_family == AF_INET) {
		memcpy(p->src.byte, &sin->sin_addr, 4);
		p->sport = ntohs(sin->sin_port);
	} else {
		memcpy(p->src.byte, &sin6->sin6_addr, 16);
		p->sport = ntohs(sin6->sin6_port);
	}
	sink->last_ns = now_ns();
	tally_packets(s, p, false, expect_judge(&s->expect, p, false, false));
}

/**
 * sink_receive - take all that a socket holds
 * @sink: the sink
 * @socket: which of its sockets
 */
void sink_receive(struct sink *sink, size_t socket)
{
	static uint8_t buf[FRAME_MAX];
	uint8_t control[CONTROL_BYTES];
	struct iovec iov = { .iov_base = buf, .iov_len = sizeof(buf) };
	struct sockaddr_storage from;
	struct sockaddr_ll *ll = (struct sockaddr_ll *)&from;
	struct tpacket_auxdata aux;
	struct parsed p;
	struct msghdr msg;
	ssize_t len;

	for (;;) {
		msg = (struct msghdr){
			.msg_name = &from, .msg_namelen = sizeof(from),
			.msg_iov = &iov, .msg_iovlen = 1,
			.msg_control = control,
			.msg_controllen = sizeof(control),
		};
		len = recvmsg(sink->fd[socket], &msg, 0);
		if (len < 0) {
			/* ENETDOWN: a device went down, which tests do. */
			if (errno == EINTR || errno == ENETDOWN)
				continue;
			if (errno == EAGAIN)
				return;
			die("receive: %s", strerror(errno));
		}
		memset(&aux, 0, sizeof(aux));
		memset(&p, 0, sizeof(p));
		p.vlan = FRAME_VLAN_NONE;
		take_control(&msg, &aux, &p);
		if (!sink->udp) {
			take_frame(sink, (unsigned int)ll->sll_ifindex, buf,
				   (size_t)len, &aux);
			continue;
		}
		p.payload = buf;
		p.payload_len = (size_t)len;
		take_datagram(sink, &sink->section[socket], &p, &from);
	}
}

/**
 * sink_overrun - frames that came too fast for this program
 * @sink: the sink
 *
 * Return: how many since the last call; 0 for UDP sockets, which do not say.
 */
uint64_t sink_overrun(const struct sink *sink)
{
	struct tpacket_stats stats = { 0 };
	socklen_t len = sizeof(stats);

	if (sink->udp || getsockopt(sink->fd[0], SOL_PACKET, PACKET_STATISTICS,
				    &stats, &len))
		return 0;
	return stats.tp_drops;
}
