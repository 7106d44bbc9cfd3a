#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Which packets a rule takes, and which not. Silence counts as proven only when
# a control packet, sent behind, has come out of every device.
#
#    NS[src]            NS[mcr]                         NS[snk]
#   +---------+        +----------------------+        +---------+
#   |     s0 -|--------|- in0           out1 -|--------|- k1     |
#   |     s1 -|--------|- in1            ...  |        |  ...    |
#   |         |        |                out4 -|--------|- k4     |
#   +---------+        +----------------------+        +---------+

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/topology.sh"

COUNT=$(scaled 20)
OUTPUTS=4
declare -A OTHER_SOURCE=([4]=10.0.0.99 [6]=2001:db8:a::99)

# rules "WORDS" ...: named r1, r2, ... and the one for the control packet.
rules() {
	local family=$1 i=0 words
	shift
	for words in "$@"; do
		i=$((i + 1))
		# shellcheck disable=SC2086  # words
		rule_add name r$i $words || return
	done
	rule_add name control iif in0 group "${CONTROL[$family]}" dport 5000 \
		to out1 to out2 to out3 to out4
}

# packets FAMILY "SEND ARGUMENTS" ...: frames from s0 unless said otherwise;
# flow 1, 2, ... in turn. Then the control packet.
packets() {
	local family=$1 flow=0 words
	shift
	for words in "$@"; do
		flow=$((flow + 1))
		# shellcheck disable=SC2086
		send --mode raw --group "${GROUP[$family]}" --count "$COUNT" \
			--flow $flow --src "${SOURCE[$family]}" $words ||
			return
	done
	send --mode raw --group "${CONTROL[$family]}" --flow end
}

