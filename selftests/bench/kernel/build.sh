#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# usage: build.sh PLACE
# Builds the bench's module for the kernel of PLACE, in the cache, and prints where
# mcr_bench.ko is.
set -euo pipefail
cd "$(dirname "$0")"
. ../../vm/lib.sh

[[ $# -eq 1 ]] || die "usage: build.sh PLACE, one of ${MCR_VM_PLACES[*]}"
mcr_known_place "$1"
mcr_drop_root "$PWD/build.sh" "$@"
kernel=$("$MCR_VM_DIR/kernel.sh" "$1")
case $1 in
uml*) arch=um ;;
*) arch=x86_64 ;;
esac

dir=$(mcr_cache)/build/bench_$1_$(printf '%s\n' "$kernel" "$MCR_TREE" |
	sha256sum | cut -c1-12)
mkdir -p "$dir"
exec 9>"$dir/lock"
flock 9
rsync -rlpc module/ "$dir/src/"
make -s -C "$kernel/build" ARCH="$arch" M="$dir/src" modules \
	2> >(grep -v '^Skipping BTF generation' >&2) >&2 ||
	die "mcr_bench does not build for $1"
mcr_prune "$dir" 'bench_*'
echo "$dir/src/mcr_bench.ko"
