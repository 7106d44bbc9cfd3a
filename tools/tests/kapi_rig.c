// SPDX-License-Identifier: GPL-2.0
/*
 * A relay without workers and sockets; see kapi_rig.h.
 */
#include "kapi_rig.h"

#include <linux/if_arp.h>
#include <stdlib.h>

#include "hook.h"
#include "netdev.h"
#include "netns.h"
#include "nl.h"
#include "plane.h"
#include "txn.h"

struct rig rig;

static void rig_say(uint32_t to, bool group, const void *data, size_t len)
{
	struct rig_said *said;

	rig.said = realloc(rig.said, (rig.n_said + 1) * sizeof(*rig.said));
	assert_non_null(rig.said);
	said = &rig.said[rig.n_said++];
	*said = (struct rig_said){ .to = to, .group = group, .len = len };
	said->data = malloc(len);
	assert_non_null(said->data);
	memcpy(said->data, data, len);
}

static void rig_unicast(uint32_t portid, const void *data, size_t len,
			void *arg)
{
	assert_ptr_equal(arg, &rig);
	rig_say(portid, false, data, len);
}

static void rig_multicast(uint32_t group, const void *data, size_t len,
			  void *arg)
{
	assert_ptr_equal(arg, &rig);
	rig_say(group, true, data, len);
}

static bool rig_listening(uint32_t group, void *arg)
{
	assert_ptr_equal(arg, &rig);
	return group == RIG_GROUP && !rig.deaf;
}

static void rig_release(void *arg)
{
	assert_ptr_equal(arg, &rig);
	assert_true(lockdep_rtnl_is_held());
	rig.releases++;
}

static int rig_allmulti(int ifindex, bool on, void *arg)
{
	assert_ptr_equal(arg, &rig);
	assert_true(ifindex > 0);
	rig.allmulti += on ? 1 : -1;
	return 0;
}

static const struct kapi_hooks rig_hooks = {
	.unicast = rig_unicast,
	.multicast = rig_multicast,
	.listening = rig_listening,
	.rtnl_release = rig_release,
	.allmulti = rig_allmulti,
	.arg = &rig,
};

/* Forget what was sent. */
void rig_forget(void)
{
	while (rig.n_said)
		free(rig.said[--rig.n_said].data);
	free(rig.said);
	rig.said = NULL;
}

/* As the daemon begins. */
int rig_setup(void **state)
{
	(void)state;
	rig = (struct rig){ };
	return kapi_init(&rig_hooks) || mcr_netns_init() ||
	       mcr_netdev_init() || mcr_txn_init() || mcr_nl_init() ? -1 : 0;
}

/* As it ends; nothing is left then. */
int rig_teardown(void **state)
{
	(void)state;
	kapi_fail_nth(0);
	kapi_full_nth(0);
	mcr_nl_exit();
	mcr_txn_exit();
	mcr_netdev_exit();
	mcr_netns_exit();
	rcu_barrier();
	kapi_run();
	rig_forget();
	assert_int_equal(kapi_percpu_used(), 0);
	assert_int_equal(rig.hooks, 0);
	assert_int_equal(rig.allmulti, 0);
	kapi_exit();
	return 0;
}

struct mcr_net *rig_net(void)
{
	return mcr_net_of(&init_net);
}

static void rig_link_put(struct kapi_link *link, int ifindex, const char *name)
{
	link->ifindex = ifindex;
	strscpy(link->name, name, sizeof(link->name));
	link->type = ARPHRD_ETHER;
	link->mtu = 1500;
	link->addr_len = 6;
	link->addr[0] = 2;
	link->addr[5] = (uint8_t)ifindex;
	kapi_link_set(link);
}

/* An Ethernet device with these IFF_ flags. */
void rig_link(int ifindex, const char *name, uint32_t flags)
{
	struct kapi_link link = { .flags = flags };

	rig_link_put(&link, ifindex, name);
}

/* An end of a veth pair. */
void rig_link_veth(int ifindex, const char *name, int peer)
{
	struct kapi_link link = {
		.flags = IFF_UP | IFF_LOWER_UP,
		.iflink = peer,
		.kind = "veth",
	};

	rig_link_put(&link, ifindex, name);
}

