#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# usage: deps.sh [--check]
# Installs the packages of deps.list, without recommended ones, after a look at
# what else the test bench needs of this machine. With --check only looks:
# one sentence for each thing that is missing, and exit status 1.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

check=no
case ${1:-} in
--check) check=yes ;;
'') ;;
*) die "usage: deps.sh [--check]" ;;
esac

lacking=0
lack() { say "$*"; lacking=1; }

# free_gib DIRECTORY: what is free where it is, or would be.
free_gib() {
	local dir=$1
	until [[ -d $dir ]]; do
		dir=$(dirname "$dir")
	done
	df --output=avail -BG "$dir" | tail -n 1 | tr -dc 0-9
}

cache=$(mcr_cache_path)
need=12
if [[ -e $cache/kernel/uml/release && -e $cache/kernel/debug-6.1/release ]]; then
	need=2
fi
free=$(free_gib "$cache")
[[ $free -ge $need ]] ||
	lack "$need GiB of disk are needed in $cache, there are $free"
memory=$(awk '/^MemAvailable/ { print int($2 / 1048576) }' /proc/meminfo)
[[ $memory -ge 4 ]] ||
	lack "4 GiB of available memory are needed for the guests, there are $memory"
[[ $(uname -m) == x86_64 ]] ||
	lack "the guests are x86_64, this machine is $(uname -m)"
command -v apt-get >/dev/null ||
	lack "the packages come from Debian, and here is no apt-get"

missing=()
while read -r package; do
	[[ $package != \#* && -n $package ]] || continue
	dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null |
		grep -qx installed || missing+=("$package")
done <"$MCR_VM_DIR/deps.list"

if [[ ${#missing[@]} -gt 0 ]]; then
	if [[ $check == yes ]]; then
		lack "missing packages, selftests/vm/deps.sh installs them: ${missing[*]}"
	elif [[ $EUID -ne 0 ]]; then
		lack "root is needed to install: ${missing[*]}"
	fi
fi
[[ $lacking -eq 0 ]] || exit 1
[[ $check == no ]] || exit 0

# Lists older than a week may name packages that are gone. (The files in them
# have the server's times; the directory has the time of the last update.)
lists=/var/lib/apt/lists
if [[ $EUID -eq 0 ]] && ! { compgen -G "$lists/*_Packages*" >/dev/null &&
	find "$lists/partial" -maxdepth 0 -mtime -7 | grep -q .; }; then
	apt-get -q update >&2 ||
		say "apt's lists cannot be brought up to date: is there a network?"
fi
[[ ${#missing[@]} -eq 0 ]] && exit
DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install \
	"${missing[@]}" >&2 || die "apt-get cannot install: ${missing[*]}"
