#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Rules may name devices that are not there yet. Such a rule waits, and works as
# soon as a device has the name: made, renamed, or moved here.
#
#    NS[src]            NS[mcr]                         NS[snk]
#   +---------+        +----------------------+        +---------+
#   |     s0 -|--------|- in0           out1 -|--------|- k1     |
#   |         |        |                out2 -|--------|- k2     |
#   +---------+        +----------------------+        +---------+
#
# NS[else] is where devices come from. Traffic flows all the time; each case
# leaves the picture as it was.

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/topology.sh"

COUNT=$(scaled 50)
G=${GROUP[4]}

# What a rule says of its devices: true is "waiting for it".
WAITING='[.waiting, .outputs[].waiting]'

# Traffic without end, whatever becomes of in0.
traffic_start() {
	start "$MCR_HELPERS/mcsend" --netns "${NS[src]}" --dev s0 --group "$G" \
		--flow 7 --count 1000000 --rate 200 >/dev/null 2>&1
}

# counted NAME FILTER: there is a number. The tool may have said that rules changed while
# they were read, as they do with devices.
counted() {
	rule_query "$1" "$2"
	[[ $VALUE =~ ^[0-9]+$ ]]
}

# grown NAME FILTER BEFORE: the counter has grown.
grown() { counted "$1" "$2" && [[ $VALUE -gt $3 ]]; }

# moves NAME COUNTER: it grows, right now, and the sums are right.
moves() {
	wait_for counted "$1" "$2" || fail "rule $1, $2: $VALUE" || return
	wait_for grown "$1" "$2" "$VALUE" || fail "rule $1, $2: stays $VALUE"
	check_balance "$1"
}

# rests NAME COUNTER: it does not grow while NAME2's COUNTER2 does.
rests() {
	local before
	wait_for counted "$1" "$2" || fail "rule $1, $2: $VALUE" || return
	before=$VALUE
	moves "$3" "$4"
	check_rule "$1" "$2" "$before"
}

# delivers NAME "DEV KEYWORD..."...: packets come out there as they must, and all
# of them, among those that flow all the time.
delivers() {
	local sink expect=()
	for sink in "${@:2}"; do
		# shellcheck disable=SC2206  # words
		expect+=(dev $sink count "$COUNT" flow 3)
	done
	links_wait src mcr
	sink_start --until-end "${expect[@]}" || return
	send --group "$G" --count "$COUNT" --flow 3 --end
	sink_end
	check_ended
	for sink in "${@:2}"; do
		check_sink "${sink%% *}" unique "$COUNT"
		check_sink "${sink%% *}" dup 0
		check_sink "${sink%% *}" wrong 0
	done
	check_balance "$1"
}

