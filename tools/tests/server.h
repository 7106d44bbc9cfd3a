/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a server would send, for the tests of what reads it.
 */
#ifndef MCR_TESTS_SERVER_H
#define MCR_TESTS_SERVER_H

#include "../lib/reply.h"

#define SERVER_SEQ	77

/* Numbers of attributes that a server's sentence comes in. */
struct server_tlvs {
	const char *text;
	const uint32_t *offset;
	const uint32_t *cookie;
};

struct nl_msg *server_rule(const struct mcr_rule *rule, unsigned int first,
			   unsigned int count, bool more);
struct nl_msg *server_event(enum mcr_cmd cmd, const struct mcr_rule *rule,
			    const struct mcr_ingress *ingress);
void *server_bytes(struct nl_msg **msgs, size_t n, size_t *len);
struct nl_msg *server_ack(int error, const struct server_tlvs *tlvs);
struct nl_msg *server_done(int error, const struct server_tlvs *tlvs);

#endif /* MCR_TESTS_SERVER_H */