# receive [FLOW...]: the flows that are to come out of out1, out2, ...; an empty
# one, and those left out, mean silence.
receive() {
	local i flow expect=()
	for ((i = 1; i <= OUTPUTS; i++)); do
		flow=${1:-}
		[[ $# -eq 0 ]] || shift
		if [[ $flow ]]; then
			expect+=(dev "k$i" flow "$flow" count "$COUNT")
		else
			expect+=(dev "k$i" count 0)
		fi
	done
	sink_start --until-end "${expect[@]}"
}

received() {
	sink_end
	check_ended
	check_delivery
}

# takes FAMILY "RULE WORDS" "SEND ARGUMENTS": the rule takes these packets.
takes() {
	rules "$1" "$2" && receive 1 && packets "$1" "$3" && received
	rules_flush
}

# leaves FAMILY "RULE WORDS" "SEND ARGUMENTS": and not these, which the rule's
# counter shows, too.
leaves() {
	rules "$1" "$2" && receive && packets "$1" "$3" && received
	check_rule control .packets 1
	check_rule r1 .packets 0
	rules_flush
}

# The most specific of four rules fires, and only that.
specificity() {
	local family=$1 group source rule
	group=${GROUP[$family]}
	source=${SOURCE[$family]}
	# In this order: what decides is not which rule is older.
	rules "$family" \
		"iif in0 group $group to out1" \
		"iif in0 group $group src $source dport 5000 to out4" \
		"iif in0 group $group src $source to out3" \
		"iif in0 group $group dport 5000 to out2" || return
	receive 1 2 3 4
	packets "$family" \
		"--src ${OTHER_SOURCE[$family]} --port 6000" \
		"--src ${OTHER_SOURCE[$family]} --port 5000" \
		"--src $source --port 6000" \
		"--src $source --port 5000"
	received
	for rule in r1 r2 r3 r4; do
		check_rule "$rule" .packets "$COUNT"
	done
	rules_flush
}

# A disabled rule takes nothing from a wider one, but keeps its match; enabled
# it takes over.
disabled() {
	local family=$1 group
	group=${GROUP[$family]}
	rules "$family" "iif in0 group $group to out1" \
		"iif in0 group $group dport 5000 disabled to out2" || return
	receive 1 && packets "$family" "" && received
	run_refused 1 "exists" mcr rule add iif in0 group "$group" dport 5000 \
		to out3
	run_ok mcr rule enable r2
	receive "" 1 && packets "$family" "" && received
	run_ok mcr rule disable r2
	receive 1 && packets "$family" "" && received
	rules_flush
}

# listens FAMILY COUNT MODE: how many packets a socket gets that has joined in
# the rules' own namespace. Its end marker is from a source that no rule takes.
listens() {
	local family=$1 count=$2 mode=$3 out_fd
	rule_add name r1 iif in0 group "${GROUP[$family]}" \
		src "${SOURCE[$family]}" "$mode" to out1 || return
	sink_start --until-end dev k1 count "$COUNT" || return
	out_fd=$SINK_FD
	sink_start_in mcr --udp --until-end dev in0 port 5000 \
		group "${GROUP[$family]}" count "$count" || return
	send --group "${GROUP[$family]}" --count "$COUNT"
	send --group "${GROUP[$family]}" --flow end --mode raw \
		--src "${OTHER_SOURCE[$family]}"
	received
	send --group "${GROUP[$family]}" --flow end
	SINK_FD=$out_fd
	received
	rules_flush
}

vlan_device() {
	local family=$1
	kernel_has "VLAN devices" ip_in mcr link add link in0 name in0.5 \
		type vlan id 5 || return
	ip_in mcr link set in0.5 up
	takes "$family" "iif in0.5 group ${GROUP[$family]} to out1" "--vlan 5"
	ip_in mcr link del in0.5
}

# Groups of the link: not by accident, but when a rule names them.
link_local() {
	local family=$1
	local -A group=([4]=224.0.0.251 [6]=ff02::fb)
	takes "$family" "iif in0 group ${group[$family]} to out1" \
		"--group ${group[$family]}"
}

for family in 4 6; do
	who=${FAMILY[$family]}
	any="iif in0 group ${GROUP[$family]} to out1"
	port="iif in0 group ${GROUP[$family]} dport 5000 to out1"
	src="iif in0 group ${GROUP[$family]} src ${SOURCE[$family]} to out1"
	case_add "$who: a group, any port" takes $family "$any" "--port 6000"
	case_add "$who: another group is left" leaves $family "$any" \
		"--group ${GROUP2[$family]}"
	case_add "$who: a port" takes $family "$port" ""
	case_add "$who: another port is left" leaves $family "$port" \
		"--port 5001"
	case_add "$who: a source" takes $family "$src" ""
	case_add "$who: another source is left" leaves $family "$src" \
		"--src ${OTHER_SOURCE[$family]}"
	case_add "$who: the most specific rule" specificity $family
	case_add "$who: disabled and enabled" disabled $family
	case_add "$who: another device is left" leaves $family "$any" "--dev s1"
	case_add "$who: a tagged frame is left" leaves $family "$any" \
		"--vlan 5"
	case_add "$who: a tagged frame, VLAN device" vlan_device $family
	case_add "$who: a frame for another host is left" leaves $family \
		"$any" "--dmac 02:00:00:99:99:99"
	case_add "$who: a unicast packet is left" leaves $family "$any" \
		"--group ${IN_ADDRESS[$family]} --dmac 02:00:00:01:00:02"
	case_add "$who: another protocol is left" leaves $family "$any" \
		"--proto 136"
	case_add "$who: a priority tag is no VLAN" takes $family "$any" \
		"--vlan 0"
	case_add "$who: a link-local group that is named" link_local $family
	case_add "$who: pass: the host gets the packet, too" \
		listens $family "$COUNT" pass
	case_add "$who: consume: the host gets no packet" \
		listens $family 0 consume
done
case_add "the other family is left" leaves 4 \
	"iif in0 group ${GROUP[6]} to out1" ""

# shellcheck disable=SC2034  # for lib.sh
RELAY_OPTIONS=("${ONE_WORKER[@]}")
require_all
topology_make $OUTPUTS
ip_batch src <<-END
	link add s1 type veth peer name in1 netns ${NS[mcr]}
END
ip_in mcr link set in1 up
ip_in src link set s1 up
links_wait src
cases_run