/* A message of a datagram; NULL: it has no more. */
const struct nlmsghdr *rig_message(size_t said, size_t n)
{
	const struct rig_said *s = &rig.said[said];
	size_t at = 0;

	assert_true(said < rig.n_said);
	while (at + NLMSG_HDRLEN <= s->len) {
		const void *nlh = s->data + at;

		if (!n--)
			return nlh;
		at += NLMSG_ALIGN(((const struct nlmsghdr *)nlh)->nlmsg_len);
	}
	return NULL;
}

/* How many messages of the family had this command? */
size_t rig_count(int cmd)
{
	const struct nlmsghdr *nlh;
	size_t i, k, n = 0;

	for (i = 0; i < rig.n_said; i++) {
		for (k = 0; (nlh = rig_message(i, k)); k++) {
			const struct genlmsghdr *hdr = nlmsg_data(nlh);

			n += nlh->nlmsg_type > NLMSG_MIN_TYPE &&
			     hdr->cmd == cmd;
		}
	}
	return n;
}

/* What is the daemon's. */

const char *mcr_plane_consume(const struct mcr_rule_spec *spec)
{
	return spec->mode == MCR_MODE_CONSUME ? rig.no_consume : NULL;
}

void mcr_plane_rule(struct mcr_net *mn, struct mcr_rule *rule)
{
	lockdep_assert_held(&mn->lock);
	ASSERT_RTNL();
	assert_non_null(rule->iif);
	rig.rules++;
}

void mcr_plane_rule_gone(struct mcr_net *mn, struct mcr_rule *rule)
{
	lockdep_assert_held(&mn->lock);
	ASSERT_RTNL();
	assert_non_null(rule->iif);
	rig.rules_gone++;
}

u64 mcr_plane_missed(const struct mcr_ingress *ing)
{
	(void)ing;
	return rig.missed;
}

u64 mcr_plane_filtered(const struct mcr_ingress *ing)
{
	(void)ing;
	return rig.filtered;
}

bool mcr_plane_has_filter(const struct mcr_ingress *ing)
{
	(void)ing;
	return rig.has_filter;
}

int mcr_plane_put_status(struct sk_buff *skb, struct mcr_net *mn)
{
	(void)skb;
	(void)mn;
	return 0;
}

struct mcr_ingress *mcr_ingress_new(struct mutex *lock)
{
	struct mcr_ingress *ing = kzalloc(sizeof(*ing), MCR_GFP);

	if (!ing)
		return NULL;
	ing->counters = mcr_stats_alloc(struct mcr_ingress_counters);
	ing->unmatched = mcr_unmatched_alloc();
	if (ing->counters && ing->unmatched &&
	    !mcr_lookup_init(&ing->lookup, lock)) {
		INIT_LIST_HEAD(&ing->list);
		return ing;
	}
	free_percpu(ing->unmatched);
	free_percpu(ing->counters);
	kfree(ing);
	return NULL;
}

static void rig_ingress_free(struct work_struct *work)
{
	struct mcr_ingress *ing = container_of(to_rcu_work(work),
					       struct mcr_ingress, rwork);

	mcr_lookup_exit(&ing->lookup);
	free_percpu(ing->unmatched);
	free_percpu(ing->counters);
	kfree(ing);
}

void mcr_ingress_free(struct mcr_ingress *ing)
{
	INIT_RCU_WORK(&ing->rwork, rig_ingress_free);
	queue_rcu_work(system_wq, &ing->rwork);
}

int mcr_ingress_hook(struct mcr_ingress *ing, struct net *net,
		     struct net_device *dev)
{
	(void)net;
	ASSERT_RTNL();
	assert_non_null(dev);
	if (rig.no_hook)
		return -ENOMEM;
	rig.hooks++;
	ing->hooked = true;
	return 0;
}

void mcr_ingress_unhook(struct mcr_ingress *ing, struct net *net)
{
	(void)net;
	ASSERT_RTNL();
	rig.hooks -= ing->hooked;
	ing->hooked = false;
}
