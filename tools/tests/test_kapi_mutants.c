// SPDX-License-Identifier: GPL-2.0
/*
 * Messages that are wrong in ways nobody thought of: sound ones with bytes
 * changed, attributes cut, moved and repeated. Each is answered, nothing is read
 * that is not there, and what the rules count stays right.
 */
#include "kapi_request.h"

#include <stdlib.h>

#include "forward.h"

#define GROUP	0xef010101U
#define ROUNDS	20000U
#define NOWHERE	900001	/* no index that this host has */

static struct req r;
static uint64_t seed;

/* A linear congruential generator (Knuth); its high bits are good enough. */
static uint32_t below(uint32_t n)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)((seed >> 33) % n);
}

static void put_rule(void)
{
	struct nlattr *nest = nla_nest_start(&r.skb, MCR_A_RULE);
	u32 group = htonl(GROUP + below(4));

	nla_put_string(&r.skb, MCR_RULE_A_IIF, below(2) ? "in0" : "in1");
	nla_put(&r.skb, MCR_RULE_A_GROUP, sizeof(group), &group);
	if (below(2))
		nla_put_u8(&r.skb, MCR_RULE_A_GROUP_LEN, (u8)(24 + below(9)));
	if (below(2))
		nla_put_u16(&r.skb, MCR_RULE_A_DPORT_MIN, (u16)(1 + below(9)));
	if (below(2))
		nla_put_u16(&r.skb, MCR_RULE_A_DPORT_MAX, (u16)(9 + below(9)));
	if (!below(4))
		nla_put_string(&r.skb, MCR_RULE_A_NAME, "name");
	if (!below(4))
		nla_put_string(&r.skb, MCR_RULE_A_COMMENT, "a comment");
	if (!below(4))
		nla_put_u16(&r.skb, MCR_RULE_A_VLAN, (u16)(1 + below(5)));
	nla_nest_end(&r.skb, nest);
}

static void put_output(void)
{
	struct nlattr *nest = nla_nest_start(&r.skb, MCR_A_OUTPUT);
	u32 group = htonl(GROUP + 100);

	nla_put_string(&r.skb, MCR_OUTPUT_A_DEV, below(2) ? "in1" : "out0");
	if (below(2))
		nla_put_u8(&r.skb, MCR_OUTPUT_A_TTL, (u8)(1 + below(5)));
	if (below(2))
		nla_put(&r.skb, MCR_OUTPUT_A_GROUP, sizeof(group), &group);
	if (!below(4))
		nla_put_u16(&r.skb, MCR_OUTPUT_A_DPORT, 7000);
	nla_nest_end(&r.skb, nest);
}

static void put_ref(bool disabled)
{
	struct nlattr *nest = nla_nest_start(&r.skb, MCR_A_RULE);

	nla_put_u32(&r.skb, MCR_RULE_A_ID, 1 + below(8));
	if (disabled)
		nla_put_u8(&r.skb, MCR_RULE_A_DISABLED, (u8)below(2));
	nla_nest_end(&r.skb, nest);
}

static int make_flags(int cmd)
{
	const int new[] = {
		NLM_F_CREATE, NLM_F_REPLACE, NLM_F_CREATE | NLM_F_REPLACE,
		NLM_F_CREATE | NLM_F_ECHO,
	};

	if (cmd == MCR_CMD_RULE_NEW || !below(32))
		return new[below(ARRAY_SIZE(new))];
	if (cmd == MCR_CMD_INGRESS_GET || (cmd == MCR_CMD_RULE_GET && below(2)))
		return NLM_F_DUMP;
	return 0;
}

static bool is_about_output(int cmd)
{
	return cmd == MCR_CMD_OUTPUT_ADD || cmd == MCR_CMD_OUTPUT_DEL;
}

static bool is_about_txn(int cmd)
{
	return cmd == MCR_CMD_TXN_COMMIT || cmd == MCR_CMD_TXN_ABORT;
}

