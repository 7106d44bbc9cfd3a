/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A rule with outputs whose devices are not registered: what they would send is
 * kept for the test to look at.
 */
#ifndef MCR_TESTS_FORWARD_RIG_H
#define MCR_TESTS_FORWARD_RIG_H

#include <kunit/test.h>
#include <linux/skbuff.h>

#include "forward.h"
#include "packet.h"
#include "port.h"

#define MCR_RIG_DEVS	3
#define MCR_RIG_MTU	1500

/**
 * struct mcr_rig - the rule, its outputs and devices
 * @test: that it is for
 * @in: the device that packets are received on
 * @dev: devices that are up
 * @port: they, bound
 * @fanout: the rule's, with room for MCR_OUTPUTS_MAX outputs, none at first
 * @sent: what the outputs sent, in order
 * @rc: what the devices return
 * @held: packets that came in and are not freed, nor sent, yet
 * @reenter: so often, what is sent comes back into the rule at once
 */
struct mcr_rig {
	struct kunit *test;
	struct net_device *in;
	struct net_device *dev[MCR_RIG_DEVS];
	struct mcr_port port[MCR_RIG_DEVS];
	struct mcr_fanout *fanout;
	struct sk_buff_head sent;
	int rc;
	int held;
	unsigned int reenter;
};

/* Does a packet say that others have its pages, too? */
static inline bool mcr_rig_is_told(const struct sk_buff *skb)
{
	return skb_shinfo(skb)->flags & SKBFL_SHARED_FRAG;
}

int mcr_rig_init(struct kunit *test);
void mcr_rig_exit(struct kunit *test);
int mcr_rig_xmit(struct sk_buff *skb);

struct mcr_output *mcr_rig_output(struct mcr_rig *rig, unsigned int dev,
				  const struct mcr_rewrite *w);
bool mcr_rig_receive(struct mcr_rig *rig, struct sk_buff *skb);
struct sk_buff *mcr_rig_expect(struct mcr_rig *rig, unsigned int i,
			       const struct mcr_tp *want);
void mcr_rig_expect_counters(struct mcr_rig *rig, unsigned int i, u64 sent,
			     u64 bytes, enum mcr_drop reason, u64 dropped);

#endif /* MCR_TESTS_FORWARD_RIG_H */
