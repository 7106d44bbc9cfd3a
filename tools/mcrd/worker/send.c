// SPDX-License-Identifier: GPL-2.0
/*
 * Sending; see send.h.
 *
 * Who may not send, and why, is decided as in kmod/forward.c, in the same order.
 */
#include "worker.h"

#include <errno.h>
#include <linux/if_arp.h>
#include <linux/skbuff.h>
#include <linux/udp.h>
#include <net/if.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "count.h"
#include "header.h"
#include "rewrite.h"

/* The supervisor that had no room for a first drop is not bothered for so long. */
#define TELL_REST_MS	10

/**
 * mcrd_sender_init - make room for sends
 * @s: the sends
 *
 * Return: 0 or -ENOMEM.
 */
int mcrd_sender_init(struct mcrd_sender *s)
{
	uint32_t i;

	memset(s, 0, sizeof(*s));
	s->sends = calloc(MCRD_SENDS, sizeof(*s->sends));
	if (!s->sends)
		return -ENOMEM;
	for (i = 0; i < MCRD_SENDS; i++) {
		s->sends[i].next = s->free;
		s->free = &s->sends[i];
	}
	return 0;
}

/**
 * mcrd_sender_exit - free the sends
 * @s: the sends; the kernel refers to none any more
 */
void mcrd_sender_exit(struct mcrd_sender *s)
{
	uint32_t i;

	for (i = 0; s->sends && i < MCRD_SENDS; i++)
		free(s->sends[i].long_head);
	free(s->sends);
	memset(s, 0, sizeof(*s));
}

/**
 * mcrd_sender_epoch - what is sent from now on is by new rules
 * @s: the sends, which are settled
 */
void mcrd_sender_epoch(struct mcrd_sender *s)
{
	s->epoch++;
}

/* May a super-packet go out whole? */
static bool super_ok(const struct mcrd_run *run)
{
	return run->gso_type == SKB_GSO_UDP_L4 && run->p.thoff &&
	       run->partial && run->csum_start == run->p.thoff &&
	       run->csum_offset == offsetof(struct udphdr, check);
}

/* Why can this output not send? 0: it can. */
static enum mcr_drop obstacle(const struct mcrd_run *run,
			      const struct mcrd_out *out)
{
	const struct mcrd_dev *dev = &out->port->dev;
	const struct mcr_rewrite *w = &out->rewrite;
	const struct mcr_packet *p = &run->p;
	uint32_t len = mcr_rewrite_is_shared(w) ? run->full_len : p->l3_len;

	if (!dev->ifindex || !out->port->tx || dev->type != ARPHRD_ETHER)
		return MCR_DROP_NO_DEVICE;
	if (!(dev->flags & IFF_UP) || !(dev->flags & IFF_LOWER_UP))
		return MCR_DROP_DEVICE_DOWN;
	if (p->fragment)
		return MCR_DROP_FRAGMENT;
	if (run->gso_size) {
		if (!super_ok(run))
			return MCR_DROP_SUPERPACKET;
		len = p->hlen + run->gso_size;
	}
	if (len > dev->mtu)
		return MCR_DROP_MTU;
	if (w->ttl_mode == MCR_TTL_DEC && p->ttl <= 1)
		return MCR_DROP_TTL;
	if (p->fixed && mcr_rewrite_is_move(w))
		return MCR_DROP_MALFORMED;
	if (w->mac == MCR_MAC_KEEP && !run->l2)
		return MCR_DROP_MALFORMED;
	return 0;
}

static void drop(struct mcrd_worker *w, struct mcrd_out *out,
		 enum mcr_drop reason, uint32_t n)
{
	struct mcrd_first_drop first = {
		.rule = out->rule, .output = out->id, .reason = reason,
	};

	mcrd_count_offered(out, n);
	mcr_stats_drop(out->drops, reason, n);
	if (out->told & 1U << reason || w->now < w->tell_at)
		return;
	if (mcrd_worker_tell(w, MCRD_FIRST_DROP, &first, sizeof(first)))
		out->told |= 1U << reason;
	else
		w->tell_at = w->now + TELL_REST_MS;
}

static struct mcrd_send *send_get(struct mcrd_worker *w, struct mcrd_out *out)
{
	struct mcrd_send *s;

	if (!w->sender.free || out->under_way >= MCRD_SENDS_OUT)
		w->loop->submit(w);
	s = w->sender.free;
	if (!s || out->under_way >= MCRD_SENDS_OUT)
		return NULL;
	w->sender.free = s->next;
	return s;
}

