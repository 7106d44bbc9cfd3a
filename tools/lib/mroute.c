// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's own multicast routes; see mroute.h.
 */
#include "mroute.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <stdlib.h>
#include <string.h>

static struct mcr_mroute *add_route(struct mcr_mroutes *routes)
{
	struct mcr_mroute *route = routes->route;
	size_t room = routes->room ? routes->room * 2 : 16;

	if (routes->count == routes->room) {
		route = reallocarray(route, room, sizeof(*route));
		if (!route)
			return NULL;
		routes->route = route;
		routes->room = room;
	}
	route += routes->count;
	memset(route, 0, sizeof(*route));
	return route;
}

static void parse_oifs(struct mcr_mroute *route, const struct nlattr *multipath)
{
	int rem = nla_len(multipath);
	struct rtnexthop *hop;

	for (hop = nla_data(multipath); RTNH_OK(hop, rem);
	     rem -= RTNH_ALIGN(hop->rtnh_len), hop = RTNH_NEXT(hop)) {
		if (route->oifs < MCR_MROUTE_OIFS)
			route->oif[route->oifs] = (__u32)hop->rtnh_ifindex;
		route->oifs++;
	}
}

static int parse_addr(union mcr_addr *addr, const struct nlattr *attr, int len)
{
	if (!attr || nla_len(attr) != len)
		return -1;
	memcpy(addr, nla_data(attr), (size_t)len);
	return 0;
}

/*
 * Take a route that forwards. Where no routing daemon can be, the answer is all
 * of the unicast routes; and routes are told that wait for one to decide.
 */
static int take_route(struct nl_msg *msg, void *arg)
{
	struct nlmsghdr *nlh = nlmsg_hdr(msg);
	struct mcr_mroutes *routes = arg;
	struct nlattr *attr[RTA_MAX + 1];
	struct mcr_mroute *route;
	struct rtmsg *rtm;
	int len;

	if (nlmsg_parse(nlh, sizeof(*rtm), attr, RTA_MAX, NULL) < 0)
		return NL_SKIP;
	rtm = nlmsg_data(nlh);
	if ((rtm->rtm_family != RTNL_FAMILY_IPMR &&
	     rtm->rtm_family != RTNL_FAMILY_IP6MR) ||
	    rtm->rtm_type != RTN_MULTICAST || !attr[RTA_IIF] ||
	    !attr[RTA_MULTIPATH])
		return NL_SKIP;
	route = add_route(routes);
	if (!route)
		return -NLE_NOMEM;
	route->family = rtm->rtm_family == RTNL_FAMILY_IPMR ? AF_INET :
							     AF_INET6;
	len = (int)mcr_addr_bits(route->family) / 8;
	if (parse_addr(&route->group, attr[RTA_DST], len) ||
	    parse_addr(&route->src, attr[RTA_SRC], len))
		return NL_SKIP;
	route->iif = nla_get_u32(attr[RTA_IIF]);
	parse_oifs(route, attr[RTA_MULTIPATH]);
	if (route->oifs)
		routes->count++;
	return NL_OK;
}

static int read_family(struct nl_sock *sk, int family)
{
	struct rtmsg rtm = { .rtm_family = (unsigned char)family };
	int ret;

	ret = nl_send_simple(sk, RTM_GETROUTE, NLM_F_DUMP, &rtm, sizeof(rtm));
	return ret < 0 ? ret : nl_recvmsgs_default(sk);
}

/**
 * mcr_mroutes_read - read the multicast routes of this network namespace
 * @routes: empty; for mcr_mroutes_free() whatever happens
 *
 * Reading takes no privileges.
 *
 * Return: 0, or -1 if they cannot be known; then there are none in @routes.
 */
int mcr_mroutes_read(struct mcr_mroutes *routes)
{
	struct nl_sock *sk = nl_socket_alloc();
	int ret = -1;

	if (!sk)
		return -1;
	if (nl_connect(sk, NETLINK_ROUTE))
		goto free;
	if (nl_socket_modify_cb(sk, NL_CB_VALID, NL_CB_CUSTOM, take_route,
				routes))
		goto free;
	if (read_family(sk, RTNL_FAMILY_IPMR) < 0 ||
	    read_family(sk, RTNL_FAMILY_IP6MR) < 0)
		mcr_mroutes_free(routes);
	else
		ret = 0;
free:
	nl_socket_free(sk);
	return ret;
}

/**
 * mcr_mroutes_free - forget multicast routes
 * @routes: the routes, none afterwards
 */
void mcr_mroutes_free(struct mcr_mroutes *routes)
{
	free(routes->route);
	memset(routes, 0, sizeof(*routes));
}

static bool is_any(const union mcr_addr *addr)
{
	static const union mcr_addr any;

	return mcr_addr_equal(addr, &any);
}

/* An address of a route and a prefix of a rule: can a packet have both? */
static bool meets(const union mcr_addr *addr, const union mcr_addr *prefix,
		  __u8 family, unsigned int len)
{
	union mcr_addr masked = *addr;

	if (is_any(addr))
		return true;
	mcr_addr_mask(&masked, family, len);
	return mcr_addr_equal(&masked, prefix);
}

/**
 * mcr_mroute_takes - does a route forward packets that a rule takes, too?
 * @route: the route
 * @rule: the rule
 * @ifindex: its ingress device
 *
 * Return: true if packets can be sent by both: what a rule consumes, no route
 * ever gets.
 */
bool mcr_mroute_takes(const struct mcr_mroute *route,
		      const struct mcr_rule_spec *rule, __u32 ifindex)
{
	const struct mcr_match *m = &rule->match;

	return rule->mode == MCR_MODE_PASS && !rule->disabled && !m->vlan &&
	       ifindex && route->iif == ifindex && route->family == m->family &&
	       meets(&route->group, &m->group, m->family, m->group_len) &&
	       meets(&route->src, &m->src, m->family, m->src_len);
}

static void add_addr(struct mcr_str *str, const union mcr_addr *addr,
		     __u8 family)
{
	char text[INET6_ADDRSTRLEN] = "";

	if (is_any(addr))
		mcr_str_add(str, "*");
	else if (inet_ntop(family, addr, text, sizeof(text)))
		mcr_str_add(str, text);
}

static void add_dev(struct mcr_str *str, __u32 ifindex)
{
	char name[IF_NAMESIZE];

	if (if_indextoname(ifindex, name))
		mcr_str_word(str, name);
	else
		mcr_str_addf(str, "device %u", ifindex);
}

/**
 * mcr_mroute_print - a route, as in "(10.0.0.1, 239.1.1.1) from eth0 to eth1"
 * @str: where to
 * @route: the route
 */
void mcr_mroute_print(struct mcr_str *str, const struct mcr_mroute *route)
{
	unsigned int i;

	mcr_str_add(str, "(");
	add_addr(str, &route->src, route->family);
	mcr_str_add(str, ", ");
	add_addr(str, &route->group, route->family);
	mcr_str_add(str, ") from ");
	add_dev(str, route->iif);
	for (i = 0; i < route->oifs && i < MCR_MROUTE_OIFS; i++) {
		mcr_str_add(str, i ? ", " : " to ");
		add_dev(str, route->oif[i]);
	}
	if (route->oifs > MCR_MROUTE_OIFS)
		mcr_str_addf(str, " and %u more",
			     route->oifs - MCR_MROUTE_OIFS);
}
