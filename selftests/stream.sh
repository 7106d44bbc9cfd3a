#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Other people's programs: an MPEG transport stream made by ffmpeg, sent by
# multicat or by ffmpeg itself, arrives byte by byte at two receivers (socat),
# one of them behind a rewrite; and tshark finds all checksums right.
#
#    NS[src]            NS[mcr]                         NS[snk]
#   +----------+       +----------------------+        +------------+
#   | multicat |       |                      |        |   socat    |
#   |       s0 -|------|- in0           out1 -|--------|- k1        |
#   |  ffmpeg  |       |  socat         out2 -|--------|- k2  socat |
#   +----------+       +----------------------+        +------------+
#
# out2 rewrites group, ports, source, TTL and DSCP.

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/topology.sh"

declare -A NEW_GROUP=([4]=239.77.1.1 [6]=ff1e::77:1) \
	NEW_SOURCE=([4]=198.51.100.7 [6]=2001:db8:f::7)

# A stream whose size is a number of full packets, which multicat pads to.
make_stream() {
	local size
	ffmpeg -v error -y -f lavfi -i testsrc=duration=2:size=192x108:rate=10 \
		-f lavfi -i sine=frequency=440:duration=2 -c:v mpeg2video \
		-b:v 600k -c:a mp2 -f mpegts "$WORK/in.ts" ||
		bail "ffmpeg cannot make a stream"
	size=$(stat -c %s "$WORK/in.ts")
	PACKETS=$((size / 1316))
	truncate -s $((PACKETS * 1316)) "$WORK/in.ts"
	ingests -p 256 "$WORK/in.ts" 2>/dev/null ||
		bail "ingests cannot index the stream"
}

# receiver ROLE DEV GROUP PORT FILE
receiver() {
	local type=UDP4-RECV join=ip-add-membership=$3:$2 group
	if [[ $3 == *:* ]]; then
		type=UDP6-RECV
		join="ipv6-add-membership=[$3]:$2"
	fi
	: >"$WORK/$5"
	start ip netns exec "${NS[$1]}" socat -u -b 65536 \
		"$type:$4,reuseaddr,$join" "OPEN:$WORK/$5,append" \
		2>"$WORK/$5.log"
	RECEIVERS+=("$STARTED_PID")
	# It listens when the group is joined.
	printf -v group '%s' "$3"
	wait_for joined "$1" "$2" "$group" ||
		fail "socat does not join $3: $(<"$WORK/$5.log")"
}

joined() { ip_in "$1" maddr show dev "$2" | grep -qF " $3"; }

receivers_stop() {
	local pid
	for pid in "${RECEIVERS[@]}"; do
		stop "$pid"
	done
	RECEIVERS=()
}

rules() {
	local family=$1
	rule_add name tv iif in0 group "${GROUP[$family]}" dport 5000 to out1 \
		to out2 group "${NEW_GROUP[$family]}" dport 6000 \
		src "${NEW_SOURCE[$family]}" sport 6001 ttl 5 dscp af41
}

same() { cmp -s "$WORK/$1" "$WORK/$2" && [[ -s $WORK/$1 ]]; }

check_same() {
	wait_for same "$1" "$2" ||
		fail "$1 and $2 differ: $(cd "$WORK" && cmp "$1" "$2" 2>&1;
			stat -c '%n %s' "$1" "$2")"
}

# multicat FAMILY: a file with known content.
by_multicat() {
	local family=$1 group=${GROUP[$1]} source=${SOURCE[$1]}
	if [[ $family == 6 ]]; then
		group="[$group]"
		source="[$source]"
	fi
	rules "$family"
	receiver snk k1 "${GROUP[$family]}" 5000 one.ts
	receiver snk k2 "${NEW_GROUP[$family]}" 6000 two.ts
	run_ok in_ns src multicat -U "$WORK/in.ts" \
		"$group:5000@$source/ifname=s0/ttl=4"
	check_same in.ts one.ts
	check_same in.ts two.ts
	check_all_sent tv "$PACKETS"
	receivers_stop
	rules_flush
}

