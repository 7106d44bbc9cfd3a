#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The module beside the relay daemon: whose rules are in force when it is loaded and
# when it goes, and rules that move from one to the other, under traffic of which no
# packet is lost or comes twice.
#
#    NS[src]            NS[mcr]                         NS[snk]
#   +---------+        +----------------------+        +---------+
#   |     s0 -|--------|- in0           out1 -|--------|- k1     |
#   |         |        |    mcr.ko      out2 -|--------|- k2     |
#   +---------+        |    mcrd              |        +---------+
#                      +----------------------+
#
# Each case begins without the module, and with a daemon of its own.

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/topology.sh"
. "$(dirname "$0")/daemon.sh"

# The tool is to find out by itself who serves.
export MCR_VIA=

G=${GROUP[4]}
# Packets a second; what a guest that is emulated can do.
RATE=${MCR_TEST_RATE:-400}
FEED=(iif in0 group "$G")
NOBODY=65534

# --- The daemon, and the module.

relay_starts() {
	daemon_start "$MCRD" -n "${NS[mcr]}" --workers 2 --log-level debug "$@"
}

# begin [OPTION...]: of the daemon.
begin() {
	! module_is_loaded || run_ok rmmod mcr
	relay_starts --no-state "$@"
}

finish() {
	daemon_end
	! module_is_loaded || run_ok rmmod mcr
}

check_logged() {
	wait_for logged "$1" || fail "not logged: $1: $(<"$WORK/log")"
}

authority_is() {
	query .authority --via relay status
	[[ $VALUE == "\"$1\"" ]]
}

check_authority() {
	wait_for authority_is "$1" || fail "the authority is $VALUE, not $1"
}

via() { mcr --via "$@"; }

# The daemon's rules are the module's.
tables_agree() { [[ $(via kernel save) == "$(via relay save)" ]]; }

check_agree() {
	wait_for tables_agree ||
		fail "kernel: $(via kernel save); relay: $(via relay save)"
}

module_loads() {
	run_ok modprobe mcr
	check_authority kernel
	check_agree
}

# --- Traffic that goes on meanwhile.

# traffic ARGUMENT...: numbered packets, until traffic_ends.
traffic() {
	rm -f "$WORK/enough"
	# More than there will be: how many there were is known at the end.
	sink_start --timeout $((4 * MCR_TEST_WAIT)) --until-end \
		dev k1 flow 5 count 1000000 dev k2 flow 5 count 1000000
	start traffic_goes_on "$@"
	TRAFFIC=$STARTED_PID
}

traffic_goes_on() {
	local first=0
	while [[ ! -e $WORK/enough ]]; do
		"$MCR_HELPERS/mcsend" --netns "${NS[src]}" --dev s0 \
			--group "$G" --flow 5 --first "$first" \
			--count "$RATE" --rate "$RATE" "$@" >/dev/null
		first=$((first + RATE))
	done
	"$MCR_HELPERS/mcsend" --netns "${NS[src]}" --dev s0 --group "$G" \
		--flow end --count 1 >/dev/null
	echo "$first" >"$WORK/sent"
}

# Each packet came once on each device. Where a rule moves they may overtake.
check_once() {
	local line
	for line in "${SINK_LINES[@]}"; do
		line_value "$line" unique
		check_equal "$1: packets that came" "$VALUE" "$COUNT"
		[[ $line == *'"dup":0,'*'"wrong":0,'* ]] || fail "$1: $line"
	done
	check_equal "devices" "${#SINK_LINES[@]}" 2
}

traffic_ends() {
	: >"$WORK/enough"
	wait "$TRAFFIC"
	COUNT=$(<"$WORK/sent")
	sink_end
	check_ended
}

# --- Cases: the module is loaded.

rules_of_all_kinds() {
	run_ok mcr rule add name feed "${FEED[@]}" comment "of the relay" \
		to out1 to out2
	run_ok mcr rule add name here iif in0 group 239.3.0.1 plane relay to out1
	run_ok mcr rule add name there iif in0 group 239.3.0.2 plane kernel \
		to out1 ttl dec
	# The name has a byte that no terminal should be sent.
	run_ok mcr rule add name off iif in0 group 239.3.0.3 disabled \
		to $'no\ewhere'
}

