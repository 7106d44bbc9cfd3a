// SPDX-License-Identifier: GPL-2.0
/*
 * Which frames packet sockets let in: by the kernel's own interpreter, which any
 * socket has, and by one of ours, which knows packet types, too.
 */
#include "common.h"

#include <errno.h>
#include <linux/if_packet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../mcrd/filter.h"

#define MCAST4	"\x01\x00\x5e\x01\x01\x01"
#define MCAST6	"\x33\x33\x00\x01\x00\x01"
#define UNICAST	"\x02\x00\x00\x00\x00\x01"
#define BCAST	"\xff\xff\xff\xff\xff\xff"
#define SENDER	"\x02\x00\x00\x00\x00\x02"

#define IPV4	"\x08\x00"
#define IPV6	"\x86\xdd"
#define ARP	"\x08\x06"
#define TAG	"\x81\x00\x00\x05"
#define STAG	"\x88\xa8\x00\x05"

/* Up to the destination address. */
#define HEAD4	"\x45\x00\x00\x1c\x00\x00\x40\x00\x01\x11\x00\x00\x0a\x00\x00\x01"
#define GROUP4	HEAD4 "\xef\x01\x01\x01"
#define LAST4	HEAD4 "\xe0\x00\x00\x01"
#define HOST4	HEAD4 "\x0a\x00\x00\x02"
#define CLASSE4	HEAD4 "\xf0\x00\x00\x02"
#define ALL4	HEAD4 "\xff\xff\xff\xff"
#define HEAD6	"\x60\x00\x00\x00\x00\x08\x11\x01" \
		"\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\x01"
#define GROUP6	HEAD6 "\xff\x1e\0\0\0\0\0\0\0\0\0\0\0\x01\0\x01"
#define HOST6	HEAD6 "\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\x02"

/* BPF_LD, BPF_W and BPF_IMM are 0. */
#define LOAD_WORD	BPF_ABS

#define FRAME(text)	.frame = (text), .len = sizeof(text) - 1

struct filter_case {
	const char *desc;
	const char *frame;
	size_t len;
	bool taken;
};

static const struct filter_case cases[] = {
	{ "IPv4 to a group", FRAME(MCAST4 SENDER IPV4 GROUP4), true },
	{ "IPv4 to the first group", FRAME(MCAST4 SENDER IPV4 LAST4), true },
	{ "IPv6 to a group", FRAME(MCAST6 SENDER IPV6 GROUP6), true },
	{ "IPv4 to a group, in a unicast frame",
	  FRAME(UNICAST SENDER IPV4 GROUP4), true },
	{ "IPv6 to a group, in a unicast frame",
	  FRAME(UNICAST SENDER IPV6 GROUP6), true },
	{ "IPv4 to a group, in a broadcast frame",
	  FRAME(BCAST SENDER IPV4 GROUP4), true },
	{ "IPv4 to a host, in a group's frame",
	  FRAME(MCAST4 SENDER IPV4 HOST4), true },
	{ "a header that is cut short, in a group's frame",
	  FRAME(MCAST4 SENDER IPV4 "\x45\x00"), true },
	{ "a group's frame without any header", FRAME(MCAST4 SENDER IPV4), true },
	{ "IPv4 to a group, tagged", FRAME(MCAST4 SENDER TAG IPV4 GROUP4), true },
	{ "IPv4 to a group, tagged, in a unicast frame",
	  FRAME(UNICAST SENDER TAG IPV4 GROUP4), true },
	{ "IPv6 to a group, tagged, in a unicast frame",
	  FRAME(UNICAST SENDER TAG IPV6 GROUP6), true },
	{ "IPv4 to a host", FRAME(UNICAST SENDER IPV4 HOST4), false },
	{ "IPv4 to a host, tagged", FRAME(UNICAST SENDER TAG IPV4 HOST4), false },
	{ "IPv4 to class E", FRAME(UNICAST SENDER IPV4 CLASSE4), false },
	{ "IPv4 to all", FRAME(BCAST SENDER IPV4 ALL4), false },
	{ "IPv6 to a host", FRAME(UNICAST SENDER IPV6 HOST6), false },
	{ "ARP", FRAME(BCAST SENDER ARP GROUP4), false },
	{ "ARP, in a group's frame", FRAME(MCAST4 SENDER ARP GROUP4), false },
	{ "a service tag", FRAME(MCAST4 SENDER STAG IPV4 GROUP4), false },
	{ "two tags", FRAME(MCAST4 SENDER TAG TAG IPV4 GROUP4), false },
	{ "a unicast frame that ends before the address",
	  FRAME(UNICAST SENDER IPV4 HEAD4), false },
	{ "nothing behind the Ethernet addresses", FRAME(MCAST4 SENDER), false },
	{ "nothing", FRAME(""), false },
};

