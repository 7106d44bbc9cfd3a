// SPDX-License-Identifier: GPL-2.0
/*
 * Devices that are followed: what happens when rtnetlink cannot be asked. The
 * devices are those of wherever this runs; what libnl says of it is made up.
 */
#include "common.h"

#include <netlink/errno.h>
#include <netlink/netlink.h>
#include <string.h>

#include "../kapi/kapi.h"
#include "../mcrd/links.h"
#include "../mcrd/plane_out.h"
#include "../mcrd/watch.h"

/* What happens: how often it was called, and what is to fail. */
static struct {
	unsigned int asked;	/* questions sent */
	unsigned int fine;	/* so many questions work, */
	unsigned int fail;	/* and then so many fail */
	unsigned int lost;	/* so often it is said that messages were lost */
	unsigned int links;	/* devices told */
	unsigned int gone;
	unsigned int addrs;	/* devices whose addresses were told */
	unsigned int open;	/* kapi_links_begin() without an end */
	int64_t now;		/* what is added to the time */
} is;

int __real_nl_send_simple(struct nl_sock *sk, int type, int flags, void *buf,
			  size_t size);
int __wrap_nl_send_simple(struct nl_sock *sk, int type, int flags, void *buf,
			  size_t size);
int __real_nl_recvmsgs_default(struct nl_sock *sk);
int __wrap_nl_recvmsgs_default(struct nl_sock *sk);
int64_t __real_mcrd_now_ms(void);
int64_t __wrap_mcrd_now_ms(void);

int __wrap_nl_send_simple(struct nl_sock *sk, int type, int flags, void *buf,
			  size_t size)
{
	is.asked++;
	if (is.fine) {
		is.fine--;
	} else if (is.fail) {
		is.fail--;
		return -NLE_NOMEM;
	}
	return __real_nl_send_simple(sk, type, flags, buf, size);
}

/* What is told is not asked for: the socket of the events does not block. */
int __wrap_nl_recvmsgs_default(struct nl_sock *sk)
{
	if (is.lost) {
		is.lost--;
		return -NLE_NOMEM;
	}
	return __real_nl_recvmsgs_default(sk);
}

int64_t __wrap_mcrd_now_ms(void)
{
	return __real_mcrd_now_ms() + is.now;
}

void kapi_links_begin(void)
{
	assert_int_equal(is.open++, 0);
}

void kapi_links_end(void)
{
	assert_int_equal(is.open--, 1);
}

void kapi_link_set(const struct kapi_link *link)
{
	assert_true(link->ifindex > 0);
	is.links++;
}

void kapi_link_gone(int ifindex)
{
	assert_true(ifindex > 0);
	is.gone++;
}

void kapi_addrs_set(int ifindex, const struct kapi_addr *addrs, size_t n)
{
	assert_true(ifindex > 0);
	assert_true(addrs || !n);
	is.addrs++;
}

void mcrd_plane_dev(const struct mcrd_dev *dev)
{
	assert_true(dev->ifindex > 0);
}

void mcrd_plane_dev_gone(const char *name, int ifindex)
{
	assert_true(*name && ifindex > 0);
}

static struct mcrd_log quiet = { .fd = -1, .level = -1 };
static struct mcrd_poll poll_set = { .fd = -1 };

static struct mcrd_links *links_open(void)
{
	struct mcrd_links *l;

	memset(&is, 0, sizeof(is));
	assert_int_equal(mcrd_poll_init(&poll_set), 0);
	l = mcrd_links_open(&quiet, &poll_set);
	assert_non_null(l);
	assert_true(is.links > 0);
	assert_int_equal(mcrd_links_due_ms(l), -1);
	is.links = 0;
	is.asked = 0;
	return l;
}

static void links_close(struct mcrd_links *l)
{
	mcrd_links_close(l);
	mcrd_poll_exit(&poll_set);
}

static void test_lost(void **state)
{
	struct mcrd_links *l = links_open();

	(void)state;
	is.lost = 1;
	mcrd_links_follow(l);
	assert_true(is.links > 0);
	/* Devices, and then addresses. */
	assert_int_equal(is.asked, 2);
	assert_int_equal(mcrd_links_due_ms(l), -1);
	links_close(l);
}

/* It is asked once more when it is time, and not before. */
static void test_retry(void **state)
{
	struct mcrd_links *l = links_open();
	int due;

	(void)state;
	is.lost = 1;
	is.fail = 2;
	mcrd_links_follow(l);
	assert_int_equal(is.asked, 1);
	due = mcrd_links_due_ms(l);
	assert_in_range(due, 0, 100);
	mcrd_links_follow(l);
	mcrd_links_run(l);
	assert_int_equal(is.asked, 1);
	is.now += 100;
	mcrd_links_run(l);
	assert_int_equal(is.asked, 2);
	assert_in_range(mcrd_links_due_ms(l), 100, 200);
	assert_int_equal(is.links, 0);
	is.now += 200;
	mcrd_links_run(l);
	assert_int_equal(is.asked, 4);
	assert_true(is.links > 0);
	assert_int_equal(mcrd_links_due_ms(l), -1);
	links_close(l);
}

/* So it is if devices can be asked for, and addresses cannot. */
static void test_retry_addrs(void **state)
{
	struct mcrd_links *l = links_open();

	(void)state;
	is.lost = 1;
	is.fine = 1;
	is.fail = 1;
	mcrd_links_follow(l);
	assert_int_equal(is.asked, 2);
	assert_in_range(mcrd_links_due_ms(l), 0, 100);
	is.now += 100;
	mcrd_links_run(l);
	assert_int_equal(is.asked, 3);
	assert_int_equal(mcrd_links_due_ms(l), -1);
	links_close(l);
}

/* Who has no memory for messages does not try for ever in one turn. */
static void test_lost_for_long(void **state)
{
	struct mcrd_links *l = links_open();

	(void)state;
	is.lost = 1000;
	mcrd_links_follow(l);
	assert_true(is.lost > 900);
	assert_true(mcrd_links_due_ms(l) >= 0);
	is.lost = 0;
	is.now += 100;
	mcrd_links_run(l);
	assert_true(is.links > 0);
	assert_int_equal(mcrd_links_due_ms(l), -1);
	links_close(l);
}

/* The delay grows to ten seconds, and is short again once it worked. */
static void test_bounded(void **state)
{
	struct mcrd_links *l = links_open();
	int i;

	(void)state;
	is.lost = 1;
	is.fail = 20;
	mcrd_links_follow(l);
	for (i = 0; i < 19; i++) {
		is.now += mcrd_links_due_ms(l);
		mcrd_links_run(l);
	}
	assert_int_equal(is.asked, 20);
	assert_in_range(mcrd_links_due_ms(l), 9000, 10000);
	is.now += 10000;
	mcrd_links_run(l);
	assert_int_equal(mcrd_links_due_ms(l), -1);
	is.lost = 1;
	is.fail = 1;
	mcrd_links_follow(l);
	assert_in_range(mcrd_links_due_ms(l), 0, 100);
	links_close(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_retry),
		cmocka_unit_test(test_retry_addrs),
		cmocka_unit_test(test_lost_for_long),
		cmocka_unit_test(test_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
