/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Requests of tests, and what is answered.
 */
#ifndef MCR_TESTS_KAPI_REQUEST_H
#define MCR_TESTS_KAPI_REQUEST_H

#include "kapi_rig.h"

#define REQ_SIZE	65536U

/**
 * struct req - a datagram that is being made
 * @skb: its attributes are put with nla_put() and the like
 * @nlh: the message that is being made
 * @memory: of @skb
 */
struct req {
	struct sk_buff skb;
	struct nlmsghdr *nlh;
	unsigned char memory[REQ_SIZE] __aligned(8);
};

/**
 * struct answer - an acknowledgment, or the end of a dump
 * @error: 0 or a negative errno
 * @text: NULL: none
 * @offset: of the attribute at fault; 0: none
 * @cookie: 0: none
 * @policy: NULL: none
 */
struct answer {
	int error;
	const char *text;
	uint32_t offset;
	uint32_t cookie;
	const struct nlattr *policy;
};

void req_begin(struct req *r);
void req_message(struct req *r, int type, int cmd, int flags);
void req_command(struct req *r, int cmd, int flags);
void req_end(struct req *r);
void req_addr(struct req *r, int type, uint32_t addr);
void req_rule(struct req *r, const char *iif, uint32_t group, uint16_t port);
void req_rule_full(struct req *r, uint32_t group, uint32_t src);
void req_ref(struct req *r, uint32_t id);
void req_output(struct req *r, const char *dev);
void req_output_full(struct req *r, const char *dev);
void req_send_as(struct req *r, uint32_t portid);
struct answer req_send(struct req *r);
struct answer req_answer(void);
struct answer req_add(const char *iif, uint32_t group, uint16_t port,
		      const char *dev);
size_t req_dump(struct req *r);

#endif /* MCR_TESTS_KAPI_REQUEST_H */
