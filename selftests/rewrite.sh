#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What an output changes in its copies, and that it changes nothing else: each
# rewrite alone and several together, for each kind of packet. Every line of
# the table is an output of one rule, so that no copy may touch another.
#
#    NS[src]            NS[mcr]                         NS[snk]
#   +---------+        +----------------------+        +---------+
#   |     s0 -|--------|- in0           out1 -|--------|- k1     |
#   |         |        |                 ...  |        |  ...    |
#   +---------+        |- tap0          out24 |--------|- k24    |
#                      +----------------------+        +---------+

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/topology.sh"

COUNT=$(scaled 24)
EGRESS_OFFLOAD=on
# The relay sends packets of a flow that come together as one, whose checksum the
# device completes; where a device does not, as with "no offload", it is complete.
SUM="csum good"
[[ $MCR_VIA != relay ]] || SUM="csum ok"
declare -A NEW_GROUP=([4]=239.77.200.201 [6]=ff1e::77:200) \
	NEW_SOURCE=([4]=198.51.100.7 [6]=2001:db8:f::7)

# The words of an output | what is then expected in place of what was sent.
# NEWGROUP, NEWSRC, OUTSRC and SENTMAC stand for values of the family, the
# output or the sender.
TABLE=(
	"|"
	"group NEWGROUP | group NEWGROUP"
	"dport 6001 | port 6001"
	"src NEWSRC | src NEWSRC"
	"src auto | src OUTSRC"
	"sport 6002 | sport 6002"
	"sport 65535 dport 1 | sport 65535 port 1"
	"ttl keep | ttl 7"
	"ttl dec | ttl 6"
	"ttl 1 | ttl 1"
	"ttl 255 | ttl 255"
	"dscp 0 | dscp 0"
	"dscp 63 | dscp 63"
	"dscp ef | dscp 46"
	"mac auto | dmac auto"
	"mac keep | dmac auto smac SENTMAC"
	"mac keep ttl dec dport 6003 | dmac auto smac SENTMAC ttl 6 port 6003"
	"mac keep src NEWSRC | dmac auto smac SENTMAC src NEWSRC"
	"group NEWGROUP dport 6004 | group NEWGROUP port 6004"
	"src NEWSRC sport 6005 | src NEWSRC sport 6005"
	"src auto ttl dec | src OUTSRC ttl 6"
	"group NEWGROUP src auto ttl 64 | group NEWGROUP src OUTSRC ttl 64"
	"group NEWGROUP dport 6006 src NEWSRC sport 6007 ttl 9 dscp cs5 mac auto |
	 group NEWGROUP port 6006 src NEWSRC sport 6007 ttl 9 dscp 40"
	"|"
)

