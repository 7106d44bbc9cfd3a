#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# usage: check.sh [STEP…]
# All tests, or some steps of them: unit tests of the tools, style, the test
# bench's own tests, and the selftests in each place. Says what it does as it
# goes, keeps each step's output in build/check/, and ends with the line
# "N passed, N failed, N skipped". Fails when a test failed or was skipped that
# selftests/allowed-skips does not name, when fewer tests passed in a step than
# selftests/expected says, or when a place could not be started.
set -euo pipefail
cd "$(dirname "$0")/.."
. selftests/vm/lib.sh

STEPS=(unit style bench uml stock-6.1 stock-6.12 debug-6.1)
# What each place runs beside the suite: KUnit needs a kernel with it, install
# one of Debian's.
declare -A EXTRA=([uml]=kunit.sh [debug-6.1]=kunit.sh
		  [stock-6.1]=install.sh [stock-6.12]=install.sh)

logs=$MCR_TREE/build/check
passed=0 failed=0 skipped=0
began=$SECONDS

# as_user COMMAND…: what is built belongs to the user who called sudo.
as_user() {
	if [[ $EUID -eq 0 && -n ${SUDO_USER:-} && $SUDO_USER != root ]]; then
		setpriv --reuid "$SUDO_USER" --regid "$(id -g "$SUDO_USER")" \
			--init-groups env -u SUDO_USER \
			HOME="$(getent passwd "$SUDO_USER" | cut -d: -f6)" "$@"
	else
		"$@"
	fi
}

clock() { printf '%3d:%02d' $(((SECONDS - began) / 60)) $(((SECONDS - began) % 60)); }
tell() { printf '[%s] %s\n' "$(clock)" "$*"; }

fail() {
	failed=$((failed + 1))
	tell "FAILED: $*"
}

step_unit() { as_user make -C tools check; }
step_style() { as_user selftests/style.sh; }
step_bench() { selftests/vm/selftest.sh uml; }
step_place() {
	selftests/vm/run --timeout 1800 "$1" \
		"selftests/run.sh \$(make -s -C selftests list) ${EXTRA[$1]}"
}

run_step() {
	case $1 in
	unit | style | bench) "step_$1" ;;
	*) step_place "$1" ;;
	esac
}

# A line each half minute, so that nobody thinks it hangs.
heartbeat() {
	local name=$1 log=$2
	while sleep 30; do
		tell "$name: $(grep -aE '^ *(not )?ok |# Subtest|^# ' "$log" |
			tail -n 1 | cut -c1-90)"
	done
}

expected() { awk -v step="$1" '$1 == step { print $2 }' selftests/expected; }

# Skips that the list does not allow: "STEP: test".
check_skips() {
	local step=$1 log=$2 name
	while read -r name; do
		grep -qxF "$step $name" <(sed 's/[[:space:]]*#.*//' \
			selftests/allowed-skips) ||
			fail "$step: skipped, and not allowed to: $name"
	done < <(sed -nE 's/^ *ok [0-9]+ (- )?(.*) # SKIP.*/\2/p' "$log")
}

# The step's own count is its last line "N passed, N failed, N skipped".
count_step() {
	local step=$1 log=$2 status=$3 line least
	line=$(grep -aE '^[0-9]+ passed, [0-9]+ failed' "$log" | tail -n 1 || true)
	if [[ ! $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed(,\ ([0-9]+)\ skipped)? ]]; then
		fail "$step: ended without a count of its tests (status $status)"
		return
	fi
	local ok=${BASH_REMATCH[1]} bad=${BASH_REMATCH[2]} skips=${BASH_REMATCH[4]:-0}
	passed=$((passed + ok)) skipped=$((skipped + skips))
	failed=$((failed + bad))
	[[ $bad -eq 0 ]] || tell "FAILED: $step: $bad of $((ok + bad)) tests"
	[[ $bad -ne 0 || $status -eq 0 ]] || fail "$step: ended with status $status"
	least=$(expected "$step")
	[[ $ok -ge ${least:-1} ]] ||
		fail "$step: $ok tests passed, $least are expected"
	check_skips "$step" "$log"
	tell "$step: $line"
}

do_step() {
	local step=$1 log=$logs/$1.log status=0 before=$failed beat
	tell "$step: begins, output in build/check/$step.log"
	as_user mkdir -p "$logs"
	: >"$log"
	heartbeat "$step" "$log" &
	beat=$!
	run_step "$step" >"$log" 2>&1 </dev/null || status=$?
	kill "$beat" 2>/dev/null || true
	wait "$beat" 2>/dev/null || true
	count_step "$step" "$log" "$status"
	[[ $failed -eq $before ]] || {
		grep -aE '^ *not ok |: FAILED|^[a-z.-]+: ' "$log" | head -n 40
		tail -n 40 "$log"
	} | sed 's/^/    /'
}

main() {
	local step
	[[ $# -gt 0 ]] || set -- "${STEPS[@]}"
	for step in "$@"; do
		[[ " ${STEPS[*]} " == *" $step "* ]] ||
			die "there is no step '$step': the steps are ${STEPS[*]}"
	done
	tell "packages and this machine"
	selftests/deps.sh
	tell "tools"
	as_user make -s -C tools
	as_user make -s -C selftests
	for step in "$@"; do
		do_step "$step"
	done
	tell "done"
	echo "$passed passed, $failed failed, $skipped skipped"
	[[ $failed -eq 0 ]]
}

main "$@"
