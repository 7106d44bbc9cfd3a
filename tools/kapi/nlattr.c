// SPDX-License-Identifier: GPL-2.0
/*
 * Attributes: writing them, and reading what others have written, with the
 * answers that the kernel gives.
 */
#include <net/netlink.h>

#include "internal.h"

/* Nests in nests in nests. */
#define KAPI_NLA_DEPTH_MAX	10U

/**
 * kapi_nla_put - put an attribute at the end of a message
 * @skb: the message
 * @type: of the attribute
 * @len: bytes of it
 * @data: the bytes
 *
 * Return: 0 or -EMSGSIZE.
 */
int kapi_nla_put(struct sk_buff *skb, int type, size_t len, const void *data)
{
	size_t all = NLA_HDRLEN + len, room = NLA_ALIGN(all);
	struct nlattr *nla;

	if (all > U16_MAX || room > skb_tailroom(skb))
		return -EMSGSIZE;
	nla = skb_put(skb, (unsigned int)room);
	nla->nla_type = (u16)type;
	nla->nla_len = (u16)all;
	if (len)
		memcpy(nla_data(nla), data, len);
	memset((char *)nla + all, 0, room - all);
	return 0;
}

/**
 * kapi_nla_find - the first attribute of a type
 * @head: attributes
 * @len: bytes of them
 * @type: the type
 *
 * Return: it; NULL: there is none.
 */
struct nlattr *kapi_nla_find(const struct nlattr *head, unsigned int len,
			     int type)
{
	const struct nlattr *nla;
	int rem;

	nla_for_each_attr(nla, head, len, rem)
		if (nla_type(nla) == type)
			return (struct nlattr *)(uintptr_t)nla;
	return NULL;
}

/**
 * kapi_nla_strscpy - copy a string, or as much of it as there is room for
 * @dest: gets it, padded with NULs
 * @nla: the string
 * @size: of @dest
 *
 * Return: its length, or -E2BIG if it was cut.
 */
ssize_t kapi_nla_strscpy(char *dest, const struct nlattr *nla, size_t size)
{
	size_t len = strnlen(nla_data(nla), (size_t)nla_len(nla));
	size_t fits = min(len, size - 1);

	memcpy(dest, nla_data(nla), fits);
	memset(dest + fits, 0, size - fits);
	return fits < len ? -E2BIG : (ssize_t)len;
}

/* The length that an attribute of a type has; 0: it may have others, too. */
static int kapi_nla_size(u8 type)
{
	switch (type) {
	case NLA_U8:
		return sizeof(u8);
	case NLA_U16:
		return sizeof(u16);
	case NLA_U32:
		return sizeof(u32);
	case NLA_U64:
		return sizeof(u64);
	default:
		return 0;
	}
}

/**
 * kapi_policy_range - which numbers, or lengths, may an attribute have?
 * @p: what it is to be like: a number, or NLA_BINARY
 * @low: the lowest
 * @high: the highest
 */
void kapi_policy_range(const struct nla_policy *p, u64 *low, u64 *high)
{
	*low = 0;
	*high = p->type == NLA_BINARY ? U16_MAX :
		U64_MAX >> (64 - 8 * kapi_nla_size(p->type));
	if (p->validation_type == NLA_VALIDATE_RANGE ||
	    p->validation_type == NLA_VALIDATE_MIN)
		*low = (u64)p->min;
	if (p->validation_type == NLA_VALIDATE_RANGE ||
	    p->validation_type == NLA_VALIDATE_MAX)
		*high = (u64)p->max;
}

static u64 kapi_nla_value(const struct nlattr *nla, u8 type)
{
	switch (type) {
	case NLA_U8:
		return nla_get_u8(nla);
	case NLA_U16:
		return nla_get_u16(nla);
	case NLA_U32:
		return nla_get_u32(nla);
	case NLA_U64:
		return nla_get_u64(nla);
	default:
		return (u64)nla_len(nla);
	}
}

