#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The demonstration itself: demo.sh runs it in a guest, or on the host. One rule
# replicates a real stream to three receivers, and what they got is compared
# with what was sent. Commands are shown as they are run. MCR_DEMO_PLANE says who
# replicates: the kernel module, or the relay daemon.

. "$(dirname "$0")/../lib.sh"
# As for who has just installed it, the tool finds the server by itself.
export -n MCR_VIA

DEMO=$(cd "$(dirname "$0")" && pwd -P)
PATH=$(cd "$DEMO/../.." && pwd -P)/build/tools:$PATH
NAMESPACES=(source replicator receiver1 receiver2 receiver3)
GROUP=239.1.1.1 PORT=5004
SECONDS_OF_VIDEO=5
: "${MCR_DEMO_PLANE:=kernel}"
# What there is to be sent, and received: group, port, source, TTL.
declare -A WANT=([sent]="239.1.1.1 5004 10.0.0.1 4"
	[receiver1]="239.1.1.1 5004 10.0.0.1 4"
	[receiver2]="239.2.2.2 6000 10.0.0.1 4"
	[receiver3]="239.1.1.1 5004 10.0.3.254 16")

say() { printf '%s\n' "$@"; }

# show COMMAND: print it, and run it.
show() {
	printf '$ %s\n' "$1"
	eval "$1"
}

stop_here() {
	say "" "The demonstration failed: $*"
	exit 1
}

make_namespaces() {
	local ns
	for ns in "${NAMESPACES[@]}"; do
		ip netns add "$ns" 2>/dev/null ||
			stop_here "there already is a network namespace $ns here"
		# Where lib.sh looks for what it is to remove.
		NS[$ns]=$ns
		ip -n "$ns" link set lo up
	done
}

# cable NAMESPACE NUMBER DEVICE: from there to a device of the replicator.
cable() {
	ip -n "$1" -batch - <<-END || stop_here "cannot make the cable to $1"
		link add eth0 type veth peer name $3 netns replicator
		address add 10.0.$2.1/24 dev eth0
		link set eth0 up
		route add default dev eth0
	END
	ip -n replicator -batch - <<-END || stop_here "cannot make $3"
		address add 10.0.$2.254/24 dev $3
		link set $3 up
	END
	wait_for eval "[[ \$(ip -n '$1' -br link show eth0) == *' UP '* ]]" ||
		stop_here "eth0 of $1 does not come up"
}

# record NAME NAMESPACE GROUP PORT: its process id is in RECORDER[NAME].
declare -A RECORDER=()
record() {
	ip netns exec "$2" "$DEMO/record.py" --dev eth0 --group "$3" \
		--port "$4" --file "$WORK/$1.ts" >"$WORK/$1.said" &
	RECORDER[$1]=$!
	STARTED+=($!)
	wait_for grep -q ready "$WORK/$1.said" ||
		stop_here "the receiver $1 does not start"
}

record_end() {
	kill "${RECORDER[$1]}"
	wait "${RECORDER[$1]}" || stop_here "the receiver $1 failed"
	sed -i 1d "$WORK/$1.said"
}

# said NAME KEY
said() { jq -r ".$2" "$WORK/$1.said"; }

set_up() {
	local i
	work_directory
	make_namespaces
	cable source 0 in0
	record sent source "$GROUP" "$PORT"
	for i in 1 2 3; do
		cable "receiver$i" "$i" "out$i"
		# shellcheck disable=SC2086  # words
		set -- ${WANT[receiver$i]}
		record "receiver$i" "receiver$i" "$1" "$2"
	done
}

introduce() {
	cat <<-END

	One multicast stream in, three outputs out. Each box is a network namespace:

	                              .--------------.-- out1 ---> receiver1
	  source --- 10.0.0.1 --- in0 |  replicator  |-- out2 ---> receiver2
	                              '--------------'-- out3 ---> receiver3

	Kernel $(uname -r)${MCR_PLACE:+, in the guest $MCR_PLACE}. Three receivers have joined their groups.
	The $([[ $MCR_DEMO_PLANE == kernel ]] && echo "kernel module" || echo "relay daemon, mcrd,") replicates.

	END
}

