#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# usage: ynl-fetch.sh
# Puts the kernel's own netlink library (tools/net/ynl of linux-source-6.12,
# which 6.1 does not have yet) and its schemas into the cache, and prints the
# directory. Where the package is installed it is not fetched.
set -euo pipefail
dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
. "$dir/../vm/lib.sh"
. "$dir/../vm/fetch.sh"

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
	download "$package" "$1"
	dpkg-deb --fsys-tarfile "$1/$package"_*.deb |
		tar -xO "./usr/src/$package.tar.xz" | xz -dc -T0
}

take() {
	stream "$1" | tar -x -C "$1" --strip-components=1 "${members[@]}"
}

fetch ynl "$package" tools/net/ynl
