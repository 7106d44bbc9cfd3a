// SPDX-License-Identifier: GPL-2.0
/*
 * The loop over io_uring, round by round: what overtakes what, and what becomes of
 * sockets when the kernel takes nothing.
 */
#include "worker_rig.h"

#include <arpa/inet.h>
#include <errno.h>
#include <liburing.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../mcrd/worker/frame.h"
#include "../mcrd/worker/vnet.h"

/* More than a round handles, and fewer than there are buffers. */
#define BACKLOG		400
#define OUTPUTS		100

/* The kernel hands over so many at once that it takes several of them. */
#define SOCKETS		12

/* As few buffers as the kernel is lent of large ones: one socket takes all. */
#define FEW		8

/* What is tested. */
static const struct mcrd_loop_ops *loop;

static bool refuses;

int __real_io_uring_submit(struct io_uring *ring);
int __wrap_io_uring_submit(struct io_uring *ring);

/* As when the kernel has no memory, or the other ring is full. */
int __wrap_io_uring_submit(struct io_uring *ring)
{
	return refuses ? -EBUSY : __real_io_uring_submit(ring);
}

/**
 * struct bench - a worker with a loop of its own
 * @r: the worker
 * @rx: its ingress sockets, each one of a pair
 * @in: the other ones
 * @command: the supervisor's end
 * @signal: where signals come from
 */
struct bench {
	struct rig *r;
	struct mcrd_rxdev *rx[SOCKETS];
	int in[SOCKETS];
	int command;
	int signal;
};

static const struct packet alone = {
	.group = 1, .sport = 4000, .size = 100, .ttl = 5, .csum = CSUM_ZERO,
};

