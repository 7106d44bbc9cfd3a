// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit: a device that filters VLANs is told of those that rules take.
 */
#include <linux/if_vlan.h>
#include <linux/netdevice.h>

#include "bind.h"
#include "change_rig.h"
#include "netdev.h"
#include "tests.h"

/* What the device was told of and not of the contrary; by VLAN. */
static int mcr_vids[VLAN_N_VID];
static int mcr_vid_error;

static int mcr_vid_add(struct net_device *dev, __be16 proto, u16 vid)
{
	if (mcr_vid_error || proto != htons(ETH_P_8021Q))
		return mcr_vid_error ?: -EINVAL;
	mcr_vids[vid]++;
	return 0;
}

static int mcr_vid_kill(struct net_device *dev, __be16 proto, u16 vid)
{
	mcr_vids[vid]--;
	return 0;
}

static const struct net_device_ops mcr_vid_ops = {
	.ndo_vlan_rx_add_vid = mcr_vid_add,
	.ndo_vlan_rx_kill_vid = mcr_vid_kill,
};

static const struct mcr_output_spec mcr_one[] = { { .dev = "eth1" } };

static struct mcr_rule *mcr_vid_rule(struct mcr_table_rig *rig, u8 last,
				     u16 vlan)
{
	struct mcr_request req = TV_REQUEST(TV_MU4, mcr_one);
	struct mcr_error error = { };
	struct mcr_rule *rule;

	req.spec.match.group.raw[3] = last;
	req.spec.match.vlan = vlan;
	rule = mcr_change_add(rig->mn, &req, &error);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(rig->test, rule);
	return rule;
}

static void mcr_vid_expect(struct kunit *test, int five, int six)
{
	unsigned int i, others = 0;

	for (i = 0; i < VLAN_N_VID; i++)
		others += i != 5 && i != 6 && mcr_vids[i];
	KUNIT_EXPECT_EQ(test, mcr_vids[5], five);
	KUNIT_EXPECT_EQ(test, mcr_vids[6], six);
	KUNIT_EXPECT_EQ(test, others, 0U);
}

static struct mcr_table_rig *mcr_vid_rig(struct kunit *test)
{
	struct mcr_table_rig *rig = test->priv;

	if (!IS_ENABLED(CONFIG_VLAN_8021Q))
		kunit_skip(test, "this kernel has no VLANs");
	memset(mcr_vids, 0, sizeof(mcr_vids));
	mcr_vid_error = 0;
	rig->dev->netdev_ops = &mcr_vid_ops;
	rig->dev->features |= NETIF_F_HW_VLAN_CTAG_FILTER;
	set_bit(__LINK_STATE_PRESENT, &rig->dev->state);
	return rig;
}

/* Once for all rules of a VLAN, as long as one is enabled and has the device. */
MCR_TABLE_TEST(mcr_bind_vlan)
{
	struct mcr_table_rig *rig = mcr_vid_rig(test);
	struct mcr_error error = { };
	struct mcr_rule *a, *b, *c;
	struct mcr_port *port;

	mcr_vid_rule(rig, 9, 0);
	mcr_vid_expect(test, 0, 0);
	a = mcr_vid_rule(rig, 1, 5);
	b = mcr_vid_rule(rig, 2, 5);
	c = mcr_vid_rule(rig, 1, 6);
	mcr_vid_expect(test, 1, 1);
	mcr_change_del(rig->mn, c);
	mcr_vid_expect(test, 1, 0);
	mcr_change_disabled(rig->mn, a, true, &error);
	mcr_vid_expect(test, 1, 0);
	mcr_change_disabled(rig->mn, b, true, &error);
	mcr_vid_expect(test, 0, 0);
	mcr_change_disabled(rig->mn, a, false, &error);
	mcr_vid_expect(test, 1, 0);

	port = a->iif;
	mcr_bind_port_unbind(rig->mn, port);
	mcr_vid_expect(test, 0, 0);
	mcr_bind_port_bound(rig->mn, port);
	mcr_vid_expect(test, 1, 0);
	mcr_change_del(rig->mn, a);
	mcr_change_del(rig->mn, b);
	mcr_vid_expect(test, 0, 0);
}

/* A device that cannot refuses no rule, and is not told of the contrary. */
MCR_TABLE_TEST(mcr_bind_vlan_refused)
{
	struct mcr_table_rig *rig = mcr_vid_rig(test);
	struct mcr_rule *rule;

	mcr_vid_error = -ENOSPC;
	rule = mcr_vid_rule(rig, 1, 5);
	KUNIT_EXPECT_FALSE(test, rule->disabled);
	mcr_vid_expect(test, 0, 0);
	mcr_change_del(rig->mn, rule);
	mcr_vid_expect(test, 0, 0);
}

static struct kunit_case mcr_bind_cases[] = {
	KUNIT_CASE(mcr_bind_vlan),
	KUNIT_CASE(mcr_bind_vlan_refused),
	{}
};

struct kunit_suite mcr_bind_suite = {
	.name = "mcr_bind",
	.init = mcr_table_rig_init,
	.exit = mcr_table_rig_exit,
	.test_cases = mcr_bind_cases,
};
