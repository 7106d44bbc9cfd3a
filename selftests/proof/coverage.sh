#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# usage: coverage.sh [unit [ROUNDS] | relay [TEST…] | report]
# Line and branch coverage by gcov of what is compiled for userspace: the files of
# the module that the relay is made of, library, tool and relay.
#   unit    forgets what was counted before, and counts the unit tests: KUnit's in a
#           process, the fuzz targets' corpora, ROUNDS messages made from the spec
#   relay   adds the selftests with the relay, or those named. Its workers run without
#           the filter of system calls and may write files, as they have to write down
#           what they ran: the tests that say they may not fail
#   report  prints a table with the bars, and what is missed in
#           build/proof/coverage.txt; fails where a bar is missed
# All of it where nothing is said, which takes as long as the selftests do.
set -euo pipefail
cd "$(dirname "$0")/../.."
. selftests/vm/lib.sh

built=$PWD/build/coverage
report=$PWD/build/proof
mkdir -p "$report"

usage() { die "usage: coverage.sh [unit [ROUNDS] | relay [TEST…] | report]"; }

# Without optimization a line is a line. What was counted of files that have changed
# since is of no use.
build() {
	local counted limits=$built/limits.o
	mkdir -p "$built"
	cc -Wall -Wextra -Werror -c -o "$limits" selftests/proof/coverage_limits.c
	make -s -j2 -C tools tests all O=../build/coverage \
		CFLAGS='-O0 -g --coverage -fprofile-update=atomic' \
		LDFLAGS="--coverage -Wl,--wrap=setrlimit $limits"
	find "$built" -name '*.gcda' | while read -r counted; do
		[[ ${counted%.gcda}.gcno -ot $counted ]] || rm "$counted"
	done
}

count_unit() {
	build
	find "$built" -name '*.gcda' -delete
	(
		cd tools
		MCR_FUZZ_ROUNDS=$1 tests/run "$built"
	) >"$report/coverage.log" 2>&1 ||
		say "tests failed, see build/proof/coverage.log"
}

count_relay() {
	build
	make -s -C selftests
	# Workers are another user.
	chmod -R a+rwX "$built"
	umask 0
	MCRD=$built/mcrd MCRTOOL=$built/mcrtool MCR_NLSEND=$built/nlsend \
		MCRD_SECCOMP=off \
		selftests/relay.sh "$@" >"$report/coverage-relay.log" 2>&1 ||
		say "tests failed, see build/proof/coverage-relay.log"
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
	print_report
	;;
unit)
	[[ $# -le 2 ]] || usage
	count_unit "${2:-300000}"
	;;
relay)
	count_relay "${@:2}"
	;;
report)
	print_report
	;;
*)
	usage
	;;
esac
