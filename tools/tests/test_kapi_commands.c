// SPDX-License-Identifier: GPL-2.0
/*
 * The module's commands, in a process: from a datagram to the answer.
 */
#include "kapi_request.h"

#include <unistd.h>

#include "forward.h"

#define GROUP	0xef010101U	/* 239.1.1.1 */
#define MANY	300U		/* rules that need several datagrams */
#define A_TURN	1025U	/* more rules than a dump passes in one turn */

static struct req r;

/* The attribute of a message; NULL: there is none. */
static const struct nlattr *attr_of(const struct nlmsghdr *nlh, int type)
{
	return kapi_nla_find(nlmsg_attrdata(nlh, GENL_HDRLEN),
			     (unsigned int)nlmsg_attrlen(nlh, GENL_HDRLEN),
			     type);
}

static u32 number_of(const struct nlmsghdr *nlh, int type)
{
	const struct nlattr *nla = attr_of(nlh, type);

	assert_non_null(nla);
	return nla_get_u32(nla);
}

static u32 rule_number(const struct nlmsghdr *nlh, int type)
{
	const struct nlattr *nla = attr_of(nlh, MCR_A_RULE);

	assert_non_null(nla);
	nla = nla_find_nested(nla, type);
	assert_non_null(nla);
	return nla_get_u32(nla);
}

static void send_ok(void)
{
	struct answer a = req_send(&r);

	assert_int_equal(a.error, 0);
}

static void test_add_and_get(void **state)
{
	const struct nlmsghdr *nlh;
	const struct nlattr *rule;
	struct answer a;

	(void)state;
	a = req_add("veth0", GROUP, 5000, "veth1");
	assert_int_equal(a.error, 0);
	assert_null(a.text);
	assert_int_equal(rig_count(MCR_CMD_RULE_NTF), 1);
	assert_int_equal(rig.releases, 2);	/* the devices' chain, too */
	assert_true(rig.rules > 0);

	req_command(&r, MCR_CMD_RULE_GET, 0);
	req_ref(&r, 1);
	send_ok();
	assert_int_equal(rig.n_said, 2);
	nlh = rig_message(0, 0);
	assert_int_equal(nlh->nlmsg_type, GENL_ID_CTRL + 1);
	assert_int_equal(nlh->nlmsg_seq, 1);
	rule = attr_of(nlh, MCR_A_RULE);
	assert_string_equal(nla_data(nla_find_nested(rule, MCR_RULE_A_IIF)),
			    "veth0");
	assert_int_equal(nla_get_u16(nla_find_nested(rule,
						     MCR_RULE_A_DPORT_MAX)),
			 5000);
	assert_null(nla_find_nested(rule, MCR_RULE_A_IFINDEX));
	assert_int_equal(rig.releases, 2);
}

static void test_twin(void **state)
{
	struct answer a;

	(void)state;
	req_add("veth0", GROUP, 5000, "veth1");
	a = req_add("veth0", GROUP, 5000, "veth2");
	assert_int_equal(a.error, -EEXIST);
	assert_int_equal(a.cookie, 1);
	assert_int_equal(a.offset, NLMSG_HDRLEN + GENL_HDRLEN);
	assert_string_equal(a.text,
			    "a rule with this ingress device and match exists already: replace it or delete it");
}

/* An ACK may warn. */
static void test_warning(void **state)
{
	struct answer a;

	(void)state;
	req_add("veth0", GROUP, 0, "veth1");
	a = req_add("veth0", GROUP, 5000, "veth1");
	assert_int_equal(a.error, 0);
	assert_non_null(a.text);
	assert_int_equal(a.cookie, 1);
	assert_int_equal(a.offset, 0);
}

static void test_replace_and_delete(void **state)
{
	(void)state;
	req_add("veth0", GROUP, 5000, "veth1");
	req_command(&r, MCR_CMD_RULE_NEW, NLM_F_REPLACE | NLM_F_ECHO);
	req_rule(&r, "veth0", GROUP, 5000);
	req_output(&r, "veth1");
	req_output(&r, "veth2");
	send_ok();
	/* The notification, the echo, the acknowledgment. */
	assert_int_equal(rig.n_said, 3);
	assert_int_equal(rule_number(rig_message(1, 0), MCR_RULE_A_ID), 1);
	assert_int_equal(rule_number(rig_message(1, 0), MCR_RULE_A_OUTPUTS), 2);
	assert_int_equal(rig_net()->n_outputs, 2);

	req_command(&r, MCR_CMD_RULE_DEL, 0);
	req_ref(&r, 1);
	send_ok();
	assert_int_equal(rig_count(MCR_CMD_RULE_DEL_NTF), 1);
	assert_int_equal(rig_net()->n_rules, 0);
	assert_int_equal(rig.rules_gone, 1);
	assert_int_equal(req_send(&r).error, -ENOENT);
	/* What packets might have used is freed by now. */
	kapi_run();
	assert_int_equal(kapi_percpu_used(), 0);
}

