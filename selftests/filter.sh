#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Packets that no rule takes, and the relay's workers: they are not woken for them,
# whatever rules come and go, and all is counted.
#
#    NS[src]            NS[mcr]                         NS[snk]
#   +---------+        +----------------------+        +---------+
#   |     s0 -|--------|- in0           out1 -|--------|- k1     |
#   |         |        |        mcrd          |        |         |
#   +---------+        +----------------------+        +---------+
#
# Nothing is sent but by the test: s0 and in0 have no IPv6 of their own.

MCR_VIA=relay
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/topology.sh"
. "$(dirname "$0")/daemon.sh"

G=${GROUP[4]}
OTHER=239.9.9.9
COUNT=$(scaled 4000)
BACKGROUND=

# mcrd_start [COMMAND...]: a daemon, under COMMAND, serving when this returns.
mcrd_start() {
	daemon_start ip netns exec "${NS[mcr]}" "$@" "$MCRD" --alone --workers 2 \
		--log-level info || return
	rule_add name r1 iif in0 group "$G" to out1
}

status_is() {
	query "$1" status
	[[ $VALUE == "$2" ]]
}

check_status() {
	wait_for status_is "$@" || fail "status, $1: expected $2, got $VALUE"
}

# counted NUMBER: so many frames were seen, and no rule took them.
counted() {
	check_status '.ingress[] | [.seen, .not_matched, .malformed, .missed] | map(tostring) | join(" ")' \
		"\"$1 $1 0 0\""
}

# sends COUNT GROUP WORD...: of a flow, as fast as a receiver without a filter can.
sends() {
	send --mode raw --count "$1" --group "$2" --rate 20000 "${@:3}"
}

wakes_nobody() {
	mcrd_start
	sends "$COUNT" "$OTHER" --src 10.0.0.1
	counted "$COUNT"
	sends "$COUNT" ff1e::9 --src 2001:db8:a::1
	counted $((2 * COUNT))
	query '[.workers[].packets] | add' status
	[[ $VALUE -ge 2 && $VALUE -lt 50 ]] ||
		fail "workers looked at $VALUE packets"
	query '[.workers[].syscalls] | add' status
	[[ $VALUE -lt 200 ]] || fail "workers made $VALUE system calls"
	check_status '[.ingress[].unmatched[].group] | sort | join(" ")' \
		"\"$OTHER ff1e::9\""
	daemon_end
	logged "wake workers" && fail "the log: $(<"$WORK/log")"
}

# wakes WHY COMMAND...: there is no such filter, says the log, and all is counted.
wakes() {
	mcrd_start "${@:2}"
	logged "wake workers: an eBPF filter that keeps them out is refused: $1" ||
		fail "the log: $(<"$WORK/log")"
	sends "$COUNT" "$OTHER" --src 10.0.0.1
	counted "$COUNT"
	check_status '[.workers[].packets] | add' "$COUNT"
	check_status '[.ingress[].unmatched[].group] | join(" ")' "\"$OTHER\""
	daemon_end
}

refused() {
	[[ $(</proc/sys/kernel/unprivileged_bpf_disabled) != 0 ]] ||
		skip_case "here everybody may" || return
	wakes "Operation not permitted" setpriv \
		--bounding-set -all,+net_admin,+net_raw,+setuid,+setgid,+setpcap,+kill
}

with_the_units_rights() {
	mcrd_start setpriv \
		--bounding-set -all,+net_admin,+net_raw,+setuid,+setgid,+setpcap,+kill,+bpf
	sends "$COUNT" "$OTHER" --src 10.0.0.1
	counted "$COUNT"
	query '[.workers[].packets] | add' status
	[[ $VALUE -lt 50 ]] || fail "workers looked at $VALUE packets"
	daemon_end
}

# stream: packets of r1 without end, until there is the file "enough"; how many they
# were is in the file "sent".
stream() {
	local n=0
	until [[ -e $WORK/enough ]]; do
		"$MCR_HELPERS/mcsend" --netns "${NS[src]}" --dev s0 --group "$G" \
			--first "$n" --count 400 --rate 4000 --flow 3
		n=$((n + 400))
	done >/dev/null
	"$MCR_HELPERS/mcsend" --netns "${NS[src]}" --dev s0 --group "$G" \
		--first "$n" --count 400 --rate 4000 --flow 3 --end >/dev/null
	echo $((n + 400)) >"$WORK/sent"
}

# background: a flow of r1, in the background.
background() {
	rm -f "$WORK/enough"
	sink_start --until-end dev k1 count 10000000 flow 3
	start stream
	BACKGROUND=$STARTED_PID
}

