#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# usage: check.sh [--proof] [STEP…]
# All steps, or those named: unit tests of the tools, style, the selftests in each
# place, installing, the test bench's own tests. Says what it does as it goes,
# keeps each step's output in build/check/, with the kernel's log in a folder of the
# step's name, and ends with a table of what ran and the line "N passed, N failed,
# N skipped". Fails when a test failed or was skipped that selftests/allowed-skips
# does not name, when fewer tests passed in a step than selftests/expected says, or
# when a place could not be started.
# With --proof the long form: every test in every place. Its output is in
# build/proof/.
set -euo pipefail
cd "$(dirname "$0")/.."
. selftests/vm/lib.sh

list=check
if [[ ${1:-} == --proof ]]; then
	list=proof
	shift
fi

# without LIST…: each of its words behind "-".
# shellcheck disable=SC2048,SC2086  # lists of words
without() { printf -- '-%s ' $*; }

# How many steps at a time: most of them are guests of one processor, which they
# keep busy.
AT_A_TIME=${MCR_CHECK_JOBS:-$(nproc)}
# What waits for packets, daemons and time-outs more than it computes.
WAITING=relay
# What a guest's step runs: tests; "suite" is all of the Makefile's, and a name
# behind "-" none of it. KUnit needs a kernel with it, installing one of Debian's.
#
# In make check a test runs where it can find most. The debug kernel, uml, has what
# goes through the module's paths, also when they fail; 6.12, which is farthest from
# it, what depends on a kernel's version or on how Debian configures it, and what is
# mostly about others' parts of the kernel. What is about programs more than about
# kernels runs in one place, natively if it can. To emulate two processors takes more
# than twice the time of one: two are for what they matter for.
ON_DEBIAN="boot.sh match.sh interplay.sh interplay_hooks.sh latedev.sh vlan_filter.sh"
ELSEWHERE="helpers.sh tool.sh apply.sh rewrite.sh stream.sh upgrade.sh boot.sh \
fanout.sh loops.sh device.sh transaction.sh authority.sh unload.sh badpackets.sh \
drops.sh why.sh monitor.sh membership.sh joins.sh openmetrics.sh fuzz.sh churn.sh \
netlink/spec_agrees.py netlink/protocol.py netlink/transactions.py \
netlink/bad_messages.py netlink/wide.py netlink/limits.py netlink/ynl.py"
declare -A TESTS
# Steps in the order in which they begin, and the seconds that a guest has, on a
# machine which is busy with other things, too.
if [[ $list == check ]]; then
	STEPS="unit relay uml style debug-6.1 stock-6.12 stock-6.1 smp-6.12 bench model"
	LIMIT=5400
	TESTS=(
		[uml]="kunit.sh faults.sh suite netlink/conform.py \
			netlink/planes.py $(without "$ON_DEBIAN" openmetrics.sh)"
		[debug-6.1]=kunit.sh
		[stock-6.1]="boot.sh match.sh vlan_filter.sh install.sh"
		[stock-6.12]="suite netlink/planes.py $(without "$ELSEWHERE")"
		[smp-6.12]="unload.sh churn.sh"
	)
else
	STEPS="unit relay style debug-6.1 debug-6.12 kcsan-6.1 uml stock-6.1 stock-6.12 \
smp-6.12 install-6.1 install-6.12 model static asan tsan speed bench bench-debug-6.1 \
bench-stock-6.1 bench-stock-6.12"
	LIMIT=21600
	TESTS=(
		[uml]="kunit.sh faults.sh suite netlink/conform.py netlink/planes.py filter.sh"
		[debug-6.1]="kunit.sh faults.sh suite"
		[debug-6.12]="kunit.sh faults.sh suite netlink/planes.py"
		[kcsan-6.1]="kunit.sh suite"
		[stock-6.1]=suite
		[stock-6.12]="suite netlink/planes.py"
		[smp-6.12]=suite
		[install-6.1]="install.sh install_files.sh install_dkms.sh"
		[install-6.12]="install.sh install_files.sh install_dkms.sh"
	)
