// SPDX-License-Identifier: GPL-2.0
/*
 * Dumps: answers that are longer than a datagram, and wait until the one before
 * was sent.
 */
#include <net/netlink.h>

#include "internal.h"

/* Bytes of a datagram. */
#define KAPI_DUMP_SIZE		32768U

/**
 * struct kapi_dump - a dump under way
 * @node: among all dumps; a peer has one at most
 * @cb: the family's side of it
 * @last: what the family said last; positive: go on, even if it put nothing
 */
struct kapi_dump {
	struct list_head node;
	struct netlink_callback cb;
	int last;
};

static LIST_HEAD(kapi_dumps);

static struct kapi_dump *kapi_dump_of(u32 portid)
{
	struct kapi_dump *d;

	list_for_each_entry(d, &kapi_dumps, node)
		if (NETLINK_CB(d->cb.skb).portid == portid)
			return d;
	return NULL;
}

/* What the family has of it is freed, if it was begun. */
static void kapi_dump_free(struct kapi_dump *d)
{
	list_del(&d->node);
	if (d->cb.done)
		d->cb.done(&d->cb);
	kapi_skb_put(d->cb.skb);
	kapi_free(d);
}

static void kapi_dump_go_on(struct kapi_dump *d)
{
	u32 portid = NETLINK_CB(d->cb.skb).portid;
	struct netlink_ext_ack extack = { };
	struct sk_buff *skb = kapi_skb_new(KAPI_DUMP_SIZE);
	int err;

	if (!skb) {
		/* There may be none the next time either: let it end. */
		kapi_overrun(portid);
		kapi_dump_free(d);
		return;
	}
	skb->sk = d->cb.skb->sk;
	if (d->last > 0) {
		d->cb.extack = &extack;
		d->last = d->cb.dump(skb, &d->cb);
		d->cb.extack = NULL;
	}
	err = d->last;
	/* It has a turn for each part of what it looks at. */
	if (err > 0 && !skb->len) {
		kapi_skb_put(skb);
		return;
	}
	if (err <= 0 && kapi_dump_put_done(skb, &d->cb, err, &extack))
		kapi_dump_free(d);
	if (kapi_genl_unicast(skb, portid))
		kapi_overrun(portid);
}

/**
 * kapi_dump_start - begin to dump
 * @skb: the request
 * @nlh: the same
 * @control: what there is to call
 *
 * Return: -EINTR, if it was begun: it answers by itself; else why not.
 */
int kapi_dump_start(struct sk_buff *skb, const struct nlmsghdr *nlh,
		    const struct kapi_dump_control *control)
{
	struct kapi_dump *d;
	int err;

	if (kapi_dump_of(NETLINK_CB(skb).portid))
		return -EBUSY;
	d = kapi_zalloc(1, sizeof(*d));
	if (!d)
		return -ENOMEM;
	d->cb.skb = skb;
	d->cb.nlh = nlh;
	d->cb.dump = control->dump;
	d->cb.data = control->data;
	d->last = INT_MAX;
	err = control->start ? control->start(&d->cb) : 0;
	if (err) {
		kapi_free(d);
		return err;
	}
	d->cb.done = control->done;
	skb->users++;
	list_add_tail(&d->node, &kapi_dumps);
	kapi_dump_go_on(d);
	return -EINTR;
}

/**
 * kapi_dump_pending - is there more of a peer's dump?
 * @portid: the peer
 *
 * Return: true if so.
 */
bool kapi_dump_pending(uint32_t portid)
{
	return kapi_dump_of(portid);
}

/**
 * kapi_dump_step - go on with a peer's dump
 * @portid: the peer
 */
void kapi_dump_step(uint32_t portid)
{
	struct kapi_dump *d = kapi_dump_of(portid);

	if (d)
		kapi_dump_go_on(d);
}

/**
 * kapi_dump_forget - do not go on with it
 * @portid: the peer
 */
void kapi_dump_forget(u32 portid)
{
	struct kapi_dump *d = kapi_dump_of(portid);

	if (d)
		kapi_dump_free(d);
}

/**
 * kapi_dumps_exit - go on with none
 */
void kapi_dumps_exit(void)
{
	struct kapi_dump *d, *tmp;

	list_for_each_entry_safe(d, tmp, &kapi_dumps, node)
		kapi_dump_free(d);
}
