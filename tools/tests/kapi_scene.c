// SPDX-License-Identifier: GPL-2.0
/*
 * Commands and events that are to fail; see kapi_scene.h.
 */
#include "kapi_scene.h"

#include <linux/jiffies.h>
#include <stdio.h>
#include <stdlib.h>

#include "forward.h"
#include "hook.h"
#include "netdev.h"

#define GROUP	0xef010101U
#define WIDE	0xe8000000U

/* No index that this host has: groups are not joined on it. */
#define NOWHERE	900001

static struct req r, look;

/* What is known not to be the same each time: see copy_blank(). */
static void blank(const struct nlattr *rule, int type)
{
	struct nlattr *nla = nla_find_nested(rule, type);

	if (nla)
		memset(nla_data(nla), 0, (size_t)nla_len(nla));
}

/*
 * Why a group is not joined: for want of a device, or of memory; how long ago a packet
 * came; when a rule moves.
 */
static void copy_blank(const struct rig_said *said)
{
	size_t i = (size_t)(said - rig.said), k;
	const struct nlmsghdr *nlh;

	for (k = 0; (nlh = rig_message(i, k)); k++) {
		const struct nlattr *nla;
		int rem;

		nlmsg_for_each_attr(nla, nlh, GENL_HDRLEN, rem) {
			if (nla_type(nla) != MCR_A_RULE)
				continue;
			blank(nla, MCR_RULE_A_MEMBERSHIP_ERROR);
			blank(nla, MCR_RULE_A_LAST_SEEN);
			blank(nla, MCR_RULE_A_PLANE_SINCE);
		}
	}
}

/* All of the rules, without what is not the same each time; @data is the caller's. */
struct copy scene_rules(void)
{
	struct copy c = { };
	size_t i;

	req_command(&look, MCR_CMD_RULE_GET, NLM_F_DUMP);
	req_dump(&look);
	for (i = 0; i < rig.n_said; i++) {
		copy_blank(&rig.said[i]);
		c.data = realloc(c.data, c.len + rig.said[i].len);
		assert_non_null(c.data);
		memcpy(c.data + c.len, rig.said[i].data, rig.said[i].len);
		c.len += rig.said[i].len;
	}
	rig_forget();
	return c;
}

bool copy_same(const struct copy *a, const struct copy *b)
{
	return a->len == b->len && !memcmp(a->data, b->data, a->len);
}

static void put_rule_wide(const char *iif, const char *name)
{
	struct nlattr *nest = nla_nest_start(&r.skb, MCR_A_RULE);

	nla_put_string(&r.skb, MCR_RULE_A_IIF, iif);
	req_addr(&r, MCR_RULE_A_GROUP, WIDE);
	nla_put_u8(&r.skb, MCR_RULE_A_GROUP_LEN, 8);
	nla_put_u16(&r.skb, MCR_RULE_A_DPORT_MIN, 1000);
	nla_put_u16(&r.skb, MCR_RULE_A_DPORT_MAX, 2000);
	nla_put_string(&r.skb, MCR_RULE_A_NAME, name);
	nla_put_string(&r.skb, MCR_RULE_A_COMMENT, "some words");
	nla_nest_end(&r.skb, nest);
}

static void make_add(void)
{
	req_command(&r, MCR_CMD_RULE_NEW, NLM_F_CREATE | NLM_F_ECHO);
	put_rule_wide("in0", "fresh");
	req_output(&r, "out0");
	req_output(&r, "out1");
}

static void make_add_exact(void)
{
	req_command(&r, MCR_CMD_RULE_NEW, NLM_F_CREATE);
	req_rule(&r, "in1", GROUP + 9, 0);
	req_output(&r, "out9");
}

static void make_replace(void)
{
	req_command(&r, MCR_CMD_RULE_NEW, NLM_F_REPLACE);
	req_rule(&r, "in0", GROUP, 5000);
	req_output(&r, "out0");
	req_output(&r, "out7");
}

