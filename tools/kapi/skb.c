// SPDX-License-Identifier: GPL-2.0
/*
 * Memory of messages.
 */
#include <linux/skbuff.h>
#include <linux/slab.h>

#include "internal.h"

/**
 * kapi_skb_new - make an empty message
 * @size: bytes it has room for
 *
 * Return: for kapi_skb_put(); NULL without memory.
 */
struct sk_buff *kapi_skb_new(unsigned int size)
{
	struct sk_buff *skb = kapi_zalloc(1, sizeof(*skb));

	if (!skb)
		return NULL;
	skb->head = kapi_alloc(size);
	if (!skb->head) {
		kapi_free(skb);
		return NULL;
	}
	skb->data = skb->head;
	skb->room = size;
	skb->users = 1;
	return skb;
}

/**
 * kapi_skb_put - use a message no more
 * @skb: the message; may be NULL
 */
void kapi_skb_put(struct sk_buff *skb)
{
	if (!skb || --skb->users)
		return;
	kapi_free(skb->head);
	kapi_free(skb);
}
