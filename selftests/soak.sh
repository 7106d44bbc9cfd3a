#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The relay at work for a while, rules changing beside it: what it needs of memory
# and descriptors stays what it was, and all is accounted for. And once with as
# much as it is made for, to see what is lost.
#
#    NS[src]            NS[mcr]                         NS[snk]
#   +---------+        +----------------------+        +---------+
#   |     s0 -|--------|- in0           out1 -|--------|- k1     |
#   |         |        |     mcrd        ...  |        |  ...    |
#   |         |        |               out16 -|--------|- k16    |
#   +---------+        +----------------------+        +---------+
#
# MCR_SOAK_SECONDS: how long (default 15; `make soak`: 600).

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/topology.sh"

: "${MCR_SOAK_SECONDS:=15}"
G=${GROUP[4]}
OUTPUTS=16
# Packets a second: a load that leaves time for changes, and that of a burst.
RATE=5000
BURST=100000
BURST_SECONDS=3
# Kilobytes that may come and go: a page cache of the allocator's, a log line.
SLACK=512

# The daemon and its workers: process ids in PIDS.
processes() {
	local children=/proc/${RELAY[mcr]}/task/${RELAY[mcr]}/children
	read -ra PIDS <"$children"
	PIDS=("${RELAY[mcr]}" "${PIDS[@]}")
}

# measure: as below, when who has just been a peer has left no descriptor there.
measure() {
	local before='' i
	for ((i = 0; i < 20; i++)); do
		count
		[[ $FDS != "$before" ]] || return 0
		before=$FDS
		sleep 0.2
	done
}

# count: resident kilobytes and open descriptors of all of them, into KB and FDS.
count() {
	local pid rss
	KB=0 FDS=0
	for pid in "${PIDS[@]}"; do
		rss=$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$pid/status")
		KB=$((KB + rss))
		set -- "/proc/$pid/fd/"*
		FDS=$((FDS + $#))
	done
}

# same_processes: none was replaced since processes was called; else why, as the
# daemon has it.
same_processes() {
	local before="${PIDS[*]}"
	processes
	[[ ${PIDS[*]} != "$before" ]] || return 0
	fail "processes were $before and are ${PIDS[*]}:"
	grep -v " connected as " "${RELAY_LOG[mcr]}" | tail -n 20 |
		sed 's/^/#   /'
	return 1
}

# changes UNTIL: rules and outputs come and go. Each turn leaves what it found.
changes() {
	local n=0
	while [[ $SECONDS -lt $1 ]]; do
		rule_add name turn iif in0 group 239.9.9.9 dport $((n % 999 + 1)) \
			to out1 to out2 ttl 7 || return
		run_ok mcr output add rule soak to out3 ttl 9
		run_ok mcr rule disable turn
		run_ok mcr output del rule soak to out3 ttl 9
		run_ok mcr rule del turn
		n=$((n + 1))
	done
	note "$n turns of five changes"
}

memory_is_flat() {
	local end traffic kb fds
	rule_add name soak iif in0 group "$G" dport 5000 to out1 \
		to out2 group 239.2.2.2 dport 6000 to out3 src auto ttl 16 \
		to out4 dscp 46
	end=$((SECONDS + MCR_SOAK_SECONDS))
	start "$MCR_HELPERS/mcsend" --netns "${NS[src]}" --dev s0 --group "$G" \
		--rate "$RATE" --count $((RATE * MCR_SOAK_SECONDS)) \
		>"$WORK/sent"
	traffic=$STARTED_PID
	# Buffers and tables have to be touched once before they count.
	changes $((SECONDS + MCR_SOAK_SECONDS / 4))
	processes
	measure
	kb=$KB fds=$FDS
	changes "$end"
	wait "$traffic"
	same_processes || return
	measure
	note "${#PIDS[@]} processes: $kb kB, $fds descriptors after a quarter;" \
		"$KB kB, $FDS descriptors at the end"
	# AddressSanitizer keeps what was freed, and where each piece came from.
	[[ ${ASAN_OPTIONS:-} || $KB -le $((kb + kb / 50 + SLACK)) ]] ||
		fail "memory grew from $kb kB to $KB kB"
	check_equal descriptors "$FDS" "$fds"
	check_rule soak .packets $((RATE * MCR_SOAK_SECONDS))
	check_balance soak
	rules_flush
}

# What the sinks lose is theirs; what the rule offers is sent or has a reason.
burst() {
	local i words=() total=$((BURST * BURST_SECONDS)) began=$EPOCHREALTIME took
	for ((i = 1; i <= OUTPUTS; i++)); do
		words+=(to "out$i")
	done
	rule_add name burst iif in0 group "$G" "${words[@]}"
	send --group "$G" --size 1400 --rate "$BURST" --count "$total"
	took=$(((${EPOCHREALTIME/./} - ${began/./}) / 1000))
	wait_for quiet burst || fail "the rule does not come to rest"
	check_balance burst
	rule_query burst '[.packets, ([.outputs[].sent] | add),
		([.outputs[].drops | add] | add)]'
	note "$total packets offered in $took ms (to be $((BURST_SECONDS * 1000)) ms)," \
		"$OUTPUTS outputs: packets in, out, dropped: $VALUE"
	query '[.ingress[].missed]' status
	note "lost before the relay could see them: $VALUE"
	rule_query burst ".packets + ([0] + $VALUE | add)"
	check_equal "packets seen and missed" "$VALUE" "$total"
	rules_flush
}

# It has counted all that it received.
quiet() {
	local before
	rule_query "$1" .packets
	before=$VALUE
	sleep 0.5
	rule_query "$1" .packets
	[[ $VALUE == "$before" ]]
}

case_add "memory and descriptors stay what they were" memory_is_flat
case_add "$BURST packets a second to $OUTPUTS outputs" burst

[[ $MCR_VIA == relay ]] || skip_test "only the relay: the module has no processes"
require_all
topology_make $OUTPUTS
work_directory
cases_run
