#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Why an output does not send: each reason that can be brought about is counted
# by its name, other outputs do not suffer, and what was offered is what was
# sent and what was dropped.
#
#    NS[src]            NS[mcr]                         NS[snk]
#   +---------+        +----------------------+        +---------+
#   |     s0 -|--------|- in0           out1 -|--------|- k1     |
#   +---------+        |- tap0          out2 -|--------|- k2     |
#                      |               (bare0)|        +---------+
#                      +----------------------+
#
# out1 is the one that drops; out2 sends all. bare0 has no address.

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/topology.sh"

COUNT=$(scaled 20)

# drops FAMILY REASON "WORDS OF OUT1" "SEND ARGUMENTS": out1 drops all packets
# but the end marker, which goes its own way, and out2 sends all.
drops() {
	local family=$1 reason=$2 words=$3 arguments=$4
	# shellcheck disable=SC2086  # words
	rule_add name r1 iif in0 group "${GROUP[$family]}" $words to out2 ||
		return
	rule_add name control iif in0 group "${CONTROL[$family]}" to out2
	sink_start --until-end dev k2 count "$COUNT" \
		group "${GROUP[$family]}"
	# shellcheck disable=SC2086
	send --group "${GROUP[$family]}" --count "$COUNT" $arguments
	send --group "${CONTROL[$family]}" --flow end
	sink_end
	check_ended
	check_delivery
	check_rule r1 "[.packets, .outputs[0].offered,
		.outputs[0].drops.\"$reason\", .outputs[1].sent]" \
		"[$COUNT,$COUNT,$COUNT,$COUNT]"
	check_balance r1
	rules_flush
}

mtu() {
	local family=$1
	shift
	gets_super "$@" || return
	ip_in mcr link set out1 mtu 1300
	drops "$family" mtu "to out1" "$*"
	ip_in mcr link set out1 mtu 1500
}

# The largest packet that fits passes: 1300 bytes with all headers.
mtu_fits() {
	local family=$1 headers=28
	[[ $family == 4 ]] || headers=48
	gets_super "${@:2}" || return
	ip_in mcr link set out1 mtu 1300
	rule_add name r1 iif in0 group "${GROUP[$family]}" to out1
	sink_start --until-end dev k1 count "$COUNT"
	send --group "${GROUP[$family]}" --count "$COUNT" \
		--size $((1300 - headers)) --end "${@:2}"
	sink_end
	check_ended
	check_delivery
	check_all_sent r1 "$SENT"
	rules_flush
	ip_in mcr link set out1 mtu 1500
}

# Only TTL 1 is used up by "ttl dec".
ttl() {
	local family=$1
	rule_add name r1 iif in0 group "${GROUP[$family]}" to out1 ttl dec
	sink_start --until-end dev k1 flow 2 count "$COUNT" ttl 1
	send --group "${GROUP[$family]}" --count "$COUNT" --ttl 1
	send --group "${GROUP[$family]}" --count "$COUNT" --ttl 2 --flow 2 --end
	sink_end
	check_ended
	check_delivery
	check_rule r1 '.outputs[0].drops.ttl' "$COUNT"
	check_rule r1 '.outputs[0].sent' $((COUNT + 1))
	check_balance r1
	rules_flush
}

no_carrier_is_known() {
	ip_in mcr link show dev out1 | grep -q NO-CARRIER
}

device_down() {
	ip_in mcr link set out1 down
	drops "$1" device-down "to out1" ""
	ip_in mcr link set out1 up
	links_wait mcr
	# Addresses of IPv6 do not survive that.
	out_address 6 1
	ip_in mcr address replace "$ADDRESS/64" dev out1 nodad
}

no_carrier() {
	ip_in snk link set k1 down
	wait_for no_carrier_is_known || fail "out1 keeps its carrier"
	drops "$1" device-down "to out1" ""
	ip_in snk link set k1 up
	links_wait mcr
}

# An address that comes later is used from then on.
no_source() {
	local family=$1 address nodad=()
	[[ $family == 4 ]] || nodad=(nodad)
	drops "$family" no-source "to bare0 src auto" ""
	out_address "$family" 77
	address=$ADDRESS
	rule_add name r1 iif in0 group "${GROUP[$family]}" to bare0 src auto
	ip_in mcr address add "$address/30" dev bare0 "${nodad[@]}"
	sink_start --until-end dev kbare count "$COUNT" src "$address"
	send --group "${GROUP[$family]}" --count "$COUNT" --end
	sink_end
	check_ended
	check_delivery
	check_all_sent r1 "$SENT"
	ip_in mcr address del "$address/30" dev bare0
	rules_flush
}

# A fragment is counted, not sent, and stays the host's, even when packets are
# consumed.
fragment() {
	local family=$1 mode=$2 shape count=0
	rule_add name r1 iif in0 group "${GROUP[$family]}" "$mode" to out1
	sink_start --until-end dev k1
	for shape in $("$MCR_HELPERS/mcsend" --shapes "$family" fragment |
		grep -v atomic); do
		count=$((count + 1))
		send --mode raw --group "${GROUP[$family]}" --shape "$shape"
	done
	send --group "${GROUP[$family]}" --flow end
	sink_end
	check_ended
	check_delivery
	check_rule r1 '.outputs[0].drops.fragment' "$count"
	check_rule r1 '.outputs[0].sent' 1
	check_balance r1
	rules_flush
}

