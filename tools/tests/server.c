// SPDX-License-Identifier: GPL-2.0
/*
 * What a server would send; see server.h. Written from the protocol's manual,
 * apart from what the library sends.
 */
#include "common.h"
#include "server.h"

#include <linux/netlink.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define FAMILY	30

static void put_number(struct nl_msg *msg, int type, __u64 value, size_t size)
{
	/* Little-endian hosts only; a counter that is 0 is not sent. */
	if (value)
		assert_int_equal(nla_put(msg, type, (int)size, &value), 0);
}

static void put_string(struct nl_msg *msg, int type, const char *value)
{
	if (*value)
		assert_int_equal(nla_put_string(msg, type, value), 0);
}

static void put_always(struct nl_msg *msg, int type, __u8 value)
{
	assert_int_equal(nla_put_u8(msg, type, value), 0);
}

static int addr_len(__u8 family)
{
	return family == AF_INET ? 4 : 16;
}

static void put_rule(struct nl_msg *msg, const struct mcr_rule *rule)
{
	const struct mcr_rule_spec *spec = &rule->spec;
	const struct mcr_match *m = &spec->match;
	int len = addr_len(m->family);

	put_string(msg, MCR_RULE_A_NAME, rule->name);
	put_string(msg, MCR_RULE_A_IIF, spec->iif);
	nla_put(msg, MCR_RULE_A_GROUP, len, &m->group);
	put_always(msg, MCR_RULE_A_GROUP_LEN, m->group_len);
	if (m->src_len) {
		nla_put(msg, MCR_RULE_A_SRC, len, &m->src);
		put_always(msg, MCR_RULE_A_SRC_LEN, m->src_len);
	}
	put_always(msg, MCR_RULE_A_PROTO, m->proto);
	put_number(msg, MCR_RULE_A_DPORT_MIN, m->dport_min, 2);
	put_number(msg, MCR_RULE_A_DPORT_MAX, m->dport_max, 2);
	put_number(msg, MCR_RULE_A_VLAN, m->vlan, 2);
	put_always(msg, MCR_RULE_A_MODE, spec->mode);
	put_always(msg, MCR_RULE_A_JOIN, spec->join);
	put_always(msg, MCR_RULE_A_PLANE, spec->plane);
	put_always(msg, MCR_RULE_A_LATENCY, spec->latency);
	put_always(msg, MCR_RULE_A_DISABLED, spec->disabled);
	put_string(msg, MCR_RULE_A_COMMENT, rule->comment);
	nla_put_u32(msg, MCR_RULE_A_OUTPUTS, rule->n_outputs);
	put_number(msg, MCR_RULE_A_IFINDEX, rule->ifindex, 4);
	put_always(msg, MCR_RULE_A_MEMBERSHIP, rule->membership);
	put_number(msg, MCR_RULE_A_MEMBERSHIP_ERROR, rule->membership_error, 4);
	put_number(msg, MCR_RULE_A_PACKETS, rule->packets, 8);
	put_number(msg, MCR_RULE_A_BYTES, rule->bytes, 8);
	if (rule->seen)
		nla_put_u64(msg, MCR_RULE_A_LAST_SEEN, rule->last_seen);
}

static void put_drops(struct nl_msg *msg, const struct mcr_output *output)
{
	struct nlattr *nest = nla_nest_start(msg, MCR_OUTPUT_A_DROPS);
	int i;

	for (i = MCR_DROP_NO_DEVICE; i <= MCR_DROP_MAX; i++)
		put_number(msg, i, output->drops[i], 8);
	nla_nest_end(msg, nest);
}

