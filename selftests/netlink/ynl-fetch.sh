#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# usage: ynl-fetch.sh
# Puts the kernel's own netlink library (tools/net/ynl of linux-source-6.12,
# which 6.1 does not have yet) and its schemas into the cache, and prints the
# directory. Of the package no more than that is kept, and nothing is installed;
# where it is installed, it is not fetched.
set -euo pipefail
dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
. "$dir/../vm/lib.sh"

package=linux-source-6.12
installed=/usr/src/$package.tar.xz
members=("$package"/tools/net/ynl/lib/{__init__,nlspec,ynl}.py
	 "$package"/Documentation/netlink/genetlink{,-legacy}.yaml)

# stream DIRECTORY: the source's tar file.
stream() {
	if [[ -r $installed ]]; then
		xz -dc -T0 "$installed"
		return
	fi
	(cd "$1" && apt-get -qq download "$package" >&2) ||
		die "$package cannot be fetched: is there a network, and are apt's lists new (sudo apt-get update)?"
	dpkg-deb --fsys-tarfile "$1/$package"_*.deb |
		tar -xO "./usr/src/$package.tar.xz" | xz -dc -T0
}

make_it() {
	local new
	new=$(mktemp -d "$ynl.XXXXXX")
	# shellcheck disable=SC2064  # the name of now
	trap "rm -rf '$new'" EXIT
	say "taking tools/net/ynl out of $package $version"
	stream "$new" | tar -x -C "$new" --strip-components=1 "${members[@]}"
	rm -f "$new"/*.deb
	chmod 755 "$new"
	mv -T "$new" "$ynl"
}

cache=$(mcr_cache)
version=$(apt-cache show --no-all-versions "$package" 2>/dev/null |
	awk '$1 == "Version:" && !v { v = $2 } END { print v }')
if [[ -z $version ]]; then
	[[ -d $cache/ynl ]] ||
		die "apt does not know $package: run 'sudo selftests/vm/deps.sh'"
	say "apt does not know $package: using the library in the cache"
	readlink -f "$cache/ynl"
	exit
fi
ynl=$cache/ynl_${version/:/_}
exec 9>"$cache/ynl.lock"
flock 9
[[ -d $ynl ]] || make_it
ln -sfn "${ynl##*/}" "$cache/ynl"
echo "$ynl"
