// SPDX-License-Identifier: GPL-2.0
/*
 * Which of a device's addresses packets may come from.
 */
#include "common.h"

#include <linux/if_addr.h>
#include <string.h>
#include <sys/socket.h>

#include "../mcrd/addrs.h"

static void add4(struct mcrd_addrs *a, uint8_t last, uint32_t flags)
{
	const struct kapi_addr addr = {
		.family = AF_INET,
		.flags = flags,
		.addr = { 10, 0, 0, last },
	};

	assert_int_equal(mcrd_addrs_add(a, &addr), 0);
}

static void add6(struct mcrd_addrs *a, uint8_t last, uint32_t flags)
{
	const struct kapi_addr addr = {
		.family = AF_INET6,
		.flags = flags,
		.addr = { 0xfe, 0x80, [15] = last },
	};

	assert_int_equal(mcrd_addrs_add(a, &addr), 0);
}

static uint8_t last_of4(const struct mcrd_dev *dev)
{
	return ((const uint8_t *)&dev->saddr)[3];
}

static void primary(void **state)
{
	struct mcrd_addrs a = { 0 };
	struct mcrd_dev dev = { 0 };

	(void)state;
	mcrd_addrs_sources(&a, &dev);
	assert_int_equal(dev.saddr, 0);
	add4(&a, 1, IFA_F_SECONDARY);
	mcrd_addrs_sources(&a, &dev);
	assert_int_equal(dev.saddr, 0);
	add4(&a, 2, IFA_F_PERMANENT);
	add4(&a, 3, 0);
	mcrd_addrs_sources(&a, &dev);
	assert_int_equal(last_of4(&dev), 2);
	assert_int_equal(dev.n_saddr6, 0);
	mcrd_addrs_free(&a);
}

static void ipv6_order(void **state)
{
	struct mcrd_addrs a = { 0 };
	struct mcrd_dev dev = { 0 };

	(void)state;
	add6(&a, 1, IFA_F_DEPRECATED);
	add6(&a, 2, IFA_F_TENTATIVE);
	add6(&a, 3, 0);
	add6(&a, 4, IFA_F_DADFAILED | IFA_F_TENTATIVE);
	add4(&a, 9, 0);
	add6(&a, 5, IFA_F_PERMANENT);
	mcrd_addrs_sources(&a, &dev);
	assert_int_equal(dev.n_saddr6, 3);
	assert_int_equal(dev.saddr6[0].raw[15], 3);
	assert_int_equal(dev.saddr6[1].raw[15], 5);
	assert_int_equal(dev.saddr6[2].raw[15], 1);
	assert_int_equal(dev.saddr6[0].raw[0], 0xfe);
	mcrd_addrs_free(&a);
}

/* More than there is room for; those that are deprecated stay out first. */
static void ipv6_many(void **state)
{
	struct mcrd_addrs a = { 0 };
	struct mcrd_dev dev = { 0 };
	unsigned int i;

	(void)state;
	for (i = 0; i < 20; i++)
		add6(&a, (uint8_t)i, i % 2 ? 0 : IFA_F_DEPRECATED);
	mcrd_addrs_sources(&a, &dev);
	assert_int_equal(dev.n_saddr6, COUNT(dev.saddr6));
	for (i = 0; i < COUNT(dev.saddr6); i++)
		assert_int_equal(dev.saddr6[i].raw[15], 2 * i + 1);
	/* Fewer, later: nothing of before is left. */
	mcrd_addrs_free(&a);
	mcrd_addrs_sources(&a, &dev);
	assert_int_equal(dev.n_saddr6, 0);
	assert_int_equal(dev.saddr6[0].raw[15], 0);
}

static void equality(void **state)
{
	struct mcrd_addrs a = { 0 }, b = { 0 };

	(void)state;
	assert_true(mcrd_addrs_equal(&a, &b));
	add4(&a, 1, 0);
	assert_false(mcrd_addrs_equal(&a, &b));
	add4(&b, 1, 0);
	assert_true(mcrd_addrs_equal(&a, &b));
	add4(&a, 2, 0);
	add4(&a, 3, 0);
	add4(&b, 3, 0);
	add4(&b, 2, 0);
	assert_false(mcrd_addrs_equal(&a, &b));
	mcrd_addrs_swap(&a, &b);
	assert_int_equal(a.addr[1].addr[3], 3);
	mcrd_addrs_free(&a);
	mcrd_addrs_free(&b);
}

int main(void)
{
	struct suite suite = { 0 };

	suite_add_case(&suite, primary);
	suite_add_case(&suite, ipv6_order);
	suite_add_case(&suite, ipv6_many);
	suite_add_case(&suite, equality);
	return suite_run(&suite, "mcrd_addrs");
}
