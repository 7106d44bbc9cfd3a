#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# usage: kernel-source.sh [6.1|6.12]
# Unpacks Debian's linux-source of that version (6.1) into the cache and prints its
# directory: kernels of our own are built from it, and it has checkpatch.pl. The key
# is the package's version and the patches, config/*.patch, which are all for 6.1.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

series=${1:-6.1}
case $# in 0 | 1) ;; *) series='' ;; esac
case $series in
6.1) patches=("$MCR_VM_DIR"/config/*.patch) list=selftests/vm/deps.list ;;
6.12) patches=() list=selftests/proof/deps.list ;;
*) die "usage: kernel-source.sh [6.1|6.12]" ;;
esac
mcr_drop_root "$0" "$series"

package=linux-source-$series
tarball=/usr/src/$package.tar.xz
[[ -r $tarball ]] || die "$tarball is missing: install $package, of $list"
version=$(dpkg-query -W -f '${Version}' "$package")
cache=$(mcr_cache)
source=$cache/src/linux-${series}_$version
[[ ${#patches[@]} -eq 0 ]] || source+=_$(mcr_hash "${patches[@]}")

unpack() {
	local patch
	say "unpacking $package $version"
	rm -rf "$source.new"
	mkdir -p "$source.new"
	tar -C "$source.new" --strip-components=1 -xf "$tarball"
	for patch in "${patches[@]}"; do
		patch -s -d "$source.new" -p1 <"$patch" ||
			die "${patch##*/} does not apply to $package $version"
	done
	mv "$source.new" "$source"
}

if [[ ! -e $source/Makefile ]]; then
	mkdir -p "$cache/src"
	exec 9>"$cache/src/linux-$series.lock"
	flock 9
	[[ -e $source/Makefile ]] || unpack
fi
echo "$source"
