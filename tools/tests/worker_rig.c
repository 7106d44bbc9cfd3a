// SPDX-License-Identifier: GPL-2.0
/*
 * A worker in a test; see worker_rig.h. Checksums are made here by other code than
 * what is tested.
 */
#include "worker_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../kapi/kapi.h"
#include "../mcrd/worker/frame.h"
#include "../mcrd/worker/receive.h"
#include "../mcrd/worker/vnet.h"

#define MEM_BYTES	1048576U
#define BUFFER_BYTES	4096U

static struct rig *the_rig;

static uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static void put16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

/* Byte by byte, in network byte order; not folded to its end. */
static uint32_t sum_of(const uint8_t *p, size_t len, uint32_t sum)
{
	size_t i;

	for (i = 0; i < len; i++)
		sum += i & 1 ? p[i] : (uint32_t)p[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

static size_t head_of(const uint8_t *l3)
{
	return l3[0] >> 4 == 4 ? 20 : 40;
}

static uint32_t pseudo(const uint8_t *l3, uint32_t len)
{
	uint32_t sum = l3[0] >> 4 == 4 ? sum_of(l3 + 12, 8, 0) :
					 sum_of(l3 + 8, 32, 0);

	sum += (len >> 16) + (len & 0xffff) + 17;
	return sum_of(NULL, 0, sum);
}

/**
 * rig_udp_sum - sum up a UDP packet with its pseudo-header
 * @l3: the network header
 *
 * Return: 0xffff if its checksum is right.
 */
uint16_t rig_udp_sum(const uint8_t *l3)
{
	const uint8_t *uh = l3 + head_of(l3);
	uint32_t len = get16(uh + 4);

	return (uint16_t)sum_of(uh, len, pseudo(l3, len));
}

static void ip_checksum(uint8_t *l3)
{
	put16(l3 + 10, 0);
	put16(l3 + 10, ~sum_of(l3, 20, 0) & 0xffff);
}

static void keep(struct rig *r, unsigned int dev, const uint8_t *data,
		 uint32_t len)
{
	struct sent *s = &r->sent[r->n++];

	assert_true(r->n <= RIG_SENT_MAX);
	assert_true(len > 0);
	s->dev = dev;
	s->len = len;
	s->messages = r->messages;
	s->data = malloc(len + 1);
	assert_non_null(s->data);
	memcpy(s->data, data, len);
}

/* The kernel's part: a checksum that is to be filled in. */
static void fill_in(uint8_t *frame, uint32_t len,
		    const struct virtio_net_hdr *h)
{
	uint8_t *at = frame + h->csum_start;
	uint32_t sum;

	assert_true(h->csum_start + h->csum_offset + 2U <= len);
	sum = ~sum_of(at, len - h->csum_start, 0) & 0xffff;
	put16(at + h->csum_offset, sum ? sum : 0xffff);
}

/* The kernel's part: a super-packet is cut apart. */
static void cut(struct rig *r, unsigned int dev, const uint8_t *frame,
		uint32_t len, const struct virtio_net_hdr *h)
{
	uint32_t hlen = h->csum_start + 8U, off, n = 0;
	uint32_t l2 = frame[12] == 0x81 ? 18 : 14;
	uint8_t seg[BUFFER_BYTES];

	assert_int_equal(h->gso_type, VIRTIO_NET_HDR_GSO_UDP_L4);
	assert_int_equal(h->csum_offset, 6);
	assert_int_equal(h->hdr_len, hlen);
	/* The whole of it has headers that are right. */
	assert_int_equal(get16(frame + hlen - 4), len - hlen + 8);
	assert_int_equal(get16(frame + hlen - 2),
			 pseudo(frame + l2, len - hlen + 8));
	for (off = hlen; off < len; off += h->gso_size, n++) {
		uint32_t part = len - off < h->gso_size ? len - off :
							  h->gso_size;
		uint8_t *l3 = seg + l2;

		memcpy(seg, frame, hlen);
		memcpy(seg + hlen, frame + off, part);
		put16(seg + hlen - 4, part + 8);
		if (l3[0] >> 4 == 4) {
			put16(l3 + 2, part + 28);
			put16(l3 + 4, get16(l3 + 4) + n);
			ip_checksum(l3);
		} else {
			put16(l3 + 4, part + 8);
		}
		put16(seg + hlen - 2, pseudo(l3, part + 8));
		fill_in(seg, hlen + part, h);
		keep(r, dev, seg, hlen + part);
	}
	assert_in_range(n, 2, 64);
}

static unsigned int dev_of(struct rig *r, const struct mcrd_txdev *tx)
{
	char name[] = "out0";

	for (name[3] = '0'; name[3] < '0' + RIG_DEVS; name[3]++)
		if (mcrd_port_find(&r->w.table, name)->tx == tx)
			return (unsigned int)(name[3] - '0');
	fail();
	return 0;
}

static void put_out(struct rig *r, const struct mcrd_send *s)
{
	static uint8_t frame[70000];
	struct virtio_net_hdr h = { };
	unsigned int dev = dev_of(r, s->tx);
	uint8_t *data = frame;
	uint32_t len = 0;
	size_t i;

	for (i = 0; i < s->msg.msg_iovlen; i++) {
		memcpy(frame + len, s->iov[i].iov_base, s->iov[i].iov_len);
		len += (uint32_t)s->iov[i].iov_len;
	}
	if (s->tx->vnet) {
		memcpy(&h, frame, sizeof(h));
		data += sizeof(h);
		len -= (uint32_t)sizeof(h);
	}
	r->messages++;
	if (h.gso_type) {
		cut(r, dev, data, len, &h);
		return;
	}
	if (h.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM)
		fill_in(data, len, &h);
	keep(r, dev, data, len);
}

static void fake_send(struct mcrd_worker *w, struct mcrd_send *s)
{
	int fail = the_rig->fail;

	the_rig->fail = 0;
	if (fail) {
		mcrd_send_done(w, s, fail);
	} else if (the_rig->hold) {
		the_rig->held[the_rig->n_held++] = s;
	} else {
		put_out(the_rig, s);
		mcrd_send_done(w, s, 1);
	}
}

static void fake_submit(struct mcrd_worker *w)
{
	(void)w;
	the_rig->submits++;
}

static int fake_rx_open(struct mcrd_worker *w, struct mcrd_rxdev *rx)
{
	(void)w;
	(void)rx;
	return 0;
}

static void fake_rx_close(struct mcrd_worker *w, struct mcrd_rxdev *rx)
{
	(void)w;
	mcrd_rxdev_free(rx);
}

static void fake_tx_close(struct mcrd_worker *w, struct mcrd_txdev *tx)
{
	(void)w;
	mcrd_txdev_free(tx);
}

static const struct mcrd_loop_ops fake_loop = {
	.rx_open = fake_rx_open,
	.rx_close = fake_rx_close,
	.tx_close = fake_tx_close,
	.send = fake_send,
	.submit = fake_submit,
};

/**
 * rig_release - sends that were held are done
 * @r: the rig
 */
void rig_release(struct rig *r)
{
	uint32_t i, n = r->n_held;

	r->n_held = 0;
	r->hold = false;
	for (i = 0; i < n; i++) {
		put_out(r, r->held[i]);
		mcrd_send_done(&r->w, r->held[i], 1);
	}
}

static void change(struct rig *r, uint16_t type, const void *body, size_t len,
		   int fd)
{
	struct mcrd_frame_in f = {
		.type = type, .body = body, .len = len, .fds = { fd },
		.n_fds = fd >= 0,
	};

	assert_null(mcrd_apply_gather(&r->w, &f));
}

static void put_in_force(struct rig *r)
{
	assert_int_equal(mcrd_apply_sync(&r->w, 1), 0);
	/* Nobody is told. */
	r->w.apply.owed = false;
}

/**
 * rig_place - room for counters
 * @r: the rig
 * @size: bytes
 *
 * Return: the offset.
 */
uint64_t rig_place(struct rig *r, size_t size)
{
	size_t at = r->used;

	r->used += (size + 7) & ~(size_t)7;
	assert_true(r->used <= MEM_BYTES);
	return at;
}

/**
 * rig_device - there is a device, and a socket to send to it with
 * @r: the rig
 * @dev: its number
 * @mtu: in bytes
 */
void rig_device(struct rig *r, unsigned int dev, uint32_t mtu)
{
	struct mcrd_tx tx = { .ifindex = dev + 2 };
	struct mcrd_dev d = {
		.ifindex = dev + 2, .mtu = mtu, .type = ARPHRD_ETHER,
		.flags = IFF_UP | 0x10000, .saddr = htonl(0x0a030303),
		.mac = { 2, 0, 0, 0, 0, (uint8_t)dev },
	};
	struct mcrd_txdev *opened;

	snprintf(d.name, sizeof(d.name), "out%u", dev);
	memcpy(tx.name, d.name, sizeof(tx.name));
	change(r, MCRD_DEV, &d, sizeof(d), -1);
	change(r, MCRD_TX_OPEN, &tx, sizeof(tx), open("/dev/null", O_RDWR));
	put_in_force(r);
	opened = mcrd_port_find(&r->w.table, d.name)->tx;
	opened->vnet = r->w.config.vnet;
}

static void open_ingress(struct rig *r)
{
	struct mcrd_dev d = {
		.ifindex = 1, .mtu = 9000, .type = ARPHRD_ETHER, .name = "in0",
		.flags = IFF_UP | 0x10000,
	};
	struct mcrd_rx rx = { .ifindex = 1, .name = "in0" };

	rx.counters = rig_place(r, sizeof(struct mcr_ingress_counters));
	rx.unmatched = rig_place(r, sizeof(struct mcr_unmatched));
	change(r, MCRD_DEV, &d, sizeof(d), -1);
	change(r, MCRD_RX_OPEN, &rx, sizeof(rx), open("/dev/null", O_RDONLY));
	put_in_force(r);
	mcrd_port_find(&r->w.table, "in0")->rx->vnet = r->w.config.vnet;
}

/**
 * rig_new - make a worker
 * @vnet: its sockets have virtio-net headers
 *
 * Return: for rig_free().
 */
struct rig *rig_new(bool vnet)
{
	struct rig *r = calloc(1, sizeof(*r));
	unsigned int i;

	assert_non_null(r);
	the_rig = r;
	r->mem = calloc(1, MEM_BYTES);
	assert_non_null(r->mem);
	r->w.arena.base = r->mem;
	r->w.section = r->mem;
	r->w.shared = r->mem;
	r->w.cmd_fd = -1;
	r->w.config.vnet = vnet;
	r->w.loop = &fake_loop;
	mcrd_wlog_init(&r->w.log);
	mcrd_apply_init(&r->w.apply);
	mcrd_table_init(&r->w.table);
	assert_int_equal(mcrd_sender_init(&r->w.sender), 0);
	assert_int_equal(mcrd_pool_init(&r->w.pool, 512, BUFFER_BYTES), 0);
	open_ingress(r);
	for (i = 0; i < RIG_DEVS; i++)
		rig_device(r, i, 1500);
	return r;
}

/**
 * rig_forget - what was sent was looked at
 * @r: the rig
 */
void rig_forget(struct rig *r)
{
	while (r->n)
		free(r->sent[--r->n].data);
	r->messages = 0;
}

/**
 * rig_free - a worker ends, and all its buffers are free
 * @r: the rig
 */
void rig_free(struct rig *r)
{
	rig_flush(r);
	assert_int_equal(r->w.pool.in_use, 0);
	assert_int_equal(r->w.pool.n_free, r->w.pool.n);
	rig_forget(r);
	mcrd_table_exit(&r->w.table);
	mcrd_gather_exit(&r->w.gather);
	mcrd_sender_exit(&r->w.sender);
	mcrd_pool_exit(&r->w.pool);
	free(r->mem);
	free(r);
}

/**
 * rig_rule - there is a rule
 * @r: the rig
 * @id: of the rule
 * @rule: the rule; places of counters are made
 * @out: its outputs; likewise
 */
void rig_rule(struct rig *r, uint32_t id, const struct mcrd_rule *rule,
	      const struct mcrd_output *out)
{
	size_t size = sizeof(*rule) + rule->n * sizeof(*out);
	struct mcrd_rule *frame = calloc(1, size);
	uint32_t i;

	assert_non_null(frame);
	*frame = *rule;
	frame->id = id;
	frame->counters = rig_place(r, sizeof(struct mcr_rule_counters));
	for (i = 0; i < rule->n; i++) {
		frame->out[i] = out[i];
		frame->out[i].id = i + 1;
		frame->out[i].counters =
			rig_place(r, sizeof(struct mcr_output_counters));
		frame->out[i].drops = rig_place(r, sizeof(struct mcr_drops));
	}
	change(r, MCRD_RULE, frame, size, -1);
	put_in_force(r);
	free(frame);
}

static void make_ip(uint8_t *l3, const struct packet *p, uint32_t udp_len)
{
	static const uint8_t from6[16] = { 0x20, 1, 0xd, 0xb8, [15] = 1 };
	static const uint8_t addrs[8] = { 10, 0, 0, 1, 239, 1, 1, 0 };

	if (p->v6) {
		l3[0] = (uint8_t)(0x60 | p->tos >> 4);
		l3[1] = (uint8_t)(p->tos << 4);
		put16(l3 + 4, udp_len);
		l3[6] = 17;
		l3[7] = p->ttl;
		memcpy(l3 + 8, from6, 16);
		l3[24] = 0xff;
		l3[25] = 0x1e;
		l3[39] = p->group;
		return;
	}
	l3[0] = 0x45;
	l3[1] = p->tos;
	put16(l3 + 2, 20 + udp_len);
	put16(l3 + 4, p->id);
	l3[6] = p->df ? 0x40 : 0;
	l3[8] = p->ttl;
	l3[9] = 17;
	memcpy(l3 + 12, addrs, sizeof(addrs));
	l3[19] = p->group;
	ip_checksum(l3);
}

static void make_checksum(uint8_t *l3, const struct packet *p,
			  uint32_t udp_len)
{
	uint8_t *check = l3 + head_of(l3) + 6;
	uint32_t sum = pseudo(l3, udp_len);

	if (p->csum == CSUM_PARTIAL) {
		put16(check, sum);
		return;
	}
	if (p->csum == CSUM_ZERO)
		return;
	sum = ~sum_of(check - 6, udp_len, sum) & 0xffff;
	if (p->csum == CSUM_BAD)
		sum ^= 0x0101;
	put16(check, sum ? sum : 0xffff);
}

static uint16_t link_of(const struct packet *p)
{
	return p->link ? p->link : ETH_HLEN;
}

/**
 * rig_frame - make a frame
 * @l2: gets it
 * @p: what it is made of
 *
 * Return: its length.
 */
uint32_t rig_frame(uint8_t *l2, const struct packet *p)
{
	static const uint8_t macs[12] = { 1, 0, 0x5e, 1, 1, 0, 2, 0, 0, 1, 0,
					  1 };
	uint32_t udp_len = 8U + p->size, i;
	uint8_t *l3 = l2 + link_of(p), *uh = l3 + (p->v6 ? 40 : 20);

	memset(l2, 0, link_of(p) + 48U);
	if (!p->link) {
		memcpy(l2, macs, sizeof(macs));
		l2[5] = p->group;
		put16(l2 + 12, p->v6 ? ETH_P_IPV6 : ETH_P_IP);
	}
	make_ip(l3, p, udp_len);
	put16(uh, p->sport);
	put16(uh + 2, 5000);
	put16(uh + 4, udp_len);
	for (i = 0; i < p->size; i++)
		uh[8 + i] = i ? (uint8_t)(p->seed + i * 7) : p->tag;
	make_checksum(l3, p, udp_len);
	memset(uh + udp_len, 0xee, p->pad);
	return (uint32_t)(uh - l2) + udp_len + p->pad;
}

/* As the kernel does, it comes first. */
static size_t put_stamp(uint64_t stamp, uint8_t *control)
{
	const struct timespec ts = {
		.tv_sec = (time_t)(stamp / 1000000000U),
		.tv_nsec = (long)(stamp % 1000000000U),
	};
	struct cmsghdr h = {
		.cmsg_len = CMSG_LEN(sizeof(ts)),
		.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_TIMESTAMPNS,
	};

	memcpy(control, &h, sizeof(h));
	memcpy(control + CMSG_LEN(0), &ts, sizeof(ts));
	return CMSG_SPACE(sizeof(ts));
}

static void make_aux(const struct packet *p, uint32_t len, uint8_t *control)
{
	struct tpacket_auxdata aux = {
		.tp_len = len, .tp_snaplen = len, .tp_net = link_of(p),
	};
	struct cmsghdr h = {
		.cmsg_len = CMSG_LEN(sizeof(aux)),
		.cmsg_level = SOL_PACKET, .cmsg_type = PACKET_AUXDATA,
	};

	if (p->verified)
		aux.tp_status |= TP_STATUS_CSUM_VALID;
	if (p->csum == CSUM_PARTIAL)
		aux.tp_status |= TP_STATUS_CSUMNOTREADY;
	if (p->vlan) {
		aux.tp_status |= TP_STATUS_VLAN_VALID |
				 TP_STATUS_VLAN_TPID_VALID;
		aux.tp_vlan_tci = (uint16_t)(p->prio << 13 | p->vlan);
		aux.tp_vlan_tpid = ETH_P_8021Q;
	}
	if (p->stamp)
		control += put_stamp(p->stamp, control);
	memcpy(control, &h, sizeof(h));
	memcpy(control + CMSG_LEN(0), &aux, sizeof(aux));
}

/**
 * rig_receive - a packet comes
 * @r: the rig
 * @p: the packet
 */
void rig_receive(struct rig *r, const struct packet *p)
{
	struct mcrd_rxdev *rx = mcrd_port_find(&r->w.table, "in0")->rx;
	uint8_t control[MCRD_FRAME_CONTROL] = { };
	struct sockaddr_ll from = {
		.sll_hatype = p->link ? ARPHRD_IPGRE : ARPHRD_ETHER,
		.sll_pkttype = PACKET_MULTICAST,
		.sll_protocol = htons(p->v6 ? ETH_P_IPV6 : ETH_P_IP),
	};
	size_t vnet = rx->vnet ? MCRD_VNET_LEN : 0;
	struct mcrd_buf *buf = mcrd_pool_lend(&r->w.pool);
	struct virtio_net_hdr h = { };
	struct mcrd_message m = {
		.name = &from, .control = control,
		.control_len = sizeof(control),
	};
	uint8_t *payload;
	uint32_t len;

	assert_non_null(buf);
	memset(buf->mem, 0xdd, BUFFER_BYTES);
	payload = buf->mem + mcrd_frame_shift(rx->vnet) + MCRD_FRAME_ROOM;
	len = rig_frame(payload + vnet, p);
	if (p->csum == CSUM_PARTIAL) {
		h.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
		h.csum_start = (uint16_t)(link_of(p) + (p->v6 ? 40 : 20));
		h.csum_offset = 6;
	}
	memcpy(payload, &h, vnet);
	make_aux(p, len, control);
	mcrd_pool_filled(&r->w.pool, buf);
	m.payload = payload;
	m.len = vnet + len;
	mcrd_receive(&r->w, rx, buf, &m);
}

/**
 * rig_flush - a batch ends
 * @r: the rig
 */
void rig_flush(struct rig *r)
{
	mcrd_receive_batch(&r->w, 0);
}
