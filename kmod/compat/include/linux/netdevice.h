/* SPDX-License-Identifier: GPL-2.0 */
/*
 * That a driver does its own locking was a feature until 6.12; what is attached to
 * the egress of a device changed its name in 6.6.
 */
#ifndef MCR_COMPAT_LINUX_NETDEVICE_H
#define MCR_COMPAT_LINUX_NETDEVICE_H

#include <linux/version.h>
#include_next <linux/netdevice.h>

/**
 * mcr_dev_is_lockless - is a driver called without the lock of its queue?
 * @dev: the device
 *
 * Return: true if so.
 */
static inline bool mcr_dev_is_lockless(const struct net_device *dev)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
	return dev->lltx;
#else
	return dev->features & NETIF_F_LLTX;
#endif
}

/**
 * mcr_dev_set_lockless - a driver is, or is not, called without that lock
 * @dev: the device, which is not registered
 * @lockless: it is
 *
 * For tests.
 */
static inline void mcr_dev_set_lockless(struct net_device *dev, bool lockless)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
	dev->lltx = lockless;
#else
	dev->features &= ~NETIF_F_LLTX;
	if (lockless)
		dev->features |= NETIF_F_LLTX;
#endif
}

/**
 * mcr_dev_has_egress_hook - does tc or netfilter look at what a device sends?
 * @dev: the device
 *
 * Context: Under RCU.
 * Return: true if so.
 */
static inline bool mcr_dev_has_egress_hook(const struct net_device *dev)
{
#ifdef CONFIG_NETFILTER_EGRESS
	if (rcu_access_pointer(dev->nf_hooks_egress))
		return true;
#endif
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
#ifdef CONFIG_NET_XGRESS
	if (rcu_access_pointer(dev->tcx_egress))
		return true;
#endif
#elif defined(CONFIG_NET_CLS_ACT)
	if (rcu_access_pointer(dev->miniq_egress))
		return true;
#endif
	return false;
}

/**
 * mcr_dev_set_tc_egress - tc looks, or does not look, at what a device sends
 * @dev: the device, which is not registered
 * @hook: only looked at for being there; NULL: tc does not
 *
 * For tests.
 *
 * Return: false where the kernel has no tc there.
 */
static inline bool mcr_dev_set_tc_egress(struct net_device *dev, void *hook)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
#ifdef CONFIG_NET_XGRESS
	RCU_INIT_POINTER(dev->tcx_egress, hook);
	return true;
#endif
#elif defined(CONFIG_NET_CLS_ACT)
	RCU_INIT_POINTER(dev->miniq_egress, hook);
	return true;
#endif
	return false;
}

#endif /* MCR_COMPAT_LINUX_NETDEVICE_H */
