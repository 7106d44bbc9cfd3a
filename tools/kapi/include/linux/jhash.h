/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Hashes for tables in memory. They are not the kernel's: nobody compares them.
 */
#ifndef KAPI_LINUX_JHASH_H
#define KAPI_LINUX_JHASH_H

#include <linux/kernel.h>

#define KAPI_HASH_A	0x9e3779b97f4a7c15ULL
#define KAPI_HASH_B	0xd6e8feb86659fd93ULL

/* Two words, each bit of which changes half of the result. */
static inline u64 kapi_hash_mix(u64 a, u64 b)
{
	a = (a ^ KAPI_HASH_A) * KAPI_HASH_B;
	a ^= a >> 32;
	a = (a ^ b) * KAPI_HASH_A;
	return a ^ a >> 29;
}

static inline u32 jhash(const void *key, size_t len, u32 seed)
{
	const char *p = key;
	u64 hash = seed ^ (u64)len << 32, word;

	for (; len >= sizeof(word); len -= sizeof(word)) {
		memcpy(&word, p, sizeof(word));
		hash = kapi_hash_mix(hash, word);
		p += sizeof(word);
	}
	if (len) {
		word = 0;
		memcpy(&word, p, len);
		hash = kapi_hash_mix(hash, word);
	}
	hash = kapi_hash_mix(hash, KAPI_HASH_B);
	return (u32)(hash ^ hash >> 32);
}

static inline u32 jhash2(const u32 *words, u32 n, u32 seed)
{
	return jhash(words, n * sizeof(*words), seed);
}

static inline u32 jhash_3words(u32 a, u32 b, u32 c, u32 seed)
{
	u64 hash = kapi_hash_mix(seed ^ (u64)c << 32, a | (u64)b << 32);

	return (u32)(hash ^ hash >> 32);
}

#endif /* KAPI_LINUX_JHASH_H */
