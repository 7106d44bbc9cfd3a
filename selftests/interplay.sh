#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Rules whose devices stand on others or have others on them: VLAN devices,
# bonds, bridges, VRFs, macvlans. A rule sees a frame where it is received by the
# very device that it names, before that hands it on.
#
#    NS[src]            NS[mcr]                         NS[snk]
#   +---------+        +----------------------+        +---------+
#   |     s0 -|--------|- in0           out1 -|--------|- k1     |
#   |         |        |  + in0.5     + out1.7|        |         |
#   |         |        |  + mv0       + mv1   |        |         |
#   |     s1 -|--------|- in1           out2 -|--------|- k2     |
#   |     s2 -|--------|- in2                 |        |         |
#   +---------+        +----------------------+        +---------+
#
# in1 and in2 are the slaves of bond0; in1 and out2 are the ports of br0; in1 and
# out2 are in vrf0: one after the other.

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/topology.sh"

COUNT=$(scaled 20)

# rules FAMILY "DEV WORDS" ...: r1, r2, ... receive GROUP from DEV.
rules() {
	local family=$1 i=0 words
	shift
	for words in "$@"; do
		i=$((i + 1))
		# shellcheck disable=SC2086  # words
		rule_add name r$i iif "${words%% *}" group "${GROUP[$family]}" \
			${words#* } || return
	done
}

# packets FAMILY "SEND ARGUMENTS" ...: flow 1, 2, ... in turn.
packets() {
	local family=$1 flow=0 words
	shift
	for words in "$@"; do
		flow=$((flow + 1))
		# shellcheck disable=SC2086
		send --mode raw --group "${GROUP[$family]}" --count "$COUNT" \
			--src "${SOURCE[$family]}" --ttl 8 --flow $flow $words ||
			return
	done
}

# sink_in ROLE "EXPECTED" ...: each "DEV FLOW WORD...", where flow 0 is silence.
sink_in() {
	local role=$1 line words expect=()
	shift
	for line in "$@"; do
		read -ra words <<<"$line"
		expect+=(dev "${words[0]}" flow "${words[1]}"
			count "$((words[1] ? COUNT : 0))" "${words[@]:2}")
	done
	sink_start_in "$role" --until-end "${expect[@]}"
}

received() {
	sink_end
	check_ended
	check_delivery
}

# The end marker: of its own group, from s0 by a rule to each of these devices.
finish() {
	local family=$1 words=()
	shift
	while [[ $# -gt 0 ]]; do
		words+=(to "$1")
		shift
	done
	rule_add name control iif in0 group "${CONTROL[$family]}" "${words[@]}" ||
		return
	send --mode raw --group "${CONTROL[$family]}" --flow end
}

# --- VLAN devices. A tagged frame is the VLAN device's, an untagged one the
# parent's, although the parent sees both.

vlan_ingress() {
	local family=$1
	rules "$family" "in0 to out1" "in0.5 to out2" || return
	sink_in snk "k1 1" "k2 2" || return
	packets "$family" "" "--vlan 5"
	finish "$family" out1 out2
	received
	check_all_sent r1 "$COUNT"
	check_all_sent r2 "$COUNT"
	rules_flush
}

vlan_egress() {
	local family=$1
	rules "$family" "in0 to out1.7" "in0.5 to out1.7 ttl 3" || return
	sink_in snk "k1 1 vlan 7 ttl 8 dmac auto smac $OUT1_MAC" || return
	packets "$family" ""
	finish "$family" out1.7
	received
	run_ok mcr rule del control
	sink_in snk "k1 2 vlan 7 ttl 3 dmac auto smac $OUT1_MAC" || return
	packets "$family" "--vlan 6" "--vlan 5"
	finish "$family" out1.7
	received
	check_all_sent r2 "$COUNT"
	rules_flush
}

# What the parent's rule cannot take, the VLAN device's still gets, and consumes.
vlan_consume() {
	local family=$1 host_fd
	rules "$family" "in0 consume to out1" "in0.5 consume to out2" ||
		return
	rule_add name end iif in0.5 group "${CONTROL[$family]}" to out2
	sink_start_in mcr --udp --until-end dev in0.5 count 0 port 5000 \
		group "${GROUP[$family]}" || return
	host_fd=$SINK_FD
	sink_in snk "k2 1" || return
	packets "$family" "--vlan 5"
	send --mode raw --group "${CONTROL[$family]}" --flow end --vlan 5
	received
	run_ok mcr rule del r2
	send --mode raw --group "${GROUP[$family]}" --flow end --vlan 5 \
		--src "${SOURCE[$family]}"
	SINK_FD=$host_fd
	received
	rules_flush
}

# --- A bond, active and backup. The bond's rule sees what the active slave
# receives; a slave's rule sees all that this slave receives.

bond_make() {
	ip_batch mcr <<-END
		link add bond0 type bond mode active-backup miimon 0
		link set in1 down
		link set in2 down
		link set in1 master bond0
		link set in2 master bond0
		link set bond0 up
		address add 10.3.0.2/24 dev bond0
		address add 2001:db8:c::2/64 dev bond0 nodad
		link set bond0 type bond active_slave in1
	END
	links_wait src mcr
}

bond_remove() {
	ip_batch mcr <<-END
		link del bond0
		link set in1 up
		link set in2 up
	END
	links_wait src mcr
}

active_slave() { ip_in mcr link set bond0 type bond active_slave "$1"; }

# The group as link-layer addresses of a device.
filter_has() { ip_in mcr maddr show dev "$2" | grep -q "link *${GROUP_MAC[$1]}"; }

bond_ingress() {
	local family=$1
	rules "$family" "bond0 to out1" || return
	check_rule r1 .membership '"joined"'
	wait_for filter_has "$family" in1 ||
		fail "the active slave does not take the group"
	sink_in snk "k1 1" || return
	packets "$family" "--dev s1"
	packets "$family" "--dev s2"
	finish "$family" out1
	received
	check_all_sent r1 "$COUNT"
	active_slave in2
	wait_for filter_has "$family" in2 ||
		fail "the new active slave does not take the group"
	sink_in snk "k1 2" || return
	packets "$family" "--dev s1" "--dev s2"
	send --mode raw --group "${CONTROL[$family]}" --flow end
	received
	check_all_sent r1 $((2 * COUNT))
	active_slave in1
	rules_flush
}

# A backup's rule, too. The active slave's rule comes before the bond's, and what
# it consumes the bond does not get.
bond_slave() {
	local family=$1
	rules "$family" "bond0 to out1" "in1 join none to out2" || return
	sink_in snk "k1 1" "k2 1" || return
	packets "$family" "--dev s1"
	finish "$family" out1 out2
	received
	run_ok mcr rule del r2
	rule_add name r2 iif in1 group "${GROUP[$family]}" join none consume \
		to out2
	rule_add name r3 iif in2 group "${GROUP[$family]}" join none \
		to out2 ttl 9
	sink_in snk "k1 0" "k2 1 ttl 8" || return
	packets "$family" "--dev s1"
	send --mode raw --group "${CONTROL[$family]}" --flow end
	received
	sink_in snk "k1 0" "k2 1 ttl 9" || return
	packets "$family" "--dev s2"
	send --mode raw --group "${CONTROL[$family]}" --flow end
	received
	check_all_sent r1 "$COUNT"
	rules_flush
}

# Out of the slave that is active, with the bond's address.
bond_egress() {
	local family=$1 mac
	mac=$(ip_in mcr -j link show bond0 | jq -r '.[0].address')
	rules "$family" "in0 to bond0 src auto" || return
	sink_in src "s1 1 smac $mac src ${BOND_ADDRESS[$family]}" \
		"s2 2 smac $mac src ${BOND_ADDRESS[$family]}" || return
	packets "$family" ""
	finish "$family" bond0
	active_slave in2
	packets "$family" "--flow 2"
	send --mode raw --group "${CONTROL[$family]}" --flow end
	received
	check_all_sent r1 $((2 * COUNT))
	active_slave in1
	rules_flush
}

# --- A bridge with ports in1 and out2.

bridge_make() {
	ip_batch mcr <<-END
		link add br0 type bridge mcast_snooping 0 mcast_query_response_interval 10
		link set in1 master br0
		link set out2 master br0
		address add 10.4.0.2/24 dev br0
		address add fe80::4/64 dev br0 nodad
		address add 2001:db8:d::2/64 dev br0 nodad
		link set br0 up
	END
	links_wait src mcr
	wait_for bridge_forwards || fail "the bridge's ports do not forward"
}

bridge_forwards() {
	capture bridge -n "${NS[mcr]}" link show
	[[ $(grep -c 'master br0 state forwarding' <<<"$OUTPUT") -eq 2 ]]
}

bridge_remove() {
	ip_batch mcr <<-END
		link del br0
	END
}

# A port's rule comes before the bridge, which gets what is not consumed.
bridge_port() {
	local family=$1 mode=$2
	rules "$family" "in1 $mode to out1 ttl 3" || return
	rule_add name end iif in1 group "${CONTROL[$family]}" to out1
	if [[ $mode == pass ]]; then
		sink_in snk "k1 1 ttl 3" "k2 1 ttl 8" || return
	else
		sink_in snk "k1 1 ttl 3" "k2 0" || return
	fi
	packets "$family" "--dev s1"
	send --mode raw --group "${CONTROL[$family]}" --flow end --dev s1
	received
	check_all_sent r1 "$COUNT"
	rules_flush
}

# To a port: out of this one, past the bridge.
bridge_port_egress() {
	local family=$1
	rules "$family" "in0 to out2" || return
	sink_in snk "k2 1 smac $OUT2_MAC" || return
	packets "$family" ""
	finish "$family" out2
	received
	check_all_sent r1 "$COUNT"
	rules_flush
}

# From the bridge itself, and with "consume" its ports have still forwarded.
bridge_ingress() {
	local family=$1 mode=$2
	rules "$family" "br0 $mode to out1 ttl 3" || return
	rule_add name end iif br0 group "${CONTROL[$family]}" to out1
	sink_in snk "k1 1 ttl 3" "k2 1 ttl 8" || return
	packets "$family" "--dev s1"
	send --mode raw --group "${CONTROL[$family]}" --flow end --dev s1
	received
	check_all_sent r1 "$COUNT"
	rules_flush
}

# The bridge sends to all ports, from its own address.
bridge_egress() {
	local family=$1 mac k2_fd
	mac=$(ip_in mcr -j link show br0 | jq -r '.[0].address')
	rules "$family" "in0 to br0" || return
	sink_in snk "k2 1 smac $mac" || return
	k2_fd=$SINK_FD
	sink_in src "s1 1 smac $mac" || return
	packets "$family" ""
	finish "$family" br0
	received
	SINK_FD=$k2_fd
	received
	check_all_sent r1 "$COUNT"
	rules_flush
}

mdb_has() { bridge -n "${NS[mcr]}" mdb show dev br0 | grep -qF "grp ${GROUP[$1]} "; }

# With snooping and a querier the bridge itself gets what it has joined, and
# nothing else: a rule that does not join goes without, unless the bridge is a
# multicast router.
bridge_snoops() {
	local family=$1
	run_ok ip_in mcr link set br0 type bridge mcast_snooping 1 mcast_querier 1
	rules "$family" "br0 join none to out1" || return
	rule_add name end iif br0 group "${CONTROL[$family]}" to out1
	wait_for bridge_withholds "$family" ||
		fail "the bridge gets groups it has not joined"
	run_ok ip_in mcr link set br0 type bridge mcast_router 2
	sink_in snk "k1 1" || return
	packets "$family" "--dev s1"
	send --mode raw --group "${CONTROL[$family]}" --flow end --dev s1
	received
	run_ok ip_in mcr link set br0 type bridge mcast_router 1
	run_ok mcr rule del r1
	rules "$family" "br0 to out1"
	wait_for mdb_has "$family" || fail "the bridge does not join"
	sink_in snk "k1 1" || return
	packets "$family" "--dev s1"
	send --mode raw --group "${CONTROL[$family]}" --flow end --dev s1
	received
	check_all_sent r1 "$COUNT"
	rules_flush
	run_ok ip_in mcr link set br0 type bridge mcast_snooping 0 mcast_querier 0
}

# Snooping begins when the first query's answers may have come.
bridge_withholds() {
	local before
	rule_query r1 .packets
	before=$VALUE
	packets "$1" "--dev s1"
	rule_query r1 .packets
	[[ $VALUE == "$before" ]]
}

# --- A VRF of in1 and out2: it receives by its slaves, and a rule names these.

vrf_make() {
	ip_batch mcr <<-END
		link add vrf0 type vrf table 10
		link set vrf0 up
		link set in1 master vrf0
		link set out2 master vrf0
		address add 10.5.0.2/24 dev in1
		address add 2001:db8:e::2/64 dev in1 nodad
		address replace 10.1.2.1/24 dev out2
		address replace 2001:db8:b:2::1/64 dev out2 nodad
	END
	links_wait src mcr
}

vrf_remove() { ip_in mcr link del vrf0; }

vrf_ingress() {
	local family=$1
	rules "$family" "in1 to out1" || return
	check_rule r1 .membership '"joined"'
	sink_in snk "k1 1" || return
	packets "$family" "--dev s1"
	finish "$family" out1
	received
	check_all_sent r1 "$COUNT"
	rules_flush
}

vrf_egress() {
	local family=$1
	out_address "$family" 2
	rules "$family" "in1 consume to out2 src auto" || return
	sink_in snk "k2 1 src $ADDRESS smac $OUT2_MAC dmac auto" || return
	packets "$family" "--dev s1"
	finish "$family" out2
	received
	check_all_sent r1 "$COUNT"
	rules_flush
}

# With "pass" a socket bound to the VRF gets the packets as well.
vrf_pass() {
	local family=$1
	rules "$family" "in1 to out1" || return
	sink_start_in mcr --udp --until-end dev in1 count "$COUNT" port 5000 \
		group "${GROUP[$family]}" || return
	packets "$family" "--dev s1"
	packets "$family" "--dev s1 --flow end --count 1"
	received
	rules_flush
}

# The VRF device itself receives nothing that its rules could see.
vrf_itself() {
	local family=$1
	rules "$family" "vrf0 to out1" "in1 to out2" || return
	sink_in snk "k1 0" "k2 1" || return
	packets "$family" "--dev s1"
	finish "$family" out1 out2
	received
	check_rule r1 .packets 0
	check_query '[.ingress[] | select(.dev == "vrf0") | .hooked, .seen]' \
		'[true,0]' status
	rules_flush
}

# --- macvlans.

# Behind the parent, whose rule may consume.
macvlan_ingress() {
	local family=$1
	rules "$family" "mv0 to out1" "in0 to out2" || return
	rule_add name end iif mv0 group "${CONTROL[$family]}" to out1 to out2
	sink_in snk "k1 1" "k2 1" || return
	packets "$family" ""
	send --mode raw --group "${CONTROL[$family]}" --flow end
	received
	run_ok mcr rule del r2
	rule_add name r2 iif in0 group "${GROUP[$family]}" consume to out2
	sink_in snk "k1 0" "k2 1" || return
	packets "$family" ""
	send --mode raw --group "${CONTROL[$family]}" --flow end
	received
	check_all_sent r1 "$COUNT"
	rules_flush
}

macvlan_egress() {
	local family=$1
	rules "$family" "in0 to mv1" || return
	sink_in snk "k1 1 smac 02:00:00:6d:76:01 dmac auto" || return
	packets "$family" ""
	finish "$family" mv1
	received
	check_all_sent r1 "$COUNT"
	rules_flush
}

OUT1_MAC=02:00:00:00:00:01
OUT2_MAC=02:00:00:00:00:02
declare -A GROUP_MAC=([4]=01:00:5e:01:01:01 [6]=33:33:00:01:00:01) \
	BOND_ADDRESS=([4]=10.3.0.2 [6]=2001:db8:c::2)

# cases "TEXT" FUNCTION ARGUMENT...: for both families.
cases() {
	local family
	for family in 4 6; do
		case_add "${FAMILY[$family]}: $1" "$2" $family "${@:3}"
	done
}

cases "VLAN device and parent" vlan_ingress
cases "to a VLAN device" vlan_egress
cases "a VLAN device consumes" vlan_consume
cases "macvlan and parent" macvlan_ingress
cases "to a macvlan" macvlan_egress
case_add "a bond is made" bond_make
cases "a bond receives by its active slave" bond_ingress
cases "a bond's slaves have rules of their own" bond_slave
cases "to a bond" bond_egress
case_add "the bond is removed" bond_remove
case_add "a bridge is made" bridge_make
for mode in pass consume; do
	cases "a bridge's port, $mode" bridge_port $mode
	cases "a bridge, $mode" bridge_ingress $mode
done
cases "to a bridge's port" bridge_port_egress
cases "to a bridge" bridge_egress
cases "a bridge that snoops" bridge_snoops
case_add "the bridge is removed" bridge_remove
case_add "a VRF is made" vrf_make
cases "a slave of a VRF" vrf_ingress
cases "a slave of a VRF: the VRF gets the packet, too" vrf_pass
cases "to a slave of a VRF, source address" vrf_egress
cases "a VRF itself sees nothing" vrf_itself

require_all
require_command bridge
topology_make 2
ip_batch src <<-END
	link add s1 type veth peer name in1 netns ${NS[mcr]}
	link add s2 type veth peer name in2 netns ${NS[mcr]}
	link set s1 up
	link set s2 up
END
ip_batch mcr <<-END
	link set in1 up
	link set in2 up
	link add link in0 name in0.5 type vlan id 5
	link add link out1 name out1.7 type vlan id 7
	link set in0.5 up
	link set out1.7 up
	address add 10.0.5.2/24 dev in0.5
	address add 2001:db8:a5::2/64 dev in0.5 nodad
	link add link in0 name mv0 type macvlan mode bridge
	link add link out1 name mv1 address 02:00:00:6d:76:01 type macvlan mode bridge
	link set mv0 up
	link set mv1 up
END
links_wait src mcr
cases_run
