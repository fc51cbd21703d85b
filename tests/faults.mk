# SPDX-License-Identifier: BSD-3-Clause
# build/tests/fault.so and signin: what makes a program's calls fail, and a PAM application for it.
# fault-calls.so leaves memory alone, for sanitized programs.

check-build: $(BUILD)/tests/fault.so $(BUILD)/tests/fault-calls.so $(BUILD)/tests/signin \
	$(BUILD)/tests/old-kernel.so

$(BUILD)/tests/old-kernel.so: $(BUILD)/tests/faults/old_kernel.o
	@mkdir -p $(@D)
	@echo "  LD    $@"
	@$(CC) -shared $(ALL_LDFLAGS) -o $@ $^

$(BUILD)/tests/fault.so: $(patsubst %,$(BUILD)/tests/faults/%.o,fault fault_calls fault_memory)
	@mkdir -p $(@D)
	@echo "  LD    $@"
	@$(CC) -shared $(ALL_LDFLAGS) -o $@ $^ -ldl

$(BUILD)/tests/fault-calls.so: $(patsubst %,$(BUILD)/tests/faults/%.o,fault fault_calls)
	@mkdir -p $(@D)
	@echo "  LD    $@"
	@$(CC) -shared $(ALL_LDFLAGS) -o $@ $^ -ldl

$(BUILD)/tests/signin: $(BUILD)/tests/faults/signin.o
	@mkdir -p $(@D)
	@echo "  LD    $@"
	@$(CC) -pie $(ALL_LDFLAGS) -o $@ $^ -lpam
