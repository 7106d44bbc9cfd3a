// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit: what is told of changes, in which order, and what is not. Events are
 * written down as words, the way the tests expect them.
 */
#include <linux/bottom_half.h>

#include "bind.h"
#include "change_rig.h"
#include "event.h"
#include "forward.h"
#include "netdev.h"
#include "tests.h"

/* KUnit runs one test at a time. */
static char mcr_event_words[1024];

static __printf(1, 2) void mcr_event_word(const char *fmt, ...)
{
	size_t len = strlen(mcr_event_words);
	va_list ap;

	if (len)
		len += strscpy(mcr_event_words + len, " ",
			       sizeof(mcr_event_words) - len);
	va_start(ap, fmt);
	vscnprintf(mcr_event_words + len, sizeof(mcr_event_words) - len, fmt,
		   ap);
	va_end(ap);
}

static void mcr_event_test_rule(struct mcr_net *mn, const struct mcr_rule *rule,
				bool created)
{
	mcr_event_word("%s:%s", created ? "new" : "changed", rule->name->text);
}

static void mcr_event_test_gone(struct mcr_net *mn, const struct mcr_rule *rule)
{
	mcr_event_word("gone:%s", rule->name ? rule->name->text : "?");
}

static void mcr_event_test_ingress(struct mcr_net *mn,
				   const struct mcr_port *port)
{
	mcr_event_word("%s:%s%s", port->name,
		       mcr_port_dev(mn, port) ? "there" : "waiting",
		       port->ingress->hooked ? ",hooked" : "");
}

static void mcr_event_test_output(struct mcr_net *mn,
				  const struct mcr_rule *rule,
				  const struct mcr_output *out, u32 reasons)
{
	if (reasons)
		mcr_event_word("%s/%u:drops=%x", rule->name->text, out->id,
			       reasons);
	else
		mcr_event_word("%s/%u:%s", rule->name->text, out->id,
			       mcr_port_dev(mn, out->port) ? "there" :
							     "waiting");
}

static void mcr_event_test_member(struct mcr_net *mn,
				  const struct mcr_rule *rule)
{
	mcr_event_word("%s:member=%u", rule->name->text, rule->membership);
}

static void mcr_event_test_many(struct mcr_net *mn)
{
	mcr_event_word("many");
}

static const struct mcr_event_ops mcr_event_test_ops = {
	.rule = mcr_event_test_rule,
	.rule_gone = mcr_event_test_gone,
	.ingress = mcr_event_test_ingress,
	.output = mcr_event_test_output,
	.member = mcr_event_test_member,
	.many = mcr_event_test_many,
};

/* What was told since the last time. */
static void mcr_event_expect(struct kunit *test, const char *words)
{
	KUNIT_EXPECT_STREQ(test, mcr_event_words, words);
	mcr_event_words[0] = '\0';
}

static const struct mcr_output_spec mcr_event_outputs[] = {
	{ .dev = "eth1" }, { .dev = "eth2" },
};

static const struct mcr_output_spec mcr_event_more[] = { { .dev = "eth3" } };

static const struct mcr_request mcr_event_a =
	TV_REQUEST(TV_MU4, mcr_event_outputs, .name = "a");
static const struct mcr_request mcr_event_b =
	TV_REQUEST(TV_M4(TV_G4_B, 32, TV_UDP), mcr_event_outputs, .name = "b");

static struct mcr_rule *mcr_event_add(struct mcr_table_rig *rig,
				      const struct mcr_request *req)
{
	struct mcr_error error = { };
	struct mcr_rule *rule = mcr_change_add(rig->mn, req, &error);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(rig->test, rule);
	return rule;
}

