/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KAPI_NET_INET_ECN_H
#define KAPI_NET_INET_ECN_H

#define INET_ECN_MASK	3

#endif /* KAPI_NET_INET_ECN_H */
