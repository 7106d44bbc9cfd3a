#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# One rule, up to 256 outputs: each gets every packet once, unchanged or
# rewritten in its own way, and all is counted exactly.
#
#    NS[src]            NS[mcr]                         NS[snk]
#   +---------+        +----------------------+        +---------+
#   |     s0 -|--------|- in0           out1 -|--------|- k1     |
#   |         |        |                 ...  |        |  ...    |
#   |         |        |    rule       out256 |--------|- k256   |
#   +---------+        +----------------------+        +---------+

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/topology.sh"

OUTPUTS=256

# other_group FAMILY NUMBER: a group for each output; in GROUP_OF.
other_group() {
	if [[ $1 == 4 ]]; then
		GROUP_OF=239.3.$(($2 / 256)).$(($2 % 256))
	else
		printf -v GROUP_OF 'ff1e::3:%x' "$2"
	fi
}

# fanout FAMILY OUTPUTS COUNT unchanged|rewritten MODE
fanout() {
	local family=$1 outputs=$2 count=$3 kind=$4 mode=$5 i words=() expect=()
	for ((i = 1; i <= outputs; i++)); do
		out_mac "$i"
		words+=(to "out$i")
		expect+=(dev "k$i" smac "$MAC")
		if [[ $kind == rewritten ]]; then
			other_group "$family" "$i"
			words+=(group "$GROUP_OF" dport $((10000 + i)))
			expect+=(group "$GROUP_OF" port $((10000 + i)))
		fi
	done
	rule_add name fan iif in0 group "${GROUP[$family]}" dport 5000 "$mode" \
		"${words[@]}" || return
	sink_start --until-end count "$count" ttl 3 dmac auto size 100 \
		src "${SOURCE[$family]}" sport 4000 \
		group "${GROUP[$family]}" port 5000 "${expect[@]}"
	send --group "${GROUP[$family]}" --count "$count" --ttl 3 --end \
		--window $((512 / outputs))
	sink_end
	check_ended
	check_delivery
	check_equal "devices heard of" "${#SINK_LINES[@]}" "$outputs"
	check_equal "packets sent" "$SENT" $((count + 1))
	check_all_sent fan "$SENT"
	rules_flush
}

# A rule of 256 outputs is full; the refusal changes nothing.
too_many() {
	local words=() i
	for ((i = 1; i <= OUTPUTS; i++)); do
		words+=(to "out$i")
	done
	run_refused 1 256 mcr rule add name over iif in0 group "${GROUP[4]}" \
		"${words[@]}" to out1 ttl 9
	check_query length 0 rule list
	rule_add name full iif in0 group "${GROUP[4]}" "${words[@]}"
	run_refused 1 256 mcr output add rule full to out1 ttl 9
	check_rule full '.outputs | length' "$OUTPUTS"
	rules_flush
}

# Two outputs of one rule on one device are two packets there.
same_device() {
	local family=$1 count
	count=$(scaled 50)
	other_group "$family" 7
	rule_add name twice iif in0 group "${GROUP[$family]}" to out1 \
		to out1 group "$GROUP_OF" || return
	sink_start --until-end count "$count" dmac auto \
		dev k1 group "${GROUP[$family]}" dev k1 group "$GROUP_OF"
	send --group "${GROUP[$family]}" --count "$count" --end
	sink_end
	check_ended
	check_delivery
	check_all_sent twice "$SENT"
	rules_flush
}

# outputs:packets
for family in 4 6; do
	for size in 1:400 4:200 16:100 64:50 256:10; do
		count=$(scaled "${size#*:}")
		for kind in unchanged rewritten; do
			case_add "${FAMILY[$family]}, ${size%:*} outputs, $kind" \
				fanout $family "${size%:*}" "$count" $kind pass
		done
	done
	case_add "${FAMILY[$family]}, 1 output, rewritten, consumed" \
		fanout $family 1 "$(scaled 100)" rewritten consume
	case_add "${FAMILY[$family]}, 256 outputs, unchanged, consumed" \
		fanout $family 256 "$(scaled 10)" unchanged consume
	case_add "${FAMILY[$family]}, two outputs on one device" \
		same_device $family
done
case_add "the 257th output is refused" too_many

require_all
topology_make "$OUTPUTS"
cases_run
