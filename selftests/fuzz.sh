#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Messages that are made from the spec, sound, at the limits and spoiled, of who may
# change rules, of one who may not, and of the root of another user namespace; while
# devices come and go. The server answers on, and is left without rules.
#
#    NS[mcr]
#   +-----------------------------+
#   | in0 in1  out0 out1 out2     |   dummies, nothing behind them
#   +-----------------------------+
#
# MCR_FUZZ_ROUNDS and MCR_FUZZ_SEED make it more, or others.

. "$(dirname "$0")/lib.sh"

NLSEND=${MCR_NLSEND:-$MCR_SELFTESTS/../build/tools/nlsend}
ROUNDS=${MCR_FUZZ_ROUNDS:-3000}
SEED=${MCR_FUZZ_SEED:-1}

device_add() {
	ip_in mcr link add "$1" type "$DUMMY" && ip_in mcr link set "$1" up
}

# Not for ever: each change costs the relay sockets, and it is messages that are to
# be many here.
devices_churn() {
	local i
	for ((i = 0; i < 20; i++)); do
		pause
		ip_in mcr link del out1 && device_add out1
		ip_in mcr link set in1 down && ip_in mcr link set in1 up
		ip_in mcr link set out2 down &&
			ip_in mcr link set out2 name absent0 &&
			ip_in mcr link set absent0 name out2 &&
			ip_in mcr link set out2 up
	done
}

# answers_on: the server does what it is asked for, as ever.
answers_on() {
	run_ok mcr rule flush
	run_ok mcr rule add iif in0 group 239.1.1.1 to out0
	check_output "the rules" "239.1.1.1" mcr rule list
	run_ok mcr rule flush
	check_output "the rules that are left" '^$' mcr rule list
}

# sends WORD...: what is sent is told; and what the daemon has to say, if it fails.
sends() {
	if run_ok in_ns mcr "$NLSEND" "$MCR_VIA" "$ROUNDS" "$@"; then
		note "$OUTPUT"
	elif [[ $MCR_VIA == relay ]]; then
		tail -n 20 "${RELAY_LOG[mcr]}" | sed 's/^/#   /'
	fi
}

allowed() {
	local churn
	start devices_churn
	churn=$STARTED_PID
	sends "$SEED"
	stop "$churn"
	answers_on
}

# Two at the same time, whose transactions are in each other's way.
together() {
	local other
	start in_ns mcr "$NLSEND" "$MCR_VIA" "$ROUNDS" $((SEED + 1)) >/dev/null
	other=$STARTED_PID
	sends $((SEED + 2))
	wait "$other" || fail "the other sender ended with status $?"
	answers_on
}

# Who may not changes nothing: nlsend sees to that by the generation.
nobody() {
	run_ok mcr rule add name kept iif in0 group 239.1.1.1 to out0
	sends $((SEED + 3)) nobody
	check_output "the rules" kept mcr rule list
	answers_on
}

# A user who has made a user namespace and is its root, in this network namespace
# all the same.
foreign_root() {
	run_ok mcr rule add name kept iif in0 group 239.1.1.1 to out0
	run_ok in_ns mcr setpriv --reuid 65534 --regid 65534 --clear-groups \
		unshare -U --map-root-user "$NLSEND" "$MCR_VIA" \
		"$ROUNDS" $((SEED + 4)) foreign || return
	note "$OUTPUT"
	check_output "the rules" kept mcr rule list
	answers_on
}

require_all
require_command "$NLSEND" setpriv unshare
work_directory
chmod 755 "$WORK"
# Where other users can run it: the tree may be root's alone.
install -m 755 "$NLSEND" "$WORK/nlsend"
NLSEND=$WORK/nlsend
ns_make mcr
for device in in0 in1 out0 out1 out2; do
	device_add "$device"
done
serve mcr

case_add "messages made from the spec, while devices come and go" allowed
case_add "two senders" together
case_add "a user who may change nothing" nobody
case_add "the root of another user namespace" foreign_root
cases_run
