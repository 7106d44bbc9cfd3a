# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The topology that most tests use, traffic through it, and the counters.
# Sourced after lib.sh.
#
#    NS[src]            NS[mcr]                         NS[snk]
#   +---------+        +----------------------+        +---------+
#   |     s0 -|--------|- in0           out1 -|--------|- k1     |
#   |         |        |                out2 -|--------|- k2     |
#   |         |        |    rules       ...   |        |  ...    |
#   +---------+        +----------------------+        +---------+
#
# s0 has 10.0.0.1 and 2001:db8:a::1, in0 has .2 and ::2. Output number i has
# 10.1.i.1 and 2001:db8:b:i::1 (i in hexadecimal) and the MAC address that
# out_mac tells.

# shellcheck disable=SC2034  # for the tests
declare -A GROUP=([4]=239.1.1.1 [6]=ff1e::1:1) \
	GROUP2=([4]=239.2.2.2 [6]=ff1e::2:2) \
	CONTROL=([4]=239.255.0.1 [6]=ff1e::c:1) \
	SOURCE=([4]=10.0.0.1 [6]=2001:db8:a::1) \
	IN_ADDRESS=([4]=10.0.0.2 [6]=2001:db8:a::2) \
	FAMILY=([4]=IPv4 [6]=IPv6)

# out_address FAMILY NUMBER: the address is in ADDRESS. Numbers are 1 to 255; the
# 256th output has none.
out_address() {
	if [[ $1 == 4 ]]; then
		ADDRESS=10.1.$2.1
	else
		printf -v ADDRESS '2001:db8:b:%x::1' "$2"
	fi
}

# out_mac NUMBER: the MAC address is in MAC.
out_mac() { printf -v MAC '02:00:00:00:%02x:%02x' $(($1 / 256)) $(($1 % 256)); }

# ip_batch ROLE: commands from standard input, all of which must succeed.
ip_batch() {
	ip -n "${NS[$1]}" -batch - || bail "cannot set up the topology"
}

# All veth devices of a namespace are ready to send: what is sent into one whose
# carrier has just come may be lost without a word.
links_are_up() {
	local line up='^[^ ]+ +UP '
	capture ip_in "$1" -br link show type veth
	while IFS= read -r line; do
		[[ ! $line || $line =~ $up ]] || return 1
	done <<<"$OUTPUT"
}

links_wait() {
	local role
	for role in "$@"; do
		wait_for links_are_up "$role" ||
			fail "not up in ${NS[$role]}: $(ip_in "$role" -br link)"
	done
	devices_known
}

# What the daemon has not heard yet of devices it knows when it has answered.
devices_known() {
	local role
	for role in "${!RELAY[@]}"; do
		"$MCRTOOL" -n "${NS[$role]}" status >/dev/null 2>&1
	done
}

topology_ingress() {
	ip_batch src <<-END
		link add s0 address 02:00:00:01:00:01 type veth peer name in0 address 02:00:00:01:00:02 netns ${NS[mcr]}
		address add ${SOURCE[4]}/24 dev s0
		address add ${SOURCE[6]}/64 dev s0 nodad
	END
	ip_batch mcr <<-END
		address add ${IN_ADDRESS[4]}/24 dev in0
		address add ${IN_ADDRESS[6]}/64 dev in0 nodad
		link set in0 up
	END
	ip_in src link set s0 up
}

# topology_output NUMBER...
topology_output() {
	local i batch='' up=''
	for i in "$@"; do
		out_mac "$i"
		batch+="link add out$i address $MAC type veth"
		batch+=" peer name k$i netns ${NS[snk]}"$'\n'
		up+="link set k$i up"$'\n'
		[[ $i -lt 256 ]] || continue
		out_address 4 "$i"
		batch+="address add $ADDRESS/24 dev out$i"$'\n'
		out_address 6 "$i"
		batch+="address add $ADDRESS/64 dev out$i nodad"$'\n'
	done
	ip_batch mcr <<<"$batch"
	ip_batch snk <<<"$up"
	ip_batch mcr <<<"${up//set k/set out}"
}

# topology_make OUTPUTS: the whole picture.
topology_make() {
	local numbers
	ns_make src mcr snk
	serve mcr
	topology_ingress
	mapfile -t numbers < <(seq "$1")
	topology_output "${numbers[@]}"
	links_wait src mcr
}

# --- The tool.

mcr() { "$MCRTOOL" -n "${NS[mcr]}" "$@"; }

# rule_add WORD...: a rule that must be accepted.
rule_add() { run_ok mcr rule add "$@"; }

rules_flush() { run_ok mcr rule flush; }

# --- Traffic.

