#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Devices come and go while packets flow: what is bound to them is released and
# bound again by name, and rules of other devices do not notice.
#
#    NS[src]            NS[mcr]                         NS[snk]
#   +---------+        +----------------------+        +---------+
#   |     s0 -|--------|- in0           out1 -|--------|- k1     |
#   |         |        |                out2 -|--------|- k2     |
#   +---------+        +----------------------+        +---------+
#
# NS[else] is where devices move to. Every case makes this anew.

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/topology.sh"

COUNT=$(scaled 50)
G=${GROUP[4]}
TRAFFIC=

begin() {
	topology_make 2
	ns_make else
	rule_add name r1 iif in0 group "$G" to out1 to out2 ttl 9
}

# Traffic without end, in the background; ends with its device.
traffic_start() {
	start "$MCR_HELPERS/mcsend" --netns "${NS[src]}" --dev s0 --group "$G" \
		--flow 7 --count 1000000 --rate 500 >/dev/null 2>&1
	TRAFFIC=$STARTED_PID
	wait_for moves r1 || fail "traffic does not reach the rule"
}

traffic_stop() {
	[[ ! $TRAFFIC ]] || stop "$TRAFFIC"
	TRAFFIC=
}

# moves RULE: it takes packets right now.
moves() {
	local before
	rule_query "$1" .packets
	before=$VALUE
	pause
	rule_query "$1" .packets
	[[ $VALUE -gt $before ]]
}

# The namespaces go, and with them everything in them: a reference that was
# kept would keep a device for ever.
end() {
	traffic_stop
	ns_drop src mcr snk else
}

# delivers DEV...: packets come out there, and all of them.
delivers() {
	local dev expect=()
	for dev in "$@"; do
		expect+=(dev "$dev" count "$COUNT" flow 3)
	done
	traffic_stop
	links_wait src mcr
	sink_start --until-end "${expect[@]}" || return
	send --group "$G" --count "$COUNT" --flow 3 --end
	sink_end
	check_ended
	check_delivery
}

device_gone() { ! ip_in "$1" link show dev "$2" >/dev/null 2>&1; }

# What a rule says of its devices: true is "waiting for it".
WAITING='[.waiting, .outputs[].waiting]'

# What takes the place of an output's device may be of another kind, which
# Ethernet frames must not be sent to.
another_kind() {
	begin
	run_ok ip_in mcr link del out1
	run_ok ip_in mcr tuntap add dev out1 mode tun
	run_ok ip_in mcr link set out1 up
	check_rule r1 "$WAITING" "[false,true,false]"
	delivers k2
	check_rule r1 ".outputs[0].drops.\"no-device\" >= $COUNT" true
	check_rule r1 ".outputs[0].sent" 0
	check_balance r1
	end
}

# output_goes WORD... of ip: out1 goes; the rule waits for it and sends to out2.
output_goes() {
	local before
	begin
	traffic_start
	run_ok ip_in mcr "$@"
	check_rule r1 "$WAITING" "[false,true,false]"
	check_output "rule list" "# id [0-9]+, waiting for out1" mcr rule list
	rule_query r1 '.outputs[0].drops."no-device"'
	before=$VALUE
	delivers k2
	check_rule r1 ".outputs[0].drops.\"no-device\" >= $before + $COUNT" true
	check_balance r1
}

output_unregisters() {
	output_goes link del out1
	topology_output 1
	check_rule r1 "$WAITING" "[false,false,false]"
	delivers k1 k2
	end
}

output_moves() {
	output_goes link set out1 netns "mcr-$$-else"
	ip_in else link set out1 netns "${NS[mcr]}"
	ip_in mcr link set out1 up
	check_rule r1 "$WAITING" "[false,false,false]"
	delivers k1 k2
	end
}

ingress_unregisters() {
	begin
	traffic_start
	run_ok ip_in mcr link del in0
	check_rule r1 "$WAITING" "[true,false,false]"
	check_output "rule list" "# id [0-9]+, waiting for in0" mcr rule list
	traffic_stop
	wait_for device_gone src s0 || fail "s0 does not go"
	topology_ingress
	check_rule r1 "$WAITING" "[false,false,false]"
	delivers k1 k2
	end
}

# In its new namespace the device has no rule any more.
ingress_moves() {
	local packets
	begin
	traffic_start
	run_ok ip_in mcr link set in0 netns "${NS[else]}"
	check_rule r1 "$WAITING" "[true,false,false]"
	ip_in else link set in0 up
	traffic_stop
	links_wait src
	rule_query r1 .packets
	packets=$VALUE
	send --group "$G" --count "$COUNT"
	check_rule r1 .packets "$packets"
	ip_in else link set in0 netns "${NS[mcr]}"
	ip_in mcr link set in0 up
	check_rule r1 "$WAITING" "[false,false,false]"
	delivers k1 k2
	end
}

# rename OLD NEW: a device must be down for that in 6.1.
rename() {
	ip_in mcr link set "$1" down
	run_ok ip_in mcr link set "$1" name "$2"
	ip_in mcr link set "$2" up
}

renames() {
	begin
	traffic_start
	rename out1 new1
	check_rule r1 "$WAITING" "[false,true,false]"
	delivers k2
	rename new1 out1
	check_rule r1 "$WAITING" "[false,false,false]"
	delivers k1 k2
	rename in0 new0
	check_rule r1 "$WAITING" "[true,false,false]"
	rename new0 in0
	check_rule r1 "$WAITING" "[false,false,false]"
	delivers k1 k2
	end
}

down_and_up() {
	begin
	traffic_start
	ip_in mcr link set in0 down
	ip_in mcr link set out1 down
	check_rule r1 "$WAITING" "[false,false,false]"
	ip_in mcr link set in0 up
	ip_in mcr link set out1 up
	delivers k1 k2
	check_balance r1
	end
}

# A namespace ends with rules in it and packets on their way.
namespace_ends() {
	begin
	traffic_start
	ns_drop mcr
	wait_for device_gone src s0 || fail "s0 does not go: in0 is kept"
	wait_for device_gone snk k1 || fail "k1 does not go: out1 is kept"
	traffic_stop
	ns_drop src snk else
}

# Rules of one namespace are no other's.
namespaces_are_apart() {
	begin
	serve else
	check_equal "rules of another namespace" \
		"$("$MCRTOOL" -n "${NS[else]}" -j rule list)" "[]"
	end
}

# Many times over, against races that one time does not meet.
again_and_again() {
	local i rounds
	rounds=$(scaled 5)
	begin
	traffic_start
	for ((i = 0; i < rounds; i++)); do
		ip_in mcr link set out1 netns "${NS[else]}"
		ip_in else link set out1 netns "${NS[mcr]}"
		ip_in mcr link set out1 up
		ip_in mcr link set in0 netns "${NS[else]}"
		ip_in else link set in0 netns "${NS[mcr]}"
		ip_in mcr link set in0 up
		run_ok mcr rule del r1
		rule_add name r1 iif in0 group "$G" to out1 to out2 ttl 9
	done
	delivers k1 k2
	end
}

case_add "an output's device comes back as another kind" another_kind
case_add "an output's device is unregistered" output_unregisters
case_add "an output's device moves to another namespace" output_moves
case_add "the ingress device is unregistered" ingress_unregisters
case_add "the ingress device moves to another namespace" ingress_moves
case_add "devices are renamed" renames
case_add "devices go down and up" down_and_up
case_add "a namespace ends" namespace_ends
case_add "namespaces are apart" namespaces_are_apart
case_add "again and again" again_and_again

require_all
cases_run
