#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Why is nothing forwarded? What `rule show` ends with, for everything that can
# be missing on the way of a packet; the topology of topology.sh.

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/topology.sh"

# says SENTENCE: the last line of `rule show r1` ends so; JSON says the same.
says() {
	run_ok mcr rule show r1
	check_match "rule show" "${OUTPUT##*$'\n'}" "^# $1\$"
	query '.missing // ""' rule show r1
	check_match "rule show, as JSON" "$VALUE" "^\"$1\"\$"
}

says_nothing() {
	run_ok mcr rule show r1
	check_match "rule show" "${OUTPUT##*$'\n'}" "^# +[0-9]+  out"
	query '.missing // ""' rule show r1
	check_equal "rule show, as JSON" "$VALUE" '""'
}

nothing_came() {
	rule_add name r1 iif in1 group 239.1.1.1 disabled to out1
	says "the rule is disabled"
	run_ok mcr rule enable r1
	says "no frame has come in on in1, although the group is joined"
	rules_flush
}

# nearest FAMILY "RULE WORDS" SENTENCE "SEND ARGUMENTS"
nearest() {
	local family=$1 words=$2 sentence=$3 arguments=$4
	# shellcheck disable=SC2086
	rule_add name r1 iif in0 $words to out1
	# shellcheck disable=SC2086
	send --mode raw --src "${SOURCE[$family]}" $arguments
	wait_for unmatched "$family" || fail "the flow was not remembered"
	says "[0-9]+ frames came in on in0, none for this rule$sentence"
	rules_flush
}

unmatched() {
	query '[.ingress[].unmatched[].src] | unique | map(select(. == "'"${SOURCE[$1]}"'")) | length' status
	[[ $VALUE == 1 ]]
}

# A flow is kept once, however often it comes, and only some flows are.
remembered() {
	local i
	rule_add name r1 iif in0 group 239.1.1.1 to out1
	for i in 1 2 3; do
		send --mode raw --group 239.9.9.9 --src 10.0.0.1 --count 50 \
			--port "$i"
	done
	check_status '.not_matched >= 150' true
	check_status '[.unmatched[] | select(.group == "239.9.9.9").dport] | sort' \
		"[1,2,3]"
	for i in {1..9}; do
		send --mode raw --group 239.9.8."$i" --src 10.0.0.1
	done
	check_status '.not_matched >= 159' true
	# Eight on each processor.
	check_status '[.unmatched | length] | inside([range(8; 13)])' true
	rules_flush
	# They go with the last rule of the device.
	rule_add name r1 iif in0 group 239.1.1.1 to out1
	check_status '[.unmatched[] | select(.group | startswith("239."))]' "[]"
	rules_flush
}

more_specific() {
	rule_add name r1 iif in0 group 239.1.0.0/16 to out1
	rule_add name r2 iif in0 group 239.1.1.1 to out1
	send --mode raw --group 239.1.1.1 --src 10.0.0.1 --count 3
	check_rule r2 .packets 3
	# Others may be the kernel's own, of IPv6.
	says "[0-9]+ frames came in on in0, none for this rule: rule 'r2' \\(id [0-9]+\\), which is more specific, took 3 packets that this one would match, the last one [0-9.]+ (s|min [0-9]+ s) ago(; of the others .*)?"
	rules_flush
}

status_is() {
	query ".ingress[] | select(.dev == \"in0\") | $1" status
	[[ $VALUE == "$2" ]]
}

check_status() {
	wait_for status_is "$@" || fail "status, $1: expected $2, got $VALUE"
}

drops_all() {
	rule_add name r1 iif in0 group 239.1.1.1 to out1 to out2
	ip_in mcr link set out2 mtu 1280
	send --mode raw --group 239.1.1.1 --src 10.0.0.1 --size 1300 --count 3
	check_rule r1 .packets 3
	check_rule r1 '.outputs[1].drops.mtu' 3
	says "nothing was sent to out2: mtu"
	run_ok mcr rule list
	check_match "rule list" "$OUTPUT" \
		"# id [0-9]+, joined, last seen [0-9.]+ (s|min) "
	ip_in mcr link set out2 mtu 1500
	send --mode raw --group 239.1.1.1 --src 10.0.0.1 --size 1300 --count 3
	check_rule r1 '.outputs[1].sent' 3
	says_nothing
	rules_flush
}

case_add "disabled; no frame came in" nothing_came
case_add "the nearest has another port" nearest 4 \
	"group ${GROUP[4]} dport 5000" \
	"; the nearest has dport 5001 instead of 5000" \
	"--group ${GROUP[4]} --port 5001"
case_add "the nearest has another source" nearest 4 \
	"group ${GROUP[4]} src 10.0.0.77" \
	"; the nearest has src 10.0.0.1 instead of 10.0.0.77" \
	"--group ${GROUP[4]}"
case_add "the nearest has another group, IPv6" nearest 6 "group ${GROUP[6]}" \
	", although the group is joined; the nearest has group ff1e::9 instead of ff1e::1:1" \
	"--group ff1e::9"
case_add "the nearest is a fragment" nearest 4 "group ${GROUP[4]} dport 5000" \
	"; the nearest has no dport instead of 5000: it is a fragment, and fragments are not replicated" \
	"--group ${GROUP[4]} --shape fragment-last"
case_add "the nearest has a link-local group" nearest 4 "group 224.0.0.0/4" \
	"; the nearest has link-local group 224.0.0.251: a prefix wider than 224.0.0.0/24 takes none of those" \
	"--group 224.0.0.251"
case_add "a rule that is more specific takes the packets" more_specific
case_add "flows are remembered, each once, and not all" remembered
case_add "an output drops all; nothing is missing" drops_all

# shellcheck disable=SC2034  # for lib.sh: flows are kept for each worker
RELAY_OPTIONS=("${ONE_WORKER[@]}")
require_all
topology_make 2
ip_batch mcr <<<"link add in1 type $DUMMY
link set in1 up"
cases_run
