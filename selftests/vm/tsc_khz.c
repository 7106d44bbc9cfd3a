// SPDX-License-Identifier: GPL-2.0
/*
 * How fast this machine's time stamp counter is, in kHz: an emulated guest sees the
 * same one, and has nothing else to compare it with.
 */
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <x86intrin.h>

#define SPAN_NS	20000000

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC_RAW, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

int main(void)
{
	uint64_t began = now_ns(), start = __rdtsc(), took;

	do
		took = now_ns() - began;
	while (took < SPAN_NS);
	printf("%llu\n", (__rdtsc() - start) * 1000000ULL / took);
	return 0;
}
