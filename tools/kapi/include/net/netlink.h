/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Attributes: writing, reading, and what they may be like.
 */
#ifndef KAPI_NET_NETLINK_H
#define KAPI_NET_NETLINK_H

#include <linux/netlink.h>

/**
 * enum - types of attributes that a policy may ask for
 * @NLA_UNSPEC: is not in the policy
 * @NLA_U8: a number
 * @NLA_U16: a number
 * @NLA_U32: a number
 * @NLA_U64: a number
 * @NLA_STRING: a string
 * @NLA_FLAG: nothing
 * @NLA_NESTED: attributes
 * @NLA_NUL_STRING: a string that is terminated
 * @NLA_BINARY: bytes
 * @NLA_REJECT: none may be given
 */
enum {
	NLA_UNSPEC,
	NLA_U8,
	NLA_U16,
	NLA_U32,
	NLA_U64,
	NLA_STRING,
	NLA_FLAG,
	NLA_NESTED,
	NLA_NUL_STRING,
	NLA_BINARY,
	NLA_REJECT,
};

/* Of nla_policy.validation_type. */
enum {
	NLA_VALIDATE_NONE,
	NLA_VALIDATE_RANGE,
	NLA_VALIDATE_MIN,
	NLA_VALIDATE_MAX,
};

/**
 * struct nla_policy - what an attribute is to be like
 * @type: NLA_
 * @validation_type: of NLA_VALIDATE_: which limits hold
 * @len: of strings and NLA_BINARY: the longest, without the NUL; of nests: the
 *	highest type in it
 * @min: lowest value; of NLA_BINARY: shortest length
 * @max: highest value; of NLA_BINARY: longest length
 * @nested_policy: of what is in a nest
 * @reject_message: why none may be given
 */
struct nla_policy {
	u8 type;
	u8 validation_type;
	u16 len;
	union {
		struct {
			s16 min;
			s16 max;
		};
		const struct nla_policy *nested_policy;
		const char *reject_message;
	};
};

#define NLA_POLICY_NESTED(policy)	\
	{ .type = NLA_NESTED, .nested_policy = (policy),	\
	  .len = ARRAY_SIZE(policy) - 1 }
#define NLA_POLICY_RANGE(tp, low, high)	\
	{ .type = (tp), .validation_type = NLA_VALIDATE_RANGE,	\
	  .min = (low), .max = (high) }
#define NLA_POLICY_MIN(tp, low)		\
	{ .type = (tp), .validation_type = NLA_VALIDATE_MIN, .min = (low) }
#define NLA_POLICY_MAX(tp, high)	\
	{ .type = (tp), .validation_type = NLA_VALIDATE_MAX, .max = (high) }

/* How strictly attributes are looked at; old commands are not as strict. */
#define NL_VALIDATE_LIBERAL	0U
#define NL_VALIDATE_TRAILING	BIT(0)
#define NL_VALIDATE_MAXTYPE	BIT(1)
#define NL_VALIDATE_UNSPEC	BIT(2)
#define NL_VALIDATE_STRICT_ATTRS	BIT(3)
#define NL_VALIDATE_NESTED	BIT(4)
#define NL_VALIDATE_STRICT						\
	(NL_VALIDATE_TRAILING | NL_VALIDATE_MAXTYPE |			\
	 NL_VALIDATE_UNSPEC | NL_VALIDATE_STRICT_ATTRS | NL_VALIDATE_NESTED)

/* As much as the kernel has in a page beside what it needs for itself. */
#define NLMSG_GOODSIZE		3776U
#define NLMSG_DEFAULT_SIZE	(NLMSG_GOODSIZE - NLMSG_HDRLEN)

int kapi_nla_put(struct sk_buff *skb, int type, size_t len, const void *data);
int kapi_nla_parse(struct nlattr **tb, int max, const struct nlattr *head,
		   unsigned int len, const struct nla_policy *policy,
		   unsigned long validate, struct netlink_ext_ack *extack);
int kapi_nla_parse_nested(struct nlattr **tb, int max,
			  const struct nlattr *nest,
			  const struct nla_policy *policy,
			  struct netlink_ext_ack *extack);
struct nlattr *kapi_nla_find(const struct nlattr *head, unsigned int len,
			     int type);
ssize_t kapi_nla_strscpy(char *dest, const struct nlattr *nla, size_t size);
void kapi_policy_range(const struct nla_policy *p, u64 *low, u64 *high);
struct nlmsghdr *kapi_nlmsg_put(struct sk_buff *skb, u32 portid, u32 seq,
				int type, unsigned int payload, int flags);

/* Messages */

static inline struct sk_buff *nlmsg_new(size_t payload, gfp_t gfp)
{
	(void)gfp;
	return kapi_skb_new((unsigned int)NLMSG_SPACE(payload));
}

static inline void nlmsg_free(struct sk_buff *skb)
{
	kapi_skb_put(skb);
}

static inline void *nlmsg_data(const struct nlmsghdr *nlh)
{
	return (char *)nlh + NLMSG_HDRLEN;
}

static inline unsigned int nlmsg_len(const struct nlmsghdr *nlh)
{
	return nlh->nlmsg_len - (unsigned int)NLMSG_HDRLEN;
}

/* Attributes behind a header of a family's own. */
static inline struct nlattr *nlmsg_attrdata(const struct nlmsghdr *nlh,
					    unsigned int hdrlen)
{
	return (struct nlattr *)((char *)nlmsg_data(nlh) +
				 NLMSG_ALIGN(hdrlen));
}

