# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What the tests of installing share. Sourced after lib.sh.
#
# All of it happens in a root directory of its own: an overlay on the guest's.
# Its upper layer then shows what is new, changed or gone, on the whole file
# system; /proc /sys /dev /run /tmp are the guest's own.
#
#	$BASE (a module directory) --+-- lower --+
#	/     (the guest's root) ----+           +-- $ROOT
#	                                 upper --+

KERNEL=$(uname -r)
MODULES=/lib/modules/$KERNEL
# What it may leave: DKMS's own key, for all modules it will ever sign.
# And what userdel keeps of the files in which it has deleted a user.
MAY_STAY='^/var/lib/dkms/mok\.(key|pub)$|^/etc/(\.pwd\.lock|(passwd|group|shadow|gshadow)-)$'

here() { chroot "$ROOT" "$@"; }
make_here() { here make -C "$TREE" --no-print-directory -j2 "$@"; }

# The kernel's module directory, with one of its modules for all: depmod reads
# each of them, which takes minutes where the processor is emulated.
setup_modules() {
	local dir=$BASE/usr$MODULES module
	modprobe dummy
	module=$(modinfo -n dummy)
	mkdir -p "$dir/kernel"
	cp "$module" "$dir/kernel/"
	cp "$MODULES"/modules.{order,builtin,builtin.modinfo} "$dir/"
	cp -P "$MODULES/build" "$dir/"
	depmod -b "$BASE/usr" "$KERNEL" || bail "depmod fails"
}

setup_root() {
	local dir
	# An upper layer must not lie on an overlay, as the guest's /tmp may.
	BENCH=$(mktemp -d -p /mnt) || bail "no directory for temporary files"
	mount -t tmpfs bench "$BENCH" || bail "cannot mount a tmpfs"
	ROOT=$BENCH/root
	BASE=$BENCH/base
	chmod 755 "$BENCH"
	mkdir -p "$BENCH"/{root,tree,upper,work}
	setup_modules
	mount -t overlay -o "lowerdir=$BASE:/,upperdir=$BENCH/upper,workdir=$BENCH/work" \
		overlay "$ROOT" || bail "cannot mount the overlay"
	for dir in proc sys dev run tmp; do
		mount --rbind "/$dir" "$ROOT/$dir" || bail "cannot mount /$dir"
	done
	mount --bind "$BENCH" "$ROOT$BENCH" || bail "cannot mount $BENCH"
}

# A copy of the tree, with what has been built of it: to compile all of it takes
# minutes where the processor is emulated, and is what DKMS does. Where the
# bench has built the module, only there is it up to date, hence the bind mount.
setup_tree() {
	local top=$MCR_SELFTESTS/.. built now
	built=$(findmnt -no FSROOT "$MODULES")
	built=${built%/stage-*}/src
	[[ -e $built/mcr.ko ]] || bail "no module in $built, where vm/run builds it"
	TREE=$built
	cp -a "$built/." "$BENCH/tree/"
	cp -a "$top"/{Makefile,install.mk,dkms.conf,COPYING,tools} "$BENCH/tree/"
	if [[ -d $top/build/tools ]]; then
		mkdir "$BENCH/tree/build"
		cp -a "$top/build/tools" "$BENCH/tree/build/"
		now=$(date +@%s)
		# The relay is made of the module's files, of which these are
		# copies: newer than what was made of the originals.
		find "$BENCH/tree/build/tools" -exec touch -d "$now" {} +
	fi
	mount --bind "$BENCH/tree" "$ROOT$TREE" || bail "cannot mount the tree"
	VERSION=$(sed -n 's/.*MCR_VERSION[[:space:]]*"\(.*\)"/\1/p' \
		"$BENCH/tree/kmod/version.h")
}

# The next test of these finds the guest as this one did.
cleanup_root() {
	umount "$MODULES"
	umount -R "$ROOT"
	umount "$BENCH" && rmdir "$BENCH"
	cleanup
} 2>/dev/null

