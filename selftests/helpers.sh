#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The helper programs themselves: what mcsend sends mcsink receives, and every
# kind of fault that the other tests look for is seen. No module is involved.
#
#    NS[src]        NS[snk]
#   +---------+    +---------+
#   |     s0 -|----|- k1     |
#   +---------+    +---------+

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/topology.sh"

COUNT=$(scaled 100)

setup() {
	[[ $EUID -eq 0 ]] || skip_test "the tests need root"
	require_command ip jq "$MCR_HELPERS/mcsend" "$MCR_HELPERS/mcsink"
	ns_make src snk
	ip_batch src <<-END
		link add s0 address 02:00:00:01:00:01 type veth peer name k1 netns ${NS[snk]}
		address add ${SOURCE[4]}/24 dev s0
		address add ${SOURCE[6]}/64 dev s0 nodad
	END
	ip_in snk address add "${IN_ADDRESS[4]}/24" dev k1
	ip_in snk link set k1 up
	ip_in src link set s0 up
	links_wait src
}

# delivers FAMILY "SEND ARGUMENTS" "SINK WORDS"
delivers() {
	local family=$1 words=$2 expect=$3
	# shellcheck disable=SC2086  # words
	sink_start --until-end group "${GROUP[$family]}" port 5000 sport 4000 \
		count "$COUNT" ttl 7 dscp 10 ecn 2 dmac auto \
		smac 02:00:00:01:00:01 size 300 dev k1 $expect || return
	# shellcheck disable=SC2086
	send --group "${GROUP[$family]}" --count "$COUNT" --ttl 7 --tos 0x2a \
		--size 300 --end $words
	sink_end
	[[ $case_skipped ]] && return
	check_ended
	check_delivery
	check_sink k1 unique "$COUNT"
}

# sees KEY VALUE "SEND ARGUMENTS" "SINK WORDS" [REASON]: 10 packets are expected
sees() {
	local key=$1 value=$2 words=$3 expect=$4 why=${5:-} list
	# shellcheck disable=SC2086
	sink_start --until-end count 10 dev k1 $expect || return
	IFS=';' read -ra list <<<"$words"
	for words in "${list[@]}"; do
		# shellcheck disable=SC2086
		send --group "${GROUP[4]}" $words
	done
	send --group "${GROUP[4]}" --flow end
	sink_end
	check_ended
	check_sink k1 "$key" "$value"
	check_match why "${SINK_LINES[0]}" "\"why\":\"[^\"]*$why"
	# The check that tests use must find it, too.
	if (check_delivery) >/dev/null; then
		fail "check_delivery saw no fault"
	fi
}

# shapes_arrive FAMILY SHAPE...
shapes_arrive() {
	local family=$1 list
	shift
	printf -v list '%s,' "$@"
	sink_start --until-end count $# csum good dev k1 || return
	send --mode raw --group "${GROUP[$family]}" --end --shape "${list%,}"
	sink_end
	check_ended
	check_delivery
}

# shapes_are_seen FAMILY SHAPE... is what no sink may take for sound.
shapes_are_seen() {
	local family=$1 list
	shift
	printf -v list '%s,' "$@"
	sink_start --until-end dev k1 || return
	send --mode raw --group "${GROUP[$family]}" --shape "${list%,}" --end
	sink_end
	check_ended
	check_sink k1 received 0
	check_sink k1 wrong $#
}

# Of a frame that is cut before the payload there is nothing to be recognised.
truncation_is_seen() {
	sink_start --until-end dev k1 || return
	send --mode raw --group "${GROUP[$1]}" --shape truncated --end \
		--size 100
	sink_end
	check_ended
	check_sink k1 received 0
	check_sink k1 wrong $((100 - 8))
}

# sees_values "KEY VALUE" ...: what is not so is seen, each by a sink of its own.
sees_values() {
	local words fds=() i=0 key
	for words in "$@"; do
		# shellcheck disable=SC2086
		sink_start --until-end count 10 dev k1 $words || return
		fds+=("$SINK_FD")
	done
	send --mode raw --group "${GROUP[4]}" --count 10 --end
	for key in "$@"; do
		SINK_FD=${fds[i++]}
		sink_end
		check_ended
		line_value "${SINK_LINES[0]}" wrong
		check_equal "packets with another ${key% *}" "$VALUE" 10
	done
}