/* Any command, with what goes with it. */
static void make(void)
{
	int cmd = below(2) ? MCR_CMD_RULE_NEW :
		  (int)below(MCR_CMD_INGRESS_GET + 2);
	int flags = make_flags(cmd);

	/* Rules are to be there, and not only to be deleted. */
	if (cmd == MCR_CMD_RULE_FLUSH && below(8))
		cmd = MCR_CMD_RULE_GET;
	req_command(&r, cmd, flags);
	if (!below(64))
		r.nlh->nlmsg_type = GENL_ID_CTRL;
	if (cmd == MCR_CMD_RULE_NEW)
		put_rule();
	else if (cmd == MCR_CMD_RULE_SET || cmd == MCR_CMD_RULE_DEL ||
		 (cmd == MCR_CMD_RULE_GET && flags != NLM_F_DUMP) ||
		 is_about_output(cmd))
		put_ref(cmd == MCR_CMD_RULE_SET);
	if (cmd == MCR_CMD_RULE_NEW || is_about_output(cmd))
		put_output();
	if (is_about_txn(cmd) || !below(8))
		nla_put_u32(&r.skb, MCR_A_TXN, 1 + below(3));
	req_end(&r);
}

/* Half of them wrong in some places, behind the header of netlink. */
static void spoil(void)
{
	unsigned int n = below(2) * below(5);

	while (n--) {
		u32 at = NLMSG_HDRLEN + below(r.skb.len - NLMSG_HDRLEN);
		unsigned char *p = r.skb.data + at;

		switch (below(4)) {
		case 0:
			*p = (unsigned char)below(256);
			break;
		case 1:
			*p ^= (unsigned char)(1U << below(8));
			break;
		case 2:
			*p = (unsigned char)(*p + below(3) - 1);
			break;
		default:
			/* Something that is elsewhere, too. */
			memmove(p, r.skb.data + NLMSG_HDRLEN,
				min(r.skb.len - at, 1 + below(20)));
		}
	}
	/* Cut, or with more behind it. */
	if (!below(16))
		r.skb.len = NLMSG_HDRLEN + below(r.skb.len - NLMSG_HDRLEN + 8);
}

/* In memory that ends where the message does. */
static void send_exactly(void)
{
	const struct kapi_peer peer = {
		.portid = RIG_PEER + below(2),
		.admin = true,
	};
	void *copy = malloc(r.skb.len);

	assert_non_null(copy);
	r.nlh->nlmsg_len = r.skb.len;
	memcpy(copy, r.skb.data, r.skb.len);
	rig_forget();
	kapi_receive(&peer, copy, r.skb.len);
	free(copy);
	while (kapi_dump_pending(peer.portid))
		kapi_dump_step(peer.portid);
	/* An acknowledgment was asked for, unless that was spoiled. */
	req_answer();
	if (!below(64))
		kapi_peer_gone(peer.portid);
	if (!below(8))
		kapi_run();
}

/* Do the sums agree with what there is? */
static void check_sums(void)
{
	struct mcr_net *mn = rig_net();
	u32 rules = 0, outputs = 0;
	struct mcr_rule *rule;
	unsigned long id;

	mcr_table_read_lock(mn);
	xa_for_each(&mn->rules, id, rule) {
		assert_int_equal(rule->id, id);
		rules++;
		outputs += mcr_rule_fanout(mn, rule)->n;
	}
	assert_int_equal(rules, mn->n_rules);
	assert_int_equal(outputs, mn->n_outputs);
	mcr_table_read_unlock(mn);
}

static void test_mutants(void **state)
{
	unsigned int i, accepted = 0, refused = 0, most = 0;

	(void)state;
	seed = 1;
	rig_link(NOWHERE, "in0", IFF_UP | IFF_LOWER_UP);
	rig_link(NOWHERE + 1, "in1", IFF_UP | IFF_LOWER_UP);
	for (i = 0; i < ROUNDS; i++) {
		make();
		spoil();
		send_exactly();
		if (req_answer().error)
			refused++;
		else
			accepted++;
		most = max(most, rig_net()->n_rules);
		if (!(i % 256))
			check_sums();
	}
	check_sums();
	/* All that would be nothing if each message were refused. */
	assert_true(accepted > ROUNDS / 20);
	assert_true(refused > ROUNDS / 20);
	assert_true(most > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_mutants, rig_setup,
						rig_teardown),
	};

	return cmocka_run_group_tests_name("kapi mutants", tests, NULL, NULL);
}
