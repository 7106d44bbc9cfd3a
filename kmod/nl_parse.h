/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From attributes to the rule model, and from refusals to sentences.
 */
#ifndef MCR_NL_PARSE_H
#define MCR_NL_PARSE_H

#include <net/netlink.h>

#include "table.h"

#define MCR_RULE_BIT(attr)	BIT(MCR_RULE_A_##attr)

struct mcr_view;

/**
 * struct mcr_filter - which rules are meant
 * @given: bit by enum mcr_rule_attr: compare this
 * @spec: what with
 * @name: likewise
 * @to: rules that send to this device; NULL: any
 */
struct mcr_filter {
	u32 given;
	struct mcr_rule_spec spec;
	const char *name;
	const char *to;
};

/**
 * struct mcr_ref - which rule a command is about
 * @id: its id, or 0
 * @name: its name, or NULL
 * @attr: where that is said
 */
struct mcr_ref {
	u32 id;
	const char *name;
	const struct nlattr *attr;
};

/* What MCR_CMD_RULE_SET takes beside which rule is meant. */
#define MCR_RULE_SET	(MCR_RULE_BIT(DISABLED) | MCR_RULE_BIT(PLANE))

int mcr_nl_no_memory(struct netlink_ext_ack *extack);
int mcr_nl_check(const struct nlmsghdr *nlh, u32 takes,
		 struct netlink_ext_ack *extack);
int mcr_nl_one_output(const struct nlmsghdr *nlh,
		      struct netlink_ext_ack *extack);
int mcr_nl_parse_request(const struct nlmsghdr *nlh, struct nlattr **attrs,
			 struct mcr_request *req,
			 struct netlink_ext_ack *extack);
void mcr_nl_request_free(struct mcr_request *req);
int mcr_nl_parse_output(const struct nlattr *nest, const struct mcr_match *m,
			struct mcr_output_spec *o,
			struct netlink_ext_ack *extack);
int mcr_nl_parse_output_id(const struct nlattr *nest, u32 *id,
			   struct netlink_ext_ack *extack);
int mcr_nl_parse_filter(const struct nlmsghdr *nlh, struct nlattr **attrs,
			struct mcr_filter *f,
			struct netlink_ext_ack *extack);
int mcr_nl_read_ref(const struct nlattr *nest, u32 also, struct mcr_ref *ref,
		    struct netlink_ext_ack *extack);
int mcr_nl_no_rule(const struct mcr_ref *ref, struct netlink_ext_ack *extack);
int mcr_nl_parse_ref(struct mcr_net *mn, const struct nlattr *nest, u32 also,
		     struct mcr_rule **rule, struct netlink_ext_ack *extack);
int mcr_nl_parse_set(const struct nlattr *nest, struct mcr_rule_set *set,
		     struct netlink_ext_ack *extack);
int mcr_nl_set_check(struct mcr_net *mn, const struct mcr_view *v,
		     const struct mcr_rule_set *set, const struct nlattr *nest,
		     struct netlink_ext_ack *extack);
bool mcr_filter_hits_view(struct mcr_net *mn, const struct mcr_view *v,
			  const void *arg);
bool mcr_filter_hits(struct mcr_net *mn, const struct mcr_filter *f,
		     const struct mcr_rule *rule);

#endif /* MCR_NL_PARSE_H */
