/* SPDX-License-Identifier: GPL-2.0 */
/*
 * VLAN tags (IEEE 802.1Q).
 */
#ifndef KAPI_LINUX_IF_VLAN_H
#define KAPI_LINUX_IF_VLAN_H

#include_next <linux/if_vlan.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>

#define VLAN_HLEN		4
#define VLAN_VID_MASK		0x0fff

#define skb_vlan_tag_present(skb)	((skb)->vlan_present)
#define skb_vlan_tag_get(skb)		((skb)->vlan_tci)
#define skb_vlan_tag_get_id(skb)	((u16)((skb)->vlan_tci & VLAN_VID_MASK))

static inline bool eth_type_vlan(__be16 proto)
{
	return proto == htons(ETH_P_8021Q) || proto == htons(ETH_P_8021AD);
}

/*
 * A packet socket in allmulti, or with a membership, does not tell a network
 * card that filters VLANs which it wants; nothing of a process does.
 */
static inline int vlan_vid_add(struct net_device *dev, __be16 proto, u16 vid)
{
	(void)dev;
	(void)proto;
	(void)vid;
	return 0;
}

static inline void vlan_vid_del(struct net_device *dev, __be16 proto, u16 vid)
{
	(void)dev;
	(void)proto;
	(void)vid;
}

#endif /* KAPI_LINUX_IF_VLAN_H */
