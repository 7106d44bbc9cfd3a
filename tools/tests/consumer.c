// SPDX-License-Identifier: GPL-2.0
/*
 * Rules that consume, by hand: for selftests/relay/consume.py. Commands are lines of
 * words; each is answered by "ok", or by a sentence.
 *
 *	rule ID DEV pass|consume GROUP LEN SOURCE LEN udp|any MIN MAX VLAN
 *	gone ID
 *	device NAME
 *	less | more | check
 */
#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../mcrd/consume.h"

#define WORDS_MAX	12

static unsigned long number(const char *word)
{
	return strtoul(word, NULL, 10);
}

static int address(const char *word, __u8 *family, union mcr_addr *addr)
{
	*family = strchr(word, ':') ? AF_INET6 : AF_INET;
	return inet_pton(*family, word, addr) == 1 ? 0 : -1;
}

/* What the words say; -1 if that is nothing sound. */
static int rule_match(char *const *word, struct mcr_match *m)
{
	__u8 family;

	memset(m, 0, sizeof(*m));
	if (address(word[4], &m->family, &m->group) ||
	    address(word[6], &family, &m->src) || family != m->family)
		return -1;
	m->group_len = (__u8)number(word[5]);
	m->src_len = (__u8)number(word[7]);
	m->proto = strcmp(word[8], "udp") ? MCR_PROTO_ANY : MCR_PROTO_UDP;
	m->dport_min = (__u16)number(word[9]);
	m->dport_max = (__u16)number(word[10]);
	m->vlan = (__u16)number(word[11]);
	return mcr_match_check(m) ? -1 : 0;
}

static int carry_out(struct mcrd_consume *c, char *const *word, size_t n,
		     char *why, size_t size)
{
	struct mcr_match m;

	snprintf(why, size, "not understood");
	if (n == 12 && !strcmp(word[0], "rule") && !rule_match(word, &m))
		return mcrd_consume_rule(c, (__u32)number(word[1]), word[2],
					 if_nametoindex(word[2]), &m,
					 !strcmp(word[3], "consume"));
	if (n == 2 && !strcmp(word[0], "device")) {
		mcrd_consume_device(c, word[1], if_nametoindex(word[1]));
		return 0;
	}
	if (n == 2 && !strcmp(word[0], "gone")) {
		mcrd_consume_rule_gone(c, (__u32)number(word[1]));
		return 0;
	}
	if (n == 1 && !strcmp(word[0], "check"))
		return mcrd_consume_check(c, why, size);
	if (n == 1 && !strcmp(word[0], "less"))
		return mcrd_consume_commit(c, MCRD_CONSUME_LESS, why, size);
	if (n == 1 && !strcmp(word[0], "more"))
		return mcrd_consume_commit(c, MCRD_CONSUME_MORE, why, size);
	return -1;
}

int main(void)
{
	struct mcrd_consume *c = mcrd_consume_init();
	char *word[WORDS_MAX], *save, *line = NULL;
	size_t size = 0, n;
	char why[256];

	while (c && getline(&line, &size, stdin) > 0) {
		n = 0;
		for (save = strtok(line, "\n "); save && n < WORDS_MAX;
		     save = strtok(NULL, "\n "))
			word[n++] = save;
		puts(carry_out(c, word, n, why, sizeof(why)) ? why : "ok");
		fflush(stdout);
	}
	free(line);
	mcrd_consume_exit(c);
	return 0;
}
