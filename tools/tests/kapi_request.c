// SPDX-License-Identifier: GPL-2.0
/*
 * Requests of tests; see kapi_request.h.
 */
#include "kapi_request.h"

/* An empty datagram. */
void req_begin(struct req *r)
{
	memset(&r->skb, 0, sizeof(r->skb));
	r->skb.head = r->memory;
	r->skb.data = r->memory;
	r->skb.room = sizeof(r->memory);
	r->nlh = NULL;
}

/* A message more; the sequence number is its place. */
void req_message(struct req *r, int type, int cmd, int flags)
{
	u32 seq = r->nlh ? r->nlh->nlmsg_seq + 1 : 1;
	struct genlmsghdr *hdr;

	r->nlh = kapi_nlmsg_put(&r->skb, 0, seq, type, GENL_HDRLEN,
				NLM_F_REQUEST | flags);
	assert_non_null(r->nlh);
	hdr = nlmsg_data(r->nlh);
	hdr->cmd = (u8)cmd;
	hdr->version = MCR_GENL_VERSION;
}

/* A datagram of one message of the family. */
void req_command(struct req *r, int cmd, int flags)
{
	req_begin(r);
	req_message(r, GENL_ID_CTRL + 1, cmd, NLM_F_ACK | flags);
}

void req_end(struct req *r)
{
	nlmsg_end(&r->skb, r->nlh);
}

/* An IPv4 address; @addr in host byte order. */
void req_addr(struct req *r, int type, uint32_t addr)
{
	addr = htonl(addr);
	nla_put(&r->skb, type, sizeof(addr), &addr);
}

/* MCR_A_RULE; @group in host byte order; @port 0: any. */
void req_rule(struct req *r, const char *iif, uint32_t group, uint16_t port)
{
	struct nlattr *nest = nla_nest_start(&r->skb, MCR_A_RULE);

	nla_put_string(&r->skb, MCR_RULE_A_IIF, iif);
	req_addr(r, MCR_RULE_A_GROUP, group);
	if (port)
		nla_put_u16(&r->skb, MCR_RULE_A_DPORT_MIN, port);
	nla_nest_end(&r->skb, nest);
}

/*
 * All that a rule can say, and nothing that is the default: from in1, groups of
 * @group/8, sources of @src/24, both in host byte order.
 */
void req_rule_full(struct req *r, uint32_t group, uint32_t src)
{
	struct nlattr *nest = nla_nest_start(&r->skb, MCR_A_RULE);

	nla_put_string(&r->skb, MCR_RULE_A_IIF, "in1");
	req_addr(r, MCR_RULE_A_GROUP, group);
	nla_put_u8(&r->skb, MCR_RULE_A_GROUP_LEN, 8);
	req_addr(r, MCR_RULE_A_SRC, src);
	nla_put_u8(&r->skb, MCR_RULE_A_SRC_LEN, 24);
	nla_put_u16(&r->skb, MCR_RULE_A_DPORT_MIN, 1000);
	nla_put_u16(&r->skb, MCR_RULE_A_DPORT_MAX, 2000);
	nla_put_u16(&r->skb, MCR_RULE_A_VLAN, 5);
	nla_put_string(&r->skb, MCR_RULE_A_NAME, "full");
	nla_put_string(&r->skb, MCR_RULE_A_COMMENT, "some words");
	nla_put_u8(&r->skb, MCR_RULE_A_MODE, MCR_MODE_CONSUME);
	nla_put_u8(&r->skb, MCR_RULE_A_JOIN, MCR_JOIN_NONE);
	nla_put_u8(&r->skb, MCR_RULE_A_PLANE, MCR_PLANE_RELAY);
	nla_put_u8(&r->skb, MCR_RULE_A_LATENCY, MCR_LATENCY_LOW);
	nla_put_u8(&r->skb, MCR_RULE_A_DISABLED, 1);
	nla_nest_end(&r->skb, nest);
}

