/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Values of attributes that a policy has looked at; 0 where there is none. For
 * the readers of replies alone, see msg.h.
 */
#ifndef MCR_MSG_GET_H
#define MCR_MSG_GET_H

#include <netlink/attr.h>

#include "error.h"
#include "model.h"

static inline __u8 mcr_get_u8(struct nlattr **a, unsigned int type,
			      __u8 otherwise)
{
	return a[type] ? nla_get_u8(a[type]) : otherwise;
}

static inline __u16 mcr_get_u16(struct nlattr **a, unsigned int type)
{
	return a[type] ? nla_get_u16(a[type]) : 0;
}

static inline __u32 mcr_get_u32(struct nlattr **a, unsigned int type)
{
	return a[type] ? nla_get_u32(a[type]) : 0;
}

static inline __u64 mcr_get_u64(struct nlattr **a, unsigned int type)
{
	return a[type] ? nla_get_u64(a[type]) : 0;
}

/* The policy has made sure of the terminating NUL and of the length. */
static inline void mcr_get_string(struct nlattr **a, unsigned int type,
				  char *buf, size_t size)
{
	if (a[type])
		nla_strlcpy(buf, a[type], size);
}

static inline int mcr_get_failed(struct mcr_error *err, const char *what)
{
	return mcr_error_set(err, MCR_ERROR_SYSTEM,
			     "the server's reply cannot be read: %s", what);
}

int mcr_msg_get_workers(struct nlattr *nest, struct mcr_status *status,
			struct mcr_error *err);

#endif /* MCR_MSG_GET_H */
