#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# usage: check-log.sh KERNEL-LOG
# Prints what the kernel complained of, from the first complaint on, and fails.
# Says nothing and succeeds where there is no complaint.
set -euo pipefail

complaints='BUG:|WARNING:|KASAN|UBSAN|suspicious RCU|unreferenced object'
complaints+='|Oops|possible circular locking|inconsistent lock state'
complaints+='|possible recursive locking|INFO: task .* blocked|refcount_t:'
complaints+='|unregister_netdevice: waiting|soft lockup|general protection'
complaints+='|[Kk]ernel panic|rcu:.*stall|Kernel mode fault|ODEBUG:'

first=$(grep -a -n -m 1 -E "$complaints" "$1" | cut -d: -f1) || exit 0
tail -n "+$first" "$1" | head -n "${MCR_VM_LOG_LINES:-60}"
exit 1
