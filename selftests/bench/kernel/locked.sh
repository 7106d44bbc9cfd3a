#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# usage: locked.sh PLACE
# Is there an instruction of ours that locks the bus, or an xchg, on the way of a
# packet that is sent? Prints what is found in the module for the kernel of PLACE, in
# the functions that packets go through; nothing is good. Those of the core that are
# called are not ours.
set -euo pipefail
cd "$(dirname "$0")/../../.."
. selftests/vm/lib.sh

# Files of the packet path, and those of their functions that are not on it: what is
# dropped is counted in what all processors share, and rules are changed by commands.
FILES="forward send hook match lookup range rewrite"
NOT_SENDING="mcr_count_drop mcr_drops_of mcr_class_ mcr_slot_link \
mcr_slot_unlink mcr_entry_plan mcr_lookup_plan mcr_lookup_unplan \
mcr_lookup_remove __rhashtable_insert_fast __rhashtable_remove_fast_one"

[[ $# -eq 1 ]] || die "usage: locked.sh PLACE"
mcr_known_place "$1"
stage=$(selftests/vm/build-module.sh "$1")
for file in $FILES; do
	objdump -d --no-show-raw-insn "$stage/objects/$file.o" |
		awk -v file="$file" -v not="$NOT_SENDING" '
		BEGIN { n = split(not, skip) }
		/^[0-9a-f]+ </ {
			name = substr($2, 2, length($2) - 3)
			ours = 1
			for (i = 1; i <= n; i++)
				if (index(name, skip[i]) == 1)
					ours = 0
			functions++
		}
		# The no-operation of two bytes is written as an exchange.
		/\txchg +%ax,%ax/ { next }
		ours && /\t(lock|xchg)[ \t]/ { print file ".c: " name ": " $0 }
		END { if (!functions) print file ".c: no function was found" }'
done