# load COMMAND...: under traffic; no packet is lost, and no rule.
load() {
	local before
	begin
	rules_of_all_kinds
	before=$(mcr save)
	check_query .authority '"relay"' status
	check_query .waiting 1 status
	check_output "list" "name there .*, waiting for the kernel module" \
		mcr rule list
	traffic
	run_ok "$@"
	check_authority kernel
	check_agree
	# What was nobody's in particular was carried out by the relay, and still is.
	check_equal "rules in the module" "$(via kernel save)" \
		"$(sed -E '/ name (feed|off) /s/ (disabled|comment) / plane relay \1 /' \
			<<<"$before")"
	check_query .authority '"kernel"' status
	traffic_ends
	check_once "loading"
	check_equal "carried out by the relay" \
		"$(carried relay feed)" "$((COUNT + 1))"
	check_equal "carried out by the module" "$(carried kernel feed)" 0
	finish
}

# carried SERVER RULE: how many packets.
carried() {
	query .packets --via "$1" rule show "$2"
	echo "$VALUE"
}

# By a kernel helper, which runs what modprobe is to the kernel.
loaded_by_lookup() {
	if ! grep -q . /proc/sys/kernel/modprobe; then
		skip_case "this kernel loads no modules by itself"
		return
	fi
	load in_ns mcr setpriv --reuid "$NOBODY" --regid "$NOBODY" \
		--clear-groups "$MCRTOOL" --via kernel status
}

not_by_the_daemon() {
	begin
	run_ok mcr rule add name feed "${FEED[@]}" to out1
	run_ok mcr rule list
	run_ok mcr status
	! module_is_loaded || fail "the module was loaded by who asked the daemon"
	finish
}

both_empty() {
	begin
	module_loads
	run_ok mcr rule add name feed "${FEED[@]}" to out1 to out2
	check_agree
	traffic
	traffic_ends
	check_once "a rule of the module's"
	check_equal "carried out by the relay" "$(carried relay feed)" 0
	finish
}

# Somebody is faster than the daemon.
both_have_rules() {
	begin
	run_ok mcr rule add name feed "${FEED[@]}" to out1 to out2
	kill -STOP "$DAEMON"
	run_ok modprobe mcr
	run_ok via kernel rule add name other iif in0 group 239.3.0.9 to out1
	kill -CONT "$DAEMON"
	check_logged "has rules of its own, and so has this daemon"
	check_authority both
	check_query .authority '"both"' status
	check_query .plane '"relay"' status
	run_ok mcr rule add name more iif in0 group 239.3.0.4 to out1
	traffic
	traffic_ends
	check_once "the daemon goes on"
	check_equal "rules in the module" "$(via kernel rule list | wc -l)" 1
	# It is solved by taking those of one side away.
	run_ok via kernel rule flush
	check_authority kernel
	check_agree
	check_equal "rules in the module" "$(via kernel rule list | wc -l)" 2
	finish
}

# --- Cases: the module is the authority.

redirected() {
	begin
	module_loads
	run_ok via kernel rule add name feed "${FEED[@]}" to out1
	check_agree
	# Who may not change rules may read them, wherever they are.
	check_output "what anybody sees" "rule name feed .* # id" \
		in_ns mcr setpriv --reuid "$NOBODY" --regid "$NOBODY" \
		--clear-groups "$MCRTOOL" rule list
	check_output "status" "server +kernel.*authority +kernel" mcr status
	check_output "status of the relay" "server +relay.*authority +kernel" \
		via relay status
	check_query .authority '"kernel"' status
	check_query .plane '"kernel"' status
	run_ok mcr rule add name more iif in0 group 239.3.0.4 plane relay to out1
	check_equal "rules in the module" "$(via kernel rule list | wc -l)" 2
	check_agree
	finish
}

refused() {
	local what
	begin
	module_loads
	run_ok mcr rule add name feed "${FEED[@]}" to out1
	check_agree
	what="the kernel module is loaded and says which rules there are"
	run_refused 1 "$what" via relay rule add iif in0 group 239.3.0.5 to out1
	run_refused 1 "$what" via relay rule del feed
	run_refused 1 "$what" via relay rule move feed plane relay
	run_refused 1 "$what" via relay rule flush
	mcr save >"$WORK/rules"
	run_refused 1 "$what" via relay apply "$WORK/rules"
	run_ok via relay rule list
	run_refused 1 "moving between kernel and relay already" moves_twice
	finish
}

moves_twice() {
	mcr rule move feed plane relay && mcr rule move feed plane kernel
}

# move TO: the rule moves; that it did is seen when it does not move any more.
move() {
	run_ok mcr rule move feed plane "$1"
	wait_for has_moved || fail "the rule moves for ever"
}

