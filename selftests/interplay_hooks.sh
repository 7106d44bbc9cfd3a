#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Others who look at what the ingress device receives: tc, nftables, sockets of
# the host behind GRO, and the kernel's own multicast routing. Their order is
#
#    tc ingress -> nftables ingress -> rules -> the host: sockets, routing
#
# so rules do not see what tc or nftables drop, and these have seen what a rule
# consumes. What is at the egress of an output sees all that the output sends.
#
#    NS[src]            NS[mcr]                         NS[snk]
#   +---------+        +----------------------+        +---------+
#   |     s0 -|--------|- in0           out1 -|--------|- k1     |
#   +---------+        +----------------------+        +---------+

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/topology.sh"

COUNT=$(scaled 20)

# packets FAMILY SEND ARGUMENT...
packets() {
	send --mode raw --group "${GROUP[$1]}" --count "$COUNT" \
		--src "${SOURCE[$1]}" --ttl 8 "${@:2}"
}

# The end marker, by a rule of its own.
finish() {
	rule_add name control iif in0 group "${CONTROL[$1]}" to out1 || return
	send --mode raw --group "${CONTROL[$1]}" --flow end
}

received() {
	sink_end
	check_ended
	check_delivery
}

# What is sent by order: flow 1 to the port that all let pass, flow 2 to one
# that is dropped before the rules.
ordered() {
	local family=$1 mode=$2
	rule_add name r1 iif in0 group "${GROUP[$family]}" "$mode" to out1 ||
		return
	sink_start --until-end dev k1 flow 1 count "$COUNT" || return
	packets "$family" --port 5000
	packets "$family" --port 6000 --flow 2
	finish "$family"
	received
	check_all_sent r1 "$COUNT"
	# The rules saw flow 1 and the end marker, and nobody else's packets.
	check_query '.ingress[] | select(.dev == "in0") |
		.seen - (.not_matched // 0)' $((COUNT + 1)) status
	rules_flush
}

# nft_counter CHAIN: packets that its counter counted; in VALUE.
nft_counter() {
	capture in_ns mcr nft list chain netdev t "$1"
	VALUE=${OUTPUT#*counter packets }
	VALUE=${VALUE%% *}
}

# nftables at priority 0 sees all and drops some; at 200 it sees what is left.
nft_ingress() {
	local family=$1 mode=$2 left=0
	[[ $mode == consume ]] || left=$COUNT
	in_ns mcr nft -f - <<-END || fail "nft refuses the table" || return
		table netdev t {
			chain before {
				type filter hook ingress device in0 priority 0;
				udp dport 5000-6000 counter
				udp dport 6000 drop
			}
			chain after {
				type filter hook ingress device in0 priority 200;
				udp dport 5000 counter
			}
		}
	END
	# The end marker has port 5000, too, and passes.
	ordered "$family" "$mode"
	nft_counter before
	check_equal "before the rules" "$VALUE" $((2 * COUNT + 1))
	nft_counter after
	check_equal "after the rules" "$VALUE" $((left + 1))
	run_ok in_ns mcr nft delete table netdev t
}

# tc_filters FAMILY DEV HOOK: port 6000 is dropped, by the first, and 5000 let pass.
tc_filters() {
	local -A protocol=([4]=ip [6]=ipv6)
	in_ns mcr tc -batch - <<-END || fail "tc refuses the filters"
		qdisc add dev $2 clsact
		filter add dev $2 $3 pref 1 protocol ${protocol[$1]} flower ip_proto udp dst_port 6000 action drop
		filter add dev $2 $3 pref 2 protocol ${protocol[$1]} flower ip_proto udp dst_port 5000 action ok
	END
}

# tc_counter DEV HOOK PREF: packets of the filter's action; in VALUE.
tc_counter() {
	capture in_ns mcr tc -s -j filter show dev "$1" "$2" pref "$3"
	VALUE=$(jq '[.[] | .options.actions[]?.stats.packets] | add' <<<"$OUTPUT")
}

# tc_filters_end DEV HOOK DROPPED PASSED: so many packets they have seen.
tc_filters_end() {
	tc_counter "$1" "$2" 1
	check_equal "dropped" "$VALUE" "$3"
	tc_counter "$1" "$2" 2
	check_equal "let pass" "$VALUE" "$4"
	run_ok in_ns mcr tc qdisc del dev "$1" clsact
}

tc_ingress() {
	local family=$1 mode=$2
	tc_filters "$family" in0 ingress || return
	ordered "$family" "$mode"
	tc_filters_end in0 ingress "$COUNT" $((COUNT + 1))
}

# What tc rewrites, rules see rewritten.
tc_rewrites() {
	local family=$1
	run_ok in_ns mcr tc qdisc add dev in0 clsact
	run_ok in_ns mcr tc filter add dev in0 ingress matchall \
		action vlan push id 5
	rule_add name r1 iif in0 group "${GROUP[$family]}" to out1
	packets "$family"
	run_ok in_ns mcr tc qdisc del dev in0 clsact
	sink_start --until-end dev k1 flow 1 count "$COUNT" || return
	packets "$family"
	finish "$family"
	received
	check_all_sent r1 "$COUNT"
	rules_flush
}

# to_both FAMILY: an output that changes nothing and one that rewrites send to out1,
# where flow 1 is expected.
to_both() {
	local group=${GROUP[$1]} group2=${GROUP2[$1]}
	rule_add name r1 iif in0 group "$group" pass to out1 mac keep \
		to out1 group "$group2" || return
	sink_start --until-end dev k1 flow 1 group "$group" count "$COUNT" \
		dev k1 flow 1 group "$group2" count "$COUNT"
}

tc_egress() {
	local family=$1
	tc_filters "$family" out1 egress || return
	to_both "$family" || return
	packets "$family" --port 5000
	packets "$family" --port 6000 --flow 2
	finish "$family"
	received
	rules_flush
	tc_filters_end out1 egress $((2 * COUNT)) $((2 * COUNT + 1))
}

# A queueing discipline that somebody has set.
tc_queue() {
	local family=$1
	run_ok in_ns mcr tc qdisc add dev out1 root handle 1: prio
	in_ns mcr tc filter add dev out1 parent 1: matchall action ok \
		classid 1:1 || fail "tc refuses the filter"
	to_both "$family" || return
	packets "$family"
	finish "$family"
	received
	check_all_sent r1 "$COUNT"
	capture in_ns mcr tc -s -j qdisc show dev out1
	VALUE=$(jq '.[] | select(.kind == "prio").packets' <<<"$OUTPUT")
	[[ $VALUE -gt $((2 * COUNT)) ]] || fail "$VALUE packets were queued"
	run_ok in_ns mcr tc qdisc del dev out1 root
	rules_flush
}

# gro FAMILY LIST: rules pass super-packets on as they were, and a socket of the
# host gets each packet of them.
gro() {
	local family=$1 list=$2 host_fd
	run_ok in_ns src ethtool -K s0 tx-udp-segmentation off
	run_ok in_ns mcr ethtool -K in0 gro on rx-udp-gro-forwarding on \
		rx-gro-list "$list"
	rule_add name r1 iif in0 group "${GROUP[$family]}" pass to out1 ttl 3 \
		to out1 group "${GROUP2[$family]}" || return
	sink_start --until-end count $((8 * COUNT)) dev k1 ttl 3 \
		group "${GROUP[$family]}" dev k1 ttl 8 group "${GROUP2[$family]}"
	host_fd=$SINK_FD
	sink_start_in mcr --udp --until-end dev in0 count $((8 * COUNT)) \
		port 5000 group "${GROUP[$family]}" || return
	send --group "${GROUP[$family]}" --count $((8 * COUNT)) --df --ttl 8 \
		--size 500 --gso 8 --window 8 --end
	received
	SINK_FD=$host_fd
	received
	check_all_sent r1 "$SENT"
	query '.ingress[] | select(.dev == "in0").seen' status
	[[ $VALUE -lt $((4 * COUNT)) ]] ||
		fail "GRO made no super-packets: $VALUE seen"
	rules_flush
	run_ok in_ns mcr ethtool -K in0 gro off rx-udp-gro-forwarding off \
		rx-gro-list off
}

# --- The kernel's multicast routing.

# mroute_start SOURCE GROUP: a route from in0 to out1.
mroute_start() {
	local line=
	exec {MROUTE_FD}< <(exec ip netns exec "${NS[mcr]}" \
		"$MCR_SELFTESTS/mroute.py" "$1" "$2" in0 out1 2>&1)
	MROUTE_PID=$!
	STARTED+=("$MROUTE_PID")
	read -r line <&"$MROUTE_FD"
	[[ $line == ready ]] || fail "no multicast route: $line"
}

mroute_stop() {
	stop "$MROUTE_PID"
	exec {MROUTE_FD}<&-
}

# check_warns REGEX COMMAND...; an empty one: it must say nothing of routes.
check_warns() {
	run_ok "${@:2}"
	if [[ $1 ]]; then
		check_match "${*:2}" "$OUTPUT" "$1"
	else
		[[ ! $OUTPUT =~ multicast\ route ]] || fail "${*:2}: $OUTPUT"
	fi
}

# Without a rule the route forwards, once and with a TTL less one. With a rule
# that passes, both do, and that is warned about.
ipmr_pass() {
	local family=$1 source=${SOURCE[$1]} group=${GROUP[$1]}
	local route="\($source, $group\) from in0 to out1"
	mroute_start "$source" "$group" || return
	check_warns "" mcr status
	sink_start --until-end dev k1 count "$COUNT" ttl 7 || return
	packets "$family"
	finish "$family"
	received
	check_warns "'r1' .*$route .*consume" \
		mcr rule add name r1 iif in0 group "$group" pass to out1
	check_warns "'r1' .*$route .*consume" mcr status
	sink_start --until-end dev k1 count "$COUNT" || return
	packets "$family"
	send --mode raw --group "${CONTROL[$family]}" --flow end
	sink_end
	check_ended
	check_sink k1 dup "$COUNT"
	check_sink k1 lost 0
	check_all_sent r1 "$COUNT"
	run_ok mcr rule disable r1
	check_warns "" mcr status
	mroute_stop
	rules_flush
}

# What a rule consumes, the route never gets.
ipmr_consume() {
	local family=$1 source=${SOURCE[$1]} group=${GROUP[$1]}
	mroute_start "$source" "$group" || return
	check_warns "" \
		mcr rule add name r1 iif in0 group "$group" consume to out1
	check_warns "" mcr status
	sink_start --until-end dev k1 count "$COUNT" ttl 8 || return
	packets "$family"
	finish "$family"
	received
	check_all_sent r1 "$COUNT"
	mroute_stop
	rules_flush
}

# Other routes are nothing to warn about: of another group, of another device,
# of another source, unicast ones.
ipmr_others() {
	local family=$1 source=${SOURCE[$1]}
	mroute_start "$source" "${GROUP2[$family]}" || return
	check_warns "" mcr rule add name r1 iif in0 \
		group "${GROUP[$family]}" pass to out1
	check_warns "" mcr rule add name r2 iif out1 \
		group "${GROUP2[$family]}" pass to in0
	check_warns "" mcr rule add name r3 iif in0 group "${GROUP2[$family]}" \
		src "${IN_ADDRESS[$family]}" pass to out1
	check_warns "" mcr status
	check_warns "'r4'" mcr rule replace name r4 iif in0 \
		group "${GROUP2[$family]}" src "$source" pass to out1
	mroute_stop
	check_warns "" mcr status
	rules_flush
}

# A route of all groups from all sources takes the rule's as well.
ipmr_wildcard() {
	local family=$1
	local -A any=([4]=0.0.0.0 [6]=::)
	mroute_start "${any[$family]}" "${any[$family]}" || return
	check_warns "'r1' .*\(\*, \*\) from in0" mcr rule add name r1 iif in0 \
		group "${GROUP[$family]}" pass to out1
	rule_add name r2 iif in0 group "${GROUP2[$family]}" pass to out1
	check_warns "'r1' .*1 more" mcr status
	mroute_stop
	rules_flush
}

# cases "TEXT" FUNCTION ARGUMENT...: for both families.
cases() {
	local family
	for family in 4 6; do
		case_add "${FAMILY[$family]}: $1" "$2" $family "${@:3}"
	done
}

for mode in pass consume; do
	cases "nftables ingress, $mode" nft_ingress $mode
	cases "tc ingress, $mode" tc_ingress $mode
done
cases "tc egress of an output" tc_egress
cases "a queue of an output" tc_queue
cases "tc tags what it lets in" tc_rewrites
cases "GRO: the host gets the packets, too" gro off
cases "GRO, chained: the host gets the packets, too" gro on
cases "multicast routing, pass: twice, with a warning" ipmr_pass
cases "multicast routing, consume: the rule wins" ipmr_consume
cases "multicast routing of something else" ipmr_others
cases "multicast routing of everything" ipmr_wildcard

require_all
require_command nft tc ethtool python3
topology_make 1
cases_run
