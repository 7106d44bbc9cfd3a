// SPDX-License-Identifier: GPL-2.0
/*
 * From a message of a packet socket to a packet that rules are matched with.
 */
#include "frame.h"

#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/skbuff.h>
#include <net/checksum.h>
#include <string.h>

#include "table.h"
#include "vnet.h"

/**
 * mcrd_frame_shift - where in a buffer the kernel is to begin
 * @vnet: frames have virtio-net headers
 *
 * Return: bytes, so that behind an Ethernet header, IP is aligned.
 */
size_t mcrd_frame_shift(bool vnet)
{
	size_t l3 = MCRD_FRAME_ROOM + (vnet ? MCRD_VNET_LEN : 0) + ETH_HLEN;

	return -l3 & 3;
}

static void read_vnet(struct mcrd_frame *f, const uint8_t *payload)
{
	struct virtio_net_hdr h;

	memcpy(&h, payload, sizeof(h));
	f->partial = h.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM;
	if (h.flags & VIRTIO_NET_HDR_F_DATA_VALID)
		f->csum_good = true;
	f->csum_start = h.csum_start;
	f->csum_offset = h.csum_offset;
	switch (h.gso_type & ~VIRTIO_NET_HDR_GSO_ECN) {
	case VIRTIO_NET_HDR_GSO_NONE:
		return;
	case VIRTIO_NET_HDR_GSO_UDP_L4:
		f->gso_type = SKB_GSO_UDP_L4;
		break;
	case VIRTIO_NET_HDR_GSO_UDP:
		f->gso_type = SKB_GSO_UDP;
		break;
	case VIRTIO_NET_HDR_GSO_TCPV4:
		f->gso_type = SKB_GSO_TCPV4;
		break;
	case VIRTIO_NET_HDR_GSO_TCPV6:
		f->gso_type = SKB_GSO_TCPV6;
		break;
	}
	f->gso_size = h.gso_size;
}

/* Return false if there is more of the frame than was received. */
static bool read_aux(struct mcrd_frame *f, const struct tpacket_auxdata *aux)
{
	if (aux->tp_status & TP_STATUS_CSUM_VALID)
		f->csum_good = true;
	/* Without a virtio-net header nobody says where. */
	if ((aux->tp_status & TP_STATUS_CSUMNOTREADY) && !f->rx->vnet)
		f->partial = true;
	if (aux->tp_status & TP_STATUS_VLAN_VALID) {
		f->tagged = true;
		f->tci = aux->tp_vlan_tci;
		f->tpid = htons(aux->tp_status & TP_STATUS_VLAN_TPID_VALID ?
				aux->tp_vlan_tpid : ETH_P_8021Q);
	}
	/* How long link-layer headers are is not to be seen from their type. */
	f->l2_len = aux->tp_net;
	return aux->tp_snaplen == aux->tp_len;
}

static void read_stamp(struct mcrd_frame *f, const uint8_t *data)
{
	struct timespec ts;

	memcpy(&ts, data, sizeof(ts));
	f->stamp = (uint64_t)ts.tv_sec * 1000000000ULL + (uint64_t)ts.tv_nsec;
}

/* Control messages are what sockets are asked for, and not more. */
static bool read_control(struct mcrd_frame *f, const struct mcrd_message *m)
{
	const uint8_t *at = m->control;
	struct tpacket_auxdata aux;
	size_t left = m->control_len;
	struct cmsghdr h;
	bool whole = true;

	while (left >= sizeof(h)) {
		memcpy(&h, at, sizeof(h));
		if (h.cmsg_len < CMSG_LEN(0) || h.cmsg_len > left)
			break;
		if (h.cmsg_level == SOL_PACKET &&
		    h.cmsg_type == PACKET_AUXDATA &&
		    h.cmsg_len >= CMSG_LEN(sizeof(aux))) {
			memcpy(&aux, at + CMSG_LEN(0), sizeof(aux));
			whole = read_aux(f, &aux);
		} else if (h.cmsg_level == SOL_SOCKET &&
			   h.cmsg_type == SCM_TIMESTAMPNS &&
			   h.cmsg_len >= CMSG_LEN(sizeof(struct timespec))) {
			read_stamp(f, at + CMSG_LEN(0));
		}
		if (left < CMSG_ALIGN(h.cmsg_len))
			break;
		at += CMSG_ALIGN(h.cmsg_len);
		left -= CMSG_ALIGN(h.cmsg_len);
	}
	return whole;
}

