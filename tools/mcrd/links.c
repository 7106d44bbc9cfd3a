// SPDX-License-Identifier: GPL-2.0
/*
 * Network devices and their addresses; see links.h.
 *
 * What is told on the way is taken as it comes. Addresses are asked for anew each
 * time some change: their order matters, and only a dump has it. If messages were
 * lost all is asked for anew, and what is not in the answer is gone. Where that does
 * not work it is tried again until it does.
 *
 * It includes libnl's headers, and no others with functions of these names.
 */
#include "links.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "../kapi/kapi.h"
#include "addrs.h"
#include "plane_out.h"
#include "retry.h"

#define RECEIVE_BYTES	(4 * 1024 * 1024)

/* A dump that was overtaken by changes is repeated so often. */
#define DUMP_TRIES	20

/* In one turn: memory may be short for longer than messages come. */
#define LOSSES_A_TURN	16

/*
 * Messages about links that are carried out one by one, of those that wait. With
 * some of them sockets are opened and closed, which takes longer than it takes
 * somebody to change a device: all of them, and there would be no end.
 */
#define TAKEN_MAX	16U

/**
 * struct link - a device
 * @next: in a bucket
 * @info: as rtnetlink says
 * @addrs: its addresses
 * @fresh: its addresses, as the dump under way has them
 * @seen: it is in the dump under way
 */
struct link {
	struct link *next;
	struct kapi_link info;
	struct mcrd_addrs addrs;
	struct mcrd_addrs fresh;
	bool seen;
};

#define BUCKETS		1024U

/**
 * struct mcrd_links - all devices
 * @log: the daemon's
 * @poll: the loop's
 * @events: a socket on which changes are told
 * @queries: a socket for questions; NULL: the next question opens one
 * @watch: of @events
 * @links: struct link by index
 * @stale_addrs: addresses have changed
 * @stale: messages were lost
 * @retry: when to ask once more, if that has failed
 * @taken: messages about links that were carried out, of those that wait
 * @skipped: there were more, which were not
 */
struct mcrd_links {
	const struct mcrd_log *log;
	struct mcrd_poll *poll;
	struct nl_sock *events;
	struct nl_sock *queries;
	struct mcrd_watch watch;
	struct link *links[BUCKETS];
	bool stale_addrs;
	bool stale;
	struct mcrd_retry retry;
	unsigned int taken;
	bool skipped;
};

static struct link **find(struct mcrd_links *l, int ifindex)
{
	struct link **at = &l->links[(unsigned int)ifindex % BUCKETS];

	while (*at && (*at)->info.ifindex != ifindex)
		at = &(*at)->next;
	return at;
}

static void tell_plane(const struct link *link)
{
	struct mcrd_dev dev = {
		.ifindex = (__u32)link->info.ifindex,
		.mtu = link->info.mtu,
		.flags = link->info.flags,
		.type = link->info.type,
	};

	memcpy(dev.mac, link->info.addr, sizeof(dev.mac));
	memcpy(dev.name, link->info.name, sizeof(dev.name));
	mcrd_addrs_sources(&link->addrs, &dev);
	mcrd_plane_dev(&dev);
}

/* --- Links */

static void read_info(struct nlattr *linkinfo, struct kapi_link *info)
{
	struct nlattr *kind = nla_find(nla_data(linkinfo), nla_len(linkinfo),
				       IFLA_INFO_KIND);

	if (kind)
		nla_strlcpy(info->kind, kind, sizeof(info->kind));
}

