// SPDX-License-Identifier: GPL-2.0
/*
 * mcsend through a UDP socket, as applications send: the kernel makes the
 * headers, leaves checksums to the device, and builds super-packets on request.
 */
#include "send.h"

#include <errno.h>
#include <linux/udp.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT	103
#endif
#define UDP_NO_CHECK6	101	/* UDP_NO_CHECK6_TX */

/* The queue of a slow device gets this long to drain. */
#define FULL_MS		10000

static void set(int fd, int level, int name, int value, const char *what)
{
	if (setsockopt(fd, level, name, &value, sizeof(value)))
		die("%s: %s", what, strerror(errno));
}

static void set_ip4(int fd, const struct send_plan *plan)
{
	struct ip_mreqn mreq = { 0 };

	mreq.imr_ifindex = (int)device_index(plan->dev);
	if (setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &mreq, sizeof(mreq)))
		die("IP_MULTICAST_IF %s: %s", plan->dev, strerror(errno));
	set(fd, IPPROTO_IP, IP_MULTICAST_TTL, plan->frame.ttl, "TTL");
	set(fd, IPPROTO_IP, IP_MULTICAST_LOOP, 0, "IP_MULTICAST_LOOP");
	set(fd, IPPROTO_IP, IP_TOS, plan->frame.tos, "IP_TOS");
	set(fd, IPPROTO_IP, IP_MTU_DISCOVER,
	    plan->frame.dont_fragment ? IP_PMTUDISC_DO : IP_PMTUDISC_DONT,
	    "IP_MTU_DISCOVER");
	if (plan->frame.csum == CSUM_ZERO)
		set(fd, SOL_SOCKET, SO_NO_CHECK, 1, "SO_NO_CHECK");
}

static void set_ip6(int fd, const struct send_plan *plan)
{
	set(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, (int)device_index(plan->dev),
	    "IPV6_MULTICAST_IF");
	set(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, plan->frame.ttl,
	    "hop limit");
	set(fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0, "IPV6_MULTICAST_LOOP");
	set(fd, IPPROTO_IPV6, IPV6_TCLASS, plan->frame.tos, "IPV6_TCLASS");
	if (plan->frame.csum == CSUM_ZERO)
		set(fd, IPPROTO_UDP, UDP_NO_CHECK6, 1, "UDP_NO_CHECK6_TX");
}

static socklen_t sockaddr_fill(struct sockaddr_storage *ss,
			       const struct address *addr, uint16_t port,
			       const char *dev)
{
	struct sockaddr_in6 *sin6 = (struct sockaddr_in6 *)ss;
	struct sockaddr_in *sin = (struct sockaddr_in *)ss;

	memset(ss, 0, sizeof(*ss));
	ss->ss_family = (sa_family_t)addr->family;
	if (addr->family == AF_INET) {
		sin->sin_port = htons(port);
		memcpy(&sin->sin_addr, addr->byte, 4);
		return sizeof(*sin);
	}
	sin6->sin6_port = htons(port);
	sin6->sin6_scope_id = device_index(dev);
	memcpy(&sin6->sin6_addr, addr->byte, 16);
	return sizeof(*sin6);
}

static void bind_source(int fd, const struct send_plan *plan)
{
	struct address any = { .family = plan->frame.dst.family };
	const struct address *src = plan->have_src ? &plan->frame.src : &any;
	struct sockaddr_storage ss;
	socklen_t len;

	len = sockaddr_fill(&ss, src, plan->frame.sport, plan->dev);
	if (bind(fd, (struct sockaddr *)&ss, len))
		die("cannot send from %s port %u: %s", address_text(src),
		    plan->frame.sport, strerror(errno));
}

/**
 * send_udp_open - a socket that sends as planned
 * @plan: the plan
 *
 * Return: the descriptor, connected.
 */
int send_udp_open(const struct send_plan *plan)
{
	int family = plan->frame.dst.family;
	struct sockaddr_storage ss;
	socklen_t len;
	int fd;

	fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		die("socket: %s", strerror(errno));
	set(fd, SOL_SOCKET, SO_REUSEADDR, 1, "SO_REUSEADDR");
	if (family == AF_INET)
		set_ip4(fd, plan);
	else
		set_ip6(fd, plan);
	bind_source(fd, plan);
	len = sockaddr_fill(&ss, &plan->frame.dst, plan->frame.dport,
			    plan->dev);
	if (connect(fd, (struct sockaddr *)&ss, len))
		die("cannot send to %s: %s", address_text(&plan->frame.dst),
		    strerror(errno));
	return fd;
}

/**
 * send_udp_burst - send some packets by one call
 * @fd: from send_udp_open()
 * @plan: the plan
 * @flow: which flow
 * @seq: first sequence number
 * @packets: how many; more than one make a super-packet
 */
void send_udp_burst(int fd, const struct send_plan *plan, uint32_t flow,
		    uint64_t seq, uint32_t packets)
{
	struct pollfd pfd = { .fd = fd, .events = POLLOUT };
	static uint8_t buf[FRAME_PAYLOAD_MAX];
	size_t len = (size_t)packets * plan->size;
	uint64_t give_up = now_ns() + FULL_MS * 1000000ULL;

	send_payload(buf, plan, flow, seq, packets);
	if (setsockopt(fd, IPPROTO_UDP, UDP_SEGMENT,
		       &(int){ packets > 1 ? (int)plan->size : 0 },
		       sizeof(int)) && packets > 1)
		die_unsupported("UDP_SEGMENT: %s", strerror(errno));
	while (send(fd, buf, len, 0) < 0) {
		if ((errno != ENOBUFS && errno != EAGAIN) || now_ns() > give_up)
			die("cannot send %zu bytes: %s", len, strerror(errno));
		poll(&pfd, 1, 10);
	}
}
