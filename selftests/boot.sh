#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# mcr-rules.service, as it is installed, under a real systemd: it loads the rules
# of a file at boot and when it is told to, and refuses what is wrong with it.
#
#    the guest
#   +--------------------------------------------------------------+
#   | NS[mcr]: d0, a dummy device                                  |
#   |   +------------------------------------------------------+   |
#   |   | namespaces of processes, mounts, control groups:     |   |
#   |   | systemd, mcr-rules.service, targets without content  |   |
#   |   +------------------------------------------------------+   |
#   +--------------------------------------------------------------+
#
# What is installed goes to $ROOT, the file of rules is in $ROOT/etc/mcr.

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/topology.sh"

CGROUP=/sys/fs/cgroup/mcr-$$
UNIT=mcr-rules.service
ROOT=
SYSTEMD=

# --- systemd.

# All is installed, and the unit is enabled. Targets are there that units are
# ordered by, or have by default, without what they want on other systems.
make_root() {
	local target
	ROOT=$(mktemp -d -p /opt) || bail "no directory to install to"
	chmod 755 "$ROOT"
	FILE=$ROOT/etc/mcr/rules.mcr
	UNITS=$ROOT/lib/systemd/system
	UNIT_PATH=$ROOT/etc/systemd/system:$UNITS
	make -s -C "$MCR_SELFTESTS/../tools" install PREFIX="$ROOT" \
		SYSCONFDIR="$ROOT/etc" || bail "make install fails"
	for target in sysinit basic multi-user network network-pre shutdown; do
		printf '[Unit]\nDescription=%s\n' "$target" >"$UNITS/$target.target"
	done
	# There is no journal.
	mkdir "$UNITS/$UNIT.d"
	printf '[Service]\nStandardOutput=append:%s\nStandardError=inherit\n' \
		"$ROOT/service.log" >"$UNITS/$UNIT.d/log.conf"
	systemctl --root="$ROOT" -q enable "$UNIT" ||
		bail "the unit cannot be enabled"
}

# The first program of the namespaces. Nothing of the guest's is seen in /run, no
# devices are there to be changed, and of its control groups only the own one.
# shellcheck disable=SC2016  # that shell is to read it
INIT='
	mount -t tmpfs run /run && mount -t sysfs -o ro sysfs /sys &&
	mount -t cgroup2 cgroup /sys/fs/cgroup &&
	exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin container=mcr \
		SYSTEMD_UNIT_PATH="$1" SYSTEMD_GENERATOR_PATH=/none \
		/lib/systemd/systemd --system --unit=multi-user.target \
		--log-target=null --show-status=no'

# In a control group of its own, by which all that it started can be ended.
systemd_run() {
	echo 0 >"$CGROUP/cgroup.procs" &&
		exec nsenter --net="/run/netns/${NS[mcr]}" \
			unshare --cgroup --pid --fork --mount --mount-proc \
			--uts --ipc sh -c "$INIT" systemd "$UNIT_PATH"
}

# boot STATE: systemd comes up, begins what it is to begin, and is in that state.
boot() {
	: >"$ROOT/service.log"
	mkdir -p "$CGROUP"
	start systemd_run >"$ROOT/systemd.log" 2>&1 </dev/null
	SYSTEMD=$STARTED_PID
	if ! wait_for booted; then
		note "systemd: $(<"$ROOT/systemd.log")"
		bail "systemd does not boot: $OUTPUT"
	fi
	check_equal "state of the system" "$OUTPUT" "$1"
}

# Systemd is listening, and all that was to begin has begun or failed.
booted() {
	capture control is-system-running --wait
	[[ $OUTPUT == running || $OUTPUT == degraded ]]
}

# unshare ignores what could be ignored, and systemd would take its time.
halt() {
	[[ $SYSTEMD ]] || return
	echo 1 >"$CGROUP/cgroup.kill"
	wait "$SYSTEMD" 2>/dev/null
	SYSTEMD=
	wait_for cgroup_is_gone || fail "systemd does not end"
}

# Processes that were killed may take a while to be gone.
cgroup_is_gone() {
	find "$CGROUP" -depth -type d -delete 2>/dev/null
	[[ ! -d $CGROUP ]]
}

# control WORD...: systemctl, which must see the processes that its peer sees.
control() {
	exec timeout "$MCR_TEST_WAIT" nsenter --mount="/proc/$SYSTEMD/ns/mnt" \
		--pid="/proc/$SYSTEMD/ns/pid_for_children" systemctl "$@"
}

# --- What can be seen from outside.

