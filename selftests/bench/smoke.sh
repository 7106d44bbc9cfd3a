#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# usage: smoke.sh
# Does the bench of the kernel plane work? In TAP: every path sends, nothing of it is
# lost, rows are sound, and unsound ones are refused. Figures are not looked at.
set -euo pipefail
cd "$(dirname "$0")/../.."
here=selftests/bench
PATHS="clone-loop ipmr mcr nft-dup nft-dup-rewrite tc-mirred tc-pedit-mirred tee"

work=$(mktemp -d "${TMPDIR:-/tmp}/mcr-smoke.XXXXXX")
trap 'rm -rf "$work"' EXIT

number=0 failures=0
# ok NAME COMMAND…: one result.
ok() {
	local name=$1
	shift
	number=$((number + 1))
	if "$@" >"$work/out" 2>&1; then
		echo "ok $number $name"
		return
	fi
	echo "not ok $number $name"
	tail -n 20 "$work/out" | sed 's/^/# /'
	failures=$((failures + 1))
}

measure() {
	local module
	module=$("$here/kernel/build.sh" uml-bench)
	selftests/vm/run --timeout 300 --no-leak-check --results "$work" uml-bench \
		"/usr/bin/python3 -B $here/kernel/guest.py smoke \
		\$MCR_RESULTS/rows $module smoke quick"
}

paths() { jq -r '[.[].path] | unique | join(" ")' "$work/rows" | grep -qx "$PATHS"; }
waits() {
	jq -e 'all(.loss == 0 and 0 < .p50 and .p50 <= .p99 and .p99 <= .max) and
		([.[].path] | unique | length) == 8' "$work/rows-latency"
}
balance() { jq -e 'all(.loss == 0)' "$work/rows"; }
both() { jq -e '[.[].n] | unique == [1, 4]' "$work/rows"; }
# refused CHANGE: a row that was sound is not any more.
refused() {
	jq "[.[0] | $1]" "$work/rows" >"$work/bad" &&
		! "$here/rows.py" check "$work/bad"
}
bars() {
	cp "$work/rows" "$work/results-kernel.json"
	# It ends with 1 where a run is not valid, which a run as short as this may be.
	"$here/bars.py" "$work" >"$work/bars" 2>&1 || [[ $? -eq 1 ]] || return
	! grep -q Traceback "$work/bars" &&
		grep -Eq ' N=1: / clone loop .* [0-9.]+ +(met|FELL SHORT)$' "$work/bars" &&
		grep -Eq ' N=4: / clone loop .* [0-9.]+ +(met|FELL SHORT)$' "$work/bars"
}

ok "all paths are measured in a guest" measure
ok "their rows are sound" "$here/rows.py" check "$work/rows"
ok "there are rows of all paths" paths
ok "with one output and with four" both
ok "all that went in came out" balance
ok "how long packets take is measured of all paths, and none is lost" waits
ok "a row without a key is refused" refused 'del(.flows)'
ok "a row with another key is refused" refused '.speed = 1'
ok "a path that is not known is refused" refused '.path = "teleport"'
ok "a negative figure is refused" refused '.out_pps = -1'
ok "bars are worked out of them" bars
echo "1..$number"
echo "$((number - failures)) passed, $failures failed, 0 skipped"
[[ $failures -eq 0 ]]
