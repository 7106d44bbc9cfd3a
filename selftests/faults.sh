#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# No memory on a packet's way: each allocation that is made for one fails once, one
# after the other, until none is left. The packet is counted no-memory where its copy
# was to go, the other outputs send it whole, and what was offered is what was sent
# and what was dropped.
#
#              NS[mcr]                         NS[snk]
#             +----------------------+        +---------+
#    writes --|- tap0          out1 -|--------|- k1     |
#             |                out2 -|--------|- k2     |
#             |                out3 -|--------|- k3     |
#             +----------------------+        +---------+
#
# What a tap device receives is handled by the task that writes it, of which the
# kernel lets the nth allocation fail (fail-nth). out1 has frames as they are, out2
# another TTL, out3 rewrites all. Needs a kernel with fault injection.
#
# Which one the nth is differs a little from frame to frame, as what is kept at hand for
# packets has to be filled up now and then, and the kernel's checks allocate, too. So
# that is done several times.

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/topology.sh"

declare -A NEW_GROUP=([4]=239.77.1.1 [6]=ff1e::77:1) \
	NEW_SOURCE=([4]=198.51.100.7 [6]=2001:db8:f::7)
FAULTS=/sys/kernel/debug
BATCH=/proc/sys/net/core/gro_normal_batch
ROUNDS=10
declare -A saved=()

# set_file FILE VALUE, until the end.
set_file() {
	[[ -v saved[$1] ]] || saved[$1]=$(<"$1")
	echo "$2" >"$1"
}

restore_files() {
	local file
	for file in "${!saved[@]}"; do
		echo "${saved[$file]}" >"$file"
	done
	cleanup
}

# An output dropped for want of memory at least so often, and sent the rest: what its
# sink got, each packet once and whole.
check_output_of() {
	local number=$1 least=$2 of=".outputs[$(($1 - 1))]" dropped
	rule_query r1 "$of.drops | del(.\"no-memory\") | add"
	check_equal "other drops of out$number" "$VALUE" 0
	rule_query r1 "$of.drops.\"no-memory\""
	dropped=$VALUE
	note "out$number: no memory for $dropped of $SENT packets"
	[[ $dropped -ge $least ]] ||
		fail "out$number: dropped $dropped, at least $least expected"
	# The end marker is of another flow.
	check_sink "k$number" unique $((SENT - dropped - 1))
	check_sink "k$number" dup 0
	check_sink "k$number" wrong 0
}

# faults FAMILY MODE LEAST1 LEAST2 LEAST3 SEND ARGUMENT...: packets that each output
# drops at least.
faults() {
	local family=$1 mode=$2 least=("${@:3:3}") i
	rule_add name r1 iif tap0 group "${GROUP[$family]}" "$mode" \
		to out1 mac keep to out2 ttl 9 \
		to out3 group "${NEW_GROUP[$family]}" dport 7000 \
		src "${NEW_SOURCE[$family]}" sport 7001 ttl 9 dscp 3 || return
	sink_start --until-end count 1000 dev k1 dev k2 dev k3
	send --netns "${NS[mcr]}" --dev tap0 --mode tap --end \
		--faults --count "$ROUNDS" --group "${GROUP[$family]}" "${@:6}"
	line_value "$OUTPUT" faults
	note "$VALUE allocations failed, $SENT packets were received"
	sink_end
	check_ended
	check_rule r1 '[.packets] + [.outputs[].offered]' \
		"[$SENT,$SENT,$SENT,$SENT]"
	check_balance r1
	for i in 1 2 3; do
		check_output_of "$i" "${least[i - 1]}"
	done
	rules_flush
}

# A small packet's copy that there is no memory for is made in another way, for which
# there is. Of one that is to be consumed the last output has the packet itself.
for family in 4 6; do
	who=${FAMILY[$family]}
	case_add "$who: pass" faults $family pass 2 1 2
	case_add "$who: consume" faults $family consume 1 0 0
	case_add "$who: pass, in pieces" faults $family pass 2 1 2 \
		--size 1200 --split 60,400
	case_add "$who: consume, in pieces" faults $family consume 1 0 0 \
		--size 1200 --split 60,400
	case_add "$who: pass, large" faults $family pass 2 2 2 --size 3000
	case_add "$who: consume, large" faults $family consume 1 1 0 --size 3000
done

require_all
require_command ethtool
[[ -w /proc/self/fail-nth && -d $FAULTS/failslab ]] ||
	skip_test "the kernel has no fault injection (CONFIG_FAILSLAB)"
trap restore_files EXIT
# Without a trace of each in the log, and pages, too; what may wait for memory, as what
# makes the frame, is none of ours.
set_file "$FAULTS/failslab/verbose" 0
set_file "$FAULTS/failslab/ignore-gfp-wait" Y
set_file "$FAULTS/fail_page_alloc/verbose" 0
set_file "$FAULTS/fail_page_alloc/ignore-gfp-wait" Y
set_file "$FAULTS/fail_page_alloc/min-order" 0
# A frame in pieces is received as it is written, not with seven more.
set_file "$BATCH" 1
# What `send` is made for has a namespace of its own, which is not needed here.
ns_make src mcr snk
serve mcr
topology_output 1 2 3
links_wait mcr
ip_in mcr tuntap add dev tap0 mode tap || bail "cannot make a tap device"
ip_in mcr link set tap0 mtu 4000 up
for i in 1 2 3; do
	ip_in snk link set "k$i" mtu 4000
	ip_in mcr link set "out$i" mtu 4000
done
in_ns mcr ethtool -K tap0 gro off || bail "cannot turn GRO of tap0 off"
cases_run
