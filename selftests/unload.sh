#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The module is removed while packets flow and rules are there, leaves nothing
# behind, and is loaded again by whoever asks for its family.
#
#    NS[src]            NS[mcr]                         NS[snk]
#   +---------+        +----------------------+        +---------+
#   |     s0 -|--------|- in0           out1 -|--------|- k1     |
#   +---------+        +----------------------+        +---------+

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/topology.sh"

G=${GROUP[4]}

traffic_start() {
	start "$MCR_HELPERS/mcsend" --netns "${NS[src]}" --dev s0 --group "$G" \
		--flow 7 --count 1000000 --rate 500 >/dev/null 2>&1
	TRAFFIC=$STARTED_PID
}

rules() {
	rule_add name r1 iif in0 group "$G" to out1 to out1 ttl 9
	rule_add name r2 iif in0 group "${GROUP[6]}" consume to out1
	rule_add name r3 iif in0 group "${GROUP2[4]}" join none to out1
}

takes_packets() {
	rule_query r1 .packets
	[[ $VALUE -gt 0 ]]
}

delivers() {
	sink_start --until-end dev k1 flow 3 count 20
	send --group "$G" --count 20 --flow 3 --end
	sink_end
	check_ended
	check_delivery
}

removed_under_traffic() {
	local i rounds
	rounds=$(scaled 3)
	traffic_start
	for ((i = 0; i < rounds; i++)); do
		rules
		wait_for takes_packets || fail "traffic does not reach the rule"
		run_ok rmmod mcr
		module_is_loaded && fail "the module is still there"
		run_ok modprobe mcr
		check_query length 0 rule list
	done
	stop "$TRAFFIC"
	rule_add name r1 iif in0 group "$G" to out1
	delivers
	rules_flush
}

nothing_left() {
	rules
	check_match "groups with rules" "$(ip_in mcr maddr show dev in0)" "$G"
	run_ok rmmod mcr
	check_equal "groups left" \
		"$(ip_in mcr maddr show dev in0 |
			grep -c -F -e "$G" -e "${GROUP[6]}")" 0
	check_equal "allmulti left" \
		"$(ip_in mcr -d -j link show dev in0 | jq '.[0].allmulti')" 0
	# Devices are nobody's any more: they can go.
	run_ok ip_in mcr link del out1
	topology_output 1
	links_wait mcr
	run_ok modprobe mcr
}

# Who listens learns that nothing will be told any more.
listeners_learn() {
	local status
	work_directory
	start "$MCRTOOL" -n "${NS[mcr]}" -d monitor >"$WORK/events" 2>&1
	wait_for grep -q "up to date" "$WORK/events" || fail "no monitor"
	rules
	run_ok rmmod mcr
	wait "$STARTED_PID"
	status=$?
	check_equal "status of the monitor" "$status" 3
	check_match "what it says at last" "$(tail -n 1 "$WORK/events")" \
		"the server is gone: the kernel module was unloaded"
	run_ok modprobe mcr
}

# Asking for the family loads the module.
loaded_by_family() {
	run_ok rmmod mcr
	run_ok mcr status
	module_is_loaded || fail "the module was not loaded by its family's name"
}

# A namespace that was there before the module, and one that comes after.
other_namespaces() {
	run_ok rmmod mcr
	ns_make late
	run_ok modprobe mcr
	check_equal "rules of an older namespace" \
		"$("$MCRTOOL" -n "${NS[late]}" -j rule list)" "[]"
	ns_drop late
	ns_make later
	check_equal "rules of a younger namespace" \
		"$("$MCRTOOL" -n "${NS[later]}" -j rule list)" "[]"
	ns_drop later
}

case_add "removed under traffic, with rules" removed_under_traffic
case_add "nothing is left behind" nothing_left
case_add "listeners learn that it is gone" listeners_learn
case_add "loaded by the family's name" loaded_by_family
case_add "namespaces older and younger than the module" other_namespaces

require_all
require_command modprobe rmmod
modprobe -n mcr 2>/dev/null || skip_test "the module is not installed"
[[ $("$MCRTOOL" -j rule list) == "[]" ]] ||
	skip_test "this host's own rules would be lost"
topology_make 1
cases_run
