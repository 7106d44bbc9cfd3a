// SPDX-License-Identifier: GPL-2.0
/*
 * Network devices: from what rtnetlink tells to what the kernel's notifiers
 * would.
 */
#include <linux/inetdevice.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/user_namespace.h>
#include <stdlib.h>

#include "internal.h"

/* Flags of which others are told by themselves, or not at all. */
#define KAPI_QUIET_FLAGS	((unsigned int)(IFF_UP | IFF_ALLMULTI | \
						IFF_PROMISC))

struct user_namespace kapi_init_user_ns;
struct net kapi_init_net = { .user_ns = &kapi_init_user_ns };

static LIST_HEAD(kapi_devs);
static struct notifier_block *kapi_netdev_chain;
static unsigned int kapi_links_depth;	/* of kapi_links_begin() */

static struct net *kapi_veth_link_net(const struct net_device *dev)
{
	return dev_net(dev);
}

static const struct rtnl_link_ops kapi_veth_ops = {
	.kind = "veth",
	.get_link_net = kapi_veth_link_net,
};

/**
 * kapi_chain_add - be told of something
 * @chain: of those who are
 * @nb: who is to be
 */
void kapi_chain_add(struct notifier_block **chain, struct notifier_block *nb)
{
	while (*chain)
		chain = &(*chain)->next;
	nb->next = NULL;
	*chain = nb;
}

/**
 * kapi_chain_del - be told no more
 * @chain: of those who are
 * @nb: who is
 */
void kapi_chain_del(struct notifier_block **chain, struct notifier_block *nb)
{
	while (*chain && *chain != nb)
		chain = &(*chain)->next;
	if (*chain)
		*chain = nb->next;
}

/**
 * kapi_chain_call - tell something
 * @chain: whom
 * @event: what
 * @data: of what
 */
void kapi_chain_call(struct notifier_block *chain, unsigned long event,
		     void *data)
{
	struct notifier_block *next;

	for (; chain; chain = next) {
		next = chain->next;
		chain->notifier_call(chain, event, data);
	}
}

/**
 * kapi_netdev_chain_call - tell of a device
 * @event: what happened to it, of enum netdev_cmd
 * @dev: the device
 *
 * Context: Under RTNL.
 */
void kapi_netdev_chain_call(unsigned long event, struct net_device *dev)
{
	ASSERT_RTNL();
	kapi_chain_call(kapi_netdev_chain, event, dev);
	if (event == NETDEV_RESEND_IGMP)
		kapi_mcsock_resend((u32)dev->ifindex);
}

/**
 * kapi_netdev_chain_add - be told of devices, of those that are there at once
 * @nb: who is to be told
 *
 * Return: 0.
 */
int kapi_netdev_chain_add(struct notifier_block *nb)
{
	struct net_device *dev;

	rtnl_lock();
	list_for_each_entry(dev, &kapi_devs, node) {
		nb->notifier_call(nb, NETDEV_REGISTER, dev);
		if (dev->flags & IFF_UP)
			nb->notifier_call(nb, NETDEV_UP, dev);
	}
	kapi_chain_add(&kapi_netdev_chain, nb);
	rtnl_unlock();
	return 0;
}

static void kapi_dev_tell_gone(struct notifier_block *nb,
			       struct net_device *dev)
{
	if (dev->flags & IFF_UP) {
		nb->notifier_call(nb, NETDEV_GOING_DOWN, dev);
		nb->notifier_call(nb, NETDEV_DOWN, dev);
	}
	nb->notifier_call(nb, NETDEV_UNREGISTER, dev);
}

/**
 * kapi_netdev_chain_del - be told no more; as if all devices went
 * @nb: who is told
 */
void kapi_netdev_chain_del(struct notifier_block *nb)
{
	struct net_device *dev;

	rtnl_lock();
	kapi_chain_del(&kapi_netdev_chain, nb);
	list_for_each_entry(dev, &kapi_devs, node)
		kapi_dev_tell_gone(nb, dev);
	rtnl_unlock();
}