static void make_del(void)
{
	req_command(&r, MCR_CMD_RULE_DEL, 0);
	req_ref(&r, 1);
}

static void make_flush(void)
{
	req_command(&r, MCR_CMD_RULE_FLUSH, 0);
}

static void make_set(void)
{
	struct nlattr *nest;

	req_command(&r, MCR_CMD_RULE_SET, 0);
	nest = nla_nest_start(&r.skb, MCR_A_RULE);
	nla_put_u32(&r.skb, MCR_RULE_A_ID, 1);
	nla_put_u8(&r.skb, MCR_RULE_A_DISABLED, 1);
	nla_nest_end(&r.skb, nest);
}

static void make_output_add(void)
{
	req_command(&r, MCR_CMD_OUTPUT_ADD, 0);
	req_ref(&r, 1);
	req_output(&r, "out5");
}

static void make_output_del(void)
{
	req_command(&r, MCR_CMD_OUTPUT_DEL, 0);
	req_ref(&r, 1);
	req_output(&r, "out0");
}

static void make_reset(void)
{
	req_command(&r, MCR_CMD_STATS_RESET, 0);
}

/* Begins at 1, and there is one at most. */
static void put_txn(void)
{
	nla_put_u32(&r.skb, MCR_A_TXN, 1);
}

static void make_begin(void)
{
	req_command(&r, MCR_CMD_TXN_BEGIN, 0);
}

static void send_ok(void)
{
	struct answer a = req_send(&r);

	assert_int_equal(a.error, 0);
}

static void prepare_txn(void)
{
	make_begin();
	send_ok();
}

static void prepare_staged(void)
{
	prepare_txn();
	make_add();
	put_txn();
	send_ok();
	make_replace();
	put_txn();
	send_ok();
	req_command(&r, MCR_CMD_RULE_DEL, 0);
	req_ref(&r, 2);
	put_txn();
	send_ok();
}

static void make_stage_add(void)
{
	make_add();
	put_txn();
}

static void make_stage_del(void)
{
	make_del();
	put_txn();
}

static void make_stage_flush(void)
{
	make_flush();
	put_txn();
}

static void make_stage_output(void)
{
	make_output_add();
	put_txn();
}

static void make_commit(void)
{
	req_command(&r, MCR_CMD_TXN_COMMIT, 0);
	put_txn();
}

static void make_abort(void)
{
	req_command(&r, MCR_CMD_TXN_ABORT, 0);
	put_txn();
}

static void make_get(void)
{
	req_command(&r, MCR_CMD_RULE_GET, 0);
	req_ref(&r, 1);
}

static void make_status(void)
{
	req_command(&r, MCR_CMD_STATUS_GET, 0);
}

static void make_dump(void)
{
	req_command(&r, MCR_CMD_RULE_GET, NLM_F_DUMP);
}

static void make_ingress(void)
{
	req_command(&r, MCR_CMD_INGRESS_GET, NLM_F_DUMP);
}

static void make_family(void)
{
	req_begin(&r);
	req_message(&r, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, NLM_F_ACK);
	nla_put_string(&r.skb, CTRL_ATTR_FAMILY_NAME, MCR_GENL_NAME);
}

static void make_policy(void)
{
	req_begin(&r);
	req_message(&r, GENL_ID_CTRL, CTRL_CMD_GETPOLICY, NLM_F_DUMP);
	nla_put_string(&r.skb, CTRL_ATTR_FAMILY_NAME, MCR_GENL_NAME);
}

static void make_set_plane(void)
{
	struct nlattr *nest;

	req_command(&r, MCR_CMD_RULE_SET, 0);
	nest = nla_nest_start(&r.skb, MCR_A_RULE);
	nla_put_u32(&r.skb, MCR_RULE_A_ID, 1);
	nla_put_u8(&r.skb, MCR_RULE_A_PLANE, MCR_PLANE_KERNEL);
	nla_nest_end(&r.skb, nest);
}