# rename OLD NEW...: devices must be down for that in 6.1.
rename() {
	while [[ $# -gt 0 ]]; do
		echo "link set $1 down"
		echo "link set $1 name $2"
		echo "link set $2 up"
		shift 2
	done | ip_batch mcr
}

# ingress_state DEV STATE
ingress_state() {
	check_output "state of $1" "$1 +$2 " mcr status
}

made_later() {
	rule_add name r1 iif in0 group "$G" to late1 to out2 ttl 9
	check_rule r1 "$WAITING" "[false,true,false]"
	check_output "rule list" "to late1 .*# id [0-9]+, waiting for late1(,|$)" \
		mcr rule list
	moves r1 '.outputs[0].drops."no-device"'
	check_rule r1 '.outputs[0].sent' 0
	ip_batch mcr <<-END
		link add late1 type veth peer name k9 netns ${NS[snk]}
		link set late1 up
	END
	ip_in snk link set k9 up
	check_rule r1 "$WAITING" "[false,false,false]"
	moves r1 '.outputs[0].sent'
	delivers r1 k9 k2
	run_ok ip_in mcr link del late1
	check_rule r1 "$WAITING" "[false,true,false]"
	moves r1 '.outputs[0].drops."no-device"'
	rules_flush
}

renamed_here() {
	rule_add name r1 iif late0 group "$G" to late1
	check_rule r1 "[$WAITING, .membership]" '[[true,true],"none"]'
	check_output "rule list" "# id [0-9]+, waiting for late0, late1(,|$)" \
		mcr rule list
	ingress_state late0 waiting
	rename in0 late0
	check_rule r1 "[$WAITING, .membership]" '[[false,true],"joined"]'
	ingress_state late0 hooked
	moves r1 '.outputs[0].drops."no-device"'
	rename out1 late1
	check_rule r1 "$WAITING" "[false,false]"
	moves r1 '.outputs[0].sent'
	delivers r1 k1
	rename late0 in0 late1 out1
	check_rule r1 "[$WAITING, .membership]" '[[true,true],"none"]'
	ingress_state late0 waiting
	rule_add name r2 iif in0 group "$G" to out2
	rests r1 .packets r2 .packets
	rules_flush
}

moved_here() {
	run_ok ip_in mcr link set in0 netns "${NS[else]}"
	run_ok ip_in mcr link set out1 netns "${NS[else]}"
	rule_add name r1 iif in0 group "$G" to out1 to out2
	check_rule r1 "$WAITING" "[true,true,false]"
	ip_in else link set in0 netns "${NS[mcr]}"
	ip_in mcr link set in0 up
	check_rule r1 "$WAITING" "[false,true,false]"
	moves r1 '.outputs[0].drops."no-device"'
	ip_in else link set out1 netns "${NS[mcr]}"
	ip_in mcr link set out1 up
	check_rule r1 "$WAITING" "[false,false,false]"
	moves r1 '.outputs[0].sent'
	delivers r1 k1 k2
	rules_flush
}

# What comes in place of the device that is waited for may be of another kind.
another_kind() {
	rule_add name r1 iif in0 group "$G" to late1 to out2
	run_ok ip_in mcr tuntap add dev late1 mode tun
	run_ok ip_in mcr link set late1 up
	check_rule r1 "$WAITING" "[false,true,false]"
	check_output "rule list" "waiting for late1(,|$)" mcr rule list
	moves r1 '.outputs[0].drops."no-device"'
	check_rule r1 '.outputs[0].sent' 0
	run_refused 1 Ethernet mcr output add rule r1 to late1 ttl 9
	run_ok ip_in mcr tuntap del dev late1 mode tun
	rules_flush
}

# Rules go by the name that a device has.
other_names() {
	rule_add name r1 iif late0 group "$G" to late1
	run_ok ip_in mcr link property add dev in0 altname late0
	run_ok ip_in mcr link property add dev out1 altname late1
	rule_add name r2 iif in0 group "$G" to late1 to out2
	check_rule r1 "$WAITING" "[true,true]"
	check_rule r2 "$WAITING" "[false,true,false]"
	moves r2 '.outputs[0].drops."no-device"'
	run_ok ip_in mcr link property del dev in0 altname late0
	run_ok ip_in mcr link property del dev out1 altname late1
	rules_flush
}

# Names change places: out1's rule sends out of what was out2, and back.
swapped() {
	rule_add name r1 iif in0 group "$G" to out1 ttl 11 to out2 ttl 12
	moves r1 '.outputs[0].sent'
	rename out1 tmp1 out2 out1 tmp1 out2
	check_rule r1 "$WAITING" "[false,false,false]"
	delivers r1 "k1 ttl 12" "k2 ttl 11"
	rename out1 tmp1 out2 out1 tmp1 out2
	delivers r1 "k1 ttl 11" "k2 ttl 12"
	rules_flush
}

# Ingress and output change places, too.
swapped_sides() {
	rule_add name r1 iif in0 group "$G" to out1 to out2
	rename in0 tmp0 out1 in0 tmp0 out1
	check_rule r1 "$WAITING" "[false,false,false]"
	rule_add name r2 iif out1 group "$G" to out2
	rests r1 .packets r2 .outputs[0].sent
	rename in0 tmp0 out1 in0 tmp0 out1
	delivers r1 k1 k2
	rules_flush
}

# One device on both sides.
both_sides() {
	rule_add name r1 iif in0 group "$G" to in0 ttl 9 to out1
	moves r1 '.outputs[0].sent'
	run_ok ip_in mcr link set in0 netns "${NS[else]}"
	check_rule r1 "$WAITING" "[true,true,false]"
	check_balance r1
	ip_in else link set in0 netns "${NS[mcr]}"
	ip_in mcr link set in0 up
	check_rule r1 "$WAITING" "[false,false,false]"
	moves r1 '.outputs[0].sent'
	delivers r1 k1
	rules_flush
}

# What a device cannot send now it can later.
unable() {
	local why
	rule_add name r1 iif in0 group "$G" to out1
	moves r1 '.outputs[0].sent'
	for why in "mtu|mcr|out1 mtu 100|out1 mtu 1500" \
		"device-down|mcr|out1 down|out1 up" \
		"device-down|snk|k1 down|k1 up"; do
		IFS='|' read -r reason role worse better <<<"$why"
		# shellcheck disable=SC2086  # words
		run_ok ip_in "$role" link set $worse
		moves r1 ".outputs[0].drops.\"$reason\""
		# shellcheck disable=SC2086
		run_ok ip_in "$role" link set $better
		moves r1 '.outputs[0].sent'
	done
	delivers r1 k1
	rules_flush
}

case_add "made after the rule, and unregistered" made_later
case_add "renamed to what a rule waits for, and away" renamed_here
case_add "moved to where a rule waits for it" moved_here
case_add "of another kind than a rule waits for" another_kind
case_add "alternative names are no names" other_names
case_add "two outputs' devices swap names" swapped
case_add "ingress and egress device swap names" swapped_sides
case_add "a device that is ingress and egress goes and comes" both_sides
case_add "MTU, down and up, carrier" unable

require_all
topology_make 2
ns_make else
traffic_start
cases_run
