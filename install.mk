# SPDX-License-Identifier: GPL-2.0
#
# Install and uninstall, for the top-level Makefile. See Documentation/install.md.
#
# With DESTDIR files are only put there: no depmod, no dkms, no module is
# unloaded.

DKMS ?= dkms
EFIVARS ?= /sys/firmware/efi/efivars

dkms-tree := /var/lib/dkms
dkms-src := /usr/src/mcr-$(MCR_VERSION)
# KUnit's tests are no part of what is installed.
dkms-files = Kbuild COPYING dkms.conf $(wildcard kmod/*.[ch]) \
	     $(shell find kmod/compat uapi -name '*.h')

# The module's build, without KUnit's, which a kernel may ask for.
module-make = $(MAKE) -C $(KDIR) M=$(CURDIR) CONFIG_KUNIT=
# A distribution's kernel wants to sign, but has kept the key for itself.
module-install = $(module-make) INSTALL_MOD_PATH=$(DESTDIR) \
	INSTALL_MOD_DIR=updates DEPMOD=true \
	$(if $(wildcard $(KDIR)/certs/signing_key.pem),,CONFIG_MODULE_SIG_ALL=)

modules: check-headers

install: check-version check-root check-headers check-no-dkms
	+$(AS_USER) $(module-make) modules
	+$(AS_USER) $(TOOLS)
	@$(keep-loaded)
	+$(module-install) modules_install
	@$(check-release)
	+$(TOOLS) install
	@$(user-make)
	@$(units-reload)
	@[ -n "$(DESTDIR)" ] || depmod $(KREL)
	@$(note-unsigned)
	@$(note-loaded)
	@$(note-serving)

# The source goes where dkms looks for it, and a module is made for each kernel
# whose headers are here. Those that come later are AUTOINSTALL's.
dkms-install: check-version check-root check-dkms check-no-install
	+$(AS_USER) $(TOOLS)
	@$(keep-loaded)
	@$(dkms-remove)
	@for file in $(dkms-files); do \
		install -D -m 644 $$file $(DESTDIR)$(dkms-src)/$$file || exit; \
	done
	@[ -n "$(DESTDIR)" ] || $(dkms-build)
	+$(TOOLS) install
	@$(user-make)
	@$(units-reload)
	@$(note-unenrolled)
	@$(note-loaded)
	@$(note-serving)

# What needs no kernel headers, for machines that do not take the module.
relay-install: check-root
	+$(AS_USER) $(TOOLS)
	+$(TOOLS) install-relay
	@$(user-make)
	@$(units-reload)
	@$(note-serving)

# The module first: whether it is at work is the tool's to say.
uninstall: check-root
	@$(module-unload)
	@$(dkms-remove)
	@$(module-remove)
	@$(unit-disable)
	@$(relay-stop)
	+@$(TOOLS) -s uninstall
	@$(units-reload)
	@$(copy-remove)
	@$(run-remove)
	@$(user-remove)
	@$(state-remove)
	@$(directories-remove)

dkms-uninstall: uninstall

# --- What must be so. Each refusal says what to do.

check-version:
	@conf=$$(sed -n 's/^PACKAGE_VERSION="\(.*\)"$$/\1/p' dkms.conf); \
	[ "$$conf" = "$(MCR_VERSION)" ] || { \
		echo "mcr: the version is '$$conf' in dkms.conf and" \
			"'$(MCR_VERSION)' in kmod/version.h: make them the same" >&2; \
		exit 1; }

check-root:
	@[ -n "$(DESTDIR)" ] || [ "$$(id -u)" -eq 0 ] || { \
		echo "mcr: only root can do this: sudo make $(MAKECMDGOALS)" >&2; \
		exit 1; }

check-headers:
	@[ -e "$(KDIR)/Makefile" ] || { \
		echo "mcr: the headers of kernel $(KREL) are not in $(KDIR):" \
			"install them (Debian: apt-get install" \
			"linux-headers-$(KREL))," \
			"or say by KDIR= where they are" >&2; \
		exit 1; }

check-dkms:
	@[ -n "$(DESTDIR)" ] || command -v $(DKMS) >/dev/null || { \
		echo "mcr: $(DKMS) is not installed (Debian: apt-get install" \
			"dkms); 'make install' does without" >&2; \
		exit 1; }
	@[ -n "$(DESTDIR)" ] || $(MAKE) --no-print-directory check-headers \
		KDIR=/lib/modules/$(KREL)/build

check-no-dkms:
	@[ -n "$(DESTDIR)" ] || [ ! -e $(dkms-tree)/mcr ] || { \
		echo "mcr: the module is already installed by DKMS:" \
			"'sudo make uninstall' first" >&2; \
		exit 1; }

check-no-install:
	@[ -n "$(DESTDIR)" ] || \
		! ls -d /lib/modules/*/updates/mcr.ko* >/dev/null 2>&1 || { \
		echo "mcr: the module is already installed without DKMS:" \
			"'sudo make uninstall' first" >&2; \
		exit 1; }

# A build directory says only by where its modules go what kernel it is of.
check-release = ls -d $(DESTDIR)/lib/modules/$(KREL)/updates/mcr.ko* >/dev/null \
	2>&1 || { \
		echo "mcr: $(KDIR) is not of kernel $(KREL): say by KREL= what it" \
			"is of" >&2; \
		exit 1; }

# --- Steps, in shell.

# Every version, for every kernel, and its source.
dkms-remove = [ -n "$(DESTDIR)" ] || \
	for source in $(dkms-tree)/mcr/*/source; do \
		[ -L "$$source" ] || continue; \
		version=$${source%/source}; \
		$(DKMS) remove mcr/$${version\#\#*/} --all || exit; \
	done; \
	for conf in $(DESTDIR)/usr/src/mcr-*/dkms.conf; do \
		! grep -qs '^PACKAGE_NAME="mcr"$$' "$$conf" || \
			rm -rf "$${conf%/dkms.conf}"; \
	done

