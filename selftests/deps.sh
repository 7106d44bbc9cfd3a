#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# usage: deps.sh [--check] [--no-guests] [LIST…]
# Installs the guests' packages (vm/deps.sh, which also looks at the machine)
# unless told not to, and those of the lists: deps.list and demo/deps.list where
# none is named. With --check only looks: says what is missing, and ends with
# exit status 1.
set -euo pipefail

dir=$(cd "$(dirname "$0")" && pwd -P)
check=() guests=yes
while [[ ${1:-} == --* ]]; do
	case $1 in
	--check) check=(--check) ;;
	--no-guests) guests=no ;;
	*) break ;;
	esac
	shift
done
lists=("$@")
[[ $# -gt 0 ]] || lists=("$dir/deps.list" "$dir/demo/deps.list")

die() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

is_installed() {
	dpkg-query -W -f '${db:Status-Status}\n' "$1" 2>/dev/null |
		grep -qx installed
}

# apt's lists, which a new machine may have none of.
update_lists() {
	compgen -G '/var/lib/apt/lists/*_Packages*' >/dev/null ||
		apt-get -q update >&2 || true
}

# Brings the lists up to date, too.
[[ $guests == no ]] || "$dir/vm/deps.sh" "${check[@]}"

missing=()
for list in "${lists[@]}"; do
	[[ -r $list ]] || die "there is no list of packages $list"
	while read -r package; do
		[[ $package != \#* && -n $package ]] || continue
		is_installed "$package" || missing+=("$package")
	done <"$list"
done

[[ ${#missing[@]} -gt 0 ]] || exit 0
[[ ${#check[@]} -eq 0 ]] ||
	die "packages are missing, 'sudo selftests/deps.sh' installs them: ${missing[*]}"
[[ $EUID -eq 0 ]] || die "only root can install what is missing: ${missing[*]}"
update_lists
DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install \
	"${missing[@]}" >&2 || die "apt-get cannot install: ${missing[*]}"