static void test_outputs(void **state)
{
	(void)state;
	req_add("veth0", GROUP, 5000, "veth1");
	req_command(&r, MCR_CMD_OUTPUT_ADD, 0);
	req_ref(&r, 1);
	req_output(&r, "veth2");
	send_ok();
	assert_int_equal(req_send(&r).error, -EEXIST);
	req_command(&r, MCR_CMD_OUTPUT_DEL, 0);
	req_ref(&r, 1);
	req_output(&r, "veth1");
	send_ok();
	req_command(&r, MCR_CMD_OUTPUT_DEL, 0);
	req_ref(&r, 1);
	req_output(&r, "veth2");
	assert_int_equal(req_send(&r).error, -EBUSY);
}

/* As many as one command of many events: they are told as one. */
static void test_flush(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < 40; i++)
		assert_int_equal(req_add("veth0", GROUP + i, 0, "veth1").error,
				 0);
	req_command(&r, MCR_CMD_RULE_FLUSH, 0);
	send_ok();
	assert_int_equal(rig_count(MCR_CMD_RULE_DEL_NTF), 0);
	assert_int_equal(rig_count(MCR_CMD_GENERATION_NTF), 1);
	assert_int_equal(rig_net()->n_rules, 0);
}

static void test_deaf(void **state)
{
	(void)state;
	rig.deaf = true;
	req_add("veth0", GROUP, 5000, "veth1");
	assert_int_equal(rig.n_said, 1);
}

static void add_many_from(unsigned int first, unsigned int n)
{
	unsigned int i;

	for (i = first; i < first + n; i++)
		assert_int_equal(req_add("veth0", GROUP + i, 5000,
					 "veth1").error, 0);
}

static void add_many(void)
{
	add_many_from(0, MANY);
}

/* Rules of the dump that was read; each once and in order. */
static unsigned int dumped(int *intr)
{
	const struct nlmsghdr *nlh;
	unsigned int n = 0;
	size_t i, k;
	u32 last = 0;

	*intr = 0;
	for (i = 0; i < rig.n_said; i++) {
		assert_true(rig.said[i].len <= 32768);
		assert_int_equal(rig.said[i].to, RIG_READER);
		for (k = 0; (nlh = rig_message(i, k)); k++) {
			assert_true(nlh->nlmsg_flags & NLM_F_MULTI);
			*intr += !!(nlh->nlmsg_flags & NLM_F_DUMP_INTR);
			if (nlh->nlmsg_type == NLMSG_DONE)
				continue;
			assert_true(rule_number(nlh, MCR_RULE_A_ID) > last);
			last = rule_number(nlh, MCR_RULE_A_ID);
			n++;
		}
	}
	return n;
}

static void test_dump(void **state)
{
	int intr;

	(void)state;
	add_many();
	req_command(&r, MCR_CMD_RULE_GET, NLM_F_DUMP);
	assert_true(req_dump(&r) > 1);
	assert_int_equal(req_answer().error, 0);
	assert_int_equal(dumped(&intr), MANY);
	assert_int_equal(intr, 0);
}

static void test_dump_changed(void **state)
{
	static struct req other;
	struct answer a;
	int intr;

	(void)state;
	add_many();
	req_command(&r, MCR_CMD_RULE_GET, NLM_F_DUMP);
	rig_forget();
	req_send_as(&r, RIG_READER);
	assert_true(kapi_dump_pending(RIG_READER));
	assert_false(kapi_dump_pending(RIG_PEER));
	/* One at a time; other commands are carried out. */
	req_send_as(&r, RIG_READER);
	a = req_answer();
	assert_int_equal(a.error, -EBUSY);
	rig.deaf = true;
	req_command(&other, MCR_CMD_RULE_DEL, 0);
	req_ref(&other, MANY);
	req_send_as(&other, RIG_PEER);
	rig_forget();
	while (kapi_dump_pending(RIG_READER))
		kapi_dump_step(RIG_READER);
	assert_true(dumped(&intr) > 0);
	assert_int_equal(intr, 1);
	assert_int_equal(req_answer().error, 0);
}

static void test_dump_abandoned(void **state)
{
	(void)state;
	add_many();
	req_command(&r, MCR_CMD_RULE_GET, NLM_F_DUMP);
	req_send_as(&r, RIG_READER);
	assert_true(kapi_dump_pending(RIG_READER));
	kapi_peer_gone(RIG_READER);
	assert_false(kapi_dump_pending(RIG_READER));
	rig_forget();
	kapi_dump_step(RIG_READER);
	assert_int_equal(rig.n_said, 0);
}