static int kapi_nla_check_range(const struct nlattr *nla,
				const struct nla_policy *p,
				struct netlink_ext_ack *extack)
{
	u64 value = kapi_nla_value(nla, p->type), low, high;

	kapi_policy_range(p, &low, &high);
	if (value >= low && value <= high)
		return 0;
	if (p->type == NLA_BINARY)
		NL_SET_ERR_MSG_ATTR_POL(extack, nla, p,
					"binary attribute size out of range");
	else
		NL_SET_ERR_MSG_ATTR_POL(extack, nla, p,
					"integer out of range");
	return -ERANGE;
}

/* Strings may have their NUL, or not, where that is not demanded. */
static int kapi_nla_check_string(const struct nlattr *nla,
				 const struct nla_policy *p)
{
	const char *text = nla_data(nla);
	int len = nla_len(nla), within = len;

	if (p->type == NLA_NUL_STRING) {
		if (p->len)
			within = min(len, p->len + 1);
		if (!within || !memchr(text, '\0', (size_t)within))
			return -EINVAL;
	}
	if (len < 1)
		return -ERANGE;
	if (text[len - 1] == '\0')
		len--;
	return p->len && len > p->len ? -ERANGE : 0;
}

/* Has it a length that its type can have? */
static int kapi_nla_check_len(const struct nlattr *nla,
			      const struct nla_policy *p)
{
	int len = nla_len(nla);

	switch (p->type) {
	case NLA_REJECT:
		return -EINVAL;
	case NLA_FLAG:
		return len ? -ERANGE : 0;
	case NLA_STRING:
	case NLA_NUL_STRING:
		return kapi_nla_check_string(nla, p);
	case NLA_BINARY:
		return p->len && len > p->len ? -ERANGE : 0;
	case NLA_NESTED:
		return len && len < NLA_HDRLEN ? -ERANGE : 0;
	case NLA_UNSPEC:
		return len < p->len ? -ERANGE : 0;
	default:
		return len < kapi_nla_size(p->type) ? -ERANGE : 0;
	}
}

static int kapi_nla_check_nested_flag(const struct nlattr *nla,
				      const struct nla_policy *p,
				      struct netlink_ext_ack *extack)
{
	bool flag = nla->nla_type & NLA_F_NESTED;

	if (p->type == NLA_NESTED && !flag) {
		NL_SET_ERR_MSG_ATTR_POL(extack, nla, p,
					"NLA_F_NESTED is missing");
		return -EINVAL;
	}
	if (p->type != NLA_NESTED && p->type != NLA_UNSPEC && flag) {
		NL_SET_ERR_MSG_ATTR_POL(extack, nla, p,
					"NLA_F_NESTED not expected");
		return -EINVAL;
	}
	return 0;
}

/* What is refused whatever is in it. */
static int kapi_nla_check_kind(const struct nlattr *nla,
			       const struct nla_policy *p,
			       unsigned long validate,
			       struct netlink_ext_ack *extack)
{
	int size = kapi_nla_size(p->type);
	int err = 0;

	if (size && nla_len(nla) != size &&
	    (validate & NL_VALIDATE_STRICT_ATTRS)) {
		NL_SET_ERR_MSG_ATTR_POL(extack, nla, p,
					"invalid attribute length");
		return -EINVAL;
	}
	if (validate & NL_VALIDATE_NESTED)
		err = kapi_nla_check_nested_flag(nla, p, extack);
	if (err)
		return err;
	if (p->type == NLA_REJECT && extack && p->reject_message) {
		NL_SET_BAD_ATTR(extack, nla);
		extack->_msg = p->reject_message;
		return -EINVAL;
	}
	if (p->type == NLA_UNSPEC && (validate & NL_VALIDATE_UNSPEC)) {
		NL_SET_ERR_MSG_ATTR(extack, nla, "Unsupported attribute");
		return -EINVAL;
	}
	return 0;
}

