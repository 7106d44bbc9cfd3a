// SPDX-License-Identifier: GPL-2.0
/*
 * What peers have not taken yet, and what those are told who lose some.
 */
#include "common.h"

#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>

#include "../mcrd/outbox.h"

#define BYTES	1024

static void put(struct mcrd_outbox *box, char value)
{
	char data[BYTES];

	memset(data, value, sizeof(data));
	assert_int_equal(mcrd_outbox_put(box, data, sizeof(data)), 0);
}

static void notify(struct mcrd_outbox *box, char value)
{
	char data[BYTES];

	memset(data, value, sizeof(data));
	mcrd_outbox_notify(box, data, sizeof(data));
}

static void assert_next(struct mcrd_outbox *box, char value)
{
	const struct mcrd_dgram *d = mcrd_outbox_next(box);

	assert_non_null(d);
	assert_int_equal(d->len, BYTES);
	assert_int_equal(d->data[0], value);
	assert_int_equal(d->data[BYTES - 1], value);
	mcrd_outbox_pop(box);
}

static void assert_overrun(struct mcrd_outbox *box)
{
	const struct mcrd_dgram *d = mcrd_outbox_next(box);
	struct nlmsghdr nlh;

	assert_non_null(d);
	assert_int_equal(d->len, sizeof(nlh));
	memcpy(&nlh, d->data, sizeof(nlh));
	assert_int_equal(nlh.nlmsg_type, NLMSG_OVERRUN);
	assert_int_equal(nlh.nlmsg_len, sizeof(nlh));
	mcrd_outbox_pop(box);
}

static void assert_empty(struct mcrd_outbox *box)
{
	assert_true(mcrd_outbox_is_empty(box));
	assert_null(mcrd_outbox_next(box));
	assert_int_equal(box->bytes, 0);
}

static void in_order(void **state)
{
	struct mcrd_outbox box = { 0 };

	(void)state;
	assert_empty(&box);
	put(&box, 'a');
	notify(&box, 'b');
	put(&box, 'c');
	assert_false(mcrd_outbox_is_empty(&box));
	assert_next(&box, 'a');
	notify(&box, 'd');
	assert_next(&box, 'b');
	assert_next(&box, 'c');
	assert_next(&box, 'd');
	assert_empty(&box);
}

/* One message for all that is lost, where it was, and again the next time. */
static void overrun(void **state)
{
	enum { ROOM = MCRD_OUTBOX_BYTES / BYTES };
	struct mcrd_outbox box = { 0 };
	int round, i;

	(void)state;
	for (round = 0; round < 3; round++) {
		for (i = 0; i < ROOM; i++)
			notify(&box, 'a');
		assert_int_equal(box.bytes, MCRD_OUTBOX_BYTES);
		for (i = 0; i < 1000; i++)
			notify(&box, 'x');
		/* Answers are never lost. */
		put(&box, 'b');
		assert_next(&box, 'a');
		/* There is room, but what came before is lost already. */
		notify(&box, 'x');
		for (i = 1; i < ROOM; i++)
			assert_next(&box, 'a');
		assert_overrun(&box);
		notify(&box, 'c');
		assert_next(&box, 'b');
		assert_next(&box, 'c');
		assert_empty(&box);
	}
}

static void answers_have_no_limit(void **state)
{
	struct mcrd_outbox box = { 0 };
	unsigned int i;

	(void)state;
	for (i = 0; i < 3 * MCRD_OUTBOX_BYTES / BYTES; i++)
		put(&box, 'a');
	notify(&box, 'x');
	for (i = 0; i < 3 * MCRD_OUTBOX_BYTES / BYTES; i++)
		assert_next(&box, 'a');
	assert_overrun(&box);
	assert_empty(&box);
}

/* Without memory for the message it is owed. */
static void owed(void **state)
{
	struct mcrd_outbox box = { .lost = true };

	(void)state;
	assert_false(mcrd_outbox_is_empty(&box));
	notify(&box, 'x');
	put(&box, 'a');
	assert_next(&box, 'a');
	assert_overrun(&box);
	assert_empty(&box);
}

static void forgotten(void **state)
{
	struct mcrd_outbox box = { 0 };

	(void)state;
	put(&box, 'a');
	notify(&box, 'b');
	mcrd_outbox_free(&box);
	assert_empty(&box);
	put(&box, 'c');
	assert_next(&box, 'c');
	assert_empty(&box);
}

int main(void)
{
	struct suite suite = { 0 };

	suite_add_case(&suite, in_order);
	suite_add_case(&suite, overrun);
	suite_add_case(&suite, answers_have_no_limit);
	suite_add_case(&suite, owed);
	suite_add_case(&suite, forgotten);
	return suite_run(&suite, "mcrd_outbox");
}
