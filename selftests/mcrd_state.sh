#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The relay daemon: rules that outlive it, its signals, and doing with less than all
# that root may do.
#
#    NS[src]            NS[mcr]                         NS[snk]
#   +---------+        +----------------------+        +---------+
#   |     s0 -|--------|- in0           out1 -|--------|- k1     |
#   |         |        |    mcrd, rules       |        |         |
#   +---------+        +----------------------+        +---------+
#
# NS[other] has a second daemon.

export MCR_VIA=relay
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/topology.sh"

HERE=$(cd "$(dirname "$0")" && pwd)
FEED=(iif in0 group 239.1.1.1 dport 5000)

setup() {
	require_all
	require_command setpriv python3 systemd-analyze
	work_directory
	# Workers run as somebody else, and the program is theirs to start, too.
	chmod 755 "$WORK"
	export MCR_RUN_DIR=$WORK/run
	STATE=$WORK/state
	FILE=$STATE/here.rules
	RULES=$WORK/rules.mcr
	LOG=$WORK/log
	ns_make src mcr snk other
	topology_ingress
	topology_output 1
	links_wait src mcr
}

# --- The daemon.

# What its command line begins with.
PREFIX=()

# run_mcrd ROLE OPTION...: in the background; its process is PID.
run_mcrd() {
	: >"$LOG"
	start ip netns exec "${NS[$1]}" "${PREFIX[@]}" "$MCRD" --workers 1 \
		--rules "$RULES" --state-dir "$STATE" "${@:2}" 2>>"$LOG"
	PID=$STARTED_PID
}

answers_or_is_gone() {
	capture mcr status && return
	! kill -0 "$PID" 2>/dev/null
}

begin() {
	run_mcrd mcr --state here
	wait_for answers_or_is_gone
	kill -0 "$PID" 2>/dev/null || fail "mcrd has ended: $(<"$LOG")"
}

# finish [SIGNAL]: its status is in STATUS.
finish() {
	kill -"${1:-TERM}" "$PID"
	{ wait "$PID"; } 2>/dev/null
	STATUS=$?
}

ends_well() {
	finish
	check_equal "exit status" "$STATUS" 0
}

# run_fails STATUS REGEX [OPTION...]
run_fails() {
	run_mcrd mcr "${@:3}"
	wait "$PID"
	check_equal "exit status" "$?" "$1"
	check_match "the log" "$(<"$LOG")" "$2"
}

logged() { [[ $(<"$LOG") =~ $1 ]]; }
check_logged() { wait_for logged "$1" || check_match "the log" "$(<"$LOG")" "$1"; }
check_not_logged() { ! logged "$1" || fail "the log has '$1': $(<"$LOG")"; }

# Its process: the only one that stays.
worker() { pgrep -P "$PID" -f ^mcrd-worker; }

rules() { mcr save; }
file_is() { [[ -e $FILE && $(<"$FILE") == "$1" ]]; }

# No files of an earlier case.
afresh() { rm -rf "$STATE" "$RULES"; }

# --- Cases: the file.

keeps() {
	local saved
	afresh
	begin
	[[ ! -e $FILE ]] || fail "there is a file before there is a rule"
	rule_add name a "${FEED[@]}" comment "a  comment # and ; more" to out1 ttl dec
	rule_add name b iif in0 group ff1e::/16 disabled to out1 to nowhere dscp ef
	saved=$(rules)
	wait_for file_is "$saved" || fail "the file has: $(cat "$FILE")"
	check_equal "its mode" "$(stat -c %a "$FILE")" 600
	check_equal "other files" "$(ls "$STATE")" here.rules
	ends_well
	file_is "$saved" || fail "at the end the file has: $(cat "$FILE")"
	check_equal "files" "$(echo "$STATE"/.[a-z]* "$STATE"/*)" \
		"$STATE/.here.lock $FILE"
}

restores() {
	local saved
	saved=$(<"$FILE")
	begin
	check_equal "the rules" "$(rules)" "$saved"
	check_logged "$FILE is in force: 2 added, 0 changed, 0 deleted"
	ends_well
}

