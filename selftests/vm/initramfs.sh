#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# usage: initramfs.sh KERNEL-DIRECTORY
# Makes KERNEL-DIRECTORY/initramfs: busybox, the guest's first program and,
# where the kernel has them as modules, virtio, 9p and overlayfs.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

[[ $# -eq 1 ]] || die "usage: initramfs.sh KERNEL-DIRECTORY"
kernel=$1
release=$(<"$kernel/release")
init=$MCR_VM_DIR/guest-init
busybox=$(command -v busybox) || die "busybox is missing: run selftests/vm/deps.sh"
key=$(mcr_hash "$init" "$0" "$busybox")
[[ "$(cat "$kernel/initramfs.key" 2>/dev/null)" == "$key" ]] && exit

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{bin,dev,proc,sys,run,modules}
cp "$busybox" "$work/bin/busybox"
cp "$init" "$work/init"
chmod 755 "$work/init"

# The modules in the order in which they load, each once, uncompressed.
n=10
for module in virtio_pci 9pnet_virtio 9p overlay virtio_console; do
	while read -r verb file _; do
		[[ $verb == insmod ]] || continue
		name=${file##*/}
		name=${name%%.ko*}
		compgen -G "$work/modules/*-$name.ko" >/dev/null && continue
		case $file in
		*.xz) xz -dc "$file" ;;
		*.zst) zstd -qdc "$file" ;;
		*) cat "$file" ;;
		esac >"$work/modules/$n-$name.ko"
		n=$((n + 1))
	done < <(modprobe -d "$kernel" -S "$release" --show-depends "$module" \
		2>/dev/null)
done

(cd "$work" && find . | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0) |
	gzip -1 >"$kernel/initramfs.$$"
# Others may make the same one just now: the last one to finish stays.
mv "$kernel/initramfs.$$" "$kernel/initramfs"
echo "$key" >"$kernel/initramfs.key"
