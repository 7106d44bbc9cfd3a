#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# usage: relay.sh [TEST…]
# The selftests with the relay daemon in the module's place, and those of its own:
# on this machine, in network namespaces of their own, as root. All that make sense
# there, or those named; ends as run.sh does.

set -u
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1

# Not: what is about the module itself or its place in the kernel (unload, upgrade,
# boot, interplay*, vlan_filter), and what only drives the kernel's own netlink
# (ynl).
TESTS="tool.sh apply.sh match.sh rewrite.sh fanout.sh drops.sh loops.sh \
transaction.sh badpackets.sh device.sh latedev.sh membership.sh joins.sh monitor.sh \
stream.sh fuzz.sh why.sh openmetrics.sh churn.sh netlink/spec_agrees.py \
netlink/protocol.py netlink/transactions.py netlink/bad_messages.py netlink/wide.py \
netlink/limits.py"

[[ $EUID -eq 0 ]] || {
	echo "relay.sh: the tests need root" >&2
	exit 1
}
export MCR_VIA=relay
# A directory of a daemon that serves this machine is none of theirs.
unset MCR_RUN_DIR
# shellcheck disable=SC2046,SC2086  # lists of words
[[ $# -gt 0 ]] ||
	set -- $TESTS $(make -s --no-print-directory list_relay)
exec ./run.sh "$@"
