# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What all tests share: cases and their KTAP output, checks, waiting, namespaces
# and their removal, running the tool and the helper programs.
#
# A test sources this file, describes its cases by case_add and ends with
# cases_run. A case is a function: it passes unless it (or a check in it) calls
# fail, skip_case or bail.
#
# Environment:
#   MCRTOOL         the tool (default: the tree's, else the one in PATH)
#   MCR_VIA         the server: kernel, the module (default), or relay, the daemon
#   MCRD            the daemon (default: the tree's, else the one in PATH)
#   MCR_RUN_DIR     where daemons have their sockets (default: a directory of the
#                   test's own)
#   MCR_HELPERS     directory of mcsend and mcsink
#   MCR_JQ          jq, or what understands its language (default jq)
#   MCR_TEST_SCALE  multiplies packet counts (default 1)
#   MCR_TEST_WAIT   seconds to wait at most for what must happen (default 60)

set -u
export LC_ALL=C

KSFT_SKIP=4
# shellcheck disable=SC2034  # for the tests
readonly KSFT_SKIP

MCR_SELFTESTS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
: "${MCR_TEST_SCALE:=1}"
: "${MCR_TEST_WAIT:=60}"
: "${MCR_JQ:=jq}"
# The tool has this variable, too.
export MCR_VIA=${MCR_VIA:-kernel}

# --- Where programs are.

find_program() {
	local candidate
	for candidate in "$@"; do
		if command -v "$candidate" >/dev/null; then
			echo "$candidate"
			return
		fi
	done
	echo "$1"
}

: "${MCRTOOL:=$(find_program "$MCR_SELFTESTS/../build/tools/mcrtool" mcrtool)}"
: "${MCRD:=$(find_program "$MCR_SELFTESTS/../build/tools/mcrd" mcrd)}"
if [[ -z ${MCR_HELPERS:-} ]]; then
	MCR_HELPERS=$MCR_SELFTESTS/../build/selftests
	[[ -x $MCR_SELFTESTS/mcsend ]] && MCR_HELPERS=$MCR_SELFTESTS
fi

# --- Cases, in the format of the kernel's Documentation/dev-tools/ktap.rst.

CASE_TEXT=()
CASE_WORDS=()
case_failed=
case_skipped=
passed=0
failed=0
skipped=0

note() { printf '# %s\n' "$*"; }

# case_add DESCRIPTION FUNCTION [ARGUMENT...]
case_add() {
	CASE_TEXT+=("$1")
	shift
	CASE_WORDS+=("${*@Q}")
}

# fail SENTENCE: the case has failed. It may go on, or return.
fail() {
	case_failed=1
	note "FAIL: $*"
	return 1
}

# skip_case REASON: the case cannot be run here; the caller returns.
skip_case() { case_skipped=$*; }

# only_kernel REASON, only_relay REASON: the case, or the rest of it, is about that
# server alone, and is none with the other; the caller returns then.
only_kernel() { only_with kernel "$@"; }
only_relay() { only_with relay "$@"; }
only_with() {
	[[ $MCR_VIA != "$1" ]] || return 0
	skip_case "only the $1: ${*:2}"
	return 1
}

# kernel_has WHAT COMMAND...: a guest's kernel has what the command needs, or it
# is a failure; a machine's own, beside the daemon, may not.
kernel_has() {
	local unknown='[Uu]nknown|not found'
	capture "${@:2}" && return
	if [[ $MCR_VIA == relay && $OUTPUT =~ $unknown ]]; then
		skip_case "this kernel has no $1"
	else
		fail "status $STATUS of: ${*:2}: $OUTPUT"
	fi
	return 1
}

# gets_super ARGUMENT...: the server gets super-packets of UDP, or these arguments of
# mcsend make none.
gets_super() {
	local major minor
	[[ $MCR_VIA == relay && "$*" == *--gso* ]] || return 0
	IFS=.- read -r major minor _ </proc/sys/kernel/osrelease
	((major > 6 || major == 6 && minor >= 2)) ||
		only_kernel "packet sockets before Linux 6.2 know no super-packets"
}

# bail REASON: the test cannot go on at all.
bail() {
	printf 'Bail out! %s\n' "$*"
	exit 1
}

case_one() {
	local number=$1 text=$2 words=$3
	case_failed=
	case_skipped=
	eval "$words"
	if [[ $case_failed ]]; then
		failed=$((failed + 1))
		echo "not ok $number $text"
	elif [[ $case_skipped ]]; then
		skipped=$((skipped + 1))
		echo "ok $number $text # SKIP $case_skipped"
	else
		passed=$((passed + 1))
		echo "ok $number $text"
	fi
}

