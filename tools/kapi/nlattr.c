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
			return (struct nlattr *)nla;
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
	int size = kapi_nla_size(p->type);

	*low = 0;
	*high = size ? U64_MAX >> (64 - 8 * size) : U16_MAX;
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
	if (p->type == NLA_REJECT && p->reject_message) {
		NL_SET_BAD_ATTR(extack, nla);
		kapi_extack_say(extack, p->reject_message);
		return -EINVAL;
	}
	if (p->type == NLA_UNSPEC && (validate & NL_VALIDATE_UNSPEC)) {
		NL_SET_ERR_MSG_ATTR(extack, nla, "Unsupported attribute");
		return -EINVAL;
	}
	return 0;
}

static int kapi_nla_check(const struct nlattr *nla, const struct nla_policy *p,
			  unsigned long validate,
			  struct netlink_ext_ack *extack)
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
	return p->validation_type ? kapi_nla_check_range(nla, p, extack) : 0;
}

/**
 * struct kapi_nla_level - attributes that are being looked at
 * @nla: the next one
 * @policy: what they are to be like, by type; NULL: anything
 * @rem: bytes from it on
 * @max: highest type
 */
struct kapi_nla_level {
	const struct nlattr *nla;
	const struct nla_policy *policy;
	int rem;
	int max;
};

/* Look at one attribute; NULL: there is none, or it is to be left out. */
static int kapi_nla_step(struct kapi_nla_level *l, unsigned long validate,
			 struct netlink_ext_ack *extack,
			 const struct nlattr **taken)
{
	const struct nlattr *nla = l->nla;
	int type = nla_type(nla);

	l->nla = nla_next(nla, &l->rem);
	*taken = NULL;
	if (!type || type > l->max) {
		if (!(validate & NL_VALIDATE_MAXTYPE))
			return 0;
		NL_SET_ERR_MSG_ATTR(extack, nla, "Unknown attribute type");
		return -EINVAL;
	}
	*taken = nla;
	return l->policy ? kapi_nla_check(nla, &l->policy[type], validate,
					  extack) : 0;
}

/* Are there attributes in it that are to be looked at? */
static bool kapi_nla_opens(struct kapi_nla_level *in,
			   const struct kapi_nla_level *l,
			   const struct nlattr *nla)
{
	const struct nla_policy *p;

	if (!nla || !l->policy)
		return false;
	p = &l->policy[nla_type(nla)];
	if (p->type != NLA_NESTED || !p->nested_policy || !nla_len(nla))
		return false;
	*in = (struct kapi_nla_level){
		.nla = nla_data(nla),
		.rem = nla_len(nla),
		.policy = p->nested_policy,
		.max = p->len,
	};
	return true;
}

static int kapi_nla_leftover(const struct kapi_nla_level *l,
			     unsigned long validate,
			     struct netlink_ext_ack *extack)
{
	if (l->rem <= 0)
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
	struct kapi_nla_level in[KAPI_NLA_DEPTH_MAX + 1] = {
		{ .nla = head, .rem = (int)len, .policy = policy, .max = max },
	};
	struct kapi_nla_level *l = in;
	const struct nlattr *nla;
	int err;

	memset(tb, 0, ((size_t)max + 1) * sizeof(struct nlattr *));
	for (;;) {
		if (!nla_ok(l->nla, l->rem)) {
			err = kapi_nla_leftover(l, validate, extack);
			if (err || l == in)
				return err;
			l--;
			continue;
		}
		err = kapi_nla_step(l, validate, extack, &nla);
		if (err)
			return err;
		if (l == in && nla)
			tb[nla_type(nla)] = (struct nlattr *)nla;
		if (!kapi_nla_opens(l + 1, l, nla))
			continue;
		if (++l == in + KAPI_NLA_DEPTH_MAX) {
			NL_SET_ERR_MSG(extack,
				       "allowed policy recursion depth exceeded");
			return -EINVAL;
		}
	}
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
