// SPDX-License-Identifier: GPL-2.0
/*
 * What the kernel refuses; see errors.h.
 */
#include "errors.h"

#include <errno.h>

static const char *const names[] = {
	[MCRD_FAULT_RX_BUFFERS] = "rx-buffers",
	[MCRD_FAULT_RX_SUPERPACKET] = "rx-superpacket",
	[MCRD_FAULT_RX_TRUNCATED] = "rx-truncated",
	[MCRD_FAULT_RX_DOWN] = "rx-down",
	[MCRD_FAULT_RX_MEMORY] = "rx-memory",
	[MCRD_FAULT_RX_CANCELED] = "rx-canceled",
	[MCRD_FAULT_RX_OTHER] = "rx-other",
	[MCRD_FAULT_TX_QUEUE] = "tx-queue",
	[MCRD_FAULT_TX_DOWN] = "tx-down",
	[MCRD_FAULT_TX_GONE] = "tx-gone",
	[MCRD_FAULT_TX_SIZE] = "tx-size",
	[MCRD_FAULT_TX_MEMORY] = "tx-memory",
	[MCRD_FAULT_TX_INVALID] = "tx-invalid",
	[MCRD_FAULT_TX_CANCELED] = "tx-canceled",
	[MCRD_FAULT_TX_OTHER] = "tx-other",
};

/**
 * mcrd_fault_name - what a fault is called in logs
 * @fault: the fault
 *
 * Return: its name.
 */
const char *mcrd_fault_name(enum mcrd_fault fault)
{
	return names[fault];
}

/**
 * mcrd_fault_rx - what an error of a receive from a packet socket is
 * @err: a positive errno
 *
 * Return: of enum mcrd_fault.
 */
enum mcrd_fault mcrd_fault_rx(int err)
{
	switch (err) {
	case ENOBUFS:
		return MCRD_FAULT_RX_BUFFERS;
	case EINVAL:
		return MCRD_FAULT_RX_SUPERPACKET;
	case ENETDOWN:
	case ENODEV:
	case ENXIO:
		return MCRD_FAULT_RX_DOWN;
	case ENOMEM:
		return MCRD_FAULT_RX_MEMORY;
	case ECANCELED:
		return MCRD_FAULT_RX_CANCELED;
	default:
		return MCRD_FAULT_RX_OTHER;
	}
}

/**
 * mcrd_fault_tx - what an error of a send is
 * @err: a positive errno
 *
 * Return: of enum mcrd_fault.
 */
enum mcrd_fault mcrd_fault_tx(int err)
{
	switch (err) {
	case EAGAIN:
	case ENOBUFS:
		return MCRD_FAULT_TX_QUEUE;
	case ENETDOWN:
		return MCRD_FAULT_TX_DOWN;
	case ENXIO:
	case ENODEV:
	case EBADF:
		return MCRD_FAULT_TX_GONE;
	case EMSGSIZE:
		return MCRD_FAULT_TX_SIZE;
	case ENOMEM:
		return MCRD_FAULT_TX_MEMORY;
	case EINVAL:
		return MCRD_FAULT_TX_INVALID;
	case ECANCELED:
		return MCRD_FAULT_TX_CANCELED;
	default:
		return MCRD_FAULT_TX_OTHER;
	}
}