/**
 * kapi_dev_by_name - find a device by its name
 * @name: the name
 *
 * Return: it; NULL: there is none.
 */
struct net_device *kapi_dev_by_name(const char *name)
{
	struct net_device *dev;

	list_for_each_entry(dev, &kapi_devs, node)
		if (*name && !strcmp(dev->name, name))
			return dev;
	return NULL;
}

/**
 * kapi_dev_by_index - find a device by its index
 * @ifindex: the index
 *
 * Return: it; NULL: there is none.
 */
struct net_device *kapi_dev_by_index(int ifindex)
{
	struct net_device *dev;

	list_for_each_entry(dev, &kapi_devs, node)
		if (dev->ifindex == ifindex)
			return dev;
	return NULL;
}

/**
 * kapi_dev_allmulti - let a device receive all multicast, or no longer
 * @dev: the device
 * @change: 1: one more wants that; -1: one less
 *
 * Context: Under RTNL.
 * Return: 0 or what the daemon says of it.
 */
int kapi_dev_allmulti(struct net_device *dev, int change)
{
	bool on = change > 0;
	int err = 0;

	ASSERT_RTNL();
	KAPI_ASSERT(on || dev->allmulti);
	if (dev->allmulti == (on ? 0 : 1) && kapi_hooks.allmulti)
		err = kapi_hooks.allmulti(dev->ifindex, on, kapi_hooks.arg);
	if (err && on)
		return err;
	dev->allmulti += on ? 1 : -1U;
	return 0;
}

/* What nobody is told of by itself. */
static void kapi_dev_quiet(struct net_device *dev, const struct kapi_link *link)
{
	bool veth = !strcmp(link->kind, "veth") && !link->link_elsewhere &&
		    link->iflink;

	dev->iflink = link->iflink;
	dev->rtnl_link_ops = veth ? &kapi_veth_ops : NULL;
}

static bool kapi_dev_addr_set(struct net_device *dev,
			      const struct kapi_link *link)
{
	u8 len = link->addr_len == ETH_ALEN ? ETH_ALEN : 0;

	if (dev->addr_len == len && !memcmp(dev->dev_addr, link->addr, len))
		return false;
	dev->addr_len = len;
	memcpy(dev->dev_addr, link->addr, len);
	return true;
}

/*
 * We are told of one device after the other: a name may be another one's before
 * we hear that who had it has it no more.
 */
static void kapi_dev_take_name(const char *name)
{
	struct net_device *other = kapi_dev_by_name(name);

	if (!other)
		return;
	*other->name = '\0';
	kapi_netdev_chain_call(NETDEV_CHANGENAME, other);
}

static void kapi_dev_new(const struct kapi_link *link)
{
	struct net_device *dev = calloc(1, sizeof(*dev));

	/* The next time it is told of there may be memory. */
	if (!dev)
		return;
	kapi_dev_take_name(link->name);
	strscpy(dev->name, link->name, sizeof(dev->name));
	dev->ifindex = link->ifindex;
	dev->type = link->type;
	dev->mtu = link->mtu;
	dev->flags = link->flags;
	atomic_set(&dev->carrier_up_count, link->carrier_ups);
	kapi_dev_addr_set(dev, link);
	kapi_dev_quiet(dev, link);
	dev->reg_state = NETREG_REGISTERED;
	list_add_tail(&dev->node, &kapi_devs);
	kapi_netdev_chain_call(NETDEV_REGISTER, dev);
	if (dev->flags & IFF_UP)
		kapi_netdev_chain_call(NETDEV_UP, dev);
}

static void kapi_dev_flags(struct net_device *dev, const struct kapi_link *link)
{
	unsigned int changed = dev->flags ^ link->flags;
	bool up = link->flags & IFF_UP;
	bool carrier = atomic_read(&dev->carrier_up_count) !=
		       link->carrier_ups;

	if ((changed & IFF_UP) && !up)
		kapi_netdev_chain_call(NETDEV_GOING_DOWN, dev);
	dev->flags = link->flags;
	atomic_set(&dev->carrier_up_count, link->carrier_ups);
	if (changed & IFF_UP)
		kapi_netdev_chain_call(up ? NETDEV_UP : NETDEV_DOWN, dev);
	if ((changed & ~KAPI_QUIET_FLAGS) || carrier)
		kapi_netdev_chain_call(NETDEV_CHANGE, dev);
}