# What was changed last is in the file, however short the time was.
keeps_at_end() {
	local i
	begin
	for i in 1 2 3; do
		rule_add name "last$i" iif in0 group "239.9.9.$i" to out1
	done
	ends_well
	check_match "the file" "$(<"$FILE")" "name last3 "
	begin
	check_query .rules 5 status
	ends_well
}

# Whoever gets an answer sees all rules.
restores_before_answers() {
	local i
	finish_rules 2000
	run_mcrd mcr --state here
	wait_for answers_or_is_gone
	check_query .rules 2000 status
	ends_well
}

# finish_rules COUNT: in the file, of a daemon that has ended.
finish_rules() {
	local i
	for ((i = 0; i < $1; i++)); do
		echo "rule iif in0 group 239.7.$((i / 250)).$((i % 250)) to out1"
	done >"$FILE"
}

survives_kill() {
	local began saved
	afresh
	begin
	rule_add name a "${FEED[@]}" to out1
	saved=$(rules)
	began=${EPOCHREALTIME/./}
	wait_for file_is "$saved"
	# A loaded machine takes its time, too.
	[[ $((${EPOCHREALTIME/./} - began)) -lt 1500000 ]] ||
		fail "the file was written only $((${EPOCHREALTIME/./} - began)) us later"
	finish KILL
	begin
	check_equal "the rules" "$(rules)" "$saved"
	ends_well
}

# A worker's death is no matter of the file's, nor of the rules'.
survives_worker_kill() {
	local saved
	begin
	saved=$(rules)
	kill -9 "$(worker)"
	check_logged "worker 0 .* was ended by signal 9"
	check_logged "worker 0 .* ready.*worker 0 .* ready"
	check_equal "the rules" "$(rules)" "$saved"
	file_is "$saved" || fail "the file has: $(cat "$FILE")"
	ends_well
}