# background_ends: nothing of it was lost.
background_ends() {
	touch "$WORK/enough"
	wait "$BACKGROUND"
	sink_end
	line_value "${SINK_LINES[0]}" unique
	check_equal "packets that came out" "$VALUE" "$(<"$WORK/sent")"
}

# serves_at_once "MATCH" "SEND ARGUMENTS": nobody takes these packets, then a rule
# does, all of them, then nobody again.
serves_at_once() {
	local before
	# shellcheck disable=SC2086
	send --mode raw --count 100 --rate 20000 $2
	# shellcheck disable=SC2086
	rule_add name r2 iif in0 $1 to out1
	# shellcheck disable=SC2086
	send --mode raw --count 500 --rate 20000 $2
	check_rule r2 .packets 500
	run_ok mcr rule del r2
	query '.ingress[].not_matched' status
	before=$VALUE
	# shellcheck disable=SC2086
	send --mode raw --count 100 --rate 20000 $2
	check_status '.ingress[].not_matched' $((before + 100))
}

come_and_go() {
	local v4="--group 239.2.2.2 --src 10.0.0.1"
	local v6="--group ff1e::2:2 --src 2001:db8:a::1"
	mcrd_start
	background
	serves_at_once "group 239.2.2.2" "$v4"
	serves_at_once "group 239.2.2.2 dport 5000" "$v4"
	serves_at_once "group 239.2.2.2 dport 4000-6000" "$v4"
	serves_at_once "group 239.2.2.2 src 10.0.0.1" "$v4"
	serves_at_once "group 239.2.0.0/16 src 10.0.0.0/24" "$v4"
	serves_at_once "group ff1e::2:2" "$v6"
	serves_at_once "group ff1e::/32 dport 5000" "$v6"
	background_ends
	counted_all
	daemon_end
}

# All that was seen was taken by a rule or by none.
counted_all() {
	check_status '.ingress[] | [.malformed, .missed] | map(tostring) | join(" ")' \
		'"0 0"'
}

# rules_batch FIRST LAST VERB: rules of groups 239.7.FIRST… to LAST.
rules_batch() {
	local i
	for ((i = $1; i <= $2; i++)); do
		case $3 in
		add) echo "rule add name m$i iif in0 group 239.7.$((i / 250)).$((i % 250)) to out1" ;;
		del) echo "rule del m$i" ;;
		esac
	done >"$WORK/batch"
	run_ok mcr -b "$WORK/batch"
}

# One after the other, so that what the kernel knows grows several times.
many() {
	mcrd_start
	background
	rules_batch 0 400 add
	sends 300 239.7.1.150 --src 10.0.0.1
	check_rule m400 .packets 300
	sends 300 239.7.0.0 --src 10.0.0.1
	check_rule m0 .packets 300
	rules_batch 1 400 del
	sends 300 239.7.0.0 --src 10.0.0.1
	check_rule m0 .packets 600
	background_ends
	counted_all
	daemon_end
}

too_many_masks() {
	local i
	mcrd_start
	for ((i = 8; i < 24; i++)); do
		echo "rule add name p$i iif in0 group 239.0.0.0/$i src 10.9.9.9 to out1"
	done >"$WORK/batch"
	run_ok mcr -b "$WORK/batch"
	logged "wake workers: its rules have too many kinds of matches" ||
		fail "the log: $(<"$WORK/log")"
	sends "$COUNT" "$OTHER" --src 10.0.0.1
	counted "$COUNT"
	check_status '[.workers[].packets] | add' "$COUNT"
	check_query '.ingress[].filtered' false status
	# Without it there is one again, at once.
	run_ok mcr rule del p8
	check_query '.ingress[].filtered' true status
	sends "$COUNT" "$OTHER" --src 10.0.0.1
	counted $((2 * COUNT))
	query '[.workers[].packets] | add' status
	[[ $VALUE -lt $((COUNT + 50)) ]] || fail "workers looked at $VALUE packets"
	daemon_end
}

# But for the socket that it listens on, the daemon has none of that name.
nobody_is_connected() {
	[[ $(in_ns mcr grep -c "$MCR_RUN_DIR" /proc/net/unix) == 1 ]]
}

# spare NUMBER: so many descriptors has the daemon left.
spare() {
	local fd=0 left=$1
	wait_for nobody_is_connected || fail "somebody is connected" || return
	while ((left > 0)); do
		[[ -e /proc/$DAEMON/fd/$fd ]] || left=$((left - 1))
		fd=$((fd + 1))
	done
	prlimit --pid "$DAEMON" --nofile="$fd:"
}

