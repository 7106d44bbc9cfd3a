# SPDX-License-Identifier: GPL-2.0
#
# The module's KUnit tests, in a process. Included by the Makefile beside it.

kunit-src := packet lookup_set fault_next rule_test order_test \
	     lookup_test lookup_fault_test lookup_scale_test match_test \
	     rewrite_test rewrite_proto_test change_rig unmatched_test event_test \
	     change_test change_fault_test quota_test commit_under_test \
	     commit_order_test commit_test commit_fault_test loop_test \
	     move_test
kunit-obj := $(kunit-src:%=$(obj)/kunit/%.o) $(obj)/kunit/main.o

compile-kunit = $(CC) $(CPPFLAGS) -Itests/kunit $(kapi-cppflags) $(CFLAGS) \
		$(relayed-cflags) -Wno-missing-field-initializers \
		-Wno-maybe-uninitialized -MMD -MP -c -o $@ $<

tests: $(O)/tests/test_kapi_kunit

$(obj)/kunit/%.o: ../kmod/tests/%.c Makefile kunit.mk
	$(call say,CC)
	@mkdir -p $(@D)
	$(Q)$(compile-kunit)

$(obj)/kunit/main.o: tests/test_kapi_kunit.c Makefile kunit.mk
	$(call say,CC)
	@mkdir -p $(@D)
	$(Q)$(compile-kunit)

# What stands in for files of the module comes before them.
$(O)/tests/test_kapi_kunit: $(kunit-obj) $(O)/libmcrk.a
	$(call say,LD)
	@mkdir -p $(@D)
	$(Q)$(CC) $(mcr-cflags) $(CFLAGS) $(mcr-ldflags) $(LDFLAGS) -o $@ $^
