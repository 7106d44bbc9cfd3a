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
#include "filter_frames.h"

/* BPF_LD, BPF_W and BPF_IMM are 0. */
#define LOAD_WORD	BPF_ABS

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
	for (i = 0; i < COUNT(filter_cases); i++)
		assert_false(ask_kernel(insn, n, filter_cases[i].frame, filter_cases[i].len));
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

	suite_add_table(&suite, filter_cases, ethernet);
	suite_add_case(&suite, none);
	suite_add_case(&suite, bare);
	return suite_run(&suite, "mcrd_filter");
}