static void make_stage_set(void)
{
	make_set_plane();
	put_txn();
}

static void make_reset_one(void)
{
	req_command(&r, MCR_CMD_STATS_RESET, 0);
	req_ref(&r, 1);
}

static void prepare_moving(void)
{
	make_set_plane();
	send_ok();
}

/* So many that they are told as one. */
static void prepare_many(void)
{
	u32 i;

	for (i = 0; i < 40; i++)
		assert_int_equal(req_add("in1", GROUP + i, 0, "out1").error, 0);
}

static void put_output_modes(const char *dev)
{
	struct nlattr *nest = nla_nest_start(&r.skb, MCR_A_OUTPUT);

	nla_put_string(&r.skb, MCR_OUTPUT_A_DEV, dev);
	nla_put_u8(&r.skb, MCR_OUTPUT_A_SRC_MODE, MCR_SRC_AUTO);
	nla_put_u8(&r.skb, MCR_OUTPUT_A_TTL_MODE, MCR_TTL_DEC);
	nla_put_u8(&r.skb, MCR_OUTPUT_A_MAC, MCR_MAC_KEEP);
	nla_nest_end(&r.skb, nest);
}

/* All that a rule can say. */
static void make_add_full(void)
{
	req_command(&r, MCR_CMD_RULE_NEW, NLM_F_CREATE | NLM_F_ECHO);
	req_rule_full(&r, WIDE, 0x0a010200U);
	req_output_full(&r, "out0");
	put_output_modes("out1");
}

/* More outputs than a message holds. */
static void make_add_long(void)
{
	char dev[16];
	int i;

	req_command(&r, MCR_CMD_RULE_NEW, NLM_F_CREATE | NLM_F_ECHO);
	put_rule_wide("in0", "long");
	for (i = 0; i < 60; i++) {
		snprintf(dev, sizeof(dev), "out%d", i);
		req_output_full(&r, dev);
	}
}

static void count_ingress(struct mcr_ingress *ing)
{
	struct mcr_ingress_counters *c = this_cpu_ptr(ing->counters);
	struct mcr_flow flow = {
		.family = AF_INET,
		.proto = MCR_PROTO_UDP,
		.dst.ip = htonl(GROUP + 99),
		.src.ip = htonl(0x0a010203U),
		.dport = 99,
		.vlan = 9,
	};

	u64_stats_add(&c->seen, 9);
	u64_stats_add(&c->not_matched, 8);
	u64_stats_add(&c->malformed, 7);
	mcr_unmatched_note(ing->unmatched, &flow);
	flow.vlan = 0;
	flow.dport = 0;
	flow.proto = MCR_PROTO_ANY;
	mcr_unmatched_note(ing->unmatched, &flow);
}

static void count_rule(const struct mcr_fanout *f)
{
	struct mcr_rule_counters *c = this_cpu_ptr(f->counters);
	u32 i;

	u64_stats_add(&c->packets, 3);
	u64_stats_add(&c->bytes, 300);
	u64_stats_set(&c->last, get_jiffies_64());
	for (i = 0; i < f->n; i++) {
		struct mcr_output_counters *o =
			this_cpu_ptr(f->out[i]->counters);

		u64_stats_add(&o->offered, 3);
		u64_stats_add(&o->sent, 1);
		u64_stats_add(&o->sent_bytes, 100);
		mcr_stats_drop(f->out[i]->drops, MCR_DROP_TTL, 1);
		mcr_stats_drop(f->out[i]->drops, MCR_DROP_MTU, 1);
	}
}

static const struct mcr_fanout *fanout_of(const struct mcr_rule *rule)
{
	const struct mcr_fanout *f;

	rtnl_lock();
	f = rtnl_dereference(rule->fanout);
	rtnl_unlock();
	return f;
}