# A filter that the kernel refuses for want of something is tried again.
refused_for_now() {
	local limit
	mcrd_start
	limit=$(prlimit --pid "$DAEMON" --nofile --noheadings --raw --output SOFT)
	# It is for who asks, and the new filter's when nobody does.
	spare 1
	run_ok mcr rule add name wide iif in0 group 239.2.0.0/16 to out1
	logged "wake workers: Too many open files" ||
		fail "the log: $(<"$WORK/log")"
	prlimit --pid "$DAEMON" --nofile="$limit:"
	check_status '.ingress[].filtered' true
	sends "$COUNT" "$OTHER" --src 10.0.0.1
	counted "$COUNT"
	query '[.workers[].packets] | add' status
	[[ $VALUE -lt 50 ]] || fail "workers looked at $VALUE packets"
	sends 300 239.2.2.2 --src 10.0.0.1
	check_rule wide .packets 300
	daemon_end
}

# What was counted stays counted when the device has other sockets.
another_name() {
	mcrd_start
	sends "$COUNT" "$OTHER" --src 10.0.0.1
	counted "$COUNT"
	ip_in mcr link set in0 down
	ip_in mcr link set in0 name other0
	ip_in mcr link set other0 name in0
	ip_in mcr link set in0 up
	links_wait src mcr
	sends "$COUNT" "$OTHER" --src 10.0.0.1
	counted $((2 * COUNT))
	query '[.workers[].packets] | add' status
	[[ $VALUE -lt 50 ]] || fail "workers looked at $VALUE packets"
	sends 300 "$G" --src 10.0.0.1
	check_rule r1 .packets 300
	daemon_end
}

# looked_at LEAST MOST: so many packets came to workers.
looked_at() {
	query '[.workers[].packets] | add' status
	[[ $VALUE -ge $1 && $VALUE -le $2 ]] ||
		fail "workers looked at $VALUE packets, not $1 to $2"
}

# tagged SEND ARGUMENT...: frames with tag 5, by these arguments. The filter sees the
# tag beside the frame: who receives takes it out of one that has it still.
tagged() {
	mcrd_start
	rule_add name v iif in0 group 239.2.2.2 vlan 5 to out1
	sink_start --until-end dev k1 count 300 flow 3 group 239.2.2.2
	send --mode raw --count 300 --group 239.2.2.2 --src 10.0.0.1 \
		--rate 20000 --flow 3 "$@"
	check_rule v .packets 300
	sends "$COUNT" "$OTHER" --src 10.0.0.1 "$@"
	sends "$COUNT" ff1e::9 --src 2001:db8:a::1 "$@"
	check_status '.ingress[] | [.seen, .not_matched, .malformed, .missed] | map(tostring) | join(" ")' \
		"\"$((300 + 2 * COUNT)) $((2 * COUNT)) 0 0\""
	looked_at 302 350
	check_status '[.ingress[].unmatched[] | "\(.group) \(.vlan)"] | sort | join(", ")' \
		"\"$OTHER 5, ff1e::9 5\""
	# Without a tag, or with another one, the group is nobody's: workers say so.
	sends 100 239.2.2.2 --src 10.0.0.1
	sends 100 239.2.2.2 --src 10.0.0.1 --vlan 6
	check_status '.ingress[].not_matched' $((2 * COUNT + 200))
	check_rule v .packets 300
	send --group "$G" --flow end --count 1
	sink_end
	check_delivery
	daemon_end
}

# A VLAN device hands its tag down beside the frame, and so does veth.
tagged_by_a_device() {
	kernel_has "VLAN devices" ip_in src link add link s0 name tag5 \
		type vlan id 5 || return
	check_match "veth" "$(in_ns src ethtool -k s0)" "tx-vlan-offload: on"
	in_ns src sysctl -qw net.ipv6.conf.tag5.disable_ipv6=1
	ip_in src link set tag5 up
	tagged --dev tag5
	ip_in src link del tag5
}

# supers GROUP FLOW: COUNT packets, which s0's driver is given eight at a time, then
# one of r1's. The filter has seen all of them when that has come: TAKEN is then how
# many packets r1 has, SEEN how many frames there were, NOT_MATCHED of nobody's.
supers() {
	send --group "$1" --df --size 500 --gso 8 --count "$COUNT" --window 8 \
		--flow "$2"
	send --group "$G" --flow end --count 1
	TAKEN=$((TAKEN + 1))
	[[ $1 != "$G" ]] || TAKEN=$((TAKEN + COUNT))
	check_rule r1 .packets "$TAKEN"
	query '.ingress[].seen' status
	SEEN=$VALUE
	query '.ingress[].not_matched' status
	NOT_MATCHED=$VALUE
	check_query '.ingress[] | [.malformed, .missed]' "[0,0]" status
}