/* Send a dump request for a rule's name that no rule has. */
static void dump_nobody(void)
{
	struct nlattr *nest;

	req_command(&r, MCR_CMD_RULE_GET, NLM_F_DUMP);
	nest = nla_nest_start(&r.skb, MCR_A_FILTER);
	nla_put_string(&r.skb, MCR_RULE_A_NAME, "nobody");
	nla_nest_end(&r.skb, nest);
	rig_forget();
	req_send_as(&r, RIG_READER);
}

/* One that says nothing for long leaves others their turn. */
static void test_dump_turns(void **state)
{
	unsigned int turns = 1;
	int intr;

	(void)state;
	add_many();
	add_many_from(MANY, A_TURN);
	dump_nobody();
	for (; kapi_dump_pending(RIG_READER); turns++) {
		assert_int_equal(rig.n_said, 0);
		kapi_dump_step(RIG_READER);
	}
	assert_in_range(turns, 2, 3);
	assert_int_equal(rig.n_said, 1);
	assert_int_equal(req_answer().error, 0);
	assert_int_equal(dumped(&intr), 0);
	assert_int_equal(intr, 0);
}

/* What changes between two turns is told, though no rule was. */
static void test_dump_turns_changed(void **state)
{
	static struct req other;
	int intr;

	(void)state;
	add_many_from(0, A_TURN);
	dump_nobody();
	assert_true(kapi_dump_pending(RIG_READER));
	rig.deaf = true;
	req_command(&other, MCR_CMD_RULE_DEL, 0);
	req_ref(&other, 1);
	req_send_as(&other, RIG_PEER);
	rig_forget();
	while (kapi_dump_pending(RIG_READER))
		kapi_dump_step(RIG_READER);
	assert_int_equal(dumped(&intr), 0);
	assert_int_equal(intr, 1);
}

/* A dump that is refused says so at its end, with the attribute. */
static void test_dump_refused(void **state)
{
	struct nlattr *nest;
	struct answer a;

	(void)state;
	req_command(&r, MCR_CMD_RULE_GET, NLM_F_DUMP);
	nest = nla_nest_start(&r.skb, MCR_A_FILTER);
	nla_put_u8(&r.skb, MCR_RULE_A_GROUP_LEN, 24);
	nla_nest_end(&r.skb, nest);
	req_dump(&r);
	a = req_answer();
	assert_int_equal(a.error, -EINVAL);
	assert_non_null(a.text);
	assert_int_equal(a.offset, NLMSG_HDRLEN + GENL_HDRLEN);
	assert_int_equal(rig_message(0, 0)->nlmsg_type, NLMSG_DONE);
}

static u32 begin(uint32_t peer)
{
	req_command(&r, MCR_CMD_TXN_BEGIN, 0);
	rig_forget();
	req_send_as(&r, peer);
	assert_int_equal(req_answer().error, 0);
	return number_of(rig_message(0, 0), MCR_A_TXN);
}

static void stage_add(u32 txn, unsigned int i)
{
	req_command(&r, MCR_CMD_RULE_NEW, NLM_F_CREATE);
	req_rule(&r, "veth0", GROUP + i, 5000);
	req_output(&r, "veth1");
	nla_put_u32(&r.skb, MCR_A_TXN, txn);
}

static void test_transaction(void **state)
{
	u32 txn = begin(RIG_PEER);

	(void)state;
	stage_add(txn, 1);
	send_ok();
	stage_add(txn, 2);
	send_ok();
	assert_int_equal(rig_net()->n_rules, 0);
	stage_add(txn, 3);
	rig_forget();
	req_send_as(&r, RIG_OTHER);
	assert_int_equal(req_answer().error, -EPERM);
	req_command(&r, MCR_CMD_TXN_COMMIT, 0);
	nla_put_u32(&r.skb, MCR_A_TXN, txn);
	rig.releases = 0;
	send_ok();
	/* In force at once, all of it. */
	assert_int_equal(rig.releases, 1);
	assert_int_equal(rig_net()->n_rules, 2);
	assert_int_equal(rig_count(MCR_CMD_RULE_NTF), 2);
	assert_int_equal(req_send(&r).error, -ENOENT);
}

