#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# usage: sanitize.sh address|thread [unit | relay [TEST…]]
# With AddressSanitizer and UndefinedBehaviorSanitizer, or with ThreadSanitizer: the
# unit tests, or the selftests with the relay, all or those named; both where nothing
# is said. The daemon's workers run without the filter of system calls, and may write
# files. What is found ends the process that did it, and is kept in
# build/proof/sanitize/: a failure, as is one of a test.
#
# Supervisor and workers are processes of one thread each, and what two of them share
# ThreadSanitizer does not see: what is left to it are signal handlers, and libraries
# that start threads.
set -euo pipefail
cd "$(dirname "$0")/../.."
. selftests/vm/lib.sh

usage() { die "usage: sanitize.sh address|thread [unit | relay [TEST…]]"; }

case ${1:-} in
address) kind=address,undefined ;;
thread) kind=thread ;;
*) usage ;;
esac
name=$1
what=${2:-all}
built=$PWD/build/sanitize/$name
found=$PWD/build/proof/sanitize
# ThreadSanitizer knows a machine's memory as it is without much randomness.
quiet=(setarch "$(uname -m)" --addr-no-randomize)

begin() {
	local options="halt_on_error=1:log_path=$found/report"
	rm -rf "$found"
	mkdir -p "$built" "$found"
	# Workers are other users, and report, too.
	chmod 1777 "$found"
	export TSAN_OPTIONS=$options UBSAN_OPTIONS=$options ASAN_OPTIONS=$options
}

build() {
	make -s -j2 -C tools "$1" O="../build/sanitize/$name" SANITIZE="$kind" "${@:2}"
}

check_unit() {
	build tests && build all &&
		(cd tools && "${quiet[@]}" tests/run "$built")
}

# The daemon is linked anew: unit tests try the limits that it must not have here.
check_relay() {
	local limits=$built/limits.o status=0
	rm -f "$built/mcrd"
	make -s -C tools all ../build/tools/nlsend &&
		make -s -C selftests &&
		cc -Wall -Wextra -Werror -c -o "$limits" \
			selftests/proof/sanitize_limits.c &&
		build all LDFLAGS="-Wl,--wrap=setrlimit $limits" || return
	MCRD=$built/mcrd MCRD_SECCOMP=off "${quiet[@]}" selftests/relay.sh "$@" ||
		status=$?
	rm -f "$built/mcrd"
	return "$status"
}

no_reports() {
	local report bad=0
	for report in "$found"/report.*; do
		[[ -e $report ]] || continue
		bad=1
		say "${report#"$PWD/"}: $(grep -m 1 -E 'WARNING|ERROR|error' "$report")"
	done
	return "$bad"
}

bad=0
begin
case $what in
all)
	check_unit || bad=1
	check_relay || bad=1
	;;
unit)
	[[ $# -eq 2 ]] || usage
	check_unit || bad=1
	;;
relay)
	check_relay "${@:3}" || bad=1
	;;
*)
	usage
	;;
esac
no_reports || bad=1
exit "$bad"
