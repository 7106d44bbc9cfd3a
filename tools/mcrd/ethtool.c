// SPDX-License-Identifier: GPL-2.0
/*
 * Features of a network device; see ethtool.h.
 *
 * It is asked when the first rule receives from a device, and told again when the last
 * one does not any more: each time by a socket of its own.
 */
#include "ethtool.h"

#include <errno.h>
#include <linux/ethtool_netlink.h>
#include <netlink/errno.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/**
 * struct question - a socket, and what is asked for by it
 * @sk: the socket
 * @family: ethtool's number
 * @names: features, as ethtool -k does not call them, but the kernel
 * @n: how many
 * @active: bit i is names[i], if it is active
 * @told: there was an answer
 */
struct question {
	struct nl_sock *sk;
	int family;
	const char *const *names;
	unsigned int n;
	unsigned int active;
	bool told;
};

/* libnl's errors are its own: of those that a person can do something about. */
static int errno_of(int nle)
{
	switch (-nle) {
	case NLE_SUCCESS:
		return 0;
	case NLE_PERM:
	case NLE_NOACCESS:
		return -EPERM;
	case NLE_NOMEM:
		return -ENOMEM;
	case NLE_NODEV:
		return -ENODEV;
	case NLE_INVAL:
		return -EINVAL;
	case NLE_BUSY:
		return -EBUSY;
	case NLE_OBJ_NOTFOUND:
	case NLE_OPNOTSUPP:
		return -EOPNOTSUPP;
	default:
		return -EIO;
	}
}

/* The kernel lists the bits that are set, by name. */
static void note_bit(struct question *q, struct nlattr *bit)
{
	struct nlattr *a[ETHTOOL_A_BITSET_BIT_MAX + 1];
	unsigned int i;

	if (nla_parse_nested(a, ETHTOOL_A_BITSET_BIT_MAX, bit, NULL) ||
	    !a[ETHTOOL_A_BITSET_BIT_NAME])
		return;
	for (i = 0; i < q->n; i++)
		if (!nla_strcmp(a[ETHTOOL_A_BITSET_BIT_NAME], q->names[i]))
			q->active |= 1U << i;
}

static int on_features(struct nl_msg *msg, void *arg)
{
	struct nlattr *a[ETHTOOL_A_FEATURES_MAX + 1];
	struct nlattr *set[ETHTOOL_A_BITSET_MAX + 1];
	struct question *q = arg;
	struct nlattr *bit;
	int left;

	if (genlmsg_parse(nlmsg_hdr(msg), 0, a, ETHTOOL_A_FEATURES_MAX, NULL) ||
	    !a[ETHTOOL_A_FEATURES_ACTIVE] ||
	    nla_parse_nested(set, ETHTOOL_A_BITSET_MAX,
			     a[ETHTOOL_A_FEATURES_ACTIVE], NULL) ||
	    !set[ETHTOOL_A_BITSET_BITS])
		return NL_OK;
	q->told = true;
	nla_for_each_nested(bit, set[ETHTOOL_A_BITSET_BITS], left)
		note_bit(q, bit);
	return NL_OK;
}

static int begin(struct question *q)
{
	int ret;

	q->sk = nl_socket_alloc();
	if (!q->sk)
		return -NLE_NOMEM;
	ret = genl_connect(q->sk);
	if (ret)
		return ret;
	q->family = genl_ctrl_resolve(q->sk, ETHTOOL_GENL_NAME);
	if (q->family < 0)
		return q->family;
	return nl_socket_modify_cb(q->sk, NL_CB_VALID, NL_CB_CUSTOM,
				   on_features, q);
}

/* A request about a device, with room for features; NULL without memory. */
static struct nl_msg *request(const struct question *q, uint8_t cmd,
			      int header, int ifindex, uint32_t flags)
{
	struct nl_msg *msg = nlmsg_alloc();
	struct nlattr *nest;

	if (!msg)
		return NULL;
	if (!genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, q->family, 0, 0, cmd,
			 ETHTOOL_GENL_VERSION))
		goto err;
	nest = nla_nest_start(msg, header);
	if (!nest ||
	    nla_put_u32(msg, ETHTOOL_A_HEADER_DEV_INDEX, (uint32_t)ifindex) ||
	    nla_put_u32(msg, ETHTOOL_A_HEADER_FLAGS, flags))
		goto err;
	nla_nest_end(msg, nest);
	return msg;

err:
	nlmsg_free(msg);
	return NULL;
}

static bool put_feature(struct nl_msg *msg, const char *name, bool value)
{
	struct nlattr *bit = nla_nest_start(msg, ETHTOOL_A_BITSET_BITS_BIT);

	if (!bit || nla_put_string(msg, ETHTOOL_A_BITSET_BIT_NAME, name) ||
	    (value && nla_put_flag(msg, ETHTOOL_A_BITSET_BIT_VALUE)))
		return false;
	nla_nest_end(msg, bit);
	return true;
}

static bool put_features(struct nl_msg *msg, const struct question *q,
			 unsigned int which, unsigned int values)
{
	struct nlattr *set, *bits;
	unsigned int i;

	set = nla_nest_start(msg, ETHTOOL_A_FEATURES_WANTED);
	bits = set ? nla_nest_start(msg, ETHTOOL_A_BITSET_BITS) : NULL;
	if (!bits)
		return false;
	for (i = 0; i < q->n; i++)
		if (which & 1U << i &&
		    !put_feature(msg, q->names[i], values & 1U << i))
			return false;
	nla_nest_end(msg, bits);
	nla_nest_end(msg, set);
	return true;
}

/**
 * mcrd_ethtool_get - which of some features are active
 * @ifindex: the device
 * @names: features, as the kernel calls them
 * @n: how many
 * @active: bit i is names[i]; one that the kernel does not know is not active
 *
 * Return: 0 or -errno.
 */
int mcrd_ethtool_get(int ifindex, const char *const *names, unsigned int n,
		     unsigned int *active)
{
	struct question q = { .names = names, .n = n };
	struct nl_msg *msg;
	int ret = begin(&q);

	if (!ret) {
		msg = request(&q, ETHTOOL_MSG_FEATURES_GET,
			      ETHTOOL_A_FEATURES_HEADER, ifindex, 0);
		ret = msg ? nl_send_sync(q.sk, msg) : -NLE_NOMEM;
	}
	nl_socket_free(q.sk);
	*active = q.active;
	return ret || q.told ? errno_of(ret) : -EPROTO;
}

/**
 * mcrd_ethtool_set - turn features on, or off
 * @ifindex: the device
 * @names: features, as the kernel calls them
 * @n: how many
 * @which: bits of those that are meant
 * @values: bits of those that are to be on
 *
 * What a device cannot change stays as it is, without an error.
 *
 * Return: 0 or -errno.
 */
int mcrd_ethtool_set(int ifindex, const char *const *names, unsigned int n,
		     unsigned int which, unsigned int values)
{
	struct question q = { .names = names, .n = n };
	struct nl_msg *msg = NULL;
	int ret = begin(&q);

	if (!ret) {
		msg = request(&q, ETHTOOL_MSG_FEATURES_SET,
			      ETHTOOL_A_FEATURES_HEADER, ifindex,
			      ETHTOOL_FLAG_OMIT_REPLY);
		if (msg && put_features(msg, &q, which, values)) {
			ret = nl_send_sync(q.sk, msg);
		} else {
			nlmsg_free(msg);
			ret = -NLE_NOMEM;
		}
	}
	nl_socket_free(q.sk);
	return errno_of(ret);
}
