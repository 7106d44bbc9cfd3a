#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Loads mcr_kunit.ko, whose KUnit suites run as it is loaded, and passes their
# results on, one case a line. Skips where the kernel has no KUnit.
#
# Environment:
#   MCR_MODULE_DIR  directory of mcr_kunit.ko (default: as modprobe finds it)
#   MCR_KUNIT_EFFORT  percent of the rounds of tests that have many (default: 100)

set -u
export LC_ALL=C

# Suites, and how many cases of each there must be at least.
SUITES="mcr_rule=359 mcr_order=149 mcr_lookup=110 mcr_lookup_fault=13 \
mcr_lookup_scale=6 mcr_match=153 mcr_match_frame=76 mcr_options=25 \
mcr_rewrite=68 mcr_rewrite_proto=20 mcr_forward=109 mcr_forward_drop=47 \
mcr_forward_list=16 mcr_event=8 mcr_change=17 mcr_change_fault=8 \
mcr_quota=4 mcr_bind=2 mcr_commit=5 mcr_commit_fault=1 mcr_commit_order=1 \
mcr_loop=26 mcr_unmatched=5 mcr_move=19 mcr_send=13"

KSFT_SKIP=4
EFFORT=${MCR_KUNIT_EFFORT:-100}
FAULTS=/sys/kernel/debug/failslab
declare -A saved=()

skip_test() {
	echo "TAP version 13"
	echo "1..0 # SKIP $*"
	exit "$KSFT_SKIP"
}

bail() {
	echo "Bail out! $*"
	exit 1
}

# Allocations that may sleep fail too when a test asks for it, without a trace.
set_fault() {
	[[ -w $FAULTS/$1 ]] || return
	saved[$1]=$(<"$FAULTS/$1")
	echo "$2" >"$FAULTS/$1"
}

# Called by the trap.
# shellcheck disable=SC2317
clean_up() {
	local name
	for name in "${!saved[@]}"; do
		echo "${saved[$name]}" >"$FAULTS/$name"
	done
	! loaded || rmmod mcr_kunit
}

loaded() { grep -q '^mcr_kunit ' /proc/modules; }

load() {
	if [[ ${MCR_MODULE_DIR:-} ]]; then
		insmod "$MCR_MODULE_DIR/mcr_kunit.ko" "effort=$EFFORT"
	else
		modprobe mcr_kunit "effort=$EFFORT"
	fi
}

# The log as it is: debugfs keeps only the first bytes of a suite's results.
results() {
	dmesg --notime | awk -v mark="$1" '
		seen
		$0 == mark { seen = 1 }
		END { exit !seen }'
}

# From KUnit's nested results to one line a case: those without parameters, and
# each parameter of the others. What a failure says comes before it.
flatten() {
	awk -v suites="$SUITES" '
	function leaf(ok, name, skip) {
		line[++lines] = (ok ? "ok " : "not ok ") ++cases " " name skip
		failed += !ok
		skipped += skip != ""
	}
	function name_of(text) {
		sub(/^ *(not )?ok [0-9]+ (- )?/, "", text)
		sub(/ *# SKIP.*/, "", text)
		return text
	}
	function skip_of(text) {
		return match(text, /# SKIP/) ? " " substr(text, RSTART) : ""
	}
	{ is_ok = /^ *ok / }
	/^    # Subtest: / { suite = $3; params = bad = suite_bad = talk = 0; next }
	/^        # Subtest: / { name = $3; params = bad = talk = 0; next }
	/^        (not )?ok [0-9]/ {
		params++
		bad += !is_ok
		leaf(is_ok, suite ": " name ": " name_of($0), skip_of($0))
		count[suite]++
		suite_bad += !is_ok
		talk = 0
		next
	}
	/^    (not )?ok [0-9]/ {
		if (!params || (!is_ok && !bad)) {
			leaf(is_ok, suite ": " name_of($0), skip_of($0))
			count[suite]++
			suite_bad += !is_ok
		}
		params = bad = talk = 0
		next
	}
	/^(not )?ok [0-9]+ (- )?mcr_/ {
		ended[name_of($0)] = 1
		if (!is_ok && !suite_bad)
			leaf(0, name_of($0))
		talk = 0
		next
	}
	/FAILED at|timed out|internal error|failed to initialize/ { talk = 1 }
	talk || /inserted in|a lookup among/ { line[++lines] = "# " $0 }
	END {
		n = split(suites, want, /[ =]+/)
		for (i = 1; i < n; i += 2) {
			name = want[i]
			least = want[i + 1]
			if (!ended[name])
				line[++lines] = "# " name " did not end"
			leaf(ended[name] && count[name] >= least,
			     name ": " count[name] + 0 " cases, at least " least)
			delete ended[name]
		}
		for (name in ended)
			leaf(!ended[name], name ": in the list of suites")
		print "TAP version 13"
		print "1.." cases
		for (i = 1; i <= lines; i++)
			print line[i]
		print "# Totals: pass:" cases - failed - skipped \
			" fail:" failed + 0 " xfail:0 xpass:0 skip:" \
			skipped + 0 " error:0"
		exit failed > 0
	}'
}

[[ $EUID -eq 0 ]] || skip_test "needs root"
modprobe -q kunit
grep -q ' kunit_run_tests' /proc/kallsyms ||
	skip_test "the kernel has no KUnit (CONFIG_KUNIT)"
! loaded || rmmod mcr_kunit || bail "mcr_kunit is in use"

trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
set_fault ignore-gfp-wait N
set_fault verbose 0

mark="mcr_kunit: selftest $$ starts"
echo "<6>$mark" >/dev/kmsg
load || bail "mcr_kunit does not load: $(dmesg --notime | tail -n 1)"
log=$(results "$mark") || bail "the kernel log did not keep all results"
flatten <<<"$log"