/* Every change of a rule, with what it brings along not told beside it. */
MCR_TABLE_TEST(mcr_event_changes)
{
	struct mcr_request renamed = mcr_event_a;
	struct mcr_table_rig *rig = test->priv;
	struct mcr_error error = { };
	struct mcr_net *mn = rig->mn;
	struct mcr_rule *a, *b;

	a = mcr_event_add(rig, &mcr_event_a);
	mcr_event_expect(test, "eth0:there,hooked new:a");
	b = mcr_event_add(rig, &mcr_event_b);
	mcr_event_expect(test, "new:b");
	renamed.name = "c";
	renamed.spec.join = MCR_JOIN_NONE;
	KUNIT_EXPECT_TRUE(test, mcr_change_replace(mn, a, &renamed, &error));
	mcr_event_expect(test, "changed:c");
	KUNIT_EXPECT_TRUE(test, mcr_change_disabled(mn, b, true, &error));
	mcr_event_expect(test, "changed:b");
	KUNIT_EXPECT_TRUE(test, mcr_change_disabled(mn, b, true, &error));
	mcr_event_expect(test, "");
	KUNIT_EXPECT_TRUE(test, mcr_change_disabled(mn, a, true, &error));
	mcr_event_expect(test, "eth0:there changed:c");
	KUNIT_EXPECT_TRUE(test, mcr_change_disabled(mn, a, false, &error));
	mcr_event_expect(test, "eth0:there,hooked changed:c");
	KUNIT_EXPECT_TRUE(test, mcr_change_add_output(mn, b, mcr_event_more,
						      &error));
	mcr_event_expect(test, "changed:b");
	KUNIT_EXPECT_TRUE(test, mcr_change_del_output(mn, b, 3, &error));
	mcr_event_expect(test, "changed:b");
	KUNIT_EXPECT_TRUE(test, mcr_change_reset(mn, NULL, &error));
	mcr_event_expect(test, "");
	mcr_change_del(mn, a);
	mcr_event_expect(test, "eth0:there gone:c");
	mcr_change_del(mn, b);
	mcr_event_expect(test, "gone:b");
}

/* What is refused is not told. */
MCR_TABLE_TEST(mcr_event_refused)
{
	struct mcr_request req = mcr_event_a;
	struct mcr_table_rig *rig = test->priv;
	struct mcr_error error = { };
	struct mcr_rule *a, *b;

	a = mcr_event_add(rig, &mcr_event_a);
	b = mcr_event_add(rig, &mcr_event_b);
	mcr_event_expect(test, "eth0:there,hooked new:a new:b");
	KUNIT_EXPECT_FALSE(test, mcr_change_add(rig->mn, &req, &error));
	req.name = "b";
	KUNIT_EXPECT_FALSE(test, mcr_change_replace(rig->mn, a, &req, &error));
	KUNIT_EXPECT_FALSE(test, mcr_change_add_output(rig->mn, a,
						       mcr_event_outputs,
						       &error));
	KUNIT_EXPECT_FALSE(test, mcr_change_del_output(rig->mn, a, 9, &error));
	mcr_event_expect(test, "");
	mcr_change_disabled(rig->mn, a, true, &error);
	mcr_change_disabled(rig->mn, b, true, &error);
	mcr_event_expect(test, "changed:a eth0:there changed:b");
	rig->hook_error = -ENOMEM;
	KUNIT_EXPECT_FALSE(test, mcr_change_disabled(rig->mn, a, false,
						     &error));
	mcr_event_expect(test, "");
}

MCR_TABLE_TEST(mcr_event_many_at_once)
{
	struct mcr_table_rig *rig = test->priv;
	struct mcr_rule *a, *b;

	mcr_event_begin(rig->mn, MCR_NTF_SINGLE_MAX);
	a = mcr_event_add(rig, &mcr_event_a);
	mcr_event_end(rig->mn);
	mcr_event_expect(test, "eth0:there,hooked new:a");
	mcr_event_begin(rig->mn, MCR_NTF_SINGLE_MAX + 1);
	b = mcr_event_add(rig, &mcr_event_b);
	mcr_change_del(rig->mn, a);
	mcr_event_expect(test, "");
	mcr_event_end(rig->mn);
	mcr_event_expect(test, "many");
	mcr_change_del(rig->mn, b);
	mcr_event_expect(test, "eth0:there gone:b");
}

static bool mcr_event_not_first(struct mcr_net *mn, const struct mcr_rule *rule,
				const void *first)
{
	return rule != first;
}

/* What a flush leaves alone does not count. */
MCR_TABLE_TEST(mcr_event_flush)
{
	struct mcr_table_rig *rig = test->priv;
	unsigned int round, i;

	for (round = 0; round < 2; round++) {
		struct mcr_request req = mcr_event_a;
		const struct mcr_rule *first = mcr_event_add(rig, &req);
		unsigned int n = MCR_NTF_SINGLE_MAX + round;

		req.name = NULL;
		for (i = 0; i < n; i++) {
			req.spec.match.dport_min = 1 + i;
			req.spec.match.dport_max = 1 + i;
			mcr_event_begin(rig->mn, MCR_NTF_SINGLE_MAX + 1);
			mcr_event_add(rig, &req);
			rig->mn->event_muted = false;
		}
		mcr_event_words[0] = '\0';
		KUNIT_EXPECT_EQ(test, n,
				mcr_change_flush(rig->mn, mcr_event_not_first,
						 first));
		if (round)
			mcr_event_expect(test, "many");
		else
			KUNIT_EXPECT_EQ(test, strlen(mcr_event_words),
					n * strlen("gone:? ") - 1);
		mcr_event_words[0] = '\0';
		KUNIT_EXPECT_EQ(test, 0U,
				mcr_change_flush(rig->mn, mcr_event_not_first,
						 first));
		mcr_event_expect(test, "");
		KUNIT_EXPECT_EQ(test, 1U, mcr_change_flush(rig->mn,
							   mcr_event_not_first,
							   NULL));
		mcr_event_expect(test, "eth0:there gone:a");
	}
}

