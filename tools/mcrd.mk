# SPDX-License-Identifier: GPL-2.0
#
# mcrd, the relay daemon: supervisor and worker are one program. Included by the
# Makefile beside it.

mcrd-libs := libnl-3.0 libnl-genl-3.0 json-c libcap-ng libsystemd libmicrohttpd \
	     libnftnl libmnl
OBJCOPY ?= objcopy
mcrd-worker-libs := json-c liburing
mcrd-ldlibs = $(shell $(PKG_CONFIG) --libs $(sort $(mcrd-libs) \
	      $(mcrd-worker-libs)))

# Compiled in the kernel environment: what has kmod/'s structures in its hands.
mcrd-inside := control ingress nl_worker plane status

mcrd-src := $(sort $(wildcard mcrd/*.c))
mcrd-worker-src := $(sort $(wildcard mcrd/worker/*.c))
mcrd-obj := $(filter-out $(obj)/mcrd/metrics_http.o,$(mcrd-src:%.c=$(obj)/%.o)) \
	    $(mcrd-worker-src:%.c=$(obj)/%.o) $(obj)/mcrd/metrics_reader.o
mcrd-plain-src := $(filter-out $(mcrd-inside:%=mcrd/%.c),$(mcrd-src))

# Not without the half of it that handles packets.
all: $(if $(wildcard mcrd/worker/worker.c),$(O)/mcrd)

$(mcrd-inside:%=$(obj)/mcrd/%.o) $(mcrd-worker-src:%.c=$(obj)/%.o): \
	compile = $(compile-kapi)

# It reads the protocol with the tools' library, in which some functions are called
# as others of the module are: of this part of the program only its entry is seen.
$(obj)/mcrd/metrics_reader.o: $(obj)/mcrd/metrics_http.o $(O)/libmcr.a
	$(call say,LD)
	$(Q)$(LD) -r -o $@ $^
	$(Q)$(OBJCOPY) --keep-global-symbol=mcrd_metrics_main $@

$(O)/mcrd: $(mcrd-obj) $(O)/libmcrk.a $(obj)/lib/error.o
	$(call say,LD)
	$(Q)$(CC) $(mcr-cflags) $(CFLAGS) $(mcr-ldflags) $(LDFLAGS) -o $@ $^ \
		$(mcrd-ldlibs)

$(O)/tests/test_kapi_worker: $(obj)/mcrd/nl_worker.o

-include $(wildcard $(obj)/mcrd/worker/*.d)

# What is pure has unit tests of its own: each needs the file it is named after.
mcrd-tests := $(filter-out %_ports,$(patsubst tests/%.c,$(O)/tests/%, \
	      $(wildcard tests/test_mcrd_*.c)))

$(mcrd-tests): $(O)/tests/test_mcrd_%: $(obj)/mcrd/%.o
$(O)/tests/test_mcrd_lines: $(obj)/mcrd/log.o
$(O)/tests/test_mcrd_metrics: $(addprefix $(obj)/mcrd/,log.o spawn.o watch.o)
$(O)/tests/test_mcrd_metrics: test-ldlibs += $(shell $(PKG_CONFIG) --libs libcap-ng)
