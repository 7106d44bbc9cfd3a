# SPDX-License-Identifier: GPL-2.0
#
# Multicast replication: kernel module, mcrtool, tests.
#
#	make			build module and tool for this machine
#	sudo make demo		see the relay work; PLANE=kernel: the module, in a guest
#	sudo make check		the tests, here and in all guests, and style
#	sudo make proof		the long form: every test in every guest, hours
#	sudo make soak		the relay under load for ten minutes
#	sudo make bench		the benchmarks, hours; QUICK=1: some minutes
#	sudo make install	tool, manual, completion, and the module for
#				the running kernel
#	sudo make dkms-install	the same, the module by DKMS, for all kernels
#	sudo make relay-install	tool and relay alone, where no module can be loaded
#	sudo make uninstall	undo any of them
#	make vm PLACE=uml CMD='uname -a'
#				run a command in a guest with this tree's module
#
# KDIR= names the kernel build directory, PREFIX= and DESTDIR= are as usual.

KREL ?= $(shell uname -r)
KDIR ?= /lib/modules/$(KREL)/build
PREFIX ?= /usr/local
DESTDIR ?=
PLACE ?= uml
CMD ?= uname -a

MCR_VERSION := $(shell sed -n 's/^\#define MCR_VERSION[[:space:]]*"\(.*\)"/\1/p' \
		       kmod/version.h)

# What is built belongs to the user who called sudo, not to root.
ifneq ($(SUDO_USER),)
AS_USER := setpriv --reuid $(SUDO_USER) --regid $(shell id -g $(SUDO_USER)) \
	   --init-groups env HOME=$(shell getent passwd $(SUDO_USER) | cut -d: -f6)
endif

TOOLS := $(MAKE) -C tools MCR_VERSION=$(MCR_VERSION) PREFIX=$(PREFIX) \
	 DESTDIR=$(DESTDIR)

all: modules tools

modules:
	$(AS_USER) $(MAKE) -C $(KDIR) M=$(CURDIR) modules

tools:
	+$(AS_USER) $(TOOLS)

include install.mk

demo:
	./selftests/demo.sh

check:
	./selftests/check.sh

proof:
	./selftests/check.sh --proof

soak:
	$(AS_USER) $(MAKE) -s -C tools
	$(AS_USER) $(MAKE) -s -C selftests
	MCR_VIA=relay MCR_SOAK_SECONDS=$${MCR_SOAK_SECONDS:-600} ./selftests/soak.sh

bench:
	./selftests/deps.sh
	$(AS_USER) $(MAKE) -s -C tools
	./selftests/bench/run $(if $(QUICK),--quick)

vm:
	@./selftests/vm/run $(PLACE) '$(subst ','\'',$(CMD))'

clean:
	$(TOOLS) clean
	$(MAKE) -C selftests clean
	rm -rf build
	[ ! -d $(KDIR) ] || $(MAKE) -C $(KDIR) M=$(CURDIR) clean

.PHONY: all modules tools demo check proof soak bench vm clean
