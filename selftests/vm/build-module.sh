#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# usage: build-module.sh PLACE [MAKE-ARGUMENT…]
# Builds the tree's modules against the kernel of PLACE, in the cache, and
# prints a directory with lib/modules/RELEASE/updates/*.ko, ready for modprobe, and
# what they were linked from in objects/.
# With arguments for make (W=1, C=2 CF=-D__CHECK_ENDIAN__, KCFLAGS=…) it builds
# from nothing, in a directory of its own, so that every warning is seen.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

[[ $# -ge 1 ]] || die "usage: build-module.sh PLACE [MAKE-ARGUMENT…]"
mcr_known_place "$1"
mcr_drop_root "$0" "$@"
place=$1
shift

cache=$(mcr_cache)
kernel=$("$MCR_VM_DIR/kernel.sh" "$place")
release=$(<"$kernel/release")
case $place in
uml*) arch=um ;;
*) arch=x86_64 ;;
esac

# One build directory for each kernel and set of arguments, whatever trees there are:
# of each only what is not as in the one before is compiled. Those that make other
# modules have another one, or they would get each other's.
makes=$(cd "$MCR_TREE" && find Kbuild kmod -name 'Kbuild*' | LC_ALL=C sort |
	xargs sha256sum)
dir=$cache/build/${place}_$(printf '%s\n' "$kernel" "$makes" "$@" | sha256sum |
	cut -c1-12)
mkdir -p "$dir"
exec 9>"$dir/lock"
flock 9
[[ $# -eq 0 ]] || rm -rf "$dir/src"

# Copied by content and without times: what changed is newer than its object.
products=('*.o' '*.a' '*.ko' '*.mod' '*.mod.c' '.*.cmd' '.tmp*' modules.order
	Module.symvers)
rsync -rlpc --delete "${products[@]/#/--exclude=}" \
	"$MCR_TREE"/{Kbuild,kmod,uapi} "$dir/src/" >&2

make -s -C "$kernel/build" ARCH="$arch" M="$dir/src" -j"$(nproc)" "$@" \
	modules 2> >(grep -v '^Skipping BTF generation' >&2) >&2 ||
	die "the modules do not build for $place"

# stage DIRECTORY: the kernel's module tree with ours added to it.
stage() {
	local tree=$1.new/lib/modules/$release entry
	rm -rf "$1.new"
	mkdir -p "$tree/updates"
	for entry in "$kernel/lib/modules/$release"/{kernel,modules.builtin*,modules.order}; do
		[[ ! -e $entry ]] || ln -s "$entry" "$tree/"
	done
	ln -s "$kernel/build" "$tree/build"
	cp "$dir"/src/*.ko "$tree/updates/"
	mkdir "$1.new/objects"
	cp "$dir"/src/kmod/*.o "$1.new/objects/"
	depmod -b "$1.new" "$release"
	mv "$1.new" "$1"
}

# A stage never changes once it is there: a guest may be running from it.
stage=$dir/stage-$(mcr_hash "$dir"/src/*.ko)
[[ -d $stage ]] || stage "$stage"
mcr_prune "$stage" 'stage-*'
mcr_prune "$dir" '*'
echo "$stage"
