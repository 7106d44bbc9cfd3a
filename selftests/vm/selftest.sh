#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# usage: selftest.sh PLACE
# The bench's own tests, in TAP: that `run` passes on what happens in a guest
# of PLACE, and that none of the ways in which a guest can fail looks well.
# shellcheck disable=SC2016  # what is in single quotes runs in the guest
set -euo pipefail
. "$(dirname "$0")/lib.sh"

[[ $# -eq 1 ]] || die "usage: selftest.sh PLACE, one of ${MCR_VM_PLACES[*]}"
mcr_known_place "$1"
mcr_drop_root "$0" "$@"
place=$1
# A hang needs to be seen; the slow place needs longer until it can hang.
hang=20
[[ $place != debug-* && $place != kcsan-* ]] || hang=60

work=$(mktemp -d "${TMPDIR:-/tmp}/mcr-selftest.XXXXXX")
# A file of the host's that guests try to change; not in /tmp, which is theirs.
victim=$(mcr_cache)/selftest.$$
trap 'rm -rf "$work" "$victim"' EXIT
touch "$work/out" "$work/err"

number=0 failures=0
# ok NAME COMMAND…: one result. What `run` said is shown when it is not ok.
ok() {
	local name=$1
	shift
	number=$((number + 1))
	if "$@"; then
		echo "ok $number $name"
		return
	fi
	echo "not ok $number $name"
	tail -n 40 "$work/out" "$work/err" | sed 's/^/# /'
	failures=$((failures + 1))
}

# guest ARGUMENT…: `run`, with its status and output kept.
tree=$MCR_TREE
guest() {
	status=0
	"$tree/selftests/vm/run" "$@" >"$work/out" 2>"$work/err" || status=$?
}
exits() { [[ $status -eq $1 ]]; }
says() { grep -qE -- "$1" "$work/out"; }
warns() { grep -qE -- "$1" "$work/err"; }
fails_with() { exits 125 && warns "$1"; }

echo "TAP version 13"

guest "$place" 'modprobe mcr && grep "^mcr " /proc/modules && ls $MCR_MODULE_DIR &&
	modprobe -r mcr && ! grep "^mcr " /proc/modules && modprobe mcr'
ok "the tree's module loads and unloads" exits 0
ok "and is where the environment says" says '^mcr.ko$'

# A tree of its own, with a module that can fail, for all the rest.
tree=$work/tree
mkdir -p "$tree/selftests" "$tree/kmod" "$tree/uapi"
cp -r "$MCR_VM_DIR" "$tree/selftests/vm"
cp "$MCR_VM_DIR/fake/Kbuild" "$tree/"
cp "$MCR_VM_DIR/fake/main.c" "$tree/kmod/"

echo before >"$victim"
MCR_SELFTEST="two words" guest --results "$work/results" "$place" '
	echo "place $MCR_PLACE, kernel $(uname -r), $MCR_SELFTEST"
	echo to stderr >&2
	[[ ! -t 1 ]] && ! read -r line && echo no terminal, no input
	pwd
	modprobe mcr && echo module loaded
	seq 200000 >$MCR_RESULTS/numbers
	echo after >'"'$victim'"' && cat '"'$victim'"'
	rm /etc/fstab /etc/passwd
	touch new-in-the-tree /new-on-the-host
	mount -o remount,rw / && touch /newer-on-the-host
	(sleep 1000 &)
	seq 200000
	exit 3'
ok "the command's exit status comes back" exits 3
ok "it has its environment" says "^place $place, kernel [0-9.]+.*, two words$"
ok "its standard error comes back" says '^to stderr$'
ok "it has no terminal and no input" says '^no terminal, no input$'
ok "it starts in the tree" says "^$tree$"
ok "it has the tree's module" says '^module loaded$'
ok "a long output is whole" \
	cmp -s <(seq 200000) <(tail -n 200000 "$work/out")
ok "a result file comes back" cmp -s <(seq 200000) "$work/results/numbers"
ok "the kernel's log comes back" grep -q 'Linux version' "$work/results/kernel.log"
ok "the guest can write" says '^after$'
ok "and does not change the host's files" eval \
	'[[ $(<"$victim") == before && -e /etc/passwd && ! -e /new-on-the-host &&
		! -e /newer-on-the-host && ! -e $tree/new-in-the-tree ]]'

guest "$place" 'set -e; ip netns add a; ip -n a link set lo up
	ip link add v0 type veth peer name v1 netns a
	ip link add dummy9 type dummy; ip link add link v0 m0 type macvlan
	ip tuntap add tap0 mode tap; ip link add b0 type bridge
	ip link add vrf9 type vrf table 9; ip link add link v0 vl0 type vlan id 5
	ip link set v0 up; tc qdisc add dev v0 clsact
	tc filter add dev v0 ingress matchall action mirred egress mirror dev dummy9
	tc qdisc add dev dummy9 root netem delay 1ms
	[[ -e /proc/net/pktgen ]] || modprobe pktgen
	ls /proc/net/pktgen /proc/net/ip_mr_vif; stat -f -c %T /sys/fs/cgroup'
ok "the devices that tests need" exits 0

guest "$place" 'modprobe mcr leak=1 stay=1'
ok "a module that does not unload is a failure" fails_with 'mcr does not unload'
case $place in
uml | debug-*)
	ok "a memory leak is a failure" fails_with 'memory leaks'
	ok "and is shown" warns 'fake_leak'
	;;
esac

case $place in
kcsan-*)
	guest "$place" 'modprobe mcr race=1'
	ok "a race in a module is a failure" fails_with 'kernel complained'
	ok "and is shown" warns 'fake_race.*\[mcr\]'
	;;
esac

guest "$place" 'echo c >/proc/sysrq-trigger; sleep 100'
ok "a panic is a failure" fails_with 'the kernel complained'

guest --timeout "$hang" "$place" 'sleep 1000'
ok "a hang is a failure" fails_with "after $hang s: given up"

guest "$place" 'echo "WARNING: fake" >/dev/kmsg'
ok "a complaint in the kernel's log is a failure" fails_with 'kernel complained'
ok "and is shown" warns 'WARNING: fake'

guest "$place" '/bin/busybox reboot -f; /bin/busybox poweroff -f'
ok "a guest that ends on its own is a failure" \
	fails_with 'ended without saying how'

guest "$place" 'mount -t tmpfs none /proc'
ok "a guest that cannot be judged is a failure" fails_with '/proc is gone'

echo "1..$number"
echo "$((number - failures)) passed, $failures failed, 0 skipped"
[[ $failures -eq 0 ]]