# Run all cases, say how they went, and end the test.
cases_run() {
	local i
	echo "TAP version 13"
	echo "1..${#CASE_TEXT[@]}"
	for i in "${!CASE_TEXT[@]}"; do
		case_one $((i + 1)) "${CASE_TEXT[i]}" "${CASE_WORDS[i]}"
	done
	relays_end || failed=$((failed + 1))
	note "Totals: pass:$passed fail:$failed xfail:0 xpass:0" \
		"skip:$skipped error:0"
	[[ $failed -eq 0 ]] || exit 1
	[[ $passed -gt 0 ]] || exit "$KSFT_SKIP"
	exit 0
}

# skip_test REASON: the whole test cannot be run here.
skip_test() {
	echo "TAP version 13"
	echo "1..0 # SKIP $*"
	exit "$KSFT_SKIP"
}

# --- Checks within a case.

# check_equal WHAT ACTUAL EXPECTED
check_equal() {
	[[ $2 == "$3" ]] || fail "$1: expected '$3', got '$2'"
}

# check_match WHAT ACTUAL REGEX
check_match() {
	[[ $2 =~ $3 ]] || fail "$1: expected something like '$3', got '$2'"
}

# Programs are started as seldom as can be: in a guest each one takes long. So
# results are handed on in variables, and `exec` saves a process.

# capture COMMAND...: run it; its output is in OUTPUT, its status in STATUS.
# COMMAND is a program, a function of the test's, or one of these words:
#   mcr WORD...          the tool, in NS[mcr]
#   ip_in ROLE WORD...   ip, in NS[ROLE]
#   in_ns ROLE COMMAND...
capture() {
	local command=("$@")
	case $1 in
	mcr) command=("$MCRTOOL" -n "${NS[mcr]}" "${@:2}") ;;
	ip_in) command=(ip -n "${NS[$2]}" "${@:3}") ;;
	in_ns) command=(ip netns exec "${NS[$2]}" "${@:3}") ;;
	esac
	if declare -F "${command[0]}" >/dev/null; then
		OUTPUT=$("${command[@]}" 2>&1)
	else
		OUTPUT=$(exec "${command[@]}" 2>&1)
	fi
	STATUS=$?
	[[ $STATUS -eq 0 ]]
}

# run_ok COMMAND...: it must succeed; its output is shown if it does not.
run_ok() { capture "$@" || fail "status $STATUS of: $*: $OUTPUT"; }

# run_refused STATUS REGEX COMMAND...: it must fail so, and say why.
run_refused() {
	capture "${@:3}"
	check_equal "status of: ${*:3}" "$STATUS" "$1"
	check_match "message of: ${*:3}" "$OUTPUT" "$2"
}

# check_output WHAT REGEX COMMAND...
check_output() {
	run_ok "${@:3}" && check_match "$1" "$OUTPUT" "$2"
}

# --- Waiting. Tests wait for what must happen, never for some time to pass.

# A descriptor on which nothing ever comes, to pause without a program.
exec {NOTHING_FD}<> <(:)

pause() { read -rt 0.05 -u "$NOTHING_FD"; }

# wait_for COMMAND...: until it succeeds.
wait_for() {
	local end=$((SECONDS + MCR_TEST_WAIT))
	until "$@"; do
		[[ $SECONDS -lt $end ]] || return 1
		pause
	done
	return 0
}

# scaled COUNT: a number of packets, as many as there is time for.
scaled() { echo $(($1 * MCR_TEST_SCALE)); }

# --- Processes and namespaces, and their removal.

declare -A NS=()
STARTED=()
WORK=

cleanup() {
	local pid ns
	trap - EXIT
	relays_end
	for pid in "${STARTED[@]}"; do
		kill "$pid" 2>/dev/null
	done
	for pid in "${STARTED[@]}"; do
		wait "$pid" 2>/dev/null
	done
	for ns in "${NS[@]}"; do
		ip netns del "$ns" 2>/dev/null
	done
	[[ -z $WORK ]] || rm -rf "$WORK"
	[[ -z $RUN_DIR_MADE ]] || rm -rf "$RUN_DIR_MADE"
}
trap cleanup EXIT
trap 'exit 1' INT TERM HUP

# work_directory: where a test may write; its name is in WORK.
work_directory() {
	[[ -n $WORK ]] || WORK=$(mktemp -d) ||
		bail "cannot make a directory for temporary files"
}

