# SPDX-License-Identifier: BSD-3-Clause
# make fuzz FUZZ_SECONDS=30: each tests/fuzz/fuzz_NAME.c is a libFuzzer target. Seeds, if any, are in
# tests/fuzz/corpus/NAME/; what is found new stays in $(BUILD)/fuzz/corpus/NAME/.

FUZZ_SECONDS ?= 30
FUZZ_CC      ?= clang
FUZZ_FLAGS    = -std=c11 -D_GNU_SOURCE $(WARNINGS) -O1 -g -fno-omit-frame-pointer -Isrc -MMD -MP \
                -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all
FUZZ_ARCHIVES := $(patsubst $(BUILD)/%,$(BUILD)/fuzz/%,$(ARCHIVES))
FUZZ_TARGETS := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))

.PHONY: fuzz
fuzz: $(FUZZ_TARGETS)
	@sh tests/fuzz/run.sh $(BUILD)/fuzz $(FUZZ_SECONDS) $(FUZZ_TARGETS)

$(BUILD)/fuzz/%.o: %.c
	@mkdir -p $(@D)
	@echo "  FUZZC $<"
	@$(FUZZ_CC) $(FUZZ_FLAGS) -c $< -o $@

fuzzed       = $(patsubst $(BUILD)/%,$(BUILD)/fuzz/%,$(1))
$(BUILD)/fuzz/common.a: $(call fuzzed,$(COMMON))
$(BUILD)/fuzz/smsotpd.a: $(call fuzzed,$(SMSOTPD))
$(BUILD)/fuzz/smsotp-send.a: $(call fuzzed,$(SENDER))
$(BUILD)/fuzz/smsotpctl.a: $(call fuzzed,$(CTL))

$(FUZZ_TARGETS): $(BUILD)/fuzz/%: $(BUILD)/fuzz/tests/fuzz/%.o $(FUZZ_ARCHIVES)
	@echo "  LD    $@"
	@$(FUZZ_CC) $(FUZZ_FLAGS) -o $@ $< -Wl,--start-group $(FUZZ_ARCHIVES) -Wl,--end-group \
		-Wl,--as-needed $(ALL_LIBS)
