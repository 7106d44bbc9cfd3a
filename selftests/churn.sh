#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# All that can change does, at once and under traffic: rules, outputs, transactions,
# devices that come, go, move, are renamed and resized, network namespaces; and, of
# the module, its removal. Afterwards what is there counts right and forwards, and the
# bench looks for what was left.
#
#    NS[src]            NS[mcr]                         NS[snk]
#   +---------+        +----------------------+        +---------+
#   |     s0 -|--------|- in0           out1 -|--------|- k1     |
#   |         |        |                out2 -|--------|- k2     |
#   |         |        |   change:      out3 -|--------|- k3     |
#   |         |        |                out4 -|--------|- k4     |
#   +---------+        +----------------------+        +---------+
#
# MCR_CHURN_SECONDS says how long each case takes at least: it goes on until each change
# has succeeded once.

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/topology.sh"

SECONDS_EACH=${MCR_CHURN_SECONDS:-8}
G=${GROUP[4]}
CHURNS=()

# churn FUNCTION: over and over until churns_end. Whether a round of it succeeds is up
# to the others; how often one did is in the file of its name.
churn() {
	work_directory
	start churn_run "$1" >/dev/null 2>&1
	CHURNS+=("$STARTED_PID")
}

# A round has succeeded where something of it was done: the module may go, and a
# device, between two commands.
churn_run() {
	local n=0 effect
	echo 0 >"$WORK/$1"
	while [[ -e $WORK/churning ]]; do
		effect=no
		"$1" && effect=yes
		[[ $effect == no ]] || n=$((n + 1))
		echo "$n" >"$WORK/$1"
	done
}

churns_begin() {
	local function
	work_directory
	: >"$WORK/churning"
	CHURNS=()
	for function; do
		churn "$function"
	done
}

# has_each FUNCTION...: each of them has succeeded once.
has_each() {
	local function
	for function; do
		[[ $(<"$WORK/$function") -ge 1 ]] || return
	done
}

# churns_end FUNCTION...: each of them has succeeded once, or nothing was tested.
churns_end() {
	local function said=
	rm -f "$WORK/churning"
	wait "${CHURNS[@]}"
	for function; do
		said+=" $function $(<"$WORK/$function")"
		[[ $(<"$WORK/$function") -ge 1 ]] || fail "$function has not succeeded"
	done
	note "rounds:$said"
}

rules() {
	mcr rule add name c1 iif in0 group "${GROUP2[4]}" to out3 to out4 ttl 9
	mcr rule replace name c1 iif in0 group "${GROUP2[4]}" to out3
	mcr rule add name c2 iif in0 group "$G" src "${SOURCE[4]}" dport 1-9 to out4
	mcr rule disable c1
	mcr rule add name c3 iif out4 group "${GROUP[6]}" join none consume to out3
	mcr rule del c2
	mcr rule del c1
	mcr rule del c3
}

outputs() {
	mcr output add rule kept to out3 ttl 7
	mcr output add rule kept to out4 group "${GROUP2[4]}"
	mcr stats reset c1
	mcr output del rule kept to out3 ttl 7
	mcr output del rule kept to out4 group "${GROUP2[4]}"
}

# All or none, again and again: to flush succeeds always.
transactions() {
	local lines="rule add name t1 iif in0 group 239.3.0.0/16 to out3
rule add name t2 iif in0 group 239.3.1.0/24 dport 1-100 to out4
output add rule t1 to out4
rule del t2"
	mcr -b - <<<"$lines"
	"$MCRTOOL" -n "${NS[mcr]}" rule flush group 239.3.0.0/16
	return 1
}

device_gone_and_back() {
	ip_in mcr link del out3
	topology_output 3
}

device_renamed() {
	ip_in mcr link set out4 down
	ip_in mcr link set out4 name other4
	pause
	ip_in mcr link set other4 name out4
	ip_in mcr link set out4 mtu $((1280 + RANDOM % 200))
	ip_in mcr link set out4 up
}

device_moved() {
	ip_in mcr link set out2 netns "${NS[else]}"
	pause
	ip_in else link set out2 netns "${NS[mcr]}"
	ip_in mcr link set out2 up
}

namespace() {
	local ns=mcr-$$-short ret
	ip netns add "$ns"
	ip -n "$ns" link add in0 type "$DUMMY"
	ip -n "$ns" link set in0 up
	[[ $MCR_VIA == relay ]] ||
		"$MCRTOOL" -n "$ns" rule add iif in0 group "$G" to in0 to out1
	ret=$?
	ip netns del "$ns"
	return "$ret"
}

module_removed() {
	rmmod mcr
	pause
	modprobe mcr
	pause
	mcr rule add name kept iif in0 group "$G" to out1 to out2
}

# effect is the round's that calls it.
mcr() { "$MCRTOOL" -n "${NS[mcr]}" "$@" && effect=yes; }

traffic_start() {
	start "$MCR_HELPERS/mcsend" --netns "${NS[src]}" --dev s0 --group "$G" \
		--flow 7 --count 100000000 --rate 200 >/dev/null 2>&1
	TRAFFIC=$STARTED_PID
}

kept_add() { rule_add name kept iif in0 group "$G" to out1 to out2; }

all_balance() {
	query 'map(.outputs[] | .offered == .sent + (.drops | add // 0)) | all' \
		rule list
	check_equal "rules that balance" "$VALUE" true
}

has_matched() {
	rule_query kept .packets
	[[ $VALUE -gt 0 ]]
}

# What is there forwards, and is gone when it is deleted.
in_order() {
	all_balance
	rules_flush
	kept_add
	links_wait src mcr
	sink_start --until-end dev k1 count 100 flow 3 || return
	send --group "$G" --count 100 --flow 3 --end
	sink_end
	check_ended
	check_delivery
	check_balance kept
	rules_flush
}

# under_traffic FUNCTION...: all of them at once, for a while.
under_traffic() {
	kept_add
	traffic_start
	wait_for has_matched || fail "traffic does not reach the rule"
	churns_begin "$@"
	read -rt "$SECONDS_EACH" -u "$NOTHING_FD"
	wait_for has_each "$@"
	churns_end "$@"
	stop "$TRAFFIC"
}

all_at_once() {
	local churns=(rules outputs transactions device_gone_and_back
		device_renamed device_moved namespace)
	under_traffic "${churns[@]}"
	check_balance kept
	in_order
}

removed_meanwhile() {
	local churns=(module_removed rules outputs transactions device_renamed
		namespace)
	only_kernel "the module can be removed" || return
	under_traffic "${churns[@]}"
	in_order
}

require_all
topology_make 4
ns_make else

case_add "rules, outputs, transactions, devices and namespaces" all_at_once
case_add "… and the module is removed meanwhile" removed_meanwhile
cases_run
