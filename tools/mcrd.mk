# SPDX-License-Identifier: GPL-2.0
#
# mcrd, the relay daemon: supervisor and worker are one program. Included by the
# Makefile beside it.

mcrd-libs := libnl-3.0 libnl-genl-3.0 json-c libcap-ng libsystemd libmicrohttpd \
	     libmnl libnftnl libseccomp liburing libbpf
mcrd-ldlibs = $(shell $(PKG_CONFIG) --libs $(mcrd-libs))

# Compiled in the kernel environment: what has kmod/'s structures in its hands.
mcrd-inside := control first_drop ingress nl_worker plane rule_frame status

mcrd-src := $(sort $(wildcard mcrd/*.c))
mcrd-obj := $(mcrd-src:%.c=$(obj)/%.o)
mcrd-plain-src := $(filter-out $(mcrd-inside:%=mcrd/%.c),$(mcrd-src))

all: $(O)/mcrd

$(mcrd-inside:%=$(obj)/mcrd/%.o) $(worker-obj): compile = $(compile-kapi)

$(O)/mcrd: $(mcrd-obj) $(O)/libmcrworker.a $(O)/libmcrk.a $(O)/libmcr.a
	$(call say,LD)
	$(Q)$(CC) $(mcr-cflags) $(CFLAGS) $(mcr-ldflags) $(LDFLAGS) -o $@ $^ \
		$(mcrd-ldlibs)

$(O)/tests/test_kapi_worker: $(obj)/mcrd/nl_worker.o

# What is pure has unit tests of its own: each needs the file it is named after.
mcrd-tests := $(patsubst tests/%.c,$(O)/tests/%, \
	      $(wildcard tests/test_mcrd_*.c))

$(mcrd-tests): $(O)/tests/test_mcrd_%: $(obj)/mcrd/%.o
$(O)/tests/test_mcrd_lines: $(obj)/mcrd/log.o

# What libnl says is made up, and what time it is.
$(O)/tests/test_mcrd_links: $(addprefix $(obj)/mcrd/,addrs.o log.o retry.o watch.o)
$(O)/tests/test_mcrd_links: test-ldlibs += -Wl,--wrap=nl_send_simple \
	-Wl,--wrap=nl_recvmsgs_default -Wl,--wrap=mcrd_now_ms

# Sockets are pairs; what the kernel says is made up.
$(O)/tests/test_mcrd_module: $(obj)/mcrd/watch.o $(obj)/tests/module_rig.o
$(O)/tests/test_mcrd_module: test-ldlibs += -Wl,--wrap=socket -Wl,--wrap=bind \
	-Wl,--wrap=setsockopt -Wl,--wrap=recv -Wl,--wrap=send -Wl,--wrap=poll

$(O)/tests/test_mcrd_metrics: $(addprefix $(obj)/mcrd/,log.o privs.o spawn.o \
			       watch.o)
$(O)/tests/test_mcrd_metrics: test-ldlibs += $(shell $(PKG_CONFIG) --libs libcap-ng)

# What the kernel does with signals is made up, too.
$(O)/tests/test_mcrd_workers: $(addprefix $(obj)/mcrd/,frames.o lines.o log.o \
			       talk.o watch.o)
$(O)/tests/test_mcrd_workers: test-ldlibs += -Wl,--wrap=kill

$(O)/tests/test_mcrd_ebpf: $(obj)/mcrd/ebpf_prog.o
$(O)/tests/test_mcrd_ebpf: test-ldlibs += $(shell $(PKG_CONFIG) --libs libbpf)