static void put_output(struct nl_msg *msg, const struct mcr_output *output)
{
	const struct mcr_rewrite *r = &output->spec.rewrite;
	struct nlattr *nest = nla_nest_start(msg, MCR_A_OUTPUT);

	put_number(msg, MCR_OUTPUT_A_ID, output->id, 4);
	put_string(msg, MCR_OUTPUT_A_DEV, output->spec.dev);
	if (r->set & MCR_SET_GROUP)
		nla_put(msg, MCR_OUTPUT_A_GROUP, addr_len(r->group_family),
			&r->group);
	put_number(msg, MCR_OUTPUT_A_DPORT, r->dport, 2);
	put_always(msg, MCR_OUTPUT_A_SRC_MODE, r->src_mode);
	if (r->src_mode == MCR_SRC_SET)
		nla_put(msg, MCR_OUTPUT_A_SRC, addr_len(r->src_family),
			&r->src);
	put_number(msg, MCR_OUTPUT_A_SPORT, r->sport, 2);
	put_always(msg, MCR_OUTPUT_A_TTL_MODE, r->ttl_mode);
	put_number(msg, MCR_OUTPUT_A_TTL, r->ttl, 1);
	if (r->set & MCR_SET_DSCP)
		put_always(msg, MCR_OUTPUT_A_DSCP, r->dscp);
	put_always(msg, MCR_OUTPUT_A_MAC, r->mac);
	put_number(msg, MCR_OUTPUT_A_RATE, output->spec.rate, 8);
	if (output->spec.rate)
		put_always(msg, MCR_OUTPUT_A_RATE_UNIT, output->spec.rate_unit);
	put_number(msg, MCR_OUTPUT_A_BURST, output->spec.burst, 4);
	put_always(msg, MCR_OUTPUT_A_MTU, output->spec.mtu);
	put_number(msg, MCR_OUTPUT_A_IFINDEX, output->ifindex, 4);
	put_number(msg, MCR_OUTPUT_A_FEEDS, output->feeds, 4);
	put_number(msg, MCR_OUTPUT_A_OFFERED, output->offered, 8);
	put_number(msg, MCR_OUTPUT_A_SENT, output->sent, 8);
	put_number(msg, MCR_OUTPUT_A_SENT_BYTES, output->sent_bytes, 8);
	put_drops(msg, output);
	nla_nest_end(msg, nest);
}

/**
 * server_rule - a rule, or a part of it, as a server shows it
 * @rule: the rule
 * @first: index of the first output to send
 * @count: how many outputs
 * @more: outputs go on in the next message
 *
 * Return: a message for server_bytes().
 */
struct nl_msg *server_rule(const struct mcr_rule *rule, unsigned int first,
			   unsigned int count, bool more)
{
	struct nl_msg *msg = nlmsg_alloc_size(256UL * 1024);
	struct nlattr *nest;
	unsigned int i;

	assert_non_null(msg);
	assert_non_null(genlmsg_put(msg, 1, SERVER_SEQ, FAMILY, 0, NLM_F_MULTI,
				    MCR_CMD_RULE_GET, MCR_GENL_VERSION));
	nest = nla_nest_start(msg, MCR_A_RULE);
	nla_put_u32(msg, MCR_RULE_A_ID, rule->id);
	if (!first)
		put_rule(msg, rule);
	nla_nest_end(msg, nest);
	for (i = first; i < first + count; i++)
		put_output(msg, &rule->outputs[i]);
	if (more)
		nla_put_flag(msg, MCR_A_MORE);
	nla_put_u32(msg, MCR_A_GENERATION, 5);
	return msg;
}

static void put_event_rule(struct nl_msg *msg, const struct mcr_rule *rule,
			   bool membership)
{
	struct nlattr *nest = nla_nest_start(msg, MCR_A_RULE);

	put_number(msg, MCR_RULE_A_ID, rule->id, 4);
	put_string(msg, MCR_RULE_A_NAME, rule->name);
	if (membership) {
		put_always(msg, MCR_RULE_A_MEMBERSHIP, rule->membership);
		put_number(msg, MCR_RULE_A_MEMBERSHIP_ERROR,
			   rule->membership_error, 4);
	}
	nla_nest_end(msg, nest);
}

static void put_event_output(struct nl_msg *msg,
			     const struct mcr_output *output)
{
	struct nlattr *nest = nla_nest_start(msg, MCR_A_OUTPUT);

	put_number(msg, MCR_OUTPUT_A_ID, output->id, 4);
	put_string(msg, MCR_OUTPUT_A_DEV, output->spec.dev);
	put_number(msg, MCR_OUTPUT_A_IFINDEX, output->ifindex, 4);
	put_drops(msg, output);
	nla_nest_end(msg, nest);
}