has_moved() { [[ $(mcr -j rule show feed) != *plane_since* ]]; }

# moves MODE ARGUMENT...: there and back, and each packet, sent with these arguments, is
# carried out by one of the two.
moves() {
	local mode=()
	[[ $1 == pass ]] || mode=("$1")
	begin
	module_loads
	run_ok mcr rule add name feed "${FEED[@]}" "${mode[@]}" plane relay \
		to out1 to out2
	check_agree
	[[ $1 == pass ]] || listen
	traffic "${@:2}"
	wait_for carries relay || fail "the relay carries nothing out"
	move kernel
	wait_for carries kernel || fail "the module carries nothing out"
	move relay
	move auto
	run_ok mcr rule replace name feed "${FEED[@]}" "${mode[@]}" plane relay \
		to out1 to out2
	wait_for has_moved || fail "the rule moves for ever"
	traffic_ends
	check_once "moving"
	check_agree
	check_equal "carried out by both" \
		"$(($(carried relay feed) + $(carried kernel feed)))" \
		"$((COUNT + 1))"
	[[ $1 == pass ]] || heard_nothing
	! logged "too late" || fail "it was too late: $(<"$WORK/log")"
	finish
}

carries() { [[ $(carried "$1" feed) -gt 20 ]]; }

# A program of the host's that would receive what is not consumed.
listen() {
	exec {LISTEN_FD}< <(exec "$MCR_HELPERS/mcsink" --netns "${NS[mcr]}" \
		--udp --ready 1 --stay group "$G" port 5000 dev in0 flow 5)
	LISTENER=$!
	STARTED+=("$LISTENER")
	read -r _ <&"$LISTEN_FD"
}

heard_nothing() {
	local line
	kill "$LISTENER"
	read -r line <&"$LISTEN_FD"
	exec {LISTEN_FD}<&-
	line_value "$line" unique
	check_equal "what the host heard of what is consumed" "$VALUE" 0
}

# hold PID...: these workers stand still while the rule moves, if there is time for
# that: what they have not looked at yet came before. The rule is told as the answer:
# another question may take too long.
hold() {
	local at
	run_ok mcr -j -e rule replace name feed "${FEED[@]}" plane kernel \
		to out1 to out2 || return
	line_value "$OUTPUT" plane_since
	[[ $VALUE =~ ^[0-9]+$ ]] || fail "it is not told when: $OUTPUT" || return
	at=$((VALUE / 1000))
	((${EPOCHREALTIME/./} < at - 50000)) || return
	while ((${EPOCHREALTIME/./} < at - 100000)); do
		read -rt 0.005 -u "$NOTHING_FD"
	done
	kill -STOP "$@"
	while ((${EPOCHREALTIME/./} < at + 100000)); do
		read -rt 0.005 -u "$NOTHING_FD"
	done
	kill -CONT "$@"
}

# Whose a packet is depends on when it came, not on when it is looked at.
held() {
	local held=0 i workers
	begin
	module_loads
	run_ok mcr rule add name feed "${FEED[@]}" plane relay to out1 to out2
	check_agree
	mapfile -t workers < <(pgrep -P "$DAEMON" -x mcrd-worker)
	traffic
	wait_for carries relay || fail "the relay carries nothing out"
	for ((i = 0; i < 8 && held < 2; i++)); do
		! hold "${workers[@]}" || held=$((held + 1))
		wait_for has_moved || fail "the rule moves for ever"
		move relay
	done
	traffic_ends
	check_once "held"
	[[ $held -gt 0 ]] || fail "workers could not be held in time"
	finish
}

# The most specific rule has the packet, whoever carries it out.
specific() {
	local wide=$1 exact=$2
	begin
	module_loads
	run_ok mcr rule add name wide iif in0 group 239.1.0.0/16 plane "$wide" \
		to out1 to out2
	run_ok mcr rule add name feed "${FEED[@]}" plane "$exact" to out1 to out2
	check_agree
	traffic
	traffic_ends
	check_once "$exact before $wide"
	check_equal "the wide one's packets" \
		"$(($(carried kernel wide) + $(carried relay wide)))" 0
	finish
}

# --- Cases: what no rule takes.

relay_filters() {
	query '.ingress[] | select(.dev == "in0") | .filtered' --via relay status
	[[ $VALUE == "$1" ]]
}

check_filters() {
	wait_for relay_filters "$1" ||
		fail "the relay says of in0's filter: $VALUE, not $1"
}

