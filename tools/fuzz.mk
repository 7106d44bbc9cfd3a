# SPDX-License-Identifier: GPL-2.0
#
# Fuzz targets; see fuzz/fuzz.h. Included by the Makefile beside it.
#
#	make fuzz		the targets with libFuzzer, into $(O)/fuzz, for
#				selftests/proof/fuzz.sh: clang-14 is needed

FUZZ_CC ?= clang-14
PYTHON ?= python3
fuzz-lib-targets := text words
fuzz-targets := $(fuzz-lib-targets) packet netlink

fuzz-shared := $(addprefix $(obj)/fuzz/,check.o)
fuzz-tests := $(fuzz-targets:%=$(O)/tests/test_fuzz_%)
fuzzers := $(fuzz-targets:%=$(O)/fuzzers/%)

tests: $(fuzz-tests) $(O)/nlsend

# Its warnings are not gcc's, which the unit tests are compiled with, too.
ifneq ($(FUZZ),)
mcr-cflags += -w -fsanitize=fuzzer-no-link
endif

.PHONY: fuzz fuzzers
fuzz:
	$(MAKE) fuzzers O=$(O)/fuzz FUZZ=1 SANITIZE=address,undefined CC=$(FUZZ_CC) CFLAGS=-g
fuzzers: $(fuzzers)

fuzz-text-obj := $(obj)/fuzz/statement.o $(obj)/tests/fake.o $(test-obj)
fuzz-words-obj := $(obj)/fuzz/statement.o $(obj)/fuzz/mcrtool_main.o \
		  $(filter-out %/main.o,$(tool-obj))

$(foreach t,$(fuzz-targets),$(O)/tests/test_fuzz_$(t)): \
$(O)/tests/test_fuzz_%: $(obj)/fuzz/%.o $(obj)/fuzz/replay_%.o $(fuzz-shared)
	$(call say,LD)
	@mkdir -p $(@D)
	$(Q)$(CC) $(mcr-cflags) $(CFLAGS) $(mcr-ldflags) $(LDFLAGS) -o $@ $^ \
		$(fuzz-ldlibs) $(test-ldlibs)

$(fuzzers): $(O)/fuzzers/%: $(obj)/fuzz/%.o $(fuzz-shared)
	$(call say,LD)
	@mkdir -p $(@D)
	$(Q)$(CC) $(mcr-cflags) $(CFLAGS) $(LDFLAGS) -fsanitize=fuzzer \
		-o $@ $^ $(fuzz-ldlibs) $(test-ldlibs)

define fuzz-needs
$(O)/tests/test_fuzz_$(1) $(O)/fuzzers/$(1): $$(fuzz-$(1)-obj) $$(fuzz-$(1)-lib)
$(O)/tests/test_fuzz_$(1) $(O)/fuzzers/$(1): fuzz-ldlibs = $$(lib-ldlibs)
endef
fuzz-text-lib := $(O)/libmcr.a
fuzz-words-lib := $(O)/libmcr.a
fuzz-packet-obj := $(obj)/fuzz/packet_ref.o
fuzz-netlink-obj := $(obj)/fuzz/nlsession.o $(obj)/tests/kapi_rig.o
fuzz-netlink-lib := $(O)/libmcrk.a
fuzz-packet-lib := $(O)/libmcrk.a
$(foreach t,$(fuzz-targets),$(eval $(call fuzz-needs,$(t))))

# What has the module's structures in its hands.
fuzz-inside := packet packet_ref nlsession
$(fuzz-inside:%=$(obj)/fuzz/%.o): compile = $(compile-kapi)

# The generator of messages has the spec as tables.
$(obj)/fuzz/spec_table.h: fuzz/spec_table.py ../selftests/netlink/spec.py \
			  ../Documentation/netlink/specs/mcr.yaml
	$(call say,GEN)
	@mkdir -p $(@D)
	$(Q)$(PYTHON) -B fuzz/spec_table.py >$@
$(obj)/fuzz/nlgen.o: $(obj)/fuzz/spec_table.h
$(obj)/fuzz/nlgen.o: mcr-cppflags += -I$(obj)/fuzz
$(O)/tests/test_kapi_spec: $(obj)/fuzz/nlgen.o $(obj)/fuzz/nlsession.o \
			   $(obj)/fuzz/check.o

$(fuzz-targets:%=$(obj)/fuzz/replay_%.o): \
$(obj)/fuzz/replay_%.o: fuzz/replay.c Makefile fuzz.mk
	$(call say,CC)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(mcr-cppflags) -DFUZZ_CORPUS='"fuzz/corpus/$*"' \
		$(CFLAGS) $(mcr-cflags) -MMD -MP -c -o $@ $<

# Its table of verbs, without being it.
$(obj)/fuzz/mcrtool_main.o: mcrtool/main.c Makefile fuzz.mk
	$(call say,CC)
	@mkdir -p $(@D)
	$(Q)$(compile) -Dmain=mcrtool_main -Wno-missing-prototypes

$(O)/nlsend: $(obj)/fuzz/nlsend.o $(obj)/fuzz/nlgen.o $(O)/libmcr.a
	$(call say,LD)
	$(Q)$(CC) $(mcr-cflags) $(CFLAGS) $(mcr-ldflags) $(LDFLAGS) -o $@ $^ \
		$(lib-ldlibs)

# Their driver and the plain ones; those beside are compiled as kernel code is.
fuzz-plain-src := $(addprefix fuzz/,replay.c check.c statement.c text.c words.c \
		  netlink.c nlgen.c nlsend.c)

.PHONY: tidy-fuzz
tidy: tidy-fuzz
tidy-fuzz: $(obj)/fuzz/spec_table.h
	$(CLANG_TIDY) --quiet --warnings-as-errors='*' $(fuzz-plain-src) \
		-- -std=gnu11 $(mcr-cppflags) $(lib-cflags) -I$(obj)/fuzz \
		-DFUZZ_CORPUS='"x"'
	$(CLANG_TIDY) --quiet --warnings-as-errors='*' \
		$(fuzz-inside:%=fuzz/%.c) -- -std=gnu11 $(kapi-cppflags)
