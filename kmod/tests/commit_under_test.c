// SPDX-License-Identifier: GPL-2.0
/*
 * A commit lets others run between any two of its steps: there the test looks.
 * Grace periods are told to it, and need not pass.
 */
#include <linux/netdevice.h>
#include <linux/sched.h>

#include "commit_probe.h"

#undef cond_resched
#define cond_resched()		mcr_commit_probe()
#define synchronize_net()	mcr_commit_grace()

#include "../commit.c"
