// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit: the flows that no rule took, the last ones of each CPU.
 */
#include <linux/bottom_half.h>
#include <linux/cpu.h>
#include <linux/workqueue.h>

#include "tests.h"
#include "unmatched.h"
#include "vectors.h"

static const struct mcr_flow mcr_some_flow = TV_F4(TV_G4, TV_S4, TV_TO(5000));

static int mcr_unmatched_init(struct kunit *test)
{
	struct mcr_unmatched __percpu *unmatched = mcr_unmatched_alloc();

	KUNIT_ASSERT_TRUE(test, unmatched);
	test->priv = (void __force *)unmatched;
	return 0;
}

static struct mcr_unmatched __percpu *mcr_unmatched_of(struct kunit *test)
{
	return (struct mcr_unmatched __percpu __force *)test->priv;
}

static void mcr_unmatched_exit(struct kunit *test)
{
	free_percpu(mcr_unmatched_of(test));
}

/* The flow number @dport; as from the packet path. */
static void mcr_unmatched_see(struct kunit *test, u16 dport)
{
	struct mcr_flow flow = mcr_some_flow;

	flow.dport = dport;
	local_bh_disable();
	mcr_unmatched_note(mcr_unmatched_of(test), &flow);
	local_bh_enable();
}

static void mcr_unmatched_same(struct kunit *test, const struct mcr_flow *a,
			       const struct mcr_flow *b)
{
	KUNIT_EXPECT_TRUE(test, mcr_addr_equal(&a->dst, &b->dst));
	KUNIT_EXPECT_TRUE(test, mcr_addr_equal(&a->src, &b->src));
	KUNIT_EXPECT_EQ(test, a->dport, b->dport);
	KUNIT_EXPECT_EQ(test, a->vlan, b->vlan);
	KUNIT_EXPECT_EQ(test, a->family, b->family);
	KUNIT_EXPECT_EQ(test, a->proto, b->proto);
}

/* That flows of the numbers @from to @to are remembered, and no others. */
static void mcr_unmatched_expect(struct kunit *test, u16 from, u16 to)
{
	struct mcr_flow flow[MCR_UNMATCHED_SHOWN];
	u32 n = mcr_unmatched_read(mcr_unmatched_of(test), flow), i;
	unsigned long seen = 0;

	KUNIT_EXPECT_EQ(test, n, (u32)(to - from + 1));
	for (i = 0; i < n; i++) {
		struct mcr_flow want = mcr_some_flow;

		want.dport = flow[i].dport;
		mcr_unmatched_same(test, &flow[i], &want);
		KUNIT_ASSERT_LT(test, flow[i].dport, (u16)BITS_PER_LONG);
		seen |= BIT(flow[i].dport);
	}
	KUNIT_EXPECT_EQ(test, seen, n ? GENMASK(to, from) : 0UL);
}

static void mcr_unmatched_none(struct kunit *test)
{
	mcr_unmatched_expect(test, 1, 0);
}

/* Each once, however often it comes; the order in which they come is of no use. */
static void mcr_unmatched_once(struct kunit *test)
{
	unsigned int i;

	migrate_disable();
	for (i = 0; i < 3; i++) {
		mcr_unmatched_see(test, 1);
		mcr_unmatched_see(test, 2);
	}
	mcr_unmatched_expect(test, 1, 2);
	migrate_enable();
}

static void mcr_unmatched_oldest(struct kunit *test)
{
	u16 i;

	migrate_disable();
	for (i = 1; i <= MCR_UNMATCHED_KEPT; i++)
		mcr_unmatched_see(test, i);
	mcr_unmatched_expect(test, 1, MCR_UNMATCHED_KEPT);
	/* To be seen again makes a flow no younger. */
	mcr_unmatched_see(test, 1);
	for (; i <= 2 * MCR_UNMATCHED_KEPT + 1; i++) {
		mcr_unmatched_see(test, i);
		mcr_unmatched_expect(test, i - MCR_UNMATCHED_KEPT + 1, i);
	}
	/* What was forgotten is new when it comes again. */
	for (i = 1; i <= MCR_UNMATCHED_KEPT; i++)
		mcr_unmatched_see(test, i);
	mcr_unmatched_expect(test, 1, MCR_UNMATCHED_KEPT);
	migrate_enable();
}