static void kapi_dev_change(struct net_device *dev,
			    const struct kapi_link *link)
{
	kapi_dev_quiet(dev, link);
	if (strcmp(dev->name, link->name)) {
		kapi_dev_take_name(link->name);
		strscpy(dev->name, link->name, sizeof(dev->name));
		kapi_netdev_chain_call(NETDEV_CHANGENAME, dev);
	}
	if (dev->type != link->type) {
		dev->type = link->type;
		kapi_netdev_chain_call(NETDEV_POST_TYPE_CHANGE, dev);
	}
	if (kapi_dev_addr_set(dev, link))
		kapi_netdev_chain_call(NETDEV_CHANGEADDR, dev);
	if (dev->mtu != link->mtu) {
		dev->mtu = link->mtu;
		kapi_netdev_chain_call(NETDEV_CHANGEMTU, dev);
	}
	kapi_dev_flags(dev, link);
}

/**
 * kapi_links_begin - several devices are about to change
 *
 * What follows from that is carried out at kapi_links_end(), once for all. It may
 * be nested.
 */
void kapi_links_begin(void)
{
	if (!kapi_links_depth++)
		rtnl_lock();
}

/**
 * kapi_links_end - that was all
 */
void kapi_links_end(void)
{
	if (!--kapi_links_depth)
		rtnl_unlock();
}

/**
 * kapi_link_set - a device is like this now
 * @link: the device; it may be new, and it may be as it was
 */
void kapi_link_set(const struct kapi_link *link)
{
	struct net_device *dev = kapi_dev_by_index(link->ifindex);

	kapi_links_begin();
	if (dev)
		kapi_dev_change(dev, link);
	else
		kapi_dev_new(link);
	kapi_links_end();
}

static void kapi_dev_free(struct net_device *dev)
{
	list_del(&dev->node);
	KAPI_ASSERT(!dev->refs);
	free(dev->addrs);
	free(dev);
}

/**
 * kapi_link_gone - a device is gone
 * @ifindex: the device; there may be none
 */
void kapi_link_gone(int ifindex)
{
	struct net_device *dev = kapi_dev_by_index(ifindex);

	if (!dev)
		return;
	kapi_links_begin();
	if (dev->flags & IFF_UP) {
		kapi_netdev_chain_call(NETDEV_GOING_DOWN, dev);
		dev->flags &= ~(unsigned int)IFF_UP;
		kapi_netdev_chain_call(NETDEV_DOWN, dev);
	}
	dev->reg_state = NETREG_UNREGISTERING;
	kapi_netdev_chain_call(NETDEV_UNREGISTER, dev);
	kapi_links_end();
	kapi_dev_free(dev);
}

/**
 * kapi_addrs_set - a device has these addresses now
 * @ifindex: the device; if there is none nothing happens
 * @addrs: all of its addresses
 * @n: how many
 */
void kapi_addrs_set(int ifindex, const struct kapi_addr *addrs, size_t n)
{
	struct net_device *dev = kapi_dev_by_index(ifindex);
	struct kapi_addr *copy = NULL;

	if (!dev)
		return;
	if (n) {
		copy = calloc(n, sizeof(*copy));
		/* Those it had are still the best guess. */
		if (!copy)
			return;
		memcpy(copy, addrs, n * sizeof(*copy));
	}
	free(dev->addrs);
	dev->addrs = copy;
	dev->n_addrs = n;
}

/**
 * kapi_netdev_exit - forget all devices; nobody is told of them any more
 */
void kapi_netdev_exit(void)
{
	struct net_device *dev, *tmp;

	KAPI_ASSERT(!kapi_netdev_chain);
	list_for_each_entry_safe(dev, tmp, &kapi_devs, node)
		kapi_dev_free(dev);
}
