#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# usage: demo.sh            (sudo make demo)
# Shows the main job with real traffic: one multicast stream in, several outputs
# out. Installs and builds what that needs, and runs demo/scene.sh.
#   PLANE=relay|kernel      who replicates: the relay daemon, in network
#                           namespaces here, if not given; or the kernel module,
#                           in a guest
#   PLACE=uml|stock-6.1|stock-6.12|debug-6.1    which guest: uml if not given
#   HOST=1                  the module not in a guest but here
set -euo pipefail
. "$(dirname "$0")/vm/lib.sh"

script=$(readlink -f "$0")
selftests=$MCR_TREE/selftests
plane=${PLANE:-relay}
place=${PLACE:-uml}
# Who names a guest, or has the module loaded here, means the module.
[[ -n ${PLANE:-} || (-z ${PLACE:-} && -z ${HOST:-}) ]] || plane=kernel
export MCR_DEMO_PLANE=$plane

refuse() {
	printf 'demo: %s\n' "$*" >&2
	exit 1
}

case $plane in
relay | kernel) ;;
*) refuse "there is no plane '$plane': PLANE= is relay or kernel" ;;
esac
if [[ $plane == relay || ${HOST:-0} == 1 ]]; then
	place="this machine"
else
	(mcr_known_place "$place") 2>/dev/null ||
		refuse "there is no guest '$place': PLACE= is one of ${MCR_VM_PLACES[*]}"
fi

log=$(mktemp "${TMPDIR:-/tmp}/mcr-demo.XXXXXX")
keep_log=
# shellcheck disable=SC2317  # called by the trap
clean_up() {
	[[ $keep_log ]] || rm -f "$log"
	[[ -z ${step_pid:-} ]] || kill "$step_pid" 2>/dev/null || true
}
trap clean_up EXIT
trap 'exit 130' INT TERM HUP

# A line that is written over, where there is a terminal to do so.
progress() {
	if [[ -t 1 ]]; then
		printf '\r\033[K[%3d s] %s' "$SECONDS" "$1"
	elif [[ ${2:-} ]]; then
		printf '[%3d s] %s\n' "$SECONDS" "$1"
	fi
}

progress_end() { [[ ! -t 1 ]] || printf '\r\033[K'; }

# step WHAT COMMAND...: what it says goes to the log.
step() {
	local what=$1 status=0
	shift
	echo "== $what: $*" >>"$log"
	progress "$what" first
	"$@" >>"$log" 2>&1 &
	step_pid=$!
	while kill -0 "$step_pid" 2>/dev/null; do
		progress "$what"
		sleep 0.5
	done
	wait "$step_pid" || status=$?
	step_pid=
	[[ $status -eq 0 ]] || fail "$what" "$status"
}

fail() {
	keep_log=1
	progress_end
	{
		echo "demo: failed (status $2): $1. The end of its log $log:"
		tail -n 15 "$log" | sed 's/^/    /'
	} >&2
	exit 1
}

install_packages() {
	local list=$selftests/demo/deps.list guests=()
	[[ $plane == kernel ]] || guests=(--no-guests)
	if [[ $EUID -eq 0 ]]; then
		step "installing Debian packages" "$selftests/deps.sh" \
			"${guests[@]}" "$list"
	else
		step "looking for Debian packages" \
			"$selftests/deps.sh" --check "${guests[@]}" "$list"
	fi
}

# --- In a guest.

in_guest() {
	local what="building its kernel, once: some minutes" status=0
	[[ $place != stock-* ]] || what="fetching its kernel"
	step "$place: $what" "$selftests/vm/kernel.sh" "$place"
	step "$place: building the module" \
		"$selftests/vm/build-module.sh" "$place"
	step "building the tool" make -C "$MCR_TREE" tools
	progress "$place: starting" first
	"$selftests/vm/run" --timeout 600 "$place" selftests/demo/scene.sh \
		2>>"$log" | first_line_clears || status=$?
	[[ $status -ne 125 ]] || fail "the guest $place" "$status"
	return "$status"
}

# The progress line goes as soon as there is something to be read.
first_line_clears() {
	local line
	if IFS= read -r line; then
		progress_end
		printf '%s\n' "$line"
	fi
	cat
}

# --- The relay, in network namespaces of this machine.

relay_here() {
	[[ $EUID -eq 0 ]] || refuse "network namespaces and packet sockets need" \
		"root: sudo make demo"
	install_packages
	step "building the relay and the tool" make -C "$MCR_TREE" tools
	progress_end
	"$selftests/demo/scene.sh"
}

# --- The module on this machine, only when asked.

check_host() {
	[[ $EUID -eq 0 ]] || refuse "HOST=1 needs root: sudo HOST=1 make demo"
	[[ -e /proc/modules ]] || refuse "this machine's kernel $(uname -r)" \
		"takes no modules: leave HOST=1 out, and see it in a guest"
	[[ -e /lib/modules/$(uname -r)/build/Makefile ]] ||
		refuse "the headers of this machine's kernel are missing:" \
			"apt-get install linux-headers-$(uname -r)"
	[[ ! -d /sys/module/mcr ]] || refuse "the module mcr is loaded already," \
		"and may be at work: 'rmmod mcr' first, or leave HOST=1 out"
}

in_host() {
	local status=0
	step "building the module and the tool" make -C "$MCR_TREE"
	insmod "$MCR_TREE/mcr.ko" 2>>"$log" ||
		fail "this machine's kernel refuses the module (where Secure Boot is on, see Documentation/install.md)" $?
	progress_end
	"$selftests/demo/scene.sh" || status=$?
	rmmod mcr
	return "$status"
}

if [[ $plane == relay ]]; then
	relay_here
	exit
fi
if [[ $place == "this machine" ]]; then
	check_host
	[[ ${1:-} == --installed ]] || install_packages
	in_host
	exit
fi
if [[ ${1:-} != --installed ]]; then
	install_packages
	# The rest is the calling user's, and so is what it leaves.
	rm -f "$log"
	mcr_drop_root "$script" --installed
	exec "$script" --installed
fi
in_guest
