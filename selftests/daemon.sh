# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# A relay daemon of a test's own, for tests that start it with what they are about.
# For scripts that have sourced lib.sh and topology.sh, and have a work directory.

# daemon_start COMMAND…: it serves when this returns. Its process id is in DAEMON, what
# it logs in the file log.
daemon_start() {
	start "$@" 2>"$WORK/log"
	DAEMON=$STARTED_PID
	wait_for daemon_serves || fail "mcrd does not serve: $(<"$WORK/log")"
}

daemon_serves() { mcr --via relay status >/dev/null 2>&1; }

# daemon_end: by SIGTERM.
daemon_end() {
	kill "$DAEMON"
	wait "$DAEMON"
	check_equal "status of mcrd" $? 0
}

# logged PATTERN: has it said so?
logged() { grep -q -e "$1" "$WORK/log"; }
