/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What stands in for dev_queue_xmit() where sending is tested.
 */
#ifndef MCR_SEND_UNDER_TEST_H
#define MCR_SEND_UNDER_TEST_H

struct sk_buff;

int mcr_send_queued(struct sk_buff *skb);

#endif /* MCR_SEND_UNDER_TEST_H */