setup() {
	[[ ${MCR_PLACE:-} == stock-* && $(stat -f -c %T /) == overlayfs ]] ||
		skip_test "needs a guest with a stock kernel"
	[[ $EUID -eq 0 ]] || skip_test "the tests need root"
	require_command make gcc dkms findmnt depmod modinfo setpriv jq \
		systemctl
	setup_root
	setup_tree
	# Where the kernel's own modprobe looks.
	mount --bind "$ROOT$MODULES" "$MODULES" || bail "cannot mount modules"
	trap cleanup_root EXIT
	MCRTOOL=/usr/local/bin/mcrtool
	# A variable of the firmware's: four bytes of attributes, and the value.
	mkdir "$BENCH/efi"
	printf '\6\0\0\0\1' \
		>"$BENCH/efi/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
}

# --- What is there, and what is left.

# File by file: the upper layer holds directories of the lower, too.
changes() {
	local path below
	find "$BENCH/upper" -mindepth 1 -printf '/%P\n' |
		while IFS= read -r path; do
			below=$path
			[[ -e $BASE$path ]] && below=$BASE$path
			same "$BENCH/upper$path" "$below" || echo "$path"
		done
}

# same UPPER LOWER: a character device is a file that is gone.
same() {
	if [[ -L $1 ]]; then
		[[ $(readlink "$1") == "$(readlink "$2")" ]]
	elif [[ -d $1 ]]; then
		[[ -d $2 ]]
	else
		[[ -f $1 ]] && cmp -s "$1" "$2"
	fi
}

check_no_remains() {
	local left
	left=$(changes | grep -vE "$MAY_STAY")
	check_equal "left behind or changed" "$left" ""
	check_equal "dkms status" "$(here dkms status mcr)" ""
	module_is_loaded && fail "the module is still loaded"
	[[ ! -e $ROOT$MODULES/updates ]] || fail "there still is updates/"
}

check_tool_is_there() {
	local file
	for file in bin/mcrtool share/man/man8/mcrtool.8 \
		share/man/man5/mcr.rules.5 share/man/man8/mcr-upgrade.8 \
		share/bash-completion/completions/mcrtool \
		share/bash-completion/completions/mcr-upgrade sbin/mcr-upgrade \
		lib/systemd/system/mcr-rules.service \
		sbin/mcrd share/man/man8/mcrd.8 \
		share/bash-completion/completions/mcrd \
		lib/systemd/system/mcrd.service lib/sysusers.d/mcrd.conf; do
		[[ -s $ROOT/usr/local/$file ]] || fail "$file is not there"
	done
	[[ -s $ROOT/etc/mcr/rules.mcr.example ]] || fail "there is no example"
	check_match "the completion" "$(here bash -c '
		. /usr/local/share/bash-completion/completions/mcrtool
		complete -p mcrtool' 2>&1)" '^complete .* mcrtool$'
	check_match version "$(here "$MCRTOOL" -V)" "$VERSION"
}

# check_module_is REGEX: the one that modprobe takes.
check_module_is() {
	check_match "the module's file" "$(modinfo -n mcr 2>&1)" "$1"
	check_equal "the module's version" "$(modinfo -F version mcr)" "$VERSION"
}

# check_loads COMMAND...: the module is not there before, and is after it.
check_loads() {
	! module_is_loaded || rmmod mcr
	run_ok "$@"
	module_is_loaded || fail "not loaded by: $*"
	run_ok here "$MCRTOOL" status
}

# output_of COMMAND...: into OUTPUT; it must succeed.
output_of() {
	OUTPUT=$("$@" 2>&1) || fail "status $? of: $*: $OUTPUT"
}

# --- Cases of both.

refuses_second() {
	run_refused 2 "already installed $2.*sudo make uninstall" make_here "$1"
}

uninstalls() {
	output_of make_here uninstall
	check_no_remains
}
