/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the kernel refuses, by names of our own: each is counted, and said once.
 */
#ifndef MCRD_WORKER_ERRORS_H
#define MCRD_WORKER_ERRORS_H

#include <stdint.h>

/**
 * enum mcrd_fault - what went wrong in the kernel's calls
 * @MCRD_FAULT_RX_BUFFERS: no buffer was left to receive into (ENOBUFS); what
 *	came waited in the socket
 * @MCRD_FAULT_RX_SUPERPACKET: a UDP super-packet was lost, as kernels before 6.2
 *	cannot hand it over with a virtio-net header (EINVAL)
 * @MCRD_FAULT_RX_TRUNCATED: a frame that is longer than buffers are was thrown
 *	away (MSG_TRUNC)
 * @MCRD_FAULT_RX_DOWN: the device went down or away (ENETDOWN, ENODEV, ENXIO)
 * @MCRD_FAULT_RX_MEMORY: no memory (ENOMEM)
 * @MCRD_FAULT_RX_CANCELED: a receive was ended by us (ECANCELED)
 * @MCRD_FAULT_RX_OTHER: any other error of a receive
 * @MCRD_FAULT_TX_QUEUE: the send buffer or the device's queue is full (EAGAIN,
 *	ENOBUFS)
 * @MCRD_FAULT_TX_DOWN: the egress device is down (ENETDOWN)
 * @MCRD_FAULT_TX_GONE: it is gone (ENXIO, ENODEV, EBADF)
 * @MCRD_FAULT_TX_SIZE: larger than its MTU (EMSGSIZE)
 * @MCRD_FAULT_TX_MEMORY: no memory (ENOMEM)
 * @MCRD_FAULT_TX_INVALID: the kernel does not take what was sent (EINVAL)
 * @MCRD_FAULT_TX_CANCELED: a send was ended by us (ECANCELED)
 * @MCRD_FAULT_TX_OTHER: any other error of a send
 * @MCRD_FAULT_MAX: how many there are
 */
enum mcrd_fault {
	MCRD_FAULT_RX_BUFFERS,
	MCRD_FAULT_RX_SUPERPACKET,
	MCRD_FAULT_RX_TRUNCATED,
	MCRD_FAULT_RX_DOWN,
	MCRD_FAULT_RX_MEMORY,
	MCRD_FAULT_RX_CANCELED,
	MCRD_FAULT_RX_OTHER,
	MCRD_FAULT_TX_QUEUE,
	MCRD_FAULT_TX_DOWN,
	MCRD_FAULT_TX_GONE,
	MCRD_FAULT_TX_SIZE,
	MCRD_FAULT_TX_MEMORY,
	MCRD_FAULT_TX_INVALID,
	MCRD_FAULT_TX_CANCELED,
	MCRD_FAULT_TX_OTHER,
	MCRD_FAULT_MAX,
};

/**
 * struct mcrd_errors - how often what went wrong
 * @n: by enum mcrd_fault
 */
struct mcrd_errors {
	uint64_t n[MCRD_FAULT_MAX];
};

enum mcrd_fault mcrd_fault_rx(int err);
enum mcrd_fault mcrd_fault_tx(int err);
const char *mcrd_fault_name(enum mcrd_fault fault);

#endif /* MCRD_WORKER_ERRORS_H */
