/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The Internet checksum (RFC 1071), and changing it (RFC 1624). What it is
 * computed of may be unaligned.
 */
#ifndef KAPI_NET_CHECKSUM_H
#define KAPI_NET_CHECKSUM_H

#include <linux/in6.h>
#include <linux/kernel.h>

/* What a UDP checksum of 0 is sent as. */
#define CSUM_MANGLED_0	((__sum16)0xffff)

static inline __wsum csum_add(__wsum a, __wsum b)
{
	u64 sum = (u64)a + b;

	return (__wsum)(sum + (sum >> 32));
}

static inline __wsum csum_sub(__wsum a, __wsum b)
{
	return csum_add(a, ~b);
}

static inline __wsum csum_unfold(__sum16 sum)
{
	return sum;
}

static inline __sum16 csum_fold(__wsum sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum += sum >> 16;
	return (__sum16)~sum;
}

static inline __wsum kapi_csum_fold64(u64 sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	return (__wsum)(sum + (sum >> 32));
}

/* Two words of 64 bits at a time: what a compiler makes SIMD instructions of. */
typedef u64 kapi_vec __attribute__((vector_size(16)));

/* Of a multiple of 16 bytes, and fewer than fill an accumulator: 2^33 words. */
static inline u64 kapi_csum_vec(const unsigned char *p, size_t len)
{
	const kapi_vec low = { 0xffffffff, 0xffffffff };
	const kapi_vec half = { 32, 32 };
	kapi_vec even = { 0, 0 };
	kapi_vec odd = { 0, 0 };
	kapi_vec v;

	for (; len; len -= sizeof(v)) {
		memcpy(&v, p, sizeof(v));
		even += v & low;
		odd += v >> half;
		p += sizeof(v);
	}
	even += odd;
	return (u64)kapi_csum_fold64(even[0]) + kapi_csum_fold64(even[1]);
}

/**
 * csum_partial - sum up bytes
 * @data: the bytes; they begin at an even offset of all that is summed up
 * @len: how many
 * @sum: of what was before
 *
 * Packets that nobody has checked are summed up whole, to send several as one.
 *
 * Return: the sum, to be folded.
 */
static inline __wsum csum_partial(const void *data, size_t len, __wsum sum)
{
	const size_t vecs = len & ~(sizeof(kapi_vec) - 1);
	const unsigned char *p = data;
	u64 total = sum;
	u32 word;

	total += kapi_csum_vec(p, vecs);
	p += vecs;
	len -= vecs;
	for (; len >= sizeof(word); len -= sizeof(word)) {
		memcpy(&word, p, sizeof(word));
		total += word;
		p += sizeof(word);
	}
	word = 0;
	memcpy(&word, p, len);
	return kapi_csum_fold64(total + word);
}

/* The checksum of an IPv4 header of @ihl words; 0 of one that is right. */
static inline __sum16 ip_fast_csum(const void *iph, unsigned int ihl)
{
	return csum_fold(csum_partial(iph, ihl * 4, 0));
}

static inline __wsum csum_tcpudp_nofold(__be32 saddr, __be32 daddr, u32 len,
					u8 proto, __wsum sum)
{
	return kapi_csum_fold64((u64)sum + saddr + daddr +
				htonl(len + proto));
}

static inline __sum16 csum_tcpudp_magic(__be32 saddr, __be32 daddr, u32 len,
					u8 proto, __wsum sum)
{
	return csum_fold(csum_tcpudp_nofold(saddr, daddr, len, proto, sum));
}

static inline __sum16 csum_ipv6_magic(const struct in6_addr *saddr,
				      const struct in6_addr *daddr, u32 len,
				      u8 proto, __wsum sum)
{
	sum = csum_partial(saddr, sizeof(*saddr), sum);
	sum = csum_partial(daddr, sizeof(*daddr), sum);
	return csum_fold(kapi_csum_fold64((u64)sum + htonl(len) +
					  htonl(proto)));
}

static inline void csum_replace_by_diff(__sum16 *sum, __wsum diff)
{
	*sum = csum_fold(csum_add(diff, ~csum_unfold(*sum)));
}

static inline void csum_replace4(__sum16 *sum, __be32 from, __be32 to)
{
	__wsum tmp = csum_sub(~csum_unfold(*sum), (__wsum)from);

	*sum = csum_fold(csum_add(tmp, (__wsum)to));
}

static inline void csum_replace2(__sum16 *sum, __be16 from, __be16 to)
{
	csum_replace4(sum, from, to);
}

#endif /* KAPI_NET_CHECKSUM_H */
