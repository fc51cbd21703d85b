# SPDX-License-Identifier: BSD-3-Clause
# make fuzz FUZZ_SECONDS=30 FUZZ_JOBS=2: each tests/fuzz/fuzz_NAME.c is a libFuzzer target. Its seeds
# are in tests/fuzz/corpus/NAME/; what is found new stays in $(BUILD)/fuzz/corpus/NAME/. Which
# sources each is for stands in tests/fuzz/targets; make fuzz-coverage says how far it gets in them.

FUZZ_SECONDS ?= 30
FUZZ_JOBS    ?= $(shell nproc)
FUZZ_CC      ?= clang
FUZZ_CHECKS  ?= -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all
FUZZ_FLAGS    = -std=c11 -D_GNU_SOURCE $(WARNINGS) -O1 -g -fno-omit-frame-pointer -fPIC \
                -fvisibility=hidden -Isrc -MMD -MP $(FUZZ_CHECKS)
FUZZ_ARCHIVES := $(patsubst $(BUILD)/%,$(BUILD)/fuzz/%,$(ARCHIVES))
FUZZ_TARGETS := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_COVERED := $(BUILD)/fuzz-coverage

.PHONY: fuzz fuzz-build fuzz-coverage
fuzz: $(FUZZ_TARGETS)
	@sh tests/fuzz/run.sh $(BUILD)/fuzz $(FUZZ_SECONDS) $(FUZZ_JOBS) $(FUZZ_TARGETS)

fuzz-build: $(FUZZ_TARGETS)

fuzz-coverage:
	@$(MAKE) --no-print-directory BUILD=$(FUZZ_COVERED) fuzz-build \
		FUZZ_CHECKS='-fsanitize=fuzzer -fprofile-instr-generate -fcoverage-mapping'
	@sh tests/fuzz/coverage.sh $(FUZZ_COVERED) $(BUILD)/fuzz/corpus \
		$(FUZZ_TARGETS:$(BUILD)/%=$(FUZZ_COVERED)/%)

$(BUILD)/fuzz/%.o: %.c
	@mkdir -p $(@D)
	@echo "  FUZZC $<"
	@$(FUZZ_CC) $(FUZZ_FLAGS) -c $< -o $@

fuzzed       = $(patsubst $(BUILD)/%,$(BUILD)/fuzz/%,$(1))
$(BUILD)/fuzz/common.a: $(call fuzzed,$(COMMON))
$(BUILD)/fuzz/smsotpd.a: $(call fuzzed,$(SMSOTPD))
$(BUILD)/fuzz/smsotp-send.a: $(call fuzzed,$(SENDER))
$(BUILD)/fuzz/smsotpctl.a: $(call fuzzed,$(CTL))

# As libpam loads it, by a program whose calls it finds before libc's.
$(BUILD)/fuzz/pam_smsotp.so: $(call fuzzed,$(MODULE))
	@echo "  LD    $@"
	@$(FUZZ_CC) $(subst =fuzzer,=fuzzer-no-link,$(FUZZ_FLAGS)) -shared -Wl,-z,nodelete -o $@ $^ -lpam

# What a target has besides its own file.
PARTS_fuzz_ctl       = tool world
PARTS_fuzz_ctl_reply = tool
PARTS_fuzz_doctor    = tool
PARTS_fuzz_lines     = tool
PARTS_fuzz_flow      = flow_check world
PARTS_fuzz_module    = module_host
fuzz_parts           = $(patsubst %,$(1)/%.o,$(PARTS_$(2)))

$(BUILD)/fuzz/fuzz_module: $(BUILD)/fuzz/pam_smsotp.so
$(BUILD)/fuzz/fuzz_module $(BUILD)/tests/fuzz/fuzz_module: FUZZ_LINK = -rdynamic

.SECONDEXPANSION:
$(FUZZ_TARGETS): $(BUILD)/fuzz/%: $(BUILD)/fuzz/tests/fuzz/%.o \
		$$(call fuzz_parts,$(BUILD)/fuzz/tests/fuzz,$$*) $(FUZZ_ARCHIVES)
	@echo "  LD    $@"
	@$(FUZZ_CC) $(FUZZ_FLAGS) $(FUZZ_LINK) -o $@ $(filter %.o,$^) -Wl,--start-group \
		$(FUZZ_ARCHIVES) -Wl,--end-group -Wl,--as-needed $(ALL_LIBS) -ldl

# Each target on its seeds alone, with the objects that are tested otherwise and without libFuzzer:
# make check does it, so that no target falls behind what it is for.
SEEDED := $(FUZZ_TARGETS:$(BUILD)/fuzz/%=$(BUILD)/tests/fuzz/%)

.PHONY: seeds seeds-build
seeds-build: $(SEEDED)

seeds: seeds-build
	@sh tests/fuzz/seeds.sh $(SEEDED)

$(BUILD)/tests/fuzz/fuzz_module: $(BUILD)/tests/fuzz/pam_smsotp.so
$(BUILD)/tests/fuzz/pam_smsotp.so: $(BUILD)/pam_smsotp.so
	@ln -sf ../../pam_smsotp.so $@

$(SEEDED): $(BUILD)/tests/fuzz/%: $(BUILD)/tests/fuzz/%.o $(BUILD)/tests/fuzz/replay.o \
		$$(call fuzz_parts,$(BUILD)/tests/fuzz,$$*) $(ARCHIVES)
	@echo "  LD    $@"
	@$(CC) $(ALL_LDFLAGS) $(FUZZ_LINK) -o $@ $(filter %.o,$^) -Wl,--start-group \
		$(ARCHIVES) -Wl,--end-group $(ALL_LIBS) -ldl