# Of packets that no rule takes: as frames, whoever looks at them.
supers_of_nobody() {
	local before seen
	mcrd_start "$@"
	TAKEN=0
	# As they were sent: the number is known.
	run_ok in_ns src ethtool -K s0 tx-udp-segmentation on
	supers "$OTHER" 4
	check_equal "frames that no rule takes" "$NOT_MATCHED" $((COUNT / 8))
	check_equal "frames" "$SEEN" $((COUNT / 8 + 1))
	# As GRO makes them.
	run_ok in_ns src ethtool -K s0 tx-udp-segmentation off
	before=$NOT_MATCHED seen=$SEEN
	supers "$OTHER" 4
	before=$((NOT_MATCHED - before)) seen=$((SEEN - seen))
	((before >= COUNT / 8 && before < COUNT / 2)) ||
		fail "$before frames of $COUNT packets"
	check_equal "frames" "$seen" $((before + 1))
}

super_packets() {
	local list
	gets_super --gso || return
	for list in off on; do
		run_ok in_ns src ethtool -K s0 tx-udp-segmentation off
		run_ok in_ns mcr ethtool -K in0 gro on \
			rx-udp-gro-forwarding on rx-gro-list "$list"
		mcrd_start
		check_query '.ingress[].filtered' true status
		TAKEN=0
		sink_start --until-end dev k1 group "$G" flow 3 count "$COUNT"
		supers "$G" 3
		sink_end
		check_delivery
		[[ $SEEN -lt $((COUNT / 2)) ]] ||
			fail "GRO made no super-packets: $SEEN seen"
		check_equal "frames that no rule takes" "$NOT_MATCHED" 0
		daemon_end
		supers_of_nobody
		# A sample of them is eight packets each.
		looked_at 2 $((2 + 8 * 10))
		daemon_end
		supers_of_nobody env MCRD_EBPF=off
		looked_at $((2 * COUNT + 2)) $((2 * COUNT + 2))
		daemon_end
	done
	run_ok in_ns src ethtool -K s0 tx-udp-segmentation on
	run_ok in_ns mcr ethtool -K in0 gro off rx-udp-gro-forwarding off \
		rx-gro-list off
}

# told WORD YES 0|1: of in0 the status says it, as text, JSON and metric.
told() {
	check_output "status" "(^|"$'\n'")in0 +$1 " mcr status
	check_query '.ingress[] | select(.dev == "in0").filtered' "$2" status
	run_ok mcr stats --openmetrics
	check_equal "metric" "$(grep '^mcr_ingress_filtered{dev="in0"}' \
		<<<"$OUTPUT")" "mcr_ingress_filtered{dev=\"in0\"} $3"
}

status_tells() {
	mcrd_start
	rule_add name late iif late0 group "$G" to out1
	told "hooked +filtered" true 1
	check_query '.ingress[] | select(.dev == "late0").filtered' false status
	run_ok mcr rule disable r1
	told "unhooked +-" false 0
	run_ok mcr rule enable r1
	told "hooked +filtered" true 1
	daemon_end
	mcrd_start env MCRD_EBPF=off
	told "hooked +-" false 0
	daemon_end
}

case_add "packets that no rule takes wake nobody, and are counted" wakes_nobody
case_add "where that is switched off, workers count them" wakes "by MCRD_EBPF" \
	env MCRD_EBPF=off
case_add "where the kernel refuses it, workers count them" refused
case_add "the rights of the service are enough" with_the_units_rights
case_add "rules that come and go under traffic" come_and_go
case_add "many rules that come and go under traffic" many
case_add "too many kinds of matches" too_many_masks
case_add "a filter that is refused for now comes back" refused_for_now
case_add "frames with a tag in them" tagged --vlan 5
case_add "frames with a tag beside them" tagged_by_a_device
case_add "super-packets, as sent and as made by GRO" super_packets
case_add "the status tells whether there is a filter" status_tells
case_add "a device that had another name meanwhile" another_name

require_all
require_command setpriv prlimit ethtool
work_directory
MCR_RUN_DIR=$WORK/run
mkdir -m 755 "$MCR_RUN_DIR"
export MCR_RUN_DIR
serve() { :; }
topology_make 1
for device in "src s0" "mcr in0"; do
	in_ns "${device% *}" sysctl -qw "net.ipv6.conf.${device#* }.disable_ipv6=1"
done
cases_run
