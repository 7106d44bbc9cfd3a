/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One parser for each sort of value. They take a whole word and say yes or no;
 * the MCR_ACCEPTS_ texts say what would be accepted.
 */
#ifndef MCR_VALUE_H
#define MCR_VALUE_H

#include <stdbool.h>

#include "../../kmod/rule.h"

#define MCR_ACCEPTS_ADDR	"an IPv4 or IPv6 address"
#define MCR_ACCEPTS_PREFIX	"an IPv4 or IPv6 address, or a prefix such as " \
				"239.1.0.0/16"
#define MCR_ACCEPTS_PORT	"a port, 1 to 65535"
#define MCR_ACCEPTS_PORTS	"a port (1 to 65535), a range such as " \
				"5000-5009, or any"
#define MCR_ACCEPTS_VLAN	"a VLAN id, 1 to 4094"
#define MCR_ACCEPTS_DSCP	"0 to 63, cs0 to cs7, af11 to af43, ef, va or le"
#define MCR_ACCEPTS_ID		"an id, 1 to 4294967295"
#define MCR_ACCEPTS_NAME	"a letter, then letters, digits, '_', '.' and " \
				"'-', at most 31 together, not id or name"
#define MCR_ACCEPTS_DEV		"a device name of 1 to 15 bytes without '/', " \
				"':' or white space"
#define MCR_ACCEPTS_COMMENT	"1 to 255 bytes of printable text " \
				"without double quotes"

bool mcr_value_number(const char *s, __u64 min, __u64 max, __u64 *value);
bool mcr_value_addr(const char *s, union mcr_addr *addr, __u8 *family);
bool mcr_value_prefix(const char *s, union mcr_addr *addr, __u8 *family,
		      __u8 *len);
bool mcr_value_port(const char *s, __u16 *port);
bool mcr_value_ports(const char *s, __u16 *min, __u16 *max);
bool mcr_value_dscp(const char *s, __u8 *dscp);
bool mcr_value_enum(const char *s, const char *const *names, __u8 *value);
bool mcr_value_comment(const char *s);

const char *mcr_dscp_name(__u8 dscp);

#endif /* MCR_VALUE_H */