/* IP is read as words: it is to be aligned, whatever is before it. */
static void align(struct mcrd_frame *f)
{
	size_t off = (uintptr_t)(f->l2 + f->l2_len) & 3;

	if (!off)
		return;
	memmove(f->l2 - off, f->l2, f->len);
	f->l2 -= off;
}

/**
 * mcrd_frame_read - take a message apart
 * @f: filled in
 * @rx: where it was received
 * @buf: what it lies in; in front of it there is room
 * @m: the message
 *
 * Return: of enum mcrd_frame_read.
 */
enum mcrd_frame_read mcrd_frame_read(struct mcrd_frame *f,
				     struct mcrd_rxdev *rx,
				     struct mcrd_buf *buf,
				     const struct mcrd_message *m)
{
	size_t vnet = rx->vnet ? MCRD_VNET_LEN : 0;
	struct sockaddr_ll from;

	memset(f, 0, sizeof(*f));
	memcpy(&from, m->name, sizeof(from));
	f->rx = rx;
	f->buf = buf;
	f->pkt_type = from.sll_pkttype;
	f->protocol = from.sll_protocol;
	if (m->flags & MSG_TRUNC)
		return MCRD_FRAME_TRUNCATED;
	if (m->len < vnet)
		return MCRD_FRAME_SHORT;
	f->l2 = m->payload + vnet;
	f->len = (uint32_t)(m->len - vnet);
	if (vnet)
		read_vnet(f, m->payload);
	if (!read_control(f, m))
		return MCRD_FRAME_TRUNCATED;
	if (f->len < f->l2_len)
		return MCRD_FRAME_SHORT;
	f->ether = from.sll_hatype == ARPHRD_ETHER && f->l2_len == ETH_HLEN;
	align(f);
	return MCRD_FRAME_GOOD;
}

static void describe(const struct mcrd_frame *f, struct sk_buff *skb)
{
	memset(skb, 0, sizeof(*skb));
	f->rx->seen_as.flags = f->rx->port->dev.flags;
	skb->dev = &f->rx->seen_as;
	skb->head = f->l2;
	skb->data = f->l2 + f->l2_len;
	skb->len = f->len - f->l2_len;
	skb->room = f->len;
	skb->network_header = f->l2_len;
	skb->protocol = f->protocol;
	skb->pkt_type = f->pkt_type;
	if (f->tagged)
		kapi_skb_vlan(skb, f->tpid, f->tci);
	if (f->partial && f->rx->vnet)
		kapi_skb_partial(skb, f->csum_start, f->csum_offset);
	if (f->gso_size)
		kapi_skb_gso(skb, f->gso_size, f->gso_type);
}

/*
 * Where no virtio-net header tells where a checksum is to be filled in, that is
 * done here. What matching did not find is left as it is.
 */
static void complete(struct mcrd_frame *f, const struct mcr_packet *p)
{
	uint8_t *l3 = f->l2 + f->l2_len;
	__sum16 check;

	f->partial = false;
	if (!p->csum_start || p->fragment)
		return;
	check = csum_fold(csum_partial(l3 + p->csum_start,
				       p->l3_len - p->csum_start, 0));
	if (!check && p->thoff)
		check = CSUM_MANGLED_0;
	memcpy(l3 + p->csum_start + p->csum_offset, &check, sizeof(check));
	f->csum_good = true;
}

/**
 * mcrd_frame_parse - validate a frame and extract its key
 * @f: the frame
 * @p: filled in where the result is MCR_VERDICT_PACKET
 *
 * Return: of enum mcr_verdict.
 */
enum mcr_verdict mcrd_frame_parse(struct mcrd_frame *f, struct mcr_packet *p)
{
	enum mcr_verdict verdict;
	struct sk_buff skb;

	describe(f, &skb);
	verdict = mcr_match_parse(&skb, p);
	if (verdict != MCR_VERDICT_PACKET || f->rx->vnet)
		return verdict;
	/* A super-packet of which nobody says how it is to be cut. */
	if (p->l3_len > f->rx->port->dev.mtu)
		f->gso_size = (uint16_t)f->rx->port->dev.mtu;
	else if (f->partial)
		complete(f, p);
	return verdict;
}
