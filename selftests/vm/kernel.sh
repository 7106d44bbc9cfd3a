#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# usage: kernel.sh PLACE
# Sees to it that the kernel of PLACE is in the cache, and prints its
# directory: image (what boots), build (what modules are built against),
# lib/modules, release (what uname -r says) and initramfs.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

[[ $# -eq 1 ]] || die "usage: kernel.sh PLACE, one of ${MCR_VM_PLACES[*]}"
mcr_known_place "$1"
mcr_drop_root "$0" "$@"

case $1 in
stock-*) kernel=$("$MCR_VM_DIR/kernel-stock.sh" "$1") ;;
*) kernel=$("$MCR_VM_DIR/kernel-build.sh" "$1") ;;
esac
mcr_prune "$kernel" "$1_*"
"$MCR_VM_DIR/initramfs.sh" "$kernel"
echo "$kernel"