# fill TEXT FAMILY OUTPUT SENTMAC: the words, in WORDS.
fill() {
	local text=$1
	text=${text//NEWGROUP/${NEW_GROUP[$2]}}
	text=${text//NEWSRC/${NEW_SOURCE[$2]}}
	text=${text//OUTSRC/${OUT_SOURCE[$2.$3]}}
	text=${text//SENTMAC/$4}
	read -rd '' -a WORDS <<<"$text"
	return 0
}

# rules FAMILY IIF MODE SENTMAC: a rule of the table, and in EXPECT what it
# makes of packets.
rules() {
	local family=$1 iif=$2 mode=$3 mac=$4 i=0 line words=()
	EXPECT=()
	for line in "${TABLE[@]}"; do
		i=$((i + 1))
		fill "${line%%|*}" "$family" "$i" "$mac"
		words+=(to "out$i" "${WORDS[@]}")
		fill "${line#*|}" "$family" "$i" "$mac"
		EXPECT+=(dev "k$i" smac "${OUT_MAC[i]}" "${WORDS[@]}")
	done
	rule_add name table iif "$iif" group "${GROUP[$family]}" dport 5000 \
		"$mode" "${words[@]}"
}

# Expected of all that is not rewritten.
base() {
	BASE=(count "$COUNT" group "${GROUP[$1]}" port 5000 sport 4000
		src "${SOURCE[$1]}" ttl 7 dscp 10 ecn 2 dmac auto)
}

# set_offload ROLE DEV FEATURE on|off...
set_offload() {
	in_ns "$1" ethtool -K "${@:2}" >/dev/null 2>&1 ||
		fail "ethtool -K ${*:2} is refused"
}

# egress_offload on|off: the outputs take super-packets and partial checksums, or
# leave them to software.
egress_offload() {
	local i
	[[ $EGRESS_OFFLOAD != "$1" ]] || return 0
	for i in "${!TABLE[@]}"; do
		set_offload mcr "out$((i + 1))" tx-udp-segmentation "$1" \
			tx "$1" || return
	done
	EGRESS_OFFLOAD=$1
}

# check FAMILY "SINK WORDS" SEND ARGUMENT...
check_table() {
	local family=$1 expect=$2
	shift 2
	base "$family"
	# shellcheck disable=SC2086  # words
	sink_start --until-end "${BASE[@]}" $expect "${EXPECT[@]}" || return
	send --group "${GROUP[$family]}" --src "${SOURCE[$family]}" \
		--count "$COUNT" --window 24 --ttl 7 --tos 0x2a --end "$@"
	sink_end
	[[ ! $case_skipped ]] || return
	check_ended
	check_delivery
	check_equal "devices heard of" "${#SINK_LINES[@]}" "${#TABLE[@]}"
	check_all_sent table "$SENT"
}

# from_s0 FAMILY MODE "SINK WORDS" SEND ARGUMENT...
from_s0() {
	local family=$1 mode=$2
	gets_super "${@:4}" || return
	rules "$family" in0 "$mode" 02:00:00:01:00:01 &&
		check_table "$family" "${@:3}"
	rules_flush
}

# from_tap FAMILY MODE "SINK WORDS" SEND ARGUMENT...: frames in pieces. Without
# GRO nothing pulls the headers together before the rules see them.
from_tap() {
	local family=$1 mode=$2
	rules "$family" tap0 "$mode" 02:00:00:7a:b0:01 &&
		check_table "$family" "$3" --netns "${NS[mcr]}" --dev tap0 \
			"${@:4}"
	rules_flush
}

# gro FAMILY MODE LIST: GRO makes super-packets of what s0's driver is given as
# one and takes apart. Then fewer frames than packets were seen.
gro() {
	local family=$1 mode=$2 list=$3
	gets_super --gso || return
	set_offload src s0 tx-udp-segmentation off
	set_offload mcr in0 gro on rx-udp-gro-forwarding on rx-gro-list "$list"
	rules "$family" in0 "$mode" 02:00:00:01:00:01 &&
		check_table "$family" "csum ok" --df --size 500 --gso 8
	query '.ingress[] | select(.dev == "in0").seen' status
	[[ $VALUE -lt $COUNT ]] || fail "GRO made no super-packets: $VALUE seen"
	rules_flush
	set_offload src s0 tx-udp-segmentation on
	set_offload mcr in0 gro off rx-udp-gro-forwarding off rx-gro-list off
}

cases_offload_on() {
	local family=$1 mode=$2 who
	who="${FAMILY[$family]}, $mode:"
	case_add "$who linear" from_s0 "$family" "$mode" \
		"$SUM id seq flabel 0x5a5a5" --mode raw
	case_add "$who zero checksum" from_s0 "$family" "$mode" \
		"csum zero id seq" --mode raw --csum zero
	case_add "$who bad checksum" from_s0 "$family" "$mode" \
		"csum bad id seq" --mode raw --csum bad
	case_add "$who checksum left to the device" \
		from_s0 "$family" "$mode" "csum partial"
	case_add "$who super-packets" \
		from_s0 "$family" "$mode" "csum partial" --gso 8 --size 1200
	case_add "$who super-packets made by GRO" gro "$family" "$mode" off
	case_add "$who super-packets made by GRO, chained" \
		gro "$family" "$mode" on
	case_add "$who paged, cut behind Ethernet" \
		from_tap "$family" "$mode" "$SUM id seq" \
		--mode tap --split 14 --size 1400
	case_add "$who paged, cut within the headers" \
		from_tap "$family" "$mode" "$SUM id seq" \
		--mode tap --split 14,3,5,17,11,9,30 --size 1400
	case_add "$who paged, checksum left to the device" \
		from_tap "$family" "$mode" "csum partial id seq" \
		--mode tap --split 14,20 --size 1400 --vnet --csum partial
}

cases_offload_off() {
	local family=$1 mode=$2 who
	who="${FAMILY[$family]}, $mode, no offload:"
	case_add "$who checksum left to the device" \
		from_s0 "$family" "$mode" "csum good"
	case_add "$who super-packets" \
		from_s0 "$family" "$mode" "csum good" --gso 8 --size 1200
	case_add "$who super-packets made by GRO" gro "$family" "$mode" off
}

for offload in on off; do
	case_add "offloads of the outputs $offload" egress_offload $offload
	for family in 4 6; do
		for mode in pass consume; do
			cases_offload_$offload $family $mode
		done
	done
done

require_all
require_command ethtool
topology_make ${#TABLE[@]}
declare -A OUT_SOURCE=()
OUT_MAC=()
for i in $(seq ${#TABLE[@]}); do
	out_mac "$i"
	OUT_MAC[i]=$MAC
	for family in 4 6; do
		out_address $family "$i"
		OUT_SOURCE[$family.$i]=$ADDRESS
	done
done
ip_in mcr tuntap add dev tap0 mode tap || bail "cannot make a tap device"
ip_in mcr link set tap0 up
set_offload mcr tap0 gro off
cases_run
