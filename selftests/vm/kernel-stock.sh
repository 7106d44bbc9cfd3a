#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# usage: kernel-stock.sh stock-6.1|stock-6.12
# Unpacks Debian's own kernel, headers and kbuild packages into the cache,
# installing nothing, and prints the kernel's directory. The key is the
# packages' name and version: the newest that apt knows.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

usage() { die "usage: kernel-stock.sh stock-6.1|stock-6.12"; }

[[ $# -eq 1 ]] || usage
place=$1
case $place in
stock-6.1) meta=amd64 ;;
stock-6.12) meta=6.12-amd64 ;;
*) usage ;;
esac
cache=$(mcr_cache)

# depends_on PACKAGE REGEX: the first package it depends on of that name.
depends_on() {
	apt-cache depends --no-recommends --no-suggests "$1" 2>/dev/null |
		awk -v re="^$2\$" '/Depends:/ && $2 ~ re { print $2; exit }'
}

# What apt knows may be gone (no lists): then a kernel already here serves.
use_cached() {
	local kernel=$cache/kernel/$place
	[[ -e $kernel/release ]] ||
		die "apt does not know linux-image-$meta: run 'sudo selftests/vm/deps.sh'"
	say "apt does not know linux-image-$meta: using the one in the cache"
	readlink -f "$kernel"
	exit
}

image=$(depends_on "linux-image-$meta" 'linux-image-[0-9].*')
[[ -n $image ]] || use_cached
release=${image#linux-image-}
headers=linux-headers-$release
common=$(depends_on "$headers" 'linux-headers-.*-common')
kbuild=$(depends_on "$headers" 'linux-kbuild-.*')
[[ -n $common && -n $kbuild ]] || use_cached
version=$(apt-cache show --no-all-versions "$image" |
	awk '$1 == "Version:" { print $2; exit }')
kernel=$cache/kernel/${place}_${release}_${version/:/_}

fetch() {
	local deb start=$SECONDS
	rm -rf "$kernel"
	mkdir -p "$kernel/debs"
	say "fetching $image $version with its headers"
	(cd "$kernel/debs" &&
		apt-get -qq download "$image" "$headers" "$common" "$kbuild" \
			2>"$kernel/fetch.log") || {
		cat "$kernel/fetch.log" >&2
		die "$place: packages cannot be fetched: is there a network, and are apt's lists new (sudo apt-get update)?"
	}
	for deb in "$kernel"/debs/*.deb; do
		dpkg -x "$deb" "$kernel"
	done
	rm -r "$kernel/debs"
	# The headers name their common part by its installed path.
	sed -i "s|/usr/src/|$kernel/usr/src/|" "$kernel/usr/src/$headers/Makefile"
	ln -sfn "usr/src/$headers" "$kernel/build"
	ln -sfn "boot/vmlinuz-$release" "$kernel/image"
	depmod -b "$kernel" "$release"
	echo "$release" >"$kernel/release"
	say "unpacked $image in $((SECONDS - start)) s"
}

if [[ ! -e $kernel/release ]]; then
	mkdir -p "$cache/kernel"
	exec 9>"$cache/kernel/$place.lock"
	flock 9
	[[ -e $kernel/release ]] || fetch
	ln -sfn "${kernel##*/}" "$cache/kernel/$place"
fi
echo "$kernel"
