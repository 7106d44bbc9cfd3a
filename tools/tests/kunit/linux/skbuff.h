/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Frames of tests: with memory of their own, of exactly their size. All of it is
 * linear, also what tests put into pages.
 */
#ifndef MCR_KUNIT_SKBUFF_H
#define MCR_KUNIT_SKBUFF_H

#include_next <linux/skbuff.h>
#include <linux/slab.h>

#define NET_SKB_PAD	32
#define PAGE_SIZE	4096
#define nr_frags	gso_segs	/* read, but of no meaning */

struct page {
	unsigned char data[PAGE_SIZE];
};

static inline struct page *alloc_page(gfp_t gfp)
{
	return kzalloc(sizeof(struct page), gfp);
}

static inline void *page_address(struct page *page)
{
	return page->data;
}

static inline struct sk_buff *alloc_skb(unsigned int size, gfp_t gfp)
{
	(void)gfp;
	return kapi_skb_new(size);
}

/* The page goes at once. */
static inline void skb_add_rx_frag(struct sk_buff *skb, int i,
				   struct page *page, int off, int size,
				   unsigned int truesize)
{
	unsigned int head = skb_headroom(skb);
	unsigned char *memory = kapi_alloc(head + skb->len + size);

	(void)i;
	(void)truesize;
	KAPI_ASSERT(memory);
	memcpy(memory, skb->head, head + skb->len);
	memcpy(memory + head + skb->len, page->data + off, size);
	kapi_free(skb->head);
	kapi_free(page);
	skb->head = memory;
	skb->data = memory + head;
	skb->len += size;
	skb->room = head + skb->len;
}

static inline void skb_reserve(struct sk_buff *skb, int len)
{
	skb->data += len;
}

static inline void *skb_put_data(struct sk_buff *skb, const void *data,
				 unsigned int len)
{
	return memcpy(skb_put(skb, len), data, len);
}

static inline void skb_reset_mac_header(struct sk_buff *skb)
{
	skb->mac_header = skb_headroom(skb);
}

static inline void skb_reset_network_header(struct sk_buff *skb)
{
	skb->network_header = skb_headroom(skb);
}

static inline void skb_reset_mac_len(struct sk_buff *skb)
{
	(void)skb;
}

static inline int skb_copy_bits(const struct sk_buff *skb, int off, void *to,
				int len)
{
	memcpy(to, skb->data + off, len);
	return 0;
}

static inline int skb_ensure_writable(struct sk_buff *skb, unsigned int len)
{
	return len <= skb->len ? 0 : -ENOMEM;
}

#endif /* MCR_KUNIT_SKBUFF_H */
