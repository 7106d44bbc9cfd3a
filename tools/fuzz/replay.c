// SPDX-License-Identifier: GPL-2.0
/*
 * Drives a fuzz target in the unit tests: all that its corpus has, and mutations
 * of that, the same ones each time. An input that ends the process is left in a
 * file.
 *
 * MCR_FUZZ_ROUNDS and MCR_FUZZ_SEED make it more, or others.
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"

#define INPUT_MAX	8192U
#define INPUTS_MAX	4096U
#define ROUNDS		1500U

/**
 * struct input - what the target is given
 * @size: bytes
 * @data: they
 */
struct input {
	size_t size;
	uint8_t data[INPUT_MAX];
};

static struct input *corpus;
static size_t n_corpus;
static struct input now;
static uint64_t seed = 1;

/* In the sanitizers' run time, where there is one. */
void __sanitizer_set_death_callback(void (*callback)(void));
#pragma weak __sanitizer_set_death_callback

/* Opened in time: when a signal says that all is over, only write() is left. */
static int kept = -1;
static char kept_path[] = "/tmp/mcr-fuzz-XXXXXX";

static void keep(void)
{
	static const char text[] = "# the input is in ";

	if (write(kept, now.data, now.size) == (ssize_t)now.size &&
	    write(STDOUT_FILENO, text, sizeof(text) - 1) > 0 &&
	    write(STDOUT_FILENO, kept_path, sizeof(kept_path) - 1) > 0)
		kept = -1;
}

static void on_signal(int sig)
{
	keep();
	signal(sig, SIG_DFL);
	raise(sig);
}

static uint32_t below(uint32_t n)
{
	/* Marsaglia's xorshift. */
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return n ? (uint32_t)(seed >> 32) % n : 0;
}

static unsigned int setting(const char *name, unsigned int otherwise)
{
	const char *value = getenv(name);

	return value ? (unsigned int)strtoul(value, NULL, 0) : otherwise;
}

static int load_one(const char *dir, const char *name)
{
	struct input *in = &corpus[n_corpus];
	char path[512];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	n = read(fd, in->data, sizeof(in->data));
	close(fd);
	if (n < 0)
		return -1;
	in->size = (size_t)n;
	n_corpus++;
	return 0;
}

/* In the order of their names, so that a seed means the same everywhere. */
static int load(const char *dir)
{
	struct dirent **names;
	int n = scandir(dir, &names, NULL, alphasort), i, bad = 0;

	corpus = calloc(INPUTS_MAX, sizeof(*corpus));
	if (n < 0 || !corpus)
		return -1;
	for (i = 0; i < n; i++) {
		if (names[i]->d_name[0] != '.' && n_corpus < INPUTS_MAX)
			bad |= load_one(dir, names[i]->d_name);
		free(names[i]);
	}
	free(names);
	return bad || !n_corpus ? -1 : 0;
}

/* In memory that ends where the input does. */
static void try(void)
{
	uint8_t *copy = malloc(now.size ? now.size : 1);

	if (!copy)
		abort();
	memcpy(copy, now.data, now.size);
	LLVMFuzzerTestOneInput(copy, now.size);
	free(copy);
}

static void cut(size_t at, size_t len)
{
	memmove(now.data + at, now.data + at + len, now.size - at - len);
	now.size -= len;
}

static void insert(size_t at, const uint8_t *data, size_t len)
{
	if (len > INPUT_MAX - now.size)
		len = INPUT_MAX - now.size;
	memmove(now.data + at + len, now.data + at, now.size - at);
	memcpy(now.data + at, data, len);
	now.size += len;
}

static void mutate(void)
{
	static const uint8_t edges[] = { 0, 1, 0x7f, 0x80, 0xff, '\n', ' ' };
	const struct input *other = &corpus[below((uint32_t)n_corpus)];
	size_t at = below((uint32_t)now.size + 1), from;
	uint8_t byte = (uint8_t)below(256);

	switch (below(6)) {
	case 0:
		if (at < now.size)
			now.data[at] ^= (uint8_t)(1U << below(8));
		break;
	case 1:
		if (at < now.size)
			now.data[at] = edges[below(sizeof(edges))];
		break;
	case 2:
		insert(at, &byte, 1);
		break;
	case 3:
		cut(at, below((uint32_t)(now.size - at) + 1));
		break;
	default:
		from = below((uint32_t)other->size + 1);
		insert(at, other->data + from,
		       below((uint32_t)(other->size - from) + 1));
	}
}

static void copy(const struct input *in)
{
	now.size = in->size;
	memcpy(now.data, in->data, in->size);
}

int main(int argc, char **argv)
{
	unsigned int rounds = setting("MCR_FUZZ_ROUNDS", ROUNDS), i, n;
	const char *dir = argc > 1 ? argv[1] : FUZZ_CORPUS;

	seed += setting("MCR_FUZZ_SEED", 0);
	if (load(dir)) {
		printf("1..1\nnot ok 1 - there is no corpus %s\n", dir);
		return EXIT_FAILURE;
	}
	kept = mkstemp(kept_path);
	if (__sanitizer_set_death_callback)
		__sanitizer_set_death_callback(keep);
	signal(SIGABRT, on_signal);
	signal(SIGSEGV, on_signal);
	printf("1..2\n");
	fflush(stdout);
	for (i = 0; i < n_corpus; i++) {
		copy(&corpus[i]);
		try();
	}
	printf("ok 1 - %zu inputs of %s\n", n_corpus, dir);
	fflush(stdout);
	for (i = 0; i < rounds; i++) {
		copy(&corpus[below((uint32_t)n_corpus)]);
		for (n = 1 + below(6); n; n--)
			mutate();
		try();
	}
	printf("ok 2 - %u mutations of them\n", rounds);
	unlink(kept_path);
	free(corpus);
	return EXIT_SUCCESS;
}
