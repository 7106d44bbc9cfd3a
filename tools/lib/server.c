// SPDX-License-Identifier: GPL-2.0
/*
 * The server of this network namespace; see server.h.
 */
#include "server.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <string.h>

#include "relay.h"

#define CTRL_VERSION	2

static int unreadable(struct mcr_error *err, const char *what)
{
	return mcr_error_set(err, MCR_ERROR_SYSTEM,
			     "the server's reply cannot be read: %s", what);
}

/* One of the groups of a family, if it is the one that is looked for. */
static bool read_group(struct nlattr *group, const char *name, __u32 *id)
{
	static const struct nla_policy policy[CTRL_ATTR_MCAST_GRP_MAX + 1] = {
		[CTRL_ATTR_MCAST_GRP_NAME] = { .type = NLA_STRING },
		[CTRL_ATTR_MCAST_GRP_ID] = { .type = NLA_U32 },
	};
	struct nlattr *a[CTRL_ATTR_MCAST_GRP_MAX + 1];

	if (nla_parse_nested(a, CTRL_ATTR_MCAST_GRP_MAX, group, policy) < 0 ||
	    !a[CTRL_ATTR_MCAST_GRP_NAME] || !a[CTRL_ATTR_MCAST_GRP_ID] ||
	    strcmp(nla_get_string(a[CTRL_ATTR_MCAST_GRP_NAME]), name) != 0)
		return false;
	*id = nla_get_u32(a[CTRL_ATTR_MCAST_GRP_ID]);
	return true;
}

static int read_family(struct nlmsghdr *nlh, const char *group,
		       struct mcr_family *family, struct mcr_error *err)
{
	static const struct nla_policy policy[CTRL_ATTR_MAX + 1] = {
		[CTRL_ATTR_FAMILY_ID] = { .type = NLA_U16 },
		[CTRL_ATTR_MCAST_GROUPS] = { .type = NLA_NESTED },
	};
	struct nlattr *a[CTRL_ATTR_MAX + 1], *attr;
	int rem;

	if (!genlmsg_valid_hdr(nlh, 0) ||
	    genlmsg_parse(nlh, 0, a, CTRL_ATTR_MAX, policy) < 0 ||
	    !a[CTRL_ATTR_FAMILY_ID])
		return unreadable(err, "it tells no family");
	family->id = nla_get_u16(a[CTRL_ATTR_FAMILY_ID]);
	if (family->id < NLMSG_MIN_TYPE)
		return unreadable(err, "its family has no number");
	if (a[CTRL_ATTR_MCAST_GROUPS])
		nla_for_each_nested(attr, a[CTRL_ATTR_MCAST_GROUPS], rem)
			if (read_group(attr, group, &family->group))
				break;
	return 0;
}

static int no_family(const struct mcr_transport *t, struct mcr_error *err)
{
	if (t->plane == MCR_PLANE_RELAY)
		return mcr_error_set(err, MCR_ERROR_NO_SERVER,
				     "the relay daemon does not speak this protocol: is it of another version?");
	return mcr_error_set(err, MCR_ERROR_NO_SERVER,
			     "no server: the kernel module is not loaded (modprobe mcr loads it, where it is installed)");
}

/**
 * mcr_server_family - ask what a family is called by
 * @t: the way to the server
 * @name: the family
 * @group: one of its multicast groups
 * @family: where to put it
 * @err: where to say what is wrong
 *
 * Asking the kernel loads a family's module, if that is installed.
 *
 * Return: 0, or -1 and an error.
 */
int mcr_server_family(struct mcr_transport *t, const char *name,
		      const char *group, struct mcr_family *family,
		      struct mcr_error *err)
{
	struct nl_msg *msg = nlmsg_alloc();
	struct mcr_reply_walk walk;
	struct mcr_reply reply;
	struct nlmsghdr *nlh;
	int ret = -1;

	memset(family, 0, sizeof(*family));
	mcr_reply_init(&reply, false);
	if (!msg ||
	    !genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, GENL_ID_CTRL, 0,
			 NLM_F_ACK, CTRL_CMD_GETFAMILY, CTRL_VERSION) ||
	    nla_put_string(msg, CTRL_ATTR_FAMILY_NAME, name)) {
		mcr_error_set(err, MCR_ERROR_SYSTEM, "out of memory");
	} else if (!mcr_transport_ask(t, msg, &reply, err)) {
		mcr_reply_walk_init(&walk, &reply);
		nlh = mcr_reply_next(&walk);
		if (reply.error)
			ret = no_family(t, err);
		else if (!nlh)
			ret = unreadable(err, "it tells no family");
		else
			ret = read_family(nlh, group, family, err);
	}
	mcr_reply_exit(&reply);
	nlmsg_free(msg);
	return ret;
}

static int neither(struct mcr_error *err)
{
	return mcr_error_set(err, MCR_ERROR_NO_SERVER,
			     "no server: no relay daemon serves this network namespace (mcrd starts one), and the kernel module is not loaded (modprobe mcr loads it, where it is installed)");
}

/**
 * mcr_server_open - find the server
 * @server: which one
 * @t: the way to it, for mcr_transport_close()
 * @family: what it calls the protocol's family and MCR_MCGRP_NOTIFY
 * @err: where to say what is wrong
 *
 * The relay is looked for first: looking for the kernel's server loads the
 * module if it is installed.
 *
 * Return: 0, or -1 and an error.
 */
int mcr_server_open(const struct mcr_server *server, struct mcr_transport *t,
		    struct mcr_family *family, struct mcr_error *err)
{
	bool kernel = server->plane == MCR_PLANE_KERNEL;
	bool absent = false;
	int ret = 0;

	t->fd = -1;
	if (!kernel) {
		ret = mcr_relay_connect(t, server->dir, &absent, err);
		kernel = absent && server->plane == MCR_PLANE_AUTO;
	}
	if (kernel)
		ret = mcr_transport_kernel(t, err);
	if (ret)
		return -1;
	if (!mcr_server_family(t, MCR_GENL_NAME, MCR_MCGRP_NOTIFY, family, err))
		return 0;
	mcr_transport_close(t);
	if (absent && err->kind == MCR_ERROR_NO_SERVER)
		neither(err);
	return -1;
}
