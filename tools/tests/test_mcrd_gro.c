// SPDX-License-Identifier: GPL-2.0
/*
 * GRO on a device, which is made up: what is turned on, and put back.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../mcrd/ethtool.h"
#include "../mcrd/gro.h"

#define DEVICE	7
#define BOTH	3U

/**
 * struct device - the device, and what is done to it
 * @active: its features
 * @fixed: those that it cannot change
 * @sets: how often it was told to change some
 * @fail_get: the next question fails so, when this many have been answered
 * @get_error: likewise
 * @set_error: it cannot be told
 */
struct device {
	unsigned int active;
	unsigned int fixed;
	unsigned int sets;
	unsigned int fail_get;
	int get_error;
	int set_error;
};

static struct device dev;

int mcrd_ethtool_get(int ifindex, const char *const *names, unsigned int n,
		     unsigned int *active)
{
	assert_int_equal(ifindex, DEVICE);
	assert_int_equal(n, 2);
	assert_string_equal(names[0], "rx-gro");
	assert_string_equal(names[1], "rx-udp-gro-forwarding");
	*active = 0;
	if (dev.get_error && !dev.fail_get--)
		return dev.get_error;
	*active = dev.active;
	return 0;
}

int mcrd_ethtool_set(int ifindex, const char *const *names, unsigned int n,
		     unsigned int which, unsigned int values)
{
	(void)names;
	assert_int_equal(ifindex, DEVICE);
	assert_int_equal(n, 2);
	assert_int_equal(values & ~which, 0);
	dev.sets++;
	if (dev.set_error)
		return dev.set_error;
	which &= ~dev.fixed;
	dev.active = (dev.active & ~which) | (values & which);
	return 0;
}

static void device_is(unsigned int active)
{
	memset(&dev, 0, sizeof(dev));
	dev.active = active;
}

/* Each of the four that it can be comes back. */
static void test_there_and_back(void **state)
{
	unsigned int before, changed;

	(void)state;
	for (before = 0; before <= BOTH; before++) {
		device_is(before);
		assert_int_equal(mcrd_gro_on(DEVICE, &changed), 0);
		assert_int_equal(dev.active, BOTH);
		assert_int_equal(changed, BOTH & ~before);
		assert_int_equal(mcrd_gro_off(DEVICE, changed), 0);
		assert_int_equal(dev.active, before);
		assert_int_equal(dev.sets, before == BOTH ? 0 : 2);
	}
}

/* What somebody else has turned on meanwhile is not ours to turn off. */
static void test_of_others(void **state)
{
	unsigned int changed;

	(void)state;
	device_is(1);
	assert_int_equal(mcrd_gro_on(DEVICE, &changed), 0);
	dev.active |= 4;
	assert_int_equal(mcrd_gro_off(DEVICE, changed), 0);
	assert_int_equal(dev.active, 5);
}

/* One that a device does not do: the other one is put back, too. */
static void test_fixed(void **state)
{
	unsigned int fixed, changed;

	(void)state;
	for (fixed = 1; fixed <= BOTH; fixed++) {
		device_is(0);
		dev.fixed = fixed;
		assert_int_equal(mcrd_gro_on(DEVICE, &changed), -EOPNOTSUPP);
		assert_int_equal(changed, 0);
		assert_int_equal(dev.active, 0);
	}
}

static void test_cannot_be_told(void **state)
{
	unsigned int changed = 9;

	(void)state;
	device_is(0);
	dev.set_error = -EPERM;
	assert_int_equal(mcrd_gro_on(DEVICE, &changed), -EPERM);
	assert_int_equal(changed, 0);
	assert_int_equal(mcrd_gro_off(DEVICE, BOTH), -EPERM);
}

/* A device that goes meanwhile, before it was told, and afterwards. */
static void test_cannot_be_asked(void **state)
{
	unsigned int changed = 9;

	(void)state;
	device_is(0);
	dev.get_error = -ENODEV;
	assert_int_equal(mcrd_gro_on(DEVICE, &changed), -ENODEV);
	assert_int_equal(changed, 0);
	assert_int_equal(dev.sets, 0);

	device_is(0);
	dev.get_error = -ENODEV;
	dev.fail_get = 1;
	assert_int_equal(mcrd_gro_on(DEVICE, &changed), -ENODEV);
	assert_int_equal(changed, 0);
	assert_int_equal(dev.active, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_of_others),
		cmocka_unit_test(test_fixed),
		cmocka_unit_test(test_cannot_be_told),
		cmocka_unit_test(test_cannot_be_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
