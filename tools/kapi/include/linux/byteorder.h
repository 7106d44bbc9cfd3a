/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Byte order, as constants, too: the C library's functions are none.
 */
#ifndef KAPI_LINUX_BYTEORDER_H
#define KAPI_LINUX_BYTEORDER_H

#include <arpa/inet.h>

#undef htons
#undef htonl
#undef ntohs
#undef ntohl
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define htons(x)	((uint16_t)__builtin_bswap16((uint16_t)(x)))
#define htonl(x)	((uint32_t)__builtin_bswap32((uint32_t)(x)))
#else
#define htons(x)	((uint16_t)(x))
#define htonl(x)	((uint32_t)(x))
#endif
#define ntohs(x)	htons(x)
#define ntohl(x)	htonl(x)

#endif /* KAPI_LINUX_BYTEORDER_H */
