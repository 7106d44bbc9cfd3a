// SPDX-License-Identifier: GPL-2.0
/*
 * Allocations of this thread that the kernel is to let fail, by its fail-nth file:
 * those of a system call, and of what it does for packets on its way.
 */
#include "fault.h"
#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int fault_open(void)
{
	static int fd = -1;

	if (fd < 0)
		fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		die_unsupported("/proc/thread-self/fail-nth: %s (CONFIG_FAULT_INJECTION)",
				strerror(errno));
	return fd;
}

static void fault_write(unsigned int n)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", n);

	if (pwrite(fault_open(), text, (size_t)len, 0) != len)
		die("fail-nth: %s", strerror(errno));
}

/**
 * fault_arm - let an allocation fail
 * @n: which one from now on, 1 is the next
 */
void fault_arm(unsigned int n)
{
	fault_write(n);
}

/**
 * fault_disarm - let none fail any more
 *
 * Return: true if one has failed since fault_arm().
 */
bool fault_disarm(void)
{
	char text[16] = "";

	if (pread(fault_open(), text, sizeof(text) - 1, 0) < 1)
		die("fail-nth: %s", strerror(errno));
	fault_write(0);
	return !strtoul(text, NULL, 10);
}
