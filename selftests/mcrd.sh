#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The relay daemon as a process: one in a namespace, what it leaves behind, who
# may do what, and peers, workers and supervisors that fail.
#
#    NS[src]            NS[mcr]                         NS[snk]
#   +---------+        +----------------------+        +---------+
#   |     s0 -|--------|- in0           out1 -|--------|- k1     |
#   |         |        |        mcrd          |        |         |
#   +---------+        +----------------------+        +---------+
#
# Each case starts daemons of its own, in a directory of the test's.

MCR_VIA=relay
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/topology.sh"
. "$(dirname "$0")/daemon.sh"

PEER=
# What the daemon's command line begins with.
PREFIX=()
G=${GROUP[4]}
COUNT=$(scaled 50)

# mcrd_start WORD...: a daemon, serving when this returns. Its process id is in
# DAEMON, those of its workers in WORKERS, its socket in SOCKET; what it logs is in
# the file log.
mcrd_start() {
	local where=(-n "${NS[mcr]}")
	# Who may not enter it begins there.
	[[ ${PREFIX[*]} != "ip netns exec "* ]] || where=()
	daemon_start "${PREFIX[@]}" "$MCRD" "${where[@]}" --workers 2 "$@" ||
		return
	SOCKET=$(echo "$MCR_RUN_DIR"/*.sock)
	WORKERS=$(workers "$DAEMON")
	check_equal "number of workers" "$(wc -w <<<"$WORKERS")" 2
}

# mcrd_end: it ends by SIGTERM, in time, and leaves nothing.
mcrd_end() {
	local begin=${EPOCHREALTIME/./}
	daemon_end
	[[ $((${EPOCHREALTIME/./} - begin)) -lt 1500000 ]] ||
		fail "it took $((${EPOCHREALTIME/./} - begin)) us to end"
	nothing_left
}

nothing_left() {
	check_equal "files left" "$(ls "$MCR_RUN_DIR")" ""
	# shellcheck disable=SC2086  # words
	wait_for processes_gone $WORKERS || fail "processes left: $WORKERS"
}

# workers PID: of the workers that are its children.
workers() { pgrep -d ' ' -P "$1" -x mcrd-worker; }

worker_count() { [[ $(workers "$DAEMON" | wc -w) -eq $1 ]]; }

processes_gone() {
	local pid
	for pid; do
		[[ ! -d /proc/$pid ]] || return 1
	done
}

# delivers: what is sent comes out, all of it.
delivers() {
	sink_start --until-end dev k1 count "$COUNT" flow 3 || return
	send --group "$G" --count "$COUNT" --flow 3 --end
	sink_end
	line_value "${SINK_LINES[0]}" unique
	[[ $VALUE -eq $COUNT ]]
}

# Each as the status calls it; where processes may have no io_uring, there is one.
loops() {
	local loop all="uring:io_uring mmsg:mmsg sqpoll:sqpoll auto:io_uring"
	mcrd_start
	query '.workers[0].loop' status
	[[ $VALUE != '"mmsg"' ]] || all="mmsg:mmsg auto:mmsg"
	mcrd_end
	for loop in $all; do
		mcrd_start --loop "${loop%:*}"
		check_query '[.workers[].loop] | unique | join(" ")' \
			"\"${loop#*:}\"" status
		rule_add name r1 iif in0 group "$G" to out1
		delivers || fail "--loop $loop: ${SINK_LINES[*]}"
		mcrd_end
	done
}

# As in many containers. What was not named is taken instead.
no_loop() {
	local loop
	PREFIX=("$MCR_SELFTESTS/relay/refuse.py" EPERM)
	for loop in uring sqpoll; do
		run_refused 1 "as --loop says: --loop auto takes" "${PREFIX[@]}" \
			"$MCRD" -n "${NS[mcr]}" --loop "$loop"
		check_match "the reason" "$OUTPUT" "io_uring.*is refused: not permitted"
		nothing_left
	done
	mcrd_start
	check_query '[.workers[].loop] | unique | join(" ")' '"mmsg"' status
	mcrd_end
	PREFIX=()
}

second() {
	mcrd_start
	run_refused 1 "has a relay daemon already: process $DAEMON " \
		"$MCRD" -n "${NS[mcr]}"
	run_ok mcr status
	# Another namespace has one of its own.
	start "$MCRD" -n "${NS[src]}" --workers 1 2>"$WORK/log2"
	wait_for "$MCRTOOL" -n "${NS[src]}" status >/dev/null 2>&1 ||
		fail "no daemon beside: $(<"$WORK/log2")"
	stop "$STARTED_PID"
	mcrd_end
}

options() {
	run_refused 2 "--workers '0': it is a number from 1 to 64" \
		"$MCRD" --workers 0
	run_refused 2 "--workers 'x'" "$MCRD" --workers=x
	run_refused 2 "--loop 'fast': it is auto, uring, mmsg or sqpoll" \
		"$MCRD" --loop fast
	run_refused 2 "--log-level 'all': it is error, " "$MCRD" --log-level all
	run_refused 2 "--read-group 'nosuch': there is no such group" \
		"$MCRD" --read-group nosuch
	run_refused 2 "--wait is given twice" "$MCRD" --wait 1 --wait 2
	run_refused 2 "--user needs a value" "$MCRD" --user
	run_refused 2 "'--work' is no option" "$MCRD" --work
	run_refused 1 "network namespace nosuch cannot be entered" \
		"$MCRD" -n nosuch
	run_refused 1 "user root is root" "$MCRD" -n "${NS[mcr]}" --user root
	check_output version "^mcrd [0-9]" "$MCRD" -V
	check_equal "files left" "$(ls "$MCR_RUN_DIR")" ""
}

# Its user's other processes may not trace it: what is in /proc is not that user's.
is_private() { [[ $(stat -c %u "/proc/$1/maps") -eq 0 ]]; }

# Without seccomp, too, of which the rest is no part.
rights() {
	local pid
	PREFIX=(env MCRD_SECCOMP=off)
	mcrd_start --metrics "${IN_ADDRESS[4]}:9464"
	PREFIX=()
	WORKERS+=" $(pgrep -P "$DAEMON" -x mcrd-metrics)"
	check_equal "processes" "$(wc -w <<<"$WORKERS")" 3
	for pid in $WORKERS; do
		check_match "status of $(<"/proc/$pid/comm")" \
			"$(<"/proc/$pid/status")" \
			$'\nUid:\t[1-9][0-9]*\t.*\nCapPrm:\t0+\nCapEff:\t0+\nCapBnd:\t0+\n.*NoNewPrivs:\t1\n'
		wait_for is_private "$pid" ||
			fail "others may trace $(<"/proc/$pid/comm")"
	done
	mcrd_end
}

# What a killed daemon leaves behind does not hinder the next one.
killed_supervisor() {
	mcrd_start
	kill -9 "$DAEMON"
	wait "$DAEMON" 2>/dev/null
	# shellcheck disable=SC2086  # words
	wait_for processes_gone $WORKERS || fail "workers outlive it: $WORKERS"
	check_match "files left" "$(ls "$MCR_RUN_DIR")" "sock"
	run_refused 3 "no relay daemon|no server" mcr status
	mcrd_start
	mcrd_end
}

killed_workers() {
	local pid round
	mcrd_start
	rule_add name r1 iif in0 group "$G" to out1
	delivers || fail "nothing is forwarded"
	for round in 1 2 3; do
		WORKERS=$(workers "$DAEMON")
		for pid in $WORKERS; do
			kill -9 "$pid"
		done
		# shellcheck disable=SC2086  # words
		wait_for processes_gone $WORKERS
		wait_for worker_count 2 || fail "no workers in round $round"
		run_ok mcr rule replace iif in0 group "$G" to out1 ttl "$round"
		wait_for delivers || fail "nothing is forwarded in round $round"
	done
	logged "was ended by signal 9" || fail "that is not logged"
	rules_flush
	mcrd_end
}

# One that hangs is not waited for longer than it must be.
hanging_worker() {
	mcrd_start
	kill -STOP "${WORKERS%% *}"
	run_ok mcr rule add name r1 iif in0 group "$G" to out1
	wait_for worker_count 2
	logged "does not answer" || fail "that is not logged: $(<"$WORK/log")"
	wait_for delivers || fail "nothing is forwarded"
	mcrd_end
}

# A machine that stands still (a virtual one that is paused) does so for all of them:
# no worker is blamed. The first stop is for the daemon to wait for an answer when
# it is stopped itself.
standstill() {
	local pids
	mcrd_start
	read -ra pids <<<"$WORKERS"
	kill -STOP "${pids[@]}"
	start mcr rule add name r1 iif in0 group "$G" to out1
	sleep 0.5
	kill -STOP "$DAEMON"
	sleep 3
	kill -CONT "$DAEMON" "${pids[@]}"
	wait "$STARTED_PID" || fail "the rule was refused"
	logged "does not answer" && fail "a worker was taken for dead"
	wait_for delivers || fail "nothing is forwarded"
	mcrd_end
}

# While a daemon does not look, a device of a rule is renamed again and again: each
# time it would open sockets for it and close them, which takes as long as it takes
# to do that once more.
renamed_without_end() {
	local changes=1000 i begin took
	mcrd_start || return
	run_ok mcr rule add name r iif in0 group "$G" to out1
	kill -STOP "$DAEMON"
	for ((i = 0; i < changes / 2; i++)); do
		echo "link set dev in0 down name other0"
		echo "link set dev other0 name in0 up"
	done >"$WORK/batch"
	run_ok in_ns mcr ip -batch "$WORK/batch"
	begin=$SECONDS
	kill -CONT "$DAEMON"
	run_ok mcr status
	took=$((SECONDS - begin))
	[[ $took -lt 8 ]] ||
		fail "it took $took s until somebody was answered"
	wait_for delivers || fail "nothing is forwarded any more"
	mcrd_end
}

cycles() {
	local i n
	n=$(scaled 50)
	for ((i = 0; i < n && !${#case_failed}; i++)); do
		mcrd_start --log-level error
		[[ $((i % 5)) -ne 0 ]] || rule_add iif in0 group "$G" to out1
		mcrd_end
	done
}

# descriptors: of the daemon; how many is in VALUE. Counted by a peer that has been
# answered: those that have gone before it are gone for the daemon, too.
descriptors() {
	run_ok "$PEER" "$SOCKET" descriptors "$DAEMON"
	VALUE=$OUTPUT
}

no_growth() {
	local i before
	mcrd_start
	rule_add iif in0 group "$G" to out1
	rules_flush
	descriptors
	before=$VALUE
	for ((i = 0; i < 20; i++)); do
		rule_add iif in0 group "$G" to out1
		run_ok "$PEER" "$SOCKET" answers
		rules_flush
	done
	descriptors
	check_equal "descriptors" "$VALUE" "$before"
	mcrd_end
}

# as WORD...: as a user without rights.
as() { setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set -all "$@"; }

# may WORD...: as a user without any rights but CAP_NET_ADMIN.
may() {
	setpriv --reuid 65534 --regid 65534 --clear-groups \
		--inh-caps +net_admin --ambient-caps +net_admin "$@"
}

who() {
	mcrd_start
	check_output "root" "^yes$" "$PEER" "$SOCKET" may_change
	check_output "nobody" "^no$" as "$PEER" "$SOCKET" may_change
	check_output "nobody, with the capability" "^yes$" \
		may "$PEER" "$SOCKET" may_change
	# All capabilities, in a user namespace of one's own.
	check_output "nobody, root elsewhere" "^no$" \
		as unshare -Ur "$PEER" "$SOCKET" may_change
	mcrd_end
}

# With the rights of mcrd.service it cannot see of which user namespace others are.
who_by_unit() {
	local caps=-all,+net_admin,+net_raw,+setuid,+setgid,+setpcap,+kill,+bpf
	PREFIX=(ip netns exec "${NS[mcr]}" setpriv --bounding-set "$caps")
	who
	PREFIX=()
}

# A connection gives nobody the rights of who opened it.
handed_on() {
	local drop=(setpriv --inh-caps -all --ambient-caps -all)
	mcrd_start
	check_output "root, to root" $'^yes\nyes$' "$PEER" "$SOCKET" hands env
	check_output "root, to nobody" $'^yes\nno$' "$PEER" "$SOCKET" hands \
		setpriv --reuid 65534 --regid 65534 --clear-groups
	check_output "the capability, kept" $'^yes\nyes$' \
		may "$PEER" "$SOCKET" hands env
	check_output "the capability, dropped" $'^yes\nno$' \
		may "$PEER" "$SOCKET" hands "${drop[@]}"
	check_output "nobody, to who has it" $'^no\nno$' \
		setpriv --reuid 65534 --regid 65534 --clear-groups \
		--inh-caps +net_admin "$PEER" "$SOCKET" hands \
		setpriv --ambient-caps +net_admin
	mcrd_end
}

read_group() {
	mcrd_start --read-group daemon
	check_equal "mode" "$(stat -c '%a %U %G' "$SOCKET")" "660 root daemon"
	run_refused 1 PermissionError as "$PEER" "$SOCKET" answers
	run_ok setpriv --reuid 65534 --regid 65534 --groups "$(id -g daemon)" \
		"$PEER" "$SOCKET" answers
	mcrd_end
}

crowd() {
	mcrd_start
	check_output "peers of one user" "^128$" as "$PEER" "$SOCKET" crowd
	run_ok mcr status
	mcrd_end
}

# misbehaves CASE...: peers that do, and then the daemon is as it was.
misbehaves() {
	local case before
	mcrd_start
	descriptors
	before=$VALUE
	for case; do
		run_ok "$PEER" "$SOCKET" "$case"
	done
	run_ok mcr status
	descriptors
	check_equal "descriptors" "$VALUE" "$before"
	mcrd_end
}

# rules_many NUMBER: so many rules, in one batch.
rules_many() {
	local i
	for ((i = 0; i < $1; i++)); do
		echo "rule add iif in0 group 239.7.$((i / 250)).$((i % 250)) to out1"
	done >"$WORK/many"
	run_ok mcr -b "$WORK/many"
}

slow_readers() {
	mcrd_start
	rules_many 3000
	run_ok "$PEER" "$SOCKET" slow_dump 3000
	run_ok "$PEER" "$SOCKET" deaf
	rules_flush
	mcrd_end
}

overrun() {
	local peer
	mcrd_start
	rule_add iif in0 group "$G" join none comment "$(printf 'x%.0s' {1..250})" \
		to out1
	rm -f "$WORK/ready" "$WORK/go"
	start "$PEER" "$SOCKET" overrun "$WORK/ready" "$WORK/go" \
		>"$WORK/overrun" 2>&1
	peer=$STARTED_PID
	wait_for test -e "$WORK/ready" || fail "no listener"
	run_ok "$PEER" "$SOCKET" toggle 1 3000
	touch "$WORK/go"
	wait "$peer" || fail "the listener: $(<"$WORK/overrun")"
	mcrd_end
}

few_descriptors() {
	PREFIX=(prlimit --nofile=64:64 setpriv --bounding-set -sys_resource)
	mcrd_start
	PREFIX=()
	capture "$PEER" "$SOCKET" crowd
	[[ $OUTPUT -lt 128 ]] || fail "$OUTPUT peers with 64 descriptors"
	run_ok mcr status
	mcrd_end
}

# leave_descriptors NUMBER: the daemon may open so many more, below one that it has.
leave_descriptors() {
	local n=0 free=$1
	while ((free >= 0)); do
		[[ -e /proc/$DAEMON/fd/$n ]] || free=$((free - 1))
		n=$((n + 1))
	done
	prlimit --pid "$DAEMON" --nofile=$((n - 1)):
}

# A device whose sockets cannot be had is sent to as soon as they can.
egress_fails() {
	mcrd_start
	rule_add name r1 iif in0 group "$G" to out1 to late1
	delivers || fail "nothing is forwarded"
	# Two workers need two; it is one for who asks the daemon.
	leave_descriptors 1
	# Nothing of it changes later: no addresses come by themselves.
	ip_in mcr link add late1 type veth peer name late2
	ip_in mcr link set late1 addrgenmode none
	ip_in mcr link set late2 up
	ip_in mcr link set late1 up
	wait_for logged "late1 cannot be sent to: Too many open files" ||
		fail "that is not logged: $(<"$WORK/log")"
	delivers || fail "nothing is forwarded to another device"
	check_rule r1 ".outputs[1].drops.\"no-device\" >= 2 * $COUNT" true
	check_rule r1 ".outputs[1].sent" 0
	prlimit --pid "$DAEMON" --nofile=1024:
	wait_for logged "late1 can be sent to now" ||
		fail "it is not tried again: $(<"$WORK/log")"
	delivers || fail "nothing is forwarded"
	check_rule r1 ".outputs[1].sent >= $COUNT" true
	check_equal "lines on it in the log" \
		"$(grep -c "late1 cannot be sent to" "$WORK/log")" 1
	rules_flush
	ip_in mcr link del late1
	mcrd_end
}

# cpu_ticks: that the daemon has used; in VALUE.
cpu_ticks() {
	local stat
	read -ra stat <"/proc/$DAEMON/stat"
	VALUE=$((stat[13] + stat[14]))
}

# Who cannot be let in, nor turned away, waits, and the daemon waits for it.
no_descriptors() {
	local peer before
	mcrd_start
	prlimit --pid "$DAEMON" --nofile=3:
	start "$PEER" "$SOCKET" answers
	peer=$STARTED_PID
	wait_for logged "there are no descriptors left" ||
		fail "that is not logged: $(<"$WORK/log")"
	cpu_ticks
	before=$VALUE
	sleep 2
	cpu_ticks
	# Of the 200 that two seconds have.
	[[ $((VALUE - before)) -lt 20 ]] ||
		fail "it has used $((VALUE - before)) ticks in two seconds"
	kill -0 "$peer" || fail "it was turned away"
	prlimit --pid "$DAEMON" --nofile=1024:
	wait "$peer" || fail "it has no answer"
	run_ok mcr status
	mcrd_end
}

case_add "each way to receive and send" loops
case_add "one that cannot be had is refused" no_loop
case_add "a second daemon is refused, and told of the first" second
case_add "options that make no sense" options
case_add "workers, and who serves metrics, have no rights" rights
case_add "a supervisor that is killed leaves nothing that hinders" \
	killed_supervisor
case_add "workers that are killed are replaced, and forward" killed_workers
case_add "a worker that hangs is replaced" hanging_worker
case_add "a machine that stands still costs no worker" standstill
case_add "a device that changes without end keeps nobody waiting" \
	renamed_without_end
case_add "start and stop leave nothing" cycles
case_add "descriptors do not become more" no_growth
case_add "all may read, and not all may change" who
case_add "so it is with the rights of the service" who_by_unit
case_add "a connection that is handed on gives no rights" handed_on
case_add "a group that may read" read_group
case_add "one user cannot keep others out" crowd
case_add "garbage" misbehaves garbage
case_add "descriptors that are sent along" misbehaves passes
case_add "datagrams that are too long, or full" misbehaves too_long many_in_one
case_add "peers that do not read answers" slow_readers
case_add "a listener that does not read is told once" overrun
case_add "few descriptors" few_descriptors
case_add "no descriptors at all" no_descriptors
case_add "a device whose sockets cannot be had is tried again" egress_fails

require_all
require_command python3 setpriv prlimit pgrep unshare
work_directory
MCR_RUN_DIR=$WORK/run
mkdir -m 755 "$MCR_RUN_DIR"
chmod 755 "$WORK"
export MCR_RUN_DIR
# Where other users can read it: the tree may be root's alone.
PEER=$WORK/peer.py
install -m 755 "$MCR_SELFTESTS/relay/peer.py" "$PEER"
serve() { :; }
topology_make 1
cases_run