# service_is ACTIVE SUB RESULT: states of the unit, in one question.
service_is() {
	local line
	local -A is=()
	capture control show "$UNIT" -p ActiveState -p SubState -p Result
	while IFS= read -r line; do
		is[${line%%=*}]=${line#*=}
	done <<<"$OUTPUT"
	check_equal "the unit" "${is[ActiveState]-} ${is[SubState]-} ${is[Result]-}" "$*"
}

# rules_are NAMES
rules_are() { check_query 'map(.name) | join(" ")' "\"$1\"" rule list; }

# rules_file NAME...: has rules of these names.
rules_file() {
	local name n=0
	for name in "$@"; do
		n=$((n + 1))
		echo "rule name $name iif d0 group 239.1.1.$n to d0 ttl 9"
	done >"$FILE"
}

# It ends with a mistake, in the line behind those rules.
wrong_file() {
	rules_file "$@"
	echo "rule name d iif d0 grou 239.1.1.9 to d0" >>"$FILE"
}

# log_says REGEX: what the service has printed since systemd came up.
log_says() { check_match "the service's log" "$(<"$ROOT/service.log")" "$1"; }

# --- Cases.

verifies() {
	capture env SYSTEMD_UNIT_PATH="$UNIT_PATH" systemd-analyze verify --man=no \
		"$UNITS/$UNIT"
	check_equal "systemd-analyze verify" "$STATUS $OUTPUT" "0 "
}

# Little is left to the service: see systemd.exec(5).
exposed_little() {
	run_ok systemd-analyze security --offline=yes --threshold=20 --no-pager \
		"$UNITS/$UNIT"
}

example_is_right() { run_ok "$MCRTOOL" check "$ROOT/etc/mcr/rules.mcr.example"; }

boots_without() {
	rm -f "$FILE"
	boot running
	service_is inactive dead success
	check_equal "the service's log" "$(<"$ROOT/service.log")" ""
	rules_are ""
}

# What is in force stays in force.
starts_wrong() {
	run_ok mcr rule add name x iif d0 group 239.2.2.2 to d0 ttl 9
	wrong_file a
	run_refused 1 "" control start "$UNIT"
	service_is failed failed exit-code
	log_says "$FILE:2:20: .*grou"
	rules_are x
	rules_flush
}

boots_wrong() {
	wrong_file a b
	halt
	boot degraded
	service_is failed failed exit-code
	log_says "$FILE:3:20: .*grou"
	rules_are ""
}

# The module is not there: that its family is asked for loads it. The rules are in
# force before anything of the network begins.
boots_with() {
	local up network
	rules_file a b
	halt
	rmmod mcr || fail "the module cannot be unloaded"
	boot running
	service_is active exited success
	log_says "2 added"
	rules_are "a b"
	run_ok control show -P ActiveEnterTimestampMonotonic \
		"$UNIT" network-pre.target
	read -r up network <<<"${OUTPUT//$'\n'/ }"
	[[ ${up:-0} -gt 0 && $up -le ${network:-0} ]] ||
		fail "the rules came at '$up', the network at '$network'"
}

reloads() {
	rules_file b c
	run_ok control reload "$UNIT"
	rules_are "b c"
}

reloads_wrong() {
	local generation
	query .generation status
	generation=$VALUE
	wrong_file b c
	run_refused 1 "" control reload "$UNIT"
	service_is active exited success
	log_says "$FILE:3:20: .*grou"
	rules_are "b c"
	check_query .generation "$generation" status
}

stops() {
	rules_file a
	run_ok control stop "$UNIT"
	service_is inactive dead success
	rules_are ""
	run_ok control start "$UNIT"
	service_is active exited success
	rules_are a
}

cleanup_boot() {
	halt
	[[ -z $ROOT ]] || rm -rf "$ROOT" {/var,}/tmp/systemd-private-*
	cleanup
}

case_add "systemd-analyze verify finds no fault" verifies
case_add "systemd-analyze security finds little exposed" exposed_little
case_add "the example is right" example_is_right
case_add "boot without a file" boots_without
case_add "start with a wrong file: what is in force stays" starts_wrong
case_add "boot with a wrong file" boots_wrong
case_add "boot with a file, before the network, and without the module" boots_with
case_add "reload: another file" reloads
case_add "reload: a wrong file" reloads_wrong
case_add "stop, and start again" stops

require_all
require_command systemctl systemd-analyze unshare make
[[ ${MCR_PLACE:-} ]] || skip_test "unloads the module: only in a guest"
trap cleanup_boot EXIT
make_root
ns_make mcr
ip_in mcr link add d0 type dummy
ip_in mcr link set d0 up
cases_run
