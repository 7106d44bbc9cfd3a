// SPDX-License-Identifier: GPL-2.0
/*
 * A server in this process; see fake.h. It stands in for lib/client.c.
 */
#include "common.h"
#include "fake.h"
#include "server.h"

#include <errno.h>
#include <linux/netlink.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <stdlib.h>
#include <string.h>

#define FAKE_TXN	9

static void rules_clear(struct fake_rules *r)
{
	while (r->count)
		mcr_rule_release(&r->rules[--r->count]);
}

static void rule_copy(struct mcr_rule *to, const struct mcr_rule *from)
{
	unsigned int i;

	*to = *from;
	to->outputs = NULL;
	to->n_outputs = 0;
	to->room = 0;
	for (i = 0; i < from->n_outputs; i++)
		*mcr_rule_add_output(to) = from->outputs[i];
}

static void rules_copy(struct fake_rules *to, const struct fake_rules *from)
{
	rules_clear(to);
	for (; to->count < from->count; to->count++)
		rule_copy(&to->rules[to->count], &from->rules[to->count]);
}

/**
 * fake_new - a server without rules
 *
 * Return: the server, for fake_free().
 */
struct mcr_client *fake_new(void)
{
	struct mcr_client *fake = calloc(1, sizeof(*fake));

	assert_non_null(fake);
	fake->generation = 7;
	fake->next_id = 1;
	return fake;
}

/**
 * fake_free - the end of a server
 * @fake: the server
 */
void fake_free(struct mcr_client *fake)
{
	rules_clear(&fake->in_force);
	rules_clear(&fake->staged);
	free(fake);
}

/**
 * fake_rule - find a rule in force
 * @fake: the server
 * @name: its name
 *
 * Return: the rule or NULL.
 */
struct mcr_rule *fake_rule(struct mcr_client *fake, const char *name)
{
	unsigned int i;

	for (i = 0; i < fake->in_force.count; i++)
		if (!strcmp(fake->in_force.rules[i].name, name))
			return &fake->in_force.rules[i];
	return NULL;
}

static void disturb(struct mcr_client *fake, enum fake_moment moment)
{
	if (fake->moment != moment || !fake->disturbances)
		return;
	fake->disturbances--;
	fake->generation++;
}

/* The parser of replies wants an id: give it one. */
static void read_rule(struct nlmsghdr *nlh, struct mcr_rule *rule)
{
	struct nl_msg *msg = nlmsg_alloc_size(256UL * 1024);
	struct nlattr *attr, *inner, *nest;
	struct mcr_error err;
	int rem, inner_rem;
	bool more;

	mcr_rule_init(rule);
	assert_non_null(msg);
	genlmsg_put(msg, 0, 0, 30, 0, 0, MCR_CMD_RULE_GET, 1);
	nlmsg_for_each_attr(attr, nlh, GENL_HDRLEN, rem) {
		if (nla_type(attr) == MCR_A_OUTPUT)
			nla_put(msg, MCR_A_OUTPUT | NLA_F_NESTED,
				nla_len(attr), nla_data(attr));
		if (nla_type(attr) != MCR_A_RULE)
			continue;
		nest = nla_nest_start(msg, MCR_A_RULE);
		nla_put_u32(msg, MCR_RULE_A_ID, 0xffff);
		nla_for_each_nested(inner, attr, inner_rem)
			nla_put(msg, nla_type(inner), nla_len(inner),
				nla_data(inner));
		nla_nest_end(msg, nest);
	}
	assert_int_equal(mcr_msg_parse_rule(nlmsg_hdr(msg), rule, &more, &err),
			 0);
	nlmsg_free(msg);
	rule->id = 0;
}

static struct mcr_rule *by_match(struct fake_rules *r,
				 const struct mcr_rule *rule)
{
	unsigned int i;

	for (i = 0; i < r->count; i++)
		if (!strcmp(r->rules[i].spec.iif, rule->spec.iif) &&
		    mcr_match_equal(&r->rules[i].spec.match, &rule->spec.match))
			return &r->rules[i];
	return NULL;
}