# A whole datagram, sent in fragments by an application.
fragmented_datagram() {
	local family=$1
	rule_add name r1 iif in0 group "${GROUP[$family]}" to out1
	sink_start --until-end dev k1
	send --group "${GROUP[$family]}" --size 4000 --count "$COUNT"
	send --group "${GROUP[$family]}" --flow end
	sink_end
	check_ended
	check_delivery
	check_rule r1 '.outputs[0].drops.fragment' $((3 * COUNT))
	check_balance r1
	rules_flush
}

# A queue of five that sends nothing for now. The host itself has nothing to
# send there: one router solicitation of its own would take a place.
queue_full() {
	local family=$1
	kernel_has netem in_ns mcr tc qdisc add dev queue0 root netem \
		delay 100s limit 5 || return
	rule_add name r1 iif in0 group "${GROUP[$family]}" to queue0 to out2
	sink_start --until-end dev k2 count "$COUNT"
	send --group "${GROUP[$family]}" --count "$COUNT" --end
	sink_end
	check_ended
	check_delivery
	check_rule r1 '.outputs[0].sent' 5
	check_rule r1 '.outputs[0].drops."queue-full"' $((COUNT + 1 - 5))
	check_rule r1 '.outputs[1].sent' $((COUNT + 1))
	check_balance r1
	in_ns mcr tc qdisc del dev queue0 root
	rules_flush
}

# What cannot be segmented again is not sent: a datagram that is to be
# fragmented, as virtual machines send them.
superpacket() {
	local family=$1
	only_kernel "no packet socket is given such a frame" || return
	rule_add name r1 iif tap0 group "${GROUP[$family]}" to out1
	sink_start --until-end dev k1
	send --netns "${NS[mcr]}" --mode tap --dev tap0 --vnet --csum partial \
		--group "${GROUP[$family]}" --size 1000 --gso 4 --ufo \
		--count 8 --end
	sink_end
	[[ $case_skipped ]] && return
	check_ended
	check_delivery
	check_rule r1 '.outputs[0].drops.superpacket >= 8' true
	check_rule r1 '.outputs[0].sent' 1
	check_balance r1
	rules_flush
}

# What out1 sends comes back into in0: the TTL ends it, or the recursion guard
# does, or tc's own, as a drop on egress; the sums say which.
loop() {
	local family=$1
	kernel_has clsact in_ns mcr tc qdisc add dev out1 clsact || return
	if ! kernel_has mirred in_ns mcr tc filter add dev out1 egress \
		matchall action mirred ingress mirror dev in0; then
		in_ns mcr tc qdisc del dev out1 clsact
		return
	fi
	rule_add name r1 iif in0 group "${GROUP[$family]}" to out1 ttl dec \
		to out2
	send --group "${GROUP[$family]}" --ttl 9
	# 9, 8, ... 1: the last is not sent again.
	check_rule r1 '.outputs[0].drops | .ttl + .loop + ."queue-full"' 1
	check_balance r1
	check_rule r1 '[.outputs[].offered] | unique | length' 1
	check_rule r1 '.packets == .outputs[0].offered' true
	in_ns mcr tc qdisc del dev out1 clsact
	rules_flush
}

for family in 4 6; do
	who=${FAMILY[$family]}
	case_add "$who mtu" mtu $family --size 1301
	case_add "$who mtu, super-packets" mtu $family --size 1301 --gso 5
	case_add "$who mtu that just fits" mtu_fits $family
	case_add "$who mtu that just fits, super-packets" \
		mtu_fits $family --gso 5
	case_add "$who ttl" ttl $family
	case_add "$who device-down: down" device_down $family
	case_add "$who device-down: no carrier" no_carrier $family
	case_add "$who no-source" no_source $family
	case_add "$who fragment" fragment $family pass
	case_add "$who fragment of a consumed flow" fragment $family consume
	case_add "$who fragment, of an application" fragmented_datagram $family
	case_add "$who queue-full" queue_full $family
	case_add "$who superpacket" superpacket $family
	case_add "$who a packet that comes back" loop $family
done

# shellcheck disable=SC2034  # for lib.sh
RELAY_OPTIONS=("${ONE_WORKER[@]}")
require_all
topology_make 2
ip_batch mcr <<-END
	tuntap add dev tap0 mode tap
	link set tap0 up
	link add bare0 type veth peer name kbare netns ${NS[snk]}
	link set bare0 addrgenmode none
	link add queue0 type $DUMMY
	link set queue0 addrgenmode none
END
in_ns mcr sysctl -q -w net.ipv6.conf.queue0.disable_ipv6=1 ||
	fail "cannot turn IPv6 off"
ip_in mcr link set queue0 up
ip_in snk link set kbare up
ip_in mcr link set bare0 up
cases_run