/* As netdev.c does it. */
static void mcr_event_lose(struct mcr_table_rig *rig, const char *name)
{
	struct mcr_port *port = mcr_port_find(rig->mn, name);

	mcr_bind_port_unbind(rig->mn, port);
	RCU_INIT_POINTER(port->dev, NULL);
	mcr_event_port(rig->mn, port);
}

static void mcr_event_find(struct mcr_table_rig *rig, const char *name)
{
	struct mcr_port *port = mcr_port_find(rig->mn, name);

	rig->dev->ifindex++;
	RCU_INIT_POINTER(port->dev, rig->dev);
	mcr_bind_port_bound(rig->mn, port);
	mcr_event_port(rig->mn, port);
}

MCR_TABLE_TEST(mcr_event_devices)
{
	struct mcr_table_rig *rig = test->priv;
	struct mcr_error error = { };

	rig->dev->ifindex = 9;
	mcr_event_add(rig, &mcr_event_a);
	mcr_event_add(rig, &mcr_event_b);
	mcr_event_expect(test, "eth0:there,hooked new:a new:b");
	mcr_event_port(rig->mn, mcr_port_find(rig->mn, "eth0"));
	mcr_event_port(rig->mn, mcr_port_find(rig->mn, "eth1"));
	mcr_event_expect(test, "");

	mcr_event_lose(rig, "eth0");
	mcr_event_expect(test, "eth0:waiting a:member=0 b:member=0");
	mcr_event_find(rig, "eth0");
	mcr_event_expect(test, "eth0:there,hooked a:member=1 b:member=1");

	mcr_event_lose(rig, "eth2");
	mcr_event_expect(test, "a/2:waiting b/2:waiting");
	/* Outputs with new counters are the same to listeners. */
	KUNIT_EXPECT_TRUE(test, mcr_change_reset(rig->mn, NULL, &error));
	mcr_event_port(rig->mn, mcr_port_find(rig->mn, "eth2"));
	mcr_event_expect(test, "");
	mcr_event_find(rig, "eth2");
	mcr_event_expect(test, "a/2:there b/2:there");
	mcr_event_find(rig, "eth2");
	mcr_event_expect(test, "a/2:there b/2:there");
}

/* An output more than is told one by one loses its device. */
MCR_TABLE_TEST(mcr_event_device_of_many)
{
	struct mcr_output_spec *outputs;
	struct mcr_request req = mcr_event_a;
	struct mcr_table_rig *rig = test->priv;
	struct mcr_error error = { };
	struct mcr_rule *a;
	unsigned int i;

	rig->dev->ifindex = 9;
	outputs = kunit_kzalloc(test, (MCR_NTF_SINGLE_MAX + 1) *
				sizeof(*outputs), GFP_KERNEL);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, outputs);
	for (i = 0; i <= MCR_NTF_SINGLE_MAX; i++)
		outputs[i] = (struct mcr_output_spec){
			.dev = "eth1",
			.rewrite = { .set = MCR_SET_DPORT, .dport = 1 + i },
		};
	req.outputs = outputs;
	req.n_outputs = MCR_NTF_SINGLE_MAX + 1;
	a = mcr_event_add(rig, &req);
	mcr_event_expect(test, "eth0:there,hooked new:a");
	mcr_event_lose(rig, "eth1");
	mcr_event_expect(test, "many");
	mcr_event_port(rig->mn, mcr_port_find(rig->mn, "eth1"));
	mcr_event_expect(test, "");
	KUNIT_EXPECT_TRUE(test, mcr_change_del_output(rig->mn, a, 1, &error));
	mcr_event_expect(test, "changed:a");
	mcr_event_find(rig, "eth1");
	KUNIT_EXPECT_EQ(test, strncmp(mcr_event_words, "a/2:there a/3:there ",
				      20), 0);
	KUNIT_EXPECT_FALSE(test, !!strstr(mcr_event_words, "many"));
	mcr_event_words[0] = '\0';
}