fi

logs=$MCR_TREE/build/$list
began=$SECONDS

# What was compiled in another clone is not compiled again. Kernels' makefiles have a
# compiler of their own.
compile_once() {
	export CC="ccache ${CC:-cc}" CCACHE_DIR CCACHE_BASEDIR=$MCR_TREE
	export CCACHE_NOHASHDIR=1
	CCACHE_DIR=$(mcr_cache_path)/ccache
}

clock() { printf '%3d:%02d' $(((SECONDS - began) / 60)) $(((SECONDS - began) % 60)); }
tell() { printf '[%s] %s\n' "$(clock)" "$*"; }

# The place of a step's guest; nothing, where it has none.
place_of() {
	case $1 in
	unit | relay | style | model | static | asan | tsan | speed) ;;
	bench) echo uml ;;
	bench-*) echo "${1#bench-}" ;;
	smp-* | install-*) echo "stock-${1#*-}" ;;
	*) echo "$1" ;;
	esac
}

# tests_of STEP: the tests it runs, one line of words.
tests_of() {
	local word words=" ${TESTS[$1]} " out=''
	words=${words/ suite / $(make -s --no-print-directory -C selftests list |
		tr '\n' ' ')}
	for word in $words; do
		[[ $word != -* ]] || out+=" ${word#-} "
	done
	for word in $words; do
		[[ $word == -* || $out == *" $word "* ]] || printf '%s ' "$word"
	done
}

# In the emulated debug kernel a program may take a minute to start. What KUnit does
# many times it does at native speed in uml, where leaks are looked for, too; two
# processors are what is new here. It does so by one thread, in which KCSAN, that holds
# up a thousandth of all accesses, finds no race.
step_guest() {
	local step=$1 cpus=1 wait=60 effort=100 leaks=()
	case $step in
	debug-* | kcsan-*)
		cpus=2 wait=300
		[[ $list == proof ]] || leaks=(--no-leak-check)
		[[ $list == proof && $step == debug-* ]] || effort=5
		;;
	smp-*) cpus=2 ;;
	esac
	as_user mkdir -p "$logs/$step"
	MCR_KUNIT_EFFORT=${MCR_KUNIT_EFFORT:-$effort} \
		MCR_VM_CPUS=${MCR_VM_CPUS:-$cpus} MCR_TEST_WAIT=${MCR_TEST_WAIT:-$wait} \
		selftests/vm/run --timeout "$LIMIT" "${leaks[@]}" \
		--results "$logs/$step" "$(place_of "$step")" "selftests/run.sh $(tests_of "$step")"
}

run_step() {
	case $1 in
	unit) as_user make -C tools check ;;
	relay) selftests/relay.sh ;;
	style) as_user selftests/style.sh ;;
	model) as_user selftests/proof/model/run.sh ;;
	static) as_user selftests/proof/static.sh ;;
	asan) selftests/proof/sanitize.sh address relay ;;
	tsan) selftests/proof/sanitize.sh thread ;;
	speed) as_user selftests/bench/smoke.sh ;;
	bench*) selftests/vm/selftest.sh "$(place_of "$1")" ;;
	*) step_guest "$1" ;;
	esac
}

# A line each minute, so that nobody thinks it hangs.
heartbeat() {
	local step=$1 log=$2
	while sleep 60; do
		tell "$step: $(last_sign "$log")"
	done
}

# Its second column is make check's, its third one make proof's. The relay is tested
# on this machine's kernel, however it was built.
expected() {
	local row=$1 major minor
	[[ $row != asan && $row != tsan ]] || row=relay
	IFS=.- read -r major minor _ </proc/sys/kernel/osrelease
	if [[ $row == relay ]] && ((major < 6 || major == 6 && minor < 2)); then
		row=relay-before-6.2
	fi
	awk -v step="$row" -v column="$([[ $list == check ]] && echo 2 || echo 3)" \
		'$1 == step { print $column }' selftests/expected
}