void req_ref(struct req *r, uint32_t id)
{
	struct nlattr *nest = nla_nest_start(&r->skb, MCR_A_RULE);

	nla_put_u32(&r->skb, MCR_RULE_A_ID, id);
	nla_nest_end(&r->skb, nest);
}

void req_output(struct req *r, const char *dev)
{
	struct nlattr *nest = nla_nest_start(&r->skb, MCR_A_OUTPUT);

	nla_put_string(&r->skb, MCR_OUTPUT_A_DEV, dev);
	nla_nest_end(&r->skb, nest);
}

/* An output that writes all that can be written. */
void req_output_full(struct req *r, const char *dev)
{
	struct nlattr *nest = nla_nest_start(&r->skb, MCR_A_OUTPUT);

	nla_put_string(&r->skb, MCR_OUTPUT_A_DEV, dev);
	req_addr(r, MCR_OUTPUT_A_GROUP, 0xef01014eU);
	nla_put_u16(&r->skb, MCR_OUTPUT_A_DPORT, 5001);
	req_addr(r, MCR_OUTPUT_A_SRC, 0x0a090909U);
	nla_put_u16(&r->skb, MCR_OUTPUT_A_SPORT, 6000);
	nla_put_u8(&r->skb, MCR_OUTPUT_A_TTL, 5);
	nla_put_u8(&r->skb, MCR_OUTPUT_A_DSCP, 10);
	nla_nest_end(&r->skb, nest);
}

void req_send_as(struct req *r, uint32_t portid)
{
	const struct kapi_peer peer = {
		.portid = portid,
		.admin = portid != RIG_READER,
	};

	req_end(r);
	kapi_receive(&peer, r->skb.data, r->skb.len);
}

static void answer_read(struct answer *a, const struct nlmsghdr *nlh,
			unsigned int hdrlen)
{
	const struct nlattr *nla;
	int rem;

	memcpy(&a->error, nlmsg_data(nlh), sizeof(a->error));
	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	nlmsg_for_each_attr(nla, nlh, hdrlen, rem) {
		switch (nla_type(nla)) {
		case NLMSGERR_ATTR_MSG:
			a->text = nla_data(nla);
			break;
		case NLMSGERR_ATTR_OFFS:
			a->offset = nla_get_u32(nla);
			break;
		case NLMSGERR_ATTR_COOKIE:
			a->cookie = nla_get_u32(nla);
			break;
		case NLMSGERR_ATTR_POLICY:
			a->policy = nla;
			break;
		default:
			fail_msg("attribute %d", nla_type(nla));
		}
	}
}

/* The last one that was sent; there is one. It lives until rig_forget(). */
struct answer req_answer(void)
{
	struct answer a = { .error = INT_MIN };
	const struct nlmsghdr *nlh;
	size_t i, k;

	for (i = 0; i < rig.n_said; i++) {
		for (k = 0; (nlh = rig_message(i, k)); k++) {
			if (nlh->nlmsg_type == NLMSG_ERROR) {
				a = (struct answer){ };
				answer_read(&a, nlh, sizeof(struct nlmsgerr));
			} else if (nlh->nlmsg_type == NLMSG_DONE) {
				a = (struct answer){ };
				answer_read(&a, nlh, sizeof(int));
			}
		}
	}
	assert_int_not_equal(a.error, INT_MIN);
	return a;
}

/* Send it as one who may change rules. */
struct answer req_send(struct req *r)
{
	rig_forget();
	req_send_as(r, RIG_PEER);
	return req_answer();
}

/* A new rule with one output. */
struct answer req_add(const char *iif, uint32_t group, uint16_t port,
		      const char *dev)
{
	static struct req r;

	req_command(&r, MCR_CMD_RULE_NEW, NLM_F_CREATE);
	req_rule(&r, iif, group, port);
	req_output(&r, dev);
	return req_send(&r);
}

/* Send a dump request and read all of it. Returns the number of datagrams. */
size_t req_dump(struct req *r)
{
	rig_forget();
	req_send_as(r, RIG_READER);
	while (kapi_dump_pending(RIG_READER))
		kapi_dump_step(RIG_READER);
	return rig.n_said;
}
