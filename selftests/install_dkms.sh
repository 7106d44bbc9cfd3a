#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Install and uninstall by DKMS, which builds the module, in a guest with a
# distribution's kernel. What it refuses is in install_files.sh.

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/install_root.sh"

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

loads_by_modprobe() { check_loads modprobe mcr; }
loads_by_family() { check_loads here "$MCRTOOL" status; }

setup
case_add "make dkms-install" dkms_installs
case_add "install refuses what DKMS has" refuses_second install "by DKMS"
case_add "the module loads by modprobe" loads_by_modprobe
case_add "the module loads by its family's name" loads_by_family
case_add "dkms autoinstall" dkms_installs_again
case_add "make uninstall leaves nothing of DKMS's" uninstalls

cases_run
