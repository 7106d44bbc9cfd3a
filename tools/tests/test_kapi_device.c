// SPDX-License-Identifier: GPL-2.0
/*
 * Devices that come, change and go, and what rules make of it.
 */
#include "kapi_request.h"

#include <fcntl.h>
#include <linux/inetdevice.h>
#include <net/addrconf.h>
#include <sched.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "netdev.h"

#define GROUP	0xef010101U	/* 239.1.1.1 */
#define UP	((uint32_t)(IFF_UP | IFF_LOWER_UP))

/* No index that this host has: groups are not joined on it. */
#define NOWHERE	900001

static struct req r;

/* What the chain told last. */
static unsigned long told[32];
static size_t n_told;

static int tell(struct notifier_block *nb, unsigned long event, void *data)
{
	(void)nb;
	assert_true(lockdep_rtnl_is_held());
	assert_non_null(netdev_notifier_info_to_dev(data));
	assert_true(n_told < ARRAY_SIZE(told));
	told[n_told++] = event;
	return NOTIFY_DONE;
}

static struct notifier_block teller = { .notifier_call = tell };

/* Which events, and no others; none: 0. */
static void assert_told(const unsigned long *events)
{
	size_t n = 0;

	while (events[n])
		n++;
	assert_int_equal(n_told, n);
	assert_memory_equal(told, events, n * sizeof(*events));
	n_told = 0;
}

#define TOLD(...)	assert_told((const unsigned long[]){ __VA_ARGS__, 0 })

static void test_events(void **state)
{
	struct kapi_link link = {
		.ifindex = NOWHERE,
		.name = "one",
		.type = 1,
		.flags = IFF_UP,
		.mtu = 1500,
		.addr_len = 6,
	};

	(void)state;
	n_told = 0;
	kapi_netdev_chain_add(&teller);
	kapi_link_set(&link);
	TOLD(NETDEV_REGISTER, NETDEV_UP);
	kapi_link_set(&link);
	TOLD(0);
	link.flags |= IFF_LOWER_UP;
	link.carrier_ups++;
	kapi_link_set(&link);
	TOLD(NETDEV_CHANGE);
	/* Away and back between two looks. */
	link.carrier_ups++;
	kapi_link_set(&link);
	TOLD(NETDEV_CHANGE);
	link.mtu = 9000;
	link.addr[5] = 1;
	kapi_link_set(&link);
	TOLD(NETDEV_CHANGEADDR, NETDEV_CHANGEMTU);
	strscpy(link.name, "two", sizeof(link.name));
	kapi_link_set(&link);
	TOLD(NETDEV_CHANGENAME);
	link.flags = 0;
	kapi_link_set(&link);
	TOLD(NETDEV_GOING_DOWN, NETDEV_DOWN, NETDEV_CHANGE);
	link.flags = UP;
	kapi_link_set(&link);
	TOLD(NETDEV_UP, NETDEV_CHANGE);
	kapi_link_gone(NOWHERE);
	TOLD(NETDEV_GOING_DOWN, NETDEV_DOWN, NETDEV_UNREGISTER);
	kapi_link_gone(NOWHERE);
	TOLD(0);
	kapi_netdev_chain_del(&teller);
}

/* Who begins to listen hears of those that are there. */
static void test_replay(void **state)
{
	(void)state;
	n_told = 0;
	rig_link(NOWHERE, "one", UP);
	rig_link(NOWHERE + 1, "two", 0);
	kapi_netdev_chain_add(&teller);
	TOLD(NETDEV_REGISTER, NETDEV_UP, NETDEV_REGISTER);
	kapi_netdev_chain_del(&teller);
	TOLD(NETDEV_GOING_DOWN, NETDEV_DOWN, NETDEV_UNREGISTER,
	     NETDEV_UNREGISTER);
	rig_link(NOWHERE, "one", 0);
	TOLD(0);
}