udp_socket_receives() {
	local group=${GROUP[4]}
	sink_start --udp --until-end count "$COUNT" dev k1 group "$group" \
		port 5000 src "${SOURCE[4]}" sport 4000 ttl 7 dscp 10 || return
	send --group "$group" --ttl 7 --tos 0x28 --count "$COUNT" --end
	sink_end
	check_ended
	check_delivery
	check_sink k1 unique "$COUNT"
}

tap_receives() {
	local words=$1
	[[ -c /dev/net/tun ]] || {
		skip_case "no /dev/net/tun"
		return
	}
	ip_in snk tuntap add dev tap0 mode tap && ip_in snk link set tap0 up
	sink_start --until-end count 20 dev tap0 csum ok id seq || return
	# shellcheck disable=SC2086
	"$MCR_HELPERS/mcsend" --netns "${NS[snk]}" --dev tap0 --mode tap \
		--group "${GROUP[4]}" --count 20 --end --size 1000 $words \
		>/dev/null || fail "mcsend on a tap device"
	sink_end
	check_ended
	check_delivery
	ip_in snk link del tap0
}

for family in 4 6; do
	case_add "${FAMILY[$family]} UDP socket" delivers $family "" \
		"src ${SOURCE[$family]}"
	case_add "${FAMILY[$family]} UDP socket, no checksum" \
		delivers $family "--csum zero" "csum zero"
	case_add "${FAMILY[$family]} UDP socket, super-packets" \
		delivers $family "--gso 8" "csum ok"
	case_add "${FAMILY[$family]} frames" \
		delivers $family "--mode raw" "csum good id seq flabel 0x5a5a5"
	case_add "${FAMILY[$family]} frames, bad checksum" \
		delivers $family "--mode raw --csum bad" "csum bad"
	case_add "${FAMILY[$family]} frames, partial checksum" delivers $family \
		"--mode raw --vnet --csum partial" "csum partial"
	mapfile -t shapes < <("$MCR_HELPERS/mcsend" --shapes $family good)
	case_add "${FAMILY[$family]} good shapes arrive" \
		shapes_arrive $family "${shapes[@]}"
	# Broken options are for the IP layer to see, not for a sink.
	mapfile -t shapes < <("$MCR_HELPERS/mcsend" --shapes $family malformed |
		grep -v -e '^options-' -e overrun -e cut -e truncated)
	case_add "${FAMILY[$family]} malformed shapes are seen" \
		shapes_are_seen $family "${shapes[@]}"
	case_add "${FAMILY[$family]} truncation is seen" \
		truncation_is_seen $family
done
case_add "UDP socket that has joined receives" udp_socket_receives
case_add "tap device, linear frames" tap_receives ""
case_add "tap device, paged frames" tap_receives "--split 14,20,8,100"
case_add "tap device, paged frames, one piece" tap_receives "--split 1042"

case_add "loss is seen" sees lost 1 "--count 9" ""
case_add "duplicates are seen" sees dup 2 "--count 10;--first 4 --count 2" ""
case_add "reordering is seen" sees reordered 5 \
	"--first 5 --count 5;--count 5" ""
case_add "packets beyond are seen" sees wrong 2 "--count 12" "" "not expected"
case_add "another flow is seen" sees other 1 "--count 10;--flow 2" ""
case_add "a wrong byte is seen" sees wrong 10 \
	"--mode raw --count 10 --shape payload-byte" "csum bad" ""
case_add "a wrong checksum is seen" sees wrong 10 \
	"--mode raw --count 10 --csum bad" "" "checksum"
case_add "a missing checksum is seen" sees wrong 10 \
	"--mode raw --count 10 --csum zero" "" "checksum missing"
case_add "a right checksum is no bad one" sees wrong 10 \
	"--mode raw --count 10" "csum bad" "not as wrong"
case_add "a partial checksum is no complete one" sees wrong 10 \
	"--mode raw --vnet --csum partial --count 10" "csum good" "left to"
case_add "wrong values are seen" sees_values "ttl 2" "dscp 1" "ecn 1" \
	"port 5001" "sport 4001" "size 99" "group 239.9.9.9" "src 10.0.0.9" \
	"dmac 01:00:5e:00:00:01" "smac 02:00:00:00:00:09" "vlan 3" "proto 18" \
	"id 77"

setup
cases_run
