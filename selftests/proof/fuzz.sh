#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# usage: fuzz.sh [--merge] SECONDS [TARGET…]
# The targets of tools/fuzz with libFuzzer, AddressSanitizer and
# UndefinedBehaviorSanitizer, each for SECONDS, beginning with the corpus of the
# tree. What is found is kept in build/fuzz/TARGET; with --merge what of it
# covers more than the tree's corpus, up to 2 KiB each, is copied there. An input
# that ends a target is left in build/fuzz, and is a failure.
set -euo pipefail
cd "$(dirname "$0")/../.."
. selftests/vm/lib.sh

merge=no
if [[ ${1:-} == --merge ]]; then
	merge=yes
	shift
fi
[[ ${1:-} =~ ^[0-9]+$ ]] || die "usage: fuzz.sh [--merge] SECONDS [TARGET…]"
seconds=$1
shift
work=$PWD/build/fuzz
seed=${MCR_FUZZ_SEED:-1}

selftests/deps.sh --no-guests selftests/proof/deps.list
make -s -C tools fuzz
fuzzers=build/tools/fuzz/fuzzers
targets=("$@")
[[ $# -gt 0 ]] || mapfile -t targets < <(ls "$fuzzers")

bad=0
for target in "${targets[@]}"; do
	[[ -x $fuzzers/$target ]] || die "there is no fuzz target '$target'"
	corpus=tools/fuzz/corpus/$target
	mkdir -p "$work/$target"
	log=$work/$target.log
	dict=()
	[[ ! -e tools/fuzz/$target.dict ]] || dict=("-dict=tools/fuzz/$target.dict")
	if "$fuzzers/$target" -max_total_time="$seconds" -seed="$seed" \
		-max_len=4096 -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 \
		"${dict[@]}" -artifact_prefix="$work/$target-" \
		"$work/$target" "$corpus" >"$log" 2>&1; then
		result=ok
	else
		result="FAILED, see ${log#"$PWD/"}"
		bad=$((bad + 1))
	fi
	printf '%s: %s: seed %s, %s runs, %s edges covered, %s s\n' "$target" "$result" \
		"$seed" \
		"$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")" \
		"$(sed -nE 's/.* cov: ([0-9]+) .*/\1/p' "$log" | tail -n 1)" "$seconds"
	[[ $merge == no || $result != ok ]] ||
		"$fuzzers/$target" -merge=1 -use_counters=0 -max_len=2048 "$corpus" "$work/$target" \
			>>"$log" 2>&1
done
[[ $bad -eq 0 ]]