# nobodys COUNT: packets that no rule takes wake no worker, and the relay counts them.
nobodys() {
	local packets not_matched
	query '[.workers[].packets] | add' --via relay status
	packets=$VALUE
	query '.ingress[] | select(.dev == "in0") | .not_matched' --via relay status
	not_matched=$VALUE
	send --mode raw --count "$1" --group 239.9.9.9 --src 10.0.0.1 --rate "$RATE"
	wait_for relay_counted $((not_matched + $1)) ||
		fail "not_matched: $VALUE after $not_matched"
	# A sample of them, once a second, and what in0 hears beside them.
	query '[.workers[].packets] | add' --via relay status
	[[ $((VALUE - packets)) -lt $(($1 / 2)) ]] ||
		fail "workers looked at $((VALUE - packets)) packets of $1"
}

relay_counted() {
	query '.ingress[] | select(.dev == "in0") | .not_matched' --via relay status
	[[ $VALUE -ge $1 ]]
}

# The rules are the module's, and it is the relay that carries one of them out.
filters() {
	begin
	module_loads
	run_ok mcr rule add name feed "${FEED[@]}" plane relay to out1 to out2
	check_agree
	check_filters true
	check_query '.ingress[] | [.dev, .hooked, .filtered]' '["in0",true,false]' \
		--via kernel status
	nobodys $((2 * RATE))
	# A change that came from the module, too.
	run_ok via kernel rule add name more iif in0 group 239.3.0.0/16 \
		plane relay to out1
	check_agree
	check_filters true
	nobodys "$RATE"
	traffic
	traffic_ends
	check_once "behind a filter"
	check_equal "carried out by the relay" \
		"$(carried relay feed)" "$((COUNT + 1))"
	# What the module carries out wants no sockets, so that they have no filter.
	run_ok mcr rule del more
	move kernel
	check_filters false
	move relay
	check_filters true
	nobodys "$RATE"
	finish
}

# --- Cases: GRO.

gro_is() {
	VALUE=$(in_ns mcr ethtool -k in0 |
		awk '$1 == "rx-udp-gro-forwarding:" { print $2 }')
	[[ $VALUE == "$1" ]]
}

check_gro() { wait_for gro_is "$1" || fail "GRO of in0 is $VALUE, not $1"; }

# It is on while the relay receives: what the module carries out needs none.
gro() {
	run_ok in_ns mcr ethtool -K in0 gro off rx-udp-gro-forwarding off
	begin --gro
	module_loads
	run_ok mcr rule add name feed "${FEED[@]}" plane kernel to out1 to out2
	check_agree
	check_gro off
	move relay
	check_gro on
	traffic --gso 8 --size 500
	wait_for carries relay || fail "the relay carries nothing out"
	move kernel
	check_gro off
	move relay
	check_gro on
	traffic_ends
	check_once "moving"
	run_ok rmmod mcr
	check_authority relay
	check_gro on
	run_ok mcr rule del feed
	check_gro off
	finish
}

# --- Cases: following.

followers() { pgrep -P "$DAEMON" -x mcrd-follow; }

# Many changes while nobody listens: what is lost is noticed.
overrun() {
	local pid
	begin
	module_loads
	run_ok mcr rule add name feed "${FEED[@]}" to out1
	check_agree
	pid=$(followers)
	kill -STOP "$pid"
	run_ok in_ns mcr env MCR_VIA=kernel \
		"$MCR_SELFTESTS/netlink/toggle.py" 3001 feed
	run_ok mcr rule add name late iif in0 group 239.3.0.6 to out1
	kill -CONT "$pid"
	check_logged "came too fast to be heard"
	check_agree
	finish
}

# Who follows dies, and another one does it.
follower_dies() {
	begin
	module_loads
	run_ok mcr rule add name feed "${FEED[@]}" to out1
	check_agree
	kill -KILL "$(followers)"
	run_ok mcr rule add name more iif in0 group 239.3.0.7 to out1
	check_agree
	finish
}

# --- Cases: the module goes.

goes() {
	begin
	module_loads
	run_ok mcr rule add name feed "${FEED[@]}" plane relay to out1 to out2
	run_ok mcr rule add name auto iif in0 group 239.3.0.1 to out1
	run_ok mcr rule add name there iif in0 group 239.3.0.2 plane kernel to out1
	check_agree
	traffic
	wait_for carries relay || fail "the relay carries nothing out"
	run_ok rmmod mcr
	check_authority relay
	check_query .rules 3 status
	check_query .waiting 1 status
	check_output "status" "waiting +1 rule of plane kernel" mcr status
	traffic_ends
	check_once "unloading"
	# What the module carried out is carried out here.
	sink_start --until-end dev k1 flow 6 count 50
	send --group 239.3.0.1 --count 50 --flow 6
	send --group "$G" --flow end --count 1
	sink_end
	check_delivery
	run_ok mcr rule add name new iif in0 group 239.3.0.8 to out1
	finish
}