/* Two devices swap their names; we hear of one after the other. */
static void test_names(void **state)
{
	(void)state;
	rig_link(NOWHERE, "one", UP);
	rig_link(NOWHERE + 1, "two", UP);
	rig_link(NOWHERE, "two", UP);
	assert_int_equal(kapi_dev_by_name("two")->ifindex, NOWHERE);
	assert_null(kapi_dev_by_name("one"));
	assert_null(kapi_dev_by_name(""));
	rig_link(NOWHERE + 1, "one", UP);
	assert_int_equal(kapi_dev_by_name("one")->ifindex, NOWHERE + 1);
	assert_int_equal(kapi_dev_by_index(NOWHERE)->ifindex, NOWHERE);
}

/* What several changes bring along is carried out once. */
static void test_together(void **state)
{
	(void)state;
	req_add("in0", GROUP, 5000, "out0");
	rig.releases = 0;
	kapi_links_begin();
	rig_link(NOWHERE, "in0", UP);
	rig_link(NOWHERE + 1, "out0", UP);
	kapi_link_gone(NOWHERE);
	assert_int_equal(rig.releases, 0);
	assert_true(lockdep_rtnl_is_held());
	kapi_links_end();
	assert_int_equal(rig.releases, 1);
	assert_int_equal(rig.hooks, 0);
}

static void test_late_device(void **state)
{
	(void)state;
	req_add("in0", GROUP, 5000, "out0");
	assert_int_equal(rig.hooks, 0);
	rig_forget();
	rig.releases = 0;
	rig_link(NOWHERE, "in0", UP);
	assert_int_equal(rig.hooks, 1);
	assert_int_equal(rig.releases, 1);
	assert_int_equal(rig_count(MCR_CMD_INGRESS_NTF), 1);
	assert_int_equal(rig_count(MCR_CMD_OUTPUT_NTF), 0);
	rig_link(NOWHERE + 1, "out0", UP);
	assert_int_equal(rig_count(MCR_CMD_OUTPUT_NTF), 1);
	/* The group is joined by work: there is no such device. */
	kapi_run();
	assert_int_equal(rig_count(MCR_CMD_MEMBER_NTF), 1);
	rig_forget();
	rig_link(NOWHERE, "other", UP);
	assert_int_equal(rig.hooks, 0);
	assert_int_equal(rig_count(MCR_CMD_INGRESS_NTF), 1);
	rig_link(NOWHERE, "in0", UP);
	assert_int_equal(rig.hooks, 1);
	kapi_link_gone(NOWHERE);
	assert_int_equal(rig.hooks, 0);
	kapi_link_gone(NOWHERE + 1);
	assert_int_equal(rig_count(MCR_CMD_OUTPUT_NTF), 1);
}

static u16 membership_error(u32 id)
{
	struct mcr_rule *rule = xa_load(&rig_net()->rules, id);

	assert_non_null(rule);
	return rule->membership_error;
}

/* With an MTU that is too small a device has the protocol no more. */
static void test_protocol(void **state)
{
	struct kapi_link link = {
		.ifindex = NOWHERE,
		.name = "in0",
		.type = 1,
		.flags = UP,
		.mtu = 67,
	};

	(void)state;
	kapi_link_set(&link);
	req_add("in0", GROUP, 5000, "out0");
	assert_int_equal(membership_error(1), EPROTONOSUPPORT);
	/* There is no such device, which is what the host says then. */
	link.mtu = 68;
	kapi_link_set(&link);
	kapi_run();
	assert_int_equal(membership_error(1), ENODEV);
	rtnl_lock();
	assert_non_null(__in_dev_get_rtnl(kapi_dev_by_index(NOWHERE)));
	assert_null(__in6_dev_get(kapi_dev_by_index(NOWHERE)));
	rtnl_unlock();
}