# The running kernel's must be built; others, if they can be.
dkms-build = { \
	$(DKMS) install mcr/$(MCR_VERSION) -k $(KREL) || { \
		echo "mcr: DKMS made no module for kernel $(KREL), see above;" \
			"'sudo make uninstall' takes away what it was given" >&2; \
		exit 1; }; \
	for build in /lib/modules/*/build; do \
		release=$${build%/build}; \
		release=$${release\#\#*/}; \
		[ "$$release" != "$(KREL)" ] && [ -e "$$build/Makefile" ] || \
			continue; \
		$(DKMS) install mcr/$(MCR_VERSION) -k "$$release" || \
			echo "mcr: no module for kernel $$release, see above"; \
	done; }

module-remove = for module in $(DESTDIR)/lib/modules/*/updates/mcr.ko*; do \
		[ -e "$$module" ] || continue; \
		release=$${module%/updates/*}; \
		release=$${release\#\#*/}; \
		rm -f "$$module"; \
		[ -n "$(DESTDIR)" ] || depmod "$$release"; \
	done

# Those of ours that hold nothing of others'.
directories-remove = for dir in $(DESTDIR)/lib/modules/*/updates/dkms \
		$(DESTDIR)/lib/modules/*/updates \
		$(DESTDIR)$(PREFIX)/share/man/man8 \
		$(DESTDIR)$(PREFIX)/share/man/man5 \
		$(DESTDIR)$(PREFIX)/lib/systemd/system \
		$(DESTDIR)$(PREFIX)/lib/systemd \
		$(DESTDIR)$(PREFIX)/lib/sysusers.d \
		$(DESTDIR)/etc/mcr \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions \
		$(DESTDIR)$(PREFIX)/share/bash-completion; do \
		[ ! -d "$$dir" ] || \
			rmdir --ignore-fail-on-non-empty "$$dir"; \
	done