/* Everything that can be shown is there, and has counted. */
static void prepare_full(void)
{
	struct mcr_rule *rule;
	unsigned long id;

	rig.missed = 5;
	rig.has_filter = true;
	make_add_full();
	send_ok();
	rig_link_veth(NOWHERE + 3, "va", NOWHERE + 4);
	rig_link_veth(NOWHERE + 4, "vb", NOWHERE + 3);
	assert_int_equal(req_add("va", GROUP, 0, "vb").error, 0);
	xa_for_each(&rig_net()->rules, id, rule) {
		count_rule(fanout_of(rule));
		count_ingress(rule->iif->ingress);
	}
}

static void prepare_long(void)
{
	make_add_long();
	send_ok();
}

static void make_get_full(void)
{
	req_command(&r, MCR_CMD_RULE_GET, 0);
	req_ref(&r, 3);
}

static void make_get_feeding(void)
{
	req_command(&r, MCR_CMD_RULE_GET, 0);
	req_ref(&r, 4);
}

/* A rule of which no device is there, with a name. */
static void prepare_absent(void)
{
	req_command(&r, MCR_CMD_RULE_NEW, NLM_F_CREATE);
	put_rule_wide("in5", "absent");
	req_output(&r, "out5");
	send_ok();
}

static void act_ingress(void)
{
	rig_link(NOWHERE + 5, "in5", IFF_UP | IFF_LOWER_UP);
}

static void act_output(void)
{
	rig_link(NOWHERE + 6, "out5", IFF_UP | IFF_LOWER_UP);
}

static void act_gone(void)
{
	kapi_link_gone(NOWHERE + 2);
}

static void act_drop(void)
{
	const struct mcr_rule *rule = xa_load(&rig_net()->rules, 3);
	const struct mcr_output *out = fanout_of(rule)->out[0];

	mcr_stats_drop(out->drops, MCR_DROP_TTL, 1);
	mcr_stats_drop(out->drops, MCR_DROP_MTU, 1);
	mcr_drop_queue_add(out->first, rule->id, out->id, MCR_DROP_TTL);
	kapi_run();
}

#define ASK(text, before, message)	\
	{ .desc = (text), .prepare = (before), .make = (message) }
#define READ(text, before, message)	\
	{ .desc = (text), .prepare = (before), .make = (message), .whole = true }
#define EVENT(text, before, what)	\
	{ .desc = (text), .prepare = (before), .act = (what) }

static const struct scene scenes[] = {
	ASK("add", NULL, make_add),
	ASK("add an exact match", NULL, make_add_exact),
	ASK("add all that a rule can say", NULL, make_add_full),
	ASK("add many outputs", NULL, make_add_long),
	ASK("replace", NULL, make_replace),
	ASK("delete", NULL, make_del),
	ASK("flush", NULL, make_flush),
	ASK("flush many", prepare_many, make_flush),
	ASK("disable", NULL, make_set),
	ASK("set the plane", NULL, make_set_plane),
	ASK("add an output", NULL, make_output_add),
	ASK("delete an output", NULL, make_output_del),
	ASK("reset", NULL, make_reset),
	ASK("reset one", NULL, make_reset_one),
	READ("get", NULL, make_get),
	READ("get all that a rule can say", prepare_full, make_get_full),
	READ("get what counted", prepare_full, make_get),
	READ("get what feeds itself", prepare_full, make_get_feeding),
	READ("get what moves", prepare_moving, make_get),
	ASK("status", NULL, make_status),
	READ("dump rules", NULL, make_dump),
	READ("dump all that rules can say", prepare_full, make_dump),
	READ("dump many outputs", prepare_long, make_dump),
	READ("dump devices", NULL, make_ingress),
	READ("dump devices that counted", prepare_full, make_ingress),
	ASK("get family", NULL, make_family),
	ASK("dump policies", NULL, make_policy),
	ASK("begin", NULL, make_begin),
	ASK("stage an addition", prepare_txn, make_stage_add),
	ASK("stage a deletion", prepare_txn, make_stage_del),
	ASK("stage a flush", prepare_txn, make_stage_flush),
	ASK("stage an output", prepare_txn, make_stage_output),
	ASK("stage a plane", prepare_txn, make_stage_set),
	ASK("commit", prepare_staged, make_commit),
	ASK("abort", prepare_staged, make_abort),
	EVENT("an ingress device comes", prepare_absent, act_ingress),
	EVENT("an egress device comes", prepare_absent, act_output),
	EVENT("an egress device goes", NULL, act_gone),
	EVENT("an output drops", prepare_absent, act_drop),
};

