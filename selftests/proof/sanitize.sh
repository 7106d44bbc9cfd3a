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
found=$PWD/build/proof/sanitize/$name
# ThreadSanitizer knows a machine's memory as it is without much randomness.
quiet=(setarch "$(uname -m)" --addr-no-randomize)

# Workers are other users, who may not come here, and report, too.
reports=$(mktemp -d "${TMPDIR:-/tmp}/mcr-sanitize.XXXXXX")
trap 'rm -rf "$reports" "$built/mcrd"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

begin() {
	local options="halt_on_error=1:log_path=$reports/report"
	as_user mkdir -p "$built" "$found"
	rm -f "$found"/report.*
	chmod 1777 "$reports"
	if [[ $kind == thread ]]; then
		export TSAN_OPTIONS=$options
	else
		export ASAN_OPTIONS=$options
	fi
}

build() {
	as_user make -s -j2 -C tools "$1" O="../build/sanitize/$name" \
		SANITIZE="$kind" "${@:2}"
}

check_unit() {
	rm -f "$built/mcrd"
	build tests && build all &&
		(cd tools && "${quiet[@]}" tests/run "$built")
}

# The daemon is linked anew: unit tests try the limits that it must not have here.
check_relay() {
	local limits=$built/limits.o status=0
	rm -f "$built/mcrd"
	as_user make -s -C tools all ../build/tools/nlsend ../build/tools/mcrd-worker &&
		as_user make -s -C selftests &&
		as_user cc -Wall -Wextra -Werror -c -o "$limits" \
			selftests/proof/sanitize_limits.c &&
		build all LDFLAGS="-Wl,--wrap=setrlimit $limits" &&
		build "../build/sanitize/$name/mcrd-worker" || return
	nm "$built/mcrd" | grep "__${name:0:1}san_init" >/dev/null ||
		die "the daemon was not built for this sanitizer"
	MCRD=$built/mcrd MCR_WORKER=$built/mcrd-worker MCRD_SECCOMP=off \
		"${quiet[@]}" selftests/relay.sh "$@" || status=$?
	return "$status"
}

no_reports() {
	local report bad=0
	for report in "$reports"/report.*; do
		[[ -e $report ]] || continue
		bad=1
		cp "$report" "$found/"
		report=$found/${report##*/}
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