static bool read_link(struct nlmsghdr *nlh, struct kapi_link *info)
{
	const struct ifinfomsg *ifi = nlmsg_data(nlh);
	struct nlattr *a[IFLA_MAX + 1];

	/* Bridges tell of their ports in messages of this kind, too. */
	if (!nlmsg_valid_hdr(nlh, sizeof(*ifi)) ||
	    ifi->ifi_family != AF_UNSPEC ||
	    nlmsg_parse(nlh, sizeof(*ifi), a, IFLA_MAX, NULL) < 0 ||
	    !a[IFLA_IFNAME] || a[IFLA_WIRELESS])
		return false;
	memset(info, 0, sizeof(*info));
	info->ifindex = ifi->ifi_index;
	info->type = ifi->ifi_type;
	info->flags = ifi->ifi_flags;
	nla_strlcpy(info->name, a[IFLA_IFNAME], sizeof(info->name));
	if (a[IFLA_MTU])
		info->mtu = nla_get_u32(a[IFLA_MTU]);
	if (a[IFLA_ADDRESS] &&
	    nla_len(a[IFLA_ADDRESS]) == (int)sizeof(info->addr)) {
		memcpy(info->addr, nla_data(a[IFLA_ADDRESS]),
		       sizeof(info->addr));
		info->addr_len = sizeof(info->addr);
	}
	if (a[IFLA_LINK])
		info->iflink = (int)nla_get_u32(a[IFLA_LINK]);
	info->link_elsewhere = a[IFLA_LINK_NETNSID];
	if (a[IFLA_LINKINFO])
		read_info(a[IFLA_LINKINFO], info);
	if (a[IFLA_CARRIER_UP_COUNT])
		info->carrier_ups = (int)nla_get_u32(a[IFLA_CARRIER_UP_COUNT]);
	return true;
}

static void without_memory(struct mcrd_links *l)
{
	mcrd_log(l->log, LOG_ERR, "no memory to follow devices");
	l->stale = true;
}

static void link_set(struct mcrd_links *l, const struct kapi_link *info)
{
	struct link **at = find(l, info->ifindex), *link = *at;

	if (!link) {
		link = calloc(1, sizeof(*link));
		if (!link) {
			without_memory(l);
			return;
		}
		*at = link;
	} else if (strcmp(link->info.name, info->name) != 0) {
		mcrd_plane_dev_gone(link->info.name, link->info.ifindex);
	}
	link->info = *info;
	link->seen = true;
	tell_plane(link);
	kapi_link_set(info);
}

static void link_gone(struct mcrd_links *l, int ifindex)
{
	struct link **at = find(l, ifindex), *link = *at;

	if (!link)
		return;
	*at = link->next;
	mcrd_plane_dev_gone(link->info.name, link->info.ifindex);
	mcrd_addrs_free(&link->addrs);
	mcrd_addrs_free(&link->fresh);
	free(link);
	kapi_link_gone(ifindex);
}

/* --- Addresses */

static void read_addr(struct nlmsghdr *nlh, struct mcrd_links *l)
{
	const struct ifaddrmsg *ifa = nlmsg_data(nlh);
	struct kapi_addr addr = { 0 };
	struct nlattr *a[IFA_MAX + 1], *value;
	struct link *link;
	int len;

	if (!nlmsg_valid_hdr(nlh, sizeof(*ifa)) ||
	    nlmsg_parse(nlh, sizeof(*ifa), a, IFA_MAX, NULL) < 0)
		return;
	len = ifa->ifa_family == AF_INET ? 4 : 16;
	/* With a peer's address, the other one is ours. */
	value = a[IFA_LOCAL] ? a[IFA_LOCAL] : a[IFA_ADDRESS];
	link = *find(l, (int)ifa->ifa_index);
	if (!link || !value || nla_len(value) != len ||
	    (ifa->ifa_family != AF_INET && ifa->ifa_family != AF_INET6))
		return;
	addr.family = ifa->ifa_family;
	addr.scope = ifa->ifa_scope;
	addr.flags = a[IFA_FLAGS] ? nla_get_u32(a[IFA_FLAGS]) : ifa->ifa_flags;
	memcpy(addr.addr, nla_data(value), (size_t)len);
	if (mcrd_addrs_add(&link->fresh, &addr))
		without_memory(l);
}

static void use_addrs(struct link *link)
{
	bool same = mcrd_addrs_equal(&link->addrs, &link->fresh);

	mcrd_addrs_swap(&link->addrs, &link->fresh);
	mcrd_addrs_free(&link->fresh);
	if (same)
		return;
	tell_plane(link);
	kapi_addrs_set(link->info.ifindex, link->addrs.addr, link->addrs.n);
}

/* --- Dumps */

static int on_dumped(struct nl_msg *msg, void *arg)
{
	struct nlmsghdr *nlh = nlmsg_hdr(msg);
	struct mcrd_links *l = arg;
	struct kapi_link info;

	if (nlh->nlmsg_type == RTM_NEWLINK && read_link(nlh, &info))
		link_set(l, &info);
	else if (nlh->nlmsg_type == RTM_NEWADDR)
		read_addr(nlh, l);
	return NL_OK;
}

