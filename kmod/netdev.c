// SPDX-License-Identifier: GPL-2.0
/*
 * Devices by name: which there are, and what is bound to them.
 *
 * Rules name devices. A port is such a name; it is bound to the device that
 * has the name now, if there is one.
 */
#include <linux/if_arp.h>
#include <linux/netdevice.h>
#include <linux/slab.h>
#include <linux/stringhash.h>

#include "bind.h"
#include "event.h"
#include "loop.h"
#include "mem.h"
#include "member.h"
#include "netdev.h"
#include "netns.h"
#include "table.h"

static struct hlist_head *mcr_port_bucket(struct mcr_net *mn, const char *name)
{
	u32 hash = full_name_hash(mn, name, strnlen(name, IFNAMSIZ));

	return &mn->ports[hash & (ARRAY_SIZE(mn->ports) - 1)];
}

/**
 * mcr_port_find - the port of a name
 * @mn: the namespace
 * @name: the name
 *
 * Context: Under mcr_net.lock.
 * Return: the port, with no user more, or NULL if nothing names it.
 */
struct mcr_port *mcr_port_find(struct mcr_net *mn, const char *name)
{
	struct mcr_port *port;

	hlist_for_each_entry(port, mcr_port_bucket(mn, name), node)
		if (!strcmp(port->name, name))
			return port;
	return NULL;
}

/**
 * mcr_port_dev - the device a port is bound to
 * @mn: the namespace
 * @port: the port
 *
 * Context: Under mcr_net.lock.
 * Return: the device, which stays while RTNL is held, or NULL.
 */
struct net_device *mcr_port_dev(struct mcr_net *mn, const struct mcr_port *port)
{
	return rcu_dereference_protected(port->dev,
					 lockdep_is_held(&mn->lock));
}

/**
 * mcr_netdev_sends - may an output send to a device?
 * @mn: the namespace
 * @name: its name; there may be no such device yet
 *
 * Context: Process.
 * Return: false if it is of the wrong kind.
 */
bool mcr_netdev_sends(struct mcr_net *mn, const char *name)
{
	struct net_device *dev;
	bool sends;

	rcu_read_lock();
	dev = dev_get_by_name_rcu(mn->net, name);
	/* Other names it may have do not count. */
	sends = !dev || dev->type == ARPHRD_ETHER || strcmp(dev->name, name);
	rcu_read_unlock();
	return sends;
}

/* A device's port, if it is bound. */
static struct mcr_port *mcr_port_of(struct mcr_net *mn,
				    const struct net_device *dev)
{
	struct mcr_port *port = mcr_port_find(mn, dev->name);

	return port && mcr_port_dev(mn, port) == dev ? port : NULL;
}

/* The same for a device that has another name since it was bound. */
static struct mcr_port *mcr_port_of_renamed(struct mcr_net *mn,
					    const struct net_device *dev)
{
	struct mcr_port *port;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(mn->ports); i++)
		hlist_for_each_entry(port, &mn->ports[i], node)
			if (mcr_port_dev(mn, port) == dev)
				return port;
	return NULL;
}

static void mcr_port_bind(struct mcr_port *port, struct net_device *dev)
{
	netdev_hold(dev, &port->tracker, GFP_KERNEL);
	port->carrier_ups = atomic_read(&dev->carrier_up_count);
	rcu_assign_pointer(port->dev, dev);
}

static void mcr_port_unbind(struct mcr_net *mn, struct mcr_port *port)
{
	struct net_device *dev = mcr_port_dev(mn, port);

	if (!dev)
		return;
	RCU_INIT_POINTER(port->dev, NULL);
	netdev_put(dev, &port->tracker);
}

/**
 * mcr_port_get - the port of a name, with one user more
 * @mn: the namespace
 * @name: a sound device name
 *
 * A new port is bound at once if there is such a device.
 *
 * Context: Process, under RTNL and mcr_net.lock.
 * Return: a port, to be given back with mcr_port_put(); NULL without memory.
 */
struct mcr_port *mcr_port_get(struct mcr_net *mn, const char *name)
{
	struct net_device *dev;
	struct mcr_port *port;

	ASSERT_RTNL();
	port = mcr_port_find(mn, name);
	if (!port) {
		port = kzalloc(sizeof(*port), MCR_GFP);
		if (!port)
			return NULL;
		strscpy(port->name, name, sizeof(port->name));
		INIT_LIST_HEAD(&port->outputs);
		dev = __dev_get_by_name(mn->net, name);
		/* Also found by other names, of which no notifier tells. */
		if (dev && dev->reg_state == NETREG_REGISTERED &&
		    !strcmp(dev->name, name))
			mcr_port_bind(port, dev);
		hlist_add_head(&port->node, mcr_port_bucket(mn, name));
	}
	port->users++;
	return port;
}

