/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What both helper programs need: messages, numbers, addresses, devices and
 * network namespaces. These are test programs: a fault ends them.
 */
#ifndef HELPERS_UTIL_H
#define HELPERS_UTIL_H

#include <stddef.h>
#include <stdint.h>

/* Exit statuses. EXIT_UNSUPPORTED is kselftest's "skip". */
#define EXIT_USAGE		2
#define EXIT_UNSUPPORTED	4

/**
 * struct address - an IPv4 or IPv6 address
 * @family: AF_INET or AF_INET6; 0: none
 * @byte: network byte order, 4 or 16 of them
 */
struct address {
	int family;
	uint8_t byte[16];
};

void die(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));
void die_usage(const char *fmt, ...)
	__attribute__((format(printf, 1, 2), noreturn));
void die_unsupported(const char *fmt, ...)
	__attribute__((format(printf, 1, 2), noreturn));

uint64_t parse_number(const char *what, const char *text, uint64_t min,
		      uint64_t max);
struct address parse_address(const char *what, const char *text);
void parse_mac(const char *what, const char *text, uint8_t mac[6]);

size_t address_len(const struct address *addr);
int address_equal(const struct address *a, const struct address *b);
const char *address_text(const struct address *addr);
void group_mac(const struct address *group, uint8_t mac[6]);

void enter_netns(const char *name);
void pin_to_cpu(int cpu);
unsigned int device_index(const char *dev);
void device_mac(const char *dev, uint8_t mac[6]);

uint64_t now_ns(void);

#endif /* HELPERS_UTIL_H */