static void put_event_ingress(struct nl_msg *msg,
			      const struct mcr_ingress *ingress)
{
	struct nlattr *nest = nla_nest_start(msg, MCR_A_INGRESS);

	put_string(msg, MCR_INGRESS_A_DEV, ingress->dev);
	put_number(msg, MCR_INGRESS_A_IFINDEX, ingress->ifindex, 4);
	if (ingress->hooked)
		nla_put_flag(msg, MCR_INGRESS_A_HOOKED);
	if (ingress->filtered)
		nla_put_flag(msg, MCR_INGRESS_A_FILTERED);
	nla_nest_end(msg, nest);
}

/**
 * server_event - a notification that does not tell all of a rule
 * @cmd: which one
 * @rule: what it is about, with its first output; may be NULL
 * @ingress: what it is about; may be NULL
 *
 * Return: a message for server_bytes().
 */
struct nl_msg *server_event(enum mcr_cmd cmd, const struct mcr_rule *rule,
			    const struct mcr_ingress *ingress)
{
	struct nl_msg *msg = nlmsg_alloc();

	assert_non_null(msg);
	assert_non_null(genlmsg_put(msg, 0, 0, FAMILY, 0, 0, cmd,
				    MCR_GENL_VERSION));
	if (rule)
		put_event_rule(msg, rule, cmd == MCR_CMD_MEMBER_NTF);
	if (rule && cmd == MCR_CMD_OUTPUT_NTF)
		put_event_output(msg, rule->outputs);
	if (ingress)
		put_event_ingress(msg, ingress);
	nla_put_u32(msg, MCR_A_GENERATION, 5);
	return msg;
}

/**
 * server_bytes - messages as one read from the socket gives them
 * @msgs: the messages; freed
 * @n: how many
 * @len: tells how many bytes
 *
 * Return: the bytes, from malloc().
 */
void *server_bytes(struct nl_msg **msgs, size_t n, size_t *len)
{
	char *bytes = NULL;
	size_t i, size;

	*len = 0;
	for (i = 0; i < n; i++) {
		size = NLMSG_ALIGN(nlmsg_hdr(msgs[i])->nlmsg_len);
		bytes = realloc(bytes, *len + size);
		assert_non_null(bytes);
		memcpy(bytes + *len, nlmsg_hdr(msgs[i]), size);
		*len += size;
		nlmsg_free(msgs[i]);
	}
	return bytes;
}

static void put_tlvs(struct nl_msg *msg, const struct server_tlvs *tlvs)
{
	if (!tlvs)
		return;
	nlmsg_hdr(msg)->nlmsg_flags |= NLM_F_ACK_TLVS;
	if (tlvs->text)
		nla_put_string(msg, NLMSGERR_ATTR_MSG, tlvs->text);
	if (tlvs->offset)
		nla_put_u32(msg, NLMSGERR_ATTR_OFFS, *tlvs->offset);
	if (tlvs->cookie)
		nla_put_u32(msg, NLMSGERR_ATTR_COOKIE, *tlvs->cookie);
}

/**
 * server_ack - how a request ended
 * @error: negative errno or 0
 * @tlvs: what is said about it; may be NULL
 *
 * Return: a message for server_bytes().
 */
struct nl_msg *server_ack(int error, const struct server_tlvs *tlvs)
{
	struct nl_msg *msg = nlmsg_alloc();
	struct nlmsgerr ack = {
		.error = error,
		.msg = { .nlmsg_len = 4000, .nlmsg_seq = SERVER_SEQ },
	};

	assert_non_null(msg);
	nlmsg_put(msg, 1, SERVER_SEQ, NLMSG_ERROR, 0, NLM_F_CAPPED);
	nlmsg_append(msg, &ack, sizeof(ack), NLMSG_ALIGNTO);
	put_tlvs(msg, tlvs);
	return msg;
}

/**
 * server_done - how a dump ended
 * @error: negative errno or 0
 * @tlvs: what is said about it; may be NULL
 *
 * Return: a message for server_bytes().
 */
struct nl_msg *server_done(int error, const struct server_tlvs *tlvs)
{
	struct nl_msg *msg = nlmsg_alloc();

	assert_non_null(msg);
	nlmsg_put(msg, 1, SERVER_SEQ, NLMSG_DONE, 0, NLM_F_MULTI);
	nlmsg_append(msg, &error, sizeof(error), NLMSG_ALIGNTO);
	put_tlvs(msg, tlvs);
	return msg;
}