/* Replaces or creates, as both flags together have it. */
static int stage_new(struct mcr_client *fake, struct nlmsghdr *nlh)
{
	struct fake_rules *r = &fake->staged;
	struct mcr_rule rule, *old;
	unsigned int i;

	assert_int_equal(nlh->nlmsg_flags & (NLM_F_CREATE | NLM_F_REPLACE),
			 NLM_F_CREATE | NLM_F_REPLACE);
	read_rule(nlh, &rule);
	old = by_match(r, &rule);
	for (i = 0; rule.name[0] && i < r->count; i++)
		if (&r->rules[i] != old &&
		    !strcmp(r->rules[i].name, rule.name)) {
			mcr_rule_release(&rule);
			return -EEXIST;
		}
	if (old) {
		rule.id = old->id;
		rule.packets = old->packets;
		mcr_rule_release(old);
	} else {
		assert_true(r->count < FAKE_RULES_MAX);
		old = &r->rules[r->count++];
		rule.id = fake->next_id++;
	}
	*old = rule;
	return 0;
}

static int stage_del(struct mcr_client *fake, struct nlmsghdr *nlh)
{
	struct fake_rules *r = &fake->staged;
	struct nlattr *nest = nlmsg_find_attr(nlh, GENL_HDRLEN, MCR_A_RULE);
	__u32 id = nla_get_u32(nla_find(nla_data(nest), nla_len(nest),
					MCR_RULE_A_ID));
	unsigned int i;

	for (i = 0; i < r->count && r->rules[i].id != id; i++)
		;
	if (i == r->count)
		return -ENOENT;
	mcr_rule_release(&r->rules[i]);
	memmove(&r->rules[i], &r->rules[i + 1],
		(--r->count - i) * sizeof(r->rules[0]));
	return 0;
}

static void check_txn(struct mcr_client *fake, struct nlmsghdr *nlh)
{
	struct nlattr *txn = nlmsg_find_attr(nlh, GENL_HDRLEN, MCR_A_TXN);

	assert_non_null(txn);
	assert_int_equal(nla_get_u32(txn), FAKE_TXN);
	assert_int_equal(fake->txn, FAKE_TXN);
}

/* Where in the message is this attribute of the rule? */
static __u32 offset_of(struct nlmsghdr *nlh, unsigned int inner)
{
	struct nlattr *nest = nlmsg_find_attr(nlh, GENL_HDRLEN, MCR_A_RULE);
	char *attr = (char *)nla_find(nla_data(nest), nla_len(nest),
				      (int)inner);

	assert_non_null(attr);
	return (__u32)(attr - (char *)nlh);
}

static void say(struct mcr_client *fake, struct nlmsghdr *nlh,
		struct mcr_reply *reply)
{
	strncpy(reply->text, fake->refusal, sizeof(reply->text) - 1);
	if (!fake->inner)
		return;
	reply->has_offset = true;
	reply->offset = offset_of(nlh, fake->inner);
}

static void stage(struct mcr_client *fake, struct nlmsghdr *nlh,
		  struct mcr_reply *reply)
{
	check_txn(fake, nlh);
	fake->staged_messages++;
	if (fake->base != fake->generation)
		reply->error = EAGAIN;
	else if (fake->staged_messages == fake->refuse)
		reply->error = EINVAL;
	else if (mcr_msg_cmd(nlh) == MCR_CMD_RULE_NEW)
		reply->error = -stage_new(fake, nlh);
	else if (mcr_msg_cmd(nlh) == MCR_CMD_RULE_DEL)
		reply->error = -stage_del(fake, nlh);
	else
		fail();
	if (fake->staged_messages == fake->refuse ||
	    fake->staged_messages == fake->warn)
		say(fake, nlh, reply);
}

int mcr_client_batch(struct mcr_client *client, struct mcr_batch *batch,
		     mcr_answer_fn fn, void *arg, struct mcr_error *err)
{
	struct mcr_reply reply;
	bool told = false;
	unsigned int i;

	disturb(client, FAKE_BEFORE_STAGE);
	if (batch->count > client->largest_batch)
		client->largest_batch = batch->count;
	for (i = 0; i < batch->count; i++) {
		mcr_reply_init(&reply, false);
		if (client->staged_messages + 1 == client->hang_up)
			return mcr_error_set(err, MCR_ERROR_SYSTEM, "gone");
		stage(client, (struct nlmsghdr *)(void *)(batch->buf +
						batch->offsets[i]), &reply);
		if (!told && fn(i, &reply, arg))
			told = true;
	}
	batch->len = 0;
	batch->count = 0;
	return 0;
}

