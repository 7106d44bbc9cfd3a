/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets and messages.
 *
 * DOC: Frames
 *
 * To kmod/match.c and kmod/rewrite.c a struct sk_buff describes a frame that lies
 * in one piece somewhere else: nothing is allocated, copied or freed.
 * kapi_skb_frame() fills in one that may lie on the stack:
 *
 *	head		the frame's first byte: its Ethernet header
 *	data		behind that header (and behind no VLAN tag: the core
 *			takes the outer tag out, see below): the network header
 *	len		bytes from data on; those of the frame without head's
 *	protocol	EtherType in front of data, network byte order
 *	mac_header, network_header
 *			offsets from head
 *	pkt_type	PACKET_MULTICAST, or what else packet sockets say in
 *			sll_pkttype
 *	dev		what it was received on; NULL will do, but a loopback
 *			device is to be known as such
 *
 * What the packet socket says beside the frame is to be filled in by the caller:
 *
 *	VLAN tag	kapi_skb_vlan(): of tpacket_auxdata where its status has
 *			TP_STATUS_VLAN_VALID; without the call there is none. A
 *			frame that has its tag in it still is matched by no rule:
 *			its protocol is that of the tag
 *	checksum	kapi_skb_partial(): of struct virtio_net_hdr with
 *			VIRTIO_NET_HDR_F_NEEDS_CSUM: it holds the pseudo-header's
 *			sum only; without the call ip_summed is CHECKSUM_NONE,
 *			which says nothing of it
 *	super-packet	kapi_skb_gso(): gso_size in bytes, gso_type SKB_GSO_ bits;
 *			without the call there is one packet
 *
 * mcr_match_parse() only reads. mcr_rewrite_apply() writes to the first hlen bytes
 * (of struct mcr_packet) from the network header: for a copy, fill in another
 * struct sk_buff, for the copy's memory.
 *
 * DOC: Messages
 *
 * Netlink messages have memory of their own, with room at the end that does not
 * grow; kapi_skb_new() and kapi_skb_put() make and unmake them.
 */
#ifndef KAPI_LINUX_SKBUFF_H
#define KAPI_LINUX_SKBUFF_H

#include <linux/kernel.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/byteorder.h>

#define CHECKSUM_NONE		0
#define CHECKSUM_UNNECESSARY	1
#define CHECKSUM_COMPLETE	2
#define CHECKSUM_PARTIAL	3

#define SKB_GSO_TCPV4		(1U << 0)
#define SKB_GSO_TCPV6		(1U << 4)
#define SKB_GSO_UDP		(1U << 16)
#define SKB_GSO_UDP_L4		(1U << 17)
#define SKB_GSO_FRAGLIST	(1U << 18)
#define GSO_BY_FRAGS		0xffffU

struct net_device;
struct sock;

/**
 * struct skb_shared_info - what a super-packet is
 * @gso_size: payload bytes of a segment; 0: it is none
 * @gso_segs: segments; 0: not known
 * @gso_type: SKB_GSO_ bits
 */
struct skb_shared_info {
	u16 gso_size;
	u16 gso_segs;
	unsigned int gso_type;
};

/**
 * struct sk_buff - a frame or a message; see above
 * @dev: a frame's device
 * @sk: a message's socket
 * @head: the memory
 * @data: where what counts begins
 * @len: bytes from @data on
 * @room: bytes from @head on
 * @users: of a message; it is freed with the last
 * @mac_header: offset from @head
 * @network_header: offset from @head
 * @transport_header: offset from @head
 * @csum_start: likewise: what a partial checksum covers begins there
 * @csum_offset: of the checksum from there
 * @protocol: EtherType, network byte order
 * @vlan_proto: of the tag that was taken out
 * @vlan_tci: the tag
 * @vlan_present: there was one
 * @pkt_type: PACKET_
 * @ip_summed: CHECKSUM_
 * @shared: see skb_shinfo()
 * @cb: netlink's
 */
struct sk_buff {
	struct net_device *dev;
	struct sock *sk;
	unsigned char *head;
	unsigned char *data;
	unsigned int len;
	unsigned int room;
	unsigned int users;
	u16 mac_header;
	u16 network_header;
	u16 transport_header;
	u16 csum_start;
	u16 csum_offset;
	__be16 protocol;
	__be16 vlan_proto;
	u16 vlan_tci;
	bool vlan_present;
	u8 pkt_type;
	u8 ip_summed;
	struct skb_shared_info shared;
	struct {
		u32 portid;
		bool admin;
		const char *refusal;
	} cb;
};

#define skb_shinfo(skb)		(&(skb)->shared)

