# SPDX-License-Identifier: BSD-3-Clause
# make unit: each tests/unit/test_NAME.c is a program of cmocka tests, linked with what of the
# project's archives it asks for.

.PHONY: unit
unit: $(UNIT_TESTS)
	@sh tests/unit/run.sh $(BUILD)/tests/unit.log $(UNIT_TESTS)

$(UNIT_TESTS): $(BUILD)/tests/unit/%: $(BUILD)/tests/unit/%.o $(ARCHIVES)
	@echo "  LD    $@"
	@$(CC) -pie $(ALL_LDFLAGS) -o $@ $< -Wl,--start-group $(ARCHIVES) -Wl,--end-group \
		-lcmocka $(ALL_LIBS)
