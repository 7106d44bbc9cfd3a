// SPDX-License-Identifier: GPL-2.0
/*
 * Sending with the core's way to a device replaced.
 */
#include <linux/netdevice.h>

#include "send_under_test.h"

#define dev_queue_xmit mcr_send_queued
#include "../send.c"
