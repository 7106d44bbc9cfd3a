#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# usage: coverage.sh [--relay] [ROUNDS]
# Line and branch coverage by gcov of what is compiled for userspace: the files of
# the module that the relay is made of (by the unit tests, KUnit's tests in a process,
# the fuzz targets' corpora and ROUNDS messages made from the spec), library, tool and
# relay. With --relay also by the selftests with the relay, where processes can
# write down what they ran: its workers cannot, as seccomp lets them open no file.
# Prints a table with the bars, and what is missed in build/proof/coverage.txt.
set -euo pipefail
cd "$(dirname "$0")/../.."
. selftests/vm/lib.sh

relay=no
if [[ ${1:-} == --relay ]]; then
	relay=yes
	shift
fi
rounds=${1:-200000}
built=$PWD/build/coverage
report=$PWD/build/proof

mkdir -p "$report"
# Without optimization a line is a line.
make -s -j2 -C tools tests all O=../build/coverage \
	CFLAGS='-O0 -g --coverage -fprofile-update=atomic' LDFLAGS=--coverage
find "$built" -name '*.gcda' -delete
(
	cd tools
	MCR_FUZZ_ROUNDS=$rounds tests/run "$built"
) >"$report/coverage.log" 2>&1 || say "tests failed, see build/proof/coverage.log"
if [[ $relay == yes ]]; then
	make -s -C selftests
	MCRD=$built/mcrd MCRTOOL=$built/mcrtool MCR_NLSEND=$built/nlsend \
		selftests/relay.sh >"$report/coverage-relay.log" 2>&1 ||
		say "tests failed, see build/proof/coverage-relay.log"
fi

# A file is compiled more than once: coverage.py adds that up.
(cd tools && find "$built" -name '*.gcda' -print0 |
	xargs -0 gcov --branch-probabilities --json-format --stdout) \
	>"$report/coverage.json" 2>"$report/gcov.log" ||
	die "gcov failed, see build/proof/gcov.log"
python3 -B selftests/proof/coverage.py "$report/coverage.json" \
	"$report/coverage.txt"
