// SPDX-License-Identifier: GPL-2.0
/*
 * One parser for each sort of value; see value.h.
 */
#include "value.h"

#include <arpa/inet.h>
#include <string.h>

#include "str.h"

/* RFC 2474, 2597, 3246, 5865 and 8622. */
static const struct {
	char name[5];
	__u8 dscp;
} dscp_names[] = {
	{ "cs0", 0 }, { "le", 1 }, { "cs1", 8 }, { "af11", 10 },
	{ "af12", 12 }, { "af13", 14 }, { "cs2", 16 }, { "af21", 18 },
	{ "af22", 20 }, { "af23", 22 }, { "cs3", 24 }, { "af31", 26 },
	{ "af32", 28 }, { "af33", 30 }, { "cs4", 32 }, { "af41", 34 },
	{ "af42", 36 }, { "af43", 38 }, { "cs5", 40 }, { "va", 44 },
	{ "ef", 46 }, { "cs6", 48 }, { "cs7", 56 },
};

#define N_DSCP_NAMES	(sizeof(dscp_names) / sizeof(dscp_names[0]))

static bool number_n(const char *s, size_t len, __u64 min, __u64 max,
		     __u64 *value)
{
	__u64 n = 0;
	size_t i;

	/* A leading zero means octal to some: it is no number here. */
	if (!len || (len > 1 && s[0] == '0'))
		return false;
	for (i = 0; i < len; i++) {
		__u64 digit = (__u64)(s[i] - '0');

		if (s[i] < '0' || s[i] > '9' || n > (max - digit) / 10)
			return false;
		n = n * 10 + digit;
	}
	*value = n;
	return n >= min;
}

/**
 * mcr_value_number - read a decimal number
 * @s: the word
 * @min: lowest one accepted
 * @max: highest one accepted, at least 9
 * @value: where to put it
 *
 * Return: true if the word is one.
 */
bool mcr_value_number(const char *s, __u64 min, __u64 max, __u64 *value)
{
	return number_n(s, strlen(s), min, max, value);
}

/**
 * mcr_value_addr - read an address
 * @s: the word
 * @addr: where to put it
 * @family: where to put AF_INET or AF_INET6
 *
 * Return: true if the word is one.
 */
bool mcr_value_addr(const char *s, union mcr_addr *addr, __u8 *family)
{
	memset(addr, 0, sizeof(*addr));
	if (inet_pton(AF_INET, s, addr) == 1)
		*family = AF_INET;
	else if (inet_pton(AF_INET6, s, addr) == 1)
		*family = AF_INET6;
	else
		return false;
	return true;
}

/**
 * mcr_value_prefix - read an address or a prefix
 * @s: the word
 * @addr: where to put the address, host bits included
 * @family: where to put AF_INET or AF_INET6
 * @len: where to put the length; that of a host if there is none
 *
 * Return: true if the word is one.
 */
bool mcr_value_prefix(const char *s, union mcr_addr *addr, __u8 *family,
		      __u8 *len)
{
	const char *slash = strchr(s, '/');
	char host[INET6_ADDRSTRLEN];
	__u64 bits;

	if (!slash) {
		if (!mcr_value_addr(s, addr, family))
			return false;
		*len = (__u8)mcr_addr_bits(*family);
		return true;
	}
	if ((size_t)(slash - s) >= sizeof(host))
		return false;
	memcpy(host, s, (size_t)(slash - s));
	host[slash - s] = '\0';
	if (!mcr_value_addr(host, addr, family) ||
	    !mcr_value_number(slash + 1, 0, mcr_addr_bits(*family), &bits))
		return false;
	*len = (__u8)bits;
	return true;
}

/**
 * mcr_value_port - read a port
 * @s: the word
 * @port: where to put it
 *
 * Return: true if the word is one.
 */
bool mcr_value_port(const char *s, __u16 *port)
{
	__u64 n;

	if (!mcr_value_number(s, 1, 65535, &n))
		return false;
	*port = (__u16)n;
	return true;
}

/**
 * mcr_value_ports - read a port, a range or "any"
 * @s: the word
 * @min: where to put the lowest port; 0: any
 * @max: where to put the highest one, which may be below @min; 0: any
 *
 * Return: true if the word is one.
 */
bool mcr_value_ports(const char *s, __u16 *min, __u16 *max)
{
	const char *dash = strchr(s, '-');
	__u64 first;

	if (!strcmp(s, "any")) {
		*min = 0;
		*max = 0;
		return true;
	}
	if (!dash) {
		if (!mcr_value_port(s, min))
			return false;
		*max = *min;
		return true;
	}
	if (!number_n(s, (size_t)(dash - s), 1, 65535, &first))
		return false;
	*min = (__u16)first;
	return mcr_value_port(dash + 1, max);
}

/**
 * mcr_value_dscp - read a DSCP, by number or name
 * @s: the word
 * @dscp: where to put it
 *
 * Return: true if the word is one.
 */
bool mcr_value_dscp(const char *s, __u8 *dscp)
{
	__u64 n;
	size_t i;

	for (i = 0; i < N_DSCP_NAMES; i++)
		if (!strcmp(s, dscp_names[i].name)) {
			*dscp = dscp_names[i].dscp;
			return true;
		}
	if (!mcr_value_number(s, 0, 63, &n))
		return false;
	*dscp = (__u8)n;
	return true;
}

/**
 * mcr_dscp_name - the name of a DSCP
 * @dscp: the DSCP
 *
 * Return: its name, or NULL if it has none.
 */
const char *mcr_dscp_name(__u8 dscp)
{
	size_t i;

	for (i = 0; i < N_DSCP_NAMES; i++)
		if (dscp_names[i].dscp == dscp)
			return dscp_names[i].name;
	return NULL;
}

/**
 * mcr_value_enum - read one of a list of names
 * @s: the word
 * @names: names by value, a NULL at the end
 * @value: where to put the value
 *
 * Return: true if the word is one of them, spelled out.
 */
bool mcr_value_enum(const char *s, const char *const *names, __u8 *value)
{
	unsigned int i;

	for (i = 0; names[i]; i++)
		if (!strcmp(s, names[i])) {
			*value = (__u8)i;
			return true;
		}
	return false;
}

/**
 * mcr_value_comment - is this a comment?
 * @s: the word
 *
 * Return: true if it is well-formed, without control characters and double
 * quotes, and neither empty nor too long: what is printed is what was given.
 */
bool mcr_value_comment(const char *s)
{
	struct mcr_str str = { 0 };
	bool same;

	if (!*s || strlen(s) > MCR_COMMENT_MAX || strchr(s, '"'))
		return false;
	mcr_str_safe(&str, s);
	same = !str.failed && !strcmp(str.s, s);
	mcr_str_free(&str);
	return same;
}
