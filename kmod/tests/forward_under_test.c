// SPDX-License-Identifier: GPL-2.0
/*
 * Replication with the core's way to a device replaced: what would go there goes to
 * the test's rig. Sending has tests of its own, where it has its own name.
 */
#include <linux/netdevice.h>

#include "forward_rig.h"

#define mcr_send mcr_rig_send
#define mcr_send_is_plain mcr_rig_send_is_plain
#define dev_queue_xmit mcr_rig_xmit
#include "../send.c"
#include "../forward.c"
