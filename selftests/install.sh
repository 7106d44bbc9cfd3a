#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Install and uninstall by make, in a guest with a distribution's kernel. What the
# bench has compiled is installed; DKMS compiles, in install_dkms.sh.

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/install_root.sh"

# The tool and the relay, where there are no headers, and no module afterwards.
relay_installs() {
	output_of make_here relay-install KREL=6.1.99-none
	check_match "version" "$(here /usr/local/sbin/mcrd -V 2>&1)" "$VERSION"
	run_ok here id mcrd
	[[ ! -e $ROOT$MODULES/updates ]] || fail "a module was installed"
	[[ ! -e $ROOT/usr/local/sbin/mcr-upgrade ]] ||
		fail "there is mcr-upgrade, without a module"
	run_ok here systemctl -q enable mcrd.service
}

installs() {
	output_of make_here install EFIVARS="$BENCH/efi"
	check_match "what it says" "$OUTPUT" "Secure Boot is on.*dkms-install"
	check_tool_is_there
	check_module_is "/updates/mcr\.ko(\.xz)?$"
	check_loads modprobe mcr
	# What this makes is to be gone, too, after uninstalling.
	run_ok here systemctl -q enable mcr-rules.service
}

keeps_rules_at_work() {
	ns_make a
	ip_in a link add d0 type dummy
	run_ok in_ns a chroot "$ROOT" "$MCRTOOL" rule add iif d0 \
		group 239.1.1.1 to d0 group 239.1.1.2
	# The namespace's name is not to be seen in the other root.
	start ip netns exec "${NS[a]}" sleep 1000
	output_of make_here uninstall
	check_match "what it says" "$OUTPUT" "stays loaded.*'rmmod mcr'"
	module_is_loaded || fail "the module was unloaded under its rules"
	[[ ! -e $ROOT$MCRTOOL ]] || fail "the tool is still there"
	stop "$STARTED_PID"
	ns_drop a
}

setup
case_add "make relay-install" relay_installs
case_add "make uninstall leaves nothing of the relay" uninstalls
case_add "make install" installs
case_add "dkms-install refuses what is installed" \
	refuses_second dkms-install "without DKMS"
case_add "make uninstall keeps a module whose rules are at work" \
	keeps_rules_at_work
case_add "make uninstall leaves nothing" uninstalls

cases_run
