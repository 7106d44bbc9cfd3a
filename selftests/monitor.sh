#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What changes is told, in the order in which it changed, and nothing else is.
#
#    NS[src]            NS[mcr]                         NS[snk]
#   +---------+        +----------------------+        +---------+
#   |     s0 -|--------|- in0           out1 -|--------|- k1     |
#   |         |        |                out2 -|--------|- k2     |
#   +---------+        |  d0, d1 (dummies)    |        +---------+
#                      +----------------------+
#
# d0 and d1 come and go. Each case has monitors of its own and ends with no
# rules; what a monitor printed is compared as a whole, so that a line too many
# is a failure, too.

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/topology.sh"

G=${GROUP[4]}
G2=${GROUP2[4]}
RULE="iif in0 group $G to out1"

# monitor_start FILE WORD...: a monitor, listening when this returns.
monitor_start() {
	local file=$WORK/$1
	shift
	start "$MCRTOOL" -n "${NS[mcr]}" -d "$@" >"$file" 2>&1
	wait_for grep -q -e "up to date" -e synced "$file" ||
		fail "no monitor: $(<"$file")"
}

# monitor_end PID SIGNAL: it ends at once, and well.
monitor_end() {
	kill "-$2" "$1"
	wait "$1"
	check_equal "status of the monitor" $? 0
}