static bool load(const struct filter_case *c, uint32_t at, unsigned int size,
		 uint32_t *value)
{
	unsigned int i;

	if (at > c->len || size > c->len - at)
		return false;
	for (*value = 0, i = 0; i < size; i++)
		*value = *value << 8 | (unsigned char)c->frame[at + i];
	return true;
}

/* What the kernel does, in few words. */
static bool interpret(const struct sock_filter *insn, size_t n,
		      const struct filter_case *c, unsigned int pkttype)
{
	uint32_t a = 0, x = 0;
	size_t pc;

	for (pc = 0; pc < n; pc++) {
		const struct sock_filter *i = &insn[pc];

		switch (i->code) {
		case LOAD_WORD:
			assert_int_equal(i->k, (uint32_t)(SKF_AD_OFF +
							  SKF_AD_PKTTYPE));
			a = pkttype;
			break;
		case BPF_LD | BPF_H | BPF_ABS:
			if (!load(c, i->k, 2, &a))
				return false;
			break;
		case BPF_LD | BPF_B | BPF_ABS:
			if (!load(c, i->k, 1, &a))
				return false;
			break;
		case BPF_LD | BPF_B | BPF_IND:
			if (!load(c, x + i->k, 1, &a))
				return false;
			break;
		case BPF_LDX | BPF_IMM:
			x = i->k;
			break;
		case BPF_ALU | BPF_AND | BPF_K:
			a &= i->k;
			break;
		case BPF_JMP | BPF_JEQ | BPF_K:
			pc += a == i->k ? i->jt : i->jf;
			break;
		case BPF_JMP | BPF_JGT | BPF_K:
			pc += a > i->k ? i->jt : i->jf;
			break;
		case BPF_JMP | BPF_JSET | BPF_K:
			pc += a & i->k ? i->jt : i->jf;
			break;
		case BPF_RET | BPF_K:
			return i->k;
		default:
			fail_msg("instruction %zu has code %x", pc, i->code);
		}
	}
	fail_msg("the program has no end");
	return false;
}

/* Through a datagram socket, whose packets are of type PACKET_HOST. */
static bool ask_kernel(struct sock_filter *insn, size_t n, const void *frame,
		       size_t len)
{
	struct sock_fprog prog = {
		.len = (unsigned short)n,
		.filter = insn,
	};
	int sock[2];
	bool taken;
	char buf[1];

	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, sock), 0);
	assert_int_equal(setsockopt(sock[1], SOL_SOCKET, SO_ATTACH_FILTER,
				    &prog, sizeof(prog)), 0);
	assert_int_equal(send(sock[0], frame, len, 0), len);
	taken = recv(sock[1], buf, sizeof(buf), MSG_DONTWAIT | MSG_TRUNC) >= 0;
	close(sock[0]);
	close(sock[1]);
	return taken;
}

static void ethernet(void **state)
{
	struct sock_filter insn[MCRD_FILTER_MAX];
	const struct filter_case *c = *state;
	size_t n = mcrd_filter_build(MCRD_FILTER_ETHER, insn);

	assert_true(n <= MCRD_FILTER_MAX);
	assert_int_equal(ask_kernel(insn, n, c->frame, c->len), c->taken);
	assert_int_equal(interpret(insn, n, c, PACKET_HOST), c->taken);
	assert_int_equal(interpret(insn, n, c, PACKET_BROADCAST), c->taken);
	assert_int_equal(interpret(insn, n, c, PACKET_MULTICAST), c->taken);
	assert_false(interpret(insn, n, c, PACKET_OTHERHOST));
	assert_false(interpret(insn, n, c, PACKET_OUTGOING));
	assert_false(interpret(insn, n, c, PACKET_LOOPBACK));
}

static void none(void **state)
{
	struct sock_filter insn[MCRD_FILTER_MAX];
	size_t i, n = mcrd_filter_build(MCRD_FILTER_NONE, insn);

	(void)state;
	for (i = 0; i < COUNT(cases); i++)
		assert_false(ask_kernel(insn, n, cases[i].frame, cases[i].len));
}

/* Its offsets begin at a network header, which no datagram has: it is loaded. */
static void bare(void **state)
{
	struct sock_filter insn[MCRD_FILTER_MAX];
	size_t n = mcrd_filter_build(MCRD_FILTER_BARE, insn);

	(void)state;
	assert_false(ask_kernel(insn, n, GROUP4, sizeof(GROUP4) - 1));
}

int main(void)
{
	struct suite suite = { 0 };

	suite_add_table(&suite, cases, ethernet);
	suite_add_case(&suite, none);
	suite_add_case(&suite, bare);
	return suite_run(&suite, "mcrd_filter");
}