# send ARGUMENT...: by mcsend from s0. What it sent is in SENT (packets).
send() {
	capture "$MCR_HELPERS/mcsend" --netns "${NS[src]}" --dev s0 "$@"
	SENT=0
	if [[ $STATUS -eq $KSFT_SKIP ]]; then
		skip_case "$OUTPUT"
		return 1
	fi
	[[ $STATUS -eq 0 ]] || fail "mcsend $*: $OUTPUT" || return
	SENT=${OUTPUT#*:}
	SENT=${SENT%%,*}
}

# sink_start ARGUMENT...: mcsink in NS[snk], receiving when this returns.
sink_start() { sink_start_in snk "$@"; }

sink_start_in() {
	local role=$1 line=
	shift
	exec {SINK_FD}< <(exec "$MCR_HELPERS/mcsink" --netns "${NS[$role]}" \
		--ready 1 --timeout "$MCR_TEST_WAIT" "$@")
	STARTED+=($!)
	read -r line <&"$SINK_FD"
	[[ $line == ready ]] || fail "mcsink $*: did not start"
}

# sink_end: wait for mcsink; what it said is in SINK_LINES, one line of JSON for
# each device. Read without other programs: starting one takes long in a guest.
sink_end() {
	mapfile -t SINK_LINES <&"$SINK_FD"
	exec {SINK_FD}<&-
	[[ ${#SINK_LINES[@]} -gt 0 ]] || fail "mcsink said nothing"
}

# line_value LINE KEY: the value is in VALUE.
line_value() {
	VALUE=${1#*"\"$2\":"}
	VALUE=${VALUE#\"}
	VALUE=${VALUE%%[,\"\}]*}
}

# check_delivery: every device got what was expected, and each packet once.
check_delivery() {
	local line good=0 shown=0
	local sound='"lost":0,"dup":0,"reordered":0,"wrong":0,"why":"",'
	for line in "${SINK_LINES[@]}"; do
		if [[ $line == *"$sound"*'"other":0,'*'"overrun":0}' ]]; then
			good=$((good + 1))
		elif [[ $((shown++)) -lt 3 ]]; then
			fail "$line"
		fi
	done
	[[ $good -gt 0 && $good -eq ${#SINK_LINES[@]} ]] ||
		fail "delivered as expected on $good of ${#SINK_LINES[@]} devices"
}

# check_ended: the end marker came on every device; without it silence means
# nothing.
check_ended() {
	local line shown=0
	for line in "${SINK_LINES[@]}"; do
		[[ $line == *'"end":true,'* || $((shown++)) -ge 3 ]] ||
			fail "no end marker: $line"
	done
}

# check_sink DEV KEY VALUE: what mcsink said of a device.
check_sink() {
	local line
	for line in "${SINK_LINES[@]}"; do
		[[ $line == "{\"dev\":\"$1\","* ]] || continue
		line_value "$line" "$2"
		check_equal "$1, $2" "$VALUE" "$3"
		return
	done
	fail "mcsink said nothing of $1"
}

# --- What the tool says, and the counters.

# query FILTER WORD...: jq's FILTER of the tool's JSON; the value is in VALUE.
query() {
	local told
	told=$(exec "$MCRTOOL" -n "${NS[mcr]}" -j "${@:2}" 2>&1)
	VALUE=$(exec "$MCR_JQ" -c "$1" 2>/dev/null <<<"$told") || VALUE=$told
}

# check_query FILTER EXPECTED WORD...
check_query() {
	query "$1" "${@:3}"
	check_equal "$1 of: ${*:3}" "$VALUE" "$2"
}

# rule_query NAME FILTER
rule_query() { query "$2" rule show "$1"; }

rule_is() {
	rule_query "$1" "$2"
	[[ $VALUE == "$3" ]]
}

# check_rule NAME FILTER EXPECTED: becomes so, as soon as all is counted.
check_rule() {
	wait_for rule_is "$@" || fail "rule $1, $2: expected $3, got $VALUE"
}

# check_balance NAME: what was offered was sent or dropped.
check_balance() {
	check_rule "$1" '[.outputs[] | .offered == .sent + (.drops | add)] | all' \
		true
}

# Every output of a rule sent PACKETS, and dropped none. Without jq: this is
# asked often.
all_sent() {
	local all rest
	VALUE=$(exec "$MCRTOOL" -n "${NS[mcr]}" -j rule show "$1" 2>&1)
	[[ $VALUE == *"\"packets\":$2,"* ]] || return
	[[ ! $VALUE =~ \"drops\":\{[^}]*:[1-9] ]] || return
	all=${VALUE//'"offered":'/}
	rest=${VALUE//"\"offered\":$2,\"sent\":$2,"/}
	all=$(((${#VALUE} - ${#all}) / 10))
	rest=$(((${#VALUE} - ${#rest}) / (19 + 2 * ${#2})))
	[[ $all -gt 0 && $all -eq $rest ]]
}

# check_all_sent NAME PACKETS
check_all_sent() {
	wait_for all_sent "$@" ||
		fail "rule $1: not all outputs sent $2: $VALUE"
}