static void send_put(struct mcrd_worker *w, struct mcrd_send *s)
{
	free(s->long_head);
	s->long_head = NULL;
	s->next = w->sender.free;
	w->sender.free = s;
}

/* Where the headers are made; NULL without memory. */
static uint8_t *head_of(struct mcrd_send *s, uint32_t hlen)
{
	if (hlen <= MCRD_SEND_HEAD - MCRD_HEADER_L3)
		return s->head;
	s->long_head = malloc(MCRD_HEADER_L3 + hlen);
	return s->long_head;
}

static void set_payload(struct mcrd_send *s, const struct mcrd_run *run)
{
	bool shared = mcr_rewrite_is_shared(&s->out->rewrite);
	uint32_t hlen = run->p.hlen, i;
	size_t n = 1;

	for (i = 0; i < run->n; i++) {
		const struct mcrd_piece *piece = &run->piece[i];
		uint32_t len = piece->len;

		/* Only packets that are alone have padding. */
		if (shared && run->n == 1)
			len = run->full_len;
		if (len == hlen)
			continue;
		s->iov[n].iov_base = piece->l3 + hlen;
		s->iov[n++].iov_len = len - hlen;
	}
	s->msg.msg_iov = s->iov;
	s->msg.msg_iovlen = n;
}

/* The new source address in @addr, or none; false: there has to be one. */
static bool find_source(const struct mcrd_out *out, const struct mcr_packet *p,
			union mcr_addr *addr, const union mcr_addr **src)
{
	*src = NULL;
	if (out->rewrite.src_mode == MCR_SRC_SET)
		*src = &out->rewrite.src;
	if (out->rewrite.src_mode != MCR_SRC_AUTO)
		return true;
	*src = addr;
	return mcrd_header_source(&out->rewrite, &out->port->dev, p, addr);
}

static enum mcr_drop send_out(struct mcrd_worker *w, struct mcrd_run *run,
			      struct mcrd_out *out)
{
	struct mcrd_txdev *tx = out->port->tx;
	const union mcr_addr *src;
	struct mcrd_header h;
	union mcr_addr addr;
	struct mcrd_send *s;

	if (!find_source(out, &run->p, &addr, &src))
		return MCR_DROP_NO_SOURCE;
	s = send_get(w, out);
	if (!s)
		return MCR_DROP_QUEUE_FULL;
	h.mem = head_of(s, run->p.hlen);
	if (!h.mem) {
		send_put(w, s);
		return MCR_DROP_NO_MEMORY;
	}
	mcrd_header_make(&h, run, &out->rewrite, &out->port->dev, src,
			 tx->vnet);
	s->iov[0].iov_base = h.start;
	s->iov[0].iov_len = h.len;
	s->out = out;
	s->tx = tx;
	s->run = run;
	s->segs = run->p.segs;
	s->bytes = run->p.bytes;
	s->epoch = w->sender.epoch;
	set_payload(s, run);
	run->refs++;
	s->number = ++out->begun;
	out->under_way++;
	w->sender.under_way[s->epoch & 1]++;
	w->loop->send(w, s);
	return 0;
}

/* A packet of a run, as if it had come alone; refers to the run's buffer. */
static struct mcrd_run *single(struct mcrd_worker *w,
			       const struct mcrd_run *run, uint32_t i)
{
	const struct mcrd_piece *piece = &run->piece[i];
	struct mcrd_run *one = mcrd_run_get(w);

	if (!one)
		return NULL;
	one->rule = run->rule;
	one->p = run->p;
	one->p.l3_len = piece->len;
	one->p.bytes = piece->len;
	one->p.segs = 1;
	one->l2 = run->l2;
	one->l3 = piece->l3;
	one->protocol = run->protocol;
	one->tagged = run->tagged;
	one->tpid = run->tpid;
	one->tci = run->tci;
	one->partial = piece->partial;
	one->csum_start = run->p.thoff;
	one->csum_offset = offsetof(struct udphdr, check);
	one->gso_size = 0;
	one->gso_type = 0;
	one->full_len = piece->len;
	one->n = 1;
	one->piece[0] = *piece;
	piece->buf->refs++;
	return one;
}

static void send_singly(struct mcrd_worker *w, const struct mcrd_run *run,
			struct mcrd_out *out)
{
	uint32_t i;

	for (i = 0; i < run->n; i++) {
		struct mcrd_run *one = single(w, run, i);
		enum mcr_drop reason = MCR_DROP_NO_MEMORY;

		if (one) {
			reason = obstacle(one, out);
			if (!reason)
				reason = send_out(w, one, out);
			mcrd_run_put(w, one);
		}
		if (reason)
			drop(w, out, reason, 1);
	}
}