/* One end is returned, @other gets the other one. */
static int pair(int type, int *other)
{
	int sv[2], size = 1 << 20;

	assert_int_equal(socketpair(AF_UNIX, type, 0, sv), 0);
	setsockopt(sv[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	*other = sv[1];
	return sv[0];
}

/*
 * These sockets say nothing of who sent, and write nothing there: all frames are
 * IP without a link-layer header.
 */
static void name_senders(struct mcrd_pool *pool)
{
	const struct sockaddr_ll from = {
		.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP),
		.sll_hatype = ARPHRD_NONE, .sll_pkttype = PACKET_MULTICAST,
	};
	uint32_t i;

	for (i = 0; i < pool->n; i++)
		memcpy(pool->bufs[i].mem + mcrd_frame_shift(true) +
		       MCRD_FRAME_OUT, &from, sizeof(from));
}

static void open_socket(struct bench *b, uint32_t i)
{
	const struct mcrd_port *port = mcrd_port_find(&b->r->w.table, "in0");

	b->rx[i] = calloc(1, sizeof(*b->rx[i]));
	assert_non_null(b->rx[i]);
	*b->rx[i] = *port->rx;
	b->in[i] = pair(SOCK_SEQPACKET, &b->rx[i]->fd);
	assert_int_equal(loop->rx_open(&b->r->w, b->rx[i]), 0);
}

/*
 * With no more than @buffers. NULL: this kernel, or a sandbox, has no io_uring that
 * will do.
 */
static struct bench *bench_with(uint32_t buffers)
{
	struct bench *b = calloc(1, sizeof(*b));
	struct mcrd_worker *w;
	char why[200];
	uint32_t i;

	assert_non_null(b);
	b->r = rig_new(true);
	w = &b->r->w;
	/* Whoever closes the io_uring takes them back. */
	while (w->pool.n_free > buffers)
		mcrd_pool_lend(&w->pool);
	if (loop->open(w, why, sizeof(why))) {
		print_message("# %s\n", why);
		rig_free(b->r);
		free(b);
		return NULL;
	}
	w->loop = loop;
	w->configured = true;
	name_senders(&w->pool);
	assert_int_equal(mcrd_reader_init(&w->reader), 0);
	b->command = pair(SOCK_STREAM, &w->cmd_fd);
	b->signal = pair(SOCK_STREAM, &w->sig_fd);
	for (i = 0; i < SOCKETS; i++)
		open_socket(b, i);
	return b;
}

static struct bench *bench_new(void)
{
	return bench_with(UINT32_MAX);
}

/* Wait for sends; the loop itself waits for the kernel's thread for a while only. */
static void settle(struct mcrd_worker *w)
{
	do {
		loop->submit(w);
	} while (w->sender.under_way[0] + w->sender.under_way[1] && !refuses);
}

static void bench_free(struct bench *b)
{
	struct mcrd_worker *w = &b->r->w;
	uint32_t i;

	settle(w);
	/* Those it frees. */
	for (i = 0; i < SOCKETS; i++)
		b->rx[i]->closed = true;
	loop->close(w);
	mcrd_reader_exit(&w->reader);
	close(w->cmd_fd);
	close(w->sig_fd);
	for (i = 0; i < SOCKETS; i++)
		close(b->in[i]);
	close(b->command);
	close(b->signal);
	rig_free(b->r);
	free(b);
}

static void send_packet(struct bench *b, uint32_t i, const struct packet *p)
{
	uint8_t frame[300], message[300] = { };
	uint32_t len = rig_frame(frame, p) - ETH_HLEN;

	memcpy(message + MCRD_VNET_LEN, frame + ETH_HLEN, len);
	len += (uint32_t)MCRD_VNET_LEN;
	assert_int_equal(send(b->in[i % SOCKETS], message, len, MSG_DONTWAIT), len);
}

static void send_frame(struct bench *b, uint32_t i)
{
	send_packet(b, i, &alone);
}

static void send_command(struct bench *b, uint16_t type, const void *body,
			 size_t len)
{
	const struct mcrd_head head = {
		.len = (uint32_t)(sizeof(head) + len), .type = type,
	};

	assert_int_equal(write(b->command, &head, sizeof(head)), sizeof(head));
	assert_int_equal(write(b->command, body, len), len);
}

/* With @n outputs; of @alone only. */
static struct mcrd_rule_in *add_rule(struct bench *b, uint32_t n)
{
	struct mcrd_rule rule = {
		.n = n, .iif = "in0",
		.match = { .family = AF_INET, .proto = MCR_PROTO_UDP,
			   .group.raw = { 239, 1, 1, alone.group },
			   .group_len = 32 },
	};
	struct mcrd_output *out = calloc(n, sizeof(*out));
	uint32_t i;

	assert_non_null(out);
	for (i = 0; i < n; i++)
		strcpy(out[i].dev, "out0");
	rig_rule(b->r, 1, &rule, out);
	free(out);
	return xa_load(&b->r->w.table.rules, 1);
}

static uint64_t packets(const struct mcrd_rule_in *rule)
{
	return u64_stats_read(&rule->counters->packets);
}

/* A worker that has more to send than it can answers its supervisor all the same. */
static void test_backlog(void **state)
{
	const struct signalfd_siginfo info = { };
	const struct mcrd_level level = { .level = 3 };
	struct bench *b = bench_new();
	struct mcrd_rule_in *rule;
	uint32_t i;

	(void)state;
	if (!b) {
		skip();
		return;
	}
	rule = add_rule(b, OUTPUTS);
	for (i = 0; i < BACKLOG; i++)
		send_frame(b, i);
	for (i = 0; i < BACKLOG && !packets(rule); i++)
		loop->round(&b->r->w);
	/* As many sends as take some milliseconds, not as many as there are. */
	assert_in_range(packets(rule), 1, BACKLOG / 10);
	send_command(b, MCRD_LEVEL, &level, sizeof(level));
	loop->round(&b->r->w);
	assert_int_equal(b->r->w.log.level, level.level);
	assert_in_range(packets(rule), 1, BACKLOG / 2);
	assert_int_equal(write(b->signal, &info, sizeof(info)), sizeof(info));
	loop->round(&b->r->w);
	assert_true(b->r->w.stopping);
	assert_in_range(packets(rule), 1, BACKLOG - 1);
	bench_free(b);
}

/* Nothing of it is lost, and nothing is handled twice. */
static void test_backlog_ends(void **state)
{
	struct bench *b = bench_new();
	struct mcrd_rule_in *rule;
	uint32_t i;

	(void)state;
	if (!b) {
		skip();
		return;
	}
	rule = add_rule(b, OUTPUTS);
	for (i = 0; i < BACKLOG; i++)
		send_frame(b, i);
	for (i = 0; i < BACKLOG && packets(rule) < BACKLOG; i++)
		loop->round(&b->r->w);
	assert_int_equal(packets(rule), BACKLOG);
	bench_free(b);
}

/* A frame that comes alone costs one call: it is sent with the next wait. */
static void test_calls(void **state)
{
	struct bench *b = bench_new();
	struct mcrd_rule_in *rule;
	uint64_t calls;
	uint32_t i;

	(void)state;
	if (!b) {
		skip();
		return;
	}
	rule = add_rule(b, 1);
	send_frame(b, 0);
	loop->round(&b->r->w);
	calls = b->r->w.tally.syscalls;
	for (i = 0; i < 10; i++) {
		send_frame(b, 0);
		loop->round(&b->r->w);
	}
	assert_int_equal(packets(rule), 11);
	assert_int_equal(b->r->w.tally.syscalls - calls, 10);
	/* The last one's send is counted though nothing comes. */
	loop->round(&b->r->w);
	assert_int_equal(packets(rule), 11);
	assert_int_equal(u64_stats_read(&rule->out[0].counters->offered), 11);
	bench_free(b);
}

/* Return true if nothing was under way any more when a command was obeyed. */
static bool sent_at_command(struct bench *b)
{
	const struct mcrd_level level = { .level = 3 };
	struct mcrd_rule_in *rule = add_rule(b, OUTPUTS);
	uint32_t i;

	for (i = 0; i < 10; i++)
		send_frame(b, i);
	send_command(b, MCRD_LEVEL, &level, sizeof(level));
	while (b->r->w.log.level != level.level)
		loop->round(&b->r->w);
	return u64_stats_read(&rule->out[0].counters->offered) ==
		       packets(rule) &&
	       !(b->r->w.sender.under_way[0] + b->r->w.sender.under_way[1]);
}

/*
 * Before a command is obeyed, all is sent that was to be, but for a kernel's thread that
 * has no processor just then.
 */
static void test_commit(void **state)
{
	bool sent = false;
	struct bench *b;
	uint32_t i;

	(void)state;
	for (i = 0; i < 3 && !sent; i++) {
		b = bench_new();
		if (!b) {
			skip();
			return;
		}
		sent = sent_at_command(b);
		bench_free(b);
	}
	assert_true(sent);
}

/* What was to be sent is not sent to whoever has the descriptor next. */
static void test_close_refused(void **state)
{
	struct bench *b = bench_new();
	int there, other, fd;
	struct mcrd_txdev *tx;
	struct mcrd_port *port;
	char byte;

	(void)state;
	if (!b) {
		skip();
		return;
	}
	add_rule(b, 1);
	port = mcrd_port_find(&b->r->w.table, "out0");
	tx = port->tx;
	close(tx->fd);
	there = pair(SOCK_SEQPACKET, &tx->fd);
	send_frame(b, 0);
	/* It is received, and its send is prepared. */
	loop->round(&b->r->w);
	refuses = true;
	port->tx = NULL;
	loop->tx_close(&b->r->w, tx);
	mcrd_port_put(&b->r->w.table, port);
	other = pair(SOCK_SEQPACKET, &fd);
	refuses = false;
	send_frame(b, 0);
	loop->round(&b->r->w);
	settle(&b->r->w);
	assert_int_equal(recv(other, &byte, 1, MSG_DONTWAIT), -1);
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(recv(there, &byte, 1, MSG_DONTWAIT), 1);
	/* It is closed in the end: at the next round, if it could not be before. */
	send_frame(b, 0);
	loop->round(&b->r->w);
	assert_int_equal(recv(there, &byte, 1, MSG_DONTWAIT), 0);
	close(there);
	close(other);
	close(fd);
	bench_free(b);
}

/* Returns how many frames of the others came, or UINT64_MAX: there is no io_uring. */
static uint64_t frames_beside(uint32_t busy)
{
	struct bench *b = bench_with(FEW);
	struct packet other = alone;
	struct mcrd_rule_in *rule;
	uint64_t frames;
	uint32_t i, k;

	if (!b)
		return UINT64_MAX;
	rule = add_rule(b, 1);
	other.group++;
	for (i = 0; i < 2 * FEW; i++)
		send_packet(b, busy, &other);
	/* All have been asked, and have found no buffer, or wait. */
	loop->round(&b->r->w);
	for (i = 0; i < SOCKETS; i++)
		if (i != busy)
			send_frame(b, i);
	for (i = 0; i < 2 * SOCKETS; i++) {
		for (k = 0; k < FEW; k++)
			send_packet(b, busy, &other);
		loop->round(&b->r->w);
	}
	frames = packets(rule);
	bench_free(b);
	return frames;
}

/* Who has more, each time, than there are buffers is not asked first each time. */
static void test_turns(void **state)
{
	uint64_t frames = frames_beside(0);

	(void)state;
	if (frames == UINT64_MAX) {
		skip();
		return;
	}
	assert_int_equal(frames, SOCKETS - 1);
	assert_int_equal(frames_beside(SOCKETS - 1), SOCKETS - 1);
}

static int uring(void **state)
{
	(void)state;
	loop = &mcrd_loop_uring;
	return 0;
}

static int sqpoll(void **state)
{
	(void)state;
	loop = &mcrd_loop_sqpoll;
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_backlog, uring),
		cmocka_unit_test_setup(test_backlog_ends, uring),
		cmocka_unit_test_setup(test_calls, uring),
		cmocka_unit_test_setup(test_close_refused, uring),
		cmocka_unit_test_setup(test_turns, uring),
		cmocka_unit_test_setup(test_backlog_ends, sqpoll),
		cmocka_unit_test_setup(test_close_refused, sqpoll),
		cmocka_unit_test_setup(test_commit, sqpoll),
	};

	/* A round waits for ever. */
	alarm(60);
	return cmocka_run_group_tests_name("worker ring", tests, NULL, NULL);
}
