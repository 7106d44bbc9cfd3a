#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# usage: run.sh
# Has spin look at all states of the models of this directory, as TAP: each holds,
# and each of its variants that leaves out what it needs is refuted.
set -euo pipefail
cd "$(dirname "$0")"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
n=0 bad=0

# explore MODEL OPTION…: into OUTPUT; states in STATES. Fails if an error was found.
explore() {
	local model=$1 dir
	shift
	dir=$(mktemp -d "$work/XXXXXX")
	(
		cd "$dir"
		spin -a "$@" "$OLDPWD/$model" >&2
		cc -O1 -w -DSAFETY -DCOLLAPSE -DVECTORSZ=2048 -o pan pan.c >&2
		./pan -m1000000 >out
	)
	OUTPUT=$(<"$dir/out")
	STATES=$(sed -nE 's/^ *([0-9.e+]+) states, stored.*/\1/p' <<<"$OUTPUT")
	grep -q 'errors: 0' <<<"$OUTPUT" &&
		! grep -q 'search depth too small\|out of memory' <<<"$OUTPUT"
}

# result OK NAME
result() {
	n=$((n + 1))
	if [[ $1 == yes ]]; then
		echo "ok $n $2"
	else
		bad=$((bad + 1))
		echo "not ok $n $2"
		printf '%s\n' "$OUTPUT" | sed 's/^/# /'
	fi
}

for model in *.pml; do
	ok=no
	! explore "$model" || ok=yes
	result $ok "$model holds, $STATES states"
	# shellcheck disable=SC2013  # words
	for variant in $(grep -oE '^#ifn?def BROKEN_[A-Z]+' "$model" |
		sed 's/.* //' | sort -u); do
		ok=no
		explore "$model" "-D$variant" || ok=yes
		[[ $OUTPUT == *"assertion violated"* || $OUTPUT == *"invalid end"* ]] ||
			ok=no
		result $ok "$model with $variant is refuted"
	done
done
echo "1..$n"
echo "$((n - bad)) passed, $bad failed, 0 skipped"
[[ $bad -eq 0 ]]