has_lines() {
	mapfile -t LINES <"$WORK/$1"
	[[ ${#LINES[@]} -ge $2 ]]
}

# check_lines FILE REGEX...: all that is in the file, line by line.
check_lines() {
	local file=$1 i
	shift
	wait_for has_lines "$file" $#
	for ((i = 0; i < $# || i < ${#LINES[@]}; i++)); do
		check_match "line $((i + 1))" "${LINES[i]:-nothing}" \
			"^${*:i+1:1}\$"
	done
}

# Each change of a rule; what is refused, or another namespace's, is not told.
rules() {
	local monitor id='# id [0-9]+' doing='# id [0-9]+, .*'
	monitor_start rules monitor rules devices
	monitor=$STARTED_PID
	rule_add name a iif in0 group "$G" to out1
	run_ok "$MCRTOOL" -n "${NS[snk]}" rule add iif k1 group "$G" to k2
	rule_add name b iif in0 group "$G2" to out1
	run_refused 1 "already" mcr rule add name c iif in0 group "$G" to out1
	run_ok mcr rule replace name c iif in0 group "$G" to out2 ttl 3
	run_ok mcr output add rule c to out1
	run_ok mcr output del rule c output 2
	run_ok mcr rule disable c
	run_ok mcr rule disable b
	run_ok mcr rule enable b
	run_ok mcr stats reset
	run_ok mcr rule del c
	rules_flush
	check_lines rules \
		"# up to date: generation [0-9]+" \
		"ingress in0 hooked" \
		"created rule name a $RULE  $id" \
		"created rule name b iif in0 group $G2 to out1  $id" \
		"changed rule name c iif in0 group $G to out2 ttl 3  $id" \
		"changed rule name c iif in0 group $G to out2 ttl 3 to out1  $id" \
		"changed rule name c $RULE  $id" \
		"changed rule name c iif in0 group $G disabled to out1  $id" \
		"ingress in0 unhooked" \
		"changed rule name b iif in0 group $G2 disabled to out1  $id" \
		"ingress in0 hooked" \
		"changed rule name b iif in0 group $G2 to out1  $id" \
		"deleted rule name c  $id" \
		"ingress in0 unhooked" \
		"deleted rule name b  $id"
	monitor_end "$monitor" TERM
	run_ok "$MCRTOOL" -n "${NS[snk]}" rule flush
}

# Devices that go and come, and only the kinds that are asked for.
devices() {
	local all members id='# id [0-9]+' doing='# id [0-9]+, .*'
	ip_in mcr link set d0 up
	ip_in mcr link set d1 up
	rule_add name a iif d0 group "$G" to out1
	rule_add name b iif in0 group "$G2" to out1 to d1
	monitor_start devices monitor
	all=$STARTED_PID
	monitor_start members monitor membership
	members=$STARTED_PID
	run_ok ip_in mcr link del d1
	run_ok ip_in mcr link add d1 type "$DUMMY"
	run_ok ip_in mcr link del d0
	run_ok ip_in mcr link add d0 up type "$DUMMY"
	check_rule a .membership '"joined"'
	run_ok mcr rule disable a
	check_lines devices \
		"rule name a iif d0 group $G to out1  $doing" \
		"rule name b iif in0 group $G2 to out1 to d1  $doing" \
		"ingress (d0|in0) hooked" \
		"ingress (d0|in0) hooked" \
		"# up to date: .*" \
		"waiting rule name b output 2 to d1  $id" \
		"bound rule name b output 2 to d1  $id" \
		"ingress d0 waiting" \
		"membership rule name a none  $id" \
		"ingress d0 hooked" \
		"membership rule name a joined  $id" \
		"ingress d0 unhooked" \
		"changed rule name a iif d0 group $G disabled to out1  $id"
	check_lines members \
		"rule name a iif d0 group $G to out1  $doing" \
		"rule name b iif in0 group $G2 to out1 to d1  $doing" \
		"# up to date: .*" \
		"membership rule name a none  $id" \
		"membership rule name a joined  $id"
	monitor_end "$all" INT
	monitor_end "$members" TERM
	rules_flush
}

# Packets that out1 drops.
drop_two() {
	send --group "$G" --count 2 --size 1301
	check_balance a
}

# A drop is told when it is the first for its reason, and again after a reset.
drops() {
	local monitor id='# id [0-9]+' doing='# id [0-9]+, .*'
	ip_in mcr link set out1 mtu 1300
	rule_add name a iif in0 group "$G" to out2 to out1
	monitor_start drops monitor drops
	monitor=$STARTED_PID
	drop_two
	wait_for has_lines drops 3
	drop_two
	ip_in mcr link set out1 down
	drop_two
	wait_for has_lines drops 4
	drop_two
	run_ok mcr stats reset a
	drop_two
	wait_for has_lines drops 5
	run_ok mcr output del rule a to out1
	drop_two
	ip_in mcr link set out1 mtu 1500 up
	check_lines drops \
		"rule name a iif in0 group $G to out2 to out1  $doing" \
		"# up to date: .*" \
		"dropped rule name a output 2 to out1: mtu [12]  $id" \
		"dropped rule name a output 2 to out1: device-down [12]  $id" \
		"dropped rule name a output 2 to out1: device-down [12]  $id"
	monitor_end "$monitor" TERM
	links_wait mcr
	rules_flush
}

# More than is told one by one: the state is printed instead.
many() {
	local monitor i outputs=() id='# id [0-9]+' doing='# id [0-9]+, .*'
	for ((i = 1; i <= 33; i++)); do
		outputs+=(to d1 dport "$i")
	done
	rule_add name a iif in0 group "$G" "${outputs[@]}"
	monitor_start many monitor
	monitor=$STARTED_PID
	run_ok ip_in mcr link del d1
	run_ok ip_in mcr link add d1 type "$DUMMY"
	run_ok mcr rule del a
	check_lines many \
		"rule name a iif in0 group $G ${outputs[*]}  $doing" \
		"ingress in0 hooked" \
		"# up to date: .*" \
		"# more changed than is told one by one: dumping again" \
		"rule name a iif in0 group $G ${outputs[*]}  $doing" \
		"ingress in0 hooked" \
		"# up to date: .*" \
		"# more changed than is told one by one: dumping again" \
		"rule name a iif in0 group $G ${outputs[*]}  $doing" \
		"ingress in0 hooked" \
		"# up to date: .*" \
		"ingress in0 unhooked" \
		"deleted rule name a  $id"
	monitor_end "$monitor" TERM
}

# One object a line, with times; all of it is what jq understands.
json() {
	local monitor
	rule_add name a iif d0 group "$G" to out1
	monitor_start json -j -t monitor
	monitor=$STARTED_PID
	run_ok mcr rule del a
	wait_for has_lines json 6
	VALUE=$(jq -c -s '[.[] | [.event, .rule.name // .ingress.dev // .why]],
		([.[] | .time | test("^20..-..-..T..:..:..[.]......[+-]....$")]
		 | all), (.[-1].generation - .[3].generation)' "$WORK/json" 2>&1)
	check_equal "events" "$VALUE" '[["state","start"],["rule","a"],["ingress","d0"],["synced",null],["ingress","d0"],["deleted","a"]]
true
1'
	monitor_end "$monitor" TERM
	monitor_start pretty -jp monitor rules
	monitor=$STARTED_PID
	rule_add name a iif in0 group "$G" to out1
	wait_for grep -q '"created"' "$WORK/pretty"
	monitor_end "$monitor" TERM
	check_equal "pretty" "$(jq -r .event "$WORK/pretty" | tr '\n' ' ')" \
		"state synced created "
	rules_flush
}

is_resynced() { grep -q -A 99 "missed events" "$WORK/slow" &&
	[[ $(tail -n 1 "$WORK/slow") == "# up to date"* ]]; }

# A monitor that does not read, while more changes than can wait for it.
slow() {
	local monitor state
	rule_add name a iif in0 group "$G" to out1
	rule_add name b iif in0 group "$G2" to out2
	monitor_start slow monitor rules
	monitor=$STARTED_PID
	kill -STOP "$monitor"
	run_ok in_ns mcr netlink/toggle.py 2001 b
	kill -CONT "$monitor"
	wait_for is_resynced || fail "it did not recover: $(<"$WORK/slow")"
	state=$(sed -n '/missed events/,$p' "$WORK/slow")
	capture mcr rule list
	check_match "the state at last" "$state" \
		"^# missed events: dumping again"$'\n'"$OUTPUT"$'\n'"# up to date"
	check_match "the state at last" "$OUTPUT" "name b .* disabled "
	run_ok mcr rule enable b
	wait_for grep -q "changed rule name b .* to out2  # id" "$WORK/slow" ||
		fail "nothing is told afterwards"
	monitor_end "$monitor" TERM
	rules_flush
}

# Its reader goes, with nothing to be written: that is no error.
reader_goes() {
	local monitor pipe
	exec {pipe}< <(exec "$MCRTOOL" -n "${NS[mcr]}" -d monitor 2>"$WORK/err")
	monitor=$!
	read -r -u "$pipe"
	check_match "first line" "$REPLY" "# up to date"
	exec {pipe}<&-
	wait "$monitor"
	check_equal "status" $? 0
	check_equal "standard error" "$(<"$WORK/err")" ""
}

# is_asleep PID
is_asleep() {
	local state
	read -r _ _ state _ <"/proc/$1/stat"
	[[ $state == S ]]
}

# A pipe that is full, as its reader does not read: a signal ends it all the same.
reader_sleeps() {
	local monitor outputs=() pipe i
	for ((i = 1; i <= 256; i++)); do
		outputs+=(to d1 group "$G2" src 10.0.0.9 dport $((50000 + i)))
	done
	rule_add iif in0 group "$G" "${outputs[@]}"
	exec {pipe}< <(exec "$MCRTOOL" -n "${NS[mcr]}" -j -d monitor \
		2>"$WORK/err")
	monitor=$!
	# What is there now is a part of the rule, which is larger than the pipe.
	read -r -u "$pipe"
	check_match "first line" "$REPLY" state
	wait_for is_asleep "$monitor" || fail "it does not wait to write"
	kill -TERM "$monitor"
	wait "$monitor"
	check_equal "status" $? 0
	check_equal "standard error" "$(<"$WORK/err")" ""
	exec {pipe}<&-
	rules_flush
}

case_add "rules are created, changed and deleted" rules
case_add "devices go and come; only what was asked for" devices
case_add "drops are told once, and again after a reset" drops
case_add "many changes at once" many
case_add "JSON, one object a line, and pretty" json
case_add "a monitor that is too slow" slow
case_add "a reader that goes" reader_goes
case_add "a reader that does not read" reader_sleeps

cd "$MCR_SELFTESTS" || exit 1
require_all
topology_make 2
serve snk
work_directory
ip_batch mcr <<-END
	link add d0 type $DUMMY
	link add d1 type $DUMMY
END
cases_run