# ffmpeg muxes anew: what a receiver on the host itself gets is the reference.
by_ffmpeg() {
	local family=$1 group=${GROUP[$1]} source=${SOURCE[$1]}
	[[ $family == 4 ]] || group="[$group]"
	rules "$family"
	receiver mcr in0 "${GROUP[$family]}" 5000 ref.ts
	receiver snk k1 "${GROUP[$family]}" 5000 one.ts
	receiver snk k2 "${NEW_GROUP[$family]}" 6000 two.ts
	run_ok in_ns src ffmpeg -v error -nostdin -re -i "$WORK/in.ts" -c copy \
		-f mpegts "udp://$group:5000?pkt_size=1316&ttl=4&localaddr=$source"
	check_balance tv
	rule_query tv .packets
	[[ $VALUE -gt 20 ]] || fail "only $VALUE packets matched"
	check_same ref.ts one.ts
	check_same ref.ts two.ts
	receivers_stop
	rules_flush
}

capture_start() {
	start ip netns exec "${NS[snk]}" tcpdump -i any -n -B 8192 -U \
		-w "$WORK/cap" udp >/dev/null 2>"$WORK/tcpdump"
	CAPTURE=$STARTED_PID
	wait_for grep -q "listening on" "$WORK/tcpdump" ||
		fail "tcpdump: $(<"$WORK/tcpdump")"
}

# How many packets of the streams have which checksums: "N ip udp"; of tshark's
# numbers 1 is good, 0 is bad, 2 is not verified.
checksums() {
	tshark -r "$WORK/cap" -o ip.check_checksum:TRUE \
		-o udp.check_checksum:TRUE -Y "udp.dstport in {5000,6000}" \
		-T fields -e ip.checksum.status -e udp.checksum.status \
		2>"$WORK/tshark" | sort | uniq -c | awk '{ $1 = $1; print }'
}

# All packets are of one size: a record is 16 bytes and what the first one says.
captured() {
	local size record
	size=$(stat -c %s "$WORK/cap")
	[[ $size -gt 40 ]] || return
	record=$((16 + $(od -An -tu4 -j 32 -N 4 "$WORK/cap")))
	[[ $size -ge $((24 + 2 * PACKETS * record)) ]]
}

# tshark FAMILY on|off: the sender's offloads; the outputs always complete
# checksums, or no checksum could be right on the receiving side.
checked_by_tshark() {
	local family=$1 state=$2 group=${GROUP[$1]} source=${SOURCE[$1]} want
	local dev feature
	want="$((2 * PACKETS)) 1 1"
	if [[ $family == 6 ]]; then
		group="[$group]"
		source="[$source]"
		want="$((2 * PACKETS)) 1"
	fi
	for dev in out1 out2; do
		in_ns mcr ethtool -K "$dev" tx off >/dev/null ||
			fail "ethtool -K $dev tx off"
	done
	for feature in tx gso gro; do
		in_ns src ethtool -K s0 "$feature" "$state" >/dev/null ||
			fail "ethtool -K s0 $feature $state"
		in_ns mcr ethtool -K in0 "$feature" "$state" >/dev/null ||
			fail "ethtool -K in0 $feature $state"
	done
	rules "$family"
	capture_start
	run_ok in_ns src multicat -U "$WORK/in.ts" \
		"$group:5000@$source/ifname=s0/ttl=4"
	check_all_sent tv "$PACKETS"
	wait_for captured || fail "the capture is not complete"
	stop "$CAPTURE"
	check_equal "packets with IP and UDP checksums" "$(checksums)" "$want"
	rules_flush
}

RECEIVERS=()
for family in 4 6; do
	case_add "${FAMILY[$family]}: a file sent by multicat" by_multicat $family
	case_add "${FAMILY[$family]}: a stream sent by ffmpeg" by_ffmpeg $family
	for state in on off; do
		case_add "${FAMILY[$family]}: checksums, offloads $state" \
			checked_by_tshark $family $state
	done
done

require_all
require_command ffmpeg multicat ingests socat tcpdump tshark ethtool awk cmp
work_directory
topology_make 2
# Receivers have addresses, and take packets of sources they have no route to.
ip_batch snk <<-END
	address add 10.1.1.2/24 dev k1
	address add 10.1.2.2/24 dev k2
	route add default via 10.1.1.1
END
in_ns snk sysctl -qw net.ipv4.conf.all.rp_filter=0 \
	net.ipv4.conf.k1.rp_filter=0 net.ipv4.conf.k2.rp_filter=0
make_stream
cases_run
