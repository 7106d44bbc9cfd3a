// SPDX-License-Identifier: GPL-2.0
/*
 * Replication with the transmit function replaced: what would go to a device
 * goes to the test's rig.
 */
#include <linux/netdevice.h>

#include "forward_rig.h"

#define dev_queue_xmit mcr_rig_xmit
#include "../forward.c"