/* Whoever goes takes along what it has staged. */
static void test_transaction_closed(void **state)
{
	u32 txn = begin(RIG_PEER), other = begin(RIG_OTHER);

	(void)state;
	stage_add(txn, 1);
	send_ok();
	kapi_peer_gone(RIG_PEER);
	assert_int_equal(kapi_timeout_ms(), 0);
	kapi_run();
	assert_null(rig_net()->txns[txn - 1]);
	assert_non_null(rig_net()->txns[other - 1]);
	/* The other one is looked after when it is idle for too long. */
	assert_in_range(kapi_timeout_ms(), 59000, 60000);
	assert_int_equal(rig_net()->n_staged, 0);
}

/* Left alone it ends, one in use does not. */
static void test_transaction_idle(void **state)
{
	u32 txn, used;

	(void)state;
	assert_false(kapi_param_set("no_such", 1));
	assert_true(kapi_param_set("txn_idle_ms", 1000));
	txn = begin(RIG_PEER);
	used = begin(RIG_OTHER);
	kapi_run();
	assert_in_range(kapi_timeout_ms(), 1, 1000);
	usleep(600000);
	stage_add(used, 1);
	rig_forget();
	req_send_as(&r, RIG_OTHER);
	assert_int_equal(req_answer().error, 0);
	usleep(500000);
	kapi_run();
	assert_null(rig_net()->txns[txn - 1]);
	assert_non_null(rig_net()->txns[used - 1]);
	assert_true(kapi_param_set("txn_idle_ms", 60000));
}

static void test_status(void **state)
{
	const struct nlattr *nest;

	(void)state;
	req_add("veth0", GROUP, 5000, "veth1");
	req_command(&r, MCR_CMD_STATUS_GET, 0);
	send_ok();
	nest = attr_of(rig_message(0, 0), MCR_A_STATUS);
	assert_int_equal(nla_get_u8(nla_find_nested(nest,
						    MCR_STATUS_A_PLANE)),
			 MCR_PLANE_RELAY);
	assert_int_equal(nla_get_u32(nla_find_nested(nest,
						     MCR_STATUS_A_RULES)), 1);
}

/* What workers count, in each section and in the shared one. */
static void test_counters(void **state)
{
	const struct mcr_fanout *f;
	const struct nlattr *nest;
	unsigned int cpu;

	(void)state;
	req_add("veth0", GROUP, 5000, "veth1");
	rtnl_lock();
	f = rtnl_dereference(((struct mcr_rule *)
			      xa_load(&rig_net()->rules, 1))->fanout);
	rtnl_unlock();
	assert_true(kapi_percpu.n > 1);
	for_each_possible_cpu(cpu) {
		kapi_this_cpu_set(cpu);
		u64_stats_add(&this_cpu_ptr(f->counters)->packets, cpu + 1);
		u64_stats_add(&this_cpu_ptr(f->out[0]->counters)->offered, 5);
	}
	kapi_this_cpu_set(0);
	mcr_stats_drop(f->out[0]->drops, MCR_DROP_TTL, 10);

	req_command(&r, MCR_CMD_RULE_GET, 0);
	req_ref(&r, 1);
	send_ok();
	nest = attr_of(rig_message(0, 0), MCR_A_RULE);
	assert_int_equal(nla_get_u64(nla_find_nested(nest,
						     MCR_RULE_A_PACKETS)), 3);
	nest = attr_of(rig_message(0, 0), MCR_A_OUTPUT);
	assert_int_equal(nla_get_u64(nla_find_nested(nest,
						     MCR_OUTPUT_A_OFFERED)),
			 10);
	nest = nla_find_nested(nest, MCR_OUTPUT_A_DROPS);
	assert_int_equal(nla_get_u64(nla_find_nested(nest, MCR_DROP_TTL)), 10);

	req_command(&r, MCR_CMD_STATS_RESET, 0);
	send_ok();
	req_command(&r, MCR_CMD_RULE_GET, 0);
	req_ref(&r, 1);
	send_ok();
	nest = attr_of(rig_message(0, 0), MCR_A_RULE);
	assert_null(nla_find_nested(nest, MCR_RULE_A_PACKETS));
}

#define CASE(f)	cmocka_unit_test_setup_teardown(f, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_add_and_get),
		CASE(test_twin),
		CASE(test_warning),
		CASE(test_replace_and_delete),
		CASE(test_outputs),
		CASE(test_flush),
		CASE(test_deaf),
		CASE(test_dump),
		CASE(test_dump_changed),
		CASE(test_dump_abandoned),
		CASE(test_dump_turns),
		CASE(test_dump_turns_changed),
		CASE(test_dump_refused),
		CASE(test_transaction),
		CASE(test_transaction_closed),
		CASE(test_transaction_idle),
		CASE(test_status),
		CASE(test_counters),
	};

	return cmocka_run_group_tests_name("kapi commands", tests, NULL, NULL);
}