/* What is there before, and the message; to be ended by rig_teardown(). */
void scene_begin(const struct scene *s)
{
	assert_int_equal(rig_setup(NULL), 0);
	rig_link(NOWHERE, "in0", IFF_UP | IFF_LOWER_UP);
	rig_link(NOWHERE + 1, "in1", IFF_UP | IFF_LOWER_UP);
	rig_link(NOWHERE + 2, "out0", IFF_UP | IFF_LOWER_UP);
	assert_int_equal(req_add("in0", GROUP, 5000, "out0").error, 0);
	req_command(&r, MCR_CMD_OUTPUT_ADD, 0);
	req_ref(&r, 1);
	req_output(&r, "out2");
	send_ok();
	assert_int_equal(req_add("in0", GROUP + 1, 0, "out1").error, 0);
	if (s->prepare)
		s->prepare();
	if (s->make)
		s->make();
}

/* Carry it out, and read all that comes. */
void scene_send(const struct scene *s)
{
	if (s->act) {
		rig_forget();
		s->act();
		return;
	}
	rig_forget();
	req_send_as(&r, RIG_PEER);
	while (kapi_dump_pending(RIG_PEER))
		kapi_dump_step(RIG_PEER);
}

/* What the sender was told, or SCENE_LOST; an event has no sender. */
int scene_error(const struct scene *s)
{
	int error = INT_MIN;
	size_t i, k;

	if (s->act)
		return 0;
	for (i = 0; i < rig.n_said; i++) {
		const struct nlmsghdr *nlh;

		for (k = 0; (nlh = rig_message(i, k)); k++) {
			if (rig.said[i].group)
				continue;
			if (nlh->nlmsg_type == NLMSG_OVERRUN)
				error = SCENE_LOST;
			else if (error != SCENE_LOST &&
				 (nlh->nlmsg_type == NLMSG_ERROR ||
				  nlh->nlmsg_type == NLMSG_DONE))
				memcpy(&error, nlmsg_data(nlh), sizeof(error));
		}
	}
	assert_int_not_equal(error, INT_MIN);
	return error;
}

/* Were those told who listen, if only that they missed something? */
bool scene_heard(void)
{
	size_t i;

	for (i = 0; i < rig.n_said; i++)
		if (rig.said[i].group)
			return true;
	return false;
}

/* How much of rules and devices was answered: outputs, rules, devices. */
size_t scene_told(void)
{
	const struct nlmsghdr *nlh;
	const struct nlattr *nla;
	size_t i, k, n = 0;
	int rem;

	for (i = 0; i < rig.n_said; i++) {
		for (k = 0; (nlh = rig_message(i, k)); k++) {
			if (rig.said[i].group ||
			    nlh->nlmsg_type != GENL_ID_CTRL + 1)
				continue;
			nlmsg_for_each_attr(nla, nlh, GENL_HDRLEN, rem)
				n += nla_type(nla) == MCR_A_OUTPUT ||
				     nla_type(nla) == MCR_A_INGRESS;
		}
	}
	return n;
}

/* Run a test of each of them; Returns how many failed. */
int scenes_run(const char *group, void (*test)(void **state))
{
	struct CMUnitTest tests[ARRAY_SIZE(scenes)] = { };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(scenes); i++) {
		tests[i].name = scenes[i].desc;
		tests[i].test_func = test;
		tests[i].initial_state = (void *)&scenes[i];
	}
	return cmocka_run_group_tests_name(group, tests, NULL, NULL);
}
