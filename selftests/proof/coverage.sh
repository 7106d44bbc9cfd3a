#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# usage: coverage.sh [unit [ROUNDS] | relay [TEST…] | guest | report]
# Line and branch coverage by gcov of what is compiled for userspace: the files of
# the module that the relay is made of, library, tool and relay.
#   unit    forgets what was counted before, and counts the unit tests: KUnit's in a
#           process, the fuzz targets' corpora, ROUNDS messages made from the spec
#   relay   adds the selftests with the relay, or those named. Its workers run without
#           the filter of system calls and may write files, as they have to write down
#           what they ran: the tests that say they may not fail
#   guest   adds what the daemon and the tool do beside the module, in uml
#   report  prints a table with the bars, and what is missed in
#           build/proof/coverage.txt; fails where a bar is missed
# All of it where nothing is said, which takes as long as the selftests do.
set -euo pipefail
cd "$(dirname "$0")/../.."
. selftests/vm/lib.sh

built=$PWD/build/coverage
report=$PWD/build/proof
mkdir -p "$report"

usage() { die "usage: coverage.sh [unit [ROUNDS] | relay [TEST…] | guest | report]"; }

# compile LDFLAGS TARGET…
compile() {
	make -s -j2 -C tools "${@:2}" O=../build/coverage LDFLAGS="--coverage $1" \
		CFLAGS='-O0 -g --coverage -fprofile-update=atomic'
}

# Without optimization a line is a line. What was counted of files that have changed
# since is of no use. What is no unit test is linked anew: they try the limits that it
# must not have here.
build() {
	local old limits=$built/limits.o
	mkdir -p "$built"
	cc -Wall -Wextra -Werror -c -o "$limits" selftests/proof/coverage_limits.c
	# No rule says what of the flags they are made with.
	rm -rf "$built"/{mcrd,mcrd-worker,mcrtool,nlsend,tests}
	compile '' tests
	rm -f "$built"/{mcrd,mcrd-worker,mcrtool,nlsend}
	compile "-Wl,--wrap=setrlimit,--wrap=umask $limits" all \
		../build/coverage/nlsend ../build/coverage/mcrd-worker
	find "$built" -name '*.gcda' | while read -r old; do
		[[ ${old%.gcda}.gcno -ot $old ]] || rm "$old"
	done
}

count_unit() {
	build
	find "$built" -name '*.gcda' -delete
	(
		cd tools
		# Who gives up the right to write files cannot write down what it ran.
		trap '' XFSZ
		MCR_FUZZ_ROUNDS=$1 tests/run "$built"
	) >"$report/coverage.log" 2>&1 ||
		say "tests failed, see build/proof/coverage.log"
}

# The daemon's processes are different users: what one has made the next one adds to.
prepare_processes() {
	build
	make -s -C selftests
	chmod -R a+rwX "$built"
	umask 0
	counted=(env "MCRD=$built/mcrd" "MCRTOOL=$built/mcrtool"
		"MCR_WORKER=$built/mcrd-worker" "MCR_NLSEND=$built/nlsend" MCRD_SECCOMP=off)
}

count_relay() {
	prepare_processes
	"${counted[@]}" selftests/relay.sh "$@" >"$report/coverage-relay.log" 2>&1 ||
		say "tests failed, see build/proof/coverage-relay.log"
}

# A guest can write to one folder alone; there each kind of process has its own.
count_guest() {
	local into=$built/guest sum=$built/sum part
	prepare_processes
	rm -rf "$into" "$sum"
	mkdir -p "$into/gcov"
	chmod 777 "$into/gcov"
	selftests/vm/run --timeout 3600 --results "$into" uml \
		"MCRD=$built/mcrd MCRD_SECCOMP=off selftests/run.sh authority.sh" \
		>"$report/coverage-guest.log" 2>&1 ||
		say "tests failed, see build/proof/coverage-guest.log"
	for part in "$into"/gcov/*; do
		[[ -d $part$built ]] || continue
		gcov-tool merge -o "$sum" "$built" "$part$built" \
			>>"$report/gcov.log" 2>&1
		cp -r "$sum/." "$built"
		rm -rf "$sum"
	done
	rm -rf "$into"
}

# A file is compiled more than once: coverage.py adds that up.
print_report() {
	(cd tools && find "$built" -name '*.gcda' -print0 |
		xargs -0 gcov --branch-probabilities --json-format --stdout) \
		>"$report/coverage.json" 2>"$report/gcov.log" ||
		die "gcov failed, see build/proof/gcov.log"
	python3 -B selftests/proof/coverage.py "$report/coverage.json" \
		"$report/coverage.txt" selftests/proof/coverage.reasons
}

case ${1:-all} in
all)
	count_unit 300000
	count_relay
	count_guest
	print_report
	;;
unit)
	[[ $# -le 2 ]] || usage
	count_unit "${2:-300000}"
	;;
relay)
	count_relay "${@:2}"
	;;
guest)
	count_guest
	;;
report)
	print_report
	;;
*)
	usage
	;;
esac