# The module loads, or the daemon runs in the namespace.
start_plane() {
	if [[ $MCR_DEMO_PLANE == kernel ]]; then
		show 'modprobe mcr' || stop_here "the module does not load"
		return
	fi
	printf '$ mcrd -n replicator --no-state &\n'
	start mcrd -n replicator --no-state 2>"$WORK/mcrd.said"
	wait_for mcrtool -n replicator --via relay status >"$WORK/status" 2>&1 ||
		stop_here "the relay does not start: $(<"$WORK/mcrd.said")"
}

# While the stream runs: what the rule has counted by now, once a second.
statistics() {
	mcrtool -n replicator -j stats demo | jq -r '.[0] |
		"  \(.packets) packets in" + ([.outputs[] |
			", \(.to): \(.sent) sent, \(.drops | add // 0) dropped"] | add)'
}

live_statistics() {
	while kill -0 "$1" 2>/dev/null; do
		sleep 1
		statistics
	done
}

all_counted() {
	[[ $(mcrtool -n replicator -j rule list |
		jq -c '.[0] | [.packets, (.outputs | map(.sent) | unique)]') == \
		"[$1,[$1]]" ]]
}

# One line of the table; fails if it is not what the rule says.
row() {
	local name=$1 got want identical=yes good=yes
	got="$(said "$name" group) $(said "$name" port) $(said "$name" from)"
	got+=" $(said "$name" ttl)"
	want=${WANT[$name]}
	cmp -s "$WORK/sent.ts" "$WORK/$name.ts" || identical=NO
	[[ $identical == yes && $got == "$want" &&
		$(said "$name" packets) == "$PACKETS" && $PACKETS -gt 0 ]] ||
		good=
	# shellcheck disable=SC2086  # words
	set -- $got
	printf '%-10s %-15s %-11s %3s %8s %8s  %-9s %s\n' "$name" "$1:$2" "$3" \
		"$4" "$(said "$name" packets)" "$(said "$name" bytes)" \
		"$identical" "$(probe "$WORK/$name.ts")"
	[[ $good ]] || printf '           expected: %s, %s packets\n' "$want" \
		"$PACKETS"
	[[ $good ]]
}

# What somebody else's program takes a recording for.
probe() {
	ffprobe -v error -show_entries \
		stream=codec_name,width,height:format=format_name,duration \
		-of json "$1" | jq -r '"\(.format.format_name) " +
		(.streams[0] | "\(.codec_name) \(.width)x\(.height)") +
		", \(.format.duration | tonumber * 10 | round / 10) s"'
}

table() {
	local name bad=0
	printf '\nWhat was sent, and what each receiver got:\n\n'
	printf '%-10s %-15s %-11s %3s %8s %8s  %-9s %s\n' "" group:port from \
		TTL packets bytes identical stream
	for name in sent receiver1 receiver2 receiver3; do
		row "$name" || bad=1
	done
	return $bad
}

set_up
introduce
start_plane
say "" "One rule: to out1 as it is, to out2 with another group and port, to out3" \
	"from another source and with another TTL."
show "mcrtool -n replicator rule add name demo iif in0 group $GROUP dport $PORT \\
    to out1 to out2 group 239.2.2.2 dport 6000 to out3 src auto ttl 16" ||
	stop_here "the rule was refused"
say "" "The source sends $SECONDS_OF_VIDEO seconds of video, as MPEG-TS over UDP."
show "ip netns exec source ffmpeg -loglevel error -re -f lavfi -i testsrc=size=320x240 \\
    -t $SECONDS_OF_VIDEO -f mpegts 'udp://$GROUP:$PORT?pkt_size=1316&ttl=4'" </dev/null &
FFMPEG=$!
STARTED+=("$FFMPEG")
live_statistics "$FFMPEG"
wait "$FFMPEG" || stop_here "ffmpeg does not send"
record_end sent
PACKETS=$(said sent packets)
wait_for all_counted "$PACKETS" || late=1
for i in 1 2 3; do
	record_end "receiver$i"
done
say "" "The rule, as it can be given again, and what it has counted (with headers):"
show 'mcrtool -n replicator rule list'
show 'mcrtool -n replicator stats'
table || stop_here "a receiver did not get what the rule says"
[[ ! ${late:-} ]] || stop_here "the counters are not $PACKETS packets each"
say "" "All as the rule says: every output got each of the $PACKETS packets, bit for bit."
[[ $MCR_DEMO_PLANE == kernel ]] || say "'sudo make demo PLANE=kernel' shows the kernel module, in a guest."
