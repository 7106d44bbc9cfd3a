#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# usage: kernel-build.sh uml|uml-bench|debug-6.1|debug-6.12|kcsan-6.1
# Builds a kernel of our own from Debian's linux-source into the cache and
# prints its directory. The key is the source's version, the configuration
# fragments, patches and the compiler: where nothing changed, nothing is built, and
# a build that was interrupted goes on.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

usage() {
	die "usage: kernel-build.sh uml|uml-bench|debug-6.1|debug-6.12|kcsan-6.1"
}

[[ $# -eq 1 ]] || usage
place=$1
conf=$MCR_VM_DIR/config
# Those that matter for this kernel: all of them are in the source.
patches=()
series=6.1
# What a series has no choice about.
fixed=''
case $place in
uml)
	arch=um base=defconfig
	fragments=("$conf"/{features,debug,uml}.config)
	patches=("$conf"/uml-*.patch)
	;;
uml-bench)
	arch=um base=defconfig
	fragments=("$conf"/{features,uml,bench}.config)
	;;
debug-6.1 | debug-6.12)
	series=${place#debug-}
	[[ $series == 6.1 ]] || fixed='# CONFIG_MICROCODE is not set'
	arch=x86_64 base=x86_64_defconfig
	fragments=("$conf"/{features,debug,smp}.config)
	;;
kcsan-6.1)
	arch=x86_64 base=x86_64_defconfig
	fragments=("$conf"/{features,kcsan,smp}.config)
	;;
*)
	usage
	;;
esac

source=$("$MCR_VM_DIR/kernel-source.sh" "$series")
version=$(dpkg-query -W -f '${Version}' "linux-source-$series")
cache=$(mcr_cache)
key=$(cat "${fragments[@]}" "${patches[@]}" <(gcc -dumpfullversion) | sha256sum | cut -c1-12)
kernel=$cache/kernel/${place}_${version}_$key

kmake() { make -s -C "$source" ARCH="$arch" O="$kernel/build" "$@"; }

# Every line of the fragments must be in the configuration that came out.
check_config() {
	local line symbol lost=0
	while read -r line; do
		[[ -z $fixed || $line != "$fixed" ]] || continue
		case $line in
		CONFIG_*)
			grep -qxF "$line" "$kernel/build/.config" && continue
			;;
		'# CONFIG_'*' is not set')
			symbol=${line#\# }
			grep -q "^${symbol%% *}=" "$kernel/build/.config" || continue
			;;
		*)
			continue
			;;
		esac
		say "not taken by the kernel's configuration: $line"
		lost=1
	done < <(cat "${fragments[@]}")
	[[ $lost -eq 0 ]] || die "$place: the fragments in $conf do not hold"
}

configure() {
	local merge=$source/scripts/kconfig/merge_config.sh
	rm -rf "$kernel"
	mkdir -p "$kernel/build"
	kmake "$base"
	(cd "$kernel/build" && ARCH=$arch "$merge" -m -O . .config \
		"${fragments[@]}") >"$kernel/merge.log" 2>&1
	kmake mod2yesconfig 2>/dev/null
	kmake olddefconfig
	check_config
	touch "$kernel/configured"
}

# What modules are built against stays, what the kernel was linked from goes.
trim() {
	find "$kernel/build" \( -path '*/build/scripts' -o -path '*/build/tools' \) \
		-prune -o \( -name '*.o' -o -name '*.a' -o -name '.*.cmd' \) \
		-type f -print0 | xargs -0 rm -f
}

# The kernel and what the other scripts ask of a kernel's directory.
build() {
	local start=$SECONDS
	say "building the $place kernel ($version), some minutes: $kernel/build.log"
	[[ -e $kernel/configured ]] || configure
	kmake -j"$(nproc)" all >>"$kernel/build.log" 2>&1 || {
		tail -n 20 "$kernel/build.log" >&2
		die "$place: the kernel does not build, see $kernel/build.log"
	}
	if [[ $arch == um ]]; then
		cp -l "$kernel/build/linux" "$kernel/image"
	else
		cp "$kernel/build/arch/x86/boot/bzImage" "$kernel/image"
	fi
	local release
	release=$(kmake kernelrelease)
	mkdir -p "$kernel/lib/modules/$release"
	cp "$kernel/build"/modules.builtin* "$kernel/build/modules.order" \
		"$kernel/lib/modules/$release/"
	depmod -b "$kernel" "$release"
	trim
	echo "$release" >"$kernel/release"
	say "built the $place kernel in $((SECONDS - start)) s"
}

# The release is written last: without it the directory is half built.
if [[ ! -e $kernel/release ]]; then
	mkdir -p "$cache/kernel"
	exec 9>"$cache/kernel/build.lock"
	flock -n 9 || { say "waiting for another kernel build"; flock 9; }
	if [[ ! -e $kernel/release ]]; then
		build
	fi
	ln -sfn "${kernel##*/}" "$cache/kernel/$place"
fi
echo "$kernel"
