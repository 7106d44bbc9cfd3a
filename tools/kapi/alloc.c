// SPDX-License-Identifier: GPL-2.0
/*
 * Memory, tests that run out of it, and strings that fit into it.
 */
#include <linux/slab.h>
#include <stdio.h>
#include <stdlib.h>

#include "internal.h"

/**
 * struct kapi_nth - what is to fail once, for tests
 * @left: 0: nothing is to; else that many more succeed, less one
 * @asked: something was to
 */
struct kapi_nth {
	unsigned int left;
	bool asked;
};

static struct kapi_nth kapi_nth_alloc, kapi_nth_room;

/**
 * kapi_bug - what must be so is not: there is no way to go on
 * @file: where
 * @line: where
 * @what: what must be so
 */
void kapi_bug(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: this must be so: %s\n", file, line, what);
	abort();
}

/* Return true if what was asked for before has failed. */
static bool nth_ask(struct kapi_nth *nth, unsigned int n)
{
	bool failed = nth->asked && !nth->left;

	nth->asked = n;
	nth->left = n;
	return failed;
}

static bool nth_fails(struct kapi_nth *nth)
{
	return nth->left && !--nth->left;
}

/**
 * kapi_fail_nth - let an allocation fail, for tests
 * @n: which one from now on, 1 is the next; 0: none
 *
 * Return: true if the one that was asked for before has failed.
 */
bool kapi_fail_nth(unsigned int n)
{
	return nth_ask(&kapi_nth_alloc, n);
}

/**
 * kapi_alloc_fails - is this allocation to fail?
 *
 * Return: true if so.
 */
bool kapi_alloc_fails(void)
{
	return nth_fails(&kapi_nth_alloc);
}

/**
 * kapi_full_nth - let a message have no room, or a socket, for tests
 * @n: which question for it from now on, 1 is the next; 0: none
 *
 * Return: true if the one that was asked for before found none.
 */
bool kapi_full_nth(unsigned int n)
{
	return nth_ask(&kapi_nth_room, n);
}

/**
 * kapi_full - is there to be no room?
 *
 * Return: true if so.
 */
bool kapi_full(void)
{
	return nth_fails(&kapi_nth_room);
}

/**
 * kapi_alloc - memory that is not initialized
 * @size: bytes
 *
 * Return: for kapi_free(); NULL without memory.
 */
void *kapi_alloc(size_t size)
{
	return kapi_alloc_fails() ? NULL : malloc(size ? size : 1);
}

/**
 * kapi_zalloc - zeroed memory
 * @n: number of objects
 * @size: of each
 *
 * Return: for kapi_free(); NULL without memory.
 */
void *kapi_zalloc(size_t n, size_t size)
{
	if (kapi_alloc_fails())
		return NULL;
	return calloc(n ? n : 1, size ? size : 1);
}

/**
 * kapi_strdup - a copy of a string
 * @text: the string
 *
 * Return: for kapi_free(); NULL without memory.
 */
char *kapi_strdup(const char *text)
{
	return kapi_alloc_fails() ? NULL : strdup(text);
}

/**
 * kapi_free - free memory
 * @p: from one of the above; may be NULL
 */
void kapi_free(const void *p)
{
	free((void *)p);
}

/**
 * kapi_strscpy - copy a string, or as much of it as there is room for
 * @dest: gets it, NUL-terminated
 * @src: the string
 * @size: of @dest
 *
 * Return: its length, or -E2BIG if it was cut.
 */
ssize_t kapi_strscpy(char *dest, const char *src, size_t size)
{
	char *end = memccpy(dest, src, '\0', size);

	if (end)
		return end - dest - 1;
	if (size)
		dest[size - 1] = '\0';
	return -E2BIG;
}