# The skips in a step that the list does not allow, one a line. What a test says is
# about the other server alone is none (only_kernel and only_relay).
forbidden_skips() {
	local step=$1 log=$2 name
	[[ $step != asan && $step != tsan ]] || step=relay
	sed -nE '/# SKIP only the (kernel|relay): /d
		s/^ *ok [0-9]+ (- )?(.*) # SKIP.*/\2/p' "$log" |
		while read -r name; do
			sed 's/[[:space:]]*#.*//' selftests/allowed-skips |
				grep -qxF "$step $name" || echo "$name"
		done
}

# fault STEP SENTENCE…: said at once, and once more at the end of everything.
fault() {
	local step=$1
	shift
	tell "FAILED: $step: $*"
	echo "$step: $*" >>"$logs/$step.faults"
}

# The last thing that a step said of its tests.
last_sign() {
	grep -aE '^ *(not )?ok |# Subtest|^# ' "$1" | tail -n 1 | cut -c1-90
}

failed_tests() {
	sed -nE 's/^  not ok ([0-9]+ .*)/\1/p' "$1" | head -n 5 | paste -sd ';'
}

# Where the kernel was when it complained: its sentence and the calls, one line.
complaint() {
	awk '/BUG:|WARNING:|INFO:|panic|stall|lockup/ && !head {
		sub(/^\[[ 0-9.]*\] */, ""); head = $0
	}
	head && match($0, /[A-Za-z_0-9.]+\+0x[0-9a-f]+\/0x[0-9a-f]+/) && ++n <= 12 {
		calls = calls " < " substr($0, RSTART, RLENGTH)
	}
	END { if (head) print head calls }' "$1"
}

# judge STEP LOG STATUS: what is wrong with the step, one finding a line, and
# its count "PASSED FAILED SKIPPED" in COUNT. A step's own count is its last
# line "N passed, N failed, N skipped"; each other finding is one more failure.
judge() {
	local step=$1 log=$2 status=$3 line least name ok=0 bad=0 skips=0 more=0
	finding() { more=$((more + 1)); fault "$step" "$*"; }

	line=$(grep -aE '^[0-9]+ passed, [0-9]+ failed' "$log" | tail -n 1 || true)
	if [[ $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed(,\ ([0-9]+)\ skipped)? ]]; then
		ok=${BASH_REMATCH[1]} bad=${BASH_REMATCH[2]} skips=${BASH_REMATCH[4]:-0}
		[[ $bad -eq 0 ]] || fault "$step" "$bad of $((ok + bad)) tests:" \
			"$(failed_tests "$log")"
		[[ $bad -ne 0 || $status -eq 0 ]] || finding "ended with status $status"
	else
		finding "ended without a count of its tests (status $status)," \
			"at $(last_sign "$log")"
	fi
	least=$(expected "$step")
	[[ $least =~ ^[0-9]+$ && $ok -ge $least ]] ||
		finding "$ok tests passed, ${least:-a number} is expected"
	while read -r name; do
		finding "skipped, and not allowed to: $name"
	done < <(forbidden_skips "$step" "$log")
	line=$(complaint "$log")
	[[ $((bad + more)) -eq 0 || -z $line ]] || fault "$step" "$line"
	COUNT="$ok $((bad + more)) $skips"
}