/* A flow is all of its key. */
static void mcr_unmatched_differ(struct kunit *test)
{
	const struct mcr_flow flows[] = {
		TV_F4(TV_G4, TV_S4, TV_TO(5000)),
		TV_F4(TV_G4_B, TV_S4, TV_TO(5000)),
		TV_F4(TV_G4, TV_S4_B, TV_TO(5000)),
		TV_F4(TV_G4, TV_S4, TV_TO(5001)),
		TV_F4(TV_G4, TV_S4, TV_TO(5000), .vlan = 5),
		TV_F4(TV_G4, TV_S4, TV_ANY),
		TV_F4(TV_G4, TV_S4, TV_UDP),
		TV_F6(TV_G6, TV_S6, TV_TO(5000)),
	};
	struct mcr_flow got[MCR_UNMATCHED_SHOWN];
	unsigned int i, round;

	BUILD_BUG_ON(ARRAY_SIZE(flows) > MCR_UNMATCHED_KEPT);
	local_bh_disable();
	for (round = 0; round < 2; round++)
		for (i = 0; i < ARRAY_SIZE(flows); i++)
			mcr_unmatched_note(mcr_unmatched_of(test), &flows[i]);
	local_bh_enable();
	KUNIT_ASSERT_EQ(test, mcr_unmatched_read(mcr_unmatched_of(test), got),
			(u32)ARRAY_SIZE(flows));
	for (i = 0; i < ARRAY_SIZE(flows); i++)
		mcr_unmatched_same(test, &got[i], &flows[i]);
}

/* One that all CPUs see, and others that only this one does. */
static long mcr_unmatched_fill(void *arg)
{
	u16 first = 1 + smp_processor_id() * MCR_UNMATCHED_KEPT, i;

	mcr_unmatched_see(arg, 60000);
	for (i = 0; i < MCR_UNMATCHED_KEPT - 1; i++)
		mcr_unmatched_see(arg, first + i);
	return 0;
}

/* Each CPU has its own; what several have is shown once, and not too much. */
static void mcr_unmatched_cpus(struct kunit *test)
{
	struct mcr_flow flow[MCR_UNMATCHED_SHOWN];
	u32 cpus = 0, common = 0, n, i, j;
	int cpu;

	cpus_read_lock();
	for_each_online_cpu(cpu) {
		work_on_cpu(cpu, mcr_unmatched_fill, test);
		cpus++;
	}
	cpus_read_unlock();
	n = mcr_unmatched_read(mcr_unmatched_of(test), flow);
	KUNIT_EXPECT_EQ(test, n, min_t(u32, MCR_UNMATCHED_SHOWN, 1 +
				       cpus * (MCR_UNMATCHED_KEPT - 1)));
	for (i = 0; i < n; i++) {
		common += flow[i].dport == 60000;
		for (j = 0; j < i; j++)
			KUNIT_EXPECT_NE(test, flow[i].dport, flow[j].dport);
	}
	KUNIT_EXPECT_EQ(test, common, 1U);
}

static struct kunit_case mcr_unmatched_cases[] = {
	KUNIT_CASE(mcr_unmatched_none),
	KUNIT_CASE(mcr_unmatched_once),
	KUNIT_CASE(mcr_unmatched_oldest),
	KUNIT_CASE(mcr_unmatched_differ),
	KUNIT_CASE(mcr_unmatched_cpus),
	{}
};

struct kunit_suite mcr_unmatched_suite = {
	.name = "mcr_unmatched",
	.init = mcr_unmatched_init,
	.exit = mcr_unmatched_exit,
	.test_cases = mcr_unmatched_cases,
};
