#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A network card that filters VLANs is told of those that rules take. Two cards
# on one wire, as vm/run gives them to QEMU's guests (virtio does filter, no
# software device does): what is not asked for stays outside.
#
#    NS[src]            NS[mcr]                         NS[snk]
#   +---------+        +----------------------+        +---------+
#   |     s0 -|--------|- in0           out1 -|--------|- k1     |
#   +---------+ virtio +----------------------+  veth  +---------+

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/topology.sh"

COUNT=$(scaled 20)

# card_move ADDRESS ROLE DEV: the card of this MAC address, which only cards of
# a guest's own have, goes into NS[ROLE] and is called DEV there.
card_move() {
	local dir
	for dir in /sys/bus/virtio/drivers/virtio_net/virtio*/net/*; do
		[[ -f $dir/address && $(<"$dir/address") == "$1" ]] || continue
		ip link set "${dir##*/}" netns "${NS[$2]}" name "$3" ||
			bail "cannot move ${dir##*/}"
		return
	done
	skip_test "no two virtio cards on a wire of their own"
}

# Those of VLAN 6 come in any case: when the last one is there, all others that
# were to come are there.
send_vlans() {
	run_ok mcr stats reset
	send --mode raw --group 239.1.1.1 --vlan 5 --count "$COUNT"
	send --mode raw --group 239.1.1.1 --vlan 6 --count "$COUNT"
	check_rule six .packets "$COUNT"
}

# Not even as frames that no rule has taken.
stays_outside() {
	send_vlans
	query '[.ingress[].unmatched[] | select(.vlan == 5)] | length' status
	check_equal "flows of VLAN 5 that came in" "$VALUE" 0
}

comes_in() {
	send_vlans
	check_rule five .packets "$COUNT"
}

told() {
	rule_add name six iif in0 group 239.1.1.1 vlan 6 to out1
	stays_outside
	rule_add name five iif in0 group 239.1.1.1 vlan 5 to out1
	comes_in
	run_ok mcr rule disable five
	stays_outside
	run_ok mcr rule enable five
	comes_in
	run_ok mcr rule del five
	stays_outside
	rules_flush
}

# Several rules for a VLAN: the last one takes it along.
counted() {
	rule_add name six iif in0 group 239.1.1.1 vlan 6 to out1
	rule_add name other iif in0 group 239.2.2.2 vlan 5 to out1
	rule_add name five iif in0 group 239.1.1.1 vlan 5 to out1
	run_ok mcr rule del other
	comes_in
	run_ok mcr rule del five
	stays_outside
	rules_flush
}

case_add "a VLAN comes in only with a rule" told
case_add "one VLAN for several rules" counted

require_all
modprobe -q virtio_net
ns_make src mcr snk
card_move 02:6d:63:72:00:00 src s0
card_move 02:6d:63:72:00:01 mcr in0
ip_in src link set s0 up
ip_in mcr link set in0 up
topology_output 1
links_wait mcr
cases_run