static struct nl_sock *open_socket(struct mcrd_links *l,
				   nl_recvmsg_msg_cb_t func)
{
	struct nl_sock *sk = nl_socket_alloc();

	if (!sk)
		return NULL;
	nl_socket_modify_cb(sk, NL_CB_VALID, NL_CB_CUSTOM, func, l);
	if (nl_connect(sk, NETLINK_ROUTE) < 0 ||
	    nl_socket_set_buffer_size(sk, RECEIVE_BYTES, 0) < 0) {
		nl_socket_free(sk);
		return NULL;
	}
	return sk;
}

/*
 * Again if it was overtaken: libnl says so for a dump that netlink found to be
 * inconsistent. What was read before is read once more.
 */
static int dump(struct mcrd_links *l, int type, void (*begin)(struct link *))
{
	struct rtgenmsg gen = { .rtgen_family = AF_UNSPEC };
	int tries = DUMP_TRIES, ret = -NLE_NOMEM;
	struct link *link;
	unsigned int i;

	if (!l->queries)
		l->queries = open_socket(l, on_dumped);
	while (l->queries && tries--) {
		for (i = 0; i < BUCKETS; i++)
			for (link = l->links[i]; link; link = link->next)
				begin(link);
		ret = nl_send_simple(l->queries, type, NLM_F_DUMP, &gen,
				     sizeof(gen));
		if (ret >= 0)
			ret = nl_recvmsgs_default(l->queries);
		if (ret != -NLE_DUMP_INTR)
			break;
	}
	if (ret >= 0)
		return 0;
	/* The rest of this answer is none to the next question. */
	nl_socket_free(l->queries);
	l->queries = NULL;
	if (!l->retry.delay)
		mcrd_log(l->log, LOG_ERR, "devices cannot be asked for: %s",
			 nl_geterror(ret));
	return -1;
}

static void begin_links(struct link *link)
{
	link->seen = false;
}

static void begin_addrs(struct link *link)
{
	mcrd_addrs_free(&link->fresh);
}

static int dump_links(struct mcrd_links *l)
{
	struct link *link, *next;
	unsigned int i;

	if (dump(l, RTM_GETLINK, begin_links))
		return -1;
	for (i = 0; i < BUCKETS; i++) {
		for (link = l->links[i]; link; link = next) {
			next = link->next;
			if (!link->seen)
				link_gone(l, link->info.ifindex);
		}
	}
	return 0;
}

static int dump_addrs(struct mcrd_links *l)
{
	struct link *link;
	unsigned int i;

	if (dump(l, RTM_GETADDR, begin_addrs))
		return -1;
	for (i = 0; i < BUCKETS; i++)
		for (link = l->links[i]; link; link = link->next)
			use_addrs(link);
	return 0;
}

/* --- Events */

static void on_link(struct mcrd_links *l, struct nlmsghdr *nlh)
{
	const struct ifinfomsg *ifi = nlmsg_data(nlh);
	struct kapi_link info;

	if (l->taken == TAKEN_MAX) {
		l->skipped = true;
		return;
	}
	l->taken++;
	if (nlh->nlmsg_type == RTM_NEWLINK) {
		if (read_link(nlh, &info))
			link_set(l, &info);
	} else if (nlmsg_valid_hdr(nlh, sizeof(*ifi)) &&
		   ifi->ifi_family == AF_UNSPEC) {
		link_gone(l, ifi->ifi_index);
	}
}

static int on_told(struct nl_msg *msg, void *arg)
{
	struct nlmsghdr *nlh = nlmsg_hdr(msg);
	struct mcrd_links *l = arg;

	switch (nlh->nlmsg_type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
		on_link(l, nlh);
		break;
	case RTM_NEWADDR:
	case RTM_DELADDR:
		l->stale_addrs = true;
		break;
	}
	return NL_OK;
}

/* Ask for all that is not known. What comes up on the way is for the next time. */
static bool ask(struct mcrd_links *l)
{
	if (l->stale || l->skipped) {
		l->stale = false;
		l->skipped = false;
		l->stale_addrs = true;
		if (dump_links(l))
			l->stale = true;
	}
	if (!l->stale && l->stale_addrs) {
		l->stale_addrs = false;
		if (dump_addrs(l))
			l->stale_addrs = true;
	}
	return !l->stale && !l->stale_addrs;
}

