#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# make, what installing refuses, and where it puts files that are for another root
# directory (DESTDIR=), by make and by DKMS: nothing on the system changes.

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/install_root.sh"

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

nothing_changed() { check_no_remains; }

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
		-e /system/mcr-rules.service$ -e /sbin/mcrd$ -e /mcrd.8$ \
		-e /completions/mcrd$ -e /system/mcrd.service$ \
		-e /sysusers.d/mcrd.conf$ \
		-e ^./etc/mcr/rules.mcr.example$ "$list")" 14
	check_match "module files" "$(tr '\n' ' ' <"$list")" "$2"
	[[ ! -e $BENCH/$1/usr/src/mcr-$VERSION/kmod/tests ]] ||
		fail "KUnit's tests are with the source"
	nothing_changed
	run_ok make_here uninstall DESTDIR="$BENCH/$1" PREFIX=/usr
	check_equal "files left" "$(find "$BENCH/$1" -type f)" ""
	[[ ! -e $BENCH/$1/usr/src/mcr-$VERSION ]] || fail "source left"
}

setup
for target in install dkms-install; do
	case_add "$target refuses versions that disagree" refuses_version $target
	case_add "$target refuses a kernel without headers" \
		refuses_no_headers $target
	case_add "$target refuses a user" refuses_user $target
done
case_add "dkms-install refuses without dkms" refuses_no_dkms
case_add "uninstall refuses a user" refuses_user uninstall
case_add "relay-install refuses a user" refuses_user relay-install
case_add "a refusal changes nothing" nothing_changed
case_add "make" builds
case_add "make install DESTDIR=" stages install \
	" [^ ]*/lib/modules/${KERNEL//+/[+]}/updates/mcr\.ko[^ ]* "
case_add "make dkms-install DESTDIR=" stages dkms-install \
	"/usr/src/mcr-$VERSION/dkms.conf .*/usr/src/mcr-$VERSION/kmod/main.c "

cases_run
