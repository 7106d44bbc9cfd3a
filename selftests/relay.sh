#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# usage: relay.sh [TEST…]
# The selftests with the relay daemon in the module's place: on this machine, in
# network namespaces of their own, as root. All that make sense there, or those
# named; ends as run.sh does.

set -u
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1

# Not: what is about the module itself or its place in the kernel (unload, upgrade,
# boot, interplay*, vlan_filter), and what only drives the kernel's own netlink
# (ynl).
TESTS="tool.sh apply.sh match.sh rewrite.sh fanout.sh drops.sh loops.sh \
transaction.sh badpackets.sh device.sh latedev.sh membership.sh joins.sh monitor.sh \
stream.sh why.sh mcrd.sh netlink/spec_agrees.py netlink/protocol.py \
netlink/transactions.py netlink/bad_messages.py netlink/wide.py netlink/limits.py"

[[ $EUID -eq 0 ]] || {
	echo "relay.sh: the tests need root" >&2
	exit 1
}
export MCR_VIA=relay
# A directory of a daemon that serves this machine is none of theirs.
unset MCR_RUN_DIR
# shellcheck disable=SC2086  # a list of words
[[ $# -gt 0 ]] || set -- $TESTS
exec ./run.sh "$@"
