# SPDX-License-Identifier: BSD-3-Clause
# make unit: each tests/unit/test_NAME.c is a program of cmocka tests, linked with what it asks for of
# the other files there and of the project's archives.

UNIT_SHARED := $(filter-out $(BUILD)/tests/unit/test_%,$(call sources,tests/unit))

.PHONY: unit
unit: $(UNIT_TESTS)
	@sh tests/unit/run.sh $(BUILD)/tests/unit.log $(UNIT_TESTS)

$(BUILD)/tests/unit.a: $(UNIT_SHARED)

$(UNIT_TESTS): $(BUILD)/tests/unit/%: $(BUILD)/tests/unit/%.o $(BUILD)/tests/unit.a $(ARCHIVES)
	@echo "  LD    $@"
	@$(CC) -pie $(ALL_LDFLAGS) -o $@ $< $(BUILD)/tests/unit.a -Wl,--start-group $(ARCHIVES) -Wl,--end-group \
		-lcmocka $(ALL_LIBS)