/* Be where rtnetlink is. */
static void settle(struct mcrd_links *l)
{
	if ((!l->stale && !l->skipped && !l->stale_addrs) ||
	    !mcrd_retry_is_due(&l->retry))
		return;
	if (l->stale && !l->retry.delay)
		mcrd_log(l->log, LOG_NOTICE,
			 "changes of devices came too fast: asking for all of them");
	if (!ask(l)) {
		mcrd_retry_failed(&l->retry);
		return;
	}
	if (l->retry.delay)
		mcrd_log(l->log, LOG_NOTICE, "devices are followed again");
	mcrd_retry_done(&l->retry);
}

/**
 * mcrd_links_follow - take what rtnetlink has told of, without waiting
 * @l: all devices
 *
 * Workers know it when this returns. Called before a peer's message is carried
 * out, too: what it did to devices before has happened.
 */
void mcrd_links_follow(struct mcrd_links *l)
{
	int losses = 0, ret;

	kapi_links_begin();
	l->taken = 0;
	do {
		ret = nl_recvmsgs_default(l->events);
		/* As it says ENOBUFS. */
		if (ret == -NLE_NOMEM) {
			l->stale = true;
			losses++;
		}
	} while (ret >= 0 ||
		 (ret == -NLE_NOMEM && losses < LOSSES_A_TURN));
	if (ret != -NLE_AGAIN && ret != -NLE_NOMEM && ret != -NLE_INTR)
		mcrd_log(l->log, LOG_ERR, "devices cannot be followed: %s",
			 nl_geterror(ret));
	settle(l);
	kapi_links_end();
}

/**
 * mcrd_links_run - try again what has failed, if it is time
 * @l: all devices
 */
void mcrd_links_run(struct mcrd_links *l)
{
	if (l->retry.delay && mcrd_retry_is_due(&l->retry))
		mcrd_links_follow(l);
}

/**
 * mcrd_links_due_ms - when is mcrd_links_run() to be called?
 * @l: all devices
 *
 * Return: milliseconds from now; -1: not by itself.
 */
int mcrd_links_due_ms(const struct mcrd_links *l)
{
	return mcrd_retry_due_ms(&l->retry);
}

static void on_events(void *arg, uint32_t events)
{
	(void)events;
	mcrd_links_follow(arg);
}

/* Listen first, and then ask: nothing is missed in between. */
static int begin(struct mcrd_links *l)
{
	bool known;

	l->events = open_socket(l, on_told);
	if (!l->events)
		return -1;
	nl_socket_disable_seq_check(l->events);
	if (nl_socket_set_nonblocking(l->events) < 0 ||
	    nl_socket_add_memberships(l->events, RTNLGRP_LINK,
				      RTNLGRP_IPV4_IFADDR,
				      RTNLGRP_IPV6_IFADDR, 0) < 0)
		return -1;
	l->watch = (struct mcrd_watch){
		.fd = nl_socket_get_fd(l->events),
		.ready = on_events,
		.arg = l,
	};
	if (mcrd_poll_add(l->poll, &l->watch, EPOLLIN))
		return -1;
	kapi_links_begin();
	l->stale = true;
	known = ask(l);
	kapi_links_end();
	return known ? 0 : -1;
}

/**
 * mcrd_links_open - know all devices, and follow them
 * @log: where to say what is wrong
 * @poll: the loop's
 *
 * Return: for mcrd_links_close(), or NULL if that was said.
 */
struct mcrd_links *mcrd_links_open(const struct mcrd_log *log,
				   struct mcrd_poll *poll)
{
	struct mcrd_links *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	l->log = log;
	l->poll = poll;
	l->watch.fd = -1;
	if (!begin(l))
		return l;
	mcrd_log(log, LOG_ERR, "network devices cannot be followed");
	mcrd_links_close(l);
	return NULL;
}

/**
 * mcrd_links_close - follow devices no more
 * @l: all there is to know of them; may be NULL
 *
 * To the rules, all devices are gone then.
 */
void mcrd_links_close(struct mcrd_links *l)
{
	unsigned int i;

	if (!l)
		return;
	for (i = 0; i < BUCKETS; i++)
		while (l->links[i])
			link_gone(l, l->links[i]->info.ifindex);
	if (l->watch.fd >= 0)
		mcrd_poll_del(l->poll, &l->watch);
	nl_socket_free(l->events);
	nl_socket_free(l->queries);
	free(l);
}
