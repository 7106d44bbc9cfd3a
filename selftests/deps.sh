#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# usage: deps.sh [--check] [LIST…]
# Installs the guests' packages (vm/deps.sh, which also looks at the machine)
# and those of the lists: deps.list and demo/deps.list where none is named.
# With --check only looks: says what is missing, and ends with exit status 1.
set -euo pipefail

dir=$(cd "$(dirname "$0")" && pwd -P)
check=()
if [[ ${1:-} == --check ]]; then
	check=(--check)
	shift
fi
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

# Brings apt's lists up to date, too.
"$dir/vm/deps.sh" "${check[@]}"

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
DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install \
	"${missing[@]}" >&2 || die "apt-get cannot install: ${missing[*]}"
