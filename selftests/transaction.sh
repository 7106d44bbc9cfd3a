#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Rules are replaced by transactions while packets flow: what stays is not
# touched, and what is handed from one rule to another is neither lost nor
# doubled.
#
#    NS[src]            NS[mcr]                         NS[snk]
#   +---------+        +----------------------+        +---------+
#   |     s0 -|--------|- in0           out1 -|--------|- k1     |
#   |         |        |                out2 -|--------|- k2     |
#   +---------+        +----------------------+        +---------+
#
# netlink/txn_churn.py commits over and over meanwhile.

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/topology.sh"

COUNT=$(scaled 1500)
RATE=1000
G=${GROUP[4]}

# Commits without end; those that were done are counted.
churn_start() {
	local line=
	coproc CHURN {
		in_ns mcr "$MCR_SELFTESTS/netlink/txn_churn.py" "$1" 2>&1
	}
	STARTED+=("$CHURN_PID")
	CHURN_OUT=${CHURN[0]}
	read -r line <&"$CHURN_OUT"
	check_equal "what txn_churn.py says" "$line" ready
}

# churn_stop LEAST: there must have been so many, or nothing was tested.
churn_stop() {
	local commits=
	echo >&"${CHURN[1]}"
	read -r commits <&"$CHURN_OUT"
	[[ $commits -ge $1 ]] || fail "only $commits commits meanwhile"
}

# churn CASE: packets flow to k1 while rules are replaced.
churn() {
	churn_start "$1" || return
	sink_start --until-end dev k1 count "$COUNT" flow 3 || return
	send --group "$G" --count "$COUNT" --rate "$RATE" --flow 3 --end
	sink_end
	churn_stop 10
	check_ended
	check_delivery
}

others() {
	local id
	rule_add name keep iif in0 group "$G" to out1
	rule_query keep .id
	id=$VALUE
	churn others
	check_all_sent keep $((COUNT + 1))
	check_rule keep .id "$id"
	rules_flush
}

handed() {
	rule_add name other iif in0 group "${GROUP2[4]}" to out2
	rule_add iif in0 group "$G" to out1
	churn handed
	check_rule other .packets 0
	rules_flush
}

outputs() {
	local only='.outputs[] | select(.to == "out1")'
	rule_add name keep iif in0 group "$G" to out1
	churn outputs
	check_rule keep .packets $((COUNT + 1))
	check_rule keep "$only | [.id, .offered, .sent]" \
		"[1,$((COUNT + 1)),$((COUNT + 1))]"
	check_balance keep
	rules_flush
}

require_all
require_command python3
topology_make 2

case_add "a rule that stays, while all others are replaced" others
case_add "a flow that is handed from rule to rule" handed
case_add "an output that stays, while others come and go" outputs
cases_run