static void put_reply(struct mcr_reply *reply, struct nl_msg **msgs, size_t n)
{
	struct mcr_error err;
	size_t len;
	void *buf = server_bytes(msgs, n, &len);

	reply->seq = SERVER_SEQ;
	assert_int_equal(mcr_reply_feed(reply, buf, len, &err), 0);
}

static struct nl_msg *tell_generation(struct mcr_client *fake, bool txn)
{
	struct nl_msg *msg = nlmsg_alloc();

	assert_non_null(msg);
	genlmsg_put(msg, 1, SERVER_SEQ, 30, 0, 0, MCR_CMD_TXN_BEGIN, 1);
	if (txn)
		nla_put_u32(msg, MCR_A_TXN, FAKE_TXN);
	nla_put_u32(msg, MCR_A_GENERATION, fake->generation);
	return msg;
}

static void begin(struct mcr_client *fake)
{
	assert_int_equal(fake->txn, 0);
	fake->begun++;
	fake->txn = FAKE_TXN;
	fake->base = fake->generation;
	rules_copy(&fake->staged, &fake->in_force);
}

static int commit(struct mcr_client *fake)
{
	disturb(fake, FAKE_BEFORE_COMMIT);
	if (fake->base != fake->generation)
		return -EAGAIN;
	rules_copy(&fake->in_force, &fake->staged);
	fake->generation++;
	fake->committed++;
	fake->txn = 0;
	return 0;
}

int mcr_client_do(struct mcr_client *client, struct nl_msg *msg,
		  struct mcr_reply *reply, struct mcr_error *err)
{
	struct nlmsghdr *nlh = nlmsg_hdr(msg);
	struct nl_msg *msgs[2];

	(void)err;
	switch (mcr_msg_cmd(nlh)) {
	case MCR_CMD_TXN_BEGIN:
		begin(client);
		break;
	case MCR_CMD_TXN_COMMIT:
		check_txn(client, nlh);
		reply->error = -commit(client);
		reply->done = true;
		return 0;
	case MCR_CMD_TXN_ABORT:
		check_txn(client, nlh);
		client->txn = 0;
		client->aborted++;
		reply->done = true;
		return 0;
	case MCR_CMD_STATUS_GET:
		break;
	default:
		fail();
	}
	msgs[0] = tell_generation(client, client->txn);
	msgs[1] = server_ack(0, NULL);
	put_reply(reply, msgs, 2);
	return 0;
}

int mcr_client_dump(struct mcr_client *client, struct nl_msg *msg,
		    struct mcr_reply *reply, struct mcr_error *err)
{
	const struct fake_rules *r = &client->in_force;
	struct nl_msg **msgs = calloc(r->count + 1, sizeof(struct nl_msg *));
	struct nlattr *generation;
	unsigned int i;

	(void)err;
	assert_int_equal(mcr_msg_cmd(nlmsg_hdr(msg)), MCR_CMD_RULE_GET);
	disturb(client, FAKE_BEFORE_DUMP);
	assert_non_null(msgs);
	for (i = 0; i < r->count; i++) {
		const struct mcr_rule *rule = &r->rules[i];

		msgs[i] = server_rule(rule, 0, rule->n_outputs, false);
		generation = nlmsg_find_attr(nlmsg_hdr(msgs[i]), GENL_HDRLEN,
					     MCR_A_GENERATION);
		memcpy(nla_data(generation), &client->generation,
		       sizeof(client->generation));
	}
	msgs[i] = server_done(0, NULL);
	put_reply(reply, msgs, i + 1);
	free(msgs);
	reply->interrupted = client->moment == FAKE_IN_DUMP &&
			     client->disturbances;
	disturb(client, FAKE_IN_DUMP);
	return 0;
}