/* A packet is dropped; what that tells, waits. */
static void mcr_event_drop_packet(struct mcr_table_rig *rig,
				  struct mcr_rule *rule, u32 i,
				  enum mcr_drop reason)
{
	struct mcr_output *out = mcr_rule_fanout(rig->mn, rule)->out[i];

	mcr_table_rig_drop(rig, out, reason, 1);
	local_bh_disable();
	mcr_drop_queue_add(out->first, out->rule, out->id, reason);
	local_bh_enable();
}

/* The work needs what the test has locked. */
static void mcr_event_work(struct mcr_table_rig *rig)
{
	mcr_table_unlock(rig->mn);
	flush_work(&rig->mn->first.work);
	mcr_table_lock(rig->mn);
}

MCR_TABLE_TEST(mcr_event_drops)
{
	struct mcr_table_rig *rig = test->priv;
	struct mcr_error error = { };
	struct mcr_rule *a, *b;

	a = mcr_event_add(rig, &mcr_event_a);
	b = mcr_event_add(rig, &mcr_event_b);
	mcr_event_expect(test, "eth0:there,hooked new:a new:b");
	mcr_event_drop_packet(rig, a, 1, MCR_DROP_MTU);
	mcr_event_drop_packet(rig, a, 1, MCR_DROP_TTL);
	mcr_event_drop_packet(rig, b, 0, MCR_DROP_TTL);
	mcr_event_expect(test, "");
	mcr_event_work(rig);
	mcr_event_expect(test, "a/2:drops=30 b/1:drops=20");
	mcr_event_work(rig);
	mcr_event_expect(test, "");

	/* Zeroed, or gone, before it could be told. */
	mcr_event_drop_packet(rig, a, 0, MCR_DROP_MTU);
	mcr_event_drop_packet(rig, b, 0, MCR_DROP_MTU);
	KUNIT_EXPECT_TRUE(test, mcr_change_reset(rig->mn, a, &error));
	mcr_change_del(rig->mn, b);
	mcr_event_expect(test, "gone:b");
	mcr_event_work(rig);
	mcr_event_expect(test, "");
	KUNIT_EXPECT_EQ(test, mcr_rule_fanout(rig->mn, a)->out[1]->told_drops,
			0UL);
}

/* More first drops than the queue holds. */
MCR_TABLE_TEST(mcr_event_drops_overflow)
{
	struct mcr_table_rig *rig = test->priv;
	struct mcr_rule *a;
	unsigned int i;

	a = mcr_event_add(rig, &mcr_event_a);
	mcr_event_words[0] = '\0';
	/* Not of one output in a row: those are put together. */
	for (i = 0; i <= MCR_NTF_SINGLE_MAX; i++)
		mcr_event_drop_packet(rig, a, i % 2, MCR_DROP_MTU);
	mcr_event_work(rig);
	KUNIT_EXPECT_EQ(test, strlen(mcr_event_words),
			strlen("a/1:drops=10 ") * MCR_NTF_SINGLE_MAX +
			strlen("many"));
	KUNIT_EXPECT_TRUE(test, strstr(mcr_event_words, " many"));
	mcr_event_words[0] = '\0';
	mcr_event_work(rig);
	mcr_event_expect(test, "");
}

static int mcr_event_test_init(struct kunit *test)
{
	int err = mcr_table_rig_init(test);

	mcr_event_words[0] = '\0';
	if (!err)
		mcr_event_register(&mcr_event_test_ops);
	return err;
}

static void mcr_event_test_exit(struct kunit *test)
{
	mcr_event_unregister();
	mcr_table_rig_exit(test);
}

static struct kunit_case mcr_event_cases[] = {
	KUNIT_CASE(mcr_event_changes),
	KUNIT_CASE(mcr_event_refused),
	KUNIT_CASE(mcr_event_many_at_once),
	KUNIT_CASE(mcr_event_flush),
	KUNIT_CASE(mcr_event_devices),
	KUNIT_CASE(mcr_event_device_of_many),
	KUNIT_CASE(mcr_event_drops),
	KUNIT_CASE(mcr_event_drops_overflow),
	{}
};

struct kunit_suite mcr_event_suite = {
	.name = "mcr_event",
	.init = mcr_event_test_init,
	.exit = mcr_event_test_exit,
	.test_cases = mcr_event_cases,
};
