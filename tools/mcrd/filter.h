/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which frames packet sockets let in, as classic BPF.
 */
#ifndef MCRD_FILTER_H
#define MCRD_FILTER_H

#include <linux/filter.h>
#include <stddef.h>

#define MCRD_FILTER_MAX	40

/**
 * enum mcrd_filter_kind - what is let in
 * @MCRD_FILTER_NONE: nothing
 * @MCRD_FILTER_ETHER: IP multicast in Ethernet frames
 * @MCRD_FILTER_BARE: IP multicast of devices without link-layer header
 */
enum mcrd_filter_kind {
	MCRD_FILTER_NONE,
	MCRD_FILTER_ETHER,
	MCRD_FILTER_BARE,
};

size_t mcrd_filter_build(enum mcrd_filter_kind kind,
			 struct sock_filter insn[MCRD_FILTER_MAX]);

#endif /* MCRD_FILTER_H */
