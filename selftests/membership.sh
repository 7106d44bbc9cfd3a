#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Traffic is called for: what no rule has joined does not come in. Devices like
# macvlan filter as real network cards do (veth does not, and would hide it).
#
#    NS[src]            NS[mcr]                         NS[snk]
#   +---------+        +----------------------+        +---------+
#   |     s0 -|--------|- in0           out1 -|--------|- k1     |
#   |         |        |   |                  |        +---------+
#   |         |        |  mv0 (macvlan)       |
#   +---------+        +----------------------+
#
# Rules receive from mv0.

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/topology.sh"

COUNT=$(scaled 20)

# arrive FAMILY IN OUT: how many of the group's packets come to mv0 and to k1.
# The control packet, whose group is joined all the time, comes to both.
arrive() {
	local family=$1 in=$2 out=$3 in_fd
	rule_add name control iif mv0 group "${CONTROL[$family]}" to out1
	check_rule control .membership '"joined"'
	sink_start_in mcr --no-promisc --until-end dev mv0 count "$in"
	in_fd=$SINK_FD
	sink_start --until-end dev k1 count "$out"
	send --group "${GROUP[$family]}" --count "$COUNT"
	send --group "${CONTROL[$family]}" --flow end
	sink_end
	check_ended
	check_delivery
	SINK_FD=$in_fd
	sink_end
	check_ended
	check_delivery
	run_ok mcr rule del control
}

called_for() {
	rule_query r1 .membership
	[[ $VALUE == '"joined"' || $VALUE == '"allmulti"' ]]
}

# With a rule packets come, and before it and after it they do not.
needs_rule() {
	local family=$1
	shift
	arrive "$family" 0 0
	rule_add name r1 iif mv0 group "${GROUP[$family]}" "$@" to out1
	wait_for called_for || fail "the traffic of r1 is not called for"
	arrive "$family" "$COUNT" "$COUNT"
	run_ok mcr rule disable r1
	arrive "$family" 0 0
	run_ok mcr rule enable r1
	wait_for called_for || fail "the traffic of r1 is not called for"
	arrive "$family" "$COUNT" "$COUNT"
	run_ok mcr rule del r1
	arrive "$family" 0 0
}

# lines FAMILY: how many times the group is among those of mv0.
lines() { ip_in mcr maddr show dev mv0 | grep -cE " ${GROUP[$1]}( |$)"; }

# Groups are joined and left some time after a rule has changed.
lines_are() {
	VALUE=$(lines "$1")
	[[ $VALUE -eq $2 ]]
}

# check_lines WHEN FAMILY COUNT
check_lines() {
	wait_for lines_are "$2" "$3" ||
		fail "$1: expected $3 lines of the group, got $VALUE"
}

no_joins() {
	query .joins status
	[[ $VALUE -eq 0 ]]
}

# A group is joined once for several rules, until the last one goes.
joined_once() {
	local family=$1 group=${GROUP[$1]}
	check_lines "before any rule" "$family" 0
	rule_add name r1 iif mv0 group "$group" to out1
	check_lines "with a rule" "$family" 1
	rule_add name r2 iif mv0 group "$group" dport 5001 to out1
	check_rule r2 .membership '"joined"'
	check_lines "with two rules" "$family" 1
	check_query .joins 1 status
	run_ok mcr rule disable r2
	check_lines "with one of two disabled" "$family" 1
	run_ok mcr rule enable r2
	run_ok mcr rule del r1
	check_lines "with the other left" "$family" 1
	check_rule r2 .membership '"joined"'
	run_ok mcr rule del r2
	check_lines "after the last one" "$family" 0
	wait_for no_joins || fail "joins left: $VALUE"
	rule_add name r3 iif mv0 group "$group" join none to out1
	check_lines "with join none" "$family" 0
	rules_flush
}

# allmulti [ROLE]: how often mv0 is held in it.
allmulti() { ip_in "${1:-mcr}" -d -j link show dev mv0 | jq '.[0].allmulti'; }

allmulti_counted() {
	local family=$1
	check_equal "before any rule" "$(allmulti)" 0
	rule_add name r1 iif mv0 group "${GROUP[$family]}" join none to out1
	check_equal "with a rule" "$(allmulti)" 1
	rule_add name r2 iif mv0 group "${GROUP2[$family]}" join none to out1
	check_equal "with two rules" "$(allmulti)" 1
	check_query '.ingress[] | select(.dev == "mv0").allmulti' 2 status
	check_rule r2 .membership '"allmulti"'
	run_ok mcr rule del r1
	check_equal "with the other left" "$(allmulti)" 1
	run_ok mcr rule disable r2
	check_equal "with that disabled" "$(allmulti)" 0
	check_rule r2 .membership '"none"'
	run_ok mcr rule enable r2
	check_equal "with that enabled" "$(allmulti)" 1
	run_ok mcr rule del r2
	check_equal "after the last one" "$(allmulti)" 0
}

# The device takes its memberships along and gets them again.
comes_back() {
	local family=$1
	rule_add name r1 iif mv0 group "${GROUP[$family]}" to out1
	rule_add name r2 iif mv0 group "${GROUP2[$family]}" join none to out1
	ip_in mcr link set mv0 netns "${NS[else]}"
	check_rule r1 '[.waiting, .membership]' '[true,"none"]'
	check_equal "allmulti elsewhere" "$(allmulti else)" 0
	check_equal "groups elsewhere" "$(ip_in else maddr show dev mv0 |
		grep -c -F "${GROUP[$family]}")" 0
	ip_in else link set mv0 netns "${NS[mcr]}"
	ip_in mcr link set mv0 up
	check_rule r1 '[.waiting, .membership]' '[false,"joined"]'
	check_lines "joined again" "$family" 1
	check_equal "allmulti again" "$(allmulti)" 1
	run_ok mcr rule del r2
	arrive "$family" "$COUNT" "$COUNT"
	rules_flush
	check_lines "after the last one" "$family" 0
	mv0_addresses
}

# What a device loses when it goes down or away.
mv0_addresses() {
	ip_in mcr address replace 10.0.0.3/24 dev mv0
	ip_in mcr address replace 2001:db8:a::3/64 dev mv0 nodad
}

# The hash is of where the device lies in memory: what was there before stays.
mv0_make() {
	ip_in mcr link set mv0 down name "$1" 2>/dev/null
	ip_in mcr link add mv0 link in0 type macvlan mode bridge ||
		skip_test "no macvlan"
	ip_in mcr link set mv0 addrgenmode none
	ip_in mcr link set mv0 up
	mv0_addresses
}

# macvlan filters by eight bits of a hash that is another one for each device: by
# chance, one in a hundred, they are those of an address that is joined anyway.
tells_apart() {
	local family case_failed=0
	for family in 4 6; do
		arrive "$family" 0 0
	done >/dev/null
	[[ $case_failed -eq 0 ]]
}

for family in 4 6; do
	who=${FAMILY[$family]}
	case_add "$who: traffic comes only with a rule" needs_rule $family
	case_add "$who: traffic comes only with a rule, join none" \
		needs_rule $family join none
	case_add "$who: one membership for several rules" joined_once $family
	case_add "$who: allmulti is counted" allmulti_counted $family
	case_add "$who: a device goes and comes back" comes_back $family
done

# shellcheck disable=SC2034  # for lib.sh
RELAY_OPTIONS=("${ONE_WORKER[@]}")
require_all
topology_make 1
ns_make else
for ((tries = 0; tries < 5; tries++)); do
	mv0_make "not$tries"
	! tells_apart || break
	note "mv0 does not tell the groups apart and is made anew"
done
cases_run