static int kapi_nla_parse_deep(struct nlattr **tb, int max,
			       const struct nlattr *head, unsigned int len,
			       const struct nla_policy *policy,
			       unsigned long validate,
			       struct netlink_ext_ack *extack,
			       unsigned int depth);

static int kapi_nla_check(const struct nlattr *nla, const struct nla_policy *p,
			  unsigned long validate,
			  struct netlink_ext_ack *extack, unsigned int depth)
{
	int err = kapi_nla_check_kind(nla, p, validate, extack);

	if (err)
		return err;
	err = kapi_nla_check_len(nla, p);
	if (err) {
		NL_SET_ERR_MSG_ATTR_POL(extack, nla, p,
					"Attribute failed policy validation");
		return err;
	}
	if (p->type == NLA_NESTED && nla_len(nla) && p->nested_policy)
		return kapi_nla_parse_deep(NULL, p->len, nla_data(nla),
					   (unsigned int)nla_len(nla),
					   p->nested_policy, validate, extack,
					   depth + 1);
	return p->validation_type ? kapi_nla_check_range(nla, p, extack) : 0;
}

static int kapi_nla_parse_deep(struct nlattr **tb, int max,
			       const struct nlattr *head, unsigned int len,
			       const struct nla_policy *policy,
			       unsigned long validate,
			       struct netlink_ext_ack *extack,
			       unsigned int depth)
{
	const struct nlattr *nla;
	int rem, err;

	if (depth >= KAPI_NLA_DEPTH_MAX) {
		NL_SET_ERR_MSG(extack,
			       "allowed policy recursion depth exceeded");
		return -EINVAL;
	}
	if (tb)
		memset(tb, 0, ((size_t)max + 1) * sizeof(*tb));
	nla_for_each_attr(nla, head, len, rem) {
		int type = nla_type(nla);

		if (!type || type > max) {
			if (!(validate & NL_VALIDATE_MAXTYPE))
				continue;
			NL_SET_ERR_MSG_ATTR(extack, nla,
					    "Unknown attribute type");
			return -EINVAL;
		}
		err = policy ? kapi_nla_check(nla, &policy[type], validate,
					      extack, depth) : 0;
		if (err)
			return err;
		if (tb)
			tb[type] = (struct nlattr *)(uintptr_t)nla;
	}
	if (rem <= 0)
		return 0;
	NL_SET_ERR_MSG(extack, "bytes leftover after parsing attributes");
	return validate & NL_VALIDATE_TRAILING ? -EINVAL : 0;
}

/**
 * kapi_nla_parse - check attributes, and sort them by type
 * @tb: gets them, the last one of each type
 * @max: highest type
 * @head: the attributes
 * @len: bytes of them
 * @policy: what they are to be like, by type; NULL: anything
 * @validate: NL_VALIDATE_ bits
 * @extack: gets the sentence; may be NULL
 *
 * Return: 0, -EINVAL or -ERANGE.
 */
int kapi_nla_parse(struct nlattr **tb, int max, const struct nlattr *head,
		   unsigned int len, const struct nla_policy *policy,
		   unsigned long validate, struct netlink_ext_ack *extack)
{
	return kapi_nla_parse_deep(tb, max, head, len, policy, validate,
				   extack, 0);
}

/**
 * kapi_nla_parse_nested - the same for what is in a nest, strictly
 * @tb: gets them
 * @max: highest type
 * @nest: the nest
 * @policy: as above
 * @extack: as above
 *
 * Return: 0, -EINVAL or -ERANGE.
 */
int kapi_nla_parse_nested(struct nlattr **tb, int max,
			  const struct nlattr *nest,
			  const struct nla_policy *policy,
			  struct netlink_ext_ack *extack)
{
	if (!(nest->nla_type & NLA_F_NESTED)) {
		NL_SET_ERR_MSG_ATTR(extack, nest, "NLA_F_NESTED is missing");
		return -EINVAL;
	}
	return kapi_nla_parse(tb, max, nla_data(nest),
			      (unsigned int)nla_len(nest), policy,
			      NL_VALIDATE_STRICT, extack);
}
