#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What the README shows first: sudo make demo, on this machine.

export MCR_VIA=relay
. "$(dirname "$0")/lib.sh"

# As whoever calls make: without what the tests say to each other.
demo() {
	env -u MCR_VIA -u MCR_RUN_DIR -u MCR_TEST_WAIT \
		"$MCR_SELFTESTS/demo.sh" 2>&1
}

# Its namespaces have names without a dash, unlike other tests'.
namespaces() { ip netns list | awk '$1 !~ /-/ { print $1 }' | sort; }

shows() {
	local before said
	before=$(namespaces)
	said=$(demo) || fail "status $?"
	check_match "its end" "$(tail -n 3 <<<"$said")" "All as the rule says"
	check_equal "namespaces" "$(namespaces)" "$before"
}

refuses() {
	run_refused 1 "there is no plane 'moon'.*relay or kernel" \
		env PLANE=moon "$MCR_SELFTESTS/demo.sh"
}

[[ $EUID -eq 0 ]] || skip_test "the tests need root"
case_add "the main job" shows
case_add "a plane that there is not is refused" refuses

cases_run