static void add_wide(uint16_t port)
{
	struct nlattr *nest;
	u32 group = htonl(0xe8000000);

	req_command(&r, MCR_CMD_RULE_NEW, NLM_F_CREATE);
	nest = nla_nest_start(&r.skb, MCR_A_RULE);
	nla_put_string(&r.skb, MCR_RULE_A_IIF, "in0");
	nla_put(&r.skb, MCR_RULE_A_GROUP, sizeof(group), &group);
	nla_put_u8(&r.skb, MCR_RULE_A_GROUP_LEN, 8);
	nla_put_u16(&r.skb, MCR_RULE_A_DPORT_MIN, port);
	nla_nest_end(&r.skb, nest);
	req_output(&r, "out0");
	assert_int_equal(req_send(&r).error, 0);
}

static void test_allmulti(void **state)
{
	(void)state;
	rig_link(NOWHERE, "in0", UP);
	add_wide(1);
	add_wide(2);
	assert_int_equal(rig.allmulti, 1);
	assert_int_equal(kapi_dev_by_index(NOWHERE)->allmulti, 1);
	req_command(&r, MCR_CMD_RULE_DEL, 0);
	req_ref(&r, 1);
	req_send(&r);
	assert_int_equal(rig.allmulti, 1);
	kapi_link_gone(NOWHERE);
	assert_int_equal(rig.allmulti, 0);
}

static void test_no_hook(void **state)
{
	(void)state;
	rig.no_hook = true;
	rig_link(NOWHERE, "in0", UP);
	assert_int_equal(req_add("in0", GROUP, 5000, "out0").error, -EBUSY);
	assert_int_equal(rig_net()->n_rules, 0);
}

/* The ingress device that the first message with this command tells of */
static const struct nlattr *ingress_told(int cmd)
{
	const struct nlmsghdr *nlh;
	const struct nlattr *nla;
	size_t i, k;
	int rem;

	for (i = 0; i < rig.n_said; i++) {
		for (k = 0; (nlh = rig_message(i, k)); k++) {
			const struct genlmsghdr *hdr = nlmsg_data(nlh);

			if (nlh->nlmsg_type <= NLMSG_MIN_TYPE ||
			    hdr->cmd != cmd)
				continue;
			nlmsg_for_each_attr(nla, nlh, GENL_HDRLEN, rem)
				if (nla_type(nla) == MCR_A_INGRESS)
					return nla;
		}
	}
	fail_msg("nothing is told of an ingress device");
	return NULL;
}

static bool says_filtered(int cmd)
{
	return nla_find_nested(ingress_told(cmd), MCR_INGRESS_A_FILTERED);
}

/* As it is when somebody asks. */
static void test_filtered(void **state)
{
	(void)state;
	rig_link(NOWHERE, "in0", UP);
	req_add("in0", GROUP, 5000, "out0");
	req_command(&r, MCR_CMD_INGRESS_GET, NLM_F_DUMP);
	assert_true(req_dump(&r) > 0);
	assert_false(says_filtered(MCR_CMD_INGRESS_GET));
	rig.has_filter = true;
	req_command(&r, MCR_CMD_INGRESS_GET, NLM_F_DUMP);
	assert_true(req_dump(&r) > 0);
	assert_true(says_filtered(MCR_CMD_INGRESS_GET));
}

/* An event tells of the device and its hook, and of nothing else. */
static void test_filtered_event(void **state)
{
	(void)state;
	rig.has_filter = true;
	req_add("in0", GROUP, 5000, "out0");
	rig_forget();
	rig_link(NOWHERE, "in0", UP);
	assert_int_equal(rig_count(MCR_CMD_INGRESS_NTF), 1);
	assert_non_null(nla_find_nested(ingress_told(MCR_CMD_INGRESS_NTF),
					MCR_INGRESS_A_HOOKED));
	assert_false(says_filtered(MCR_CMD_INGRESS_NTF));
}

static u32 feeds(u32 id)
{
	const struct nlattr *nla;
	const struct nlmsghdr *nlh;

	req_command(&r, MCR_CMD_RULE_GET, 0);
	req_ref(&r, id);
	assert_int_equal(req_send(&r).error, 0);
	nlh = rig_message(0, 0);
	nla = kapi_nla_find(nlmsg_attrdata(nlh, GENL_HDRLEN),
			    (unsigned int)nlmsg_attrlen(nlh, GENL_HDRLEN),
			    MCR_A_OUTPUT);
	nla = nla_find_nested(nla, MCR_OUTPUT_A_FEEDS);
	return nla ? nla_get_u32(nla) : 0;
}

