/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The C library has a header of this name in net/, which this one replaces.
 */
#ifndef KAPI_LINUX_IF_ARP_H
#define KAPI_LINUX_IF_ARP_H

#include <net/if_arp.h>

#endif /* KAPI_LINUX_IF_ARP_H */