/**
 * mcr_port_put - give a port back
 * @mn: the namespace
 * @port: from mcr_port_get(); what packets see refers to it no more, though
 *	packets under way may
 *
 * Context: Process, under RTNL and mcr_net.lock.
 */
void mcr_port_put(struct mcr_net *mn, struct mcr_port *port)
{
	ASSERT_RTNL();
	if (--port->users)
		return;
	hlist_del(&port->node);
	mcr_port_unbind(mn, port);
	kfree_rcu(port, rcu);
}

static void mcr_netdev_came(struct mcr_net *mn, struct net_device *dev)
{
	struct mcr_port *port = mcr_port_find(mn, dev->name);

	if (!port || mcr_port_dev(mn, port))
		return;
	mcr_port_bind(port, dev);
	mcr_bind_port_bound(mn, port);
	mcr_loop_port_came(mn, port);
	mcr_event_port(mn, port);
}

static void mcr_netdev_lose(struct mcr_net *mn, struct mcr_port *port)
{
	if (!port)
		return;
	mcr_bind_port_unbind(mn, port);
	mcr_port_unbind(mn, port);
	mcr_loop_port_left(mn, port);
	mcr_event_port(mn, port);
}

static void mcr_netdev_goes(struct mcr_net *mn, struct net_device *dev)
{
	mcr_member_lose(mn, dev);
	mcr_netdev_lose(mn, mcr_port_of(mn, dev));
}

static void mcr_netdev_renamed(struct mcr_net *mn, struct net_device *dev)
{
	mcr_netdev_lose(mn, mcr_port_of_renamed(mn, dev));
	mcr_netdev_came(mn, dev);
}

static void mcr_netdev_changed(struct mcr_net *mn, struct net_device *dev)
{
	struct mcr_port *port = mcr_port_of(mn, dev);

	if (!port)
		return;
	mcr_bind_port_changed(mn, port);
	mcr_event_port(mn, port);
}

static void mcr_netdev_up(struct mcr_net *mn, struct net_device *dev)
{
	struct mcr_port *port = mcr_port_of(mn, dev);

	if (port)
		mcr_loop_port_came(mn, port);
	mcr_netdev_changed(mn, dev);
}

static void mcr_netdev_mtu(struct mcr_net *mn, struct net_device *dev)
{
	mcr_member_mtu(mn, dev);
	mcr_netdev_changed(mn, dev);
}

/*
 * Has the link come back? What is behind it may have forgotten what we joined.
 * MLD tells it again, IGMP has to be asked to.
 */
static bool mcr_netdev_link_came(struct mcr_net *mn,
				 const struct net_device *dev)
{
	struct mcr_port *port = mcr_port_of(mn, dev);
	int ups = atomic_read(&dev->carrier_up_count);

	if (!port || !netif_carrier_ok(dev) || port->carrier_ups == ups)
		return false;
	port->carrier_ups = ups;
	return port->ingress && mn->n_joins;
}

/*
 * Under RTNL. A device that moves to another namespace is unregistered in the
 * old one and registered in the new one: hooks must go with it here, later
 * they could not be found.
 */
static int mcr_netdev_event(struct notifier_block *nb, unsigned long event,
			    void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	void (*handle)(struct mcr_net *mn, struct net_device *dev);
	struct mcr_net *mn = mcr_net_of(dev_net(dev));
	bool rejoin;

	switch (event) {
	case NETDEV_REGISTER:
		handle = mcr_netdev_came;
		break;
	case NETDEV_UNREGISTER:
		handle = mcr_netdev_goes;
		break;
	case NETDEV_CHANGENAME:
		handle = mcr_netdev_renamed;
		break;
	case NETDEV_UP:
		handle = mcr_netdev_up;
		break;
	case NETDEV_CHANGE:
		handle = mcr_netdev_changed;
		break;
	case NETDEV_CHANGEMTU:
		handle = mcr_netdev_mtu;
		break;
	default:
		return NOTIFY_DONE;
	}
	mutex_lock(&mn->lock);
	handle(mn, dev);
	rejoin = event == NETDEV_CHANGE && mcr_netdev_link_came(mn, dev);
	mutex_unlock(&mn->lock);
	if (rejoin)
		call_netdevice_notifiers(NETDEV_RESEND_IGMP, dev);
	return NOTIFY_DONE;
}

static struct notifier_block mcr_netdev_notifier = {
	.notifier_call = mcr_netdev_event,
};

/**
 * mcr_netdev_init - begin to follow devices
 *
 * Return: 0 or what register_netdevice_notifier() says.
 */
int __init mcr_netdev_init(void)
{
	return register_netdevice_notifier(&mcr_netdev_notifier);
}

/**
 * mcr_netdev_exit - follow devices no more
 *
 * All devices look unregistered to us then: no port is bound, no hook is left.
 */
void mcr_netdev_exit(void)
{
	unregister_netdevice_notifier(&mcr_netdev_notifier);
	/* Hooks that are gone may still run; what they use goes next. */
	synchronize_net();
}
