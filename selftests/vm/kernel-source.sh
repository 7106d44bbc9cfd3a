#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# usage: kernel-source.sh
# Unpacks Debian's linux-source-6.1 into the cache, patched by config/*.patch, and
# prints its directory: kernels of our own are built from it, and it has
# checkpatch.pl. The key is the package's version and the patches.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

[[ $# -eq 0 ]] || die "usage: kernel-source.sh"
mcr_drop_root "$0"

tarball=/usr/src/linux-source-6.1.tar.xz
[[ -r $tarball ]] || die "$tarball is missing: run selftests/vm/deps.sh"
version=$(dpkg-query -W -f '${Version}' linux-source-6.1)
cache=$(mcr_cache)
patches=("$MCR_VM_DIR"/config/*.patch)
source=$cache/src/linux-6.1_${version}_$(mcr_hash "${patches[@]}")

unpack() {
	local patch
	say "unpacking linux-source-6.1 $version"
	rm -rf "$source.new"
	mkdir -p "$source.new"
	tar -C "$source.new" --strip-components=1 -xf "$tarball"
	for patch in "${patches[@]}"; do
		patch -s -d "$source.new" -p1 <"$patch" ||
			die "${patch##*/} does not apply to linux-source-6.1 $version"
	done
	mv "$source.new" "$source"
}

if [[ ! -e $source/Makefile ]]; then
	mkdir -p "$cache/src"
	exec 9>"$cache/src/linux-6.1.lock"
	flock 9
	[[ -e $source/Makefile ]] || unpack
fi
echo "$source"