do_step() {
	local step=$1 log=$logs/$1.log status=0 start=$SECONDS beat COUNT
	local ok bad skips
	tell "$step: begins, output in ${logs#"$MCR_TREE/"}/$step.log"
	: >"$log"
	heartbeat "$step" "$log" &
	beat=$!
	run_step "$step" >"$log" 2>&1 </dev/null || status=$?
	kill "$beat" 2>/dev/null || true
	wait "$beat" 2>/dev/null || true
	judge "$step" "$log" "$status"
	echo "$COUNT $((SECONDS - start))" >"$logs/$step.count"
	read -r ok bad skips <<<"$COUNT"
	[[ $bad -eq 0 ]] || {
		grep -aE '^ *not ok |^[a-z.-]+: ' "$log" | head -n 40 || true
		tail -n 30 "$log"
	} | sed "s/^/    $step| /"
	tell "$step: $ok passed, $bad failed, $skips skipped, $((SECONDS - start)) s"
}

# run_steps STEP…: a few at a time, and beside them those that mostly wait.
run_steps() {
	local step ended kept pid busy=()
	for step in "$@"; do
		if [[ " $WAITING " == *" $step "* ]]; then
			do_step "$step" &
			continue
		fi
		if [[ ${#busy[@]} -eq $AT_A_TIME ]]; then
			wait -n -p ended "${busy[@]}" || true
			kept=()
			for pid in "${busy[@]}"; do
				[[ $pid -eq $ended ]] || kept+=("$pid")
			done
			busy=("${kept[@]}")
		fi
		do_step "$step" &
		busy+=("$!")
	done
	wait
}

# The steps that are wanted, in their order.
choose_steps() {
	local wanted=" ${*:-$STEPS} " step
	for step in $wanted; do
		[[ " $STEPS " == *[[:space:]]"$step"[[:space:]]* ]] ||
			die "there is no step '$step'; the steps:" "${STEPS//[[:space:]]/ }"
	done
	for step in $STEPS; do
		[[ $wanted != *[[:space:]]"$step"[[:space:]]* ]] ||
			printf '%s\n' "$step"
	done
}

# What ran, on which kernel, how long.
row() { printf '%-16s %-26s %6s %6s %7s %5s s\n' "$@"; }

table() {
	local step place kernel ok bad skips time
	row step kernel passed failed skipped took
	for step in "$@"; do
		place=$(place_of "$step")
		kernel=-
		[[ -z $place ]] || kernel=$(cat "$(mcr_cache_path)/kernel/$place/release" \
			2>/dev/null) || kernel=none
		read -r ok bad skips time <"$logs/$step.count" || ok=0 bad=1 skips=0 time=-
		row "$step" "$kernel" "$ok" "$bad" "$skips" "$time"
	done
}

main() {
	local steps step passed=0 failed=0 skipped=0 ok bad skips _
	steps=$(choose_steps "$@")
	tell "packages and this machine"
	selftests/deps.sh
	[[ $list == check ]] ||
		selftests/deps.sh --no-guests selftests/proof/deps.list
	tell "tools"
	compile_once
	as_user make -s -C tools all ../build/tools/nlsend ../build/tools/mcrd-worker
	as_user make -s -C selftests
	# A guest cannot fetch it. Without it a test is skipped, which is a fault.
	MCR_YNL=$(as_user selftests/netlink/ynl-fetch.sh) || tell "no netlink library"
	export MCR_YNL
	MCR_PROMETHEUS=$(as_user selftests/metrics/prometheus-fetch.sh) ||
		tell "no promtool"
	export MCR_PROMETHEUS
	as_user mkdir -p "$logs"
	rm -f "$logs"/*.count "$logs"/*.faults
	# shellcheck disable=SC2086  # a list of words
	run_steps $steps
	for step in $steps; do
		read -r ok bad skips _ <"$logs/$step.count" || ok=0 bad=1 skips=0
		passed=$((passed + ok)) failed=$((failed + bad))
		skipped=$((skipped + skips))
	done
	tell "done"
	# shellcheck disable=SC2086
	table $steps | tee "$logs/table"
	cat "$logs"/*.faults 2>/dev/null || true
	echo "$passed passed, $failed failed, $skipped skipped"
	[[ $failed -eq 0 ]]
}

main "$@"
