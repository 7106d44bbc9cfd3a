#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# run.sh [TEST...]: run tests (all by default) one after the other, pass their
# output on as KTAP, and end with the line "N passed, N failed, N skipped",
# which counts single cases. The exit status is not 0 if any failed.

set -u
shopt -s lastpipe
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1

KSFT_SKIP=4
passed=0
failed=0
skipped=0

all_tests() {
	make -s --no-print-directory list
}

time_limit() { sed -n 's/^timeout=//p' settings; }

# Pass a test's output on and count its results: $plan, $seen, $bad.
count_output() {
	local line
	plan=
	seen=0
	bad=0
	while IFS= read -r line; do
		printf '  %s\n' "$line"
		case $line in
		"ok "*" # SKIP"*) skipped=$((skipped + 1)) ;;
		"ok "*) passed=$((passed + 1)) ;;
		"not ok "*)
			failed=$((failed + 1))
			bad=$((bad + 1))
			;;
		"1.."*)
			plan=${line#1..}
			plan=${plan%% *}
			continue
			;;
		*) continue ;;
		esac
		seen=$((seen + 1))
	done
}

# run_test NUMBER NAME
run_test() {
	local number=$1 name=$2 status plan seen bad began=$SECONDS why=
	echo "  # Subtest: $name"
	timeout --kill-after=30 "$(time_limit)" "./$name" 2>&1 | count_output
	status=${PIPESTATUS[0]}
	echo "  # $name took $((SECONDS - began)) s"
	if [[ $status -eq $KSFT_SKIP && $bad -eq 0 ]]; then
		[[ $seen -gt 0 ]] || skipped=$((skipped + 1))
		echo "ok $number $name # SKIP"
		return
	fi
	if [[ $status -eq 124 ]]; then
		why="took longer than $(time_limit) s"
	elif [[ -z $plan || $seen -ne $plan ]]; then
		why="ended after $seen of ${plan:-unknown} cases"
	elif [[ $status -ne 0 && $bad -eq 0 ]]; then
		why="ended with status $status"
	fi
	if [[ $why ]]; then
		echo "# $name $why"
		failed=$((failed + 1))
	fi
	if [[ $why || $bad -gt 0 ]]; then
		echo "not ok $number $name"
	else
		echo "ok $number $name"
	fi
}

[[ $# -gt 0 ]] || mapfile -t tests < <(all_tests)
[[ $# -eq 0 ]] || tests=("$@")
echo "TAP version 13"
echo "1..${#tests[@]}"
for i in "${!tests[@]}"; do
	run_test $((i + 1)) "${tests[i]#selftests/}"
done
echo "$passed passed, $failed failed, $skipped skipped"
[[ $failed -eq 0 ]]