/*
 * A run that cannot go out in one is sent packet by packet. The last packet may
 * be smaller than an MTU that the others are too large for.
 */
static bool is_singly(const struct mcrd_worker *w, const struct mcrd_run *run,
		      const struct mcrd_out *out, enum mcr_drop reason)
{
	return run->n > 1 && (reason == MCR_DROP_MTU ||
			      (!reason && (w->sender.no_gso ||
					   !out->port->tx->vnet)));
}

static void offer(struct mcrd_worker *w, struct mcrd_run *run,
		  struct mcrd_out *out)
{
	enum mcr_drop reason = obstacle(run, out);

	if (is_singly(w, run, out, reason)) {
		send_singly(w, run, out);
		return;
	}
	if (!reason && run->gso_size &&
	    (w->sender.no_gso || !out->port->tx->vnet))
		reason = MCR_DROP_SUPERPACKET;
	if (!reason)
		reason = send_out(w, run, out);
	if (reason)
		drop(w, out, reason, run->p.segs);
}

/**
 * mcrd_send_run - send a run out of each output of its rule
 * @w: the worker
 * @run: the run; still the caller's
 */
void mcrd_send_run(struct mcrd_worker *w, struct mcrd_run *run)
{
	struct mcrd_rule_in *rule = run->rule;
	uint32_t i;

	w->sender.offered += rule->n;
	for (i = 0; i < rule->n; i++)
		offer(w, run, &rule->out[i]);
}

/**
 * mcrd_send_lost - there is no memory to send a packet with
 * @w: the worker
 * @rule: the rule that takes it
 * @p: the packet
 */
void mcrd_send_lost(struct mcrd_worker *w, struct mcrd_rule_in *rule,
		    const struct mcr_packet *p)
{
	uint32_t i;

	for (i = 0; i < rule->n; i++)
		drop(w, &rule->out[i], MCR_DROP_NO_MEMORY, p->segs);
}

static enum mcr_drop reason_of(enum mcrd_fault fault, bool gso)
{
	switch (fault) {
	case MCRD_FAULT_TX_DOWN:
		return MCR_DROP_DEVICE_DOWN;
	case MCRD_FAULT_TX_GONE:
		return MCR_DROP_NO_DEVICE;
	case MCRD_FAULT_TX_SIZE:
		return MCR_DROP_MTU;
	case MCRD_FAULT_TX_MEMORY:
		return MCR_DROP_NO_MEMORY;
	case MCRD_FAULT_TX_INVALID:
		return gso ? MCR_DROP_SUPERPACKET : MCR_DROP_MALFORMED;
	default:
		return MCR_DROP_QUEUE_FULL;
	}
}

static void send_failed(struct mcrd_worker *w, struct mcrd_send *s, int err)
{
	enum mcrd_fault fault = mcrd_fault_tx(err);
	struct mcrd_run *run = s->run;
	uint32_t now;

	if (!w->errors.n[fault]++)
		mcrd_wlog_put(&w->log, LOG_NOTICE, NULL,
			      "a send to %s failed: %s (%s); further ones are only counted",
			      s->out->port->dev.name, strerror(err),
			      mcrd_fault_name(fault));
	if (fault != MCRD_FAULT_TX_INVALID || run->n == 1) {
		drop(w, s->out, reason_of(fault, run->gso_size), s->segs);
		return;
	}
	if (!w->sender.no_gso)
		mcrd_wlog_put(&w->log, LOG_WARNING, NULL,
			      "the kernel does not send UDP super-packets (Linux 6.2 does): packets are sent one by one");
	w->sender.no_gso = true;
	/* Sent now, they would come behind what was sent after them. */
	if (s->number != s->out->begun) {
		drop(w, s->out, MCR_DROP_SUPERPACKET, s->segs);
		return;
	}
	/* They are part of what began then. */
	now = w->sender.epoch;
	w->sender.epoch = s->epoch;
	send_singly(w, run, s->out);
	w->sender.epoch = now;
}

/**
 * mcrd_send_done - a send is done
 * @w: the worker
 * @s: the send; not the caller's any more
 * @result: bytes, or -errno
 */
void mcrd_send_done(struct mcrd_worker *w, struct mcrd_send *s, int result)
{
	struct mcrd_out *out = s->out;

	if (result < 0)
		send_failed(w, s, -result);
	else
		mcrd_count_sent(out, s->segs, s->bytes);
	s->run->sent |= result >= 0;
	out->under_way--;
	w->sender.under_way[s->epoch & 1]--;
	mcrd_run_put(w, s->run);
	send_put(w, s);
}
