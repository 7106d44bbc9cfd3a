/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A copy, given to its device.
 */
#ifndef MCR_SEND_H
#define MCR_SEND_H

#include <linux/mcr.h>
#include <linux/types.h>

struct net_device;
struct sk_buff;

bool mcr_send_is_plain(const struct sk_buff *skb);
enum mcr_drop mcr_send(struct sk_buff *skb, struct net_device *dev, bool plain);

#endif /* MCR_SEND_H */
