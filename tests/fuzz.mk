# SPDX-License-Identifier: BSD-3-Clause
# make fuzz FUZZ_SECONDS=30: each tests/fuzz/fuzz_NAME.c is a libFuzzer target. Seeds, if any, are in
# tests/fuzz/corpus/NAME/; what is found new stays in $(BUILD)/fuzz/corpus/NAME/.

FUZZ_SECONDS ?= 30
FUZZ_CC      ?= clang
FUZZ_FLAGS    = -std=c11 -D_GNU_SOURCE $(WARNINGS) -O1 -g -fno-omit-frame-pointer -Isrc -MMD -MP \
                -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all
FUZZ_SOURCES := $(filter-out %/main.c,$(wildcard src/smsotpd/*.c src/smsotp-send/*.c \
                src/smsotpctl/*.c src/*.c))
FUZZ_TARGETS := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))

.PHONY: fuzz
fuzz: $(FUZZ_TARGETS)
	@sh tests/fuzz/run.sh $(BUILD)/fuzz $(FUZZ_SECONDS) $(FUZZ_TARGETS)

$(BUILD)/fuzz/%.o: %.c
	@mkdir -p $(@D)
	@echo "  FUZZC $<"
	@$(FUZZ_CC) $(FUZZ_FLAGS) -c $< -o $@

$(BUILD)/fuzz/all.a: $(patsubst %.c,$(BUILD)/fuzz/%.o,$(FUZZ_SOURCES))

$(FUZZ_TARGETS): $(BUILD)/fuzz/%: $(BUILD)/fuzz/tests/fuzz/%.o $(BUILD)/fuzz/all.a
	@echo "  LD    $@"
	@$(FUZZ_CC) $(FUZZ_FLAGS) -o $@ $^ -Wl,--as-needed $(STORE_LIBS) $(DAEMON_LIBS) $(CURL_LIBS) \
		-lpam -lpthread
