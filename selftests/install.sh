#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Install and uninstall, both ways, in a guest with a distribution's kernel.
#
# All of it happens in a root directory of its own: an overlay on the guest's.
# Its upper layer then shows what is new, changed or gone, on the whole file
# system; /proc /sys /dev /run /tmp are the guest's own.
#
#	$BASE (a module directory) --+-- lower --+
#	/     (the guest's root) ----+           +-- $ROOT
#	                                 upper --+

. "$(dirname "$0")/lib.sh"

KERNEL=$(uname -r)
MODULES=/lib/modules/$KERNEL
# What it may leave: DKMS's own key, for all modules it will ever sign; what
# userdel keeps of the files in which it has deleted a user.
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
# minutes where the processor is emulated, and is what DKMS does below. Where the
# bench has built the module, only there is it up to date, hence the bind mount.
setup_tree() {
	local top=$MCR_SELFTESTS/.. built
	built=$(findmnt -no FSROOT "$MODULES")
	built=${built%/stage-*}/src
	[[ -e $built/mcr.ko ]] || bail "no module in $built, where vm/run builds it"
	TREE=$built
	cp -a "$built/." "$BENCH/tree/"
	cp -a "$top"/{Makefile,install.mk,dkms.conf,COPYING,tools} "$BENCH/tree/"
	if [[ -d $top/build/tools ]]; then
		mkdir "$BENCH/tree/build"
		cp -a "$top/build/tools" "$BENCH/tree/build/"
	fi
	mount --bind "$BENCH/tree" "$ROOT$TREE" || bail "cannot mount the tree"
	VERSION=$(sed -n 's/.*MCR_VERSION[[:space:]]*"\(.*\)"/\1/p' \
		"$BENCH/tree/kmod/version.h")
}

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
		lib/systemd/system/mcr-rules.service sbin/mcrd \
		share/man/man8/mcrd.8 lib/systemd/system/mcrd.service; do
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

# --- Cases: refusals.

refuses_version() {
	sed -i.was 's/^PACKAGE_VERSION=.*/PACKAGE_VERSION="9.9.9"/' \
		"$BENCH/tree/dkms.conf"
	run_refused 2 "'9.9.9' in dkms.conf.*'$VERSION' in kmod/version.h" \
		make_here "$1"
	mv "$BENCH/tree/dkms.conf.was" "$BENCH/tree/dkms.conf"
}

refuses_no_headers() {
	run_refused 2 "headers of kernel 6.1.99-none are not in .*apt-get" \
		make_here "$1" KREL=6.1.99-none
}

refuses_user() {
	run_refused 2 "only root can do this: sudo make $1" \
		here setpriv --reuid 65534 --regid 65534 --clear-groups \
		make -C "$BENCH/tree" "$1"
}

refuses_no_dkms() {
	run_refused 2 "no-such-dkms is not installed.*apt-get" \
		make_here dkms-install DKMS=no-such-dkms
}

refuses_second() {
	run_refused 2 "already installed $2.*sudo make uninstall" make_here "$1"
}

nothing_changed() { check_no_remains; }

# --- Cases: by make.

builds() {
	run_ok make_here
	[[ -s $BENCH/tree/mcr.ko && -s $BENCH/tree/build/tools/mcrtool ]] ||
		fail "no module or no tool"
}

stages() {
	local list=$BENCH/$1.list
	run_ok make_here "$1" DESTDIR="$BENCH/$1" PREFIX=/usr
	(cd "$BENCH/$1" && find . -type f | sort) >"$list"
	check_equal "tool files" "$(grep -c -e /bin/mcrtool$ -e /mcrtool.8$ \
		-e /mcr.rules.5$ -e /completions/mcrtool$ \
		-e /completions/mcr-upgrade$ \
		-e /sbin/mcr-upgrade$ -e /mcr-upgrade.8$ \
		-e /system/mcr-rules.service$ \
		-e ^./etc/mcr/rules.mcr.example$ "$list")" 9
	check_match "module files" "$(tr '\n' ' ' <"$list")" "$2"
	[[ ! -e $BENCH/$1/usr/src/mcr-$VERSION/kmod/tests ]] ||
		fail "KUnit's tests are with the source"
	nothing_changed
	run_ok make_here uninstall DESTDIR="$BENCH/$1" PREFIX=/usr
	check_equal "files left" "$(find "$BENCH/$1" -type f)" ""
	[[ ! -e $BENCH/$1/usr/src/mcr-$VERSION ]] || fail "source left"
}