# Says something if a rule is in any network namespace that can be found, or if
# that cannot be known.
rules-at-work = for tool in $(PREFIX)/bin/mcrtool build/tools/mcrtool ''; do \
		[ -n "$$tool" ] || echo "no tool to ask"; \
		[ -x "$$tool" ] || continue; \
		stat -Lc '%i %n' /proc/[0-9]*/ns/net /run/netns/* 2>/dev/null | \
			sort -u -k 1,1 | while read -r _ net; do \
			MCR_VIA=kernel nsenter --net="$$net" "$$tool" status \
				2>/dev/null; \
		done | awk '$$1 == "rules" { told = 1; busy += $$2 } \
			END { if (!told || busy) print "busy" }'; \
		break; \
	done

module-unload = [ -n "$(DESTDIR)" ] || [ ! -d /sys/module/mcr ] || \
	{ [ -z "$$($(rules-at-work))" ] && rmmod mcr; } || \
	echo "mcr: the module stays loaded, and its rules at work:" \
		"'rmmod mcr' ends them, a restart does too"

# So that an upgrade can be undone, see mcr-upgrade(8).
keep-loaded = [ -n "$(DESTDIR)" ] || tools/systemd/mcr-upgrade --keep

copy-remove = [ -n "$(DESTDIR)" ] || rm -rf /run/mcr/kept

# A unit that is gone must not be begun at the next start. It is not stopped:
# that would delete the rules.
unit-disable = [ -n "$(DESTDIR)" ] || ! command -v systemctl >/dev/null || \
	[ ! -e $(PREFIX)/lib/systemd/system/mcr-rules.service ] || \
	systemctl -q disable mcr-rules.service

# The relay has kept its rules in a file by when it has ended.
relay-stop = [ -n "$(DESTDIR)" ] || ! command -v systemctl >/dev/null || \
	[ ! -e $(PREFIX)/lib/systemd/system/mcrd.service ] || { \
		systemctl -q disable mcrd.service; \
		[ ! -d /run/systemd/system ] || systemctl stop mcrd.service; }

# Of a daemon that was not started by the service.
run-remove = [ -n "$(DESTDIR)" ] || [ ! -d /run/mcr ] || { \
	for lock in /run/mcr/[0-9]*.lock; do \
		[ -e "$$lock" ] || continue; \
		if flock -n "$$lock" true; then \
			rm -f "$$lock" "$${lock%.lock}.sock"; \
		else \
			pid=$$(cat "$$lock"); \
			echo "mcr: a relay daemon stays at work, process" \
				"$$pid, and its rules: 'kill $$pid' ends both"; \
		fi; \
	done; \
	[ ! -e /run/mcr/upgrade.lock ] || \
		flock -n /run/mcr/upgrade.lock rm /run/mcr/upgrade.lock; \
	rmdir --ignore-fail-on-non-empty /run/mcr; }

# What was in force is the user's; where there are no rules nothing is left.
state-remove = [ -n "$(DESTDIR)" ] || [ ! -d /var/lib/mcr ] || { \
	find /var/lib/mcr -maxdepth 1 -type f \( -name '.*.lock' \
		-o -name '.*.rules.new' -o -name '*.rules' -empty \) -delete; \
	rmdir --ignore-fail-on-non-empty /var/lib/mcr; \
	[ ! -d /var/lib/mcr ] || \
		echo "mcr: the rules that were last in force stay in" \
			"/var/lib/mcr: 'rm -r /var/lib/mcr' takes them away"; }

# Workers run as a user of their own, or as nobody where this cannot be had.
user-make = [ -n "$(DESTDIR)" ] || ! command -v systemd-sysusers >/dev/null || \
	systemd-sysusers $(PREFIX)/lib/sysusers.d/mcrd.conf

user-remove = [ -n "$(DESTDIR)" ] || ! command -v userdel >/dev/null || \
	! getent passwd mcrd | grep -q ':Multicast replication relay:' || \
	userdel mcrd 2>/dev/null || \
	echo "mcr: the user mcrd stays as long as processes of that user are at" \
		"work: 'userdel mcrd' takes it away"

units-reload = [ -n "$(DESTDIR)" ] || [ ! -d /run/systemd/system ] || \
	systemctl daemon-reload

note-loaded = [ -n "$(DESTDIR)" ] || [ ! -d /sys/module/mcr ] || \
	echo "mcr: the module that was loaded before is still at work:" \
		"'mcr-upgrade' puts the new one in its place and keeps the rules"

note-serving = [ -n "$(DESTDIR)" ] || [ ! -d /run/systemd/system ] || \
	! systemctl -q is-active mcrd.service || \
	echo "mcr: the relay daemon that was at work before still is:" \
		"'systemctl restart mcrd' puts the new one in its place and keeps" \
		"the rules"

# --- Secure Boot: the kernel takes only modules that a key it knows has signed.

secure-boot = [ "$$(od -An -tu1 -j4 -N1 $(EFIVARS)/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c \
	2>/dev/null | tr -d ' ')" = 1 ]

note-unsigned = [ -n "$(DESTDIR)" ] || ! $(secure-boot) || \
	echo "mcr: Secure Boot is on, and this kernel refuses modules that no" \
		"key it knows has signed. 'sudo make uninstall dkms-install'" \
		"has DKMS sign it, see Documentation/install.md."

note-unenrolled = [ -n "$(DESTDIR)" ] || ! $(secure-boot) || \
	for key in $(dkms-tree)/mok.pub /var/lib/shim-signed/mok/MOK.der; do \
		[ -e "$$key" ] || continue; \
		mokutil --test-key "$$key" 2>/dev/null | \
			grep -q 'already enrolled' || \
			echo "mcr: Secure Boot is on, and refuses the module until" \
				"DKMS's key is enrolled: 'sudo mokutil --import $$key'," \
				"restart, and choose Enroll MOK there."; \
		break; \
	done

.PHONY: install uninstall dkms-install dkms-uninstall relay-install \
	check-version check-root \
	check-headers check-dkms check-no-dkms check-no-install
