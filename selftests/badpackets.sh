#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Packets that the IP layer would refuse: none is replicated, each is counted
# as malformed, and good ones pass as before. Unusual but good ones pass, too.
#
#    NS[src]            NS[mcr]                         NS[snk]
#   +---------+        +----------------------+        +---------+
#   |     s0 -|--------|- in0           out1 -|--------|- k1     |
#   +---------+        |- tap0          out2 -|--------|- k2     |
#                      +----------------------+        +---------+
#
# out1 leaves packets unchanged, out2 rewrites all of their headers. tap0
# receives frames in pieces, as network cards deliver them.

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/topology.sh"

declare -A NEW_GROUP=([4]=239.77.1.1 [6]=ff1e::77:1) \
	NEW_SOURCE=([4]=198.51.100.7 [6]=2001:db8:f::7)

# The relay sends packets that come together as one; the device completes the
# checksum then.
SUM=good
[[ $MCR_VIA != relay ]] || SUM=ok

# shapes FAMILY VERDICT: names, with commas between, in SHAPES.
shapes() {
	local list
	mapfile -t list < <("$MCR_HELPERS/mcsend" --shapes "$1" "$2")
	[[ ${#list[@]} -gt 0 ]] || bail "mcsend knows no $2 shapes"
	printf -v SHAPES '%s,' "${list[@]}"
	SHAPES=${SHAPES%,}
}

rules() {
	local family=$1 iif=$2
	rule_add name r1 iif "$iif" group "${GROUP[$family]}" to out1 \
		to out2 group "${NEW_GROUP[$family]}" dport 7000 \
		src "${NEW_SOURCE[$family]}" sport 7001 ttl 9 dscp 3
}

malformed_count() {
	query ".ingress[] | select(.dev == \"$1\").malformed" status
}

malformed_is() {
	malformed_count "$1"
	[[ $VALUE == "$2" ]]
}

# from IIF FAMILY ARGUMENT...: frames that arrive on this device.
from() {
	local iif=$1 family=$2
	shift 2
	if [[ $iif == in0 ]]; then
		send --mode raw --group "${GROUP[$family]}" "$@"
	else
		send --netns "${NS[mcr]}" --dev tap0 --mode tap \
			--group "${GROUP[$family]}" "$@"
	fi
}

# malformed IIF FAMILY SHAPES SEND ARGUMENT...: all of them in one go; only if
# something is wrong one after the other, to say with which.
malformed() {
	local iif=$1 family=$2 shapes=$3 shape
	rules "$family" "$iif" || return
	malformed_at_once "$@"
	if [[ $case_failed && $shapes == *,* ]]; then
		for shape in ${shapes//,/ }; do
			note "$shape:"
			malformed_at_once "$iif" "$family" "$shape" "${@:4}"
		done
	fi
	rules_flush
}

malformed_at_once() {
	local iif=$1 family=$2 shapes=$3 before packets
	malformed_count "$iif"
	before=$VALUE
	rule_query r1 .packets
	packets=$VALUE
	sink_start --until-end count 0 dev k1 dev k2
	from "$iif" "$family" --shape "$shapes" --end "${@:4}"
	sink_end
	check_ended
	check_delivery
	# All but the end marker.
	wait_for malformed_is "$iif" $((before + SENT - 1)) ||
		fail "malformed: expected $((SENT - 1)) more," \
			"got $((VALUE - before))"
	check_all_sent r1 $((packets + 1))
}

# good IIF FAMILY SHAPES SEND ARGUMENT...
good() {
	local iif=$1 family=$2 shapes=$3 count
	count=${shapes//[^,]/}
	count=$((${#count} + 1))
	rules "$family" "$iif" || return
	sink_start --until-end count "$count" csum "$SUM" dmac auto size 200 \
		dev k1 group "${GROUP[$family]}" port 5000 sport 4000 ttl 7 \
		dscp 10 ecn 2 \
		dev k2 group "${NEW_GROUP[$family]}" port 7000 sport 7001 \
		src "${NEW_SOURCE[$family]}" ttl 9 dscp 3 ecn 2
	from "$iif" "$family" --shape "$shapes" --end --size 200 --ttl 7 \
		--tos 0x2a "${@:4}"
	sink_end
	check_ended
	check_delivery
	check_all_sent r1 "$SENT"
	rules_flush
}

for family in 4 6; do
	who=${FAMILY[$family]}
	shapes $family good
	case_add "$who: good but unusual" good in0 $family "$SHAPES"
	case_add "$who: good but unusual, in pieces" \
		good tap0 $family "$SHAPES" --split 14,7,21
	shapes $family malformed
	count=${SHAPES//[^,]/}
	case_add "$who: ${#count} malformed shapes" malformed in0 $family \
		"${SHAPES/truncated,/}"
	case_add "$who: truncated at every length" malformed in0 $family \
		truncated
	for split in 14 14,20 14,1,19,4,9 60; do
		case_add "$who: malformed, in pieces of $split" \
			malformed tap0 $family "${SHAPES/truncated,/}" \
			--split "$split"
	done
	case_add "$who: truncated at every length, in pieces" \
		malformed tap0 $family truncated --split 14
	case_add "$who: good ones afterwards" good in0 $family plain,plain
done

require_all
require_command ethtool
topology_make 2
ip_in mcr tuntap add dev tap0 mode tap || bail "cannot make a tap device"
ip_in mcr link set tap0 up
in_ns mcr ethtool -K tap0 gro off || bail "cannot turn GRO of tap0 off"
cases_run