comes_again() {
	local i
	begin
	run_ok mcr rule add name feed "${FEED[@]}" to out1 to out2
	traffic
	for i in 1 2 3; do
		module_loads
		run_ok rmmod mcr
		check_authority relay
	done
	traffic_ends
	check_once "three times"
	check_equal "rules" "$(mcr rule list | wc -l)" 1
	finish
}

# As mcr-upgrade does it: whoever has unloaded the module puts its rules in again.
replaced() {
	begin
	module_loads
	run_ok mcr rule add name feed "${FEED[@]}" to out1 to out2
	run_ok mcr rule add name more iif in0 group 239.3.0.4 plane relay to out1
	check_agree
	mcr save >"$WORK/rules"
	run_ok rmmod mcr
	check_authority relay
	kill -STOP "$DAEMON"
	run_ok modprobe mcr
	run_ok via kernel apply "$WORK/rules"
	kill -CONT "$DAEMON"
	check_authority kernel
	check_agree
	check_equal "rules" "$(mcr save)" "$(<"$WORK/rules")"
	! logged "has rules of its own" || fail "its rules are taken for others"
	finish
}

# At the start it is the module's rules that count, not those that were kept.
not_restored() {
	begin
	daemon_end
	mkdir "$WORK/state" && chmod 700 "$WORK/state"
	relay_starts --state-dir "$WORK/state" --state here
	run_ok mcr rule add name kept iif in0 group 239.3.0.1 to out1
	daemon_end
	run_ok modprobe mcr
	run_ok via kernel rule add name feed "${FEED[@]}" plane relay to out1 to out2
	relay_starts --state-dir "$WORK/state" --state here
	check_authority kernel
	check_agree
	check_logged "are not put in force: the kernel module is loaded and has rules"
	check_equal "rules" "$(mcr save | wc -l)" 1
	traffic
	traffic_ends
	check_once "a rule of the relay's"
	finish
	rm -rf "$WORK/state"
}

[[ $EUID -eq 0 ]] || skip_test "the tests need root"
require_command ip jq ethtool setpriv pgrep "$MCRTOOL" "$MCRD" "$MCR_HELPERS/mcsend" \
	"$MCR_HELPERS/mcsink"
[[ ${MCR_PLACE:-} ]] || skip_test "it loads and unloads the module: in guests only"
modprobe -n mcr 2>/dev/null || skip_test "the kernel module mcr is not installed"
work_directory
export MCR_RUN_DIR=$WORK/run
mkdir "$MCR_RUN_DIR" && chmod 755 "$WORK" "$MCR_RUN_DIR"
topology_make 2

case_add "loaded by root, under traffic" load modprobe mcr
case_add "loaded by an unprivileged look-up, under traffic" loaded_by_lookup
case_add "who asks the daemon loads no module" not_by_the_daemon
case_add "loaded, and neither has rules" both_empty
case_add "loaded, and both have rules" both_have_rules
case_add "the daemon's socket leads to the module" redirected
case_add "the daemon refuses changes" refused
case_add "a rule moves there and back, under traffic" moves pass
case_add "one that consumes does, too" moves consume
# What packet sockets before Linux 6.2 cannot hand over.
IFS=.- read -r MAJOR MINOR _ </proc/sys/kernel/osrelease
if ((MAJOR > 6 || MAJOR == 6 && MINOR >= 2)); then
	case_add "super-packets, too" moves pass --gso 8 --size 500
	case_add "GRO is on while the relay receives" gro
fi
case_add "packets that wait for a worker meanwhile" held
case_add "the module's rule is the more specific" specific relay kernel
case_add "the relay's rule is the more specific" specific kernel relay
case_add "packets that no rule takes wake nobody" filters
case_add "changes that are lost are noticed" overrun
case_add "the process that follows dies" follower_dies
case_add "the module goes, under traffic" goes
case_add "it comes and goes, under traffic" comes_again
case_add "it is replaced, with its rules" replaced
case_add "with the module's rules the kept ones are not restored" not_restored
cases_run