# As often as it is seen to be another one, in three seconds of changes.
seldom() {
	local end times=() last='' now
	afresh
	begin
	end=$((${EPOCHREALTIME/./} + 3000000))
	while [[ ${EPOCHREALTIME/./} -lt $end ]]; do
		mcr rule replace name a "${FEED[@]}" comment "$EPOCHREALTIME" to out1
		now=$(stat -c '%i %z' "$FILE" 2>/dev/null)
		[[ $now == "$last" ]] || times+=("$now")
		last=$now
	done 2>/dev/null
	[[ ${#times[@]} -ge 2 && ${#times[@]} -le 5 ]] ||
		fail "written ${#times[@]} times in 3 s"
	ends_well
}

# --- Cases: what is wrong with the file.

puts_aside() {
	local bad="rule name a iif in0 grop 239.1.1.1 to out1"
	afresh
	mkdir -m 700 "$STATE"
	echo "$bad" >"$FILE"
	begin
	check_logged "$FILE:1:21: 'grop' is not known here"
	check_logged "the rules in $FILE are not in force: the file is $FILE.broken now"
	check_query .rules 0 status
	check_equal "the file put aside" "$(<"$FILE.broken")" "$bad"
	[[ ! -e $FILE ]] || fail "there is one in its place"
	rule_add name a "${FEED[@]}" to out1
	ends_well
	begin
	check_query .rules 1 status
	ends_well
}

# Cut off by a full disk, or by a hand: as a whole or not at all.
puts_aside_cut_off() {
	finish_rules 100
	truncate -s -20 "$FILE"
	begin
	check_logged "not in force: the file is $FILE.broken now"
	check_query .rules 0 status
	ends_well
}

no_directory() {
	afresh
	mkdir "$STATE"
	chmod 777 "$STATE"
	begin
	check_logged "rules are not kept: $STATE has to be a directory of uid 0"
	rule_add name a "${FEED[@]}" to out1
	ends_well
	check_equal "files" "$(ls -A "$STATE")" ""
}

# What cannot be written is said once, and that it can be again as well.
full_disk() {
	afresh
	mkdir -m 700 "$STATE"
	mount -t tmpfs -o size=8k,mode=700 full "$STATE" ||
		bail "cannot mount a tmpfs"
	begin
	dd if=/dev/zero of="$STATE/all" bs=4k count=1 2>/dev/null
	rule_add name a "${FEED[@]}" to out1
	check_logged "rules are not kept: $FILE cannot be written: No space left"
	rm "$STATE/all"
	check_logged "rules are kept again, in $FILE"
	file_is "$(rules)" || fail "the file has: $(cat "$FILE")"
	ends_well
	umount "$STATE"
}

name_is_taken() {
	local first
	afresh
	begin
	first=$PID
	LOG=$WORK/log2
	run_mcrd other --state here
	wait "$PID"
	check_equal "exit status" "$?" 1
	check_match "the log" "$(<"$LOG")" \
		"process $first keeps its rules under the name here already: --state"
	LOG=$WORK/log
	PID=$first
	ends_well
}

# no_file OPTION...
no_file() {
	afresh
	run_mcrd mcr "$@"
	wait_for answers_or_is_gone
	rule_add name a "${FEED[@]}" to out1
	ends_well
	[[ ! -e $STATE ]] || check_equal "files" "$(ls -A "$STATE")" ""
}

named_by_netns() {
	afresh
	start "$MCRD" -n "${NS[mcr]}" --workers 1 --state-dir "$STATE" 2>"$LOG"
	PID=$STARTED_PID
	wait_for answers_or_is_gone
	rule_add name a "${FEED[@]}" to out1
	ends_well
	check_equal "files" "$(ls "$STATE")" "${NS[mcr]}.rules"
}

# --- Cases: signals.

# deliver COUNT: through the rule, each packet once.
deliver() {
	sink_start --until-end count "$1" ttl 1 size 100 \
		group 239.1.1.1 port 5000 dev k1
	send --group 239.1.1.1 --count "$1" --ttl 1 --end
	sink_end
	check_ended
	check_delivery
}

# Rules that stay keep their counters.
reloads() {
	afresh
	begin
	rule_add name a "${FEED[@]}" to out1
	rule_add name gone iif in0 group 239.1.1.2 to out1
	deliver 10
	printf 'rule name a %s to out1\nrule name new iif in0 group 239.1.1.3 to out1\n' \
		"${FEED[*]}" >"$RULES"
	kill -HUP "$PID"
	check_logged "$RULES is in force: 1 added, 0 changed, 1 deleted, 1 unchanged"
	check_equal "the rules" "$(rules)" "$(<"$RULES")"
	check_rule a .packets 11
	wait_for file_is "$(<"$RULES")" || fail "the file has: $(cat "$FILE")"
}

# After reloads(): the daemon is still there.
reload_refuses() {
	local before
	query .generation status
	before=$VALUE
	printf 'rule name a %s to out1\nrule name x iif in0 group 10.1.1.1 to out1\n' \
		"${FEED[*]}" >"$RULES"
	kill -HUP "$PID"
	check_logged "$RULES:2:27: group must be a multicast address"
	check_logged "$RULES was not put in force: nothing was changed"
	query .generation status
	check_equal "generation" "$VALUE" "$before"
	rm "$RULES"
	kill -HUP "$PID"
	check_logged "$RULES cannot be read: No such file"
	query .generation status
	check_equal "generation" "$VALUE" "$before"
	deliver 10
	check_rule a .packets 22
	ends_well
}

levels() {
	afresh
	begin
	check_not_logged "connected as"
	kill -USR1 "$PID"
	check_logged "what is logged from now on: debug and graver"
	run_ok mcr status
	check_logged "connected as"
	kill -USR1 "$PID"
	for level in info notice warning error; do
		kill -USR2 "$PID"
		check_logged "what is logged from now on: $level and graver"
	done
	kill -USR2 "$PID"
	ends_well
	# Its workers have heard it, too.
	check_not_logged ending
	check_not_logged '"msg":"stopped"'
}

level_of_workers() {
	afresh
	begin
	ends_well
	check_logged '"msg":"stopped"'
}

# --- Cases: less than all rights.

# worker_has FIELD VALUE: in its /proc/PID/status.
worker_has() {
	local value
	value=$(sed -n "s/^$1:\t\([0-9a-f]*\).*/\1/p" "/proc/$(worker)/status")
	check_equal "$1 of the worker" "$value" "$2"
}

# forwards REGEX UID: it says so, and works.
forwards() {
	afresh
	begin
	[[ ! $1 ]] || check_logged "$1"
	rule_add name a "${FEED[@]}" to out1
	deliver 50
	worker_has Uid "$2"
	worker_has CapEff 0000000000000000
	worker_has CapPrm 0000000000000000
	worker_has NoNewPrivs 1
	ends_well
	begin
	check_query .rules 1 status
	ends_well
	PREFIX=()
}

# rights CAPABILITIES REGEX UID
rights() {
	PREFIX=(setpriv --bounding-set="-all,$1")
	forwards "${@:2}"
}

needs() {
	PREFIX=(setpriv --bounding-set="-$1")
	run_fails 1 "CAP_${1^^} is missing: without this capability"
	PREFIX=()
}

# shellcheck disable=SC2016  # that shell is to read it
no_user() {
	grep -v -e ^mcrd: -e ^nobody: /etc/passwd >"$WORK/passwd"
	echo 'passwd: files' >"$WORK/nsswitch.conf"
	PREFIX=(sh -c 'mount --bind "$0/passwd" /etc/passwd &&
		mount --bind "$0/nsswitch.conf" /etc/nsswitch.conf &&
		exec "$@"' "$WORK")
	forwards "there is no user mcrd and no user nobody: workers run as uid 65534" \
		65534
}

no_io_uring() {
	PREFIX=(python3 "$HERE/relay/refuse.py" "$1")
	forwards "is ready, with recvmmsg and sendmmsg: io_uring is refused: $2" \
		"$(workers_uid)"
}

workers_uid() { id -u mcrd 2>/dev/null || id -u nobody; }

# --- Cases: the unit.

exposure() {
	sed -e 's|@S\?BINDIR@|/bin|g' -e 's|@SYSCONFDIR@|/etc|g' \
		"$HERE/../tools/systemd/$1.in" >"$WORK/$1"
	run_ok systemd-analyze security --offline=true --threshold="$2" "$WORK/$1"
	check_match "what it says" "$OUTPUT" "Overall exposure level"
}

setup
case_add "rules are kept while they change" keeps
case_add "and are in force again" restores
case_add "changes just before the end are kept" keeps_at_end
case_add "nobody sees them missing" restores_before_answers
case_add "kill -9 loses none that is a second old" survives_kill
case_add "a worker's kill -9 loses none" survives_worker_kill
case_add "the file is written at most once a second" seldom
case_add "a broken file is put aside" puts_aside
case_add "a file that was cut off is put aside" puts_aside_cut_off
case_add "rules are not kept where others may write" no_directory
case_add "a full disk is said, and that it no longer is" full_disk
case_add "two daemons do not share a name" name_is_taken
case_add "--no-state" no_file --no-state
case_add "no name, no file" no_file
case_add "-n gives the name" named_by_netns

case_add "SIGHUP puts the file in force" reloads
case_add "SIGHUP with a mistake changes nothing" reload_refuses
case_add "SIGUSR1 and SIGUSR2" levels
case_add "workers log what they do otherwise" level_of_workers

case_add "without CAP_NET_RAW it refuses" needs net_raw
case_add "without CAP_NET_ADMIN it refuses" needs net_admin
case_add "with these two alone" rights +net_admin,+net_raw \
	"workers run as uid 0, .*CAP_SETUID, CAP_SETGID, CAP_KILL are missing" 0
case_add "without CAP_KILL" rights +net_admin,+net_raw,+setuid,+setgid,+setpcap \
	"workers run as uid 0, .*CAP_KILL is missing" 0
case_add "without CAP_SETPCAP" rights +net_admin,+net_raw,+setuid,+setgid,+kill \
	"" "$(workers_uid)"
case_add "without a user for workers" no_user
case_add "without io_uring: EPERM" no_io_uring EPERM "not permitted"
case_add "without io_uring: ENOSYS" no_io_uring ENOSYS "this kernel has none"

case_add "mcrd.service: exposure below 3.0" exposure mcrd.service 29
case_add "mcr-rules.service: exposure below 2.0" exposure mcr-rules.service 19
cases_run
