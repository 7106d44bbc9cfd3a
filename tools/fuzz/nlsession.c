// SPDX-License-Identifier: GPL-2.0
/*
 * A server in this process, and what is done to it; see nlsession.h.
 */
#include "nlsession.h"

#include <stdlib.h>

#include "../tests/kapi_rig.h"
#include "forward.h"
#include "fuzz.h"

#define NOWHERE		900001	/* no index that this host has */
#define N_LINKS		5U
#define N_NAMES		6U

static const char *const names[N_NAMES] = {
	"in0", "in1", "out0", "out1", "out2", "absent0",
};

static void tell_link(unsigned int i, const char *name, uint32_t flags)
{
	rig_link(NOWHERE + (int)i, name, flags);
}

/* With the devices that the messages name, but one. */
void session_begin(void)
{
	unsigned int i;

	fuzz_check(!rig_setup(NULL), "the server does not begin");
	for (i = 0; i < N_LINKS; i++)
		tell_link(i, names[i], IFF_UP | IFF_LOWER_UP);
}

/* Do the sums agree with what there is? */
static unsigned int check_sums(void)
{
	struct mcr_net *mn = rig_net();
	u32 rules = 0, outputs = 0;
	struct mcr_rule *rule;
	unsigned long id;

	mcr_table_read_lock(mn);
	xa_for_each(&mn->rules, id, rule) {
		fuzz_check(rule->id == id, "a rule has another's id");
		rules++;
		outputs += mcr_rule_fanout(mn, rule)->n;
	}
	fuzz_check(rules == mn->n_rules && outputs == mn->n_outputs,
		   "the sums are not those of the rules");
	mcr_table_read_unlock(mn);
	return rules;
}

static void count_answers(struct session_count *count)
{
	const struct nlmsghdr *nlh;
	size_t i, k;
	int error;

	for (i = 0; i < rig.n_said; i++) {
		for (k = 0; (nlh = rig_message(i, k)); k++) {
			fuzz_check(nlh->nlmsg_len >= NLMSG_HDRLEN,
				   "an answer without a header");
			if (nlh->nlmsg_type != NLMSG_ERROR || rig.said[i].group)
				continue;
			memcpy(&error, nlmsg_data(nlh), sizeof(error));
			if (error)
				count->refused++;
			else
				count->accepted++;
		}
	}
}

/* In memory that ends where the message does. */
static void send_message(enum session_act act, const void *data, size_t len,
			 struct session_count *count)
{
	const struct kapi_peer peer = {
		.portid = RIG_PEER + (unsigned int)act,
		.admin = act != SESSION_READER,
	};
	u32 generation = rig_net()->generation;
	void *copy = malloc(len ? len : 1);

	if (!copy)
		abort();
	memcpy(copy, data, len);
	rig_forget();
	kapi_receive(&peer, copy, len);
	free(copy);
	while (kapi_dump_pending(peer.portid))
		kapi_dump_step(peer.portid);
	fuzz_check(peer.admin || rig_net()->generation == generation,
		   "one who may not has changed the rules");
	count_answers(count);
}

/* The first byte says which, the second one what. */
static void change_device(const uint8_t *data, size_t len)
{
	unsigned int i, what;

	if (len < 2)
		return;
	i = data[0] % N_LINKS;
	what = data[1];
	if (what % 4 == 0)
		kapi_link_gone(NOWHERE + (int)i);
	else if (what % 4 == 1)
		tell_link(i, names[i], IFF_UP | IFF_LOWER_UP);
	else if (what % 4 == 2)
		tell_link(i, names[i], what & 4 ? IFF_UP : 0);
	else
		tell_link(i, names[(i + what / 4) % N_NAMES],
			  IFF_UP | IFF_LOWER_UP);
}

/**
 * session_do - do something to the server
 * @act: of enum session_act
 * @data: the message, or what is done
 * @len: bytes
 * @count: how it went is added
 */
void session_do(enum session_act act, const void *data, size_t len,
		struct session_count *count)
{
	const uint8_t *bytes = data;
	unsigned int rules;

	switch (act) {
	case SESSION_PEER:
	case SESSION_OTHER:
	case SESSION_READER:
		send_message(act, data, len, count);
		break;
	case SESSION_DEVICE:
		change_device(data, len);
		break;
	case SESSION_GONE:
		kapi_peer_gone(RIG_PEER + (len ? bytes[0] % 3U : 0));
		break;
	default:
		kapi_run();
	}
	rules = check_sums();
	if (rules > count->rules_most)
		count->rules_most = rules;
}

/* Nothing is left then; the rig looks. */
void session_end(void)
{
	rig_teardown(NULL);
}