# ns_make ROLE...: network namespaces, whose names are in NS[ROLE].
ns_make() {
	local role
	for role in "$@"; do
		NS[$role]=mcr-$$-$role
		ip netns add "${NS[$role]}" ||
			bail "cannot make network namespace ${NS[$role]}"
	done
}

# ns_drop ROLE...
ns_drop() {
	local role
	for role in "$@"; do
		# It would keep the namespace.
		relay_end "$role"
		ip netns del "${NS[$role]}"
		unset "NS[$role]"
	done
}

# start COMMAND...: in the background; its process id is in STARTED_PID.
start() {
	"$@" &
	STARTED_PID=$!
	STARTED+=("$STARTED_PID")
}

# stop PID: end what start began.
stop() {
	kill "$1" 2>/dev/null
	wait "$1" 2>/dev/null
	return 0
}

# ip_in ROLE ARGUMENT..., in_ns ROLE COMMAND...
ip_in() { ip -n "${NS[$1]}" "${@:2}"; }
in_ns() { ip netns exec "${NS[$1]}" "${@:2}"; }

# --- The relay daemon.

declare -A RELAY=() RELAY_LOG=()
# Options for them. A test that says "nothing came" by a packet that was sent behind
# wants one worker: others may be faster.
RELAY_OPTIONS=()
# shellcheck disable=SC2034  # for the tests
ONE_WORKER=(--workers 1)
RUN_DIR_MADE=

# serve ROLE...: there is a server in NS[ROLE]. The module is in all of them.
serve() {
	local role
	[[ $MCR_VIA == relay ]] || return 0
	if [[ -z ${MCR_RUN_DIR:-} ]]; then
		RUN_DIR_MADE=$(mktemp -d) || bail "cannot make a directory"
		chmod 755 "$RUN_DIR_MADE"
		export MCR_RUN_DIR=$RUN_DIR_MADE
	fi
	for role in "$@"; do
		RELAY_LOG[$role]=$(mktemp "$MCR_RUN_DIR/log.XXXXXX")
		"$MCRD" -n "${NS[$role]}" "${RELAY_OPTIONS[@]}" \
			2>"${RELAY_LOG[$role]}" &
		RELAY[$role]=$!
	done
	for role in "$@"; do
		wait_for relay_answers "$role"
		[[ ${RELAY[$role]:-} ]] ||
			bail "no relay daemon in ${NS[$role]}"
	done
}

# Or it has ended.
relay_answers() {
	"$MCRTOOL" -n "${NS[$1]}" status >/dev/null 2>&1 && return
	kill -0 "${RELAY[$1]}" 2>/dev/null && return 1
	relay_end "$1"
	return 0
}

# relay_end ROLE: the daemon ends, and has no fault to tell of.
relay_end() {
	local status
	[[ ${RELAY[$1]:-} ]] || return 0
	kill "${RELAY[$1]}" 2>/dev/null
	wait "${RELAY[$1]}"
	status=$?
	unset "RELAY[$1]"
	[[ $status -ne 0 ]] || return 0
	note "the relay daemon in ${NS[$1]} ended with status $status:"
	tail -n 20 "${RELAY_LOG[$1]}" | sed 's/^/#   /'
	return 1
}

relays_end() {
	local role ret=0
	for role in "${!RELAY[@]}"; do
		relay_end "$role" || ret=1
	done
	return $ret
}

# --- What a test needs.

require_command() {
	local command
	for command in "$@"; do
		command -v "$command" >/dev/null ||
			skip_test "the command $command is missing"
	done
}

# A kind of device that takes frames and does nothing with them. A machine's own
# kernel may have no dummies; those of the guests have.
# shellcheck disable=SC2034  # for the tests
DUMMY=dummy

module_is_loaded() { [[ -d /sys/module/mcr ]]; }

# Root, the programs, and a server: the daemon's program, or the module, which the
# tool's first question loads.
require_all() {
	[[ $EUID -eq 0 ]] || skip_test "the tests need root"
	require_command ip tc jq "$MCRTOOL" "$MCR_HELPERS/mcsend" \
		"$MCR_HELPERS/mcsink"
	if [[ $MCR_VIA == relay ]]; then
		require_command "$MCRD" unshare
		# shellcheck disable=SC2034  # for the tests
		unshare -n ip link add d0 type dummy 2>/dev/null || DUMMY=ifb
		return
	fi
	"$MCRTOOL" status >/dev/null 2>&1 ||
		skip_test "the kernel module mcr is not there"
}
