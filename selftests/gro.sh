#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# mcrd --gro: GRO of UDP packets is on where rules receive, and as it was before where
# they do not any more.
#
#    NS[src]            NS[mcr]                         NS[snk]
#   +---------+        +----------------------+        +---------+
#   |     s0 -|--------|- in0           out1 -|--------|- k1     |
#   |         |        |     mcrd --gro       |        |         |
#   +---------+        +----------------------+        +---------+
#
# What s0 is given in one piece it sends packet by packet (tx-udp-segmentation off): in0
# makes super-packets of them again, or not.

MCR_VIA=relay
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/topology.sh"
. "$(dirname "$0")/daemon.sh"

G=${GROUP[4]}
COUNT=$(scaled 800)

# mcrd_start [OPTION...]: a daemon, serving when this returns.
mcrd_start() {
	daemon_start ip netns exec "${NS[mcr]}" "$MCRD" --workers 2 \
		--log-level info "$@"
}

# features DEV: of rx-gro and rx-udp-gro-forwarding, in VALUE.
features() {
	VALUE=$(in_ns mcr ethtool -k "$1" | awk '
		$1 == "generic-receive-offload:" { gro = $2 }
		$1 == "rx-udp-gro-forwarding:" { forwarding = $2 }
		END { print gro, forwarding }')
}

features_are() {
	features "$1"
	[[ $VALUE == "$2" ]]
}

check_features() {
	wait_for features_are "$@" || fail "$1: expected '$2', got '$VALUE'"
}

# set_features GRO FORWARDING: of in0.
set_features() {
	run_ok in_ns mcr ethtool -K in0 gro "$1" rx-udp-gro-forwarding "$2"
	check_features in0 "$1 $2"
}

rule() { rule_add name "$1" iif in0 group "$2" to out1; }

# delivers: a flow of r1 arrives whole; how many frames it came in is in SEEN.
delivers() {
	query '.ingress[] | select(.dev == "in0").seen' status
	SEEN=$VALUE
	sink_start --until-end dev k1 count "$COUNT"
	send --group "$G" --df --size 500 --gso 8 --count "$COUNT" --window 8 --end
	sink_end
	check_delivery
	query '.ingress[] | select(.dev == "in0").seen' status
	SEEN=$((VALUE - SEEN))
}

# While a rule receives: whoever is the first, and the last.
on_and_off() {
	set_features off off
	mcrd_start --gro
	check_features in0 "off off"
	rule r1 "$G"
	check_features in0 "on on"
	rule r2 239.2.2.2
	run_ok mcr rule del r1
	check_features in0 "on on"
	run_ok mcr rule disable r2
	check_features in0 "off off"
	run_ok mcr rule enable r2
	check_features in0 "on on"
	run_ok mcr rule del r2
	check_features in0 "off off"
	rule r1 "$G"
	check_features in0 "on on"
	daemon_end
	check_features in0 "off off"
}

# What was on stays on, in each way that it can be.
as_it_was() {
	local gro forwarding
	for gro in on off; do
		for forwarding in on off; do
			set_features "$gro" "$forwarding"
			mcrd_start --gro
			rule r1 "$G"
			check_features in0 "on on"
			daemon_end
			check_features in0 "$gro $forwarding"
		done
	done
	set_features off off
}

not_asked_for() {
	mcrd_start
	rule r1 "$G"
	check_features in0 "off off"
	delivers
	[[ $SEEN -ge $COUNT ]] || fail "$SEEN frames for $COUNT packets"
	daemon_end
}

super_packets() {
	set_features off off
	mcrd_start --gro
	rule r1 "$G"
	delivers
	[[ $SEEN -lt $((COUNT / 2)) ]] || fail "$SEEN frames for $COUNT packets"
	daemon_end
}

# Devices that are not there yet, have another name then, and go.
late() {
	mcrd_start --gro
	rule_add name late iif late0 group "$G" to out1
	ip_in mcr link add late0 type veth peer name late1
	ip_in mcr link set late0 up
	check_features late0 "on on"
	ip_in mcr link set late0 name early0
	check_features early0 "off off"
	ip_in mcr link set early0 name late0
	check_features late0 "on on"
	ip_in mcr link del late0
	check_rule late .waiting true
	daemon_end
	! logged "stays on\|cannot be turned on" ||
		fail "the log: $(<"$WORK/log")"
}

# What the user has turned off while it was on.
turned_off_meanwhile() {
	mcrd_start --gro
	rule r1 "$G"
	set_features off off
	daemon_end
	check_features in0 "off off"
}

# Before Linux 6.2 super-packets would be lost: nothing is changed, which is said.
too_old() {
	set_features off off
	mcrd_start --gro
	rule r1 "$G"
	check_features in0 "off off"
	logged "gro: left as it is" ||
		fail "the log: $(<"$WORK/log")"
	daemon_end
}

if gets_super --gso; then
	case_add "on while a rule receives, and off again" on_and_off
	case_add "what was on stays on" as_it_was
	case_add "packets come as super-packets, and go out whole" super_packets
	case_add "devices that come late, with another name, and go" late
	case_add "what is turned off meanwhile stays off" turned_off_meanwhile
else
	case_add "where super-packets would be lost nothing is changed" too_old
fi
case_add "without the option nothing is changed" not_asked_for

require_all
require_command ethtool
work_directory
MCR_RUN_DIR=$WORK/run
mkdir -m 755 "$MCR_RUN_DIR"
export MCR_RUN_DIR
serve() { :; }
topology_make 1
in_ns src ethtool -K s0 tx-udp-segmentation off
cases_run
