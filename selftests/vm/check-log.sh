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

# A race is a complaint if one of the two is in a module of ours: the rest of the
# kernel has its own.
log=$(mktemp)
trap 'rm -f "$log"' EXIT
awk '
	/====================/ {
		if (!inside) { inside = 1; text = $0; race = ours = 0; next }
		if (race && ours || !race) print text "\n" $0
		inside = 0
		next
	}
	!inside { print; next }
	{ text = text "\n" $0 }
	/BUG: KCSAN: / { race = 1 }
	top && /\[mcr(_kunit)?\]/ { ours = 1 }
	{ top = / (on cpu [0-9]+|by (task|interrupt).*):$/ }
	END { if (inside) print text }' "$1" >"$log"

first=$(grep -a -n -m 1 -E "$complaints" "$log" | cut -d: -f1) || exit 0
tail -n "+$first" "$log" | head -n "${MCR_VM_LOG_LINES:-60}"
exit 1
