// SPDX-License-Identifier: GPL-2.0
/*
 * What both helper programs need; see util.h.
 */
#define _GNU_SOURCE
#include "util.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <net/if.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static void say(const char *fmt, va_list args)
{
	fprintf(stderr, "%s: ", program_invocation_short_name);
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
}

/**
 * die - end with a sentence and status 1
 * @fmt: the sentence
 */
void die(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(fmt, args);
	va_end(args);
	exit(EXIT_FAILURE);
}

/**
 * die_usage - end because of how the program was called
 * @fmt: a sentence
 */
void die_usage(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(fmt, args);
	va_end(args);
	exit(EXIT_USAGE);
}

/**
 * die_unsupported - end because this kernel cannot do what is asked
 * @fmt: a sentence
 */
void die_unsupported(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(fmt, args);
	va_end(args);
	exit(EXIT_UNSUPPORTED);
}

/**
 * parse_number - read a number or end
 * @what: the option, for the message
 * @text: decimal, or hexadecimal after 0x
 * @min: smallest accepted
 * @max: largest accepted
 *
 * Return: the number.
 */
uint64_t parse_number(const char *what, const char *text, uint64_t min,
		      uint64_t max)
{
	unsigned long long value;
	char *end;

	errno = 0;
	value = strtoull(text, &end, 0);
	if (errno || end == text || *end || *text == '-' || value < min ||
	    value > max)
		die_usage("%s must be %llu to %llu, not '%s'", what,
			  (unsigned long long)min, (unsigned long long)max,
			  text);
	return value;
}

/**
 * parse_address - read an IPv4 or IPv6 address or end
 * @what: the option, for the message
 * @text: the address
 *
 * Return: the address.
 */
struct address parse_address(const char *what, const char *text)
{
	struct address addr = { 0 };

	if (inet_pton(AF_INET, text, addr.byte) == 1)
		addr.family = AF_INET;
	else if (inet_pton(AF_INET6, text, addr.byte) == 1)
		addr.family = AF_INET6;
	else
		die_usage("%s must be an IPv4 or IPv6 address, not '%s'", what,
			  text);
	return addr;
}

/**
 * parse_mac - read a MAC address or end
 * @what: the option, for the message
 * @text: six hexadecimal bytes and colons
 * @mac: result
 */
void parse_mac(const char *what, const char *text, uint8_t mac[6])
{
	char end;

	if (sscanf(text, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx%c", &mac[0], &mac[1],
		   &mac[2], &mac[3], &mac[4], &mac[5], &end) != 6)
		die_usage("%s must be a MAC address, not '%s'", what, text);
}

/**
 * address_len - bytes in an address
 * @addr: the address
 *
 * Return: 4 or 16.
 */
size_t address_len(const struct address *addr)
{
	return addr->family == AF_INET ? 4 : 16;
}

/**
 * address_equal - are two addresses the same?
 * @a: an address
 * @b: another
 *
 * Return: 1 if so.
 */
int address_equal(const struct address *a, const struct address *b)
{
	return a->family == b->family &&
	       !memcmp(a->byte, b->byte, address_len(a));
}

/**
 * address_text - write an address
 * @addr: the address
 *
 * Return: text that the second call from now overwrites.
 */
const char *address_text(const struct address *addr)
{
	static char text[2][INET6_ADDRSTRLEN];
	static unsigned int turn;

	turn ^= 1;
	if (!inet_ntop(addr->family, addr->byte, text[turn],
		       sizeof(text[turn])))
		return "(no address)";
	return text[turn];
}

/**
 * group_mac - the MAC address of a multicast group (RFC 1112, RFC 2464)
 * @group: the group
 * @mac: result
 */
void group_mac(const struct address *group, uint8_t mac[6])
{
	static const uint8_t ip[3] = { 0x01, 0x00, 0x5e };

	if (group->family == AF_INET) {
		memcpy(mac, ip, 3);
		memcpy(mac + 3, group->byte + 1, 3);
		mac[3] &= 0x7f;
		return;
	}
	mac[0] = 0x33;
	mac[1] = 0x33;
	memcpy(mac + 2, group->byte + 12, 4);
}

/**
 * enter_netns - go on in a network namespace that "ip netns" made
 * @name: its name
 */
void enter_netns(const char *name)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		die("network namespace %s: %s", name, strerror(errno));
	if (setns(fd, CLONE_NEWNET))
		die("cannot enter network namespace %s: %s", name,
		    strerror(errno));
	close(fd);
}

/**
 * pin_to_cpu - run on one CPU
 * @cpu: which
 *
 * Software devices queue packets per CPU: what is sent from one CPU stays in
 * order.
 */
void pin_to_cpu(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((size_t)cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("cannot run on CPU %d: %s", cpu, strerror(errno));
}

/**
 * device_index - the number of a device or end
 * @dev: its name
 *
 * Return: its index.
 */
unsigned int device_index(const char *dev)
{
	unsigned int index = if_nametoindex(dev);

	if (!index)
		die("device %s: %s", dev, strerror(errno));
	return index;
}

/**
 * device_mac - the MAC address of a device or end
 * @dev: its name
 * @mac: result
 */
void device_mac(const char *dev, uint8_t mac[6])
{
	struct ifreq req = { 0 };
	int fd;

	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		die("socket: %s", strerror(errno));
	snprintf(req.ifr_name, sizeof(req.ifr_name), "%s", dev);
	if (ioctl(fd, SIOCGIFHWADDR, &req))
		die("MAC address of %s: %s", dev, strerror(errno));
	memcpy(mac, req.ifr_hwaddr.sa_data, 6);
	close(fd);
}

/**
 * now_ns - a clock that only goes forward
 *
 * Return: nanoseconds since some moment.
 */
uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000U + (uint64_t)ts.tv_nsec;
}