installs() {
	output_of make_here install EFIVARS="$BENCH/efi"
	check_match "what it says" "$OUTPUT" "Secure Boot is on.*dkms-install"
	check_tool_is_there
	check_module_is "/updates/mcr\.ko(\.xz)?$"
	check_loads modprobe mcr
	# What this makes is to be gone, too, after uninstalling.
	run_ok here systemctl -q enable mcr-rules.service
}

keeps_rules_at_work() {
	ns_make a
	ip_in a link add d0 type dummy
	run_ok in_ns a chroot "$ROOT" "$MCRTOOL" rule add iif d0 \
		group 239.1.1.1 to d0 group 239.1.1.2
	# The namespace's name is not to be seen in the other root.
	start ip netns exec "${NS[a]}" sleep 1000
	output_of make_here uninstall
	check_match "what it says" "$OUTPUT" "stays loaded.*'rmmod mcr'"
	module_is_loaded || fail "the module was unloaded under its rules"
	[[ ! -e $ROOT$MCRTOOL ]] || fail "the tool is still there"
	stop "$STARTED_PID"
	ns_drop a
}

uninstalls() {
	output_of make_here uninstall
	check_no_remains
}

# --- Cases: by DKMS.

# Another kernel, too old, whose headers are there: passed over.
dkms_installs() {
	local old=$ROOT/lib/modules/5.10.0-old
	mkdir "$old"
	ln -s "$(readlink "$MODULES/build")" "$old/build"
	output_of make_here dkms-install EFIVARS="$BENCH/efi"
	check_match "on Secure Boot" "$OUTPUT" "mokutil --import .*mok.pub"
	check_match "on the old kernel" "$OUTPUT" \
		"BUILD_EXCLUSIVE.*no module for kernel 5.10.0-old"
	[[ ! $OUTPUT == *Deprecated* ]] || fail "a deprecated field: $OUTPUT"
	rm -r "$old"
	check_equal "dkms status" "$(here dkms status mcr)" \
		"mcr/$VERSION, $KERNEL, x86_64: installed"
	check_tool_is_there
	check_module_is "/updates/dkms/mcr\.ko(\.xz)?$"
}

# What is done for a kernel that comes later.
dkms_installs_again() {
	run_ok here dkms uninstall "mcr/$VERSION" -k "$KERNEL"
	run_ok here dkms autoinstall -k "$KERNEL"
	check_match "dkms status" "$(here dkms status mcr)" ": installed$"
}

# The tool and the relay, where there are no headers, and no module afterwards.
relay_installs() {
	output_of make_here relay-install KREL=6.1.99-none
	check_match "version" "$(here /usr/local/sbin/mcrd -V 2>&1)" "$VERSION"
	run_ok here id mcrd
	[[ ! -e $ROOT$MODULES/updates ]] || fail "a module was installed"
	[[ ! -e $ROOT/usr/local/sbin/mcr-upgrade ]] ||
		fail "there is mcr-upgrade, without a module"
	run_ok here systemctl -q enable mcrd.service
}

loads_by_modprobe() { check_loads modprobe mcr; }
loads_by_family() { check_loads here "$MCRTOOL" status; }

setup
case_add "relay-install refuses a user" refuses_user relay-install
for target in install dkms-install; do
	case_add "$target refuses versions that disagree" refuses_version $target
	case_add "$target refuses a kernel without headers" \
		refuses_no_headers $target
	case_add "$target refuses a user" refuses_user $target
done
case_add "dkms-install refuses without dkms" refuses_no_dkms
case_add "uninstall refuses a user" refuses_user uninstall
case_add "a refusal changes nothing" nothing_changed

case_add "make relay-install" relay_installs
case_add "make uninstall leaves nothing of the relay" uninstalls
case_add "make" builds
case_add "make install" installs
case_add "dkms-install refuses what is installed" \
	refuses_second dkms-install "without DKMS"
case_add "make uninstall keeps a module whose rules are at work" \
	keeps_rules_at_work
case_add "make uninstall leaves nothing" uninstalls
case_add "make install DESTDIR=" stages install \
	" [^ ]*/lib/modules/${KERNEL//+/[+]}/updates/mcr\.ko[^ ]* "
case_add "make dkms-install DESTDIR=" stages dkms-install \
	"/usr/src/mcr-$VERSION/dkms.conf .*/usr/src/mcr-$VERSION/kmod/main.c "

case_add "make dkms-install" dkms_installs
case_add "install refuses what DKMS has" refuses_second install "by DKMS"
case_add "the module loads by modprobe" loads_by_modprobe
case_add "the module loads by its family's name" loads_by_family
case_add "dkms autoinstall" dkms_installs_again
case_add "make uninstall leaves nothing of DKMS's" uninstalls

cases_run
