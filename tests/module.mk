# SPDX-License-Identifier: BSD-3-Clause
# make module: pam_smsotp.so as PAM applications load it, over a smsotpd that the tests play. As root,
# because the socket's directory must be root's. -rdynamic: the module takes its clock from the test. make module-asan: the same under ASan and UBSan.

MODULE_SHARED := $(filter-out $(BUILD)/tests/module/test_%,$(call sources,tests/module))

.PHONY: module module-asan
module: $(MODULE_TESTS) $(BUILD)/pam_smsotp.so
	@sh tests/unit/run.sh $(BUILD)/tests/module.log $(MODULE_TESTS)

module-asan:
	@$(MAKE) SANITIZE=1 BUILD=$(BUILD)/asan module

$(BUILD)/tests/module.a: $(MODULE_SHARED)

$(MODULE_TESTS): $(BUILD)/tests/module/%: $(BUILD)/tests/module/%.o $(BUILD)/tests/module.a $(BUILD)/common.a
	@echo "  LD    $@"
	@$(CC) -pie -rdynamic $(ALL_LDFLAGS) -o $@ $^ -lcmocka -lpam -lpthread