/* Packets come in at the other end of a veth pair. */
static void test_veth(void **state)
{
	struct answer a;

	(void)state;
	rig_link_veth(NOWHERE, "in0", NOWHERE + 1);
	rig_link_veth(NOWHERE + 1, "out0", NOWHERE);
	a = req_add("in0", GROUP, 5000, "out0");
	assert_int_equal(a.error, 0);
	assert_int_equal(a.cookie, 1);
	assert_int_equal(feeds(1), 1);
	/* A pair of a device elsewhere is none that is known. */
	rig_link_veth(NOWHERE + 2, "in2", 0);
	rig_link_veth(NOWHERE + 3, "out2", NOWHERE + 7);
	a = req_add("in2", GROUP, 5000, "out2");
	assert_null(a.text);
	assert_int_equal(feeds(2), 0);
	kapi_link_gone(NOWHERE + 1);
	assert_int_equal(feeds(1), 0);
}

static void test_addrs(void **state)
{
	const struct kapi_addr addrs[] = {
		{ .family = AF_INET, .addr = { 192, 0, 2, 1 } },
		{ .family = AF_INET6, .addr = { 0xfe, 0x80 } },
	};

	(void)state;
	kapi_addrs_set(NOWHERE, addrs, 2);
	rig_link(NOWHERE, "one", UP);
	kapi_addrs_set(NOWHERE, addrs, 2);
	assert_int_equal(kapi_dev_by_index(NOWHERE)->n_addrs, 2);
	assert_memory_equal(kapi_dev_by_index(NOWHERE)->addrs, addrs,
			    sizeof(addrs));
	kapi_addrs_set(NOWHERE, NULL, 0);
	assert_int_equal(kapi_dev_by_index(NOWHERE)->n_addrs, 0);
}

/* Is the group joined, by what the kernel says? */
static bool joined(void)
{
	FILE *f = fopen("/proc/self/net/igmp", "r");
	bool found = false;
	char line[256];

	if (!f)
		return false;
	while (fgets(line, sizeof(line), f))
		found |= !!strstr(line, "010101EF");
	fclose(f);
	return found;
}

/* In a network namespace of its own, on its loopback device. */
static int join_for_real(void)
{
	struct answer a;

	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) && unshare(CLONE_NEWNET))
		return 77;
	rig_link(1, "lo", UP | IFF_LOOPBACK);
	a = req_add("lo", GROUP, 5000, "out0");
	if (a.error || !joined() || rig_net()->n_joins != 1)
		return 1;
	/* The link comes back: it is reported again. */
	rtnl_lock();
	call_netdevice_notifiers(NETDEV_RESEND_IGMP, kapi_dev_by_index(1));
	rtnl_unlock();
	if (!joined())
		return 2;
	req_command(&r, MCR_CMD_RULE_DEL, 0);
	req_ref(&r, 1);
	req_send(&r);
	return joined() || rig_net()->n_joins ? 3 : 0;
}

static void test_join(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	pid = fork();
	assert_true(pid >= 0);
	if (!pid)
		_exit(join_for_real());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	/* Where there are no namespaces it cannot be tried. */
	if (WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

#define CASE(f)	cmocka_unit_test_setup_teardown(f, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_events),
		CASE(test_replay),
		CASE(test_names),
		CASE(test_together),
		CASE(test_late_device),
		CASE(test_protocol),
		CASE(test_allmulti),
		CASE(test_no_hook),
		CASE(test_filtered),
		CASE(test_filtered_event),
		CASE(test_veth),
		CASE(test_addrs),
		CASE(test_join),
	};

	return cmocka_run_group_tests_name("kapi devices", tests, NULL, NULL);
}