/**
 * kapi_skb_frame - describe an Ethernet frame
 * @skb: filled in
 * @frame: the frame, from its Ethernet header on
 * @len: its bytes, at least ETH_HLEN
 * @pkt_type: PACKET_
 * @dev: the device; may be NULL
 */
static inline void kapi_skb_frame(struct sk_buff *skb, void *frame,
				  unsigned int len, u8 pkt_type,
				  struct net_device *dev)
{
	memset(skb, 0, sizeof(*skb));
	skb->dev = dev;
	skb->head = frame;
	skb->data = skb->head + ETH_HLEN;
	skb->len = len - ETH_HLEN;
	skb->room = len;
	skb->network_header = ETH_HLEN;
	skb->transport_header = ETH_HLEN;
	memcpy(&skb->protocol, skb->head + 2 * ETH_ALEN,
	       sizeof(skb->protocol));
	skb->pkt_type = pkt_type;
}

/**
 * kapi_skb_vlan - a VLAN tag was taken out of the frame
 * @skb: the frame
 * @proto: the tag's EtherType, network byte order
 * @tci: priority and VLAN id
 */
static inline void kapi_skb_vlan(struct sk_buff *skb, __be16 proto, u16 tci)
{
	skb->vlan_present = true;
	skb->vlan_proto = proto;
	skb->vlan_tci = tci;
}

/**
 * kapi_skb_partial - a checksum of the frame is still to be filled in
 * @skb: the frame
 * @start: where what it covers begins, from the Ethernet header on
 * @offset: of the checksum from there
 */
static inline void kapi_skb_partial(struct sk_buff *skb, u16 start, u16 offset)
{
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = start;
	skb->csum_offset = offset;
}

/**
 * kapi_skb_gso - the frame is a super-packet
 * @skb: the frame
 * @size: payload bytes of a segment
 * @type: SKB_GSO_ bits
 */
static inline void kapi_skb_gso(struct sk_buff *skb, u16 size,
				unsigned int type)
{
	skb->shared.gso_size = size;
	skb->shared.gso_type = type;
}

static inline unsigned char *skb_network_header(const struct sk_buff *skb)
{
	return skb->head + skb->network_header;
}

static inline unsigned char *skb_mac_header(const struct sk_buff *skb)
{
	return skb->head + skb->mac_header;
}

static inline int skb_network_offset(const struct sk_buff *skb)
{
	return (int)(skb_network_header(skb) - skb->data);
}

static inline unsigned int skb_headroom(const struct sk_buff *skb)
{
	return (unsigned int)(skb->data - skb->head);
}

static inline unsigned char *skb_checksum_start(const struct sk_buff *skb)
{
	return skb->head + skb->csum_start;
}

static inline int skb_checksum_start_offset(const struct sk_buff *skb)
{
	return (int)(skb_checksum_start(skb) - skb->data);
}

static inline bool skb_is_gso(const struct sk_buff *skb)
{
	return skb->shared.gso_size;
}

/* All of it is linear: @buffer is not needed. */
static inline void *skb_header_pointer(const struct sk_buff *skb, int offset,
				       int len, void *buffer)
{
	(void)buffer;
	if (offset < 0 || len < 0 ||
	    (unsigned int)offset > skb->len ||
	    (unsigned int)len > skb->len - (unsigned int)offset)
		return NULL;
	return skb->data + offset;
}

static inline bool skb_frags_readable(const struct sk_buff *skb)
{
	(void)skb;
	return true;
}

/* Messages. */
bool kapi_full(void);
struct sk_buff *kapi_skb_new(unsigned int size);
void kapi_skb_put(struct sk_buff *skb);

#define kfree_skb(skb)		kapi_skb_put(skb)
#define consume_skb(skb)	kapi_skb_put(skb)

static inline unsigned char *skb_tail_pointer(const struct sk_buff *skb)
{
	return skb->data + skb->len;
}

static inline unsigned int kapi_skb_room(const struct sk_buff *skb)
{
	return skb->room - skb_headroom(skb) - skb->len;
}

/* Messages ask this before they put something. */
static inline unsigned int skb_tailroom(const struct sk_buff *skb)
{
	return kapi_full() ? 0 : kapi_skb_room(skb);
}

static inline void *skb_put(struct sk_buff *skb, unsigned int len)
{
	void *tail = skb_tail_pointer(skb);

	KAPI_ASSERT(len <= kapi_skb_room(skb));
	skb->len += len;
	return tail;
}

static inline void *skb_pull(struct sk_buff *skb, unsigned int len)
{
	KAPI_ASSERT(len <= skb->len);
	skb->len -= len;
	skb->data += len;
	return skb->data;
}

static inline void skb_trim(struct sk_buff *skb, unsigned int len)
{
	if (len < skb->len)
		skb->len = len;
}

#endif /* KAPI_LINUX_SKBUFF_H */
