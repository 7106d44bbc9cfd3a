// SPDX-License-Identifier: GPL-2.0
/*
 * What a cache line costs that was not used lately, each behind the one before: the
 * least that a lookup among many flows pays on this machine. Prints nanoseconds a
 * line, for so many lines that take turns, in pages of 4 KiB and in huge ones.
 *
 *	cc -O2 -o lines chase.c && ./lines
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#define SPAN	((size_t)128 << 20)	/* over which the lines lie scattered */
#define HUGE	((size_t)2 << 20)
#define LINE	((size_t)64)
#define STEPS	4000000
#define ROUNDS	3

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static char *map(int advice)
{
	char *mem = mmap(NULL, SPAN + HUGE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (mem == MAP_FAILED)
		return NULL;
	mem += HUGE - (uintptr_t)mem % HUGE;
	madvise(mem, SPAN, advice);
	return mem;
}

/* Lines anywhere in their share of the memory, linked in a random order. */
static void **link_lines(char *mem, size_t n)
{
	void ***line = calloc(n, sizeof(*line));
	size_t share = SPAN / n / LINE, i, k;
	void **first, **other;

	if (!line)
		return NULL;
	for (i = 0; i < n; i++)
		line[i] = (void **)(mem + (i * share +
					   (size_t)random() % share) * LINE);
	for (i = n - 1; i; i--) {
		k = (size_t)random() % (i + 1);
		other = line[i];
		line[i] = line[k];
		line[k] = other;
	}
	for (i = 0; i < n; i++)
		*line[i] = line[(i + 1) % n];
	first = line[0];
	free(line);
	return first;
}

static double walk(void **line)
{
	double best = 0, took;
	int i, round;

	for (round = 0; round <= ROUNDS; round++) {
		took = now();
		for (i = 0; i < STEPS; i++)
			line = *(void **volatile *)line;
		took = (now() - took) / STEPS;
		/* The first round is to warm up. */
		if (round == 1 || (round && took < best))
			best = took;
	}
	return best;
}

int main(void)
{
	static const size_t counts[] = { 1000, 10000, 20000, 40000, 100000 };
	static const int advice[] = { MADV_NOHUGEPAGE, MADV_HUGEPAGE };
	void **line;
	char *mem;
	size_t a, i;

	for (a = 0; a < 2; a++) {
		mem = map(advice[a]);
		for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
			line = mem ? link_lines(mem, counts[i]) : NULL;
			if (!line) {
				fprintf(stderr, "chase: no memory\n");
				return 1;
			}
			printf("%6zu lines, %s pages: %6.1f ns\n", counts[i],
			       a ? "huge " : "4 KiB", walk(line));
		}
	}
	return 0;
}