static inline int nlmsg_attrlen(const struct nlmsghdr *nlh,
				unsigned int hdrlen)
{
	return (int)(nlmsg_len(nlh) - NLMSG_ALIGN(hdrlen));
}

static inline void nlmsg_end(struct sk_buff *skb, struct nlmsghdr *nlh)
{
	nlh->nlmsg_len = (u32)(skb_tail_pointer(skb) - (unsigned char *)nlh);
}

static inline void nlmsg_trim(struct sk_buff *skb, const void *mark)
{
	if (mark)
		skb_trim(skb, (unsigned int)((const unsigned char *)mark -
					     skb->data));
}

/* Reading */

static inline int nla_type(const struct nlattr *nla)
{
	return nla->nla_type & NLA_TYPE_MASK;
}

static inline void *nla_data(const struct nlattr *nla)
{
	return (char *)nla + NLA_HDRLEN;
}

static inline int nla_len(const struct nlattr *nla)
{
	return nla->nla_len - NLA_HDRLEN;
}

static inline int nla_ok(const struct nlattr *nla, int rem)
{
	return rem >= (int)sizeof(*nla) && nla->nla_len >= sizeof(*nla) &&
	       nla->nla_len <= rem;
}

static inline struct nlattr *nla_next(const struct nlattr *nla, int *rem)
{
	int size = NLA_ALIGN(nla->nla_len);

	*rem -= size;
	return (struct nlattr *)((char *)nla + size);
}

#define nla_for_each_attr(pos, head, len, rem)				\
	for (pos = (head), rem = (int)(len); nla_ok(pos, rem);		\
	     pos = nla_next(pos, &(rem)))
#define nlmsg_for_each_attr(pos, nlh, hdrlen, rem)			\
	nla_for_each_attr(pos, nlmsg_attrdata(nlh, hdrlen),		\
			  nlmsg_attrlen(nlh, hdrlen), rem)
#define nla_for_each_nested(pos, nest, rem)				\
	nla_for_each_attr(pos, nla_data(nest), nla_len(nest), rem)

static inline u8 nla_get_u8(const struct nlattr *nla)
{
	return *(const u8 *)nla_data(nla);
}

static inline u16 nla_get_u16(const struct nlattr *nla)
{
	u16 value;

	memcpy(&value, nla_data(nla), sizeof(value));
	return value;
}

static inline u32 nla_get_u32(const struct nlattr *nla)
{
	u32 value;

	memcpy(&value, nla_data(nla), sizeof(value));
	return value;
}

static inline u64 nla_get_u64(const struct nlattr *nla)
{
	u64 value;

	memcpy(&value, nla_data(nla), sizeof(value));
	return value;
}

#define nla_parse_nested(tb, max, nest, policy, extack)	\
	kapi_nla_parse_nested(tb, max, nest, policy, extack)
#define nla_strscpy(dest, nla, size)	kapi_nla_strscpy(dest, nla, size)

static inline struct nlattr *nla_find_nested(const struct nlattr *nest,
					     int type)
{
	return kapi_nla_find(nla_data(nest), (unsigned int)nla_len(nest),
			     type);
}

/* Writing: 0 or -EMSGSIZE */

static inline int nla_total_size(int payload)
{
	return NLA_ALIGN(NLA_HDRLEN + payload);
}

static inline int nla_put(struct sk_buff *skb, int type, int len,
			  const void *data)
{
	return kapi_nla_put(skb, type, (size_t)len, data);
}

static inline int nla_put_u8(struct sk_buff *skb, int type, u8 value)
{
	return kapi_nla_put(skb, type, sizeof(value), &value);
}

static inline int nla_put_u16(struct sk_buff *skb, int type, u16 value)
{
	return kapi_nla_put(skb, type, sizeof(value), &value);
}

static inline int nla_put_u32(struct sk_buff *skb, int type, u32 value)
{
	return kapi_nla_put(skb, type, sizeof(value), &value);
}

/* Where the kernel needs no padding either. */
static inline int nla_put_u64_64bit(struct sk_buff *skb, int type, u64 value,
				    int pad)
{
	(void)pad;
	return kapi_nla_put(skb, type, sizeof(value), &value);
}

static inline int nla_put_string(struct sk_buff *skb, int type,
				 const char *text)
{
	return kapi_nla_put(skb, type, strlen(text) + 1, text);
}

static inline int nla_put_flag(struct sk_buff *skb, int type)
{
	return kapi_nla_put(skb, type, 0, NULL);
}

static inline struct nlattr *nla_nest_start_noflag(struct sk_buff *skb,
						   int type)
{
	struct nlattr *nest = (struct nlattr *)skb_tail_pointer(skb);

	return kapi_nla_put(skb, type, 0, NULL) ? NULL : nest;
}

static inline struct nlattr *nla_nest_start(struct sk_buff *skb, int type)
{
	return nla_nest_start_noflag(skb, type | NLA_F_NESTED);
}

static inline void nla_nest_end(struct sk_buff *skb, struct nlattr *nest)
{
	nest->nla_len = (u16)(skb_tail_pointer(skb) - (unsigned char *)nest);
}

static inline void nla_nest_cancel(struct sk_buff *skb, struct nlattr *nest)
{
	nlmsg_trim(skb, nest);
}

/* Has what is dumped changed since the message before this one? */
static inline void nl_dump_check_consistent(struct netlink_callback *cb,
					    struct nlmsghdr *nlh)
{
	if (cb->prev_seq && cb->seq != cb->prev_seq)
		nlh->nlmsg_flags |= NLM_F_DUMP_INTR;
	cb->prev_seq = cb->seq;
}

#endif /* KAPI_NET_NETLINK_H */
